/** Cancel: every answer a PSP may give, and exactly what the shop receives. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SANDBOX_SETTINGS, testApp, type TestApp, type TestShop } from '../support/app.js';
import { applied, eventually, fileOf, ITEMS, movableClock, names, operationsOf, outboxOf } from './heart.js';

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

async function canceled(grandTotal: number) {
  const order = await shop.authorized(grandTotal);
  await shop.command(
    'CancelPayment',
    { orderReference: order.orderReference, ...ITEMS, orderItemIds: [102], amount: 0 },
    { 'Correlation-Id': `c-${order.orderReference}` },
  );
  return order;
}

const statusOf = async (orderReference: string) => (await fileOf(app, shop, orderReference)).payment.status;

describe('CancelPayment', () => {
  it('success: the whole order, whatever items the command names', async () => {
    const { orderReference } = await canceled(12_000);
    const told = await shop.until('PaymentCanceled', orderReference);
    expect(names(told)).toEqual(['PaymentUpdated', 'PaymentCanceled']);
    expect(told[1]?.payload).toEqual({
      orderReference,
      currencyIsoCode: 'EUR',
      amount: 12_000,
      orderItemIds: ['101', '102'],
    });
    expect(told[1]?.attributes['correlationId']).toBe(`c-${orderReference}`);
    expect(await statusOf(orderReference)).toBe('canceled');
  });

  it('after a capture failed: refused, and the reason says what may be done instead', async () => {
    const { orderReference } = await shop.authorized(12_031);
    await shop.command('CapturePayment', { orderReference, ...ITEMS, amount: 12_031 });
    await shop.until('PaymentCaptureFailed', orderReference);
    await shop.command('CancelPayment', { orderReference, ...ITEMS, amount: 0 });
    expect(names(await shop.until('PaymentCancellationFailed', orderReference))).toEqual(['PaymentCancellationFailed']);
    const rows = await applied(app, shop);
    expect(rows.filter(({ subject }) => subject === orderReference).at(-1)?.result).toBe(
      'refused: Payment is in status "capture_failed" and cannot be canceled: ' +
        'capture again; what is not taken is released when its authorization ends',
    );
    expect((await operationsOf(app, shop, orderReference)).map(({ kind }) => kind)).toEqual(['capture']);
  });

  it('success before the customer paid', async () => {
    const { orderReference } = await shop.initialize();
    await shop.command('CancelPayment', { orderReference, ...ITEMS, amount: 0 });
    await shop.until('PaymentCanceled', orderReference);
    expect((await shop.initialize({ orderReference })).status).toBe(400);
  });

  for (const [title, amount] of [['declined', 12_041], ['a failure', 12_042], ['an exception of the PSP', 12_045]] as const) {
    it(`${title}: PaymentCancellationFailed, and it may be canceled again`, async () => {
      const { orderReference } = await canceled(amount);
      const told = await shop.until('PaymentCancellationFailed', orderReference);
      expect(names(told)).toEqual(['PaymentUpdated', 'PaymentCancellationFailed']);
      expect(told[1]?.payload).toEqual({ orderReference, currencyIsoCode: 'EUR', amount, orderItemIds: ['101', '102'] });
      expect(await statusOf(orderReference)).toBe('cancellation_failed');
      await shop.command('CancelPayment', { orderReference, ...ITEMS, amount: 0 });
      expect(names(await shop.until('PaymentCancellationFailed', orderReference))).toEqual(['PaymentCancellationFailed']);
      expect(await operationsOf(app, shop, orderReference)).toHaveLength(2);
    });
  } // prettier-ignore

  it('may be captured after canceling failed, in parts too', async () => {
    const { orderReference } = await canceled(12_041);
    await shop.until('PaymentCancellationFailed', orderReference);
    await shop.command('CapturePayment', { orderReference, ...ITEMS, orderItemIds: [101], amount: 7_000 });
    const told = await shop.until('PaymentCaptured', orderReference);
    expect(names(told)).toEqual(['PaymentUpdated', 'PaymentCaptured']);
    expect(await statusOf(orderReference)).toBe('authorized');
  });

  it('accepted and done later: nothing until then', async () => {
    const { orderReference } = await canceled(12_043);
    await eventually('pending', async () => (await operationsOf(app, shop, orderReference))[0]?.status === 'pending');
    expect(await statusOf(orderReference)).toBe('authorized');
    clock.advance(4);
    expect(names(await shop.until('PaymentCanceled', orderReference))).toEqual(['PaymentUpdated', 'PaymentCanceled']);
  });

  it('accepted and failed later: PaymentCancellationFailed', async () => {
    const { orderReference } = await canceled(12_044);
    await eventually('pending', async () => (await operationsOf(app, shop, orderReference))[0]?.status === 'pending');
    clock.advance(4);
    await shop.until('PaymentCancellationFailed', orderReference);
    expect(await statusOf(orderReference)).toBe('cancellation_failed');
  });

  it('a second cancel while the first is pending waits for it', async () => {
    const { orderReference } = await canceled(12_043);
    await eventually('pending', async () => (await operationsOf(app, shop, orderReference))[0]?.status === 'pending');
    await shop.command('CancelPayment', { orderReference, ...ITEMS, amount: 0 });
    clock.advance(4);
    await eventually('both answered', async () => {
      clock.advance(1);
      const told = await outboxOf(app, shop, orderReference);
      return told.filter((name) => name === 'PaymentCanceled').length === 2;
    });
    await shop.poll();
    expect(await operationsOf(app, shop, orderReference)).toHaveLength(1);
  });

  it('no answer: stays authorized and silent until the PSP tells', async () => {
    const { orderReference, transactionId } = await canceled(12_046);
    await eventually('unanswered', async () => (await operationsOf(app, shop, orderReference))[0]?.unanswered === true);
    expect(await statusOf(orderReference)).toBe('authorized');
    expect(await outboxOf(app, shop, orderReference)).toEqual([
      'PaymentCreated',
      'PaymentUpdated',
      'PaymentAuthorized',
    ]);
    await shop.webhook({ type: 'payment', transactionId, status: 'canceled' });
    expect(names(await shop.until('PaymentCanceled', orderReference))).toEqual(['PaymentUpdated', 'PaymentCanceled']);
    expect((await operationsOf(app, shop, orderReference))[0]?.status).toBe('succeeded');
  });

  it('a lost answer: one effect, told once', async () => {
    const { orderReference } = await canceled(12_047);
    clock.advance(4);
    await shop.until('PaymentCanceled', orderReference);
    expect((await outboxOf(app, shop, orderReference)).filter((name) => name === 'PaymentCanceled')).toHaveLength(1);
  });

  it('after a part was captured: the rest is released, PaymentCanceled is told, the status is captured', async () => {
    const { orderReference } = await shop.authorized();
    await shop.command('CapturePayment', { orderReference, ...ITEMS, orderItemIds: [101], amount: 7_000 });
    await shop.until('PaymentCaptured', orderReference);
    await shop.command('CancelPayment', { orderReference, ...ITEMS, orderItemIds: [102], amount: 0 });
    const told = await shop.until('PaymentCanceled', orderReference);
    expect(names(told)).toEqual(['PaymentUpdated', 'PaymentCanceled']);
    expect((await fileOf(app, shop, orderReference)).payment).toMatchObject({ status: 'captured', captured: 7_000 });
  });
});

describe('CancelPayment of a captured payment', () => {
  const captured = async (player: TestShop) => {
    const { orderReference } = await player.authorized();
    await player.command('CapturePayment', { orderReference, ...ITEMS, amount: 12_000 });
    await player.until('PaymentCaptured', orderReference);
    await player.command('CancelPayment', { orderReference, ...ITEMS, amount: 0 });
    return orderReference;
  };

  it('is refused by default', async () => {
    const orderReference = await captured(shop);
    await shop.until('PaymentCancellationFailed', orderReference);
    expect(await statusOf(orderReference)).toBe('captured');
  });

  it('gives everything back when the tenant has cancel.captured = reverse, and answers as a cancel', async () => {
    const reversing = app.shop();
    await reversing.configure({ ...SANDBOX_SETTINGS, cancel: { captured: 'reverse' } });
    const orderReference = await captured(reversing);
    expect(names(await reversing.until('PaymentCanceled', orderReference))).toEqual([
      'PaymentUpdated',
      'PaymentCanceled',
    ]);
    const { payment, refunds } = await fileOf(app, reversing, orderReference);
    expect(payment).toMatchObject({ status: 'refunded', refunded: 12_000 });
    expect(refunds).toHaveLength(1);
  });
});
