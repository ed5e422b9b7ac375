/** Facts join to the same whole in whatever order, and however often, they are told. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Fact, RefundStatus } from '../../src/domain/fact.js';
import { factKey, joinFacts, mergeFacts } from '../../src/domain/fact.js';

// Few times, amounts and reasons, so that facts often meet as equals.
const at = fc.constantFrom('2026-03-01T10:00:00.000Z', '2026-03-01T10:00:01.000Z', '2026-03-01T10:00:02.000Z');
const amount = fc.constantFrom(1, 500, 12_000);
const reason = fc.constantFrom('a', 'b', 'c');
const status = fc.constantFrom<RefundStatus>('pending', 'processing', 'succeeded', 'failed', 'canceled');

/** Optional fields may be absent, and fields may stand in any order, as after a round trip through a database. */
function record<T extends Fact>(
  kind: T['kind'],
  fields: Record<string, fc.Arbitrary<unknown>>,
  optional: string[] = [],
) {
  const fieldsWithTime: Record<string, fc.Arbitrary<unknown>> = { ...fields, at };
  const requiredKeys = Object.keys(fieldsWithTime).filter((name) => !optional.includes(name));
  return fc
    .tuple(fc.record(fieldsWithTime, { requiredKeys, noNullPrototype: true }), fc.boolean())
    .map(([made, turned]) => {
      const entries = Object.entries({ kind, ...made });
      return Object.fromEntries(turned ? entries.reverse() : entries) as unknown as T;
    });
}

const byKind: Record<Fact['kind'], fc.Arbitrary<Fact>> = {
  authorized: record('authorized', { amount, expiresAt: at, severalCaptures: fc.boolean(), capturableUpTo: amount },
    ['expiresAt', 'severalCaptures', 'capturableUpTo']),
  captured: record('captured', { amount, final: fc.boolean() }),
  processing: record('processing', {}),
  authorization_failed: record('authorization_failed', { reason }),
  capture_failed: record('capture_failed', { reason, operationId: fc.constantFrom('o1', 'o2') }, ['operationId']),
  canceled: record('canceled', { cause: fc.constantFrom('requested', 'expired', 'abandoned', 'external'), reason }, ['reason']),
  cancel_failed: record('cancel_failed', { reason, operationId: fc.constantFrom('o1', 'o2') }, ['operationId']),
  refund: record('refund', { refundId: fc.constant('r1'), status, amount, operationId: fc.constantFrom('o1', 'o2'), reason }, ['operationId', 'reason']),
  overpaid: record('overpaid', { amount }),
  underpaid: record('underpaid', { amount }),
  received: record('received', { amount, graceUntil: at }),
  fee: record('fee', { amount }),
  lines: record('lines', { lines: fc.dictionary(fc.constantFrom('x', 'y', 'z'), fc.record({ text: reason, at }, { noNullPrototype: true }), { noNullPrototype: true }) }),
  dispute: record('dispute', { disputeId: fc.constant('d1'), state: fc.constantFrom('open', 'won', 'lost', 'warning'), amount, reason }),
}; // prettier-ignore

const anyFact = fc.oneof(
  ...Object.values(byKind),
  fc.tuple(byKind.refund, fc.constantFrom('r1', 'r2', 'r3')).map(([fact, refundId]) => ({ ...fact, refundId }) as Fact),
);

const RUNS = { numRuns: 2000 };
const sorted = (facts: Fact[]) => [...facts].sort((a, b) => (factKey(a) < factKey(b) ? -1 : 1));

describe('joinFacts', () => {
  for (const [kind, fact] of Object.entries(byKind)) {
    it(`is commutative for ${kind}`, () => {
      fc.assert(
        fc.property(fact, fact, (a, b) => void expect(joinFacts(b, a)).toEqual(joinFacts(a, b))),
        RUNS,
      );
    });

    it(`is associative for ${kind}`, () => {
      const both = (a: Fact, b: Fact, c: Fact) =>
        void expect(joinFacts(joinFacts(a, b), c)).toEqual(joinFacts(a, joinFacts(b, c)));
      fc.assert(fc.property(fact, fact, fact, both), RUNS);
    });

    it(`is idempotent for ${kind}`, () => {
      fc.assert(
        fc.property(fact, (a) => void expect(joinFacts(a, a)).toEqual(a)),
        RUNS,
      );
      fc.assert(
        fc.property(fact, fact, (a, b) => {
          const both = joinFacts(a, b);
          expect(joinFacts(both, a)).toEqual(both);
          expect(joinFacts(b, both)).toEqual(both);
        }),
        RUNS,
      );
    });

    it(`keeps the key of ${kind}`, () => {
      fc.assert(fc.property(fact, fact, (a, b) => void expect(factKey(joinFacts(a, b))).toBe(factKey(a))));
    });
  }

  it('keeps the most that was ever captured, final once it was final, whatever is newer', () => {
    const early: Fact = { kind: 'captured', amount: 12_000, final: false, at: '2026-03-01T10:00:00.000Z' };
    const late: Fact = { kind: 'captured', amount: 500, final: true, at: '2026-03-01T11:00:00.000Z' };
    expect(joinFacts(early, late)).toMatchObject({ amount: 12_000, final: true });
  });

  it('keeps the greater sum of two that are told of one second', () => {
    const first: Fact = { kind: 'overpaid', amount: 9_904, at: '2026-03-01T10:00:00.000Z' };
    const more: Fact = { ...first, amount: 11_092 };
    expect(joinFacts(first, more)).toEqual(more);
    expect(joinFacts({ ...more, at: '2026-03-01T09:59:59.000Z' }, first)).toEqual(first);
  });

  it('lets a refund fail after it succeeded, and keeps the operation that asked for it', () => {
    const base = { kind: 'refund', refundId: 'r1', amount: 500 } as const;
    const done: Fact = { ...base, status: 'succeeded', operationId: 'o1', at: '2026-03-01T10:00:00.000Z' };
    const bounced: Fact = { ...base, status: 'failed', at: '2026-03-01T11:00:00.000Z' };
    expect(joinFacts(done, bounced)).toEqual({ ...bounced, operationId: 'o1' });
    const pendingLate: Fact = { ...base, status: 'pending', at: done.at };
    expect(joinFacts(pendingLate, done)).toMatchObject({ status: 'succeeded' });
  });
});

describe('mergeFacts', () => {
  it('gives the same facts in whatever order and however often they are told, in whatever portions', () => {
    const told = fc.array(anyFact, { maxLength: 12 });
    const shuffled = told.chain((facts) =>
      fc.tuple(
        fc.constant(facts),
        fc.shuffledSubarray([...facts, ...facts, ...facts], { minLength: facts.length * 3 }),
        fc.nat(facts.length * 3),
      ),
    );
    fc.assert(
      fc.property(shuffled, ([facts, again, cut]) => {
        const once = sorted(mergeFacts([], facts));
        const portions = mergeFacts(mergeFacts([], again.slice(0, cut)), again.slice(cut));
        expect(sorted(portions)).toEqual(once);
      }),
      RUNS,
    );
  });

  it('keeps one fact per key and changes nothing it is given', () => {
    fc.assert(
      fc.property(fc.array(anyFact), fc.array(anyFact), (known, told) => {
        const before = structuredClone([known, told]);
        const merged = mergeFacts(mergeFacts([], known), told);
        expect(new Set(merged.map(factKey)).size).toBe(merged.length);
        expect(new Set(merged.map(factKey))).toEqual(new Set([...known, ...told].map(factKey)));
        expect([known, told]).toEqual(before);
      }),
    );
  });
});
