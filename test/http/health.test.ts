/** What operators and developers ask: health, both documents, the page to read them. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { compose } from '../../src/compose.js';
import { ENDPOINTS } from '../../src/contract/endpoints.js';
import { findMessage } from '../../src/contract/messages.js';
import { createLog } from '../../src/log.js';
import { eventually } from '../flows/heart.js';
import { testApp, type Answered, type TestApp } from '../support/app.js';
import { ask } from './doors.js';

let app: TestApp;
const PROOF = '7B22707370\n';
const folder = mkdtempSync(join(tmpdir(), 'quittance-health-'));
beforeAll(async () => {
  writeFileSync(join(folder, 'proof'), PROOF);
  app = await testApp({ env: { APPLE_PAY_DOMAIN_FILE: join(folder, 'proof') } });
});
afterAll(async () => {
  await app.close();
  rmSync(folder, { recursive: true });
});

const get = (path: string, from = app): Promise<Answered> => ask(from, path, { method: 'GET' });

describe('the proof for Apple Pay', () => {
  const path = '/.well-known/apple-developer-merchantid-domain-association';

  it('is the file, as text and without a detour', async () => {
    const answer = await fetch(`${app.url}${path}`, { redirect: 'manual' });
    expect([answer.status, await answer.text()]).toEqual([200, PROOF]);
    expect(answer.headers.get('content-type')).toBe('text/plain; charset=utf-8');
  });

  it('is not there unless the deployment has one', async () => {
    const { db, vault, clock } = app.app;
    const log = createLog({ level: 'error', clock, redact: (line) => line, write: () => undefined });
    const config = { ...app.config, applePayDomainFile: undefined };
    const other = await compose({ config, db, vault, clock, log, version: '0.0.0', isOnlyNode: false });
    const { statusCode, headers } = await other.server.inject(path);
    expect(statusCode).toBe(404);
    expect(headers['content-type']).toContain('application/json');
    await other.stop();
  });
});

describe('health', () => {
  it.each(['/health/live', '/health/ready'])('%s is 200 without a token', async (path) => {
    const { status, body } = await get(path);
    expect(status).toBe(200);
    expect(body).toEqual({ status: 'ok' });
  });

  it('is not ready before the workers run, but alive', async () => {
    const { db, vault, clock } = app.app;
    const log = createLog({ level: 'error', clock, redact: (line) => line, write: () => undefined });
    const unstarted = await compose({ config: app.config, db, vault, clock, log, version: '0.0.0', isOnlyNode: false });
    const ready = await unstarted.server.inject('/health/ready');
    expect([ready.statusCode, ready.json()]).toEqual([503, { status: 'unavailable' }]);
    expect((await unstarted.server.inject('/health/live')).statusCode).toBe(200);
    await unstarted.stop();
  });

  it('is 503 when the database is gone, still alive, and ready again when it is back', async () => {
    const other = await testApp();
    const name = new URL(other.databaseUrl).pathname.slice(1);
    const admin = new pg.Client({ connectionString: inject('databaseUrl') });
    await admin.connect();
    try {
      await admin.query(`alter database ${name} with allow_connections false`);
      await admin.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [name]);
      const { status, body } = await get('/health/ready', other);
      expect(status).toBe(503);
      expect(body).toEqual({ status: 'unavailable' });
      expect((await get('/health/live', other)).status).toBe(200);
      await admin.query(`alter database ${name} with allow_connections true`);
      // A connection that was cut is found out when it is used.
      await eventually('ready again', async () => (await get('/health/ready', other)).status === 200);
    } finally {
      await admin.query(`alter database ${name} with allow_connections true`);
      await admin.end();
      await other.close();
    }
  });
});

describe('documents', () => {
  it('/openapi.json names every endpoint of ours, and where we are', async () => {
    const { status, body, headers } = await get('/openapi.json');
    expect(status).toBe(200);
    expect(headers.get('content-type')).toContain('application/json');
    expect(body.openapi).toMatch(/^3\.1/);
    expect(body.servers[0].url).toBe(app.config.publicUrl);
    for (const { path, method } of ENDPOINTS)
      expect(body.paths[path]?.[method.toLowerCase()], `${method} ${path}`).toBeDefined();
  });

  it('/asyncapi.json names every message and channel', async () => {
    const { status, body } = await get('/asyncapi.json');
    expect(status).toBe(200);
    expect(body.asyncapi).toMatch(/^3\./);
    expect(Object.keys(body.channels).length).toBe(app.app.channels.length);
    const text = JSON.stringify(body);
    for (const name of ['AddPaymentMethod', 'PaymentCaptured', 'CapturePayment', 'AppConfigUpdated']) {
      expect(findMessage(name)).toBeDefined();
      expect(text).toContain(name);
    }
  });

  it('/docs is a page with a strict policy and no outside resource', async () => {
    const { status, body, headers } = await get('/docs');
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    for (const { path } of ENDPOINTS) expect(body).toContain(path);
    expect(body).not.toMatch(/(src|href)="https?:/);
  });

  it('every route of the document is mounted', async () => {
    for (const { path, method, access } of ENDPOINTS) {
      if (access === 'page') continue;
      const place = path.replace(/\{\w+\}/g, 'x');
      const { status } = await ask(app, place, { method });
      expect(status, `${method} ${path}`).not.toBe(404);
    }
  });
});
