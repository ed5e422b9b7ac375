/** A payment intent nothing has happened to yet. */
import type Stripe from 'stripe';
import type { Call } from '../core/call.js';
import { lettersOf, newId } from '../core/call.js';
import { configurationId } from './configurations.js';
import type { Intent } from './intents.js';

/** What is known when an intent begins. */
export interface Beginning {
  id: string;
  amount: number;
  currency: string;
  automatic: Stripe.PaymentIntent.AutomaticPaymentMethods | null;
  allowed: Intent['allowed_payment_method_types'];
}

/** An intent nothing has happened to; which payment methods fit it is decided once its fields are filled. */
export function freshIntent(call: Call, given: Beginning): Intent {
  const { id, automatic } = given;
  return {
    id,
    object: 'payment_intent',
    allowed_payment_method_types: given.allowed,
    amount: given.amount,
    amount_capturable: 0,
    amount_details: { tip: {} },
    amount_received: 0,
    application: null,
    application_fee_amount: null,
    automatic_payment_methods: automatic,
    canceled_at: null,
    cancellation_reason: null,
    capture_method: 'automatic_async',
    client_secret: `${id}_secret_${lettersOf(newId(call.tx, 'secret'), 25)}`,
    confirmation_method: 'automatic',
    created: call.now,
    currency: given.currency,
    customer: null,
    customer_account: null,
    description: null,
    excluded_payment_method_types: null,
    last_payment_error: null,
    latest_charge: null,
    livemode: false,
    managed_payments: null,
    metadata: {},
    next_action: null,
    on_behalf_of: null,
    payment_method: null,
    payment_method_configuration_details: automatic ? { id: configurationId(call.account), parent: null } : null,
    payment_method_options: null,
    payment_method_types: [],
    payment_record: null,
    processing: null,
    receipt_email: null,
    review: null,
    setup_future_usage: null,
    shipping: null,
    source: null,
    statement_descriptor: null,
    statement_descriptor_suffix: null,
    status: 'requires_payment_method',
    transfer_group: null,
  } satisfies Intent;
}
