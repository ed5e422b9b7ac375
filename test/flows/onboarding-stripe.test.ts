/** Merchants onboarded at a simulated Stripe, by both of its interfaces: one account each, and links that are kept nowhere. */
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stripeWorld, type StripeShop, type StripeWorld } from '../support/stripe.js';
import { eventually } from './heart.js';
import { marketplaceAt } from './merchants-at-stripe.js';

let world: StripeWorld;
beforeAll(async () => {
  world = await stripeWorld();
});
afterAll(() => world.close());

async function accounts(
  shop: StripeShop,
  generation: string,
): Promise<{ id: string; metadata: Record<string, string> }[]> {
  const { data } = await shop.stripe(generation === 'v2' ? '/v2/core/accounts' : '/v1/accounts');
  return data;
}

describe.each(['v2', 'v1'])('accounts of %s', (apiGeneration) => {
  it('one account for a merchant, named by us, and a link to Stripe’s forms that is stored nowhere', async () => {
    const shop = await marketplaceAt(world, { apiGeneration });
    const first = await shop.onboard();
    expect([first.status, first.body.strategy]).toEqual([201, 'redirect']);
    expect((await shop.onboard()).status).toBe(200);
    const made = await accounts(shop, apiGeneration);
    expect(made).toHaveLength(1);
    expect(made[0]?.id).toBe((await shop.merchant()).account_id);
    const { rows } = await sql<{ text: string }>`
      select coalesce(string_agg(t::text, ''), '') as text from operations t where tenant_id = ${shop.tenantId}`.execute(
      world.app.app.db,
    );
    const [token = 'none'] = (first.body.url as string).split('/').slice(-1);
    expect(rows[0]?.text).not.toContain(token);
    expect(world.app.logged.join('\n')).not.toContain(token);
    expect(world.app.logged.join('\n')).not.toContain('Sony Experts');
  });

  it('the answer is lost: asked again with the same key, one account', async () => {
    const shop = await marketplaceAt(world, { apiGeneration });
    const path = apiGeneration === 'v2' ? '/v2/core/accounts' : '/v1/accounts';
    await world.control.addFault({ match: { method: 'POST', path }, effect: 'drop_after', times: 4 });
    await shop.onboard();
    await world.advance(5);
    await eventually('the account', async () => (await shop.merchant()).account_id !== null);
    expect(await accounts(shop, apiGeneration)).toHaveLength(1);
    expect((await shop.onboard()).status).toBe(200);
  });
});
