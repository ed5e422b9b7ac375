/** Refunds as records: found, and added up on their charge. */
import type Stripe from 'stripe';
import type { Call } from '../core/call.js';
import { missing } from '../core/errors.js';
import { emit } from '../webhooks/emit.js';
import { changeCharge } from './charges.js';

/** Captured minus every refund that did not fail. */
export function refundable(call: Call, charge: Stripe.Charge): number {
  const refunded = call.tx
    .all('refunds', call.account)
    .filter((refund) => refund.charge === charge.id && refund.status !== 'failed' && refund.status !== 'canceled')
    .reduce((sum, refund) => sum + refund.amount, 0);
  return charge.amount_captured - refunded;
}

/** The charge shows refunds at once, pending ones too, beside what was released uncaptured. */
export function setRefunded(call: Call, charge: Stripe.Charge, by: number): void {
  const amount_refunded = charge.amount_refunded + by;
  const next = changeCharge(call, charge, {
    amount_refunded,
    refunded: amount_refunded >= charge.amount && refundable(call, charge) === 0,
  });
  const before = { amount_refunded: charge.amount_refunded, refunded: charge.refunded };
  if (by > 0) emit(call, 'charge.refunded', next, before);
  else emit(call, 'charge.updated', next, before);
}

/** The refund with this id, or 404. */
export function findRefund(call: Call, id: string): Stripe.Refund {
  const refund = call.tx.get('refunds', call.account, id);
  if (!refund) throw missing('refund', id);
  return refund;
}
