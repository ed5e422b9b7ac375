/** Nodes with a role: one answers, another works, on one database. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compose, type Role, type Running } from '../../src/compose.js';
import { createLog } from '../../src/log.js';
import { freshDatabase } from '../support/database.js';
import { testApp, type TestApp } from '../support/app.js';
import { ask } from './doors.js';

let database: Awaited<ReturnType<typeof freshDatabase>>;
let api: TestApp;
let worker: Running;
beforeAll(async () => {
  database = await freshDatabase();
  api = await testApp({ databaseUrl: database.url, role: 'api' });
});
afterAll(async () => {
  await worker.stop();
  await api.close();
  await database.drop();
});

function node(role: Role): Promise<Running> {
  const { db, vault, clock } = api.app;
  const log = createLog({ level: 'error', clock, redact: (line) => line, write: () => undefined });
  return compose({ config: api.config, db, vault, clock, log, version: '0.0.0', isOnlyNode: false, role });
}

describe('one answers and another works', () => {
  it('what the first has stored waits for the second, and is worked on by it', async () => {
    const shop = api.shop();
    expect((await shop.configure()).status).toBe(200);
    const { body, orderReference } = await shop.initialize();
    await shop.webhook({ type: 'payment', transactionId: body.transactionId, status: 'authorized' });
    const before = (await shop.poll()).map(({ name }) => name);
    expect(before).toEqual(['PaymentCreated']);
    worker = await node('worker');
    await worker.start();
    await shop.until('PaymentAuthorized', orderReference);
  });

  it.each(['/health/live', '/health/ready', '/openapi.json'])('a worker answers %s', async (url) => {
    expect((await worker.server.inject(url)).statusCode).toBe(200);
  });

  it.each(['/private/initialize-payment', '/channels/payment-commands', '/webhooks', '/oauth/token'])(
    'a worker does not answer %s',
    async (url) => {
      expect((await worker.server.inject({ method: 'POST', url, payload: {} })).statusCode).toBe(404);
    },
  );
});

describe('behind a proxy', () => {
  const fail = (app: TestApp, address: string) =>
    ask(app, '/oauth/token', {
      headers: { 'content-type': 'application/json', 'x-forwarded-for': address },
      body: JSON.stringify({ grant_type: 'client_credentials', client_id: 'sandbox-shop', client_secret: 'no', audience: 'aop-app' }),
    }); // prettier-ignore

  it.each([
    ['whom nobody trusts, all callers are one', {}, 429],
    ['that is trusted, the address it names is the caller’s', { TRUSTED_PROXIES: '127.0.0.0/8, ::1' }, 401],
  ])('%s', async (_what, env, expected) => {
    const app = await testApp({ env });
    for (let attempt = 0; attempt < 30; attempt += 1) await fail(app, '203.0.113.7');
    expect((await fail(app, '203.0.113.8')).status).toBe(expected);
    await app.close();
  });
});
