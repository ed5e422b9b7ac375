/** Capture: every answer a PSP may give, and exactly what the shop receives. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SANDBOX_SETTINGS, testApp, type TestApp, type TestShop } from '../support/app.js';
import { eventually, fileOf, ITEMS, movableClock, names, operationsOf, outboxOf } from './heart.js';

const clock = movableClock();
let app: TestApp;
let shop: TestShop;

beforeAll(async () => {
  app = await testApp({ clock });
  shop = app.shop();
  await shop.configure();
  await shop.poll();
});
afterAll(() => app.close());

const UTC = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/;

/** Authorizes an order of that total and captures all of it. */
async function captured(amount: number) {
  const { orderReference, transactionId } = await shop.authorized(amount);
  await shop.command(
    'CapturePayment',
    { orderReference, ...ITEMS, amount },
    { 'Correlation-Id': `c-${orderReference}` },
  );
  return { orderReference, transactionId };
}

describe('CapturePayment of a whole order', () => {
  it('success: exactly these messages', async () => {
    const { orderReference, transactionId } = await captured(12_000);
    const [updated, done, ...more] = await shop.until('PaymentCaptured', orderReference);
    expect(more).toEqual([]);
    expect(done?.name).toBe('PaymentCaptured');
    expect(done?.payload).toEqual({
      orderReference,
      currencyIsoCode: 'EUR',
      amount: 12_000,
      orderItemIds: ['101', '102'],
    });
    expect(done?.attributes['correlationId']).toBe(`c-${orderReference}`);
    expect(updated?.name).toBe('PaymentUpdated');
    expect(updated?.payload).toEqual({
      entityReference: orderReference,
      paymentReference: transactionId,
      details: expect.any(String),
    });
    const details = JSON.parse((updated?.payload as { details: string }).details) as Record<string, string>;
    expect(details).toEqual({
      'Sandbox payment': transactionId,
      'External status "new"': expect.stringMatching(UTC),
      'External status "authorized"': expect.stringMatching(UTC),
      'External status "captured"': expect.stringMatching(UTC),
      sourceStatus: 'authorized',
      targetStatus: 'captured',
    });
    expect((await fileOf(app, shop, orderReference)).payment).toMatchObject({ status: 'captured', captured: 12_000 });
  });

  for (const [title, amount] of [['declined', 12_031], ['a failure', 12_032], ['an exception of the PSP', 12_035]] as const) {
    it(`${title}: PaymentCaptureFailed, and it may be captured again`, async () => {
      const { orderReference } = await captured(amount);
      const told = await shop.until('PaymentCaptureFailed', orderReference);
      expect(names(told)).toEqual(['PaymentUpdated', 'PaymentCaptureFailed']);
      expect(told[1]?.payload).toEqual({ orderReference, currencyIsoCode: 'EUR', amount, orderItemIds: ['101', '102'] });
      expect((await fileOf(app, shop, orderReference)).payment.status).toBe('capture_failed');
      await shop.command('CapturePayment', { orderReference, ...ITEMS, amount: amount - (amount % 100) });
      await shop.until('PaymentCaptured', orderReference);
    });
  } // prettier-ignore

  it('accepted and done later: requested, then captured', async () => {
    const { orderReference } = await captured(12_033);
    await eventually(
      'requested',
      async () => (await fileOf(app, shop, orderReference)).payment.status === 'capture_requested',
    );
    clock.advance(4);
    const told = await shop.until('PaymentCaptured', orderReference);
    expect(names(told)).toEqual(['PaymentUpdated', 'PaymentUpdated', 'PaymentCaptured']);
    expect(told[2]?.attributes['correlationId']).toBe(`c-${orderReference}`);
  });

  it('accepted and failed later: requested, then failed', async () => {
    const { orderReference } = await captured(12_034);
    await eventually(
      'requested',
      async () => (await fileOf(app, shop, orderReference)).payment.status === 'capture_requested',
    );
    clock.advance(4);
    expect(names(await shop.until('PaymentCaptureFailed', orderReference))).toEqual([
      'PaymentUpdated',
      'PaymentUpdated',
      'PaymentCaptureFailed',
    ]);
    expect((await fileOf(app, shop, orderReference)).payment.status).toBe('capture_failed');
  });

  it('accepted and done by a webhook: told with the items and the correlation of the command', async () => {
    const { orderReference, transactionId } = await shop.authorized(12_000);
    await shop.command(
      'CapturePayment',
      { orderReference, ...ITEMS, orderItemIds: [101], amount: 7_033 },
      { 'Correlation-Id': 'c-hook' },
    );
    await eventually(
      'requested',
      async () => (await fileOf(app, shop, orderReference)).payment.status === 'capture_requested',
    );
    await shop.webhook({ type: 'payment', transactionId, status: 'captured', amount: 7_033 });
    const told = await shop.until('PaymentCaptured', orderReference);
    expect(told.at(-1)?.payload).toMatchObject({ amount: 7_033, orderItemIds: ['101'] });
    expect(told.at(-1)?.attributes['correlationId']).toBe('c-hook');
    expect((await fileOf(app, shop, orderReference)).payment.status).toBe('authorized');
  });

  it('no answer: stays asked and requested, says nothing, is asked again with the same key, and settles', async () => {
    const { orderReference, transactionId } = await captured(12_036);
    await eventually(
      'requested',
      async () => (await fileOf(app, shop, orderReference)).payment.status === 'capture_requested',
    );
    const keys = async () =>
      (await operationsOf(app, shop, orderReference)).map(({ id, status, unanswered }) => ({ id, status, unanswered }));
    const [first] = await keys();
    expect(first).toMatchObject({ status: 'asked', unanswered: true });
    const again = () =>
      app.logged.filter((line) => line.includes(first?.id ?? '') && line.includes('payment settled')).length;
    const before = again();
    clock.advance(15);
    await eventually('asked again', async () => {
      const { rows } = await askings(first?.id ?? '');
      return rows[0] !== undefined && rows[0].askings >= 2;
    });
    expect(again()).toBe(before);
    expect(await keys()).toEqual([first]);
    expect((await outboxOf(app, shop, orderReference)).slice(3)).toEqual(['PaymentUpdated']);
    await shop.webhook({ type: 'payment', transactionId, status: 'captured' });
    expect(names(await shop.until('PaymentCaptured', orderReference))).toEqual([
      'PaymentUpdated',
      'PaymentUpdated',
      'PaymentCaptured',
    ]);
  });

  it('a lost answer: one effect, told once', async () => {
    const { orderReference } = await captured(12_037);
    await eventually(
      'requested',
      async () => (await fileOf(app, shop, orderReference)).payment.status === 'capture_requested',
    );
    clock.advance(4);
    await shop.until('PaymentCaptured', orderReference);
    clock.advance(120);
    const { payment } = await fileOf(app, shop, orderReference);
    expect(payment).toMatchObject({ status: 'captured', captured: 12_037 });
    expect((await outboxOf(app, shop, orderReference)).filter((name) => name === 'PaymentCaptured')).toHaveLength(1);
    expect(await operationsOf(app, shop, orderReference)).toHaveLength(1);
  });

  it('slow: done when the answer comes', async () => {
    const { orderReference } = await captured(12_038);
    expect(names(await shop.until('PaymentCaptured', orderReference))).toEqual(['PaymentUpdated', 'PaymentCaptured']);
  });

  async function askings(id: string) {
    const { sql } = await import('kysely');
    return sql<{ askings: number }>`select askings from operations where id = ${id}`.execute(app.app.db);
  }
});

describe('failures that a PSP tells late or early', () => {
  it('of an older capture does not fail a newer one', async () => {
    const { orderReference, transactionId } = await shop.authorized(12_000);
    await shop.command('CapturePayment', { orderReference, ...ITEMS, amount: 11_931 });
    await shop.until('PaymentCaptureFailed', orderReference);
    const at = new Date(clock.now()).toISOString();
    clock.advance(60);
    await shop.command('CapturePayment', { orderReference, ...ITEMS, orderItemIds: [101], amount: 7_033 });
    await eventually(
      'requested',
      async () => (await fileOf(app, shop, orderReference)).payment.status === 'capture_requested',
    );
    await shop.webhook({ type: 'payment', transactionId, status: 'capture_failed', reason: 'the first one', at });
    await eventually('the late failure is known', async () =>
      (await fileOf(app, shop, orderReference)).facts.some(({ kind }) => kind === 'capture_failed'),
    );
    expect((await fileOf(app, shop, orderReference)).payment.status).toBe('capture_requested');
    clock.advance(4);
    const told = await shop.until('PaymentCaptured', orderReference);
    expect(names(told)).not.toContain('PaymentCaptureFailed');
    expect(told.at(-1)?.payload).toMatchObject({ amount: 7_033, orderItemIds: ['101'] });
    const captures = (await operationsOf(app, shop, orderReference)).map(({ status }) => status);
    expect(captures).toEqual(['declined', 'succeeded']);
  });

  it('before its authorization leaves the authorization to be told, and the payment can be captured', async () => {
    const { body, orderReference } = await shop.initialize();
    const { transactionId } = body as { transactionId: string };
    await shop.webhook({ type: 'payment', transactionId, status: 'capture_failed' });
    await shop.until('PaymentCaptureFailed', orderReference);
    await shop.webhook({ type: 'payment', transactionId, status: 'authorized' });
    expect(names(await shop.until('PaymentAuthorized', orderReference))).toEqual([
      'PaymentUpdated',
      'PaymentAuthorized',
    ]);
    expect((await fileOf(app, shop, orderReference)).payment.status).toBe('capture_failed');
    await shop.command('CapturePayment', { orderReference, ...ITEMS, amount: 12_000 });
    await shop.until('PaymentCaptured', orderReference);
  });
});

describe('CapturePayment of parts', () => {
  it('keeps the payment authorized until the last part, and tells each part', async () => {
    const { orderReference } = await shop.authorized();
    await shop.command('CapturePayment', { orderReference, ...ITEMS, orderItemIds: [101], amount: 7_000 });
    const first = await shop.until('PaymentCaptured', orderReference);
    expect(names(first)).toEqual(['PaymentUpdated', 'PaymentCaptured']);
    expect(first[1]?.payload).toMatchObject({ amount: 7_000, orderItemIds: ['101'] });
    expect(JSON.parse((first[0]?.payload as { details: string }).details)).not.toHaveProperty('targetStatus');
    expect((await fileOf(app, shop, orderReference)).payment).toMatchObject({ status: 'authorized', captured: 7_000 });
    await shop.command('CapturePayment', { orderReference, ...ITEMS, orderItemIds: [102], amount: 5_000 });
    const second = await shop.until('PaymentCaptured', orderReference);
    expect(second[1]?.payload).toMatchObject({ amount: 5_000, orderItemIds: ['102'] });
    expect((await fileOf(app, shop, orderReference)).payment).toMatchObject({ status: 'captured', captured: 12_000 });
  });
  it('refuses an item after the final capture', async () => {
    const single = app.shop();
    await single.configure({
      connector: 'sandbox',
      mode: 'test',
      webhookSecret: 'whsec_sandbox_secret_of_the_test',
      capabilities: { multipleCaptures: false },
    });
    const { orderReference } = await single.authorized();
    await single.command('CapturePayment', { orderReference, ...ITEMS, orderItemIds: [101], amount: 7_000 });
    await single.until('PaymentCaptured', orderReference);
    expect((await fileOf(app, single, orderReference)).payment.status).toBe('captured');
    await single.command('CapturePayment', { orderReference, ...ITEMS, orderItemIds: [102], amount: 5_000 });
    const told = await single.until('PaymentCaptureFailed', orderReference);
    expect(names(told)).toEqual(['PaymentCaptureFailed']);
    expect(told[0]?.payload).toMatchObject({ orderItemIds: ['102'] });
    expect((await fileOf(app, single, orderReference)).payment.status).toBe('captured');
    expect(await operationsOf(app, single, orderReference)).toHaveLength(1);
  });
  it('refuses more than is authorized without asking', async () => {
    const { orderReference } = await shop.authorized();
    await shop.command('CapturePayment', { orderReference, ...ITEMS, amount: 12_001 });
    const told = await shop.until('PaymentCaptureFailed', orderReference);
    expect(names(told)).toEqual(['PaymentCaptureFailed']);
    expect(await operationsOf(app, shop, orderReference)).toEqual([]);
    expect((await fileOf(app, shop, orderReference)).payment.status).toBe('authorized');
  });
  it('takes the whole order when the command names neither amount nor items', async () => {
    const { orderReference } = await shop.authorized();
    await shop.command('CapturePayment', { orderReference });
    const told = await shop.until('PaymentCaptured', orderReference);
    expect(told[1]?.payload).toMatchObject({ amount: 12_000, orderItemIds: ['101', '102'] });
  });
});

describe('captures that wait for their sum, of a PSP that tells no end of its authorizations', () => {
  it('are taken after four days at the latest', async () => {
    const own = app.shop();
    await own.configure({ ...SANDBOX_SETTINGS, capture: { strategy: 'deferred_sum' } });
    const { orderReference } = await own.authorized();
    await own.command('CapturePayment', { orderReference, ...ITEMS, orderItemIds: [101], amount: 7_000 });
    const statusOf = async () => (await fileOf(app, own, orderReference)).payment.status;
    await eventually('requested', async () => (await statusOf()) === 'capture_requested');
    clock.advance(4 * 86_400 - 600);
    await eventually('looked at again', async () => {
      const { sql } = await import('kysely');
      const { rows } = await sql<{ seconds: number }>`
        select extract(epoch from next_ask_at)::float8 as seconds from operations
        where tenant_id = ${own.tenantId} and kind = 'defer'`.execute(app.app.db);
      return rows[0] !== undefined && rows[0].seconds * 1000 > clock.now() + 300_000;
    });
    expect(await statusOf()).toBe('capture_requested');
    clock.advance(700);
    await eventually('captured', async () => (await statusOf()) === 'captured');
    const told = await own.until('PaymentCaptured', orderReference);
    expect(told.at(-1)?.payload).toMatchObject({ amount: 7_000, orderItemIds: ['101'] });
    expect((await operationsOf(app, own, orderReference)).map(({ kind, status }) => `${kind} ${status}`)).toEqual([
      'defer succeeded',
      'collect succeeded',
    ]);
  });
});
