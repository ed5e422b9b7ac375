/** The connected account's side of a transfer: the payment it received, and what was taken back of it. */
import type Stripe from 'stripe';
import { newId } from '../core/call.js';
import type { Call } from '../core/call.js';
import { bookMovement, fundsOf } from './balance.js';
import { changeCharge, findCharge } from './charges.js';

/** The same call on the shelves of a connected account. */
export const onAccount = (call: Call, account: string): Call => ({ ...call, account });

const NO_BILLING: Stripe.Charge.BillingDetails = {
  address: { city: null, country: null, line1: null, line2: null, postal_code: null, state: null },
  email: null,
  name: null,
  phone: null,
  tax_id: null,
};

/** Stores the payment of a transfer. `call` is on the account that receives it; amounts in minor units, `availableOn` in
 * seconds since 1970. */
export function receivePayment(
  call: Call,
  sent: { transfer: string; amount: number; currency: string; availableOn: number; group: string | null },
): Stripe.Charge {
  const { amount, currency, availableOn } = sent;
  const id = newId(call.tx, 'py');
  const entry = bookMovement(call, { amount, currency, type: 'payment', source: id, description: null, availableOn });
  const charge = {
    id,
    object: 'charge',
    amount,
    amount_captured: amount,
    amount_refunded: 0,
    application: null,
    application_fee: null,
    application_fee_amount: null,
    balance_transaction: entry.id,
    billing_details: NO_BILLING,
    calculated_statement_descriptor: null,
    captured: true,
    created: call.now,
    currency,
    customer: null,
    description: null,
    disputed: false,
    failure_balance_transaction: null,
    failure_code: null,
    failure_message: null,
    fraud_details: {},
    livemode: false,
    metadata: {},
    on_behalf_of: null,
    outcome: null,
    paid: true,
    payment_intent: null,
    payment_method: null,
    payment_method_details: { stripe_account: {}, type: 'stripe_account' },
    receipt_email: null,
    receipt_number: null,
    receipt_url: null,
    refunded: false,
    review: null,
    shipping: null,
    source: null,
    source_transfer: sent.transfer,
    statement_descriptor: null,
    statement_descriptor_suffix: null,
    status: 'succeeded',
    transfer_data: null,
    transfer_group: sent.group,
  } satisfies Stripe.Charge;
  call.tx.put('charges', call.account, charge);
  return charge;
}

/** When the money of this payment is available, in seconds since 1970. */
const availableOf = (call: Call, charge: Stripe.Charge): number =>
  call.tx.get('balance_transactions', call.account, String(charge.balance_transaction))?.available_on ?? call.now;

/** Takes money of a payment back. `call` is on the account that had received it; the amount is of the transfer's
 * currency, at most what is left of the payment. */
export function returnPayment(call: Call, payment: string, back: { reversal: string; amount: number }): Stripe.Refund {
  const charge = findCharge(call, payment);
  const { amount, reversal } = back;
  const id = newId(call.tx, 'pyr');
  const entry = bookMovement(call, {
    amount: -amount,
    currency: charge.currency,
    type: 'payment_refund',
    source: id,
    description: 'REFUND FOR PAYMENT',
    availableOn: availableOf(call, charge),
  });
  const refund = {
    id,
    object: 'refund',
    amount,
    balance_transaction: entry.id,
    charge: charge.id,
    created: call.now,
    currency: charge.currency,
    customer: null,
    customer_account: null,
    metadata: {},
    payment_intent: null,
    payment_method: null,
    reason: null,
    receipt_number: null,
    source_transfer_reversal: reversal,
    status: 'succeeded',
    transfer_reversal: null,
  } satisfies Stripe.Refund;
  call.tx.put('refunds', call.account, refund);
  const amount_refunded = charge.amount_refunded + amount;
  changeCharge(call, charge, { amount_refunded, refunded: amount_refunded === charge.amount });
  return refund;
}

/** What this account has in all, also what is not available yet, in minor units. */
export function holdings(call: Call, currency: string): number {
  const { available, pending } = fundsOf(call, currency);
  return available + pending;
}
