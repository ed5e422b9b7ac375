/**
 * An operation is one thing asked of a PSP. It is stored before it is asked; it keeps the exact key and the exact
 * parameters, so that the same asking can be repeated after a crash without moving money twice.
 */
import type { RefundStatus } from './fact.js';

/**
 * `confirm` gives a payment its order, `withdraw` cancels one whose customer gives up before there is an order.
 * `reverse` cancels what is captured already by giving all of it back. No command of the shop waits for two of them:
 * `return` gives back what arrived for a payment nobody wants any more, `abandon` cancels what nobody paid, or ordered.
 * `defer` is a capture that waits for others and is never asked by itself; `collect` takes the sum of those, and `close`
 * does so because the shop cancels the rest. Those of a marketplace belong to no payment's row: an account for a merchant,
 * a link to its forms (never asked twice: nobody waits for a second one), money to the account, and money back from it.
 */
export type OperationKind =
  | 'initialize'
  | 'update'
  | 'confirm'
  | 'withdraw'
  | 'capture'
  | 'defer'
  | 'collect'
  | 'close'
  | 'cancel'
  | 'refund'
  | 'reverse'
  | 'return'
  | 'abandon'
  | 'register_endpoint'
  | 'remove_endpoint'
  | 'register_domain'
  | 'create_account'
  | 'link_account'
  | 'transfer'
  | 'reverse_transfer';

/** Kinds that take money when they are asked. */
export const TAKING: readonly OperationKind[] = ['capture', 'collect', 'close'];

/**
 * `asked`: no answer yet, nobody knows; `pending`: the PSP accepted it and will tell the outcome;
 * `declined`: the PSP said no; `failed`: the PSP could not do it, or we did not ask in the end.
 */
export type OperationStatus = 'asked' | 'pending' | 'succeeded' | 'declined' | 'failed';

/** What a connector's verb answers. `unknown` is the default: only an explicit answer moves money. */
export type AnswerKind = 'completed' | 'accepted' | 'requires_action' | 'rejected' | 'unknown';

/** How the answer of a PSP is stored on the operation. */
export const STATUS_OF_ANSWER: Readonly<Record<AnswerKind, Exclude<OperationStatus, 'failed'>>> = {
  completed: 'succeeded',
  accepted: 'pending',
  requires_action: 'pending',
  rejected: 'declined',
  unknown: 'asked',
};

/** The part of an operation that the status of a payment depends on. */
export interface OperationView {
  id: string;
  kind: OperationKind;
  status: OperationStatus;
  /** True once an asking ended without an answer. */
  unanswered: boolean;
  amount: number;
  itemIds: string[];
  /** Money taken before this operation was asked; a capture is done when more than that is taken. */
  capturedBefore: number;
  /** ISO text: a failure that happened before is another asking's. */
  askedAt: string;
  /** ISO text; absent while it is not settled. */
  settledAt?: string;
  reason?: string;
}

/** One refund of a payment: asked by us, or made at the PSP. */
export interface Refund {
  id: string;
  /** Absent when the refund was made at the PSP. */
  operationId?: string;
  /** The PSP's id; absent while it is not known. */
  refundId?: string;
  status: RefundStatus;
  amount: number;
  itemIds: string[];
  reason?: string;
}
