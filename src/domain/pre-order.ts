/** Payments that exist before their order: when one of them is over although it never got an order. Pure. */
import type { OperationKind } from './operation.js';
import type { Payment, PaymentFile } from './payment.js';

/** True when nobody can pay it any more, or everything that was paid went back: it will never have an order. */
export function isGivenUp({ payment, facts }: Pick<PaymentFile, 'payment' | 'facts'>): boolean {
  const isOver = payment.status === 'canceled' || payment.status === 'refunded';
  return isOver || facts.some(({ kind }) => kind === 'canceled');
}

/** True when it is being ended: the PSP has accepted that, and will tell the outcome. */
export function isEnding({ operations }: Pick<PaymentFile, 'operations'>): boolean {
  return operations.some(({ kind, status }) => status === 'pending' && REASONS[kind] !== undefined);
}

/** True once no order is waited for any more. */
export function isUnordered({ orderReference, transactionId, pageExpiresAt }: Payment, now: string): boolean {
  return orderReference === undefined && transactionId !== undefined && pageExpiresAt <= now;
}

const GAVE_UP = 'the customer gave up before the order';
const CAME_NOT = 'no order came in time';

/** Why a payment without an order was ended, for its history. */
const REASONS: Partial<Record<OperationKind, string>> = {
  withdraw: GAVE_UP,
  reverse: GAVE_UP,
  abandon: CAME_NOT,
  return: CAME_NOT,
};

/** Why this was asked of a payment; undefined when it has an order, or when it was not asked to end it. */
export function endReason({ orderReference }: Payment, kind: OperationKind): string | undefined {
  return orderReference === undefined ? REASONS[kind] : undefined;
}
