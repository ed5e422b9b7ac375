/** What the tests of the Stripe connector share: a context, an order, objects as Stripe sends them. */
import type Stripe from 'stripe';
import type { Context, Order, PaymentHandle, Settings } from '../../../src/kit/index.js';

export const SETTINGS: Settings = {
  mode: 'test',
  secretKey: 'sk_test_canary1234',
  publishableKey: 'pk_test_canary1234',
};

/** 2026-11-20T12:00:00Z. */
export const NOON_S = 1_795_176_000;
export const NOON = '2026-11-20T12:00:00.000Z';

export interface Logged {
  event: string;
  fields: Record<string, unknown>;
}

export function contextWith(
  settings: Settings = SETTINGS,
  more: { now?: () => number; apiUrl?: string; logged?: Logged[]; hash?: string } = {},
): Context {
  return {
    tenant: { hash: more.hash ?? 'h4sh', settings },
    clock: { now: more.now ?? (() => NOON_S * 1000) },
    log: (event, fields = {}) => void more.logged?.push({ event, fields }),
    ...(more.apiUrl === undefined ? {} : { apiUrl: more.apiUrl }),
  };
}

export function orderOf(overrides: Partial<Order> = {}): Order {
  return {
    orderReference: 'DE--1',
    grandTotal: 12_000,
    currency: 'EUR',
    paymentMethod: 'stripe-credit-card',
    customerEmail: 'ada@example.com',
    billing: { firstName: 'Ada', lastName: 'Lovelace' },
    shipping: {
      firstName: 'Ada',
      lastName: 'Lovelace',
      address1: 'Main street 1',
      zip: '10115',
      city: 'Berlin',
      country: 'DE',
    },
    lines: [{ id: '1', name: 'Lamp', quantity: 1, unitPrice: 12_000 }],
    expenses: [],
    additional: {},
    ...overrides,
  };
}

export function handleOf(overrides: Partial<PaymentHandle> = {}): PaymentHandle {
  return {
    paymentId: '0b0e8f0e-1111-4222-8333-444444444444',
    transactionId: 'pi_1',
    orderReference: 'DE--1',
    amount: 12_000,
    currency: 'EUR',
    captured: 0,
    refunded: 0,
    references: [],
    ...overrides,
  };
}

export function intentOf(overrides: Partial<Stripe.PaymentIntent> = {}): Stripe.PaymentIntent {
  return {
    id: 'pi_1',
    object: 'payment_intent',
    amount: 12_000,
    amount_capturable: 0,
    amount_received: 0,
    canceled_at: null,
    cancellation_reason: null,
    created: NOON_S - 60,
    currency: 'eur',
    customer: null,
    last_payment_error: null,
    latest_charge: null,
    livemode: false,
    metadata: { psp_tenant: 'h4sh', psp_payment_id: '0b0e8f0e-1111-4222-8333-444444444444' },
    status: 'requires_payment_method',
    ...overrides,
  } as Stripe.PaymentIntent;
}

export function chargeOf(overrides: Partial<Stripe.Charge> = {}): Stripe.Charge {
  return {
    id: 'ch_1',
    object: 'charge',
    amount: 12_000,
    captured: false,
    created: NOON_S - 30,
    currency: 'eur',
    metadata: {},
    payment_intent: 'pi_1',
    payment_method_details: { type: 'card', card: { brand: 'visa', last4: '4242', capture_before: NOON_S + 600_000 } },
    status: 'succeeded',
    ...overrides,
  } as Stripe.Charge;
}

export function refundOf(overrides: Partial<Stripe.Refund> = {}): Stripe.Refund {
  return {
    id: 're_1',
    object: 'refund',
    amount: 4_000,
    created: NOON_S - 10,
    currency: 'eur',
    charge: 'ch_1',
    metadata: { psp_command_id: 'op-refund' },
    payment_intent: 'pi_1',
    reason: null,
    status: 'succeeded',
    ...overrides,
  } as Stripe.Refund;
}

export function eventOf(
  type: string,
  object: unknown,
  overrides: Record<string, unknown> = {},
): Record<string, unknown> {
  return {
    id: 'evt_1',
    object: 'event',
    api_version: '2026-10-28.endive',
    created: NOON_S,
    livemode: false,
    type,
    data: { object },
    ...overrides,
  };
}

export const bytesOf = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
