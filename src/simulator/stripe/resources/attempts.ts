/** One attempt to pay an intent: ask the instrument, then leave the intent, its charge and the events behind. */
import type Stripe from 'stripe';
import { newId } from '../core/call.js';
import type { Call } from '../core/call.js';
import { ApiError } from '../core/errors.js';
import { book } from '../core/jobs.js';
import { emit } from '../webhooks/emit.js';
import { awaitTransfer } from './bank-transfers.js';
import { capturePart } from './captures.js';
import { releaseFunds } from './cash-balance.js';
import { createCharge } from './charges.js';
import { startDebit } from './debits.js';
import type { MandateRequest } from './mandates.js';
import { INSTRUMENTS } from './instruments.js';
import type { Outcome } from './instruments.js';
import { captureMethodOf, change, dropChallenge, failAttempt, noteOf } from './intents.js';
import type { Intent } from './intents.js';
import { ruleOf } from './method-types.js';
import type { MethodType } from './method-types.js';
import { attach } from './payment-methods.js';

/** How this attempt was asked for. */
export interface AttemptRequest {
  authenticated: boolean;
  offSession: boolean;
  errorOnAction: boolean;
  useStripeSdk: boolean;
  returnUrl: string | null;
  /** What a debit may rest on. */
  mandate: MandateRequest;
}

/** Runs the attempt. Throws 402 with the intent inside when it is declined; what happened stays. */
export function attemptPayment(
  call: Call,
  intent: Intent,
  method: Stripe.PaymentMethod,
  request: AttemptRequest,
): Intent {
  releaseFunds(call, intent);
  const outcome = INSTRUMENTS[method.type as MethodType](call, intent, method, request);
  if (outcome.kind === 'authorized') return authorized(call, intent, method, outcome.authenticated);
  if (outcome.kind === 'declined') throw declinedError(declined(call, intent, method, outcome));
  if (outcome.kind === 'debit') return startDebit(call, intent, method, request.mandate);
  if (request.errorOnAction) {
    const decline = {
      code: 'authentication_required',
      decline_code: 'authentication_not_handled',
      message: 'This payment required an authentication action to complete, but `error_on_requires_action` was set.',
    };
    throw declinedError(declined(call, intent, method, { kind: 'declined', authenticated: false, decline }));
  }
  if (outcome.kind === 'transfer') return awaitTransfer(call, intent, method);
  return challenge(call, intent, method, request);
}

function authorized(call: Call, intent: Intent, method: Stripe.PaymentMethod, authenticated: boolean): Intent {
  const charge = createCharge(call, intent, method, { authenticated });
  const base = { latest_charge: charge.id, payment_method: method.id, next_action: null, last_payment_error: null };
  rememberMethod(call, intent, method, authenticated);
  if (captureMethodOf(intent, method.type) === 'manual') {
    emit(call, 'charge.succeeded', charge);
    const held = change(call, intent, { ...base, status: 'requires_capture', amount_capturable: intent.amount });
    const before =
      charge.payment_method_details?.card?.capture_before ?? call.now + (ruleOf(method.type).holdSeconds ?? 0);
    book(call, 'authorization_expires', intent.id, before * 1000);
    emit(call, 'payment_intent.amount_capturable_updated', held);
    return held;
  }
  const taken = capturePart(call, change(call, intent, base), charge, { amount: intent.amount, final: true });
  emit(call, 'charge.succeeded', taken.charge);
  emit(call, 'payment_intent.succeeded', taken.intent);
  return taken.intent;
}

/** A card paid with `setup_future_usage` is tied to the customer and does not ask for authentication again. */
function rememberMethod(call: Call, intent: Intent, method: Stripe.PaymentMethod, authenticated: boolean): void {
  if (!intent.setup_future_usage) return;
  if (typeof intent.customer === 'string') attach(call, method, intent.customer);
  const note = call.tx.get('method_notes', call.account, method.id);
  if (note) call.tx.put('method_notes', call.account, { ...note, setUp: authenticated });
}

function declined(
  call: Call,
  intent: Intent,
  method: Stripe.PaymentMethod,
  outcome: Outcome & { kind: 'declined' },
): Intent {
  const { decline } = outcome;
  const charge = createCharge(call, intent, method, outcome);
  emit(call, 'charge.failed', charge);
  const error: Stripe.PaymentIntent.LastPaymentError = {
    ...(decline.code === 'card_declined' ? { advice_code: 'try_again_later' } : {}),
    charge: charge.id,
    code: decline.code as Stripe.PaymentIntent.LastPaymentError['code'],
    ...(decline.decline_code ? { decline_code: decline.decline_code } : {}),
    doc_url: `https://stripe.com/docs/error-codes/${decline.code.replaceAll('_', '-')}`,
    message: decline.message,
    payment_method: method,
    type: 'card_error',
  };
  return failAttempt(call, change(call, intent, { latest_charge: charge.id }), error);
}

function declinedError(intent: Intent): ApiError {
  const error = intent.last_payment_error;
  return new ApiError(
    402,
    { ...(error as unknown as ApiError['body']), payment_intent: intent },
    { keepChanges: true },
  );
}

function challenge(call: Call, intent: Intent, method: Stripe.PaymentMethod, request: AttemptRequest): Intent {
  dropChallenge(call, intent);
  const attempt = newId(call.tx, 'payatt', 32);
  call.tx.put('attempts', call.account, {
    id: attempt,
    intent: intent.id,
    method: method.id,
    status: 'open',
    returnUrl: request.returnUrl,
  });
  call.tx.put('intent_notes', call.account, { ...noteOf(call, intent), attempt, returnUrl: request.returnUrl });
  const redirects = ruleOf(method.type).redirects;
  const url = `${call.origin}/_sim/${redirects ? `redirect/${method.type}` : '3ds'}/${attempt}`;
  const next_action: Stripe.PaymentIntent.NextAction =
    request.useStripeSdk && !redirects
      ? {
          type: 'use_stripe_sdk',
          use_stripe_sdk: {
            type: 'three_d_secure_redirect',
            stripe_js: url,
            source: attempt,
          } as Stripe.PaymentIntent.NextAction.UseStripeSdk,
        }
      : { type: 'redirect_to_url', redirect_to_url: { return_url: request.returnUrl, url } };
  const waiting = change(call, intent, {
    status: 'requires_action',
    payment_method: method.id,
    next_action,
    last_payment_error: null,
  });
  emit(call, 'payment_intent.requires_action', waiting);
  return waiting;
}

/** Decides an open challenge. Deciding it again changes nothing; answers the intent as it is. */
export function decideChallenge(call: Call, attemptId: string, outcome: 'succeed' | 'fail'): Intent {
  const attempt = call.tx.get('attempts', call.account, attemptId);
  const intent = attempt && call.tx.get('payment_intents', call.account, attempt.intent);
  if (!attempt || !intent) throw new Error(`no such attempt: ${attemptId}`);
  if (attempt.status !== 'open' || intent.status !== 'requires_action') return intent;
  call.tx.put('attempts', call.account, { ...attempt, status: outcome === 'succeed' ? 'succeeded' : 'failed' });
  const method = call.tx.get('payment_methods', call.account, attempt.method);
  if (!method) throw new Error(`no such payment method: ${attempt.method}`);
  if (outcome === 'fail') return refuseChallenge(call, intent, method);
  try {
    const request = {
      authenticated: true,
      offSession: false,
      errorOnAction: false,
      useStripeSdk: false,
      returnUrl: attempt.returnUrl,
      mandate: {},
    };
    return attemptPayment(call, intent, method, request);
  } catch (error) {
    if (error instanceof ApiError && error.keepChanges) return error.body.payment_intent as Intent;
    throw error;
  }
}

/** What a refusal on the buyer's side says, by type; a card's bank could not authenticate. */
const REFUSALS: Partial<Record<string, { code: Stripe.PaymentIntent.LastPaymentError.Code; message: string }>> = {
  amazon_pay: { code: 'payment_method_provider_decline', message: 'Amazon Pay declined this payment.' },
  ideal: { code: 'payment_intent_payment_attempt_failed', message: 'The payment failed.' },
  klarna: { code: 'payment_method_provider_decline', message: 'Klarna declined this payment.' },
  paypal: { code: 'payment_method_provider_decline', message: 'PayPal declined this payment.' },
};

function refuseChallenge(call: Call, intent: Intent, method: Stripe.PaymentMethod): Intent {
  const { code, message } = REFUSALS[method.type] ?? {
    code: 'payment_intent_authentication_failure',
    message:
      'We are unable to authenticate your payment method. Please choose a different payment method and try again.',
  };
  return failAttempt(call, intent, { code, message, payment_method: method, type: 'invalid_request_error' });
}
