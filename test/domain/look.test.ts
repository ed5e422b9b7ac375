import { describe, expect, it } from 'vitest';
import type { Fact } from '../../src/domain/fact.js';
import { expiryToAnnounce, isAbandoned, nextLook, underpaidFact } from '../../src/domain/look.js';
import type { Payment, PaymentFile } from '../../src/domain/payment.js';
import { givenFile, givenOperation } from './given.js';

const NOW = '2026-05-01T12:00:00.000Z';
const later = (hours: number): string => new Date(Date.parse(NOW) + hours * 3_600_000).toISOString();

function file(payment: Partial<Payment>, facts: Fact[] = []): PaymentFile {
  const given = givenFile();
  const base = { createdAt: NOW, pageExpiresAt: later(2), transactionId: 'pi_1', status: 'new' } as const;
  return { ...given, payment: { ...given.payment, ...base, ...payment }, facts };
}

const authorized = (expiresAt: string): Fact => ({ kind: 'authorized', amount: 12_000, at: NOW, expiresAt });

describe('nextLook', () => {
  it('a finished payment is not looked at again', () => {
    for (const status of ['captured', 'canceled', 'refunded', 'overpaid'] as const) {
      expect(nextLook(file({ status }), 0, NOW)).toBeUndefined();
    }
  });
  it('an open one after an hour, six hours, a day, and then daily', () => {
    const open = file({ status: 'authorized' });
    expect([0, 1, 2, 3, 9].map((looks) => nextLook(open, looks, NOW))).toEqual([1, 6, 24, 24, 24].map(later));
  });
  it('sooner when its page ends, its authorization is about to expire, or the grace is over', () => {
    expect(nextLook(file({ pageExpiresAt: later(0.5) }), 0, NOW)).toBe(
      new Date(Date.parse(later(0.5)) + 1).toISOString(),
    );
    expect(nextLook(file({ status: 'authorized' }, [authorized(later(24.25))]), 0, NOW)).toBe(later(0.25));
    const waiting: Fact = { kind: 'received', amount: 1, at: NOW, graceUntil: later(0.1) };
    expect(nextLook(file({}, [waiting]), 3, NOW)).toBe(new Date(Date.parse(later(0.1)) + 1).toISOString());
  });
  it('at once when that moment has passed and something else was learned meanwhile', () => {
    const soon = new Date(Date.parse(NOW) + 1_000).toISOString();
    const waiting: Fact = { kind: 'received', amount: 1, at: NOW, graceUntil: later(-0.1) };
    expect(nextLook(file({}, [waiting]), 0, NOW)).toBe(soon);
    const closed = file({ pageExpiresAt: later(-0.1) });
    expect(nextLook(closed, 0, NOW)).toBe(soon);
    // Asked to give it up already: that asking is repeated by itself.
    const operations = [givenOperation({ kind: 'abandon' })];
    expect(nextLook({ ...closed, operations }, 0, NOW)).toBe(later(1));
  });
  it('never for more than thirty days', () => {
    expect(nextLook(file({ status: 'authorized', createdAt: later(-31 * 24) }), 9, NOW)).toBeUndefined();
  });
  it('a captured payment as long as a refund is on its way', () => {
    const refunds = [{ id: 'r', status: 'pending' as const, amount: 1, itemIds: [] }];
    expect(nextLook({ ...file({ status: 'partially refunded' }), refunds }, 0, NOW)).toBe(later(1));
  });
});

describe('expiryToAnnounce', () => {
  it('within a day of the end, and not before or after', () => {
    const at = (hours: number) => expiryToAnnounce(file({ status: 'authorized' }, [authorized(later(hours))]), NOW);
    expect([25, 24, 1, -1].map(at)).toEqual([undefined, later(24), later(1), undefined]);
  });
  it('not once the money is taken', () => {
    expect(expiryToAnnounce(file({ status: 'captured' }, [authorized(later(1))]), NOW)).toBeUndefined();
  });
});

describe('underpaidFact', () => {
  const received = (amount: number, hours: number): Fact => ({
    kind: 'received',
    amount,
    at: NOW,
    graceUntil: later(hours),
  });
  it('once the grace is over and the rest has not come', () => {
    expect(underpaidFact(file({ amount: 12_000 }, [received(5_000, -1)]), NOW)).toEqual({
      kind: 'underpaid',
      amount: 5_000,
      at: later(-1),
    });
  });
  it('not before, and not when all has come', () => {
    expect(underpaidFact(file({ amount: 12_000 }, [received(5_000, 1)]), NOW)).toBeUndefined();
    expect(underpaidFact(file({ amount: 12_000 }, [received(12_000, -1)]), NOW)).toBeUndefined();
  });
});

describe('isAbandoned', () => {
  it('an unpaid payment whose page is closed', () => {
    expect(isAbandoned(file({ pageExpiresAt: later(-1) }), NOW)).toBe(true);
    expect(isAbandoned(file({ pageExpiresAt: later(1) }), NOW)).toBe(false);
  });
  it('not one the customer has begun to pay', () => {
    const facts: Fact[] = [{ kind: 'processing', at: NOW }];
    expect(isAbandoned(file({ pageExpiresAt: later(-1) }, facts), NOW)).toBe(false);
    expect(isAbandoned(file({ status: 'authorized', pageExpiresAt: later(-1) }), NOW)).toBe(false);
  });
});
