/** Payments before their order, through the door: every way to send a body, every refusal, and who may touch what. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sandboxWithout } from '../../src/connectors/sandbox/index.js';
import { cancelPreOrder } from '../../src/flows/cancel-pre-order.js';
import { readCustomer } from '../../src/flows/customer.js';
import { initializePayment } from '../../src/flows/initialize.js';
import { eventually } from '../flows/heart.js';
import { SANDBOX_SETTINGS, sampleOrder, testApp, type Answered, type TestApp, type TestShop } from '../support/app.js';
import { ask, everythingOf, listError, newOrderReference, phpForm, shopHeaders, snake, told } from './doors.js';

const FORM = 'application/x-www-form-urlencoded';
const JSON_API = 'application/vnd.api+json';
const DONE = { isSuccessful: true, message: null };

let app: TestApp;
let shop: TestShop;
beforeAll(async () => {
  app = await testApp();
  shop = await connected();
});
afterAll(() => app.close());

async function connected(settings: Record<string, unknown> = SANDBOX_SETTINGS): Promise<TestShop> {
  const made = app.shop();
  expect((await made.configure(settings)).status).toBe(200);
  return made;
}

type Name = 'pre-order-payment' | 'confirm-pre-order-payment' | 'cancel-pre-order-payment' | 'customer';

function call(endpoint: Name, body: unknown, by = shop, headers: Record<string, string> = {}): Promise<Answered> {
  return by.call(`/private/${endpoint}`, body, { endpoint, headers });
}

/** The three ways a shop may send the same. */
const WAYS: [string, (endpoint: Name, body: object, by?: TestShop) => Promise<Answered>][] = [
  ['JSON', (endpoint, body, by) => call(endpoint, body, by)],
  ['a form', (endpoint, body, by) => call(endpoint, phpForm(body), by, { 'content-type': FORM })],
  [
    'JSON:API',
    (endpoint, body, by) =>
      call(endpoint, { data: { type: 'payments', attributes: body } }, by, { 'content-type': JSON_API }),
  ],
];

const CART = { currencyCode: 'EUR', grandTotal: 12_000, paymentMethod: 'Credit Card' };

/** A payment without an order; the sandbox chooses outcomes by the amount. */
async function begun(changes: Record<string, unknown> = {}, by = shop): Promise<string> {
  const { status, body } = await call('pre-order-payment', { orderData: { ...CART, ...changes } }, by);
  expect(status, JSON.stringify(body)).toBe(200);
  return (body as { transactionId: string }).transactionId;
}

/** What shops send in their hook after saving: inside, the reference and the locale are null. */
function confirmation(transactionId: unknown, orderReference = newOrderReference(), changes: object = {}) {
  const orderData = { ...sampleOrder(orderReference), orderReference: null, localeName: null, ...changes };
  return { orderReference, orderData, preOrderPaymentData: { transactionId }, localeName: 'de_DE' };
}

const unknown = (transactionId: string) => `Could not find a payment with the transaction id "${transactionId}"`;

/** A refusal in the form its caller speaks, and nothing of the tenant has changed. */
async function refusedEach(
  endpoint: Name,
  body: object,
  expected: { status: number; message: string | RegExp },
): Promise<void> {
  for (const [way, send] of WAYS) {
    const before = await everythingOf(app, shop.tenantId);
    const { status, body: answer } = await send(endpoint, body);
    expect(status, way).toBe(expected.status);
    const [error] = way === 'JSON:API' ? answer.errors : answer;
    expect(Array.isArray(answer), way).toBe(way !== 'JSON:API');
    expect(error.status).toBe(expected.status);
    if (typeof expected.message === 'string') expect(error.message, way).toBe(expected.message);
    else expect(error.message, way).toMatch(expected.message);
    expect(await everythingOf(app, shop.tenantId), way).toEqual(before);
  }
}

describe('a payment begins before its order', () => {
  it.each(WAYS)('with the amount, the currency and the method alone, as %s', async (_way, send) => {
    const { status, body } = await send('pre-order-payment', { orderData: CART, preOrderPaymentData: [] });
    expect(status).toBe(200);
    expect(body).toMatchObject({ isSuccessful: true, redirectUrl: null, message: null });
    expect(body.preOrderPaymentData).toEqual({ transactionId: body.transactionId });
    const created = (await told(app, shop.tenantId)).filter(
      ({ payload }) => payload['paymentReference'] === body.transactionId,
    );
    expect(created.map(({ name }) => name)).toEqual(['PaymentCreated']);
    expect(created[0]?.payload).not.toHaveProperty('entityReference');
  });

  it('and is changed by its transaction id, in either spelling', async () => {
    const transactionId = await begun();
    for (const [n, preOrderPaymentData] of [{ transactionId }, { transaction_id: transactionId }].entries()) {
      const orderData = { ...CART, grandTotal: 9_000 + n };
      const { body } = await call('pre-order-payment', { orderData, preOrderPaymentData });
      expect(body.transactionId).toBe(transactionId);
    }
  });

  it.each([['grandTotal'], ['paymentMethod'], ['currencyCode']])('not without %s', async (missing) => {
    const orderData = { ...CART, [missing]: null };
    const message = new RegExp(`orderData.*${missing}`);
    await refusedEach('pre-order-payment', { orderData, localeName: 'de_DE' }, { status: 400, message });
  });

  it('not for another payment than one of this tenant, and not for nothing', async () => {
    const preOrderPaymentData = { transactionId: 'sbx_unknown' };
    const expected = { status: 400, message: unknown('sbx_unknown') };
    await refusedEach('pre-order-payment', { orderData: CART, preOrderPaymentData }, expected);
    await refusedEach(
      'pre-order-payment',
      { orderData: { ...CART, grandTotal: 0 } },
      { status: 400, message: /grandTotal/ },
    );
  });
});

describe('confirm', () => {
  it.each(WAYS)('gives the payment its order, as %s', async (_way, send) => {
    const transactionId = await begun();
    const orderReference = newOrderReference();
    const { status, body } = await send('confirm-pre-order-payment', confirmation(transactionId, orderReference));
    expect([status, body]).toEqual([200, DONE]);
    await shop.webhook({ type: 'payment', transactionId, status: 'authorized' });
    const heard = await shop.until('PaymentAuthorized', orderReference);
    const ours = heard.find(({ name }) => name === 'PaymentAuthorized');
    expect(ours?.payload).toMatchObject({ orderReference, amount: 12_000, orderItemIds: ['101', '102'] });
  });

  it('finds the transaction id at the top, in either spelling; the top wins', async () => {
    for (const top of [(id: string) => ({ transactionId: id }), (id: string) => ({ transaction_id: id })]) {
      const transactionId = await begun();
      const body = { ...confirmation('sbx_of_nobody'), ...top(transactionId) };
      expect((await call('confirm-pre-order-payment', body)).status).toBe(200);
    }
    const inside = await begun();
    const body = { ...confirmation(''), transactionId: '', preOrderPaymentData: { transaction_id: inside, x: '1' } };
    expect((await call('confirm-pre-order-payment', body)).status).toBe(200);
    const whole = snake(confirmation(await begun())) as object;
    expect((await call('confirm-pre-order-payment', whole)).status).toBe(200);
  });

  it.each([[null], ['']])('without one (%j) is refused', async (transactionId) => {
    const body = { ...confirmation(transactionId), transactionId };
    const message = 'The request body does not fit: preOrderPaymentData.transactionId is required';
    await refusedEach('confirm-pre-order-payment', body, { status: 400, message });
  });

  it.each([
    ['orderReference', { orderReference: null }],
    ['orderData', { orderData: null }],
    ['orderData.*grandTotal', { orderData: { ...CART, grandTotal: null } }],
    ['orderData.*currencyCode', { orderData: { ...CART, currencyCode: 'Euro' } }],
  ])('that lacks %s is refused', async (words, changes) => {
    const body = { ...confirmation('sbx_1'), ...changes };
    await refusedEach('confirm-pre-order-payment', body, { status: 400, message: new RegExp(words) });
  });

  it('of a payment nobody knows is refused, in German too', async () => {
    const body = confirmation('sbx_unknown');
    await refusedEach('confirm-pre-order-payment', body, { status: 400, message: unknown('sbx_unknown') });
    const german = await call('confirm-pre-order-payment', body, shop, { 'accept-language': 'de' });
    expect(german.body[0].message).toBe('Keine Zahlung mit der Transaktionskennung „sbx_unknown“ gefunden');
  });

  it('for another order, for an order that has a payment, and of what was given up is refused', async () => {
    const transactionId = await begun();
    const orderReference = newOrderReference();
    await call('confirm-pre-order-payment', confirmation(transactionId, orderReference));
    const another = `The payment with the transaction id "${transactionId}" belongs to another order.`;
    await refusedEach('confirm-pre-order-payment', confirmation(transactionId), { status: 400, message: another });

    const second = await begun();
    const taken = `The order "${orderReference}" has another payment.`;
    const body = confirmation(second, orderReference);
    await refusedEach('confirm-pre-order-payment', body, { status: 400, message: taken });

    await call('cancel-pre-order-payment', { transactionId: second });
    const over = `The payment with the transaction id "${second}" was canceled.`;
    await refusedEach('confirm-pre-order-payment', confirmation(second), { status: 400, message: over });
  });

  it('again with the same order changes nothing', async () => {
    const transactionId = await begun();
    const body = confirmation(transactionId);
    await call('confirm-pre-order-payment', body);
    const before = await everythingOf(app, shop.tenantId);
    expect((await call('confirm-pre-order-payment', body)).body).toEqual(DONE);
    expect(await everythingOf(app, shop.tenantId)).toEqual(before);
  });

  it.each([
    [12_061, 400, 'declined'],
    [12_062, 400, 'was not able to'],
    [12_065, 400, 'broke'],
    [12_066, 503, 'did not answer in time'],
  ])('of %i is %i when the PSP says so, and the payment stays without order', async (grandTotal, status, words) => {
    const transactionId = await begun({ grandTotal });
    const orderReference = newOrderReference();
    const answer = await call('confirm-pre-order-payment', confirmation(transactionId, orderReference, { grandTotal }));
    expect(answer.status).toBe(status);
    expect(answer.body).toEqual(listError(status, answer.body[0].message as string));
    expect(answer.body[0].message).toContain(words);
    expect((await told(app, shop.tenantId)).filter(({ payload }) => payload['entityReference'] === orderReference)).toEqual([]);
  }); // prettier-ignore

  it('whose answer is lost is 503, and the order comes by itself', async () => {
    const quick = await connected({ ...SANDBOX_SETTINGS, delaySeconds: 0.1 });
    const transactionId = await begun({ grandTotal: 12_067 }, quick);
    const orderReference = newOrderReference();
    const body = confirmation(transactionId, orderReference, { grandTotal: 12_067 });
    expect((await call('confirm-pre-order-payment', body, quick)).status).toBe(503);
    await quick.until('PaymentUpdated', orderReference);
    expect((await call('confirm-pre-order-payment', body, quick)).body).toEqual(DONE);
  });

  it('of another amount or currency is refused, also by an app whose PSP cannot be asked', async () => {
    const original = app.app.connector;
    for (const isAsked of [true, false]) {
      if (!isAsked) app.app.connector = () => Promise.resolve(sandboxWithout('confirm'));
      try {
        const transactionId = await begun();
        for (const changes of [{ grandTotal: 11_999 }, { currencyCode: 'CHF' }]) {
          const body = confirmation(transactionId, newOrderReference(), changes);
          const { status, body: answer } = await call('confirm-pre-order-payment', body);
          expect(status).toBe(400);
          expect(answer[0].message).toContain('payment is for');
        }
        const right = confirmation(transactionId);
        const all = await Promise.all([1, 2, 3].map(() => call('confirm-pre-order-payment', right)));
        expect(all.map(({ status }) => status)).toEqual([200, 200, 200]);
        const heard = await shop.until('PaymentUpdated', right.orderReference);
        expect(heard.filter(({ payload }) => payload.entityReference === right.orderReference)).toHaveLength(1);
      } finally {
        app.app.connector = original;
      }
    }
  });

  it('makes a temporary id a real one, and both find the payment', async () => {
    const temporary = await begun({ grandTotal: 12_013 });
    expect(temporary).toMatch(/^tmp-/);
    const body = confirmation(temporary, newOrderReference(), { grandTotal: 12_013 });
    expect((await call('confirm-pre-order-payment', body)).status).toBe(200);
    const heard = await shop.until('PaymentUpdated', body.orderReference);
    expect(heard.at(-1)?.payload.paymentReference).toBe(temporary.replace('tmp-', 'sbx_'));
    expect((await call('confirm-pre-order-payment', body)).status).toBe(200);
  });
});

describe('cancel', () => {
  it.each(WAYS)('gives a payment up, once and again, as %s', async (_way, send) => {
    const transactionId = await begun();
    for (const body of [{ preOrderPaymentData: { transactionId } }, { transactionId }]) {
      const { status, body: answer } = await send('cancel-pre-order-payment', body);
      expect([status, answer]).toEqual([200, DONE]);
    }
    const heard = (await told(app, shop.tenantId)).filter(
      ({ payload }) => payload['paymentReference'] === transactionId,
    );
    expect(heard.map(({ name }) => name)).toEqual(['PaymentCreated']);
  });

  it('of a payment nobody knows, without an id, and with an order is refused', async () => {
    const [gone, none] = [{ transactionId: 'sbx_unknown' }, { preOrderPaymentData: { transactionId: '', x: 'y' } }];
    await refusedEach('cancel-pre-order-payment', gone, { status: 400, message: unknown('sbx_unknown') });
    await refusedEach('cancel-pre-order-payment', none, { status: 400, message: /transactionId is required/ });
    const transactionId = await begun();
    await call('confirm-pre-order-payment', confirmation(transactionId));
    const message = `The payment with the transaction id "${transactionId}" has an order: cancel the order instead.`;
    await refusedEach('cancel-pre-order-payment', { transactionId }, { status: 400, message });
  });

  it.each([
    [12_041, 400, 'declined'],
    [12_042, 400, 'was not able to'],
    [12_046, 503, 'did not answer in time'],
  ])('of %i is %i when the PSP says so; the payment is as it was', async (grandTotal, status, words) => {
    const transactionId = await begun({ grandTotal });
    const answer = await call('cancel-pre-order-payment', { transactionId });
    expect([answer.status, answer.body[0].message]).toEqual([status, expect.stringContaining(words)]);
    if (status === 503) return;
    // It can still become the payment of an order.
    const body = confirmation(transactionId, newOrderReference(), { grandTotal });
    expect((await call('confirm-pre-order-payment', body)).status).toBe(200);
  });

  it('that the PSP works on is done for the caller, also again', async () => {
    const transactionId = await begun({ grandTotal: 12_043 });
    for (let time = 0; time < 2; time += 1)
      expect((await call('cancel-pre-order-payment', { transactionId })).body).toEqual(DONE);
    const body = confirmation(transactionId, newOrderReference(), { grandTotal: 12_043 });
    const over = `The payment with the transaction id "${transactionId}" was canceled.`;
    expect((await call('confirm-pre-order-payment', body)).body).toEqual(listError(400, over));
    const late = await shop.initialize({ grandTotal: 12_043 }, { preOrderPaymentData: { transactionId } });
    expect(late.status).toBe(400);
    await eventually('the cancel', async () => {
      const rows = (await everythingOf(app, shop.tenantId))['payments'] as { transaction_id: string; status: string }[];
      return rows.some(({ transaction_id: id, status }) => id === transactionId && status === 'canceled');
    });
  });
});

describe('customer', () => {
  const ADA = { first_name: 'Ada', email: 'ada@example.com', dateOfBirth: '', locale: null };
  const billingAddress = { address1: 'Main street 1', zipCode: '10115', country: { iso2Code: 'DE' } };

  it.each(WAYS)('is what the shop knows, when it asks for no more, as %s', async (_way, send) => {
    const { status, body } = await send('customer', {
      customer: { ...ADA, billingAddress },
      customerPaymentServiceProviderData: [],
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({ isSuccessful: true, statusCode: null, message: null });
    expect(body.customer).toMatchObject({
      firstName: 'Ada',
      email: 'ada@example.com',
      dateOfBirth: null,
      locale: null,
    });
    expect(body.customer.billingAddress).toMatchObject({ zipCode: '10115', country: 'DE', iso2Code: 'DE', city: null });
    expect(body.customer.shippingAddress).toBeNull();
  });

  it('of whom nothing is told is refused', async () => {
    const message = /^Neither customer nor customerPaymentServiceProviderData is given/;
    const nothing = { customer: { email: '' }, customerPaymentServiceProviderData: { transactionId: null }, x: 'y' };
    await refusedEach('customer', nothing, { status: 400, message });
  });

  it('of a payment nobody knows is refused, and so is a PSP that cannot tell', async () => {
    const gone = { customerPaymentServiceProviderData: { transaction_id: 'sbx_unknown' } };
    await refusedEach('customer', gone, { status: 400, message: unknown('sbx_unknown') });
    const known = { customerPaymentServiceProviderData: { transactionId: await begun() } };
    const message = 'Platform plugin does not provide Customer features';
    await refusedEach('customer', known, { status: 400, message });
  });
});

describe('every endpoint', () => {
  const names: Name[] = ['pre-order-payment', 'confirm-pre-order-payment', 'cancel-pre-order-payment', 'customer'];

  it.each(names)('%s refuses nothing, what cannot be read, and a tenant nobody knows', async (name) => {
    for (const type of ['application/json', FORM, JSON_API]) {
      const headers = { ...(await shopHeaders(app, shop.tenantId)), 'content-type': type };
      const empty = await ask(app, `/private/${name}`, { headers });
      expect(empty.status, type).toBe(400);
      expect(JSON.stringify(empty.body)).toContain('POST content is required.');
    }
    const broken = await call(name, '{"orderReference":');
    expect([broken.status, broken.body[0].status]).toEqual([400, 400]);
    const body = { ...confirmation('sbx_1'), transactionId: 'sbx_1', customer: { email: 'a@example.com' } };
    const stranger = await call(name, body, app.shop());
    expect(stranger.body).toEqual(listError(400, 'Could not find an App configuration for the given Tenant'));
  });

  it.each(names)('%s is 403 for a tenant that has left', async (name) => {
    const left = await connected();
    const transactionId = await begun({}, left);
    expect((await left.disconnect('true')).status).toBe(204);
    const body = { ...confirmation(transactionId), customer: { email: 'a@example.com' } };
    const { status, body: answer } = await call(name, body, left);
    expect([status, answer]).toEqual([403, listError(403, 'Tenant is disconnected.')]);
  });

  it.each(names)('%s answers without /private, too', async (name) => {
    const transactionId = await begun();
    const body = { ...confirmation(transactionId), customerPaymentServiceProviderData: [], customer: { email: 'x' } };
    const orderData = name === 'pre-order-payment' ? { orderData: { ...CART } } : {};
    expect((await shop.call(`/${name}`, { ...body, ...orderData }, { endpoint: name })).status).toBe(200);
  });

  it('keeps its first answer for a repeated key', async () => {
    const transactionId = await begun();
    const headers = { 'idempotency-key': 'key-of-the-test' };
    const body = confirmation(transactionId);
    for (let time = 0; time < 2; time += 1)
      expect((await call('confirm-pre-order-payment', body, shop, headers)).body).toEqual(DONE);
    const other = await call('confirm-pre-order-payment', { ...body, localeName: 'en_US' }, shop, headers);
    expect(other.status).toBe(422);
    expect((await call('cancel-pre-order-payment', { transactionId }, shop, headers)).status).toBe(400);
  });
});

describe('tenants', () => {
  it('with the same orders and the ids of each other find nothing of each other', async () => {
    const [mine, theirs] = [await connected(), await connected()];
    const [id, theirId] = [await begun({}, mine), await begun({}, theirs)];
    const orderReference = newOrderReference();
    const before = await everythingOf(app, theirs.tenantId);
    const tries: [Name, object][] = [
      ['confirm-pre-order-payment', confirmation(theirId, orderReference)],
      ['cancel-pre-order-payment', { transactionId: theirId }],
      ['customer', { customerPaymentServiceProviderData: { transactionId: theirId } }],
      ['pre-order-payment', { orderData: CART, preOrderPaymentData: { transactionId: theirId } }],
    ];
    for (const [name, body] of tries) {
      const { status, body: answer } = await call(name, body, mine);
      expect([status, answer], name).toEqual([400, listError(400, unknown(theirId))]);
    }
    const taken = await mine.initialize({}, { preOrderPaymentData: { transactionId: theirId } });
    expect(taken.body).toEqual(listError(400, unknown(theirId)));
    expect(await everythingOf(app, theirs.tenantId)).toEqual(before);
    for (const [by, transactionId] of [[mine, id], [theirs, theirId]] as const)
      expect((await call('confirm-pre-order-payment', confirmation(transactionId, orderReference), by)).status).toBe(200);
  }); // prettier-ignore

  it('have pages of their own: a token opens no page under the name of another', async () => {
    const [mine, theirs] = [await connected(), await connected()];
    const { body } = await theirs.initialize();
    const page = new URL(body.redirectUrl as string);
    page.searchParams.set('tenantIdentifier', mine.tenantId);
    expect((await ask(app, page.pathname + page.search, { method: 'GET' })).status).toBe(404);
  });
});

describe('callers from a storefront', () => {
  const cart = { ...CART, paymentMethod: 'credit-card', currency: 'EUR', billing: {}, lines: [], expenses: [], additional: {} };

  it('find what they began themselves; the server of the shop finds everything', async () => {
    const { tenantId } = shop;
    const begin = (owner: string, more: object = {}) => initializePayment(app.app, tenantId, { order: cart, owner, ...more });
    const { transactionId } = await begin('guest-a');
    expect((await begin('guest-a', { transactionId })).transactionId).toBe(transactionId);
    const nobodys = await begun();
    const strange = [[transactionId, 'guest-b'], [nobodys, 'guest-a'], [`x\0`, 'guest-a']] as const;
    for (const [id, owner] of strange) {
      const refusal = { code: 'payment_unknown' };
      await expect(begin(owner, { transactionId: id })).rejects.toMatchObject(refusal);
      await expect(cancelPreOrder(app.app, tenantId, { transactionId: id, owner })).rejects.toMatchObject(refusal);
      const data = { transactionId: id };
      await expect(readCustomer(app.app, tenantId, { data, owner })).rejects.toMatchObject(refusal);
    }
    await cancelPreOrder(app.app, tenantId, { transactionId, owner: 'guest-a' });
    const mine = await begin('guest-a');
    expect((await call('cancel-pre-order-payment', { transactionId: mine.transactionId })).body).toEqual(DONE);
  });

  it('cannot change what has its order', async () => {
    const { tenantId } = shop;
    const { transactionId } = await initializePayment(app.app, tenantId, { order: cart, owner: 'guest-a' });
    const body = confirmation(transactionId);
    expect((await call('confirm-pre-order-payment', body)).status).toBe(200);
    const cheaper = { order: { ...cart, grandTotal: 1 }, owner: 'guest-a', transactionId };
    await expect(initializePayment(app.app, tenantId, cheaper)).rejects.toMatchObject({ code: 'payment_unknown' });
    const { orderReference } = body;
    const named = { order: { ...cart, grandTotal: 1, orderReference }, owner: 'guest-b' };
    await expect(initializePayment(app.app, tenantId, named)).rejects.toMatchObject({ code: 'payment_closed' });
  });
}); // prettier-ignore
