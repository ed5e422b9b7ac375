/** The status that follows from what is known, rule by rule, and the way to it. */
import { describe, expect, it } from 'vitest';
import type { Fact } from '../../src/domain/fact.js';
import type { OperationView, Refund } from '../../src/domain/operation.js';
import type { PaymentStatus } from '../../src/domain/payment.js';
import { deriveStatus, pathTo, refundedAmount, refundedItems, type Evidence } from '../../src/domain/status.js';
import { at, givenOperation } from './given.js';

const authorized: Fact = { kind: 'authorized', amount: 12_000, at: at(1) };
const captured: Fact = { kind: 'captured', amount: 12_000, final: true, at: at(3) };
const part: Fact = { kind: 'captured', amount: 5_000, final: false, at: at(3) };
const canceled: Fact = { kind: 'canceled', cause: 'external', at: at(4) };
const abandoned: Fact = { kind: 'canceled', cause: 'abandoned', at: at(4) };
const processing = (s: number): Fact => ({ kind: 'processing', at: at(s) });
const failed: Fact = { kind: 'capture_failed', reason: 'no', at: at(5) };
const notCanceled: Fact = { kind: 'cancel_failed', reason: 'no', at: at(6) };
const declined: Fact = { kind: 'authorization_failed', reason: 'no', at: at(2) };
const over: Fact = { kind: 'overpaid', amount: 13_000, at: at(5) };
const under: Fact = { kind: 'underpaid', amount: 11_000, at: at(5) };
const refund = (amount: number, status: Refund['status'], itemIds: string[] = []): Refund => ({
  id: `r${amount}`, status, amount, itemIds,
}); // prettier-ignore

function status(facts: Fact[], more: Partial<Evidence> = {}): PaymentStatus {
  return deriveStatus({ facts, operations: [], refunds: [], itemIds: ['101', '102'], ...more });
}

const capture = (changes: Partial<OperationView>): OperationView => givenOperation({ kind: 'capture', ...changes });
const cancel = (changes: Partial<OperationView>): OperationView => givenOperation({ kind: 'cancel', ...changes });

describe('deriveStatus', () => {
  const rows: [string, PaymentStatus, Fact[], Partial<Evidence>?][] = [
    ['nothing known is new', 'new', []],
    ['a debit that is still working is new', 'new', [processing(1)]],
    ['authorized', 'authorized', [authorized]],
    ['a failed attempt for good', 'authorization_failed', [declined]],
    ['paid after a failure wins over the failure', 'authorized', [declined, authorized]],
    ['taken', 'captured', [captured]],
    ['taken wins over canceled', 'captured', [authorized, captured, canceled]],
    ['taken wins over a failure told before', 'captured', [authorized, failed, captured]],
    ['failed for good after a cancel was refused', 'canceled', [declined], { operations: [cancel({ status: 'declined', settledAt: at(5) })] }],
    ['swept after a cancel was refused', 'canceled', [abandoned, notCanceled]],
    ['a cancel was refused and the debit goes on', 'cancellation_failed', [processing(9)], { operations: [cancel({ status: 'declined', settledAt: at(5) })] }],
    ['a part is taken and the rest is held', 'authorized', [authorized, part]],
    ['a part is taken and the rest is released', 'captured', [authorized, part, canceled]],
    ['nothing was taken in the end', 'canceled', [{ kind: 'captured', amount: 0, final: true, at: at(3) }, canceled]],
    ['canceled', 'canceled', [authorized, canceled]],
    ['canceled before it was paid', 'canceled', [canceled]],
    ['never paid and swept', 'authorization_failed', [abandoned]],
    ['swept after all was held', 'canceled', [authorized, abandoned]],
    ['too much arrived', 'overpaid', [captured, over]],
    ['too little arrived', 'underpaid', [under]],
    ['the rest arrived after all', 'captured', [under, captured]],
    ['too little arrived and nobody can pay the rest any more', 'underpaid', [under, abandoned]],
    ['too little arrived and nobody wants it any more', 'canceled', [under, canceled]],
    ['refunded in part', 'partially refunded', [captured], { refunds: [refund(5_000, 'succeeded')] }],
    ['refunded by amount', 'refunded', [captured], { refunds: [refund(12_000, 'succeeded')] }],
    ['refunded by items', 'refunded', [captured], { refunds: [refund(11_000, 'pending', ['101', '102'])] }],
    ['refunded in two parts', 'refunded', [captured], { refunds: [refund(7_000, 'processing'), refund(5_000, 'succeeded')] }],
    ['a failed refund gives nothing back', 'captured', [captured], { refunds: [refund(12_000, 'failed', ['101', '102'])] }],
    ['a canceled refund gives nothing back', 'captured', [captured], { refunds: [refund(12_000, 'canceled')] }],
    ['a surplus given back', 'partially refunded', [over], { refunds: [refund(1_000, 'succeeded')] }],
    ['a capture is accepted', 'capture_requested', [authorized], { operations: [capture({ status: 'pending' })] }],
    ['a capture has no answer', 'capture_requested', [authorized], { operations: [capture({ unanswered: true })] }],
    ['a capture is being asked', 'authorized', [authorized], { operations: [capture({})] }],
    ['a capture was declined', 'capture_failed', [authorized], { operations: [capture({ status: 'declined', settledAt: at(5) })] }],
    ['a cancel was declined', 'cancellation_failed', [authorized], { operations: [cancel({ status: 'declined', settledAt: at(5) })] }],
    ['the PSP says the capture failed', 'capture_failed', [authorized, failed]],
    ['the PSP says canceling failed, later', 'cancellation_failed', [authorized, failed, notCanceled]],
    ['capturing failed before anything was held', 'capture_failed', [failed]],
    ['canceling failed before anything was held', 'cancellation_failed', [notCanceled]],
    ['a capture of a part after a failure leaves the rest held', 'authorized', [authorized, part, failed],
      { operations: [capture({ status: 'succeeded', settledAt: at(9) })] }],
    ['the PSP works on a capture', 'capture_requested', [authorized, processing(2)]],
    ['the PSP worked on the payment before it was held', 'authorized', [authorized, processing(0)]],
    ['the PSP worked on the payment in the second in which it was held', 'authorized', [authorized, processing(1)]],
  ]; // prettier-ignore
  for (const [title, expected, facts, more] of rows) {
    it(`${title}: ${expected}`, () => {
      expect(status(facts, more)).toBe(expected);
      expect(status([...facts].reverse(), more)).toBe(expected);
    });
  }
});

describe('pathTo', () => {
  const rows: [PaymentStatus, PaymentStatus, PaymentStatus[] | undefined][] = [
    ['new', 'new', []],
    ['new', 'authorized', ['authorized']],
    ['new', 'captured', ['authorized', 'captured']],
    ['new', 'overpaid', ['authorized', 'overpaid']],
    ['new', 'underpaid', ['underpaid']],
    ['underpaid', 'new', []],
    ['new', 'capture_requested', ['authorized', 'capture_requested']],
    ['new', 'canceled', ['canceled']],
    ['new', 'partially refunded', ['authorized', 'captured', 'partially refunded']],
    ['authorization_failed', 'captured', ['authorized', 'captured']],
    ['authorized', 'captured', ['captured']],
    ['authorized', 'refunded', ['captured', 'refunded']],
    ['capture_requested', 'refunded', ['captured', 'refunded']],
    ['overpaid', 'refunded', ['refunded']],
    ['refunded', 'captured', ['captured']],
    ['canceled', 'authorized', undefined],
    ['canceled', 'refunded', undefined],
    ['capture_failed', 'canceled', undefined],
    ['captured', 'canceled', undefined],
  ];
  for (const [from, to, path] of rows) {
    it(`goes from ${from} to ${to} by ${path?.join(', ') ?? 'no way'}`, () => expect(pathTo(from, to)).toEqual(path));
  }

  it('goes by authorized from new to canceled when something was reserved', () => {
    const held: Fact = { kind: 'authorized', amount: 1, at: '2026-03-01T10:00:00.000Z' };
    expect(pathTo('new', 'canceled', [held])).toEqual(['authorized', 'canceled']);
    expect(pathTo('authorization_failed', 'canceled', [held])).toEqual([]);
  });
});

describe('refunded', () => {
  const refunds = [refund(1, 'pending', ['a']), refund(2, 'processing', ['b']), refund(4, 'succeeded', ['c']),
    refund(8, 'failed', ['d']), refund(16, 'canceled', ['e'])]; // prettier-ignore
  it('counts what is given back or on its way', () => expect(refundedAmount(refunds)).toBe(7));
  it('names the items of those', () => expect([...refundedItems(refunds)]).toEqual(['a', 'b', 'c']));
});
