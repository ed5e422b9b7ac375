/** Merchants onboarded at a simulated Stripe, by both of its interfaces: one account each, and links that are kept nowhere. */
import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { stripeWorld, type StripeShop, type StripeWorld } from '../support/stripe.js';
import { eventually } from './heart.js';
import { marketplaceAt } from './merchants-at-stripe.js';

let world: StripeWorld;
beforeAll(async () => {
  world = await stripeWorld();
});
afterAll(() => world.close());
afterEach(() => world.control.clearFaults());

async function accounts(
  shop: StripeShop,
  generation: string,
): Promise<{ id: string; metadata: Record<string, string> }[]> {
  const { data } = await shop.stripe(pathOf(generation));
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
    await world.control.addFault({
      match: { method: 'POST', path: pathOf(apiGeneration) },
      effect: 'drop_after',
      times: 4,
    });
    await shop.onboard();
    await world.advance(5);
    await eventually('the account', async () => (await shop.merchant()).account_id !== null);
    expect(await accounts(shop, apiGeneration)).toHaveLength(1);
    expect((await shop.onboard()).status).toBe(200);
  });

  it('the answer is lost for longer than Stripe keeps a key: the account is found, not made again', async () => {
    const shop = await marketplaceAt(world, { apiGeneration });
    await world.control.addFault({
      match: { method: 'POST', path: pathOf(apiGeneration) },
      effect: 'drop_after',
      times: 9,
    });
    expect((await shop.onboard()).status).toBe(412);
    const [made] = await accounts(shop, apiGeneration);
    await world.control.clearFaults();
    world.clock.advance(32 * 86_400);
    expect((await shop.onboard()).status).toBe(200);
    expect((await accounts(shop, apiGeneration)).map(({ id }) => id)).toEqual([made?.id]);
    expect((await shop.merchant()).account_id).toBe(made?.id);
  });

  it('a secret key that is not taken says nothing of an asking before: one account', async () => {
    const shop = await marketplaceAt(world, { apiGeneration });
    const match = { method: 'POST', path: pathOf(apiGeneration) };
    await world.control.addFault({ match, effect: 'drop_after', times: 9 });
    expect((await shop.onboard()).status).toBe(412);
    await world.control.clearFaults();
    await world.control.addFault({ match, effect: 'unauthorized', times: 30 });
    const refused = await shop.onboard();
    expect([refused.status, refused.body]).toEqual([
      412,
      { errors: [expect.objectContaining({ message: expect.stringContaining('secret key') as string })] },
    ]);
    await world.control.clearFaults();
    expect((await shop.onboard()).status).toBe(200);
    expect(await accounts(shop, apiGeneration)).toHaveLength(1);
  });
});

const pathOf = (generation: string): string => (generation === 'v2' ? '/v2/core/accounts' : '/v1/accounts');
