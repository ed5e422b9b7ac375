/**
 * The durable records of the demo shop, one per line of its journal: everything it did and everything it was told.
 * All else (item states, payment methods, pages) is derived from them.
 */
import type { Order } from './order.js';
import type { OutsidePress } from './outside.js';

export interface Message {
  /** The channel server's id of the message. */
  id: string;
  channel: string;
  name: string;
  attributes: Readonly<Record<string, unknown>>;
  payload: Readonly<Record<string, unknown>>;
  /** The body as it came when it is no JSON object; such a message is never acknowledged. */
  unreadable?: string;
}

export type CommandName = 'CapturePayment' | 'CancelPayment' | 'RefundPayment';

export interface Command {
  /** Travels as Transaction-Id: a command sent again after a crash is the same command. */
  id: string;
  correlationId: string;
  name: CommandName;
  orderReference: string;
  /** Microseconds, UTC, no zone; as the attribute travels. */
  timestamp: string;
  payload: {
    orderReference: string;
    orderItemIds: number[];
    amount: number;
    currencyIsoCode: string;
    orderItems?: { orderItemId: number; sku: string }[];
  };
}

/** What the app answered. Status 0: no answer, the body says why. */
export interface Answer {
  status: number;
  body: unknown;
}

/** What a payout and its reversal say of one item, in the names and types that shops send. */
export interface TransferItem {
  transfer_id: string | null;
  type: 'order-item';
  merchant_reference: string;
  order_reference: string;
  item_reference: string;
  /** Minor units as text; negative: taken back. */
  amount: string;
  is_successful: null;
  failure_message: null;
}

export type TransferKind = 'payout' | 'reversal';

export type ConnectionVerb = 'configure' | 'disconnect';

export type ShopRecord =
  | { kind: 'order_placed'; at: string; order: Order }
  | { kind: 'payment_asked'; at: string; orderReference: string; url: string; request: unknown }
  | { kind: 'payment_answered'; at: string; orderReference: string; answer: Answer }
  | { kind: 'message_received'; at: string; message: Message }
  | { kind: 'message_redelivered'; at: string; messageId: string }
  | { kind: 'command_written'; at: string; command: Command }
  | { kind: 'command_answered'; at: string; commandId: string; answer: Answer }
  | { kind: 'outside_done'; at: string; orderReference: string; press: OutsidePress }
  | { kind: 'time_passed'; at: string; orderReference: string; seconds: number }
  | {
      kind: 'transfers_asked';
      at: string;
      id: string;
      orderReference: string;
      verb: TransferKind;
      url: string;
      items: TransferItem[];
    }
  | { kind: 'transfers_answered'; at: string; id: string; orderReference: string; answer: Answer }
  | { kind: 'onboarding_asked'; at: string; merchantReference: string; request: unknown }
  | { kind: 'onboarding_answered'; at: string; merchantReference: string; answer: Answer }
  | { kind: 'connection_answered'; at: string; verb: ConnectionVerb; request: unknown; answer: Answer };

const SECRET_KEY = /secret|token|password|authorization/i;

/** A copy fit for the journal and for pages: secrets and access tokens are replaced, also inside URLs. */
export function withoutSecrets(value: unknown): unknown {
  if (typeof value === 'string') return value.replace(/([?&](?:token|client_secret)=)[^&#]*/gi, '$1…');
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      SECRET_KEY.test(key) && typeof inner === 'string' ? '…' : withoutSecrets(inner),
    ]),
  );
}
