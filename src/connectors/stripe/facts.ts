/** What Stripe's objects say, as facts, references and lines for people. Pure: the same object gives the same facts. */
import type Stripe from 'stripe';
import type { Fact, Reference, RefundStatus } from '../../kit/index.js';
import { amountText, fromStripeAmount } from './amounts.js';
import { awaitsVoucher, delayDetails } from './delays.js';
import { DELAYED_TYPES, VOUCHER_TYPES } from './methods.js';

/** Seconds since 1970, as Stripe tells times, as ISO text. */
export function timeOf(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}

/**
 * The facts of a payment intent. `at` is Stripe's time of the reading or of the event; it is used where the object
 * itself does not say when. A payment that waits for the customer, or whose attempt failed and may be repeated, has
 * no facts; one that waits for a bank transfer or a voucher is being worked on by the customer.
 */
export function intentFacts(intent: Stripe.PaymentIntent, at: string): Fact[] {
  const taken = fromStripeAmount(intent.amount_received, intent.currency);
  switch (intent.status) {
    case 'requires_capture':
      return [authorizedFact(intent, at), ...(taken > 0 ? [capturedFact(taken, at, false)] : [])];
    case 'succeeded':
      return [capturedFact(taken, at, true)];
    case 'processing':
      return [{ kind: 'processing', at }];
    case 'canceled':
      return [
        ...reservedFacts(intent),
        ...(taken > 0 ? [capturedFact(taken, at, true)] : []),
        canceledFact(intent, at),
      ];
    case 'requires_action':
      return awaitsTransfer(intent) || awaitsVoucher(intent) ? [{ kind: 'processing', at }] : [];
    case 'requires_payment_method':
      return cameBack(intent) ? [{ kind: 'authorization_failed', at, reason: failureOf(intent), open: true }] : [];
    default:
      return [];
  }
}

/** Whether the customer was told where to send a bank transfer, and not all of it has arrived. */
export function awaitsTransfer(intent: Stripe.PaymentIntent): boolean {
  return intent.status === 'requires_action' && intent.next_action?.type === 'display_bank_transfer_instructions';
}

/**
 * Whether a payment failed days after the customer has left. A bank sent back a debit: a charge was made of it, unlike of
 * one that was refused at once and may be tried again. Or nobody paid the voucher: https://docs.stripe.com/error-codes
 */
export function cameBack(intent: Stripe.PaymentIntent): boolean {
  if (intent.status !== 'requires_payment_method') return false;
  const error = intent.last_payment_error;
  const type = error?.payment_method?.type ?? chargeOf(intent)?.payment_method_details?.type ?? '';
  if (VOUCHER_TYPES.has(type)) return error?.code === 'payment_intent_payment_attempt_expired';
  return idOf(intent.latest_charge) !== undefined && DELAYED_TYPES.has(type);
}

/** Why the latest attempt failed, in Stripe's code. */
export function failureOf(intent: Stripe.PaymentIntent): string {
  const error = intent.last_payment_error;
  return error?.decline_code ?? error?.code ?? 'payment_failed';
}

/**
 * The time of lines for people. Stripe tells whole seconds: of two things within one, the end of something is the later.
 */
export function lineTime(at: string, isEnd: boolean): string {
  return isEnd ? new Date(Date.parse(at) + 1).toISOString() : at;
}

/** Whether nothing is awaited any more. */
export function isOver(intent: Stripe.PaymentIntent): boolean {
  return intent.status === 'succeeded' || intent.status === 'canceled' || cameBack(intent);
}

/** Lines for people about a payment that takes days, by debit or voucher; none for other payments. */
export function waitingDetails(intent: Stripe.PaymentIntent): Record<string, string> {
  const delay = delayDetails(intent);
  if (intent.status === 'processing') return { [DEBIT_LINE]: 'sent to the bank, which answers within days', ...delay };
  if (!cameBack(intent)) return delay;
  const isVoucher = VOUCHER_TYPES.has(intent.last_payment_error?.payment_method?.type ?? '');
  return isVoucher ? { Voucher: 'expired' } : { [DEBIT_LINE]: `not paid by the bank: ${failureOf(intent)}`, ...delay };
}

const DEBIT_LINE = 'Bank debit';

function authorizedFact(intent: Stripe.PaymentIntent, at: string): Fact {
  const charge = chargeOf(intent);
  if (charge !== undefined) return chargeAuthorizedFact(charge);
  return { kind: 'authorized', at, amount: fromStripeAmount(intent.amount, intent.currency) };
}

/** What a charge says that was authorized and not captured. */
export function chargeAuthorizedFact(charge: Stripe.Charge): Fact {
  const { card } = charge.payment_method_details ?? {};
  const expiresAt = card?.capture_before;
  // Cards only: https://docs.stripe.com/payments/multicapture, https://docs.stripe.com/payments/overcapture
  const over = card?.overcapture?.status === 'available' ? card.overcapture.maximum_amount_capturable : undefined;
  return {
    kind: 'authorized',
    at: timeOf(charge.created),
    amount: fromStripeAmount(charge.amount, charge.currency),
    ...(expiresAt === undefined ? {} : { expiresAt: timeOf(expiresAt) }),
    severalCaptures: card?.multicapture?.status === 'available',
    ...(over === undefined ? {} : { capturableUpTo: fromStripeAmount(over, charge.currency) }),
  };
}

/** What was reserved before it was released: a shop hears of that first. */
function reservedFacts(intent: Stripe.PaymentIntent): Fact[] {
  const charge = chargeOf(intent);
  return charge?.status === 'succeeded' ? [chargeAuthorizedFact(charge)] : [];
}

function capturedFact(amount: number, at: string, final: boolean): Fact {
  return { kind: 'captured', at, amount, final };
}

/** Why an intent was canceled: `automatic` and `expired` are Stripe's own doing, an unknown reason is not ours. */
function canceledFact(intent: Stripe.PaymentIntent, at: string): Fact {
  const reason = intent.cancellation_reason;
  return {
    kind: 'canceled',
    at: intent.canceled_at === null ? at : timeOf(intent.canceled_at),
    cause: cancelCause(reason),
    ...(reason === null ? {} : { reason: cancelCause(reason) === 'expired' ? 'authorization_expired' : reason }),
  };
}

function cancelCause(reason: string | null): 'requested' | 'expired' | 'abandoned' | 'external' {
  if (reason === 'requested_by_customer') return 'requested';
  if (reason === 'automatic' || reason === 'expired') return 'expired';
  return reason === 'abandoned' ? 'abandoned' : 'external';
}

/** Stripe's refund statuses in our words; `requires_action` waits for the customer's bank details. */
export function refundStatus(refund: Stripe.Refund): RefundStatus {
  switch (refund.status) {
    case 'succeeded':
    case 'failed':
    case 'canceled':
      return refund.status;
    case 'requires_action':
      return 'pending';
    default:
      return refund.pending_reason === 'insufficient_funds' || refund.pending_reason === 'charge_pending'
        ? 'pending'
        : 'processing';
  }
}

/** One refund, whoever made it; `operationId` only when it was made by an operation of ours. */
export function refundFact(refund: Stripe.Refund, at: string): Fact {
  const operationId = refund.metadata?.psp_command_id;
  return {
    kind: 'refund',
    refundId: refund.id,
    status: refundStatus(refund),
    amount: fromStripeAmount(refund.amount, refund.currency),
    at,
    ...(operationId === undefined ? {} : { operationId }),
    ...(refund.failure_reason === undefined || refund.failure_reason === null ? {} : { reason: refund.failure_reason }),
  };
}

/**
 * The line about a refund: how it stands, and what it waits for. One to a bank account takes days and may wait for the
 * customer to name one: https://docs.stripe.com/payments/bank-transfers#refund
 */
export function refundDetails(refund: Stripe.Refund): Record<string, string> {
  const waits = refund.status === 'requires_action';
  const lacking = refund.status === 'pending' ? LACKING[refund.pending_reason ?? ''] : undefined;
  const { email_sent: asked, expires_at: until } = refund.next_action?.display_details ?? {};
  const ends = until == null ? '' : ` until ${timeOf(until).slice(0, 10)}`;
  const state = waits
    ? `Stripe asked ${asked?.email_sent_to ?? 'the customer'} for a bank account and waits${ends}`
    : (lacking ?? refund.failure_reason ?? refund.status ?? 'unknown');
  return { [`Refund ${refund.id}`]: `${amountText(refund.amount, refund.currency)}: ${state}` };
}

/** Whether this refund gave money back before capture: Stripe lists a released authorization as a refund. */
export function isRelease(refund: Stripe.Refund): boolean {
  return refund.reason === 'expired_uncaptured_charge';
}

/** The latest charge when it came along with the intent. */
export function chargeOf(intent: Stripe.PaymentIntent): Stripe.Charge | undefined {
  return typeof intent.latest_charge === 'object' && intent.latest_charge !== null ? intent.latest_charge : undefined;
}

/** The ids of an intent's objects. */
export function intentReferences(intent: Stripe.PaymentIntent): Reference[] {
  const charge = idOf(intent.latest_charge);
  const customer = idOf(intent.customer);
  return [
    { kind: 'payment', id: intent.id },
    ...(charge === undefined ? [] : [{ kind: 'charge' as const, id: charge, parent: intent.id }]),
    ...(customer === undefined ? [] : [{ kind: 'customer' as const, id: customer, parent: intent.id }]),
  ];
}

/**
 * The payment a refund belongs to. A refund of money that was never applied to the payment has none at Stripe, so we
 * write it down ourselves.
 */
export function refundedIntent(refund: Stripe.Refund): string | undefined {
  return idOf(refund.payment_intent) ?? refund.metadata?.psp_transaction_id;
}

/** The ids of a refund, its charge and its payment. */
export function refundReferences(refund: Stripe.Refund): Reference[] {
  const payment = refundedIntent(refund);
  const parent = payment === undefined ? {} : { parent: payment };
  return [
    ...(payment === undefined ? [] : [{ kind: 'payment' as const, id: payment }]),
    { kind: 'refund', id: refund.id, ...parent },
  ];
}

/** What a refund waits for that Stripe keeps back: https://docs.stripe.com/refunds#insufficient-balance */
const LACKING: Readonly<Record<string, string>> = {
  insufficient_funds: 'waits until your Stripe balance is topped up',
  charge_pending: 'waits until the payment has arrived at Stripe',
};

/** Lines for the shop's order view: brand and last four digits are all of the card that is ever shown. */
export function chargeDetails(charge: Stripe.Charge | undefined): Record<string, string> {
  if (charge === undefined) return {};
  const { type, card } = charge.payment_method_details ?? {};
  return {
    stripeCharge: charge.id,
    ...(type === undefined ? {} : { stripePaymentMethod: type }),
    ...(DELAYED_TYPES.has(type ?? '') && charge.status === 'succeeded' ? { [DEBIT_LINE]: 'paid by the bank' } : {}),
    ...(card?.brand == null ? {} : { cardBrand: card.brand }),
    ...(card?.last4 == null ? {} : { cardLast4: card.last4 }),
  };
}

/** The id of something that Stripe may send as an id or as a whole object. */
export function idOf(value: string | { id: string } | null | undefined): string | undefined {
  if (value === null || value === undefined) return undefined;
  return typeof value === 'string' ? value : value.id;
}
