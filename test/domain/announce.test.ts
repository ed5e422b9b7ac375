/** What the shop hears of each move, and in which order. */
import { describe, expect, it } from 'vitest';
import type { Fact } from '../../src/domain/fact.js';
import type { Payment, PaymentFile } from '../../src/domain/payment.js';
import { at, givenFile, givenOperation, kinds, tell } from './given.js';

const authorized: Fact = { kind: 'authorized', amount: 12_000, at: at(1) };
const captured: Fact = { kind: 'captured', amount: 12_000, final: true, at: at(3) };
const held: Partial<Payment> = { status: 'authorized', authorized: 12_000 };
const taken: Partial<Payment> = { status: 'captured', authorized: 12_000, captured: 12_000 };

function announced(file: PaymentFile, ...facts: Fact[]): string[] {
  return kinds(tell(file, facts).announced);
}

describe('announcements of what a PSP tells', () => {
  const isHeld = givenFile(held, { facts: [authorized] });
  const rows: [string, PaymentFile, Fact, string[]][] = [
    ['authorized', givenFile(), authorized, ['authorized']],
    ['authorization failed', givenFile(), { kind: 'authorization_failed', reason: 'no', at: at(1) }, ['authorization_failed']],
    ['captured', isHeld, captured, ['captured']],
    ['capture failed', isHeld, { kind: 'capture_failed', reason: 'no', at: at(2) }, ['capture_failed']],
    ['canceled', isHeld, { kind: 'canceled', cause: 'external', at: at(2) }, ['canceled']],
    ['cancellation failed', isHeld, { kind: 'cancel_failed', reason: 'no', at: at(2) }, ['cancellation_failed']],
    ['overpaid', isHeld, { kind: 'overpaid', amount: 13_000, at: at(2) }, ['captured', 'overpaid']],
    ['underpaid', isHeld, { kind: 'underpaid', amount: 9_000, at: at(2) }, ['capture_failed', 'underpaid']],
    ['underpaid before it was held', givenFile(), { kind: 'underpaid', amount: 9_000, at: at(2) }, ['capture_failed', 'underpaid']],
    ['capture on its way', isHeld, { kind: 'processing', at: at(2) }, []],
    ['a part captured', isHeld, { kind: 'captured', amount: 5_000, final: false, at: at(2) }, []],
  ]; // prettier-ignore
  for (const [title, file, fact, expected] of rows) {
    it(`${title}: ${expected.join(', ') || 'nothing but updates'}`, () => {
      const told = announced(file, fact);
      expect(told.filter((kind) => kind !== 'payment_updated')).toEqual(expected.map((kind) => `payment_${kind}`));
      if (expected.length > 0) expect(told[0]).toBe('payment_updated');
    });
  }

  it('a payment that was never authorized is authorized before it is captured, whatever failed before', () => {
    const told = (status: Payment['status'], ...facts: Fact[]): string[] =>
      announced(givenFile({ status }), ...facts).filter((kind) => kind !== 'payment_updated');
    expect(told('underpaid', captured)).toEqual(['payment_authorized', 'payment_captured']);
    expect(told('cancellation_failed', captured)).toEqual(['payment_authorized', 'payment_captured']);
    const over: Fact = { kind: 'overpaid', amount: 13_000, at: at(4) };
    const overpaid = ['payment_authorized', 'payment_captured', 'payment_overpaid'];
    expect(told('underpaid', captured, over)).toEqual(overpaid);
    expect(told('cancellation_failed', captured, over)).toEqual(overpaid);
    const heldMeanwhile = givenFile({ status: 'underpaid', authorized: 12_000 }, { facts: [authorized] });
    expect(announced(heldMeanwhile, captured)).toContain('payment_authorized');
  });

  it('overpaid after captured was told already: captured is not told again', () => {
    const told = tell(givenFile(held, { facts: [authorized] }), [
      captured,
      { kind: 'overpaid', amount: 13_000, at: at(5) },
    ]);
    expect(kinds(told.announced)).toEqual([
      'payment_updated',
      'payment_captured',
      'payment_updated',
      'payment_overpaid',
    ]);
  });
  it('updates when a part was captured elsewhere', () =>
    expect(
      announced(givenFile(held, { facts: [authorized] }), { kind: 'captured', amount: 5_000, final: false, at: at(2) }),
    ).toEqual(['payment_updated']));
  it('carries the total of the order and all items when nobody asked for a part', () => {
    const { announced: told } = tell(givenFile(held, { facts: [authorized] }), [captured]);
    expect(told[1]?.event).toEqual({
      kind: 'payment_captured',
      orderReference: 'DE--1',
      currency: 'EUR',
      amount: 12_000,
      itemIds: ['101', '102'],
    });
  });
});

describe('announcements of what we asked', () => {
  it('a capture carries its own amount and items', () => {
    const operations = [givenOperation({ kind: 'capture', amount: 11_000, itemIds: ['101'] })];
    const told = tell(givenFile(held, { facts: [authorized], operations }), [captured]);
    expect(told.announced[1]?.event).toMatchObject({ kind: 'payment_captured', amount: 11_000, itemIds: ['101'] });
  });
  it('a cancel is about the whole order', () => {
    const operations = [givenOperation({ kind: 'cancel', amount: 0, itemIds: [] })];
    const told = tell(givenFile(held, { facts: [authorized], operations }), [
      { kind: 'canceled', cause: 'requested', at: at(2) },
    ]);
    expect(told.announced[1]?.event).toMatchObject({
      kind: 'payment_canceled',
      amount: 12_000,
      itemIds: ['101', '102'],
    });
  });
  for (const [status, kind] of [['declined', 'failed'], ['failed', 'failed']] as const) {
    it(`a capture that ${status}`, () => {
      const operations = [givenOperation({ kind: 'capture' })];
      const operation = { id: 'capture-1', status, unanswered: false, reason: 'no' };
      const told = tell(givenFile(held, { facts: [authorized], operations }), [{ operation }]);
      expect(told.file.payment.status).toBe('capture_failed');
      expect(kinds(told.announced)).toEqual(['payment_updated', `payment_capture_${kind}`]);
    });
  } // prettier-ignore
  it('a second failure of a capture is told like the first, under its own name', () => {
    const operations = [givenOperation({ kind: 'capture', id: 'c1' })];
    const fails = (id: string) => ({ operation: { id, status: 'declined' as const, unanswered: false } });
    const first = tell(givenFile(held, { facts: [authorized], operations }), [fails('c1')]);
    const second = tell(
      { ...first.file, operations: [...first.file.operations, givenOperation({ kind: 'capture', id: 'c2' })] },
      [fails('c2')],
    );
    expect(kinds(second.announced)).toEqual(['payment_capture_failed']);
    expect(second.announced[0]?.announces).not.toBe(first.announced[1]?.announces);
  });
  it('a refund that is on its way only updates; one that is done is told', () => {
    const operations = [givenOperation({ kind: 'refund', amount: 5_000, itemIds: ['102'] })];
    const fact = (status: 'pending' | 'succeeded', s: number): Fact => ({
      kind: 'refund',
      refundId: 'r1',
      operationId: 'refund-1',
      status,
      amount: 5_000,
      at: at(s),
    });
    const told = tell(givenFile(taken, { facts: [authorized, captured], operations }), [
      fact('pending', 5),
      fact('succeeded', 6),
    ]);
    expect(kinds(told.announced)).toEqual(['payment_updated', 'payment_updated', 'payment_refunded']);
  });
});

describe('announcements of a payment itself', () => {
  const fresh = (): PaymentFile => {
    const file = givenFile();
    delete file.payment.transactionId;
    return file;
  };
  it('tells the creation once the PSP has given an id', () => {
    const told = tell(fresh(), [{ payment: { transactionId: 'sbx_one' } }]);
    expect(told.announced).toEqual([
      {
        announces: 'created',
        event: {
          kind: 'payment_created',
          orderReference: 'DE--1',
          transactionId: 'sbx_one',
          details: { 'External status "new"': '2026-03-01 10:00:00' },
        },
      },
    ]);
  });
  it('does not tell the creation under a placeholder', () =>
    expect(tell(fresh(), [{ payment: { transactionId: 'tmp-one' } }]).announced).toEqual([]));
  it('tells a payment without an order of its creation only', () => {
    const file = fresh();
    delete file.payment.orderReference;
    const told = tell(file, [{ payment: { transactionId: 'sbx_one' } }, authorized]);
    expect(kinds(told.announced)).toEqual(['payment_created']);
    expect(told.announced[0]?.event).not.toHaveProperty('orderReference');
  });
  it('tells under a new name in a new round', () => {
    const first = tell(givenFile(), [{ kind: 'authorization_failed', reason: 'no', at: at(1) }]);
    const second = tell(first.file, [
      { payment: { round: 2 } },
      { kind: 'authorization_failed', reason: 'no', at: at(9) },
    ]);
    expect(kinds(second.announced)).toEqual(['payment_updated', 'payment_updated', 'payment_authorization_failed']);
    expect(first.announced[1]?.announces).not.toBe(second.announced[2]?.announces);
  });
});
