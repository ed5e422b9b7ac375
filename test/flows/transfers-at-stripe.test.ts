/** Transfers with Stripe behind: what is sent, every refusal in words for people, lost answers, and the dashboard. */
import { sql } from 'kysely';
import type Stripe from 'stripe';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openAccount } from '../simulator/stripe/support/merchants.js';
import type { TestShop } from '../support/app.js';
import { eventually, fileOf, inboxOf, ITEMS, REFUND_ITEMS } from './heart.js';
import { ABLE, item, merchant, send, transfersOf } from './marketplaces.js';
import { patiently, stripeStage, type StripeStage } from './stripe-stage.js';

let stage: StripeStage;
let shop: TestShop;
let stripe: Stripe;
const accounts = new Map<string, string>();
beforeAll(async () => {
  stage = await stripeStage();
  shop = await stage.shop({ businessModel: 'marketplace' });
  stripe = stage.stripe(shop);
  for (const reference of ['MER1', 'MER2']) await joins(reference);
});
afterAll(() => stage.close());
beforeEach(() => stage.control.clearFaults());

/** A merchant with an account at the simulated Stripe. */
async function joins(reference: string, more: Parameters<typeof openAccount>[2] = {}): Promise<string> {
  const accountId = await openAccount(stripe, stage.control, more);
  accounts.set(reference, accountId);
  await merchant(stage.app, shop, reference, { account: accountId, connector: 'stripe' });
  return accountId;
}

async function captured(card?: string): Promise<{ order: string; intent: string }> {
  const { orderReference, transactionId } = await stage.authorized(shop, card);
  await shop.command('CapturePayment', { orderReference, ...ITEMS, amount: 12_000 });
  await patiently(shop, 'PaymentCaptured', orderReference);
  return { order: orderReference, intent: transactionId };
}

const sharesOf = async (intent: string): Promise<Stripe.Transfer[]> => {
  const { transfer_group: group } = await stripe.paymentIntents.retrieve(intent);
  return (await stripe.transfers.list({ transfer_group: group ?? '', limit: 100 })).data;
};

describe('a transfer at Stripe', () => {
  it('comes from the charge of the payment, in its group, and names order, merchant and items', async () => {
    const { order, intent } = await captured();
    const [row] = await send(shop, [item(order, 'i1', '5000'), item(order, 'i2', 4000)]);
    const [transfer] = await sharesOf(intent);
    const { latest_charge: charge, transfer_group: group } = await stripe.paymentIntents.retrieve(intent);
    expect(transfer).toMatchObject({
      id: row?.transferId,
      amount: 9000,
      currency: 'eur',
      destination: accounts.get('MER1'),
      source_transaction: charge,
      transfer_group: group,
      metadata: { order_reference: order, merchant_reference: 'MER1', order_item_refs: 'i1,i2' },
    });
    expect(group).toMatch(/^order_[0-9a-f]{32}$/);
    expect(transfer?.metadata['psp_tenant']).toMatch(/./);
    expect(JSON.stringify(transfer)).not.toContain(shop.tenantId);
    const [stored] = await transfersOf(stage.app, shop, order);
    expect(stored).toMatchObject({ status: 'paid', isUntied: false, accountId: accounts.get('MER1') });
  });

  it('is taken back whole or in parts, and what is left is Stripe’s as well as ours', async () => {
    const { order, intent } = await captured();
    const [row] = await send(shop, [item(order, 'i1', 9000)]);
    const id = row?.transferId ?? '';
    const [part] = await send(shop, [item(order, 'i1', -4000, { transfer_id: id })]);
    expect(part).toMatchObject({
      isSuccessful: true,
      amount: -4000,
      transferId: expect.stringMatching(/^trr_/) as string,
    });
    await send(shop, [item(order, 'i1', -5000, { transfer_id: part?.transferId ?? '' })]);
    expect((await sharesOf(intent))[0]).toMatchObject({ amount_reversed: 9000, reversed: true });
    const [again] = await send(shop, [item(order, 'i1', 9000)]);
    expect(again).toMatchObject({ isSuccessful: true });
    expect(await sharesOf(intent)).toHaveLength(2);
  });

  it('a payment that began before its order gets the group when it gets the order', async () => {
    const cart = { currencyCode: 'EUR', grandTotal: 12_000, paymentMethod: 'Credit Card' };
    const begun = await shop.call('/private/pre-order-payment', { orderData: cart });
    const { transactionId } = begun.body as { transactionId: string };
    expect((await stripe.paymentIntents.retrieve(transactionId)).transfer_group ?? null).toBeNull();
    await stripe.paymentIntents.confirm(transactionId, {
      payment_method: 'pm_card_visa',
      return_url: 'https://x.example/',
    });
    const orderReference = `DE--pre-${transactionId.slice(-6)}`;
    const confirmed = await shop.call('/private/confirm-pre-order-payment', {
      orderReference,
      orderData: cart,
      preOrderPaymentData: { transactionId },
    });
    expect(confirmed.status, JSON.stringify(confirmed.body)).toBe(200);
    expect((await stripe.paymentIntents.retrieve(transactionId)).transfer_group).toMatch(/^order_/);
  });
});

describe('what Stripe refuses', () => {
  it.each<[string, Parameters<typeof openAccount>[2], RegExp]>([
    ['a merchant whose account cannot receive', { outcome: 'restricted' }, /cannot receive transfers yet/],
    ['a merchant in another region', { country: 'JP' }, /outside of your platform's region/],
  ])('%s', async (_title, account, message) => {
    const reference = `MER-${JSON.stringify(account).replace(/\W/g, '')}`;
    await joins(reference, account);
    const { order, intent } = await captured();
    // As if Stripe's event about the account were still on its way: then Stripe itself has to refuse.
    await sql`update merchants set state = ${JSON.stringify(ABLE)}::jsonb
      where tenant_id = ${shop.tenantId} and merchant_reference = ${reference}`.execute(stage.app.app.db);
    const rows = await send(shop, [
      item(order, 'i1', 1000, { merchant_reference: reference }),
      item(order, 'i2', 1000),
    ]);
    expect(rows.map(({ isSuccessful }) => isSuccessful)).toEqual([false, true]);
    expect(rows[0]?.failureMessage).toMatch(message);
    expect(rows[0]?.transferId).toBeNull();
    expect(await sharesOf(intent)).toHaveLength(1);
  });

  it('a destination it does not know', async () => {
    await merchant(stage.app, shop, 'MER-GONE', { account: 'acct_gone', connector: 'stripe' });
    const { order } = await captured();
    const [row] = await send(shop, [item(order, 'i1', 1000, { merchant_reference: 'MER-GONE' })]);
    expect(row?.failureMessage).toBe('Stripe does not know the merchant’s account.');
  });

  it('an account that is no longer the platform’s', async () => {
    const { order } = await captured();
    const error = { type: 'invalid_request_error', code: 'account_invalid', message: 'acct_x revoked sk_test' };
    stage.instead.next(/^\/v1\/transfers/, 403, error);
    const [row] = await send(shop, [item(order, 'i1', 1000)]);
    expect(row?.failureMessage).toBe('The merchant’s account no longer belongs to the shop’s Stripe account.');
    expect(await send(shop, [item(order, 'i1', 1000)])).toMatchObject([{ isSuccessful: true }]);
  });

  it('a reversal that the merchant’s balance does not hold', async () => {
    const { order } = await captured();
    const [row] = await send(shop, [item(order, 'i1', 1000)]);
    const error = { type: 'invalid_request_error', code: 'balance_insufficient', message: 'no' };
    stage.instead.next(/\/reversals/, 400, error);
    const [back] = await send(shop, [item(order, 'i1', -1000, { transfer_id: row?.transferId ?? '' })]);
    expect(back).toMatchObject({ isSuccessful: false, transferId: row?.transferId, amount: -1000 });
    expect(back?.failureMessage).toContain('balance at Stripe is too low');
  });

  it('what the charge does not hold any more: its words', async () => {
    const { order, intent } = await captured();
    const { latest_charge: charge } = await stripe.paymentIntents.retrieve(intent);
    const past = {
      amount: 11_500,
      currency: 'eur',
      destination: accounts.get('MER2') ?? '',
      source_transaction: String(charge),
    };
    await stripe.transfers.create(past);
    const [row] = await send(shop, [item(order, 'i1', 1000)]);
    expect(row?.failureMessage).toContain('must not exceed its amount of 12000');
  });
});

describe('a payment that was booked in another currency', () => {
  async function elsewhere(settings: Record<string, unknown> = {}): Promise<{ by: TestShop; order: string }> {
    const by = await stage.shop({ businessModel: 'marketplace', ...settings });
    const account = await openAccount(stage.stripe(by), stage.control);
    await merchant(stage.app, by, 'MER1', { account, connector: 'stripe' });
    const { id } = await stage.stripe(by).accounts.retrieveCurrent();
    await stage.control.settings({ account: id, settlement_currency: 'usd' });
    const { orderReference } = await stage.authorized(by);
    await by.command('CapturePayment', { orderReference, ...ITEMS, amount: 12_000 });
    await patiently(by, 'PaymentCaptured', orderReference);
    await stage.control.settings({ account: id, settlement_currency: null });
    return { by, order: orderReference };
  }

  it('is paid from the balance when that holds enough, and the record says so', async () => {
    const { by, order } = await elsewhere();
    const [poor] = await send(by, [item(order, 'i1', 1000)]);
    expect(poor?.failureMessage).toMatch(
      /booked in another currency, and the balance at Stripe has 0.00 EUR of the 10.00 EUR/,
    );
    await stage.stripe(by).paymentIntents.create({
      amount: 5000,
      currency: 'eur',
      confirm: true,
      payment_method: 'pm_card_bypassPending',
      return_url: 'https://x.example/',
    });
    const [row] = await send(by, [item(order, 'i1', 1000)]);
    expect(row).toMatchObject({ isSuccessful: true });
    expect((await transfersOf(stage.app, by, order)).at(-1)).toMatchObject({ status: 'paid', isUntied: true });
    expect(stage.app.logged.some((line) => line.includes('stripe.transfer_untied'))).toBe(true);
    expect((await stage.stripe(by).transfers.retrieve(row?.transferId ?? '')).source_transaction).toBeNull();
  });

  it('is refused with transfers.requireSourceTransaction', async () => {
    const { by, order } = await elsewhere({ transfers: { requireSourceTransaction: true } });
    const [row] = await send(by, [item(order, 'i1', 1000)]);
    expect(row?.failureMessage).toContain('transfers.requireSourceTransaction');
  });
});

describe('what Stripe does not answer', () => {
  it.each([
    'drop_before',
    'drop_after',
    'error_500',
    'error_500_after',
    'rate_limit',
    'lock_timeout',
    'conflict',
    'truncated',
  ] as const)('%s: paid once, and told rightly at the latest by the repeat', async (effect) => {
    const { order, intent } = await captured();
    await stage.control.addFault({ match: { path: '/v1/transfers', method: 'POST' }, effect, times: 1 });
    const items = [item(order, 'i1', 5000)];
    const first = await send(shop, items);
    const [told] = await send(shop, items);
    expect(told).toMatchObject({ isSuccessful: true, amount: 5000 });
    if (first[0]?.isSuccessful === true) expect(first).toEqual([told]);
    const shares = await sharesOf(intent);
    expect(shares.map(({ id }) => id)).toEqual([told?.transferId]);
  });

  it.each(['drop_after', 'error_500_after'] as const)('%s of a reversal: taken back once', async (effect) => {
    const { order, intent } = await captured();
    const [row] = await send(shop, [item(order, 'i1', 5000)]);
    await stage.control.addFault({ match: { path: '/v1/transfers/*/reversals', method: 'POST' }, effect, times: 1 });
    const items = [item(order, 'i1', -2000, { transfer_id: row?.transferId ?? '' })];
    await send(shop, items);
    expect(await send(shop, items)).toMatchObject([{ isSuccessful: true, amount: -2000 }]);
    expect((await sharesOf(intent))[0]).toMatchObject({ amount_reversed: 2000 });
  });

  it('for a long time: a failed row, and the money is found by the order’s group when the key is too old', async () => {
    const { order, intent } = await captured();
    await stage.control.addFault({ match: { path: '/v1/transfers', method: 'POST' }, effect: 'drop_after', times: 30 });
    const [silent] = await send(shop, [item(order, 'i1', 5000)]);
    expect(silent).toMatchObject({ isSuccessful: false, transferId: null });
    expect(silent?.failureMessage).toContain('has not answered yet');
    stage.clock.advance(21 * 3600);
    const [told] = await send(shop, [item(order, 'i1', 5000)]);
    expect(told).toMatchObject({ isSuccessful: true });
    expect((await sharesOf(intent)).map(({ id }) => id)).toEqual([told?.transferId]);
  });
});

describe('somebody in the dashboard', () => {
  it('takes a part back: it counts from then on; the rest: the items may be paid again', async () => {
    const { order } = await captured();
    const [row] = await send(shop, [item(order, 'i1', 5000)]);
    const id = row?.transferId ?? '';
    await send(shop, [item(order, 'i1', -1000, { transfer_id: id })]);
    await stage.control.action('transfer-reverse', { transfer: id, amount: 1500 });
    await eventually('what was taken back elsewhere', async () =>
      (await transfersOf(stage.app, shop, order)).some(({ reversedElsewhere }) => reversedElsewhere === 1500),
    );
    const [tooMuch] = await send(shop, [item(order, 'i1', -3000, { transfer_id: id })]);
    expect(tooMuch?.failureMessage).toContain('2500 EUR are left');
    await stage.control.action('transfer-reverse', { transfer: id, amount: 2500 });
    await eventually('all of it', async () =>
      (await transfersOf(stage.app, shop, order)).some(({ reversedElsewhere }) => reversedElsewhere === 4000),
    );
    const [again] = await send(shop, [item(order, 'i1', 5000)]);
    expect(again).toMatchObject({ isSuccessful: true });
    expect(again?.transferId).not.toBe(id);
    expect(stage.app.logged.filter((line) => line.includes('taken back at the PSP'))).toHaveLength(2);
  });

  it('our own reversals are nobody else’s, whenever their events come', async () => {
    const { order } = await captured();
    const [row] = await send(shop, [item(order, 'i1', 5000)]);
    await stage.control.pause();
    for (const amount of [-1000, -1500])
      await send(shop, [item(order, 'i1', amount, { transfer_id: row?.transferId ?? '' })]);
    await stage.control.resume();
    await eventually('both events', async () => {
      const rows = (await inboxOf(stage.app, shop)).filter(({ subject }) => subject === row?.transferId);
      return rows.length >= 5 && rows.every(({ state }) => state === 'done');
    });
    expect((await transfersOf(stage.app, shop, order))[0]).toMatchObject({ reversedElsewhere: 0 });
  });
});

describe('a refund', () => {
  it('that neither merchants nor the commission pay for is worth one line', async () => {
    const { order } = await captured();
    await send(shop, [item(order, 'i1', 9000)]);
    const lines = () =>
      stage.app.logged.filter((line) => line.includes('the shop pays for a refund') && line.includes(order));
    const refund = (amount: number, id: number) =>
      shop.command('RefundPayment', {
        orderReference: order,
        orderItems: REFUND_ITEMS.filter(({ orderItemId }) => orderItemId === id),
        orderItemIds: [id],
        amount: -amount,
        currencyIsoCode: 'EUR',
      });
    await refund(3000, 101);
    await patiently(shop, 'PaymentRefunded', order);
    expect(lines()).toHaveLength(0);
    await refund(1000, 102);
    await patiently(shop, 'PaymentRefunded', order);
    expect(lines()).toHaveLength(1);
    expect(lines()[0]).toContain('"short":1000');
    expect((await fileOf(stage.app, shop, order)).payment.refunded).toBe(4000);
  });
});
