/** What misleads shops without a word, fact by fact: a wrong status, a null, an empty list or an equal time. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from '../../src/config.js';
import { CHANNELS } from '../../src/contract/messages.js';
import { SANDBOX_SETTINGS, sampleOrder, testApp, type Received, type TestApp, type TestShop } from '../support/app.js';
import { errorOf, methodKeys, STATUS_MESSAGES, work } from './strict-shop.js';

let app: TestApp;
let shop: TestShop;
beforeAll(async () => {
  app = await testApp();
  shop = await connected();
});
afterAll(() => app.close());

async function connected(settings: Record<string, unknown> = {}): Promise<TestShop> {
  const made = app.shop();
  expect((await made.configure({ ...SANDBOX_SETTINGS, ...settings })).status).toBe(200);
  return made;
}

const call = (name: string, body: object, by = shop) => by.call(`/private/${name}`, body, { endpoint: name });
const CART = { currencyCode: 'EUR', grandTotal: 12_000, paymentMethod: 'Credit Card' };
const begun = async (by = shop): Promise<string> =>
  String((await call('pre-order-payment', { orderData: CART, preOrderPaymentData: [] }, by)).body.transactionId);
const newOrder = (): string => `DE--${randomUUID().slice(0, 8)}`;

describe('shops look at the status alone, so a failure is never 2xx', () => {
  it.each([
    ['initialize-payment', { orderData: { ...sampleOrder(newOrder()), grandTotal: 12_011 } }],
    ['pre-order-payment', { orderData: { ...CART, grandTotal: 12_011 } }],
    ['confirm-pre-order-payment', { orderReference: newOrder(), orderData: CART, preOrderPaymentData: { transactionId: 'x' } }],
    ['cancel-pre-order-payment', { preOrderPaymentData: { transactionId: 'x' } }],
    ['customer', { customer: {}, customerPaymentServiceProviderData: { transactionId: 'x' } }],
  ])('%s', async (name, body) => {
    const answer = await call(name, body);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.body).not.toHaveProperty('isSuccessful');
  }); // prettier-ignore

  it('and success is exactly 200, with a boolean that is one', async () => {
    const answers = [
      await shop.initialize(),
      await call('pre-order-payment', { orderData: CART, preOrderPaymentData: [] }),
    ];
    const orderReference = newOrder();
    const confirmed = { orderReference, orderData: CART, preOrderPaymentData: { transactionId: await begun() } };
    answers.push(await call('confirm-pre-order-payment', confirmed));
    answers.push(await call('cancel-pre-order-payment', { preOrderPaymentData: { transactionId: await begun() } }));
    expect(answers.map(({ status, body }) => [status, body.isSuccessful])).toEqual(answers.map(() => [200, true]));
  });
});

describe('a shop sends its customer wherever the answer says', () => {
  it('so the address of a hosted payment is never missing', async () => {
    const { body } = await shop.initialize();
    expect(body.redirectUrl).toMatch(/^https?:\/\/.+/);
    expect(body.preOrderPaymentData).not.toBeNull();
  });
});

describe('empty maps come as empty lists', () => {
  it.each([
    ['none is known yet', []],
    ['an empty text', { transactionId: '' }],
    ['null', { transactionId: null }],
    ['nothing at all', null],
  ])('a first call with preOrderPaymentData of which %s is accepted', async (_what, preOrderPaymentData) => {
    const orderData = { ...CART, additionalPaymentData: [], customerPaymentServiceProviderData: [] };
    const { status, body } = await call('pre-order-payment', { orderData, preOrderPaymentData });
    expect([status, typeof body.preOrderPaymentData.transactionId]).toEqual([200, 'string']);
  });
});

describe('what is called required is not always sent', () => {
  it('no billing address, no items, explicit nulls, expenses of four members', async () => {
    const { items: _items, ...order } = sampleOrder(newOrder());
    for (const name of ['countryCode', 'customerFirstName', 'customerLastName']) delete order[name];
    const bare = { ...order, address2: null, state: null, phone: null, additionalPaymentData: [] };
    const { status } = await call('initialize-payment', { orderData: bare, preOrderPaymentData: [] });
    expect(status).toBe(200);
    const lines = [{ idSalesOrderItem: null, name: 'Oryx', sku: null, quantity: 1, unitPrice: 12_000 }];
    expect((await shop.initialize({ items: lines, expenses: [] })).status).toBe(200);
  });
});

describe('inside a confirmation the order’s reference is null', () => {
  it('and the one above it counts', async () => {
    const transactionId = await begun();
    const orderReference = newOrder();
    const orderData = { ...sampleOrder(orderReference), orderReference: null, localeName: null };
    const body = { orderReference, orderData, preOrderPaymentData: { transactionId }, localeName: 'de_DE' };
    expect((await call('confirm-pre-order-payment', body)).status).toBe(200);
    await shop.webhook({ type: 'payment', transactionId, status: 'authorized' });
    const told = await shop.until('PaymentAuthorized', orderReference);
    expect(told.every(({ payload }) => payload.orderReference !== null)).toBe(true);
  });
});

describe('the error is looked for in two places', () => {
  it.each([
    ['initialize-payment', { orderData: { ...sampleOrder('x'), currencyCode: '?' } }],
    ['confirm-pre-order-payment', { orderReference: 'x', orderData: CART, preOrderPaymentData: { transactionId: 'x' } }],
    ['cancel-pre-order-payment', { preOrderPaymentData: { transactionId: 'x' } }],
    ['customer', {}],
    ['pre-order-payment', 'no JSON'],
  ])('%s is refused in words, short and free of what is inside us', async (name, body) => {
    const { status, body: answer } = await call(name, body as object);
    expect(status).toBe(400);
    expect(errorOf(answer)).toMatch(/^[^<>\n]{5,200}$/);
    expect(JSON.stringify(answer)).not.toMatch(/at .*\.ts|node_modules|select |Error:/);
    expect(() => errorOf({ error: {} })).toThrow('crashes');
  }); // prettier-ignore
});

describe('the shop makes its key of a method in two ways', () => {
  it.each([
    ['Credit Card', 'sandbox', true],
    ['Klarna-Later 2', 'acme-pay', true],
    ['credit_card', 'sandbox', false],
    ['Überweisung', 'sandbox', false],
    ['sepa.debit', 'sandbox', false],
    ['Card', 'Stripe', false],
  ])('%s of %s agrees: %s, and only such are announced', async (name, providerName, agrees) => {
    const [stored, looked] = methodKeys({ name, providerName });
    if (agrees) expect(stored).toBe(looked);
    const { status } = await app.shop().configure({ ...SANDBOX_SETTINGS, paymentMethods: [{ name, providerName }] });
    expect(status).toBe(agrees ? 200 : 422);
  });
});

describe('a method’s message counts only when its time is newer', () => {
  it('so times are texts that strictly increase, and an addition comes before a change', async () => {
    const other = await connected();
    await other.disconnect('true');
    for (const strategy of ['one', 'two', 'three'])
      await other.configure({
        ...SANDBOX_SETTINGS,
        paymentMethods: [{ name: 'Sandbox', checkoutConfiguration: { strategy } }],
      });
    const told: Received[] = [];
    for (const name of Object.keys(CHANNELS)) told.push(...(await other.poll(name)));
    const methods = told.filter(({ name }) => name.endsWith('PaymentMethod'));
    expect(methods.map(({ name }) => name)).toEqual([
      'AddPaymentMethod',
      'DeletePaymentMethod',
      'AddPaymentMethod',
      'UpdatePaymentMethod',
      'UpdatePaymentMethod',
    ]);
    const times = told.map(({ attributes }) => attributes['timestamp'] ?? '');
    expect(times.every((time) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}$/.test(time))).toBe(true);
    expect(new Set(times).size).toBe(times.length);
    const ofMethods = methods.map(({ attributes }) => attributes['timestamp'] ?? '');
    expect([...ofMethods].sort()).toEqual(ofMethods);
  });

  it('a number for a time ends a strict shop', () => {
    const attributes = { transferName: 'DeletePaymentMethod', timestamp: '1700000000' };
    const item = {
      MessageId: '1',
      MessageBody: '{"name":"a","providerName":"b"}',
      MessageAttributes: attributes,
    };
    expect(() => work({ status: 200, text: JSON.stringify([item]) })).toThrow('timestamp');
  });
});

describe('the configuration opens and closes the shop’s channels', () => {
  it('status, app, activity, settings and channels are always there, also when it is disconnected', async () => {
    const other = await connected();
    await other.disconnect('true');
    const told = await other.poll('app-events');
    expect(told.map(({ payload }) => [payload.status, payload.isActive])).toEqual([
      ['NEW', true],
      ['DISCONNECTED', false],
    ]);
    for (const { payload } of told) {
      expect(Object.keys(CHANNELS).every((name) => payload.messageChannels.includes(name))).toBe(true);
      expect(payload.config).not.toHaveProperty('messageChannels');
      expect(payload.config).toEqual({ mode: 'test' });
    }
  });

  it('an app identifier is never longer than the shop’s column', () => {
    expect(() => readConfig({ APP_IDENTIFIER: 'x'.repeat(37) }, 'sandbox')).toThrow('APP_IDENTIFIER');
  });
});

describe('records and statuses of payments', () => {
  it('everything told of a payment’s life fits what shops store', async () => {
    const { orderReference } = await shop.authorized();
    await shop.command('CapturePayment', { orderReference, orderItemIds: [101, 102], amount: 12_000 });
    const told = await shop.until('PaymentCaptured', orderReference);
    for (const { name, payload } of told) {
      if (STATUS_MESSAGES.includes(name)) {
        expect(Array.isArray(payload.orderItemIds)).toBe(true);
        expect(payload.orderReference).toMatch(/.+/);
        expect(payload).not.toHaveProperty('context');
      } else {
        expect(payload.entityReference ?? payload.paymentReference).toMatch(/.+/);
        expect(typeof payload.details).toBe('string');
      }
    }
  });

  it('a record without the payment’s reference ends the handler, so a temporary id is not told', async () => {
    const { body, orderReference } = await shop.initialize({ grandTotal: 12_013 });
    expect(body.transactionId).toMatch(/^tmp-/);
    const named = (await shop.poll()).filter(({ payload }) => payload.entityReference === orderReference);
    expect(named).toEqual([]);
    const attributes = { transferName: 'PaymentCreated', timestamp: '2026-01-01T00:00:00.000000' };
    const item = { MessageId: '1', MessageBody: '{"entityReference":"DE--1"}', MessageAttributes: attributes };
    expect(() => work({ status: 200, text: JSON.stringify([item]) })).toThrow('paymentReference');
  });

  it.each([
    ['numbers', [101, 102]],
    ['texts', ['101', '102']],
    ['a map with gaps', { 0: 101, 2: 102 }],
  ])('the items of a status are a list of texts, also when they came as %s', async (_how, orderItemIds) => {
    const { orderReference } = await shop.authorized();
    await shop.command('CapturePayment', { orderReference, orderItemIds, amount: 12_000 });
    const told = (await shop.until('PaymentCaptured', orderReference)).find(({ name }) => name === 'PaymentCaptured');
    expect(told?.payload.orderItemIds).toEqual(['101', '102']);
  });

  it('nothing is told to update while there is no order', async () => {
    const other = await connected();
    const transactionId = await begun(other);
    await begun(other);
    await other.webhook({ type: 'payment', transactionId, status: 'authorized' });
    expect((await other.poll()).map(({ name }) => name)).toEqual(['PaymentCreated', 'PaymentCreated']);
  });

  it('an order’s reference that shops cannot store is refused', async () => {
    expect((await shop.initialize({ orderReference: `DE--${'x'.repeat(70)}` })).status).toBe(400);
  });
});

describe('a redirect turns a POST into a GET without its body', () => {
  it.each([
    '/private/initialize-payment/',
    '/initialize-payment/',
    '//private/initialize-payment',
    '/Private/Initialize-Payment',
    '/private/customer?x=1',
    '/channels/payment-commands/',
    '/oauth/token/',
    '/webhooks/',
  ])('%s is answered where it stands', async (path) => {
    const { status } = await fetch(`${app.url}${path}`, { method: 'POST', body: '{}', redirect: 'manual' });
    expect(status < 300 || status > 399).toBe(true);
  });
});
