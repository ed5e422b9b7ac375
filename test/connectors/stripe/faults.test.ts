/** Each write meets each way a request can go wrong: never two effects, and never a refusal that Stripe did not speak. */
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createStripeConnector } from '../../../src/connectors/stripe/index.js';
import type { Answer, PaymentHandle } from '../../../src/kit/index.js';
import type { Effect } from '../../../src/simulator/stripe/control.js';
import { orderOf } from './given.js';
import type { Simulated } from './simulated.js';
import { asked, askingOf, begin, impatient, simulated } from './simulated.js';

const EFFECTS = [
  'drop_before', 'drop_after', 'error_500', 'error_500_after', 'error_503', 'rate_limit', 'lock_timeout', 'conflict',
  'truncated', 'hang', 'slow', 'unauthorized', 'forbidden',
] as const satisfies readonly Effect[]; // prettier-ignore
/** What was really done although no answer came. */
const EXECUTED: ReadonlySet<Effect> = new Set(['drop_after', 'error_500_after', 'truncated', 'slow']);
const CLASS: Partial<Record<Effect, string>> = {
  rate_limit: 'throttled',
  lock_timeout: 'busy',
  conflict: 'busy',
  unauthorized: 'credential',
  forbidden: 'permission',
};
const VERBS = ['initialize', 'capture', 'cancel', 'refund'] as const;
type Verb = (typeof VERBS)[number];
const PATHS: Record<Verb, string> = {
  initialize: '/v1/payment_intents',
  capture: '/v1/payment_intents/*/capture',
  cancel: '/v1/payment_intents/*/cancel',
  refund: '/v1/refunds',
};

const calm = createStripeConnector();
/** One request per asking, so that each fault is seen; the SDK still repeats a closed connection once. */
const hasty = impatient();
let sim: Simulated;
beforeAll(async () => {
  sim = await simulated();
});
afterAll(() => sim.close());
beforeEach(() => sim.control.clearFaults());

interface Play {
  payment: PaymentHandle;
  ask(connector?: typeof calm): Promise<Answer>;
  operation: {
    id: string;
    kind: string;
    parameters: Parameters<typeof calm.capture.ask>[0]['parameters'];
    askedAt: string;
  };
  effects(): Promise<number>;
}

/** A payment ready for the verb, its asking, and how often it happened at Stripe. */
async function play(verb: Verb): Promise<Play> {
  const context = sim.context();
  if (verb === 'initialize') {
    const operationId = `op-${Math.random().toString(36).slice(2)}`;
    const request = { paymentId: operationId, operationId, order: orderOf(), returnUrl: 'https://x.example/' };
    const asking = askingOf(calm.initialize.prepare(request, context), operationId);
    const all = async () => (await sim.stripe.paymentIntents.list({ limit: 100 })).data;
    return {
      payment: {
        paymentId: operationId,
        transactionId: '',
        amount: 12_000,
        currency: 'EUR',
        captured: 0,
        refunded: 0,
        references: [],
      },
      ask: (connector = hasty) => connector.initialize.ask(structuredClone(asking), context),
      operation: { id: operationId, kind: verb, parameters: asking.parameters, askedAt: asking.askedAt },
      effects: async () => (await all()).filter(({ metadata }) => metadata.psp_command_id === operationId).length,
    };
  }
  const { payment } = await begin(calm, context);
  await sim.pay(payment.transactionId);
  if (verb === 'refund') {
    await asked(calm, 'capture', payment, { context }).ask();
    payment.captured = payment.amount;
  }
  const { asking } = asked(calm, verb, payment, { context, amount: 5_000 });
  return {
    payment,
    ask: (connector = hasty) => connector[verb].ask(structuredClone(asking), context),
    operation: { id: asking.operationId, kind: verb, parameters: asking.parameters, askedAt: asking.askedAt },
    effects: () => effectsOf(verb, payment.transactionId),
  };
}

/** Money moved, counted at Stripe's objects. */
async function effectsOf(verb: Verb, id: string): Promise<number> {
  if (verb === 'refund') return (await sim.stripe.refunds.list({ payment_intent: id })).data.length;
  const intent = await sim.stripe.paymentIntents.retrieve(id);
  if (verb === 'cancel') return intent.status === 'canceled' ? 1 : 0;
  return intent.amount_received / 5_000;
}

describe.each(VERBS)('%s', (verb) => {
  it.each(EFFECTS)('with %s: unknown, then done once', { timeout: 15_000 }, async (effect) => {
    const { payment, ask, operation, effects } = await play(verb);
    await sim.control.addFault({ match: { method: 'POST', path: PATHS[verb] }, effect, times: 2, delayMs: 900 });
    const answer = await ask();
    expect(answer.answer).toBe('unknown');
    expect(answer.problem?.class).toBe(CLASS[effect] ?? 'ambiguous');
    expect(answer.facts).toEqual([]);
    await sim.control.clearFaults();
    // A slow request is still on its way; nobody has asked again meanwhile.
    if (effect === 'slow') await vi.waitFor(async () => expect(await effects()).toBe(1), { timeout: 10_000 });
    expect(await effects()).toBe(EXECUTED.has(effect) ? 1 : 0);

    const read = await calm.readBack!({ payment, operation }, sim.context());
    expect(read.absent === true).toBe(!EXECUTED.has(effect));
    if (EXECUTED.has(effect)) expect(read.answer).toBe('completed');

    const again = await ask();
    if (again.keySpent === true) expect(effect).toBe('error_500_after');
    else expect(again.answer).toBe('completed');
    expect(await effects()).toBe(1);
  });
});

describe('the SDK’s own repeats', () => {
  it.each(['drop_before', 'drop_after', 'error_500', 'conflict'] as const)(
    'answer a capture in spite of one %s, done once',
    { timeout: 15_000 },
    async (effect) => {
      const { ask, effects } = await play('capture');
      await sim.control.addFault({ match: { path: PATHS.capture }, effect });
      expect(await ask(calm)).toMatchObject({ answer: 'completed', facts: [{ kind: 'captured', amount: 5_000 }] });
      expect(await effects()).toBe(1);
    },
  );

  it('meet the stored 500 again, so the key is spent', { timeout: 15_000 }, async () => {
    const { ask, effects } = await play('refund');
    await sim.control.addFault({ match: { path: PATHS.refund }, effect: 'error_500_after' });
    expect(await ask(calm)).toMatchObject({ answer: 'unknown', keySpent: true, problem: { class: 'ambiguous' } });
    expect(await effects()).toBe(1);
  });

  it('send the same key and the same body every time', { timeout: 15_000 }, async () => {
    const { ask } = await play('refund');
    await sim.control.addFault({ match: { path: PATHS.refund }, effect: 'error_500' });
    await ask(calm);
    const sent = (await sim.control.requests({ method: 'POST', path: PATHS.refund })).slice(-2);
    expect(sent).toHaveLength(2);
    expect(new Set(sent.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(1);
    expect(sent[0]?.idempotencyKey).toMatch(/^psp1:/);
  });
});

describe('the time limit', () => {
  it('ends an asking that hangs, whatever the SDK would still try', { timeout: 10_000 }, async () => {
    const slow = createStripeConnector({ timeoutMs: 400, budgetMs: 700, retries: 5 });
    const { ask, payment } = await play('capture');
    await sim.control.addFault({ match: { path: PATHS.capture }, effect: 'hang', times: 9 });
    expect(await ask(slow)).toMatchObject({ answer: 'unknown', problem: { class: 'ambiguous' } });
    const sent = await sim.control.requests({ method: 'POST', path: PATHS.capture });
    expect(sent.filter(({ path }) => path.includes(payment.transactionId)).length).toBeLessThan(1 + 5);
  });

  it('holds for reading back too', async () => {
    const { payment } = await play('capture');
    await sim.control.addFault({ match: { method: 'GET', path: '/v1/payment_intents/*' }, effect: 'hang', times: 9 });
    const read = await impatient({ timeoutMs: 200, budgetMs: 300 }).readBack!({ payment }, sim.context());
    expect(read).toMatchObject({ answer: 'unknown', problem: { class: 'ambiguous' } });
    expect(read.absent).toBeUndefined();
  });
});
