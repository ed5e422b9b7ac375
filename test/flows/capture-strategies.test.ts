/** How money of an authorization is taken: once, in parts, as a sum, or more than authorized; each against Stripe. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readTenant } from '../../src/flows/app.js';
import { begin } from '../../src/flows/beats.js';
import type { Received, TestShop } from '../support/app.js';
import { applied, eventually, fileOf, inboxOf, ITEMS, names, operationsOf, outboxOf } from './heart.js';
import { HOUR, keysOf, patiently, stripeStage, type StripeStage } from './stripe-stage.js';

let stage: StripeStage;
beforeAll(async () => {
  stage = await stripeStage();
});
afterAll(() => stage.close());

/** The first part carries the shipping. */
const FIRST = { ...ITEMS, orderItemIds: [101], amount: 7_000 };
const SECOND = { ...ITEMS, orderItemIds: [102], amount: 5_000 };

const capture = (shop: TestShop, orderReference: string, part: object, name: string = crypto.randomUUID()) =>
  shop.command(
    'CapturePayment',
    { orderReference, ...part },
    { 'Transaction-Id': name, 'Correlation-Id': `c-${name}` },
  );
const cancel = (shop: TestShop, orderReference: string) =>
  shop.command('CancelPayment', { orderReference, ...ITEMS, amount: 0 });
const payments = (told: Received[]) =>
  told
    .filter(({ name }) => name !== 'PaymentUpdated')
    .map(({ name, payload }) => ({ name, amount: payload.amount, items: payload.orderItemIds }));
const paymentOf = async (shop: TestShop, orderReference: string) =>
  (await fileOf(stage.app, shop, orderReference)).payment;
const statusIs = (shop: TestShop, orderReference: string, status: string) =>
  eventually(status, async () => (await paymentOf(shop, orderReference)).status === status);
const resultsOf = async (shop: TestShop) => (await applied(stage.app, shop)).map(({ result }) => result);
const amountsOf = async (transactionId: string) =>
  (await stage.captures(transactionId)).map(({ body }) => [body['amount_to_capture'], body['final_capture'] ?? 'last']);

describe('one final capture', () => {
  it('takes the requested amount once, Stripe releases the rest, and the next one hears that the remainder was released', async () => {
    const shop = await stage.shop();
    const { orderReference, transactionId } = await stage.authorized(shop);
    await capture(shop, orderReference, FIRST);
    const told = await patiently(shop, 'PaymentCaptured', orderReference);
    expect(payments(told)).toEqual([{ name: 'PaymentCaptured', amount: 7_000, items: ['101'] }]);
    expect(await paymentOf(shop, orderReference)).toMatchObject({ status: 'captured', captured: 7_000 });
    const intent = await stage.stripe(shop).paymentIntents.retrieve(transactionId);
    expect(intent).toMatchObject({ status: 'succeeded', amount_received: 7_000, amount_capturable: 0 });
    await capture(shop, orderReference, SECOND);
    expect(payments(await patiently(shop, 'PaymentCaptureFailed', orderReference))).toEqual([
      { name: 'PaymentCaptureFailed', amount: 5_000, items: ['102'] },
    ]);
    const why = '7000 of 12000 were captured and the remainder was released';
    expect(await resultsOf(shop)).toContainEqual(expect.stringContaining(why));
    expect(stage.app.logged.some((line) => line.includes(orderReference) && line.includes(why))).toBe(true);
    expect((await paymentOf(shop, orderReference)).status).toBe('captured');
    expect(await amountsOf(transactionId)).toEqual([['7000', 'last']]);
  });

  it('of everything when the command names no amount, or zero', async () => {
    const shop = await stage.shop();
    for (const part of [{}, { ...ITEMS, amount: 0 }]) {
      const { orderReference, transactionId } = await stage.authorized(shop);
      await capture(shop, orderReference, part);
      const told = await patiently(shop, 'PaymentCaptured', orderReference);
      expect(payments(told)).toEqual([{ name: 'PaymentCaptured', amount: 12_000, items: ['101', '102'] }]);
      expect(await amountsOf(transactionId)).toEqual([['12000', 'last']]);
    }
  });

  it('above what is authorized is refused with PaymentCaptureFailed, and Stripe is not asked', async () => {
    const shop = await stage.shop();
    const { orderReference, transactionId } = await stage.authorized(shop);
    await capture(shop, orderReference, { ...ITEMS, amount: 12_001 });
    const told = await patiently(shop, 'PaymentCaptureFailed', orderReference);
    expect(payments(told)).toEqual([{ name: 'PaymentCaptureFailed', amount: 12_001, items: ['101', '102'] }]);
    expect(names(told)).not.toContain('PaymentUpdated');
    expect((await resultsOf(shop)).at(-1)).toBe(
      'refused: Capture of 12001 is more than the 12000 that may be captured',
    );
    expect(await operationsOf(stage.app, shop, orderReference)).toEqual([]);
    expect(await amountsOf(transactionId)).toEqual([]);
    expect((await paymentOf(shop, orderReference)).status).toBe('authorized');
  });
});

describe('captures that wait for their sum', () => {
  const deferring = (more: object = {}) => stage.shop({ capture: { strategy: 'deferred_sum', ...more } });

  it('ask nothing until the last item is there; then one capture takes the sum and each hears of its own', async () => {
    const shop = await deferring();
    const { orderReference, transactionId } = await stage.authorized(shop);
    await capture(shop, orderReference, FIRST, `first-${orderReference}`);
    await statusIs(shop, orderReference, 'capture_requested');
    await applied(stage.app, shop);
    expect(await amountsOf(transactionId)).toEqual([]);
    expect(await operationsOf(stage.app, shop, orderReference)).toMatchObject([{ kind: 'defer', status: 'pending' }]);
    await capture(shop, orderReference, SECOND, `second-${orderReference}`);
    const told = await patiently(shop, 'PaymentCaptured', orderReference, 2);
    expect(payments(told)).toEqual([
      { name: 'PaymentCaptured', amount: 7_000, items: ['101'] },
      { name: 'PaymentCaptured', amount: 5_000, items: ['102'] },
    ]);
    expect(told.filter(({ name }) => name === 'PaymentCaptured').map(({ attributes }) => attributes['correlationId'])).toEqual(
      [`c-first-${orderReference}`, `c-second-${orderReference}`],
    ); // prettier-ignore
    expect(await amountsOf(transactionId)).toEqual([['12000', 'last']]);
    expect(await paymentOf(shop, orderReference)).toMatchObject({ status: 'captured', captured: 12_000 });
  });

  it('are taken when the sum is all that is authorized, although an item is missing', async () => {
    const shop = await deferring();
    const { orderReference, transactionId } = await stage.authorized(shop);
    await capture(shop, orderReference, { ...FIRST, amount: 2_000 });
    await statusIs(shop, orderReference, 'capture_requested');
    await capture(shop, orderReference, { ...FIRST, orderItemIds: [101, 103], amount: 10_000 });
    await patiently(shop, 'PaymentCaptured', orderReference, 2);
    expect(await amountsOf(transactionId)).toEqual([['12000', 'last']]);
  });

  it('wait for nothing when the command is about the whole order', async () => {
    const shop = await deferring();
    const { orderReference, transactionId } = await stage.authorized(shop);
    await capture(shop, orderReference, { ...ITEMS, amount: 12_000 });
    await patiently(shop, 'PaymentCaptured', orderReference);
    expect(await amountsOf(transactionId)).toEqual([['12000', 'last']]);
    expect(await operationsOf(stage.app, shop, orderReference)).toMatchObject([{ kind: 'capture' }]);
  });

  it('told again wait on and are answered once; the same items by another command are not added', async () => {
    const shop = await deferring();
    const { orderReference, transactionId } = await stage.authorized(shop);
    await capture(shop, orderReference, FIRST, 'told-again');
    await statusIs(shop, orderReference, 'capture_requested');
    await capture(shop, orderReference, FIRST, 'told-again');
    await capture(shop, orderReference, FIRST);
    expect(await resultsOf(shop)).toContain('ignored: The items wait already for their capture');
    expect(await operationsOf(stage.app, shop, orderReference)).toHaveLength(1);
    await capture(shop, orderReference, SECOND);
    const told = await patiently(shop, 'PaymentCaptured', orderReference, 2);
    expect(payments(told)).toHaveLength(2);
    await capture(shop, orderReference, FIRST, 'told-again');
    expect(payments(await patiently(shop, 'PaymentCaptured', orderReference))).toEqual([
      { name: 'PaymentCaptured', amount: 7_000, items: ['101'] },
    ]);
    expect(await amountsOf(transactionId)).toEqual([['12000', 'last']]);
  });

  it('are not more than what is authorized, all together', async () => {
    const shop = await deferring();
    const { orderReference } = await stage.authorized(shop);
    await capture(shop, orderReference, FIRST);
    await statusIs(shop, orderReference, 'capture_requested');
    await capture(shop, orderReference, { ...SECOND, amount: 5_001 });
    expect(payments(await patiently(shop, 'PaymentCaptureFailed', orderReference))).toMatchObject([{ amount: 5_001 }]);
    expect((await resultsOf(shop)).at(-1)).toBe('refused: Capture of 5001 is more than the 5000 that may be captured');
    expect((await paymentOf(shop, orderReference)).status).toBe('capture_requested');
  });

  it('each hear PaymentCaptureFailed when the sum is declined, and may be captured again', async () => {
    const shop = await deferring();
    const { orderReference, transactionId } = await stage.authorized(shop);
    await capture(shop, orderReference, FIRST);
    await statusIs(shop, orderReference, 'capture_requested');
    stage.instead.next(new RegExp(`${transactionId}/capture`), 402, {
      type: 'card_error',
      code: 'card_declined',
      message: 'Your card was declined.',
    });
    await capture(shop, orderReference, SECOND);
    expect(payments(await patiently(shop, 'PaymentCaptureFailed', orderReference, 2))).toEqual([
      { name: 'PaymentCaptureFailed', amount: 7_000, items: ['101'] },
      { name: 'PaymentCaptureFailed', amount: 5_000, items: ['102'] },
    ]);
    expect((await paymentOf(shop, orderReference)).status).toBe('capture_failed');
    await capture(shop, orderReference, FIRST);
    await statusIs(shop, orderReference, 'capture_requested');
    await capture(shop, orderReference, SECOND);
    await patiently(shop, 'PaymentCaptured', orderReference, 2);
    expect(await amountsOf(transactionId)).toEqual([['12000', 'last']]);
  });

  it('whose sum gets no answer are taken once and told once each', async () => {
    const shop = await deferring();
    const { orderReference, transactionId } = await stage.authorized(shop);
    await capture(shop, orderReference, FIRST);
    await statusIs(shop, orderReference, 'capture_requested');
    const path = `/v1/payment_intents/${transactionId}/capture`;
    await stage.control.addFault({ match: { method: 'POST', path }, effect: 'drop_after', times: 6 });
    await capture(shop, orderReference, SECOND);
    await patiently(shop, 'PaymentCaptured', orderReference, 2);
    await stage.control.clearFaults();
    expect(await stage.captures(transactionId)).toHaveLength(1);
    await applied(stage.app, shop);
    const told = (await outboxOf(stage.app, shop, orderReference)).filter((name) => name === 'PaymentCaptured');
    expect(told).toHaveLength(2);
    expect((await paymentOf(shop, orderReference)).status).toBe('captured');
  });

  it('are finished by a cancel: what was shipped is captured, the rest is released, and the answer is PaymentCanceled', async () => {
    const shop = await deferring();
    const { orderReference, transactionId } = await stage.authorized(shop);
    await capture(shop, orderReference, FIRST);
    await statusIs(shop, orderReference, 'capture_requested');
    await cancel(shop, orderReference);
    const told = await patiently(shop, 'PaymentCanceled', orderReference);
    expect(payments(told)).toEqual([
      { name: 'PaymentCaptured', amount: 7_000, items: ['101'] },
      { name: 'PaymentCanceled', amount: 12_000, items: ['101', '102'] },
    ]);
    expect(await paymentOf(shop, orderReference)).toMatchObject({ status: 'captured', captured: 7_000 });
    expect(await amountsOf(transactionId)).toEqual([['7000', 'last']]);
    expect((await stage.stripe(shop).paymentIntents.retrieve(transactionId)).status).toBe('succeeded');
  });

  it('that cannot be taken because of a cancel fail with it, and the cancel may be repeated', async () => {
    const shop = await deferring();
    const { orderReference, transactionId } = await stage.authorized(shop);
    await capture(shop, orderReference, FIRST);
    await statusIs(shop, orderReference, 'capture_requested');
    stage.instead.next(new RegExp(`${transactionId}/capture`), 402, { type: 'card_error', code: 'card_declined' });
    await cancel(shop, orderReference);
    expect(names(await patiently(shop, 'PaymentCancellationFailed', orderReference))).toContain('PaymentCaptureFailed');
    expect((await paymentOf(shop, orderReference)).status).toBe('cancellation_failed');
    await cancel(shop, orderReference);
    await patiently(shop, 'PaymentCanceled', orderReference);
    expect((await paymentOf(shop, orderReference)).status).toBe('canceled');
  });

  it('hear that the authorization is gone when it is released in the dashboard', async () => {
    const shop = await deferring();
    const { orderReference, transactionId } = await stage.authorized(shop);
    await capture(shop, orderReference, FIRST);
    await statusIs(shop, orderReference, 'capture_requested');
    await stage.control.action('cancel', { payment_intent: transactionId });
    const told = await patiently(shop, 'PaymentCanceled', orderReference);
    expect(names(told)).toContain('PaymentCaptureFailed');
    expect((await paymentOf(shop, orderReference)).status).toBe('canceled');
  });

  it('and the other items too are told when somebody takes all of it in the dashboard', async () => {
    const shop = await deferring();
    const { orderReference, transactionId } = await stage.authorized(shop);
    await capture(shop, orderReference, FIRST);
    await statusIs(shop, orderReference, 'capture_requested');
    await stage.control.action('capture', { payment_intent: transactionId });
    expect(payments(await patiently(shop, 'PaymentCaptured', orderReference, 2))).toEqual([
      { name: 'PaymentCaptured', amount: 7_000, items: ['101'] },
      { name: 'PaymentCaptured', amount: 5_000, items: ['102'] },
    ]);
  });

  it('are shown and taken although we died between storing one and showing it', async () => {
    const shop = await deferring();
    const { orderReference, transactionId } = await stage.authorized(shop);
    // What such a death leaves: the operation is stored, nothing is settled, and the command is still to be applied.
    const tenant = await readTenant(stage.app.app, shop.tenantId);
    const file = await fileOf(stage.app, shop, orderReference);
    await begin(stage.app.app, tenant!, file, {
      kind: 'defer',
      amount: 7_000,
      itemIds: ['101'],
      commandId: 'transaction:half-done',
      correlationId: 'c-half-done',
      waits: true,
      prepare: () => ({}),
    });
    expect((await paymentOf(shop, orderReference)).status).toBe('authorized');
    await capture(shop, orderReference, FIRST, 'half-done');
    await statusIs(shop, orderReference, 'capture_requested');
    expect(await operationsOf(stage.app, shop, orderReference)).toHaveLength(1);
    await capture(shop, orderReference, SECOND);
    expect(payments(await patiently(shop, 'PaymentCaptured', orderReference, 2))).toHaveLength(2);
    expect(await amountsOf(transactionId)).toEqual([['12000', 'last']]);
  });

  it('are taken by themselves when we died before taking the sum', async () => {
    const shop = await deferring();
    const { orderReference, transactionId } = await stage.authorized(shop);
    const tenant = await readTenant(stage.app.app, shop.tenantId);
    for (const [commandId, amount, id] of [['one', 7_000, '101'], ['two', 5_000, '102']] as const) {
      await begin(stage.app.app, tenant!, await fileOf(stage.app, shop, orderReference), {
        kind: 'defer',
        amount,
        itemIds: [id],
        commandId: `${commandId}-${orderReference}`,
        waits: true,
        prepare: () => ({}),
      });
    } // prettier-ignore
    await stage.pass(15);
    expect(payments(await patiently(shop, 'PaymentCaptured', orderReference, 2))).toEqual([
      { name: 'PaymentCaptured', amount: 7_000, items: ['101'] },
      { name: 'PaymentCaptured', amount: 5_000, items: ['102'] },
    ]);
    expect(await amountsOf(transactionId)).toEqual([['12000', 'last']]);
  });

  it('are gone on with when the tenant has chosen another strategy meanwhile', async () => {
    const shop = await deferring();
    const { orderReference, transactionId } = await stage.authorized(shop);
    await capture(shop, orderReference, FIRST);
    await statusIs(shop, orderReference, 'capture_requested');
    await shop.configure({ mode: 'test', ...keysOf(shop), capture: { strategy: 'single_final' } });
    await capture(shop, orderReference, SECOND);
    await patiently(shop, 'PaymentCaptured', orderReference, 2);
    expect(await amountsOf(transactionId)).toEqual([['12000', 'last']]);
  });

  for (const [title, more, hours] of [
    ['a day before the authorization ends', {}, 24],
    ['as many hours before the end as the tenant wants', { hoursBeforeExpiry: 60 }, 60],
  ] as const) {
    it(`are taken ${title}, without the missing items`, async () => {
      const shop = await deferring(more);
      const { orderReference, transactionId } = await stage.authorized(shop);
      await capture(shop, orderReference, FIRST);
      await statusIs(shop, orderReference, 'capture_requested');
      const { facts } = await fileOf(stage.app, shop, orderReference);
      const held = facts.find(({ kind }) => kind === 'authorized');
      const end = Date.parse(held?.kind === 'authorized' ? (held.expiresAt ?? '') : '');
      await stage.pass((end - stage.clock.now()) / 1000 - (hours + 7) * HOUR);
      await eventually('the schedule looked', async () => {
        const { rows } = await askAt(shop);
        return rows.every(({ next }) => Date.parse(next) > stage.clock.now() + HOUR * 1000);
      });
      expect(await stage.captures(transactionId)).toEqual([]);
      await stage.pass(7 * HOUR + 60);
      expect(payments(await patiently(shop, 'PaymentCaptured', orderReference))).toEqual([
        { name: 'PaymentCaptured', amount: 7_000, items: ['101'] },
      ]);
      expect(await amountsOf(transactionId)).toEqual([['7000', 'last']]);
      expect((await paymentOf(shop, orderReference)).status).toBe('captured');
    });
  }

  async function askAt(shop: TestShop) {
    const { sql } = await import('kysely');
    return sql<{ next: string }>`select next_ask_at::text as next from operations
      where tenant_id = ${shop.tenantId} and status = 'pending'`.execute(stage.app.app.db);
  }
});

describe('several captures', () => {
  const several = () => stage.shop({ capture: { strategy: 'multi' } });

  it('keep the rest reserved until the last one; each tells its own items and amount', async () => {
    const shop = await several();
    const { orderReference, transactionId } = await stage.authorized(shop);
    await capture(shop, orderReference, FIRST);
    expect(payments(await patiently(shop, 'PaymentCaptured', orderReference))).toEqual([
      { name: 'PaymentCaptured', amount: 7_000, items: ['101'] },
    ]);
    expect(await paymentOf(shop, orderReference)).toMatchObject({ status: 'authorized', captured: 7_000 });
    await capture(shop, orderReference, SECOND);
    expect(payments(await patiently(shop, 'PaymentCaptured', orderReference))).toEqual([
      { name: 'PaymentCaptured', amount: 5_000, items: ['102'] },
    ]);
    expect(await paymentOf(shop, orderReference)).toMatchObject({ status: 'captured', captured: 12_000 });
    expect(await amountsOf(transactionId)).toEqual([['7000', 'false'], ['5000', 'last']]); // prettier-ignore
  });

  it('end with the last item, also when less than authorized was captured', async () => {
    const shop = await several();
    const { orderReference, transactionId } = await stage.authorized(shop);
    await capture(shop, orderReference, { ...FIRST, amount: 6_000 });
    await patiently(shop, 'PaymentCaptured', orderReference);
    await capture(shop, orderReference, SECOND);
    await patiently(shop, 'PaymentCaptured', orderReference);
    expect(await amountsOf(transactionId)).toEqual([['6000', 'false'], ['5000', 'last']]); // prettier-ignore
    expect(await paymentOf(shop, orderReference)).toMatchObject({ status: 'captured', captured: 11_000 });
  });

  it('become one final capture when the charge allows no second one', async () => {
    const shop = await several();
    const { orderReference, transactionId } = await stage.authorized(shop, 'pm_sim_multicapture_unavailable');
    await capture(shop, orderReference, FIRST);
    await patiently(shop, 'PaymentCaptured', orderReference);
    expect(await amountsOf(transactionId)).toEqual([['7000', 'last']]);
    await capture(shop, orderReference, SECOND);
    await patiently(shop, 'PaymentCaptureFailed', orderReference);
    expect(await resultsOf(shop)).toContainEqual(expect.stringContaining('the remainder was released'));
  });

  it('end with a cancel of the rest: what Stripe answers decides, the shop hears PaymentCanceled, and it is captured', async () => {
    const shop = await several();
    const { orderReference, transactionId } = await stage.authorized(shop);
    await capture(shop, orderReference, FIRST);
    await patiently(shop, 'PaymentCaptured', orderReference);
    await cancel(shop, orderReference);
    expect(payments(await patiently(shop, 'PaymentCanceled', orderReference))).toMatchObject([
      { name: 'PaymentCanceled' },
    ]);
    expect(await paymentOf(shop, orderReference)).toMatchObject({ status: 'captured', captured: 7_000 });
    const intent = await stage.stripe(shop).paymentIntents.retrieve(transactionId);
    expect([intent.amount_received, intent.amount_capturable]).toEqual([7_000, 0]);
    await capture(shop, orderReference, SECOND);
    await patiently(shop, 'PaymentCaptureFailed', orderReference);
    expect(await stage.captures(transactionId)).toHaveLength(1);
  });

  it('may be refunded while the rest is held', async () => {
    const shop = await several();
    const { orderReference } = await stage.authorized(shop);
    await capture(shop, orderReference, FIRST);
    await patiently(shop, 'PaymentCaptured', orderReference);
    const orderItems = [{ orderItemId: 101, sku: '001_1' }];
    await shop.command('RefundPayment', { orderReference, orderItems, amount: -7_000, currencyIsoCode: 'EUR' });
    await patiently(shop, 'PaymentRefunded', orderReference);
    expect((await paymentOf(shop, orderReference)).status).toBe('authorized');
  });
});

describe('more than authorized', () => {
  it('is captured up to the maximum where the charge allows it, and refused above it', async () => {
    const shop = await stage.shop({ capture: { overcapture: true } });
    const { orderReference, transactionId } = await stage.authorized(shop, 'pm_sim_overcapture');
    await capture(shop, orderReference, { ...ITEMS, amount: 13_801 });
    await patiently(shop, 'PaymentCaptureFailed', orderReference);
    expect(await stage.captures(transactionId)).toEqual([]);
    await capture(shop, orderReference, { ...ITEMS, amount: 13_800 });
    expect(payments(await patiently(shop, 'PaymentCaptured', orderReference))).toMatchObject([{ amount: 13_800 }]);
    expect(await paymentOf(shop, orderReference)).toMatchObject({ status: 'captured', captured: 13_800 });
    expect(await amountsOf(transactionId)).toEqual([['13800', 'last']]);
  });

  it('is refused when the tenant has not asked for it', async () => {
    const shop = await stage.shop();
    const { orderReference, transactionId } = await stage.authorized(shop, 'pm_sim_overcapture');
    await capture(shop, orderReference, { ...ITEMS, amount: 12_001 });
    await patiently(shop, 'PaymentCaptureFailed', orderReference);
    expect(await stage.captures(transactionId)).toEqual([]);
  });
});

describe('an answer that does not come', () => {
  it("A capture whose connection is dropped after Stripe executed it ends `captured` with one capture in the simulator's journal and one PaymentCaptured without a person", async () => {
    const shop = await stage.shop();
    const { orderReference, transactionId } = await stage.authorized(shop);
    const path = '/v1/payment_intents/*/capture';
    // The repeats of the SDK are dropped too.
    const fault = await stage.control.addFault({ match: { method: 'POST', path }, effect: 'drop_after', times: 5 });
    await capture(shop, orderReference, { ...ITEMS, amount: 12_000 });
    const told = await patiently(shop, 'PaymentCaptured', orderReference);
    await eventually('no drop is left', async () => {
      const left = (await stage.control.faults()).find(({ id }) => id === fault.id);
      return left === undefined || left.times < 5;
    });
    await stage.control.clearFaults();
    stage.clock.advance(120);
    expect(payments(told)).toEqual([{ name: 'PaymentCaptured', amount: 12_000, items: ['101', '102'] }]);
    expect(await stage.captures(transactionId)).toHaveLength(1);
    await eventually('an answer', async () =>
      (await operationsOf(stage.app, shop, orderReference)).every(({ status }) => status === 'succeeded'),
    );
    expect((await paymentOf(shop, orderReference)).status).toBe('captured');
    const captured = (await outboxOf(stage.app, shop, orderReference)).filter((name) => name === 'PaymentCaptured');
    expect(captured).toHaveLength(1);
    expect((await inboxOf(stage.app, shop)).filter(({ state }) => state === 'dead')).toEqual([]);
  });

  it('is asked for again with the same key when no webhook tells of the capture either', async () => {
    const shop = await stage.shop();
    const { orderReference, transactionId } = await stage.authorized(shop);
    const path = `/v1/payment_intents/${transactionId}/capture`;
    await stage.control.pause();
    await stage.control.addFault({ match: { method: 'POST', path }, effect: 'drop_after', times: 5 });
    await capture(shop, orderReference, { ...ITEMS, amount: 12_000 });
    await statusIs(shop, orderReference, 'capture_requested');
    await stage.control.clearFaults();
    stage.clock.advance(60);
    const told = await patiently(shop, 'PaymentCaptured', orderReference);
    await stage.control.resume();
    expect(payments(told)).toEqual([{ name: 'PaymentCaptured', amount: 12_000, items: ['101', '102'] }]);
    expect(await stage.captures(transactionId)).toHaveLength(1);
    const asked = await stage.control.requests({ method: 'POST', path });
    expect(asked.length).toBeGreaterThan(1);
    expect(new Set(asked.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(1);
  });

  for (const effect of ['rate_limit', 'lock_timeout', 'error_500', 'drop_before'] as const) {
    it(`${effect}: requested meanwhile, asked again by itself, captured once`, async () => {
      const shop = await stage.shop();
      const { orderReference, transactionId } = await stage.authorized(shop);
      const path = `/v1/payment_intents/${transactionId}/capture`;
      await stage.control.addFault({ match: { method: 'POST', path }, effect, times: 100 });
      await capture(shop, orderReference, { ...ITEMS, amount: 12_000 });
      await statusIs(shop, orderReference, 'capture_requested');
      expect(await operationsOf(stage.app, shop, orderReference)).toMatchObject([
        { status: 'asked', unanswered: true },
      ]);
      await stage.control.clearFaults();
      stage.clock.advance(60);
      const told = await patiently(shop, 'PaymentCaptured', orderReference);
      expect(names(told).filter((name) => name !== 'PaymentUpdated')).toEqual(['PaymentCaptured']);
      expect(await stage.captures(transactionId)).toHaveLength(1);
    });
  }
});

describe('methods that take the money at once', () => {
  it('are authorized, then captured, and a capture is answered from what is so', async () => {
    const shop = await stage.shop({ capture: { mode: 'automatic' } });
    const { body, orderReference } = await shop.initialize();
    const { transactionId } = body as { transactionId: string };
    await stage.stripe(shop).paymentIntents.confirm(transactionId, {
      payment_method: 'pm_card_visa',
      return_url: 'https://shop.example/return',
    });
    const told = await patiently(shop, 'PaymentCaptured', orderReference);
    expect(names(told).filter((name) => name !== 'PaymentUpdated' && name !== 'PaymentCreated')).toEqual([
      'PaymentAuthorized',
      'PaymentCaptured',
    ]);
    const { history } = await fileOf(stage.app, shop, orderReference);
    expect(history.map(({ toStatus }) => toStatus)).toEqual(['new', 'authorized', 'captured']);
    await capture(shop, orderReference, FIRST);
    expect(payments(await patiently(shop, 'PaymentCaptured', orderReference))).toEqual([
      { name: 'PaymentCaptured', amount: 7_000, items: ['101'] },
    ]);
    expect(await stage.captures(transactionId)).toEqual([]);
  });
});
