/**
 * Payments by bank transfer: the customer sends the money by hand, in one part or several, too little or too much.
 * Each order gets a customer of its own at Stripe, so that every transfer belongs to one order.
 * Source: https://docs.stripe.com/payments/bank-transfers
 */
import type Stripe from 'stripe';
import type { Context, Fact, Json, Order } from '../../kit/index.js';
import { amountText, fromStripeAmount } from './amounts.js';
import { chargeOf, idOf, timeOf } from './facts.js';
import type { OwnMetadata } from './metadata.js';
import { metadataOf } from './metadata.js';
import type { StripeSettings } from './settings.js';

const TYPE = 'customer_balance';
const DAY_MS = 86_400_000;
/** Movements of one order's customer that are looked through. */
const MOVEMENTS = 100;

/** Whether this order may be paid by bank transfer: set up by the tenant, in euro, and among the types allowed. */
export function offersTransfer(settings: StripeSettings, order: Order, allowed: string[] | undefined): boolean {
  const { source, list } = settings.paymentMethods;
  const permitted = allowed === undefined ? !(source === 'deny_list' && list.includes(TYPE)) : allowed.includes(TYPE);
  return settings.bankTransfer.country !== undefined && order.currency === 'EUR' && permitted;
}

/** The options of the payment intent. */
export function transferOptions(settings: StripeSettings): { [key: string]: Json } {
  const country = settings.bankTransfer.country ?? '';
  const bankTransfer = { type: 'eu_bank_transfer', eu_bank_transfer: { country } };
  return { funding_type: 'bank_transfer', bank_transfer: bankTransfer };
}

/** The body that makes the order's customer. Stripe needs an address to ask for bank details of a refund. */
export function customerBody(order: Order, own: OwnMetadata, context: Context): { [key: string]: Json } {
  const { firstName, lastName } = order.billing ?? {};
  const name = [firstName, lastName].filter(Boolean).join(' ').slice(0, 256);
  return {
    ...(name === '' ? {} : { name }),
    ...(order.customerEmail ? { email: order.customerEmail } : {}),
    metadata: metadataOf(own, {}, context),
  };
}

/** Whether transfers may have arrived for this payment. */
export function takesTransfers(intent: Stripe.PaymentIntent): boolean {
  return intent.payment_method_types.includes(TYPE) && idOf(intent.customer) !== undefined;
}

/** What arrived for an order, in Stripe's units, and when the last of it did (seconds). */
export interface Arrived {
  total: number;
  lastAt: number;
}

/** Everything that arrived for the order's customer. Money that the bank called back does not count. */
export async function arrivedFor(stripe: Stripe, intent: Stripe.PaymentIntent): Promise<Arrived | undefined> {
  const customer = idOf(intent.customer);
  if (!takesTransfers(intent) || customer === undefined) return undefined;
  const { data } = await stripe.customers.listCashBalanceTransactions(customer, { limit: MOVEMENTS });
  const transfers = data.filter(({ type, currency }) => TRANSFERS.has(type) && currency === intent.currency);
  if (transfers.length === 0) return undefined;
  return {
    total: transfers.reduce((sum, { net_amount: amount }) => sum + amount, 0),
    lastAt: Math.max(...transfers.map(({ created }) => created)),
  };
}

const TRANSFERS: ReadonlySet<string> = new Set(['funded', 'funding_reversed']);

/**
 * What the transfers mean: part of the money, of which the rest is waited for, or more than was asked. Money sent for
 * a payment that was then paid otherwise is a surplus too; of a canceled payment all that arrived has to go back.
 */
export function transferFacts(
  intent: Stripe.PaymentIntent,
  arrived: Arrived | undefined,
  settings: StripeSettings,
): Fact[] {
  if (arrived === undefined || arrived.total <= 0) return [];
  const at = timeOf(arrived.lastAt);
  const minor = (amount: number) => fromStripeAmount(amount, intent.currency);
  if (intent.status === 'succeeded') {
    const paidByTransfer = chargeOf(intent)?.payment_method_details?.type === TYPE;
    const received = paidByTransfer ? arrived.total : intent.amount_received + arrived.total;
    return received > intent.amount_received ? [{ kind: 'overpaid', amount: minor(received), at }] : [];
  }
  const graceUntil = new Date(arrived.lastAt * 1000 + settings.bankTransfer.graceDays * DAY_MS).toISOString();
  return [{ kind: 'received', amount: minor(arrived.total), graceUntil, at }];
}

/** Lines for people: what arrived, what is missing, and what the customer has to write on the transfer. */
export function transferDetails(intent: Stripe.PaymentIntent, arrived?: Arrived): Record<string, string> {
  const told = intent.next_action?.display_bank_transfer_instructions;
  const text = (amount: number) => amountText(amount, intent.currency);
  const isOver = intent.status === 'succeeded' || intent.status === 'canceled';
  const remaining = isOver ? 0 : told?.amount_remaining;
  const concerns = told !== undefined || arrived !== undefined;
  return {
    ...(arrived === undefined ? {} : { 'Bank transfer received': text(arrived.total) }),
    ...(concerns && typeof remaining === 'number' ? { 'Bank transfer remaining': text(remaining) } : {}),
    ...(told?.reference ? { 'Bank transfer reference': told.reference } : {}),
  };
}
