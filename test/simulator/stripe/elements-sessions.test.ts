/** What Elements may offer: types of an intent or of one to come, and wallets by host, payment and browser. */
import type Stripe from 'stripe';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Bench } from './support/bench.js';
import { startBench } from './support/bench.js';

let bench: Bench;
let stripe: Stripe;
beforeAll(async () => {
  bench = await startBench();
  stripe = bench.sdk();
});
beforeEach(() => bench.control.reset());
afterAll(() => bench.close());

const DEFERRED = {
  'deferred_intent[mode]': 'payment',
  'deferred_intent[amount]': '4250',
  'deferred_intent[currency]': 'eur',
};
interface Session {
  payment_method_types: string[];
  wallets: Record<string, string>;
  amount: number;
  currency: string;
  error?: { code?: string; param?: string };
}
async function session(query: Record<string, string>, key = 'pk_test_bench') {
  const url = `${bench.simulator.url}/v1/elements/sessions?${new URLSearchParams(query)}`;
  const response = await fetch(url, { headers: { authorization: `Bearer ${key}` } });
  return { status: response.status, body: (await response.json()) as Session };
}
const walletsOn = async (host: string, more = {}) => (await session({ ...DEFERRED, host, ...more })).body.wallets;

describe('a session of Elements', () => {
  it('has the types an intent of that kind would have', async () => {
    const { body } = await session({ ...DEFERRED, 'deferred_intent[capture_method]': 'manual' });
    const intent = await stripe.paymentIntents.create({ amount: 4250, currency: 'eur', capture_method: 'manual' });
    expect(body).toMatchObject({ payment_method_types: intent.payment_method_types, amount: 4250, currency: 'eur' });
  });

  it('has those of the intent whose client secret is known', async () => {
    const intent = await stripe.paymentIntents.create({ amount: 700, currency: 'usd' });
    const { body } = await session({ client_secret: intent.client_secret ?? '' });
    expect(body).toMatchObject({ payment_method_types: intent.payment_method_types, amount: 700, currency: 'usd' });
    expect((await session({ client_secret: `${intent.id}_secret_wrong` })).status).toBe(400);
    expect((await session({ client_secret: intent.client_secret ?? '' }, 'pk_test_other')).status).toBe(404);
  });

  it('is refused for what could not be charged', async () => {
    expect((await session({ ...DEFERRED, 'deferred_intent[amount]': '1' })).body.error?.code).toBe('amount_too_small');
    expect((await session({ ...DEFERRED, 'deferred_intent[currency]': 'zzz' })).status).toBe(400);
  });
});

describe('a wallet', () => {
  it('is allowed on this machine without a domain, and on no other host', async () => {
    for (const host of ['localhost', '127.0.0.1', 'shop.localhost']) {
      expect(new Set(Object.values(await walletsOn(host)))).toEqual(new Set(['available']));
    }
    for (const host of ['shop.example', 'localhost.example', '']) {
      expect(new Set(Object.values(await walletsOn(host)))).toEqual(new Set(['no_domain']));
    }
  });

  it('is allowed on a registered domain while that is enabled and active', async () => {
    const { id } = await stripe.paymentMethodDomains.create({ domain_name: 'shop.example' });
    expect(await walletsOn('SHOP.example')).toMatchObject({ apple_pay: 'available', paypal: 'available' });
    await bench.control.action('domain_wallet', { payment_method_domain: id, wallet: 'paypal', status: 'inactive' });
    expect(await walletsOn('shop.example')).toMatchObject({ apple_pay: 'available', paypal: 'no_domain' });
    await stripe.paymentMethodDomains.update(id, { enabled: false });
    expect((await walletsOn('shop.example')).apple_pay).toBe('no_domain');
  });

  it('stays on this machine when its domain could not be checked, and goes when somebody decides so', async () => {
    const { id, apple_pay } = await stripe.paymentMethodDomains.create({ domain_name: 'localhost' });
    expect(apple_pay.status).toBe('inactive');
    expect((await walletsOn('localhost')).apple_pay).toBe('available');
    await bench.control.action('domain_wallet', { payment_method_domain: id, wallet: 'apple_pay', status: 'inactive' });
    expect((await walletsOn('localhost')).apple_pay).toBe('no_domain');
  });

  it('has to fit the payment, and to be in the browser', async () => {
    const types = { 'deferred_intent[payment_method_types][0]': 'paypal' };
    expect(await walletsOn('localhost', types)).toMatchObject({ apple_pay: 'not_fitting', paypal: 'available' });
    expect(await bench.control.setWallet('paypal', false)).toMatchObject({ paypal: false, link: true });
    expect((await walletsOn('localhost')).paypal).toBe('no_device');
    await bench.control.setWallet('paypal', true);
    expect((await walletsOn('localhost')).paypal).toBe('available');
    await expect(bench.control.setWallet('cash', true)).rejects.toThrow('wallet is one of');
  });
});
