/** Actions of buyers, banks and networks: debits answered, transfers sent, pages decided, disputes, warnings, reviews. */
import type Stripe from 'stripe';
import type { Call } from '../core/call.js';
import { invalidParameter, missing } from '../core/errors.js';
import { decideChallenge } from '../resources/attempts.js';
import { fundCash, referenceOf, remainingOf } from '../resources/bank-transfers.js';
import { decideDebit } from '../resources/debits.js';
import { closeDispute, findDispute, openDispute } from '../resources/disputes.js';
import { warnOfFraud } from '../resources/early-fraud-warnings.js';
import { findIntent, latestChargeOf, noteOf } from '../resources/intents.js';
import { expireRefund, giveBankDetails } from '../resources/refund-ends.js';
import { closeReview, openReview } from '../resources/reviews.js';
import type { Action, ActionParams } from './action.js';

/** `succeed` or `fail`, whatever the parameter may say; 400 otherwise. */
export function outcomeOf({ outcome }: ActionParams): 'succeed' | 'fail' {
  if (outcome !== 'succeed' && outcome !== 'fail') throw invalidParameter('outcome', 'outcome is succeed or fail');
  return outcome;
}

/** The buyer's decision on the page that is open for this intent. */
export function decideOpen(call: Call, params: ActionParams): object {
  const intent = findIntent(call, params.payment_intent ?? '');
  const { attempt } = noteOf(call, intent);
  if (attempt === null) throw missing('challenge', intent.id, 'payment_intent');
  return decideChallenge(call, attempt, outcomeOf(params));
}

function chargeOf(call: Call, params: ActionParams): Stripe.Charge {
  const intent = findIntent(call, params.payment_intent ?? '');
  const charge = latestChargeOf(call, intent);
  if (!charge) throw missing('charge', intent.id, 'payment_intent');
  return charge;
}

function fund(call: Call, params: ActionParams): object {
  const intent = params.payment_intent === undefined ? undefined : findIntent(call, params.payment_intent);
  const customer = params.customer ?? (typeof intent?.customer === 'string' ? intent.customer : undefined);
  if (customer === undefined) throw invalidParameter('customer', 'Give a customer, or a payment_intent of one.');
  const amount = Number(params.amount ?? (intent ? remainingOf(intent) : NaN));
  if (!Number.isInteger(amount) || amount < 1)
    throw invalidParameter('amount', 'amount is a whole number of 1 or more.', 'parameter_invalid_integer');
  const reference = params.reference ?? (intent ? referenceOf(intent) : undefined);
  fundCash(call, customer, {
    amount,
    currency: params.currency ?? intent?.currency ?? 'eur',
    ...(reference === undefined ? {} : { reference }),
    senderUnknown: params.sender === 'unknown',
  });
  if (intent) return findIntent(call, intent.id);
  const entries = call.tx.all('cash_transactions', call.account);
  return entries.findLast((entry) => entry.customer === customer && entry.type === 'funded') ?? {};
}

function close(call: Call, params: ActionParams): object {
  const { outcome } = params;
  if (outcome !== 'won' && outcome !== 'lost') throw invalidParameter('outcome', 'outcome is won or lost');
  const id =
    params.dispute ??
    call.tx.all('disputes', call.account).findLast((row) => row.payment_intent === params.payment_intent)?.id;
  if (id === undefined) throw missing('dispute', params.payment_intent ?? '', 'dispute');
  return closeDispute(call, findDispute(call, id), outcome);
}

const CLOSED_REASONS = ['acknowledged', 'approved', 'canceled', 'disputed', 'refunded', 'refunded_as_fraud'] as const;

function endReview(call: Call, params: ActionParams): object {
  const reason = CLOSED_REASONS.find((known) => known === (params.reason ?? 'approved'));
  if (!reason) throw invalidParameter('reason', `reason is one of ${CLOSED_REASONS.join(', ')}`);
  const id = params.review ?? String(findIntent(call, params.payment_intent ?? '').review);
  return closeReview(call, id, reason);
}

export const BUYER_ACTIONS: Record<string, Action> = {
  redirect: { subjects: ['payment_intent'], run: decideOpen },
  settle_debit: {
    subjects: ['payment_intent'],
    run: (call, params) => decideDebit(call, findIntent(call, params.payment_intent ?? ''), outcomeOf(params)),
  },
  fund_cash_balance: { subjects: ['payment_intent', 'customer'], run: fund },
  give_bank_details: { subjects: ['refund'], run: (call, params) => giveBankDetails(call, params.refund ?? '') },
  expire_refund: { subjects: ['refund'], run: (call, params) => expireRefund(call, params.refund ?? '') },
  open_dispute: {
    subjects: ['payment_intent'],
    run: (call, params) => openDispute(call, chargeOf(call, params), params.reason),
  },
  close_dispute: { subjects: ['dispute', 'payment_intent'], run: close },
  early_fraud_warning: {
    subjects: ['payment_intent'],
    run: (call, params) => warnOfFraud(call, chargeOf(call, params), params.reason),
  },
  open_review: {
    subjects: ['payment_intent'],
    run: (call, params) => openReview(call, findIntent(call, params.payment_intent ?? '')),
  },
  close_review: { subjects: ['review', 'payment_intent'], run: endReview },
};
