/** Payments that exist before their order: when one of them is over although it never got an order. Pure. */
import type { PaymentFile } from './payment.js';

type Known = Pick<PaymentFile, 'payment' | 'facts' | 'operations'>;

/** True when nobody can pay it any more, or what was paid goes back, because no order was to come. */
export function isGivenUp({ payment, facts, operations }: Known): boolean {
  if (payment.status === 'canceled' || facts.some(({ kind }) => kind === 'canceled')) return true;
  const isGivenBack = operations.some(
    ({ kind, status }) => (kind === 'reverse' || kind === 'return') && status === 'succeeded',
  );
  return isGivenBack && payment.captured > 0 && payment.refunded >= payment.captured;
}
