/** What follows from news of a payment, in whatever order and however often they are told. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Fact } from '../../src/domain/fact.js';
import { TRANSITIONS, type PaymentStatus } from '../../src/domain/payment.js';
import { at, givenFile, givenOperation, kinds, tell, type Told } from './given.js';

const authorized: Fact = { kind: 'authorized', amount: 12_000, at: at(1) };
const captured: Fact = { kind: 'captured', amount: 12_000, final: true, at: at(3) };
const part = (amount: number, final = false): Fact => ({ kind: 'captured', amount, final, at: at(2) });
const refund = (refundId: string, amount: number, status: 'pending' | 'succeeded' | 'failed', s = 5): Fact => ({
  kind: 'refund', refundId, amount, status, at: at(s),
}); // prettier-ignore

/** What must hold after every telling. */
function checkInvariants({ file, settlements }: Told): void {
  let status: PaymentStatus = 'new';
  for (const { history, payment } of settlements) {
    for (const { fromStatus, toStatus } of history) {
      expect(fromStatus).toBe(status);
      if (fromStatus !== toStatus) expect(TRANSITIONS[status]).toContain(toStatus);
      status = toStatus;
    }
    expect(payment.status).toBe(status);
  }
  const { authorized: held, captured: taken, refunded } = file.payment;
  // Only who pays too much has paid more than was held.
  const isOver = file.facts.some(({ kind }) => kind === 'overpaid');
  if (held > 0 && !isOver) expect(taken).toBeLessThanOrEqual(held);
  expect(refunded).toBeLessThanOrEqual(Math.max(taken, file.payment.amount));
}

/** Announcements as a set: kind, amount and items, whoever made the id. */
function announcedSet(told: Told): string[] {
  const status = told.announced.filter(({ event }) => event.kind !== 'payment_updated');
  return status.map(({ event }) => JSON.stringify(event)).sort();
}

const life = (facts: Fact[]): fc.Arbitrary<Fact[]> => fc.constant(facts);
const amounts = fc.constantFrom(4_000, 7_000, 11_000);

/** Lives a payment may have, as facts in the order in which they happen. None of them takes a turn back. */
const lives: fc.Arbitrary<Fact[]> = fc.oneof(
  life([authorized, captured]),
  amounts.map((first) => [authorized, part(first), { ...captured, at: at(3) }]),
  fc.tuple(amounts, amounts).map(([amount]) => [authorized, captured, refund('r1', amount, 'succeeded')]),
  life([authorized, captured, refund('r1', 4_000, 'succeeded'), refund('r2', 3_000, 'succeeded', 6)]),
  life([authorized, captured, refund('r1', 12_000, 'pending'), refund('r1', 12_000, 'succeeded', 6)]),
  life([authorized, captured, { kind: 'overpaid', amount: 13_000, at: at(4) } satisfies Fact]),
  life([{ kind: 'processing', at: at(0) } satisfies Fact, authorized, captured]),
  life([{ kind: 'canceled', cause: 'abandoned', at: at(4) } satisfies Fact]),
  life([{ kind: 'authorization_failed', reason: 'no', at: at(2) } satisfies Fact]),
  life([{ kind: 'underpaid', amount: 9_000, at: at(2) } satisfies Fact]),
);

/** Lives that take a turn: what the turn overtook need not be told any more. */
const turns: fc.Arbitrary<Fact[]> = fc.oneof(
  life([authorized, { kind: 'canceled', cause: 'expired', at: at(9) } satisfies Fact]),
  life([authorized, { kind: 'capture_failed', reason: 'no', at: at(2) } satisfies Fact, captured]),
  life([authorized, { kind: 'cancel_failed', reason: 'no', at: at(2) } satisfies Fact, captured]),
  life([authorized, { kind: 'processing', at: at(2) } satisfies Fact, captured]),
  life([{ kind: 'authorization_failed', reason: 'no', at: at(0) } satisfies Fact, authorized, captured]),
  life([authorized, captured, refund('r1', 12_000, 'succeeded'), refund('r1', 12_000, 'failed', 6)]),
  life([authorized, captured, refund('r1', 4_000, 'succeeded'), refund('r1', 4_000, 'failed', 6)]),
);

/** A telling of a life: every fact at least once, some more often, in any order. */
function tellingOf(life: Fact[]): fc.Arbitrary<Fact[]> {
  return fc
    .subarray([...life, ...life])
    .chain((again) => fc.shuffledSubarray([...life, ...again], { minLength: life.length + again.length }));
}

describe('settlement, property', () => {
  it('ends every telling of a straight life in the same status with the same announcements, each once', () => {
    const telling = lives.chain((life) => tellingOf(life).map((facts) => ({ life, facts })));
    fc.assert(
      fc.property(telling, ({ life, facts }) => {
        const inOrder = tell(givenFile(), life);
        const told = tell(givenFile(), facts);
        checkInvariants(told);
        expect(told.file.payment.status).toBe(inOrder.file.payment.status);
        expect(announcedSet(told)).toEqual(announcedSet(inOrder));
      }),
      { numRuns: 3_000 },
    );
  });

  it('ends every telling of a life with a turn in the same status and tells nothing that did not happen', () => {
    const telling = turns.chain((life) => tellingOf(life).map((facts) => ({ life, facts })));
    fc.assert(
      fc.property(telling, ({ life, facts }) => {
        const inOrder = tell(givenFile(), life);
        const told = tell(givenFile(), facts);
        checkInvariants(told);
        expect(told.file.payment.status).toBe(inOrder.file.payment.status);
        expect(new Set(announcedSet(told)).size).toBe(announcedSet(told).length);
        expect(announcedSet(inOrder)).toEqual(expect.arrayContaining(announcedSet(told)));
      }),
      { numRuns: 3_000 },
    );
  });

  it('never leaves the table, whatever a PSP tells', () => {
    const time = fc.integer({ min: 0, max: 9 }).map(at);
    const amount = fc.constantFrom(1, 5_000, 12_000, 13_000);
    const reason = fc.constant('no');
    const fact = fc.oneof(
      fc.record({ kind: fc.constant('authorized' as const), amount, at: time }),
      fc.record({ kind: fc.constant('captured' as const), amount, final: fc.boolean(), at: time }),
      fc.record({ kind: fc.constantFrom('authorization_failed' as const, 'capture_failed' as const, 'cancel_failed' as const), reason, at: time }),
      fc.record({ kind: fc.constant('canceled' as const), cause: fc.constantFrom('requested' as const, 'abandoned' as const), at: time }),
      fc.record({ kind: fc.constantFrom('overpaid' as const, 'underpaid' as const), amount, at: time }),
      fc.record({ kind: fc.constant('processing' as const), at: time }),
      fc.record({ kind: fc.constant('refund' as const), refundId: fc.constantFrom('a', 'b'), amount, at: time,
        status: fc.constantFrom('pending' as const, 'processing' as const, 'succeeded' as const, 'failed' as const, 'canceled' as const) }),
    ); // prettier-ignore
    fc.assert(
      fc.property(fc.array(fact, { maxLength: 12 }), (facts) => {
        const { settlements, announced } = tell(givenFile(), facts);
        let status: PaymentStatus = 'new';
        for (const { fromStatus, toStatus } of settlements.flatMap(({ history }) => history)) {
          expect(fromStatus).toBe(status);
          if (fromStatus !== toStatus) expect(TRANSITIONS[status]).toContain(toStatus);
          status = toStatus;
        }
        const named = announced.flatMap(({ announces }) => (announces === undefined ? [] : [announces]));
        expect(new Set(named).size).toBe(named.length);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('settlement', () => {
  it('changes nothing when a known fact is told again with its members in another order', () => {
    const told = tell(givenFile(), [authorized, { at: at(1), amount: 12_000, kind: 'authorized' }]);
    expect(told.settlements[1]).toMatchObject({ changed: false, facts: [], history: [], announcements: [] });
  });

  it('keeps the facts of a refused move, notes it in the history and tells nobody', () => {
    const told = tell(givenFile(), [{ kind: 'canceled', cause: 'external', at: at(1) }, captured]);
    const [, second] = told.settlements;
    expect(told.file.payment).toMatchObject({ status: 'canceled', captured: 12_000 });
    expect(second?.refused).toBe('Transition from "canceled" to "captured" is not allowed');
    expect(second?.history).toMatchObject([{ fromStatus: 'canceled', toStatus: 'canceled' }]);
    expect(second?.announcements).toEqual([]);
    expect(tell(told.file, [captured]).settlements[0]).toMatchObject({ changed: false });
  });

  it('answers an asking of ours even when the move it leads to is refused', () => {
    const operations = [givenOperation({ kind: 'capture' })];
    const told = tell(givenFile({ status: 'canceled' }, { operations }), [captured]);
    expect(told.settlements[0]?.refused).toBeDefined();
    expect(kinds(told.announced)).toEqual(['payment_captured']);
  });

  it('writes both moves when a new payment is captured', () => {
    const { settlements, announced } = tell(givenFile(), [captured]);
    expect(settlements[0]?.history).toMatchObject([
      { fromStatus: 'new', toStatus: 'authorized' },
      { fromStatus: 'authorized', toStatus: 'captured' },
    ]);
    expect(kinds(announced)).toEqual(['payment_updated', 'payment_authorized', 'payment_updated', 'payment_captured']);
  });

  it('tells the authorization of a payment whose capture is known to be on its way', () => {
    const { file, announced } = tell(givenFile(), [{ facts: [authorized, { kind: 'processing', at: at(2) }] }]);
    expect(file.payment.status).toBe('capture_requested');
    expect(kinds(announced)).toEqual(['payment_updated', 'payment_authorized', 'payment_updated']);
  });

  it('authorizes after all when the customer pays in spite of a failure', () => {
    const { file, announced } = tell(givenFile(), [
      { kind: 'authorization_failed', reason: 'no', at: at(0) },
      authorized,
    ]);
    expect(file.payment.status).toBe('authorized');
    expect(kinds(announced)).toEqual([
      'payment_updated',
      'payment_authorization_failed',
      'payment_updated',
      'payment_authorized',
    ]);
  });

  it('keeps a payment authorized while a part is taken, and captures it with the last part', () => {
    const first = givenOperation({ kind: 'capture', id: 'c1', amount: 7_000, itemIds: ['101'] });
    const start = givenFile({ status: 'authorized', authorized: 12_000 }, { facts: [authorized], operations: [first] });
    const one = tell(start, [part(7_000)]);
    expect(one.file.payment).toMatchObject({ status: 'authorized', captured: 7_000 });
    expect(kinds(one.announced)).toEqual(['payment_updated', 'payment_captured']);
    expect(one.announced[1]?.event).toMatchObject({ amount: 7_000, itemIds: ['101'] });
    const last = givenOperation({ kind: 'capture', id: 'c2', amount: 5_000, itemIds: ['102'], capturedBefore: 7_000 });
    const two = tell({ ...one.file, operations: [...one.file.operations, last] }, [captured]);
    expect(two.file.payment).toMatchObject({ status: 'captured', captured: 12_000 });
    expect(kinds(two.announced)).toEqual(['payment_updated', 'payment_captured']);
    expect(two.announced[1]?.event).toMatchObject({ amount: 5_000, itemIds: ['102'] });
  });

  it('may take a part after canceling failed', () => {
    const refused = givenOperation({ kind: 'cancel', status: 'declined', settledAt: at(5) });
    const asked = givenOperation({ kind: 'capture', amount: 7_000, itemIds: ['101'] });
    const start = givenFile(
      { status: 'cancellation_failed', authorized: 12_000 },
      { facts: [authorized], operations: [refused, asked] },
    );
    const told = tell(start, [part(7_000)]);
    expect(told.file.payment.status).toBe('authorized');
    expect(kinds(told.announced)).toEqual(['payment_updated', 'payment_captured']);
  });

  it('tells what the PSP takes by itself after our part: the items that were left', () => {
    const ours = givenOperation({
      kind: 'capture',
      amount: 7_000,
      itemIds: ['101'],
      status: 'succeeded',
      settledAt: at(2),
    });
    const start = givenFile(
      { status: 'authorized', authorized: 12_000, captured: 7_000 },
      { facts: [authorized, part(7_000)], operations: [ours] },
    );
    const told = tell(start, [captured]);
    expect(told.announced[1]?.event).toMatchObject({ kind: 'payment_captured', amount: 5_000, itemIds: ['102'] });
  });

  it('cancels the rest after a part was taken: the shop hears of it, the status is captured', () => {
    const ours = givenOperation({
      kind: 'capture',
      amount: 7_000,
      itemIds: ['101'],
      status: 'succeeded',
      settledAt: at(2),
    });
    const partly = { status: 'authorized', authorized: 12_000, captured: 7_000 } as const;
    const facts = [authorized, part(7_000)];
    const asked = givenOperation({ kind: 'cancel', amount: 0, itemIds: [], capturedBefore: 7_000 });
    const byUs = tell(givenFile(partly, { facts, operations: [ours, asked] }), [part(7_000, true)]);
    expect(byUs.file.payment.status).toBe('captured');
    expect(kinds(byUs.announced)).toEqual(['payment_updated', 'payment_canceled']);
    const elsewhere = tell(givenFile(partly, { facts, operations: [ours] }), [
      { kind: 'canceled', cause: 'expired', at: at(9) },
    ]);
    expect(elsewhere.file.payment.status).toBe('captured');
    expect(kinds(elsewhere.announced)).toEqual(['payment_updated', 'payment_canceled']);
  });

  it('can give back all that was received when too much arrived', () => {
    const told = tell(givenFile(), [{ kind: 'overpaid', amount: 13_000, at: at(4) }]);
    expect(told.file.payment).toMatchObject({ status: 'overpaid', captured: 13_000 });
    expect(kinds(told.announced)).toEqual([
      'payment_updated',
      'payment_authorized',
      'payment_updated',
      'payment_captured',
      'payment_overpaid',
    ]);
  });

  it('takes the real id as soon as anybody tells it', () => {
    const news = { facts: [authorized], references: [{ kind: 'payment', id: 'sbx_real' }] };
    const { file, announced } = tell(givenFile({ transactionId: 'tmp-one' }), [news]);
    expect(file.payment.transactionId).toBe('sbx_real');
    expect(announced[0]?.event).toMatchObject({ kind: 'payment_updated', transactionId: 'sbx_real' });
  });

  it('forgets the facts of the former round when a payment is begun anew', () => {
    const start = givenFile(
      { status: 'authorization_failed' },
      { facts: [{ kind: 'authorization_failed', reason: 'no', at: at(1) }] },
    );
    const told = tell(start, [{ payment: { round: 2, transactionId: 'sbx_two' } }]);
    expect(told.file.payment).toMatchObject({ status: 'new', round: 2, transactionId: 'sbx_two' });
    expect(kinds(told.announced)).toEqual(['payment_updated']);
  });
});

describe('settlement of refunds', () => {
  const taken = { status: 'captured', authorized: 12_000, captured: 12_000 } as const;
  const facts = [authorized, captured];
  const asked = givenOperation({ kind: 'refund', amount: 5_000, itemIds: ['102'] });

  it('names all items when somebody gives everything back at the PSP', () => {
    const { announced, file } = tell(givenFile(taken, { facts }), [refund('r1', 12_000, 'succeeded')]);
    expect(file.payment.status).toBe('refunded');
    expect(announced.at(-1)?.event).toMatchObject({
      kind: 'payment_refunded',
      amount: 12_000,
      itemIds: ['101', '102'],
    });
  });

  it('only updates when somebody gives a part back at the PSP', () => {
    const { announced, file } = tell(givenFile(taken, { facts }), [refund('r1', 4_000, 'succeeded')]);
    expect(file.payment).toMatchObject({ status: 'partially refunded', refunded: 4_000 });
    expect(file.refunds).toMatchObject([{ refundId: 'r1', amount: 4_000, itemIds: [] }]);
    expect(kinds(announced)).toEqual(['payment_updated']);
  });

  it('takes a part for a part, also when it is told before or with its capture', () => {
    const before = tell(givenFile(), [refund('r1', 4_000, 'succeeded'), captured]);
    const together = tell(givenFile(), [{ facts: [captured, refund('r1', 4_000, 'succeeded')] }]);
    for (const { file } of [before, together]) {
      expect(file.payment.status).toBe('partially refunded');
      expect(file.refunds).toMatchObject([{ itemIds: [] }]);
    }
  });

  it('tells a refund made at the PSP after its capture, however early it is known', () => {
    const { announced, file } = tell(givenFile({ status: 'authorized' }, { facts: [authorized] }), [
      refund('r1', 12_000, 'succeeded'),
      { ...captured, at: at(3) },
      refund('r1', 12_000, 'succeeded'),
    ]);
    expect(file.payment.status).toBe('refunded');
    const told = kinds(announced).filter((kind) => kind !== 'payment_updated');
    expect(told).toEqual(['payment_captured', 'payment_refunded']);
  });

  it('answers with its own refund alone when one of somebody else fails with it', () => {
    const start = tell(givenFile(taken, { facts, operations: [asked] }), [refund('r1', 12_000, 'succeeded')]).file;
    const ours: Fact = {
      kind: 'refund',
      refundId: 'r2',
      operationId: asked.id,
      status: 'failed',
      amount: 5_000,
      at: at(9),
    };
    const { announced } = tell(start, [{ facts: [refund('r1', 12_000, 'failed', 9), ours] }]);
    const failed = announced.filter(({ event }) => event.kind === 'payment_refund_failed');
    expect(failed.map(({ byTheWay }) => byTheWay)).toEqual([true, undefined]);
  });

  it('names the items that are left when the last part goes back at the PSP', () => {
    const news = { facts: [refund('r1', 7_000, 'succeeded'), refund('r2', 5_000, 'succeeded', 6)] };
    const { file, announced } = tell(givenFile(taken, { facts }), [news]);
    expect(file.payment.status).toBe('refunded');
    expect(announced.map(({ event }) => event)).toMatchObject([
      { kind: 'payment_updated' },
      { kind: 'payment_refunded', amount: 5_000 },
    ]);
  });

  it('answers our refund also when the PSP told of it before it answered us', () => {
    const early = tell(givenFile(taken, { facts, operations: [asked] }), [refund('r1', 5_000, 'succeeded')]);
    expect(kinds(early.announced)).toEqual(['payment_updated']);
    const fact = { ...refund('r1', 5_000, 'succeeded'), operationId: asked.id } as Fact;
    const operation = { id: asked.id, status: 'succeeded' as const, unanswered: false, refundId: 'r1' };
    const told = tell(early.file, [
      { facts: [fact], operation },
      { facts: [fact], operation },
    ]);
    expect(told.file.refunds).toMatchObject([{ operationId: asked.id, itemIds: ['102'], status: 'succeeded' }]);
    expect(told.announced.filter(({ event }) => event.kind === 'payment_refunded')).toMatchObject([
      { event: { amount: 5_000, itemIds: ['102'] } },
    ]);
    expect(told.file.operations[0]?.status).toBe('succeeded');
  });

  it('falls back and says so when a refund fails after it had succeeded', () => {
    const done = {
      id: asked.id,
      operationId: asked.id,
      refundId: 'r1',
      status: 'succeeded' as const,
      amount: 5_000,
      itemIds: ['102'],
    };
    const first = { ...refund('r1', 5_000, 'succeeded'), operationId: asked.id } as Fact;
    const start = givenFile(
      { ...taken, status: 'partially refunded', refunded: 5_000 },
      { facts: [...facts, first], refunds: [done], operations: [{ ...asked, status: 'succeeded', settledAt: at(5) }] },
    );
    const told = tell(start, [refund('r1', 5_000, 'failed', 9)]);
    expect(told.file.payment).toMatchObject({ status: 'captured', refunded: 0 });
    expect(kinds(told.announced)).toEqual(['payment_updated', 'payment_refund_failed']);
    expect(told.announced[1]?.event).toMatchObject({ amount: 5_000, itemIds: ['102'] });
  });

  it('leaves a captured payment captured when its refund is declined, and keeps the failure on record', () => {
    const operation = { id: asked.id, status: 'declined' as const, unanswered: false, reason: 'no' };
    const told = tell(givenFile(taken, { facts, operations: [asked] }), [{ operation }]);
    expect(told.file.payment).toMatchObject({ status: 'captured', refunded: 0 });
    expect(told.file.refunds).toMatchObject([{ status: 'failed', itemIds: ['102'], reason: 'no' }]);
    expect(kinds(told.announced)).toEqual(['payment_updated', 'payment_refund_failed']);
  });
});

describe('settlement of operations', () => {
  const held = { status: 'authorized', authorized: 12_000 } as const;
  const asked = givenOperation({ kind: 'capture' });

  it('shows a capture without an answer as requested, and says nothing but the update', () => {
    const operation = { id: asked.id, status: 'asked' as const, unanswered: true };
    const told = tell(givenFile(held, { facts: [authorized], operations: [asked] }), [{ operation }, { operation }]);
    expect(told.file.payment.status).toBe('capture_requested');
    expect(kinds(told.announced)).toEqual(['payment_updated']);
    expect(told.settlements[1]?.changed).toBe(false);
  });

  it('settles a capture by the fact, whatever the answer said, and settles it once', () => {
    const news = { facts: [captured], operation: { id: asked.id, status: 'asked' as const, unanswered: true } };
    const told = tell(givenFile(held, { facts: [authorized], operations: [asked] }), [news, news, captured]);
    expect(told.file.operations[0]?.status).toBe('succeeded');
    expect(kinds(told.announced)).toEqual(['payment_updated', 'payment_captured']);
  });

  it('fails a capture when the authorization is gone', () => {
    const told = tell(givenFile(held, { facts: [authorized], operations: [asked] }), [
      { kind: 'canceled', cause: 'expired', at: at(9) },
    ]);
    expect(told.file.payment.status).toBe('canceled');
    expect(kinds(told.announced)).toEqual(['payment_updated', 'payment_canceled', 'payment_capture_failed']);
  });

  it('declines a cancel when the money has been taken', () => {
    const operations = [givenOperation({ kind: 'cancel', amount: 0, itemIds: [] })];
    const told = tell(givenFile(held, { facts: [authorized], operations }), [captured]);
    expect(told.file.operations[0]?.status).toBe('declined');
    expect(kinds(told.announced)).toEqual(['payment_updated', 'payment_captured', 'payment_cancellation_failed']);
  });
});

describe('a refund told by several events', () => {
  it('is news once, also when each tells a later time', () => {
    const start = givenFile(
      { status: 'captured', authorized: 12_000, captured: 12_000 },
      { facts: [authorized, captured] },
    );
    const told = tell(start, [
      refund('r1', 4_000, 'succeeded', 5),
      refund('r1', 4_000, 'succeeded', 6),
      refund('r1', 4_000, 'succeeded', 7),
    ]);
    expect(kinds(told.announced)).toEqual(['payment_updated']);
  });
});

describe('lines for people', () => {
  const line = (text: string, s: number) => ({ details: { Dispute: text }, at: at(s) });

  it('end with what was said last, in whatever order they are told', () => {
    const told = [line('open', 1), line('under review', 2), line('lost', 3)];
    for (const order of [told, [...told].reverse(), [told[1]!, told[2]!, told[0]!, told[2]!]]) {
      expect(tell(givenFile(), order).file.payment.details).toEqual({ Dispute: 'lost' });
    }
  });

  it('said again later are no news, and an older one moves nothing', () => {
    const { settlements, announced } = tell(givenFile(), [line('lost', 3), line('lost', 9), line('open', 1)]);
    expect(settlements.map(({ changed }) => changed)).toEqual([true, false, false]);
    expect(announced).toEqual([]);
  });

  it('without a time are laid over, and beside others', () => {
    const { file } = tell(givenFile({ details: { Card: 'visa' } }), [
      { details: { Note: 'a' } },
      line('open', 1),
      { details: { Note: 'b' } },
    ]);
    expect(file.payment.details).toEqual({ Card: 'visa', Note: 'b', Dispute: 'open' });
  });
});

describe('a dispute', () => {
  const dispute: Fact = {
    kind: 'dispute',
    disputeId: 'dp_1',
    state: 'open',
    amount: 12_000,
    reason: 'fraudulent',
    at: at(4),
  };

  it('leaves the status alone, stands in the history, and updates the shop once', () => {
    const { file, announced } = tell(givenFile(), [authorized, captured, dispute, dispute]);
    expect(file.payment.status).toBe('captured');
    expect(file.history.at(-1)).toMatchObject({ toStatus: 'captured', reason: 'dispute dp_1 open: fraudulent' });
    expect(file.history.filter(({ reason }) => reason.startsWith('dispute'))).toHaveLength(1);
    expect(announced.at(-1)?.event.kind).toBe('payment_updated');
  });
});
