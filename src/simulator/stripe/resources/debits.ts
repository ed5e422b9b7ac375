/** Debits of bank accounts (SEPA, ACH): asked for now, answered by the bank later. */
import type Stripe from 'stripe';
import type { Call } from '../core/call.js';
import { invalidParameter } from '../core/errors.js';
import { book } from '../core/jobs.js';
import { emit } from '../webhooks/emit.js';
import { capturePart } from './captures.js';
import { changeCharge, createCharge } from './charges.js';
import { debitById } from './debit-accounts.js';
import type { DebitScript } from './debit-accounts.js';
import { change, failAttempt, latestChargeOf, noteOf } from './intents.js';
import type { Intent } from './intents.js';
import { mandateFor } from './mandates.js';
import type { MandateRequest } from './mandates.js';
import { attach } from './payment-methods.js';

/** How long one that never settles may be canceled. */
const ENDLESS_WINDOW_SECONDS = 60;

function accountOf(call: Call, method: string | null): DebitScript {
  const script = debitById(call.tx.get('method_notes', call.account, method ?? '')?.script ?? '');
  if (!script) throw new Error(`payment method without behaviour: ${String(method)}`);
  return script;
}

/** Sends the debit to the bank; the intent is `processing` until the bank answers. It may be canceled for the first
 * three quarters of that time. */
export function startDebit(call: Call, intent: Intent, method: Stripe.PaymentMethod, request: MandateRequest): Intent {
  const mandate = mandateFor(call, intent, method, request);
  const { delaySeconds } = accountOf(call, method.id);
  if (intent.setup_future_usage && typeof intent.customer === 'string') attach(call, method, intent.customer);
  const charge = createCharge(call, intent, method, { authenticated: false, pending: true, mandate: mandate.id });
  const cancelableUntil = call.nowMs + (delaySeconds === null ? ENDLESS_WINDOW_SECONDS * 1000 : delaySeconds * 750);
  call.tx.put('intent_notes', call.account, { ...noteOf(call, intent), cancelableUntil });
  if (delaySeconds !== null) book(call, 'debit_settles', charge.id, call.nowMs + delaySeconds * 1000);
  const waiting = change(call, intent, {
    status: 'processing',
    latest_charge: charge.id,
    payment_method: method.id,
    next_action: null,
    last_payment_error: null,
  });
  emit(call, 'payment_intent.processing', waiting);
  emit(call, 'charge.pending', charge);
  return waiting;
}

/** The bank answers what this account's script says. Nothing happens to a debit that is no longer open. */
export function settleDebit(call: Call, chargeId: string): void {
  const charge = call.tx.get('charges', call.account, chargeId);
  const intent = charge && call.tx.get('payment_intents', call.account, String(charge.payment_intent));
  if (intent?.status !== 'processing' || intent.latest_charge !== chargeId || charge?.status !== 'pending') return;
  answerDebit(call, intent, charge, accountOf(call, charge.payment_method).failure);
}

/** The bank answers this, whatever the account's script says. 400 when no debit of the intent is open. */
export function decideDebit(call: Call, intent: Intent, outcome: 'succeed' | 'fail'): Intent {
  const charge = latestChargeOf(call, intent);
  if (intent.status !== 'processing' || charge?.status !== 'pending')
    throw invalidParameter('payment_intent', `${intent.id} is ${intent.status}, it has no open debit.`);
  if (outcome === 'succeed') return answerDebit(call, intent, charge);
  const { failure } = accountOf(call, charge.payment_method);
  const otherwise = { code: 'generic_could_not_process', message: 'This payment could not be processed.' };
  return answerDebit(call, intent, charge, failure ?? otherwise);
}

function answerDebit(call: Call, intent: Intent, charge: Stripe.Charge, failure?: DebitScript['failure']): Intent {
  if (!failure) {
    const paid = changeCharge(call, charge, { status: 'succeeded', paid: true });
    const taken = capturePart(call, intent, paid, { amount: intent.amount, final: true });
    emit(call, 'charge.succeeded', taken.charge);
    emit(call, 'payment_intent.succeeded', taken.intent);
    return taken.intent;
  }
  const failed = changeCharge(call, charge, {
    status: 'failed',
    failure_code: failure.code,
    failure_message: failure.message,
    outcome: {
      ...(charge.outcome as Stripe.Charge.Outcome),
      network_status: 'declined_by_network',
      reason: failure.code,
      seller_message: 'The bank did not carry out this payment.',
      type: 'issuer_declined',
    },
  });
  emit(call, 'charge.failed', failed);
  const method = call.tx.get('payment_methods', call.account, charge.payment_method ?? '');
  return failAttempt(call, intent, {
    charge: charge.id,
    code: 'payment_intent_payment_attempt_failed',
    decline_code: failure.code,
    message: failure.message,
    ...(method ? { payment_method: method } : {}),
    type: 'card_error',
  });
}
