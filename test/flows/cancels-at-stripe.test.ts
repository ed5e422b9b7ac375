/** Cancels with Stripe behind: at every moment of a payment's life, and against a capture at the same time. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stripeWorld, type StripeShop, type StripeWorld } from '../support/stripe.js';
import { inboxOf, ITEMS } from './heart.js';

let world: StripeWorld;
let shop: StripeShop;
let reversing: StripeShop;
let several: StripeShop;

beforeAll(async () => {
  world = await stripeWorld();
  [shop, reversing, several] = await Promise.all([
    world.shop(),
    world.shop({ cancel: { captured: 'reverse' } }),
    world.shop({ capture: { strategy: 'multi' } }),
  ]);
});
afterAll(() => world.close());

const without = (names: string[]) => names.filter((name) => name !== 'PaymentUpdated');
const statusAtStripe = async (of: StripeShop, id: string) => (await of.stripe(`/v1/payment_intents/${id}`)).status;
const cancel = (of: StripeShop, orderReference: string, headers: Record<string, string> = {}) =>
  of.command('CancelPayment', { orderReference, ...ITEMS, amount: 0 }, headers);
const capture = (of: StripeShop, orderReference: string, amount = 12_000, ids = [101, 102]) =>
  of.command('CapturePayment', { orderReference, ...ITEMS, orderItemIds: ids, amount });

/** Paid by card and authorized; what the shop heard so far is read. */
async function authorized(of: StripeShop, method = 'pm_card_visa') {
  const order = await of.paid(method);
  expect(without((await of.heard(order.orderReference)).names)).toEqual(['PaymentCreated', 'PaymentAuthorized']);
  return order;
}

/** The result of the last command of that order, as the operator sees it. */
async function resultOf(of: StripeShop, orderReference: string) {
  const rows = await inboxOf(world.app, of);
  return rows.filter(({ source, subject }) => source === 'command' && subject === orderReference).at(-1)?.result;
}

describe('CancelPayment', () => {
  it('before the customer paid: canceled at Stripe', async () => {
    const { orderReference, body } = await shop.initialize();
    await cancel(shop, orderReference);
    expect((await shop.heard(orderReference)).names).toEqual(['PaymentCreated', 'PaymentUpdated', 'PaymentCanceled']);
    expect(await statusAtStripe(shop, body.transactionId)).toBe('canceled');
  });

  it('in the middle of 3-D Secure: canceled, and the customer can go on no more', async () => {
    const { orderReference, transactionId } = await shop.paid('pm_card_authenticationRequired');
    expect(await statusAtStripe(shop, transactionId)).toBe('requires_action');
    await cancel(shop, orderReference);
    expect(without((await shop.heard(orderReference)).names)).toEqual(['PaymentCreated', 'PaymentCanceled']);
    expect(await statusAtStripe(shop, transactionId)).toBe('canceled');
  });

  it('of an authorized payment: the whole order, whatever the command names', async () => {
    const { orderReference, transactionId } = await authorized(shop);
    await shop.command('CancelPayment', { orderReference, orderItemIds: [101], amount: 5 });
    const { names, messages } = await shop.heard(orderReference);
    expect(names).toEqual(['PaymentUpdated', 'PaymentCanceled']);
    expect(messages[1]?.payload).toEqual({
      orderReference,
      currencyIsoCode: 'EUR',
      amount: 12_000,
      orderItemIds: ['101', '102'],
    });
    expect(await statusAtStripe(shop, transactionId)).toBe('canceled');
    const { refunds, payment } = await shop.file(orderReference);
    expect(refunds).toEqual([]);
    expect(payment).toMatchObject({ status: 'canceled', captured: 0, refunded: 0 });
  });

  it('told again, by the same id or another: PaymentCanceled again, asked once', async () => {
    const { orderReference } = await authorized(shop);
    const same = { 'Transaction-Id': `again-${orderReference}` };
    await cancel(shop, orderReference, same);
    await shop.heard(orderReference);
    await cancel(shop, orderReference, same);
    expect((await shop.heard(orderReference)).names).toEqual(['PaymentCanceled']);
    await cancel(shop, orderReference);
    expect((await shop.heard(orderReference)).names).toEqual(['PaymentCanceled']);
    expect((await shop.file(orderReference)).operations.filter(({ kind }) => kind === 'cancel')).toHaveLength(1);
  });

  it('after the authorization expired: PaymentCanceled again, nobody is asked', async () => {
    const { orderReference, transactionId } = await authorized(shop);
    await world.control.action('expire_authorization', { payment_intent: transactionId });
    expect((await shop.heard(orderReference)).names).toEqual(['PaymentUpdated', 'PaymentCanceled']);
    await cancel(shop, orderReference);
    expect((await shop.heard(orderReference)).names).toEqual(['PaymentCanceled']);
    expect((await shop.file(orderReference)).operations.map(({ kind }) => kind)).toEqual(['initialize']);
  });

  it('after somebody canceled it in the dashboard: PaymentCanceled again', async () => {
    const { orderReference, transactionId } = await authorized(shop);
    await world.control.action('cancel', { payment_intent: transactionId });
    expect((await shop.heard(orderReference)).names).toEqual(['PaymentUpdated', 'PaymentCanceled']);
    await cancel(shop, orderReference);
    expect((await shop.heard(orderReference)).names).toEqual(['PaymentCanceled']);
  });

  it('of a captured payment: refused by default, and why is on record', async () => {
    const { orderReference, transactionId } = await authorized(shop);
    await capture(shop, orderReference);
    await shop.heard(orderReference);
    await cancel(shop, orderReference);
    expect((await shop.heard(orderReference)).names).toEqual(['PaymentCancellationFailed']);
    expect(await resultOf(shop, orderReference)).toBe(
      'refused: Payment is in status "captured" and cannot be canceled: its money is taken; refund it, or set cancel.captured to reverse',
    );
    expect(await statusAtStripe(shop, transactionId)).toBe('succeeded');
  });

  it('of a captured payment, when the tenant wants that: everything goes back, told as a cancel', async () => {
    const { orderReference, transactionId } = await authorized(reversing);
    await capture(reversing, orderReference);
    await reversing.heard(orderReference);
    await cancel(reversing, orderReference);
    const { names, messages } = await reversing.heard(orderReference);
    expect(names).toEqual(['PaymentUpdated', 'PaymentCanceled']);
    expect(messages[1]?.payload).toMatchObject({ amount: 12_000, orderItemIds: ['101', '102'] });
    expect((await reversing.file(orderReference)).payment).toMatchObject({ status: 'refunded', refunded: 12_000 });
    const { data } = await reversing.stripe(`/v1/refunds?payment_intent=${transactionId}`);
    expect(data).toHaveLength(1);
    await cancel(reversing, orderReference);
    expect((await reversing.heard(orderReference)).names).toEqual(['PaymentCanceled']);
    expect((await reversing.stripe(`/v1/refunds?payment_intent=${transactionId}`)).data).toHaveLength(1);
  });

  it('of a partly refunded payment, when the tenant wants that: only what is left goes back', async () => {
    const { orderReference } = await authorized(reversing);
    await capture(reversing, orderReference);
    await reversing.command('RefundPayment', { orderReference, ...ITEMS, orderItemIds: [101], amount: -7_000 });
    await reversing.heard(orderReference);
    await cancel(reversing, orderReference);
    expect(without((await reversing.heard(orderReference)).names)).toEqual(['PaymentCanceled']);
    const { payment, refunds } = await reversing.file(orderReference);
    expect(payment).toMatchObject({ status: 'refunded', refunded: 12_000 });
    expect(refunds.map(({ amount }) => amount).sort()).toEqual([5_000, 7_000]);
  });

  it('after a part was captured: the rest is released, PaymentCanceled is told, the payment is captured', async () => {
    const { orderReference, transactionId } = await authorized(several);
    await capture(several, orderReference, 7_000, [101]);
    await several.heard(orderReference);
    expect((await several.file(orderReference)).payment).toMatchObject({ status: 'authorized', captured: 7_000 });
    await cancel(several, orderReference);
    expect(without((await several.heard(orderReference)).names)).toEqual(['PaymentCanceled']);
    expect((await several.file(orderReference)).payment).toMatchObject({ status: 'captured', captured: 7_000 });
    const intent = await several.stripe(`/v1/payment_intents/${transactionId}`);
    expect(intent).toMatchObject({ status: 'succeeded', amount_received: 7_000, amount_capturable: 0 });
    await capture(several, orderReference, 5_000, [102]);
    expect((await several.heard(orderReference)).names).toEqual(['PaymentCaptureFailed']);
    await cancel(several, orderReference);
    expect((await several.heard(orderReference)).names).toEqual(['PaymentCanceled']);
  });

  it('of a debit that was paid, when the tenant wants that: told when the money has gone back, and only once before', async () => {
    const { orderReference } = await reversing.paid('pm_sim_sepa_success');
    await world.advance(5);
    await reversing.heard(orderReference);
    await cancel(reversing, orderReference);
    expect((await reversing.heard(orderReference)).names).toEqual(['PaymentUpdated']);
    await cancel(reversing, orderReference);
    expect((await reversing.heard(orderReference)).names).toEqual([]);
    await world.advance(5);
    expect(without((await reversing.heard(orderReference)).names)).toEqual(['PaymentCanceled']);
    expect((await reversing.file(orderReference)).refunds).toMatchObject([{ status: 'succeeded', amount: 12_000 }]);
  });

  it('whose answer is lost: asked again with the same key, told once', async () => {
    const { orderReference } = await authorized(shop);
    await world.control.addFault({ match: { path: '/v1/payment_intents/*/cancel' }, effect: 'drop_after', times: 3 });
    await cancel(shop, orderReference);
    await shop.rest();
    await world.advance(30);
    expect((await shop.heard(orderReference)).names).toEqual(['PaymentUpdated', 'PaymentCanceled']);
    expect((await shop.file(orderReference)).operations.filter(({ kind }) => kind === 'cancel')).toMatchObject([
      { status: 'succeeded' },
    ]);
    await world.control.clearFaults();
  });

  it('that Stripe refuses, because somebody captured in the dashboard meanwhile: what is so is told', async () => {
    const { orderReference, transactionId } = await authorized(shop);
    await world.control.pause();
    await world.control.action('capture', { payment_intent: transactionId });
    await cancel(shop, orderReference);
    const failed = await shop.until('PaymentCancellationFailed', orderReference);
    await world.control.resume();
    const names = [...failed.map(({ name }) => name), ...(await shop.heard(orderReference)).names];
    expect(without(names).sort()).toEqual(['PaymentCancellationFailed', 'PaymentCaptured']);
    expect((await shop.file(orderReference)).payment).toMatchObject({ status: 'captured', captured: 12_000 });
  });

  it('and CapturePayment at the same moment: one is done, the other answered by what is so then', async () => {
    for (let round = 0; round < 4; round += 1) {
      const { orderReference, transactionId } = await authorized(shop);
      await Promise.all(
        round % 2 === 0
          ? [capture(shop, orderReference), cancel(shop, orderReference)]
          : [cancel(shop, orderReference), capture(shop, orderReference)],
      );
      const told = without((await shop.heard(orderReference)).names).sort();
      const taken = (await statusAtStripe(shop, transactionId)) === 'succeeded';
      const ends = taken
        ? ['PaymentCancellationFailed', 'PaymentCaptured']
        : ['PaymentCanceled', 'PaymentCaptureFailed'];
      expect(told).toEqual(ends);
      expect((await shop.file(orderReference)).payment.status).toBe(taken ? 'captured' : 'canceled');
    }
  });
});
