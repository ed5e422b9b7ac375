/** What becomes of a refund that was not done at once: it arrives, comes back, expires, is canceled. */
import type Stripe from 'stripe';
import type { Call } from '../core/call.js';
import { invalidParameter } from '../core/errors.js';
import { book } from '../core/jobs.js';
import { DELAYED_OUTCOME_SECONDS } from '../core/time.js';
import { emit } from '../webhooks/emit.js';
import { bookMovement } from './balance.js';
import { moveCash } from './cash-balance.js';
import { findCharge } from './charges.js';
import { findRefund, setRefunded } from './refund-records.js';

function told(call: Call, refund: Stripe.Refund, before: object): Stripe.Refund {
  call.tx.put('refunds', call.account, refund);
  emit(call, 'refund.updated', refund, before);
  if (refund.status === 'failed') emit(call, 'refund.failed', refund);
  if (refund.charge !== null) emit(call, 'charge.refund.updated', refund, before);
  return refund;
}

/** A pending refund arrives. Nothing happens to one that is no longer pending. */
export function settleRefund(call: Call, id: string): Stripe.Refund {
  const refund = findRefund(call, id);
  if (refund.status !== 'pending') return refund;
  const { pending_reason, ...rest } = refund;
  return told(call, { ...rest, status: 'succeeded' }, { status: 'pending', pending_reason });
}

/** A refund comes back, also one that had succeeded. Its money returns; nothing happens to one that failed before. */
export function bounceRefund(call: Call, id: string): Stripe.Refund {
  const refund = findRefund(call, id);
  if (refund.status === 'failed' || refund.status === 'canceled') return refund;
  const card = refund.destination_details?.type === 'card';
  return end(call, refund, 'failed', card ? 'expired_or_canceled_card' : 'declined');
}

/** The buyer never said where the money should go. 400 unless that is what the refund waits for. */
export function expireRefund(call: Call, id: string): Stripe.Refund {
  return end(call, waitingForBuyer(call, id), 'failed', 'unknown');
}

/** Gives up a refund the buyer still has to name a bank account for. 400 in any other state. */
export function cancelRefund(call: Call, id: string): Stripe.Refund {
  return end(call, waitingForBuyer(call, id), 'canceled');
}

/** The buyer names a bank account; the refund is on its way. 400 unless that is what it waits for. */
export function giveBankDetails(call: Call, id: string): Stripe.Refund {
  const { next_action, ...rest } = waitingForBuyer(call, id);
  book(call, 'refund_succeeds', id, call.nowMs + DELAYED_OUTCOME_SECONDS * 1000);
  const going: Stripe.Refund = {
    ...rest,
    status: 'pending',
    pending_reason: 'processing',
    destination_details: {
      eu_bank_transfer: { reference: null, reference_status: 'pending' },
      type: 'eu_bank_transfer',
    },
  };
  return told(call, going, { status: 'requires_action', next_action });
}

/** The delayed form of `expireRefund`: nothing happens to a refund that moved on. */
export function expireUnanswered(call: Call, id: string): void {
  if (findRefund(call, id).status === 'requires_action') expireRefund(call, id);
}

function waitingForBuyer(call: Call, id: string): Stripe.Refund {
  const refund = findRefund(call, id);
  if (refund.status === 'requires_action') return refund;
  const message = `Refund ${refund.id} has status ${String(refund.status)}; only a refund that requires action can be changed this way.`;
  throw invalidParameter('id', message);
}

/** The money returns to where it was taken from: the account, or the customer's cash balance. */
function end(call: Call, refund: Stripe.Refund, status: 'failed' | 'canceled', reason?: string): Stripe.Refund {
  const { pending_reason: _pending, next_action: _action, ...rest } = refund;
  const charge = typeof refund.charge === 'string' ? findCharge(call, refund.charge) : null;
  const entry =
    charge === null
      ? null
      : bookMovement(call, {
          amount: refund.amount,
          currency: refund.currency,
          type: 'refund_failure',
          notCard: charge.payment_method_details?.type !== 'card',
          source: refund.id,
          description: status === 'failed' ? 'REFUND FAILURE' : 'REFUND CANCELED',
        });
  const next = told(
    call,
    {
      ...rest,
      status,
      ...(reason === undefined ? {} : { failure_reason: reason }),
      ...(entry === null ? {} : { failure_balance_transaction: entry.id }),
    },
    { status: refund.status },
  );
  if (charge !== null) setRefunded(call, charge, -refund.amount);
  else if (typeof refund.customer === 'string') {
    moveCash(call, {
      customer: refund.customer,
      currency: refund.currency,
      amount: refund.amount,
      type: 'return_canceled',
    });
  }
  return next;
}
