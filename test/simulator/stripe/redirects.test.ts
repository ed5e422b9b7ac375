/** Amazon Pay, iDEAL, Klarna and PayPal: the buyer leaves for the page of the method and comes back. */
import type Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Bench } from './support/bench.js';
import { errorOf, startBench } from './support/bench.js';
import { eventsAbout } from './support/events.js';

let bench: Bench;
let stripe: Stripe;
beforeAll(async () => {
  bench = await startBench({ seed: 12 });
  stripe = bench.sdk();
});
afterAll(() => bench.close());

type Type = 'amazon_pay' | 'ideal' | 'klarna' | 'paypal';
const BACK = 'https://shop.example/back?a=1';
const open = async (type: Type, more: Partial<Stripe.PaymentIntentCreateParams> = {}) => {
  const intent = await stripe.paymentIntents.create({ amount: 12_345, currency: 'eur', ...more });
  const body = new URLSearchParams({
    client_secret: intent.client_secret ?? '',
    'payment_method_data[type]': type,
    'payment_method_data[billing_details][email]': 'ada@example.com',
    'payment_method_data[billing_details][address][country]': 'DE',
    return_url: BACK,
    use_stripe_sdk: 'true',
  });
  const response = await fetch(`${bench.simulator.url}/v1/payment_intents/${intent.id}/confirm`, {
    method: 'POST',
    headers: { authorization: 'Bearer pk_test_bench' },
    body,
  });
  const answer = (await response.json()) as Stripe.PaymentIntent;
  return { id: intent.id, secret: intent.client_secret, answer, url: answer.next_action?.redirect_to_url?.url ?? '' };
};
const decide = (url: string, outcome: string) =>
  fetch(url, { method: 'POST', body: new URLSearchParams({ outcome }), redirect: 'manual' });

describe.each<[Type, string]>([
  ['amazon_pay', 'Amazon Pay'],
  ['ideal', 'iDEAL'],
  ['klarna', 'Klarna'],
  ['paypal', 'PayPal'],
])('paying with %s', (type, name) => {
  it('leads to its page and back with the result', async () => {
    const { id, secret, answer, url } = await open(type);
    expect(answer).toMatchObject({
      status: 'requires_action',
      next_action: { type: 'redirect_to_url', redirect_to_url: { return_url: BACK } },
    });
    expect(url).toContain(`${bench.simulator.url}/_sim/redirect/${type}/`);
    const english = await (await fetch(url)).text();
    expect(english).toMatch(/Simulation.*Approve.*Decline.*Back to the shop/s);
    expect(english).toContain(name);
    expect(english).toContain('€123.45');
    const german = await fetch(url, { headers: { 'accept-language': 'de' } });
    expect(await german.text()).toMatch(/<html lang="de">.*Freigeben.*Ablehnen/s);
    const back = await decide(url, 'succeed');
    expect(back.status).toBe(303);
    expect(Object.fromEntries(new URL(back.headers.get('location') ?? '').searchParams)).toEqual({
      a: '1',
      payment_intent: id,
      payment_intent_client_secret: secret,
      redirect_status: 'succeeded',
    });
    const paid = await stripe.paymentIntents.retrieve(id, { expand: ['latest_charge'] });
    expect(paid).toMatchObject({ status: 'succeeded', amount_received: 12_345, next_action: null });
    expect((paid.latest_charge as Stripe.Charge).payment_method_details?.type).toBe(type);
    expect(await eventsAbout(stripe, id)).toEqual([
      'payment_intent.created',
      'payment_intent.requires_action',
      'charge.succeeded',
      'payment_intent.succeeded',
    ]);
    expect(await (await fetch(url)).text()).toContain('no longer open');
  });

  it('declined, the intent wants another payment method', async () => {
    const { id, url } = await open(type);
    const back = await decide(url, 'fail');
    expect(back.headers.get('location')).toContain('redirect_status=failed');
    const failed = await stripe.paymentIntents.retrieve(id);
    expect(failed.status).toBe('requires_payment_method');
    expect(failed.last_payment_error?.code).toMatch(/_decline$|_failed$/);
    expect((await eventsAbout(stripe, id)).at(-1)).toBe('payment_intent.payment_failed');
    expect((await decide(url, 'succeed')).headers.get('location')).toContain('redirect_status=failed');
    expect((await stripe.paymentIntents.retrieve(id)).status).toBe('requires_payment_method');
  });

  it('left without a decision, it stays open', async () => {
    const { id, url } = await open(type);
    expect((await decide(url, 'leave')).headers.get('location')).toContain('redirect_status=pending');
    expect((await stripe.paymentIntents.retrieve(id)).status).toBe('requires_action');
    expect(await bench.control.action('redirect', { payment_intent: id, outcome: 'succeed' })).toMatchObject({
      status: 'succeeded',
    });
    expect((await decide(url, 'maybe')).status).toBe(400);
  });
});

describe('manual capture', () => {
  it.each<Type>(['klarna', 'paypal'])('%s holds the money, which is taken later and in part', async (type) => {
    const { id, url } = await open(type, { capture_method: 'manual' });
    await decide(url, 'succeed');
    expect(await stripe.paymentIntents.retrieve(id)).toMatchObject({
      status: 'requires_capture',
      amount_capturable: 12_345,
    });
    expect(await stripe.paymentIntents.capture(id, { amount_to_capture: 10_000 })).toMatchObject({
      status: 'succeeded',
      amount_received: 10_000,
    });
    const refund = await stripe.refunds.create({ payment_intent: id });
    expect(refund).toMatchObject({ status: 'pending', amount: 10_000, destination_details: { type } });
  });

  it('is asked for per method too', async () => {
    const { id, url } = await open('paypal', { payment_method_options: { paypal: { capture_method: 'manual' } } });
    await decide(url, 'succeed');
    expect((await stripe.paymentIntents.retrieve(id)).status).toBe('requires_capture');
    await bench.control.advance(10 * 86_400);
    expect(await stripe.paymentIntents.retrieve(id)).toMatchObject({
      status: 'canceled',
      cancellation_reason: 'automatic',
    });
    expect((await eventsAbout(stripe, id)).slice(-2)).toEqual(['charge.expired', 'payment_intent.canceled']);
  });

  it('is nothing iDEAL can do', async () => {
    const { answer } = await open('ideal', { capture_method: 'manual' });
    expect(answer).toMatchObject({ error: { code: 'payment_intent_incompatible_payment_method' } });
  });
});

describe('a redirect is refused', () => {
  it('without a way back, and without the buyer', async () => {
    const { id } = await stripe.paymentIntents.create({ amount: 500, currency: 'eur' });
    const confirm = (more: object) => stripe.paymentIntents.confirm(id, { payment_method: 'pm_sim_ideal', ...more });
    expect(await errorOf(confirm({}))).toMatchObject({ param: 'return_url' });
    expect(await errorOf(confirm({ off_session: true, return_url: BACK }))).toMatchObject({ param: 'off_session' });
  });

  it('for Klarna without a country', async () => {
    const { id } = await stripe.paymentIntents.create({ amount: 500, currency: 'eur' });
    const call = stripe.paymentIntents.confirm(id, {
      payment_method_data: { type: 'klarna', billing_details: { email: 'a@b.c' } },
      return_url: BACK,
    });
    expect(await errorOf(call)).toMatchObject({ param: 'payment_method_data[billing_details][address][country]' });
  });

  it('on pages that are not there', async () => {
    const { url } = await open('ideal');
    expect((await fetch(url.replace('/ideal/', '/paypal/'))).status).toBe(404);
    expect((await fetch(url.replace('/redirect/ideal/', '/3ds/'))).status).toBe(404);
  });
});
