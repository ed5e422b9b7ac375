/** Our webhook address at Stripe, changed by somebody or by Stripe: it is registered anew, and webhooks come again. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkEndpoints } from '../../src/flows/endpoint-check.js';
import { stripeWorld, type StripeObject, type StripeShop, type StripeWorld } from '../support/stripe.js';
import { eventually } from './heart.js';

let world: StripeWorld;
beforeAll(async () => {
  world = await stripeWorld();
});
afterAll(() => world.close());

const addresses = async (shop: StripeShop): Promise<StripeObject[]> =>
  (await shop.stripe('/v1/webhook_endpoints')).data;
const alarms = (text: string) =>
  world.app.logged.filter((line) => line.includes('webhook address is not') && line.includes(text));

describe('the daily look at webhook addresses', () => {
  it('leaves one alone that stands as it was registered', async () => {
    const shop = await world.shop();
    const before = await addresses(shop);
    expect(await checkEndpoints(world.app.app, shop.tenantId)).toBe(0);
    expect(await addresses(shop)).toEqual(before);
  });

  const faults: [string, string, (shop: StripeShop, id: string) => Promise<unknown>][] = [
    ['disabled', 'it is disabled', (shop, id) => shop.stripe(`/v1/webhook_endpoints/${id}`, { disabled: 'true' })],
    ['without most of its events', 'it lacks', (shop, id) =>
      shop.stripe(`/v1/webhook_endpoints/${id}`, { 'enabled_events[0]': 'payment_intent.succeeded' })],
    ['deleted', 'it is gone', (shop, id) => shop.stripe(`/v1/webhook_endpoints/${id}`, {}, 'DELETE')],
  ]; // prettier-ignore
  it.each(faults)('registers one anew that is %s', async (_title, fault, change) => {
    const shop = await world.shop();
    const [before] = await addresses(shop);
    await change(shop, before.id);
    expect(await checkEndpoints(world.app.app, shop.tenantId)).toBe(1);
    expect(alarms(fault).length).toBeGreaterThan(0);
    const after = await eventually('one new address', async () => {
      const found = await addresses(shop);
      return found.length === 1 && found[0].id !== before.id && found;
    });
    expect(after[0]).toMatchObject({ status: 'enabled' });
    expect(await checkEndpoints(world.app.app, shop.tenantId)).toBe(0);
    const { orderReference } = await shop.paid('pm_card_visa');
    expect((await shop.heard(orderReference)).names).toContain('PaymentAuthorized');
  });

  it('asks nobody for a tenant that registers by hand, or has left', async () => {
    const shop = await world.shop();
    await shop.disconnect('true');
    expect(await checkEndpoints(world.app.app, shop.tenantId)).toBe(0);
    expect(await checkEndpoints(world.app.app, 'nobody')).toBe(0);
  });
});
