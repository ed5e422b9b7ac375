/** Refund: every answer a PSP may give, refunds made at the PSP, and exactly what the shop receives. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testApp, type TestApp, type TestShop } from '../support/app.js';
import {
  applied,
  eventually,
  fileOf,
  ITEMS,
  movableClock,
  names,
  operationsOf,
  outboxOf,
  REFUND_ITEMS,
} from './heart.js';

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

async function taken(): Promise<{ orderReference: string; transactionId: string }> {
  const order = await shop.authorized();
  await shop.webhook({ type: 'payment', transactionId: order.transactionId, status: 'captured' });
  await shop.until('PaymentCaptured', order.orderReference);
  return order;
}

function refund(orderReference: string, amount: number, ids = [101, 102], headers: Record<string, string> = {}) {
  const orderItems = REFUND_ITEMS.filter(({ orderItemId }) => ids.includes(orderItemId));
  return shop.command(
    'RefundPayment',
    { orderReference, orderItems, orderItemIds: ids, amount, currencyIsoCode: 'EUR' },
    headers,
  );
}

const paymentOf = async (orderReference: string) => (await fileOf(app, shop, orderReference)).payment;

describe('RefundPayment', () => {
  it('everything, with a negative amount: exactly these messages', async () => {
    const { orderReference } = await taken();
    await refund(orderReference, -12_000, [101, 102], { 'Correlation-Id': 'c-refund' });
    const told = await shop.until('PaymentRefunded', orderReference);
    expect(names(told)).toEqual(['PaymentUpdated', 'PaymentRefunded']);
    expect(told[1]?.payload).toEqual({
      orderReference,
      currencyIsoCode: 'EUR',
      amount: 12_000,
      orderItemIds: ['101', '102'],
    });
    expect(told[1]?.attributes['correlationId']).toBe('c-refund');
    expect(JSON.parse((told[0]?.payload as { details: string }).details)).toMatchObject({
      sourceStatus: 'captured',
      targetStatus: 'refunded',
    });
    expect(await paymentOf(orderReference)).toMatchObject({ status: 'refunded', refunded: 12_000 });
  });

  it('a positive amount, a part, then the rest', async () => {
    const { orderReference } = await taken();
    await refund(orderReference, 7_000, [101]);
    expect((await shop.until('PaymentRefunded', orderReference))[1]?.payload).toMatchObject({
      amount: 7_000,
      orderItemIds: ['101'],
    });
    expect((await paymentOf(orderReference)).status).toBe('partially refunded');
    await refund(orderReference, -5_000, [102]);
    await shop.until('PaymentRefunded', orderReference);
    expect((await paymentOf(orderReference)).status).toBe('refunded');
  });

  it('by ids alone, without the list of items', async () => {
    const { orderReference } = await taken();
    await shop.command('RefundPayment', {
      orderReference,
      orderItemIds: ['102'],
      amount: -5_000,
      currencyIsoCode: 'EUR',
    });
    expect((await shop.until('PaymentRefunded', orderReference))[1]?.payload).toMatchObject({
      amount: 5_000,
      orderItemIds: ['102'],
    });
  });

  it('more than was taken is refused, and nobody is asked', async () => {
    const { orderReference } = await taken();
    await refund(orderReference, -12_001);
    const told = await shop.until('PaymentRefundFailed', orderReference);
    expect(names(told)).toEqual(['PaymentRefundFailed']);
    expect(told[0]?.payload).toEqual({
      orderReference,
      currencyIsoCode: 'EUR',
      amount: 12_001,
      orderItemIds: ['101', '102'],
    });
    expect(await operationsOf(app, shop, orderReference)).toEqual([]);
  });

  it('items that are refunded already: only the others hear of a failure, or nobody', async () => {
    const { orderReference } = await taken();
    await refund(orderReference, -7_000, [101]);
    await shop.until('PaymentRefunded', orderReference);
    await refund(orderReference, -5_000, [101, 102]);
    expect((await shop.until('PaymentRefundFailed', orderReference))[0]?.payload).toMatchObject({
      orderItemIds: ['102'],
    });
    await refund(orderReference, -1_000, [101]);
    expect((await applied(app, shop)).at(-1)).toMatchObject({
      state: 'done',
      result: 'ignored: Items [101] are already refunded or in progress',
    });
    expect(await operationsOf(app, shop, orderReference)).toHaveLength(1);
  });

  for (const [title, amount] of [['declined', 4_051], ['a failure', 4_052], ['an exception of the PSP', 4_055]] as const) {
    it(`${title}: PaymentRefundFailed, the status stays, and it may be refunded again`, async () => {
      const { orderReference } = await taken();
      await refund(orderReference, -amount, [102]);
      const told = await shop.until('PaymentRefundFailed', orderReference);
      expect(names(told)).toEqual(['PaymentUpdated', 'PaymentRefundFailed']);
      expect(told[1]?.payload).toEqual({ orderReference, currencyIsoCode: 'EUR', amount, orderItemIds: ['102'] });
      const { payment, refunds } = await fileOf(app, shop, orderReference);
      expect(payment).toMatchObject({ status: 'captured', refunded: 0 });
      expect(refunds).toMatchObject([{ status: 'failed', amount, itemIds: ['102'] }]);
      await refund(orderReference, -4_000, [102]);
      await shop.until('PaymentRefunded', orderReference);
    });
  } // prettier-ignore

  it('accepted and done later: the items are blocked meanwhile', async () => {
    const { orderReference } = await taken();
    await refund(orderReference, -4_053, [102]);
    await eventually('pending', async () => (await fileOf(app, shop, orderReference)).refunds[0]?.status === 'pending');
    expect((await paymentOf(orderReference)).status).toBe('partially refunded');
    await refund(orderReference, -4_000, [102]);
    expect((await applied(app, shop)).at(-1)?.result).toMatch(/^ignored: Items \[102\]/);
    clock.advance(4);
    const told = await shop.until('PaymentRefunded', orderReference);
    expect(names(told)).toEqual(['PaymentUpdated', 'PaymentUpdated', 'PaymentRefunded']);
    expect(told[2]?.payload).toMatchObject({ amount: 4_053, orderItemIds: ['102'] });
  });

  it('accepted and failed later: the status falls back', async () => {
    const { orderReference } = await taken();
    await refund(orderReference, -4_054, [102]);
    await eventually('pending', async () => (await paymentOf(orderReference)).status === 'partially refunded');
    clock.advance(4);
    await shop.until('PaymentRefundFailed', orderReference);
    expect(await paymentOf(orderReference)).toMatchObject({ status: 'captured', refunded: 0 });
  });

  it('no answer: stays asked and silent, then settles by the PSP’s word', async () => {
    const { orderReference, transactionId } = await taken();
    await refund(orderReference, -4_056, [102]);
    const operation = await eventually('unanswered', async () =>
      (await operationsOf(app, shop, orderReference)).find(({ unanswered }) => unanswered),
    );
    expect(operation.status).toBe('asked');
    expect((await outboxOf(app, shop, orderReference)).slice(5)).toEqual([]);
    const { refundIdOf } = await import('../../src/connectors/sandbox/ids.js');
    await shop.webhook({
      type: 'refund',
      transactionId,
      refundId: refundIdOf(operation.id, 4_056),
      status: 'succeeded',
    });
    await eventually('known', async () => (await paymentOf(orderReference)).status === 'partially refunded');
  });

  it('a lost answer: one refund, told once', async () => {
    const { orderReference } = await taken();
    await refund(orderReference, -4_057, [102]);
    await eventually('unanswered', async () =>
      (await operationsOf(app, shop, orderReference)).find(({ unanswered }) => unanswered),
    );
    clock.advance(4);
    await shop.until('PaymentRefunded', orderReference);
    expect((await fileOf(app, shop, orderReference)).refunds).toHaveLength(1);
    expect((await outboxOf(app, shop, orderReference)).filter((name) => name === 'PaymentRefunded')).toHaveLength(1);
  });

  it('the PSP’s webhook arrives before its answer: one refund with the items of the command, told once', async () => {
    const { orderReference, transactionId } = await taken();
    await refund(orderReference, -4_058, [102]);
    const operation = await eventually('asked', async () => (await operationsOf(app, shop, orderReference))[0]);
    const { refundIdOf } = await import('../../src/connectors/sandbox/ids.js');
    await shop.webhook({
      type: 'refund',
      transactionId,
      refundId: refundIdOf(operation.id, 4_058),
      status: 'succeeded',
    });
    expect(names(await shop.until('PaymentUpdated', orderReference))).toEqual(['PaymentUpdated']);
    const told = await shop.until('PaymentRefunded', orderReference);
    expect(told.at(-1)?.payload).toMatchObject({ amount: 4_058, orderItemIds: ['102'] });
    const { refunds, payment, operations } = await fileOf(app, shop, orderReference);
    expect(refunds).toMatchObject([{ operationId: operation.id, status: 'succeeded', itemIds: ['102'] }]);
    expect(payment.refunded).toBe(4_058);
    expect(operations.find(({ id }) => id === operation.id)?.status).toBe('succeeded');
    expect((await outboxOf(app, shop, orderReference)).filter((name) => name === 'PaymentRefunded')).toHaveLength(1);
  });

  it('fails after it had succeeded: the status falls back and PaymentRefundFailed is told', async () => {
    const { orderReference, transactionId } = await taken();
    await refund(orderReference, -12_000);
    await shop.until('PaymentRefunded', orderReference);
    const [row] = (await fileOf(app, shop, orderReference)).refunds;
    clock.advance(1);
    await shop.webhook({ type: 'refund', transactionId, refundId: row?.refundId, status: 'failed' });
    const told = await shop.until('PaymentRefundFailed', orderReference);
    expect(names(told)).toEqual(['PaymentUpdated', 'PaymentRefundFailed']);
    expect(told[1]?.payload).toEqual({
      orderReference,
      currencyIsoCode: 'EUR',
      amount: 12_000,
      orderItemIds: ['101', '102'],
    });
    expect(await paymentOf(orderReference)).toMatchObject({ status: 'captured', refunded: 0 });
    await refund(orderReference, -12_000);
    await shop.until('PaymentRefunded', orderReference);
  });

  it('gives back a surplus and more', async () => {
    const { orderReference, transactionId } = await shop.authorized();
    await shop.webhook({ type: 'payment', transactionId, status: 'overpaid', amount: 13_000 });
    await shop.until('PaymentOverpaid', orderReference);
    await refund(orderReference, -1_000, [102]);
    await shop.until('PaymentRefunded', orderReference);
    expect(await paymentOf(orderReference)).toMatchObject({
      status: 'partially refunded',
      captured: 13_000,
      refunded: 1_000,
    });
  });

  it('gives back a part while the rest is still held', async () => {
    const { orderReference } = await shop.authorized();
    await shop.command('CapturePayment', { orderReference, ...ITEMS, orderItemIds: [101], amount: 7_000 });
    await shop.until('PaymentCaptured', orderReference);
    await refund(orderReference, -7_000, [101]);
    await shop.until('PaymentRefunded', orderReference);
    expect(await paymentOf(orderReference)).toMatchObject({ status: 'authorized', captured: 7_000, refunded: 7_000 });
  });
});

describe('a refund made at the PSP', () => {
  it('of everything names all items', async () => {
    const { orderReference, transactionId } = await taken();
    await shop.webhook({
      type: 'refund',
      transactionId,
      refundId: `r-${orderReference}`,
      status: 'succeeded',
      amount: 12_000,
    });
    const told = await shop.until('PaymentRefunded', orderReference);
    expect(told[1]?.payload).toMatchObject({ amount: 12_000, orderItemIds: ['101', '102'] });
    expect((await paymentOf(orderReference)).status).toBe('refunded');
  });
  it('of a part leaves a row and an update, and no more', async () => {
    const { orderReference, transactionId } = await taken();
    const event = {
      type: 'refund',
      transactionId,
      refundId: `r-${orderReference}`,
      status: 'succeeded',
      amount: 5_000,
    };
    for (let n = 0; n < 3; n += 1) await shop.webhook(event);
    await applied(app, shop);
    expect((await outboxOf(app, shop, orderReference)).slice(5)).toEqual(['PaymentUpdated']);
    expect((await fileOf(app, shop, orderReference)).refunds).toMatchObject([{ amount: 5_000, itemIds: [] }]);
    expect((await paymentOf(orderReference)).status).toBe('partially refunded');
  });
  it('told before the capture is a part all the same', async () => {
    const { orderReference, transactionId } = await shop.authorized();
    await shop.webhook({
      type: 'refund',
      transactionId,
      refundId: `r-${orderReference}`,
      status: 'succeeded',
      amount: 5_000,
    });
    await shop.webhook({ type: 'payment', transactionId, status: 'captured' });
    await applied(app, shop);
    const told = (await outboxOf(app, shop, orderReference)).slice(3);
    expect(told.filter((name) => name !== 'PaymentUpdated')).toEqual(['PaymentCaptured']);
    expect((await paymentOf(orderReference)).status).toBe('partially refunded');
  });
});
