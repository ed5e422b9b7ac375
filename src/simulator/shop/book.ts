/**
 * What the demo shop knows at the moment: its records, indexed. A record is entered at once and written before
 * anybody is told about it.
 */
import type { Clock } from '../../domain/clock.js';
import type { Journal } from './journal.js';
import { offeredMethods, type PaymentMethod } from './methods.js';
import { isRecord, type Order } from './order.js';
import {
  answers,
  arrivalOf,
  lineStates,
  orderStatus,
  writtenAt,
  type LineState,
  type OrderStatus,
} from './order-state.js';
import type { Answer, Command, Message, ShopRecord } from './record.js';

/** A record and its place in the journal: arrival is known by place, not by time. */
export type Entry<Kind extends ShopRecord['kind'] = ShopRecord['kind']> = Extract<ShopRecord, { kind: Kind }> & {
  place: number;
};

export interface KnownMessage {
  message: Message;
  at: string;
  place: number;
  redeliveries: number;
}

export interface KnownCommand {
  command: Command;
  at: string;
  place: number;
  answer?: Answer;
}

export interface Book {
  orders: Map<string, Order>;
  messages: Map<string, KnownMessage>;
  commands: Map<string, KnownCommand>;
  /** Everything about one order, oldest first. */
  timelines: Map<string, Entry[]>;
  connection: Entry<'connection_answered'>[];
  /** Everything about merchants and their way to the PSP, oldest first. */
  market: Entry<'onboarding_asked' | 'onboarding_answered' | 'message_received'>[];
  /** Resolves once the record is on disk; listeners hear of it then. */
  write(record: ShopRecord): Promise<void>;
  /** Calls back after every written record; returns how to stop. */
  listen(listener: (record: ShopRecord) => void): () => void;
}

/** Reads the journal into a book that continues it. */
export function openBook(journal: Journal): Book {
  const listeners = new Set<(record: ShopRecord) => void>();
  let place = 0;
  const book: Book = {
    orders: new Map(),
    messages: new Map(),
    commands: new Map(),
    timelines: new Map(),
    connection: [],
    market: [],
    async write(record) {
      enter(book, { ...record, place: (place += 1) });
      await journal.append(record);
      for (const listener of listeners) listener(record);
    },
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  for (const record of journal.earlier) enter(book, { ...record, place: (place += 1) });
  return book;
}

/** Messages that change what the shop knows of its merchants. */
const MARKET_NEWS: ReadonlySet<string> = new Set([
  'ReadyForMerchantAppOnboarding',
  'MerchantAppOnboardingStatusChanged',
  'AppConfigUpdated',
]);

function enter(book: Book, entry: Entry): void {
  switch (entry.kind) {
    case 'order_placed':
      book.orders.set(entry.order.orderReference, entry.order);
      break;
    case 'message_received':
      book.messages.set(entry.message.id, {
        message: entry.message,
        at: entry.at,
        place: entry.place,
        redeliveries: 0,
      });
      if (MARKET_NEWS.has(entry.message.name)) book.market.push(entry);
      break;
    case 'onboarding_asked':
    case 'onboarding_answered':
      book.market.push(entry);
      break;
    case 'message_redelivered': {
      const known = book.messages.get(entry.messageId);
      if (known !== undefined) known.redeliveries += 1;
      break;
    }
    case 'command_written':
      book.commands.set(entry.command.id, { command: entry.command, at: entry.at, place: entry.place });
      break;
    case 'command_answered': {
      const known = book.commands.get(entry.commandId);
      if (known !== undefined) known.answer = entry.answer;
      break;
    }
    case 'connection_answered':
      book.connection.push(entry);
      break;
    default:
  }
  const reference = orderReferenceOf(book, entry);
  if (reference === undefined) return;
  const timeline = book.timelines.get(reference) ?? [];
  timeline.push(entry);
  book.timelines.set(reference, timeline);
}

/** The order a record is about; undefined for records about the connection and for orders of others. */
export function orderReferenceOf(book: Book, record: ShopRecord): string | undefined {
  switch (record.kind) {
    case 'order_placed':
      return record.order.orderReference;
    case 'payment_asked':
    case 'payment_answered':
    case 'outside_done':
    case 'time_passed':
    case 'transfers_asked':
    case 'transfers_answered':
      return record.orderReference;
    case 'message_received':
      return messageOrder(record.message);
    case 'message_redelivered': {
      const known = book.messages.get(record.messageId);
      return known === undefined ? undefined : messageOrder(known.message);
    }
    case 'command_written':
      return record.command.orderReference;
    case 'command_answered':
      return book.commands.get(record.commandId)?.command.orderReference;
    case 'connection_answered':
    case 'onboarding_asked':
    case 'onboarding_answered':
      return undefined;
  }
}

/** Payment status messages name the order orderReference, payment records entityReference. */
export function messageOrder(message: Message): string | undefined {
  const reference = message.payload['orderReference'] ?? message.payload['entityReference'];
  return typeof reference === 'string' ? reference : undefined;
}

/** One order as it stands. */
export interface OrderView {
  order: Order;
  status: OrderStatus;
  states: Map<number, LineState>;
  messages: KnownMessage[];
  commands: KnownCommand[];
  timeline: Entry[];
  /** Commands that the app took and has not answered by a message. */
  waiting: KnownCommand[];
  /** The PSP's id, as the app last told it. */
  paymentReference?: string;
  /** Another amount arrived than the order's. */
  arrival?: 'overpaid' | 'underpaid';
}

/** How long an unanswered command keeps the same one from being given again. */
const PATIENCE_MS = 60_000;

/** Looks at one order; undefined when the shop never had it. */
export function viewOrder(book: Book, orderReference: string, clock: Clock): OrderView | undefined {
  const order = book.orders.get(orderReference);
  if (order === undefined) return undefined;
  const timeline = book.timelines.get(orderReference) ?? [];
  const messages = timeline.flatMap((entry) => {
    const known = entry.kind === 'message_received' ? book.messages.get(entry.message.id) : undefined;
    return known === undefined ? [] : [known];
  });
  const commands = timeline.flatMap((entry) => {
    const known = entry.kind === 'command_written' ? book.commands.get(entry.command.id) : undefined;
    return known === undefined ? [] : [known];
  });
  const plain = messages.map(({ message }) => message);
  const states = lineStates(
    order.lines.map(({ id }) => id),
    plain,
  );
  const arrival = arrivalOf(plain);
  const paymentReference = plain.findLast((message) => typeof message.payload['paymentReference'] === 'string');
  return {
    order,
    status: orderStatus(states.values()),
    states,
    messages,
    commands,
    timeline,
    waiting: commands.filter((command) => isWaiting(command, messages, clock)),
    ...(paymentReference && { paymentReference: String(paymentReference.payload['paymentReference']) }),
    ...(arrival && { arrival }),
  };
}

function isWaiting({ command, answer, place, at }: KnownCommand, messages: KnownMessage[], clock: Clock): boolean {
  const isRefused = answer !== undefined && answer.status >= 400 && answer.status < 500;
  if (isRefused || clock.now() - Date.parse(at) > PATIENCE_MS) return false;
  return !messages.some((known) => known.place > place && answers(known.message, command));
}

/** The methods the app announced, oldest first. */
export function paymentMethods(book: Book): PaymentMethod[] {
  return offeredMethods([...book.messages.values()].map(({ message }) => message));
}

export interface AppState {
  status: string;
  isActive: boolean;
  appIdentifier: string;
  channels: string[];
  at: string;
}

/** What the newest AppConfigUpdated said; undefined before the first. */
export function appState(book: Book): AppState | undefined {
  const told = [...book.messages.values()].filter(({ message }) => message.name === 'AppConfigUpdated');
  told.sort((a, b) => (writtenAt(a.message) < writtenAt(b.message) ? -1 : 1));
  const newest = told.at(-1);
  if (newest === undefined) return undefined;
  const { payload } = newest.message;
  const channels = isRecord(payload['messageChannels'])
    ? Object.values(payload['messageChannels'])
    : (payload['messageChannels'] ?? []);
  return {
    status: String(payload['status']),
    isActive: payload['isActive'] === true,
    appIdentifier: String(payload['appIdentifier']),
    channels: Array.isArray(channels) ? channels.filter((channel) => typeof channel === 'string') : [],
    at: newest.at,
  };
}
