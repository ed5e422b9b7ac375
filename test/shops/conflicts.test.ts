/** Where documents, schemas and programs of the protocol contradict each other: what holds here, and what is taken all the same. */
import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getEndpoint } from '../../src/contract/endpoints.js';
import { MESSAGES } from '../../src/contract/messages.js';
import { captured, item, merchant } from '../flows/marketplaces.js';
import { SANDBOX_SETTINGS, sampleOrder, testApp, type Answered, type TestApp, type TestShop } from '../support/app.js';

let app: TestApp;
let shop: TestShop;
beforeAll(async () => {
  app = await testApp();
  shop = await connected();
});
afterAll(() => app.close());

async function connected(settings: Record<string, unknown> = {}, at = app): Promise<TestShop> {
  const made = at.shop();
  const { status, body } = await made.configure({ ...SANDBOX_SETTINGS, ...settings });
  expect(status, JSON.stringify(body)).toBe(200);
  return made;
}

const CART = { currencyCode: 'EUR', grandTotal: 12_000, paymentMethod: 'Credit Card' };
const newOrder = (): string => `DE--${randomUUID().slice(0, 8)}`;
const call = (path: string, body: unknown, by = shop): Promise<Answered> => by.call(path, body);
const begun = async (by = shop): Promise<string> =>
  String((await call('/private/pre-order-payment', { orderData: CART }, by)).body.transactionId);

async function statusOf(transactionId: string): Promise<string | undefined> {
  const { rows } = await sql<{ status: string }>`select status from payments
    where app_id = ${app.config.appId} and transaction_id = ${transactionId}`.execute(app.app.db);
  return rows[0]?.status;
}

/** The first method a new tenant with these settings is told. */
async function announced(settings: Record<string, unknown>): Promise<Record<string, unknown>> {
  const [told] = await (await connected(settings)).poll('payment-method-commands');
  return told?.payload as Record<string, unknown>;
}

describe('addresses', () => {
  it('are announced below /private, and the same without it are aliases', async () => {
    const told = await announced({});
    const { endpoints } = told['paymentMethodAppConfiguration'] as { endpoints: { path: string }[] };
    for (const { path } of endpoints) {
      expect(path).toMatch(/^\/private\//);
      const [real, alias] = [await call(path, undefined), await call(path.replace('/private', ''), undefined)];
      expect([real.status, real.body]).toEqual([400, alias.body]);
      expect(alias.status).toBe(400);
    }
  });

  it('of storefronts are a shop’s own, offered to tenants that switch them on, and never announced', async () => {
    for (const path of ['/payments', '/payment-cancellations', '/payment-customers'])
      expect((await call(path, {})).status, path).toBe(404);
    expect(JSON.stringify(await announced({}))).not.toMatch(/"\/payment/);
  });

  it('that lists leave out are there: before an order, customers, merchants, pages', async () => {
    for (const path of ['/private/pre-order-payment', '/private/customer', '/private/merchants/onboarding'])
      expect((await call(path, undefined)).status, path).toBe(400);
    for (const path of ['/app-payment', '/app-payment/redirect'])
      expect((await fetch(`${app.url}${path}`)).headers.get('content-type'), path).toMatch(/^text\//);
  });

  it('of old pages lead nowhere: transfers, initialize and onboarding stand at their real ones', async () => {
    for (const path of ['/private/transfers', '/payment/initialize', '/private/initialize', '/merchants-onboarding'])
      expect((await call(path, {})).status, path).toBe(404);
    for (const path of ['/private/payments/transfers', '/private/initialize-payment'])
      expect((await call(path, {})).status, path).not.toBe(404);
  });

  it('of customers may be in the singular', async () => {
    const facade = { enabled: true, origins: ['https://shop.example'] };
    const by = await connected({ facade, paymentMethods: [{ name: 'Card' }] });
    const attributes = {
      payment: { paymentMethodName: 'Card', paymentProviderName: 'sandbox' },
      customerPaymentServiceProviderData: { transactionId: 'x' },
    };
    for (const type of ['payment-customers', 'payment-customer']) {
      const answer = await fetch(`${app.url}/${type}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-tenant-identifier': by.tenantId, 'x-anonymous-customer-unique-id': 'g' },
        body: JSON.stringify({ data: { type, attributes } }),
      }); // prettier-ignore
      expect([answer.status, await answer.json()], type).toMatchObject([422, { errors: [{ status: 422 }] }]);
    }
  });
});

describe('answers', () => {
  it('of transfers and customers are 200, although schemas say 201', async () => {
    expect(await call('/private/payments/transfers', { orderItems: [] })).toMatchObject({ status: 200 });
    for (const name of ['transfers', 'customer', 'initialize-payment'])
      expect(getEndpoint(name).success.map(({ status }) => status)).toEqual([200]);
  });

  it('of a started payment have seven members, although schemas name three', async () => {
    const { body } = await shop.initialize();
    expect(Object.keys(body as object)).toEqual([
      'isSuccessful', 'statusCode', 'transactionId', 'payment', 'preOrderPaymentData', 'redirectUrl', 'message',
    ]); // prettier-ignore
  });

  it('of an onboarding hold the content when that is the strategy', async () => {
    const by = await connected({ onboarding: { answers: 'content' } });
    const answer = await call('/private/merchants/onboarding', { merchant: { merchantReference: 'M1' } }, by);
    expect(answer.body).toMatchObject({ strategy: 'content', content: expect.stringContaining('<') as string });
  });

  it('of a disconnected tenant’s webhook are 403, and it is kept', async () => {
    const by = await connected();
    const transactionId = await begun(by);
    await by.disconnect('true');
    const { status, body } = await by.webhook({ type: 'payment', transactionId, status: 'authorized' });
    expect([status, body[0].message]).toEqual([403, 'Tenant is disconnected.']);
  });
});

describe('a payment before its order', () => {
  it.each([
    ['at the top', (transactionId: string) => ({ transactionId })],
    ['in snake case', (transactionId: string) => ({ transaction_id: transactionId })],
    ['in what the PSP and the front-end tell each other', (transactionId: string) => ({ preOrderPaymentData: { transactionId } })],
    ['in both, and the top counts', (transactionId: string) => ({ transactionId, preOrderPaymentData: { transactionId: 'other' } })],
  ])('is named %s', async (_where, named) => {
    const body = { orderReference: newOrder(), orderData: CART, ...named(await begun()) };
    expect((await call('/private/confirm-pre-order-payment', body)).status).toBe(200);
    expect((await call('/private/cancel-pre-order-payment', named(await begun()))).status).toBe(200);
  }); // prettier-ignore

  it('gets its order by a confirmation, and from shops that send none by initialize', async () => {
    const orderReference = newOrder();
    const transactionId = await begun();
    const extra = { preOrderPaymentData: { transactionId } };
    const { status, body } = await shop.initialize({ orderReference }, extra);
    expect([status, body.transactionId]).toEqual([200, transactionId]);
    await shop.webhook({ type: 'payment', transactionId, status: 'authorized' });
    await shop.until('PaymentAuthorized', orderReference);
  });

  it('is announced as express for shops that confirm nothing else', async () => {
    const told = await announced({ headless: true });
    expect(told).toMatchObject({
      paymentMethodAppConfiguration: { checkoutConfiguration: { strategy: 'express-checkout' } },
    });
  });

  it('that is given up is canceled, not deleted', async () => {
    const transactionId = await begun();
    await call('/private/cancel-pre-order-payment', { transactionId });
    expect(await statusOf(transactionId)).toBe('canceled');
  });

  it('is not told as updated while it has no order', async () => {
    const by = await connected();
    const transactionId = await begun(by);
    await call('/private/cancel-pre-order-payment', { transactionId }, by);
    expect((await by.poll()).map(({ name }) => name)).toEqual(['PaymentCreated']);
  });
});

describe('transfers', () => {
  it('are read from the newer list, and from the older one when that is missing', async () => {
    const by = await connected();
    await merchant(app, by, 'MER1');
    const order = await captured(by);
    const both = { orderItems: [item(order, 'old', 100)], paymentTransmissionItems: [item(order, 'new', 100)] };
    const references = async (body: object) =>
      ((await call('/private/payments/transfers', body, by)).body as { transfers: { paymentTransmissionItems: { itemReference: string }[] }[] })
        .transfers.map((row) => row.paymentTransmissionItems[0]?.itemReference); // prettier-ignore
    expect(await references(both)).toEqual(['new']);
    expect(await references({ orderItems: both.orderItems })).toEqual(['old']);
  });
});

describe('messages', () => {
  it('hold integers, times as text, a publisher and a status as text, whatever schemas say', async () => {
    const by = await connected();
    await by.authorized();
    const [status] = await by.poll('app-events');
    expect(status?.payload).toMatchObject({ status: 'NEW', isActive: true });
    const { orderReference } = await by.authorized();
    await by.command('CapturePayment', { orderReference, orderItemIds: [101, 102], amount: '12000' });
    const told = (await by.until('PaymentCaptured', orderReference)).find(({ name }) => name === 'PaymentCaptured');
    expect(told?.payload.amount).toBe(12_000);
    expect(typeof told?.attributes['timestamp']).toBe('string');
    expect(told?.attributes['publisher']).toBe('quittance');
  });

  it.each([
    ['a number for a time and an object for a publisher', { timestamp: '1746784800', publisher: '{"appIdentifier":"x"}' }],
    ['no publisher and no time', { timestamp: '', publisher: '' }],
  ])('are taken with %s', async (_what, headers) => {
    const { status } = await shop.command('CancelPayment', { orderReference: newOrder(), amount: 0 }, headers);
    expect(status).toBe(200);
  }); // prettier-ignore

  it('of overpaid and underpaid payments exist, although lists leave them out', () => {
    const names = MESSAGES.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['PaymentOverpaid', 'PaymentUnderpaid']));
  });

  it('of methods are camelCase, although pages show them as shops store them', async () => {
    const told = await announced({
      paymentMethods: [{ name: 'Card', checkoutConfiguration: { strategy: 'embedded' } }],
    });
    expect(JSON.stringify(told)).not.toMatch(/"[a-z]+_[a-z_]+":/);
    expect(Object.keys(told)).toEqual(['name', 'providerName', 'paymentAuthorizationEndpoint', 'paymentMethodAppConfiguration']); // prettier-ignore
  });

  it.each([
    ['express-checkout', '/private/pre-order-payment'],
    ['embedded', '/private/initialize-payment'],
    ['hosted-payment-page', '/private/initialize-payment'],
    ['checkout-session', '/private/initialize-payment'],
    [undefined, '/private/initialize-payment'],
  ])('of a method with the strategy %s lead to %s', async (strategy, path) => {
    const checkoutConfiguration = strategy === undefined ? {} : { strategy };
    const told = await announced({ paymentMethods: [{ name: 'Card', checkoutConfiguration }] });
    expect(told['paymentAuthorizationEndpoint']).toBe(`${app.config.publicUrl}${path}`);
  });

  it('of methods are sent when the list changes, not with every configuration', async () => {
    const by = await connected();
    await by.configure(SANDBOX_SETTINGS);
    await by.configure({ ...SANDBOX_SETTINGS, note: 'changed' });
    expect((await by.poll('payment-method-commands')).map(({ name }) => name)).toEqual(['AddPaymentMethod']);
    expect(await by.poll('app-events')).toHaveLength(3);
  });

  it('that merchants can begin are sent to marketplaces alone', async () => {
    const [direct, marketplace] = [await connected({ businessModel: 'direct' }), await connected({ businessModel: 'marketplace' })]; // prettier-ignore
    expect(await direct.poll('merchant-app-events')).toEqual([]);
    expect((await marketplace.poll('merchant-app-events')).map(({ name }) => name)).toEqual(['ReadyForMerchantAppOnboarding']); // prettier-ignore
  });

  it('go by HTTP channels when no other way is chosen', async () => {
    expect(app.config.brokerUrl).toBeUndefined();
    const by = await connected();
    expect((await by.poll('app-events')).map(({ name }) => name)).toEqual(['AppConfigUpdated']);
  });
});

describe('a tenant that leaves', () => {
  it('keeps its settings, sealed, although pages say that they are removed', async () => {
    const by = await connected({ note: 'kept' });
    await by.disconnect('true');
    const { body } = await by.configure({ connector: 'sandbox' });
    expect(body.configuration).toMatchObject({ note: 'kept', mode: 'test' });
  });

  it('keeps its payments unless the deployment says otherwise', async () => {
    const by = await connected();
    const { transactionId } = await by.authorized();
    await by.disconnect('true');
    expect(await statusOf(transactionId)).toBe('authorized');
    const other = await testApp({ env: { DELETE_PAYMENTS_ON_DISCONNECT: 'true' } });
    try {
      const there = await connected({}, other);
      await there.authorized();
      await there.disconnect('true');
      const { rows } = await sql`select 1 from payments where app_id = ${other.config.appId}`.execute(other.app.db);
      expect(rows).toEqual([]);
    } finally {
      await other.close();
    }
  });
});

describe('a webhook that comes too early', () => {
  it('is stored, answered 200, and applied when its payment has its order, without another webhook', async () => {
    const by = await connected();
    const transactionId = await begun(by);
    const { status } = await by.webhook({ type: 'payment', transactionId, status: 'authorized' });
    expect(status).toBe(200);
    const orderReference = newOrder();
    const body = { orderReference, orderData: sampleOrder(orderReference), transactionId };
    expect((await call('/private/confirm-pre-order-payment', body, by)).status).toBe(200);
    await by.until('PaymentAuthorized', orderReference);
  });
});

describe('the language', () => {
  it('of the page is the order’s, because shops send no Accept-Language', async () => {
    const { body } = await shop.initialize({ localeName: 'de_DE' });
    const { pathname, search } = new URL(body.redirectUrl as string);
    const html = await (await fetch(`${app.url}${pathname}${search}`)).text();
    expect(html).toContain('<html lang="de"');
  });
});
