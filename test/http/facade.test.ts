/** `POST /payments`: what a front-end in a browser gets for a cart, and every way to be refused. */
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testApp, type Answered, type TestApp, type TestShop } from '../support/app.js';
import { everythingOf, newTenantId, told } from './doors.js';
import {
  CARD,
  documentOf,
  EXPRESS,
  guest,
  JSON_API_TYPE,
  MEDIA_TYPES,
  paymentAttributes,
  paymentDocument,
  post,
  quote,
  storefront,
  storefrontError,
  type Sent,
} from './storefront.js';

let app: TestApp;
let shop: TestShop;
beforeAll(async () => {
  app = await testApp();
  shop = await storefront(app);
});
afterAll(() => app.close());

const NOT_FOUND = 'Payment method not found';
const METHOD = '/data/attributes/payment/paymentMethodName';

/** A fresh guest each time, so that no test meets the limits of another. */
let guests = 0;
const anybody = (): Record<string, string> => guest(shop.tenantId, `guest-${(guests += 1)}`);

async function pay(document: unknown, sent: Partial<Sent> = {}): Promise<Answered> {
  return post(app, 'payments', document, { headers: anybody(), ...sent });
}

async function storedOrder(transactionId: string): Promise<Record<string, unknown>> {
  const { rows } = await sql<{ quote: Record<string, unknown> }>`
    select to_jsonb(p) as quote from payments p where tenant_id = ${shop.tenantId} and transaction_id = ${transactionId}`.execute(
    app.app.db,
  );
  return rows[0]?.quote ?? {};
}

describe('a cart', () => {
  it.each(MEDIA_TYPES)('sent as %s gets what the PSP’s script needs', async (mediaType) => {
    const { status, body } = await pay(paymentDocument(), { mediaType });
    expect(status).toBe(201);
    const { transactionId } = body.data.attributes.preOrderPaymentData;
    expect(transactionId).toMatch(/\S/);
    expect(body).toEqual({
      data: {
        type: 'payments',
        id: null,
        attributes: {
          isSuccessful: true,
          error: null,
          preOrderPaymentData: expect.objectContaining({ transactionId }),
        },
        links: { self: `${app.config.publicUrl}/payments` },
      },
    });
  });

  it('becomes the order that a shop would have sent, without an order reference', async () => {
    const shippingAddress = { firstName: 'Charles', iso2Code: 'fr', zipCode: 75_001, address1: 'Rue 1' };
    const { body } = await pay(
      paymentDocument({
        quote: quote({ shippingAddress, priceMode: 'GROSS_MODE', store: { name: 'DE' }, orderReference: 'DE--1' }),
        payment: {
          amount: '12000',
          payment_method_name: 'Credit Card',
          payment_provider_name: 'sandbox',
          additionalPaymentData: { externalId: 7 },
        },
      }),
      { headers: { ...anybody(), 'accept-language': 'fr;q=0.1, de-DE, en;q=0.5' } },
    );
    const row = await storedOrder(body.data.attributes.preOrderPaymentData.transactionId);
    expect(row).toMatchObject({ amount: 12_000, currency: 'EUR', status: 'new', order_reference: null });
    expect(Object.values(row)).toContainEqual({
      grandTotal: 12_000,
      currency: 'EUR',
      paymentMethod: 'credit-card',
      priceMode: 'GROSS_MODE',
      storeName: 'DE',
      locale: 'de_DE',
      customerReference: 'DE--21',
      customerEmail: 'ada@example.com',
      billing: { firstName: 'Ada', lastName: 'King', country: 'DE', zip: '10115', city: 'Berlin' },
      shipping: { firstName: 'Charles', country: 'FR', zip: '75001', address1: 'Rue 1' },
      lines: [{ name: 'Oryx', sku: '001_1', quantity: 2, unitPrice: 5_500 }],
      expenses: [{ type: 'SHIPMENT_EXPENSE_TYPE', name: 'Shipping', quantity: 1, unitPrice: 1_000 }],
      additional: { externalId: '7' },
    });
  });

  it('tells the shop of the payment, without an order', async () => {
    const { body } = await pay(paymentDocument());
    const { transactionId } = body.data.attributes.preOrderPaymentData;
    const created = (await told(app, shop.tenantId)).filter(
      ({ name, payload }) => name === 'PaymentCreated' && payload['paymentReference'] === transactionId,
    );
    expect(created).toHaveLength(1);
    expect(created[0]?.payload['entityReference'] ?? null).toBeNull();
  });

  it('that has changed changes the payment it names', async () => {
    const headers = anybody();
    const first = await pay(paymentDocument(), { headers });
    const { transactionId } = first.body.data.attributes.preOrderPaymentData;
    const preOrderPaymentData = { transactionId };
    const payment = { amount: 15_000, paymentMethodName: CARD.name, paymentProviderName: CARD.providerName };
    const again = await pay(paymentDocument({ payment, preOrderPaymentData }), { headers });
    expect(again.status).toBe(201);
    expect(again.body.data.attributes.preOrderPaymentData.transactionId).toBe(transactionId);
    expect(await storedOrder(transactionId)).toMatchObject({ amount: 15_000, order_reference: null });
  });

  it.each([{ transactionId: '' }, { transactionId: null }, {}, null, []])(
    'with %j names no payment, so that a new one is made',
    async (preOrderPaymentData) => {
      expect((await pay(paymentDocument({ preOrderPaymentData }))).status).toBe(201);
    },
  );

  it('of an express payment needs no customer and no address', async () => {
    const payment = { amount: 100, paymentMethodName: 'express checkout', paymentProviderName: 'sandbox' };
    const bare = { currency: { code: 'eur' }, items: [] };
    const { status, body } = await pay(paymentDocument({ quote: bare, payment }));
    expect(status).toBe(201);
    const { transactionId } = body.data.attributes.preOrderPaymentData;
    expect(await storedOrder(transactionId)).toMatchObject({ amount: 100, currency: 'EUR' });
  });

  it('with an idempotency key gets the same payment again, and only for the same caller', async () => {
    const headers = { ...anybody(), 'idempotency-key': 'cart-1' };
    const first = await pay(paymentDocument(), { headers });
    const again = await pay(paymentDocument(), { headers, mediaType: JSON_API_TYPE });
    expect(again.body).toEqual(first.body);
    const other = await pay(paymentDocument(), { headers: { ...anybody(), 'idempotency-key': 'cart-1' } });
    expect(other.body.data.attributes).not.toEqual(first.body.data.attributes);
    const changed = await pay(paymentDocument({ quote: quote({ items: [] }) }), { headers });
    expect(changed.status).toBe(422);
    expect(changed.body).toEqual(storefrontError(422, 'The Idempotency-Key was used before with another request.'));
  });
});

describe.each(MEDIA_TYPES)('a refusal in %s', (mediaType) => {
  const chosen = { amount: 12_000, paymentMethodName: CARD.name, paymentProviderName: CARD.providerName };
  const attributes = (path: string): string => `/data/attributes/${path}`;
  const required = (path: string): [string, string] => [`${path} is required`, attributes(path)];
  const blank = (path: string): [string, string] => [`${path} must not be blank`, attributes(path)];
  const without = (from: object, member: string): object =>
    Object.fromEntries(Object.entries(from).filter(([name]) => name !== member));

  const rows: [string, unknown, [string, string]][] = [
    ['no quote', paymentDocument({ quote: undefined }), required('quote')],
    ['no payment', paymentDocument({ payment: undefined }), required('payment')],
    ['a null payment', paymentDocument({ payment: null }), required('payment')],
    ...['paymentProviderName', 'paymentMethodName', 'amount'].map((name): [string, unknown, [string, string]] => [
      `no payment.${name}`,
      paymentDocument({ payment: without(chosen, name) }),
      required(`payment.${name}`).map((text, at) => (at === 1 ? text.replace('payment.', 'payment/') : text)) as [string, string],
    ]),
    ['a blank provider', paymentDocument({ payment: { ...chosen, paymentProviderName: ' ' } }), blank('payment.paymentProviderName').map((text, at) => (at === 1 ? attributes('payment/paymentProviderName') : text)) as [string, string]],
    ['a blank method', paymentDocument({ payment: { ...chosen, paymentMethodName: '' } }), ['payment.paymentMethodName must not be blank', attributes('payment/paymentMethodName')]],
    ['an amount in words', paymentDocument({ payment: { ...chosen, amount: 'many' } }), ['payment.amount must be integer', attributes('payment/amount')]],
    ['a blank amount', paymentDocument({ payment: { ...chosen, amount: '' } }), ['payment.amount must be integer', attributes('payment/amount')]],
    ['an amount of nothing', paymentDocument({ payment: { ...chosen, amount: 0 } }), ['payment.amount must be >= 1', attributes('payment/amount')]],
    ['a fraction', paymentDocument({ payment: { ...chosen, amount: 1.5 } }), ['payment.amount must be integer', attributes('payment/amount')]],
    ['no first name', paymentDocument({ quote: quote({ customer: { lastName: 'L', email: 'a@b.c' } }) }), ['quote.customer.firstName is required', attributes('quote/customer/firstName')]],
    ['no last name', paymentDocument({ quote: quote({ customer: { firstName: 'A', email: 'a@b.c' } }) }), ['quote.customer.lastName is required', attributes('quote/customer/lastName')]],
    ['a blank e-mail', paymentDocument({ quote: quote({ customer: { firstName: 'A', lastName: 'L', email: ' ' } }) }), ['quote.customer.email must not be blank', attributes('quote/customer/email')]],
    ['no country', paymentDocument({ quote: quote({ billingAddress: { city: 'Berlin' } }) }), ['quote.billingAddress.iso2Code is required', attributes('quote/billingAddress/iso2Code')]],
    ['no currency', paymentDocument({ quote: quote({ currency: {} }) }), ['quote.currency.code is required', attributes('quote/currency/code')]],
    ['a blank currency', paymentDocument({ quote: quote({ currency: { code: '' } }) }), ['quote.currency.code must match pattern "^[A-Za-z]{3}$"', attributes('quote/currency/code')]],
    ['an unknown method', paymentDocument({ payment: { ...chosen, paymentMethodName: 'Cheque' } }), [NOT_FOUND, METHOD]],
    ['a method of another provider', paymentDocument({ payment: { ...chosen, paymentProviderName: 'stripe' } }), [NOT_FOUND, METHOD]],
    ['another type', documentOf('payment', paymentAttributes()), ['data.type must be equal to constant', '/data/type']],
    ['no data', {}, ['data is required', '/data']],
    ['no attributes', { data: { type: 'payments' } }, ['data.attributes is required', '/data/attributes']],
    ['a list', [1], ['the document must be object', '']],
    ['a NUL character', paymentDocument({ quote: quote({ priceMode: 'a\0b' }) }), ['data holds a NUL character, or half a character', '/data']],
    ['a line of the cart with a wrong quantity', paymentDocument({ quote: quote({ items: [{}, { quantity: -1 }] }) }), ['quote.items.1.quantity must be >= 0', attributes('quote/items/1/quantity')]],
  ]; // prettier-ignore

  it.each(rows)('for %s is 422, names the place, and changes nothing', async (_, document, [detail, pointer]) => {
    const before = await everythingOf(app, shop.tenantId);
    const { status, body } = await pay(document, { mediaType });
    expect(status).toBe(422);
    expect(body).toEqual(storefrontError(422, detail, pointer));
    expect(await everythingOf(app, shop.tenantId)).toEqual(before);
  });

  it('names every fault at once', async () => {
    const document = documentOf('payments', {
      quote: { customer: { firstName: '' }, billingAddress: {}, currency: [] },
      payment: { amount: -1 },
    });
    const { status, body } = await pay(document, { mediaType });
    expect(status).toBe(422);
    expect(body.errors.map(({ source }: { source: { pointer: string } }) => source.pointer).sort()).toEqual(
      [
        'payment/amount',
        'payment/paymentMethodName',
        'payment/paymentProviderName',
        'quote/billingAddress/iso2Code',
        'quote/currency/code',
        'quote/customer/email',
        'quote/customer/firstName',
        'quote/customer/lastName',
      ].map(attributes),
    );
  });

  it('of an unknown payment is 422', async () => {
    const document = paymentDocument({ preOrderPaymentData: { transactionId: 'sbx_nobodys' } });
    const { status, body } = await pay(document, { mediaType });
    expect(status).toBe(422);
    expect(body).toEqual(storefrontError(422, 'Could not find a payment with the transaction id "sbx_nobodys"'));
  });

  it('by the PSP is 422 with its words', async () => {
    const payment = { ...chosen, amount: 12_011 };
    const { status, body } = await pay(paymentDocument({ payment }), { mediaType });
    expect(status).toBe(422);
    expect(body.errors).toHaveLength(1);
    expect(body.errors[0].detail).toMatch(/^Request to payment provider failed\. \S/);
  });

  it('of a body that cannot be read is 400', async () => {
    for (const body of ['{"data":', '"text"', '']) {
      expect((await pay(body, { mediaType })).status, body).toBe(400);
    }
  });

  it('of a body above 1 MB is 413', async () => {
    const { status, body } = await pay(`{"x":"${'y'.repeat(1_100_000)}"}`, { mediaType });
    expect(status).toBe(413);
    expect(body).toEqual(storefrontError(413, 'The request body is too large.'));
  });

  it('without a tenant is 400, of an unknown one 404', async () => {
    const headers = { 'x-anonymous-customer-unique-id': 'guest' };
    expect((await pay(paymentDocument(), { mediaType, headers })).body).toEqual(
      storefrontError(400, 'X-Tenant-Identifier in header is required.'),
    );
    const unknown = await pay(paymentDocument(), { mediaType, headers: guest(newTenantId()) });
    expect(unknown.status).toBe(404);
    expect(unknown.body).toEqual(storefrontError(404, 'There is no storefront for this tenant.'));
  });
});

describe('other refusals', () => {
  it('an express name the tenant was not told about excuses nothing', async () => {
    const plain = await storefront(app);
    await plain.configure({ paymentMethods: [CARD] });
    const payment = { amount: 100, paymentMethodName: EXPRESS.name, paymentProviderName: 'sandbox' };
    const document = paymentDocument({ quote: { currency: { code: 'EUR' } }, payment });
    const { status, body } = await post(app, 'payments', document, { headers: guest(plain.tenantId) });
    expect(status).toBe(422);
    expect(body).toEqual(storefrontError(422, NOT_FOUND, METHOD));
  });

  it('another content type is 415', async () => {
    for (const mediaType of ['text/plain', 'application/xml', 'application/x-www-form-urlencoded']) {
      const { status } = await pay('data[type]=payments', { mediaType });
      expect(status, mediaType).toBe(415);
    }
  });

  it('are told in German when the customer speaks it', async () => {
    const headers = { ...anybody(), 'accept-language': 'de' };
    const payment = { amount: 1, paymentMethodName: 'Cheque', paymentProviderName: 'sandbox' };
    expect((await pay(paymentDocument({ payment }), { headers })).body.errors[0].detail).toBe(
      'Zahlungsart nicht gefunden',
    );
  });

  it('one caller is limited, and others go on', async () => {
    const headers = anybody();
    let status = 0;
    let asked = 0;
    for (; status !== 429 && asked < 70; asked += 1) ({ status } = await pay({}, { headers }));
    expect(asked).toBe(61);
    const limited = await pay(paymentDocument(), { headers, mediaType: JSON_API_TYPE });
    expect(limited.body).toEqual(storefrontError(429, 'Too many requests, try again later.'));
    expect((await pay(paymentDocument())).status).toBe(201);
  });
});
