/** Each outcome of each verb: what is answered at once, later, and when it is read back. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { sandboxConnector, sandboxWithout } from '../../../src/connectors/sandbox/index.js';
import { SLOW_MS } from '../../../src/connectors/sandbox/play.js';
import type { Answer, Asking, PaymentHandle, Settings } from '../../../src/kit/index.js';
import { contextOf, orderOf, paymentOf, settings, START } from './support.js';

const AT = new Date(START).toISOString();
const LATER = new Date(START + 2000).toISOString();
const operationId = 'operation-1';
const captured = { captured: 12_000 };

type Verb = 'initialize' | 'capture' | 'cancel' | 'refund';

interface Told {
  verb: Verb;
  outcome?: string;
  payment?: Partial<PaymentHandle>;
  amount?: number;
  given?: Settings;
}

/** Asks a verb and gives the answer, with ways to ask the same again and to read it back. */
async function ask({ verb, outcome, payment: changes, amount, given = settings }: Told) {
  const played = outcome === undefined ? given : { ...given, outcomes: { [verb]: outcome } };
  const payment = paymentOf(changes);
  const context = contextOf(played);
  const rest = { payment, operationId, itemIds: [], amount: amount ?? payment.amount };
  const order = orderOf(rest.amount);
  const parameters = {
    initialize: () => sandboxConnector.initialize.prepare({ paymentId: 'p', operationId, order, returnUrl: 'x' }, context),
    capture: () => sandboxConnector.capture.prepare(rest, context),
    cancel: () => sandboxConnector.cancel.prepare({ payment, operationId, reason: 'requested_by_customer' }, context),
    refund: () => sandboxConnector.refund.prepare(rest, context),
  }[verb](); // prettier-ignore
  const asking: Asking = { parameters, idempotencyKey: 'key-1', operationId, askedAt: AT };
  const after = (ms: number) => contextOf(played, { now: () => START + ms });
  return {
    answer: await sandboxConnector[verb].ask(asking, context),
    again: (ms: number) => sandboxConnector[verb].ask(asking, after(ms)),
    readBack: (ms: number) => {
      const operation = { id: operationId, kind: verb, parameters, askedAt: AT };
      return sandboxConnector.readBack!({ payment, operation }, after(ms));
    },
  };
}

const outline = ({ answer, facts }: Answer) => ({ answer, facts });

describe('initialize', () => {
  it('gives an id that follows from the operation, and keeps the id of a payment that exists', async () => {
    const { answer } = await ask({ verb: 'initialize' });
    expect(answer).toMatchObject({ answer: 'completed', facts: [], references: [{ kind: 'payment' }] });
    expect(answer.references[0]?.id).toMatch(/^sbx_[a-p]{24}$/);
    const context = contextOf();
    const existing = paymentOf();
    const request = { paymentId: 'p', operationId: 'operation-2', order: orderOf(500), returnUrl: 'x' };
    const anew = async (more: object) => {
      const parameters = sandboxConnector.initialize.prepare({ ...request, ...more }, context);
      return sandboxConnector.initialize.ask({ parameters, idempotencyKey: 'k', operationId: 'operation-2', askedAt: AT }, context);
    }; // prettier-ignore
    expect((await anew({ existing })).references).toEqual([{ kind: 'payment', id: existing.transactionId }]);
    expect((await anew({})).references).not.toEqual(answer.references);
  });

  it('may start with a temporary id, which the next answer makes real', async () => {
    const id = (await ask({ verb: 'initialize', amount: 12_013 })).answer.references[0]!.id;
    expect(id).toMatch(/^tmp-[a-p]{24}$/);
    const { answer } = await ask({ verb: 'capture', payment: { transactionId: id } });
    expect(answer.references).toEqual([{ kind: 'payment', id: id.replace('tmp-', 'sbx_') }]);
  });

  it('tells the id of a payment whose answer was lost when it is read back', async () => {
    const { answer, readBack } = await ask({ verb: 'initialize', amount: 12_017 });
    expect(answer).toMatchObject({ answer: 'unknown', references: [] });
    expect((await readBack(0)).references[0]?.id).toMatch(/^sbx_/);
  });
});

describe('capture', () => {
  it('tells everything taken so far, final when nothing is left', async () => {
    const part = await ask({ verb: 'capture', amount: 4_000 });
    expect(part.answer.facts).toEqual([{ kind: 'captured', amount: 4_000, final: false, at: AT }]);
    const rest = await ask({ verb: 'capture', amount: 8_000, payment: { captured: 4_000 } });
    expect(rest.answer.facts).toEqual([{ kind: 'captured', amount: 12_000, final: true, at: AT }]);
  });

  it('is final at once when the rest does not stay reserved', async () => {
    const given = { ...settings, capabilities: { multipleCaptures: false } };
    const { answer } = await ask({ verb: 'capture', amount: 4_000, given });
    expect(answer.facts).toEqual([{ kind: 'captured', amount: 4_000, final: true, at: AT }]);
  });

  it('refuses more than is left, and nothing at all', async () => {
    const more = await ask({ verb: 'capture', amount: 12_001 });
    expect(more.answer).toMatchObject({ answer: 'rejected', problem: { class: 'rejected', code: 'amount_too_large' } });
    expect((await more.readBack(0)).answer).toBe('rejected');
    expect((await ask({ verb: 'capture', amount: 0 })).answer.problem?.code).toBe('amount_too_small');
  });
});

describe('cancel', () => {
  it('cancels what is reserved, and releases the rest after a partial capture', async () => {
    expect((await ask({ verb: 'cancel' })).answer.facts).toEqual([{ kind: 'canceled', cause: 'requested', at: AT }]);
    const { answer } = await ask({ verb: 'cancel', payment: { captured: 4_000 } });
    expect(answer.facts).toEqual([{ kind: 'captured', amount: 4_000, final: true, at: AT }]);
  });

  it('refuses when everything is captured', async () => {
    const { answer } = await ask({ verb: 'cancel', payment: captured });
    expect(answer).toMatchObject({ answer: 'rejected', problem: { class: 'already' } });
  });
});

describe('refund', () => {
  it('tells the refund with its id, its operation and its amount', async () => {
    const { answer } = await ask({ verb: 'refund', amount: 500, payment: captured });
    const refundId = answer.refundId!;
    expect(refundId).toMatch(/^sbxr_[a-p]{24}_500$/);
    expect(answer.facts).toEqual([{ kind: 'refund', refundId, status: 'succeeded', amount: 500, operationId, at: AT }]);
    expect(answer.references).toContainEqual({ kind: 'refund', id: refundId, parent: paymentOf().transactionId });
  });

  it('refuses more than is left', async () => {
    const { answer } = await ask({ verb: 'refund', amount: 501, payment: { captured: 1_000, refunded: 500 } });
    expect(answer.problem?.code).toBe('amount_too_large');
  });
});

describe('outcomes of every verb', () => {
  for (const [verb, payment] of [['capture', {}], ['cancel', {}], ['refund', captured]] as const) {
    const told = { verb, payment };
    for (const [outcome, kind] of [['decline', 'declined'], ['failure', 'rejected'], ['exception', 'bug'], ['credential', 'credential']]) {
      it(`${verb}: ${outcome} is rejected as ${kind}, also later and read back`, async () => {
        const asked = await ask({ ...told, outcome: outcome! });
        for (const answer of [asked.answer, await asked.again(60_000), await asked.readBack(0)]) {
          expect(answer).toMatchObject({ answer: 'rejected', facts: [], problem: { class: kind } });
        }
      });
    }

    it(`${verb}: pending then success is accepted, and done after the delay`, async () => {
      const asked = await ask({ ...told, outcome: 'pending_success' });
      const done = (await ask(told)).answer;
      expect(asked.answer.answer).toBe('accepted');
      expect((await asked.readBack(1999)).answer).toBe('accepted');
      const facts = done.facts.map((fact) => ({ ...fact, at: LATER }));
      for (const answer of [await asked.readBack(2000), await asked.again(60_000)]) {
        expect(outline(answer)).toEqual({ answer: 'completed', facts });
      }
    });

    it(`${verb}: pending then failure is accepted, and rejected after the delay`, async () => {
      const asked = await ask({ ...told, outcome: 'pending_failure', given: { ...settings, delaySeconds: 10 } });
      expect(asked.answer.answer).toBe('accepted');
      const early = await asked.readBack(9_999);
      expect(outline(early)).toEqual(outline(asked.answer));
      const kinds = { capture: 'capture_failed', cancel: 'cancel_failed', refund: 'refund' };
      const late = await asked.readBack(10_000);
      expect(late).toMatchObject({ answer: 'rejected', facts: [{ kind: kinds[verb] }], problem: { class: 'declined' } });
    });

    it(`${verb}: no answer stays unknown and is absent; a lost answer is found again`, async () => {
      const none = await ask({ ...told, outcome: 'no_answer' });
      expect([none.answer.answer, (await none.again(60_000)).answer]).toEqual(['unknown', 'unknown']);
      expect(await none.readBack(60_000)).toMatchObject({ absent: true, facts: [] });
      const lost = await ask({ ...told, outcome: 'lost_answer' });
      expect(lost.answer).toMatchObject({ answer: 'unknown', problem: { class: 'ambiguous' } });
      const done = outline((await ask(told)).answer);
      expect(outline(await lost.readBack(0))).toEqual(done);
      expect(outline(await lost.again(2_000))).toEqual(done);
    });
  } // prettier-ignore

  it('refund: pending tells the refund at once, under the same id as later', async () => {
    const asked = await ask({ verb: 'refund', amount: 553, payment: captured });
    expect(asked.answer.facts).toMatchObject([{ kind: 'refund', status: 'pending', refundId: asked.answer.refundId }]);
    expect((await asked.readBack(2_000)).refundId).toBe(asked.answer.refundId);
  });

  describe('slow', () => {
    afterEach(() => void vi.useRealTimers());

    it('answers after three seconds, and is read back without waiting', async () => {
      vi.useFakeTimers();
      let answer: Answer | undefined;
      const asking = ask({ verb: 'capture', amount: 138 }).then((asked) => (answer = asked.answer));
      await vi.advanceTimersByTimeAsync(SLOW_MS - 1);
      expect(answer).toBeUndefined();
      await vi.advanceTimersByTimeAsync(1);
      expect((await asking).answer).toBe('completed');
    });
  });
});

describe('readBack', () => {
  it('has nothing to tell without an operation, and nothing at all when switched off', async () => {
    const payment = paymentOf();
    expect(await sandboxConnector.readBack!({ payment }, contextOf())).toMatchObject({
      answer: 'completed',
      facts: [],
    });
    const off = contextOf({ ...settings, capabilities: { readBack: false } });
    expect(await sandboxConnector.readBack!({ payment }, off)).toMatchObject({ answer: 'unknown', facts: [] });
  });
});

describe('sandboxWithout', () => {
  it('lacks the verbs it is told, and leaves the sandbox itself alone', () => {
    const less = sandboxWithout('readBack', 'page', 'paymentMethods');
    expect('readBack' in less || 'page' in less || 'paymentMethods' in less).toBe(false);
    expect(less.capture).toBe(sandboxConnector.capture);
    expect(sandboxConnector.readBack).toBeTypeOf('function');
  });
});

describe('paymentMethods', () => {
  it('is one method, those of the settings, or none', () => {
    const offers = (more: Settings) => sandboxConnector.paymentMethods!({ ...settings, ...more }, {});
    expect(offers({})).toEqual([{ name: 'Sandbox', providerName: 'sandbox' }]);
    const paymentMethods = [
      { name: 'Card', checkoutConfiguration: { strategy: 'embedded' } },
      { name: 'B', providerName: 'b' },
    ];
    expect(offers({ paymentMethods })).toEqual([{ ...paymentMethods[0], providerName: 'sandbox' }, paymentMethods[1]]);
    expect(offers({ paymentMethods, capabilities: { paymentMethods: false } })).toEqual([]);
    const checkoutConfiguration = {
      strategy: 'express-checkout',
      scripts: [],
      paymentServiceProviderData: { isLive: false },
    };
    expect(offers({ headless: true })).toEqual([{ name: 'Sandbox', providerName: 'sandbox', checkoutConfiguration }]);
    expect(offers({ paymentMethods, headless: true })[0]).toEqual({ ...paymentMethods[0], providerName: 'sandbox' });
  });
});

describe('validate', () => {
  it('may be told to give no answer, which is a warning', async () => {
    const given = { ...settings, outcomes: { configure: 'no_answer' } };
    const report = await sandboxConnector.validate(given, contextOf(given));
    expect(report).toMatchObject({ isValid: true, errors: [], warnings: [expect.stringContaining('no answer')] });
  });
});
