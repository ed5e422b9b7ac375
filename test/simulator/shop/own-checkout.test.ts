/** The shop's server behind its own checkouts: pages, prices, orders of paid payments, and what the app says to them. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { setStage, until, type Stage } from './shop-stage.js';

const CONFIRM = '/private/confirm-pre-order-payment';
const SCRIPT = 'http://localhost:9/endive/stripe.js';
const DRAFT = { 'quantity.mug': '2', locale: 'de', currency: 'EUR', shipping: 'standard' };
const WALLET = { 'quantity.mug': '2', isExpress: true };
const GRACE = {
  firstName: 'Grace',
  lastName: 'Hopper',
  email: 'grace@example.com',
  shippingAddress: {
    firstName: 'Grace',
    lastName: 'Hopper',
    address1: 'Ring 1',
    zipCode: '1010',
    city: 'Wien',
    iso2Code: 'AT',
  },
};

let stage: Stage;
beforeAll(async () => {
  stage = await setStage();
  for (const name of ['Credit Card', 'Express Checkout']) {
    const methods = name === 'Express Checkout' ? { methods: ['apple_pay'] } : {};
    stage.app.tell('payment-method-commands', 'AddPaymentMethod', {
      name,
      providerName: 'stripe',
      paymentMethodAppConfiguration: {
        baseUrl: stage.app.url,
        endpoints: [],
        checkoutConfiguration: {
          strategy: 'express-checkout',
          scripts: [{ url: SCRIPT }],
          paymentServiceProviderData: { publishableKey: 'pk_test_1', ...methods },
        },
      },
    });
  }
  await until(async () => (await stage.get('/api/connection')).body.paymentMethods.length === 3);
});
afterEach(() => stage.app.answerAsUsual());
afterAll(() => stage.close());

let payments = 0;
const place = (draft: object, more: object = {}) =>
  stage.post('/checkout/orders', { draft, preOrderPaymentData: { transactionId: `pi_${(payments += 1)}` }, ...more });
const confirmations = () => stage.app.calls.filter(({ path }) => path === CONFIRM).map(({ body }) => JSON.parse(body));

describe('pages', () => {
  it('hand the announced method and a guest’s own id to the browser, and let it speak to app and Stripe alone', async () => {
    const { html, headers } = await stage.page('/headless');
    const settings = JSON.parse(/data-settings="([^"]*)"/.exec(html)![1]!.replaceAll('&quot;', '"'));
    expect(settings).toMatchObject({ url: stage.app.url, tenant: 'demo-shop', locale: 'en' });
    expect(settings.method).toMatchObject({ providerName: 'stripe', name: 'Credit Card' });
    expect(headers.get('set-cookie')).toContain(`shop_guest=${settings.customer.guestId}`);
    const policy = headers.get('content-security-policy')!;
    expect(policy).toContain(`script-src 'self' http://localhost:9;`);
    expect(policy).toContain(`connect-src 'self' http://localhost:9 ${stage.app.url};`);
    expect(policy).not.toMatch(/unsafe|\*/);
    expect(html).not.toMatch(/sk_test|_secret_/);
  });

  it('know a visitor again', async () => {
    const cookie = 'shop_guest=abcdefghijklmnopqrstuvwxyz';
    const { html, headers } = await stage.page('/express', { cookie });
    expect(html).toContain('abcdefghijklmnopqrstuvwxyz');
    expect(headers.get('set-cookie')).toBeNull();
    expect(html).toContain('Express Checkout');
  });

  it('leave the app’s own page the methods that are paid there', async () => {
    const { html } = await stage.page('/');
    expect(html).toMatch(/name="paymentMethod"[^>]*value="Credit Card"/);
    expect(html).not.toMatch(/name="paymentMethod"[^>]*value="Express Checkout"/);
  });
});

describe('what a cart costs', () => {
  it('is the server’s word: lines, shipping and who buys', async () => {
    const { status, body } = await stage.post('/checkout/cart', DRAFT);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      amount: 2 * 1800 + 490,
      quote: {
        currency: { code: 'EUR' },
        customer: { firstName: 'Ada', email: 'ada@example.com' },
        billingAddress: { iso2Code: 'DE' },
        items: [{ sku: 'mug', quantity: 2, unitPrice: 1800 }],
        expenses: [{ name: 'Standard', unitPrice: 490 }],
      },
      lineItems: [{ name: 'Emaillebecher × 2', amount: 3600 }],
    });
  });

  it('with a wallet names nobody, costs more abroad, and nobody abroad comes to the harbor', async () => {
    const home = (await stage.post('/checkout/cart', WALLET)).body;
    expect(home.amount).toBe(3600 + 490);
    expect(home.quote.customer).toBeUndefined();
    const abroad = (await stage.post('/checkout/cart', { ...WALLET, country: 'AT', shipping: 'pickup' })).body;
    expect(abroad.amount).toBe(3600 + 490 + 700);
    expect(abroad.shippingRates.map(({ id }: { id: string }) => id)).toEqual(['standard', 'express']);
  });

  it('is refused for an empty cart, in the language of the order', async () => {
    const { status, body } = await stage.post('/checkout/cart', { locale: 'de' });
    expect([status, body.error]).toEqual([400, 'Wählen Sie mindestens ein Produkt, höchstens neun von jedem.']);
  });
});

describe('a paid payment', () => {
  it('becomes an order, which the app is told at once', async () => {
    stage.app.answerWith(CONFIRM, 200, { isSuccessful: true });
    const { status, body } = await place(DRAFT);
    expect(status).toBe(201);
    const confirmed = confirmations().at(-1);
    expect(confirmed).toMatchObject({
      orderReference: body.orderReference,
      preOrderPaymentData: { transactionId: `pi_${payments}` },
      orderData: {
        grandTotal: 4090,
        currencyCode: 'EUR',
        customerEmail: 'ada@example.com',
        paymentMethod: 'Credit Card',
      },
    });
    expect(confirmed.orderData.items).toHaveLength(2);
    expect(body.review.at(-1)).toEqual({ label: 'Gesamt', text: expect.stringMatching(/^40,90\s€$/) });
  });

  it('told twice is one order, told to the app twice', async () => {
    stage.app.answerWith(CONFIRM, 200, { isSuccessful: true });
    const first = await place(DRAFT);
    payments -= 1;
    const again = await place(DRAFT);
    expect(again.body.orderReference).toBe(first.body.orderReference);
    expect(
      confirmations()
        .slice(-2)
        .map(({ orderReference }) => orderReference),
    ).toEqual(Array(2).fill(first.body.orderReference));
  });

  it('that the app refuses is told in the app’s words', async () => {
    stage.app.answerWith(CONFIRM, 400, [{ message: 'The amounts differ.' }]);
    expect(await place(DRAFT)).toMatchObject({ status: 409, body: { error: 'The amounts differ.' } });
  });

  it('of which nobody knows is no refusal', async () => {
    stage.app.answerWith(CONFIRM, 503, [{ message: 'The PSP is silent.' }]);
    expect((await place(DRAFT)).status).toBe(502);
  });

  it('of a wallet is sent where the wallet said, at the price of that country', async () => {
    stage.app.answerWith(CONFIRM, 200, { isSuccessful: true });
    const { body } = await place(WALLET, { customer: GRACE });
    expect(body.review.map(({ text }: { text: string }) => text).slice(0, 2)).toEqual([
      'Grace Hopper, grace@example.com',
      'Grace Hopper, Ring 1, 1010 Wien, Austria',
    ]);
    expect(confirmations().at(-1).orderData).toMatchObject({
      grandTotal: 3600 + 490 + 700,
      countryCode: 'AT',
      paymentMethod: 'Express Checkout',
    });
  });

  it('of a wallet that is agreed to again goes where it was said last', async () => {
    stage.app.answerWith(CONFIRM, 200, { isSuccessful: true });
    const first = await place(WALLET, { customer: GRACE });
    payments -= 1;
    const moved = { ...GRACE, shippingAddress: { ...GRACE.shippingAddress, address1: 'Ring 2' } };
    const again = await place(WALLET, { customer: moved });
    expect(again.body.orderReference).toBe(first.body.orderReference);
    expect(again.body.review[1].text).toContain('Ring 2');
  });

  it.each([
    ['no payment', DRAFT, { preOrderPaymentData: {} }],
    ['a payment that is no name', DRAFT, { preOrderPaymentData: { transactionId: '../x' } }],
    ['a wallet that names nobody', WALLET, {}],
    ['a country the shop does not send to', WALLET, { customer: { ...GRACE, shippingAddress: { iso2Code: 'AQ' } } }],
    ['an empty cart', { locale: 'en' }, {}],
  ])('with %s is refused, and there is no order', async (_what, draft, more) => {
    const before = (await stage.get('/api/orders')).body.orders.length;
    expect((await place(draft, more)).status).toBe(400);
    expect((await stage.get('/api/orders')).body.orders).toHaveLength(before);
  });
});
