/** A customer's cash balance: money that arrived by bank transfer, applied to payments or not. One transaction per
 * movement, the balance is their sum. https://docs.stripe.com/payments/customer-balance */
import type Stripe from 'stripe';
import { newId } from '../core/call.js';
import type { Call } from '../core/call.js';
import { missing } from '../core/errors.js';
import { pageOf } from '../core/lists.js';
import type { PageParams } from '../core/lists.js';
import { choice, expand, group, page } from '../core/params.js';
import { route } from '../core/route.js';
import type { Route } from '../core/route.js';
import { emit } from '../webhooks/emit.js';
import { noteOf } from './intents.js';
import type { Intent } from './intents.js';
import type { CashNote } from './notes.js';

const noteOfCash = (call: Call, customer: string): CashNote =>
  call.tx.get('cash_notes', call.account, customer) ?? {
    id: customer,
    available: {},
    mode: 'automatic',
    usesDefault: true,
  };

/** Minor units this customer has in this currency. */
export const cashOf = (call: Call, customer: string, currency: string): number =>
  noteOfCash(call, customer).available[currency] ?? 0;

/** Whether arriving money is applied to open payments by itself. */
export const appliesByItself = (call: Call, customer: string): boolean =>
  noteOfCash(call, customer).mode === 'automatic';

/** The object of https://docs.stripe.com/api/cash_balance. */
export function cashBalance(call: Call, customer: string): Stripe.CashBalance {
  const note = noteOfCash(call, customer);
  return {
    object: 'cash_balance',
    available: Object.keys(note.available).length === 0 ? null : note.available,
    customer,
    customer_account: null,
    livemode: false,
    settings: { reconciliation_mode: note.mode, using_merchant_default: note.usesDefault },
  } satisfies Stripe.CashBalance;
}

interface CashMovement {
  customer: string;
  currency: string;
  /** Minor units; negative leaves the cash balance. */
  amount: number;
  type: Stripe.CustomerCashBalanceTransaction.Type;
  /** What belongs to this type of transaction. */
  details?: Partial<Stripe.CustomerCashBalanceTransaction>;
}

/** Books a movement of the cash balance and tells about it. */
export function moveCash(call: Call, movement: CashMovement): Stripe.CustomerCashBalanceTransaction {
  const { customer, currency, amount, type, details = {} } = movement;
  const note = noteOfCash(call, customer);
  const ending_balance = (note.available[currency] ?? 0) + amount;
  if (ending_balance < 0) throw new Error(`cash balance of ${customer} below zero`);
  call.tx.put('cash_notes', call.account, { ...note, available: { ...note.available, [currency]: ending_balance } });
  const entry = {
    id: newId(call.tx, 'ccsbtxn'),
    object: 'customer_cash_balance_transaction',
    created: call.now,
    currency,
    customer,
    customer_account: null,
    ending_balance,
    livemode: false,
    net_amount: amount,
    type,
    ...details,
  } satisfies Stripe.CustomerCashBalanceTransaction;
  call.tx.put('cash_transactions', call.account, entry);
  emit(call, 'customer_cash_balance_transaction.created', entry);
  return entry;
}

/** Gives money back to the cash balance that was applied to an intent it did not pay in full. */
export function releaseFunds(call: Call, intent: Intent): void {
  const note = noteOf(call, intent);
  if (!note.funded || intent.status === 'succeeded') return;
  call.tx.put('intent_notes', call.account, { ...note, funded: 0 });
  moveCash(call, {
    customer: intent.customer as string,
    currency: intent.currency,
    amount: note.funded,
    type: 'unapplied_from_payment',
    details: { unapplied_from_payment: { payment_intent: intent.id } },
  });
}

function known(call: Call, customer: string): string {
  if (!call.tx.get('customers', call.account, customer)) throw missing('customer', customer);
  return customer;
}

function update(
  call: Call,
  params: { settings?: { reconciliation_mode?: 'automatic' | 'manual' | 'merchant_default' } },
  customer: string,
): Stripe.CashBalance {
  const note = noteOfCash(call, known(call, customer));
  const wanted = params.settings?.reconciliation_mode;
  if (wanted !== undefined) {
    const usesDefault = wanted === 'merchant_default';
    call.tx.put('cash_notes', call.account, { ...note, mode: usesDefault ? 'automatic' : wanted, usesDefault });
  }
  return cashBalance(call, customer);
}

function list(call: Call, params: PageParams, customer: string): object {
  const rows = call.tx.all('cash_transactions', call.account).filter((row) => row.customer === known(call, customer));
  return pageOf(rows, params, `/v1/customers/${customer}/cash_balance_transactions`);
}

function find(call: Call, ids: string): Stripe.CustomerCashBalanceTransaction {
  const [customer, id = ''] = ids.split('/');
  const entry = call.tx.get('cash_transactions', call.account, id);
  if (entry?.customer !== customer || !entry) throw missing('customer_cash_balance_transaction', id);
  return entry;
}

const settings = group({ reconciliation_mode: choice(['automatic', 'manual', 'merchant_default']) });

export const cashBalanceRoutes: readonly Route[] = [
  route('GET /v1/customers/:id/cash_balance', expand, (call, _params, id) => cashBalance(call, known(call, id))),
  route('POST /v1/customers/:id/cash_balance', { ...expand, settings }, update),
  route('GET /v1/customers/:id/cash_balance_transactions', page, list),
  route('GET /v1/customers/:id/cash_balance_transactions/:id', expand, (call, _params, ids) => find(call, ids)),
];
