/** The global `Stripe` as a page's own code meets it: what it accepts, what it refuses, what it returns. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { mountIn, runIn, type Kept } from './bare-page.js';
import { startChromium } from './chromium.js';
import { startShopPage, type ShopPage } from './shop-page.js';
import { recordConfirms, startTestSimulator, type SentConfirm, type TestSimulator } from './test-simulator.js';

let browser: Browser;
let simulator: TestSimulator;
let shop: ShopPage;
let page: Page;
let secret: string;
let confirms: SentConfirm[];

beforeAll(async () => {
  simulator = await startTestSimulator();
  shop = await startShopPage(simulator.origin);
  browser = await startChromium();
});
beforeEach(async () => {
  secret = (await simulator.createIntent()).client_secret;
  page = await browser.newPage();
  confirms = recordConfirms(page);
  await page.goto(shop.url({ mode: 'bare' }));
  await page.waitForSelector('body[data-script=done]');
});
afterEach(() => page.close());
afterAll(async () => {
  await browser?.close();
  await shop?.close();
  await simulator?.close();
});

const run = (code: string) => runIn(page, secret, code);
const mount = (options?: string) => mountIn(page, secret, options);

describe('what is refused', () => {
  it.each([
    ['a live key', `Stripe('pk_live_1')`, 'publishable key of test mode'],
    ['a secret key', `Stripe('sk_test_1')`, 'publishable key of test mode'],
    ['an unknown option of Stripe()', `Stripe('pk_test_browser', { colour: 1 })`, '"colour" is not an option'],
    ['elements without client secret', `stripe.elements({ locale: 'de' })`, 'clientSecret'],
    ['an unknown option of elements()', `stripe.elements({ clientSecret: secret, mode: 'payment' })`, '"mode"'],
    ['another element', `stripe.elements({ clientSecret: secret }).create('card')`, 'no element "card"'],
    [
      'an unknown option of the element',
      `stripe.elements({ clientSecret: secret }).create('payment', { colour: 1 })`,
      '"colour"',
    ],
    [
      'an unknown event',
      `stripe.elements({ clientSecret: secret }).create('payment').on('paid', () => 0)`,
      'no event "paid"',
    ],
    ['mounting into nothing', `stripe.elements({ clientSecret: secret }).create('payment').mount('#no')`, '#no'],
    ['a call that is not covered', `stripe.createToken()`, 'no stripe.createToken'],
    [
      'confirming before mounting',
      `stripe.confirmPayment({ elements: stripe.elements({ clientSecret: secret }), redirect: 'if_required' })`,
      'mounted and ready',
    ],
    [
      'confirming without return address',
      `stripe.confirmPayment({ elements: stripe.elements({ clientSecret: secret }) })`,
      'return_url',
    ],
    [
      'an order of methods that is no list',
      `stripe.elements({ clientSecret: secret }).create('payment', { paymentMethodOrder: 'card' })`,
      'must be a list',
    ],
    ['a foreign elements object', `stripe.confirmPayment({ elements: {}, redirect: 'if_required' })`, 'elements()'],
    ['no client secret at all', `stripe.retrievePaymentIntent('pi_1')`, 'client secret'],
  ])('%s', async (_name, code, part) => {
    const thrown = await run(code);
    expect(thrown).toContain('IntegrationError: ');
    expect(thrown).toContain(part);
  });
});

describe('reading an intent', () => {
  it('returns the intent, or the error of the API', async () => {
    expect(await run('stripe.retrievePaymentIntent(secret)')).toMatchObject({
      paymentIntent: { client_secret: secret, status: 'requires_payment_method' },
    });
    expect(await run(`stripe.retrievePaymentIntent('pi_404_secret_x')`)).toMatchObject({
      error: { type: 'invalid_request_error', code: 'resource_missing' },
    });
  });

  it('without a connection is an error, not an exception', async () => {
    await page.route('**/v1/**', (route) => route.abort());
    expect(await run('stripe.retrievePaymentIntent(secret)')).toMatchObject({
      error: { type: 'api_connection_error' },
    });
  });
});

const frame = () => page.frameLocator('#card iframe');
const kept = () => page.evaluate(() => (globalThis as unknown as Kept).t.events);

describe('the payment element', () => {
  it('tells what happens in it, without saying what was typed', async () => {
    expect((await mount())[0]).toBe('loaderstart {"elementType":"payment"}');
    await frame().locator('#test-card').selectOption('4242424242424242');
    await frame().locator('#cvc').press('Escape');
    await page.waitForFunction(() =>
      (globalThis as unknown as Kept).t.events.some((event) => event.startsWith('escape')),
    );
    const events = await kept();
    expect(events).toContain(
      'change {"elementType":"payment","empty":false,"complete":true,"collapsed":false,"value":{"type":"card"}}',
    );
    expect(events.some((event) => event.startsWith('focus'))).toBe(true);
    expect(events.join()).not.toContain('4242');
  });

  it('does not ask for an address that the page promises to send', async () => {
    await mount('{"fields":{"billingDetails":{"address":{"country":"never","postalCode":"never"}}}}');
    expect(await frame().locator('#country').isVisible()).toBe(false);
    expect(await frame().locator('#postalCode').isVisible()).toBe(false);
    await frame().locator('#test-card').selectOption('4242424242424242');
    const result = await page.evaluate(() => {
      const { stripe, elements } = (globalThis as unknown as Kept).t;
      const billing_details = { address: { country: 'AT', postal_code: '1010' } };
      const confirmParams = { payment_method_data: { billing_details } };
      return stripe.confirmPayment({ elements, confirmParams, redirect: 'if_required' });
    });
    expect(result).toMatchObject({ paymentIntent: { status: 'succeeded' } });
    expect(confirms.at(-1)?.body.get('payment_method_data[billing_details][address][country]')).toBe('AT');
  });

  it('changes language while it is shown and keeps what was typed', async () => {
    await mount();
    await frame().locator('#number').fill('4242');
    await page.evaluate(() => (globalThis as unknown as Kept).t.elements.update({ locale: 'en' }));
    await frame().getByLabel('Card number').waitFor();
    expect(await frame().locator('#number').inputValue()).toBe('4242');
  });

  it('offers methods in the order the page wants, and names the business and the method', async () => {
    await mount('{"paymentMethodOrder":["sepa_debit","ideal"],"business":{"name":"Café Ada"}}');
    expect((await frame().getByRole('tab').allTextContents()).slice(0, 3)).toEqual([
      'SEPA-Lastschrift',
      'iDEAL',
      'Karte',
    ]);
    expect(await frame().locator('.note').textContent()).toContain('erlauben Sie Café Ada und Stripe');
    await frame().locator('#test-account').selectOption('AT611904300234573201');
    const submitted = await page.evaluate(() => (globalThis as unknown as Kept).t.elements.submit());
    expect(submitted).toEqual({ selectedPaymentMethod: 'sepa_debit' });
    expect((await kept()).at(-1)).toContain(
      '"empty":false,"complete":true,"collapsed":false,"value":{"type":"sepa_debit"}',
    );
  });

  it('does not ask for name and email that the page promises to send, and takes what it sends', async () => {
    await mount('{"fields":{"billingDetails":{"name":"never","email":"never"}}}');
    await frame().getByRole('tab', { name: 'SEPA' }).click();
    await frame().locator('#iban').fill('AT611904300234573201');
    expect(await frame().locator('#name, #email').filter({ visible: true }).count()).toBe(0);
    const result = await page.evaluate(() => {
      const { stripe, elements } = (globalThis as unknown as Kept).t;
      const billing_details = { name: 'Ada', email: 'ada@shop.example' };
      const confirmParams = { payment_method_data: { billing_details } };
      return stripe.confirmPayment({ elements, confirmParams, redirect: 'if_required' });
    });
    expect(result).toMatchObject({ paymentIntent: { status: 'processing' } });
    expect(confirms.at(-1)?.body.get('payment_method_data[billing_details][name]')).toBe('Ada');
  });

  it("hides a country's missing postal code and asks again for another country", async () => {
    await mount();
    await frame().locator('#country').selectOption('AE');
    expect(await frame().locator('#postalCode').isVisible()).toBe(false);
    await frame().locator('#country').selectOption('DE');
    expect(await frame().locator('#postalCode').isVisible()).toBe(true);
  });

  it('is gone after destroy, and the group may have a new one', async () => {
    await mount();
    const again = await page.evaluate(() => {
      const { element, elements } = (globalThis as unknown as Kept).t;
      element.destroy();
      const frames = document.querySelectorAll('iframe').length;
      return { frames, created: typeof elements.create('payment').mount };
    });
    expect(again).toEqual({ frames: 0, created: 'function' });
  });

  it('says that it could not load when its document does not come', async () => {
    await page.route('**/_sim/elements/elements.js', (route) => route.abort());
    const events = await mount();
    expect(events.at(-1)).toContain('loaderror {"elementType":"payment","error":{"type":"api_connection_error"');
  });

  it('obeys no window but its own page, and the page none but its own frame', async () => {
    await mount();
    await frame().locator('#number').fill('4242');
    const name = await page.evaluate(() => {
      const frame = new URL(document.querySelector('iframe')?.src ?? '').searchParams.get('frame');
      const message = { type: 'loaderror', error: { type: 'forged' } };
      window.postMessage({ mark: 'quittance-sim-elements', frame, message }, '*');
      const sibling = document.createElement('iframe');
      sibling.srcdoc = '<p>sibling</p>';
      sibling.name = 'sibling';
      document.body.append(sibling);
      return frame;
    });
    // Same origin as the page, but another window.
    const sibling = await (await page.waitForSelector('iframe[name=sibling]')).contentFrame();
    if (!sibling) throw new Error('the sibling frame is missing');
    await sibling.evaluate((frame) => {
      parent.frames[0]?.postMessage({ mark: 'quittance-sim-elements', frame, message: { type: 'clear' } }, '*');
    }, name);
    await page.waitForTimeout(200);
    expect((await kept()).filter((event) => event.includes('forged'))).toEqual([]);
    expect(await frame().locator('#number').inputValue()).toBe('4242');
  });
});

describe('confirmPayment', () => {
  it('refuses a second call while the first is under way, and sends one card', async () => {
    await mount();
    await frame().locator('#test-card').selectOption('4242424242424242');
    const results = await page.evaluate(async () => {
      const { stripe, elements } = (globalThis as unknown as Kept).t;
      const calls = [1, 2].map(() => stripe.confirmPayment({ elements, redirect: 'if_required' }));
      return (await Promise.allSettled(calls)).map((call) =>
        call.status === 'rejected' ? String(call.reason) : call.value,
      );
    });
    expect(results[0]).toMatchObject({ paymentIntent: { status: 'succeeded' } });
    expect(results[1]).toContain('IntegrationError: confirmPayment(): this payment is being confirmed already');
    expect(confirms.length).toBe(1);
  });
});

describe('handleNextAction', () => {
  it('shows the dialog for an intent that waits for the customer, and returns any other as it is', async () => {
    expect(await run('stripe.handleNextAction({ clientSecret: secret })')).toMatchObject({
      paymentIntent: { status: 'requires_payment_method' },
    });
    const [id = ''] = secret.split('_secret_');
    await simulator.confirm(id, 'pm_card_authenticationRequired');
    const result = run('stripe.handleNextAction({ clientSecret: secret })');
    await page.frameLocator('dialog iframe').locator('button[value=succeed]').click();
    expect(await result).toMatchObject({ paymentIntent: { id, status: 'succeeded' } });
  });
});

describe('confirmPayment with redirect: always', () => {
  it('goes to the return address with the result in its query', async () => {
    await mount();
    await frame().locator('#test-card').selectOption('4242424242424242');
    await page.evaluate((returnUrl) => {
      const { stripe, elements } = (globalThis as unknown as Kept).t;
      void stripe.confirmPayment({ elements, confirmParams: { return_url: returnUrl } });
    }, `${shop.origin}/return?order=42`);
    await page.waitForURL('**/return?**');
    const query = Object.fromEntries(new URL(page.url()).searchParams);
    expect(query).toEqual({
      order: '42',
      payment_intent: secret.split('_secret_')[0],
      payment_intent_client_secret: secret,
      redirect_status: 'succeeded',
    });
  });
});
