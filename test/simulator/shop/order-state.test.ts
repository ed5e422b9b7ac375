/** The order management's pure functions: what messages do to the states of an order's lines. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  lineIdsOf,
  lineStates,
  MOVES,
  orderStatus,
  STATE_TOLD,
  writtenAt,
  type LineState,
} from '../../../src/simulator/shop/order-state.js';
import type { Message } from '../../../src/simulator/shop/record.js';

const LINES = [101, 102, 103];

function message(name: string, at: number, ids: unknown = LINES.map(String)): Message {
  return {
    id: `m-${at}`,
    channel: 'payment-events',
    name,
    attributes: { timestamp: `2026-01-01T00:00:00.${String(at).padStart(6, '0')}` },
    payload: { orderReference: 'DEMO--1', orderItemIds: ids },
  };
}

const messages = fc
  .array(
    fc.record({
      name: fc.constantFrom(...Object.keys(STATE_TOLD), 'PaymentUpdated', 'PaymentOverpaid'),
      ids: fc.subarray(LINES),
    }),
    {
      maxLength: 12,
    },
  )
  .map((list) => list.map(({ name, ids }, index) => message(name, index + 1, ids.map(String))));

describe('lineStates', () => {
  it('is the same for every order of arrival and every number of repeats', () => {
    fc.assert(
      fc.property(
        messages.chain((told) =>
          fc.tuple(
            fc.constant(told),
            fc.shuffledSubarray(told, { minLength: told.length }),
            told.length === 0 ? fc.constant([]) : fc.array(fc.constantFrom(...told)),
          ),
        ),
        ([told, shuffled, repeats]) => {
          expect(lineStates(LINES, [...repeats, ...shuffled, ...repeats])).toEqual(lineStates(LINES, told));
        },
      ),
    );
  });

  it('moves only along the table, one told state at a time', () => {
    fc.assert(
      fc.property(messages, (told) => {
        for (let count = 1; count <= told.length; count += 1) {
          const before = lineStates(LINES, told.slice(0, count - 1));
          const after = lineStates(LINES, told.slice(0, count));
          for (const id of LINES) {
            const [from, to] = [before.get(id) as LineState, after.get(id) as LineState];
            if (from !== to) expect(MOVES[from]).toContain(to);
          }
        }
      }),
    );
  });

  it('never cancels taken money and never refunds what was not taken', () => {
    const taken = lineStates([101], [message('PaymentCaptured', 1), message('PaymentCanceled', 2)]);
    expect(taken.get(101)).toBe('captured');
    expect(lineStates([101], [message('PaymentRefunded', 1)]).get(101)).toBe('new');
  });

  it('takes a capture as proof of the authorization', () => {
    const told = [message('PaymentCaptured', 2), message('PaymentAuthorized', 3)];
    expect(lineStates([101], told).get(101)).toBe('captured');
  });

  it('lets a refund fail after it succeeded, and succeed after it failed', () => {
    const told = [message('PaymentCaptured', 1), message('PaymentRefunded', 2), message('PaymentRefundFailed', 3)];
    expect(lineStates([101], told).get(101)).toBe('refund_failed');
    expect(lineStates([101], [...told, message('PaymentRefunded', 4)]).get(101)).toBe('refunded');
  });

  it('touches only the lines that are named and ignores lines of others', () => {
    const states = lineStates(LINES, [message('PaymentAuthorized', 1, { 0: 101, 1: '102', 2: 999 })]);
    expect([...states]).toEqual([[101, 'authorized'], [102, 'authorized'], [103, 'new']]); // prettier-ignore
  });
});

describe('lineIdsOf', () => {
  it('reads strings, integers and numeric keys, and nothing from null or a scalar', () => {
    expect(lineIdsOf(message('X', 1, ['1', 2]))).toEqual([1, 2]);
    expect(lineIdsOf(message('X', 1, { 0: '5' }))).toEqual([5]);
    expect(lineIdsOf(message('X', 1, null))).toEqual([]);
    expect(lineIdsOf(message('X', 1, '7'))).toEqual([]);
  });
});

describe('writtenAt', () => {
  it('sorts every form of timestamp alike', () => {
    const at = (timestamp: unknown) => writtenAt({ ...message('X', 1), attributes: { timestamp } });
    expect(at('2026-01-01T00:00:00.123Z')).toBe('2026-01-01T00:00:00.123000');
    expect(at('2026-01-01 00:00:00.123456')).toBe('2026-01-01T00:00:00.123456');
    expect(at(1767225600)).toBe('2026-01-01T00:00:00.000000');
    expect(at(undefined)).toBe('');
  });
});

describe('orderStatus', () => {
  it.each<[LineState[], string]>([
    [['new', 'new'], 'new'],
    [['captured', 'canceled'], 'captured'],
    [['canceled', 'canceled'], 'canceled'],
    [['captured', 'authorized'], 'partially_captured'],
    [['captured', 'refunded'], 'partially_refunded'],
    [['captured', 'refund_failed'], 'refund_failed'],
    [['authorized', 'capture_failed'], 'capture_failed'],
    [['authorized', 'new'], 'authorized'],
  ])('calls %j %s', (states, status) => expect(orderStatus(states)).toBe(status));
});
