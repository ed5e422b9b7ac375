/** Bank transfers against the simulator: in parts, too little, too much, and a surplus that goes back. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createStripeConnector } from '../../../src/connectors/stripe/index.js';
import type { PaymentHandle, Settings, WebhookEvent } from '../../../src/kit/index.js';
import { bytesOf, orderOf, SETTINGS } from './given.js';
import type { Simulated } from './simulated.js';
import { asked, begin, simulated } from './simulated.js';

const connector = createStripeConnector();
const settings: Settings = { ...SETTINGS, bankTransfer: { country: 'FR', graceDays: 3 } };
let sim: Simulated;
beforeAll(async () => {
  sim = await simulated();
});
afterAll(() => sim.close());

const truth = (payment: PaymentHandle) => connector.readBack!({ payment }, sim.context(settings));
const send = (payment: PaymentHandle, amount: number) =>
  sim.control.action('fund_cash_balance', { payment_intent: payment.transactionId, amount });

async function waiting(): Promise<PaymentHandle> {
  const { payment, answer } = await begin(connector, sim.context(settings));
  await sim.pay(payment.transactionId, 'pm_sim_bank_transfer');
  return { ...payment, references: answer.references };
}

describe('a bank transfer', () => {
  it('is offered only when it is set up and allowed, with a customer of its own for each order', async () => {
    const first = await waiting();
    const second = await waiting();
    const [one, two] = await Promise.all(
      [first, second].map(({ transactionId }) => sim.stripe.paymentIntents.retrieve(transactionId)),
    );
    expect(one?.customer).toMatch(/^cus_/);
    expect(one?.customer).not.toBe(two?.customer);
    expect(one?.payment_method_options?.customer_balance?.bank_transfer?.eu_bank_transfer?.country).toBe('FR');
    const { payment } = await begin(connector, sim.context());
    expect((await sim.stripe.paymentIntents.retrieve(payment.transactionId)).payment_method_types).not.toContain(
      'customer_balance',
    );
    const denied = { ...settings, paymentMethods: { source: 'deny_list', list: ['customer_balance'] } };
    const { payment: other } = await begin(connector, sim.context(denied));
    expect((await sim.stripe.paymentIntents.retrieve(other.transactionId)).customer).toBeNull();
  });

  it('that is awaited tells what to write on it', async () => {
    const answer = await truth(await waiting());
    expect(answer.facts).toMatchObject([{ kind: 'processing' }]);
    expect(answer.details).toMatchObject({
      'Bank transfer remaining': '120.00 EUR',
      'Bank transfer reference': expect.stringMatching(/^SIM/),
    });
  });

  it('of a part is received, and the rest is waited for', async () => {
    const payment = await waiting();
    await send(payment, 5_000);
    const answer = await truth(payment);
    const received = answer.facts.find(({ kind }) => kind === 'received');
    expect(received).toMatchObject({ amount: 5_000 });
    if (received?.kind !== 'received') throw new Error('no part was received');
    expect(Date.parse(received.graceUntil) - Date.parse(received.at)).toBe(3 * 86_400_000);
    expect((await truth(payment)).facts).toContainEqual(received);
    expect(answer.details).toMatchObject({
      'Bank transfer received': '50.00 EUR',
      'Bank transfer remaining': '70.00 EUR',
    });
    await send(payment, 7_000);
    const whole = (await truth(payment)).facts.map(({ kind }) => kind);
    expect(whole).toEqual(['captured', 'fee']);
  });

  it('of too much is captured and overpaid, and the surplus goes back from the cash balance, once', async () => {
    const payment = await waiting();
    await send(payment, 15_000);
    const { facts } = await truth(payment);
    expect(facts).toMatchObject([
      { kind: 'captured', amount: 12_000, final: true },
      { kind: 'overpaid', amount: 15_000 },
      { kind: 'fee' },
    ]);
    const { ask, asking } = asked(connector, 'refund', payment, { context: sim.context(settings), amount: 3_000 });
    const first = await ask();
    const second = await ask();
    expect(second.refundId).toBe(first.refundId);
    expect(first.answer).toBe('accepted');
    expect(first.references).toContainEqual({ kind: 'payment', id: payment.transactionId });
    const refund = await sim.stripe.refunds.retrieve(first.refundId!);
    expect(refund).toMatchObject({ amount: 3_000, charge: null, payment_intent: null });
    const operation = {
      id: asking.operationId,
      kind: 'refund',
      parameters: asking.parameters,
      askedAt: asking.askedAt,
    };
    const seen = await connector.readBack!({ payment, operation }, sim.context(settings));
    expect(seen).toMatchObject({ refundId: first.refundId });
    const known = { ...payment, references: [...payment.references, ...first.references] };
    expect((await truth(known)).facts).toContainEqual(expect.objectContaining({ refundId: first.refundId }));
    // Nothing is left over, so the next refund comes out of the payment.
    const next = await asked(connector, 'refund', payment, { context: sim.context(settings), amount: 1_000 }).ask();
    expect(await sim.stripe.refunds.retrieve(next.refundId!)).toMatchObject({ payment_intent: payment.transactionId });
  });

  it('tells by its events to read the payment back', async () => {
    const payment = await waiting();
    await send(payment, 13_000);
    const customer = payment.references.find(({ kind }) => kind === 'customer')?.id;
    const { data } = await sim.stripe.events.list({ limit: 8 });
    const told: Record<string, WebhookEvent[]> = {};
    for (const event of data) {
      const told1 = (await connector.missedEvents!('2020-01-01T00:00:00Z', sim.context(settings))).find(
        (missed) => missed.event.id === event.id,
      );
      if (told1 === undefined) continue;
      (told[event.type] ??= []).push(told1.event);
      if (/cash_balance/.test(event.type)) {
        const meaning = connector.webhooks.translate(bytesOf(event), told1.event, sim.context(settings));
        expect(meaning).toEqual({ facts: [], references: expect.anything(), readBack: true });
      }
    }
    const moves = told['customer_cash_balance_transaction.created']?.map((event) => event.paymentReference);
    expect(moves).toEqual([payment.transactionId, customer]);
    expect(told['cash_balance.funds_available']?.map((event) => event.paymentReference)).toEqual([customer]);
  });

  it('leaves orders in other currencies without it', async () => {
    const { payment } = await begin(connector, sim.context(settings), orderOf({ currency: 'USD' }));
    expect((await sim.stripe.paymentIntents.retrieve(payment.transactionId)).customer).toBeNull();
  });
});
