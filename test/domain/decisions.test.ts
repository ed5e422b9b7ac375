/** What becomes of a command before anybody is asked. */
import { describe, expect, it } from 'vitest';
import type { Command } from '../../src/domain/command.js';
import { decideCancel, decideCapture, decideRefund } from '../../src/domain/decisions.js';
import type { OperationView } from '../../src/domain/operation.js';
import { PAYMENT_STATUSES, type Payment, type PaymentStatus } from '../../src/domain/payment.js';
import { givenFile, givenOperation } from './given.js';

const command = (kind: Command['kind'], changes: Partial<Command> = {}): Command => ({
  kind, orderReference: 'DE--1', itemIds: [], ...changes,
}); // prettier-ignore
const held: Partial<Payment> = { status: 'authorized', authorized: 12_000 };
const taken: Partial<Payment> = { status: 'captured', authorized: 12_000, captured: 12_000 };

describe('decideCapture', () => {
  const decide = (payment: Partial<Payment>, changes: Partial<Command> = {}, more = {}) =>
    decideCapture(givenFile(payment, more), command('capture', changes));

  it('asks for the amount and items of the command', () =>
    expect(decide(held, { amount: 7_000, itemIds: ['101'] })).toEqual({
      decision: 'ask',
      amount: 7_000,
      itemIds: ['101'],
      last: true,
    }));
  it('asks for the whole order when the command names nothing', () =>
    expect(decide(held)).toEqual({ decision: 'ask', amount: 12_000, itemIds: ['101', '102'], last: true }));
  it('asks for what is left when the command names no amount', () => {
    const operations = [givenOperation({ kind: 'capture', status: 'succeeded', amount: 7_000, itemIds: ['101'] })];
    expect(decide({ ...held, captured: 7_000 }, { itemIds: ['102'] }, { operations })).toEqual({
      decision: 'ask',
      amount: 5_000,
      itemIds: ['102'],
      last: true,
    });
  });
  it('answers again for items that are inside what was captured', () => {
    const operations = [givenOperation({ kind: 'capture', status: 'succeeded', amount: 7_000, itemIds: ['101'] })];
    const partly = { ...held, captured: 7_000 };
    expect(decide(partly, { amount: 7_000, itemIds: ['101'] }, { operations })).toMatchObject({ decision: 'repeat' });
    expect(decide({ ...partly, status: 'captured' }, { itemIds: ['101'] }, { operations })).toMatchObject({
      decision: 'repeat',
    });
  });
  it('refuses other items after the final capture', () => {
    const operations = [givenOperation({ kind: 'capture', status: 'succeeded', amount: 7_000, itemIds: ['101'] })];
    const final = { status: 'captured', authorized: 12_000, captured: 7_000 } as const;
    expect(decide(final, { amount: 5_000, itemIds: ['102'] }, { operations })).toMatchObject({
      decision: 'refuse',
      itemIds: ['102'],
    });
    expect(decide(final, { itemIds: ['101', '102'] }, { operations })).toMatchObject({ decision: 'refuse' });
  });
  it('answers again when the PSP took all of it by itself', () =>
    expect(decide(taken, { itemIds: ['102'] })).toMatchObject({ decision: 'repeat', itemIds: ['102'] }));

  const asks = ['authorized', 'capture_requested', 'capture_failed', 'cancellation_failed'];
  for (const status of PAYMENT_STATUSES.filter(
    (one) => !['captured', 'partially refunded', 'refunded', 'overpaid'].includes(one),
  )) {
    const authorized = asks.includes(status) ? 12_000 : 0;
    it(`${asks.includes(status) ? 'asks' : 'refuses'} in status ${status}`, () =>
      expect(decide({ status, authorized }).decision).toBe(asks.includes(status) ? 'ask' : 'refuse'));
  }
  it('says why it refuses', () =>
    expect(decide({ status: 'canceled' })).toMatchObject({
      reason: 'Payment is in status "canceled" and cannot be captured',
    }));
});

describe('decideCancel', () => {
  const REFUSES = { reversesCaptured: false };
  const asks = ['new', 'authorized', 'capture_requested', 'cancellation_failed', 'underpaid'];
  for (const status of PAYMENT_STATUSES) {
    const expected = status === 'canceled' ? 'repeat' : asks.includes(status) ? 'ask' : 'refuse';
    it(`${expected}s in status ${status}, always for the whole order`, () =>
      expect(decideCancel(givenFile({ status }), REFUSES)).toMatchObject({
        decision: expected,
        amount: 0,
        itemIds: [],
      }));
  }
  it('refuses when the PSP never made the payment', () => {
    const file = givenFile();
    delete file.payment.transactionId;
    expect(decideCancel(file, REFUSES)).toMatchObject({ decision: 'refuse' });
  });
  it('answers again what was done, also when a part stays captured or all of it went back', () => {
    const released = [givenOperation({ kind: 'cancel', status: 'succeeded' })];
    const reversed = [givenOperation({ kind: 'reverse', status: 'succeeded' })];
    const decision = (status: PaymentStatus, captured: number, operations: OperationView[]) =>
      decideCancel(givenFile({ status, captured }, { operations }), { reversesCaptured: true }).decision;
    expect(decision('captured', 7_000, released)).toBe('repeat');
    expect(decision('refunded', 12_000, reversed)).toBe('repeat');
    expect(decision('refunded', 12_000, [givenOperation({ kind: 'reverse', status: 'pending' })])).toBe('ignore');
  });
  it('reverses what is captured and not given back yet, when the tenant wants that', () => {
    const refunds = [{ id: 'r', status: 'succeeded' as const, amount: 7_000, itemIds: ['101'] }];
    const file = givenFile({ status: 'partially refunded', captured: 12_000, refunded: 7_000 }, { refunds });
    expect(decideCancel(file, { reversesCaptured: true })).toEqual({
      decision: 'reverse',
      amount: 5_000,
      itemIds: ['102'],
    });
    expect(decideCancel(file, REFUSES)).toMatchObject({ decision: 'refuse' });
    const refunded = givenFile({ status: 'refunded', captured: 12_000, refunded: 12_000 });
    expect(decideCancel(refunded, { reversesCaptured: true })).toMatchObject({ decision: 'refuse' });
  });
});

describe('decideRefund', () => {
  const decide = (payment: Partial<Payment>, changes: Partial<Command> = {}, more = {}) =>
    decideRefund(givenFile(payment, more), command('refund', changes));
  const refunds = (status: string) => [{ id: 'r', status, amount: 7_000, itemIds: ['101'] }];

  for (const status of PAYMENT_STATUSES) {
    const can = ['captured', 'partially refunded', 'overpaid'].includes(status);
    it(`${can ? 'asks' : 'refuses'} in status ${status}`, () => {
      const file = { ...taken, status, ...(can ? {} : { captured: 0 }) };
      expect(decide(file, { amount: 12_000 }).decision).toBe(can ? 'ask' : 'refuse');
    });
  }
  for (const status of ['authorized', 'capture_failed', 'cancellation_failed'] as const) {
    it(`asks while the rest is still held and ${status}, once something was taken`, () =>
      expect(decide({ ...held, status, captured: 7_000 }, { amount: 7_000, itemIds: ['101'] })).toMatchObject({
        decision: 'ask',
      }));
  }
  it('says why it refuses, with the requested items', () =>
    expect(decide(held, { amount: 5_000, itemIds: ['102'] })).toEqual({
      decision: 'refuse',
      amount: 5_000,
      itemIds: ['102'],
      reason:
        'Payment is in status "authorized" and cannot be refunded. ' +
        'Only payments in status "captured, partially refunded, overpaid" can be refunded',
    }));
  it('gives back what is left when the command names no amount', () =>
    expect(decide({ ...taken, refunded: 5_000, status: 'partially refunded' })).toMatchObject({
      decision: 'ask',
      amount: 7_000,
    }));
  it('refuses nothing, which is not everything', () =>
    expect(decide(taken, { amount: 0, itemIds: ['102'] })).toMatchObject({ decision: 'refuse', itemIds: ['102'] }));
  it('refuses more than is left', () =>
    expect(decide({ ...taken, refunded: 7_000 }, { amount: 5_001, itemIds: ['102'] })).toMatchObject({
      decision: 'refuse',
      itemIds: ['102'],
    }));
  for (const status of ['pending', 'processing', 'succeeded']) {
    it(`says nothing of items whose refund is ${status}`, () => {
      const partly = { ...taken, refunded: 7_000, status: 'partially refunded' } as const;
      expect(decide(partly, { amount: 5_000, itemIds: ['101'] }, { refunds: refunds(status) })).toMatchObject({
        decision: 'ignore',
      });
      expect(decide(partly, { amount: 5_000, itemIds: ['101', '102'] }, { refunds: refunds(status) })).toMatchObject({
        decision: 'refuse',
        itemIds: ['102'],
      });
    });
  }
  for (const status of ['failed', 'canceled']) {
    it(`may refund items again whose refund is ${status}`, () =>
      expect(decide(taken, { amount: 7_000, itemIds: ['101'] }, { refunds: refunds(status) })).toMatchObject({
        decision: 'ask',
      }));
  }
});
