/** Real deliveries of the simulated Stripe, sent to the app again with mutated bytes, signatures, times and addresses. */
import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.js';
import { startSimulator, type Simulator } from '../../src/simulator/stripe/index.js';
import { control, stripe, type Json, type Places } from '../crash/flow.js';
import { query } from '../crash/holds.js';
import { until } from '../crash/sandbox.js';
import { testApp, type TestApp } from '../support/app.js';
import { watchDatabase, type Watched } from './state.js';
import { send, wildBody, type Got } from './wild.js';

const RUNS = Number(process.env['FUZZ_RUNS'] ?? 60);
const SEED = Number(process.env['FUZZ_SEED'] ?? 20_261_120);

let simulator: Simulator;
let app: TestApp;
let watched: Watched;
let path = '';
let secret = '';
/** Bodies as Stripe sends them. */
let bodies: Buffer[] = [];

const seconds = (): number => Math.floor(systemClock.now() / 1000);
const sign = (body: Buffer, at = seconds(), key = secret): string =>
  `t=${at},v1=${createHmac('sha256', key).update(`${at}.`).update(body).digest('hex')}`;
const deliver = (body: Buffer, signature: string, to = path): Promise<Got> =>
  send(app.url, {
    method: 'POST',
    path: to,
    headers: { 'content-type': 'application/json', 'stripe-signature': signature },
    body,
  });

beforeAll(async () => {
  simulator = await startSimulator({ host: '127.0.0.1', port: 0, clock: systemClock });
  const places: Places = { simulatorUrl: simulator.url, shopUrl: '' };
  app = await testApp({ env: { STRIPE_API_URL: simulator.url } });
  const shop = app.shop('mutated');
  await shop.configure({
    connector: 'stripe',
    mode: 'test',
    secretKey: 'sk_test_demo',
    publishableKey: 'pk_test_demo',
  });
  const [endpoint] = await until('the webhook address is registered', async () => {
    const { data } = await stripe(places, '/v1/webhook_endpoints');
    return data.length > 0 ? (data as Json[]) : undefined;
  });
  path = new URL(endpoint.url).pathname;
  const { body, orderReference } = await shop.initialize();
  const { transactionId } = body as { transactionId: string };
  const intent = await stripe(places, `/v1/payment_intents/${transactionId}`);
  const form = new URLSearchParams({ client_secret: intent.client_secret, payment_method: 'pm_card_visa' });
  await fetch(`${simulator.url}/v1/payment_intents/${transactionId}/confirm`, {
    method: 'POST',
    headers: { authorization: 'Bearer pk_test_demo' },
    body: form,
  });
  await shop.until('PaymentAuthorized', orderReference);
  const delivered = async (): Promise<Json[]> =>
    ((await control(places, 'webhooks/deliveries?state=delivered')) as Json).data;
  bodies = await until('deliveries', async () =>
    (await delivered()).length > 1 ? (await delivered()).map((row) => Buffer.from(row.body as string)) : undefined,
  );
  const { rows } = (await control(places, 'snapshot')) as { rows: [string, string, string, Json][] };
  secret = rows.find(([collection]) => collection === 'endpoint_secrets')?.[3].secrets[0].value as string;
  await applied();
  watched = await watchDatabase(app.databaseUrl);
}, 60_000);

/** Until every stored webhook is applied. */
const applied = (): Promise<unknown> =>
  until(
    'everything is applied',
    async () => (await query(app.databaseUrl, "select 1 from inbox where state = 'due'")).length === 0,
  );

afterAll(async () => {
  await watched.close();
  await app.close();
  await simulator.close();
});

describe('deliveries of Stripe, changed on their way', () => {
  it('the untouched one is known already: answered 200, nothing stored', async () => {
    const before = await watched.fingerprint();
    for (const body of bodies) expect((await deliver(body, sign(body))).status).toBe(200);
    expect(await watched.fingerprint()).toEqual(before);
  });

  it(
    `one byte changed, cut off or added, anywhere: 400 and nothing stored (seed ${SEED})`,
    { timeout: 60_000 },
    async () => {
      const before = await watched.fingerprint();
      const change = fc.record({
        of: fc.nat(),
        place: fc.nat(),
        by: fc.integer({ min: 1, max: 255 }),
        kind: fc.constantFrom('flip', 'cut', 'add'),
      });
      await fc.assert(
        fc.asyncProperty(change, async ({ of, place, by, kind }) => {
          const body = bodies[of % bodies.length] ?? Buffer.alloc(0);
          const at = place % body.length;
          const rest = body.subarray(kind === 'add' ? at : at + 1);
          const mutated = Buffer.concat([
            body.subarray(0, at),
            Buffer.from(kind === 'cut' ? [] : [kind === 'flip' ? (body[at] ?? 0) ^ by : by]),
            rest,
          ]);
          expect((await deliver(mutated, sign(body))).status).toBe(mutated.equals(body) ? 200 : 400);
        }),
        { numRuns: 3 * RUNS, seed: SEED },
      );
      expect(await watched.fingerprint()).toEqual(before);
    },
  );

  it('a wrong secret, an old time, another address, the other mode, no signature or a bent one: 400 and nothing stored', async () => {
    const before = await watched.fingerprint();
    const [body = Buffer.alloc(0)] = bodies;
    const right = sign(body);
    const signatures = [
      sign(body, seconds(), 'whsec_other'),
      sign(body, seconds() - 3600),
      '',
      't=,v1=',
      right.replace('v1=', 'v0='),
      right.replace('t=', 't=0'),
      `${right}0`,
      right.slice(0, -2),
      'x'.repeat(5000),
      right.toUpperCase(),
    ];
    for (const signature of signatures)
      expect((await deliver(body, signature)).status, signature.slice(0, 60)).toBe(400);
    for (const address of ['/webhooks/test/0123456789abcdef', path.replace('/test', ''), `${path}0`]) {
      expect((await deliver(body, right, address)).status, address).toBe(400);
    }
    expect(await watched.fingerprint()).toEqual(before);
  });

  it('rightly signed nonsense: never a 5xx, and no payment changes', { timeout: 60_000 }, async () => {
    const documents = bodies.map((body) => JSON.parse(body.toString('utf8')) as object);
    const before = await watched.fingerprint();
    await fc.assert(
      fc.asyncProperty(wildBody(documents), async (body) => {
        const got = await deliver(body, sign(body));
        expect(got.status, `${got.text} to ${body.toString('utf8').slice(0, 300)}`).toBeLessThan(500);
      }),
      { numRuns: 2 * RUNS, seed: SEED },
    );
    await applied();
    const after = await watched.fingerprint();
    expect([after['payments'], after['tenants'], after['outbox'], after['refunds']]).toEqual([
      before['payments'],
      before['tenants'],
      before['outbox'],
      before['refunds'],
    ]);
    expect((await fetch(`${app.url}/health/ready`)).status).toBe(200);
  });
});
