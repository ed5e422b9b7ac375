/**
 * What becomes of a command before anything is asked of a PSP: pure tables over the payment's file. A command that
 * was fulfilled already is answered again; one that cannot be fulfilled is refused; the rest is asked.
 */
import {
  capturableOf,
  capturedItems,
  deferredOf,
  isLast,
  SINGLE_FINAL,
  strategyOf,
  sumOf,
  type CapturePolicy,
} from './capturing.js';
import type { Command } from './command.js';
import { TAKING } from './operation.js';
import { itemIds } from './order.js';
import { mayMove, REFUNDABLE, type Payment, type PaymentFile, type PaymentStatus } from './payment.js';
import { refundedItems } from './status.js';

export type Decision =
  /** `last` of a capture: no other follows, so the PSP may release what is left. */
  | { decision: 'ask'; amount: number; itemIds: string[]; last?: boolean }
  /** Wait for the captures of the other items, then take all of them at once. */
  | { decision: 'defer'; amount: number; itemIds: string[] }
  /** The rest shall be canceled: take what waited, finally. */
  | { decision: 'close'; amount: number; itemIds: string[] }
  /** The money is taken already: canceling means to give all of it back. */
  | { decision: 'reverse'; amount: number; itemIds: string[] }
  /** Nothing to ask: the shop hears again what is so. */
  | { decision: 'repeat'; amount: number; itemIds: string[] }
  | { decision: 'refuse'; reason: string; amount: number; itemIds: string[] }
  /** Nothing to ask and nothing to say. */
  | { decision: 'ignore'; reason: string };

/**
 * Capture: what may be taken and is neither taken nor promised yet. A command that says no amount means the rest of the
 * order.
 */
export function decideCapture(file: PaymentFile, command: Command, policy: CapturePolicy = SINGLE_FINAL): Decision {
  const { payment } = file;
  const waiting = sumOf(deferredOf(file.operations));
  const spoken = payment.captured + waiting.amount;
  const about = { amount: command.amount ?? payment.amount - spoken, itemIds: itemsOf(file, command) };
  const isIn = (ids: Iterable<string>): boolean => isInside(about.itemIds, new Set(ids));
  if (payment.captured > 0 && isIn(capturedItems(file))) return { decision: 'repeat', ...about };
  if (isIn(waiting.itemIds)) return { decision: 'ignore', reason: 'The items wait already for their capture' };
  if (about.amount <= 0) return { decision: 'refuse', reason: 'There is nothing left to capture', ...about };
  if (!mayBeCaptured(payment)) return { decision: 'refuse', reason: whyNotCaptured(payment), ...about };
  const left = capturableOf(file) - spoken;
  if (about.amount > left) {
    return {
      decision: 'refuse',
      reason: `Capture of ${about.amount} is more than the ${left} that may be captured`,
      ...about,
    };
  }
  const isTheLast = isLast(file, about);
  switch (strategyOf(file, policy)) {
    case 'deferred_sum':
      // The whole order at once has nothing to wait for.
      return isTheLast && waiting.amount === 0
        ? { decision: 'ask', ...about, last: true }
        : { decision: 'defer', ...about };
    case 'multi':
      return { decision: 'ask', ...about, last: isTheLast || isLastAllowed(file, policy) };
    default:
      return { decision: 'ask', ...about, last: true };
  }
}

function mayBeCaptured({ status, authorized }: Payment): boolean {
  if (status === 'authorized') return true;
  // From these statuses a payment only falls back to captured, when a refund fails late: nothing is held any more.
  const isOver = status === 'refunded' || status === 'partially refunded';
  return !isOver && mayMove(status, 'captured') && authorized > 0;
}

function whyNotCaptured({ status, captured, authorized }: Payment): string {
  const no = `Payment is in status "${status}" and cannot be captured`;
  return captured > 0 && captured < authorized
    ? `${no}: ${captured} of ${authorized} were captured and the remainder was released`
    : no;
}

function isLastAllowed({ operations }: PaymentFile, { atMost }: CapturePolicy): boolean {
  const done = operations.filter(({ kind, status }) => TAKING.includes(kind) && status === 'succeeded').length;
  return atMost !== undefined && done + 1 >= atMost;
}

/** Without any item there is nothing to be inside of. */
function isInside(ids: readonly string[], known: ReadonlySet<string>): boolean {
  return ids.length > 0 && ids.every((id) => known.has(id));
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
 * the tenant wants that. A cancel that was done is answered again. What waits for its capture was shipped: it is taken,
 * and only the rest is released.
 */
export function decideCancel(file: PaymentFile, policy: { reversesCaptured: boolean }): Decision {
  const { payment } = file;
  const about = { amount: 0, itemIds: [] };
  const isDone = (kind: string): boolean =>
    file.operations.some((operation) => operation.kind === kind && operation.status === 'succeeded');
  // Done is also: the rest was released after a part was taken, or all that was taken was given back.
  const isReleased = (isDone('cancel') || isDone('close')) && payment.captured > 0;
  const isReversed = isDone('reverse') && payment.status === 'refunded';
  if (payment.status === 'canceled' || isReleased || isReversed) return { decision: 'repeat', ...about };
  if (file.operations.some(({ kind, status }) => kind === 'reverse' && status === 'pending')) {
    return { decision: 'ignore', reason: 'The money is on its way back, which is told when it is done' };
  }
  if (payment.transactionId === undefined) {
    return { decision: 'refuse', reason: 'The payment does not exist at the payment service provider', ...about };
  }
  const waiting = deferredOf(file.operations);
  if (waiting.length > 0) return { decision: 'close', ...sumOf(waiting) };
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

/** Statuses in which a part may be taken while the rest is held, whatever became of the last asking for the rest. */
const HELD: readonly PaymentStatus[] = ['authorized', 'capture_failed', 'cancellation_failed'];

/** Refund: items that are not given back yet, and no more money than was taken. */
export function decideRefund(file: PaymentFile, command: Command): Decision {
  const { payment } = file;
  const ids = itemsOf(file, command);
  const left = payment.captured - payment.refunded;
  const about = { amount: command.amount ?? left, itemIds: ids };
  const refundable = REFUNDABLE.includes(payment.status) || (payment.captured > 0 && HELD.includes(payment.status));
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
