/** An event platform over HTTP: a durable one of its own, killed and started again on its own file. */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openBroker } from '../../src/brokers/index.js';
import { toHeaders } from '../../src/contract/envelope.js';
import { MessageRefused } from '../../src/kit/broker.js';
import { eventually } from '../flows/heart.js';
import { freePortTriple } from '../support/sandbox.js';
import { folderOf, killed, listens, removeFolder, run } from './server.js';
import { brokerSuite, type Seen, type Server, type ShopSide } from './suite.js';

const CLIENT = { PLATFORM_CLIENT: 'app@platform', PLATFORM_SECRET: 'se/cret: ü' };

brokerSuite('Event platform', startPlatform);

it('Event platform: what it finds wrong is refused for ever, what it has no place for only for now', async () => {
  const server = await startPlatform();
  const log = Object.assign(() => undefined, { warn: () => undefined });
  const broker = await openBroker({ url: server.url, prefix: 'mine', log });
  const attributes = { name: 'X', tenantIdentifier: 't1' };
  const one = (id: string, body: string, channel = 'payment-events', other = attributes) =>
    ({ id, tenantId: 't1', channel, orderKey: 'o', body, attributes: other }); // prettier-ignore
  const refusedFor = (message: ReturnType<typeof one>) =>
    broker.publish([message]).then(
      () => undefined,
      (error: unknown) => (error instanceof MessageRefused ? [error.messageId, error.forever] : error),
    );
  try {
    expect(await refusedFor(one('a', '{}'))).toBeUndefined();
    expect(await refusedFor(one('b', '7'))).toEqual(['b', true]);
    expect(await refusedFor(one('c', JSON.stringify({ x: 'x'.repeat(300_000) })))).toEqual(['c', true]);
    expect(await refusedFor(one('d', '{}', 'payment-commands'))).toEqual(['d', false]);
    expect(await refusedFor(one('e', '{}', 'payment-events', { ...attributes, name: 'X\nY' }))).toEqual(['e', true]);
  } finally {
    await broker.close();
    await server.end();
  }
});

async function startPlatform(): Promise<Server> {
  const folder = await folderOf('platform');
  const port = await freePortTriple();
  const env = { ...CLIENT, PLATFORM_PORT: String(port), PLATFORM_FILE: join(folder, 'platform.jsonl') };
  const start = () => run(process.execPath, ['--import', 'tsx', 'test/brokers/event-platform-program.ts'], env);
  let server = start();
  const ready = () => listens('the platform', port, server.said);
  await ready();
  const home = `http://127.0.0.1:${port}`;
  const [client, secret] = [CLIENT.PLATFORM_CLIENT, CLIENT.PLATFORM_SECRET].map(encodeURIComponent);
  const kill = () => killed(server.child);
  return {
    url: `http://${client}:${secret}@127.0.0.1:${port}/channels/?token_url=${encodeURIComponent(`${home}/oauth/token`)}`,
    ordersApart: true,
    kill,
    start: async () => {
      server = start();
      await ready();
    },
    end: async () => {
      await kill();
      await removeFolder(folder);
    },
    shop: (prefix, tenantId) => shopOf({ home, prefix, tenantId }),
  };
}

/** A shop that polls, as shops do. */
async function shopOf({
  home,
  prefix,
  tenantId,
}: {
  home: string;
  prefix: string;
  tenantId: string;
}): Promise<ShopSide> {
  const channels = new Map<string, Seen[]>();
  let closed = false;
  let token = '';
  const bytes = (text: string): string => Buffer.from(text).toString('latin1');
  const ask = async (path: string, method: string, headers: Record<string, string>, body?: string) => {
    const once = () =>
      fetch(`${home}${path}`, {
        method,
        headers: { ...headers, authorization: `Bearer ${token}` },
        ...(body === undefined ? {} : { body }),
      });
    const first = await once();
    if (first.status !== 401) return first;
    token = await newToken(home);
    return once();
  };
  const connect = await ask(`/apps/${encodeURIComponent(prefix)}/${encodeURIComponent(tenantId)}`, 'PUT', {});
  expect(connect.status).toBe(200);
  const poll = async (name: string, seen: Seen[]): Promise<void> => {
    const headers = { 'consumer-id': bytes(tenantId) };
    const batch = (await (await ask(`/channels/${name}?limit=100`, 'GET', headers)).json()) as {
      MessageId: string;
      MessageBody: string;
      MessageAttributes: Record<string, string>;
    }[];
    for (const { MessageBody: body, MessageAttributes: attributes } of batch)
      seen.push({ messageId: attributes['transactionId'] ?? '', attributes, body });
    if (batch.length === 0) return;
    await ask(
      `/channels/${name}`,
      'DELETE',
      headers,
      JSON.stringify({ messageIds: batch.map((one) => one.MessageId) }),
    );
  };
  const listen = async (name: string, seen: Seen[]): Promise<void> => {
    while (!closed) {
      // Away: once more.
      await poll(name, seen).catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  return {
    seen: (name) => {
      const known = channels.get(name);
      if (known !== undefined) return Promise.resolve(known);
      const seen: Seen[] = [];
      channels.set(name, seen);
      void listen(name, seen);
      return Promise.resolve(seen);
    },
    send: async (name, { attributes, body }) => {
      const headers = Object.fromEntries(
        Object.entries(toHeaders(attributes)).map(([key, value]) => [key, bytes(value)]),
      );
      await eventually('the platform takes it', async () => {
        const answer = await ask(`/channels/${name}`, 'POST', headers, body).catch(() => undefined);
        return answer?.status === 200;
      });
    },
    close: () => {
      closed = true;
      return Promise.resolve();
    },
  };
}

async function newToken(home: string): Promise<string> {
  const form = new URLSearchParams({
    client_id: CLIENT.PLATFORM_CLIENT,
    client_secret: CLIENT.PLATFORM_SECRET,
    grant_type: 'client_credentials',
    audience: 'aop-event-platform',
  });
  const answer = await fetch(`${home}/oauth/token`, { method: 'POST', body: form });
  return ((await answer.json()) as { access_token: string }).access_token;
}
