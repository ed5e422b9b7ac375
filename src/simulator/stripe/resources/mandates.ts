/** Mandates: the buyer's agreement a debit rests on. https://docs.stripe.com/api/mandates */
import type Stripe from 'stripe';
import { lettersOf, newId } from '../core/call.js';
import type { Call } from '../core/call.js';
import { invalidParameter, missing } from '../core/errors.js';
import { expand } from '../core/params.js';
import { route } from '../core/route.js';
import type { Route } from '../core/route.js';
import type { Intent } from './intents.js';

interface Acceptance {
  accepted_at?: number;
  online?: { infer_from_client?: boolean; ip_address?: string; user_agent?: string };
  type: 'offline' | 'online';
}

/** What a confirmation says about the mandate. */
export interface MandateRequest {
  mandate?: string;
  mandate_data?: { customer_acceptance: Acceptance } | null;
}

/** The mandate this debit rests on: the one named, the one saved with the payment method, or a new one from
 * `mandate_data`. 400 when there is none: a bank account is not debited without agreement. */
export function mandateFor(
  call: Call,
  intent: Intent,
  method: Stripe.PaymentMethod,
  request: MandateRequest,
): Stripe.Mandate {
  if (request.mandate !== undefined) return findMandate(call, request.mandate, 'mandate');
  const acceptance = request.mandate_data?.customer_acceptance;
  if (acceptance) return createMandate(call, intent, method, acceptance);
  const saved = call.tx
    .all('mandates', call.account)
    .find((mandate) => mandate.payment_method === method.id && mandate.type === 'multi_use');
  if (saved) return saved;
  const message = `A debit needs the buyer's agreement: provide \`mandate_data\` to confirm with a payment method of type ${method.type}.`;
  throw invalidParameter('mandate_data', message, 'parameter_missing');
}

function createMandate(
  call: Call,
  intent: Intent,
  method: Stripe.PaymentMethod,
  acceptance: Acceptance,
): Stripe.Mandate {
  checkOnline(call, acceptance);
  const { online } = acceptance;
  const reused = intent.setup_future_usage === 'off_session';
  const id = newId(call.tx, 'mandate');
  const reference = lettersOf(`mandate/${id}`, 16).toUpperCase();
  const mandate = {
    id,
    object: 'mandate',
    customer_acceptance: {
      accepted_at: acceptance.accepted_at ?? call.now,
      ...(acceptance.type === 'offline'
        ? { offline: {} }
        : { online: { ip_address: online?.ip_address ?? '127.0.0.1', user_agent: online?.user_agent ?? 'simulated' } }),
      type: acceptance.type,
    },
    livemode: false,
    ...(reused ? { multi_use: {} } : { single_use: { amount: intent.amount, currency: intent.currency } }),
    payment_method: method.id,
    payment_method_details:
      method.type === 'sepa_debit'
        ? { type: 'sepa_debit', sepa_debit: { reference, url: `${call.origin}/_sim/mandate/${id}` } }
        : { type: 'us_bank_account', us_bank_account: {} },
    status: 'active',
    type: reused ? 'multi_use' : 'single_use',
  } satisfies Stripe.Mandate;
  call.tx.put('mandates', call.account, mandate);
  return mandate;
}

function checkOnline(call: Call, { type, online }: Acceptance): void {
  if (type === 'offline') return;
  const inferred = online?.infer_from_client === true;
  const param = 'mandate_data[customer_acceptance][online]';
  if (inferred && !call.browser) {
    throw invalidParameter(`${param}[infer_from_client]`, '`infer_from_client` can only be used from the browser.');
  }
  if (inferred || (online?.ip_address && online.user_agent)) return;
  throw invalidParameter(param, `Missing required param: ${param}.`, 'parameter_missing');
}

function findMandate(call: Call, id: string, param = 'id'): Stripe.Mandate {
  const mandate = call.tx.get('mandates', call.account, id);
  if (!mandate) throw missing('mandate', id, param);
  return mandate;
}

export const mandateRoutes: readonly Route[] = [
  route('GET /v1/mandates/:id', expand, (call, _params, id) => findMandate(call, id)),
];
