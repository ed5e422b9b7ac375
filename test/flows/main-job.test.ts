import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testApp, type TestApp, type TestShop } from '../support/app.js';

describe('the main job through the doors', () => {
  let app: TestApp;
  let shop: TestShop;
  beforeAll(async () => {
    app = await testApp();
    shop = app.shop();
    expect((await shop.configure()).status).toBe(200);
  });
  afterAll(() => app.close());

  it('authorizes, captures and refunds an order and tells the shop each step once', async () => {
    const { body, orderReference, status } = await shop.initialize();
    expect(status).toBe(200);
    const { transactionId } = body as { transactionId: string };
    await shop.webhook({ type: 'payment', transactionId, status: 'authorized' });
    const names = (list: { name: string }[]): string[] => list.map(({ name }) => name);
    expect(names(await shop.until('PaymentAuthorized'))).toEqual([
      'PaymentCreated',
      'PaymentUpdated',
      'PaymentAuthorized',
    ]);
    await shop.command('CapturePayment', {
      orderReference,
      orderItemIds: [101, 102],
      amount: 12_000,
      currencyIsoCode: 'EUR',
    });
    const captured = await shop.until('PaymentCaptured');
    expect(names(captured)).toEqual(['PaymentUpdated', 'PaymentCaptured']);
    expect(captured[1]?.payload).toEqual({
      orderReference,
      currencyIsoCode: 'EUR',
      amount: 12_000,
      orderItemIds: ['101', '102'],
    });
    const orderItems = [
      { orderItemId: 101, sku: '001_1' },
      { orderItemId: 102, sku: '002_1' },
    ];
    await shop.command('RefundPayment', {
      orderReference,
      orderItems,
      orderItemIds: [101, 102],
      amount: -12_000,
      currencyIsoCode: 'EUR',
    });
    expect(names(await shop.until('PaymentRefunded'))).toEqual(['PaymentUpdated', 'PaymentRefunded']);
  });

  it('cancels an authorized order', async () => {
    const { orderReference } = await shop.authorized();
    await shop.command('CancelPayment', {
      orderReference,
      orderItemIds: [101, 102],
      amount: 0,
      currencyIsoCode: 'EUR',
    });
    expect((await shop.until('PaymentCanceled')).map(({ name }) => name)).toEqual([
      'PaymentUpdated',
      'PaymentCanceled',
    ]);
  });
});
