/**
 * How a reservation is taken: at once, in parts, or as the sum of captures that waited for each other. What is possible
 * is said by the PSP with the reservation, what is wanted by the tenant's settings.
 */
import type { OperationView } from './operation.js';
import { itemIds } from './order.js';
import type { PaymentFile } from './payment.js';

/**
 * `single_final`: one capture, the rest is released. `multi`: one capture per command while the rest stays reserved,
 * where the reservation allows it. `deferred_sum`: captures wait for the last item and are taken as one sum.
 */
export type CaptureStrategy = 'single_final' | 'multi' | 'deferred_sum';

/** What a tenant wants. */
export interface CapturePolicy {
  strategy: CaptureStrategy;
  /** Deferred captures are taken this many hours before the authorization ends. Absent: 24. */
  hoursBeforeEnd?: number;
  /** Captures a PSP takes of one reservation; the last of them is final. Absent: any number. */
  atMost?: number;
}

export const SINGLE_FINAL: CapturePolicy = { strategy: 'single_final' };
const HOURS_BEFORE_END = 24;
const HOUR_MS = 3_600_000;
/** An authorization whose end nobody told is taken to last as long as the shortest that are usual. */
const ASSUMED_LIFE_MS = 5 * 24 * HOUR_MS;

type Held = Pick<PaymentFile, 'payment' | 'facts' | 'operations'>;

/** The strategy for the next capture. What was begun is gone on with, whatever the tenant has set meanwhile. */
export function strategyOf({ payment, facts, operations }: Held, policy: CapturePolicy): CaptureStrategy {
  const severalCaptures = reservationOf(facts)?.severalCaptures;
  if (deferredOf(operations).length > 0) return 'deferred_sum';
  if (policy.strategy === 'deferred_sum') return severalCaptures === true ? 'multi' : 'deferred_sum';
  // A part was taken and the rest is still held.
  if (payment.captured > 0) return 'multi';
  return policy.strategy === 'multi' && severalCaptures === false ? 'single_final' : policy.strategy;
}

/** Everything that may be taken of the reservation, in all: more than authorized only where the PSP allows it. */
export function capturableOf({ payment, facts }: Pick<PaymentFile, 'payment' | 'facts'>): number {
  return Math.max(payment.authorized, reservationOf(facts)?.capturableUpTo ?? 0);
}

/** Captures that wait for others. */
export function deferredOf(operations: readonly OperationView[]): OperationView[] {
  return operations.filter(({ kind, status }) => kind === 'defer' && status === 'pending');
}

/** The sum of captures, and the items of all of them, each once. */
export function sumOf(captures: readonly OperationView[]): { amount: number; itemIds: string[] } {
  return {
    amount: captures.reduce((sum, { amount }) => sum + amount, 0),
    itemIds: [...new Set(captures.flatMap((capture) => capture.itemIds))],
  };
}

/**
 * Items inside what was captured: those of captures of ours, or all when the PSP took the money by itself. A part that
 * somebody took at the PSP while the rest is held names no items.
 */
export function capturedItems({ payment, facts, operations }: Held): Set<string> {
  if (payment.captured === 0) return new Set();
  const captures = operations.filter(isCaptured);
  const all = itemIds(payment.order);
  const isHeld = facts.some((fact) => fact.kind === 'captured' && !fact.final) && payment.status !== 'captured';
  if (captures.length === 0) return new Set(isHeld ? [] : all);
  return new Set(captures.flatMap((capture) => (capture.itemIds.length > 0 ? capture.itemIds : all)));
}

/** True for a command's capture whose money was taken, by itself or with others. */
export function isCaptured({ kind, status }: OperationView): boolean {
  return (kind === 'capture' || kind === 'defer') && status === 'succeeded';
}

/** Whether nothing is left to capture after this: every item is covered, or everything that may be taken. */
export function isLast(file: Held, next: { amount: number; itemIds: readonly string[] }): boolean {
  const waiting = sumOf(deferredOf(file.operations));
  const { payment } = file;
  if (payment.captured + waiting.amount + next.amount >= capturableOf(file)) return true;
  const covered = new Set([...capturedItems(file), ...waiting.itemIds, ...next.itemIds]);
  const all = itemIds(payment.order);
  return all.length > 0 && all.every((id) => covered.has(id));
}

/**
 * The sum to take now: when the last item is there, or when the authorization ends soon. Undefined while there is
 * nothing to take, or while one of these is being taken.
 */
export function sumDue(
  file: Held,
  policy: CapturePolicy,
  now: string,
): { amount: number; itemIds: string[]; first: string } | undefined {
  const waiting = deferredOf(file.operations);
  const [first] = waiting;
  const isTaken = file.operations.some(
    ({ kind, status }) => (kind === 'collect' || kind === 'close') && (status === 'asked' || status === 'pending'),
  );
  if (first === undefined || isTaken) return undefined;
  const isDue = isLast(file, { amount: 0, itemIds: [] }) || takenAt(file, policy) <= now;
  return isDue ? { ...sumOf(waiting), first: first.id } : undefined;
}

/** When deferred captures are taken at the latest: ISO text. */
export function takenAt({ payment, facts }: Pick<PaymentFile, 'payment' | 'facts'>, policy: CapturePolicy): string {
  const authorized = reservationOf(facts);
  const end =
    authorized?.expiresAt === undefined
      ? Date.parse(authorized?.at ?? payment.createdAt) + ASSUMED_LIFE_MS
      : Date.parse(authorized.expiresAt);
  return new Date(end - (policy.hoursBeforeEnd ?? HOURS_BEFORE_END) * HOUR_MS).toISOString();
}

function reservationOf(facts: PaymentFile['facts']) {
  return facts.find((fact) => fact.kind === 'authorized');
}
