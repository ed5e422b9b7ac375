/** What the PSP says no to, or nothing to, before an order: status and words by every way to ask. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { problem, type CustomerAnswer } from '../../src/kit/index.js';
import { sampleOrder, testApp, type Answered, type TestApp, type TestShop } from '../support/app.js';
import { listError, newOrderReference, phpForm } from './doors.js';
import { CARD, documentOf, guest, JSON_API_TYPE, JSON_TYPE, paymentDocument, post, storefront, storefrontError } from './storefront.js'; // prettier-ignore

let app: TestApp;
let shop: TestShop;
beforeAll(async () => {
  app = await testApp();
  shop = await storefront(app);
});
afterAll(() => app.close());

const SILENT = 'The payment service provider did not answer in time, try again later.';
const METHOD = { paymentMethodName: CARD.name, paymentProviderName: CARD.providerName };

/** A PSP that answers so when it is asked who pays. */
async function withCustomer<Result>(answer: CustomerAnswer, work: () => Promise<Result>): Promise<Result> {
  const original = app.app.connector;
  app.app.connector = async (name) => ({ ...(await original(name)), customer: () => Promise.resolve(answer) });
  try {
    return await work();
  } finally {
    app.app.connector = original;
  }
}
const REFUSED: CustomerAnswer = { answer: 'rejected', problem: problem('declined', 'No such token.') };
const NO_ANSWER: CustomerAnswer = { answer: 'unknown' };

const cart = (grandTotal: number) => ({ currencyCode: 'EUR', grandTotal, paymentMethod: 'Credit Card' });
const confirmation = (transactionId: string, grandTotal: number) => {
  const orderReference = newOrderReference();
  const orderData = { ...sampleOrder(orderReference), grandTotal };
  return { orderReference, orderData, preOrderPaymentData: { transactionId } };
};

type Send = (endpoint: string, body: object) => Promise<Answered>;
const WAYS: [string, Send][] = [
  ['JSON', (endpoint, body) => shop.call(`/private/${endpoint}`, body, { endpoint })],
  [
    'a form',
    (endpoint, body) => {
      const headers = { 'content-type': 'application/x-www-form-urlencoded' };
      return shop.call(`/private/${endpoint}`, phpForm(body), { endpoint, headers });
    },
  ],
  [
    'JSON:API',
    (endpoint, body) => {
      const document = { data: { type: 'payments', attributes: body } };
      return shop.call(`/private/${endpoint}`, document, { endpoint, headers: { 'content-type': JSON_API_TYPE } });
    },
  ],
];

describe.each(WAYS)('a shop asks in %s', (way, send) => {
  const begun = async (grandTotal: number): Promise<string> => {
    const { status, body } = await send('pre-order-payment', { orderData: cart(grandTotal) });
    expect(status, JSON.stringify(body)).toBe(200);
    return body.transactionId as string;
  };
  const refused = ({ status, body }: Answered, expected: number, words: string): void => {
    const [error] = way === 'JSON:API' ? body.errors : body;
    expect(error.message).toContain(words);
    const whole = listError(expected, error.message as string);
    expect([status, body]).toEqual([expected, way === 'JSON:API' ? { errors: whole } : whole]);
  };

  it.each([
    ['pre-order-payment', 12_011, 400, 'declined'],
    ['pre-order-payment', 12_012, 400, 'was not able to'],
    ['pre-order-payment', 12_015, 400, 'broke'],
    ['pre-order-payment', 12_016, 503, SILENT],
    ['confirm-pre-order-payment', 12_061, 400, 'declined'],
    ['confirm-pre-order-payment', 12_062, 400, 'was not able to'],
    ['confirm-pre-order-payment', 12_065, 400, 'broke'],
    ['confirm-pre-order-payment', 12_066, 503, SILENT],
    ['cancel-pre-order-payment', 12_041, 400, 'declined'],
    ['cancel-pre-order-payment', 12_042, 400, 'was not able to'],
    ['cancel-pre-order-payment', 12_045, 400, 'broke'],
    ['cancel-pre-order-payment', 12_046, 503, SILENT],
  ])('%s of %i: %i, %s', async (endpoint, amount, status, words) => {
    const body =
      endpoint === 'pre-order-payment' ? { orderData: cart(amount) } : confirmation(await begun(amount), amount);
    refused(await send(endpoint, body), status, words);
  });

  it('customer: what the PSP refuses is 400 with its words, no answer is 503', async () => {
    const told = { customerPaymentServiceProviderData: { confirmationTokenId: 'ctoken_1' } };
    refused(await withCustomer(REFUSED, () => send('customer', told)), 400, 'No such token.');
    refused(await withCustomer(NO_ANSWER, () => send('customer', told)), 503, SILENT);
  });
});

describe.each([JSON_TYPE, JSON_API_TYPE])('a storefront asks in %s', (mediaType) => {
  let guests = 0;
  const anybody = () => guest(shop.tenantId, `guest-${mediaType}-${(guests += 1)}`);
  const pay = (amount: number, headers: Record<string, string>) =>
    post(app, 'payments', paymentDocument({ payment: { ...METHOD, amount } }), { headers, mediaType });

  it('payments: no answer is 503', async () => {
    const { status, body } = await pay(12_016, anybody());
    expect([status, body]).toEqual([503, storefrontError(503, SILENT)]);
  });

  it.each([
    [12_041, 422, 'declined'],
    [12_045, 422, 'broke'],
    [12_046, 503, SILENT],
  ])('payment-cancellations of %i: %i, %s', async (amount, expected, words) => {
    const headers = anybody();
    const { transactionId } = (await pay(amount, headers)).body.data.attributes.preOrderPaymentData;
    const attributes = { payment: METHOD, preOrderPaymentData: { transactionId } };
    const document = documentOf('payment-cancellations', attributes);
    const { status, body } = await post(app, 'payment-cancellations', document, { headers, mediaType });
    expect(body.errors[0].detail).toContain(words);
    expect([status, body]).toEqual([expected, storefrontError(expected, body.errors[0].detail as string)]);
  });

  it('payment-customers: what the PSP refuses is 422 with its words, no answer is 503', async () => {
    const told = { payment: METHOD, customerPaymentServiceProviderData: { confirmationTokenId: 'ctoken_1' } };
    const ask = () =>
      post(app, 'payment-customers', documentOf('payment-customers', told), { headers: anybody(), mediaType });
    const refused = await withCustomer(REFUSED, ask);
    expect([refused.status, refused.body]).toEqual([422, storefrontError(422, 'No such token.')]);
    const silent = await withCustomer(NO_ANSWER, ask);
    expect([silent.status, silent.body]).toEqual([503, storefrontError(503, SILENT)]);
    const unable = await ask();
    const words = 'Platform plugin does not provide Customer features';
    expect([unable.status, unable.body]).toEqual([422, storefrontError(422, words)]);
  });
});

describe('an idempotency key', () => {
  const keyed = (endpoint: string, body: object, key: string) =>
    shop.call(`/private/${endpoint}`, body, { endpoint, headers: { 'idempotency-key': key } });

  it('is one payment before its order, however often and at once it is asked for', async () => {
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => keyed('pre-order-payment', { orderData: cart(12_000) }, 'begin-1')),
    );
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    expect(answers[0]?.status).toBe(200);
    expect((await keyed('pre-order-payment', { orderData: cart(9_000) }, 'begin-1')).status).toBe(422);
  });

  it('gives a payment up once, and is one per endpoint', async () => {
    const { body } = await keyed('pre-order-payment', { orderData: cart(12_000) }, 'all-1');
    const { transactionId } = body as { transactionId: string };
    const all = await Promise.all(
      Array.from({ length: 5 }, () => keyed('cancel-pre-order-payment', { transactionId }, 'all-1')),
    );
    expect(all.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    const other = await keyed('cancel-pre-order-payment', { transactionId: 'sbx_other' }, 'all-1');
    const words = 'The Idempotency-Key was used before with another request.';
    expect([other.status, other.body]).toEqual([422, listError(422, words)]);
  });
});
