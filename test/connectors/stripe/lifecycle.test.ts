/** Every verb against the simulator, by the official SDK over HTTP: what is asked happens once and is answered so. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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

async function authorized(method?: string, settings: Settings = SETTINGS): Promise<PaymentHandle> {
  const { payment } = await begin(connector, sim.context(settings));
  await sim.pay(payment.transactionId, method);
  return payment;
}

async function captured(method?: string): Promise<PaymentHandle> {
  const payment = await authorized(method);
  const answer = await asked(connector, 'capture', payment, { context: sim.context() }).ask();
  expect(answer.answer).toBe('completed');
  return { ...payment, captured: payment.amount };
}

describe('initialize', () => {
  it('makes a payment intent and tells the page what it needs', async () => {
    const { payment, answer } = await begin(connector, sim.context());
    expect(answer).toMatchObject({ answer: 'completed', facts: [] });
    expect(answer.session).toEqual({
      transactionId: payment.transactionId,
      clientSecret: expect.stringContaining('_secret_'),
      publishableKey: 'pk_test_canary1234',
    });
    const named = await begin(connector, sim.context({ ...SETTINGS, accountId: 'acct_1' }));
    expect(named.answer.session).toMatchObject({ accountId: 'acct_1' });
    const intent = await sim.stripe.paymentIntents.retrieve(payment.transactionId);
    expect(intent).toMatchObject({
      amount: 12_000,
      currency: 'eur',
      capture_method: 'automatic',
      payment_method_types: ['card', 'ideal', 'klarna', 'paypal', 'sepa_debit'],
      payment_method_options: { card: { capture_method: 'manual' } },
      description: 'Order DE--1',
    });
    expect(intent.metadata).toMatchObject({
      psp_tenant: 'h4sh',
      psp_payment_id: payment.paymentId,
      order_reference: 'DE--1',
    });
  });

  it('asked again with the same key makes no second intent', async () => {
    const request = {
      paymentId: 'p-again',
      operationId: 'op-again',
      order: orderOf(),
      returnUrl: 'https://x.example/',
    };
    const asking = askingOf(connector.initialize.prepare(request, sim.context()), 'op-again');
    const first = await connector.initialize.ask(asking, sim.context());
    const second = await connector.initialize.ask(structuredClone(asking), sim.context());
    expect(second.session).toEqual(first.session);
    expect(second.references).toEqual(first.references);
  });

  it('rejects what Stripe refuses, with its words', async () => {
    const { answer } = await begin(connector, sim.context(), orderOf({ grandTotal: 1 }));
    expect(answer).toMatchObject({ answer: 'rejected', problem: { class: 'rejected', code: 'amount_too_small' } });
  });

  const again = async (payment: PaymentHandle, grandTotal: number, operationId: string) => {
    const request = {
      paymentId: payment.paymentId,
      operationId,
      order: orderOf({ grandTotal }),
      returnUrl: 'https://x.example/',
      existing: payment,
    };
    const asking = askingOf(connector.initialize.prepare(request, sim.context()), operationId);
    return connector.initialize.ask(asking, sim.context());
  };

  it('changes the amount of a payment nobody has paid, under the same id', async () => {
    const { payment } = await begin(connector, sim.context());
    const answer = await again(payment, 9_900, 'op-change');
    expect(answer).toMatchObject({ answer: 'completed', session: { transactionId: payment.transactionId } });
    expect((await sim.stripe.paymentIntents.retrieve(payment.transactionId)).amount).toBe(9_900);
    // Paid in between and asked again after a crash: the change was done.
    await sim.pay(payment.transactionId);
    expect(await again(payment, 9_900, 'op-change')).toMatchObject({
      answer: 'completed',
      facts: [{ kind: 'authorized' }],
    });
  });

  it('leaves a paid payment alone and says so', async () => {
    const payment = await authorized();
    const answer = await again(payment, 9_900, 'op-paid');
    expect(answer).toMatchObject({
      answer: 'rejected',
      problem: { class: 'already' },
      facts: [{ kind: 'authorized', amount: 12_000 }],
    });
    expect((await sim.stripe.paymentIntents.retrieve(payment.transactionId)).amount).toBe(12_000);
  });

  it('replaces a payment in the middle of 3-D Secure, and an abandoned one, once each', async () => {
    for (const [index, before] of ['requires_action', 'abandoned'].entries()) {
      const { payment } = await begin(connector, sim.context());
      const why = { cancellation_reason: 'abandoned' } as const;
      if (before === 'abandoned') await sim.stripe.paymentIntents.cancel(payment.transactionId, why);
      else await sim.pay(payment.transactionId, 'pm_card_threeDSecure2Required');
      const first = await again(payment, 9_900, `op-replace-${index}`);
      const second = await again(payment, 9_900, `op-replace-${index}`);
      expect(first).toMatchObject({ answer: 'completed' });
      expect(first.session?.transactionId).not.toBe(payment.transactionId);
      expect(second.session?.transactionId).toBe(first.session?.transactionId);
      expect((await sim.stripe.paymentIntents.retrieve(payment.transactionId)).status).toBe('canceled');
    }
  });

  it('leaves a payment alone that somebody canceled, and tells that it is', async () => {
    const { payment } = await begin(connector, sim.context());
    await sim.stripe.paymentIntents.cancel(payment.transactionId, { cancellation_reason: 'requested_by_customer' });
    const answer = await again(payment, 9_900, 'op-canceled-by-somebody');
    expect(answer).toMatchObject({ answer: 'rejected', facts: [{ kind: 'canceled', cause: 'requested' }] });
    expect(
      (await sim.stripe.paymentIntents.list({ limit: 100 })).data.filter(
        ({ metadata }) => metadata.psp_command_id === 'op-canceled-by-somebody',
      ),
    ).toEqual([]);
  });
});

describe('capture', () => {
  it('takes the money and tells the card, but only its last four digits', async () => {
    const payment = await authorized();
    const answer = await asked(connector, 'capture', payment, { context: sim.context() }).ask();
    expect(answer).toMatchObject({
      answer: 'completed',
      facts: [{ kind: 'captured', amount: 12_000, final: true }],
      details: { cardBrand: 'visa', cardLast4: '4242' },
    });
    expect(answer.references.map(({ kind }) => kind)).toEqual(['payment', 'charge']);
  });

  it('takes less and the rest is released', async () => {
    const payment = await authorized();
    const answer = await asked(connector, 'capture', payment, { context: sim.context(), amount: 5_000 }).ask();
    expect(answer.facts).toEqual([expect.objectContaining({ kind: 'captured', amount: 5_000, final: true })]);
    const next = await asked(
      connector,
      'capture',
      { ...payment, captured: 5_000 },
      { context: sim.context(), amount: 7_000 },
    ).ask();
    expect(next).toMatchObject({
      answer: 'rejected',
      problem: { class: 'already' },
      facts: [{ kind: 'captured', amount: 5_000 }],
    });
  });

  it('takes several parts when the tenant has that, and the last one is final', async () => {
    const settings = { ...SETTINGS, capture: { strategy: 'multi' } };
    const payment = await authorized(undefined, settings);
    const first = await asked(connector, 'capture', payment, {
      context: sim.context(settings),
      amount: 5_000,
      last: false,
    }).ask();
    expect(first).toMatchObject({
      answer: 'completed',
      facts: [{ kind: 'authorized' }, { kind: 'captured', amount: 5_000, final: false }],
    });
    const last = await asked(
      connector,
      'capture',
      { ...payment, captured: 5_000 },
      { context: sim.context(settings), amount: 7_000 },
    ).ask();
    expect(last).toMatchObject({ answer: 'completed', facts: [{ kind: 'captured', amount: 12_000, final: true }] });
  });

  it('of money somebody took in the dashboard is done already', async () => {
    const payment = await authorized();
    await sim.control.action('capture', { payment_intent: payment.transactionId });
    const answer = await asked(connector, 'capture', payment, { context: sim.context() }).ask();
    expect(answer).toMatchObject({ answer: 'completed', facts: [{ kind: 'captured', amount: 12_000, final: true }] });
  });

  it('of an expired authorization is rejected, and the facts say why', async () => {
    const payment = await authorized();
    await sim.control.action('expire_authorization', { payment_intent: payment.transactionId });
    const answer = await asked(connector, 'capture', payment, { context: sim.context() }).ask();
    expect(answer).toMatchObject({
      answer: 'rejected',
      facts: [{ kind: 'authorized' }, { kind: 'canceled', cause: 'expired' }],
    });
  });

  it('of a payment nobody paid, or of more than was authorized, is rejected', async () => {
    const { payment } = await begin(connector, sim.context());
    expect(await asked(connector, 'capture', payment, { context: sim.context() }).ask()).toMatchObject({
      answer: 'rejected',
      facts: [],
    });
    const more = await asked(connector, 'capture', await authorized(), {
      context: sim.context(),
      amount: 12_001,
    }).ask();
    expect(more).toMatchObject({ answer: 'rejected', problem: { class: 'rejected' } });
  });
});

describe('cancel', () => {
  it('releases the money, and once is enough', async () => {
    const payment = await authorized();
    const cancel = asked(connector, 'cancel', payment, { context: sim.context() });
    expect(await cancel.ask()).toMatchObject({
      answer: 'completed',
      facts: [{ kind: 'authorized' }, { kind: 'canceled', cause: 'requested' }],
    });
    expect(await cancel.ask()).toMatchObject({ answer: 'completed' });
    expect(await asked(connector, 'cancel', payment, { context: sim.context() }).ask()).toMatchObject({
      answer: 'completed',
    });
  });

  it('of a captured payment is rejected, and the facts say that it is captured', async () => {
    const answer = await asked(connector, 'cancel', await captured(), { context: sim.context() }).ask();
    expect(answer).toMatchObject({ answer: 'rejected', problem: { class: 'already' }, facts: [{ kind: 'captured' }] });
  });
});

describe('refund', () => {
  it('gives back two equal parts, each once', async () => {
    const payment = await captured();
    const first = asked(connector, 'refund', payment, { context: sim.context(), amount: 4_000 });
    const second = asked(connector, 'refund', payment, { context: sim.context(), amount: 4_000 });
    const answers = [await first.ask(), await first.ask(), await second.ask()];
    expect(answers.map(({ answer }) => answer)).toEqual(['completed', 'completed', 'completed']);
    expect(answers[0]?.refundId).toBe(answers[1]?.refundId);
    expect(answers[2]?.refundId).not.toBe(answers[0]?.refundId);
    expect(answers[0]?.facts).toEqual([
      expect.objectContaining({ kind: 'refund', amount: 4_000, operationId: first.asking.operationId }),
    ]);
    const { data } = await sim.stripe.refunds.list({ payment_intent: payment.transactionId });
    expect(data.map(({ amount }) => amount)).toEqual([4_000, 4_000]);
  });

  it('of more than is left is rejected, and tells the refunds that are there', async () => {
    const payment = await captured();
    await asked(connector, 'refund', payment, { context: sim.context(), amount: 8_000 }).ask();
    const answer = await asked(connector, 'refund', payment, { context: sim.context(), amount: 8_000 }).ask();
    expect(answer).toMatchObject({
      answer: 'rejected',
      facts: [{ kind: 'refund', amount: 8_000, status: 'succeeded' }],
    });
  });

  it('of the whole twice is rejected the second time', async () => {
    const payment = await captured();
    expect(await asked(connector, 'refund', payment, { context: sim.context() }).ask()).toMatchObject({
      answer: 'completed',
    });
    expect(await asked(connector, 'refund', payment, { context: sim.context() }).ask()).toMatchObject({
      answer: 'rejected',
    });
  });

  it('that takes its time is accepted, and a read-back tells when it is done', async () => {
    const payment = await captured('pm_card_pendingRefund');
    const refund = asked(connector, 'refund', payment, { context: sim.context() });
    expect(await refund.ask()).toMatchObject({ answer: 'accepted', facts: [{ status: 'processing' }] });
    await sim.control.advance(10);
    expect(await refund.ask()).toMatchObject({ answer: 'accepted' });
    const read = await connector.readBack!({ payment }, sim.context());
    expect(read.facts).toContainEqual(expect.objectContaining({ kind: 'refund', status: 'succeeded', amount: 12_000 }));
  });
});

describe('readBack', () => {
  it('tells everything that is so with a payment', async () => {
    const payment = await captured();
    await asked(connector, 'refund', payment, { context: sim.context(), amount: 1_000 }).ask();
    const read = await connector.readBack!({ payment }, sim.context());
    expect(read).toMatchObject({ answer: 'completed', details: { cardLast4: '4242' } });
    expect(read.facts.map(({ kind }) => kind)).toEqual(['captured', 'refund', 'fee']);
    expect(read.references.map(({ kind }) => kind)).toEqual(['payment', 'charge', 'refund']);
  });

  it('tells until when the money is reserved', async () => {
    const { facts } = await connector.readBack!({ payment: await authorized() }, sim.context());
    expect(facts).toEqual([
      {
        kind: 'authorized',
        amount: 12_000,
        at: expect.any(String),
        expiresAt: expect.any(String),
        severalCaptures: false,
      },
    ]);
  });

  it.each(['capture', 'cancel', 'refund'] as const)(
    'finds a %s that happened, and says so when it did not',
    async (verb) => {
      const payment = verb === 'refund' ? await captured() : await authorized();
      const { asking, ask } = asked(connector, verb, payment, { context: sim.context() });
      const operation = { id: asking.operationId, kind: verb, parameters: asking.parameters, askedAt: asking.askedAt };
      const before = await connector.readBack!({ payment, operation }, sim.context());
      expect(before).toMatchObject({ answer: 'unknown', absent: true });
      const answer = await ask();
      const after = await connector.readBack!({ payment, operation }, sim.context());
      expect(after.answer).toBe('completed');
      expect(after.absent).toBeUndefined();
      expect(after.facts.map(({ kind }) => kind)).toEqual(answer.facts.map(({ kind }) => kind));
    },
  );

  it('finds a payment whose beginning was never answered, with its session', async () => {
    const request = { paymentId: 'p-lost', operationId: 'op-lost', order: orderOf(), returnUrl: 'https://x.example/' };
    const asking = askingOf(connector.initialize.prepare(request, sim.context()), 'op-lost');
    const operation = { id: 'op-lost', kind: 'initialize', parameters: asking.parameters, askedAt: asking.askedAt };
    const handle = {
      paymentId: 'p-lost',
      transactionId: '',
      amount: 12_000,
      currency: 'EUR',
      captured: 0,
      refunded: 0,
      references: [],
    };
    expect(await connector.readBack!({ payment: handle, operation }, sim.context())).toMatchObject({ absent: true });
    const { session } = await connector.initialize.ask(asking, sim.context());
    const found = await connector.readBack!({ payment: handle, operation }, sim.context());
    expect(found).toMatchObject({ answer: 'completed', session });
  });

  it('does not throw for an unknown payment', async () => {
    const payment = { ...(await authorized()), transactionId: 'pi_unknown' };
    expect(await connector.readBack!({ payment }, sim.context())).toMatchObject({
      answer: 'unknown',
      problem: { class: 'not_found' },
    });
  });

  it('an asking older than the key looks first and does nothing twice', async () => {
    const payment = await captured();
    const { asking, ask } = asked(connector, 'refund', payment, { context: sim.context(), amount: 3_000 });
    const first = await ask();
    await sim.control.advance(25 * 3600);
    const yesterday = new Date(Date.parse(asking.askedAt) - 25 * 3_600_000).toISOString();
    const second = await connector.refund.ask({ ...asking, askedAt: yesterday }, sim.context());
    expect(second.refundId).toBe(first.refundId);
    expect((await sim.stripe.refunds.list({ payment_intent: payment.transactionId })).data).toHaveLength(1);
  });
});

describe('what the simulator saw', () => {
  it('was understood, and no request with a removed parameter', async () => {
    expect(await sim.control.unsupported()).toEqual([]);
    expect(JSON.stringify(await sim.control.requests())).not.toContain('"payment_method_types');
  });

  it('left no key and no client secret in our log', () => {
    expect(sim.logged.length).toBeGreaterThan(0);
    expect(JSON.stringify(sim.logged)).not.toMatch(/canary|_secret_/);
  });
});
