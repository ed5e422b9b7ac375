/** NATS JetStream: a server of its own, killed and started again on its own data. */
import { AckPolicy, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, headers, type NatsConnection } from '@nats-io/transport-node';
import { expect, it } from 'vitest';
import { addressPart } from '../../src/brokers/address.js';
import { openBroker } from '../../src/brokers/index.js';
import { MessageRefused } from '../../src/kit/broker.js';
import { eventually } from '../flows/heart.js';
import { freePortTriple } from '../support/sandbox.js';
import { listening } from './listening.js';
import { folderOf, killed, listens, removeFolder, run } from './server.js';
import { brokerSuite, type Seen, type Server, type ShopSide } from './suite.js';

const PROGRAM = process.env['NATS_SERVER'] ?? '/usr/sbin/nats-server';
const USER = { user: 'app', pass: 'pass word' };

brokerSuite('NATS', startNats);

it('NATS: what is larger than the server takes is refused for ever, and what a full stream refuses only for now', async () => {
  const server = await startNats();
  const log = Object.assign(() => undefined, { warn: () => undefined });
  const broker = await openBroker({ url: server.url, prefix: 'mine', log });
  try {
    const connection = await connectTo(server.url);
    const manager = await jetstreamManager(connection);
    // A stream that the shop made, with a limit of its own.
    const full = {
      name: 'mine-payment-events',
      subjects: ['mine.payment-events.*'],
      max_msgs: 1,
      discard: 'new' as const,
    };
    await manager.streams.add(full);
    const one = (id: string, body: string) => ({
      id,
      tenantId: 't1',
      channel: 'payment-events',
      orderKey: 'o',
      body,
      attributes: { name: 'X' },
    });
    await broker.publish([one('a', '{}')]);
    const refusedFor = (id: string, body: string) =>
      broker.publish([one(id, body)]).then(
        () => undefined,
        (error: unknown) => (error instanceof MessageRefused ? [error.messageId, error.forever] : error),
      );
    expect(await refusedFor('b', '{}')).toEqual(['b', false]);
    expect(await refusedFor('c', JSON.stringify('x'.repeat(1_048_576)))).toEqual(['c', true]);
    await manager.streams.purge('mine-payment-events');
    await broker.publish([one('b', '{}')]);
    await connection.close();
  } finally {
    await broker.close();
    await server.end();
  }
});

function connectTo(url: string): Promise<NatsConnection> {
  return connect({ servers: [new URL(url).host], reconnect: false, ...USER });
}

async function startNats(): Promise<Server> {
  const folder = await folderOf('nats');
  const port = await freePortTriple();
  const args = ['-js', '-sd', folder, '-a', '127.0.0.1', '-p', String(port), '--user', USER.user, '--pass', USER.pass];
  let server = run(PROGRAM, args);
  const url = `nats://${USER.user}:${encodeURIComponent(USER.pass)}@127.0.0.1:${port}`;
  const ready = () => listens('NATS', port, server.said);
  await ready();
  const kill = () => killed(server.child);
  return {
    url,
    kill,
    start: async () => {
      server = run(PROGRAM, args);
      await ready();
    },
    end: async () => {
      await kill();
      await removeFolder(folder);
    },
    shop: (prefix, tenantId) =>
      Promise.resolve(shopOf({ url, prefix: addressPart(prefix), tenant: addressPart(tenantId) })),
  };
}

/** A shop with a durable consumer on its own subjects. */
function shopOf({ url, prefix, tenant }: { url: string; prefix: string; tenant: string }): ShopSide {
  const open = new Set<NatsConnection>();
  let closed = false;
  const connected = async (): Promise<NatsConnection> => {
    const connection = await connectTo(url);
    open.add(connection);
    return connection;
  };
  const listen = async (name: string, seen: Seen[]): Promise<void> => {
    while (!closed) {
      try {
        const connection = await connected();
        const stream = `${prefix}-${name}`;
        const manager = await jetstreamManager(connection);
        // The server garbles names of consumers with a `%`.
        const durable = tenant.replaceAll('%', '=');
        await manager.consumers.add(stream, {
          durable_name: durable,
          ack_policy: AckPolicy.Explicit,
          filter_subject: `${prefix}.${name}.${tenant}`,
        });
        const consumer = await jetstream(connection).consumers.get(stream, durable);
        while (!closed) {
          for await (const message of await consumer.fetch({ max_messages: 200, expires: 1_000 })) {
            const keys = (message.headers?.keys() ?? []).filter((key) => !key.startsWith('Nats-'));
            seen.push({
              messageId: message.headers?.get('Nats-Msg-Id') ?? '',
              attributes: Object.fromEntries(keys.map((key) => [key, message.headers?.get(key) ?? ''])),
              body: message.string(),
            });
            message.ack();
          }
          if (connection.isClosed()) break;
        }
      } catch {
        // Not there yet, or away: once more.
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  };
  return {
    seen: listening((name, seen) => void listen(name, seen)),
    send: async (name, { messageId, attributes, body }) => {
      const connection = await connected();
      const envelope = headers();
      for (const [key, value] of Object.entries(attributes)) envelope.set(key, value);
      const js = jetstream(connection);
      const subject = `${prefix}.${name}.${tenant}`;
      const options = { headers: envelope, ...(messageId === undefined ? {} : { msgID: messageId }) };
      await eventually('the stream takes it', () =>
        js.publish(subject, Buffer.from(body), options).then(
          () => true,
          () => undefined,
        ),
      );
      await connection.close();
    },
    close: async () => {
      closed = true;
      for (const connection of open) await connection.close().catch(() => undefined);
    },
  };
}
