/** What becomes of merchants' accounts at a simulated Stripe, and what the shop hears of it: by webhook and without. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lookAtMerchants } from '../../src/workers/look-at-merchants.js';
import { stripeWorld, type StripeWorld } from '../support/stripe.js';
import { eventually } from './heart.js';
import { marketplaceAt, type Marketplace, type Outcome } from './merchants-at-stripe.js';

let world: StripeWorld;
beforeAll(async () => {
  world = await stripeWorld();
});
afterAll(() => world.close());

const DAY = 86_400;

async function hears(shop: Marketplace, statuses: string[]): Promise<void> {
  await eventually(`statuses ${statuses.join()}`, async () => (await shop.statuses()).length >= statuses.length);
  await shop.rest();
  expect(await shop.statuses()).toEqual(statuses);
}

/** Every delivery that waits, the last first and each twice. */
async function deliverBackwards(): Promise<void> {
  const waiting = await world.control.deliveries({ state: 'pending' });
  expect(waiting.length).toBeGreaterThan(1);
  for (const { id } of waiting.reverse()) {
    await world.control.resend({ delivery: id });
    await world.control.resend({ delivery: id });
  }
  await world.control.resume();
}

describe.each(['v2', 'v1'])('accounts of %s', (apiGeneration) => {
  const begun = async (): Promise<Marketplace> => {
    const shop = await marketplaceAt(world, { apiGeneration });
    expect((await shop.onboard()).status).toBe(201);
    await shop.rest();
    return shop;
  };

  it.each<[Outcome, string]>([
    ['complete', 'completed'],
    ['more_later', 'restricted soon'],
    ['eventually', 'enabled'],
    ['pending', 'pending'],
    ['restricted', 'restricted'],
    ['past_due', 'restricted'],
    ['rejected', 'rejected'],
    ['close', 'rejected'],
    ['deauthorize', 'rejected'],
  ])('%s is told as %s, once', async (outcome, status) => {
    const shop = await begun();
    await shop.happens(outcome);
    await hears(shop, [status]);
    expect((await shop.merchant()).onboarding_status).toBe(status);
  });

  it('what is not handed in by its deadline restricts the merchant; once it is, all is well again', async () => {
    const shop = await begun();
    await shop.happens('more_later');
    await hears(shop, ['restricted soon']);
    await world.advance(14 * DAY + 60);
    await hears(shop, ['restricted soon', 'restricted']);
    await shop.happens('complete');
    await hears(shop, ['restricted soon', 'restricted', 'completed']);
  });

  it('what Stripe has looked into is told by itself', async () => {
    const shop = await begun();
    await shop.happens('pending');
    await hears(shop, ['pending']);
    await world.advance(DAY);
    await hears(shop, ['pending', 'completed']);
  });

  it('events out of order and twice: one message per change, the last truth wins', async () => {
    const shop = await begun();
    await world.control.pause();
    for (const outcome of ['restricted', 'eventually', 'complete'] as const) await shop.happens(outcome);
    await deliverBackwards();
    await hears(shop, ['completed']);
    await world.control.pause();
    for (const outcome of ['more_later', 'past_due'] as const) await shop.happens(outcome);
    await deliverBackwards();
    await hears(shop, ['completed', 'restricted']);
  });

  it('no webhook comes: the daily look tells the status, also of an account that was completed or rejected', async () => {
    const shop = await begun();
    await world.control.pause();
    const worker = lookAtMerchants(world.app.app);
    try {
      await shop.happens('eventually');
      await world.advance(DAY + 60);
      worker.wake();
      await eventually('enabled', async () => (await shop.statuses()).includes('enabled'));
      await shop.happens('complete');
      await world.advance(DAY + 60);
      worker.wake();
      await eventually('completed', async () => (await shop.statuses()).includes('completed'));
      await shop.happens('rejected');
      await world.advance(DAY + 60);
      worker.wake();
      await eventually('rejected', async () => (await shop.statuses()).includes('rejected'));
      await shop.happens('restricted');
      await world.advance(DAY + 60);
      worker.wake();
      await eventually('restricted', async () => (await shop.statuses()).includes('restricted'));
    } finally {
      await worker.stop();
      await world.control.resume();
    }
    await hears(shop, ['enabled', 'completed', 'rejected', 'restricted']);
  });

  it('the tenant has another platform by now: its merchant gets an account there', async () => {
    const shop = await begun();
    await shop.happens('complete');
    await hears(shop, ['completed']);
    const { account_id: former } = await shop.merchant();
    const keys = { secretKey: `sk_test_${shop.account}b`, publishableKey: `pk_test_${shop.account}b` };
    expect((await shop.configure(keys)).status).toBe(200);
    const { status, body } = await shop.onboard();
    expect([status, body.url]).toEqual([200, expect.stringMatching(/^http/)]);
    const { account_id: current } = await shop.merchant();
    expect(current).not.toBe(former);
    const known = await world.control.accounts();
    const platforms = [former, current].map((account) => known.find(({ id }) => id === account)?.platform);
    expect(new Set(platforms).size).toBe(2);
    await hears(shop, ['completed', 'incomplete']);
  });

  it('a merchant who took the permission away and comes back gets another account', async () => {
    const shop = await begun();
    await shop.happens('deauthorize');
    await hears(shop, ['rejected']);
    const { account_id: former } = await shop.merchant();
    expect((await shop.onboard()).status).toBe(200);
    expect((await shop.merchant()).account_id).not.toBe(former);
    await hears(shop, ['rejected', 'incomplete']);
  });
});
