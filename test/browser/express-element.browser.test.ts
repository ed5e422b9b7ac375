/** An express checkout on a bare page of another origin: the buttons, the sheet, addresses and rates, what comes of it. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startChromium } from '../simulator/stripe-browser/chromium.js';
import { SHIPPED, event, mountExpress, resultOf, seen } from '../simulator/stripe-browser/express-page.js';
import type { Any, ExpressShop } from '../simulator/stripe-browser/express-page.js';
import { startShopPage, type ShopPage } from '../simulator/stripe-browser/shop-page.js';
import { recordProblems, startTestSimulator, type TestSimulator } from '../simulator/stripe-browser/test-simulator.js';

let browser: Browser;
let simulator: TestSimulator;
let shop: ShopPage;
let page: Page;
let problems: string[];

beforeAll(async () => {
  simulator = await startTestSimulator();
  shop = await startShopPage(simulator.origin);
  browser = await startChromium();
});
beforeEach(async () => {
  page = await browser.newPage();
  problems = recordProblems(page);
  await page.goto(shop.url({ mode: 'bare' }));
  await page.waitForSelector('body[data-script=done]');
});
afterEach(() => page.close());
afterAll(async () => {
  await browser?.close();
  await shop?.close();
  await simulator?.close();
});

const mount = (options: ExpressShop = {}) => mountExpress(page, simulator, options);
const buttons = () => page.frameLocator('#card iframe').getByRole('button');
const button = (name: string) => page.frameLocator('#card iframe').getByRole('button', { name });
const sheet = () => page.frameLocator('dialog iframe');
const pay = (amount: string) => sheet().getByRole('button', { name: `Pay €${amount}` });
const outcome = (value: string) => sheet().locator('#outcome').selectOption(value);
const open = async (name = 'Apple Pay') => {
  await button(name).click();
  await sheet().locator('.pay:not([aria-disabled=true])').waitFor();
};
const gone = () => page.locator('dialog').waitFor({ state: 'detached' });

describe('the buttons', () => {
  it('are those of every wallet that is there, from the simulator’s own origin', async () => {
    const [, ready] = await mount();
    expect(ready?.event).toEqual({
      elementType: 'expressCheckout',
      availablePaymentMethods: {
        applePay: true,
        googlePay: true,
        link: true,
        paypal: true,
        klarna: true,
        amazonPay: true,
      },
    });
    expect(await buttons().allTextContents()).toEqual([
      ...['Apple Pay', 'Google Pay', 'Link', 'PayPal', 'Klarna', 'Amazon Pay'],
    ]);
    expect(await page.locator('#card iframe').getAttribute('src')).toContain(simulator.origin);
    expect(problems).toEqual([]);
  });

  it('are the wanted ones, in the wanted order and with the wanted words', async () => {
    const paymentMethods = { applePay: 'never', link: 'never', amazonPay: 'never' };
    await mount({
      locale: 'de',
      element: { paymentMethods, paymentMethodOrder: ['paypal', 'googlePay'], buttonType: { googlePay: 'buy' } },
    });
    expect(await buttons().allTextContents()).toEqual(['PayPal', 'Mit Google Pay kaufen', 'Klarna']);
    expect(await button('Mit PayPal bezahlen').count()).toBe(1);
  });

  it('fit the payment: capture, currency and types', async () => {
    await mount({ elements: { currency: 'jpy', captureMethod: 'manual', paymentMethodTypes: ['card', 'paypal'] } });
    expect(await buttons().allTextContents()).toEqual(['Apple Pay', 'Google Pay', 'Link']);
  });

  it('are none when nothing is available, and the page learns that', async () => {
    const [, ready] = await mount({ elements: { paymentMethodTypes: ['ideal'] } });
    expect(ready?.event).toEqual({ elementType: 'expressCheckout' });
    expect(await page.locator('#card iframe').evaluate((frame) => frame.clientHeight)).toBe(0);
  });

  it('leave out a wallet this browser does not have, unless it is always wanted', async () => {
    await simulator.control.setWallet('apple_pay', false);
    await simulator.control.setWallet('google_pay', false);
    try {
      await mount({ element: { paymentMethods: { applePay: 'always' } } });
      expect((await buttons().allTextContents()).slice(0, 2)).toEqual(['Apple Pay', 'Link']);
    } finally {
      await simulator.control.setWallet('apple_pay', true);
      await simulator.control.setWallet('google_pay', true);
    }
  });

  it('say why when there is nothing to show at all', async () => {
    const [, failed] = await mount({ elements: { amount: 1 } });
    expect(failed).toMatchObject({ name: 'loaderror', event: { error: { code: 'amount_too_small' } } });
  });
});

describe('an order with shipping', () => {
  it('is told the address in part, answers with rates, and is paid for what the sheet shows', async () => {
    await mount({ click: SHIPPED });
    await open();
    expect(await event(page, 'click')).toEqual({ elementType: 'expressCheckout', expressPaymentType: 'apple_pay' });
    expect(await event(page, 'shippingaddresschange')).toEqual({
      elementType: 'expressCheckout',
      name: 'Jenny',
      address: { city: 'Berlin', state: '', postal_code: '10115', country: 'DE' },
    });
    expect(await sheet().locator('dl').innerText()).toMatch(/Tea\s+€37.50\s+Shipping\s+€5.00\s+Total\s+€42.50/);
    await sheet().getByLabel('Express').check();
    expect(await event(page, 'shippingratechange')).toMatchObject({ shippingRate: { id: 'express', amount: 1290 } });
    await pay('50.40').click();
    const result = await resultOf(page);
    expect(result.paymentIntent).toMatchObject({ status: 'succeeded', amount: 5040 });
    expect(await event(page, 'confirm')).toEqual({
      elementType: 'expressCheckout',
      expressPaymentType: 'apple_pay',
      billingDetails: {
        name: 'Jenny Rosen',
        email: 'jenny@example.com',
        address: { line1: '', line2: null, city: '', state: '', postal_code: '10115', country: 'DE' },
      },
      shippingAddress: {
        name: 'Jenny Rosen',
        address: {
          line1: 'Musterstraße 12',
          line2: null,
          postal_code: '10115',
          city: 'Berlin',
          state: '',
          country: 'DE',
        },
      },
      shippingRate: { id: 'express', displayName: 'Express', amount: 1290 },
    });
    await gone();
    expect(result.paymentIntent.shipping).toMatchObject({ name: 'Jenny Rosen', address: { city: 'Berlin' } });
    expect((await seen(page)).some(({ name }) => name === 'cancel')).toBe(false);
    expect(problems).toEqual([]);
  });

  it('has another total for another address, and one the buyer writes', async () => {
    await mount({ click: SHIPPED });
    await open();
    await sheet().getByLabel('Ada Berger').check();
    await pay('52.50').waitFor();
    expect(await sheet().getByRole('radio', { name: 'Abroad' }).isChecked()).toBe(true);
    await sheet().getByLabel('Another address').check();
    await sheet().getByLabel('Name').fill('Grace Hopper');
    await sheet().getByLabel('City').fill('');
    await sheet().getByRole('button', { name: 'Use this address' }).click();
    expect(await sheet().locator('#city').getAttribute('aria-invalid')).toBe('true');
    await sheet().getByLabel('City').fill('Potsdam');
    await sheet().getByRole('button', { name: 'Use this address' }).click();
    expect(await event(page, 'shippingaddresschange', 3)).toMatchObject({
      name: 'Grace',
      address: { city: 'Potsdam' },
    });
    await pay('42.50').click();
    expect((await resultOf(page)).paymentIntent.shipping).toMatchObject({ name: 'Grace Hopper' });
  });

  it('cannot be paid where the shop does not deliver', async () => {
    await mount({ click: SHIPPED });
    await open();
    await sheet().getByLabel('Another address').check();
    await sheet().getByLabel('Country').selectOption('FR');
    await sheet().getByRole('button', { name: 'Use this address' }).click();
    await sheet().getByRole('alert').filter({ hasText: 'cannot deliver' }).waitFor();
    await pay('42.50').click();
    expect((await seen(page)).some(({ name }) => name === 'confirm')).toBe(false);
    await sheet().getByLabel('Jenny Rosen').first().check();
    await pay('42.50').click();
    expect((await resultOf(page)).paymentIntent.status).toBe('succeeded');
  });

  it('offers only addresses in the countries that are allowed', async () => {
    await mount({ click: { ...SHIPPED, allowedShippingCountries: ['AT'] } });
    await open();
    expect(await sheet().getByLabel('Jenny Rosen').isDisabled()).toBe(true);
    expect(await sheet().getByLabel('Ada Berger').isChecked()).toBe(true);
    await sheet().getByLabel('Another address').check();
    expect(await sheet().locator('#country option').allTextContents()).toEqual(['Austria']);
  });
});

describe('what the wallet answers', () => {
  it.each<['token' | 'elements', string]>([
    ['token', 'Apple Pay'],
    ['token', 'Klarna'],
    ['elements', 'PayPal'],
    ['elements', 'Link'],
  ])('by %s: %s is declined, says so in the sheet, and may be tried again', async (way, wallet) => {
    await mount({ way });
    await open(wallet);
    await outcome('decline');
    await pay('42.50').click();
    const { error } = await resultOf(page);
    expect(error.code).toMatch(/card_declined|payment_method_provider_decline/);
    await sheet().getByRole('alert').filter({ hasText: error.message }).waitFor();
    await outcome('approve');
    await pay('42.50').click();
    expect((await resultOf(page, 1)).paymentIntent.status).toBe('succeeded');
    await gone();
  });

  it('a card that asks for 3-D Secure shows the bank after the sheet', async () => {
    await mount();
    await open('Google Pay');
    await outcome('challenge');
    await pay('42.50').click();
    await sheet().locator('button[value=succeed]').click();
    expect((await resultOf(page)).paymentIntent.status).toBe('succeeded');
    expect(problems).toEqual([]);
  });

  it('Amazon Pay that asks for more leads to its page and back', async () => {
    await mount();
    await open('Amazon Pay');
    await outcome('challenge');
    await pay('42.50').click();
    await page.waitForURL('**/_sim/redirect/amazon_pay/**');
    await page.locator('button[value=succeed]').click();
    await page.waitForURL(/return\?.*redirect_status=succeeded/);
  });
});

describe('an intent that is there already', () => {
  it('tells the sheet what is to be paid, and is paid without submitting first', async () => {
    const intent = await simulator.createIntent({ amount: '1999', capture_method: 'manual' });
    await mount({ clientSecret: intent.client_secret, way: 'elements' });
    await open('Google Pay');
    await pay('19.99').click();
    expect((await resultOf(page)).paymentIntent).toMatchObject({ id: intent.id, status: 'requires_capture' });
    await gone();
  });
});

describe('leaving', () => {
  it.each<[string, () => Promise<void>]>([
    ['the button of the dialog', () => page.locator('dialog header button').click()],
    ['Escape in the sheet', () => sheet().locator('#contact-0').press('Escape')],
  ])('by %s cancels, and the buttons work again', async (_name, leave) => {
    await mount({ click: SHIPPED });
    await open();
    await leave();
    await gone();
    expect(await event(page, 'cancel')).toEqual({ elementType: 'expressCheckout' });
    await open('PayPal');
    expect(await event(page, 'click', 2)).toMatchObject({ expressPaymentType: 'paypal' });
  });

  it('is not possible without the page: it has one second to answer a click', async () => {
    await mount({ clickDelayMs: 1500 });
    await button('Apple Pay').click();
    expect(await resultOf(page)).toContain('IntegrationError: The "click" event was resolved too late');
    expect(problems.join()).toContain('must be resolved within 1 second');
    expect(await page.locator('dialog').count()).toBe(0);
    expect((await seen(page)).some(({ name }) => name === 'cancel')).toBe(false);
  });

  it('within the second everything is as usual', async () => {
    await mount({ clickDelayMs: 300 });
    await open();
    await pay('42.50').click();
    expect((await resultOf(page)).paymentIntent.status).toBe('succeeded');
  });
});

describe('wrong use', () => {
  const run = (code: string): Promise<string> =>
    page.evaluate(async (code) => {
      const { stripe, elements, element } = (globalThis as Any).shop;
      const names = ['stripe', 'elements', 'element'];
      try {
        const body = new Function(...names, `return (async () => (${code}))()`) as (...given: Any[]) => Promise<Any>;
        return `fine ${String(await body(stripe, elements, element))}`;
      } catch (error) {
        return String(error);
      }
    }, code);

  it.each([
    ['a token outside the confirm event', 'elements.submit()', '"confirm" event'],
    ['a token before submit', 'stripe.createConfirmationToken({ elements })', 'elements.submit()'],
    ['a second element', `elements.create('expressCheckout')`, 'already'],
    ['an unknown option', 'element.update({ colour: 1 })', '"colour"'],
    ['an unknown event', `element.on('paid', () => 0)`, 'no event "paid"'],
    ['a button of any height', 'element.update({ buttonHeight: 12 })', 'buttonHeight'],
    ['an amount that is none', 'elements.update({ amount: 12.5 })', '"amount"'],
    ['a rate without amount', `element.update({ shippingRates: [{ id: 'a', displayName: 'A' }] })`, 'shipping rate'],
    ['a wallet that is always there', `element.update({ paymentMethods: { link: 'always' } })`, '"link"'],
  ])('%s is refused', async (_name, code, part) => {
    await mount();
    expect(await run(code)).toContain('IntegrationError: ');
    expect(await run(code)).toContain(part);
  });

  it.each([
    ['rates without an address', { shippingRates: SHIPPED.shippingRates }, 'shippingAddressRequired: true'],
    ['an address without rates', { shippingAddressRequired: true }, 'you must specify `shippingRates`'],
    ['lines above the total', { lineItems: [{ name: 'Tea', amount: 9999 }] }, 'less than the total amount'],
  ])('%s open no sheet', async (_name, click, part) => {
    await mount({ click });
    await button('Apple Pay').click();
    await event(page, 'click');
    await expect.poll(() => problems.join()).toContain(part);
    expect(await page.locator('dialog').count()).toBe(0);
  });

  it('paying an intent that is another one says what is different', async () => {
    await mount({ way: 'elements', intent: { amount: '9900', capture_method: 'manual' } });
    await open();
    await pay('42.50').click();
    const { error } = await resultOf(page);
    expect(error.message).toBe('The provided amount (9900) does not match the expected amount (4250).');
    expect(error.payment_intent.status).toBe('requires_payment_method');
  });

  it('a token made for another way of capture is refused by the API', async () => {
    await mount({ intent: { capture_method: 'manual' } });
    await open();
    await pay('42.50').click();
    expect((await resultOf(page)).error.message).toContain('does not match the expected capture_method (automatic)');
  });
});
