/** The table of moves, cell by cell. */
import { describe, expect, it } from 'vitest';
import { mayMove, PAYMENT_STATUSES, REFUNDABLE, TRANSITIONS, type PaymentStatus } from '../../src/domain/payment.js';

/** The moves every shop of this protocol knows. */
const PROTOCOL: Partial<Record<PaymentStatus, PaymentStatus[]>> = {
  new: ['authorized', 'authorization_failed', 'captured', 'capture_failed', 'canceled', 'cancellation_failed', 'overpaid', 'underpaid'],
  authorized: ['capture_requested', 'captured', 'capture_failed', 'canceled', 'cancellation_failed', 'overpaid', 'underpaid'],
  capture_requested: ['captured', 'capture_failed', 'canceled', 'cancellation_failed', 'overpaid', 'underpaid'],
  capture_failed: ['capture_requested', 'captured', 'overpaid', 'underpaid'],
  cancellation_failed: ['canceled'],
  captured: ['refunded', 'partially refunded'],
  'partially refunded': ['refunded', 'partially refunded'],
  'refund failed': ['refunded', 'partially refunded'],
}; // prettier-ignore

/** Its optional moves. */
const OPTIONAL: Partial<Record<PaymentStatus, PaymentStatus[]>> = {
  authorization_failed: ['authorized'],
  cancellation_failed: ['captured', 'capture_requested', 'capture_failed'],
  underpaid: ['captured', 'overpaid'],
  overpaid: ['refunded', 'partially refunded'],
};

/** Ours, each with the reason it is needed. */
const OWN: Partial<Record<PaymentStatus, PaymentStatus[]>> = {
  // A new start of the payment; a customer who pays while the failure is on its way.
  authorization_failed: ['new', 'captured'],
  // A part was taken and the rest is still held.
  capture_requested: ['authorized'],
  capture_failed: ['authorized'],
  // A transfer could not be called off, and arrives as too little or too much.
  cancellation_failed: ['authorized', 'overpaid', 'underpaid'],
  // A surplus that arrives after the payment.
  captured: ['overpaid'],
  // A refund that fails late.
  'partially refunded': ['captured', 'overpaid'],
  refunded: ['partially refunded', 'captured', 'overpaid'],
  // The shop gives up on a payment that never became whole.
  underpaid: ['canceled'],
};

describe('TRANSITIONS', () => {
  for (const from of PAYMENT_STATUSES) {
    for (const to of PAYMENT_STATUSES) {
      // A further partial refund is no move of the status.
      const isSame = from === to;
      const tables = [PROTOCOL, OPTIONAL, OWN];
      const isAllowed = !isSame && tables.some((table) => table[from]?.includes(to) === true);
      it(`${isAllowed ? 'allows' : 'refuses'} ${from} to ${to}`, () => expect(mayMove(from, to)).toBe(isAllowed));
    }
  }

  it('leads nowhere from canceled', () => expect(TRANSITIONS.canceled).toEqual([]));
  it('gives money back from captured, partially refunded and overpaid', () =>
    expect(REFUNDABLE).toEqual(['captured', 'partially refunded', 'overpaid']));
});
