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

/** Card money becomes available after two days; it is there at once for the "bypass pending" card. */
const PENDING_SECONDS = 2 * 24 * 60 * 60;

interface Movement {
  /** Minor units; negative leaves the account. */
  amount: number;
  currency: string;
  type: 'charge' | 'refund' | 'refund_failure' | 'adjustment';
  /** Booked under the names Stripe has for other payments than card payments. */
  notCard?: boolean;
  /** Minor units; for a charge it is computed. */
  fee?: number;
  source: string;
  description: string | null;
  availableAtOnce?: boolean;
}

const NOT_CARD = { charge: 'payment', refund: 'payment_refund', refund_failure: 'payment_failure_refund' } as const;

/** Books a movement. Fees are a flat 1.5 % + 25 minor units on charges, none on refunds. */
export function bookMovement(call: Call, movement: Movement): Stripe.BalanceTransaction {
  const { amount, currency, type, source } = movement;
  const fee = type === 'charge' ? Math.min(amount, Math.round(amount * 0.015) + 25) : (movement.fee ?? 0);
  const atOnce = movement.availableAtOnce === true || type !== 'charge';
  const entry = {
    id: newId(call.tx, 'txn'),
    object: 'balance_transaction',
    amount,
    available_on: call.now + (atOnce ? 0 : PENDING_SECONDS),
    balance_type: 'payments',
    created: call.now,
    currency,
    description: movement.description,
    exchange_rate: null,
    fee,
    fee_details:
      fee === 0
        ? []
        : [
            {
              amount: fee,
              application: null,
              currency,
              description: type === 'adjustment' ? 'Dispute fee' : 'Stripe processing fees',
              type: 'stripe_fee',
            },
          ],
    net: amount - fee,
    reporting_category: type === 'adjustment' ? 'dispute' : type,
    source,
    status: atOnce ? 'available' : 'pending',
    type: movement.notCard && type !== 'adjustment' ? NOT_CARD[type] : type,
  } satisfies Stripe.BalanceTransaction;
  call.tx.put('balance_transactions', call.account, entry);
  return entry;
}

const shown = (call: Call, entry: Stripe.BalanceTransaction): Stripe.BalanceTransaction => ({
  ...entry,
  status: entry.available_on <= call.now ? 'available' : 'pending',
});

function balance(call: Call): Stripe.Balance {
  const sums = new Map<string, { available: number; pending: number }>([['eur', { available: 0, pending: 0 }]]);
  for (const { currency, net, available_on } of call.tx.all('balance_transactions', call.account)) {
    const sum = sums.get(currency) ?? { available: 0, pending: 0 };
    sum[available_on <= call.now ? 'available' : 'pending'] += net;
    sums.set(currency, sum);
  }
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
