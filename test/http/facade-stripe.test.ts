/** Storefronts with Stripe: giving payments up, who pays, and that a browser's word about money is worth nothing. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sampleOrder, type Answered } from '../support/app.js';
import { stripeWorld, type StripeShop, type StripeWorld } from '../support/stripe.js';
import { everythingOf, newOrderReference } from './doors.js';
import {
  documentOf,
  FACADE,
  guest,
  JSON_API_TYPE,
  MEDIA_TYPES,
  ORIGIN,
  paymentDocument,
  post,
  quote,
  storefrontError,
  type Sent,
} from './storefront.js';

const METHOD = { paymentMethodName: 'Credit Card', paymentProviderName: 'stripe' };
const EXPRESS = { paymentMethodName: 'Express Checkout', paymentProviderName: 'stripe' };
const SETTINGS = { headless: true, expressMethods: ['apple_pay'], facade: FACADE };
const NOT_FOUND = storefrontError(422, 'Payment method not found', '/data/attributes/payment/paymentMethodName');
const BOTH = '/data/attributes/customerPaymentServiceProviderData';

let world: StripeWorld;
let shop: StripeShop;
let other: StripeShop;
beforeAll(async () => {
  world = await stripeWorld();
  shop = await world.shop(SETTINGS);
  other = await world.shop(SETTINGS);
});
afterAll(() => world.close());

let guests = 0;
const anybody = (of: StripeShop = shop): Record<string, string> => guest(of.tenantId, `guest-${(guests += 1)}`);

interface Begun {
  headers: Record<string, string>;
  transactionId: string;
  clientSecret: string;
}

/** A payment of a cart of 120.00, begun by a guest of its own. */
async function begun(headers = anybody(), amount = 12_000): Promise<Begun> {
  const { status, body } = await post(world.app, 'payments', paymentDocument({ payment: { ...METHOD, amount } }), {
    headers,
  });
  expect(status, JSON.stringify(body)).toBe(201);
  const { transactionId, clientSecret } = body.data.attributes.preOrderPaymentData;
  return { headers, transactionId, clientSecret };
}

function cancel(of: Pick<Begun, 'headers' | 'transactionId'>, sent: Partial<Sent> = {}): Promise<Answered> {
  const { headers, transactionId } = of;
  const document = documentOf('payment-cancellations', { payment: METHOD, preOrderPaymentData: { transactionId } });
  return post(world.app, 'payment-cancellations', document, { headers, ...sent });
}

function customer(told: object, sent: Partial<Sent> = {}): Promise<Answered> {
  const document = documentOf('payment-customers', { payment: EXPRESS, customerPaymentServiceProviderData: told });
  return post(world.app, 'payment-customers', document, { headers: anybody(), ...sent });
}

function confirm(transactionId: string, orderReference: string, changes: object = {}): Promise<Answered> {
  const orderData = { ...sampleOrder(orderReference), ...changes };
  const body = { orderReference, orderData, preOrderPaymentData: { transactionId } };
  return shop.call('/private/confirm-pre-order-payment', body, { endpoint: 'confirm-pre-order-payment' });
}

async function paidAtStripe(transactionId: string): Promise<void> {
  const fields = { payment_method: 'pm_card_visa', return_url: 'https://shop.example/return' };
  const intent = await shop.stripe(`/v1/payment_intents/${transactionId}/confirm`, fields);
  expect(intent.status, JSON.stringify(intent)).toBe('requires_capture');
}

/** What the wallet's sheet was told, as a confirmation token of that account. */
async function walletToken(of: StripeShop): Promise<string> {
  const address = { city: 'Berlin', country: 'DE', line1: 'Street 1', postal_code: '10115' };
  const fields: Record<string, string> = {
    'payment_method_data[type]': 'paypal',
    'payment_method_data[billing_details][name]': 'Ada Lovelace',
    'payment_method_data[billing_details][email]': 'ada@example.com',
    'shipping[name]': 'Charles Babbage',
    ...Object.fromEntries(Object.entries(address).map(([key, value]) => [`shipping[address][${key}]`, value])),
  };
  const token = await of.stripe('/v1/test_helpers/confirmation_tokens', fields);
  expect(token.id, JSON.stringify(token)).toMatch(/^ctoken_/);
  return token.id as string;
}

const unknown = (transactionId: string): unknown =>
  storefrontError(422, `Could not find a payment with the transaction id "${transactionId}"`);

describe('a cart', () => {
  it('gets what Stripe’s script needs, and none of it is logged', async () => {
    const headers = { 'x-tenant-identifier': shop.tenantId, authorization: 'Bearer token-of-ada', origin: ORIGIN };
    const { body } = await post(world.app, 'payments', paymentDocument({ payment: { ...METHOD, amount: 500 } }), {
      headers,
    });
    const session = body.data.attributes.preOrderPaymentData;
    const { transactionId, clientSecret } = session;
    expect(session).toEqual({
      transactionId: expect.stringMatching(/^pi_/),
      clientSecret: expect.stringContaining(transactionId),
      publishableKey: `pk_test_${shop.account}`,
    });
    const log = world.app.logged.join('\n');
    for (const secret of [clientSecret, 'token-of-ada']) expect(log.includes(secret)).toBe(false);
  });

  it('with an amount of the browser’s is not what the shop’s server confirms', async () => {
    const { transactionId } = await begun(anybody(), 100);
    await paidAtStripe(transactionId);
    const orderReference = newOrderReference();
    const { status } = await confirm(transactionId, orderReference, { grandTotal: 12_000 });
    expect(status).toBe(400);
    expect((await shop.heard(orderReference)).names).toEqual([]);
  });

  it('that has become an order is neither changed nor given up by the browser', async () => {
    const { headers, transactionId } = await begun();
    const orderReference = newOrderReference();
    expect((await confirm(transactionId, orderReference)).status).toBe(200);
    const before = await everythingOf(world.app, shop.tenantId);
    const cheaper = paymentDocument({ payment: { ...METHOD, amount: 100 }, preOrderPaymentData: { transactionId } });
    for (const sent of [
      await post(world.app, 'payments', cheaper, { headers }),
      await cancel({ headers, transactionId }),
    ]) {
      expect(sent.status).toBe(422);
      expect(sent.body.errors).toHaveLength(1);
    }
    expect(await everythingOf(world.app, shop.tenantId)).toEqual(before);
    const intent = await shop.stripe(`/v1/payment_intents/${transactionId}`);
    expect(intent).toMatchObject({ status: 'requires_payment_method', amount: 12_000 });
  });
});

describe.each(MEDIA_TYPES)('a cancellation in %s', (mediaType) => {
  it('gives the payment up at Stripe, once and again', async () => {
    const payment = await begun();
    for (let time = 1; time <= 2; time += 1) {
      const { status, body } = await cancel(payment, { mediaType });
      expect(status).toBe(201);
      expect(body).toEqual({
        data: {
          type: 'payment-cancellations',
          id: null,
          attributes: { isSuccessful: true, error: null, preOrderPaymentData: [] },
          links: { self: `${world.app.config.publicUrl}/payment-cancellations` },
        },
      });
    }
    expect((await shop.stripe(`/v1/payment_intents/${payment.transactionId}`)).status).toBe('canceled');
  });

  it('of somebody else, or at another tenant, is 422 and changes nothing', async () => {
    const { headers, transactionId } = await begun();
    const before = [await everythingOf(world.app, shop.tenantId), await everythingOf(world.app, other.tenantId)];
    const sameGuest = guest(other.tenantId, headers['x-anonymous-customer-unique-id']);
    for (const stranger of [anybody(), anybody(other), sameGuest]) {
      const { status, body } = await cancel({ headers: stranger, transactionId }, { mediaType });
      expect(status).toBe(422);
      expect(body).toEqual(unknown(transactionId));
    }
    const after = [await everythingOf(world.app, shop.tenantId), await everythingOf(world.app, other.tenantId)];
    expect(after).toEqual(before);
    expect((await shop.stripe(`/v1/payment_intents/${transactionId}`)).status).not.toBe('canceled');
  });

  it('of an order is 422 and says to cancel the order', async () => {
    const payment = await begun();
    expect((await confirm(payment.transactionId, newOrderReference())).status).toBe(200);
    const { status, body } = await cancel(payment, { mediaType });
    expect(status).toBe(422);
    const { transactionId } = payment;
    expect(body).toEqual(
      storefrontError(
        422,
        `The payment with the transaction id "${transactionId}" has an order: cancel the order instead.`,
      ),
    );
  });

  it.each([
    ['no transaction id', { preOrderPaymentData: {} }, 'preOrderPaymentData.transactionId', '/transactionId'],
    [
      'a blank one',
      { preOrderPaymentData: { transactionId: '' } },
      'preOrderPaymentData.transactionId',
      '/transactionId',
    ],
    ['nothing of the payment', { preOrderPaymentData: undefined }, 'preOrderPaymentData', ''],
  ])('with %s is 422 at its place', async (_, changes, name, below) => {
    const document = documentOf('payment-cancellations', { payment: METHOD, ...changes });
    const answer = await post(world.app, 'payment-cancellations', document, { headers: anybody(), mediaType });
    expect(answer.status).toBe(422);
    const pointer = `/data/attributes/preOrderPaymentData${below}`;
    expect(answer.body).toEqual(storefrontError(422, `${name} is required`, pointer));
  });

  it('with another method, a wrong type or nobody who asks is refused', async () => {
    const preOrderPaymentData = { transactionId: 'pi_1' };
    const send = (type: string, payment: object, headers: Record<string, string>): Promise<Answered> =>
      post(world.app, 'payment-cancellations', documentOf(type, { payment, preOrderPaymentData }), {
        headers,
        mediaType,
      });
    expect((await send('payment-cancellations', { ...METHOD, paymentMethodName: 'Cheque' }, anybody())).body).toEqual(
      NOT_FOUND,
    );
    expect((await send('payments', METHOD, anybody())).body).toEqual(
      storefrontError(422, 'data.type must be equal to constant', '/data/type'),
    );
    expect((await send('payment-cancellations', METHOD, { 'x-tenant-identifier': shop.tenantId })).status).toBe(401);
    const elsewhere = { ...anybody(), origin: 'https://evil.example' };
    expect((await send('payment-cancellations', METHOD, elsewhere)).status).toBe(403);
  });
});

describe.each(MEDIA_TYPES)('a customer in %s', (mediaType) => {
  const nobody = { salutation: null, address2: null, address3: null, company: null, phone: null };
  const defaults = { isDefaultShipping: null, isDefaultBilling: null };

  it('is told from what the wallet’s sheet was told', async () => {
    const headers = anybody();
    const { transactionId } = await begun(headers);
    const told = { transactionId, confirmationTokenId: await walletToken(shop) };
    const { status, body } = await customer(told, { headers, mediaType });
    expect(status).toBe(201);
    expect(body).toEqual({
      data: {
        type: 'payment-customers',
        id: null,
        attributes: {
          customer: {
            salutation: null,
            firstName: 'Ada',
            lastName: 'Lovelace',
            email: 'ada@example.com',
            phone: null,
            company: null,
            billingAddress: null,
            shippingAddress: {
              ...nobody,
              ...defaults,
              firstName: 'Charles',
              lastName: 'Babbage',
              address1: 'Street 1',
              zipCode: '10115',
              city: 'Berlin',
              country: 'DE',
              iso2Code: 'DE',
            },
          },
        },
        links: { self: `${world.app.config.publicUrl}/payment-customers` },
      },
    });
    const log = world.app.logged.join('\n');
    for (const secret of ['ada@example.com', 'Street 1']) expect(log.includes(secret)).toBe(false);
  });

  it('may be asked for by the old path and type', async () => {
    const confirmationTokenId = await walletToken(shop);
    const told = { customer_payment_service_provider_data: { confirmation_token_id: confirmationTokenId } };
    const document = documentOf('payment-customer', { payment: EXPRESS, ...told });
    const sent = { headers: anybody(), mediaType, path: '/payment-customer' };
    const { status, body } = await post(world.app, 'payment-customers', document, sent);
    expect(status).toBe(201);
    expect(body.data.type).toBe('payment-customers');
    expect(body.data.attributes.customer.firstName).toBe('Ada');
  });

  it('of somebody else’s payment, or another tenant’s, is 422', async () => {
    const { headers, transactionId } = await begun();
    const sameGuest = guest(other.tenantId, headers['x-anonymous-customer-unique-id']);
    for (const stranger of [anybody(), sameGuest]) {
      const { status, body } = await customer({ transactionId }, { headers: stranger, mediaType });
      expect(status).toBe(422);
      expect(body).toEqual(unknown(transactionId));
    }
    const foreign = await customer({ confirmationTokenId: await walletToken(other) }, { mediaType });
    expect(foreign.status).toBe(422);
    expect(JSON.stringify(foreign.body)).not.toContain('ada@example.com');
  });

  it.each([
    ['nothing', undefined],
    ['an empty list', []],
    ['an empty map', {}],
    ['no text', { confirmationTokenId: 7 }],
  ])('with %s is 422 at its place', async (_, told) => {
    const document = documentOf('payment-customers', { payment: EXPRESS, customerPaymentServiceProviderData: told });
    const { status, body } = await post(world.app, 'payment-customers', document, { headers: anybody(), mediaType });
    expect(status).toBe(422);
    expect(body).toEqual(storefrontError(422, 'customerPaymentServiceProviderData is required', BOTH));
  });

  it('with an endless id is 422, and Stripe is not asked', async () => {
    const before = (await world.control.requests({ path: '/v1/confirmation_tokens/*' })).length;
    const { status, body } = await customer({ confirmationTokenId: 'x'.repeat(501) }, { mediaType });
    expect(status).toBe(422);
    const pointer = `${BOTH}/confirmationTokenId`;
    const detail = 'customerPaymentServiceProviderData.confirmationTokenId must NOT have more than 500 characters';
    expect(body).toEqual(storefrontError(422, detail, pointer));
    expect(await world.control.requests({ path: '/v1/confirmation_tokens/*' })).toHaveLength(before);
  });

  it('with another method or nobody who asks is refused', async () => {
    const document = documentOf('payment-customers', {
      payment: { ...EXPRESS, paymentProviderName: 'adyen' },
      customerPaymentServiceProviderData: { transactionId: 'pi_1' },
    });
    const sent = { headers: anybody(), mediaType };
    expect((await post(world.app, 'payment-customers', document, sent)).body).toEqual(NOT_FOUND);
    const headers = { 'x-tenant-identifier': shop.tenantId };
    expect((await customer({ transactionId: 'pi_1' }, { headers, mediaType })).status).toBe(401);
  });
});

describe('an express payment', () => {
  it('begins without a customer, and its order is confirmed before it is paid', async () => {
    const headers = { ...anybody(), origin: ORIGIN };
    const bare = quote({ customer: undefined, billingAddress: undefined, items: [] });
    const document = paymentDocument({ quote: bare, payment: { ...EXPRESS, amount: 12_000 } });
    const { status, body } = await post(world.app, 'payments', document, { headers, mediaType: JSON_API_TYPE });
    expect(status, JSON.stringify(body)).toBe(201);
    const { transactionId } = body.data.attributes.preOrderPaymentData;
    const orderReference = newOrderReference();
    expect((await confirm(transactionId, orderReference)).status).toBe(200);
    await paidAtStripe(transactionId);
    expect((await shop.heard(orderReference)).names).toContain('PaymentAuthorized');
  });
});

it('who asks for customers in bulk is stopped', async () => {
  const headers = anybody();
  const asked: number[] = [];
  while (asked.at(-1) !== 429 && asked.length < 25) asked.push((await customer({}, { headers })).status);
  expect(asked).toHaveLength(21);
});
