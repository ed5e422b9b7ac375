/** Payments before their order, through the door: start, confirm, cancel; every way to send it and every refusal. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sampleOrder, testApp, type Answered, type TestApp, type TestShop } from '../support/app.js';
import { newOrderReference } from './doors.js';

let app: TestApp;
let shop: TestShop;
beforeAll(async () => {
  app = await testApp();
  shop = app.shop();
  expect((await shop.configure()).status).toBe(200);
});
afterAll(() => app.close());

const DONE = { isSuccessful: true, message: null };

function call(endpoint: string, body: unknown, by = shop, headers: Record<string, string> = {}): Promise<Answered> {
  return by.call(`/private/${endpoint}`, body, { endpoint, headers });
}

/** A payment without an order; the sandbox chooses outcomes by the amount. */
async function begun(changes: Record<string, unknown> = {}, by = shop): Promise<string> {
  const orderData = { currencyCode: 'EUR', grandTotal: 12_000, paymentMethod: 'Credit Card', ...changes };
  const { status, body } = await call('pre-order-payment', { orderData }, by);
  expect(status, JSON.stringify(body)).toBe(200);
  return (body as { transactionId: string }).transactionId;
}

/** What shops send in their hook after saving: inside, the reference and the locale are null. */
function confirmation(transactionId: string, orderReference = newOrderReference(), changes: object = {}): object {
  const orderData = { ...sampleOrder(orderReference), orderReference: null, localeName: null, ...changes };
  return { orderReference, orderData, preOrderPaymentData: { transactionId }, localeName: 'de_DE' };
}

describe('a payment begins before its order', () => {
  it('with the amount, the currency and the method alone', async () => {
    const orderData = { currencyCode: 'EUR', grandTotal: '12000', paymentMethod: 'Credit Card' };
    const { status, body } = await call('pre-order-payment', { orderData, preOrderPaymentData: [] });
    expect(status).toBe(200);
    expect(body).toMatchObject({ isSuccessful: true, redirectUrl: null });
    expect(body.preOrderPaymentData.transactionId).toBe(body.transactionId);
  });
});

describe('confirm', () => {
  it('gives the payment its order', async () => {
    const transactionId = await begun();
    const orderReference = newOrderReference();
    const { status, body } = await call('confirm-pre-order-payment', confirmation(transactionId, orderReference));
    expect([status, body]).toEqual([200, DONE]);
    await shop.webhook({ type: 'payment', transactionId, status: 'authorized' });
    const heard = await shop.until('PaymentAuthorized', orderReference);
    expect(heard.map(({ name }) => name)).toContain('PaymentUpdated');
  });
});

describe('cancel', () => {
  it('gives it up, once and again', async () => {
    const transactionId = await begun();
    for (const body of [{ preOrderPaymentData: { transactionId } }, { transactionId }]) {
      expect((await call('cancel-pre-order-payment', body)).body).toEqual(DONE);
    }
    expect((await call('confirm-pre-order-payment', confirmation(transactionId))).status).toBe(400);
  });
});

describe('customer', () => {
  it('is what the shop knows, when it asks for no more', async () => {
    const { body } = await call('customer', { customer: { first_name: 'Ada', billingAddress: { country: 'DE' } } });
    expect(body.customer).toMatchObject({ firstName: 'Ada', billingAddress: { country: 'DE', iso2Code: 'DE' } });
  });
});
