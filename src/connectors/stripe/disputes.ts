/** Disputes, early fraud warnings and reviews: told as facts and lines for people; none of them moves a status. */
import type Stripe from 'stripe';
import type { Fact } from '../../kit/index.js';
import { amountText, fromStripeAmount } from './amounts.js';

type DisputeState = Extract<Fact, { kind: 'dispute' }>['state'];

/** What Stripe's many stations of a dispute come down to: https://docs.stripe.com/disputes/how-disputes-work */
export function disputeState(status: string): DisputeState {
  if (status.startsWith('warning_')) return 'warning';
  if (status === 'won' || status === 'prevented') return 'won';
  return status === 'lost' ? 'lost' : 'open';
}

/** One dispute as it stands at this time. */
export function disputeFact(dispute: Stripe.Dispute, at: string): Fact {
  return {
    kind: 'dispute',
    disputeId: dispute.id,
    state: disputeState(dispute.status),
    amount: fromStripeAmount(dispute.amount, dispute.currency),
    reason: dispute.reason,
    at,
  };
}

/** The line in the shop's order view. */
export function disputeDetails(dispute: Stripe.Dispute): Record<string, string> {
  return { Dispute: `${dispute.status}, ${dispute.reason}, ${amountText(dispute.amount, dispute.currency)}` };
}

/** The line about a card network that suspects fraud before anybody disputes. */
export function warningDetails(warning: Stripe.Radar.EarlyFraudWarning): Record<string, string> {
  return { 'Early fraud warning': warning.fraud_type };
}

/** The line about a payment that a person at the shop should look at, or has looked at. */
export function reviewDetails(review: Stripe.Review): Record<string, string> {
  return { Review: review.open ? `open, ${review.reason}` : `closed, ${review.closed_reason ?? review.reason}` };
}

/** Every dispute of a payment. Asks only when the charge says that there is one. */
export async function listDisputes(stripe: Stripe, charge: Stripe.Charge | undefined): Promise<Stripe.Dispute[]> {
  if (charge?.disputed !== true) return [];
  return (await stripe.disputes.list({ charge: charge.id, limit: 100 })).data;
}
