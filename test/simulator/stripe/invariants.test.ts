/** Whatever is done in whatever order: the amounts agree with each other, and nothing is ever answered 500. */
import fc from 'fast-check';
import type Stripe from 'stripe';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CARDS } from '../../../src/simulator/stripe/resources/cards.js';
import { PRESET_IDS } from '../../../src/simulator/stripe/resources/other-methods.js';
import { WALLET_PRESET_IDS } from '../../../src/simulator/stripe/resources/wallets.js';
import type { Bench } from './support/bench.js';
import { startBench } from './support/bench.js';

let bench: Bench;
beforeAll(async () => {
  bench = await startBench();
});
afterAll(() => bench.close());

const RETURN = { return_url: 'https://shop.example/' };
const MANDATE = { mandate_data: { customer_acceptance: { type: 'offline', offline: {} } } } as const;
const amount = fc.oneof(fc.integer({ min: 1, max: 60 }), fc.integer({ min: -5, max: 3000 }));
const card = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom('pm_card_visa', 'pm_card_refundFail', 'pm_card_pendingRefund', 'pm_sim_overcapture'),
  },
  { weight: 1, arbitrary: fc.constantFrom(...CARDS.map(({ id }) => id)) },
  { weight: 4, arbitrary: fc.constantFrom(...PRESET_IDS, ...WALLET_PRESET_IDS) },
  { weight: 2, arbitrary: fc.constantFrom('pm_sim_bank_transfer', 'pm_sim_paypal', 'pm_sim_sepa_success') },
);
const confirmation = fc.record({ verb: fc.constant('confirm' as const), card });
const step = fc.oneof(
  confirmation,
  fc.record({
    verb: fc.constant('capture' as const),
    amount: fc.option(amount, { nil: undefined }),
    final: fc.option(fc.boolean(), { nil: undefined }),
  }),
  fc.record({ verb: fc.constant('refund' as const), amount: fc.option(amount, { nil: undefined }) }),
  fc.record({ verb: fc.constant('update' as const), amount }),
  fc.record({
    verb: fc.constant('fund' as const),
    amount: fc.oneof(amount, fc.constant(undefined)),
    known: fc.boolean(),
  }),
  fc.record({ verb: fc.constant('return' as const), amount }),
  fc.record({ verb: fc.constant('settle' as const), outcome: fc.constantFrom('succeed' as const, 'fail' as const) }),
  fc.record({ verb: fc.constant('judge' as const), outcome: fc.constantFrom('won' as const, 'lost' as const) }),
  fc.record({
    verb: fc.constantFrom(
      'cancel' as const,
      'approve' as const,
      'deny' as const,
      'wait' as const,
      'expire' as const,
      'bounce' as const,
      'dispute' as const,
      'apply' as const,
      'answer' as const,
    ),
  }),
);
interface Subject {
  id: string;
  customer: string;
}
/** Histories that stay with transfers long enough to fund, change and give up several times. */
const transferConfirmation = fc.record({
  verb: fc.constant('confirm' as const),
  card: fc.constantFrom('pm_sim_bank_transfer', 'pm_sim_bank_transfer', 'pm_card_visa_chargeDeclined'),
});
const transferStep = fc.oneof(
  transferConfirmation,
  fc.record({ verb: fc.constant('fund' as const), amount: fc.integer({ min: 1, max: 400 }), known: fc.boolean() }),
  fc.record({ verb: fc.constant('return' as const), amount: fc.integer({ min: 1, max: 400 }) }),
  fc.record({ verb: fc.constant('update' as const), amount: fc.integer({ min: 50, max: 900 }) }),
  fc.record({ verb: fc.constantFrom('apply' as const, 'cancel' as const, 'wait' as const) }),
);
const history = fc.oneof(
  fc.tuple(confirmation, fc.array(step, { maxLength: 10 })),
  fc.tuple(transferConfirmation, fc.array(transferStep, { maxLength: 10 })),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;
const beginning = fc.record({
  amount: fc.integer({ min: 50, max: 2500 }),
  capture_method: fc.constantFrom('manual' as const, 'automatic' as const),
  several: fc.boolean(),
});

const newestRefund = async (stripe: Stripe, id: string): Promise<string> =>
  (await stripe.refunds.list({ payment_intent: id })).data[0]?.id ?? '';

async function perform(stripe: Stripe, { id, customer }: Subject, step: Step): Promise<unknown> {
  const { control } = bench;
  switch (step.verb) {
    case 'confirm':
      return stripe.paymentIntents.confirm(id, { payment_method: step.card, ...RETURN, ...MANDATE });
    case 'capture':
      return stripe.paymentIntents.capture(id, {
        ...(step.amount === undefined ? {} : { amount_to_capture: step.amount }),
        ...(step.final === undefined ? {} : { final_capture: step.final }),
      });
    case 'refund':
      return stripe.refunds.create({
        payment_intent: id,
        ...(step.amount === undefined ? {} : { amount: step.amount }),
      });
    case 'update':
      return stripe.paymentIntents.update(id, { amount: step.amount });
    case 'cancel':
      return stripe.paymentIntents.cancel(id);
    case 'wait':
      return bench.control.advance(2);
    case 'expire':
      return bench.control.action('expire_authorization', { payment_intent: id });
    case 'bounce':
      return control.action('bounce_refund', { refund: await newestRefund(stripe, id) });
    case 'answer':
      return control.action('give_bank_details', { refund: await newestRefund(stripe, id) });
    case 'fund':
      return control.action('fund_cash_balance', {
        payment_intent: id,
        ...(step.amount === undefined ? {} : { amount: step.amount }),
        sender: step.known ? 'known' : 'unknown',
      });
    case 'return':
      return stripe.refunds.create({ origin: 'customer_balance', customer, amount: step.amount, currency: 'eur' });
    case 'apply':
      return stripe.paymentIntents.applyCustomerBalance(id);
    case 'settle':
      return control.action('settle_debit', { payment_intent: id, outcome: step.outcome });
    case 'dispute':
      return control.action('open_dispute', { payment_intent: id });
    case 'judge':
      return control.action('close_dispute', { payment_intent: id, outcome: step.outcome });
    default:
      return bench.control.action('3ds', { payment_intent: id, outcome: step.verb === 'approve' ? 'succeed' : 'fail' });
  }
}

const stands = (refund: Stripe.Refund): boolean => refund.status !== 'failed' && refund.status !== 'canceled';

async function checkIntent(stripe: Stripe, { id, customer }: Subject): Promise<void> {
  const intent = await stripe.paymentIntents.retrieve(id, { expand: ['latest_charge'] });
  const charges = (await stripe.charges.list({ payment_intent: id, limit: 100 })).data;
  const refunds = (await stripe.refunds.list({ payment_intent: id, limit: 100 })).data;
  const sum = (rows: number[]): number => rows.reduce((total, value) => total + value, 0);
  const good = charges.filter((charge) => charge.status === 'succeeded');
  const kept = sum(refunds.filter(stands).map((refund) => refund.amount));
  expect(good.length).toBeLessThanOrEqual(1);
  expect(intent.amount_received).toBe(sum(charges.map((charge) => charge.amount_captured)));
  expect(intent.amount_capturable).toBeGreaterThanOrEqual(0);
  expect(kept).toBeLessThanOrEqual(intent.amount_received);
  if (intent.status !== 'requires_capture') expect(intent.amount_capturable).toBe(0);
  if (intent.status === 'processing') expect(charges[0]?.status).toBe('pending');
  else expect(charges.every((charge) => charge.status !== 'pending')).toBe(true);
  await checkCash(stripe, customer, intent);
  if (intent.status === 'succeeded' || intent.status === 'requires_capture') expect(good).toHaveLength(1);
  for (const charge of good) {
    const released =
      intent.status === 'canceled'
        ? charge.amount
        : charge.captured
          ? Math.max(0, charge.amount - charge.amount_captured)
          : 0;
    expect(charge.amount_refunded).toBe(released + kept);
  }
}

/** The cash balance is the sum of its movements, and what was applied is in the payment or still asked for. */
async function checkCash(stripe: Stripe, customer: string, intent: Stripe.PaymentIntent): Promise<void> {
  const moves = (await stripe.customers.listCashBalanceTransactions(customer, { limit: 100 })).data;
  const total = moves.reduce((sum, move) => sum + move.net_amount, 0);
  const { available } = await stripe.customers.retrieveCashBalance(customer);
  expect(available?.eur ?? 0).toBe(total);
  expect(total).toBeGreaterThanOrEqual(0);
  if (moves[0]) expect(moves[0].ending_balance).toBe(total);
  const applied = moves
    .filter((move) => move.type === 'applied_to_payment' || move.type === 'unapplied_from_payment')
    .reduce((sum, move) => sum - move.net_amount, 0);
  const waiting = intent.next_action?.display_bank_transfer_instructions;
  if (waiting) expect(applied).toBe(intent.amount - (waiting.amount_remaining ?? 0));
  else expect([0, intent.amount_received]).toContain(applied);
}

it('random operations keep the amounts in agreement', async () => {
  let run = 0;
  await fc.assert(
    fc.asyncProperty(beginning, history, async (start, [first, more]) => {
      const steps = [first, ...more];
      const stripe = bench.sdk(`run${(run += 1)}`);
      const customer = (await stripe.customers.create({ email: 'ada@example.com' })).id;
      const { id } = await stripe.paymentIntents.create({
        customer,
        amount: start.amount,
        currency: 'eur',
        capture_method: start.capture_method,
        ...(start.several
          ? {
              payment_method_options: {
                card: { request_multicapture: 'if_available', request_overcapture: 'if_available' },
              },
            }
          : {}),
      });
      for (const next of steps) {
        const failure = (await perform(stripe, { id, customer }, next).then(
          () => undefined,
          (error: unknown) => error,
        )) as Stripe.errors.StripeError | Error | undefined;
        if (failure !== undefined && 'statusCode' in failure) expect(failure.statusCode).toBeLessThan(500);
        else if (failure !== undefined) expect(failure.message).toMatch(/ 40\d /);
        await checkIntent(stripe, { id, customer });
      }
      const moves = (await stripe.balanceTransactions.list({ limit: 100 })).data;
      const balance = await stripe.balance.retrieve();
      const total = (rows: { amount: number }[]): number => rows.reduce((sum, row) => sum + row.amount, 0);
      expect(total(balance.available) + total(balance.pending)).toBe(moves.reduce((sum, move) => sum + move.net, 0));
      const refunds = (await stripe.refunds.list({ payment_intent: id, limit: 100 })).data.filter(stands);
      const disputed = moves.filter((move) => move.type === 'adjustment').reduce((sum, move) => sum + move.amount, 0);
      const gross = moves.reduce((sum, move) => sum + move.amount, 0);
      expect(gross).toBe((await stripe.paymentIntents.retrieve(id)).amount_received - total(refunds) + disputed);
    }),
    { numRuns: 250 },
  );
}, 120_000);
