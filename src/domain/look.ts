/**
 * When a payment is looked at again without anybody asking: its page ends, no order came for it, its authorization is
 * about to expire, the grace for a transfer is over, money of a canceled payment has to go back, or simply because
 * nothing was heard for a while.
 */
import type { Fact } from './fact.js';
import type { Payment, PaymentFile, PaymentStatus } from './payment.js';
import { isGivenUp, isUnordered } from './pre-order.js';
import { amountToReturn } from './returns.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Silence after which an unfinished payment is read back: by how often it was looked at already. */
const RHYTHM_MS = [HOUR_MS, 6 * HOUR_MS, DAY_MS];
/** Nothing is looked at for longer than this. */
const LONGEST_MS = 30 * DAY_MS;
/** How long before its end an authorization is announced. */
export const EXPIRY_WARNING_MS = DAY_MS;
/** After a moment has passed the PSP gets a little time to act on it first. */
const PATIENCE_MS = 60_000;
/** What is over for the shop is closed, and money that came for it goes back, as soon as it is known. */
const CLOSE_MS = 1_000;

/** Statuses in which the PSP may still do something that we should hear of. */
const OPEN: readonly PaymentStatus[] = [
  'new',
  'authorized',
  'capture_requested',
  'capture_failed',
  'cancellation_failed',
  'underpaid',
];

/** The moment of the next look (ISO text), or undefined when the payment is over. `looks` counts those before. */
export function nextLook(
  file: Pick<PaymentFile, 'payment' | 'facts' | 'operations' | 'refunds'>,
  looks: number,
  now: string,
): string | undefined {
  const { payment, facts, refunds } = file;
  const at = Date.parse(now);
  if (amountToReturn(file, now) > 0 || isLeftOpen(file) || isOverdue(file, now))
    return new Date(at + CLOSE_MS).toISOString();
  const waitsForRefund = refunds.some(({ status }) => status === 'pending' || status === 'processing');
  const waitsForOrder = payment.orderReference === undefined && payment.captured > payment.refunded;
  if (!OPEN.includes(payment.status) && !waitsForRefund && !waitsForOrder) return undefined;
  if (at - Date.parse(payment.createdAt) > LONGEST_MS) return undefined;
  const rhythm = at + (RHYTHM_MS[looks] ?? DAY_MS);
  const moments = [rhythm, ...momentsOf(payment, facts)].filter((moment) => moment > at);
  return new Date(Math.min(...moments)).toISOString();
}

/** What should have happened by now: something else was learned between the moment and the look at it. */
function isOverdue(file: Pick<PaymentFile, 'payment' | 'facts' | 'operations'>, now: string): boolean {
  const isTried = file.operations.some(({ kind }) => kind === 'abandon');
  return underpaidFact(file, now) !== undefined || (isAbandoned(file, now) && !isTried);
}

/** Moments at which something happens by itself. */
function momentsOf({ status, orderReference, pageExpiresAt }: Payment, facts: readonly Fact[]): number[] {
  const moments: number[] = [];
  if (status === 'new' || orderReference === undefined) moments.push(Date.parse(pageExpiresAt) + 1);
  for (const fact of facts) {
    if (fact.kind === 'authorized' && fact.expiresAt !== undefined) {
      const end = Date.parse(fact.expiresAt);
      moments.push(end - EXPIRY_WARNING_MS, end + PATIENCE_MS);
    }
    if (fact.kind === 'received') moments.push(Date.parse(fact.graceUntil) + 1);
  }
  return moments;
}

/** The end of the authorization, when it is near enough to be announced. */
export function expiryToAnnounce(
  { payment, facts }: Pick<PaymentFile, 'payment' | 'facts'>,
  now: string,
): string | undefined {
  if (payment.status !== 'authorized' && payment.status !== 'capture_failed') return undefined;
  const authorized = facts.find((fact) => fact.kind === 'authorized');
  if (authorized?.expiresAt === undefined) return undefined;
  const left = Date.parse(authorized.expiresAt) - Date.parse(now);
  return left > 0 && left <= EXPIRY_WARNING_MS ? authorized.expiresAt : undefined;
}

/** Money that came and was too little, once nobody is waited for any more. */
export function underpaidFact(
  { payment, facts }: Pick<PaymentFile, 'payment' | 'facts'>,
  now: string,
): Fact | undefined {
  const received = facts.find((fact) => fact.kind === 'received');
  if (payment.status !== 'new' || received === undefined || received.graceUntil > now) return undefined;
  return received.amount < payment.amount
    ? { kind: 'underpaid', amount: received.amount, at: received.graceUntil }
    : undefined;
}

/** True when the payment has failed for the shop although the PSP would still take money for it. Tried once. */
export function isLeftOpen({
  payment,
  facts,
  operations,
}: Pick<PaymentFile, 'payment' | 'facts' | 'operations'>): boolean {
  const isOver = payment.status === 'authorization_failed' || payment.status === 'canceled';
  const isOpen = facts.some((fact) => fact.kind === 'authorization_failed' && fact.open === true);
  const isClosed = facts.some(({ kind }) => kind === 'canceled');
  const isTried = operations.some(({ kind, status }) => kind === 'abandon' && status !== 'succeeded');
  return isOver && isOpen && !isClosed && !isTried && payment.transactionId !== undefined;
}

/**
 * True when the page is closed and nobody has begun to pay, or nothing was taken and no order came: the payment can be
 * given up at the PSP.
 */
export function isAbandoned({ payment, facts }: Pick<PaymentFile, 'payment' | 'facts'>, now: string): boolean {
  if (isUnordered(payment, now)) {
    return OPEN.includes(payment.status) && payment.captured === 0 && !isGivenUp({ payment, facts });
  }
  const began = facts.some(({ kind }) => kind === 'processing' || kind === 'received' || kind === 'authorized');
  return payment.status === 'new' && payment.transactionId !== undefined && !began && payment.pageExpiresAt <= now;
}
