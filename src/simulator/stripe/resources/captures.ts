/** Taking authorized money, once or in parts, and letting the rest go. */
import type Stripe from 'stripe';
import type { Call } from '../core/call.js';
import { wrongState } from '../core/errors.js';
import { book } from '../core/jobs.js';
import { mergedMetadata } from '../core/params.js';
import { DELAYED_OUTCOME_SECONDS } from '../core/time.js';
import { emit } from '../webhooks/emit.js';
import { bookMovement } from './balance.js';
import { releaseFunds } from './cash-balance.js';
import { changeCharge } from './charges.js';
import { change, dropChallenge, latestChargeOf, noteOf, unexpectedState } from './intents.js';
import type { Intent } from './intents.js';
import { aftermathOf } from './scripts.js';

/** At most this many captures per authorization: https://docs.stripe.com/payments/multicapture */
const MAX_CAPTURES = 50;

interface Part {
  amount: number;
  final: boolean;
}

/** Books one capture: charge, intent, balance. The final one releases what is left. No events. */
export function capturePart(
  call: Call,
  intent: Intent,
  charge: Stripe.Charge,
  part: Part,
): { intent: Intent; charge: Stripe.Charge } {
  const captured = charge.amount_captured + part.amount;
  const released = part.final ? Math.max(0, charge.amount - captured) : 0;
  const script = aftermathOf(call, charge.payment_method);
  const entry =
    part.amount === 0
      ? null
      : bookMovement(call, {
          amount: part.amount,
          currency: charge.currency,
          type: 'charge',
          source: charge.id,
          description: charge.description,
          availableAtOnce: script.available === true,
          notCard: charge.payment_method_details?.type !== 'card',
        });
  const taken = changeCharge(call, charge, {
    amount_captured: captured,
    amount_refunded: charge.amount_refunded + released,
    captured: part.final,
    balance_transaction: entry?.id ?? charge.balance_transaction,
  });
  const note = noteOf(call, intent);
  call.tx.put('intent_notes', call.account, {
    ...note,
    captures: [...note.captures, { amount: part.amount, at: call.now }],
  });
  if (script.dispute && part.amount > 0) {
    book(call, 'dispute_opens', charge.id, call.nowMs + DELAYED_OUTCOME_SECONDS * 1000);
  }
  const left = part.final ? 0 : Math.max(0, intent.amount_capturable - part.amount);
  const next = change(call, intent, {
    amount_received: captured,
    amount_capturable: left,
    status: part.final ? 'succeeded' : 'requires_capture',
  });
  return { intent: next, charge: taken };
}

export interface CaptureParams {
  amount_to_capture?: number;
  final_capture?: boolean;
  metadata?: Record<string, string> | null;
  statement_descriptor?: string | null;
  statement_descriptor_suffix?: string | null;
  payment_details?: Stripe.PaymentIntent.PaymentDetails | null;
}

/** Captures all, less, or (where the card allows) more or a part. 400 when the intent or the amount does not fit. */
export function capture(call: Call, intent: Intent, params: CaptureParams): Intent {
  const charge = latestChargeOf(call, intent);
  if (intent.status !== 'requires_capture' || !charge) throw captureRefused(intent);
  const card = charge.payment_method_details?.card;
  const several = card?.multicapture?.status === 'available';
  if (params.final_capture === false && !several) {
    throw wrongState(
      'capture_unsupported_payment_method',
      'This charge does not support multiple captures; `final_capture` cannot be false.',
      {
        param: 'final_capture',
      },
    );
  }
  const amount = params.amount_to_capture ?? intent.amount_capturable;
  const final = params.final_capture ?? true;
  checkCapture(intent, charge, amount, final);
  if (!final && noteOf(call, intent).captures.length >= MAX_CAPTURES - 1) {
    throw wrongState(
      'payment_intent_unexpected_state',
      `This PaymentIntent was captured ${MAX_CAPTURES - 1} times; the next capture must be final.`,
    );
  }
  const named = change(call, intent, {
    metadata: mergedMetadata(intent.metadata, params.metadata),
    ...(params.statement_descriptor === undefined ? {} : { statement_descriptor: params.statement_descriptor }),
    ...(params.statement_descriptor_suffix === undefined
      ? {}
      : { statement_descriptor_suffix: params.statement_descriptor_suffix }),
  });
  const taken = capturePart(call, named, charge, { amount, final });
  if (final) {
    emit(call, 'charge.captured', taken.charge);
    emit(call, 'payment_intent.succeeded', taken.intent);
  } else {
    emit(call, 'charge.updated', taken.charge, {
      amount_captured: charge.amount_captured,
      balance_transaction: charge.balance_transaction,
    });
    emit(call, 'payment_intent.amount_capturable_updated', taken.intent);
  }
  return taken.intent;
}

function checkCapture(intent: Intent, charge: Stripe.Charge, amount: number, final: boolean): void {
  const most =
    (charge.payment_method_details?.card?.overcapture?.maximum_amount_capturable ?? charge.amount) -
    charge.amount_captured;
  const least = final && charge.amount_captured > 0 ? 0 : 1;
  if (amount < least) {
    throw wrongState('parameter_invalid_integer', `This value must be greater than or equal to ${least}.`, {
      param: 'amount_to_capture',
    });
  }
  if (amount > most) {
    const message = `The requested capture amount is greater than the amount you can capture for this charge (${most} ${intent.currency}).`;
    throw wrongState('amount_too_large', message, { param: 'amount_to_capture' });
  }
}

function captureRefused(intent: Intent): Error {
  if (intent.status === 'succeeded') {
    const message = 'This PaymentIntent could not be captured because it has already been captured.';
    return wrongState('payment_intent_unexpected_state', message, { payment_intent: intent });
  }
  return unexpectedState(intent, 'capture', 'requires_capture');
}

/** Cancels what is not final. Authorized money is released. After a part was captured the intent ends as succeeded. */
export function cancel(call: Call, intent: Intent, reason: Stripe.PaymentIntent.CancellationReason | null): Intent {
  if (intent.status === 'succeeded' || intent.status === 'canceled') {
    throw unexpectedState(
      intent,
      'cancel',
      'requires_payment_method, requires_capture, requires_confirmation, requires_action, processing',
    );
  }
  dropChallenge(call, intent);
  releaseFunds(call, intent);
  const charge = latestChargeOf(call, intent);
  if (intent.status === 'processing' && charge) recallDebit(call, intent, charge);
  if (intent.status === 'requires_capture' && charge) {
    if (charge.amount_captured > 0) {
      const closed = capturePart(call, intent, charge, { amount: 0, final: true });
      emit(call, 'charge.captured', closed.charge);
      emit(call, 'payment_intent.succeeded', closed.intent);
      return closed.intent;
    }
    const released = changeCharge(call, charge, { amount_refunded: charge.amount, refunded: true });
    if (reason === 'automatic') emit(call, 'charge.expired', released);
    else emit(call, 'charge.refunded', released, { amount_refunded: 0, refunded: false });
  }
  const canceled = change(call, intent, {
    status: 'canceled',
    canceled_at: call.now,
    cancellation_reason: reason,
    amount_capturable: 0,
    next_action: null,
  });
  emit(call, 'payment_intent.canceled', canceled);
  return canceled;
}

/** A debit can be called back until it was sent to the bank. */
function recallDebit(call: Call, intent: Intent, charge: Stripe.Charge): void {
  if (call.nowMs > (noteOf(call, intent).cancelableUntil ?? 0)) {
    const message = `You cannot cancel this PaymentIntent: its debit was already sent to the bank.`;
    throw wrongState('payment_intent_unexpected_state', message, { payment_intent: intent });
  }
  changeCharge(call, charge, { status: 'failed', failure_message: 'The payment was canceled.' });
}

/** The authorization ended by itself; nothing happens when the money was taken or released before. */
export function expireAuthorization(call: Call, id: string): void {
  const intent = call.tx.get('payment_intents', call.account, id);
  if (intent?.status === 'requires_capture') cancel(call, intent, 'automatic');
}
