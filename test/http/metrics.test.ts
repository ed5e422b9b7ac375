/** Metrics through the door: what they say, and to whom. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { context, SpanKind, trace } from '@opentelemetry/api';
import { SANDBOX_SETTINGS, testApp, type TestApp, type TestShop } from '../support/app.js';
import { ask } from './doors.js';

const TOKEN = 'a-token-of-the-deployment';
let open: TestApp;
let guarded: TestApp;
let shop: TestShop;
beforeAll(async () => {
  open = await testApp();
  guarded = await testApp({ env: { METRICS_TOKEN: TOKEN } });
  shop = open.shop();
  await shop.configure();
});
afterAll(async () => {
  await open.close();
  await guarded.close();
});

/** Samples by name and labels, without comments. */
async function samples(): Promise<Map<string, number>> {
  const { status, body, headers } = await ask(open, '/metrics', { method: 'GET' });
  expect([status, headers.get('content-type')]).toEqual([200, expect.stringContaining('text/plain')]);
  const lines = String(body).split('\n').filter((line) => line !== '' && !line.startsWith('#')); // prettier-ignore
  return new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]),
  );
}

describe('metrics say', () => {
  it('how long requests took, by route and status', async () => {
    await shop.initialize();
    await ask(open, '/nowhere/secret-token', { method: 'GET' });
    const seen = await samples();
    expect(
      seen.get('quittance_request_seconds_count{endpoint="/private/initialize-payment",status="200"}'),
    ).toBeGreaterThan(0);
    expect([...seen.keys()].some((name) => name.includes('secret-token'))).toBe(false);
  });

  it('what was asked of PSPs, and what nobody answered', async () => {
    const silent = open.shop();
    await silent.configure({ ...SANDBOX_SETTINGS, outcomes: { initialize: 'no_answer' } });
    const before = await samples();
    expect((await silent.initialize()).status).toBe(503);
    const seen = await samples();
    const name = 'quittance_psp_unanswered_total{connector="sandbox",verb="initialize"}';
    expect(seen.get(name)).toBeGreaterThan(before.get(name) ?? 0);
    expect(seen.get('quittance_operations_unanswered{kind="initialize"}')).toBeGreaterThan(0);
  });

  it('how many payments are not final, and how long messages wait', async () => {
    const { orderReference } = await shop.authorized();
    const seen = await samples();
    expect(seen.get('quittance_payments{status="authorized"}')).toBeGreaterThan(0);
    expect(seen.get('quittance_outbox_messages')).toBeGreaterThan(0);
    expect(seen.get('quittance_outbox_age_seconds')).toBeGreaterThanOrEqual(0);
    expect([...seen.keys()].some((name) => name.includes(orderReference) || name.includes(shop.tenantId))).toBe(false);
  });
});

describe('metrics are shown', () => {
  it('to this network alone when there is no token, and never through a proxy', async () => {
    for (const header of ['x-forwarded-for', 'forwarded', 'x-real-ip', 'x-forwarded-proto', 'via']) {
      const { status } = await ask(open, '/metrics', { method: 'GET', headers: { [header]: '127.0.0.1' } });
      expect(status).toBe(404);
    }
  });

  it.each([
    ['nothing', {}, 404],
    ['another token', { authorization: `Bearer ${TOKEN}x` }, 404],
    ['the token', { authorization: `Bearer ${TOKEN}` }, 200],
    ['the token behind a proxy', { authorization: `Bearer ${TOKEN}`, 'x-forwarded-for': '203.0.113.7' }, 200],
  ])('with a token, to who shows it: %s', async (_what, headers, expected) => {
    expect((await ask(guarded, '/metrics', { method: 'GET', headers })).status).toBe(expected);
  });
});

describe('spans', () => {
  it('stand around a request and around what is asked of the PSP because of it', async () => {
    const begun: { name: string; kind: number | undefined }[] = [];
    const span = { end: () => undefined, setAttribute: () => span, setAttributes: () => span, spanContext: () => ({}) };
    const startSpan = (name: string, options?: { kind?: number }) => {
      begun.push({ name, kind: options?.kind });
      return span;
    };
    const startActiveSpan = (name: string, options: { kind?: number }, work: (given: unknown) => unknown) => {
      startSpan(name, options);
      return work(span);
    };
    trace.setGlobalTracerProvider({ getTracer: () => ({ startSpan, startActiveSpan }) } as never);
    try {
      await shop.initialize();
    } finally {
      trace.disable();
      context.disable();
    }
    expect(begun).toContainEqual({ name: 'POST /private/initialize-payment', kind: SpanKind.SERVER });
    expect(begun).toContainEqual({ name: 'psp initialize', kind: SpanKind.CLIENT });
  });
});
