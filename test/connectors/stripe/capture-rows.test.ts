/**
 * What each of Stripe's refusals means for a capture, and what a charge says that may be captured.
 * Sources: https://docs.stripe.com/error-codes, https://docs.stripe.com/payments/multicapture and /overcapture
 */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createStripeConnector } from '../../../src/connectors/stripe/index.js';
import type { Context, Parameters, PaymentHandle, Settings } from '../../../src/kit/index.js';
import { answering, type Answering } from '../../support/answering.js';
import { SETTINGS } from './given.js';
import type { Simulated } from './simulated.js';
import { asked, begin, impatient, simulated } from './simulated.js';

const connector = createStripeConnector();
/** One request per asking: the SDK repeats nothing. */
const hasty = impatient();
let sim: Simulated;
let instead: Answering;
beforeAll(async () => {
  sim = await simulated();
  instead = await answering(sim.url);
});
afterAll(async () => {
  await instead.close();
  await sim.close();
});
beforeEach(() => sim.control.clearFaults());

const CAPTURE = /\/capture$/;
const context = (settings: Settings = SETTINGS): Context => ({ ...sim.context(settings), apiUrl: instead.url });

async function paid(card = 'pm_card_visa', settings: Settings = SETTINGS): Promise<PaymentHandle> {
  const { payment } = await begin(connector, context(settings));
  await sim.pay(payment.transactionId, card);
  return payment;
}
const take = (payment: PaymentHandle, amount = 12_000) =>
  asked(hasty, 'capture', payment, { context: context(), amount });
const invalid = (code: string) => ({ type: 'invalid_request_error', code, message: `refused: ${code}` });
const stateOf = async (payment: PaymentHandle) => {
  const { status, amount_received: received } = await sim.stripe.paymentIntents.retrieve(payment.transactionId);
  return [status, received];
};

describe('a refused capture', () => {
  for (const code of ['charge_already_captured', 'payment_intent_unexpected_state']) {
    it(`${code} of money that is captured counts as captured`, async () => {
      const payment = await paid();
      await sim.control.action('capture', { payment_intent: payment.transactionId });
      instead.next(CAPTURE, 400, invalid(code));
      expect(await take(payment).ask()).toMatchObject({
        answer: 'completed',
        facts: [{ kind: 'captured', amount: 12_000, final: true }],
      });
    });

    it(`${code} of money that is canceled is refused, and the facts say that it is gone`, async () => {
      const payment = await paid();
      await sim.control.action('cancel', { payment_intent: payment.transactionId });
      instead.next(CAPTURE, 400, invalid(code));
      expect(await take(payment).ask()).toMatchObject({
        answer: 'rejected',
        problem: { class: 'already', code },
        facts: expect.arrayContaining([expect.objectContaining({ kind: 'canceled' })]),
      });
    });
  }

  for (const code of ['charge_expired_for_capture', 'capture_charge_authorization_expired']) {
    it(`${code} is refused; what follows is read from the payment`, async () => {
      const payment = await paid();
      await sim.control.action('expire_authorization', { payment_intent: payment.transactionId });
      instead.next(CAPTURE, 400, invalid(code));
      expect(await take(payment).ask()).toMatchObject({
        answer: 'rejected',
        problem: { class: 'already', code },
        facts: expect.arrayContaining([expect.objectContaining({ kind: 'canceled', cause: 'expired' })]),
      });
    });

    it(`${code} before Stripe has canceled the payment fails the capture and reports what is still held`, async () => {
      const payment = await paid();
      instead.next(CAPTURE, 400, invalid(code));
      const answer = await take(payment).ask();
      expect(answer).toMatchObject({ answer: 'rejected', facts: [{ kind: 'authorized' }] });
      expect(await stateOf(payment)).toEqual(['requires_capture', 0]);
    });
  }

  it('amount_too_large is refused and nothing is taken', async () => {
    const payment = await paid();
    const answer = await take(payment, 12_001).ask();
    expect(answer).toMatchObject({ answer: 'rejected', problem: { class: 'rejected', code: 'amount_too_large' } });
    expect(await stateOf(payment)).toEqual(['requires_capture', 0]);
  });

  it('a card error is a decline', async () => {
    const payment = await paid();
    const error = { type: 'card_error', code: 'card_declined', decline_code: 'do_not_honor', message: 'Declined.' };
    instead.next(CAPTURE, 402, error);
    expect(await take(payment).ask()).toMatchObject({
      answer: 'rejected',
      problem: { class: 'declined', code: 'do_not_honor' },
    });
  });
});

describe('a capture nobody knows the outcome of', () => {
  const rows = [
    ['429 rate limit', 429, { type: 'invalid_request_error', code: 'rate_limit' }, 'throttled'],
    ['429 lock_timeout', 429, { type: 'invalid_request_error', code: 'lock_timeout' }, 'busy'],
    ['500', 500, { type: 'api_error', message: 'broken' }, 'ambiguous'],
    ['503', 503, { type: 'api_error', message: 'away' }, 'ambiguous'],
  ] as const;
  for (const [title, status, error, kind] of rows) {
    for (const executed of [false, true]) {
      it(`${title}, ${executed ? 'done all the same' : 'not done'}: unknown, and the same asking ends it with one capture`, async () => {
        const payment = await paid();
        const capture = take(payment);
        instead.next(CAPTURE, status, error, { executed });
        const answer = await capture.ask();
        expect(answer).toMatchObject({ answer: 'unknown', facts: [], problem: { class: kind } });
        expect(await stateOf(payment)).toEqual(executed ? ['succeeded', 12_000] : ['requires_capture', 0]);
        expect(await capture.ask()).toMatchObject({
          answer: 'completed',
          facts: [{ kind: 'captured', amount: 12_000, final: true }],
        });
        expect(await stateOf(payment)).toEqual(['succeeded', 12_000]);
      });
    }
  }

  it('a lost connection: unknown, and read back it was done', async () => {
    const payment = await paid();
    const path = `/v1/payment_intents/${payment.transactionId}/capture`;
    await sim.control.addFault({ match: { method: 'POST', path }, effect: 'drop_after', times: 5 });
    const { asking, ask } = take(payment);
    expect(await ask()).toMatchObject({ answer: 'unknown', problem: { class: 'ambiguous' } });
    const operation = {
      id: asking.operationId,
      kind: 'capture',
      parameters: asking.parameters,
      askedAt: asking.askedAt,
    };
    expect(await connector.readBack!({ payment, operation }, context())).toMatchObject({
      answer: 'completed',
      facts: [{ kind: 'captured', amount: 12_000 }],
    });
  });
});

describe('what a charge allows', () => {
  const heldOf = async (payment: PaymentHandle) =>
    (await connector.readBack!({ payment }, context())).facts.find(({ kind }) => kind === 'authorized');
  const capture = { strategy: 'multi', overcapture: true };

  it('several captures, when they were asked for and the card has them', async () => {
    expect(await heldOf(await paid('pm_card_visa', { ...SETTINGS, capture }))).toMatchObject({ severalCaptures: true });
    expect(await heldOf(await paid('pm_sim_multicapture_unavailable', { ...SETTINGS, capture }))).toMatchObject({
      severalCaptures: false,
    });
    expect(await heldOf(await paid())).toMatchObject({ severalCaptures: false });
  });

  it('more than authorized, up to the maximum, when it was asked for and the card has it', async () => {
    const over = await heldOf(await paid('pm_sim_overcapture', { ...SETTINGS, capture }));
    expect(over).toMatchObject({ amount: 12_000, capturableUpTo: 13_800 });
    expect(await heldOf(await paid('pm_card_visa', { ...SETTINGS, capture }))).not.toHaveProperty('capturableUpTo');
    expect(await heldOf(await paid('pm_sim_overcapture'))).not.toHaveProperty('capturableUpTo');
  });

  it('is asked for only as the tenant wants it', async () => {
    const optionsOf = async (more: object) => {
      const { payment } = await begin(connector, context({ ...SETTINGS, capture: more }));
      const intent = await sim.stripe.paymentIntents.retrieve(payment.transactionId);
      return intent.payment_method_options?.card;
    };
    expect(await optionsOf({ strategy: 'multi' })).toMatchObject({ request_multicapture: 'if_available' });
    expect(await optionsOf({ strategy: 'deferred_sum' })).not.toMatchObject({ request_multicapture: 'if_available' });
    expect(await optionsOf({ overcapture: true })).toMatchObject({ request_overcapture: 'if_available' });
  });
});

describe('the settings of captures', () => {
  const report = (more: object) => connector.validate({ ...SETTINGS, ...more }, sim.context());

  it('a marketplace cannot have several captures, because its transfers belong to one', async () => {
    const marketplace = { businessModel: 'marketplace' };
    const refused = await report({ ...marketplace, capture: { strategy: 'multi' } });
    expect(refused.errors).toContainEqual(expect.objectContaining({ property: 'capture.strategy' }));
    for (const strategy of ['single_final', 'deferred_sum']) {
      const { errors } = await report({ ...marketplace, capture: { strategy } });
      expect(errors.filter(({ property }) => property === 'capture.strategy')).toEqual([]);
    }
  });

  it('the hours before the end are whole and less than an authorization lasts', async () => {
    for (const hours of [0, 145, 1.5]) {
      const { errors } = await report({ capture: { strategy: 'deferred_sum', hoursBeforeExpiry: hours } });
      expect(errors).toContainEqual(expect.objectContaining({ property: 'capture.hoursBeforeExpiry' }));
    }
    expect((await report({ capture: { strategy: 'deferred_sum', hoursBeforeExpiry: 48 } })).isValid).toBe(true);
  });

  it('say how a reservation is taken', () => {
    expect(connector.capturing?.(SETTINGS)).toEqual({ strategy: 'single_final', hoursBeforeEnd: 24, atMost: 50 });
    expect(connector.capturing?.({ ...SETTINGS, capture: { strategy: 'deferred_sum', hoursBeforeExpiry: 6 } })).toEqual(
      { strategy: 'deferred_sum', hoursBeforeEnd: 6, atMost: 50 },
    );
  });
});

describe('a cancel after a part was captured', () => {
  it('is read from what Stripe answers: the rest is gone and what was taken stays', async () => {
    const settings = { ...SETTINGS, capture: { strategy: 'multi' } };
    const payment = await paid('pm_card_visa', settings);
    await asked(connector, 'capture', payment, { context: context(settings), amount: 5_000, last: false }).ask();
    const answer = await asked(connector, 'cancel', { ...payment, captured: 5_000 }, { context: context() }).ask();
    expect(answer).toMatchObject({ answer: 'completed', facts: [{ kind: 'captured', amount: 5_000, final: true }] });
  });

  it('also when the intent ends as canceled: captured for good, then canceled', async () => {
    const { intentFacts } = await import('../../../src/connectors/stripe/facts.js');
    const intent = {
      status: 'canceled',
      amount: 12_000,
      amount_received: 5_000,
      currency: 'eur',
      canceled_at: 1_795_176_000,
      cancellation_reason: 'requested_by_customer',
      latest_charge: 'ch_1',
    };
    const facts = intentFacts(intent as unknown as Parameters & never, '2026-11-20T12:00:00.000Z');
    expect(facts).toMatchObject([
      { kind: 'captured', amount: 5_000, final: true },
      { kind: 'canceled', cause: 'requested' },
    ]);
  });
});
