/**
 * What becomes of a command before anything is asked of a PSP: pure tables over the payment's file. A command that
 * was fulfilled already is answered again; one that cannot be fulfilled is refused; the rest is asked.
 */
import type { Command } from './command.js';
import { itemIds } from './order.js';
import { mayMove, REFUNDABLE, type PaymentFile, type PaymentStatus } from './payment.js';
import { refundedItems } from './status.js';

export type Decision =
  | { decision: 'ask'; amount: number; itemIds: string[] }
  /** The money is taken already: canceling means to give all of it back. */
  | { decision: 'reverse'; amount: number; itemIds: string[] }
  /** Nothing to ask: the shop hears again what is so. */
  | { decision: 'repeat'; amount: number; itemIds: string[] }
  | { decision: 'refuse'; reason: string; amount: number; itemIds: string[] }
  /** Nothing to ask and nothing to say. */
  | { decision: 'ignore'; reason: string };

/** Capture: what is authorized, as far as it is not taken yet. */
export function decideCapture(file: PaymentFile, command: Command): Decision {
  const { payment } = file;
  const about = { amount: command.amount ?? payment.amount - payment.captured, itemIds: itemsOf(file, command) };
  const taken = capturedItems(file);
  if (payment.captured > 0 && about.itemIds.every((id) => taken.has(id))) return { decision: 'repeat', ...about };
  if (about.amount <= 0) return { decision: 'refuse', reason: 'There is nothing left to capture', ...about };
  if (payment.status === 'authorized') return { decision: 'ask', ...about };
  // From these statuses a payment only falls back to captured, when a refund fails late: nothing is held any more.
  const isOver = payment.status === 'refunded' || payment.status === 'partially refunded';
  if (!isOver && mayMove(payment.status, 'captured') && payment.authorized > 0) return { decision: 'ask', ...about };
  return { decision: 'refuse', reason: `Payment is in status "${payment.status}" and cannot be captured`, ...about };
}

const TAKEN = 'its money is taken; refund it, or set cancel.captured to reverse';
/** What may be done instead of canceling, for the operator who looks at a refused cancel. */
const INSTEAD: Partial<Record<PaymentStatus, string>> = {
  captured: TAKEN,
  overpaid: TAKEN,
  'partially refunded': TAKEN,
  capture_failed: 'capture again; what is not taken is released when its authorization ends',
};

/**
 * Cancel: always the whole payment, as far as it is not taken. Once it is taken a cancel is refused, or reversed when
 * the tenant wants that. A cancel that was done is answered again.
 */
export function decideCancel(file: PaymentFile, policy: { reversesCaptured: boolean }): Decision {
  const { payment } = file;
  const about = { amount: 0, itemIds: [] };
  const isDone = (kind: string): boolean =>
    file.operations.some((operation) => operation.kind === kind && operation.status === 'succeeded');
  // Done is also: the rest was released after a part was taken, or all that was taken was given back.
  const isReleased = isDone('cancel') && payment.captured > 0;
  const isReversed = isDone('reverse') && payment.status === 'refunded';
  if (payment.status === 'canceled' || isReleased || isReversed) return { decision: 'repeat', ...about };
  if (file.operations.some(({ kind, status }) => kind === 'reverse' && status === 'pending')) {
    return { decision: 'ignore', reason: 'The money is on its way back, which is told when it is done' };
  }
  if (payment.transactionId === undefined) {
    return { decision: 'refuse', reason: 'The payment does not exist at the payment service provider', ...about };
  }
  if (mayMove(payment.status, 'canceled')) return { decision: 'ask', ...about };
  const left = payment.captured - payment.refunded;
  if (policy.reversesCaptured && REFUNDABLE.includes(payment.status) && left > 0) {
    const refunded = refundedItems(file.refunds);
    return { decision: 'reverse', amount: left, itemIds: itemIds(payment.order).filter((id) => !refunded.has(id)) };
  }
  const instead = INSTEAD[payment.status];
  const reason = `Payment is in status "${payment.status}" and cannot be canceled`;
  return { decision: 'refuse', reason: instead === undefined ? reason : `${reason}: ${instead}`, ...about };
}

/** Refund: items that are not given back yet, and no more money than was taken. */
export function decideRefund(file: PaymentFile, command: Command): Decision {
  const { payment } = file;
  const ids = itemsOf(file, command);
  const left = payment.captured - payment.refunded;
  const about = { amount: command.amount ?? left, itemIds: ids };
  const refundable = REFUNDABLE.includes(payment.status) || (payment.captured > 0 && payment.status === 'authorized');
  if (!refundable) {
    const wanted = 'captured, partially refunded, overpaid';
    const reason = `Payment is in status "${payment.status}" and cannot be refunded. Only payments in status "${wanted}" can be refunded`;
    return { decision: 'refuse', reason, ...about };
  }
  const refunded = refundedItems(file.refunds);
  const blocked = ids.filter((id) => refunded.has(id));
  if (blocked.length > 0) {
    const reason = `Items [${blocked.join(', ')}] are already refunded or in progress`;
    const free = ids.filter((id) => !refunded.has(id));
    // Items whose refund may still succeed must not hear of a failure.
    return free.length === 0
      ? { decision: 'ignore', reason }
      : { decision: 'refuse', reason, amount: about.amount, itemIds: free };
  }
  // Nothing is not everything: an item may be free of charge.
  if (about.amount <= 0) return { decision: 'refuse', reason: 'There is nothing to give back', ...about };
  if (about.amount > left)
    return { decision: 'refuse', reason: `Refund of ${about.amount} is more than the ${left} that is left`, ...about };
  return { decision: 'ask', ...about };
}

/** The command's items; without any it is about the whole order. */
function itemsOf({ payment }: PaymentFile, command: Command): string[] {
  return command.itemIds.length > 0 ? command.itemIds : itemIds(payment.order);
}

/** Items inside what was captured: those of captures of ours, or all when the PSP took the money by itself. */
function capturedItems({ payment, operations }: PaymentFile): Set<string> {
  const captures = operations.filter(({ kind, status }) => kind === 'capture' && status === 'succeeded');
  if (captures.length === 0) return new Set(itemIds(payment.order));
  return new Set(
    captures.flatMap((capture) => (capture.itemIds.length > 0 ? capture.itemIds : itemIds(payment.order))),
  );
}
