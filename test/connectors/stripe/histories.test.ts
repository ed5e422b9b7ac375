/**
 * The lives of payments, recorded from the simulated Stripe, heard in every order and as often as one likes: they end
 * the same. Here without a database; `histories-by-door.test.ts` sends some of them through the door.
 */
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { endOf, hear, listenerTo, messagesTo, type Listener } from './histories/hear.js';
import { HISTORIES } from './histories/lives.js';
import { hearInEveryOrder, hearInOrder, orderText } from './histories/orders.js';
import { record, type Recording } from './histories/record.js';

const RUNS = Number(process.env['HISTORY_RUNS'] ?? 150);
const SEED = Number(process.env['HISTORY_SEED'] ?? 20_261_120);
/** Histories of more events are only sampled. */
const EXHAUSTED_EVENTS = 7;

const choices = fc.array(
  fc.record({
    pick: fc.nat(30),
    /** Hears something again that was heard before. */
    again: fc.boolean(),
    late: fc.constantFrom(0, 0, 1, 2, Number.POSITIVE_INFINITY),
  }),
  { maxLength: 40 },
);

const onlyEnabled = (recording: Recording): Recording => ({
  ...recording,
  heard: recording.heard.filter((heard) => heard.kind !== 'event' || heard.enabled),
});

const AFTER: readonly [string, string][] = [
  ['payment_authorized', 'payment_captured'],
  ['payment_authorized', 'payment_canceled'],
  ['payment_captured', 'payment_refunded'],
  ['payment_captured', 'payment_overpaid'],
];

/** Nothing is told twice, and what depends on something else is told after it. */
function expectSense(listener: Listener): void {
  const told = messagesTo(listener);
  const first = (kind: string): number => told.findIndex((text) => text.startsWith(`${kind} `));
  const isTurned = AFTER.some(([early, late]) => first(late) >= 0 && first(early) > first(late));
  if (new Set(told).size < told.length || isTurned) expect.fail(`told ${told.join(', ')}`);
}

describe.each(HISTORIES)('$name', (history) => {
  let recording: Recording;
  beforeAll(async () => {
    recording = await record(history);
  });

  const naturally = (given: Recording): Listener => hearInOrder(listenerTo(given), given, []).listener;

  it('ends as it should when everything is heard in order', () => {
    const listener = naturally(recording);
    const { status, captured, refunded, refused } = endOf(listener);
    expect({ status, captured, refunded, refused, told: messagesTo(listener) }).toEqual({
      captured: 0,
      refunded: 0,
      refused: [],
      ...history.ends,
    });
  });

  it.each([
    ['as early', 0],
    ['as late', Number.POSITIVE_INFINITY],
  ])('ends the same in every order of its events, read back %s as possible', (_when, late) => {
    const given = onlyEnabled(recording);
    if (given.heard.filter(({ kind }) => kind === 'event').length > EXHAUSTED_EVENTS) return;
    const wanted = endOf(naturally(given));
    const ended = (listener: Listener, order: number[]): void => {
      const end = endOf(listener);
      if (JSON.stringify(end) !== JSON.stringify(wanted)) expect(end, orderText(given, order)).toEqual(wanted);
      expectSense(listener);
    };
    const count = hearInEveryOrder(listenerTo(given), given, { late, ended });
    expect(count).toBeGreaterThan(1);
  });

  it(`ends the same in any order, with anything told again and read back at any time (seed ${SEED})`, () => {
    const wanted = endOf(naturally(recording));
    fc.assert(
      fc.property(choices, (chosen) => {
        const { listener, order } = hearInOrder(listenerTo(recording), recording, chosen);
        expect(endOf(listener), orderText(recording, order)).toEqual(wanted);
        expectSense(listener);
      }),
      { numRuns: RUNS, seed: SEED },
    );
  });

  it('has nothing to learn from a look at the end', () => {
    const before = naturally(onlyEnabled(recording));
    const last = recording.truths.length - 1;
    const limit = Number.POSITIVE_INFINITY;
    const after = hear(before, { kind: 'look', step: last }, recording, { late: 0, limit });
    expect(endOf(after)).toEqual(endOf(before));
  });
});

describe('when everything happens within one second', () => {
  // Of two lines of one second nobody can say which is newer.
  const withoutLines = ({ lines: _lines, ...end }: ReturnType<typeof endOf>) => end;

  it.each(HISTORIES)('$name ends the same', async (history) => {
    const recording = await record(history, true);
    const wanted = withoutLines(endOf(hearInOrder(listenerTo(recording), recording, []).listener));
    fc.assert(
      fc.property(choices, (chosen) => {
        const { listener, order } = hearInOrder(listenerTo(recording), recording, chosen);
        expect(withoutLines(endOf(listener)), orderText(recording, order)).toEqual(wanted);
        expectSense(listener);
      }),
      { numRuns: RUNS, seed: SEED },
    );
  });
});
