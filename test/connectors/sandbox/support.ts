/** What the tests of the sandbox share: settings, a context, a payment. */
import type { Clock, Context, Order, PaymentHandle, Settings } from '../../../src/kit/index.js';

export const START = Date.parse('2026-03-01T10:00:00Z');

export const settings: Settings = { connector: 'sandbox', mode: 'test', webhookSecret: 'whsec_sandboxsecret1' };

export function contextOf(given: Settings = settings, clock: Clock = { now: () => START }): Context {
  return { tenant: { hash: 'tenant-hash', settings: given }, clock, log: () => undefined };
}

export function paymentOf(changes: Partial<PaymentHandle> = {}): PaymentHandle {
  return {
    paymentId: 'payment-1',
    transactionId: 'sbx_abcdefghijklmnopabcdefgh',
    orderReference: 'DE--1',
    amount: 12_000,
    currency: 'EUR',
    captured: 0,
    refunded: 0,
    references: [],
    ...changes,
  };
}

export function orderOf(grandTotal: number): Order {
  return {
    grandTotal,
    currency: 'EUR',
    paymentMethod: 'sandbox',
    billing: {},
    lines: [{ id: '1', name: 'Lamp', quantity: 1, unitPrice: grandTotal }],
    expenses: [],
    additional: {},
  };
}
