/**
 * Two marketplaces on one account at Stripe, with the same names of orders, items and merchants, who know the ids of each
 * other: no money of the other moves, and nobody hears of the other's merchants.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ITEMS } from '../flows/heart.js';
import { item, send, transfersOf } from '../flows/marketplaces.js';
import { stripeWorld, type StripeShop, type StripeWorld } from '../support/stripe.js';
import { everythingOf, told } from './doors.js';

let world: StripeWorld;
let mine: StripeShop;
let theirs: StripeShop;
/** Of theirs; the order's name is mine as well. */
let order: string;
let transferId: string;

beforeAll(async () => {
  world = await stripeWorld();
  theirs = await world.shop({ businessModel: 'marketplace' });
  mine = await world.shop({ businessModel: 'marketplace' });
  const keys = { secretKey: `sk_test_${theirs.account}`, publishableKey: `pk_test_${theirs.account}` };
  const settings = { connector: 'stripe', mode: 'test', businessModel: 'marketplace', ...keys };
  expect((await mine.configure(settings)).status).toBe(200);
  for (const reference of ['MER1', 'MER2']) await complete(theirs, await onboard(theirs, reference));
  order = await captured(theirs);
  await captured(mine, order);
  const [row] = await send(theirs, [item(order, 'i1', 5000)]);
  transferId = row?.transferId ?? '';
  expect(transferId).toMatch(/^tr_/);
  await Promise.all([mine.rest(), theirs.rest()]);
});
afterAll(() => world.close());

/** Onboards and returns the PSP's id of the account. */
async function onboard(shop: StripeShop, merchantReference: string): Promise<string> {
  const before = await accountsAtStripe();
  const body = { merchant: { merchantReference, name: 'Sony Experts' }, successUrl: 'https://portal.example/done' };
  const answer = await shop.call('/private/merchants/onboarding', body, { endpoint: 'merchant-onboarding' });
  expect(answer.status, JSON.stringify(answer.body)).toBe(201);
  const made = (await accountsAtStripe()).filter((id) => !before.includes(id));
  expect(made).toHaveLength(1);
  return made[0] ?? '';
}

async function complete(shop: StripeShop, account: string): Promise<void> {
  await world.control.action('account', { account, outcome: 'complete' });
  await shop.rest();
}

async function accountsAtStripe(): Promise<string[]> {
  const { data } = (await theirs.stripe('/v2/core/accounts')) as { data: { id: string }[] };
  return data.map(({ id }) => id);
}

async function captured(shop: StripeShop, orderReference?: string): Promise<string> {
  const begun = await shop.initialize(orderReference === undefined ? {} : { orderReference });
  const { transactionId } = begun.body as { transactionId: string };
  // By the keys of the account that both have.
  const paid = { payment_method: 'pm_card_visa', return_url: 'https://shop.example/return' };
  await theirs.stripe(`/v1/payment_intents/${transactionId}/confirm`, paid);
  await shop.rest();
  await shop.command('CapturePayment', { orderReference: begun.orderReference, ...ITEMS, amount: 12_000 });
  await shop.until('PaymentCaptured', begun.orderReference);
  return begun.orderReference;
}

/** Nothing of theirs changes, here and at the PSP. What Stripe tells both of them is kept by both. */
async function harmless(work: () => Promise<void>): Promise<void> {
  const look = async () => ({
    rows: { ...(await everythingOf(world.app, theirs.tenantId)), inbox: undefined },
    transfer: await theirs.stripe(`/v1/transfers/${transferId}`),
  });
  const before = await look();
  await work();
  await Promise.all([mine.rest(), theirs.rest()]);
  expect(await look()).toEqual(before);
}

describe('at transfers', () => {
  it('a transfer of the other cannot be taken back', async () => {
    await harmless(async () => {
      const [row] = await send(mine, [item(order, 'i1', -5000, { transfer_id: transferId })]);
      expect(row).toMatchObject({ isSuccessful: false, transferId });
      expect(row?.failureMessage).toContain(`Could not find a payment transfer with the transfer id "${transferId}"`);
    });
  });

  it('a merchant of the other cannot be paid', async () => {
    await harmless(async () => {
      const [row] = await send(mine, [item(order, 'i1', 5000, { merchant_reference: 'MER2' })]);
      expect(row).toMatchObject({ isSuccessful: false, transferId: null });
      expect(row?.failureMessage).toBe('Merchant with reference "MER2" not found.');
    });
  });

  it('an order of the other is unknown', async () => {
    const only = await captured(theirs);
    await harmless(async () => {
      const body = { paymentTransmissionItems: [item(only, 'i1', 5000)] };
      const { status } = await mine.call('/private/payments/transfers', body, { endpoint: 'transfers' });
      expect(status).toBe(400);
    });
  });
});

describe('at merchants/onboarding', () => {
  it('the same reference is another merchant with another account, and the same item of the same order is paid to it', async () => {
    await harmless(async () => {
      const account = await onboard(mine, 'MER1');
      await complete(mine, account);
      const [row] = await send(mine, [item(order, 'i1', 4000)]);
      expect(row).toMatchObject({ isSuccessful: true, amount: 4000 });
      expect(row?.transferId).not.toBe(transferId);
      expect(await transfersOf(world.app, mine, order)).toMatchObject([{ accountId: account, amount: 4000 }]);
    });
  });

  it('what Stripe tells of a merchant is told to whose it is, although both hear it', async () => {
    const statuses = async (shop: StripeShop): Promise<unknown[]> =>
      (await told(world.app, shop.tenantId))
        .filter(({ name }) => name === 'MerchantAppOnboardingStatusChanged')
        .map(({ payload }) => [payload['merchantReference'], payload['status']]);
    const before = await statuses(theirs);
    const account = await onboard(mine, 'MER9');
    await complete(mine, account);
    await Promise.all([mine.rest(), theirs.rest()]);
    expect(await statuses(mine)).toContainEqual(['MER9', 'completed']);
    expect(await statuses(theirs)).toEqual(before);
    const { inbox } = (await everythingOf(world.app, theirs.tenantId)) as {
      inbox: { attributes: unknown; result: string }[];
    };
    const about = inbox.filter(({ attributes }) => JSON.stringify(attributes).includes(account));
    expect(about.length).toBeGreaterThan(0);
    for (const { result } of about) expect(result).toBe('ignored: about an account that none of our merchants has');
  });
});
