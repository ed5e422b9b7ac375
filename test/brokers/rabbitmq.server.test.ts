/** RabbitMQ: a node of its own, killed and started again on its own data. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connect, type ChannelModel, type ConsumeMessage } from 'amqplib';
import { expect, it } from 'vitest';
import { openBroker } from '../../src/brokers/index.js';
import { addressPart } from '../../src/brokers/address.js';
import { eventually } from '../flows/heart.js';
import { freePortTriple } from '../support/sandbox.js';
import { listening } from './listening.js';
import { folderOf, killed, listens, removeFolder, run } from './server.js';
import { brokerSuite, type Seen, type Server, type ShopSide } from './suite.js';

const PROGRAM = process.env['RABBITMQ_SERVER'] ?? '/usr/lib/rabbitmq/bin/rabbitmq-server';
const EPMD = process.env['EPMD'] ?? '/usr/bin/epmd';

let url = '';
brokerSuite('RabbitMQ', startRabbitMq);

it('RabbitMQ: a queue that the shop made with properties of its own is used as it is', async () => {
  const server = await startRabbitMq();
  try {
    const connection = await connect(server.url);
    const channel = await connection.createChannel();
    await channel.assertQueue('mine.payment-events.t1', { durable: true, arguments: { 'x-queue-type': 'quorum' } });
    const log = Object.assign(() => undefined, { warn: () => undefined });
    const broker = await openBroker({ url: server.url, prefix: 'mine', log });
    const one = { id: 'a', tenantId: 't1', channel: 'payment-events', orderKey: 'o', body: '{}', attributes: {} };
    await broker.publish([one]);
    // And one that was removed meanwhile is there again at the second try.
    await channel.deleteQueue('mine.payment-events.t1');
    await expect(broker.publish([one])).rejects.toThrow('no queue is bound');
    await broker.publish([one]);
    await eventually(
      'the message',
      async () => (await channel.checkQueue('mine.payment-events.t1')).messageCount === 1,
    );
    await broker.close();
    await connection.close();
  } finally {
    await server.end();
  }
});

async function startRabbitMq(): Promise<Server> {
  const home = await folderOf('rabbitmq');
  const port = await freePortTriple();
  await mkdir(join(home, 'log'));
  await writeFile(join(home, 'rabbit.conf'), `listeners.tcp.1 = 127.0.0.1:${port}\n`);
  await writeFile(join(home, 'plugins'), '[].\n');
  const env = {
    HOME: home,
    RABBITMQ_NODENAME: `quittance-${port}@localhost`,
    RABBITMQ_MNESIA_BASE: join(home, 'mnesia'),
    RABBITMQ_LOG_BASE: join(home, 'log'),
    RABBITMQ_DIST_PORT: String(port + 1),
    ERL_EPMD_PORT: String(port + 2),
    ERL_EPMD_ADDRESS: '127.0.0.1',
    RABBITMQ_CONFIG_FILE: join(home, 'rabbit.conf'),
    RABBITMQ_ENABLED_PLUGINS_FILE: join(home, 'plugins'),
    RABBITMQ_CONF_ENV_FILE: '/dev/null',
    RABBITMQ_PID_FILE: join(home, 'pid'),
  };
  const epmd = run(EPMD, ['-port', String(port + 2)], env);
  await listens('epmd', port + 2, epmd.said);
  let node = run(PROGRAM, [], env);
  url = `amqp://guest:guest@127.0.0.1:${port}`;
  const ready = () => listens('RabbitMQ', port, node.said);
  await ready();
  const kill = async (): Promise<void> => {
    // The program is a script; the node writes its own id.
    process.kill(Number(await readFile(join(home, 'pid'), 'utf8')), 'SIGKILL');
    await killed(node.child);
  };
  return {
    url,
    kill,
    start: async () => {
      node = run(PROGRAM, [], env);
      await ready();
    },
    end: async () => {
      await kill();
      await killed(epmd.child);
      await removeFolder(home);
    },
    shop: (prefix, tenantId) =>
      Promise.resolve(shopOf({ url: `amqp://guest:guest@127.0.0.1:${port}`, prefix, tenantId })),
  };
}

/** A shop that reads its own queues, and publishes to the exchange. */
function shopOf(of: { url: string; prefix: string; tenantId: string }): ShopSide {
  const { prefix, tenantId } = of;
  const open = new Set<ChannelModel>();
  let closed = false;
  const connected = async (): Promise<ChannelModel> => {
    const connection = await connect(of.url);
    connection.on('error', () => undefined);
    open.add(connection);
    return connection;
  };
  const listen = async (name: string, seen: Seen[]): Promise<void> => {
    while (!closed) {
      try {
        const connection = await connected();
        const channel = await connection.createChannel();
        channel.on('error', () => undefined);
        await channel.prefetch(500);
        const lost = new Promise((resolve) => channel.on('close', resolve));
        await channel.consume(`${prefix}.${name}.${addressPart(tenantId)}`, (message) => {
          if (message === null) return;
          seen.push(seenOf(message));
          channel.ack(message);
        });
        await lost;
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
      const publish = async (): Promise<boolean> => {
        const channel = await connection.createConfirmChannel();
        channel.on('error', () => undefined);
        let isReturned = false;
        channel.once('return', () => (isReturned = true));
        channel.publish(prefix, `${name}.${addressPart(tenantId)}`, Buffer.from(body), {
          headers: attributes,
          mandatory: true,
          persistent: true,
          ...(messageId === undefined ? {} : { messageId }),
        });
        await channel.waitForConfirms();
        await channel.close();
        return !isReturned;
      };
      // The app may not have made its exchange yet, which closes the channel, or not its queue.
      await eventually('the exchange takes it', () => publish().catch(() => false as const));
      await connection.close();
    },
    close: async () => {
      closed = true;
      for (const connection of open) await connection.close().catch(() => undefined);
    },
  };
}

function seenOf({ content, properties }: ConsumeMessage): Seen {
  return {
    messageId: String(properties.messageId),
    attributes: { ...properties.headers } as Record<string, string>,
    body: content.toString('utf8'),
  };
}
