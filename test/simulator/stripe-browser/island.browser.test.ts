/** The Stripe island of the payment page, with a stand-in for Stripe.js that answers whatever a case needs. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startChromium } from './chromium.js';
import { startShopPage, type ShopPage } from './shop-page.js';
import { startTestSimulator, type TestSimulator } from './test-simulator.js';

interface Island {
  submit(): Promise<unknown>;
  destroy(): void;
}

let browser: Browser;
let simulator: TestSimulator;
let shop: ShopPage;
let page: Page;

beforeAll(async () => {
  simulator = await startTestSimulator();
  shop = await startShopPage(simulator.origin);
  browser = await startChromium();
});
beforeEach(async () => {
  page = await browser.newPage();
});
afterEach(() => page.close());
afterAll(async () => {
  await browser?.close();
  await shop?.close();
  await simulator?.close();
});

/** Stripe.js that keeps what it was called with in window.calls, and confirms with `result`, a piece of code. */
function standIn(result: string, submitted = '{}'): string {
  return `window.calls = [];
  window.Stripe = (key, options) => {
    calls.push(['Stripe', key, options]);
    return {
      elements: (options) => (calls.push(['elements', options]), {
        submit: async () => (calls.push(['submit']), ${submitted}),
        create: (type, options) => (calls.push(['create', type, options]), {
          on: (event, listener) => { if (event === 'ready') setTimeout(listener); },
          mount: () => calls.push(['mount']),
          destroy: () => calls.push(['destroy']),
        }),
      }),
      confirmPayment: async ({ elements, ...options }) => { calls.push(['confirm', options]); return ${result}; },
    };
  };`;
}

async function open(script: string, settings: Record<string, unknown> = {}) {
  await page.route('**/v3/stripe.js', (route) => route.fulfill({ contentType: 'text/javascript', body: script }));
  const mountData = { publishableKey: 'pk_live_1', clientSecret: 'pi_1_secret_2', ...(settings['mountData'] ?? {}) };
  await page.goto(shop.url({ ...settings, mountData }));
  await page.waitForSelector('body[data-script=done]');
}

const submit = () => page.evaluate(() => (globalThis as unknown as { island: Island }).island.submit());
const calls = () => page.evaluate(() => (globalThis as unknown as { calls: unknown[] }).calls);

describe('mount', () => {
  it('hands Stripe.js the account, the language, the look and the billing details, and no more', async () => {
    const billing = { name: 'Ada', email: '', country: 'DE', postalCode: '10115' };
    const appearance = { variables: { colorPrimary: '#123456' } };
    await open(standIn(`{ paymentIntent: { status: 'succeeded' } }`), {
      locale: 'de_AT',
      mountData: { accountId: 'acct_1', appearance, billing },
    });
    expect(await calls()).toEqual([
      ['Stripe', 'pk_live_1', { locale: 'de', stripeAccount: 'acct_1' }],
      ['elements', { clientSecret: 'pi_1_secret_2', locale: 'de', appearance }],
      [
        'create',
        'payment',
        { defaultValues: { billingDetails: { name: 'Ada', address: { country: 'DE', postal_code: '10115' } } } },
      ],
      ['mount'],
    ]);
  });

  it.each([
    ['pt_BR', 'pt-BR'],
    ['fr-FR', 'fr'],
    ['en', 'en'],
    ['uk-UA', 'auto'],
  ])('maps the locale %s to %s', async (locale, expected) => {
    await open(standIn('{}'), { locale });
    expect((await calls())[0]).toEqual(['Stripe', 'pk_live_1', { locale: expected }]);
  });

  it('prefers the language the tenant has chosen', async () => {
    await open(standIn('{}'), { locale: 'en', mountData: { locale: 'fr' } });
    expect((await calls())[1]).toEqual(['elements', { clientSecret: 'pi_1_secret_2', locale: 'fr' }]);
  });

  it('reports a missing script and a Stripe.js that refuses', async () => {
    await open('');
    expect(await page.textContent('#outcome')).toBe('failed script_missing');
    expect(await submit()).toEqual({ outcome: 'error', code: 'not_mounted' });
    await page.unroute('**/v3/stripe.js');
    await open(`window.Stripe = () => { throw Object.assign(new Error('x'), { name: 'IntegrationError' }); };`);
    expect(await page.textContent('#outcome')).toBe('failed IntegrationError');
  });
});

describe('submit', () => {
  it('validates first and then confirms without leaving the page', async () => {
    await open(standIn(`{ paymentIntent: { status: 'succeeded' } }`));
    expect(await submit()).toEqual({ outcome: 'done' });
    expect((await calls()).slice(-2)).toEqual([
      ['submit'],
      ['confirm', { confirmParams: { return_url: `${shop.origin}/return` }, redirect: 'if_required' }],
    ]);
  });

  it('does not confirm what is not filled in', async () => {
    const error = `{ error: { type: 'validation_error', code: 'incomplete_number', message: 'Incomplete.' } }`;
    await open(standIn('{}', error));
    expect(await submit()).toEqual({ outcome: 'error', code: 'incomplete_number', message: 'Incomplete.' });
    expect(JSON.stringify(await calls())).not.toContain('confirm');
  });

  it.each([
    [`{ paymentIntent: { status: 'requires_capture' } }`, { outcome: 'done' }],
    [`{ paymentIntent: { status: 'processing' } }`, { outcome: 'processing' }],
    [
      `{ paymentIntent: { status: 'requires_action', next_action: { type: 'display_bank_transfer_instructions' } } }`,
      { outcome: 'processing' },
    ],
    [
      `{ paymentIntent: { status: 'requires_action', next_action: { type: 'use_stripe_sdk' } } }`,
      { outcome: 'error', code: 'unexpected_status' },
    ],
    [`{ paymentIntent: { status: 'requires_payment_method' } }`, { outcome: 'error', code: 'unexpected_status' }],
    [
      `{ error: { type: 'card_error', code: 'card_declined', decline_code: 'lost_card', message: 'Declined.' } }`,
      { outcome: 'error', code: 'lost_card', message: 'Declined.' },
    ],
    [
      `{ error: { type: 'invalid_request_error', code: 'payment_intent_authentication_failure', message: 'No.' } }`,
      { outcome: 'error', code: 'payment_intent_authentication_failure', message: 'No.' },
    ],
    [`{ error: { type: 'api_error', message: 'internal words' } }`, { outcome: 'error', code: 'api_error' }],
    [
      `{ error: { type: 'invalid_request_error', code: 'payment_intent_unexpected_state', payment_intent: { status: 'succeeded' } } }`,
      { outcome: 'done' },
    ],
    [`Promise.reject(new TypeError('internal words'))`, { outcome: 'error', code: 'TypeError' }],
  ])('%s becomes %j', async (result, expected) => {
    await open(standIn(result));
    expect(await submit()).toEqual(expected);
  });

  it('may be called again after an error', async () => {
    await open(
      standIn(`calls.length < 8 ? { error: { type: 'api_error' } } : { paymentIntent: { status: 'succeeded' } }`),
    );
    expect(await submit()).toEqual({ outcome: 'error', code: 'api_error' });
    expect(await submit()).toEqual({ outcome: 'done' });
  });
});
