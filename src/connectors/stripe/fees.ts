/** What Stripe keeps of a charge, from its balance transactions: https://docs.stripe.com/api/balance_transactions */
import type Stripe from 'stripe';
import type { Fact } from '../../kit/index.js';
import { amountText, fromStripeAmount } from './amounts.js';
import { timeOf } from './facts.js';

/** Movements of one charge that are looked through. */
const MOVEMENTS = 100;
/** Taken money; cards and other methods have different names for it. */
const TAKEN: ReadonlySet<string> = new Set(['charge', 'payment']);

/** The bookings of everything taken on this charge. One that was captured in parts has one for each part. */
export async function bookings(
  stripe: Stripe,
  charge: Stripe.Charge | undefined,
): Promise<Stripe.BalanceTransaction[]> {
  const latest = charge?.balance_transaction;
  if (charge === undefined || latest === null || typeof latest !== 'object') return [];
  if (latest.currency !== charge.currency || latest.amount === charge.amount_captured) return [latest];
  const { data } = await stripe.balanceTransactions.list({ source: charge.id, limit: MOVEMENTS });
  return data.filter(({ type }) => TAKEN.has(type));
}

/** The fee as a fact in the payment's currency; in another currency it is only a line for people. */
export function feeTold(
  charge: Stripe.Charge | undefined,
  booked: Stripe.BalanceTransaction[],
): { facts: Fact[]; details: Record<string, string> } {
  const first = booked[0];
  if (charge === undefined || first === undefined) return { facts: [], details: {} };
  const fee = booked.reduce((sum, { fee: part }) => sum + part, 0);
  if (first.currency !== charge.currency) {
    return { facts: [], details: { 'Stripe fee': amountText(fee, first.currency) } };
  }
  const at = timeOf(Math.max(...booked.map(({ created }) => created)));
  return { facts: [{ kind: 'fee', amount: fromStripeAmount(fee, charge.currency), at }], details: {} };
}
