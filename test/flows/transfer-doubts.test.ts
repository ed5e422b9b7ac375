/** Transfers whose answer was lost, and what must not be taken for one: whatever comes in between, each is paid once. */
import { sql } from 'kysely';
import type Stripe from 'stripe';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { removePayments } from '../../src/storage/payments.js';
import { openAccount } from '../simulator/stripe/support/merchants.js';
import type { TestShop } from '../support/app.js';
import { eventually, ITEMS } from './heart.js';
import { item, merchant, send, transfersOf } from './marketplaces.js';
import { patiently, stripeStage, type StripeStage } from './stripe-stage.js';

let stage: StripeStage;
beforeAll(async () => {
  stage = await stripeStage();
});
afterAll(() => stage.close());
afterEach(() => stage.control.clearFaults());

const TRANSFERS = { method: 'POST', path: '/v1/transfers' };

/** A marketplace of its own with one merchant, and an order that is captured. */
async function captured(): Promise<{ shop: TestShop; order: string; intent: string }> {
  const shop = await stage.shop({ businessModel: 'marketplace' });
  const account = await openAccount(stage.stripe(shop), stage.control);
  await merchant(stage.app, shop, 'MER1', { account, connector: 'stripe' });
  const { orderReference, transactionId } = await stage.authorized(shop);
  await shop.command('CapturePayment', { orderReference, ...ITEMS, amount: 12_000 });
  await patiently(shop, 'PaymentCaptured', orderReference);
  return { shop, order: orderReference, intent: transactionId };
}

async function sharesOf(shop: TestShop, intent: string): Promise<Stripe.Transfer[]> {
  const stripe = stage.stripe(shop);
  const { transfer_group: group } = await stripe.paymentIntents.retrieve(intent);
  return (await stripe.transfers.list({ transfer_group: group ?? '', limit: 100 })).data;
}

/** Idempotency keys under which transfers were asked for. */
async function keysOf(shop: TestShop): Promise<string[]> {
  const { rows } = await sql<{ key: string }>`select idempotency_key as key from operations
    where tenant_id = ${shop.tenantId} and kind = 'transfer'`.execute(stage.app.app.db);
  return rows.map(({ key }) => key);
}

async function operationsOf(shop: TestShop): Promise<{ kind: string; status: string; reason: string | null }[]> {
  const { rows } = await sql<{ kind: string; status: string; reason: string | null }>`
    select kind, status, reason from operations where tenant_id = ${shop.tenantId}
      and kind in ('transfer', 'reverse_transfer') order by asked_at, id`.execute(stage.app.app.db);
  return rows;
}

describe('a key that Stripe does not take any more', () => {
  it('says nothing of what was asked before: nothing is paid twice', async () => {
    const { shop, order, intent } = await captured();
    await stage.control.addFault({ match: TRANSFERS, effect: 'drop_after', times: 4 });
    await stage.control.addFault({ match: TRANSFERS, effect: 'unauthorized', times: 30 });
    const [silent] = await send(shop, [item(order, 'i1', 5000)]);
    expect(silent).toMatchObject({ isSuccessful: false, transferId: null });
    expect(await transfersOf(stage.app, shop, order)).toMatchObject([{ status: 'asked' }]);
    await stage.control.clearFaults();
    const [told] = await send(shop, [item(order, 'i1', 5000)]);
    expect(told).toMatchObject({ isSuccessful: true, amount: 5000 });
    expect((await sharesOf(shop, intent)).map(({ id }) => id)).toEqual([told?.transferId]);
  });

  it('while it is read back says as little', async () => {
    const { shop, order, intent } = await captured();
    await stage.control.addFault({ match: TRANSFERS, effect: 'drop_after', times: 90 });
    await send(shop, [item(order, 'i1', 5000)]);
    stage.clock.advance(21 * 3600);
    await stage.control.addFault({
      match: { method: 'GET', path: '/v1/transfers' },
      effect: 'unauthorized',
      times: 30,
    });
    expect(await send(shop, [item(order, 'i1', 5000)])).toMatchObject([{ isSuccessful: false, transferId: null }]);
    expect(await transfersOf(stage.app, shop, order)).toMatchObject([{ status: 'asked' }]);
    await stage.control.clearFaults();
    const [told] = await send(shop, [item(order, 'i1', 5000)]);
    expect((await sharesOf(shop, intent)).map(({ id }) => id)).toEqual([told?.transferId]);
  });

  it('at the first asking is an answer: nothing was moved, and the shop reads why', async () => {
    const { shop, order, intent } = await captured();
    await stage.control.addFault({ match: TRANSFERS, effect: 'unauthorized', times: 30 });
    const [refused] = await send(shop, [item(order, 'i1', 5000)]);
    expect(refused?.failureMessage).toContain('did not accept the secret key');
    expect(await transfersOf(stage.app, shop, order)).toMatchObject([{ status: 'refused' }]);
    expect(await sharesOf(shop, intent)).toEqual([]);
  });
});

describe('a key that is too old', () => {
  it('gets one new key, and what is asked under that is not asked under a third', async () => {
    const { shop, order, intent } = await captured();
    await stage.control.addFault({ match: TRANSFERS, effect: 'drop_before', times: 90 });
    await send(shop, [item(order, 'i1', 5000)]);
    const [first] = await keysOf(shop);
    stage.clock.advance(21 * 3600);
    await send(shop, [item(order, 'i1', 5000)]);
    await send(shop, [item(order, 'i1', 5000)]);
    expect(await keysOf(shop)).toEqual([expect.stringMatching(/:2$/)]);
    expect(await keysOf(shop)).not.toEqual([first]);
    await stage.control.clearFaults();
    const [told] = await send(shop, [item(order, 'i1', 5000)]);
    expect(told).toMatchObject({ isSuccessful: true });
    expect((await sharesOf(shop, intent)).map(({ id }) => id)).toEqual([told?.transferId]);
  });
});

describe('a no of Stripe that comes back as its own words', () => {
  it('transfers_not_allowed: refused, with no id, and the repeat asks anew', async () => {
    const { shop, order } = await captured();
    const message = 'Transfers are not allowed for this platform.';
    const error = { type: 'invalid_request_error', code: 'transfers_not_allowed', message };
    stage.instead.next(/^\/v1\/transfers/, 400, error);
    expect(await send(shop, [item(order, 'i1', 5000)])).toMatchObject([
      { isSuccessful: false, transferId: null, failureMessage: message },
    ]);
    expect(await send(shop, [item(order, 'i1', 5000)])).toMatchObject([{ isSuccessful: true }]);
  });
});

describe('a payment that is deleted', () => {
  it('while its transfer has no answer: nobody is asked for ever', async () => {
    const { shop, order } = await captured();
    await stage.control.addFault({ match: TRANSFERS, effect: 'drop_before', times: 90 });
    await send(shop, [item(order, 'i1', 5000)]);
    await removePayments(stage.app.app.db, { appId: stage.app.app.appId, tenantId: shop.tenantId });
    await stage.control.clearFaults();
    stage.clock.advance(60);
    await eventually('the end of the asking', async () => {
      stage.app.app.wake();
      return (await operationsOf(shop)).every(({ status }) => status === 'failed');
    });
    expect((await operationsOf(shop))[0]?.reason).toBe('its payment is deleted');
    expect(stage.app.logged.join('\n')).toContain('its payment is deleted');
  });
});
