/** What a browser may do: publishable key, client secret, cross-origin rules, and the bank's page. */
import type Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Bench } from './support/bench.js';
import { startBench } from './support/bench.js';

let bench: Bench;
let stripe: Stripe;
beforeAll(async () => {
  bench = await startBench();
  stripe = bench.sdk();
});
afterAll(() => bench.close());

interface Answer {
  status: number;
  headers: Headers;
  body: Record<string, never> & {
    status?: string;
    error?: { code?: string; decline_code?: string };
    next_action?: {
      type: string;
      use_stripe_sdk?: { stripe_js: string; source: string };
      redirect_to_url?: { url: string };
    };
  };
}
async function ask(path: string, form?: Record<string, string>, key = 'pk_test_bench'): Promise<Answer> {
  const init = {
    headers: { authorization: `Bearer ${key}` },
    ...(form ? { method: 'POST', body: new URLSearchParams(form) } : {}),
  };
  const response = await fetch(bench.simulator.url + path, init);
  return { status: response.status, headers: response.headers, body: (await response.json()) as Answer['body'] };
}
const create = () =>
  stripe.paymentIntents.create({
    amount: 12_345,
    currency: 'eur',
    capture_method: 'manual',
    metadata: { secret: 'of the shop' },
  });
const card = (number: string, more: Record<string, string> = {}) => ({
  'payment_method_data[type]': 'card',
  'payment_method_data[card][number]': number,
  'payment_method_data[card][exp_month]': '12',
  'payment_method_data[card][exp_year]': '2040',
  'payment_method_data[card][cvc]': '123',
  use_stripe_sdk: 'true',
  ...more,
});
const confirm = (intent: Stripe.PaymentIntent, form: Record<string, string>) =>
  ask(`/v1/payment_intents/${intent.id}/confirm`, { client_secret: intent.client_secret ?? '', ...form });

describe('a publishable key', () => {
  it('reads an intent with its client secret, and only the buyer part of it', async () => {
    const intent = await create();
    const read = await ask(`/v1/payment_intents/${intent.id}?client_secret=${intent.client_secret}`);
    expect(read.body).toMatchObject({ id: intent.id, amount: 12_345, status: 'requires_payment_method' });
    expect(Object.keys(read.body)).not.toEqual(expect.arrayContaining(['metadata']));
    expect(read.headers.get('access-control-allow-origin')).toBe('*');
    expect((await ask(`/v1/payment_intents/${intent.id}?client_secret=wrong`)).status).toBe(400);
    expect((await ask(`/v1/payment_intents/${intent.id}`)).status).toBe(400);
    expect(
      (await ask(`/v1/payment_intents/${intent.id}?client_secret=${intent.client_secret}`, undefined, 'pk_test_else'))
        .status,
    ).toBe(404);
  });

  it('pays with a card number; spaces and two-digit years are fine', async () => {
    const intent = await create();
    const paid = await confirm(intent, card('4242 4242 4242 4242', { 'payment_method_data[card][exp_year]': '40' }));
    expect(paid.body).toMatchObject({ status: 'requires_capture' });
    const read = await stripe.paymentIntents.retrieve(intent.id, { expand: ['payment_method'] });
    expect((read.payment_method as Stripe.PaymentMethod).card).toMatchObject({
      last4: '4242',
      exp_year: 2040,
      checks: { cvc_check: 'pass' },
    });
  });

  it.each([
    ['a number that is none', card('4242424242424241'), 'incorrect_number'],
    ['a number nobody published', card('4111111111111111'), 'card_declined'],
    [
      'a card of last year',
      card('4242424242424242', { 'payment_method_data[card][exp_year]': '2020' }),
      'invalid_expiry_year',
    ],
    [
      'a thirteenth month',
      card('4242424242424242', { 'payment_method_data[card][exp_month]': '13' }),
      'invalid_expiry_month',
    ],
    ['a short security code', card('4242424242424242', { 'payment_method_data[card][cvc]': '1' }), 'invalid_cvc'],
    ['a declined card', card('4000000000009995'), 'card_declined'],
  ])('is told about %s', async (_name, form, code) => {
    const intent = await create();
    const refused = await confirm(intent, form);
    expect([refused.status, refused.body.error?.code]).toEqual([402, code]);
    expect((await stripe.paymentIntents.retrieve(intent.id)).status).toBe('requires_payment_method');
  });

  it('may ask from any page, but only where browsers belong', async () => {
    const preflight = (path: string, method: string) =>
      fetch(bench.simulator.url + path, {
        method: 'OPTIONS',
        headers: { origin: 'https://shop.example', 'access-control-request-method': method },
      });
    expect(
      (await preflight('/v1/payment_intents/pi_x/confirm', 'POST')).headers.get('access-control-allow-origin'),
    ).toBe('*');
    expect((await preflight('/v1/refunds', 'POST')).status).toBe(403);
    expect((await ask('/v1/refunds', { charge: 'x' })).headers.get('access-control-allow-origin')).toBeNull();
    const secret = await ask('/v1/payment_methods/pm_card_visa', undefined, 'sk_test_bench');
    expect(secret.headers.get('access-control-allow-origin')).toBeNull();
  });

  it('a secret key may not send card numbers', async () => {
    expect(
      (
        await ask(
          '/v1/payment_methods',
          { type: 'card', 'card[number]': '4242424242424242', 'card[exp_month]': '1', 'card[exp_year]': '2040' },
          'sk_test_bench',
        )
      ).status,
    ).toBe(402);
  });
});

describe('the page of the bank', () => {
  const challenged = async (form: Record<string, string> = {}) => {
    const intent = await create();
    const { body } = await confirm(intent, {
      ...card('4000002760003184'),
      return_url: 'https://shop.example/back?a=1',
      ...form,
    });
    return { intent, action: body.next_action };
  };
  const page = (url: string, init: RequestInit = {}) => fetch(url, { redirect: 'manual', ...init });
  const decide = (url: string, outcome: string, headers: Record<string, string> = {}) =>
    page(url, { method: 'POST', body: new URLSearchParams({ outcome }), headers });

  it('is English or German, says it is a simulation, and shows the amount', async () => {
    const { action } = await challenged();
    const url = action?.use_stripe_sdk?.stripe_js ?? '';
    const english = await (await page(url)).text();
    expect(english).toContain('€123.45');
    expect(english).toMatch(/Simulation.*Complete.*Fail/s);
    const german = await page(url, { headers: { 'accept-language': 'de-DE,de;q=0.9' } });
    expect(await german.text()).toMatch(/<html lang="de">.*Freigeben.*Ablehnen/s);
    expect(german.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(await (await page(`${url}?locale=de`)).text()).toContain('Zahlung bestätigen');
  });

  it('sends the buyer back to the shop with the result', async () => {
    const { intent, action } = await challenged({ use_stripe_sdk: 'false' });
    const url = action?.redirect_to_url?.url ?? '';
    const answer = await decide(url, 'succeed');
    expect(answer.status).toBe(303);
    const target = new URL(answer.headers.get('location') ?? '');
    expect(target.origin + target.pathname).toBe('https://shop.example/back');
    expect(Object.fromEntries(target.searchParams)).toEqual({
      a: '1',
      payment_intent: intent.id,
      payment_intent_client_secret: intent.client_secret,
      redirect_status: 'succeeded',
    });
    expect((await stripe.paymentIntents.retrieve(intent.id)).status).toBe('requires_capture');
  });

  it('tells the page around it when framed, and decides once only', async () => {
    const { intent, action } = await challenged();
    const { stripe_js: url = '', source = '' } = action?.use_stripe_sdk ?? {};
    const answer = await (await decide(`${url}?frame=1`, 'fail')).text();
    expect(answer).toContain(
      `parent.postMessage({"type":"quittance-sim-3ds","attempt":"${source}","outcome":"fail"},'*')`,
    );
    const again = (await (await decide(url, 'succeed', { accept: 'application/json' })).json()) as object;
    expect(again).toMatchObject({ outcome: 'fail', status: 'requires_payment_method' });
    expect(await stripe.paymentIntents.retrieve(intent.id)).toMatchObject({
      status: 'requires_payment_method',
      last_payment_error: { code: 'payment_intent_authentication_failure' },
    });
    expect(await (await page(url)).text()).toContain('no longer open');
    expect((await page(`${bench.simulator.url}/_sim/3ds/payatt_unknown`)).status).toBe(404);
    expect((await decide(url, 'maybe')).status).toBe(400);
  });

  it('serves the card frame, and says so when its script is not built', async () => {
    const frame = await fetch(`${bench.simulator.url}/_sim/elements/card`);
    expect(await frame.text()).toContain('/_sim/elements/elements.js');
    const script = await fetch(`${bench.simulator.url}/endive/stripe.js`);
    expect(script.status === 200 ? script.headers.get('content-type') : await script.text()).toMatch(
      /javascript|not built/,
    );
  });
});
