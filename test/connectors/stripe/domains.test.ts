/** Hosts on which Stripe shows wallets: which are wanted, registering them, and looking at them again. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { stripeConnector } from '../../../src/connectors/stripe/index.js';
import type { Settings } from '../../../src/kit/index.js';
import { SETTINGS } from './given.js';
import type { Simulated } from './simulated.js';
import { askingOf, impatient, simulated } from './simulated.js';

const connector = impatient();
const domains = connector.domains!;
const WANTED: Settings = { ...SETTINGS, expressMethods: ['apple_pay', 'paypal'] };
let sim: Simulated;
beforeAll(async () => {
  sim = await simulated();
});
afterAll(() => sim.close());
beforeEach(() => sim.control.reset());

const register = (operationId: string, host = 'shop.example', settings = WANTED) =>
  domains.register.ask(
    askingOf(domains.register.prepare({ host, operationId }, sim.context(settings)), operationId),
    sim.context(settings),
  );
const listed = async () => (await sim.stripe.paymentMethodDomains.list()).data;

describe('wanted', () => {
  const wanted = (more: Settings, pageHost = 'pay.example') =>
    stripeConnector.domains!.wanted({ ...SETTINGS, ...more }, pageHost);

  it('is nothing while no wallets are, else our page and the shop’s hosts, each once', () => {
    expect(wanted({ headless: true })).toEqual([]);
    expect(wanted({ expressMethods: ['link'] })).toEqual([{ host: 'pay.example' }]);
    expect(wanted({ domains: ['Shop.example', 'pay.example', 'shop.example'] })).toEqual([
      { host: 'pay.example' },
      { host: 'shop.example' },
    ]);
  });

  it('skips with a word what nobody else knows by name', () => {
    for (const host of ['localhost', 'shop.localhost', '127.0.0.1', '[::1]', 'printer', 'shop.test']) {
      expect(wanted({ expressMethods: ['link'] }, host)).toEqual([
        { host, skipped: expect.stringContaining('Stripe') },
      ]);
    }
  });
});

describe('register', () => {
  it('tells the id and the wallets that are wanted; again with its key is the same one', async () => {
    const first = await register('op-1');
    expect(first).toEqual({
      answer: 'completed',
      domainId: expect.stringMatching(/^pmd_/),
      wallets: [
        { wallet: 'apple_pay', isActive: true },
        { wallet: 'paypal', isActive: true },
      ],
    });
    expect(await register('op-1')).toEqual(first);
    expect(await listed()).toMatchObject([{ domain_name: 'shop.example', enabled: true }]);
    const usual = await register('op-2', 'other.example', { ...SETTINGS, domains: ['other.example'] });
    expect(usual.wallets?.map(({ wallet }) => wallet)).toEqual(['apple_pay', 'google_pay', 'link']);
  });

  it('takes a domain that is there already, and switches it on', async () => {
    const known = await sim.stripe.paymentMethodDomains.create({ domain_name: 'shop.example', enabled: false });
    const answer = await register('op-1');
    expect(answer).toMatchObject({ answer: 'completed', domainId: known.id });
    expect(await listed()).toMatchObject([{ id: known.id, enabled: true }]);
  });

  it('says no to a name that Stripe refuses, and unknown when nobody answered', async () => {
    expect(await register('op-1', 'not_a_host')).toMatchObject({ answer: 'rejected', problem: { class: 'rejected' } });
    await sim.control.addFault({ effect: 'drop_after', match: { path: '/v1/payment_method_domains' }, times: 2 });
    expect(await register('op-2')).toMatchObject({ answer: 'unknown' });
    expect(await register('op-2')).toMatchObject({ answer: 'completed' });
    expect(await listed()).toHaveLength(1);
  });
});

describe('inspect', () => {
  it('tells why a wallet is not shown, and that a domain is gone', async () => {
    const { domainId = '' } = await register('op-1');
    const forced = { payment_method_domain: domainId, wallet: 'apple_pay', status: 'inactive' } as const;
    await sim.control.action('domain_wallet', forced);
    expect(await domains.inspect(domainId, sim.context(WANTED))).toEqual([
      { wallet: 'apple_pay', isActive: false, reason: expect.any(String) },
      { wallet: 'paypal', isActive: true },
    ]);
    await sim.stripe.paymentMethodDomains.update(domainId, { enabled: false });
    const off = await domains.inspect(domainId, sim.context(WANTED));
    expect(off?.map(({ isActive }) => isActive)).toEqual([false, false]);
    expect(await domains.inspect('pmd_none', sim.context(WANTED))).toBeUndefined();
  });

  it('throws when Stripe gives no answer', async () => {
    const { domainId = '' } = await register('op-1');
    await sim.control.addFault({ effect: 'error_503', match: { path: '/v1/payment_method_domains/**' } });
    await expect(domains.inspect(domainId, sim.context(WANTED))).rejects.toThrow();
  });
});
