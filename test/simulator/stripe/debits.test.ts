/** SEPA and ACH debits: asked for, then answered by the bank, canceled in time or too late. */
import type Stripe from 'stripe';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Bench } from './support/bench.js';
import { errorOf, startBench } from './support/bench.js';
import { eventsAbout } from './support/events.js';

let bench: Bench;
let stripe: Stripe;
beforeAll(async () => {
  bench = await startBench({ seed: 11 });
  stripe = bench.sdk();
});
beforeEach(() => bench.control.freeze());
afterAll(() => bench.close());

const RETURN = { return_url: 'https://shop.example/return' };
const MANDATE = { customer_acceptance: { type: 'offline', offline: {} } } as const;
const BUYER = { name: 'Ada', email: 'ada@example.com' };
const create = (currency = 'eur', more: Partial<Stripe.PaymentIntentCreateParams> = {}) =>
  stripe.paymentIntents.create({ amount: 2000, currency, ...more });
const sepa = (iban: string, billing_details: object = BUYER) => ({
  payment_method_data: { type: 'sepa_debit' as const, sepa_debit: { iban }, billing_details },
  mandate_data: MANDATE,
  ...RETURN,
});
const ach = (account_number: string) => ({
  payment_method_data: {
    type: 'us_bank_account' as const,
    us_bank_account: { account_number, routing_number: '110000000', account_holder_type: 'individual' as const },
    billing_details: BUYER,
  },
  mandate_data: MANDATE,
  ...RETURN,
});

describe('a SEPA debit', () => {
  it('is processing, then succeeds after two seconds', async () => {
    const { id } = await create();
    const waiting = await stripe.paymentIntents.confirm(id, {
      ...sepa('AT61 1904 3002 3457 3201'),
      expand: ['latest_charge'],
    });
    expect(waiting).toMatchObject({ status: 'processing', amount_received: 0, next_action: null });
    const charge = waiting.latest_charge as Stripe.Charge;
    expect(charge).toMatchObject({ status: 'pending', paid: false, amount_captured: 0, balance_transaction: null });
    expect(charge.payment_method_details?.sepa_debit).toMatchObject({ last4: '3201', country: 'AT' });
    const mandate = await stripe.mandates.retrieve(charge.payment_method_details?.sepa_debit?.mandate ?? '', {
      expand: ['payment_method'],
    });
    expect(mandate).toMatchObject({ status: 'active', type: 'single_use', single_use: { amount: 2000 } });
    const url = mandate.payment_method_details.sepa_debit?.url ?? '';
    expect(await (await fetch(url)).text()).toMatch(/Simulation.*SEPA direct debit mandate.*•••• 3201/s);
    expect((await fetch(`${url}x`)).status).toBe(404);
    await bench.control.advance(2);
    const paid = await stripe.paymentIntents.retrieve(id, { expand: ['latest_charge.balance_transaction'] });
    expect(paid).toMatchObject({ status: 'succeeded', amount_received: 2000 });
    expect((paid.latest_charge as Stripe.Charge).balance_transaction).toMatchObject({
      type: 'payment',
      fee: 55,
      net: 1945,
    });
    expect(await eventsAbout(stripe, id, charge.id)).toEqual([
      'payment_intent.created',
      'payment_intent.processing',
      'charge.pending',
      'charge.succeeded',
      'payment_intent.succeeded',
    ]);
  });

  it('is refused by the bank after two seconds, and the intent can be paid otherwise', async () => {
    const { id } = await create();
    await stripe.paymentIntents.confirm(id, sepa('AT861904300235473202'));
    await bench.control.advance(2);
    const failed = await stripe.paymentIntents.retrieve(id);
    expect(failed).toMatchObject({
      status: 'requires_payment_method',
      payment_method: null,
      last_payment_error: { code: 'payment_intent_payment_attempt_failed', decline_code: 'generic_could_not_process' },
    });
    expect(await eventsAbout(stripe, id)).toEqual([
      'payment_intent.created',
      'payment_intent.processing',
      'charge.pending',
      'charge.failed',
      'payment_intent.payment_failed',
    ]);
    const paid = await stripe.paymentIntents.confirm(id, { payment_method: 'pm_card_visa', ...RETURN });
    expect(paid.status).toBe('succeeded');
  });

  it.each([
    ['AT321904300235473204', 'succeeded'],
    ['AT051904300235473205', 'requires_payment_method'],
  ])('of the slow account %s takes three minutes', async (iban, status) => {
    const { id } = await create();
    await stripe.paymentIntents.confirm(id, sepa(iban));
    await bench.control.advance(179);
    expect((await stripe.paymentIntents.retrieve(id)).status).toBe('processing');
    await bench.control.advance(1);
    expect((await stripe.paymentIntents.retrieve(id)).status).toBe(status);
  });

  it('is canceled in time, and not when it was sent already', async () => {
    const { id } = await create();
    await stripe.paymentIntents.confirm(id, sepa('DE89370400440532013000'));
    const canceled = await stripe.paymentIntents.cancel(id);
    expect(canceled).toMatchObject({ status: 'canceled', amount_received: 0 });
    await bench.control.advance(5);
    expect((await stripe.paymentIntents.retrieve(id)).status).toBe('canceled');
    const late = await create();
    await stripe.paymentIntents.confirm(late.id, sepa('DE89370400440532013000'));
    await bench.control.advance(1.8);
    expect(await errorOf(stripe.paymentIntents.cancel(late.id))).toMatchObject({
      status: 400,
      code: 'payment_intent_unexpected_state',
    });
    await bench.control.advance(0.2);
    expect((await stripe.paymentIntents.retrieve(late.id)).status).toBe('succeeded');
  });

  it('is answered early by the bank when told so', async () => {
    const { id } = await create();
    await stripe.paymentIntents.confirm(id, {
      ...RETURN,
      payment_method: 'pm_sim_sepa_processing',
      mandate_data: MANDATE,
    });
    await bench.control.advance(86_400);
    expect((await stripe.paymentIntents.retrieve(id)).status).toBe('processing');
    expect(await bench.control.action('settle_debit', { payment_intent: id, outcome: 'succeed' })).toMatchObject({
      status: 'succeeded',
      amount_received: 2000,
    });
    await expect(bench.control.action('settle_debit', { payment_intent: id, outcome: 'fail' })).rejects.toThrow(
      'no open debit',
    );
  });

  it('is refunded to the bank: pending, then done', async () => {
    const { id } = await create();
    await stripe.paymentIntents.confirm(id, sepa('DE89370400440532013000'));
    await bench.control.advance(2);
    const refund = await stripe.refunds.create({ payment_intent: id, amount: 500 });
    expect(refund).toMatchObject({ status: 'pending', destination_details: { type: 'eu_bank_transfer' } });
    await bench.control.advance(2);
    expect((await stripe.refunds.retrieve(refund.id)).status).toBe('succeeded');
  });

  it.each([
    ['without agreement', { mandate_data: undefined }, { param: 'mandate_data' }],
    [
      'without a name',
      sepa('AT611904300234573201', { email: 'a@b.c' }),
      { param: 'payment_method_data[billing_details][name]' },
    ],
    ['of an IBAN that is none', sepa('AT611904300234573202'), { param: 'payment_method_data[sepa_debit][iban]' }],
    ['of a real account', sepa('DE75512108001245126199'), { code: 'payment_method_invalid_parameter_testmode' }],
  ])('%s is refused', async (_name, params, error) => {
    const { id } = await create();
    const call = stripe.paymentIntents.confirm(id, { ...sepa('AT611904300234573201'), ...params } as never);
    expect(await errorOf(call)).toMatchObject({ status: 400, ...error });
  });

  it('leaves no IBAN behind', async () => {
    const snapshot = await (await fetch(`${bench.simulator.url}/_sim/snapshot`)).text();
    expect(snapshot).not.toContain('AT611904300234573201');
    expect(snapshot).not.toContain('1904 3002 3457 3201');
    expect(snapshot).toContain('[account 3201]');
  });
});

describe('an ACH debit', () => {
  it.each([
    ['000123456789', 'succeeded', undefined],
    ['000111111113', 'requires_payment_method', 'account_closed'],
    ['000222222227', 'requires_payment_method', 'insufficient_funds'],
    ['000000000009', 'processing', undefined],
  ])('of account %s becomes %s', async (account, status, decline) => {
    const { id } = await create('usd');
    expect((await stripe.paymentIntents.confirm(id, ach(account))).status).toBe('processing');
    await bench.control.advance(2);
    const intent = await stripe.paymentIntents.retrieve(id);
    expect(intent.status).toBe(status);
    expect(intent.last_payment_error?.decline_code).toBe(decline);
  });

  it('of a published test id needs the agreement too', async () => {
    const { id } = await create('usd');
    const params = { payment_method: 'pm_usBankAccount_success', ...RETURN };
    expect(await errorOf(stripe.paymentIntents.confirm(id, params))).toMatchObject({ param: 'mandate_data' });
    expect((await stripe.paymentIntents.confirm(id, { ...params, mandate_data: MANDATE })).status).toBe('processing');
  });
});

describe('an account saved with agreement', () => {
  it('is debited again without a new one', async () => {
    const customer = await stripe.customers.create({ name: 'Ada' });
    const first = await create('eur', { customer: customer.id, setup_future_usage: 'off_session' });
    const { payment_method } = await stripe.paymentIntents.confirm(first.id, sepa('DE89370400440532013000'));
    const second = await create('eur', { customer: customer.id });
    const params = { payment_method: payment_method as string, off_session: true };
    expect((await stripe.paymentIntents.confirm(second.id, params)).status).toBe('processing');
  });
});

describe('the types an intent can be paid with', () => {
  it.each([
    ['euro', {}, ['amazon_pay', 'card', 'ideal', 'klarna', 'paypal', 'sepa_debit']],
    ['dollar', { currency: 'usd' }, ['amazon_pay', 'card', 'klarna', 'paypal', 'us_bank_account']],
    ['yen', { currency: 'jpy' }, ['amazon_pay', 'card']],
    ['manual capture', { capture_method: 'manual' }, ['amazon_pay', 'card', 'klarna', 'paypal']],
    [
      'no redirects',
      { automatic_payment_methods: { enabled: true, allow_redirects: 'never' } },
      ['card', 'sepa_debit'],
    ],
    ['allowed ones', { allowed_payment_method_types: ['ideal', 'us_bank_account'] }, ['ideal']],
    [
      'excluded ones',
      { excluded_payment_method_types: ['card', 'klarna', 'amazon_pay'] },
      ['ideal', 'paypal', 'sepa_debit'],
    ],
  ])('depend on %s', async (_name, params, types) => {
    const intent = await create('eur', params as Partial<Stripe.PaymentIntentCreateParams>);
    expect(intent.payment_method_types).toEqual(types);
    expect(Object.keys(intent.payment_method_options ?? {})).toEqual(types);
  });

  it('include bank transfers once there is a customer, and follow updates', async () => {
    const customer = await stripe.customers.create();
    const intent = await create('eur', { customer: customer.id });
    expect(intent.payment_method_types).toContain('customer_balance');
    const changed = await stripe.paymentIntents.update(intent.id, { currency: 'usd' });
    expect(changed.payment_method_types).toEqual(['amazon_pay', 'card', 'klarna', 'paypal', 'us_bank_account']);
  });

  it('must not run out, and others are refused', async () => {
    expect(await errorOf(create('usd', { allowed_payment_method_types: ['ideal'] }))).toMatchObject({
      param: 'allowed_payment_method_types',
    });
    const { id } = await create('usd');
    const call = stripe.paymentIntents.confirm(id, { payment_method: 'pm_sim_ideal', ...RETURN });
    expect(await errorOf(call)).toMatchObject({ code: 'payment_intent_incompatible_payment_method' });
  });

  it('are the ones the configuration has switched on', async () => {
    const configuration = (await stripe.paymentMethodConfigurations.list()).data[0];
    expect(configuration).toMatchObject({
      card: { available: true },
      customer_balance: { available: true },
      ideal: { available: true },
      klarna: { available: true },
      paypal: { available: true },
      sepa_debit: { available: true },
      us_bank_account: { available: true },
      amazon_pay: { available: true },
      apple_pay: { available: true },
      google_pay: { available: true },
      link: { available: true },
    });
  });
});
