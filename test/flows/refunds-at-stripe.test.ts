/** Refunds with Stripe behind: equal ones, too large ones, those that take days or come back, and the dashboard's. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stripeWorld, type StripeShop, type StripeWorld } from '../support/stripe.js';
import { eventually, inboxOf, ITEMS, operationsOf, outboxOf, REFUND_ITEMS } from './heart.js';

let world: StripeWorld;
let shop: StripeShop;

beforeAll(async () => {
  world = await stripeWorld();
  shop = await world.shop();
});
afterAll(() => world.close());

const without = (names: string[]) => names.filter((name) => name !== 'PaymentUpdated');

/** Paid by card and captured; what the shop heard so far is read. */
async function captured(method = 'pm_card_visa', changes: Record<string, unknown> = {}) {
  const order = await shop.paid(method, changes);
  await shop.command('CapturePayment', { orderReference: order.orderReference, ...ITEMS, amount: 12_000 });
  await shop.heard(order.orderReference);
  expect((await shop.file(order.orderReference)).payment).toMatchObject({ status: 'captured', captured: 12_000 });
  return order;
}

function refund(orderReference: string, amount: number, ids = [101, 102], headers: Record<string, string> = {}) {
  const orderItems = REFUND_ITEMS.filter(({ orderItemId }) => ids.includes(orderItemId));
  const payload = { orderReference, orderItems, orderItemIds: ids, amount: -amount, currencyIsoCode: 'EUR' };
  return shop.command('RefundPayment', payload, headers);
}

const atStripe = async (id: string): Promise<{ id: string; amount: number; status: string }[]> =>
  (await shop.stripe(`/v1/refunds?payment_intent=${id}`)).data;
const sums = async (orderReference: string) => {
  const { payment } = await shop.file(orderReference);
  return { status: payment.status, refunded: payment.refunded };
};
const resultOf = async (orderReference: string) =>
  (await inboxOf(world.app, shop)).filter(({ subject }) => subject === orderReference).at(-1)?.result;

describe('RefundPayment', () => {
  it('in two equal parts: two refunds, each told with its own items', async () => {
    const { orderReference, transactionId } = await captured();
    await refund(orderReference, 6_000, [101]);
    await refund(orderReference, 6_000, [102]);
    const { messages } = await shop.heard(orderReference);
    const told = messages.filter(({ name }) => name === 'PaymentRefunded').map(({ payload }) => payload);
    expect(told.map(({ amount, orderItemIds }) => [amount, orderItemIds])).toEqual([
      [6_000, ['101']],
      [6_000, ['102']],
    ]);
    expect((await atStripe(transactionId)).map(({ amount }) => amount)).toEqual([6_000, 6_000]);
    expect(await sums(orderReference)).toEqual({ status: 'refunded', refunded: 12_000 });
  });

  it('told twice with one id: one refund, answered twice', async () => {
    const { orderReference, transactionId } = await captured();
    const same = { 'Transaction-Id': `once-${orderReference}` };
    await refund(orderReference, 5_000, [102], same);
    await shop.heard(orderReference);
    await refund(orderReference, 5_000, [102], same);
    expect((await shop.heard(orderReference)).names).toEqual(['PaymentRefunded']);
    expect(await atStripe(transactionId)).toHaveLength(1);
  });

  it('of more than is left: refused without asking', async () => {
    const { orderReference, transactionId } = await captured();
    await refund(orderReference, 7_000, [101]);
    await shop.heard(orderReference);
    await refund(orderReference, 5_001, [102]);
    const { names, messages } = await shop.heard(orderReference);
    expect(names).toEqual(['PaymentRefundFailed']);
    expect(messages[0]?.payload).toMatchObject({ amount: 5_001, orderItemIds: ['102'] });
    expect(await atStripe(transactionId)).toHaveLength(1);
    expect(await resultOf(orderReference)).toBe('refused: Refund of 5001 is more than the 5000 that is left');
  });

  it('of nothing: refused, never taken for everything', async () => {
    const { orderReference, transactionId } = await captured();
    await refund(orderReference, 0, [102]);
    const { names, messages } = await shop.heard(orderReference);
    expect(names).toEqual(['PaymentRefundFailed']);
    expect(messages[0]?.payload).toMatchObject({ orderItemIds: ['102'] });
    expect(await atStripe(transactionId)).toEqual([]);
    expect(await sums(orderReference)).toEqual({ status: 'captured', refunded: 0 });
  });

  it('that stays pending: items are blocked, nothing is told, then PaymentRefunded', async () => {
    const { orderReference, transactionId } = await captured('pm_card_pendingRefund');
    await refund(orderReference, 5_000, [102]);
    expect((await shop.heard(orderReference)).names).toEqual(['PaymentUpdated']);
    expect(await sums(orderReference)).toEqual({ status: 'partially refunded', refunded: 5_000 });
    await refund(orderReference, 1_000, [102]);
    expect((await shop.heard(orderReference)).names).toEqual([]);
    expect(await resultOf(orderReference)).toBe('ignored: Items [102] are already refunded or in progress');
    await refund(orderReference, 1_000, [101, 102]);
    const partly = await shop.heard(orderReference);
    expect(partly.names).toEqual(['PaymentRefundFailed']);
    expect(partly.messages[0]?.payload.orderItemIds).toEqual(['101']);
    expect(await atStripe(transactionId)).toHaveLength(1);
    await world.advance(5);
    const { names, messages } = await shop.heard(orderReference);
    expect(without(names)).toEqual(['PaymentRefunded']);
    expect(messages.at(-1)?.payload).toMatchObject({ amount: 5_000, orderItemIds: ['102'] });
  });

  it('that fails after it had succeeded: PaymentRefundFailed, the status falls back, the items are free again', async () => {
    const { orderReference, transactionId } = await captured('pm_card_refundFail');
    await refund(orderReference, 12_000);
    const first = await shop.heard(orderReference);
    const told = [...first.names];
    await world.advance(5);
    const { names, messages } = await shop.heard(orderReference);
    told.push(...names);
    expect(without(told)).toEqual(['PaymentRefunded', 'PaymentRefundFailed']);
    expect(messages.at(-1)?.payload).toMatchObject({ amount: 12_000, orderItemIds: ['101', '102'] });
    expect(await sums(orderReference)).toEqual({ status: 'captured', refunded: 0 });
    await refund(orderReference, 12_000);
    expect(without((await shop.heard(orderReference)).names)[0]).toBe('PaymentRefunded');
    expect(await atStripe(transactionId)).toHaveLength(2);
  });

  it('of two parts, of which one fails late: partially refunded again', async () => {
    const { orderReference, transactionId } = await captured();
    await refund(orderReference, 7_000, [101]);
    await refund(orderReference, 5_000, [102]);
    await shop.heard(orderReference);
    const [latest] = await atStripe(transactionId);
    await world.advance(1);
    await world.control.action('bounce_refund', { refund: latest?.id ?? '' });
    expect((await shop.heard(orderReference)).names).toEqual(['PaymentUpdated', 'PaymentRefundFailed']);
    expect(await sums(orderReference)).toEqual({ status: 'partially refunded', refunded: 7_000 });
  });

  it('that Stripe refuses: PaymentRefundFailed, the payment stays refundable', async () => {
    const { orderReference, transactionId } = await captured();
    await world.control.action('open_dispute', { payment_intent: transactionId });
    await shop.heard(orderReference);
    await refund(orderReference, 5_000, [102]);
    expect((await shop.heard(orderReference)).names).toEqual(['PaymentUpdated', 'PaymentRefundFailed']);
    expect(await sums(orderReference)).toEqual({ status: 'captured', refunded: 0 });
    await world.control.action('close_dispute', { payment_intent: transactionId, outcome: 'won' });
    await shop.heard(orderReference);
    await refund(orderReference, 5_000, [102]);
    expect((await shop.heard(orderReference)).names).toEqual(['PaymentUpdated', 'PaymentRefunded']);
  });

  it('whose webhook is faster than its answer: one refund with the command’s items, told once', async () => {
    const { orderReference, transactionId } = await captured();
    await world.control.addWebhookRule({ match: { type: 'refund.created' }, effect: 'before_response' });
    await refund(orderReference, 5_000, [102]);
    const { names, messages } = await shop.heard(orderReference);
    expect(without(names)).toEqual(['PaymentRefunded']);
    expect(messages.at(-1)?.payload).toMatchObject({ amount: 5_000, orderItemIds: ['102'] });
    const { refunds } = await shop.file(orderReference);
    expect(refunds).toMatchObject([{ amount: 5_000, itemIds: ['102'], status: 'succeeded' }]);
    expect(await atStripe(transactionId)).toHaveLength(1);
  });

  it('whose webhooks are doubled, under the same id and another: told once', async () => {
    const { orderReference } = await captured();
    await world.control.addWebhookRule({ match: { type: 'refund.created' }, effect: 'duplicate' });
    await world.control.addWebhookRule({ match: { type: 'refund.updated' }, effect: 'twin' });
    await refund(orderReference, 5_000, [102]);
    await shop.rest();
    expect((await outboxOf(world.app, shop, orderReference)).filter((name) => name === 'PaymentRefunded')).toEqual([
      'PaymentRefunded',
    ]);
    await world.control.clearWebhookRules();
  });

  it('whose answers are lost: one refund, told once', async () => {
    const { orderReference, transactionId } = await captured();
    await world.control.addFault({ match: { method: 'POST', path: '/v1/refunds' }, effect: 'drop_after', times: 3 });
    await refund(orderReference, 5_000, [102]);
    await shop.rest();
    await world.advance(30);
    expect(without((await shop.heard(orderReference)).names)).toEqual(['PaymentRefunded']);
    expect(await atStripe(transactionId)).toHaveLength(1);
    await world.control.clearFaults();
  });

  it('while the rest is still held: the part goes back, the payment stays authorized', async () => {
    const several = await world.shop({ capture: { strategy: 'multi' } });
    const { orderReference } = await several.paid('pm_card_visa');
    await several.command('CapturePayment', { orderReference, ...ITEMS, orderItemIds: [101], amount: 7_000 });
    await several.heard(orderReference);
    await several.command('RefundPayment', { orderReference, ...ITEMS, orderItemIds: [101], amount: -7_000 });
    expect((await several.heard(orderReference)).names).toEqual(['PaymentUpdated', 'PaymentRefunded']);
    const { payment } = await several.file(orderReference);
    expect(payment).toMatchObject({ status: 'authorized', captured: 7_000, refunded: 7_000 });
  });
});

describe('a refund made in Stripe’s dashboard', () => {
  it('of everything: all items are refunded', async () => {
    const { orderReference, transactionId } = await captured();
    await world.control.action('refund', { payment_intent: transactionId });
    const { names, messages } = await shop.heard(orderReference);
    expect(names).toEqual(['PaymentUpdated', 'PaymentRefunded']);
    expect(messages[1]?.payload).toMatchObject({ amount: 12_000, orderItemIds: ['101', '102'] });
    expect(await sums(orderReference)).toEqual({ status: 'refunded', refunded: 12_000 });
  });

  it('of a part: a row and PaymentUpdated, and no item is blocked', async () => {
    const { orderReference, transactionId } = await captured();
    await world.control.action('refund', { payment_intent: transactionId, amount: 2_000 });
    expect((await shop.heard(orderReference)).names).toEqual(['PaymentUpdated']);
    expect((await shop.file(orderReference)).refunds).toMatchObject([{ amount: 2_000, itemIds: [] }]);
    expect(await sums(orderReference)).toEqual({ status: 'partially refunded', refunded: 2_000 });
    await refund(orderReference, 5_000, [102]);
    expect(without((await shop.heard(orderReference)).names)).toEqual(['PaymentRefunded']);
    expect(await sums(orderReference)).toEqual({ status: 'partially refunded', refunded: 7_000 });
  });

  it('of the last part: the items not yet refunded', async () => {
    const { orderReference, transactionId } = await captured();
    await refund(orderReference, 7_000, [101]);
    await shop.heard(orderReference);
    await world.control.action('refund', { payment_intent: transactionId });
    const { messages } = await shop.heard(orderReference);
    expect(messages.find(({ name }) => name === 'PaymentRefunded')?.payload).toMatchObject({
      amount: 5_000,
      orderItemIds: ['102'],
    });
    expect(await sums(orderReference)).toEqual({ status: 'refunded', refunded: 12_000 });
  });

  it('that fails later: the status falls back, and the shop hears it for what it had heard as refunded', async () => {
    const { orderReference, transactionId } = await captured();
    await world.control.action('refund', { payment_intent: transactionId });
    await shop.heard(orderReference);
    const [made] = await atStripe(transactionId);
    await world.advance(1);
    await world.control.action('bounce_refund', { refund: made?.id ?? '' });
    expect((await shop.heard(orderReference)).names).toEqual(['PaymentUpdated', 'PaymentRefundFailed']);
    expect(await sums(orderReference)).toEqual({ status: 'captured', refunded: 0 });
  });
});

describe('a released authorization, which Stripe lists as refunded', () => {
  it('of a canceled payment is no refund', async () => {
    const { orderReference } = await shop.paid('pm_card_visa');
    await shop.command('CancelPayment', { orderReference, ...ITEMS, amount: 0 });
    const { names } = await shop.heard(orderReference);
    expect(without(names)).toEqual(['PaymentCreated', 'PaymentAuthorized', 'PaymentCanceled']);
    const { refunds, payment } = await shop.file(orderReference);
    expect(refunds).toEqual([]);
    expect(payment).toMatchObject({ status: 'canceled', refunded: 0 });
    await refund(orderReference, 5_000, [102]);
    expect((await shop.heard(orderReference)).names).toEqual(['PaymentRefundFailed']);
    await eventually('refused', async () => (await resultOf(orderReference))?.startsWith('refused'));
    expect(await resultOf(orderReference)).toBe(
      'refused: Payment is in status "canceled" and cannot be refunded. Only payments in status "captured, partially refunded, overpaid" can be refunded',
    );
    expect((await operationsOf(world.app, shop, orderReference)).map(({ kind }) => kind)).toEqual(['cancel']);
  });
});
