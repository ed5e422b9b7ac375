/** Payment method domains: registered once, checked, switched off, and what a test may decide about a wallet. */
import type Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Bench } from './support/bench.js';
import { errorOf, startBench } from './support/bench.js';

let bench: Bench;
let stripe: Stripe;
beforeAll(async () => {
  bench = await startBench();
  stripe = bench.sdk();
});
afterAll(() => bench.close());

const WALLETS = ['apple_pay', 'google_pay', 'link', 'paypal', 'klarna', 'amazon_pay'] as const;

describe('a payment method domain', () => {
  it('allows every wallet on a host that can be reached', async () => {
    const domain = await stripe.paymentMethodDomains.create({ domain_name: 'Shop.example' });
    expect(domain.id).toMatch(/^pmd_/);
    expect(domain).toMatchObject({ object: 'payment_method_domain', domain_name: 'shop.example', enabled: true });
    for (const wallet of WALLETS) expect(domain[wallet]).toEqual({ status: 'active' });
    expect(await stripe.paymentMethodDomains.retrieve(domain.id)).toMatchObject({ id: domain.id });
  });

  it('is the same one when it is created again', async () => {
    const first = await stripe.paymentMethodDomains.create({ domain_name: 'twice.example' });
    const again = await stripe.paymentMethodDomains.create({ domain_name: 'twice.example' });
    expect(again.id).toBe(first.id);
    const off = await stripe.paymentMethodDomains.create({ domain_name: 'twice.example', enabled: false });
    expect(off).toMatchObject({ id: first.id, enabled: false });
    expect((await stripe.paymentMethodDomains.list({ domain_name: 'twice.example' })).data.length).toBe(1);
  });

  it.each(['localhost', '127.0.0.1', '10.1.2.3', 'shop', 'shop.local', 'shop.test', 'shop.invalid'])(
    'has no Apple Pay on %s, whose file nobody can read',
    async (domain_name) => {
      const domain = await stripe.paymentMethodDomains.create({ domain_name });
      expect(domain.apple_pay).toMatchObject({
        status: 'inactive',
        status_details: { error_message: expect.stringContaining(domain_name) as string },
      });
      expect(domain.google_pay).toEqual({ status: 'active' });
      expect((await stripe.paymentMethodDomains.validate(domain.id)).apple_pay.status).toBe('inactive');
    },
  );

  it.each(['https://shop.example', 'shop.example/path', 'shop.example:8080', '', 'shop..example', '-shop.example'])(
    'refuses %j, which is no name of a host',
    async (domain_name) => {
      const error = await errorOf(stripe.paymentMethodDomains.create({ domain_name }));
      expect(error).toMatchObject({ status: 400, param: 'domain_name' });
    },
  );

  it('is switched off and on, and listed by that', async () => {
    const { id } = await stripe.paymentMethodDomains.create({ domain_name: 'off.example' });
    expect((await stripe.paymentMethodDomains.update(id, { enabled: false })).enabled).toBe(false);
    expect((await stripe.paymentMethodDomains.list({ enabled: false })).data.map((row) => row.id)).toContain(id);
    expect((await stripe.paymentMethodDomains.update(id, { enabled: true })).enabled).toBe(true);
  });

  it('has a wallet inactive or active as a test decides, also when it is validated', async () => {
    const { id } = await stripe.paymentMethodDomains.create({ domain_name: 'forced.example' });
    const decide = (wallet: string, status: 'active' | 'inactive') =>
      bench.control.action('domain_wallet', { payment_method_domain: id, wallet, status });
    await decide('google_pay', 'inactive');
    const checked = await stripe.paymentMethodDomains.validate(id);
    expect(checked.google_pay).toMatchObject({ status: 'inactive', status_details: { error_message: /./ } });
    expect(checked.paypal.status).toBe('active');
    await decide('google_pay', 'active');
    expect((await stripe.paymentMethodDomains.retrieve(id)).google_pay).toEqual({ status: 'active' });
    await expect(decide('samsung_pay', 'active')).rejects.toThrow('wallet is one of');
  });

  it('belongs to one account', async () => {
    const { id } = await stripe.paymentMethodDomains.create({ domain_name: 'mine.example' });
    const other = bench.sdk('other');
    expect(await errorOf(other.paymentMethodDomains.retrieve(id))).toMatchObject({ status: 404 });
    expect((await other.paymentMethodDomains.create({ domain_name: 'mine.example' })).id).not.toBe(id);
  });
});
