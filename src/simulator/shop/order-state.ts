/**
 * The order management of the demo shop as pure functions: which state the messages put each order line into. Messages
 * are applied in the order in which the app wrote them, each once, and only where the move fits; so neither repeats
 * nor a changed order of arrival make a difference.
 */
import type { Command, CommandName, Message } from './record.js';

export type LineState =
  | 'new'
  | 'authorized'
  | 'authorization_failed'
  | 'captured'
  | 'capture_failed'
  | 'canceled'
  | 'cancellation_failed'
  | 'refunded'
  | 'refund_failed';

export type OrderStatus = LineState | 'partially_captured' | 'partially_refunded';

/** The state a message brings its lines to. Overpaid and underpaid come beside one of these and move nothing. */
export const STATE_TOLD: Readonly<Record<string, LineState>> = {
  PaymentAuthorized: 'authorized',
  PaymentAuthorizationFailed: 'authorization_failed',
  PaymentCaptured: 'captured',
  PaymentCaptureFailed: 'capture_failed',
  PaymentCanceled: 'canceled',
  PaymentCancellationFailed: 'cancellation_failed',
  PaymentRefunded: 'refunded',
  PaymentRefundFailed: 'refund_failed',
};

/** Every move that fits. Money that was taken is never canceled; a refund may still fail a week later. */
export const MOVES: Readonly<Record<LineState, readonly LineState[]>> = {
  new: ['authorized', 'authorization_failed', 'captured', 'capture_failed', 'canceled', 'cancellation_failed'],
  authorization_failed: ['authorized', 'captured', 'canceled'],
  authorized: ['captured', 'capture_failed', 'canceled', 'cancellation_failed'],
  capture_failed: ['captured', 'canceled', 'cancellation_failed'],
  cancellation_failed: ['canceled', 'captured', 'capture_failed'],
  captured: ['refunded', 'refund_failed'],
  refund_failed: ['refunded'],
  refunded: ['refund_failed'],
  canceled: [],
};

/** Which lines a command may be about. */
export const MAY_ASK: Readonly<Record<CommandName, readonly LineState[]>> = {
  CapturePayment: ['authorized', 'capture_failed', 'cancellation_failed'],
  CancelPayment: ['new', 'authorized', 'cancellation_failed'],
  RefundPayment: ['captured', 'refund_failed'],
};

/** The state of every line after these messages, in whatever order and however often they are given. */
export function lineStates(lineIds: readonly number[], messages: readonly Message[]): Map<number, LineState> {
  const states = new Map<number, LineState>(lineIds.map((id) => [id, 'new']));
  for (const message of inOrder(messages)) {
    const told = STATE_TOLD[message.name];
    if (told === undefined) continue;
    for (const id of lineIdsOf(message)) {
      const present = states.get(id);
      if (present !== undefined && MOVES[present].includes(told)) states.set(id, told);
    }
  }
  return states;
}

/**
 * The state of the shipping, which goes along with the first items that are captured and with the last that are given
 * back.
 */
export function shippingState(states: readonly LineState[]): LineState {
  const taken = states.filter((state) => state === 'captured' || state === 'refund_failed' || state === 'refunded');
  if (taken.length > 0) {
    const isBack = states.every((state) => state === 'refunded' || state === 'canceled');
    return isBack ? 'refunded' : 'captured';
  }
  return states.find((state) => state !== 'canceled') ?? 'canceled';
}

const ARRIVALS: Readonly<Record<string, 'overpaid' | 'underpaid' | undefined>> = {
  PaymentOverpaid: 'overpaid',
  PaymentUnderpaid: 'underpaid',
  PaymentCaptured: undefined,
  PaymentCanceled: undefined,
};

/** Whether another amount arrived than the order's, by the last message that says something about it. */
export function arrivalOf(messages: readonly Message[]): 'overpaid' | 'underpaid' | undefined {
  const last = inOrder(messages).findLast(({ name }) => name in ARRIVALS);
  return last && ARRIVALS[last.name];
}

/** One word for the whole order. Canceled lines do not count beside others: they are the part that was let go. */
export function orderStatus(states: Iterable<LineState>): OrderStatus {
  const kept = new Set([...states].filter((state) => state !== 'canceled'));
  const [first] = kept;
  if (first === undefined) return 'canceled';
  if (kept.size === 1) return first;
  if (kept.has('refunded')) return 'partially_refunded';
  if (kept.has('captured') || kept.has('refund_failed')) {
    return kept.size === 2 && kept.has('captured') && kept.has('refund_failed')
      ? 'refund_failed'
      : 'partially_captured';
  }
  const mixed = ['capture_failed', 'cancellation_failed', 'authorization_failed', 'authorized'] as const;
  return mixed.find((state) => kept.has(state)) ?? 'new';
}

/** Text that sorts as the app wrote the messages: its timestamp in microseconds, whatever form it came in. */
export function writtenAt(message: Message): string {
  const { timestamp } = message.attributes;
  if (typeof timestamp === 'number' || (typeof timestamp === 'string' && /^\d+$/.test(timestamp))) {
    return new Date(Number(timestamp) * 1000).toISOString().replace('Z', '000');
  }
  if (typeof timestamp !== 'string') return '';
  const [seconds = '', fraction = ''] = timestamp.replace(' ', 'T').replace(/Z$/, '').split('.');
  return `${seconds}.${fraction.padEnd(6, '0')}`;
}

/** The lines a status message is about: strings or integers, in a list or under numeric keys. */
export function lineIdsOf(message: Message): number[] {
  const ids = message.payload['orderItemIds'];
  if (typeof ids !== 'object' || ids === null) return [];
  return Object.values(ids).map(Number).filter(Number.isSafeInteger);
}

const ANSWERS: Readonly<Record<CommandName, readonly string[]>> = {
  CapturePayment: ['PaymentCaptured', 'PaymentCaptureFailed'],
  CancelPayment: ['PaymentCanceled', 'PaymentCancellationFailed'],
  RefundPayment: ['PaymentRefunded', 'PaymentRefundFailed'],
};

/** Whether the message tells how the command went. The caller knows that it came after the command. */
export function answers(message: Message, command: Command): boolean {
  if (!ANSWERS[command.name].includes(message.name)) return false;
  const ids = new Set(lineIdsOf(message));
  return command.payload.orderItemIds.some((id) => ids.has(id));
}

function inOrder(messages: readonly Message[]): Message[] {
  const once = [...new Map(messages.map((message) => [message.id, message])).values()];
  const keyed = once.map((message) => ({ message, key: `${writtenAt(message)} ${message.id}` }));
  return keyed.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)).map(({ message }) => message);
}
