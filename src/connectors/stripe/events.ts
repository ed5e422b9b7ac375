/** The events of Stripe we ask for. Those that only repeat what another one tells are left out. */
import type Stripe from 'stripe';

/** Types our registered endpoint receives: https://docs.stripe.com/api/events/types */
export const ENABLED_EVENTS = [
  'payment_intent.amount_capturable_updated',
  'payment_intent.canceled',
  'payment_intent.partially_funded',
  'payment_intent.payment_failed',
  'payment_intent.processing',
  'payment_intent.requires_action',
  'payment_intent.succeeded',
  'charge.succeeded',
  'charge.captured',
  'charge.updated',
  'charge.failed',
  'charge.expired',
  'customer_cash_balance_transaction.created',
  'cash_balance.funds_available',
  'charge.dispute.created',
  'charge.dispute.updated',
  'charge.dispute.closed',
  'charge.dispute.funds_withdrawn',
  'charge.dispute.funds_reinstated',
  'refund.created',
  'refund.updated',
  'refund.failed',
  'radar.early_fraud_warning.created',
  'review.opened',
  'review.closed',
  'transfer.created',
  'transfer.updated',
  'transfer.reversed',
] as const satisfies readonly Stripe.WebhookEndpointCreateParams.EnabledEvent[];
