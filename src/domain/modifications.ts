/**
 * Captures, cancels and refunds on their way: how an answer or a fact settles the operation that asked for it, and
 * which refund rows follow. A settled operation stays settled, whoever tells its outcome again.
 */
import type { Fact, RefundStatus } from './fact.js';
import { TAKING, type OperationStatus, type OperationView, type Refund } from './operation.js';
import { itemIds } from './order.js';
import type { PaymentFile } from './payment.js';
import { refundedAmount, refundedItems } from './status.js';

/** The answer to one asking. */
export interface OperationNews {
  id: string;
  status: OperationStatus;
  unanswered: boolean;
  reason?: string;
  /** Refund only: the PSP's id. */
  refundId?: string;
}

/** The operations whose status the news or the facts have changed. */
export function settleOperations(
  operations: readonly OperationView[],
  facts: readonly Fact[],
  grown: readonly Fact[],
  context: { news: OperationNews | undefined; now: string },
): OperationView[] {
  const changed = (operation: OperationView, verdict: Verdict | undefined): OperationView[] => {
    if (verdict === undefined) return [];
    const unanswered = verdict.status === 'asked' && (operation.unanswered || verdict.unanswered === true);
    if (verdict.status === operation.status && unanswered === operation.unanswered) return [];
    const settledAt = isSettled(verdict.status) ? { settledAt: context.now } : {};
    const reason = verdict.reason === undefined ? {} : { reason: verdict.reason };
    return [{ ...operation, status: verdict.status, unanswered, ...settledAt, ...reason }];
  };
  const open = operations.filter(({ status }) => !isSettled(status));
  const asked = open.flatMap((operation) => {
    if (operation.kind === 'defer') return [];
    const answered = context.news?.id === operation.id ? context.news : undefined;
    return changed(operation, verdictOfFacts(operation, facts, grown) ?? answered);
  });
  const sum = asked.find(({ kind, status }) => (kind === 'collect' || kind === 'close') && isSettled(status));
  // They come to their end together, by the capture of their sum or because the money is gone.
  const deferred = open.filter(({ kind }) => kind === 'defer');
  return [...deferred.flatMap((capture) => changed(capture, deferredVerdict(capture, facts) ?? sum)), ...asked];
}

function isSettled(status: OperationStatus): boolean {
  return status === 'succeeded' || status === 'declined' || status === 'failed';
}

interface Verdict {
  status: OperationStatus;
  unanswered?: boolean;
  reason?: string;
}

function verdictOfFacts(operation: OperationView, facts: readonly Fact[], grown: readonly Fact[]): Verdict | undefined {
  if (operation.kind === 'close') return closeVerdict(operation, facts, grown);
  if (TAKING.includes(operation.kind)) return captureVerdict(operation, facts, grown);
  if (CANCELING.includes(operation.kind)) return cancelVerdict(operation, facts, grown);
  if (isRefund(operation)) return refundVerdict(operation, facts);
  return undefined;
}

/** Kinds that are done once the payment is canceled, whoever asked. */
const CANCELING: readonly OperationView['kind'][] = ['cancel', 'abandon', 'withdraw'];

/** Whether it gives money back: by command, instead of a cancel, or of itself after one. */
function isRefund({ kind }: OperationView): boolean {
  return kind === 'refund' || kind === 'reverse' || kind === 'return';
}

function captureVerdict(operation: OperationView, facts: readonly Fact[], grown: readonly Fact[]): Verdict | undefined {
  const captured = facts.find((fact) => fact.kind === 'captured');
  if (captured !== undefined && captured.amount > operation.capturedBefore) {
    if (captured.final || captured.amount >= operation.capturedBefore + operation.amount)
      return { status: 'succeeded' };
  }
  const failed = grown.find((fact) => fact.kind === 'capture_failed' && isAbout(fact, operation));
  if (failed?.kind === 'capture_failed') return { status: 'failed', reason: failed.reason };
  const gone = grown.find((fact) => fact.kind === 'canceled');
  return gone === undefined ? undefined : { status: 'failed', reason: 'The authorization is gone' };
}

/** Done as a cancel too: the sum was taken, and no more than that. */
function closeVerdict(operation: OperationView, facts: readonly Fact[], grown: readonly Fact[]): Verdict | undefined {
  const captured = facts.find((fact) => fact.kind === 'captured');
  const isAll = captured !== undefined && captured.amount > operation.capturedBefore + operation.amount;
  if (isAll && captured.final) return { status: 'declined', reason: 'The money has been captured' };
  return captureVerdict(operation, facts, grown);
}

/** Captures that waited when the PSP took the money, or let go of it, without being asked for their sum. */
function deferredVerdict(operation: OperationView, facts: readonly Fact[]): Verdict | undefined {
  const captured = facts.find((fact) => fact.kind === 'captured');
  if (captured?.final === true && captured.amount > operation.capturedBefore) return { status: 'succeeded' };
  const isGone = captured?.final === true || facts.some((fact) => fact.kind === 'canceled');
  return isGone ? { status: 'failed', reason: 'The authorization is gone' } : undefined;
}

/**
 * Whether a failure is of this asking. A PSP may tell late that an earlier one failed; when it does not say which, the
 * time does.
 */
function isAbout(fact: Extract<Fact, { kind: 'capture_failed' | 'cancel_failed' }>, operation: OperationView): boolean {
  return fact.operationId === undefined ? fact.at >= operation.askedAt : fact.operationId === operation.id;
}

function cancelVerdict(operation: OperationView, facts: readonly Fact[], grown: readonly Fact[]): Verdict | undefined {
  if (facts.some((fact) => fact.kind === 'canceled')) return { status: 'succeeded' };
  const captured = facts.find((fact) => fact.kind === 'captured');
  if (captured?.final === true) {
    // Nothing more was taken than before: the rest was released, which is what canceling asks for.
    const released = operation.capturedBefore > 0 && captured.amount === operation.capturedBefore;
    return released ? { status: 'succeeded' } : { status: 'declined', reason: 'The money has been captured' };
  }
  const failed = grown.find((fact) => fact.kind === 'cancel_failed' && isAbout(fact, operation));
  return failed?.kind === 'cancel_failed' ? { status: 'declined', reason: failed.reason } : undefined;
}

const OPERATION_OF_REFUND: Readonly<Record<RefundStatus, OperationStatus>> = {
  pending: 'pending',
  processing: 'pending',
  succeeded: 'succeeded',
  failed: 'failed',
  canceled: 'failed',
};

function refundVerdict(operation: OperationView, facts: readonly Fact[]): Verdict | undefined {
  const told = facts.find((fact) => fact.kind === 'refund' && fact.operationId === operation.id);
  return told?.kind === 'refund' ? { status: OPERATION_OF_REFUND[told.status] } : undefined;
}

/** The refund rows that are new or changed. A refund we asked for wears its operation's id. */
export function settleRefunds(
  file: PaymentFile,
  told: {
    grown: readonly Fact[];
    operations: readonly OperationView[];
    news: OperationNews | undefined;
    newId: () => string;
  },
): Refund[] {
  const changed = new Map<string, Refund>();
  for (const fact of told.grown) {
    if (fact.kind !== 'refund') continue;
    const refund = refundOfFact({ ...file, refunds: latest(file.refunds, changed) }, fact, told);
    changed.set(refund.id, refund);
  }
  const answered = told.operations.find((operation) => operation.id === told.news?.id && isRefund(operation));
  const isTold = [...changed.values()].some(({ operationId }) => operationId === answered?.id);
  if (answered !== undefined && !isTold) {
    const row = refundOfAnswer(file, answered, told.news?.refundId);
    if (row !== undefined) changed.set(row.id, row);
  }
  // A PSP tells one refund by several events; what is known already is no news.
  return [...changed.values()].filter((refund) => !isKnown(file.refunds, refund));
}

function isKnown(refunds: readonly Refund[], told: Refund): boolean {
  const known = refunds.find(({ id }) => id === told.id);
  return known !== undefined && COMPARED.every((field) => known[field] === told[field]);
}

const COMPARED = ['operationId', 'refundId', 'status', 'amount', 'reason'] as const;

function latest(before: readonly Refund[], changed: ReadonlyMap<string, Refund>): Refund[] {
  return [...before.filter((refund) => !changed.has(refund.id)), ...changed.values()];
}

type RefundFact = Extract<Fact, { kind: 'refund' }>;

function refundOfFact(
  file: PaymentFile,
  fact: RefundFact,
  told: { grown: readonly Fact[]; news: OperationNews | undefined; newId: () => string },
): Refund {
  const named = told.news?.refundId === fact.refundId ? told.news.id : undefined;
  const operationId = fact.operationId ?? named;
  const known = file.refunds.find(
    (refund) => refund.refundId === fact.refundId || (operationId !== undefined && refund.operationId === operationId),
  );
  const reason = fact.reason === undefined ? {} : { reason: fact.reason };
  const outcome = { refundId: fact.refundId, status: fact.status, amount: fact.amount, ...reason };
  const operation = file.operations.find((candidate) => candidate.id === operationId);
  if (known !== undefined) {
    const wasOurs = known.operationId !== undefined;
    const ours =
      operation === undefined ? {} : { operationId: operation.id, ...(wasOurs ? {} : { itemIds: operation.itemIds }) };
    // What is left of it is no item any more: the items may be refunded again.
    const isPart = known.status === 'succeeded' && fact.status === 'succeeded' && fact.amount < known.amount;
    return { ...known, ...ours, ...outcome, ...(isPart && wasOurs ? { itemIds: [] } : {}) };
  }
  if (operation !== undefined)
    return { id: operation.id, operationId: operation.id, itemIds: operation.itemIds, ...outcome };
  return { id: told.newId(), itemIds: itemsOfForeignRefund(file, fact, told.grown), ...outcome };
}

/**
 * A refund made at the PSP: all that is left of the money means all items that are left; a part names no items. A
 * refund may be told before its capture: then all of the payment counts as taken.
 */
function itemsOfForeignRefund(file: PaymentFile, fact: RefundFact, grown: readonly Fact[]): string[] {
  const taken = grown.find((candidate) => candidate.kind === 'captured')?.amount ?? 0;
  const captured = Math.max(taken, file.payment.captured);
  const left = (captured === 0 ? file.payment.amount : captured) - refundedAmount(file.refunds);
  if (fact.amount < left) return [];
  const refunded = refundedItems(file.refunds);
  return itemIds(file.payment.order).filter((id) => !refunded.has(id));
}

/** An answer without a fact still leaves a row, so that items are blocked or a failure is on record. */
function refundOfAnswer(file: PaymentFile, operation: OperationView, refundId: string | undefined): Refund | undefined {
  if (operation.status === 'asked') return undefined;
  const status =
    operation.status === 'succeeded' ? 'succeeded' : operation.status === 'pending' ? 'processing' : 'failed';
  // A row that somebody else's telling has made may turn out to be this one.
  const known = file.refunds.find(
    (refund) => refund.id === operation.id || (refundId !== undefined && refund.refundId === refundId),
  );
  const { id, amount, itemIds: ids } = operation;
  const reason = operation.reason === undefined ? {} : { reason: operation.reason };
  const name = refundId === undefined ? {} : { refundId };
  return { ...known, id: known?.id ?? id, operationId: id, status, amount, itemIds: ids, ...name, ...reason };
}
