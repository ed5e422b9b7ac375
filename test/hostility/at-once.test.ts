/**
 * Everything about one order at once: identical initialize calls, webhooks and commands, each many times, against the
 * simulated Stripe. One payment, one charge, one capture, one refund come of it.
 */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.js';
import { startSimulator, type Simulator } from '../../src/simulator/stripe/index.js';
import { control, stripe, type Json, type Places } from '../crash/flow.js';
import { query } from '../crash/holds.js';
import { until } from '../crash/sandbox.js';
import { effectiveWrites } from '../crash/witness.js';
import {
  sampleOrder,
  sampleUrls,
  SANDBOX_SETTINGS,
  testApp,
  type Answered,
  type TestApp,
  type TestShop,
} from '../support/app.js';

const TIMES = 20;
const AMOUNT = 12_000;
const STRIPE_SETTINGS = {
  connector: 'stripe',
  mode: 'test',
  secretKey: 'sk_test_demo',
  publishableKey: 'pk_test_demo',
};

let simulator: Simulator;
let places: Places;
let app: TestApp;

beforeAll(async () => {
  simulator = await startSimulator({ host: '127.0.0.1', port: 0, clock: systemClock });
  places = { simulatorUrl: simulator.url, shopUrl: '' };
  app = await testApp({ env: { STRIPE_API_URL: simulator.url } });
});

afterAll(async () => {
  await app.close();
  await simulator.close();
});

const many = <T>(act: (index: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: TIMES }, (_, index) => act(index)));

function initialize(shop: TestShop, reference: string, headers: Record<string, string> = {}): Promise<Answered> {
  return shop.call(
    '/private/initialize-payment',
    { orderData: sampleOrder(reference), ...sampleUrls() },
    { headers, endpoint: 'initialize-payment' },
  );
}

function command(shop: TestShop, name: string, reference: string, headers: Record<string, string>): Promise<Answered> {
  const sign = name === 'RefundPayment' ? -1 : 1;
  return shop.command(
    name,
    { orderReference: reference, orderItemIds: [101, 102], amount: sign * AMOUNT, currencyIsoCode: 'EUR' },
    headers,
  );
}

async function statusOf(reference: string): Promise<unknown> {
  const [payment] = await query(app.databaseUrl, 'select status from payments where order_reference = $1', [reference]);
  return payment?.['status'];
}

const becomes = (reference: string, status: string): Promise<unknown> =>
  until(
    `${reference} is ${status}`,
    async () => (await statusOf(reference)) === status,
    () => app.logged.slice(-20).join(''),
  );

/** Until nothing is left to apply or to ask. */
const quiet = (): Promise<unknown> =>
  until('nothing is left to do', async () => {
    const open =
      "select 1 from inbox where state = 'due' union all select 1 from operations where status in ('asked', 'pending')";
    return (await query(app.databaseUrl, open)).length === 0;
  });

const names = (messages: { name: string }[], failed = /Fail/): string[] =>
  messages.map(({ name }) => name).filter((name) => failed.test(name));

describe(`${TIMES} of everything at once`, () => {
  it(
    'with Stripe: identical initialize calls, every webhook resent, commands repeated, all together',
    { timeout: 60_000 },
    async () => {
      const shop = app.shop('at-once');
      expect((await shop.configure(STRIPE_SETTINGS)).status).toBe(200);
      await until(
        'the webhook address is registered',
        async () => (await stripe(places, '/v1/webhook_endpoints')).data.length === 1,
      );
      const reference = `DE--${randomUUID().slice(0, 8)}`;

      const started = await many(() => initialize(shop, reference));
      expect(started.map(({ status }) => status)).toEqual(started.map(() => 200));
      const transactionId = String(started[0]?.body.transactionId);
      for (const { body } of started) expect(body).toEqual(started[0]?.body);

      const intent = await stripe(places, `/v1/payment_intents/${transactionId}`);
      const form = new URLSearchParams({ client_secret: intent.client_secret, payment_method: 'pm_card_visa' });
      const confirmed = fetch(`${simulator.url}/v1/payment_intents/${transactionId}/confirm`, {
        method: 'POST',
        headers: { authorization: 'Bearer pk_test_demo' },
        body: form,
      });
      // The shop is impatient: commands arrive while the customer is still paying, and initialize calls go on.
      const [first, second] = [randomUUID(), randomUUID()];
      const [repeats] = await Promise.all([many(() => initialize(shop, reference)), confirmed]);
      for (const { status } of repeats) expect([200, 400]).toContain(status);
      await becomes(reference, 'authorized');

      const resend = async (): Promise<void> => {
        const { data } = (await control(places, 'webhooks/deliveries')) as { data: { event: string }[] };
        await Promise.all(data.map(({ event }) => control(places, 'webhooks/resend', { event })));
      };
      await Promise.all([
        many((index) =>
          command(shop, 'CapturePayment', reference, { 'Transaction-Id': index % 2 === 0 ? first : randomUUID() }),
        ),
        resend(),
        many(() => initialize(shop, reference)),
      ]);
      await becomes(reference, 'captured');
      await quiet();
      await Promise.all([
        many(() => command(shop, 'RefundPayment', reference, { 'Transaction-Id': second })),
        resend(),
        resend(),
      ]);
      await becomes(reference, 'refunded');
      await quiet();

      const intents = (await stripe(places, '/v1/payment_intents?limit=100')).data.filter(
        ({ metadata }: Json) => metadata.order_reference === reference,
      );
      expect(intents.map(({ id }: Json) => id)).toEqual([transactionId]);
      const writes = await effectiveWrites(places);
      const count = (path: string): number => writes.filter((entry) => entry.path === path).length;
      expect([
        count(`/v1/payment_intents/${transactionId}/confirm`),
        count(`/v1/payment_intents/${transactionId}/capture`),
        count('/v1/refunds'),
      ]).toEqual([1, 1, 1]);
      const [charge, ...others] = (await stripe(places, `/v1/charges?payment_intent=${transactionId}`)).data;
      expect(others).toEqual([]);
      expect(charge).toMatchObject({ amount_captured: AMOUNT, amount_refunded: AMOUNT });
      const told = await shop.poll();
      expect(names(told)).toEqual([]);
      expect(new Set(told.map(({ name }) => name))).toEqual(
        new Set(['PaymentCreated', 'PaymentUpdated', 'PaymentAuthorized', 'PaymentCaptured', 'PaymentRefunded']),
      );
    },
  );

  it('with one Idempotency-Key: one payment and one answer, word for word', { timeout: 60_000 }, async () => {
    const shop = app.shop('one-key');
    await shop.configure(SANDBOX_SETTINGS);
    const reference = `DE--${randomUUID().slice(0, 8)}`;
    const answers = await many(() => initialize(shop, reference, { 'idempotency-key': 'the same' }));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    expect(
      await query(app.databaseUrl, 'select id from payments where order_reference = $1', [reference]),
    ).toHaveLength(1);
  });

  it('capture and cancel against each other: exactly one of them wins', { timeout: 60_000 }, async () => {
    const shop = app.shop('rivals');
    await shop.configure(SANDBOX_SETTINGS);
    for (let round = 0; round < 5; round += 1) {
      const { orderReference } = await shop.authorized(AMOUNT);
      await Promise.all([
        many(() => command(shop, 'CapturePayment', orderReference, {})),
        many(() => command(shop, 'CancelPayment', orderReference, {})),
      ]);
      await quiet();
      const succeeded = await query<{ kind: string }>(
        app.databaseUrl,
        `select kind from operations o join payments p on p.id = o.payment_id
         where p.order_reference = $1 and o.status = 'succeeded' and o.kind in ('capture', 'cancel')`,
        [orderReference],
      );
      expect(succeeded).toHaveLength(1);
      expect(await statusOf(orderReference)).toBe(succeeded[0]?.kind === 'capture' ? 'captured' : 'canceled');
    }
  });
});
