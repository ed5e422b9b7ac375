/** The console: pages for a person at the desk. A form that changed something ends in a redirect to its page. */
import type { VNode } from 'preact';
import { findControl } from '../control/routes.js';
import { ApiError, missing } from '../core/errors.js';
import type { Simulation } from '../core/simulation.js';
import type { WireAnswer, WireRequest } from '../server/wire.js';
import { ACCOUNTS_PAGE, AccountsPage } from './console-accounts.js';
import { press } from './console-buttons.js';
import { CLOCK, ClockPage } from './console-clock.js';
import { FAULTS, FaultsPage } from './console-faults.js';
import { CONSOLE, Layout, STYLESHEET, page } from './console-layout.js';
import type { Frame } from './console-layout.js';
import { PaymentPage } from './console-payment.js';
import { PaymentsPage } from './console-payments.js';
import { findPayment } from './console-record.js';
import { REQUESTS, RequestsPage } from './console-requests.js';
import { WALLETS_PAGE, WalletsPage } from './console-wallets.js';
import { WEBHOOKS, WebhooksPage } from './console-webhooks.js';

interface Visit {
  sim: Simulation;
  form: Record<string, unknown>;
  /** The variable part of the path, empty when there is none. */
  id: string;
}
interface Place {
  path: RegExp;
  /** The page, or undefined when there is no such thing. */
  show(frame: Frame, visit: Visit): VNode | undefined;
  /** Does what the form asks for. Throws ApiError when it is refused. */
  take?(visit: Visit): Promise<void> | void;
}

const at = (path: string): RegExp => new RegExp(`^${path}/?$`);

const PLACES: readonly Place[] = [
  { path: new RegExp(`^(/|${CONSOLE}/?)$`), show: (frame) => <PaymentsPage frame={frame} /> },
  {
    path: new RegExp(`^${CONSOLE}/payments/([A-Za-z0-9_]+)$`),
    show: (frame, { id }) => {
      const record = findPayment(frame.sim, id);
      return record && <PaymentPage frame={frame} record={record} />;
    },
    take: ({ sim, form, id }) => {
      const record = findPayment(sim, id);
      if (!record) throw missing('payment_intent', id);
      press(sim, record, form);
    },
  },
  { path: at(ACCOUNTS_PAGE), show: (frame) => <AccountsPage frame={frame} />, take: takeAccounts },
  { path: at(WALLETS_PAGE), show: (frame) => <WalletsPage frame={frame} />, take: takeWallets },
  { path: at(WEBHOOKS), show: (frame) => <WebhooksPage frame={frame} />, take: takeWebhooks },
  { path: at(FAULTS), show: (frame, { form }) => <FaultsPage frame={frame} typed={form} />, take: takeFaults },
  { path: at(CLOCK), show: (frame) => <ClockPage frame={frame} />, take: takeClock },
  { path: at(REQUESTS), show: (frame) => <RequestsPage frame={frame} /> },
];

/**
 * The console's answer; undefined for paths that are not the console's. Other machines and other sites are refused with
 * 403. A refused form answers its page with the reason and Stripe's status.
 */
export async function consoleAnswer(sim: Simulation, request: WireRequest): Promise<WireAnswer | undefined> {
  const { path, method } = request;
  if (path !== '/' && path !== CONSOLE && !path.startsWith(`${CONSOLE}/`)) return undefined;
  if (!request.local || !isFromHere(request)) return refused(403, 'The console answers this machine only.');
  const isRead = method === 'GET' || method === 'HEAD';
  if (isRead && path === `${CONSOLE}/console.css`) return stylesheet();
  for (const place of PLACES) {
    const match = place.path.exec(path);
    if (!match) continue;
    const visit = { sim, form: request.body, id: match[1] ?? '' };
    if (isRead) return shown(place, visit, { sim, query: request.query, said: saidBefore(request.query) });
    if (method === 'POST' && place.take) return taken(place, visit, path);
    return { ...refused(405, 'This page cannot be asked in this way.') };
  }
  return refused(404, 'There is no such page.');
}

function shown(place: Place, visit: Visit, frame: Frame, status = 200): WireAnswer {
  const content = place.show(frame, visit);
  return content ? page(status, content) : refused(404, 'There is no such payment. It may have been reset away.');
}

async function taken(place: Place, visit: Visit, path: string): Promise<WireAnswer> {
  try {
    await place.take?.(visit);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const said = { kind: 'bad', text: error.body.message } as const;
    return shown(place, visit, { sim: visit.sim, query: {}, said }, error.status);
  }
  const { back } = visit.form;
  const target = typeof back === 'string' && /^\/_sim\/console(\/[A-Za-z0-9_/]*)?$/.test(back) ? back : path;
  return { status: 303, headers: { location: `${target}?done=1`, 'cache-control': 'no-store' }, body: '' };
}

const saidBefore = (query: Record<string, unknown>): Frame['said'] =>
  query.done === '1' ? { kind: 'good', text: 'Done.' } : null;

/**
 * Whether the page that asks is our own or no page at all. Another site could otherwise make the browser of a person at
 * this machine press buttons here, or read here under a name of its own that leads to this machine.
 */
function isFromHere(request: WireRequest): boolean {
  const host = request.header('host') ?? '';
  const name = host.replace(/:\d+$/, '').toLowerCase();
  if (!/^(localhost|.+\.localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(name)) return false;
  if (request.method !== 'POST') return true;
  const origin = request.header('origin');
  return origin === undefined || origin === `http://${host}` || origin === `https://${host}`;
}

function stylesheet(): WireAnswer {
  const headers = { 'content-type': 'text/css; charset=utf-8', 'cache-control': 'public, max-age=31536000, immutable' };
  return { status: 200, headers: { ...headers, 'x-content-type-options': 'nosniff' }, body: STYLESHEET };
}

function refused(status: number, text: string): WireAnswer {
  return page(
    status,
    <Layout frame={null} title="Not possible">
      <h1>Not possible</h1>
      <p class="quiet">{text}</p>
      {status !== 403 && (
        <p>
          <a href={CONSOLE}>All payments</a>
        </p>
      )}
    </Layout>,
  );
}

/** Does what the control plane does at this path. */
async function control(sim: Simulation, method: string, path: string, body: Record<string, unknown>): Promise<void> {
  const found = findControl(method, path);
  if (!found) throw missing('control', path, 'verb');
  await found.control.run(sim, { query: {}, body, name: found.name });
}

const unknownVerb = (form: Record<string, unknown>): ApiError => missing('button', String(form.verb), 'verb');

async function takeWebhooks({ sim, form }: Visit): Promise<void> {
  const { verb } = form;
  if (verb === 'resend') return control(sim, 'POST', '/_sim/webhooks/resend', { delivery: String(form.delivery) });
  if (verb === 'pause' || verb === 'resume' || verb === 'step')
    return control(sim, 'POST', `/_sim/webhooks/${verb}`, {});
  throw unknownVerb(form);
}

async function takeAccounts({ sim, form }: Visit): Promise<void> {
  const { verb, account, outcome } = form;
  if (verb === 'decide') return control(sim, 'POST', '/_sim/actions/account', { account, outcome });
  if (verb === 'allow-v1' || verb === 'refuse-v1')
    return control(sim, 'POST', '/_sim/accounts', { v1: verb === 'allow-v1' });
  throw unknownVerb(form);
}

async function takeWallets({ sim, form }: Visit): Promise<void> {
  const { verb, wallet, domain } = form;
  if (verb === 'take' || verb === 'give')
    return control(sim, 'POST', '/_sim/wallets', { wallet, available: verb === 'give' });
  if (verb !== 'active' && verb !== 'inactive') throw unknownVerb(form);
  const params = { payment_method_domain: String(domain), wallet, status: verb };
  return control(sim, 'POST', '/_sim/actions/domain_wallet', params);
}

async function takeFaults({ sim, form }: Visit): Promise<void> {
  const { verb, method, path, effect, times, delayMs } = form;
  if (verb === 'clear') return control(sim, 'DELETE', '/_sim/faults', {});
  if (verb === 'remove') return control(sim, 'DELETE', `/_sim/faults/${String(form.id)}`, {});
  if (verb !== 'add') throw unknownVerb(form);
  const text = (value: unknown): string => (typeof value === 'string' ? value.trim() : '');
  const match = {
    ...(text(method) === '' ? {} : { method: text(method) }),
    ...(text(path) === '' ? {} : { path: text(path) }),
  };
  const delay = text(delayMs) === '' ? {} : { delayMs: Number(delayMs) };
  return control(sim, 'POST', '/_sim/faults', { match, effect, times, ...delay });
}

async function takeClock({ sim, form }: Visit): Promise<void> {
  const { verb, seconds } = form;
  if (verb === 'freeze' || verb === 'continue')
    return control(sim, 'POST', '/_sim/clock', { freeze: verb === 'freeze' });
  if (verb === 'advance' && seconds !== undefined && seconds !== '')
    return control(sim, 'POST', '/_sim/clock', { advanceSeconds: seconds });
  throw unknownVerb(form);
}
