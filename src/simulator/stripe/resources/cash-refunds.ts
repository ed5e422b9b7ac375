/** Refunds of a customer's unapplied cash, such as the surplus of a bank transfer: `origin=customer_balance`.
 * https://docs.stripe.com/payments/customer-balance/refunding */
import type Stripe from 'stripe';
import { newId } from '../core/call.js';
import type { Call } from '../core/call.js';
import { invalidParameter, missing, wrongState } from '../core/errors.js';
import { book } from '../core/jobs.js';
import { mergedMetadata } from '../core/params.js';
import { emit } from '../webhooks/emit.js';
import { currencyOf } from './amounts.js';
import { cashOf, moveCash } from './cash-balance.js';
import { planToBank } from './refund-plans.js';
import type { RefundParams } from './refund-plans.js';

/** Sends part of the cash balance back to the buyer's bank. It leaves the cash balance at once; 400 when it is not there. */
export function refundCash(call: Call, params: RefundParams): Stripe.Refund {
  const { customer, amount } = params;
  if (params.payment_intent !== undefined || params.charge !== undefined)
    throw invalidParameter('origin', '`origin` refunds a customer: give no payment_intent and no charge.');
  if (customer === undefined) throw needed('customer');
  if (amount === undefined) throw needed('amount');
  if (params.currency === undefined) throw needed('currency');
  const currency = currencyOf(params.currency);
  if (!call.tx.get('customers', call.account, customer)) throw missing('customer', customer, 'customer');
  const there = cashOf(call, customer, currency);
  if (amount > there)
    throw wrongState('insufficient_funds', `The customer's cash balance is ${there} ${currency}.`, { param: 'amount' });
  const { later, ...plan } = planToBank(call, customer, params);
  const refund = {
    id: newId(call.tx, 'pyr'),
    object: 'refund',
    amount,
    balance_transaction: null,
    charge: null,
    created: call.now,
    currency,
    customer,
    customer_account: null,
    metadata: mergedMetadata(null, params.metadata),
    payment_intent: null,
    payment_method: null,
    reason: (params.reason as Stripe.Refund.Reason | undefined) ?? null,
    receipt_number: null,
    source_transfer_reversal: null,
    transfer_reversal: null,
    ...plan,
  } satisfies Stripe.Refund;
  call.tx.put('refunds', call.account, refund);
  emit(call, 'refund.created', refund);
  moveCash(call, { customer, currency, amount: -amount, type: 'return_initiated' });
  if (later) book(call, later.kind, refund.id, call.nowMs + later.seconds * 1000);
  return refund;
}

const needed = (param: string): Error =>
  invalidParameter(param, `Missing required param: ${param}.`, 'parameter_missing');
