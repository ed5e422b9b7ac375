/** Money that arrived for a payment nobody wants any more: what is left of it goes back to the customer. */
import type { OperationView } from './operation.js';
import type { PaymentFile } from './payment.js';
import { isUnordered } from './pre-order.js';

/**
 * Minor units to give back by ourselves; 0 when nothing is left, while something is asked of the PSP, or when an
 * earlier return did not arrive: then a person has to look at it.
 */
export function amountToReturn(
  { payment, facts, operations, refunds }: Pick<PaymentFile, 'payment' | 'facts' | 'operations' | 'refunds'>,
  now: string,
): number {
  const isTaken = payment.captured > 0;
  if (isTaken ? !isUnordered(payment, now) : payment.status !== 'canceled') return 0;
  if (operations.some(isOpen)) return 0;
  const returns = operations.filter(({ kind }) => kind === 'return');
  const cameBack = refunds.some(
    ({ operationId, status }) =>
      (status === 'failed' || status === 'canceled') && returns.some(({ id }) => id === operationId),
  );
  if (cameBack || returns.some(({ status }) => status !== 'succeeded')) return 0;
  // Paid, and no order came for it.
  if (isTaken) return Math.max(0, payment.captured - payment.refunded);
  const arrived = facts.map((fact) => (fact.kind === 'received' || fact.kind === 'underpaid' ? fact.amount : 0));
  return Math.max(0, ...arrived.map((amount) => amount - payment.refunded));
}

function isOpen({ kind, status }: OperationView): boolean {
  if (kind === 'register_endpoint' || kind === 'remove_endpoint') return false;
  return status === 'asked' || status === 'pending';
}
