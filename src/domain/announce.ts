/**
 * What the shop is told about a change, and in which order: per move of the status first that the payment was
 * updated, then what happened. Each thing carries a name (`announces`) under which it is told once.
 */
import { isCaptured } from './capturing.js';
import { paymentDetails } from './details.js';
import type { AppEvent, PaymentRecordEvent, PaymentStatusEvent, PaymentStatusKind } from './event.js';
import type { OperationView, Refund } from './operation.js';
import { itemIds } from './order.js';
import { PLACEHOLDER, type HistoryRow, type Payment, type PaymentFile, type PaymentStatus } from './payment.js';

export interface Announcement {
  event: AppEvent;
  /** The same thing is announced once per payment. Absent: told whenever it happens. */
  announces?: string;
  /** The operation whose outcome it tells: the command behind it reads its answer by its own correlation. */
  operationId?: string;
  /** Nobody asked for it: it is learned along with an answer, and answers no command. */
  byTheWay?: true;
}

export interface Happening {
  before: PaymentFile;
  /** As it is now. */
  payment: Payment;
  path: PaymentStatus[];
  history: HistoryRow[];
  /** Operations that this change has settled or moved. */
  operations: OperationView[];
  refunds: Refund[];
  announceUpdate: boolean;
}

/** Everything to tell. Nothing but the creation is told while there is no order to tell it about. */
export function announcements(happening: Happening): Announcement[] {
  const told = creation(happening);
  if (happening.payment.orderReference === undefined) return told;
  const { before, path, history, operations, refunds } = happening;
  if (isOvertaken(happening)) {
    told.push(update(happening, before.history), whole(happening, 'payment_authorized'));
  }
  path.forEach((to, n) => {
    const from = path[n - 1] ?? before.payment.status;
    told.push(update(happening, before.history.concat(history.slice(0, n + 1)), { from, to }));
    if (to === 'captured' || to === 'overpaid') told.push(...missedAuthorization(happening, from));
    told.push(...ofStep(happening, from, to));
  });
  const quiet = path.length === 0 && told.length === 0;
  const taken = happening.payment.captured !== before.payment.captured;
  const worthUpdate = refunds.length > 0 || taken || operations.some(isCaptured) || happening.announceUpdate;
  if (quiet && worthUpdate) told.push(update(happening, before.history.concat(history)));
  told.push(...operations.flatMap((operation) => ofOperation(happening, operation)));
  if (path.includes('captured')) told.push(...ofRest(happening));
  told.push(...ripeRefunds(happening).flatMap((refund) => ofRefund(happening, refund)));
  return told;
}

/**
 * The refunds to speak of. One that was made at the PSP may be known before the capture: it is told after that, and
 * with it.
 */
function ripeRefunds({ before, payment, refunds }: Happening): Refund[] {
  if (payment.captured === 0) return refunds.filter(({ operationId }) => operationId !== undefined);
  if (before.payment.captured > 0) return refunds;
  return [...before.refunds.filter((known) => !refunds.some(({ id }) => id === known.id)), ...refunds];
}

/**
 * When the table refuses a move: only what came of our own askings, because a shop waits for each answer. Nothing
 * while there is no order.
 */
export function answersAlone(asked: Omit<Happening, 'path' | 'history'>): Announcement[] {
  if (asked.payment.orderReference === undefined) return [];
  const happening = { ...asked, path: [], history: [] };
  const ours = asked.refunds.filter(({ operationId }) => operationId !== undefined);
  return [
    ...asked.operations.flatMap((operation) => ofOperation(happening, operation)),
    ...ours.flatMap((refund) => ofRefund(happening, refund)),
  ];
}

function creation({ before, payment }: Happening): Announcement[] {
  const isNew = before.payment.transactionId === undefined && payment.transactionId !== undefined;
  if (!isNew || payment.transactionId === undefined || payment.transactionId.startsWith(PLACEHOLDER)) return [];
  const event: PaymentRecordEvent = {
    kind: 'payment_created',
    ...(payment.orderReference === undefined ? {} : { orderReference: payment.orderReference }),
    transactionId: payment.transactionId,
    details: paymentDetails(payment, before.history),
  };
  return [{ event, announces: 'created' }];
}

function update(
  { payment }: Happening,
  history: HistoryRow[],
  move?: { from: PaymentStatus; to: PaymentStatus },
): Announcement {
  return {
    event: {
      kind: 'payment_updated',
      ...(payment.orderReference === undefined ? {} : { orderReference: payment.orderReference }),
      transactionId: payment.transactionId ?? '',
      details: paymentDetails(payment, history, move),
    },
  };
}

/** The failure of a capture or a cancel was told before the authorization: the shop waits for that too. */
function isOvertaken({ before, payment, path }: Happening): boolean {
  const isFailed = payment.status === 'capture_failed' || payment.status === 'cancellation_failed';
  const isLearned = before.payment.authorized === 0 && payment.authorized > 0;
  return isFailed && isLearned && path.length === 0;
}

/**
 * A shop waits for the authorization before it believes in a capture. One that failed to be called off, or came in too
 * little at first, may never have been authorized.
 */
function missedAuthorization(happening: Happening, from: PaymentStatus): Announcement[] {
  const { history } = happening.before;
  const failedBefore = from === 'underpaid' || from === 'cancellation_failed';
  // Known to us is not told to the shop: money may be held of a payment that stays underpaid.
  const isTold = history.some(({ toStatus }) => toStatus === 'authorized');
  return failedBefore && !isTold ? [whole(happening, 'payment_authorized')] : [];
}

/** What a move announces by itself. Captures, cancels and refunds of ours announce what was asked instead. */
function ofStep(happening: Happening, from: PaymentStatus, to: PaymentStatus): Announcement[] {
  const { operations, before } = happening;
  const settled = (kind: string): boolean =>
    operations.some((operation) => operation.kind === kind && isFinal(operation));
  const isCapture = settled('capture') || settled('defer');
  const capturedByUs = isCapture || before.operations.some(isCaptured);
  switch (to) {
    case 'authorized':
      return from === 'new' || from === 'authorization_failed' ? [whole(happening, 'payment_authorized')] : [];
    case 'authorization_failed':
      return [whole(happening, 'payment_authorization_failed')];
    case 'captured':
      return isFallBack(from) || isCapture ? [] : ofCaptureElsewhere(happening);
    case 'capture_failed':
      return isCapture ? [] : [whole(happening, 'payment_capture_failed')];
    case 'canceled':
      return settled('cancel') ? [] : [whole(happening, 'payment_canceled')];
    case 'cancellation_failed':
      return settled('cancel') || settled('close') ? [] : [whole(happening, 'payment_cancellation_failed')];
    // Of a pair the shop keeps the last: the order matters.
    case 'overpaid':
      return isFallBack(from)
        ? []
        : [...(capturedByUs ? [] : [whole(happening, 'payment_captured')]), whole(happening, 'payment_overpaid')];
    case 'underpaid':
      return [part(happening, 'payment_capture_failed', 'underpaid'), whole(happening, 'payment_underpaid')];
    default:
      return [];
  }
}

/** Captured without an asking of ours that says so: all of it, what our captures had left, or nothing any more. */
function ofCaptureElsewhere(happening: Happening): Announcement[] {
  const { before, payment, operations } = happening;
  const taken = payment.captured - before.payment.captured;
  if (taken === 0 && before.payment.captured > 0) {
    // Nothing more will be taken: the rest of the reservation was released.
    const canceledByUs = operations.some((operation) => operation.kind === 'cancel' && isFinal(operation));
    return canceledByUs ? [] : [whole(happening, 'payment_canceled')];
  }
  if (!before.operations.some(isCaptured)) return [whole(happening, 'payment_captured')];
  const left = itemsLeft(before.operations, payment);
  return [{ ...part(happening, 'payment_captured', 'rest', { amount: taken, itemIds: left }), byTheWay: true }];
}

/** What the PSP took beyond the captures of ours that this change has settled. */
function ofRest(happening: Happening): Announcement[] {
  const { before, payment, operations } = happening;
  const captures = operations.filter(isCaptured);
  const ours = captures.reduce((sum, { amount }) => sum + amount, 0);
  const rest = payment.captured - before.payment.captured - ours;
  const left = itemsLeft([...before.operations, ...captures], payment);
  return captures.length === 0 || rest <= 0 || left.length === 0
    ? []
    : [{ ...part(happening, 'payment_captured', 'rest', { amount: rest, itemIds: left }), byTheWay: true }];
}

function itemsLeft(operations: readonly OperationView[], payment: Payment): string[] {
  const told = new Set(operations.filter(isCaptured).flatMap((capture) => capture.itemIds));
  return itemIds(payment.order).filter((id) => !told.has(id));
}

function ofOperation(happening: Happening, operation: OperationView): Announcement[] {
  if (!isFinal(operation)) return [];
  const ok = operation.status === 'succeeded';
  const asked = { amount: operation.amount, itemIds: operation.itemIds };
  const operationId = operation.id;
  switch (operation.kind) {
    case 'capture':
    case 'defer':
      return [
        { ...part(happening, ok ? 'payment_captured' : 'payment_capture_failed', operation.id, asked), operationId },
      ];
    case 'cancel':
    case 'close':
    case 'reverse':
      return [
        { ...part(happening, ok ? 'payment_canceled' : 'payment_cancellation_failed', operation.id), operationId },
      ];
    default:
      return [];
  }
}

function ofRefund(happening: Happening, refund: Refund): Announcement[] {
  // Asked for as a cancel, it is answered as one; what goes back after a cancel was answered by that.
  const asked = happening.before.operations.find(({ id }) => id === refund.operationId);
  if (asked?.kind === 'reverse' || happening.payment.status === 'canceled') return [];
  const known = happening.before.refunds.find((other) => other.id === refund.id);
  if (refund.status === 'pending' || refund.status === 'processing') return [];
  // Told by the PSP before it answered us, it looked like somebody else's: only now is it known to be the one we asked for.
  const becameOurs = refund.operationId !== undefined && known?.operationId === undefined;
  const waited = refund.operationId === undefined && happening.before.payment.captured === 0;
  // A part of what was told as refunded has come back: only the shop can decide to give it back again.
  const lost = known?.status === 'succeeded' && refund.status === 'succeeded' ? known.amount - refund.amount : 0;
  if (asked !== undefined && lost > 0) {
    const about = { amount: lost, itemIds: asked.itemIds };
    return [part(happening, 'payment_refund_failed', `${refund.id}:part`, about)];
  }
  if (known?.status === refund.status && !becameOurs && !waited) return [];
  if (refund.operationId === undefined) {
    // A part that somebody gave back at the PSP names no items; the shop learns of it by the update.
    if (refund.itemIds.length === 0) return [];
    // Nobody asked for it, so its failure is news only to who heard that it succeeded.
    if (refund.status !== 'succeeded' && known?.status !== 'succeeded') return [];
  }
  const kind = refund.status === 'succeeded' ? 'payment_refunded' : 'payment_refund_failed';
  const about = { amount: refund.amount, itemIds: asked?.itemIds ?? refund.itemIds };
  const told = part(happening, kind, `${refund.id}:${refund.status}`, about);
  return [refund.operationId === undefined ? { ...told, byTheWay: true } : told];
}

function whole(happening: Happening, kind: PaymentStatusKind): Announcement {
  return part(happening, kind, 'order');
}

/** A status event. What was asked for replaces the whole order's amount and items when it says something. */
function part(
  happening: Happening,
  kind: PaymentStatusKind,
  of: string,
  asked?: { amount: number; itemIds: string[] },
): Announcement {
  const { payment } = happening;
  const event: PaymentStatusEvent = {
    kind,
    orderReference: payment.orderReference ?? '',
    currency: payment.currency,
    amount: asked === undefined || asked.amount === 0 ? payment.order.grandTotal : asked.amount,
    itemIds: asked === undefined || asked.itemIds.length === 0 ? itemIds(payment.order) : asked.itemIds,
  };
  return { event, announces: `${payment.round}:${kind}:${of}` };
}

function isFinal(operation: OperationView): boolean {
  return operation.status === 'succeeded' || operation.status === 'declined' || operation.status === 'failed';
}

/** A refund that failed late lets the status fall back to what was announced long ago. */
function isFallBack(from: PaymentStatus): boolean {
  return from === 'refunded' || from === 'partially refunded';
}
