/** The event platform's program, started and killed like a broker's server, and shops that poll there. */
import { join } from 'node:path';
import { expect } from 'vitest';
import { toHeaders } from '../../src/contract/envelope.js';
import { eventually } from '../flows/heart.js';
import { freePortTriple } from '../support/sandbox.js';
import { listening } from './listening.js';
import { folderOf, killed, listens, removeFolder, run } from './server.js';
import type { Seen, Server, ShopSide } from './suite.js';

const CLIENT = { PLATFORM_CLIENT: 'app@platform', PLATFORM_SECRET: 'se/cret: ü' };

/** Starts it on a port and a file of its own. */
export async function startPlatform(): Promise<Server> {
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
    seen: listening((name, seen) => void listen(name, seen)),
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
