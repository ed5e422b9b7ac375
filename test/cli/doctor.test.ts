/** `quittance doctor`: a deployment that serves a tenant well, and everything that may be wrong with one. */
import { Command } from 'commander';
import { sql } from 'kysely';
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCliContext } from '../../src/cli/context.js';
import type { Config } from '../../src/config.js';
import { registerDoctorCommand } from '../../src/cli/doctor.js';
import { SANDBOX_SETTINGS, testApp, type TestApp, type TestShop } from '../support/app.js';

const masterKey = randomBytes(32).toString('base64');
let app: TestApp;
beforeAll(async () => {
  app = await testApp({ masterKey });
});
afterAll(() => app.close());

/** Runs it as an operator of the sandbox does; answers what was printed, and the error it ended with. */
async function doctor(
  tenantId: string,
  url = app.url,
  mode: 'sandbox' | 'serve' = 'sandbox',
  changes: Partial<Config> = {},
): Promise<{ text: string; error?: string }> {
  const printed: string[] = [];
  const program = new Command().exitOverride();
  registerDoctorCommand(program, async () => {
    const context = await openCliContext({ DATABASE_URL: app.databaseUrl, MASTER_KEY: masterKey });
    const config = { ...app.config, mode, ...changes };
    return { ...context, config, print: (text) => void printed.push(text) };
  });
  try {
    await program.parseAsync(['node', 'quittance', 'doctor', '--tenant', tenantId, '--url', url]);
    return { text: printed.join('\n') };
  } catch (error) {
    return { text: printed.join('\n'), error: (error as Error).message };
  }
}

async function connected(): Promise<TestShop> {
  const shop = app.shop();
  await shop.configure();
  return shop;
}

/** A proxy before the app that changes what it hands on. */
async function proxyOf(change: (method: string, headers: Record<string, unknown>) => void) {
  const server = createServer((request, response) => {
    const { method = 'GET', url = '' } = request;
    const dropped = ['host', 'connection', 'content-length'];
    const headers = Object.fromEntries(Object.entries(request.headers).filter(([name]) => !dropped.includes(name)));
    change(method, headers);
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => {
      const body = chunks.length === 0 ? {} : { body: Buffer.concat(chunks) };
      void fetch(`${app.url}${url}`, { method, headers: headers as Record<string, string>, ...body }).then(
        async (answer) => response.writeHead(answer.status).end(await answer.text()),
      );
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => server.close() };
} // prettier-ignore

const failing = (text: string): string[] => text.split('\n').filter((line) => line.startsWith('  FAILS')); // prettier-ignore

describe('a tenant that is served well', () => {
  it('has nothing that fails, and loses no message by being examined', async () => {
    const shop = await connected();
    const { text, error } = await doctor(shop.tenantId);
    expect(error).toBeUndefined();
    expect(failing(text)).toEqual([]);
    expect(text).toContain(`${shop.tenantId} is served as shops need it`);
    expect((await shop.poll('payment-method-commands')).map(({ name }) => name)).toEqual(['AddPaymentMethod']);
  });

  it('may have a name beyond ASCII', async () => {
    const { text } = await doctor('Übershop 店');
    // It has never been configured; all calls arrive, as a shop sends them.
    expect(failing(text)).toEqual(['  FAILS  the tenant is known']);
  });

  it('keeps no client that was made for the moment', async () => {
    const shop = await connected();
    await doctor(shop.tenantId);
    const { rows } = await sql<{ n: number }>`select count(*)::int as n from clients
      where ${shop.tenantId} = any(tenant_ids) and revoked_at is null`.execute(app.app.db);
    expect(rows[0]?.n).toBe(0);
  });
});

describe('what is wrong is named with what to do', () => {
  it('a tenant nobody knows', async () => {
    const { text, error } = await doctor('nobody');
    expect(failing(text)).toEqual(['  FAILS  the tenant is known']);
    expect(error).toMatch(/1 of \d+ would fail/);
  });

  it('a tenant that was disconnected', async () => {
    const shop = await connected();
    await shop.disconnect('true');
    expect(failing((await doctor(shop.tenantId)).text)).toEqual(['  FAILS  the tenant is connected']);
  });

  it('settings that the PSP refuses by now', async () => {
    const shop = await connected();
    const settings = JSON.stringify({ ...SANDBOX_SETTINGS, outcomes: { configure: 'decline' } });
    const sealed = await app.app.vault.seal(shop.tenantId, 'settings', settings);
    await sql`update tenants set settings = ${sealed} where tenant_id = ${shop.tenantId}`.execute(app.app.db);
    const { text } = await doctor(shop.tenantId);
    expect(failing(text)).toEqual(['  FAILS  the PSP accepts the settings']);
    expect(text).toContain('The sandbox refuses these settings');
  });

  it('methods that lead to a former address, messages that nobody fetches, and dead letters', async () => {
    const shop = await connected();
    const { db } = app.app;
    const { tenantId } = shop;
    await sql`update payment_methods set app_configuration = jsonb_set(app_configuration, '{baseUrl}', '"https://old.example"')
      where tenant_id = ${tenantId}`.execute(db);
    await sql`update outbox set created_at = created_at - interval '1 hour' where tenant_id = ${tenantId}`.execute(db);
    await sql`update outbox set state = 'dead' where tenant_id = ${tenantId} and name = 'AppConfigUpdated'`.execute(db);
    const { text } = await doctor(tenantId);
    expect(failing(text)).toEqual([
      '  FAILS  the shop knows payment methods, and where to call for them',
      '  FAILS  the shop fetches its messages',
      '  FAILS  nothing waits for a person',
    ]);
    expect(text).toMatch(/https:\/\/old\.example.*\n(.*\n)*.*1 wait, the oldest for 60 minutes/);
  });

  it('a message that the shop fetches again and again and never acknowledges', async () => {
    const shop = await connected();
    await sql`update outbox set deliveries = 4 where tenant_id = ${shop.tenantId} and name = 'AppConfigUpdated'`.execute(
      app.app.db,
    );
    const { text } = await doctor(shop.tenantId);
    expect(failing(text)).toEqual(['  FAILS  the shop takes every message it fetches']);
    expect(text).toMatch(/AppConfigUpdated come back again and again.*unwantedMessages/);
  });

  it('commands that no worker takes up', async () => {
    const shop = await connected();
    await sql`insert into inbox (app_id, tenant_id, source, identity, subject, type, body, state, due_at, leased_until, received_at)
      values (${app.app.appId}, ${shop.tenantId}, 'command', 'c-1', 's-1', 'CapturePayment', 'x', 'due',
        now() - interval '2 minutes', now() + interval '1 hour', now() - interval '2 minutes')`.execute(app.app.db);
    const { text } = await doctor(shop.tenantId);
    expect(failing(text)).toEqual(['  FAILS  webhooks and commands are worked on']);
    expect(text).toMatch(/1 wait, the oldest for 12\d seconds: does a node with workers run/);
  });

  it.each([
    ['amqp://user:hunter2@127.0.0.1:1'],
    ['https://client:hunter2@127.0.0.1:1/channels/?token_url=https://127.0.0.1:1/token'],
    ['sqs://key:hunter2@eu-central-1/123456789012?endpoint=http://127.0.0.1:1'],
  ])('a broker that is not there: %s', async (brokerUrl) => {
    const shop = await connected();
    const { text } = await doctor(shop.tenantId, app.url, 'sandbox', { brokerUrl });
    expect(failing(text)).toEqual(['  FAILS  the broker is there, and lets the app in']);
    expect(text).toContain('check BROKER_URL');
    expect(text).not.toContain('hunter2');
  });

  it('a broker that does not take what waits', async () => {
    const shop = await connected();
    await sql`update outbox set created_at = created_at - interval '1 hour' where tenant_id = ${shop.tenantId}`.execute(
      app.app.db,
    );
    const brokerUrl = 'amqp://127.0.0.1:1';
    const { text } = await doctor(shop.tenantId, app.url, 'sandbox', { brokerUrl });
    expect(failing(text)).toContain('  FAILS  the broker takes our messages');
    expect(text).not.toContain('the shop fetches its messages');
  });

  it('an issuer whose keys are not there, and what was not tried with one whose keys are', async () => {
    const shop = await connected();
    const issuer = (jwksUrl: string) => ({
      externalIssuer: { issuer: 'https://issuer.example/', jwksUrl, tenantClaim: 't' },
    });
    const lost = await doctor(shop.tenantId, app.url, 'sandbox', issuer(`${app.url}/nowhere`));
    expect(failing(lost.text)).toEqual(['  FAILS  the keys of the issuer can be fetched']);
    expect(lost.text).toContain('/nowhere is 404 without keys: check OAUTH_JWKS_URL');
    const found = await doctor(shop.tenantId, app.url, 'sandbox', issuer(`${app.url}/.well-known/jwks.json`));
    expect(failing(found.text)).toEqual([]);
    expect(found.text).toContain('What needs a token was not tried');
  });

  it('an address that is none', async () => {
    const { error } = await doctor('shop', 'nonsense');
    expect(error).toContain('wanted is an http or https URL');
  });

  it.each([
    [`http://127.0.0.1`, /shops ask https:\/\/127\.0\.0\.1:\d+\/oauth\/token whatever the address says/],
    [`https://127.0.0.1/pay`, /shops ask https:\/\/127\.0\.0\.1:\d+\/oauth\/token, without \/pay/],
  ])('in production, %s is no address for tokens', async (given, words) => {
    const shop = await connected();
    const url = new URL(given);
    url.port = new URL(app.url).port;
    const { text } = await doctor(shop.tenantId, url.href, 'serve');
    expect(failing(text)).toContain('  FAILS  tokens are asked for where shops look for them');
    expect(text).toMatch(words);
  });

  it('a proxy that drops the header with the tenant', async () => {
    const shop = await connected();
    const proxy = await proxyOf((_method, headers) => delete headers['x-tenant-identifier']);
    const { text } = await doctor(shop.tenantId, proxy.url);
    proxy.close();
    expect(text).toContain('X-Tenant-Identifier does not arrive');
  });

  it('an address where nobody answers', async () => {
    const shop = await connected();
    const { text } = await doctor(shop.tenantId, 'http://127.0.0.1:65533');
    expect(failing(text)[0]).toBe('  FAILS  the deployment answers where shops look for it');
    expect(text).toMatch(/there is no answer/);
  });

  it.each([
    [301, 'it redirects to https://elsewhere.example'],
    [415, 'does a proxy want a content type'],
  ])('a proxy that answers %i for us', async (status, words) => {
    const proxy = createServer((request, response) => {
      if (status === 301 || request.headers['content-type'] === undefined) {
        if (request.method === 'POST' || status === 301)
          return response.writeHead(status, { location: 'https://elsewhere.example' }).end();
      }
      const { method = 'GET', headers, url = '' } = request;
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => {
        const body = chunks.length === 0 ? {} : { body: Buffer.concat(chunks) };
        const kept = Object.entries(headers).filter(([name]) => !['host', 'connection', 'content-length'].includes(name));
        void fetch(`${app.url}${url}`, { method, headers: Object.fromEntries(kept) as Record<string, string>, ...body }).then(
          async (answer) => response.writeHead(answer.status).end(await answer.text()),
        );
      });
    });
    proxy.listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    const shop = await connected();
    const { text } = await doctor(shop.tenantId, `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`);
    proxy.close();
    expect(text).toContain(words);
  }); // prettier-ignore
});
