/**
 * Refunds of a surplus: money that arrived by bank transfer and was never applied to the payment goes back from the
 * customer's cash balance. Source: https://docs.stripe.com/payments/customer-balance/refunding
 */
import type Stripe from 'stripe';
import type { PaymentHandle } from '../../kit/index.js';
import { classify } from './errors.js';
import { idOf } from './facts.js';
import type { RefundParameters } from './payments.js';

/** How far before the asking a refund is looked for: clocks differ. */
const CLOCK_DIFFERENCE_S = 300;
/** Most refunds an account makes in the time that is looked through. */
const REFUND_LIMIT = 1000;

/** What lies unapplied in the cash balance of the order's customer, in Stripe's units. */
export async function surplusOf(stripe: Stripe, customer: string, currency: string): Promise<number> {
  const { available } = await stripe.customers.retrieveCashBalance(customer);
  return available?.[currency] ?? 0;
}

/** The same refund, out of the cash balance. */
export function fromCash(body: RefundParameters['body'], customer: string): Stripe.RefundCreateParams {
  const { payment_intent: _intent, ...rest } = body;
  return { ...rest, customer, origin: 'customer_balance' } as Stripe.RefundCreateParams;
}

/** The refunds an operation made. The payment lists none of a cash balance, so they are found by their time. */
export async function findRefunds(stripe: Stripe, operationId: string, askedAt: string): Promise<Stripe.Refund[]> {
  const since = Math.floor(Date.parse(askedAt) / 1000) - CLOCK_DIFFERENCE_S;
  const made = await stripe.refunds
    .list({ created: { gte: since }, limit: 100 })
    .autoPagingToArray({ limit: REFUND_LIMIT });
  return made.filter((refund) => refund.metadata?.psp_command_id === operationId);
}

/** Refunds we know of that the payment does not list. One that Stripe no longer knows is left out. */
export async function cashRefunds(
  stripe: Stripe,
  payment: PaymentHandle,
  listed: Stripe.Refund[],
): Promise<Stripe.Refund[]> {
  const known = new Set(listed.map(({ id }) => id));
  const others = payment.references.filter(({ kind, id }) => kind === 'refund' && !known.has(id));
  const found = await Promise.all(others.map(({ id }) => stripe.refunds.retrieve(id).catch(unlessGone)));
  return found.filter((refund) => refund !== undefined).filter((refund) => isOf(refund, payment));
}

/** Ours say for which payment they are; one that somebody made by hand belongs to the order's customer. */
function isOf(refund: Stripe.Refund, payment: PaymentHandle): boolean {
  const named = refund.metadata?.psp_transaction_id;
  if (named !== undefined) return named === payment.transactionId;
  return refund.payment_intent === null && idOf(refund.customer) === customerOf(payment);
}

/** The order's customer; a payment that was replaced keeps its customer. */
export function customerOf({ references }: PaymentHandle): string | undefined {
  return references.findLast(({ kind }) => kind === 'customer')?.id;
}

function unlessGone(error: unknown): undefined {
  if (classify(error).problem.class !== 'not_found') throw error;
  return undefined;
}
