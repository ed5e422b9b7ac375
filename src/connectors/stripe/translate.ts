/**
 * What each of Stripe's events means for a payment. An event is a hint that something changed: what it shows becomes
 * facts with Stripe's time, and what it shows too thinly is read back.
 */
import type Stripe from 'stripe';
import type { Context, WebhookEvent, WebhookTranslation } from '../../kit/index.js';
import { fromStripeAmount } from './amounts.js';
import { accountNewsOf } from './account-events.js';
import { API_VERSION } from './api.js';
import { disputeDetails, disputeFact, reviewDetails, warningDetails } from './disputes.js';
import {
  chargeAuthorizedFact,
  awaitsTransfer,
  cameBack,
  chargeDetails,
  waitingDetails,
  failureOf,
  idOf,
  intentFacts,
  intentReferences,
  isRelease,
  lineTime,
  refundDetails,
  refundFact,
  refundedIntent,
  refundReferences,
  timeOf,
} from './facts.js';
import { transferDetails } from './bank-transfer.js';
import { awaitsVoucher, delayDetails } from './delays.js';
import { DELAYED_TYPES } from './methods.js';
import { isHalf } from './split-refunds.js';
import type { EventBody } from './webhooks.js';
import { parseEvent, paymentReferenceOf, transferOf } from './webhooks.js';

type Translate = (event: EventBody, at: string) => WebhookTranslation;

const TRANSLATIONS: Readonly<Record<string, Translate>> = {
  'payment_intent.amount_capturable_updated': intentChanged,
  'payment_intent.canceled': seenWithCharge,
  'payment_intent.processing': seenWithCharge,
  'payment_intent.succeeded': intentChanged,
  'payment_intent.payment_failed': attemptFailed,
  'payment_intent.created': (event) => ignored(event, 'nothing follows from a new payment intent'),
  'payment_intent.requires_action': customerActs,
  'payment_intent.partially_funded': readBack,
  'customer_cash_balance_transaction.created': readBack,
  'cash_balance.funds_available': readBack,
  'charge.succeeded': chargeChanged,
  'charge.captured': chargeChanged,
  'charge.updated': chargeChanged,
  'charge.pending': (event) => ignored(event, 'payment_intent.processing tells the same'),
  'charge.failed': chargeFailed,
  'charge.expired': readBack,
  'charge.refunded': readBack,
  'refund.created': refundChanged,
  'refund.updated': refundChanged,
  'refund.failed': refundChanged,
  'charge.refund.updated': refundChanged,
  'charge.dispute.created': disputeChanged,
  'charge.dispute.updated': disputeChanged,
  'charge.dispute.closed': disputeChanged,
  'charge.dispute.funds_withdrawn': disputeChanged,
  'charge.dispute.funds_reinstated': disputeChanged,
  'radar.early_fraud_warning.created': (event) => noted(event, warningDetails(objectIn(event))),
  'review.opened': (event) => noted(event, reviewDetails(objectIn(event))),
  'review.closed': (event) => noted(event, reviewDetails(objectIn(event))),
  'transfer.created': (event) => ignored(event, 'no transfer in it'),
  'transfer.updated': (event) => ignored(event, 'no transfer in it'),
  'transfer.reversed': (event) => ignored(event, 'no transfer in it'),
};

/** Events after which something else is to be expected. */
const BEGINNINGS: ReadonlySet<string> = new Set([
  'payment_intent.processing', 'payment_intent.requires_action', 'charge.dispute.created', 'review.opened', 'refund.created',
]); // prettier-ignore

/** Objects that carry our mark: Stripe copies the metadata of an intent to its charges. Refunds and disputes have none. */
const MARKED: ReadonlySet<unknown> = new Set(['payment_intent', 'charge']);

/** Pure: the stored body and one of its events. An account may have payments of other programs, too. */
export function translate(
  body: Uint8Array,
  wanted: WebhookEvent,
  { tenant }: Pick<Context, 'tenant'>,
): WebhookTranslation {
  const event = parseEvent(body);
  if (event === undefined || event.id !== wanted.id) return { facts: [], references: [], ignored: 'no such event' };
  const { object, metadata } = (event.data?.object ?? {}) as {
    object?: unknown;
    metadata?: Record<string, string> | null;
  };
  const isForeign = MARKED.has(object) && metadata?.psp_tenant !== tenant.hash;
  return { ...meaningOf(event), ...(isForeign ? { isForeign } : {}) };
}

function meaningOf(event: EventBody): WebhookTranslation {
  const account = accountNewsOf(event);
  if (account !== undefined) return { facts: [], references: [], account };
  if (!Object.hasOwn(TRANSLATIONS, event.type)) return ignored(event, `${event.type} is not used`);
  const object = event.data?.object;
  const transfer = transferOf(event);
  if (transfer !== undefined) return { facts: [], references: [], transfer: newsOf(transfer) };
  if (typeof event.created !== 'number' || object === undefined || event.api_version !== API_VERSION) {
    return readBack(event);
  }
  const metadata = object.metadata as Record<string, string> | null | undefined;
  if (metadata?.psp_probe !== undefined) return ignored(event, 'a check of the settings');
  if (object.object !== objectOf(event.type)) return ignored(event, `${event.type} holds another object`);
  const at = timeOf(event.created);
  const meaning = TRANSLATIONS[event.type]!(event, at);
  return meaning.details === undefined ? meaning : { ...meaning, at: lineTime(at, !BEGINNINGS.has(event.type)) };
}

/** Somebody may have taken a transfer back in the dashboard. The same in every version of the API. */
function newsOf({ id, reversed, currency }: NonNullable<ReturnType<typeof transferOf>>) {
  return { transferId: id, reversed: fromStripeAmount(reversed, currency) };
}

/** The object an event is about; two families of charge events are about what hangs on the charge. */
function objectOf(type: string): string {
  if (type.startsWith('charge.dispute.')) return 'dispute';
  if (type === 'charge.refund.updated') return 'refund';
  return type.slice(0, type.lastIndexOf('.'));
}

/** The object of an event whose kind was checked. */
function objectIn<Kind>(event: EventBody): Kind {
  return event.data!.object as unknown as Kind;
}

function intentChanged(event: EventBody, at: string): WebhookTranslation {
  const intent = objectIn<Stripe.PaymentIntent>(event);
  const details = waitingDetails(intent);
  return {
    facts: intentFacts(intent, at),
    references: intentReferences(intent),
    ...(Object.keys(details).length === 0 ? {} : { details }),
  };
}

/** What was reserved before it was released, and how long a bank may take, says only the charge, when there is one. */
function seenWithCharge(event: EventBody, at: string): WebhookTranslation {
  const intent = objectIn<Stripe.PaymentIntent>(event);
  return typeof intent.latest_charge === 'string' ? readBack(event) : intentChanged(event, at);
}

/** Only a customer with a bank transfer to send or a voucher to pay will be gone for days; others are still paying. */
function customerActs(event: EventBody, at: string): WebhookTranslation {
  const intent = objectIn<Stripe.PaymentIntent>(event);
  const details = { ...transferDetails(intent), ...delayDetails(intent) };
  const isGone = awaitsTransfer(intent) || awaitsVoucher(intent);
  if (!isGone) return ignored(event, 'the customer is still paying');
  return { facts: intentFacts(intent, at), references: intentReferences(intent), details };
}

/**
 * A failed attempt may be repeated and is no fact, except for a debit or a voucher that came back days later: the customer is gone
 * by then, so the payment has failed for good.
 */
function attemptFailed(event: EventBody, at: string): WebhookTranslation {
  const intent = objectIn<Stripe.PaymentIntent>(event);
  const reason = failureOf(intent);
  const references = intentReferences(intent);
  if (cameBack(intent) || event.data?.previous_attributes?.status === 'processing') {
    const details = waitingDetails(intent);
    return { facts: [{ kind: 'authorization_failed', at, reason, open: true }], references, details };
  }
  return { facts: [], references, ignored: 'the customer may try again' };
}

/** Of a debit that came back only the payment intent says what follows; every other failure may be tried again. */
function chargeFailed(event: EventBody): WebhookTranslation {
  const { payment_method_details: paidBy } = objectIn<Stripe.Charge>(event);
  if (DELAYED_TYPES.has(paidBy?.type ?? '')) return readBack(event);
  return ignored(event, 'payment_intent.payment_failed tells the same');
}

/** Tells the card and until when the authorization lasts; that money was taken is told by the payment intent. */
function chargeChanged(event: EventBody): WebhookTranslation {
  const charge = objectIn<Stripe.Charge>(event);
  const open = event.type === 'charge.succeeded' && charge.status === 'succeeded' && !charge.captured;
  const parent = idOf(charge.payment_intent);
  if (parent === undefined) return ignored(event, 'a charge without a payment intent');
  if (isBooked(event, charge)) return readBack(event);
  return {
    facts: open ? [chargeAuthorizedFact(charge)] : [],
    references: [
      { kind: 'payment', id: parent },
      { kind: 'charge', id: charge.id, parent },
    ],
    details: chargeDetails(charge),
  };
}

/** Whether money was booked just now: what Stripe keeps of it and what else arrived is read back. */
function isBooked({ type, data }: EventBody, charge: Stripe.Charge): boolean {
  const changed = data?.previous_attributes ?? {};
  return (
    typeof charge.balance_transaction === 'string' && (type !== 'charge.updated' || 'balance_transaction' in changed)
  );
}

function refundChanged(event: EventBody, at: string): WebhookTranslation {
  const refund = objectIn<Stripe.Refund>(event);
  if (isRelease(refund)) return ignored(event, 'a released authorization');
  // Unapplied money that somebody sent back by hand belongs to no payment intent, but to the order's customer.
  const belongs = refundedIntent(refund) ?? idOf(refund.customer);
  if (belongs === undefined) return ignored(event, 'a refund without a payment intent');
  if (isHalf(refund)) return readBack(event);
  return {
    facts: [refundFact(refund, at)],
    references: refundReferences(refund),
    details: refundDetails(refund),
  };
}

/** A dispute moves no status: the money is Stripe's to hold back, and people look at it. */
function disputeChanged(event: EventBody, at: string): WebhookTranslation {
  const dispute = objectIn<Stripe.Dispute>(event);
  const details = disputeDetails(dispute);
  return { facts: [disputeFact(dispute, at)], references: paymentOf(event), details, attention: event.type };
}

function noted(event: EventBody, details: Record<string, string>): WebhookTranslation {
  return { facts: [], references: paymentOf(event), details, attention: event.type };
}

function readBack(event: EventBody): WebhookTranslation {
  return { facts: [], references: paymentOf(event), readBack: true };
}

function ignored(event: EventBody, why: string): WebhookTranslation {
  return { facts: [], references: paymentOf(event), ignored: why };
}

function paymentOf(event: EventBody): WebhookTranslation['references'] {
  const id = paymentReferenceOf(event);
  // A customer's id leads to the payment, but is not one of a payment.
  return id === undefined || id.startsWith('cus_') ? [] : [{ kind: 'payment', id }];
}
