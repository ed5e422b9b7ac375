/** What the contract tests share: well-formed facts and answers, no secret anywhere, and payments to work on. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { isoTime } from '../domain/clock.js';
import type { Fact } from '../domain/fact.js';
import type { Order } from '../domain/order.js';
import type { Answer, Asking, Connector, Context, Parameters, PaymentHandle, Settings, Verb } from './connector.js';
import { settingAt } from './settings.js';
import type { SuiteOptions, SuiteVerb } from './suite.js';

/** Always with milliseconds, because times are compared as text. */
const ISO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** The secrets that stand in these settings. */
export function secretsIn(connector: Connector, settings: Settings): string[] {
  const values = connector.configuration.secrets.map((path) => settingAt(settings, path));
  return values.flat().filter((value): value is string => typeof value === 'string' && value.length >= 4);
}

/** Fails when a secret of the settings stands anywhere in the value. */
export function assertNoSecret(options: SuiteOptions, value: unknown, settings: Settings = options.settings): void {
  const text = JSON.stringify(value) ?? '';
  for (const secret of secretsIn(options.connector, settings)) {
    assert.ok(!text.includes(JSON.stringify(secret).slice(1, -1)), 'a secret of the settings must not be told');
  }
}

/** Fails unless amounts are positive safe integers and times are ISO text in UTC. */
export function assertFact(fact: Fact): void {
  assert.match(fact.at, ISO_TIME, `time of ${fact.kind}`);
  if ('amount' in fact) {
    assert.ok(Number.isSafeInteger(fact.amount) && fact.amount > 0, `amount of ${fact.kind} is ${fact.amount}`);
  }
  if (fact.kind === 'authorized' && fact.expiresAt !== undefined) assert.match(fact.expiresAt, ISO_TIME);
  if (fact.kind === 'refund') assert.ok(fact.refundId.length > 0, 'a refund has an id');
  assert.deepEqual(JSON.parse(JSON.stringify(fact)), fact, 'a fact survives JSON');
}

/** Fails unless the answer is one the core can use: its parts fit its kind, and no secret is told. */
export function assertAnswer(options: SuiteOptions, answer: Answer): void {
  for (const fact of answer.facts) assertFact(fact);
  for (const reference of answer.references) assert.ok(reference.id.length > 0 && reference.id.length <= 255);
  const asked = answer.answer === 'rejected' || answer.answer === 'unknown';
  assert.equal(answer.problem !== undefined, asked, `${answer.answer} and a problem`);
  if (answer.answer === 'unknown') assert.deepEqual(answer.facts, [], 'nothing is known, so there is no fact');
  if (answer.problem !== undefined) assert.ok(answer.problem.message.length > 0, 'a problem has a message');
  assertNoSecret(options, answer);
}

/** Fails unless the PSP did it or took it on. */
export function assertTaken(answer: Answer): void {
  const taken = ['completed', 'accepted', 'requires_action'].includes(answer.answer);
  assert.ok(taken, `answer is ${answer.answer}: ${answer.problem?.message}`);
}

/** One asking in its two halves, on a payment that is ready for it. */
export interface Ready {
  payment: PaymentHandle;
  prepare(context: Context): Parameters;
  /** Prepares and gives what to ask with; the same value may be asked with again. */
  asking(context: Context): Asking;
  ask(asking: Asking, context: Context): Promise<Answer>;
}

/**
 * A payment in the state a verb needs: none for initialize, authorized for capture, cancel and confirm, captured for
 * refund. With `changes` the order to confirm is another one than the payment was begun for.
 */
export async function ready(options: SuiteOptions, verb: SuiteVerb, changes: Partial<Order> = {}): Promise<Ready> {
  const { connector } = options;
  const payment = blankPayment(options);
  const operationId = randomUUID();
  const order = (options.order ?? sampleOrder)(payment.amount);
  const begin = (given: Order) => {
    const request = { paymentId: payment.paymentId, operationId: randomUUID(), order: given };
    return bind(connector.initialize, { ...request, returnUrl: 'https://shop.example/return' }, payment);
  };
  if (verb === 'initialize') return begin(order);
  if (verb === 'confirm') delete payment.orderReference;
  await play(options, payment, begin(verb === 'confirm' ? withoutReference(order) : order));
  await options.authorize(payment.transactionId, payment);
  const { amount } = payment;
  if (verb === 'confirm') {
    assert.ok(connector.confirm, 'the connector can confirm');
    const confirmed = { ...order, orderReference: 'SUITE--2', ...changes };
    return bind(connector.confirm, { payment, operationId, order: confirmed }, payment);
  }
  if (verb === 'cancel') {
    return bind(connector.cancel, { payment, operationId, reason: 'requested_by_customer' as const }, payment);
  }
  const taking = bind(connector.capture, { payment: { ...payment }, operationId, amount, itemIds: [] }, payment);
  if (verb === 'capture') return taking;
  await play(options, payment, taking);
  payment.captured = amount;
  return bind(connector.refund, { payment, operationId: randomUUID(), amount, itemIds: [] }, payment);
}

/** A payment of the suite's amount that the customer has authorized. */
export async function authorizedPayment(options: SuiteOptions): Promise<PaymentHandle> {
  return (await ready(options, 'capture')).payment;
}

async function play(options: SuiteOptions, payment: PaymentHandle, asked: Ready): Promise<void> {
  const answer = await asked.ask(asked.asking(options.context()), options.context());
  assertTaken(answer);
  payment.references.push(...answer.references);
  payment.transactionId = answer.references.find(({ kind }) => kind === 'payment')?.id ?? payment.transactionId;
}

function bind<Request extends { operationId: string }>(
  verb: Verb<Request>,
  request: Request,
  payment: PaymentHandle,
): Ready {
  const idempotencyKey = randomUUID();
  const prepare = (context: Context) => verb.prepare(request, context);
  return {
    payment,
    prepare,
    asking(context) {
      const askedAt = isoTime(context.clock);
      // Stored and read again between the two halves, as the core does it.
      const parameters = JSON.parse(JSON.stringify(prepare(context))) as Parameters;
      return { parameters, idempotencyKey, operationId: request.operationId, askedAt };
    },
    ask: (asking, context) => verb.ask(asking, context),
  };
}

function blankPayment(options: SuiteOptions): PaymentHandle {
  const amount = options.amount ?? 12_000;
  const { currency } = (options.order ?? sampleOrder)(amount);
  return {
    paymentId: randomUUID(), transactionId: '', orderReference: 'SUITE--1', amount, currency,
    captured: 0, refunded: 0, references: [],
  }; // prettier-ignore
}

/** As it is before the shop has stored it. */
function withoutReference(order: Order): Order {
  const { orderReference: _reference, ...cart } = order;
  return cart;
}

function sampleOrder(amount: number): Order {
  return {
    orderReference: 'SUITE--1',
    grandTotal: amount,
    currency: 'EUR',
    paymentMethod: 'card',
    locale: 'en_US',
    customerEmail: 'customer@example.com',
    billing: {
      firstName: 'Ada',
      lastName: 'Lovelace',
      address1: 'Main street 1',
      zip: '10115',
      city: 'Berlin',
      country: 'DE',
    },
    lines: [{ id: '1', sku: 'sku-1', name: 'Lamp', quantity: 1, unitPrice: amount }],
    expenses: [],
    additional: {},
  };
}
