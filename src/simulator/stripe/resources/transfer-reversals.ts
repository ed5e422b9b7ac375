/** Reversals: a transfer taken back, whole or in parts. https://docs.stripe.com/api/transfer_reversals */
import type Stripe from 'stripe';
import { newId } from '../core/call.js';
import type { Call } from '../core/call.js';
import { ApiError, missing, wrongState } from '../core/errors.js';
import { pageOf } from '../core/lists.js';
import type { PageParams } from '../core/lists.js';
import { expand, integer, map, mergedMetadata, page, text } from '../core/params.js';
import { route } from '../core/route.js';
import type { Route } from '../core/route.js';
import { emit } from '../webhooks/emit.js';
import { bookMovement } from './balance.js';
import { settingOf } from './settings.js';
import { holdings, onAccount, returnPayment } from './transfer-payments.js';
import { findTransfer } from './transfers.js';

/** How many reversals a transfer shows itself, the newest ones. */
const SHOWN = 10;

interface CreateParams {
  amount?: number;
  description?: string | null;
  metadata?: Record<string, string> | null;
}

/** Takes back what is left of a transfer, or a part of it, at once. 400 when there is not that much left. */
export function reverseTransfer(call: Call, params: CreateParams, id: string): Stripe.TransferReversal {
  const transfer = findTransfer(call, id);
  const amount = amountToReverse(transfer, params.amount);
  const account = onAccount(call, String(transfer.destination));
  checkFunds(account, transfer, amount);
  const reversal = newId(call.tx, 'trr');
  const sent = call.tx.get('balance_transactions', call.account, String(transfer.balance_transaction));
  const entry = bookMovement(call, {
    amount,
    currency: transfer.currency,
    type: 'transfer_refund',
    source: reversal,
    description: 'REFUND FOR TRANSFER',
    availableOn: sent?.available_on ?? call.now,
  });
  const refund = returnPayment(account, String(transfer.destination_payment), { reversal, amount });
  const made = {
    id: reversal,
    object: 'transfer_reversal',
    amount,
    balance_transaction: entry.id,
    created: call.now,
    currency: transfer.currency,
    destination_payment_refund: refund.id,
    metadata: mergedMetadata(null, params.metadata),
    source_refund: null,
    transfer: id,
  } satisfies Stripe.TransferReversal;
  call.tx.put('transfer_reversals', call.account, made);
  showReversals(call, transfer, amount);
  return made;
}

function amountToReverse(transfer: Stripe.Transfer, asked: number | undefined): number {
  const left = transfer.amount - transfer.amount_reversed;
  const refused = (message: string): ApiError =>
    new ApiError(400, { type: 'invalid_request_error', message, param: 'amount' });
  if (left === 0) throw refused(`The transfer ${transfer.id} is already fully reversed.`);
  if (asked !== undefined && asked > left)
    throw refused(`Only ${left} ${transfer.currency} of transfer ${transfer.id} can still be reversed (not ${asked}).`);
  return asked ?? left;
}

/** A connected account may go below zero, as it may when the platform is liable for that, unless it is forbidden. */
function checkFunds(account: Call, transfer: Stripe.Transfer, amount: number): void {
  if (!settingOf(account.tx, account.account, 'refuse_negative_balances')) return;
  if (holdings(account, transfer.currency) >= amount) return;
  const message = `The connected account ${account.account} has insufficient funds for this reversal.`;
  throw wrongState('balance_insufficient', message);
}

const reversalsOf = (call: Call, transfer: string): Stripe.TransferReversal[] =>
  call.tx.all('transfer_reversals', call.account).filter((reversal) => reversal.transfer === transfer);

/** The transfer as it is after this much more of it was taken back, told to whoever listens. */
function showReversals(call: Call, transfer: Stripe.Transfer, by: number): void {
  const { amount_reversed, reversed } = transfer;
  const next = withReversals(call, {
    ...transfer,
    amount_reversed: amount_reversed + by,
    reversed: amount_reversed + by === transfer.amount,
  });
  emit(call, 'transfer.reversed', next, { amount_reversed, reversed });
  emit(call, 'transfer.updated', next, { amount_reversed, reversed });
}

function withReversals(call: Call, transfer: Stripe.Transfer): Stripe.Transfer {
  const newest = reversalsOf(call, transfer.id).reverse();
  const reversals = { ...transfer.reversals, data: newest.slice(0, SHOWN), has_more: newest.length > SHOWN };
  const next = { ...transfer, reversals };
  call.tx.put('transfers', call.account, next);
  return next;
}

/** The reversal named by `tr_…/trr_…`, or 404. */
function find(call: Call, ids: string): Stripe.TransferReversal {
  const [transfer = '', id = ''] = ids.split('/');
  const reversal = call.tx.get('transfer_reversals', call.account, id);
  if (!reversal || reversal.transfer !== findTransfer(call, transfer).id) throw missing('transfer reversal', id);
  return reversal;
}

function update(call: Call, params: CreateParams, ids: string): Stripe.TransferReversal {
  const reversal = find(call, ids);
  const next = { ...reversal, metadata: mergedMetadata(reversal.metadata, params.metadata) };
  call.tx.put('transfer_reversals', call.account, next);
  withReversals(call, findTransfer(call, String(reversal.transfer)));
  return next;
}

const list = (call: Call, params: PageParams, id: string): object =>
  pageOf(reversalsOf(call, findTransfer(call, id).id), params, `/v1/transfers/${id}/reversals`);

const createShape = { ...expand, amount: integer({ min: 1 }), description: text(), metadata: map };

export const transferReversalRoutes: readonly Route[] = [
  route('POST /v1/transfers/:id/reversals', createShape, reverseTransfer),
  route('GET /v1/transfers/:id/reversals', page, list),
  route('GET /v1/transfers/:id/reversals/:id', expand, (call, _params, ids) => find(call, ids)),
  route('POST /v1/transfers/:id/reversals/:id', { ...expand, metadata: map }, update),
];
