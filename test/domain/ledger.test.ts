import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Fact } from '../../src/domain/fact.js';
import { ledgerOf } from '../../src/domain/ledger.js';
import type { PaymentFile } from '../../src/domain/payment.js';
import type { Reversal, Transfer, TransferStatus } from '../../src/domain/transfer.js';
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

const reversal = (amount: number, status: TransferStatus = 'paid'): Reversal => ({
  id: 'r',
  operationId: 'o',
  reversalId: 'trr_1',
  status,
  amount,
  items: [],
  requestKey: '',
  createdAt: AT,
});
const share = (merchantReference: string, amount: number, more: Partial<Transfer> = {}): Transfer => ({
  id: 't',
  paymentId: 'p',
  operationId: 'o',
  orderReference: 'DE--1',
  merchantReference,
  accountId: 'acct_1',
  transferId: 'tr_1',
  status: 'paid',
  amount,
  currency: 'EUR',
  items: [],
  isUntied: false,
  reversedElsewhere: 0,
  reversals: [],
  createdAt: AT,
  ...more,
});
const fee = (amount: number): Fact => ({ kind: 'fee', amount, at: AT });

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
  it('merchants have their shares, the tenant keeps the rest as commission', () => {
    const ledger = ledgerOf(file([take(100), fee(3)]), [share('M1', 50), share('M2', 30)]);
    expect(ledger.balances).toEqual({
      psp: 0,
      customer: -100,
      fees: 3,
      'merchant M1': 50,
      'merchant M2': 30,
      commission: 17,
    });
    expect(ledger.entries.at(-1)).toMatchObject({ what: 'commission', debit: 'commission', credit: 'psp', amount: 17 });
    expect(ledger.faults).toEqual([]);
  });
  it('what is taken back of a share is the tenant’s again, whoever took it', () => {
    const taken = [reversal(20), reversal(10, 'refused'), reversal(5, 'asked')];
    const transfers = [share('M1', 50, { reversals: taken, reversedElsewhere: 7 })];
    const { balances, faults } = ledgerOf(file([take(100)]), transfers);
    expect(balances).toMatchObject({ 'merchant M1': 23, commission: 77, psp: 0 });
    expect(faults).toEqual([]);
  });
  it('a refund that is not taken back from merchants is paid by the tenant', () => {
    const ledger = ledgerOf(file([take(100), back('r1', 60)]), [share('M1', 80)]);
    expect(ledger.balances).toMatchObject({ 'merchant M1': 80, commission: -40, psp: 0 });
    expect(ledger.entries.at(-1)).toMatchObject({ what: 'paid by the tenant', debit: 'psp', credit: 'commission' });
    expect(ledger.faults).toEqual([]);
  });
  it('what was refused or has no answer yet moves nothing, and without shares there is no commission', () => {
    const none = [share('M1', 80, { status: 'refused' }), share('M2', 10, { status: 'asked' })];
    expect(ledgerOf(file([take(100)]), none)).toEqual(ledgerOf(file([take(100)])));
  });
  it('names merchants of whom too much was taken back, and shares of more than was taken', () => {
    expect(ledgerOf(file([take(100)]), [share('M1', 50, { reversedElsewhere: 51 })]).faults).toEqual([
      'more was taken back from merchant M1 than was sent',
    ]);
    expect(ledgerOf(file([take(100)]), [share('M1', 60), share('M2', 41)]).faults).toEqual([
      'more was sent to merchants than was taken',
    ]);
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
