/** Idempotency keys and fault rules: what a client sees when the same request is sent again, or when it goes wrong. */
import type Stripe from 'stripe';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Bench } from './support/bench.js';
import { errorOf, startBench } from './support/bench.js';

let bench: Bench;
let stripe: Stripe;
beforeAll(async () => {
  bench = await startBench();
  stripe = bench.sdk();
});
beforeEach(() => bench.control.reset());
afterAll(() => bench.close());

const BODY = { amount: 1000, currency: 'eur' };
const create = (idempotencyKey: string, body: Stripe.PaymentIntentCreateParams = BODY, client = stripe) =>
  client.paymentIntents.create(body, { idempotencyKey });
const count = async () => (await stripe.paymentIntents.list({ limit: 100 })).data.length;

describe('an idempotency key', () => {
  it('answers the same request again without doing it again', async () => {
    const first = await create('k');
    const again = await create('k');
    expect(again.id).toBe(first.id);
    expect(again.lastResponse.headers['idempotent-replayed']).toBe('true');
    expect(first.lastResponse.headers['idempotent-replayed']).toBeUndefined();
    expect(await count()).toBe(1);
    const journal = await bench.control.requests({ method: 'POST' });
    expect(journal.map((entry) => [entry.executed, entry.replayed])).toEqual([
      [true, false],
      [false, true],
    ]);
  });

  it('replays a decline', async () => {
    const body = {
      ...BODY,
      confirm: true,
      payment_method: 'pm_card_visa_chargeDeclined',
      automatic_payment_methods: { enabled: true, allow_redirects: 'never' as const },
    };
    const first = await errorOf(create('k', body));
    expect(await errorOf(create('k', body))).toEqual(first);
    expect(first).toMatchObject({ status: 402, code: 'card_declined' });
    expect((await stripe.charges.list()).data).toHaveLength(1);
  });

  it('is refused for other parameters and for another path', async () => {
    const intent = await create('k');
    const expected = { class: 'StripeIdempotencyError', status: 400, type: 'idempotency_error' };
    expect(await errorOf(create('k', { ...BODY, amount: 1001 }))).toMatchObject(expected);
    expect(await errorOf(stripe.paymentIntents.cancel(intent.id, {}, { idempotencyKey: 'k' }))).toMatchObject(expected);
  });

  it('does not care about the order of the parameters', async () => {
    const first = await create('k', { amount: 1000, currency: 'eur', metadata: { a: '1', b: '2' } });
    expect((await create('k', { metadata: { b: '2', a: '1' }, currency: 'eur', amount: 1000 })).id).toBe(first.id);
  });

  it('belongs to one account', async () => {
    const first = await create('k');
    expect((await create('k', BODY, bench.sdk('other'))).id).not.toBe(first.id);
  });

  it('is not kept for parameters that were refused', async () => {
    expect(await errorOf(create('k', { ...BODY, amount: 1 }))).toMatchObject({ code: 'amount_too_small' });
    expect((await create('k')).amount).toBe(1000);
  });

  it('is forgotten after a day', async () => {
    const first = await create('k');
    await bench.control.advance(24 * 60 * 60 + 1);
    expect((await create('k')).id).not.toBe(first.id);
  });

  it('of a request still going on is refused with 409', async () => {
    await bench.control.addFault({
      match: { method: 'POST', path: '/v1/payment_intents' },
      effect: 'slow',
      delayMs: 1_000,
    });
    const first = create('k');
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(await errorOf(create('k'))).toMatchObject({
      status: 409,
      type: 'idempotency_error',
      code: 'idempotency_key_in_use',
    });
    expect((await create('k', BODY, bench.sdk('bench', { maxNetworkRetries: 2 }))).id).toBe((await first).id);
  });

  it('may have 255 characters and not one more', async () => {
    expect((await create('k'.repeat(255))).amount).toBe(1000);
    expect(await errorOf(create('k'.repeat(256)))).toMatchObject({ status: 400 });
  });
});

describe('a fault', () => {
  const retrying = () => bench.sdk('bench', { maxNetworkRetries: 2 });
  const at = { method: 'POST', path: '/v1/payment_intents' };

  it('before execution leaves nothing behind, and a retry with the same key does it once', async () => {
    for (const effect of ['drop_before', 'error_500', 'error_503'] as const) {
      await bench.control.reset();
      await bench.control.addFault({ match: at, effect });
      expect((await create('k', BODY, retrying())).amount).toBe(1000);
      expect(await count()).toBe(1);
      const journal = await bench.control.requests({ method: 'POST' });
      expect(journal.map((entry) => [entry.fault, entry.executed, entry.idempotencyKey])).toEqual([
        [effect, false, 'k'],
        [null, true, 'k'],
      ]);
    }
  });

  it('that cuts the connection after execution is replayed to the retry', async () => {
    await bench.control.addFault({ match: at, effect: 'drop_after' });
    const intent = await create('k', BODY, retrying());
    expect(intent.lastResponse.headers['idempotent-replayed']).toBe('true');
    expect(await count()).toBe(1);
  });

  it('that cuts the body is a lost connection; the same key brings the answer', async () => {
    await bench.control.addFault({ match: at, effect: 'truncated' });
    expect(await errorOf(create('k'))).toMatchObject({ class: 'StripeConnectionError' });
    expect((await create('k')).lastResponse.headers['idempotent-replayed']).toBe('true');
    expect(await count()).toBe(1);
  });

  it('500 after execution is what the key answers from then on', async () => {
    await bench.control.addFault({ match: at, effect: 'error_500_after' });
    expect(await errorOf(create('k', BODY, retrying()))).toMatchObject({ class: 'StripeAPIError', status: 500 });
    expect(await errorOf(create('k'))).toMatchObject({ status: 500 });
    expect(await count()).toBe(1);
    const replayed = (await bench.control.requests({ method: 'POST' })).filter((entry) => entry.replayed);
    expect(replayed.length).toBeGreaterThanOrEqual(2);
    expect((await create('k2')).amount).toBe(1000);
  });

  it('can throttle, lock, refuse the key or the permission', async () => {
    const expected = {
      rate_limit: { class: 'StripeRateLimitError', status: 429, code: 'rate_limit' },
      lock_timeout: { class: 'StripeRateLimitError', status: 429, code: 'lock_timeout' },
      unauthorized: { class: 'StripeAuthenticationError', status: 401 },
      forbidden: { class: 'StripePermissionError', status: 403 },
      conflict: { status: 409, code: 'idempotency_key_in_use' },
    } as const;
    for (const [effect, error] of Object.entries(expected)) {
      await bench.control.addFault({ match: at, effect: effect as keyof typeof expected });
      expect(await errorOf(create('k'))).toMatchObject(error);
    }
    expect(await count()).toBe(0);
    expect((await create('k')).amount).toBe(1000);
  });

  it('can hang until the client gives up', async () => {
    await bench.control.addFault({ match: at, effect: 'hang' });
    const impatient = bench.sdk('bench', { timeout: 300 });
    expect(await errorOf(create('k', BODY, impatient))).toMatchObject({ class: 'StripeConnectionError' });
    expect(await count()).toBe(0);
  });

  it('matches by pattern, counts down, and can wait for the nth request', async () => {
    const intent = await create('k');
    await bench.control.addFault({
      match: { method: 'GET', path: '/v1/payment_intents/*', nth: 2 },
      effect: 'error_500',
      times: 1,
    });
    const read = () => stripe.paymentIntents.retrieve(intent.id);
    expect((await read()).id).toBe(intent.id);
    expect(await errorOf(read())).toMatchObject({ status: 500 });
    expect((await read()).id).toBe(intent.id);
    expect((await bench.control.faults())[0]).toMatchObject({ times: 0, seen: 2 });
    await bench.control.clearFaults();
    expect(await bench.control.faults()).toEqual([]);
  });
});

describe('the journal', () => {
  it('holds no key, no client secret and no card number', async () => {
    const { simulator } = bench;
    const intent = await stripe.paymentIntents.create({ ...BODY, description: 'paid with 4242 4242 4242 4242' });
    const form = new URLSearchParams({
      client_secret: intent.client_secret ?? '',
      'payment_method_data[type]': 'card',
      'payment_method_data[card][number]': '4242424242424242',
      'payment_method_data[card][exp_month]': '12',
      'payment_method_data[card][exp_year]': '2040',
      'payment_method_data[card][cvc]': '737',
    });
    const headers = { authorization: 'Bearer pk_test_bench' };
    await fetch(`${simulator.url}/v1/payment_intents/${intent.id}/confirm`, { method: 'POST', body: form, headers });
    await fetch(`${simulator.url}/v1/payment_intents/${intent.id}?client_secret=${intent.client_secret}`, { headers });
    const text = JSON.stringify(await bench.control.requests());
    expect(text).toContain('[card 4242]');
    for (const secret of [
      '4242424242424242',
      '4242 4242',
      '737',
      'sk_test_bench',
      'pk_test_bench',
      intent.client_secret ?? '',
    ])
      expect(text).not.toContain(secret);
    const everything = await (await fetch(`${simulator.url}/_sim/snapshot`)).text();
    for (const secret of ['4242424242424242', '"737"', 'sk_test_bench', 'pk_test_bench'])
      expect(everything).not.toContain(secret);
  });
});
