/**
 * RabbitMQ (AMQP 0-9-1). One durable topic exchange of the app's name; a message goes to it with the key
 * `<channel>.<tenant>`. A durable queue per tenant and channel, `<app>.<channel>.<tenant>`, is declared before the first
 * message, so that nothing is lost while nobody listens. Commands come in by the queue `<app>.payment-commands`.
 */
import { connect, type Channel, type ChannelModel, type ConfirmChannel, type ConsumeMessage } from 'amqplib';
import { MessageRefused, type Broker, type BrokerMessage, type BrokerOptions, type Delivery } from '../kit/broker.js';
import type { Take } from '../kit/broker.js';
import { addressPart, nameOf } from './address.js';
import { kept, opened, untilTaken, within } from './keeping.js';

const CONNECT_MS = 10_000;
/** A confirmation waits for the disk of every replica. */
const CONFIRM_MS = 30_000;
/** Deliveries in hand: they are stored one after the other. */
const PREFETCH = 20;
/** Names, keys and ids are at most so long. */
const NAME_BYTES = 255;
const PRECONDITION_FAILED = 406;

/** Our connection for what goes out. */
interface Link {
  connection: ChannelModel;
  channel: ConfirmChannel;
  /** Queues that stand, by name. */
  declared: Map<string, Promise<void>>;
  /** Ids of messages that reached no queue. */
  returned: Set<string>;
  /** Rejects when the link is lost. */
  lost: Promise<never>;
}

/** Opens RabbitMQ at `url`; connects on first use. */
export function openRabbitMq({ url, prefix, log }: BrokerOptions): Broker {
  const link = opened((forget) => openLink(url, prefix, forget));
  return {
    name: 'RabbitMQ',
    reach: async () => void (await link.get()),
    publish: async (messages) => {
      const at = await link.get();
      await Promise.race([sendAll(at, prefix, messages), at.lost]);
    },
    consume: (channel, take) =>
      kept((stopped, connected) => consumeOnce({ url, prefix, channel, take }, stopped, connected), log),
    close: async () => {
      await (await link.known())?.connection.close().catch(() => undefined);
    },
  };
}

async function openConnection(url: string): Promise<ChannelModel> {
  const connection = await connect(url, { timeout: CONNECT_MS });
  // What went wrong shows where it is waited for; without a listener it would end the process.
  connection.on('error', () => undefined);
  return connection;
}

async function openLink(url: string, exchange: string, forget: () => void): Promise<Link> {
  const connection = await openConnection(url);
  const channel = await connection.createConfirmChannel();
  const returned = new Set<string>();
  channel.on('return', ({ properties }) => returned.add(String(properties.messageId)));
  let lose: (error: Error) => void = () => undefined;
  const lost = new Promise<never>((_resolve, reject) => (lose = reject));
  lost.catch(() => undefined);
  const onEnd = (error?: Error): void => {
    forget();
    lose(error ?? new Error('the connection was closed'));
    connection.close().catch(() => undefined);
  };
  connection.on('close', onEnd);
  channel.on('error', onEnd);
  channel.on('close', () => onEnd());
  await channel.assertExchange(exchange, 'topic', { durable: true });
  return { connection, channel, declared: new Map(), returned, lost };
}

async function sendAll(link: Link, prefix: string, messages: readonly BrokerMessage[]): Promise<void> {
  for (const message of messages) {
    const { queue, key } = placeOf(prefix, message);
    const standing = link.declared.get(queue) ?? declareQueue(link.connection, { queue, exchange: prefix, key });
    link.declared.set(queue, standing);
    await standing.catch((error: unknown) => {
      link.declared.delete(queue);
      throw error;
    });
  }
  const sent = Promise.all(messages.map((message) => send(link, prefix, message)));
  await within(CONFIRM_MS, 'Publish', sent).catch((error: unknown) => {
    // Later messages must not overtake what may still be on its way.
    if (!(error instanceof MessageRefused)) link.connection.close().catch(() => undefined);
    throw error;
  });
}

function send(link: Link, prefix: string, message: BrokerMessage): Promise<void> {
  const { queue, key } = placeOf(prefix, message);
  const { id, body, attributes } = message;
  const { correlationId = '' } = attributes;
  // A shop may choose a longer one: then it stands in the headers alone.
  const isShort = correlationId !== '' && Buffer.byteLength(correlationId) <= NAME_BYTES;
  const time = Date.parse(`${attributes['timestamp'] ?? ''}Z`);
  const properties = {
    mandatory: true,
    persistent: true,
    contentType: 'application/json',
    messageId: id,
    type: attributes['name'] ?? '',
    appId: attributes['publisher'] ?? '',
    headers: { ...attributes },
    ...(isShort ? { correlationId } : {}),
    ...(Number.isNaN(time) ? {} : { timestamp: Math.floor(time / 1000) }),
  };
  return new Promise((resolve, reject) => {
    link.channel.publish(prefix, key, Buffer.from(body), properties, (error: unknown) => {
      if (error != null) return reject(error instanceof Error ? error : new MessageRefused(id, 'it was not confirmed'));
      if (!link.returned.delete(id)) return resolve();
      // Somebody has removed the queue: it is declared again before the next try.
      link.declared.delete(queue);
      reject(new MessageRefused(id, `no queue is bound for ${key}`));
    });
  });
}

function placeOf(prefix: string, { id, channel, tenantId }: BrokerMessage): { queue: string; key: string } {
  const key = `${channel}.${addressPart(tenantId)}`;
  const queue = `${prefix}.${key}`;
  if (queue.length > NAME_BYTES) throw new MessageRefused(id, 'the name of the tenant is too long', { forever: true });
  return { queue, key };
}

/** A queue that somebody made with other properties is as good as ours: only its binding is added. */
async function declareQueue(
  connection: ChannelModel,
  { queue, exchange, key }: { queue: string; exchange: string; key: string },
  properties: Record<string, unknown> = {},
): Promise<void> {
  try {
    await onOwnChannel(connection, (channel) => channel.assertQueue(queue, { durable: true, arguments: properties }));
  } catch (error) {
    if ((error as { code?: unknown }).code !== PRECONDITION_FAILED) throw error;
  }
  await onOwnChannel(connection, (channel) => channel.bindQueue(queue, exchange, key));
}

/** RabbitMQ closes a channel with every refusal. */
async function onOwnChannel(connection: ChannelModel, use: (channel: Channel) => Promise<unknown>): Promise<void> {
  const channel = await connection.createChannel();
  channel.on('error', () => undefined);
  await use(channel);
  await channel.close();
}

interface Consuming {
  url: string;
  prefix: string;
  channel: string;
  take: Take;
}

/** One connection's life: declares the queue, takes until the connection is lost or we stop. */
async function consumeOnce(of: Consuming, stopped: AbortSignal, connected: () => void): Promise<void> {
  const connection = await openConnection(of.url);
  try {
    await consumeOn(connection, of, stopped, connected);
  } finally {
    await connection.close().catch(() => undefined);
  }
  if (!stopped.aborted) throw new Error('the connection was closed');
}

async function consumeOn(
  connection: ChannelModel,
  { prefix, channel: name, take }: Consuming,
  stopped: AbortSignal,
  connected: () => void,
): Promise<void> {
  const channel = await connection.createChannel();
  channel.on('error', () => undefined);
  const queue = `${prefix}.${name}`;
  await channel.assertExchange(prefix, 'topic', { durable: true });
  // One of our nodes takes at a time: two would store the commands of one order in any order.
  const ordered = { 'x-single-active-consumer': true };
  await declareQueue(connection, { queue, exchange: prefix, key: `${name}.#` }, ordered);
  await channel.prefetch(PREFETCH);
  let inHand = Promise.resolve();
  const takeOne = async (message: ConsumeMessage): Promise<void> => {
    if (stopped.aborted || !(await untilTaken(take, deliveryOf(name, message), stopped))) return;
    // On a lost channel this throws, and the message comes again.
    channel.ack(message);
  };
  await new Promise<void>((resolve) => {
    const end = (): void => resolve();
    stopped.addEventListener('abort', end, { once: true });
    channel.on('close', end);
    connection.on('close', end);
    const onMessage = (message: ConsumeMessage | null): void => {
      if (message === null) return end();
      inHand = inHand.then(() => takeOne(message)).catch(end);
    };
    channel.consume(queue, onMessage).then(connected, end);
    if (stopped.aborted) end();
  });
  await inHand;
  // The end of a connection may overtake what was acknowledged last, the end of its channel does not.
  await channel.close().catch(() => undefined);
}

function deliveryOf(channel: string, { content, properties, fields }: ConsumeMessage): Delivery {
  const messageId: unknown = properties.messageId;
  const tenantId = fields.routingKey.startsWith(`${channel}.`)
    ? nameOf(fields.routingKey.slice(channel.length + 1))
    : undefined;
  const own = {
    ...(typeof properties.correlationId === 'string' ? { correlationId: properties.correlationId } : {}),
    ...(typeof properties.type === 'string' ? { name: properties.type } : {}),
  };
  return {
    ...(typeof messageId === 'string' && messageId !== '' ? { messageId } : {}),
    ...(tenantId === undefined ? {} : { tenantId }),
    attributes: { ...own, ...properties.headers },
    body: content,
  };
}
