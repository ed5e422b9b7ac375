/** Confirmation tokens: made in the browser or by the test helper, read by the shop's server, used once. */
import fc from 'fast-check';
import type Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Bench } from './support/bench.js';
import { errorOf, startBench } from './support/bench.js';
import { eventsAbout } from './support/events.js';

let bench: Bench;
let stripe: Stripe;
beforeAll(async () => {
  bench = await startBench({ seed: 77 });
  stripe = bench.sdk();
});
afterAll(() => bench.close());

const BACK = 'https://shop.example/back';
const ADDRESS = { line1: 'Ringstraße 1', postal_code: '1010', city: 'Wien', country: 'AT' };
type Form = Record<string, string>;
const asBrowser = async (path: string, form: Form, key = 'pk_test_bench') => {
  const headers = { authorization: `Bearer ${key}` };
  const response = await fetch(bench.simulator.url + path, {
    method: 'POST',
    headers,
    body: new URLSearchParams(form),
  });
  const body = (await response.json()) as Record<string, unknown> & { error?: { code?: string; message: string } };
  return { status: response.status, headers: response.headers, body };
};
const wallet = (type: string, outcome = 'approve', method = 'card'): Form => ({
  'payment_method_data[type]': method,
  'payment_method_data[sim_wallet][type]': type,
  'payment_method_data[sim_wallet][outcome]': outcome,
  'payment_method_data[billing_details][name]': 'Ada Lovelace',
  'payment_method_data[billing_details][email]': 'ada@example.com',
  'payment_method_data[billing_details][address][country]': 'AT',
});
const SHIPPING: Form = {
  'shipping[name]': 'Ada Lovelace',
  'shipping[phone]': '+43 1 234',
  'shipping[address][line1]': 'Ringstraße 1',
  'shipping[address][city]': 'Wien',
  'shipping[address][country]': 'AT',
};
const tokenOf = async (form: Form): Promise<string> =>
  String((await asBrowser('/v1/confirmation_tokens', form)).body.id);
const intentOf = (more: Partial<Stripe.PaymentIntentCreateParams> = {}) =>
  stripe.paymentIntents.create({ amount: 4250, currency: 'eur', ...more });
const confirm = (intent: Stripe.PaymentIntent, confirmation_token: string, more = {}) =>
  stripe.paymentIntents.confirm(intent.id, { confirmation_token, return_url: BACK, ...more });

describe('a token from the browser', () => {
  it('is read by the server: the wallet, who pays, where the goods go, until when', async () => {
    const made = await asBrowser('/v1/confirmation_tokens', { ...wallet('apple_pay'), ...SHIPPING, return_url: BACK });
    expect(made.headers.get('access-control-allow-origin')).toBe('*');
    const token = await stripe.confirmationTokens.retrieve(String(made.body.id));
    expect(token.id).toMatch(/^ctoken_/);
    expect(token).toMatchObject({
      object: 'confirmation_token',
      payment_intent: null,
      return_url: BACK,
      use_stripe_sdk: true,
      payment_method_preview: {
        type: 'card',
        billing_details: { name: 'Ada Lovelace', email: 'ada@example.com', address: { country: 'AT', city: null } },
        card: { brand: 'visa', last4: '4242', wallet: { type: 'apple_pay', apple_pay: {}, dynamic_last4: '4242' } },
      },
      shipping: { name: 'Ada Lovelace', phone: '+43 1 234', address: { line1: 'Ringstraße 1', city: 'Wien' } },
    });
    expect((token.expires_at ?? 0) - token.created).toBe(12 * 3600);
    expect(Object.keys(token.payment_method_preview?.card ?? {})).not.toContain('fingerprint');
  });

  it('brings no payment method into being before it is used', async () => {
    const methods = async (): Promise<number> => {
      const answer = await fetch(`${bench.simulator.url}/_sim/snapshot`);
      const { rows } = (await answer.json()) as { rows: [string][] };
      return rows.filter(([collection]) => collection === 'payment_methods').length;
    };
    const before = await methods();
    const token = await tokenOf(wallet('google_pay'));
    expect(await methods()).toBe(before);
    const intent = await confirm(await intentOf(), token);
    expect(await methods()).toBe(before + 1);
    const method = await stripe.paymentMethods.retrieve(String(intent.payment_method));
    expect(method.card?.wallet).toMatchObject({ type: 'google_pay', google_pay: {} });
  });

  it('may carry a card number, which nobody sees again', async () => {
    const token = await tokenOf({
      'payment_method_data[type]': 'card',
      'payment_method_data[card][number]': '4242424242424242',
      'payment_method_data[card][exp_month]': '12',
      'payment_method_data[card][exp_year]': '2040',
      'payment_method_data[card][cvc]': '123',
    });
    expect((await stripe.confirmationTokens.retrieve(token)).payment_method_preview?.card).toMatchObject({
      last4: '4242',
      checks: { cvc_check: 'pass' },
      wallet: null,
    });
    const journal = JSON.stringify(await bench.control.requests({ path: '/v1/confirmation_tokens' }));
    expect(journal).toContain('[card 4242]');
    expect(journal).not.toMatch(/4242424242424242|"123"/);
  });

  it('is made with a publishable key, and read with the secret key of the same account', async () => {
    expect((await asBrowser('/v1/confirmation_tokens', wallet('link'), 'sk_test_bench')).status).toBe(403);
    const token = await tokenOf(wallet('link'));
    const other = bench.sdk('other');
    expect(await errorOf(other.confirmationTokens.retrieve(token))).toMatchObject({ status: 404 });
    const foreign = await other.paymentIntents.create({ amount: 4250, currency: 'eur' });
    const used = other.paymentIntents.confirm(foreign.id, { confirmation_token: token, return_url: BACK });
    expect(await errorOf(used)).toMatchObject({ status: 404, code: 'resource_missing', param: 'confirmation_token' });
    const read = await fetch(`${bench.simulator.url}/v1/confirmation_tokens/${token}`, {
      headers: { authorization: 'Bearer pk_test_bench' },
    });
    expect(read.status).toBe(401);
  });

  it.each([
    ['nothing to pay with', {}, 'payment_method_data'],
    ['a payment method of the shop’s', { payment_method: 'pm_card_visa' }, 'payment_method'],
    ['a wallet that does not fit the type', wallet('paypal', 'approve', 'card'), 'paypal brings a paypal'],
    ['a wallet nobody has', wallet('samsung_pay'), 'sim_wallet'],
    [
      'a wrong card number',
      { 'payment_method_data[type]': 'card', 'payment_method_data[card][number]': '1' },
      'exp_month',
    ],
  ])('is refused with %s', async (_name, form, part) => {
    const refused = await asBrowser('/v1/confirmation_tokens', form as Form);
    expect(refused.status).toBe(400);
    expect(JSON.stringify(refused.body.error)).toContain(part);
  });
});

describe('confirming with a token', () => {
  it('pays, copies the shipping address, and uses the token up', async () => {
    const token = await tokenOf({ ...wallet('apple_pay'), ...SHIPPING, return_url: BACK });
    const intent = await intentOf({ capture_method: 'manual' });
    const paid = await stripe.paymentIntents.confirm(intent.id, { confirmation_token: token });
    expect(paid).toMatchObject({
      status: 'requires_capture',
      shipping: { name: 'Ada Lovelace', phone: '+43 1 234', address: { city: 'Wien' } },
    });
    const charge = await stripe.charges.retrieve(String(paid.latest_charge));
    expect(charge.payment_method_details?.card?.wallet).toMatchObject({ type: 'apple_pay' });
    expect(charge.billing_details.email).toBe('ada@example.com');
    const used = await stripe.confirmationTokens.retrieve(token);
    expect(used).toMatchObject({ payment_intent: intent.id, expires_at: null });
    expect(await errorOf(confirm(await intentOf(), token))).toMatchObject({ status: 400, code: 'token_already_used' });
  });

  it('works for a browser that knows the client secret, and for no other', async () => {
    const token = await tokenOf(wallet('google_pay'));
    const intent = await intentOf();
    const path = `/v1/payment_intents/${intent.id}/confirm`;
    expect((await asBrowser(path, { confirmation_token: token, client_secret: 'wrong' })).status).toBe(400);
    const client_secret = intent.client_secret ?? '';
    const paid = await asBrowser(path, { confirmation_token: token, client_secret });
    expect(paid.body).toMatchObject({ status: 'succeeded' });
    expect(await eventsAbout(stripe, intent.id)).toEqual(
      expect.arrayContaining(['payment_intent.created', 'charge.succeeded', 'payment_intent.succeeded']),
    );
  });

  it('may create and confirm in one call', async () => {
    const token = await tokenOf(wallet('apple_pay'));
    expect(await intentOf({ confirm: true, confirmation_token: token, return_url: BACK })).toMatchObject({
      status: 'succeeded',
    });
    expect(await errorOf(intentOf({ confirmation_token: token }))).toMatchObject({ param: 'confirmation_token' });
  });

  it('asks for 3-D Secure in Stripe.js, as the token says, and ends as the buyer decides', async () => {
    const waiting = await confirm(await intentOf(), await tokenOf(wallet('google_pay', 'challenge')));
    expect(waiting).toMatchObject({ status: 'requires_action', next_action: { type: 'use_stripe_sdk' } });
    await bench.control.action('3ds', { payment_intent: waiting.id, outcome: 'succeed' });
    expect((await stripe.paymentIntents.retrieve(waiting.id)).status).toBe('succeeded');
  });

  it('is declined, and a declined token is spent', async () => {
    const token = await tokenOf(wallet('apple_pay', 'decline'));
    const intent = await intentOf();
    expect(await errorOf(confirm(intent, token))).toMatchObject({ status: 402, code: 'card_declined' });
    expect((await stripe.confirmationTokens.retrieve(token)).payment_intent).toBe(intent.id);
    expect(await errorOf(confirm(intent, token))).toMatchObject({ code: 'token_already_used' });
    expect(await confirm(intent, await tokenOf(wallet('apple_pay')))).toMatchObject({ status: 'succeeded' });
  });

  it.each([
    ['unknown', () => Promise.resolve('ctoken_unknown'), { status: 404, code: 'resource_missing' }],
    [
      'expired',
      async () => {
        const confirmation_token = await tokenOf(wallet('link'));
        await bench.control.action('expire_confirmation_token', { confirmation_token });
        return confirmation_token;
      },
      { status: 400, param: 'confirmation_token' },
    ],
  ])('is refused when the token is %s, and nothing changes', async (_name, make, expected) => {
    const intent = await intentOf();
    expect(await errorOf(confirm(intent, await make()))).toMatchObject(expected);
    expect((await stripe.paymentIntents.retrieve(intent.id)).status).toBe('requires_payment_method');
  });

  it.each<[string, Form]>([
    ['currency', { currency: 'usd' }],
    ['capture_method', { capture_method: 'manual' }],
    ['setup_future_usage', { setup_future_usage: 'off_session' }],
    ['payment_method_types', { 'payment_method_types][0': 'card' }],
  ])('compares %s with what Elements were made for, and does not spend the token', async (name, context) => {
    const given = Object.entries(context).map(([key, value]): [string, string] => [`client_context[${key}]`, value]);
    const token = await tokenOf({
      ...wallet('apple_pay'),
      'client_context[mode]': 'payment',
      ...Object.fromEntries(given),
    });
    const refused = await confirm(await intentOf(), token).catch((error: unknown) => error as Error);
    expect((refused as Error).message).toContain(`does not match the expected ${name}`);
    expect((await stripe.confirmationTokens.retrieve(token)).payment_intent).toBeNull();
  });

  it('does not compare the amount', async () => {
    const context = { 'client_context[mode]': 'payment', 'client_context[currency]': 'eur' };
    const token = await tokenOf({ ...wallet('apple_pay'), ...context });
    expect(await confirm(await intentOf({ amount: 9999 }), token)).toMatchObject({ status: 'succeeded', amount: 9999 });
  });

  it('lets the request go before the token', async () => {
    const token = await tokenOf({ ...wallet('apple_pay', 'decline'), ...SHIPPING });
    const shipping = { name: 'Grace', address: ADDRESS };
    const paid = await confirm(await intentOf(), token, { payment_method: 'pm_card_mastercard', shipping });
    expect(paid).toMatchObject({ status: 'succeeded', shipping: { name: 'Grace' } });
  });
});

describe.each(['paypal', 'klarna', 'amazon_pay'])('an express checkout with %s', (type) => {
  it('pays without another page when the buyer approved, and is declined when not', async () => {
    const paid = await confirm(
      await intentOf({ capture_method: 'manual' }),
      await tokenOf(wallet(type, 'approve', type)),
    );
    expect(paid.status).toBe('requires_capture');
    const charge = await stripe.charges.retrieve(String(paid.latest_charge));
    expect(charge.payment_method_details?.type).toBe(type);
    const intent = await intentOf();
    expect(await errorOf(confirm(intent, await tokenOf(wallet(type, 'decline', type))))).toMatchObject({
      status: 402,
      code: 'payment_method_provider_decline',
    });
    expect((await stripe.paymentIntents.retrieve(intent.id)).status).toBe('requires_payment_method');
  });

  it('leads to its page when more is asked of the buyer', async () => {
    const waiting = await confirm(await intentOf(), await tokenOf(wallet(type, 'challenge', type)));
    expect(waiting.next_action).toMatchObject({ type: 'redirect_to_url', redirect_to_url: { return_url: BACK } });
    const page = await fetch(waiting.next_action?.redirect_to_url?.url ?? '');
    expect(page.status).toBe(200);
    await bench.control.action('redirect', { payment_intent: waiting.id, outcome: 'succeed' });
    expect((await stripe.paymentIntents.retrieve(waiting.id)).status).toBe('succeeded');
  });
});

describe('the test helper', () => {
  it.each([
    ['pm_sim_apple_pay', 'succeeded'],
    ['pm_sim_google_pay', 'succeeded'],
    ['pm_sim_link', 'succeeded'],
    ['pm_sim_paypal_approved', 'succeeded'],
    ['pm_sim_klarna_approved', 'succeeded'],
    ['pm_sim_amazon_pay_approved', 'succeeded'],
    ['pm_sim_apple_pay_authentication', 'requires_action'],
    ['pm_card_visa', 'succeeded'],
  ])('makes a token of %s', async (payment_method, status) => {
    const shipping = { name: 'Ada', address: ADDRESS, phone: '1' };
    const token = await stripe.testHelpers.confirmationTokens.create({ payment_method, shipping, return_url: BACK });
    expect(token).toMatchObject({ shipping: { name: 'Ada' }, return_url: BACK, payment_intent: null });
    expect(await confirm(await intentOf(), token.id)).toMatchObject({ status });
  });

  it('needs a payment method, and keeps one that exists', async () => {
    expect(await errorOf(stripe.testHelpers.confirmationTokens.create({}))).toMatchObject({ status: 400 });
    const { id } = await stripe.paymentMethods.create({ type: 'paypal' });
    const token = await stripe.testHelpers.confirmationTokens.create({ payment_method: id });
    expect(await confirm(await intentOf(), token.id)).toMatchObject({ payment_method: id, status: 'requires_action' });
  });
});

describe('whatever is done in whatever order', () => {
  const index = fc.nat({ max: 2 });
  const step = fc.oneof(
    fc.record({ verb: fc.constant('make' as const), outcome: fc.constantFrom('approve', 'decline', 'challenge') }),
    fc.record({ verb: fc.constant('confirm' as const), token: index, intent: index }),
    fc.record({ verb: fc.constant('confirm' as const), token: index, intent: index }),
    fc.record({ verb: fc.constant('expire' as const), token: index }),
    fc.record({ verb: fc.constant('cancel' as const), intent: index }),
    fc.record({ verb: fc.constant('answer' as const), intent: index }),
  );
  type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

  it('a token pays once at most, for one intent, and an unused one has made no payment method', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 14 }), async (steps) => {
        const tokens = [await tokenOf(wallet('apple_pay')), await tokenOf(wallet('paypal', 'approve', 'paypal'))];
        const intents = await Promise.all([intentOf(), intentOf({ capture_method: 'manual' }), intentOf()]);
        const attempts = new Map<string, number>();
        const perform = async (given: Step): Promise<unknown> => {
          const token = 'token' in given ? (tokens[given.token] ?? '') : '';
          const intent = 'intent' in given ? (intents[given.intent]?.id ?? '') : '';
          if (given.verb === 'make') return tokens.push(await tokenOf(wallet('link', given.outcome)));
          if (given.verb === 'expire') {
            return bench.control.action('expire_confirmation_token', { confirmation_token: token });
          }
          if (given.verb === 'cancel') return stripe.paymentIntents.cancel(intent);
          if (given.verb === 'answer') {
            return bench.control.action('3ds', { payment_intent: intent, outcome: 'succeed' });
          }
          const used = () => attempts.set(token, (attempts.get(token) ?? 0) + 1);
          const told = stripe.paymentIntents.confirm(intent, { confirmation_token: token, return_url: BACK });
          return told.then(used, (error: Stripe.errors.StripeError) => {
            if (error.statusCode === 402) used();
            throw error;
          });
        };
        for (const given of steps) {
          const error = (await perform(given).catch((thrown: unknown) => thrown)) as
            { statusCode?: number } | undefined;
          expect(error?.statusCode ?? 200).toBeLessThan(500);
        }
        for (const id of tokens) {
          const token = await stripe.confirmationTokens.retrieve(id);
          expect(attempts.get(id) ?? 0).toBe(token.payment_intent === null ? 0 : 1);
          expect(token.expires_at === null).toBe(token.payment_intent !== null);
        }
        const used = await Promise.all(tokens.map((id) => stripe.confirmationTokens.retrieve(id)));
        for (const { id } of intents) {
          const charges = await stripe.charges.list({ payment_intent: id });
          const mine = used.filter((token) => token.payment_intent === id).length;
          expect(charges.data.length).toBeLessThanOrEqual(mine);
        }
      }),
      { numRuns: 30 },
    );
  });
});
