/** How a reservation is taken: what the PSP allows, what the tenant wants, and when a sum is due. */
import { describe, expect, it } from 'vitest';
import {
  capturableOf,
  capturedItems,
  isLast,
  strategyOf,
  sumDue,
  takenAt,
  type CapturePolicy,
  type CaptureStrategy,
} from '../../src/domain/capturing.js';
import type { Command } from '../../src/domain/command.js';
import { decideCancel, decideCapture, type Decision } from '../../src/domain/decisions.js';
import type { Fact } from '../../src/domain/fact.js';
import type { OperationView } from '../../src/domain/operation.js';
import { at, givenFile, givenOperation } from './given.js';

const HELD = { status: 'authorized', authorized: 12_000 } as const;
const held = (more: object = {}): Fact => ({ kind: 'authorized', amount: 12_000, at: at(1), ...more });
const waiting = (id: string, amount: number, itemIds: string[]): OperationView =>
  givenOperation({ kind: 'defer', id, status: 'pending', amount, itemIds });
const FIRST = waiting('one', 7_000, ['101']);

describe('the strategy', () => {
  const rows: [string, CaptureStrategy, object, CaptureStrategy][] = [
    ['one final capture is one, whatever the charge allows', 'single_final', { severalCaptures: true }, 'single_final'],
    ['several where the charge allows them', 'multi', { severalCaptures: true }, 'multi'],
    ['several while nobody has told', 'multi', {}, 'multi'],
    ['one final capture where the charge allows no second one', 'multi', { severalCaptures: false }, 'single_final'],
    ['a sum where the charge allows no second capture', 'deferred_sum', { severalCaptures: false }, 'deferred_sum'],
    ['a sum while nobody has told', 'deferred_sum', {}, 'deferred_sum'],
    ['no need to wait where the charge allows several', 'deferred_sum', { severalCaptures: true }, 'multi'],
  ];
  for (const [title, strategy, told, expected] of rows) {
    it(`${title}: ${expected}`, () =>
      expect(strategyOf(givenFile(HELD, { facts: [held(told)] }), { strategy })).toBe(expected));
  }
  it('goes on with what waits, and with parts, after the tenant has chosen another', () => {
    const single: CapturePolicy = { strategy: 'single_final' };
    expect(strategyOf(givenFile(HELD, { facts: [held()], operations: [FIRST] }), single)).toBe('deferred_sum');
    expect(strategyOf(givenFile({ ...HELD, captured: 5_000 }, { facts: [held()] }), single)).toBe('multi');
  });
});

describe('what may be captured', () => {
  it('is what is authorized, or as much more as the PSP told', () => {
    expect(capturableOf(givenFile(HELD, { facts: [held()] }))).toBe(12_000);
    expect(capturableOf(givenFile(HELD, { facts: [held({ capturableUpTo: 13_800 })] }))).toBe(13_800);
  });
  it('names no items of a part that somebody took at the PSP while the rest is held', () => {
    const part: Fact = { kind: 'captured', amount: 3_000, final: false, at: at(2) };
    expect([...capturedItems(givenFile({ ...HELD, captured: 3_000 }, { facts: [held(), part] }))]).toEqual([]);
    const all = { ...part, final: true };
    const taken = givenFile({ ...HELD, status: 'captured', captured: 3_000 }, { facts: [held(), all] });
    expect([...capturedItems(taken)]).toEqual(['101', '102']);
  });
});

describe('the last capture', () => {
  const file = givenFile(HELD, { facts: [held()], operations: [FIRST] });
  it('covers every item together with those before', () => {
    expect(isLast(file, { amount: 1, itemIds: ['102'] })).toBe(true);
    expect(isLast(file, { amount: 1, itemIds: ['101'] })).toBe(false);
  });
  it('reaches all that may be captured', () => {
    expect(isLast(file, { amount: 5_000, itemIds: [] })).toBe(true);
    expect(isLast(file, { amount: 4_999, itemIds: [] })).toBe(false);
  });
  it('of an order without item ids is known by its amount alone', () => {
    const none = givenFile(HELD, { facts: [held()] });
    none.payment.order = { ...none.payment.order, lines: [] };
    expect(isLast(none, { amount: 11_999, itemIds: [] })).toBe(false);
    expect(isLast(none, { amount: 12_000, itemIds: [] })).toBe(true);
  });
});

describe('the sum', () => {
  const policy: CapturePolicy = { strategy: 'deferred_sum' };
  const end = '2026-03-08T10:00:00.000Z';
  const file = (operations: OperationView[], more: object = { expiresAt: end }) =>
    givenFile(HELD, { facts: [held(more)], operations });

  it('is taken a day before the authorization ends, or as long before as the tenant wants', () => {
    expect(takenAt(file([]), policy)).toBe('2026-03-07T10:00:00.000Z');
    expect(takenAt(file([]), { ...policy, hoursBeforeEnd: 48 })).toBe('2026-03-06T10:00:00.000Z');
  });
  it('is taken after four days when nobody told the end', () =>
    expect(takenAt(file([], {}), policy)).toBe('2026-03-05T10:00:01.000Z'));
  it('is not due while items are missing and there is time', () =>
    expect(sumDue(file([FIRST]), policy, '2026-03-07T09:59:59.999Z')).toBeUndefined());
  it('is due in time, without the missing items', () =>
    expect(sumDue(file([FIRST]), policy, '2026-03-07T10:00:00.000Z')).toEqual({
      amount: 7_000,
      itemIds: ['101'],
      first: 'one',
    }));
  it('is due with the last item', () =>
    expect(sumDue(file([FIRST, waiting('two', 5_000, ['102'])]), policy, at(5))).toEqual({
      amount: 12_000,
      itemIds: ['101', '102'],
      first: 'one',
    }));
  for (const [kind, status] of [['collect', 'asked'], ['collect', 'pending'], ['close', 'asked']] as const) {
    it(`is not taken while it is being taken: ${kind} ${status}`, () => {
      const taking = givenOperation({ kind, status });
      expect(sumDue(file([FIRST, waiting('two', 5_000, ['102']), taking]), policy, at(5))).toBeUndefined();
    });
  } // prettier-ignore
  it('of nothing is nothing', () => expect(sumDue(file([]), policy, end)).toBeUndefined());
});

describe('a capture, by strategy', () => {
  const command = (changes: Partial<Command>): Command => ({
    kind: 'capture',
    orderReference: 'DE--1',
    itemIds: [],
    ...changes,
  });
  const one = { amount: 7_000, itemIds: ['101'] };
  const rows: [string, CapturePolicy, object, OperationView[], Partial<Command>, Partial<Decision>][] = [
    ['one final', { strategy: 'single_final' }, {}, [], one, { decision: 'ask', last: true }],
    ['the first of several', { strategy: 'multi' }, {}, [], one, { decision: 'ask', last: false }],
    ['several, all at once', { strategy: 'multi' }, {}, [], { amount: 12_000 }, { decision: 'ask', last: true }],
    ['several, as many as the PSP takes', { strategy: 'multi', atMost: 1 }, {}, [], one, { decision: 'ask', last: true }],
    ['a part that waits', { strategy: 'deferred_sum' }, {}, [], one, { decision: 'defer', ...one }],
    ['the whole at once', { strategy: 'deferred_sum' }, {}, [], {}, { decision: 'ask', amount: 12_000, last: true }],
    ['the last part of a sum', { strategy: 'deferred_sum' }, {}, [FIRST], { itemIds: ['102'] }, { decision: 'defer', amount: 5_000 }],
    ['the same again while it waits', { strategy: 'deferred_sum' }, {}, [FIRST], one, { decision: 'ignore' }],
    ['more than is left beside what waits', { strategy: 'deferred_sum' }, {}, [FIRST], { amount: 5_001, itemIds: ['102'] }, { decision: 'refuse' }],
    ['more than authorized', { strategy: 'single_final' }, {}, [], { amount: 12_001 }, { decision: 'refuse' }],
    ['more where it is allowed', { strategy: 'single_final' }, { capturableUpTo: 13_800 }, [], { amount: 13_800 }, { decision: 'ask', last: true }],
    ['more than even that', { strategy: 'single_final' }, { capturableUpTo: 13_800 }, [], { amount: 13_801 }, { decision: 'refuse' }],
  ]; // prettier-ignore
  for (const [title, policy, told, operations, changes, expected] of rows) {
    it(`${title}: ${expected.decision}`, () => {
      const file = givenFile(HELD, { facts: [held(told)], operations });
      expect(decideCapture(file, command(changes), policy)).toMatchObject(expected);
    });
  }
  it('after the final one says that the remainder was released', () => {
    const done = givenOperation({ kind: 'capture', status: 'succeeded', ...one });
    const file = givenFile({ ...HELD, status: 'captured', captured: 7_000 }, { operations: [done] });
    expect(decideCapture(file, command({ itemIds: ['102'] }))).toMatchObject({
      decision: 'refuse',
      reason: expect.stringContaining('the remainder was released'),
    });
  });
  it('of an order without item ids is answered again only when nothing is left', () => {
    const file = givenFile({ ...HELD, captured: 7_000 }, { facts: [held()] });
    file.payment.order = { ...file.payment.order, lines: [] };
    expect(decideCapture(file, command({ amount: 5_000 }), { strategy: 'multi' })).toMatchObject({ decision: 'ask' });
  });
});

describe('a cancel while captures wait', () => {
  it('takes what waits, once', () => {
    const waits = givenFile({ ...HELD, status: 'capture_requested' }, { facts: [held()], operations: [FIRST] });
    expect(decideCancel(waits, { reversesCaptured: false })).toEqual({
      decision: 'close',
      amount: 7_000,
      itemIds: ['101'],
    });
    const operations = [
      { ...FIRST, status: 'succeeded' as const },
      givenOperation({ kind: 'close', status: 'succeeded', amount: 7_000 }),
    ];
    const done = givenFile({ ...HELD, status: 'captured', captured: 7_000 }, { operations });
    expect(decideCancel(done, { reversesCaptured: false })).toMatchObject({ decision: 'repeat' });
  });
});
