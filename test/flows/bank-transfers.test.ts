/** Bank transfers from the order to the last cent: exact, in parts, too little, too much, and all the ways back. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stripeWorld, type StripeShop, type StripeWorld } from '../support/stripe.js';
import { eventually, ITEMS, operationsOf, REFUND_ITEMS } from './heart.js';

const DAY = 86_400;
const GRACE_DAYS = 3;
let world: StripeWorld;
let shop: StripeShop;

beforeAll(async () => {
  world = await stripeWorld();
  shop = await world.shop({ bankTransfer: { country: 'FR', graceDays: GRACE_DAYS } });
});
afterAll(() => world.close());

interface Waiting {
  orderReference: string;
  transactionId: string;
  customer: string;
}

/** An order of 120.00 EUR whose customer was told where to send the money. */
async function waiting(): Promise<Waiting> {
  const order = await shop.paid('pm_sim_bank_transfer');
  const { customer } = await shop.stripe(`/v1/payment_intents/${order.transactionId}`);
  await shop.heard(order.orderReference);
  return { ...order, customer };
}

/** Money arrives for the order, whether or not it is still waited for. */
async function arrives(order: Waiting, amount: number, sender: 'known' | 'unknown' = 'known'): Promise<void> {
  await world.control.action('fund_cash_balance', { customer: order.customer, amount, currency: 'eur', sender });
  await shop.rest();
}

async function graceIsOver(order: Waiting): Promise<void> {
  await world.advance(GRACE_DAYS * DAY + 60);
  await eventually('underpaid', async () => (await shop.file(order.orderReference)).payment.status === 'underpaid');
}

const statusOf = async ({ orderReference }: Waiting) => (await shop.file(orderReference)).payment.status;
const cashOf = async ({ customer }: Waiting): Promise<number> =>
  (await shop.stripe(`/v1/customers/${customer}/cash_balance`)).available?.eur ?? 0;
const refundsAtStripe = async () => (await shop.stripe('/v1/refunds?limit=100')).data;

function refund(order: Waiting, amount: number, ids = [101, 102]) {
  const orderItems = REFUND_ITEMS.filter(({ orderItemId }) => ids.includes(orderItemId));
  const { orderReference } = order;
  return shop.command('RefundPayment', { orderReference, orderItems, amount: -amount, currencyIsoCode: 'EUR' });
}

const cancel = ({ orderReference }: Waiting) => shop.command('CancelPayment', { orderReference, ...ITEMS, amount: 0 });

/** The last lines the shop has for its people. */
const linesOf = (messages: { name: string; payload: { details: string } }[]): Record<string, string> =>
  JSON.parse(messages.filter(({ name }) => name === 'PaymentUpdated').at(-1)?.payload.details ?? '{}');

describe('money that arrives', () => {
  it('is awaited: the payment stays new and says what to write on the transfer', async () => {
    const { orderReference } = await shop.paid('pm_sim_bank_transfer');
    const { names, messages } = await shop.heard(orderReference);
    expect(names).toEqual(['PaymentCreated', 'PaymentUpdated']);
    expect(linesOf(messages)).toMatchObject({
      'Bank transfer reference': expect.stringMatching(/^SIM/),
      'Bank transfer remaining': '120.00 EUR',
    });
    expect((await shop.file(orderReference)).payment.status).toBe('new');
  });

  it('exactly: authorized and captured, in this order', async () => {
    const order = await waiting();
    await arrives(order, 12_000);
    const { names, messages } = await shop.heard(order.orderReference);
    expect(names.filter((name) => name !== 'PaymentUpdated')).toEqual(['PaymentAuthorized', 'PaymentCaptured']);
    expect(messages.find(({ name }) => name === 'PaymentCaptured')?.payload).toEqual({
      orderReference: order.orderReference,
      currencyIsoCode: 'EUR',
      amount: 12_000,
      orderItemIds: ['101', '102'],
    });
    expect((await shop.file(order.orderReference)).payment).toMatchObject({ status: 'captured', captured: 12_000 });
  });

  it('in two parts: the first is only told in lines, the second captures', async () => {
    const order = await waiting();
    await arrives(order, 5_000);
    const first = await shop.heard(order.orderReference);
    expect(new Set(first.names)).toEqual(new Set(['PaymentUpdated']));
    expect(linesOf(first.messages)).toMatchObject({
      'Bank transfer received': '50.00 EUR',
      'Bank transfer remaining': '70.00 EUR',
    });
    expect(await statusOf(order)).toBe('new');
    await arrives(order, 7_000);
    const second = await shop.heard(order.orderReference);
    expect(second.names.filter((name) => name !== 'PaymentUpdated')).toEqual(['PaymentAuthorized', 'PaymentCaptured']);
    expect(await statusOf(order)).toBe('captured');
  });

  it('too little: nothing until the grace is over, then PaymentCaptureFailed and PaymentUnderpaid', async () => {
    const order = await waiting();
    await arrives(order, 5_000);
    await world.advance((GRACE_DAYS - 1) * DAY);
    await shop.heard(order.orderReference);
    expect(await statusOf(order)).toBe('new');
    await graceIsOver(order);
    const { names, messages } = await shop.heard(order.orderReference);
    expect(names.filter((name) => name !== 'PaymentUpdated')).toEqual(['PaymentCaptureFailed', 'PaymentUnderpaid']);
    expect(messages.at(-1)?.payload).toMatchObject({ amount: 12_000, orderItemIds: ['101', '102'] });
    expect(linesOf(messages)).toMatchObject({
      'Bank transfer received': '50.00 EUR',
      sourceStatus: 'new',
      targetStatus: 'underpaid',
    });
  });

  it('too little, and the rest after the grace: captured after all', async () => {
    const order = await waiting();
    await arrives(order, 5_000);
    await graceIsOver(order);
    await shop.heard(order.orderReference);
    await arrives(order, 7_000);
    const { names } = await shop.heard(order.orderReference);
    expect(names.filter((name) => name !== 'PaymentUpdated')).toEqual(['PaymentAuthorized', 'PaymentCaptured']);
    expect(await statusOf(order)).toBe('captured');
  });

  it('too little, and more than the rest after the grace: overpaid', async () => {
    const order = await waiting();
    await arrives(order, 5_000);
    await graceIsOver(order);
    await shop.heard(order.orderReference);
    await arrives(order, 8_000);
    const { names } = await shop.heard(order.orderReference);
    expect(names.filter((name) => name !== 'PaymentUpdated')).toEqual([
      'PaymentAuthorized',
      'PaymentCaptured',
      'PaymentOverpaid',
    ]);
    expect((await shop.file(order.orderReference)).payment).toMatchObject({ status: 'overpaid', captured: 13_000 });
  });

  it('too much: PaymentCaptured, then PaymentOverpaid, with the total of the order', async () => {
    const order = await waiting();
    await arrives(order, 15_000);
    const { names, messages } = await shop.heard(order.orderReference);
    const told = names.filter((name) => name !== 'PaymentUpdated');
    expect(told).toEqual(['PaymentAuthorized', 'PaymentCaptured', 'PaymentOverpaid']);
    expect(messages.at(-1)?.payload).toMatchObject({ amount: 12_000, orderItemIds: ['101', '102'] });
    expect(linesOf(messages)).toMatchObject({ 'Bank transfer received': '150.00 EUR' });
    expect((await shop.file(order.orderReference)).payment).toMatchObject({ status: 'overpaid', captured: 15_000 });
  });

  it('again after the payment was complete: the customer’s transfer finds its payment', async () => {
    const order = await waiting();
    await arrives(order, 12_000);
    await shop.heard(order.orderReference);
    await arrives(order, 2_500);
    const { names } = await shop.heard(order.orderReference);
    expect(names.filter((name) => name !== 'PaymentUpdated')).toEqual(['PaymentOverpaid']);
    expect((await shop.file(order.orderReference)).payment).toMatchObject({ status: 'overpaid', captured: 14_500 });
  });

  it('again after everything was refunded: it is on record and told, and stays with the tenant', async () => {
    const order = await waiting();
    await arrives(order, 12_000);
    await refund(order, 12_000);
    await shop.rest();
    await world.advance(5);
    await shop.heard(order.orderReference);
    await arrives(order, 2_500);
    const { payment } = await shop.file(order.orderReference);
    expect(payment).toMatchObject({ status: 'refunded', captured: 14_500, refunded: 12_000 });
    const { names, messages } = await shop.heard(order.orderReference);
    expect(new Set(names)).toEqual(new Set(['PaymentUpdated']));
    expect(linesOf(messages)).toMatchObject({ 'Bank transfer received': '145.00 EUR' });
  });
});

describe('money that goes back', () => {
  async function overpaid(): Promise<Waiting> {
    const order = await waiting();
    await arrives(order, 15_000);
    await shop.heard(order.orderReference);
    return order;
  }

  it('the surplus alone, out of the cash balance', async () => {
    const order = await overpaid();
    await refund(order, 3_000, [102]);
    await shop.rest();
    await world.advance(5);
    const { names, messages } = await shop.heard(order.orderReference);
    expect(names.filter((name) => name !== 'PaymentUpdated')).toEqual(['PaymentRefunded']);
    expect(messages.at(-1)?.payload).toMatchObject({ amount: 3_000, orderItemIds: ['102'] });
    const { payment, refunds } = await shop.file(order.orderReference);
    expect(payment).toMatchObject({ status: 'partially refunded', captured: 15_000, refunded: 3_000 });
    expect(refunds).toMatchObject([{ status: 'succeeded', amount: 3_000 }]);
    expect(await cashOf(order)).toBe(0);
    const { latest_charge: charge } = await shop.stripe(`/v1/payment_intents/${order.transactionId}`);
    expect((await shop.stripe(`/v1/charges/${charge}`)).amount_refunded).toBe(0);
  });

  it('more than the order’s amount: the surplus and a part of the payment, told once', async () => {
    const order = await overpaid();
    const before = (await refundsAtStripe()).length;
    await refund(order, 13_000);
    await shop.rest();
    expect((await shop.file(order.orderReference)).payment).toMatchObject({ refunded: 13_000 });
    await world.advance(5);
    const { names, messages } = await shop.heard(order.orderReference);
    expect(names.filter((name) => name !== 'PaymentUpdated')).toEqual(['PaymentRefunded']);
    expect(messages.at(-1)?.payload).toMatchObject({ amount: 13_000, orderItemIds: ['101', '102'] });
    const { payment, refunds } = await shop.file(order.orderReference);
    expect(payment).toMatchObject({ status: 'refunded', captured: 15_000, refunded: 13_000 });
    expect(refunds).toMatchObject([{ status: 'succeeded', amount: 13_000 }]);
    const made = await refundsAtStripe();
    expect(
      made
        .slice(0, made.length - before)
        .map(({ amount }: { amount: number }) => amount)
        .sort(),
    ).toEqual([10_000, 3_000]);
    expect(await cashOf(order)).toBe(0);
  });

  it('more than the order’s amount, and half of it comes back later: what did arrive is counted', async () => {
    const order = await overpaid();
    await refund(order, 13_000);
    await shop.rest();
    await world.advance(5);
    await shop.heard(order.orderReference);
    const made = (await refundsAtStripe()) as { id: string; charge: string | null }[];
    const ofSurplus = made.find(({ charge }) => charge === null)?.id ?? '';
    await world.advance(2);
    await world.control.action('bounce_refund', { refund: ofSurplus });
    const { names, messages } = await shop.heard(order.orderReference);
    expect(names.filter((name) => name !== 'PaymentUpdated')).toEqual(['PaymentRefundFailed']);
    expect(messages.at(-1)?.payload).toMatchObject({ amount: 3_000, orderItemIds: ['101', '102'] });
    const { payment, refunds } = await shop.file(order.orderReference);
    expect(payment).toMatchObject({ status: 'partially refunded', refunded: 10_000 });
    expect(refunds).toMatchObject([{ status: 'succeeded', amount: 10_000 }]);
    // The shop may give the rest back again.
    await refund(order, 3_000);
    await shop.rest();
    await world.advance(5);
    expect((await shop.heard(order.orderReference)).names).toContain('PaymentRefunded');
    expect((await shop.file(order.orderReference)).payment).toMatchObject({ status: 'refunded', refunded: 13_000 });
  });

  it.each([1, 2])('more than the order’s amount, and answer %i is lost: each half is made once', async (half) => {
    const order = await overpaid();
    const before = (await refundsAtStripe()).length;
    const match = { method: 'POST', path: '/v1/refunds', nth: half };
    await world.control.addFault({ match, effect: 'drop_after', times: 3 });
    await refund(order, 13_000);
    await eventually('unanswered', async () =>
      (await operationsOf(world.app, shop, order.orderReference)).some(({ unanswered }) => unanswered),
    );
    await world.advance(30);
    await shop.rest();
    await world.advance(5);
    await shop.rest();
    const made = await refundsAtStripe();
    expect(made).toHaveLength(before + 2);
    const { payment, refunds, operations } = await shop.file(order.orderReference);
    expect(payment).toMatchObject({ status: 'refunded', refunded: 13_000 });
    expect(refunds).toMatchObject([{ status: 'succeeded', amount: 13_000 }]);
    expect(operations.filter(({ kind }) => kind === 'refund')).toMatchObject([{ status: 'succeeded' }]);
    await world.control.clearFaults();
  });

  it('more than the order’s amount, and the surplus is gone before its half: what the payment gave back counts', async () => {
    const order = await overpaid();
    const match = { method: 'POST', path: '/v1/refunds' };
    await world.control.addFault({ match, effect: 'drop_after', times: 3 });
    await refund(order, 13_000);
    await eventually('half of it', async () =>
      (await operationsOf(world.app, shop, order.orderReference)).some(({ unanswered }) => unanswered),
    );
    await world.control.clearFaults();
    const byHand = { customer: order.customer, amount: '3000', currency: 'eur', origin: 'customer_balance' };
    await shop.stripe('/v1/refunds', byHand);
    await world.advance(30);
    await shop.rest();
    await world.advance(5);
    await shop.rest();
    const { payment, refunds } = await shop.file(order.orderReference);
    expect(refunds.map(({ amount, status }) => [amount, status]).sort()).toEqual([
      [10_000, 'succeeded'],
      [3_000, 'succeeded'],
    ]);
    expect(payment).toMatchObject({ refunded: 13_000, captured: 15_000 });
    expect(await cashOf(order)).toBe(0);
    const posted = await world.control.requests({ method: 'POST' });
    const renamed = posted.filter(({ path }) => path.startsWith('/v1/refunds/'));
    expect(renamed.map(({ idempotencyKey }) => idempotencyKey)).toEqual([
      expect.stringMatching(/^q1:.*:refund:.*:whole$/),
    ]);
  });

  it('all that was received', async () => {
    const order = await overpaid();
    await refund(order, 15_000);
    await shop.rest();
    await world.advance(5);
    expect((await shop.heard(order.orderReference)).names).toContain('PaymentRefunded');
    expect((await shop.file(order.orderReference)).payment).toMatchObject({ status: 'refunded', refunded: 15_000 });
    expect(await cashOf(order)).toBe(0);
  });

  it('never more than was received', async () => {
    const order = await overpaid();
    await refund(order, 15_001);
    const { names } = await shop.heard(order.orderReference);
    expect(names).toEqual(['PaymentRefundFailed']);
    expect(await operationsOf(world.app, shop, order.orderReference)).toEqual([]);
  });

  it('to a bank nobody knows: the shop reads whom Stripe asked, and hears of the end', async () => {
    const order = await waiting();
    await arrives(order, 12_000, 'unknown');
    await shop.heard(order.orderReference);
    await refund(order, 12_000);
    const asked = await shop.heard(order.orderReference);
    expect(asked.names).toEqual(['PaymentUpdated']);
    const [{ refundId } = {}] = (await shop.file(order.orderReference)).refunds;
    const line = `Refund ${refundId}`;
    expect(linesOf(asked.messages)[line]).toMatch(
      /^120\.00 EUR: Stripe asked ada@example\.com .* until \d{4}-\d\d-\d\d$/,
    );
    await world.control.action('give_bank_details', { refund: refundId ?? '' });
    await shop.rest();
    await world.advance(5);
    const done = await shop.heard(order.orderReference);
    expect(done.names.filter((name) => name !== 'PaymentUpdated')).toEqual(['PaymentRefunded']);
    expect(linesOf(done.messages)[line]).toBe('120.00 EUR: succeeded');
  });

  it('to a bank nobody ever names: PaymentRefundFailed, and the money may be refunded again', async () => {
    const order = await waiting();
    await arrives(order, 12_000, 'unknown');
    await refund(order, 12_000);
    await shop.heard(order.orderReference);
    const [{ refundId } = {}] = (await shop.file(order.orderReference)).refunds;
    await world.control.action('expire_refund', { refund: refundId ?? '' });
    const { names } = await shop.heard(order.orderReference);
    expect(names).toEqual(['PaymentUpdated', 'PaymentRefundFailed']);
    expect((await shop.file(order.orderReference)).payment).toMatchObject({ status: 'captured', refunded: 0 });
  });
});

describe('a canceled order', () => {
  /** Until what arrived is on its way back. */
  const returned = (order: Waiting, amount: number) =>
    eventually('returned', async () => (await shop.file(order.orderReference)).payment.refunded === amount);

  it('of which nothing arrived: canceled', async () => {
    const order = await waiting();
    await cancel(order);
    expect((await shop.heard(order.orderReference)).names).toEqual(['PaymentUpdated', 'PaymentCanceled']);
    expect((await shop.stripe(`/v1/payment_intents/${order.transactionId}`)).status).toBe('canceled');
  });

  it('that was underpaid: canceled, and the part goes back by a stored operation', async () => {
    const order = await waiting();
    await arrives(order, 5_000);
    await graceIsOver(order);
    await shop.heard(order.orderReference);
    await cancel(order);
    await shop.rest();
    await returned(order, 5_000);
    await shop.rest();
    await world.advance(5);
    const { names, messages } = await shop.heard(order.orderReference);
    expect(names.filter((name) => name !== 'PaymentUpdated')).toEqual(['PaymentCanceled']);
    const { payment, refunds, operations } = await shop.file(order.orderReference);
    expect(payment).toMatchObject({ status: 'canceled', captured: 0, refunded: 5_000 });
    expect(refunds).toMatchObject([{ status: 'succeeded', amount: 5_000, itemIds: [] }]);
    expect(operations.filter(({ kind }) => kind === 'return')).toMatchObject([{ status: 'succeeded', amount: 5_000 }]);
    expect(linesOf(messages)[`Refund ${refunds[0]?.refundId}`]).toBe('50.00 EUR: succeeded');
    expect(await cashOf(order)).toBe(0);
  });

  it('during the grace: canceled, and the part goes back', async () => {
    const order = await waiting();
    await arrives(order, 4_000);
    await cancel(order);
    await shop.rest();
    await returned(order, 4_000);
    expect(await statusOf(order)).toBe('canceled');
    expect(await cashOf(order)).toBe(0);
  });

  it('whose customer pays all the same: what arrives goes back, each time', async () => {
    const order = await waiting();
    await cancel(order);
    await shop.heard(order.orderReference);
    await arrives(order, 12_000);
    await returned(order, 12_000);
    await shop.rest();
    await world.advance(5);
    await shop.rest();
    await arrives(order, 100);
    await returned(order, 12_100);
    const { names } = await shop.heard(order.orderReference);
    expect(new Set(names)).toEqual(new Set(['PaymentUpdated']));
    expect(await statusOf(order)).toBe('canceled');
    expect(await cashOf(order)).toBe(0);
  });

  it('whose money somebody has sent back in the dashboard: it is not sent back twice', async () => {
    const order = await waiting();
    await arrives(order, 4_000);
    await world.control.action('cancel', { payment_intent: order.transactionId });
    const byHand = { customer: order.customer, amount: '4000', currency: 'eur', origin: 'customer_balance' };
    expect((await shop.stripe('/v1/refunds', byHand)).status).toBe('pending');
    await shop.rest();
    await returned(order, 4_000);
    await world.advance(DAY);
    const { names } = await shop.heard(order.orderReference);
    expect(names.filter((name) => name !== 'PaymentUpdated')).toEqual(['PaymentCanceled']);
    const { refunds, operations } = await shop.file(order.orderReference);
    expect(refunds).toMatchObject([{ amount: 4_000, status: 'succeeded' }]);
    expect(operations.map(({ kind }) => kind)).not.toContain('return');
  });

  it('whose return has no answer: asked again with the same key, sent once', async () => {
    const order = await waiting();
    await arrives(order, 4_000);
    const before = (await refundsAtStripe()).length;
    await world.control.addFault({ match: { method: 'POST', path: '/v1/refunds' }, effect: 'drop_after', times: 3 });
    await cancel(order);
    await eventually('asked', async () =>
      (await operationsOf(world.app, shop, order.orderReference)).some(
        ({ kind, unanswered, status }) => kind === 'return' && (unanswered || status !== 'asked'),
      ),
    );
    await world.advance(30);
    await returned(order, 4_000);
    await shop.rest();
    expect(await refundsAtStripe()).toHaveLength(before + 1);
    await world.control.clearFaults();
  });

  it('whose return comes back stays with a person: it is not sent in circles', async () => {
    const order = await waiting();
    await arrives(order, 4_000);
    await cancel(order);
    await shop.rest();
    await returned(order, 4_000);
    const [{ refundId } = {}] = (await shop.file(order.orderReference)).refunds;
    await world.control.action('bounce_refund', { refund: refundId ?? '' });
    await shop.rest();
    await world.advance(3 * DAY);
    await shop.rest();
    const { payment, refunds } = await shop.file(order.orderReference);
    expect(payment).toMatchObject({ status: 'canceled', refunded: 0 });
    expect(refunds).toMatchObject([{ status: 'failed', amount: 4_000 }]);
    const { names } = await shop.heard(order.orderReference);
    expect(names).not.toContain('PaymentRefundFailed');
  });

  it('gives nothing back that never arrived, and a card payment nothing at all', async () => {
    const { orderReference } = await shop.paid('pm_card_visa');
    await shop.command('CancelPayment', { orderReference, ...ITEMS, amount: 0 });
    await shop.rest();
    await world.advance(DAY);
    await shop.rest();
    expect((await operationsOf(world.app, shop, orderReference)).map(({ kind }) => kind)).toEqual(['cancel']);
  });
});
