/** Refunds: full and partial, the ones that stay pending, and the ones that bounce. https://docs.stripe.com/refunds */
import type Stripe from 'stripe';
import { newId } from '../core/call.js';
import type { Call } from '../core/call.js';
import { invalidParameter, missing, wrongState } from '../core/errors.js';
import { book } from '../core/jobs.js';
import { pageOf } from '../core/lists.js';
import type { PageParams } from '../core/lists.js';
import { choice, expand, integer, map, mergedMetadata, page, range, text } from '../core/params.js';
import { route } from '../core/route.js';
import type { Route } from '../core/route.js';
import { emit } from '../webhooks/emit.js';
import { bookMovement } from './balance.js';
import { refundCash } from './cash-refunds.js';
import { findCharge } from './charges.js';
import { cancelRefund, expireRefund } from './refund-ends.js';
import { planRefund } from './refund-plans.js';
import type { RefundParams } from './refund-plans.js';
import { findRefund, refundable, setRefunded } from './refund-records.js';

/** Makes a refund of what was captured and not yet refunded, or (`origin`) of a customer's unapplied cash. */
export function createRefund(call: Call, params: RefundParams): Stripe.Refund {
  if (params.origin !== undefined) return refundCash(call, params);
  const charge = chargeToRefund(call, params);
  const left = refundable(call, charge);
  if (left === 0) {
    throw wrongState('charge_already_refunded', `Charge ${charge.id} has already been refunded.`, {
      charge: charge.id,
    });
  }
  const amount = params.amount ?? left;
  if (amount > left) {
    const message = `Refund amount (${amount} ${charge.currency}) is greater than unrefunded amount on charge (${left} ${charge.currency})`;
    throw invalidParameter('amount', message);
  }
  checkUndisputed(call, charge);
  return storeRefund(call, charge, amount, params);
}

/** No refund while the buyer's bank has the money back, or after the dispute was lost. */
function checkUndisputed(call: Call, charge: Stripe.Charge): void {
  const taken = call.tx
    .all('disputes', call.account)
    .some((dispute) => dispute.charge === charge.id && dispute.status !== 'won');
  if (!taken) return;
  const message = `Charge ${charge.id} has been charged back; cannot issue a refund.`;
  throw wrongState('charge_disputed', message, { charge: charge.id });
}

function storeRefund(call: Call, charge: Stripe.Charge, amount: number, params: RefundParams): Stripe.Refund {
  const { later, ...plan } = planRefund(call, charge, params);
  const id = newId(call.tx, 're');
  const entry = bookMovement(call, {
    amount: -amount,
    currency: charge.currency,
    type: 'refund',
    notCard: charge.payment_method_details?.type !== 'card',
    source: id,
    description: `REFUND FOR CHARGE`,
  });
  const refund = {
    id,
    object: 'refund',
    amount,
    balance_transaction: entry.id,
    charge: charge.id,
    created: call.now,
    currency: charge.currency,
    customer: charge.customer as string | null,
    customer_account: null,
    metadata: mergedMetadata(null, params.metadata),
    payment_intent: charge.payment_intent as string | null,
    payment_method: charge.payment_method,
    reason: (params.reason as Stripe.Refund.Reason | undefined) ?? null,
    receipt_number: null,
    source_transfer_reversal: null,
    transfer_reversal: null,
    ...plan,
  } satisfies Stripe.Refund;
  call.tx.put('refunds', call.account, refund);
  emit(call, 'refund.created', refund);
  setRefunded(call, charge, amount);
  if (later) book(call, later.kind, id, call.nowMs + later.seconds * 1000);
  return refund;
}

function chargeToRefund(call: Call, params: RefundParams): Stripe.Charge {
  if (!params.charge && !params.payment_intent) {
    throw invalidParameter(
      'payment_intent',
      'One of the following params should be provided for this request: payment_intent or charge.',
      'parameter_missing',
    );
  }
  if (params.charge && !params.payment_intent) return captured(findCharge(call, params.charge));
  const intent = call.tx.get('payment_intents', call.account, params.payment_intent ?? '');
  if (!intent) throw missing('payment_intent', params.payment_intent ?? '', 'payment_intent');
  if (typeof intent.latest_charge !== 'string') {
    throw invalidParameter(
      'payment_intent',
      `This PaymentIntent (${intent.id}) does not have a successful charge to refund.`,
    );
  }
  return captured(findCharge(call, intent.latest_charge));
}

function captured(charge: Stripe.Charge): Stripe.Charge {
  if (charge.source_transfer !== null) {
    const message = `Payment ${charge.id} came by a transfer; the simulator takes it back only by reversing the transfer.`;
    throw wrongState('charge_not_refundable', message, { charge: charge.id });
  }
  if (charge.status === 'succeeded' && charge.amount_captured > 0) return charge;
  throw wrongState(
    'charge_not_refundable',
    `Charge ${charge.id} was not captured and cannot be refunded; cancel its PaymentIntent instead.`,
    { charge: charge.id },
  );
}

function update(call: Call, params: RefundParams, id: string): Stripe.Refund {
  const refund = findRefund(call, id);
  const next = { ...refund, metadata: mergedMetadata(refund.metadata, params.metadata) };
  call.tx.put('refunds', call.account, next);
  emit(call, 'refund.updated', next, { metadata: refund.metadata });
  emit(call, 'charge.refund.updated', next, { metadata: refund.metadata });
  return next;
}

type ListParams = PageParams & { charge?: string; payment_intent?: string };

function list(call: Call, params: ListParams): object {
  const rows = call.tx
    .all('refunds', call.account)
    .filter((row) => params.charge === undefined || row.charge === params.charge)
    .filter((row) => params.payment_intent === undefined || row.payment_intent === params.payment_intent);
  return pageOf(rows, params, '/v1/refunds');
}

const createShape = {
  ...expand,
  amount: integer({ min: 1 }),
  charge: text(),
  payment_intent: text(),
  reason: choice(['duplicate', 'fraudulent', 'requested_by_customer']),
  metadata: map,
  instructions_email: text(),
  customer: text(),
  currency: text({ pattern: /^[a-zA-Z]{3}$/ }),
  origin: choice(['customer_balance']),
};

export const refundRoutes: readonly Route[] = [
  route('POST /v1/refunds', createShape, createRefund),
  route('GET /v1/refunds', { ...page, created: range, charge: text(), payment_intent: text() }, list),
  route('GET /v1/refunds/:id', expand, (call, _params, id) => findRefund(call, id)),
  route('POST /v1/refunds/:id', { ...expand, metadata: map }, update),
  route('POST /v1/refunds/:id/cancel', expand, (call, _params, id) => cancelRefund(call, id)),
  route('POST /v1/test_helpers/refunds/:id/expire', expand, (call, _params, id) => expireRefund(call, id)),
];
