/** Payment method domains: on which hosts which wallets may be shown. https://docs.stripe.com/api/payment_method_domains */
import type Stripe from 'stripe';
import { newId } from '../core/call.js';
import type { Call } from '../core/call.js';
import { invalidParameter, missing } from '../core/errors.js';
import { pageOf } from '../core/lists.js';
import type { PageParams } from '../core/lists.js';
import { expand, flag, page, text } from '../core/params.js';
import { route } from '../core/route.js';
import type { Route } from '../core/route.js';
import { WALLETS } from './wallets.js';
import type { Wallet } from './wallets.js';

type Domain = Stripe.PaymentMethodDomain;
type Status = { status: 'active' | 'inactive'; status_details?: { error_message: string } };

const HOST = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/;

/** A host that nobody on the internet can look at: an address, a name without a dot, a name reserved for networks at home
 * (https://www.rfc-editor.org/rfc/rfc6761). */
export function isOutOfReach(host: string): boolean {
  return /^[\d.]+$/.test(host) || !host.includes('.') || /\.(localhost|local|internal|invalid|test)$/.test(host);
}

/** The machine the simulator runs on, as a browser calls it. */
export const isThisMachine = (host: string): boolean => /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/.test(host);

/** Apple asks for a file on the host before it allows its wallet there; the other wallets ask for nothing. */
function checked(call: Call, domain: { id: string; domain_name: string }): Record<Wallet, Status> {
  const forced = call.tx.get('domain_notes', call.account, domain.id)?.forced ?? {};
  const unreachable = `The file of Apple Pay could not be read: https://${domain.domain_name}/.well-known/apple-developer-merchantid-domain-association is not reachable.`;
  const found = WALLETS.map((wallet): [Wallet, Status] => {
    const own = forced[wallet];
    if (own !== undefined) return [wallet, own];
    if (wallet === 'apple_pay' && isOutOfReach(domain.domain_name)) return [wallet, inactive(unreachable)];
    return [wallet, { status: 'active' }];
  });
  return Object.fromEntries(found) as Record<Wallet, Status>;
}

const inactive = (error_message: string): Status => ({ status: 'inactive', status_details: { error_message } });

/** The same name again answers the domain that is there, switched as the request says. */
function create(call: Call, params: { domain_name: string; enabled?: boolean }): Domain {
  const domain_name = params.domain_name.toLowerCase();
  if (!HOST.test(domain_name)) {
    const message = `Invalid domain_name: ${params.domain_name}. Give the name of a host, without scheme, port or path.`;
    throw invalidParameter('domain_name', message);
  }
  const known = call.tx.all('payment_method_domains', call.account).find((row) => row.domain_name === domain_name);
  if (known) return params.enabled === undefined ? known : update(call, params, known.id);
  const id = newId(call.tx, 'pmd');
  const domain = {
    id,
    object: 'payment_method_domain',
    ...checked(call, { id, domain_name }),
    created: call.now,
    domain_name,
    enabled: params.enabled ?? true,
    livemode: false,
  } satisfies Domain;
  call.tx.put('payment_method_domains', call.account, domain);
  return domain;
}

function find(call: Call, id: string): Domain {
  const domain = call.tx.get('payment_method_domains', call.account, id);
  if (!domain) throw missing('payment_method_domain', id);
  return domain;
}

function update(call: Call, params: { enabled?: boolean }, id: string): Domain {
  const domain = find(call, id);
  const next = { ...domain, enabled: params.enabled ?? domain.enabled };
  call.tx.put('payment_method_domains', call.account, next);
  return next;
}

function validate(call: Call, id: string): Domain {
  const domain = find(call, id);
  const next = { ...domain, ...checked(call, domain) };
  call.tx.put('payment_method_domains', call.account, next);
  return next;
}

/** Makes a wallet active or inactive on a domain, and keeps it so when the domain is validated again. */
export function forceWallet(call: Call, id: string, wallet: Wallet, status: 'active' | 'inactive'): Domain {
  find(call, id);
  const note = call.tx.get('domain_notes', call.account, id) ?? { id, forced: {} };
  const shown: Status = status === 'active' ? { status } : inactive(`${wallet} was made inactive in the simulator.`);
  call.tx.put('domain_notes', call.account, { ...note, forced: { ...note.forced, [wallet]: shown } });
  return validate(call, id);
}

type ListParams = PageParams & { domain_name?: string; enabled?: boolean };

function list(call: Call, params: ListParams): object {
  const rows = call.tx
    .all('payment_method_domains', call.account)
    .filter((row) => params.domain_name === undefined || row.domain_name === params.domain_name.toLowerCase())
    .filter((row) => params.enabled === undefined || row.enabled === params.enabled);
  return pageOf(rows, params, '/v1/payment_method_domains');
}

export const paymentMethodDomainRoutes: readonly Route[] = [
  route(
    'POST /v1/payment_method_domains',
    { ...expand, domain_name: text({ required: true }), enabled: flag() },
    create,
  ),
  route('GET /v1/payment_method_domains', { ...page, domain_name: text(), enabled: flag() }, list),
  route('GET /v1/payment_method_domains/:id', expand, (call, _params, id) => find(call, id)),
  route('POST /v1/payment_method_domains/:id', { ...expand, enabled: flag() }, update),
  route('POST /v1/payment_method_domains/:id/validate', expand, (call, _params, id) => validate(call, id)),
];
