/**
 * NATS with JetStream. A stream per channel, `<app>-<channel>`, holds the subjects `<app>.<channel>.<tenant>`. Commands
 * come in by such a stream too, as a work queue with one durable consumer for all nodes.
 */
import {
  AckPolicy,
  jetstream,
  JetStreamApiError,
  jetstreamManager,
  RetentionPolicy,
  StorageType,
  type ConsumerConfig,
  type JetStreamClient,
  type JetStreamManager,
  type JsMsg,
} from '@nats-io/jetstream';
import { connect, headers, nanos, type NatsConnection } from '@nats-io/transport-node';
import { MessageRefused, type Broker, type BrokerMessage, type BrokerOptions, type Delivery } from '../kit/broker.js';
import type { Take } from '../kit/broker.js';
import { addressPart, nameOf } from './address.js';
import { kept, opened, untilTaken } from './keeping.js';

const CONNECT_MS = 10_000;
const CONFIRM_MS = 20_000;
const DAY_MS = 86_400_000;
/** Ours; a stream that is already there keeps what its owner chose. */
const KEPT_DAYS = 30;
/** The server drops a message whose id it has seen within this. */
const DUPLICATE_WINDOW_MS = 600_000;
/** A delivery that is in hand for longer says so. */
const ACK_WAIT_MS = 30_000;
const WORKING_MS = 10_000;
/** How long one question for the next command stays open: a stop waits for it. */
const NEXT_MS = 1_000;
/** Header that JetStream knows duplicates by. */
const MESSAGE_ID = 'Nats-Msg-Id';

interface Link {
  connection: NatsConnection;
  manager: JetStreamManager;
  js: JetStreamClient;
  /** Streams that stand, by channel. */
  declared: Map<string, Promise<void>>;
  /** Rejects when the link is lost. */
  lost: Promise<never>;
}

/** Opens NATS at `url`; connects on first use. */
export function openNats({ url, prefix, log }: BrokerOptions): Broker {
  const app = addressPart(prefix);
  const link = opened((forget) => openLink(url, app, forget));
  return {
    name: 'NATS',
    reach: async () => void (await link.get()),
    publish: async (messages) => {
      const at = await link.get();
      try {
        await Promise.race([sendAll(at, app, messages), at.lost]);
      } catch (error) {
        // Later messages must not overtake what may still be on its way; streams are looked at again.
        if (!(error instanceof MessageRefused)) await at.connection.close().catch(() => undefined);
        throw error;
      }
    },
    consume: (channel, take) =>
      kept((stopped, connected) => consumeOnce({ url, app, channel, take }, stopped, connected), log),
    close: async () => {
      await (await link.known())?.connection.close().catch(() => undefined);
    },
  };
}

/** User and password stand in the URL; a user alone is a token. */
async function openConnection(url: string, name: string): Promise<NatsConnection> {
  const { protocol, host, username, password } = new URL(url);
  const [user, pass] = [decodeURIComponent(username), decodeURIComponent(password)];
  return connect({
    servers: [host],
    name,
    // We come back by ourselves, with streams looked at again.
    reconnect: false,
    timeout: CONNECT_MS,
    ...(user === '' ? {} : pass === '' ? { token: user } : { user, pass }),
    ...(protocol === 'tls:' ? { tls: {} } : {}),
  });
}

async function openLink(url: string, app: string, forget: () => void): Promise<Link> {
  const connection = await openConnection(url, app);
  const lost = connection.closed().then((error): never => {
    forget();
    throw error instanceof Error ? error : new Error('the connection was closed');
  });
  lost.catch(() => undefined);
  try {
    const manager = await jetstreamManager(connection, { timeout: CONNECT_MS });
    return { connection, manager, js: jetstream(connection), declared: new Map(), lost };
  } catch (error) {
    await connection.close().catch(() => undefined);
    throw error;
  }
}

async function sendAll(link: Link, app: string, messages: readonly BrokerMessage[]): Promise<void> {
  for (const { channel } of messages) {
    const standing = link.declared.get(channel) ?? declareStream(link.manager, app, channel, RetentionPolicy.Limits);
    link.declared.set(channel, standing);
    await standing;
  }
  await Promise.all(messages.map((message) => send(link, app, message)));
}

async function send({ connection, js }: Link, app: string, message: BrokerMessage): Promise<void> {
  const { id, channel, tenantId, body, attributes } = message;
  const envelope = headers();
  for (const [name, value] of Object.entries(attributes)) {
    if (/[\r\n]/.test(value)) throw new MessageRefused(id, 'its envelope cannot stand in headers', { forever: true });
    envelope.set(name, value);
  }
  const bytes = Buffer.from(body);
  const limit = connection.info?.max_payload;
  // The limit counts headers too: what they take is little, and more than their text.
  if (limit !== undefined && bytes.length + JSON.stringify(attributes).length + 200 > limit)
    throw new MessageRefused(id, `${bytes.length} bytes are more than the server takes`, { forever: true });
  try {
    const subject = `${app}.${channel}.${addressPart(tenantId)}`;
    await js.publish(subject, bytes, { msgID: id, headers: envelope, timeout: CONFIRM_MS });
  } catch (error) {
    // The stream is full, or is being changed: the server is there and says no.
    if (error instanceof JetStreamApiError) throw new MessageRefused(id, error.message);
    throw error;
  }
}

/** A stream that is there is used as it is. */
async function declareStream(
  manager: JetStreamManager,
  app: string,
  channel: string,
  retention: RetentionPolicy,
): Promise<void> {
  const name = streamOf(app, channel);
  if (await isThere(manager.streams.info(name))) return;
  await manager.streams.add({
    name,
    subjects: [`${app}.${channel}.*`],
    retention,
    storage: StorageType.File,
    max_age: nanos(KEPT_DAYS * DAY_MS),
    duplicate_window: nanos(DUPLICATE_WINDOW_MS),
  });
}

function streamOf(app: string, channel: string): string {
  return `${plain(app)}-${channel}`;
}

/** Names of streams and consumers have no dots, and the server garbles a `%` in them. */
function plain(app: string): string {
  return app.replace(/%../g, '_');
}

const NOT_FOUND = 404;

async function isThere(looking: Promise<unknown>): Promise<boolean> {
  try {
    await looking;
    return true;
  } catch (error) {
    if (error instanceof JetStreamApiError && error.status === NOT_FOUND) return false;
    throw error;
  }
}

interface Consuming {
  url: string;
  app: string;
  channel: string;
  take: Take;
}

/** One connection's life: declares stream and consumer, takes until the connection is lost or we stop. */
async function consumeOnce(of: Consuming, stopped: AbortSignal, connected: () => void): Promise<void> {
  const { url, app, channel, take } = of;
  const connection = await openConnection(url, app);
  try {
    const manager = await jetstreamManager(connection, { timeout: CONNECT_MS });
    const stream = streamOf(app, channel);
    await declareStream(manager, app, channel, RetentionPolicy.Workqueue);
    const name = plain(app);
    if (!(await isThere(manager.consumers.info(stream, name)))) await manager.consumers.add(stream, consumerOf(name));
    const consumer = await jetstream(connection).consumers.get(stream, name);
    connected();
    while (!stopped.aborted) {
      const message = await consumer.next({ expires: NEXT_MS });
      if (message !== null) await takeOne(message, take, stopped);
    }
  } finally {
    await connection.close().catch(() => undefined);
  }
}

/** One in hand, of all nodes together: commands of one order are stored in their order. */
function consumerOf(name: string): Partial<ConsumerConfig> {
  return {
    durable_name: name,
    ack_policy: AckPolicy.Explicit,
    ack_wait: nanos(ACK_WAIT_MS),
    max_ack_pending: 1,
    max_deliver: -1,
  };
}

async function takeOne(message: JsMsg, take: Take, stopped: AbortSignal): Promise<void> {
  const working = setInterval(() => message.working(), WORKING_MS);
  try {
    if (!(await untilTaken(take, deliveryOf(message), stopped))) return message.nak();
    // Waits for the server's word: an acknowledgement that is lost brings the message again.
    await message.ackAck();
  } finally {
    clearInterval(working);
  }
}

function deliveryOf({ subject, headers: envelope, data, info }: JsMsg): Delivery {
  const attributes = Object.fromEntries((envelope?.keys() ?? []).map((key) => [key, envelope?.get(key)]));
  const tenantId = nameOf(subject.split('.').at(-1) ?? '');
  return {
    messageId: envelope?.get(MESSAGE_ID) || `${info.stream}:${info.streamSequence}`,
    ...(tenantId === undefined ? {} : { tenantId }),
    attributes,
    body: data,
  };
}
