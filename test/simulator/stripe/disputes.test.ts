/** Disputes, early fraud warnings, reviews, fees, expiring authorizations, and events read after a pause. */
import type Stripe from 'stripe';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Bench } from './support/bench.js';
import { errorOf, listen, startBench, startReceiver } from './support/bench.js';
import { eventsAbout } from './support/events.js';

let bench: Bench;
let stripe: Stripe;
beforeAll(async () => {
  bench = await startBench({ seed: 14 });
  stripe = bench.sdk();
});
beforeEach(() => bench.control.freeze());
afterAll(() => bench.close());

const RETURN = { return_url: 'https://shop.example/return' };
const pay = (payment_method: string, more: Partial<Stripe.PaymentIntentCreateParams> = {}, sdk = stripe) =>
  sdk.paymentIntents.create({ amount: 5000, currency: 'eur', confirm: true, payment_method, ...RETURN, ...more });
const disputesOf = async (payment_intent: string) => (await stripe.disputes.list({ payment_intent })).data;

describe('a dispute', () => {
  it('follows the card for it after two seconds, and takes the money', async () => {
    const own = bench.sdk('dispute');
    const { id } = await pay('pm_card_createDispute', {}, own);
    expect((await own.disputes.list({ payment_intent: id })).data).toEqual([]);
    await bench.control.advance(2);
    const [dispute] = (await own.disputes.list({ payment_intent: id, expand: ['data.charge'] })).data;
    expect(dispute).toMatchObject({ amount: 5000, status: 'needs_response', is_charge_refundable: false });
    expect((dispute?.charge as Stripe.Charge).disputed).toBe(true);
    expect(dispute?.balance_transactions).toMatchObject([{ type: 'adjustment', amount: -5000, fee: 1500, net: -6500 }]);
    expect((await own.paymentIntents.retrieve(id)).status).toBe('succeeded');
    expect((await eventsAbout(own, id)).slice(-2)).toEqual([
      'charge.dispute.created',
      'charge.dispute.funds_withdrawn',
    ]);
    expect(await errorOf(own.refunds.create({ payment_intent: id }))).toMatchObject({ code: 'charge_disputed' });
    const balance = await own.balance.retrieve();
    const total = (balance.available[0]?.amount ?? 0) + (balance.pending[0]?.amount ?? 0);
    expect(total).toBe(5000 - 100 - 6500);
  });

  it('won gives the money back, and refunds are possible again', async () => {
    const { id } = await pay('pm_card_visa');
    const opened = await bench.control.action('open_dispute', { payment_intent: id, reason: 'product_not_received' });
    expect(opened).toMatchObject({ status: 'needs_response', reason: 'product_not_received' });
    await stripe.disputes.update(opened.id, { evidence: { uncategorized_text: 'It was delivered.' } });
    expect(await stripe.disputes.retrieve(opened.id)).toMatchObject({
      status: 'under_review',
      evidence_details: { has_evidence: true, submission_count: 1 },
    });
    await bench.control.action('close_dispute', { payment_intent: id, outcome: 'won' });
    const won = await stripe.disputes.retrieve(opened.id);
    expect(won.balance_transactions.map((entry) => entry.net)).toEqual([-6500, 5000]);
    expect((await eventsAbout(stripe, id)).slice(-3)).toEqual([
      'charge.dispute.updated',
      'charge.dispute.closed',
      'charge.dispute.funds_reinstated',
    ]);
    expect((await stripe.refunds.create({ payment_intent: id })).status).toBe('succeeded');
  });

  it('is accepted over the API, which loses it for good', async () => {
    const { id } = await pay('pm_card_visa');
    const { id: dispute } = await bench.control.action('open_dispute', { payment_intent: id });
    expect((await stripe.disputes.close(dispute)).status).toBe('lost');
    expect(await errorOf(stripe.disputes.close(dispute))).toMatchObject({ status: 400 });
    await expect(bench.control.action('open_dispute', { payment_intent: id })).rejects.toThrow('disputed already');
  });

  it('of a SEPA debit is lost at once', async () => {
    const { id } = await pay('pm_sim_sepa_dispute', {
      mandate_data: { customer_acceptance: { type: 'offline', offline: {} } },
    });
    await bench.control.advance(2);
    expect((await stripe.paymentIntents.retrieve(id)).status).toBe('succeeded');
    await bench.control.advance(2);
    expect(await disputesOf(id)).toMatchObject([{ status: 'lost', reason: 'debit_not_authorized' }]);
    expect((await eventsAbout(stripe, id)).slice(-3)).toEqual([
      'charge.dispute.created',
      'charge.dispute.funds_withdrawn',
      'charge.dispute.closed',
    ]);
  });

  it('does not come when the money went back before', async () => {
    const { id } = await pay('pm_card_createDispute');
    await stripe.refunds.create({ payment_intent: id });
    await bench.control.advance(2);
    expect(await disputesOf(id)).toEqual([]);
  });
});

describe('warnings and reviews', () => {
  it('an early fraud warning is listed and told', async () => {
    const { id, latest_charge } = await pay('pm_card_visa');
    const warning = await bench.control.action('early_fraud_warning', { payment_intent: id });
    const listed = await stripe.radar.earlyFraudWarnings.list({ charge: latest_charge as string });
    expect(listed.data).toMatchObject([{ id: warning.id, actionable: true, payment_intent: id }]);
    expect(await stripe.radar.earlyFraudWarnings.retrieve(warning.id)).toMatchObject({ charge: latest_charge });
    expect((await eventsAbout(stripe, id)).at(-1)).toBe('radar.early_fraud_warning.created');
  });

  it('a review is opened and closed', async () => {
    const { id } = await pay('pm_card_visa', { capture_method: 'manual' });
    const review = await bench.control.action('open_review', { payment_intent: id });
    const read = await stripe.paymentIntents.retrieve(id, { expand: ['review'] });
    expect(read.review).toMatchObject({ id: review.id, open: true });
    expect((await stripe.reviews.list()).data.map((row) => row.id)).toEqual([review.id]);
    await bench.control.action('close_review', { payment_intent: id, reason: 'refunded_as_fraud' });
    expect(await stripe.reviews.retrieve(review.id)).toMatchObject({ open: false, closed_reason: 'refunded_as_fraud' });
    const again = await bench.control.action('open_review', { payment_intent: id });
    expect(await stripe.reviews.approve(again.id)).toMatchObject({ open: false, reason: 'approved' });
    expect((await eventsAbout(stripe, id)).slice(-4)).toEqual([
      'review.opened',
      'review.closed',
      'review.opened',
      'review.closed',
    ]);
  });
});

describe('an authorization', () => {
  it('says until when it can be captured, and is released then', async () => {
    const intent = await pay('pm_sim_short_authorization', { capture_method: 'manual', expand: ['latest_charge'] });
    const before = (intent.latest_charge as Stripe.Charge).payment_method_details?.card?.capture_before ?? 0;
    expect(before - intent.created).toBe(3600);
    await bench.control.advance(3601);
    expect(await stripe.paymentIntents.retrieve(intent.id)).toMatchObject({
      status: 'canceled',
      cancellation_reason: 'automatic',
      amount_capturable: 0,
    });
    expect((await eventsAbout(stripe, intent.id)).slice(-2)).toEqual(['charge.expired', 'payment_intent.canceled']);
  });
});

describe('fees', () => {
  it('are on the balance transaction of a charge, and refunds have their own', async () => {
    const own = bench.sdk('fees');
    const intent = await pay('pm_card_visa', { expand: ['latest_charge.balance_transaction'] }, own);
    const charge = intent.latest_charge as Stripe.Charge;
    expect(charge.balance_transaction).toMatchObject({ type: 'charge', amount: 5000, fee: 100, net: 4900 });
    const refund = await own.refunds.create({ charge: charge.id, amount: 1000, expand: ['balance_transaction'] });
    expect(refund.balance_transaction).toMatchObject({ type: 'refund', amount: -1000, fee: 0, net: -1000 });
    expect((await own.balanceTransactions.list({ source: charge.id })).data).toHaveLength(1);
  });
});

describe('events missed during a pause', () => {
  it('are read from a moment on, by type, page after page, as they were delivered', async () => {
    const own = bench.sdk('missed');
    const receiver = await startReceiver();
    await listen(own, receiver);
    await pay('pm_card_visa', {}, own);
    await bench.control.advance(60);
    const since = Math.floor((await bench.control.clock()).now / 1000);
    for (let count = 0; count < 4; count += 1) await pay('pm_card_visa', {}, own);
    const missed = await own.events
      .list({ created: { gte: since }, type: 'payment_intent.succeeded', limit: 2 })
      .autoPagingToArray({ limit: 100 });
    expect(missed).toHaveLength(4);
    expect(missed.every((event) => event.created >= since && event.type === 'payment_intent.succeeded')).toBe(true);
    const page = await own.events.list({ created: { gte: since }, type: 'payment_intent.*', limit: 3 });
    expect(page.has_more).toBe(true);
    const next = await own.events.list({
      created: { gte: since },
      type: 'payment_intent.*',
      starting_after: page.data[2]?.id ?? '',
    });
    expect(next.data).toHaveLength(5);
    await receiver.until(15);
    const delivered = new Set(receiver.received.map((row) => row.id));
    expect(missed.every((event) => delivered.has(event.id))).toBe(true);
    await receiver.close();
  });
});
