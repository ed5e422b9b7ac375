/** Payment intents as records: found, changed, refused, shown to a browser. */
import type Stripe from 'stripe';
import type { Call } from '../core/call.js';
import { missing, wrongState } from '../core/errors.js';
import type { ApiError } from '../core/errors.js';
import { emit } from '../webhooks/emit.js';
import type { IntentNote } from './notes.js';

export type Intent = Stripe.PaymentIntent;

/** The intent with this id; 404 otherwise, and 404 for a browser that does not know its client secret. */
export function findIntent(call: Call, id: string, clientSecret?: string): Intent {
  const intent = call.tx.get('payment_intents', call.account, id);
  if (!intent) throw missing('payment_intent', id, 'intent');
  if (call.browser && intent.client_secret !== clientSecret) {
    throw wrongState(
      'payment_intent_invalid_parameter',
      'The client_secret provided does not match the client_secret associated with the PaymentIntent.',
      {
        param: 'client_secret',
      },
    );
  }
  return intent;
}

/** Stores changed fields and answers the intent as it is now. */
export function change(call: Call, intent: Intent, fields: Partial<Intent>): Intent {
  const next: Intent = { ...intent, ...fields };
  call.tx.put('payment_intents', call.account, next);
  return next;
}

/** The simulator's own record beside the intent. */
export function noteOf(call: Call, intent: { id: string }): IntentNote {
  return (
    call.tx.get('intent_notes', call.account, intent.id) ?? {
      id: intent.id,
      attempt: null,
      returnUrl: null,
      captures: [],
    }
  );
}

/** 400 `payment_intent_unexpected_state`, with the intent inside as Stripe sends it. */
export function unexpectedState(intent: Intent, verb: string, allowed: string): ApiError {
  const message = `You cannot ${verb} this PaymentIntent because it has a status of ${intent.status}. Only a PaymentIntent with one of the following statuses may be ${verb === 'cancel' ? 'canceled' : `used for this`}: ${allowed}.`;
  return wrongState('payment_intent_unexpected_state', message, { payment_intent: intent });
}

/** How money is taken for this type of payment method: its own option, else the intent's. */
export function captureMethodOf(intent: Intent, type: string): string {
  const options = (intent.payment_method_options ?? {}) as Record<string, { capture_method?: string } | undefined>;
  return options[type]?.capture_method ?? intent.capture_method;
}

/** The charge of the latest attempt, when there is one. */
export function latestChargeOf(call: Call, intent: Intent): Stripe.Charge | undefined {
  const { latest_charge } = intent;
  return typeof latest_charge === 'string' ? call.tx.get('charges', call.account, latest_charge) : undefined;
}

/** An open challenge of this intent no longer counts. */
export function dropChallenge(call: Call, intent: Intent): void {
  const { attempt } = noteOf(call, intent);
  const open = attempt === null ? undefined : call.tx.get('attempts', call.account, attempt);
  if (open?.status === 'open') call.tx.put('attempts', call.account, { ...open, status: 'replaced' });
}

/** The attempt is over without money: another payment method is needed. */
export function failAttempt(call: Call, intent: Intent, error: Stripe.PaymentIntent.LastPaymentError): Intent {
  const failed = change(call, intent, {
    status: 'requires_payment_method',
    payment_method: null,
    next_action: null,
    last_payment_error: error,
  });
  emit(call, 'payment_intent.payment_failed', failed);
  return failed;
}

const SHOWN_TO_BROWSERS = new Set([
  'id',
  'object',
  'allowed_payment_method_types',
  'amount',
  'amount_details',
  'automatic_payment_methods',
  'canceled_at',
  'cancellation_reason',
  'capture_method',
  'client_secret',
  'confirmation_method',
  'created',
  'currency',
  'description',
  'excluded_payment_method_types',
  'last_payment_error',
  'livemode',
  'next_action',
  'payment_method',
  'payment_method_configuration_details',
  'payment_method_options',
  'payment_method_types',
  'processing',
  'receipt_email',
  'setup_future_usage',
  'shipping',
  'source',
  'status',
]);

/** What a publishable key gets to see: no metadata, no customer, no charge. */
export function forBrowser(intent: object): object {
  return Object.fromEntries(Object.entries(intent).filter(([field]) => SHOWN_TO_BROWSERS.has(field)));
}
