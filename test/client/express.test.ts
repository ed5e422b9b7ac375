/** Wallets on a product page: the order of events between sheet, shop, app and Stripe. */
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { EXPRESS_CART, importClient, METHOD, playStorefront, playStripe, SESSION } from './built.js';
import type { Client, Storefront } from './built.js';

let client: Client;
let storefront: Storefront;
let stripe: ReturnType<typeof playStripe>;
beforeAll(async () => {
  client = await importClient();
});
beforeEach(() => {
  storefront = playStorefront();
  stripe = playStripe();
});
afterEach(() => vi.unstubAllGlobals());

const dear = {
  ...EXPRESS_CART,
  amount: 6_190,
  shippingRates: [{ id: 'express', displayName: 'Express', amount: 1290 }],
};

async function shown(more: Record<string, unknown> = {}) {
  const given = { url: 'https://pay.example', tenant: 'shop', customer: { guestId: 'guest-1' }, locale: 'en' };
  const checkout = client.createCheckout({ ...given, method: METHOD, fetch: storefront.fetch });
  const options = {
    cart: EXPRESS_CART,
    returnUrl: 'https://shop.example/return',
    countries: ['DE', 'AT'],
    onAddress: vi.fn(async ({ country }: { country: string }) => (country === 'DE' ? EXPRESS_CART : undefined)),
    onRate: vi.fn(async () => dear),
    placeOrder: vi.fn(async () => undefined),
    onOutcome: vi.fn(),
    ...more,
  };
  const buttons = await checkout.express({}, options);
  const element = stripe.elementsMade[0];
  const agreement = { paymentFailed: vi.fn() };
  return { checkout, buttons, element, group: element.group, options, agreement };
}

describe('buttons', () => {
  it('are made for the sum, before there is a payment, with the wallets the tenant wants', async () => {
    const { buttons, element, group } = await shown();
    expect(group.options).toEqual({ mode: 'payment', amount: 5_390, currency: 'eur', captureMethod: 'manual' });
    expect(element.options).toMatchObject({
      emailRequired: true,
      shippingAddressRequired: true,
      allowedShippingCountries: ['DE', 'AT'],
      paymentMethods: { applePay: 'auto', googlePay: 'auto', link: 'never', paypal: 'never' },
    });
    expect(buttons.available).toEqual(['applePay']);
    expect(storefront.heard).toEqual([]);
  });

  it('follow a cart that changes beside them', async () => {
    const { buttons, group, element } = await shown();
    buttons.update(dear);
    expect(group.update).toHaveBeenCalledWith({ amount: 6_190, currency: 'eur' });
    const resolve = vi.fn();
    await element.tell('click', { resolve });
    expect(resolve).toHaveBeenCalledWith({ lineItems: dear.lineItems, shippingRates: dear.shippingRates });
  });
});

describe('the sheet', () => {
  it('opens with the cart, and changes the sum before it is answered', async () => {
    const { element, group } = await shown();
    const order: string[] = [];
    group.update.mockImplementation(() => order.push('sum'));
    await element.tell('shippingratechange', {
      shippingRate: { id: 'express' },
      resolve: () => order.push('answer'),
      reject: vi.fn(),
    });
    expect(order).toEqual(['sum', 'answer']);
    expect(group.update).toHaveBeenCalledWith({ amount: 6_190, currency: 'eur' });
  });

  it('keeps its rates when one is chosen, and gets new ones with an address', async () => {
    const { element } = await shown();
    const resolve = vi.fn();
    await element.tell('shippingratechange', { shippingRate: { id: 'express' }, resolve, reject: vi.fn() });
    await element.tell('shippingaddresschange', { address: { country: 'DE' }, resolve, reject: vi.fn() });
    const { lineItems, shippingRates } = EXPRESS_CART;
    expect(resolve.mock.calls).toEqual([[{ lineItems }], [{ lineItems, shippingRates }]]);
  });

  it('is told when the shop does not send there, or cannot say', async () => {
    const { element, options } = await shown();
    const [reject, resolve] = [vi.fn(), vi.fn()];
    await element.tell('shippingaddresschange', { address: { country: 'US' }, resolve, reject });
    options.onAddress.mockRejectedValueOnce(new Error('down'));
    await element.tell('shippingaddresschange', { address: { country: 'DE' }, resolve, reject });
    expect(reject).toHaveBeenCalledTimes(2);
    expect(resolve).not.toHaveBeenCalled();
  });

  it('that is closed is no payment', async () => {
    const { element, options } = await shown();
    await element.tell('cancel');
    expect(options.onOutcome).toHaveBeenCalledWith({ outcome: 'canceled' });
    expect(storefront.heard).toEqual([]);
  });
});

describe('an agreement', () => {
  it('makes token, payment, customer, order and money, in this order', async () => {
    const { element, options, agreement } = await shown();
    await element.tell('shippingratechange', { shippingRate: {}, resolve: vi.fn(), reject: vi.fn() });
    await element.tell('confirm', agreement);
    const customer = { firstName: 'Grace', email: 'grace@example.com' };
    const preOrderPaymentData = { transactionId: 'pi_1', publishableKey: 'pk_test_1' };
    expect(storefront.heard.map(({ type }) => type)).toEqual(['payments', 'payment-customers']);
    expect(storefront.of('payments')[0]!.attributes.payment.amount).toBe(6_190);
    expect(storefront.of('payment-customers')[0]!.attributes.customerPaymentServiceProviderData).toEqual({
      transactionId: 'pi_1',
      confirmationTokenId: 'ctoken_1',
    });
    expect(options.placeOrder).toHaveBeenCalledWith(customer, preOrderPaymentData);
    expect(stripe.confirmPayment).toHaveBeenCalledWith({
      clientSecret: SESSION.clientSecret,
      confirmParams: { confirmation_token: 'ctoken_1', return_url: 'https://shop.example/return' },
      redirect: 'if_required',
    });
    const calls = [stripe.createConfirmationToken, options.placeOrder, stripe.confirmPayment].map(
      (call) => call.mock.invocationCallOrder[0]!,
    );
    expect(calls).toEqual([...calls].sort((a, b) => a - b));
    expect(options.onOutcome).toHaveBeenCalledWith({ outcome: 'paid', preOrderPaymentData, customer });
    expect(agreement.paymentFailed).not.toHaveBeenCalled();
  });

  it('takes no money when the shop refuses the order, and says so to the wallet', async () => {
    const { element, options, agreement } = await shown();
    const soldOut = new Error('sold out');
    options.placeOrder.mockRejectedValueOnce(soldOut);
    await element.tell('confirm', agreement);
    expect(stripe.confirmPayment).not.toHaveBeenCalled();
    expect(agreement.paymentFailed).toHaveBeenCalledWith({ reason: 'fail' });
    expect(options.onOutcome.mock.calls[0]![0]).toMatchObject({ outcome: 'failed', code: 'not_placed' });
    expect(options.onOutcome.mock.calls[0]![0].error).toBe(soldOut);
  });

  it('that Stripe’s script cannot pay is told without the client secret', async () => {
    const { element, options, agreement } = await shown();
    stripe.confirmPayment.mockRejectedValueOnce(new Error('You specified: pi_1_secret_x.'));
    await element.tell('confirm', agreement);
    const [{ error, code }] = options.onOutcome.mock.calls[0]!;
    expect([error.name, error.message, code]).toEqual(['CheckoutError', 'You specified: ….', 'misuse']);
    expect(agreement.paymentFailed).toHaveBeenCalledTimes(1);
  });

  it('that is refused by the app never comes to an order', async () => {
    storefront.answers('payments', 422);
    const { element, options, agreement } = await shown();
    await element.tell('confirm', agreement);
    expect(options.placeOrder).not.toHaveBeenCalled();
    expect(options.onOutcome.mock.calls[0]![0].error).toMatchObject({ code: 'refused', status: 422 });
  });

  it('told twice is one payment', async () => {
    const { element, agreement } = await shown();
    await Promise.all([element.tell('confirm', agreement), element.tell('confirm', agreement)]);
    expect(stripe.confirmPayment).toHaveBeenCalledTimes(1);
  });

  it('after a decline goes on with the same payment and order, after success begins another', async () => {
    const { element, agreement, options } = await shown();
    const declined = { type: 'card_error', code: 'card_declined', message: 'Declined.' };
    stripe.confirmPayment.mockResolvedValueOnce({ error: declined });
    await element.tell('confirm', agreement);
    expect(agreement.paymentFailed).toHaveBeenCalledWith({ reason: 'fail', message: 'Declined.' });
    await element.tell('confirm', agreement);
    await element.tell('confirm', agreement);
    const echoes = storefront.of('payments').map(({ attributes }) => attributes.preOrderPaymentData.transactionId);
    expect(echoes).toEqual([undefined, undefined]);
    expect(options.placeOrder).toHaveBeenCalledTimes(3);
    expect(stripe.confirmPayment).toHaveBeenCalledTimes(3);
  });

  it('after a decline with another sum is another payment', async () => {
    const { buttons, element, agreement } = await shown();
    stripe.confirmPayment.mockResolvedValueOnce({ error: { type: 'card_error' } });
    await element.tell('confirm', agreement);
    buttons.update(dear);
    await element.tell('confirm', agreement);
    const asked = storefront.of('payments').map(({ attributes }) => attributes);
    expect(asked.map(({ payment }) => payment.amount)).toEqual([5_390, 6_190]);
    expect(asked[1].preOrderPaymentData).toEqual({});
  });

  it('leaves a payment behind that an earlier order holds on to', async () => {
    const { element, options, agreement } = await shown();
    options.placeOrder.mockRejectedValueOnce(new Error('down'));
    await element.tell('confirm', agreement);
    storefront.answers('payments', 422, { preOrderPaymentData: { ...SESSION, transactionId: 'pi_2' } });
    await element.tell('confirm', agreement);
    expect(options.onOutcome.mock.calls.at(-1)![0]).toMatchObject({
      outcome: 'paid',
      preOrderPaymentData: { transactionId: 'pi_2' },
    });
  });
});
