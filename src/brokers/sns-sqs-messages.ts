/** Messages as Amazon takes and gives them. */
import type { PublishBatchRequestEntry } from '@aws-sdk/client-sns';
import type { Message } from '@aws-sdk/client-sqs';
import { MessageRefused, type BrokerMessage, type Delivery } from '../kit/broker.js';
import { groupOf } from './sns-sqs-names.js';

/** Of a batch, with all attributes. */
const BATCH_BYTES = 262_144;
const BATCH_MESSAGES = 10;
/** With more of them SNS drops the message when it delivers the bare payload, after it has confirmed it. */
const MOST_ATTRIBUTES = 10;

/** One message for a batch, and what it takes there. */
export interface Packed {
  message: BrokerMessage;
  entry: PublishBatchRequestEntry;
  bytes: number;
}

/** Throws a MessageRefused for what Amazon will never take. */
export function packed(message: BrokerMessage): Packed {
  const { id, orderKey, body, attributes } = message;
  // An empty value is refused; it says as little as none.
  const given = Object.entries(attributes).filter(([, value]) => value !== '');
  if (given.length > MOST_ATTRIBUTES)
    throw new MessageRefused(id, `${given.length} attributes are more than ${MOST_ATTRIBUTES}`, { forever: true });
  const text = storable(body);
  const sizes = given.flatMap(([name, value]) => [name, value, 'String']).map((part) => Buffer.byteLength(part));
  const bytes = sizes.reduce((sum, size) => sum + size, Buffer.byteLength(text));
  if (bytes > BATCH_BYTES)
    throw new MessageRefused(id, `${bytes} bytes are more than ${BATCH_BYTES}`, { forever: true });
  const entry = {
    Id: id,
    Message: text,
    MessageAttributes: Object.fromEntries(
      given.map(([name, value]) => [name, { DataType: 'String', StringValue: value }]),
    ),
    MessageGroupId: groupOf(orderKey),
    MessageDeduplicationId: id,
  };
  return { message, entry, bytes };
}

/** Both letters are none of XML, which SQS insists on; inside JSON they can be written out. */
function storable(json: string): string {
  return json.replace(/[\uFFFE\uFFFF]/g, (letter) => `\\u${letter.charCodeAt(0).toString(16)}`);
}

/**
 * Messages in rounds that go out one after the other: no two of a round have the same key, so whatever is refused is
 * passed by none that comes behind it.
 */
export function roundsOf(messages: readonly BrokerMessage[]): Packed[][] {
  const rounds: Packed[][] = [];
  const keys = new Set<string>();
  for (const message of messages) {
    const { tenantId, channel, orderKey } = message;
    const key = JSON.stringify([tenantId, channel, orderKey]);
    if (rounds.length === 0 || keys.has(key)) {
      rounds.push([]);
      keys.clear();
    }
    keys.add(key);
    rounds.at(-1)?.push(packed(message));
  }
  return rounds;
}

/** A round in batches, each for one tenant's channel and small enough. */
export function batchesOf(round: readonly Packed[]): Packed[][] {
  const batches: Packed[][] = [];
  const open = new Map<string, { batch: Packed[]; bytes: number }>();
  for (const one of round) {
    const place = JSON.stringify([one.message.tenantId, one.message.channel]);
    let at = open.get(place);
    if (at === undefined || at.batch.length === BATCH_MESSAGES || at.bytes + one.bytes > BATCH_BYTES) {
      at = { batch: [], bytes: 0 };
      open.set(place, at);
      batches.push(at.batch);
    }
    at.batch.push(one);
    at.bytes += one.bytes;
  }
  return batches;
}

/** What a topic makes of a message when it delivers more than the bare payload. */
interface Notification {
  TopicArn: string;
  Message: string;
  MessageAttributes?: Record<string, { Value?: unknown }>;
}

/** `senderOf` names the tenant whose topic it is, if it is one of ours. */
export function deliveryOf(
  { MessageId, Body = '', MessageAttributes = {} }: Message,
  senderOf: (topicArn: string, attributes: Readonly<Record<string, unknown>>) => string | undefined,
): Delivery {
  const id = MessageId === undefined ? {} : { messageId: MessageId };
  const notification = notificationIn(Body);
  if (notification === undefined) {
    const values = Object.entries(MessageAttributes).map(([name, { StringValue, BinaryValue }]) => [
      name,
      StringValue ?? (BinaryValue === undefined ? '' : Buffer.from(BinaryValue).toString('utf8')),
    ]);
    return { ...id, attributes: Object.fromEntries(values) as Record<string, unknown>, body: Buffer.from(Body) };
  }
  const { TopicArn, Message: text, MessageAttributes: given = {} } = notification;
  const attributes = Object.fromEntries(Object.entries(given).map(([name, { Value }]) => [name, Value]));
  const tenantId = senderOf(TopicArn, attributes);
  return { ...id, ...(tenantId === undefined ? {} : { tenantId }), attributes, body: Buffer.from(text) };
}

function notificationIn(body: string): Notification | undefined {
  try {
    const given = JSON.parse(body) as Partial<Notification> & { Type?: unknown };
    const is = given.Type === 'Notification' && typeof given.TopicArn === 'string' && typeof given.Message === 'string';
    return is ? (given as Notification) : undefined;
  } catch {
    return undefined;
  }
}
