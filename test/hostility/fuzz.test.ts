/**
 * Every endpoint meets hostile bodies, headers and tokens. Never a 5xx, always the endpoint's own error shape, nothing
 * changed by a refused request, and an answer in time. Repeat a failure with FUZZ_SEED; FUZZ_RUNS sets the effort.
 */
import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.js';
import { validateResponse } from '../../src/contract/check.js';
import type { Endpoint } from '../../src/contract/endpoint.js';
import { ENDPOINTS } from '../../src/contract/endpoints.js';
import {
  sampleOrder,
  sampleUrls,
  SANDBOX_SETTINGS,
  SANDBOX_WEBHOOK_SECRET,
  testApp,
  type TestApp,
  type TestShop,
} from '../support/app.js';
import { watchDatabase, type Watched } from './state.js';
import { send, sendBytes, wildBody, wildContentType, wildHeaders, type Got, type Sent } from './wild.js';

const RUNS = Number(process.env['FUZZ_RUNS'] ?? 60);
const SEED = Number(process.env['FUZZ_SEED'] ?? 20_261_120);
const IN_TIME_MS = 5_000;

let app: TestApp;
let shop: TestShop;
let watched: Watched;
let tokens: Record<string, string>;

beforeAll(async () => {
  app = await testApp({ env: { LOG_LEVEL: 'debug' } });
  shop = app.shop('fuzzed');
  await shop.configure({ ...SANDBOX_SETTINGS, facade: { enabled: true, origins: ['https://shop.example'] } });
  await shop.authorized();
  await app.shop('other').configure();
  tokens = {
    app: await app.token('aop-app', 'fuzzed'),
    channels: await app.token('aop-event-platform', 'fuzzed'),
    other: await app.token('aop-app', 'other'),
    none: '',
    broken: 'eyJhbGciOiJub25lIn0.eyJ0ZW5hbnQiOiIqIn0.',
  };
  watched = await watchDatabase(app.databaseUrl);
});

afterAll(async () => {
  await watched.close();
  await app.close();
});

const chosen = { amount: 12_000, paymentMethodName: 'Sandbox', paymentProviderName: 'sandbox' };
const STOREFRONT: Record<string, object> = {
  payments: {
    quote: {
      customer: { firstName: 'Ada', lastName: 'L', email: 'a@b.c' },
      billingAddress: { iso2Code: 'DE' },
      currency: { code: 'EUR' },
      items: [{ name: 'Oryx', quantity: 1, unitPrice: 12_000 }],
    },
    payment: chosen,
    preOrderPaymentData: { transactionId: '' },
  },
  'payment-cancellations': { payment: chosen, preOrderPaymentData: { transactionId: 'sbx_1' } },
  'payment-customers': { payment: chosen, customerPaymentServiceProviderData: { transactionId: 'sbx_1' } },
};

/** Documents that are right, to go wrong from there. */
function validBodies({ name }: Endpoint): unknown[] {
  const order = sampleOrder('DE--fuzzed');
  if (name === 'initialize-payment') return [{ orderData: order, ...sampleUrls() }];
  if (name in STOREFRONT) return [{ data: { type: name, attributes: STOREFRONT[name] } }];
  if (name === 'configure')
    return [{ data: { type: 'configuration', attributes: { configuration: JSON.stringify(SANDBOX_SETTINGS) } } }];
  if (name === 'token')
    return [
      {
        grant_type: 'client_credentials',
        client_id: 'sandbox-shop',
        client_secret: 'sandbox-secret',
        audience: 'aop-app',
      },
    ];
  if (name === 'acknowledge-messages') return [{ messageIds: ['1', '2'] }];
  if (name === 'send-message')
    return [{ orderReference: 'DE--none', orderItemIds: [1], amount: 100, currencyIsoCode: 'EUR' }];
  if (name.startsWith('webhook'))
    return [{ id: 'evt_1', type: 'payment', transactionId: 'sbx_1', status: 'authorized' }];
  return [];
}

function hostileRequest(endpoint: Endpoint, path: string): fc.Arbitrary<Sent> {
  const part = fc.constantFrom(
    'x',
    'test',
    '%00',
    '%ff',
    '..%2f',
    'a'.repeat(300),
    'payment-commands',
    'payment-events',
    "'--",
    '%F0%9F%98%80',
  );
  const query = fc.constantFrom(
    '',
    '',
    '?limit=-1',
    '?limit=x',
    '?limit[]=1',
    '?transactionId=%00&tenantIdentifier=%00&token=%00',
    '?transactionId=a&transactionId=b',
    '?__proto__[a]=1',
    '?token=%ff',
    `?a=${'x'.repeat(5000)}`,
  );
  return fc
    .record({
      part,
      query,
      headers: wildHeaders,
      type: wildContentType,
      token: fc.constantFrom('app', 'channels', 'other', 'none', 'broken'),
      body: wildBody(validBodies(endpoint)),
      tenant: fc.boolean(),
    })
    .map(({ part: filled, query: asked, headers, type, token, body, tenant }) => ({
      method: endpoint.method,
      path: path.replace(/\{\w+\}/g, filled) + asked,
      headers: {
        ...(type === '' ? {} : { 'content-type': type }),
        ...(token === 'none' ? {} : { authorization: `Bearer ${tokens[token] ?? ''}` }),
        ...headers,
        ...(tenant ? { 'x-tenant-identifier': 'fuzzed', name: 'CapturePayment' } : {}),
      },
      body: endpoint.method === 'GET' ? Buffer.alloc(0) : body,
    }));
}

/** A request that got as far as the PSP leaves its trace on purpose: the payment that was refused. */
const LEAVE_TRACES: ReadonlySet<string> = new Set(['initialize-payment', 'payments']);
const LEAVES_A_TRACE = /refused|declined|could not be/i;

async function expectCivil(endpoint: Endpoint, sent: Sent): Promise<void> {
  const before = await watched.fingerprint();
  const got = await send(app.url, sent);
  expect(got.status, `${sent.method} ${sent.path}: ${got.text.slice(0, 300)}`).toBeLessThan(500);
  expect(got.tookMs).toBeLessThan(IN_TIME_MS);
  if (got.status < 400) return;
  expectShape(endpoint, sent, got);
  if (LEAVE_TRACES.has(endpoint.name) && LEAVES_A_TRACE.test(got.text)) return;
  expect(await watched.fingerprint()).toEqual(before);
}

function expectShape(endpoint: Endpoint, sent: Sent, got: Got): void {
  const type = String(got.headers['content-type']);
  if (endpoint.errorShape === 'page') {
    expect(type).toMatch(/^text\/(html|plain)/);
    return;
  }
  const types = endpoint.errorShape === 'storefront' ? /^application\/(vnd\.api\+)?json/ : /^application\/json/;
  expect(type, got.text).toMatch(types);
  const body: unknown = JSON.parse(got.text);
  // What the router itself refuses (a path that cannot be decoded, or a part that is too long) belongs to no endpoint.
  if (got.status === refusalOfRouter(sent.path)) {
    expect(body).toEqual(listOf(got.status));
    return;
  }
  const fault = validateResponse(endpoint.name, got.status, body);
  if (fault !== undefined && !isJsonApiList(body)) {
    throw new Error(`The answer ${got.status} does not fit: ${fault}: ${got.text}`);
  }
}

const listOf = (status: number): unknown => [{ status, code: null, message: expect.any(String), confirm: null }];

function refusalOfRouter(address: string): number | undefined {
  const path = address.split('?', 1)[0] ?? '';
  try {
    return decodeURIComponent(path)
      .split('/')
      .some(({ length }) => length > 255)
      ? 414
      : undefined;
  } catch {
    return 400;
  }
}

/** Callers that speak JSON:API get their errors below `errors`. */
function isJsonApiList(body: unknown): boolean {
  return typeof body === 'object' && body !== null && Array.isArray((body as { errors?: unknown }).errors);
}

describe('hostile requests', () => {
  const all = ENDPOINTS.flatMap((endpoint) =>
    [endpoint.path, ...endpoint.aliases].map((path) => [`${endpoint.method} ${path}`, endpoint, path] as const),
  );

  it.each(all)(`%s stands ${RUNS} of them (seed ${SEED})`, { timeout: 120_000 }, async (_, endpoint, path) => {
    const runs = endpoint.method === 'GET' ? Math.ceil(RUNS / 3) : RUNS;
    await fc.assert(
      fc.asyncProperty(hostileRequest(endpoint, path), (sent) => expectCivil(endpoint, sent)),
      { numRuns: runs, seed: SEED, endOnFailure: true },
    );
    expect((await fetch(`${app.url}/health/ready`)).status).toBe(200);
  });

  it.each([
    ['no HTTP at all', 'hello\r\n\r\n'],
    ['a header with a null byte', 'GET /health/live HTTP/1.1\r\nHost: x\r\nX-A: a\0b\r\n\r\n'],
    ['two lengths', 'POST /webhooks HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!'],
    [
      'a length and chunks',
      'POST /webhooks HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['headers without end', `GET / HTTP/1.1\r\nHost: x\r\n${'X-A: b\r\n'.repeat(5000)}`],
    ['a broken escape in the path', 'GET /channels/%zz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'],
    ['an unknown method', 'BREW /docs HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'],
    ['a path without end', `GET /${'a'.repeat(60_000)} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`],
  ])('%s is refused with a 4xx', async (_, text) => {
    const before = await watched.fingerprint();
    expect(await sendBytes(app.url, Buffer.from(text, 'latin1'))).toMatch(/^HTTP\/1\.1 4\d\d /);
    expect(await watched.fingerprint()).toEqual(before);
    expect((await fetch(`${app.url}/health/ready`)).status).toBe(200);
  });

  it('an unknown address and a wrong method answer 404 in the list shape', async () => {
    for (const [method, path] of [
      ['GET', '/nothing'],
      ['DELETE', '/private/configure'],
      ['POST', '/health/live'],
      ['GET', '/channels/%zz'],
    ] as const) {
      const got = await send(app.url, { method, path, headers: {}, body: Buffer.alloc(0) });
      expect([400, 404], path).toContain(got.status);
      expect(JSON.parse(got.text)).toEqual(listOf(got.status));
    }
  });
});

describe('calls of the payment page', () => {
  it.each(['session', 'attempt', 'choice', 'status'])(
    `/app-payment/%s stands ${RUNS} hostile requests`,
    { timeout: 60_000 },
    async (name) => {
      const credentials = { transactionId: 'sbx_1', tenantIdentifier: 'fuzzed', token: 'x', choice: 'pay' };
      const hostile = fc.record({ headers: wildHeaders, type: wildContentType, body: wildBody([credentials]) });
      await fc.assert(
        fc.asyncProperty(hostile, async ({ headers, type, body }) => {
          const before = await watched.fingerprint();
          const contentType: Record<string, string> = type === '' ? {} : { 'content-type': type };
          const got = await send(app.url, {
            method: 'POST',
            path: `/app-payment/${name}`,
            headers: { ...contentType, ...headers },
            body,
          });
          expect(got.status, got.text.slice(0, 300)).toBeGreaterThanOrEqual(400);
          expect(got.status, got.text.slice(0, 300)).toBeLessThan(500);
          expect(JSON.parse(got.text)).toEqual({ error: expect.stringMatching(/^[a-z_]+$/) });
          expect(await watched.fingerprint()).toEqual(before);
        }),
        { numRuns: RUNS, seed: SEED },
      );
    },
  );
});

describe('webhooks with mutated bytes', () => {
  const sign = (bytes: Buffer, secret: string, at = Math.floor(systemClock.now() / 1000)): string =>
    `t=${at},v1=${createHmac('sha256', secret).update(`${at}.`).update(bytes).digest('hex')}`;

  it('one byte changed, anywhere: refused with 400 and nothing stored', { timeout: 60_000 }, async () => {
    const body = Buffer.from(
      JSON.stringify({
        id: 'evt_mutated',
        type: 'payment',
        transactionId: 'sbx_1',
        status: 'authorized',
        merchantReference: 'x',
      }),
    );
    const signature = sign(body, SANDBOX_WEBHOOK_SECRET);
    const before = await watched.fingerprint();
    await fc.assert(
      fc.asyncProperty(fc.nat(body.length - 1), fc.integer({ min: 1, max: 255 }), async (place, change) => {
        const mutated = Buffer.from(body);
        mutated[place] = (mutated[place] ?? 0) ^ change;
        const got = await send(app.url, {
          method: 'POST',
          path: '/webhooks/test',
          headers: { 'content-type': 'application/json', 'sandbox-signature': signature },
          body: mutated,
        });
        expect(got.status).toBe(400);
      }),
      { numRuns: 2 * RUNS, seed: SEED },
    );
    expect(await watched.fingerprint()).toEqual(before);
  });

  it('rightly signed nonsense is answered, never with a 5xx, and harms nobody', { timeout: 60_000 }, async () => {
    const valid = [{ id: 'evt_wild', type: 'payment', transactionId: 'sbx_1', status: 'authorized' }];
    await fc.assert(
      fc.asyncProperty(wildBody(valid), async (body) => {
        const headers = { 'content-type': 'application/json', 'sandbox-signature': sign(body, SANDBOX_WEBHOOK_SECRET) };
        const got = await send(app.url, { method: 'POST', path: '/webhooks/test', headers, body });
        expect(got.status, `${got.text} to ${body.toString('utf8').slice(0, 300)}`).toBeLessThan(500);
        expect(got.tookMs).toBeLessThan(IN_TIME_MS);
      }),
      { numRuns: 2 * RUNS, seed: SEED },
    );
    // The next honest one is applied as if nothing had happened.
    await shop.authorized();
  });
});
