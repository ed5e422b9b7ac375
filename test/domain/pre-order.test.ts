/** Payments before their order: what is told when the order comes, and when one of them is over without. */
import { describe, expect, it } from 'vitest';
import type { Fact } from '../../src/domain/fact.js';
import { isAbandoned, nextLook } from '../../src/domain/look.js';
import type { Payment, PaymentFile } from '../../src/domain/payment.js';
import { endReason, isGivenUp } from '../../src/domain/pre-order.js';
import { amountToReturn } from '../../src/domain/returns.js';
import { at, givenFile, givenOperation, givenPayment, kinds, tell } from './given.js';

const authorized: Fact = { kind: 'authorized', amount: 12_000, at: at(1) };
const captured: Fact = { kind: 'captured', amount: 12_000, final: true, at: at(3) };
const canceled: Fact = { kind: 'canceled', cause: 'requested', at: at(4) };
const received: Fact = { kind: 'received', amount: 4_000, at: at(2), graceUntil: at(90_000) };
const refund: Fact = { kind: 'refund', refundId: 'r1', amount: 4_000, status: 'succeeded', at: at(5) };

/** Without an order, as it is until a shop has stored one. */
function cart(changes: Partial<Payment> = {}, more: Partial<PaymentFile> = {}): PaymentFile {
  const file = givenFile(changes, more);
  delete file.payment.orderReference;
  return file;
}

/** The shop stores its order: that is what a confirmation brings. */
const order = { payment: { orderReference: 'DE--1' }, announceUpdate: true };

describe('before its order', () => {
  it('nothing is told of a payment, whatever happens to it', () => {
    for (const facts of [[authorized], [authorized, captured, refund], [authorized, canceled], [received]])
      expect(tell(cart(), facts).announced).toEqual([]);
  });
});

describe('when the order comes', () => {
  const UPDATED = 'payment_updated';
  it.each<[string, Fact[], string[]]>([
    ['nothing has happened', [], [UPDATED]],
    ['it is authorized', [authorized], [UPDATED, 'payment_authorized']],
    ['it is captured', [captured], [UPDATED, 'payment_authorized', UPDATED, 'payment_captured']],
    [
      'a part went back already',
      [authorized, captured, refund],
      [UPDATED, 'payment_authorized', UPDATED, 'payment_captured', UPDATED],
    ],
    [
      'it failed for good',
      [{ kind: 'authorization_failed', reason: 'no', at: at(2) }],
      [UPDATED, 'payment_authorization_failed'],
    ],
  ])('and %s, the shop hears exactly that, whenever it became known', (_title, facts, told) => {
    const before = tell(cart(), [...facts, order]);
    const together = tell(cart(), [{ ...order, facts }]);
    const after = tell(cart(), [order, ...facts]);
    expect(kinds(before.announced)).toEqual(told);
    expect(kinds(together.announced)).toEqual(told);
    const status = (kind: string): boolean => kind !== UPDATED;
    expect(kinds(after.announced).filter(status)).toEqual(told.filter(status));
    for (const { event } of before.announced)
      if (event.kind.startsWith('payment_')) expect(JSON.stringify(event)).toContain('DE--1');
    // The same told once more, by webhooks that had waited, is no news.
    expect(kinds(tell(before.file, facts).announced)).toEqual([]);
  });
});

describe('without an order', () => {
  const over = at(7_200);
  const soon = at(7_201);

  it('a payment is over when it is canceled or given back in full', () => {
    expect(isGivenUp(cart())).toBe(false);
    expect(isGivenUp(cart({ status: 'authorized' }, { facts: [authorized] }))).toBe(false);
    expect(isGivenUp(cart({ status: 'captured', captured: 12_000 }, { facts: [captured] }))).toBe(false);
    for (const status of ['canceled', 'refunded'] as const) expect(isGivenUp(cart({ status }))).toBe(true);
    expect(isGivenUp(cart({ status: 'authorization_failed' }, { facts: [canceled] }))).toBe(true);
  });

  it('it is given up when its time is over, also when somebody has begun to pay, and not before', () => {
    const held: [Partial<Payment>, Fact[]][] = [
      [{}, []],
      [{}, [received]],
      [{}, [{ kind: 'processing', at: at(1) }]],
      [{ status: 'authorized', authorized: 12_000 }, [authorized]],
    ];
    for (const [changes, facts] of held) {
      expect(isAbandoned(cart(changes, { facts }), at(7_199))).toBe(false);
      expect(isAbandoned(cart(changes, { facts }), over)).toBe(true);
      expect(nextLook(cart(changes, { facts }), 0, at(7_000))).toBe(new Date(Date.parse(over) + 1).toISOString());
      expect(nextLook(cart(changes, { facts }), 0, over)).toBe(soon);
    }
    expect(isAbandoned(givenFile({ status: 'authorized' }, { facts: [authorized] }), over)).toBe(false);
    expect(isAbandoned(cart({ status: 'authorization_failed' }, { facts: [canceled] }), over)).toBe(false);
  });

  it('what was taken goes back when its time is over, once, and not when somebody has to look at it', () => {
    const paid = (more: Partial<PaymentFile> = {}) =>
      cart({ status: 'captured', captured: 12_000, refunded: 2_000 }, { facts: [captured], ...more });
    expect(isAbandoned(paid(), over)).toBe(false);
    expect([amountToReturn(paid(), at(7_199)), amountToReturn(paid(), over)]).toEqual([0, 10_000]);
    expect([nextLook(paid(), 0, at(7_000)), nextLook(paid(), 0, over)]).toEqual([
      new Date(Date.parse(over) + 1).toISOString(),
      soon,
    ]);
    const asked = (status: 'asked' | 'declined') => [givenOperation({ kind: 'return', status })];
    for (const status of ['asked', 'declined'] as const)
      expect(amountToReturn(paid({ operations: asked(status) }), over)).toBe(0);
    const whole = givenFile({ status: 'captured', captured: 12_000 }, { facts: [captured] });
    expect(amountToReturn(whole, over)).toBe(0);
    expect(nextLook(cart({ status: 'refunded', captured: 12_000, refunded: 12_000 }), 0, over)).toBeUndefined();
  });

  it('its history says why it ended; that of an order does not', () => {
    const { orderReference: _none, ...payment } = givenPayment();
    const kindsOfEnd = ['withdraw', 'reverse', 'abandon', 'return'] as const;
    expect(kindsOfEnd.map((kind) => endReason(payment, kind))).toEqual([
      'the customer gave up before the order',
      'the customer gave up before the order',
      'no order came in time',
      'no order came in time',
    ]);
    expect(endReason(payment, 'confirm')).toBeUndefined();
    expect(endReason(givenPayment(), 'abandon')).toBeUndefined();
  });

  it('a refused withdrawal leaves it as it was', () => {
    const operations = [givenOperation({ kind: 'withdraw' })];
    const news = { operation: { id: 'withdraw-1', status: 'declined' as const, unanswered: false } };
    for (const [status, facts] of [['new', []], ['authorized', [authorized]]] as const) {
      const { file } = tell(cart({ status }, { operations, facts: [...facts] }), [news]);
      expect(file.payment.status).toBe(status);
    }
  });
}); // prettier-ignore
