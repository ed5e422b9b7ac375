/** Transfers and reversals: what is sent, what comes back, every refusal, and whose balance holds what. */
import type Stripe from 'stripe';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Bench } from './support/bench.js';
import { errorOf, listen, startBench, startReceiver } from './support/bench.js';
import { chargeOf, moneyOf, openAccount } from './support/merchants.js';

let bench: Bench;
let stripe: Stripe;
let merchant: string;
let run = 0;
beforeAll(async () => {
  bench = await startBench({ seed: 27 });
});
beforeEach(async () => {
  stripe = bench.sdk(`transfers${(run += 1)}`);
  await bench.control.freeze();
  merchant = await openAccount(stripe, bench.control);
});
afterAll(() => bench.close());

const platformOf = async (sdk: Stripe): Promise<string> => (await sdk.accounts.retrieveCurrent()).id;
const eur = (amount: number, more: Partial<Stripe.TransferCreateParams> = {}): Stripe.TransferCreateParams => ({
  amount,
  currency: 'eur',
  destination: merchant,
  ...more,
});
const FEE_OF_10_000 = 175;

describe('a transfer', () => {
  it('from a charge uses money that is still on its way, and follows it', async () => {
    const charge = await chargeOf(stripe, 10_000, { transfer_group: 'ORDER-1' });
    const transfer = await stripe.transfers.create(
      eur(9000, {
        source_transaction: charge,
        metadata: { merchant: 'M1' },
        description: 'Share',
        expand: ['balance_transaction'],
      }),
    );
    expect(transfer).toMatchObject({
      object: 'transfer',
      amount: 9000,
      amount_reversed: 0,
      currency: 'eur',
      description: 'Share',
      destination: merchant,
      metadata: { merchant: 'M1' },
      reversed: false,
      source_transaction: charge,
      transfer_group: 'ORDER-1',
      balance_transaction: {
        amount: -9000,
        fee: 0,
        net: -9000,
        type: 'transfer',
        status: 'pending',
        source: transfer.id,
      },
    });
    expect(await moneyOf(stripe)).toEqual({ available: 0, pending: 1000 - FEE_OF_10_000 });
    expect(await moneyOf(stripe, merchant)).toEqual({ available: 0, pending: 9000 });
    await bench.control.advance(2 * 24 * 60 * 60);
    expect(await moneyOf(stripe)).toEqual({ available: 1000 - FEE_OF_10_000, pending: 0 });
    expect(await moneyOf(stripe, merchant)).toEqual({ available: 9000, pending: 0 });
  });

  it('arrives as a payment of the connected account, which only that account sees', async () => {
    const charge = await chargeOf(stripe, 10_000);
    const transfer = await stripe.transfers.create(eur(4000, { source_transaction: charge }));
    const payment = String(transfer.destination_payment);
    expect(payment).toMatch(/^py_/);
    expect(await stripe.charges.retrieve(payment, {}, { stripeAccount: merchant })).toMatchObject({
      amount: 4000,
      captured: true,
      paid: true,
      source_transfer: transfer.id,
      payment_method_details: { type: 'stripe_account' },
    });
    const [entry] = (await stripe.balanceTransactions.list({}, { stripeAccount: merchant })).data;
    expect(entry).toMatchObject({
      amount: 4000,
      net: 4000,
      type: 'payment',
      reporting_category: 'charge',
      source: payment,
    });
    expect(await errorOf(stripe.charges.retrieve(payment))).toMatchObject({ status: 404, code: 'resource_missing' });
    expect(await errorOf(stripe.refunds.create({ charge: payment }, { stripeAccount: merchant }))).toMatchObject({
      code: 'charge_not_refundable',
    });
  });

  it('without a charge is paid from what is available', async () => {
    await chargeOf(stripe, 10_000, { available: true });
    const transfer = await stripe.transfers.create(eur(500, { transfer_group: 'ORDER-2' }));
    expect(transfer).toMatchObject({ source_transaction: null, transfer_group: 'ORDER-2', source_type: 'card' });
    expect(await moneyOf(stripe)).toEqual({ available: 9500 - FEE_OF_10_000, pending: 0 });
    expect(await moneyOf(stripe, merchant)).toEqual({ available: 500, pending: 0 });
  });

  it('is read, listed by merchant, group and time, and given metadata', async () => {
    const charge = await chargeOf(stripe, 10_000, { transfer_group: 'ORDER-3' });
    const other = await openAccount(stripe, bench.control, { country: 'AT' });
    const first = await stripe.transfers.create(eur(100, { source_transaction: charge }));
    await bench.control.advance(10);
    const second = await stripe.transfers.create(eur(200, { source_transaction: charge, destination: other }));
    const third = await stripe.transfers.create(eur(300, { source_transaction: charge, transfer_group: 'ANOTHER' }));
    const ids = async (params: Stripe.TransferListParams): Promise<string[]> =>
      (await stripe.transfers.list(params)).data.map(({ id }) => id);
    expect(await ids({})).toEqual([third.id, second.id, first.id]);
    expect(await ids({ destination: other })).toEqual([second.id]);
    expect(await ids({ transfer_group: 'ORDER-3' })).toEqual([second.id, first.id]);
    expect(await ids({ created: { gt: first.created } })).toEqual([third.id, second.id]);
    expect(await ids({ limit: 1, starting_after: third.id })).toEqual([second.id]);
    const named = await stripe.transfers.update(first.id, { metadata: { order: '3' }, description: 'named' });
    expect(named).toMatchObject({ metadata: { order: '3' }, description: 'named', amount: 100 });
    const read = await stripe.transfers.retrieve(first.id, { expand: ['source_transaction'] });
    expect(read.source_transaction).toMatchObject({ id: charge, object: 'charge' });
    expect((await stripe.charges.list({ transfer_group: 'ORDER-3' })).data.map(({ id }) => id)).toEqual([charge]);
    expect(await errorOf(bench.sdk('elsewhere').transfers.retrieve(first.id))).toMatchObject({ status: 404 });
  });

  it('of several captures becomes available with the last of them', async () => {
    const { id } = await stripe.paymentIntents.create({
      amount: 10_000,
      currency: 'eur',
      confirm: true,
      payment_method: 'pm_card_visa',
      capture_method: 'manual',
      payment_method_options: { card: { request_multicapture: 'if_available' } },
      return_url: 'https://shop.example/return',
    });
    const part = await stripe.paymentIntents.capture(id, { amount_to_capture: 4000, final_capture: false });
    const charge = String(part.latest_charge);
    expect(await errorOf(stripe.transfers.create(eur(4001, { source_transaction: charge })))).toMatchObject({
      status: 400,
    });
    await bench.control.advance(24 * 60 * 60);
    await stripe.paymentIntents.capture(id, { amount_to_capture: 2000 });
    await stripe.transfers.create(eur(6000, { source_transaction: charge }));
    await bench.control.advance(24 * 60 * 60);
    expect(await moneyOf(stripe, merchant)).toEqual({ available: 0, pending: 6000 });
    await bench.control.advance(24 * 60 * 60);
    expect(await moneyOf(stripe, merchant)).toEqual({ available: 6000, pending: 0 });
  });
});

describe('a transfer is refused', () => {
  const refusal = (params: Stripe.TransferCreateParams): Promise<Record<string, unknown>> =>
    errorOf(stripe.transfers.create(params));

  it('to an account this platform does not have', async () => {
    const foreign = await openAccount(bench.sdk('elsewhere'), bench.control);
    for (const destination of ['acct_unknown', foreign, await platformOf(stripe)])
      expect(await refusal(eur(100, { destination }))).toEqual({
        class: 'StripeInvalidRequestError',
        status: 400,
        type: 'invalid_request_error',
        code: 'resource_missing',
        param: 'destination',
      });
  });

  it.each([null, 'restricted', 'rejected', 'pending'] as const)('to an account that is %s', async (outcome) => {
    const charge = await chargeOf(stripe, 10_000);
    const destination = await openAccount(stripe, bench.control, { outcome });
    const asked = eur(100, { destination, source_transaction: charge });
    expect(await refusal(asked)).toMatchObject({ status: 400, code: 'insufficient_capabilities_for_transfer' });
    expect((await stripe.transfers.list()).data).toEqual([]);
  });

  it('to another region of the world', async () => {
    const charge = await chargeOf(stripe, 10_000);
    const destination = await openAccount(stripe, bench.control, { country: 'AU' });
    const asked = eur(100, { destination, source_transaction: charge });
    expect(await refusal(asked)).toMatchObject({ status: 400, code: 'transfers_not_allowed' });
  });

  it('when more is asked for than is available', async () => {
    await chargeOf(stripe, 10_000);
    expect(await refusal(eur(100))).toMatchObject({ status: 400, code: 'balance_insufficient' });
    await bench.control.advance(2 * 24 * 60 * 60);
    expect(await refusal(eur(10_000 - FEE_OF_10_000 + 1))).toMatchObject({ code: 'balance_insufficient' });
    expect(await refusal(eur(100, { currency: 'usd' }))).toMatchObject({ code: 'balance_insufficient' });
    expect(await stripe.transfers.create(eur(10_000 - FEE_OF_10_000))).toMatchObject({ amount: 9825 });
  });

  it('when the charge is unknown, not captured, or used up', async () => {
    expect(await refusal(eur(100, { source_transaction: 'ch_unknown' }))).toMatchObject({
      code: 'resource_missing',
      param: 'source_transaction',
    });
    const held = await stripe.paymentIntents.create({
      amount: 5000,
      currency: 'eur',
      confirm: true,
      capture_method: 'manual',
      payment_method: 'pm_card_visa',
      return_url: 'https://shop.example/return',
    });
    expect(await refusal(eur(100, { source_transaction: String(held.latest_charge) }))).toMatchObject({
      status: 400,
      param: 'source_transaction',
    });
    const charge = await chargeOf(stripe, 10_000);
    await stripe.transfers.create(eur(6000, { source_transaction: charge }));
    expect(await refusal(eur(4001, { source_transaction: charge }))).toMatchObject({ status: 400, param: 'amount' });
    expect(await stripe.transfers.create(eur(4000, { source_transaction: charge }))).toMatchObject({ amount: 4000 });
    expect(await refusal(eur(1, { source_transaction: charge }))).toMatchObject({ status: 400 });
  });

  it('in another currency than the charge was settled in', async () => {
    const account = await platformOf(stripe);
    const before = await bench.control.settings({ account, settlement_currency: 'usd' });
    expect(before).toEqual({ settlement_currency: 'usd', refuse_negative_balances: false });
    const charge = await chargeOf(stripe, 10_000);
    const [entry] = (await stripe.balanceTransactions.list({ source: charge })).data;
    expect(entry).toMatchObject({ amount: 11_000, currency: 'usd', exchange_rate: 1.1, fee: 190 });
    expect(await refusal(eur(9000, { source_transaction: charge }))).toMatchObject({
      status: 400,
      code: 'transfer_source_balance_parameters_mismatch',
    });
    const sent = await stripe.transfers.create(eur(11_000, { currency: 'usd', source_transaction: charge }));
    expect(sent).toMatchObject({ amount: 11_000, currency: 'usd' });
    await stripe.refunds.create({ charge });
    expect(await moneyOf(stripe, undefined, 'usd')).toEqual({ available: -11_000, pending: -190 });
    expect((await bench.sdk('elsewhere').balance.retrieve()).pending).toMatchObject([{ currency: 'eur' }]);
    await expect(bench.control.settings({ settlement_currency: 'xyz' })).rejects.toThrow(
      'settlement_currency is one of',
    );
  });

  it.each([
    ['no amount', { amount: undefined }],
    ['an amount of zero', { amount: 0 }],
    ['no destination', { destination: undefined }],
    ['no such currency', { currency: 'zzz' }],
  ])('with %s', async (_name, change) => {
    const asked = { ...eur(100), ...change } as Stripe.TransferCreateParams;
    expect(await refusal(asked)).toMatchObject({ status: 400, type: 'invalid_request_error' });
  });
});

describe('a reversal', () => {
  const sent = async (amount: number): Promise<Stripe.Transfer> =>
    stripe.transfers.create(eur(amount, { source_transaction: await chargeOf(stripe, 10_000) }));

  it('takes back all that is left, and frees the charge for another transfer', async () => {
    const transfer = await sent(9000);
    const part = await stripe.transfers.createReversal(transfer.id, { amount: 2000, metadata: { why: 'return' } });
    expect(part).toMatchObject({ object: 'transfer_reversal', amount: 2000, currency: 'eur', transfer: transfer.id });
    expect(await stripe.transfers.retrieve(transfer.id)).toMatchObject({ amount_reversed: 2000, reversed: false });
    const rest = await stripe.transfers.createReversal(transfer.id, { expand: ['transfer', 'balance_transaction'] });
    expect(rest).toMatchObject({
      amount: 7000,
      transfer: { id: transfer.id, amount_reversed: 9000, reversed: true },
      balance_transaction: { amount: 7000, type: 'transfer_refund', source: rest.id },
    });
    const whole = await stripe.transfers.retrieve(transfer.id);
    expect(whole.reversals.data.map(({ id }) => id)).toEqual([rest.id, part.id]);
    expect(await moneyOf(stripe)).toEqual({ available: 0, pending: 10_000 - FEE_OF_10_000 });
    expect(await moneyOf(stripe, merchant)).toEqual({ available: 0, pending: 0 });
    const source_transaction = String(transfer.source_transaction);
    expect(await stripe.transfers.create(eur(10_000, { source_transaction }))).toMatchObject({ amount: 10_000 });
  });

  it('shows as a refund of the payment on the connected account', async () => {
    const transfer = await sent(9000);
    const { destination_payment_refund, id } = await stripe.transfers.createReversal(transfer.id, { amount: 500 });
    const account = { stripeAccount: merchant };
    expect(await stripe.refunds.retrieve(String(destination_payment_refund), {}, account)).toMatchObject({
      amount: 500,
      charge: transfer.destination_payment,
      source_transfer_reversal: id,
      status: 'succeeded',
    });
    expect(await stripe.charges.retrieve(String(transfer.destination_payment), {}, account)).toMatchObject({
      amount_refunded: 500,
      refunded: false,
    });
    const types = (await stripe.balanceTransactions.list({}, account)).data.map(({ type, amount }) => [type, amount]);
    expect(types).toEqual([
      ['payment_refund', -500],
      ['payment', 9000],
    ]);
  });

  it('is refused when more is asked for than is left', async () => {
    const transfer = await sent(1000);
    expect(await errorOf(stripe.transfers.createReversal(transfer.id, { amount: 1001 }))).toMatchObject({
      status: 400,
      param: 'amount',
    });
    await stripe.transfers.createReversal(transfer.id);
    expect(await errorOf(stripe.transfers.createReversal(transfer.id))).toMatchObject({ status: 400 });
    expect(await errorOf(stripe.transfers.createReversal('tr_unknown'))).toMatchObject({
      status: 404,
      code: 'resource_missing',
    });
    expect((await stripe.transfers.listReversals(transfer.id)).data).toHaveLength(1);
  });

  it('takes a merchant below zero whose money is at the bank, unless that is forbidden', async () => {
    await chargeOf(stripe, 10_000, { available: true });
    const transfer = await stripe.transfers.create(eur(1000));
    await bench.control.action('account_payout', { account: merchant });
    expect(await moneyOf(stripe, merchant)).toEqual({ available: 0, pending: 0 });
    await bench.control.settings({ account: merchant, refuse_negative_balances: true });
    expect(await errorOf(stripe.transfers.createReversal(transfer.id, { amount: 400 }))).toMatchObject({
      status: 400,
      code: 'balance_insufficient',
    });
    await bench.control.settings({ account: merchant, refuse_negative_balances: false });
    await stripe.transfers.createReversal(transfer.id, { amount: 400 });
    expect(await moneyOf(stripe, merchant)).toEqual({ available: -400, pending: 0 });
    await expect(bench.control.action('account_payout', { account: merchant })).rejects.toThrow('-400 eur');
  });

  it('is read, listed and given metadata, under its own transfer only', async () => {
    const transfer = await sent(9000);
    const other = await sent(9000);
    const made: string[] = [];
    for (let count = 0; count < 11; count += 1)
      made.unshift((await stripe.transfers.createReversal(transfer.id, { amount: 10 })).id);
    const { reversals } = await stripe.transfers.retrieve(transfer.id);
    expect(reversals).toMatchObject({ has_more: true, url: `/v1/transfers/${transfer.id}/reversals` });
    expect(reversals.data.map(({ id }) => id)).toEqual(made.slice(0, 10));
    const all = await stripe.transfers.listReversals(transfer.id, { limit: 2 }).autoPagingToArray({ limit: 100 });
    expect(all.map(({ id }) => id)).toEqual(made);
    const first = made[0] ?? '';
    await stripe.transfers.updateReversal(transfer.id, first, { metadata: { note: 'x' } });
    expect(await stripe.transfers.retrieveReversal(transfer.id, first)).toMatchObject({ metadata: { note: 'x' } });
    expect((await stripe.transfers.retrieve(transfer.id)).reversals.data[0]?.metadata).toEqual({ note: 'x' });
    expect(await errorOf(stripe.transfers.retrieveReversal(other.id, first))).toMatchObject({ status: 404 });
  });

  it('may be somebody’s in the dashboard', async () => {
    const transfer = await sent(9000);
    await bench.control.action('transfer-reverse', { transfer: transfer.id, amount: 100 });
    expect(await bench.control.action('transfer-reverse', { transfer: transfer.id })).toMatchObject({ amount: 8900 });
    expect(await stripe.transfers.retrieve(transfer.id)).toMatchObject({ reversed: true });
    await expect(bench.control.action('transfer-reverse', { transfer: transfer.id })).rejects.toThrow('fully reversed');
  });
});

describe('what is told', () => {
  it('goes to the platform: created, reversed, updated, with what it was before', async () => {
    const receiver = await startReceiver();
    try {
      await listen(stripe, receiver, ['transfer.created', 'transfer.reversed', 'transfer.updated']);
      const charge = await chargeOf(stripe, 10_000);
      const { id } = await stripe.transfers.create(eur(500, { source_transaction: charge }));
      await stripe.transfers.createReversal(id, { amount: 100 });
      await stripe.transfers.update(id, { metadata: { a: 'b' } });
      await receiver.until(4);
      expect(receiver.received.map(({ type }) => type).sort()).toEqual([
        'transfer.created',
        'transfer.reversed',
        'transfer.updated',
        'transfer.updated',
      ]);
      const reversed = receiver.received.find(({ type }) => type === 'transfer.reversed')?.event;
      expect(reversed?.data).toMatchObject({
        object: { id, amount_reversed: 100, reversed: false },
        previous_attributes: { amount_reversed: 0 },
      });
      expect(reversed?.account).toBeUndefined();
    } finally {
      await receiver.close();
    }
  });
});

describe('an unanswered transfer', () => {
  it('that was carried out is answered by the same key, once', async () => {
    const charge = await chargeOf(stripe, 10_000);
    const asked = eur(500, { source_transaction: charge });
    await bench.control.addFault({ match: { method: 'POST', path: '/v1/transfers' }, effect: 'drop_after', times: 2 });
    const key = { idempotencyKey: 'payout-1' };
    expect(await errorOf(stripe.transfers.create(asked, key))).toMatchObject({ class: 'StripeConnectionError' });
    const [made] = (await stripe.transfers.list()).data;
    expect((await stripe.transfers.create(asked, key)).id).toBe(made?.id);
    await bench.control.addFault({ match: { path: '/v1/transfers/*/reversals' }, effect: 'drop_after', times: 2 });
    const back = { idempotencyKey: 'back-1' };
    const id = made?.id ?? '';
    expect(await errorOf(stripe.transfers.createReversal(id, { amount: 100 }, back))).toMatchObject({
      class: 'StripeConnectionError',
    });
    await stripe.transfers.createReversal(id, { amount: 100 }, back);
    expect((await stripe.transfers.list()).data).toMatchObject([{ amount: 500, amount_reversed: 100 }]);
  });

  it('that was refused stays refused under its key, and may succeed under another', async () => {
    const charge = await chargeOf(stripe, 10_000);
    const destination = await openAccount(stripe, bench.control, { outcome: null });
    const asked = eur(500, { source_transaction: charge, destination });
    const key = { idempotencyKey: 'payout-2' };
    const code = 'insufficient_capabilities_for_transfer';
    expect(await errorOf(stripe.transfers.create(asked, key))).toMatchObject({ code });
    await bench.control.action('account', { account: destination, outcome: 'complete' });
    expect(await errorOf(stripe.transfers.create(asked, key))).toMatchObject({ code });
    expect(await stripe.transfers.create(asked, { idempotencyKey: 'payout-3' })).toMatchObject({ amount: 500 });
  });
});
