/** Bank transfers: instructions, money in one or several parts, too little, too much, and back again. */
import type Stripe from 'stripe';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Bench } from './support/bench.js';
import { errorOf, startBench } from './support/bench.js';
import { eventsAbout } from './support/events.js';

let bench: Bench;
let stripe: Stripe;
beforeAll(async () => {
  bench = await startBench({ seed: 13 });
  stripe = bench.sdk();
});
beforeEach(() => bench.control.freeze());
afterAll(() => bench.close());

const RETURN = { return_url: 'https://shop.example/return' };
const TRANSFER = { payment_method: 'pm_sim_bank_transfer', ...RETURN };
const customerOf = async (params: Stripe.CustomerCreateParams = {}) => (await stripe.customers.create(params)).id;
const begin = async (customer: string, amount = 2000) => {
  const { id } = await stripe.paymentIntents.create({ amount, currency: 'eur', customer });
  return stripe.paymentIntents.confirm(id, TRANSFER);
};
const instructionsOf = (intent: Stripe.PaymentIntent) => intent.next_action?.display_bank_transfer_instructions;
const send = (customer: string, amount: number, reference?: string) =>
  stripe.testHelpers.customers.fundCashBalance(customer, {
    amount,
    currency: 'eur',
    ...(reference === undefined ? {} : { reference }),
  });
const read = (id: string) => stripe.paymentIntents.retrieve(id);
const movements = async (customer: string) =>
  (await stripe.customers.listCashBalanceTransactions(customer, { limit: 100 })).data
    .map((row) => [row.type, row.net_amount, row.ending_balance])
    .reverse();
const cash = async (customer: string) => (await stripe.customers.retrieveCashBalance(customer)).available?.eur ?? 0;
const cashEvents = async (customer: string) =>
  (await stripe.events.list({ limit: 100 })).data
    .filter((event) => (event.data.object as { customer?: string }).customer === customer)
    .map((event) => event.type)
    .reverse();

describe('a bank transfer', () => {
  it('shows where to send how much', async () => {
    const intent = await begin(await customerOf());
    expect(intent).toMatchObject({ status: 'requires_action', amount_received: 0, latest_charge: null });
    expect(instructionsOf(intent)).toMatchObject({
      amount_remaining: 2000,
      currency: 'eur',
      type: 'eu_bank_transfer',
      hosted_instructions_url: `${bench.simulator.url}/_sim/bank-transfer/${intent.id}`,
    });
    expect(instructionsOf(intent)?.reference).toMatch(/^SIM/);
    const iban = instructionsOf(intent)?.financial_addresses?.[0]?.iban?.iban ?? '';
    const turned = [...(iban.slice(4) + iban.slice(0, 4))].map((letter) => parseInt(letter, 36)).join('');
    expect(BigInt(turned) % 97n).toBe(1n);
  });

  it('of the exact amount completes the payment', async () => {
    const customer = await customerOf();
    const { id } = await begin(customer);
    expect(await send(customer, 2000)).toMatchObject({ type: 'funded', net_amount: 2000 });
    const paid = await stripe.paymentIntents.retrieve(id, { expand: ['latest_charge.balance_transaction'] });
    expect(paid).toMatchObject({ status: 'succeeded', amount_received: 2000, next_action: null });
    expect(paid.latest_charge).toMatchObject({
      payment_method_details: { type: 'customer_balance' },
      balance_transaction: { type: 'payment', amount: 2000 },
    });
    expect(await movements(customer)).toEqual([
      ['funded', 2000, 2000],
      ['applied_to_payment', -2000, 0],
    ]);
    expect(await eventsAbout(stripe, id)).toEqual([
      'payment_intent.created',
      'payment_intent.requires_action',
      'charge.succeeded',
      'payment_intent.succeeded',
    ]);
    expect(await cashEvents(customer)).not.toContain('cash_balance.funds_available');
  });

  it('in two parts is partially funded first', async () => {
    const customer = await customerOf();
    const { id } = await begin(customer);
    await send(customer, 500);
    const partly = await read(id);
    expect(partly.status).toBe('requires_action');
    expect(instructionsOf(partly)?.amount_remaining).toBe(1500);
    await send(customer, 1500);
    expect(await read(id)).toMatchObject({ status: 'succeeded', amount_received: 2000 });
    expect(await eventsAbout(stripe, id)).toContain('payment_intent.partially_funded');
    expect(await cash(customer)).toBe(0);
  });

  it('of too much leaves the surplus in the cash balance', async () => {
    const customer = await customerOf();
    const { id } = await begin(customer);
    await send(customer, 2600);
    expect(await read(id)).toMatchObject({ status: 'succeeded', amount_received: 2000 });
    expect(await movements(customer)).toEqual([
      ['funded', 2600, 2600],
      ['applied_to_payment', -2000, 600],
    ]);
    expect(await cash(customer)).toBe(600);
    expect((await cashEvents(customer)).at(-1)).toBe('cash_balance.funds_available');
  });

  it('goes to the payment whose reference was written, else to the one of this amount', async () => {
    const customer = await customerOf();
    const first = await begin(customer, 2000);
    const second = await begin(customer, 3000);
    const third = await begin(customer, 4000);
    await send(customer, 3000);
    expect((await read(second.id)).status).toBe('succeeded');
    await send(customer, 1000, instructionsOf(third)?.reference ?? '');
    expect(instructionsOf(await read(third.id))?.amount_remaining).toBe(3000);
    expect(instructionsOf(await read(first.id))?.amount_remaining).toBe(2000);
  });

  it('is paid at once from money that is there already', async () => {
    const customer = await customerOf();
    await send(customer, 2500);
    expect(await begin(customer)).toMatchObject({ status: 'succeeded', amount_received: 2000 });
    expect(await cash(customer)).toBe(500);
    const partly = await begin(customer, 700);
    expect(instructionsOf(partly)?.amount_remaining).toBe(200);
  });

  it('canceled or paid otherwise gives its part back', async () => {
    const customer = await customerOf();
    const { id } = await begin(customer);
    await send(customer, 500);
    await stripe.paymentIntents.cancel(id);
    expect((await movements(customer)).at(-1)).toEqual(['unapplied_from_payment', 500, 500]);
    const other = await begin(customer);
    expect(instructionsOf(other)?.amount_remaining).toBe(1500);
    await stripe.paymentIntents.confirm(other.id, { payment_method: 'pm_card_visa', ...RETURN });
    expect(await read(other.id)).toMatchObject({ status: 'succeeded', amount_received: 2000 });
    expect(await cash(customer)).toBe(500);
  });

  it('is applied by hand when the customer is reconciled manually', async () => {
    const customer = await customerOf();
    const settings = { reconciliation_mode: 'manual' as const };
    expect(await stripe.customers.updateCashBalance(customer, { settings })).toMatchObject({
      settings: { reconciliation_mode: 'manual', using_merchant_default: false },
    });
    const { id } = await begin(customer);
    await send(customer, 3000);
    expect((await read(id)).status).toBe('requires_action');
    expect((await cashEvents(customer)).at(-1)).toBe('cash_balance.funds_available');
    await stripe.paymentIntents.applyCustomerBalance(id, { amount: 800 });
    expect(instructionsOf(await read(id))?.amount_remaining).toBe(1200);
    expect(await errorOf(stripe.paymentIntents.applyCustomerBalance(id, { amount: 1300 }))).toMatchObject({
      param: 'amount',
    });
    expect((await stripe.paymentIntents.applyCustomerBalance(id)).status).toBe('succeeded');
    expect(await cash(customer)).toBe(1000);
  });

  it('needs a customer, and euro', async () => {
    const { id } = await stripe.paymentIntents.create({ amount: 2000, currency: 'eur' });
    expect(await errorOf(stripe.paymentIntents.confirm(id, TRANSFER))).toMatchObject({
      code: 'payment_intent_incompatible_payment_method',
    });
    const customer = await customerOf();
    const call = stripe.testHelpers.customers.fundCashBalance(customer, { amount: 100, currency: 'usd' });
    expect(await errorOf(call)).toMatchObject({ param: 'currency' });
  });
});

describe('a refund of a transfer', () => {
  const paid = async (sender: 'known' | 'unknown', customer: string) => {
    const { id } = await begin(customer);
    await bench.control.action('fund_cash_balance', { payment_intent: id, sender });
    return id;
  };

  it('goes back to the bank it came from', async () => {
    const payment_intent = await paid('known', await customerOf());
    const refund = await stripe.refunds.create({ payment_intent, amount: 700 });
    expect(refund).toMatchObject({ status: 'pending', destination_details: { type: 'eu_bank_transfer' } });
    await bench.control.advance(2);
    expect((await stripe.refunds.retrieve(refund.id)).status).toBe('succeeded');
  });

  it('asks the buyer when the bank is not known, and goes when answered', async () => {
    const payment_intent = await paid('unknown', await customerOf({ email: 'ada@example.com' }));
    const refund = await stripe.refunds.create({ payment_intent });
    expect(refund).toMatchObject({
      status: 'requires_action',
      next_action: { display_details: { email_sent: { email_sent_to: 'ada@example.com' } } },
    });
    await bench.control.action('give_bank_details', { refund: refund.id });
    expect((await stripe.refunds.retrieve(refund.id)).status).toBe('pending');
    await bench.control.advance(2);
    expect((await stripe.refunds.retrieve(refund.id)).status).toBe('succeeded');
    expect(await errorOf(stripe.refunds.cancel(refund.id))).toMatchObject({ status: 400 });
  });

  it('expires or is canceled, and the money can be refunded again', async () => {
    const payment_intent = await paid('unknown', await customerOf());
    expect(await errorOf(stripe.refunds.create({ payment_intent }))).toMatchObject({ param: 'instructions_email' });
    const ask = () => stripe.refunds.create({ payment_intent, instructions_email: 'ada@example.com' });
    const first = await ask();
    expect((await stripe.testHelpers.refunds.expire(first.id)).status).toBe('failed');
    const second = await ask();
    expect((await stripe.refunds.cancel(second.id)).status).toBe('canceled');
    const third = await ask();
    await bench.control.advance(46 * 86_400);
    expect((await stripe.refunds.retrieve(third.id)).status).toBe('failed');
    const charge = (await stripe.charges.list({ payment_intent })).data[0];
    expect(charge).toMatchObject({ amount_refunded: 0, refunded: false });
  });

  it('of a surplus leaves the cash balance, and comes back when it fails', async () => {
    const customer = await customerOf();
    await begin(customer);
    await send(customer, 2600);
    const params = { customer, amount: 600, currency: 'eur', origin: 'customer_balance' as const };
    expect(await errorOf(stripe.refunds.create({ ...params, amount: 601 }))).toMatchObject({ param: 'amount' });
    const refund = await stripe.refunds.create(params);
    expect(refund).toMatchObject({ amount: 600, charge: null, payment_intent: null, status: 'pending' });
    expect(await cash(customer)).toBe(0);
    await bench.control.action('bounce_refund', { refund: refund.id });
    expect((await movements(customer)).slice(-2)).toEqual([
      ['return_initiated', -600, 0],
      ['return_canceled', 600, 600],
    ]);
    const again = await stripe.refunds.create(params);
    await bench.control.advance(2);
    expect((await stripe.refunds.retrieve(again.id)).status).toBe('succeeded');
    expect(await cash(customer)).toBe(0);
  });
});

describe('the hosted instructions', () => {
  const post = (url: string, amount: string) =>
    fetch(url, { method: 'POST', body: new URLSearchParams({ amount }), redirect: 'manual' });

  it('say where to pay in English and German, and send less and the rest', async () => {
    const customer = await customerOf();
    const intent = await begin(customer);
    const url = instructionsOf(intent)?.hosted_instructions_url ?? '';
    const english = await (await fetch(url)).text();
    expect(english).toMatch(/Simulation.*Pay by bank transfer.*€20.00.*IBAN.*SIM.*Send exactly.*Send less.*Send more/s);
    expect(await (await fetch(`${url}?locale=de`)).text()).toMatch(/<html lang="de">.*Verwendungszweck.*Mehr senden/s);
    const answer = await post(url, '10.00');
    expect([answer.status, answer.headers.get('location')]).toEqual([
      303,
      `/_sim/bank-transfer/${intent.id}?locale=en`,
    ]);
    expect(instructionsOf(await read(intent.id))?.amount_remaining).toBe(1000);
    await post(url, '13,50');
    expect((await read(intent.id)).status).toBe('succeeded');
    expect(await cash(customer)).toBe(350);
    expect(await (await fetch(url)).text()).toContain('The money has arrived');
    expect((await post(url, 'much')).status).toBe(400);
    expect((await fetch(`${url}x`)).status).toBe(404);
  });
});
