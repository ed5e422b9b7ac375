/**
 * The status of a payment as a pure function of its facts, its operations and its refunds. Whoever learns something
 * (an answer, a webhook, a read-back) adds facts; nobody assigns a status.
 */
import type { Fact } from './fact.js';
import { TAKING, type OperationKind, type OperationView, type Refund } from './operation.js';
import { mayMove, type PaymentStatus } from './payment.js';

export interface Evidence {
  facts: readonly Fact[];
  operations: readonly OperationView[];
  refunds: readonly Refund[];
  /** Ids of all items of the order: refunding each of them is a full refund. */
  itemIds: readonly string[];
}

type Told = { [Kind in Fact['kind']]?: Extract<Fact, { kind: Kind }> };

/** What the evidence says, whatever the present status is. First match wins. */
export function deriveStatus(evidence: Evidence): PaymentStatus {
  const told: Told = Object.fromEntries(evidence.facts.map((fact) => [fact.kind, fact]));
  const { authorized, captured, canceled, overpaid, underpaid } = told;
  const moneyIsTaken = captured !== undefined && captured.amount > 0;
  if (overpaid !== undefined) return refundPart(evidence, overpaid.amount) ?? 'overpaid';
  if (moneyIsTaken && (captured.final || canceled !== undefined)) {
    return refundPart(evidence, captured.amount) ?? 'captured';
  }
  const failed = isCancelRefused(told, evidence.operations) ? 'canceled' : 'authorization_failed';
  if (canceled !== undefined) {
    if (canceled.cause !== 'abandoned' || authorized !== undefined) return 'canceled';
    // Too little came in time and was told; that nobody can pay the rest any more does not change it.
    return underpaid === undefined ? failed : 'underpaid';
  }
  if (underpaid !== undefined && !moneyIsTaken) return 'underpaid';
  if (authorized !== undefined) return heldStatus(told, evidence.operations);
  const word = lastWord(told, evidence.operations);
  if (word === 'capture_failed') return HELD_AFTER[word];
  if (told.authorization_failed !== undefined) return failed;
  return word === 'cancel_failed' ? HELD_AFTER[word] : 'new';
}

/**
 * The moves from the present status to what the evidence says. Empty when nothing moves; undefined when the table
 * refuses the move. A payment that jumps from new to captured is authorized on the way, because a shop waits for both;
 * so is one whose capture is known to be on its way before its authorization was told, and one of whose reservation
 * is heard when it is released, or when a capture or a cancel of it failed.
 */
export function pathTo(
  from: PaymentStatus,
  to: PaymentStatus,
  facts: readonly Fact[] = [],
): PaymentStatus[] | undefined {
  if (from === to) return [];
  const wasHeld = facts.some(({ kind }) => kind === 'authorized');
  if (from === 'new' && to === 'canceled' && wasHeld) return ['authorized', to];
  // Given up at the very moment the customer paid: it failed for the shop, and the released reservation is no news.
  if (from === 'authorization_failed' && to === 'canceled') return [];
  // Changed by the shop at the very moment it was found underpaid: what was told stays until the rest comes.
  if (from === 'underpaid' && to === 'new') return [];
  const isUntold = from === 'new' || from === 'authorization_failed';
  if (isUntold && ['capture_requested', 'captured', 'overpaid'].includes(to)) return ['authorized', to];
  if (isUntold && wasHeld && (to === 'capture_failed' || to === 'cancellation_failed')) return ['authorized', to];
  // A refund may be known before the capture's own event: the capture is announced first.
  const isRefund = to === 'refunded' || to === 'partially refunded';
  if (isRefund && !mayMove(from, to)) {
    const upToCaptured = pathTo(from, 'captured');
    return upToCaptured === undefined ? undefined : [...upToCaptured, to];
  }
  return mayMove(from, to) ? [to] : undefined;
}

/** Sum of refunds that took place or are on their way. */
export function refundedAmount(refunds: readonly Refund[]): number {
  return refunds.filter(counts).reduce((sum, refund) => sum + refund.amount, 0);
}

/** Ids of items that are refunded or are being refunded. */
export function refundedItems(refunds: readonly Refund[]): Set<string> {
  return new Set(refunds.filter(counts).flatMap((refund) => refund.itemIds));
}

/** A refund that failed or was canceled gave nothing back. */
function counts(refund: Refund): boolean {
  return refund.status === 'pending' || refund.status === 'processing' || refund.status === 'succeeded';
}

function refundPart(evidence: Evidence, taken: number): PaymentStatus | undefined {
  const amount = refundedAmount(evidence.refunds);
  if (amount === 0) return undefined;
  const items = refundedItems(evidence.refunds);
  const everyItem = evidence.itemIds.length > 0 && evidence.itemIds.every((id) => items.has(id));
  return amount >= taken || everyItem ? 'refunded' : 'partially refunded';
}

/** A cancel was refused. When the money then never comes, the shop has after all what it asked for. */
function isCancelRefused(told: Told, operations: readonly OperationView[]): boolean {
  const refused = operations.some(
    ({ kind, status }) => kind === 'cancel' && (status === 'declined' || status === 'failed'),
  );
  return refused || told.cancel_failed !== undefined;
}

/** The PSP holds money: a capture on its way, or the last thing that failed, or simply authorized. */
function heldStatus(told: Told, operations: readonly OperationView[]): PaymentStatus {
  const onItsWay = operations.some(
    (operation) =>
      (TAKING.includes(operation.kind) || operation.kind === 'defer') &&
      (operation.status === 'pending' || (operation.status === 'asked' && operation.unanswered)),
  );
  if (onItsWay) return 'capture_requested';
  return HELD_AFTER[lastWord(told, operations)];
}

type Word = 'none' | 'processing' | 'capture_failed' | 'cancel_failed';

const HELD_AFTER: Readonly<Record<Word, PaymentStatus>> = {
  none: 'authorized',
  processing: 'capture_requested',
  capture_failed: 'capture_failed',
  cancel_failed: 'cancellation_failed',
};

/** A sum that was taken because of a cancel is a cancel that failed: the shop may cancel again. */
const WORD_OF_FAILED: Partial<Record<OperationKind, Word>> = {
  capture: 'capture_failed',
  collect: 'capture_failed',
  close: 'cancel_failed',
  cancel: 'cancel_failed',
};

/** The latest word on capturing or canceling what is held; a success leaves nothing to say. */
function lastWord(told: Told, operations: readonly OperationView[]): Word {
  const words: { word: Word; at: string }[] = [];
  for (const { kind, status, settledAt } of operations) {
    const word = WORD_OF_FAILED[kind];
    if (word === undefined || settledAt === undefined) continue;
    const failed = status === 'declined' || status === 'failed';
    words.push({ word: failed ? word : 'none', at: settledAt });
  }
  // What a PSP worked on until it held the money was the customer’s payment, not a capture; times are whole seconds.
  const { processing, authorized } = told;
  const isCapture = processing !== undefined && authorized !== undefined && processing.at > authorized.at;
  if (isCapture) words.push({ word: 'processing', at: processing.at });
  if (told.capture_failed !== undefined) words.push({ word: 'capture_failed', at: told.capture_failed.at });
  if (told.cancel_failed !== undefined) words.push({ word: 'cancel_failed', at: told.cancel_failed.at });
  words.sort((a, b) => (a.at === b.at ? 0 : a.at < b.at ? -1 : 1));
  return words.at(-1)?.word ?? 'none';
}
