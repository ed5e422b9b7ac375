/** The account's money: one balance transaction per movement, the balance is their sum. */
import type Stripe from 'stripe';
import { newId } from '../core/call.js';
import type { Call } from '../core/call.js';
import { missing } from '../core/errors.js';
import { pageOf } from '../core/lists.js';
import type { PageParams } from '../core/lists.js';
import { expand, page, range, text } from '../core/params.js';
import { route } from '../core/route.js';
import type { Route } from '../core/route.js';
import { settingOf } from './settings.js';
import { convert } from './settlement-rates.js';

/** Card money becomes available after two days; it is there at once for the "bypass pending" card. */
const PENDING_SECONDS = 2 * 24 * 60 * 60;

/** What moves money: the buyer's side, and between a platform and its connected accounts. */
type MovementType =
  | 'charge'
  | 'refund'
  | 'refund_failure'
  | 'adjustment'
  | 'transfer'
  | 'transfer_refund'
  | 'payment'
  | 'payment_refund'
  | 'payout';

interface Movement {
  /** Minor units; negative leaves the account. */
  amount: number;
  currency: string;
  type: MovementType;
  /** Booked under the names Stripe has for other payments than card payments. */
  notCard?: boolean;
  /** Minor units; for a charge it is computed. */
  fee?: number;
  source: string;
  description: string | null;
  availableAtOnce?: boolean;
  /** Seconds since 1970: the money follows other money that is available then. */
  availableOn?: number;
}

const NOT_CARD: Partial<Record<MovementType, Stripe.BalanceTransaction.Type>> = {
  charge: 'payment',
  refund: 'payment_refund',
  refund_failure: 'payment_failure_refund',
};

/** Names for bookkeeping that differ from the type. */
const CATEGORIES: Partial<Record<MovementType, string>> = {
  adjustment: 'dispute',
  payment: 'charge',
  payment_refund: 'refund',
  transfer_refund: 'transfer_reversal',
};

/** These are in the currency of the balance already: nothing is converted. */
const IN_BALANCE: readonly MovementType[] = ['transfer', 'transfer_refund', 'payout'];

/** Books a movement, in the account's settlement currency if it has one. Fees are a flat 1.5 % + 25 minor units on
 * charges, none on refunds. */
export function bookMovement(call: Call, movement: Movement): Stripe.BalanceTransaction {
  const { type, source } = movement;
  const { amount, currency, rate } = settled(call, movement);
  const fee = type === 'charge' ? Math.min(amount, Math.round(amount * 0.015) + 25) : (movement.fee ?? 0);
  const atOnce = movement.availableAtOnce === true || type !== 'charge';
  const availableOn = Math.max(movement.availableOn ?? 0, call.now + (atOnce ? 0 : PENDING_SECONDS));
  const entry = {
    id: newId(call.tx, 'txn'),
    object: 'balance_transaction',
    amount,
    available_on: availableOn,
    balance_type: 'payments',
    created: call.now,
    currency,
    description: movement.description,
    exchange_rate: rate,
    fee,
    fee_details: feeDetails(type, fee, currency),
    net: amount - fee,
    reporting_category: CATEGORIES[type] ?? type,
    source,
    status: availableOn <= call.now ? 'available' : 'pending',
    type: (movement.notCard ? NOT_CARD[type] : undefined) ?? type,
  } satisfies Stripe.BalanceTransaction;
  call.tx.put('balance_transactions', call.account, entry);
  return entry;
}

function settled(call: Call, { amount, currency, type }: Movement) {
  const own = IN_BALANCE.includes(type) ? null : settingOf(call.tx, call.account, 'settlement_currency');
  return { ...convert(amount, currency, own ?? currency), currency: own ?? currency };
}

function feeDetails(type: MovementType, fee: number, currency: string): Stripe.BalanceTransaction.FeeDetail[] {
  if (fee === 0) return [];
  const description = type === 'adjustment' ? 'Dispute fee' : 'Stripe processing fees';
  return [{ amount: fee, application: null, currency, description, type: 'stripe_fee' }];
}

interface Sums {
  available: number;
  pending: number;
}

/** Minor units by currency. */
function sumsOf(call: Call): Map<string, Sums> {
  const sums = new Map<string, Sums>();
  for (const { currency, net, available_on } of call.tx.all('balance_transactions', call.account)) {
    const sum = sums.get(currency) ?? { available: 0, pending: 0 };
    sum[available_on <= call.now ? 'available' : 'pending'] += net;
    sums.set(currency, sum);
  }
  return sums;
}

/** What the account has in this currency, minor units. */
export const fundsOf = (call: Call, currency: string): Sums =>
  sumsOf(call).get(currency) ?? { available: 0, pending: 0 };

const shown = (call: Call, entry: Stripe.BalanceTransaction): Stripe.BalanceTransaction => ({
  ...entry,
  status: entry.available_on <= call.now ? 'available' : 'pending',
});

function balance(call: Call): Stripe.Balance {
  const sums = new Map<string, Sums>([['eur', { available: 0, pending: 0 }], ...sumsOf(call)]);
  const side = (name: 'available' | 'pending') =>
    [...sums].map(([currency, sum]) => ({ amount: sum[name], currency, source_types: { card: sum[name] } }));
  return {
    object: 'balance',
    available: side('available'),
    livemode: false,
    pending: side('pending'),
  } satisfies Stripe.Balance;
}

function find(call: Call, id: string): Stripe.BalanceTransaction {
  const entry = call.tx.get('balance_transactions', call.account, id);
  if (!entry) throw missing('balance transaction', id);
  return shown(call, entry);
}

type ListParams = PageParams & { currency?: string; source?: string; type?: string };

function list(call: Call, params: ListParams): object {
  const rows = call.tx
    .all('balance_transactions', call.account)
    .filter((row) => params.currency === undefined || row.currency === params.currency)
    .filter((row) => params.source === undefined || row.source === params.source)
    .filter((row) => params.type === undefined || row.type === params.type);
  return pageOf(
    rows.map((row) => shown(call, row)),
    params,
    '/v1/balance_transactions',
  );
}

export const balanceRoutes: readonly Route[] = [
  route('GET /v1/balance', expand, balance),
  route(
    'GET /v1/balance_transactions',
    { ...page, created: range, currency: text(), source: text(), type: text() },
    list,
  ),
  route('GET /v1/balance_transactions/:id', expand, (call, _params, id) => find(call, id)),
];
