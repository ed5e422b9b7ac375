/** Other methods than cards, fees, disputes and missed events, each against the simulator. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { disputeState } from '../../../src/connectors/stripe/disputes.js';
import { createStripeConnector } from '../../../src/connectors/stripe/index.js';
import type { PaymentHandle, Settings } from '../../../src/kit/index.js';
import { orderOf, SETTINGS } from './given.js';
import type { Simulated } from './simulated.js';
import { asked, askingOf, begin, simulated } from './simulated.js';

const connector = createStripeConnector();
let sim: Simulated;
beforeAll(async () => {
  sim = await simulated();
});
afterAll(() => sim.close());

const LONG_AGO = '2020-01-01T00:00:00.000Z';
const truth = (payment: PaymentHandle) => connector.readBack!({ payment }, sim.context());
const missed = () => connector.missedEvents!(LONG_AGO, sim.context());
const meaningOf = async (payment: PaymentHandle, type: string) => {
  const event = (await missed()).findLast(
    (each) => each.event.type === type && each.event.paymentReference === payment.transactionId,
  );
  if (event === undefined) throw new Error(`no ${type} of ${payment.transactionId}`);
  return connector.webhooks.translate(event.body, event.event, sim.context());
};

async function paid(method = 'pm_card_visa', settings: Settings = SETTINGS): Promise<PaymentHandle> {
  const { payment } = await begin(connector, sim.context(settings));
  await sim.pay(payment.transactionId, method);
  return payment;
}

async function debited(): Promise<PaymentHandle> {
  const { payment } = await begin(connector, sim.context());
  await sim.stripe.paymentIntents.confirm(payment.transactionId, {
    payment_method: 'pm_sim_sepa_slow_failure',
    mandate_data: { customer_acceptance: { type: 'offline', offline: {} } },
    return_url: 'https://shop.example/return',
  });
  return payment;
}

describe('a delayed debit', () => {
  it('works beside cards that are only reserved, and is processing until the bank answers', async () => {
    const payment = await debited();
    const answer = await truth(payment);
    expect(answer.facts).toMatchObject([{ kind: 'processing' }]);
    expect(answer.details?.['Bank debit']).toMatch(/sent to the bank/);
    expect(answer.details?.expectedSettlementBy).toMatch(/^\d{4}-\d\d-\d\d$/);
    // How long the bank may take says only the charge.
    expect(await meaningOf(payment, 'payment_intent.processing')).toMatchObject({ readBack: true });
    const { payment: cards } = await begin(connector, sim.context());
    const card = await sim.pay(cards.transactionId);
    expect(card.status).toBe('requires_capture');
  });

  it('that the bank sends back has failed for good, by event and by reading back', async () => {
    const payment = await debited();
    await sim.control.action('settle_debit', { payment_intent: payment.transactionId, outcome: 'fail' });
    const failed = { kind: 'authorization_failed', reason: 'generic_could_not_process' };
    expect((await truth(payment)).facts).toMatchObject([failed]);
    const told = await meaningOf(payment, 'payment_intent.payment_failed');
    expect(told).toMatchObject({ facts: [failed], details: { 'Bank debit': expect.stringMatching(/not paid/) } });
    expect(told.ignored).toBeUndefined();
    expect(await meaningOf(payment, 'charge.failed')).toMatchObject({ readBack: true });
  });

  it('that came back is replaced when the order is paid again', async () => {
    const payment = await debited();
    await sim.control.action('settle_debit', { payment_intent: payment.transactionId, outcome: 'fail' });
    const request = {
      paymentId: payment.paymentId,
      operationId: 'op-debit-again',
      order: orderOf(),
      returnUrl: 'https://x.example/',
      existing: payment,
    };
    const asking = askingOf(connector.initialize.prepare(request, sim.context()), request.operationId);
    const answer = await connector.initialize.ask(asking, sim.context());
    expect(answer).toMatchObject({ answer: 'completed', facts: [] });
    expect(answer.session?.transactionId).not.toBe(payment.transactionId);
    expect((await sim.stripe.paymentIntents.retrieve(payment.transactionId)).status).toBe('canceled');
  });

  it('that the bank pays is captured, and its fee is read back', async () => {
    const payment = await debited();
    await sim.control.action('settle_debit', { payment_intent: payment.transactionId, outcome: 'succeed' });
    expect((await truth(payment)).facts).toMatchObject([{ kind: 'captured', final: true }, { kind: 'fee' }]);
    expect((await truth(payment)).details?.['Bank debit']).toBe('paid by the bank');
    expect(await meaningOf(payment, 'charge.succeeded')).toMatchObject({ readBack: true });
  });

  it('refused at once is no fact: the customer may try again', async () => {
    const { payment } = await begin(connector, sim.context());
    await expect(sim.pay(payment.transactionId, 'pm_card_visa_chargeDeclined')).rejects.toThrow();
    expect((await truth(payment)).facts).toEqual([]);
  });
});

describe('cancel', () => {
  it.each(['abandoned', 'requested_by_customer'] as const)('for the reason %s says so at Stripe', async (reason) => {
    const { payment } = await begin(connector, sim.context());
    const parameters = connector.cancel.prepare({ payment, operationId: 'op-gone', reason }, sim.context());
    const answer = await connector.cancel.ask(askingOf(parameters), sim.context());
    expect(answer.facts).toMatchObject([
      { kind: 'canceled', cause: reason === 'abandoned' ? 'abandoned' : 'requested', reason },
    ]);
  });
});

describe('captures in parts', () => {
  const settings = { ...SETTINGS, capture: { strategy: 'multi', overcapture: true } };
  const take = (payment: PaymentHandle, amount: number, last = true) =>
    asked(connector, 'capture', payment, { context: sim.context(settings), amount, last }).ask();

  it('add up to one fee', async () => {
    const payment = await paid('pm_card_visa', settings);
    await take(payment, 5_000, false);
    expect(await meaningOf(payment, 'charge.updated')).toMatchObject({ readBack: true });
    await take({ ...payment, captured: 5_000 }, 7_000);
    const fees = [5_000, 7_000].reduce((sum, amount) => sum + Math.round(amount * 0.015) + 25, 0);
    expect((await truth(payment)).facts).toContainEqual(expect.objectContaining({ kind: 'fee', amount: fees }));
  });

  it('become one final capture when the charge allows no second one', async () => {
    const answer = await take(await paid('pm_sim_multicapture_unavailable', settings), 5_000, false);
    expect(answer).toMatchObject({ answer: 'completed', facts: [{ kind: 'captured', amount: 5_000, final: true }] });
  });

  it('may take more than was authorized where the charge allows it', async () => {
    const answer = await take(await paid('pm_sim_overcapture', settings), 13_000);
    expect(answer).toMatchObject({ answer: 'completed', facts: [{ kind: 'captured', amount: 13_000, final: true }] });
  });
});

describe('a dispute', () => {
  it('is told by its events and by reading back', async () => {
    const payment = await paid();
    await asked(connector, 'capture', payment, { context: sim.context() }).ask();
    await sim.control.action('open_dispute', { payment_intent: payment.transactionId });
    const open = { kind: 'dispute', state: 'open', amount: 12_000, reason: 'fraudulent' };
    expect(await meaningOf(payment, 'charge.dispute.created')).toMatchObject({
      facts: [open],
      details: { Dispute: 'needs_response, fraudulent, 120.00 EUR' },
    });
    expect((await truth(payment)).facts).toContainEqual(expect.objectContaining(open));
    await sim.control.action('close_dispute', { payment_intent: payment.transactionId, outcome: 'lost' });
    expect((await meaningOf(payment, 'charge.dispute.closed')).facts).toMatchObject([{ ...open, state: 'lost' }]);
  });

  it.each([
    ['needs_response', 'open'],
    ['under_review', 'open'],
    ['warning_needs_response', 'warning'],
    ['warning_closed', 'warning'],
    ['prevented', 'won'],
    ['won', 'won'],
    ['lost', 'lost'],
  ])('%s is %s', (status, state) => expect(disputeState(status)).toBe(state));

  it('leaves warnings and reviews to lines for people', async () => {
    const payment = await paid();
    await sim.control.action('early_fraud_warning', { payment_intent: payment.transactionId });
    await sim.control.action('open_review', { payment_intent: payment.transactionId });
    expect(await meaningOf(payment, 'radar.early_fraud_warning.created')).toMatchObject({
      facts: [],
      details: { 'Early fraud warning': 'unauthorized_use_of_card' },
    });
    expect((await meaningOf(payment, 'review.opened')).details).toEqual({ Review: 'open, manual' });
    await sim.control.action('close_review', { payment_intent: payment.transactionId });
    expect((await meaningOf(payment, 'review.closed')).details).toEqual({ Review: 'closed, approved' });
  });
});

describe('missedEvents', () => {
  it('are told oldest first, all since the moment, and none before it', async () => {
    const payment = await paid();
    await asked(connector, 'capture', payment, { context: sim.context() }).ask();
    const types = (await missed())
      .filter(({ event }) => event.paymentReference === payment.transactionId)
      .map(({ event }) => event.type);
    expect(new Set(types)).toEqual(
      new Set(['payment_intent.amount_capturable_updated', 'charge.succeeded', 'charge.captured', 'payment_intent.succeeded']),
    ); // prettier-ignore
    expect(types.indexOf('payment_intent.amount_capturable_updated')).toBeLessThan(
      types.indexOf('payment_intent.succeeded'),
    );
    const later = new Date(Date.parse(LONG_AGO) + 20 * 365 * 86_400_000).toISOString();
    expect(await connector.missedEvents!(later, sim.context())).toEqual([]);
  });

  it('of another shop on the same account are left out', async () => {
    const payment = await paid();
    const other = { ...sim.context(), tenant: { ...sim.context().tenant, hash: 'other' } };
    const theirs = (await connector.missedEvents!(LONG_AGO, other)).filter(
      ({ event }) => event.paymentReference === payment.transactionId && event.type.startsWith('payment_intent.'),
    );
    expect(theirs).toEqual([]);
  });
});
