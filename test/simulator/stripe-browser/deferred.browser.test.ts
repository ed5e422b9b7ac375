/** Elements before there is an intent: the Payment Element asks for a kind of payment, and an intent of that kind is confirmed. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startChromium } from './chromium.js';
import type { Any } from './express-page.js';
import { startShopPage, type ShopPage } from './shop-page.js';
import { recordProblems, startTestSimulator, type TestSimulator } from './test-simulator.js';

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

const frame = () => page.frameLocator('#card iframe');
const tabs = () => frame().getByRole('tab').allTextContents();

/** Mounts a Payment Element for 42.50 euros that are to come; answers the name of the event that settled it. */
const mount = (options: object = {}) =>
  page.evaluate(async (options) => {
    const stripe = (globalThis as Any).Stripe('pk_test_browser', { locale: 'en' });
    const elements = stripe.elements({ mode: 'payment', amount: 4250, currency: 'eur', ...options });
    const element = elements.create('payment');
    Object.assign(globalThis, { d: { stripe, elements } });
    const settled = new Promise((resolve) => {
      element.on('ready', () => resolve('ready'));
      element.on('loaderror', (event: Any) => resolve(event.error.code ?? event.error.message));
    });
    element.mount('#card');
    return settled;
  }, options);

/** Runs a line with `stripe`, `elements` and `secret`; what it throws comes back as text. */
const run = (code: string, secret = ''): Promise<Any> =>
  page.evaluate(
    async ({ code, secret }) => {
      const { stripe, elements } = (globalThis as Any).d;
      const body = new Function('stripe', 'elements', 'secret', `return (async () => (${code}))()`) as Any;
      return body(stripe, elements, secret).catch((error: unknown) => String(error));
    },
    { code, secret },
  );
const fill = (card = '4242424242424242') => frame().locator('#test-card').selectOption(card);
const confirm = `stripe.confirmPayment({ elements, clientSecret: secret, redirect: 'if_required' })`;

describe('a payment element for an intent that is to come', () => {
  it('offers what such an intent could be paid with, and follows changes', async () => {
    expect(await mount()).toBe('ready');
    expect(await tabs()).toEqual(['Card', 'PayPal', 'Klarna', 'SEPA Direct Debit', 'iDEAL']);
    await run(`elements.update({ currency: 'usd', amount: 5000, captureMethod: 'manual' })`);
    await expect.poll(tabs).toEqual(['Card', 'PayPal', 'Klarna']);
    expect(await run('elements.fetchUpdates()')).toEqual({});
    expect(problems).toEqual([]);
  });

  it('offers only the types it was told', async () => {
    await mount({ paymentMethodTypes: ['card'] });
    expect(await frame().getByRole('tab').filter({ visible: true }).count()).toBe(0);
    expect(await frame().getByLabel('Card number').isVisible()).toBe(true);
  });

  it('does not load for an amount nobody may ask for', async () => {
    expect(await mount({ amount: 10 })).toBe('amount_too_small');
  });

  it('is submitted first, then paid with the secret of the intent that came', async () => {
    await mount();
    const { client_secret, id } = await simulator.createIntent();
    expect(await run(confirm, client_secret)).toContain('IntegrationError: Call elements.submit()');
    expect(await run('elements.submit()')).toMatchObject({ error: { code: 'incomplete_number' } });
    await fill();
    expect(await run('elements.submit()')).toEqual({ selectedPaymentMethod: 'card' });
    expect(await run(`stripe.confirmPayment({ elements, redirect: 'if_required' })`)).toContain('client secret');
    expect(await run(confirm, client_secret)).toMatchObject({ paymentIntent: { id, status: 'succeeded' } });
  });

  it.each([
    ['amount', { amount: '4300' }, 'The provided amount (4300) does not match the expected amount (4250).'],
    ['currency', { currency: 'usd' }, 'The provided currency (usd) does not match the expected currency (eur).'],
    ['capture', { capture_method: 'manual' }, 'does not match the expected capture_method (automatic)'],
  ])('does not pay an intent of another %s', async (_name, more, message) => {
    await mount();
    await fill();
    await run('elements.submit()');
    const intent = await simulator.createIntent(more as Record<string, string>);
    expect((await run(confirm, intent.client_secret)).error.message).toContain(message);
    expect((await simulator.intent(intent.id)).status).toBe('requires_payment_method');
  });

  it('must be submitted again when it was changed', async () => {
    await mount();
    await fill();
    await run('elements.submit()');
    await run('elements.update({ amount: 5000 })');
    const { client_secret } = await simulator.createIntent({ amount: '5000' });
    expect(await run(confirm, client_secret)).toContain('Call elements.submit()');
  });

  it('becomes a confirmation token, which pays without the elements', async () => {
    await mount();
    await fill();
    await run('elements.submit()');
    const params = `{ shipping: { name: 'Ada', address: { line1: 'Ring 1', country: 'AT' } } }`;
    const { confirmationToken } = await run(`stripe.createConfirmationToken({ elements, params: ${params} })`);
    expect(confirmationToken).toMatchObject({
      payment_method_preview: { type: 'card', card: { last4: '4242', checks: { cvc_check: 'pass' }, wallet: null } },
      shipping: { name: 'Ada', address: { country: 'AT' } },
    });
    const { client_secret } = await simulator.createIntent();
    const byToken = `stripe.confirmPayment({ clientSecret: secret, redirect: 'if_required',
      confirmParams: { confirmation_token: '${confirmationToken.id}' } })`;
    expect(await run(byToken, client_secret)).toMatchObject({
      paymentIntent: { status: 'succeeded', shipping: { name: 'Ada' } },
    });
    const again = (await simulator.createIntent()).client_secret;
    expect(await run(byToken, again)).toMatchObject({ error: { code: 'token_already_used' } });
  });

  it('a debit carries its mandate in the token, and 3-D Secure is asked for when the token pays', async () => {
    await mount();
    await frame().getByRole('tab', { name: 'SEPA' }).click();
    await frame().locator('#test-account').selectOption('AT611904300234573201');
    await run('elements.submit()');
    const debit = await run('stripe.createConfirmationToken({ elements })');
    expect(debit.confirmationToken.mandate_data).toMatchObject({ customer_acceptance: { type: 'online' } });
    await frame().getByRole('tab', { name: 'Card' }).click();
    await fill('4000002760003184');
    await run('elements.submit()');
    const card = await run('stripe.createConfirmationToken({ elements })');
    const pay = async (token: string) => {
      const { client_secret } = await simulator.createIntent();
      return run(
        `stripe.confirmPayment({ clientSecret: secret, redirect: 'if_required',
        confirmParams: { confirmation_token: '${token}' } })`,
        client_secret,
      );
    };
    expect(await pay(debit.confirmationToken.id)).toMatchObject({ paymentIntent: { status: 'processing' } });
    const asked = pay(card.confirmationToken.id);
    await page.frameLocator('dialog iframe').locator('button[value=succeed]').click();
    expect(await asked).toMatchObject({ paymentIntent: { status: 'succeeded' } });
  });

  it.each([
    ['no amount', `stripe.elements({ mode: 'payment', currency: 'eur' })`, '"amount"'],
    ['no currency', `stripe.elements({ mode: 'payment', amount: 100 })`, '"currency"'],
    ['another mode', `stripe.elements({ mode: 'setup', currency: 'eur' })`, 'mode "setup"'],
    [
      'both a secret and a mode',
      `stripe.elements({ mode: 'payment', amount: 100, currency: 'eur', clientSecret: 'pi_1_secret_1' })`,
      'not both',
    ],
    [
      'both elements and a token',
      `stripe.confirmPayment({ elements, clientSecret: 'pi_1_secret_1', confirmParams: { confirmation_token: 'c' } })`,
      'not both',
    ],
  ])('is refused with %s', async (_name, code, part) => {
    await mount();
    const thrown = (await run(code)) as string;
    expect(thrown).toContain('IntegrationError: ');
    expect(thrown).toContain(part);
  });

  it('an intent that is there has no amount to update', async () => {
    await mount();
    const { client_secret } = await simulator.createIntent();
    const code = 'stripe.elements({ clientSecret: secret }).update({ amount: 100 })';
    expect(await run(code, client_secret)).toContain('only elements made with "mode" have an amount');
  });
});
