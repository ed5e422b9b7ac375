import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Fact } from '../../src/domain/fact.js';
import { ledgerOf } from '../../src/domain/ledger.js';
import type { PaymentFile } from '../../src/domain/payment.js';
import { givenFile } from './given.js';

const AT = '2026-05-01T12:00:00.000Z';

function file(facts: Fact[]): PaymentFile {
  const given = givenFile();
  const captured = facts.find(({ kind }) => kind === 'captured');
  const taken = captured?.kind === 'captured' ? captured.amount : 0;
  return { ...given, facts, payment: { ...given.payment, captured: taken } };
}

const hold = (amount: number): Fact => ({ kind: 'authorized', amount, at: AT });
const take = (amount: number, final = true): Fact => ({ kind: 'captured', amount, final, at: AT });
const back = (refundId: string, amount: number, status: 'succeeded' | 'failed' = 'succeeded'): Fact => ({
  kind: 'refund',
  refundId,
  amount,
  status,
  at: AT,
});

describe('ledgerOf', () => {
  it('a hold stands between the PSP and the customer until it is used or released', () => {
    expect(ledgerOf(file([hold(100)])).balances).toEqual({ held: 100, holder: -100 });
    expect(ledgerOf(file([hold(100), take(60)])).balances).toEqual({ held: 0, holder: 0, psp: 60, customer: -60 });
    expect(ledgerOf(file([hold(100), take(60, false)])).balances).toMatchObject({ held: 40, psp: 60 });
  });
  it('a canceled hold leaves nothing behind', () => {
    const canceled: Fact = { kind: 'canceled', cause: 'requested', at: AT };
    expect(ledgerOf(file([hold(100), canceled])).balances).toEqual({ held: 0, holder: 0 });
  });
  it('refunds give back, failed ones do not, and the PSP keeps its fee', () => {
    const facts = [
      hold(100),
      take(100),
      back('r1', 30),
      back('r2', 50, 'failed'),
      { kind: 'fee', amount: 3, at: AT } as Fact,
    ];
    const ledger = ledgerOf(file(facts));
    expect(ledger.balances).toMatchObject({ psp: 67, customer: -70, fees: 3 });
    expect(ledger.faults).toEqual([]);
  });
  it('names what does not add up', () => {
    expect(ledgerOf(file([take(50), back('r1', 60)])).faults).toEqual(['more was given back than was taken']);
  });
  it('a surplus counts as received', () => {
    expect(ledgerOf(file([take(100), { kind: 'overpaid', amount: 120, at: AT }])).balances).toMatchObject({
      psp: 120,
      customer: -120,
    });
  });
  it('always sums to zero, and is without faults whenever no more is taken than held and no more given back than taken', () => {
    const life = fc
      .record({
        held: fc.integer({ min: 1, max: 1e6 }),
        part: fc.double({ min: 0, max: 1, noNaN: true }),
        given: fc.double({ min: 0, max: 1, noNaN: true }),
      })
      .map(({ held, part, given }) => {
        const taken = Math.floor(held * part);
        return [hold(held), ...(taken > 0 ? [take(taken), back('r', Math.floor(taken * given))] : [])];
      });
    fc.assert(
      fc.property(life, (facts) => {
        const ledger = ledgerOf(file(facts));
        expect(Object.values(ledger.balances).reduce<number>((sum, balance = 0) => sum + balance, 0)).toBe(0);
        expect(ledger.faults).toEqual([]);
      }),
    );
  });
});
