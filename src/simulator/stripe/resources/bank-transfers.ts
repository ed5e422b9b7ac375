/** Payments by bank transfer: instructions are shown, money arrives in the customer's cash balance and is applied.
 * https://docs.stripe.com/payments/bank-transfers */
import type Stripe from 'stripe';
import { lettersOf } from '../core/call.js';
import type { Call } from '../core/call.js';
import { invalidParameter, missing, wrongState } from '../core/errors.js';
import { expand, integer, text } from '../core/params.js';
import { route } from '../core/route.js';
import type { Route } from '../core/route.js';
import { emit } from '../webhooks/emit.js';
import { currencyOf } from './amounts.js';
import { capturePart } from './captures.js';
import { appliesByItself, cashBalance, cashOf, moveCash } from './cash-balance.js';
import { createCharge } from './charges.js';
import { change, noteOf, unexpectedState } from './intents.js';
import type { Intent } from './intents.js';

/** What arrived by bank. */
export interface Transfer {
  amount: number;
  currency: string;
  /** What the sender wrote; an intent's reference leads the money there first. */
  reference?: string;
  /** The bank did not say who sent it, so a refund has to ask the buyer for bank details. */
  senderUnknown?: boolean;
}

/** Shows the instructions. Money that is already in the cash balance is applied at once, and may be enough. */
export function awaitTransfer(call: Call, intent: Intent, method: Stripe.PaymentMethod): Intent {
  if (typeof intent.customer !== 'string') {
    throw invalidParameter('customer', 'A bank transfer needs a customer on the PaymentIntent.', 'parameter_missing');
  }
  call.tx.put('intent_notes', call.account, { ...noteOf(call, intent), funded: 0 });
  const waiting = change(call, intent, {
    status: 'requires_action',
    payment_method: method.id,
    next_action: instructions(call, intent, intent.amount),
    last_payment_error: null,
  });
  const there = appliesByItself(call, intent.customer) ? cashOf(call, intent.customer, intent.currency) : 0;
  if (there < intent.amount) emit(call, 'payment_intent.requires_action', waiting);
  return there > 0 ? applyCash(call, waiting, Math.min(there, intent.amount)) : waiting;
}

const ADDRESS = {
  city: 'Dublin',
  country: 'IE',
  line1: '1 Simulation Street',
  line2: null,
  postal_code: null,
  state: null,
};

/** The reference a buyer writes on the transfer of this intent. */
export const referenceOf = (intent: Pick<Intent, 'id'>): string =>
  `SIM${lettersOf(`reference/${intent.id}`, 9).toUpperCase()}`;

/** The same virtual account for every payment of a customer, as at Stripe. */
export function ibanOf(customer: string, country: string): string {
  const digits = [...lettersOf(`iban/${customer}`, 18)].map((letter) => String(letter.charCodeAt(0) % 10)).join('');
  const turned = [...`${digits}${country}00`].map((letter) => String(parseInt(letter, 36))).join('');
  return `${country}${String(98n - (BigInt(turned) % 97n)).padStart(2, '0')}${digits}`;
}

function instructions(call: Call, intent: Intent, remaining: number): Stripe.PaymentIntent.NextAction {
  const country = intent.payment_method_options?.customer_balance?.bank_transfer?.eu_bank_transfer?.country ?? 'DE';
  return {
    type: 'display_bank_transfer_instructions',
    display_bank_transfer_instructions: {
      amount_remaining: remaining,
      currency: intent.currency,
      financial_addresses: [
        {
          iban: {
            account_holder_address: { ...ADDRESS, country },
            account_holder_name: 'Quittance Simulator',
            bank_address: { ...ADDRESS, country },
            bic: `SIMU${country}2XXXX`.slice(0, 11),
            country,
            iban: ibanOf(intent.customer as string, country),
          },
          supported_networks: ['sepa'],
          type: 'iban',
        },
      ],
      hosted_instructions_url: `${call.origin}/_sim/bank-transfer/${intent.id}`,
      reference: referenceOf(intent),
      type: 'eu_bank_transfer',
    },
  };
}

const isWaiting = (intent: Intent): boolean =>
  intent.status === 'requires_action' && intent.next_action?.type === 'display_bank_transfer_instructions';

/** What still has to arrive, in minor units; 0 when the intent does not wait for a transfer. */
export const remainingOf = (intent: Intent): number =>
  isWaiting(intent) ? (intent.next_action?.display_bank_transfer_instructions?.amount_remaining ?? 0) : 0;

/** Applies part of the cash balance; once the whole amount is there the intent succeeds. */
function applyCash(call: Call, intent: Intent, amount: number): Intent {
  const remaining = remainingOf(intent) - amount;
  const note = noteOf(call, intent);
  call.tx.put('intent_notes', call.account, { ...note, funded: (note.funded ?? 0) + amount });
  moveCash(call, {
    customer: intent.customer as string,
    currency: intent.currency,
    amount: -amount,
    type: 'applied_to_payment',
    details: { applied_to_payment: { payment_intent: intent.id } },
  });
  if (remaining > 0) {
    const partly = change(call, intent, { next_action: instructions(call, intent, remaining) });
    emit(call, 'payment_intent.partially_funded', partly);
    return partly;
  }
  const method = call.tx.get('payment_methods', call.account, String(intent.payment_method));
  if (!method) throw new Error(`no such payment method: ${String(intent.payment_method)}`);
  const charge = createCharge(call, intent, method, { authenticated: false });
  const paid = change(call, intent, { latest_charge: charge.id, next_action: null, last_payment_error: null });
  const taken = capturePart(call, paid, charge, { amount: intent.amount, final: true });
  emit(call, 'charge.succeeded', taken.charge);
  emit(call, 'payment_intent.succeeded', taken.intent);
  return taken.intent;
}

/** Money arrives for a customer. It goes to the payment whose reference was written, else to one that waits for exactly
 * this amount, else to the oldest; what is left stays in the cash balance. */
export function fundCash(call: Call, customer: string, transfer: Transfer): Stripe.CustomerCashBalanceTransaction {
  if (!call.tx.get('customers', call.account, customer)) throw missing('customer', customer);
  const currency = currencyOf(transfer.currency);
  if (currency !== 'eur') throw invalidParameter('currency', 'Bank transfers are simulated in eur only.');
  const entry = moveCash(call, {
    customer,
    currency,
    amount: transfer.amount,
    type: 'funded',
    details: {
      funded: {
        bank_transfer: {
          eu_bank_transfer: {
            bic: transfer.senderUnknown ? null : 'TESTDEBBXXX',
            iban_last4: transfer.senderUnknown ? null : '3000',
            sender_name: transfer.senderUnknown ? null : 'Test Buyer',
          },
          reference: transfer.reference ?? null,
          type: 'eu_bank_transfer',
        },
      },
    },
  });
  if (appliesByItself(call, customer)) reconcile(call, customer, transfer);
  if (cashOf(call, customer, currency) > 0) emit(call, 'cash_balance.funds_available', cashBalance(call, customer));
  return entry;
}

function reconcile(call: Call, customer: string, transfer: Transfer): void {
  const { amount, currency, reference } = transfer;
  const rank = (intent: Intent): number =>
    reference === referenceOf(intent) ? 0 : remainingOf(intent) === amount ? 1 : 2;
  const waiting = call.tx
    .all('payment_intents', call.account)
    .filter((intent) => intent.customer === customer && intent.currency === currency && isWaiting(intent))
    .sort((a, b) => rank(a) - rank(b));
  for (const intent of waiting) {
    const there = cashOf(call, customer, currency);
    if (there > 0) applyCash(call, intent, Math.min(there, remainingOf(intent)));
  }
}

/** Whether the bank of everybody who funded this customer is known, so that money can be sent back. */
export function senderKnown(call: Call, customer: string): boolean {
  const funded = call.tx
    .all('cash_transactions', call.account)
    .filter((entry) => entry.customer === customer && entry.type === 'funded');
  return funded.every((entry) => entry.funded?.bank_transfer.eu_bank_transfer?.iban_last4 !== null);
}

function apply(call: Call, params: { amount?: number; currency?: string }, id: string): Intent {
  const intent = call.tx.get('payment_intents', call.account, id);
  if (!intent) throw missing('payment_intent', id, 'intent');
  if (!isWaiting(intent)) throw unexpectedState(intent, 'apply customer balance to', 'requires_action');
  if (params.currency !== undefined && currencyOf(params.currency) !== intent.currency)
    throw invalidParameter('currency', `The currency of this PaymentIntent is ${intent.currency}.`);
  const there = cashOf(call, intent.customer as string, intent.currency);
  const remaining = remainingOf(intent);
  const amount = params.amount ?? Math.min(there, remaining);
  if (amount > remaining) throw invalidParameter('amount', `Only ${remaining} remain to be paid.`);
  if (amount > there || amount === 0)
    throw wrongState('insufficient_funds', `The customer's cash balance is ${there} ${intent.currency}.`);
  return applyCash(call, intent, amount);
}

const fundShape = {
  ...expand,
  amount: integer({ required: true, min: 1 }),
  currency: text({ required: true, pattern: /^[a-zA-Z]{3}$/ }),
  reference: text(),
};

export const bankTransferRoutes: readonly Route[] = [
  route(
    'POST /v1/test_helpers/customers/:id/fund_cash_balance',
    fundShape,
    (call, params: { amount: number; currency: string; reference?: string }, id) => fundCash(call, id, params),
  ),
  route(
    'POST /v1/payment_intents/:id/apply_customer_balance',
    { ...expand, amount: integer({ min: 1 }), currency: text({ pattern: /^[a-zA-Z]{3}$/ }) },
    apply,
  ),
];
