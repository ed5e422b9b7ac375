/** Captures on their way: which news settle which asking, and how captures that wait come to their end together. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Fact } from '../../src/domain/fact.js';
import type { OperationView } from '../../src/domain/operation.js';
import type { News } from '../../src/domain/settlement.js';
import { at, givenFile, givenOperation, kinds, tell, type Told } from './given.js';

const HELD = { status: 'authorized', authorized: 12_000 } as const;
const authorized: Fact = { kind: 'authorized', amount: 12_000, at: at(1) };
const captured = (amount: number, final = true, s = 30): Fact => ({ kind: 'captured', amount, final, at: at(s) });
const canceled: Fact = { kind: 'canceled', cause: 'external', at: at(40) };
const failedAt = (s: number, operationId?: string): Fact => ({
  kind: 'capture_failed',
  reason: 'no',
  at: at(s),
  ...(operationId === undefined ? {} : { operationId }),
});
const first = givenOperation({ kind: 'defer', id: 'one', status: 'pending', amount: 7_000, itemIds: ['101'] });
const second = givenOperation({ kind: 'defer', id: 'two', status: 'pending', amount: 5_000, itemIds: ['102'] });
const sum = (kind: 'collect' | 'close', amount: number): OperationView =>
  givenOperation({ kind, id: 'sum', amount, itemIds: ['101', '102'], askedAt: at(20) });
const answered = (status: 'succeeded' | 'declined' | 'failed' | 'asked', facts: Fact[] = []): Partial<News> => ({
  facts,
  operation: { id: 'sum', status, unanswered: status === 'asked' },
});
const file = (operations: OperationView[], status: 'authorized' | 'capture_requested' = 'capture_requested') =>
  givenFile({ ...HELD, status }, { facts: [authorized], operations });
const statuses = ({ file: { operations } }: Told) => operations.map(({ kind, status }) => `${kind} ${status}`);
const about = ({ announced }: Told) =>
  announced.flatMap(({ event, operationId }) =>
    'itemIds' in event ? [`${event.kind} ${event.amount} ${event.itemIds.join()} ${operationId ?? ''}`.trim()] : [],
  );

describe('a failure that is told late', () => {
  const open = (askedAt: string) => givenOperation({ kind: 'capture', status: 'pending', id: 'new', askedAt });
  const rows: [string, Fact, string][] = [
    ['of an earlier asking, by its time', failedAt(5), 'capture pending'],
    ['of this asking, by its time', failedAt(11), 'capture failed'],
    ['of an earlier asking, by its name', failedAt(11, 'old'), 'capture pending'],
    ['of this asking, by its name, whatever the clocks say', failedAt(5, 'new'), 'capture failed'],
  ];
  for (const [title, fact, expected] of rows) {
    it(`${title}: ${expected}`, () => {
      const told = tell(file([open(at(10))]), [fact]);
      expect(statuses(told)).toEqual([expected]);
      expect(told.file.payment.status).toBe(expected === 'capture failed' ? 'capture_failed' : 'capture_requested');
    });
  }
  it('does not undo the newer capture when that succeeds afterwards', () => {
    const told = tell(file([open(at(10))]), [failedAt(5), captured(12_000)]);
    expect(statuses(told)).toEqual(['capture succeeded']);
    expect(kinds(told.announced)).toEqual(['payment_updated', 'payment_captured']);
  });
  it('of a cancel is another one’s in the same way', () => {
    const cancel = givenOperation({ kind: 'cancel', status: 'pending', askedAt: at(10) });
    const late: Fact = { kind: 'cancel_failed', reason: 'no', at: at(5) };
    expect(statuses(tell(file([cancel], 'authorized'), [late]))).toEqual(['cancel pending']);
    expect(statuses(tell(file([cancel], 'authorized'), [{ ...late, at: at(11) }]))).toEqual(['cancel declined']);
  });
});

describe('captures that wait', () => {
  it('show as requested as soon as they are stored', () => {
    const told = tell(file([first], 'authorized'), [{ reason: 'capture deferred' }]);
    expect(told.file.payment.status).toBe('capture_requested');
    expect(kinds(told.announced)).toEqual(['payment_updated']);
  });
  it('are told each, once, when their sum is taken; the sum itself is not', () => {
    const told = tell(file([first, second, sum('collect', 12_000)]), [
      answered('asked'),
      answered('succeeded', [captured(12_000)]),
      captured(12_000),
    ]);
    expect(statuses(told)).toEqual(['defer succeeded', 'defer succeeded', 'collect succeeded']);
    expect(about(told)).toEqual(['payment_captured 7000 101 one', 'payment_captured 5000 102 two']);
    expect(told.file.payment).toMatchObject({ status: 'captured', captured: 12_000 });
  });
  for (const status of ['declined', 'failed'] as const) {
    it(`fail each when their sum is ${status}`, () => {
      const told = tell(file([first, second, sum('collect', 12_000)]), [answered(status)]);
      expect(statuses(told)).toEqual([`defer ${status}`, `defer ${status}`, `collect ${status}`]);
      expect(about(told)).toEqual(['payment_capture_failed 7000 101 one', 'payment_capture_failed 5000 102 two']);
      expect(told.file.payment.status).toBe('capture_failed');
    });
  }
  it('fail when the authorization goes', () => {
    const told = tell(file([first]), [canceled]);
    expect(statuses(told)).toEqual(['defer failed']);
    expect(about(told)).toEqual(['payment_canceled 12000 101,102', 'payment_capture_failed 7000 101 one']);
  });
  it('are captured when somebody takes everything at the PSP, and so are the other items', () => {
    const told = tell(file([first]), [captured(12_000)]);
    expect(about(told)).toEqual(['payment_captured 7000 101 one', 'payment_captured 5000 102']);
  });
  it('are taken by a cancel, which is answered after them', () => {
    const told = tell(file([first, sum('close', 7_000)]), [answered('succeeded', [captured(7_000)])]);
    expect(about(told)).toEqual(['payment_captured 7000 101 one', 'payment_canceled 12000 101,102 sum']);
    expect(told.file.payment.status).toBe('captured');
  });
  it('fail with the cancel that wanted to take them, and the shop may cancel again', () => {
    const told = tell(file([first, sum('close', 7_000)]), [answered('declined')]);
    expect(about(told)).toEqual([
      'payment_capture_failed 7000 101 one',
      'payment_cancellation_failed 12000 101,102 sum',
    ]);
    expect(told.file.payment.status).toBe('cancellation_failed');
  });
  it('are captured although the cancel fails, because everything was taken meanwhile', () => {
    const told = tell(file([first, sum('close', 7_000)]), [captured(12_000)]);
    expect(statuses(told)).toEqual(['defer succeeded', 'close declined']);
    expect(about(told)).toContain('payment_cancellation_failed 12000 101,102 sum');
  });

  it('end the same in whatever order, and however often, the end of their sum is told', () => {
    const lives: Partial<News>[][] = [
      [answered('asked'), answered('succeeded', [captured(12_000)]), { facts: [captured(12_000)] }, { facts: [authorized] }],
      [answered('asked'), answered('asked'), { facts: [captured(12_000)] }, answered('succeeded', [captured(12_000)])],
      [answered('declined'), { facts: [authorized] }],
      [{ facts: [canceled] }, answered('declined', [canceled]), { facts: [authorized] }],
      [{ facts: [failedAt(5)] }, answered('succeeded', [captured(12_000)])],
    ]; // prettier-ignore
    const telling = fc.constantFrom(...lives).chain((life) =>
      fc
        .subarray([...life, ...life])
        .chain((again) => fc.shuffledSubarray([...life, ...again], { minLength: life.length + again.length }))
        .map((news) => ({ life, news })),
    );
    fc.assert(
      fc.property(telling, fc.constantFrom('collect', 'close'), ({ life, news }, kind) => {
        const start = file([first, second, sum(kind as 'collect' | 'close', 12_000)]);
        const [inOrder, told] = [tell(start, life), tell(start, news)];
        expect(statuses(told)).toEqual(statuses(inOrder));
        expect(told.file.payment.status).toBe(inOrder.file.payment.status);
        expect(about(told).sort()).toEqual(about(inOrder).sort());
        expect(told.file.operations.every(({ settledAt }) => settledAt !== undefined)).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('a failure that overtook the authorization', () => {
  const failed = failedAt(5);
  it('leaves it to be told afterwards, once', () => {
    const told = tell(givenFile(), [failed, authorized, authorized]);
    expect(told.file.payment.status).toBe('capture_failed');
    expect(kinds(told.announced)).toEqual([
      'payment_updated',
      'payment_capture_failed',
      'payment_updated',
      'payment_authorized',
    ]);
  });
  it('known together with it is told after it', () => {
    const told = tell(givenFile(), [{ facts: [failed, authorized] }]);
    expect(told.file.history.map(({ toStatus }) => toStatus)).toEqual(['new', 'authorized', 'capture_failed']);
    expect(kinds(told.announced).filter((kind) => kind !== 'payment_updated')).toEqual([
      'payment_authorized',
      'payment_capture_failed',
    ]);
  });
});
