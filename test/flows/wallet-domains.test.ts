/** Hosts of wallets with the whole app: registered after configuring, looked at daily, and never in the way. */
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkDomains } from '../../src/flows/wallet-domains.js';
import { listDomains, type WalletDomain } from '../../src/storage/wallet-domains.js';
import { stripeWorld, type StripeShop, type StripeWorld } from '../support/stripe.js';
import { eventually } from './heart.js';

let world: StripeWorld;
beforeAll(async () => {
  world = await stripeWorld();
});
afterAll(() => world.close());

const PATH = '/v1/payment_method_domains';
const kept = (shop: StripeShop): Promise<WalletDomain[]> =>
  listDomains(world.app.app.db, { appId: world.app.app.appId, tenantId: shop.tenantId });
const atStripe = async (shop: StripeShop): Promise<string[]> =>
  (await shop.stripe(PATH)).data.map((domain: { domain_name: string }) => domain.domain_name).sort();
/** What PSPs see of the tenant, also in idempotency keys. */
const hashOf = ({ tenantId }: StripeShop): string =>
  createHash('sha256').update(`quittance:${tenantId}`).digest('hex').slice(0, 12);
const askings = async (shop: StripeShop) => {
  const posted = await world.control.requests({ path: PATH, method: 'POST' });
  return posted.filter(({ idempotencyKey }) => idempotencyKey?.includes(hashOf(shop)));
};
const warnings = (shop: StripeShop, text: string) =>
  world.app.logged.filter((line) => line.includes(shop.tenantId) && line.includes(text));

describe('configuring', () => {
  it('registers the hosts when wallets are wanted, once, keeps what Stripe said, and skips what has no public name', async () => {
    const shop = await world.shop();
    expect(await kept(shop)).toEqual([]);
    await shop.configure({
      expressMethods: ['apple_pay', 'google_pay'],
      domains: ['www.shop.example', 'shop.example'],
    });
    expect(await atStripe(shop)).toEqual(['shop.example', 'www.shop.example']);
    const yes = [
      { wallet: 'apple_pay', isActive: true },
      { wallet: 'google_pay', isActive: true },
    ];
    expect(await kept(shop)).toMatchObject([
      { host: 'localhost', problem: expect.stringContaining('localhost') },
      { host: 'shop.example', wallets: yes, pspDomainId: expect.stringMatching(/^pmd_/) },
      { host: 'www.shop.example', wallets: yes },
    ]);
    expect(warnings(shop, 'wallet domain skipped')).not.toEqual([]);
    await shop.configure({ headless: true });
    expect(await askings(shop)).toHaveLength(2);
  });

  it('forgets a host that is no longer wanted and registers all with other keys', async () => {
    const shop = await world.shop({ domains: ['shop.example', 'old.example'] });
    await shop.configure({ domains: ['shop.example'] });
    expect((await kept(shop)).map(({ host }) => host)).toEqual(['localhost', 'shop.example']);
    expect(await atStripe(shop)).toContain('old.example');
    const [, before] = await kept(shop);
    const account = `${shop.account}b`;
    const secretKey = `sk_test_${account}`;
    await shop.configure({ secretKey, publishableKey: `pk_test_${account}` });
    const [, after] = await kept(shop);
    expect(after).toMatchObject({ host: 'shop.example', pspDomainId: expect.stringMatching(/^pmd_/) });
    expect(after?.pspDomainId).not.toBe(before?.pspDomainId);
    await shop.configure({ domains: [] });
    expect(await kept(shop)).toEqual([]);
  });

  it('is not held up when Stripe gives no answer: the host is asked for again with the same key', async () => {
    const shop = await world.shop();
    // The SDK repeats by itself; this outlasts it.
    await world.control.addFault({ effect: 'error_503', match: { path: PATH }, times: 6 });
    const { status } = await shop.configure({ domains: ['shop.example'] });
    expect(status).toBe(200);
    await eventually('the host is registered', async () => {
      await world.advance(61);
      return (await kept(shop)).some(({ pspDomainId }) => pspDomainId !== undefined);
    });
    const keys = new Set((await askings(shop)).map(({ idempotencyKey }) => idempotencyKey));
    expect(keys.size).toBe(1);
    expect(await atStripe(shop)).toEqual(['shop.example']);
  });

  it('is not held up when Stripe refuses; the refusal is kept and told, and the next day Stripe is asked anew', async () => {
    const shop = await world.shop();
    await world.control.addFault({ effect: 'forbidden', match: { path: PATH }, times: 1 });
    const { status } = await shop.configure({ domains: ['shop.example'] });
    expect(status).toBe(200);
    expect((await kept(shop))[1]).toMatchObject({ host: 'shop.example', problem: expect.any(String), isAsked: false });
    expect(warnings(shop, 'wallet domain not registered')).toHaveLength(1);
    await checkDomains(world.app.app, shop.tenantId);
    expect((await kept(shop))[1]).toMatchObject({ host: 'shop.example', pspDomainId: expect.any(String) });
    expect(new Set((await askings(shop)).map(({ idempotencyKey }) => idempotencyKey)).size).toBe(2);
  });
});

describe('the daily look', () => {
  it('learns that a wallet is no longer shown, warns, and learns that it is again', async () => {
    const shop = await world.shop({ expressMethods: ['apple_pay'], domains: ['shop.example'] });
    const [, domain] = await kept(shop);
    const decide = (status: 'active' | 'inactive') =>
      world.control.action('domain_wallet', {
        payment_method_domain: domain!.pspDomainId!,
        wallet: 'apple_pay',
        status,
      });
    await decide('inactive');
    await checkDomains(world.app.app, shop.tenantId);
    expect((await kept(shop))[1]?.wallets).toEqual([
      { wallet: 'apple_pay', isActive: false, reason: expect.any(String) },
    ]);
    expect(warnings(shop, 'wallet is not shown on a host')).toHaveLength(1);
    const posted = await world.control.requests({ method: 'POST' });
    const looked = posted.filter(({ path }) => path.endsWith('/validate'));
    expect(looked.map(({ idempotencyKey }) => idempotencyKey)).toEqual([
      expect.stringMatching(/^q1:.*:register_domain:.*:validate$/),
    ]);
    await decide('active');
    await checkDomains(world.app.app, shop.tenantId);
    expect((await kept(shop))[1]?.wallets).toEqual([{ wallet: 'apple_pay', isActive: true }]);
  });

  it('leaves a host alone that somebody switched off at Stripe, and warns', async () => {
    const shop = await world.shop({ domains: ['shop.example'] });
    const id = (await kept(shop))[1]?.pspDomainId ?? '';
    await shop.stripe(`${PATH}/${id}`, { enabled: 'false' });
    await checkDomains(world.app.app, shop.tenantId);
    expect((await shop.stripe(`${PATH}/${id}`)).enabled).toBe(false);
    expect((await kept(shop))[1]).toMatchObject({ pspDomainId: id, wallets: [{ isActive: false }, {}, {}] });
    expect(warnings(shop, 'switched off at Stripe')).not.toEqual([]);
  });

  it('asks nobody for a tenant that wants no wallets, or has left', async () => {
    const shop = await world.shop();
    const left = await world.shop({ domains: ['shop.example'] });
    await left.disconnect('true');
    const before = (await world.control.requests()).length;
    for (const tenantId of [shop.tenantId, left.tenantId, 'nobody']) await checkDomains(world.app.app, tenantId);
    expect((await world.control.requests()).length).toBe(before);
  });
});
