/** Catching up: what a PSP told and we never heard is fetched, also when it told us other things afterwards. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { catchUpTenant } from '../../src/flows/catch-up.js';
import { stripeWorld, type StripeWorld } from '../support/stripe.js';

let world: StripeWorld;
beforeAll(async () => {
  world = await stripeWorld();
});
afterAll(() => world.close());

describe('an event that was lost', () => {
  it('is fetched by the next round, whatever was heard before that', async () => {
    const shop = await world.shop();
    const { orderReference, transactionId } = await shop.paid('pm_card_visa');
    await shop.rest();
    await shop.command('CapturePayment', { orderReference, orderItemIds: [101, 102], amount: 12_000 });
    await shop.rest();
    await world.control.addWebhookRule({ effect: 'drop', times: 99 });
    await shop.stripe('/v1/refunds', { payment_intent: transactionId });
    await shop.rest();
    await world.control.clearWebhookRules();
    // Down for hours, and the first thing heard afterwards comes before the first round.
    await world.advance(3 * 3_600);
    await shop.paid('pm_card_visa');
    await shop.rest();
    expect((await shop.file(orderReference)).payment.status).toBe('captured');
    expect(await catchUpTenant(world.app.app, shop.tenantId)).toBeGreaterThan(0);
    await shop.rest();
    expect((await shop.file(orderReference)).payment.status).toBe('refunded');
    const lines = world.app.logged.length;
    expect(await catchUpTenant(world.app.app, shop.tenantId)).toBe(0);
    // What is known is looked up every hour: a line for each would bury the others.
    expect(world.app.logged.slice(lines).filter((line) => line.includes('webhook received'))).toEqual([]);
  });
});
