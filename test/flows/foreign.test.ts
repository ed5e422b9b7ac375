/** An account at the PSP may have payments of other programs: what is told of them troubles nobody. */
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, inboxOf } from './heart.js';
import { stripeStage, type StripeStage } from './stripe-stage.js';

let stage: StripeStage;
beforeAll(async () => {
  stage = await stripeStage();
});
afterAll(() => stage.close());

/** Pays a payment intent that no order of ours began; answers what became of its events after the time they wait. */
async function heardOf(metadata: (hash: string) => Record<string, string>): Promise<string[]> {
  const shop = await stage.shop();
  const { rows } = await sql<{ hash: string }>`select hash from tenants where tenant_id = ${shop.tenantId}`.execute(
    stage.app.app.db,
  );
  await stage.stripe(shop).paymentIntents.create({
    amount: 500,
    currency: 'eur',
    confirm: true,
    payment_method: 'pm_card_visa',
    return_url: 'https://elsewhere.example/',
    metadata: metadata(rows[0]?.hash ?? ''),
  });
  const unknown = async () =>
    (await inboxOf(stage.app, shop)).filter(({ result }) => /Could not find a payment/.test(result ?? ''));
  await eventually('its events, parked', async () => {
    const rows = await unknown();
    return rows.length === 2 && rows.every(({ state }) => state === 'parked');
  });
  await stage.pass(700);
  return eventually('the end of their waiting', async () => {
    stage.app.passed(3_600_000);
    const rows = await unknown();
    return rows.every(({ state }) => state !== 'parked') && rows.map(({ state, result }) => `${state}: ${result}`);
  });
}

describe('events of a payment that nobody knows', () => {
  it('are nothing of ours when they do not carry our mark', async () => {
    const ends = await heardOf(() => ({}));
    expect(ends).toHaveLength(2);
    expect(ends.every((end) => end.startsWith('done: ignored: Could not find a payment'))).toBe(true);
  });

  it('are nothing of ours when they carry the mark of another tenant on the same account', async () => {
    const ends = await heardOf(() => ({ psp_tenant: 'another' }));
    expect(ends.every((end) => end.startsWith('done: '))).toBe(true);
  });

  it('wait for a person when they carry ours: an order of this tenant is lost', async () => {
    const ends = await heardOf((hash) => ({ psp_tenant: hash }));
    expect(ends.every((end) => end.startsWith('dead: Could not find a payment'))).toBe(true);
  });
});
