/** Merchants onboarded at a simulated Stripe, by both of its interfaces: accounts, the way back, what webhooks tell. */
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { told } from '../http/doors.js';
import { stripeWorld, type StripeShop, type StripeWorld } from '../support/stripe.js';
import { eventually } from './heart.js';

let world: StripeWorld;
beforeAll(async () => {
  world = await stripeWorld();
});
afterAll(() => world.close());

const URLS = { successUrl: 'https://portal.example/done', errorUrl: 'https://portal.example/no' };

async function marketplace(connect: Record<string, unknown> = {}): Promise<StripeShop> {
  return world.shop({ businessModel: 'marketplace', connect });
}

async function onboard(shop: StripeShop, merchantReference = 'MER000001') {
  const body = { merchant: { merchantReference, name: 'Sony Experts' }, ...URLS };
  return shop.call('/private/merchants/onboarding', body, { endpoint: 'merchant-onboarding' });
}

async function merchantOf(shop: StripeShop, merchantReference = 'MER000001') {
  const { rows } = await sql<{ account_id: string; onboarding_status: string; next_look_at: string | null }>`
    select account_id, onboarding_status, next_look_at from merchants
    where tenant_id = ${shop.tenantId} and merchant_reference = ${merchantReference}`.execute(world.app.app.db);
  return rows[0]!;
}

async function statuses(shop: StripeShop): Promise<unknown[]> {
  const messages = await told(world.app, shop.tenantId);
  return messages
    .filter(({ name }) => name === 'MerchantAppOnboardingStatusChanged')
    .map(({ payload }) => payload['status']);
}

async function act(
  shop: StripeShop,
  outcome: 'complete' | 'eventually' | 'more_later' | 'rejected' | 'restricted' | 'deauthorize',
): Promise<void> {
  const { account_id: account } = await merchantOf(shop);
  await world.control.action('account', { account, outcome });
  await shop.rest();
}

async function accounts(
  shop: StripeShop,
  generation: string,
): Promise<{ id: string; metadata: Record<string, string> }[]> {
  const { data } = await shop.stripe(generation === 'v2' ? '/v2/core/accounts' : '/v1/accounts');
  return data;
}

describe.each(['v2', 'v1'])('accounts of %s', (apiGeneration) => {
  it('one account for a merchant, named by us, and a link to Stripe’s forms that is stored nowhere', async () => {
    const shop = await marketplace({ apiGeneration });
    const first = await onboard(shop);
    expect([first.status, first.body.strategy]).toEqual([201, 'redirect']);
    expect((await onboard(shop)).status).toBe(200);
    const made = await accounts(shop, apiGeneration);
    expect(made).toHaveLength(1);
    expect(made[0]?.id).toBe((await merchantOf(shop)).account_id);
    const { rows } = await sql<{ text: string }>`
      select coalesce(string_agg(t::text, ''), '') as text from operations t where tenant_id = ${shop.tenantId}`.execute(
      world.app.app.db,
    );
    const [token = 'none'] = (first.body.url as string).split('/').slice(-1);
    expect(rows[0]?.text).not.toContain(token);
    expect(world.app.logged.join('\n')).not.toContain(token);
    expect(world.app.logged.join('\n')).not.toContain('Sony Experts');
  });

  it.each([
    ['complete', ['completed']],
    ['eventually', ['enabled']],
    ['more_later', ['restricted soon']],
    ['rejected', ['rejected']],
    ['restricted', ['restricted']],
  ] as const)('webhooks tell %s', async (outcome, heard) => {
    const shop = await marketplace({ apiGeneration });
    await onboard(shop);
    await act(shop, outcome);
    await eventually(`the status ${heard.join()}`, async () => (await statuses(shop)).length > 0);
    await shop.rest();
    expect(await statuses(shop)).toEqual(heard);
  });

  it('a merchant who takes the permission away is rejected', async () => {
    const shop = await marketplace({ apiGeneration });
    await onboard(shop);
    await act(shop, 'complete');
    await act(shop, 'deauthorize');
    await eventually('rejected', async () => (await statuses(shop)).includes('rejected'));
    expect(await statuses(shop)).toEqual(['completed', 'rejected']);
  });

  it('the answer is lost: asked again with the same key, one account', async () => {
    const shop = await marketplace({ apiGeneration });
    const path = apiGeneration === 'v2' ? '/v2/core/accounts' : '/v1/accounts';
    await world.control.addFault({ match: { method: 'POST', path }, effect: 'drop_after', times: 4 });
    await onboard(shop);
    await world.advance(5);
    await eventually('the account', async () => (await merchantOf(shop)).account_id !== null);
    expect(await accounts(shop, apiGeneration)).toHaveLength(1);
    expect((await onboard(shop)).status).toBe(200);
  });
});
