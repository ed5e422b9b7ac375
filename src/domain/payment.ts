/** A payment: one order's claim on money, its statuses and the moves between them. */
import type { Fact } from './fact.js';
import type { OperationView, Refund } from './operation.js';
import type { Order } from './order.js';

export const PAYMENT_STATUSES = [
  'new',
  'authorized',
  'authorization_failed',
  'capture_requested',
  'captured',
  'capture_failed',
  'canceled',
  'cancellation_failed',
  'overpaid',
  'underpaid',
  'refunded',
  'refund failed',
  'partially refunded',
] as const;
export type PaymentStatus = (typeof PAYMENT_STATUSES)[number];

/**
 * Every allowed move, as data. The comment says which flow performs it. A move that is not here is refused: the
 * facts are kept, the status stays and the refusal is written into the history.
 */
export const TRANSITIONS: Readonly<Record<PaymentStatus, readonly PaymentStatus[]>> = {
  // webhook (authorized, captured, failed, over/underpaid), confirm, cancel
  new: ['authorized', 'authorization_failed', 'captured', 'capture_failed', 'canceled', 'cancellation_failed', 'overpaid', 'underpaid'],
  // capture, cancel, webhook
  authorized: ['capture_requested', 'captured', 'capture_failed', 'canceled', 'cancellation_failed', 'overpaid', 'underpaid'],
  // initialize again; a customer who pays after all
  authorization_failed: ['new', 'authorized', 'captured'],
  // capture answered late; a part was taken and the rest is still held
  capture_requested: ['authorized', 'captured', 'capture_failed', 'canceled', 'cancellation_failed', 'overpaid', 'underpaid'],
  // capture again
  capture_failed: ['authorized', 'capture_requested', 'captured', 'overpaid', 'underpaid'],
  // cancel again; capture what could not be canceled, all of it or a part while the rest is still held; a transfer
  cancellation_failed: ['authorized', 'canceled', 'capture_requested', 'captured', 'capture_failed', 'overpaid', 'underpaid'],
  // refund
  captured: ['refunded', 'partially refunded', 'overpaid'],
  overpaid: ['refunded', 'partially refunded'],
  // the customer tops up, or the shop gives up
  underpaid: ['captured', 'overpaid', 'canceled'],
  // refund; a refund that fails late makes the status fall back
  'partially refunded': ['refunded', 'captured', 'overpaid'],
  refunded: ['partially refunded', 'captured', 'overpaid'],
  'refund failed': ['refunded', 'partially refunded'],
  canceled: [],
}; // prettier-ignore

/** Statuses in which money may be given back. */
export const REFUNDABLE: readonly PaymentStatus[] = ['captured', 'partially refunded', 'overpaid'];

/** An id that stands in until the PSP's own is known. */
export const PLACEHOLDER = 'tmp-';

/** True when the table allows the move. Staying is no move. */
export function mayMove(from: PaymentStatus, to: PaymentStatus): boolean {
  return TRANSITIONS[from].includes(to);
}

export interface Payment {
  id: string;
  tenantId: string;
  connector: string;
  orderReference?: string;
  /** The PSP's id; the shop calls it transaction id. Absent until the PSP has answered. */
  transactionId?: string;
  /** Opaque: the caller in a storefront who began it, and who alone may touch it from there. */
  owner?: string;
  status: PaymentStatus;
  round: number;
  amount: number;
  currency: string;
  order: Order;
  redirectSuccessUrl?: string;
  redirectCancelUrl?: string;
  checkoutSummaryUrl?: string;
  details: Record<string, string>;
  /** Sealed. */
  session?: string;
  pageExpiresAt: string;
  authorized: number;
  captured: number;
  refunded: number;
  version: number;
  /** How often it was looked at by itself. */
  looks: number;
  createdAt: string;
}

export interface HistoryRow {
  fromStatus?: PaymentStatus;
  toStatus: PaymentStatus;
  reason: string;
  at: string;
}

/** A payment with everything its status depends on, as read in one go. */
export interface PaymentFile {
  payment: Payment;
  facts: Fact[];
  operations: OperationView[];
  refunds: Refund[];
  history: HistoryRow[];
  references: { kind: string; reference: string; parent?: string }[];
}
