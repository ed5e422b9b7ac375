/** Payment intents from birth to end, as tables: what is done, what it becomes, which events it raises. */
import type Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Bench } from './support/bench.js';
import { startBench } from './support/bench.js';

let bench: Bench;
let stripe: Stripe;
beforeAll(async () => {
  bench = await startBench({ seed: 1 });
  stripe = bench.sdk();
});
afterAll(() => bench.close());

const RETURN = { return_url: 'https://shop.example/return' };
const create = (params: Partial<Stripe.PaymentIntentCreateParams> = {}) =>
  stripe.paymentIntents.create({
    amount: 2000,
    currency: 'eur',
    automatic_payment_methods: { enabled: true },
    ...params,
  });
const confirmWith = (payment_method: string) => (id: string) =>
  stripe.paymentIntents.confirm(id, { payment_method, ...RETURN });
const tolerant = (call: (id: string) => Promise<unknown>) => async (id: string) =>
  void (await call(id).catch(() => undefined));
const challenge = (outcome: 'succeed' | 'fail') => (id: string) =>
  bench.control.action('3ds', { payment_intent: id, outcome });

async function eventsOf(id: string): Promise<string[]> {
  const all = await stripe.events.list({ limit: 100 }).autoPagingToArray({ limit: 10_000 });
  const about = all.filter((event) => {
    const object = event.data.object as { id?: string; payment_intent?: unknown };
    return object.id === id || object.payment_intent === id;
  });
  return about.map((event) => event.type).reverse();
}

interface Row {
  name: string;
  params?: Partial<Stripe.PaymentIntentCreateParams>;
  steps: ((id: string) => Promise<unknown>)[];
  becomes: Partial<Stripe.PaymentIntent>;
  events: string[];
}
const MANUAL = { capture_method: 'manual' as const };
const several = { ...MANUAL, payment_method_options: { card: { request_multicapture: 'if_available' as const } } };

// Sources: https://docs.stripe.com/payments/paymentintents/lifecycle, .../place-a-hold-on-a-payment-method, .../multicapture
const ROWS: Row[] = [
  { name: 'created', steps: [], becomes: { status: 'requires_payment_method', amount_received: 0 }, events: [] },
  {
    name: 'paid at once',
    steps: [confirmWith('pm_card_visa')],
    becomes: { status: 'succeeded', amount_received: 2000, amount_capturable: 0, last_payment_error: null },
    events: ['charge.succeeded', 'payment_intent.succeeded'],
  },
  {
    name: 'authorized',
    params: MANUAL,
    steps: [confirmWith('pm_card_mastercard')],
    becomes: { status: 'requires_capture', amount_received: 0, amount_capturable: 2000 },
    events: ['charge.succeeded', 'payment_intent.amount_capturable_updated'],
  },
  {
    name: 'authorized because the card option says so',
    params: { payment_method_options: { card: { capture_method: 'manual' } } },
    steps: [confirmWith('pm_card_visa')],
    becomes: { status: 'requires_capture', amount_capturable: 2000 },
    events: ['charge.succeeded', 'payment_intent.amount_capturable_updated'],
  },
  {
    name: 'authorized with Link, whose option says the same',
    params: { payment_method_options: { link: { capture_method: 'manual' }, card: { capture_method: 'manual' } } },
    steps: [confirmWith('pm_sim_link')],
    becomes: { status: 'requires_capture', amount_capturable: 2000 },
    events: ['charge.succeeded', 'payment_intent.amount_capturable_updated'],
  },
  {
    name: 'captured in full',
    params: MANUAL,
    steps: [confirmWith('pm_card_visa'), (id) => stripe.paymentIntents.capture(id)],
    becomes: { status: 'succeeded', amount_received: 2000, amount_capturable: 0 },
    events: [
      'charge.succeeded',
      'payment_intent.amount_capturable_updated',
      'charge.captured',
      'payment_intent.succeeded',
    ],
  },
  {
    name: 'captured in part, the rest released',
    params: MANUAL,
    steps: [confirmWith('pm_card_visa'), (id) => stripe.paymentIntents.capture(id, { amount_to_capture: 500 })],
    becomes: { status: 'succeeded', amount_received: 500, amount_capturable: 0 },
    events: [
      'charge.succeeded',
      'payment_intent.amount_capturable_updated',
      'charge.captured',
      'payment_intent.succeeded',
    ],
  },
  {
    name: 'captured in two parts',
    params: several,
    steps: [
      confirmWith('pm_card_visa'),
      (id) => stripe.paymentIntents.capture(id, { amount_to_capture: 500, final_capture: false }),
      (id) => stripe.paymentIntents.capture(id, { amount_to_capture: 700 }),
    ],
    becomes: { status: 'succeeded', amount_received: 1200, amount_capturable: 0 },
    events: [
      'charge.succeeded',
      'payment_intent.amount_capturable_updated',
      'charge.updated',
      'payment_intent.amount_capturable_updated',
      'charge.captured',
      'payment_intent.succeeded',
    ],
  },
  {
    name: 'one part captured, the rest canceled',
    params: several,
    steps: [
      confirmWith('pm_card_visa'),
      (id) => stripe.paymentIntents.capture(id, { amount_to_capture: 500, final_capture: false }),
      (id) => stripe.paymentIntents.cancel(id),
    ],
    becomes: { status: 'succeeded', amount_received: 500, amount_capturable: 0 },
    events: [
      'charge.succeeded',
      'payment_intent.amount_capturable_updated',
      'charge.updated',
      'payment_intent.amount_capturable_updated',
      'charge.captured',
      'payment_intent.succeeded',
    ],
  },
  {
    name: 'captured more than authorized where the card allows it',
    params: { ...MANUAL, payment_method_options: { card: { request_overcapture: 'if_available' } } },
    steps: [confirmWith('pm_sim_overcapture'), (id) => stripe.paymentIntents.capture(id, { amount_to_capture: 2300 })],
    becomes: { status: 'succeeded', amount_received: 2300, amount_capturable: 0 },
    events: [
      'charge.succeeded',
      'payment_intent.amount_capturable_updated',
      'charge.captured',
      'payment_intent.succeeded',
    ],
  },
  {
    name: 'authorization released',
    params: MANUAL,
    steps: [
      confirmWith('pm_card_visa'),
      (id) => stripe.paymentIntents.cancel(id, { cancellation_reason: 'abandoned' }),
    ],
    becomes: { status: 'canceled', amount_capturable: 0, cancellation_reason: 'abandoned' },
    events: [
      'charge.succeeded',
      'payment_intent.amount_capturable_updated',
      'charge.refunded',
      'payment_intent.canceled',
    ],
  },
  {
    name: 'authorization expired',
    params: MANUAL,
    steps: [confirmWith('pm_card_visa'), (id) => bench.control.action('expire_authorization', { payment_intent: id })],
    becomes: { status: 'canceled', amount_capturable: 0, cancellation_reason: 'automatic' },
    events: [
      'charge.succeeded',
      'payment_intent.amount_capturable_updated',
      'charge.expired',
      'payment_intent.canceled',
    ],
  },
  {
    name: 'canceled unpaid',
    steps: [(id) => stripe.paymentIntents.cancel(id)],
    becomes: { status: 'canceled', cancellation_reason: null },
    events: ['payment_intent.canceled'],
  },
  {
    name: 'declined',
    steps: [tolerant(confirmWith('pm_card_visa_chargeDeclined'))],
    becomes: { status: 'requires_payment_method', payment_method: null, amount_received: 0 },
    events: ['charge.failed', 'payment_intent.payment_failed'],
  },
  {
    name: 'declined, then paid',
    steps: [tolerant(confirmWith('pm_card_visa_chargeDeclined')), confirmWith('pm_card_visa')],
    becomes: { status: 'succeeded', amount_received: 2000, last_payment_error: null },
    events: ['charge.failed', 'payment_intent.payment_failed', 'charge.succeeded', 'payment_intent.succeeded'],
  },
  {
    name: 'waiting for authentication',
    steps: [confirmWith('pm_card_threeDSecure2Required')],
    becomes: { status: 'requires_action', latest_charge: null },
    events: ['payment_intent.requires_action'],
  },
  {
    name: 'authenticated',
    params: MANUAL,
    steps: [confirmWith('pm_card_authenticationRequired'), challenge('succeed')],
    becomes: { status: 'requires_capture', amount_capturable: 2000, next_action: null },
    events: ['payment_intent.requires_action', 'charge.succeeded', 'payment_intent.amount_capturable_updated'],
  },
  {
    name: 'authenticated twice, charged once',
    steps: [
      confirmWith('pm_card_authenticationRequired'),
      challenge('succeed'),
      challenge('succeed'),
      challenge('fail'),
    ],
    becomes: { status: 'succeeded', amount_received: 2000 },
    events: ['payment_intent.requires_action', 'charge.succeeded', 'payment_intent.succeeded'],
  },
  {
    name: 'authentication failed',
    steps: [confirmWith('pm_card_authenticationRequired'), challenge('fail')],
    becomes: { status: 'requires_payment_method', latest_charge: null, next_action: null },
    events: ['payment_intent.requires_action', 'payment_intent.payment_failed'],
  },
  {
    name: 'authenticated, then declined',
    steps: [confirmWith('pm_card_threeDSecureRequiredChargeDeclined'), challenge('succeed')],
    becomes: { status: 'requires_payment_method', next_action: null },
    events: ['payment_intent.requires_action', 'charge.failed', 'payment_intent.payment_failed'],
  },
];

describe('payment intents', () => {
  it.each(ROWS)('$name', async ({ params, steps, becomes, events }) => {
    const intent = await create(params);
    for (const step of steps) await step(intent.id);
    const now = await stripe.paymentIntents.retrieve(intent.id);
    expect(now).toMatchObject(becomes);
    expect(await eventsOf(intent.id)).toEqual(['payment_intent.created', ...events]);
  });

  it('shows the charge of the latest attempt with what was captured and released', async () => {
    const intent = await create(MANUAL);
    await confirmWith('pm_card_visa')(intent.id);
    await stripe.paymentIntents.capture(intent.id, { amount_to_capture: 500 });
    const read = await stripe.paymentIntents.retrieve(intent.id, {
      expand: ['latest_charge.balance_transaction', 'payment_method'],
    });
    const charge = read.latest_charge as Stripe.Charge;
    expect(charge).toMatchObject({
      amount: 2000,
      amount_captured: 500,
      amount_refunded: 1500,
      captured: true,
      refunded: false,
    });
    expect(charge.balance_transaction).toMatchObject({ amount: 500, fee: 33, net: 467, type: 'charge' });
    expect((read.payment_method as Stripe.PaymentMethod).card?.last4).toBe('4242');
    expect(charge.payment_method_details?.card?.capture_before).toBe(charge.created + 7 * 24 * 60 * 60);
  });

  it('asks again after a change of the amount and forgets the open challenge', async () => {
    const intent = await create();
    await confirmWith('pm_card_authenticationRequired')(intent.id);
    const changed = await stripe.paymentIntents.update(intent.id, { amount: 2500 });
    expect(changed).toMatchObject({ status: 'requires_confirmation', amount: 2500, next_action: null });
    await challenge('succeed')(intent.id);
    expect((await stripe.paymentIntents.retrieve(intent.id)).status).toBe('requires_confirmation');
  });

  it('keeps, adds, replaces and removes metadata', async () => {
    const intent = await create({ metadata: { a: '1', b: '2' }, description: 'first' });
    const changed = await stripe.paymentIntents.update(intent.id, {
      metadata: { b: '', c: '3' },
      description: 'second',
    });
    expect(changed.metadata).toEqual({ a: '1', c: '3' });
    expect(changed.description).toBe('second');
  });

  it('finds intents by metadata and status', async () => {
    const intent = await create({ metadata: { order: 'DE--77' } });
    const found = await stripe.paymentIntents.search({
      query: "metadata['order']:'DE--77' AND status:'requires_payment_method'",
    });
    expect(found.data.map((row) => row.id)).toEqual([intent.id]);
    expect((await stripe.paymentIntents.search({ query: "metadata['order']:'DE--78'" })).data).toEqual([]);
  });

  it('pages through lists in both directions', async () => {
    const other = bench.sdk('pages');
    const ids: string[] = [];
    for (let count = 0; count < 7; count += 1)
      ids.unshift((await other.paymentIntents.create({ amount: 100 + count, currency: 'eur' })).id);
    const first = await other.paymentIntents.list({ limit: 3 });
    expect(first.data.map((row) => row.id)).toEqual(ids.slice(0, 3));
    expect(first.has_more).toBe(true);
    const next = await other.paymentIntents.list({ limit: 3, starting_after: ids[2] ?? '' });
    expect(next.data.map((row) => row.id)).toEqual(ids.slice(3, 6));
    const back = await other.paymentIntents.list({ limit: 2, ending_before: ids[3] ?? '' });
    expect(back.data.map((row) => row.id)).toEqual(ids.slice(1, 3));
    expect(
      (await other.paymentIntents.list({ limit: 2 }).autoPagingToArray({ limit: 100 })).map((row) => row.id),
    ).toEqual(ids);
  });

  it('an authorization ends by itself when its time is over', async () => {
    const intent = await create(MANUAL);
    await confirmWith('pm_sim_short_authorization')(intent.id);
    await bench.control.advance(3601);
    expect(await stripe.paymentIntents.retrieve(intent.id)).toMatchObject({
      status: 'canceled',
      cancellation_reason: 'automatic',
    });
  });

  it('a card set up for later is attached and not asked again', async () => {
    const customer = await stripe.customers.create({ email: 'jo@example.com' });
    const method = await stripe.paymentMethods.retrieve('pm_card_authenticationRequiredOnSetup');
    const first = await create({ customer: customer.id, setup_future_usage: 'off_session' });
    await confirmWith(method.id)(first.id);
    await challenge('succeed')(first.id);
    expect((await stripe.paymentMethods.retrieve(method.id)).customer).toBe(customer.id);
    const second = await create({ customer: customer.id, payment_method: method.id, off_session: true, confirm: true });
    expect(second.status).toBe('succeeded');
  });
});

describe('refunds', () => {
  const paid = async (payment_method: string) => (await create({ confirm: true, payment_method, ...RETURN })).id;

  it('several parts make a whole, and no cent more', async () => {
    const payment_intent = await paid('pm_card_visa');
    await stripe.refunds.create({ payment_intent, amount: 500 });
    const rest = await stripe.refunds.create({
      payment_intent,
      reason: 'requested_by_customer',
      metadata: { item: '7' },
    });
    expect(rest).toMatchObject({ amount: 1500, status: 'succeeded', metadata: { item: '7' } });
    await expect(stripe.refunds.create({ payment_intent })).rejects.toMatchObject({
      code: 'charge_already_refunded',
      statusCode: 400,
    });
    expect((await stripe.refunds.list({ payment_intent })).data.map((row) => row.amount)).toEqual([1500, 500]);
  });

  it('no more comes back than was captured', async () => {
    const held = await create({ ...MANUAL, confirm: true, payment_method: 'pm_card_visa', ...RETURN });
    await stripe.paymentIntents.capture(held.id, { amount_to_capture: 500 });
    await expect(stripe.refunds.create({ payment_intent: held.id, amount: 501 })).rejects.toMatchObject({
      statusCode: 400,
    });
    expect((await stripe.refunds.create({ payment_intent: held.id })).amount).toBe(500);
    const charge = (await stripe.charges.list({ payment_intent: held.id })).data[0];
    expect(charge).toMatchObject({ amount_refunded: 2000, refunded: true });
  });

  it('a pending one succeeds after two seconds', async () => {
    const refund = await stripe.refunds.create({ payment_intent: await paid('pm_card_pendingRefund') });
    expect(refund).toMatchObject({ status: 'pending', pending_reason: 'processing' });
    await bench.control.advance(2);
    expect((await stripe.refunds.retrieve(refund.id)).status).toBe('succeeded');
  });

  it('one that succeeded comes back after two seconds, and its money with it', async () => {
    const payment_intent = await paid('pm_card_refundFail');
    const refund = await stripe.refunds.create({ payment_intent });
    expect(refund.status).toBe('succeeded');
    await bench.control.advance(2);
    expect(await stripe.refunds.retrieve(refund.id)).toMatchObject({
      status: 'failed',
      failure_reason: 'expired_or_canceled_card',
    });
    const types = (await stripe.events.list({ limit: 100 })).data.filter(
      (event) => (event.data.object as { id?: string }).id === refund.id,
    );
    expect(types.map((event) => event.type).reverse()).toEqual([
      'refund.created',
      'refund.updated',
      'refund.failed',
      'charge.refund.updated',
    ]);
    expect((await stripe.refunds.create({ payment_intent })).amount).toBe(2000);
  });

  it('the dashboard can refund, capture and cancel', async () => {
    const refunded = await paid('pm_card_visa');
    const refund = await bench.control.action('refund', { payment_intent: refunded, amount: 300 });
    expect(await stripe.refunds.retrieve(refund.id)).toMatchObject({ amount: 300, status: 'succeeded' });
    const bounced = await bench.control.action('bounce_refund', { refund: refund.id });
    expect(bounced.status).toBe('failed');
    const held = await create({ ...MANUAL, confirm: true, payment_method: 'pm_card_visa', ...RETURN });
    await bench.control.action('capture', { payment_intent: held.id, amount: 900 });
    expect(await stripe.paymentIntents.retrieve(held.id)).toMatchObject({ status: 'succeeded', amount_received: 900 });
    const open = await create();
    await bench.control.action('cancel', { payment_intent: open.id });
    expect((await stripe.paymentIntents.retrieve(open.id)).status).toBe('canceled');
  });
});

describe('the account', () => {
  it('has a balance that is the sum of its movements', async () => {
    const own = bench.sdk('ledger');
    const intent = await own.paymentIntents.create({
      amount: 10_000,
      currency: 'eur',
      confirm: true,
      payment_method: 'pm_card_bypassPending',
      ...RETURN,
    });
    await own.refunds.create({ payment_intent: intent.id, amount: 4000 });
    const moves = (await own.balanceTransactions.list()).data;
    const balance = await own.balance.retrieve();
    expect(balance.available[0]?.amount).toBe(moves.reduce((sum, move) => sum + move.net, 0));
    expect(balance.available[0]?.amount).toBe(10_000 - 175 - 4000);
  });

  it('belongs to the ending of the key and sees nothing of others', async () => {
    const one = bench.sdk('one');
    const other = bench.sdk('other');
    const intent = await one.paymentIntents.create({ amount: 500, currency: 'eur' });
    await expect(other.paymentIntents.retrieve(intent.id)).rejects.toMatchObject({
      statusCode: 404,
      code: 'resource_missing',
    });
    const account = await one.accounts.retrieveCurrent();
    expect(account).toMatchObject({ charges_enabled: true, country: 'DE', default_currency: 'eur' });
    expect(account.id).not.toBe((await other.accounts.retrieveCurrent()).id);
    const configuration = (await one.paymentMethodConfigurations.list()).data[0];
    expect(configuration).toMatchObject({ is_default: true, card: { available: true } });
    expect(await one.paymentMethodConfigurations.retrieve(configuration?.id ?? '')).toMatchObject({ active: true });
  });

  it('customers are kept, changed, found and deleted', async () => {
    const customer = await stripe.customers.create({
      email: 'ada@example.com',
      name: 'Ada',
      address: { city: 'Berlin', country: 'DE' },
    });
    const changed = await stripe.customers.update(customer.id, { name: 'Ada L.', metadata: { ref: '9' } });
    expect(changed).toMatchObject({
      name: 'Ada L.',
      email: 'ada@example.com',
      address: { city: 'Berlin', line1: null },
    });
    expect((await stripe.customers.search({ query: "metadata['ref']:'9'" })).data[0]?.id).toBe(customer.id);
    expect((await stripe.customers.list({ email: 'ada@example.com' })).data).toHaveLength(1);
    await stripe.paymentMethods.attach('pm_card_visa', { customer: customer.id });
    expect((await stripe.customers.listPaymentMethods(customer.id)).data).toHaveLength(1);
    await stripe.customers.del(customer.id);
    expect(await stripe.customers.retrieve(customer.id)).toMatchObject({ deleted: true });
  });
});
