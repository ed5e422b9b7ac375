/** Transfers: shares of a platform's money sent to its connected accounts.
 * https://docs.stripe.com/connect/separate-charges-and-transfers */
import type Stripe from 'stripe';
import { newId } from '../core/call.js';
import type { Call } from '../core/call.js';
import { missing } from '../core/errors.js';
import { pageOf } from '../core/lists.js';
import type { PageParams } from '../core/lists.js';
import { choice, expand, integer, map, mergedMetadata, page, range, text } from '../core/params.js';
import { route } from '../core/route.js';
import type { Route } from '../core/route.js';
import { emit } from '../webhooks/emit.js';
import { currencyOf } from './amounts.js';
import { bookMovement } from './balance.js';
import { onAccount, receivePayment } from './transfer-payments.js';
import { checkDestination, sourceOf } from './transfer-sources.js';
import type { TransferAsked } from './transfer-sources.js';

interface CreateParams extends TransferAsked {
  description?: string | null;
  metadata?: Record<string, string> | null;
  source_type?: string;
  transfer_group?: string | null;
}

/** Sends money at once: out of the platform's balance, into that of the connected account. */
function create(call: Call, params: CreateParams): Stripe.Transfer {
  const { amount, destination } = params;
  const currency = currencyOf(params.currency);
  checkDestination(call, destination);
  const { charge, availableOn } = sourceOf(call, { ...params, currency });
  const id = newId(call.tx, 'tr');
  const group = params.transfer_group ?? charge?.transfer_group ?? null;
  const out = { amount: -amount, currency, type: 'transfer', source: id, availableOn } as const;
  const entry = bookMovement(call, { ...out, description: params.description ?? null });
  const payment = receivePayment(onAccount(call, destination), { transfer: id, amount, currency, availableOn, group });
  const transfer = {
    id,
    object: 'transfer',
    amount,
    amount_reversed: 0,
    balance_transaction: entry.id,
    created: call.now,
    currency,
    description: params.description ?? null,
    destination,
    destination_payment: payment.id,
    livemode: false,
    metadata: mergedMetadata(null, params.metadata),
    reversals: { object: 'list', data: [], has_more: false, url: `/v1/transfers/${id}/reversals` },
    reversed: false,
    source_transaction: charge?.id ?? null,
    source_type: params.source_type ?? 'card',
    transfer_group: group,
  } satisfies Stripe.Transfer;
  call.tx.put('transfers', call.account, transfer);
  emit(call, 'transfer.created', transfer);
  return transfer;
}

/** The transfer with this id, or 404. */
export function findTransfer(call: Call, id: string): Stripe.Transfer {
  const transfer = call.tx.get('transfers', call.account, id);
  if (!transfer) throw missing('transfer', id);
  return transfer;
}

type Change = Pick<CreateParams, 'metadata' | 'description'>;

function update(call: Call, params: Change, id: string): Stripe.Transfer {
  const { metadata, description, ...transfer } = findTransfer(call, id);
  const next: Stripe.Transfer = {
    ...transfer,
    metadata: mergedMetadata(metadata, params.metadata),
    description: params.description === undefined ? description : params.description,
  };
  call.tx.put('transfers', call.account, next);
  emit(call, 'transfer.updated', next, { metadata, description });
  return next;
}

function list(call: Call, params: PageParams & { destination?: string; transfer_group?: string }): object {
  const rows = call.tx
    .all('transfers', call.account)
    .filter((row) => params.destination === undefined || row.destination === params.destination)
    .filter((row) => params.transfer_group === undefined || row.transfer_group === params.transfer_group);
  return pageOf(rows, params, '/v1/transfers');
}

const createShape = {
  ...expand,
  amount: integer({ required: true, min: 1 }),
  currency: text({ required: true, pattern: /^[a-zA-Z]{3}$/ }),
  destination: text({ required: true }),
  description: text(),
  metadata: map,
  source_transaction: text(),
  source_type: choice(['bank_account', 'card', 'fpx']),
  transfer_group: text(),
};

export const transferRoutes: readonly Route[] = [
  route('POST /v1/transfers', createShape, create),
  route('GET /v1/transfers', { ...page, created: range, destination: text(), transfer_group: text() }, list),
  route('GET /v1/transfers/:id', expand, (call, _params, id) => findTransfer(call, id)),
  route('POST /v1/transfers/:id', { ...expand, metadata: map, description: text() }, update),
];
