/** Refusals: class, status, raw type and code of every error, as the official SDK hands them on. */
import type Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROUTES } from '../../../src/simulator/stripe/server/routes.js';
import { CARDS } from '../../../src/simulator/stripe/resources/cards.js';
import type { Bench } from './support/bench.js';
import { errorOf, startBench } from './support/bench.js';
import { checkObjects, checkParams, knownParams } from './support/schemas.js';

let bench: Bench;
let stripe: Stripe;
beforeAll(async () => {
  bench = await startBench();
  stripe = bench.sdk();
});
afterAll(() => bench.close());

const OFF = { enabled: true, allow_redirects: 'never' as const };
const pay = (payment_method: string, more: Partial<Stripe.PaymentIntentCreateParams> = {}) =>
  stripe.paymentIntents.create({
    amount: 1000,
    currency: 'eur',
    automatic_payment_methods: OFF,
    confirm: true,
    payment_method,
    ...more,
  });
const raw = (path: string, body: string, key = 'sk_test_bench') =>
  fetch(`${bench.simulator.url}${path}`, {
    method: 'POST',
    body,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/x-www-form-urlencoded' },
  });

const DECLINES = CARDS.filter((card) => card.decline && !card.challenge);

describe('declines', () => {
  it.each(DECLINES)('$id is refused with its code', async ({ id, decline }) => {
    const error = await errorOf(pay(id));
    expect(error).toMatchObject({ class: 'StripeCardError', status: 402, type: 'card_error', code: decline?.code });
    if (decline?.code === 'card_declined') expect(error.decline_code).toBe(decline.decline_code);
  });

  it('carries the intent, its charge and the payment method', async () => {
    const error = (await pay('pm_card_visa_chargeDeclined').catch(
      (thrown: unknown) => thrown,
    )) as Stripe.errors.StripeCardError;
    expect(error.payment_intent).toMatchObject({
      status: 'requires_payment_method',
      last_payment_error: { code: 'card_declined' },
    });
    expect((await stripe.charges.retrieve(error.charge ?? '')).status).toBe('failed');
    expect(error.payment_method).toMatchObject({ object: 'payment_method' });
  });

  it('a challenge off session, or unwanted, is a decline', async () => {
    const expected = { class: 'StripeCardError', status: 402, type: 'card_error', code: 'authentication_required' };
    expect(await errorOf(pay('pm_card_authenticationRequired', { off_session: true }))).toMatchObject(expected);
    expect(await errorOf(pay('pm_card_authenticationRequired', { error_on_requires_action: true }))).toMatchObject(
      expected,
    );
  });
});

const invalid = { class: 'StripeInvalidRequestError', status: 400, type: 'invalid_request_error' };
type Case = [name: string, call: () => Promise<unknown>, error: Record<string, unknown>];
const succeeded = async () => (await pay('pm_card_visa')).id;
const held = async () => (await pay('pm_card_visa', { capture_method: 'manual' })).id;
const CASES: Case[] = [
  [
    'the removed payment_method_types',
    () => stripe.paymentIntents.create({ amount: 100, currency: 'eur', payment_method_types: ['card'] } as never),
    { ...invalid, code: 'parameter_unknown', param: 'payment_method_types' },
  ],
  [
    'an unknown nested parameter',
    () =>
      stripe.paymentIntents.create({
        amount: 100,
        currency: 'eur',
        shipping: { name: 'a', address: {}, colour: 'x' },
      } as never),
    { ...invalid, code: 'parameter_unknown', param: 'shipping[colour]' },
  ],
  [
    'a missing amount',
    () => stripe.paymentIntents.create({ currency: 'eur' } as never),
    { ...invalid, code: 'parameter_missing', param: 'amount' },
  ],
  [
    'an amount that is no number',
    () => stripe.paymentIntents.create({ amount: 'ten', currency: 'eur' } as never),
    { ...invalid, code: 'parameter_invalid_integer', param: 'amount' },
  ],
  [
    'an empty currency',
    () => stripe.paymentIntents.create({ amount: 100, currency: '' }),
    { ...invalid, code: 'parameter_invalid_empty', param: 'currency' },
  ],
  [
    'a small amount',
    () => stripe.paymentIntents.create({ amount: 49, currency: 'eur' }),
    { ...invalid, code: 'amount_too_small', param: 'amount' },
  ],
  [
    'a huge amount',
    () => stripe.paymentIntents.create({ amount: 100_000_000, currency: 'eur' }),
    { ...invalid, code: 'amount_too_large', param: 'amount' },
  ],
  [
    'an unknown currency',
    () => stripe.paymentIntents.create({ amount: 100, currency: 'xyq' }),
    { ...invalid, param: 'currency' },
  ],
  [
    'an amount its currency cannot have',
    () => stripe.paymentIntents.create({ amount: 1001, currency: 'kwd' }),
    { ...invalid, param: 'amount' },
  ],
  [
    'a method type it does not have',
    () => stripe.paymentIntents.create({ amount: 100, currency: 'eur', allowed_payment_method_types: ['oxxo'] }),
    { ...invalid, param: 'allowed_payment_method_types[0]' },
  ],
  [
    'an unknown intent',
    () => stripe.paymentIntents.retrieve('pi_nowhere'),
    { ...invalid, status: 404, code: 'resource_missing' },
  ],
  [
    'an unknown payment method',
    () => pay('pm_nowhere'),
    { ...invalid, status: 404, code: 'resource_missing', param: 'payment_method' },
  ],
  [
    'an unknown expansion',
    () => stripe.paymentIntents.list({ expand: ['data.mystery'] }),
    { ...invalid, param: 'expand' },
  ],
  [
    'confirming without a method',
    async () =>
      stripe.paymentIntents.confirm((await stripe.paymentIntents.create({ amount: 100, currency: 'eur' })).id),
    { ...invalid, code: 'payment_intent_unexpected_state' },
  ],
  [
    'confirming without a return address',
    () => pay('pm_card_visa', { automatic_payment_methods: { enabled: true } }),
    { ...invalid, param: 'return_url' },
  ],
  [
    'confirming what succeeded',
    async () => stripe.paymentIntents.confirm(await succeeded(), { payment_method: 'pm_card_visa' }),
    { ...invalid, code: 'payment_intent_unexpected_state' },
  ],
  [
    'capturing what succeeded',
    async () => stripe.paymentIntents.capture(await succeeded()),
    { ...invalid, code: 'payment_intent_unexpected_state' },
  ],
  [
    'canceling what succeeded',
    async () => stripe.paymentIntents.cancel(await succeeded()),
    { ...invalid, code: 'payment_intent_unexpected_state' },
  ],
  [
    'changing the amount of what succeeded',
    async () => stripe.paymentIntents.update(await succeeded(), { amount: 200 }),
    { ...invalid, code: 'payment_intent_unexpected_state' },
  ],
  [
    'capturing too much',
    async () => stripe.paymentIntents.capture(await held(), { amount_to_capture: 1001 }),
    { ...invalid, code: 'amount_too_large', param: 'amount_to_capture' },
  ],
  [
    'capturing nothing',
    async () => stripe.paymentIntents.capture(await held(), { amount_to_capture: 0 }),
    { ...invalid, code: 'parameter_invalid_integer' },
  ],
  [
    'a part where only one capture is possible',
    async () => stripe.paymentIntents.capture(await held(), { amount_to_capture: 10, final_capture: false }),
    { ...invalid, param: 'final_capture' },
  ],
  [
    'refunding more than there is',
    async () => stripe.refunds.create({ payment_intent: await succeeded(), amount: 1001 }),
    { ...invalid, param: 'amount' },
  ],
  [
    'refunding what was not captured',
    async () => stripe.refunds.create({ payment_intent: await held() }),
    { ...invalid, code: 'charge_not_refundable' },
  ],
  [
    'refunding what was never paid',
    async () =>
      stripe.refunds.create({
        payment_intent: (await stripe.paymentIntents.create({ amount: 100, currency: 'eur' })).id,
      }),
    { ...invalid, param: 'payment_intent' },
  ],
  [
    'no key',
    () => bench.sdk('', { key: 'nonsense' }).balance.retrieve(),
    { class: 'StripeAuthenticationError', status: 401, type: 'invalid_request_error' },
  ],
  [
    'a live key',
    () => bench.sdk('', { key: 'sk_live_abc' }).balance.retrieve(),
    { class: 'StripeAuthenticationError', status: 401 },
  ],
  [
    'a publishable key where a secret one is needed',
    () => bench.sdk('', { key: 'pk_test_bench' }).balance.retrieve(),
    { class: 'StripeAuthenticationError', status: 401, code: 'secret_key_required' },
  ],
  [
    'an account the key has no access to',
    () => stripe.balance.retrieve({}, { stripeAccount: 'acct_other' }),
    { class: 'StripePermissionError', status: 403, code: 'account_invalid' },
  ],
];

describe('refusals', () => {
  it.each(CASES)('%s', async (_name, call, error) => {
    expect(await errorOf(call())).toMatchObject(error);
  });

  it('an unexpected state carries the intent', async () => {
    const id = await succeeded();
    const error = (await stripe.paymentIntents
      .capture(id)
      .catch((thrown: unknown) => thrown)) as Stripe.errors.StripeError;
    expect(error.payment_intent).toMatchObject({ id, status: 'succeeded' });
  });

  it('unknown paths and parameters are counted', async () => {
    await errorOf(stripe.coupons.list());
    await errorOf(
      stripe.rawRequest('POST', '/v1/payment_intents/pi_abcdefgh12/increment_authorization', { amount: 1 }),
    );
    await errorOf(stripe.paymentIntents.create({ amount: 100, currency: 'eur', radar_options: { session: 'rse_x' } }));
    const unsupported = await bench.control.unsupported();
    expect(unsupported).toContainEqual(expect.objectContaining({ kind: 'path', method: 'GET', path: '/v1/coupons' }));
    expect(unsupported).toContainEqual(
      expect.objectContaining({ kind: 'path', path: '/v1/payment_intents/:id/increment_authorization' }),
    );
    expect(unsupported).toContainEqual(expect.objectContaining({ kind: 'parameter', param: 'radar_options' }));
  });

  it('another release train is noted', async () => {
    await stripe.balance.retrieve({}, { apiVersion: '2023-10-16' });
    expect((await bench.control.warnings())[0]?.message).toContain('2023-10-16');
  });

  it('bodies nobody can read are 400, never 500', async () => {
    const fuzz = [
      'amount[=1',
      '%',
      'a[b',
      '[]',
      '[a]=1',
      'amount=1&amount=2',
      'metadata=1',
      'metadata[a][b]=1',
      '__proto__[x]=1',
      'expand=1',
      'constructor=1',
      `a${'[b]'.repeat(40)}=1`,
    ];
    for (const body of fuzz) {
      const response = await raw('/v1/payment_intents', body);
      expect([body, response.status]).toEqual([body, 400]);
    }
    expect((await raw('/v1/payment_intents/%E0%A4%A/confirm', 'a=1')).status).toBe(400);
    expect((await raw('/v1/payment_intents', 'x'.repeat(1_100_000))).status).toBe(413);
  });
});

describe('what it declares', () => {
  const rows = ROUTES.map((route) => ({ endpoint: `${route.method} ${route.path}`, params: route.params })).filter(
    (row) => knownParams(row.endpoint),
  );
  it.each(rows)('$endpoint takes only parameters the SDK knows', ({ endpoint, params }) => {
    const known = Object.keys(knownParams(endpoint) ?? {});
    // The browser's own: a client secret is no parameter of the server's SDK.
    const own = Object.keys(params).filter((name) => name !== 'client_secret' && name !== 'application');
    expect(known).toEqual(expect.arrayContaining(own));
  });

  it('validation notices a field that does not exist, one that is missing, and a removed parameter', async () => {
    const intent = await stripe.paymentIntents.create({ amount: 100, currency: 'eur' });
    const { lastResponse: _gone, ...plain } = intent;
    expect(() => checkObjects(plain)).not.toThrow();
    expect(() => checkObjects({ ...plain, surprise: 1 })).toThrow('surprise');
    expect(() => checkObjects({ ...plain, amount: undefined })).toThrow('amount');
    expect(() => checkObjects({ data: [{ ...plain, status: 7 }] })).toThrow('status');
    expect(() =>
      checkParams('POST', '/v1/payment_intents', { amount: '1', currency: 'eur', payment_method_types: ['card'] }),
    ).toThrow('payment_method_types');
  });
});
