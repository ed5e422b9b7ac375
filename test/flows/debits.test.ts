/** Debits of bank accounts (SEPA, ACH): the bank answers days later, and the shop may cancel meanwhile. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stripeWorld, type StripeShop, type StripeWorld } from '../support/stripe.js';
import { eventually, ITEMS, REFUND_ITEMS } from './heart.js';

let world: StripeWorld;
let shop: StripeShop;

beforeAll(async () => {
  world = await stripeWorld();
  shop = await world.shop();
});
afterAll(() => world.close());

const statusOf = async (orderReference: string) => (await shop.file(orderReference)).payment.status;
const without = (names: string[]) => names.filter((name) => name !== 'PaymentUpdated');
/** The bank answers, some time later: what Stripe says within one second has no order. */
async function bank(transactionId: string, outcome: 'succeed' | 'fail'): Promise<void> {
  await world.advance(2);
  await world.control.action('settle_debit', { payment_intent: transactionId, outcome });
}
const cancel = (orderReference: string) => shop.command('CancelPayment', { orderReference, ...ITEMS, amount: 0 });

const kinds = [
  { title: 'SEPA', method: 'pm_sim_sepa_processing', changes: {} },
  { title: 'ACH', method: 'pm_usBankAccount_processing', changes: { currencyCode: 'USD' } },
];

describe.each(kinds)('a debit by $title', ({ method, changes }) => {
  /** Sent to the bank, which has not answered; what the shop heard so far is read. */
  async function sent() {
    const order = await shop.paid(method, changes);
    const { messages } = await shop.heard(order.orderReference);
    return { ...order, messages };
  }

  it('is processing: the payment stays new, and its lines say so', async () => {
    const { orderReference, messages } = await sent();
    expect(messages.map(({ name }) => name)).toEqual(['PaymentCreated', 'PaymentUpdated']);
    expect(JSON.parse(messages[1]?.payload.details)).toMatchObject({
      'Bank debit': 'sent to the bank, which answers within days',
    });
    expect(await statusOf(orderReference)).toBe('new');
  });

  it('settles: authorized, then captured; a later capture command is answered without asking', async () => {
    const { orderReference, transactionId } = await sent();
    await bank(transactionId, 'succeed');
    expect(without((await shop.heard(orderReference)).names)).toEqual(['PaymentAuthorized', 'PaymentCaptured']);
    await shop.command('CapturePayment', { orderReference, ...ITEMS, amount: 12_000 });
    expect((await shop.heard(orderReference)).names).toEqual(['PaymentCaptured']);
    expect((await shop.file(orderReference)).operations.map(({ kind }) => kind)).toEqual(['initialize']);
  });

  it('bounces: PaymentAuthorizationFailed with the bank’s reason in the lines', async () => {
    const { orderReference, transactionId } = await sent();
    await bank(transactionId, 'fail');
    const { names, messages } = await shop.heard(orderReference);
    expect(without(names)).toEqual(['PaymentAuthorizationFailed']);
    expect(JSON.parse(messages[0]?.payload.details)).toMatchObject({
      'Bank debit': expect.stringMatching(/^not paid by the bank: /),
    });
    expect(await statusOf(orderReference)).toBe('authorization_failed');
  });

  it('is canceled in time: the bank is told, and the money never comes', async () => {
    const { orderReference, transactionId } = await sent();
    await cancel(orderReference);
    expect((await shop.heard(orderReference)).names).toEqual(['PaymentUpdated', 'PaymentCanceled']);
    expect((await shop.stripe(`/v1/payment_intents/${transactionId}`)).status).toBe('canceled');
  });

  it('is canceled too late: PaymentCancellationFailed, and when the bank pays it is captured', async () => {
    const { orderReference, transactionId } = await sent();
    await world.advance(120);
    await cancel(orderReference);
    expect(without((await shop.heard(orderReference)).names)).toEqual(['PaymentCancellationFailed']);
    expect(await statusOf(orderReference)).toBe('cancellation_failed');
    await bank(transactionId, 'succeed');
    expect(without((await shop.heard(orderReference)).names)).toContain('PaymentCaptured');
    expect(await statusOf(orderReference)).toBe('captured');
  });

  it('is canceled too late and bounces: the shop has what it wanted, PaymentCanceled', async () => {
    const { orderReference, transactionId } = await sent();
    await world.advance(120);
    await cancel(orderReference);
    await shop.heard(orderReference);
    await bank(transactionId, 'fail');
    expect(without((await shop.heard(orderReference)).names)).toEqual(['PaymentCanceled']);
    expect(await statusOf(orderReference)).toBe('canceled');
  });

  it('is refunded: on its way for days, then PaymentRefunded', async () => {
    const { orderReference, transactionId } = await sent();
    await bank(transactionId, 'succeed');
    await shop.heard(orderReference);
    await shop.command('RefundPayment', {
      orderReference,
      orderItems: REFUND_ITEMS,
      amount: -12_000,
      currencyIsoCode: String((changes as { currencyCode?: string }).currencyCode ?? 'EUR'),
    });
    expect((await shop.heard(orderReference)).names).toEqual(['PaymentUpdated']);
    expect(await statusOf(orderReference)).toBe('refunded');
    await world.advance(5);
    await eventually('done', async () => (await shop.file(orderReference)).refunds[0]?.status === 'succeeded');
    expect(without((await shop.heard(orderReference)).names)).toEqual(['PaymentRefunded']);
  });
});

describe('a debit that bounced', () => {
  /** Told, and its intent still open at Stripe. */
  async function bounced() {
    const order = await shop.paid('pm_sim_sepa_processing');
    await bank(order.transactionId, 'fail');
    await shop.heard(order.orderReference);
    return order;
  }

  it('cannot be paid any more: its payment intent is canceled, and a new start makes another', async () => {
    const { orderReference, transactionId } = await bounced();
    await eventually('canceled at Stripe', async () => {
      await world.advance(2);
      return (await shop.stripe(`/v1/payment_intents/${transactionId}`)).status === 'canceled';
    });
    expect(await statusOf(orderReference)).toBe('authorization_failed');
    const again = await shop.initialize({ orderReference });
    expect(again.status).toBe(200);
    expect(again.body.transactionId).not.toBe(transactionId);
    expect(without((await shop.heard(orderReference)).names)).toEqual([]);
    expect(await statusOf(orderReference)).toBe('new');
  });

  it('and whose order is initialized at once: the former intent is canceled before another is made', async () => {
    const { orderReference, transactionId } = await bounced();
    const again = await shop.initialize({ orderReference });
    expect(again.status).toBe(200);
    expect(again.body.transactionId).not.toBe(transactionId);
    expect((await shop.stripe(`/v1/payment_intents/${transactionId}`)).status).toBe('canceled');
    await shop.rest();
    expect(await statusOf(orderReference)).toBe('new');
  });

  it('and is paid after all, unheard: initializing makes no second payment, and the first is in the books', async () => {
    const { orderReference, transactionId } = await bounced();
    await world.control.addWebhookRule({ effect: 'drop', times: 9 });
    await shop.stripe(`/v1/payment_intents/${transactionId}/confirm`, {
      payment_method: 'pm_card_visa',
      return_url: 'https://shop.example/return',
    });
    const again = await shop.initialize({ orderReference });
    expect(again.status).toBe(400);
    expect(again.body[0].message).toBe('The payment has been paid and cannot be changed.');
    await world.control.clearWebhookRules();
    expect(without((await shop.heard(orderReference)).names)).toEqual(['PaymentAuthorized']);
    const { payment } = await shop.file(orderReference);
    expect(payment).toMatchObject({ status: 'authorized', transactionId, authorized: 12_000 });
    expect((await shop.stripe('/v1/payment_intents')).data[0].id).toBe(transactionId);
  });
});
