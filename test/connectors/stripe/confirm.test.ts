/** The verb confirm against the simulated Stripe: what an intent must be to become the payment of an order. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Order, PaymentHandle } from '../../../src/kit/index.js';
import { orderOf, SETTINGS } from './given.js';
import type { Simulated } from './simulated.js';
import { askingOf, begin, impatient, simulated } from './simulated.js';

let sim: Simulated;
const connector = impatient();
beforeAll(async () => {
  sim = await simulated();
});
afterAll(() => sim.close());

function cart(): Order {
  const { orderReference: _none, ...order } = orderOf();
  return order;
}

async function begun(): Promise<PaymentHandle> {
  const { orderReference: _none, ...payment } = (await begin(connector, sim.context(), cart())).payment;
  return payment;
}

let count = 0;

function confirming(payment: PaymentHandle, changes: Partial<Order> = {}, operationId = `op-c-${(count += 1)}`) {
  const order = orderOf({ orderReference: 'DE--77', ...changes });
  const asking = askingOf(connector.confirm!.prepare({ payment, operationId, order }, sim.context()), operationId);
  return { asking, ask: () => connector.confirm!.ask(structuredClone(asking), sim.context()) };
}

const intentOf = (payment: PaymentHandle) => sim.stripe.paymentIntents.retrieve(payment.transactionId);

describe('an order', () => {
  it('is written on the intent of its amount, paid or not; a repeat writes nothing else', async () => {
    for (const pay of [false, true]) {
      const payment = await begun();
      if (pay) await sim.pay(payment.transactionId);
      const { ask } = confirming(payment, {}, `op-paid-${pay}`);
      const answer = await ask();
      expect(answer.answer).toBe('completed');
      expect(answer.facts.map(({ kind }) => kind)).toEqual(pay ? ['authorized'] : []);
      const intent = await intentOf(payment);
      expect(intent.metadata).toMatchObject({ order_reference: 'DE--77', psp_payment_id: payment.paymentId });
      expect(intent.description).toBe('Order DE--77');
      expect(intent.payment_details?.order_reference).toBe('DE--77');
      expect((await ask()).answer).toBe('completed');
      expect(await intentOf(payment)).toEqual(intent);
    }
  });

  it('of a captured payment tells the capture', async () => {
    const payment = await begun();
    await sim.pay(payment.transactionId);
    await sim.stripe.paymentIntents.capture(payment.transactionId);
    expect((await confirming(payment).ask()).facts).toMatchObject([{ kind: 'captured', amount: 12_000, final: true }]);
  });

  it.each([
    ['amount', { grandTotal: 12_001 }, 'The payment is for 120.00 EUR, but the order is for 120.01 EUR.'],
    ['currency', { currency: 'CHF' }, 'The payment is for 120.00 EUR, but the order is for 120.00 CHF.'],
    ['amount Stripe cannot express', { currency: 'KWD', grandTotal: 12_001 }, 'multiples of ten'],
  ])('of another %s is refused, and nothing changes at Stripe', async (_what, changes, words) => {
    const payment = await begun();
    await sim.pay(payment.transactionId);
    const before = await intentOf(payment);
    const answer = await confirming(payment, changes).ask();
    expect(answer).toMatchObject({ answer: 'rejected', facts: [] });
    expect(answer.problem?.message).toContain(words);
    expect(await intentOf(payment)).toEqual(before);
  });

  it('of a canceled payment is refused, with the fact', async () => {
    const payment = await begun();
    await sim.stripe.paymentIntents.cancel(payment.transactionId);
    expect(await confirming(payment).ask()).toMatchObject({ answer: 'rejected', facts: [{ kind: 'canceled' }] });
  });

  it('is refused for an intent of another payment, of another tenant, and one that is not there', async () => {
    const payment = await begun();
    const other = { ...payment, paymentId: 'somebody-else' };
    expect((await confirming(other).ask()).problem?.code).toBe('not_ours');
    const { asking } = confirming(payment);
    const context = { ...sim.context(), tenant: { hash: 'other', settings: SETTINGS } };
    expect((await connector.confirm!.ask(asking, context)).problem?.code).toBe('not_ours');
    const gone = confirming({ ...payment, transactionId: 'pi_gone' });
    expect(await gone.ask()).toMatchObject({ answer: 'rejected', problem: { class: 'not_found' } });
    expect((await intentOf(payment)).metadata.order_reference).toBeUndefined();
  });

  it('counts although Stripe does not let it be written', async () => {
    const payment = await begun();
    await sim.pay(payment.transactionId);
    const { asking } = confirming(payment);
    const { parameters } = asking;
    // Longer than Stripe takes it: refused, as it refuses more and more of a payment that is over.
    const body = { ...(parameters.body as object), description: 'x'.repeat(1001) };
    const answer = await connector.confirm!.ask({ ...asking, parameters: { ...parameters, body } }, sim.context());
    expect(answer).toMatchObject({ answer: 'completed', facts: [{ kind: 'authorized' }] });
    expect((await intentOf(payment)).metadata.order_reference).toBeUndefined();
  });
});

describe('read back', () => {
  it('finds the order when the answer was lost, and its absence when the request was', async () => {
    for (const [effect, isThere] of [['drop_after', true], ['drop_before', false]] as const) {
      const payment = await begun();
      const match = { method: 'POST', path: `/v1/payment_intents/${payment.transactionId}` };
      await sim.control.addFault({ match, effect, times: 2 });
      const { asking, ask } = confirming(payment, {}, `op-${effect}`);
      expect((await ask()).answer).toBe('unknown');
      await sim.control.clearFaults();
      const operation = { id: asking.operationId, kind: 'confirm', parameters: asking.parameters, askedAt: asking.askedAt };
      const told = await connector.readBack!({ payment, operation }, sim.context());
      expect(told).toMatchObject(isThere ? { answer: 'completed' } : { absent: true });
      expect((await ask()).answer).toBe('completed');
    }
  });
}); // prettier-ignore
