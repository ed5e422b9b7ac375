/**
 * Shares sent to merchants and what is taken back of them. A transfer, its items and the operation that asks for it are
 * stored in one commit while its payment is locked; an item is live in one transfer at a time.
 */
import { sql } from 'kysely';
import type { Reversal, Transfer, TransferredItem, TransferStatus } from '../domain/transfer.js';
import { isLive } from '../domain/transfer-plan.js';
import type { Db } from './database.js';
import { isoText, type Scope } from './payments.js';

/** How transfers are looked for; by a PSP's id also under that of a reversal. */
export type TransferKey = { paymentId: string } | { id: string } | { transferId: string };

interface TransferRow {
  id: string;
  payment_id: string;
  operation_id: string;
  order_reference: string;
  merchant_reference: string;
  account_id: string;
  transfer_id: string | null;
  status: TransferStatus;
  amount: number;
  currency: string;
  is_untied: boolean;
  reversed_elsewhere: number;
  reason: string | null;
  created_at: string;
  items: TransferredItem[];
  reversals: Reversal[];
}

/** Keeps everybody else from beginning a transfer of the payment until the transaction ends. */
export async function lockPayment(tx: Db, scope: Scope, paymentId: string): Promise<void> {
  await sql`select id from payments
    where app_id = ${scope.appId} and tenant_id = ${scope.tenantId} and id = ${paymentId} for no key update`.execute(
    tx,
  );
}

/** Transfers with their items and reversals, oldest first. */
export async function listTransfers(db: Db, scope: Scope, key: TransferKey): Promise<Transfer[]> {
  const { rows } = await sql<TransferRow>`
    select t.*,
      (select coalesce(jsonb_agg(jsonb_build_object('itemReference', i.item_reference, 'amount', i.amount)
          order by i.item_reference), '[]')
        from transfer_items i where i.transfer_row = t.id) as items,
      (select coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object('id', r.id, 'operationId', r.operation_id,
          'reversalId', r.reversal_id, 'status', r.status, 'amount', r.amount, 'items', r.items,
          'requestKey', r.request_key, 'reason', r.reason, 'createdAt', ${isoText('r.created_at')}))
          order by r.created_at, r.id), '[]')
        from transfer_reversals r where r.transfer_row = t.id) as reversals
    from transfers t
    where t.app_id = ${scope.appId} and t.tenant_id = ${scope.tenantId} and ${matches(scope, key)}
    order by t.created_at, t.id`.execute(db);
  return rows.map(toTransfer);
}

/** Stores a transfer that is about to be asked for. Throws when one of its items is live in another one. */
export async function addTransfer(
  tx: Db,
  scope: Scope,
  transfer: Omit<Transfer, 'status' | 'isUntied' | 'reversedElsewhere' | 'reversals'> & { connector: string },
): Promise<void> {
  const { id, paymentId, operationId, connector, orderReference, merchantReference, accountId, items } = transfer;
  await sql`
    insert into transfers (id, app_id, tenant_id, payment_id, operation_id, connector, order_reference,
      merchant_reference, account_id, status, amount, currency, created_at)
    values (${id}, ${scope.appId}, ${scope.tenantId}, ${paymentId}, ${operationId}, ${connector}, ${orderReference},
      ${merchantReference}, ${accountId}, 'asked', ${transfer.amount}, ${transfer.currency},
      ${transfer.createdAt}::timestamptz)`.execute(tx);
  await sql`
    insert into transfer_items (app_id, tenant_id, payment_id, transfer_row, item_reference, amount, is_live)
    select ${scope.appId}, ${scope.tenantId}, ${paymentId}, ${id}, i."itemReference", i.amount, true
    from jsonb_to_recordset(${JSON.stringify(items)}::jsonb) as i ("itemReference" text, amount bigint)`.execute(tx);
}

/** Stores a reversal that is about to be asked for. */
export async function addReversal(
  tx: Db,
  scope: Scope,
  transferRow: string,
  reversal: Omit<Reversal, 'status'>,
): Promise<void> {
  await sql`
    insert into transfer_reversals (id, app_id, tenant_id, transfer_row, operation_id, status, amount, items,
      request_key, created_at)
    values (${reversal.id}, ${scope.appId}, ${scope.tenantId}, ${transferRow}, ${reversal.operationId}, 'asked',
      ${reversal.amount}, ${JSON.stringify(reversal.items)}::jsonb, ${reversal.requestKey},
      ${reversal.createdAt}::timestamptz)`.execute(tx);
}

/** What is known of a transfer or a reversal after an answer. */
export interface TransferEnd {
  operationId: string;
  status: Exclude<TransferStatus, 'asked'>;
  /** The PSP's id. */
  pspId?: string;
  isUntied?: boolean;
  reason?: string;
  now: string;
}

/** Writes the end of a transfer or reversal that is asked, and frees items that may be paid again. Safe to repeat. */
export async function endTransfer(tx: Db, scope: Scope, transferRow: string, end: TransferEnd): Promise<void> {
  const { operationId, status, pspId = null, reason = null, now } = end;
  await lockTransfer(tx, scope, transferRow);
  await sql`
    update transfers set status = ${status}, transfer_id = ${pspId}, is_untied = ${end.isUntied === true},
      reason = ${reason}, settled_at = ${now}::timestamptz
    where app_id = ${scope.appId} and tenant_id = ${scope.tenantId} and id = ${transferRow}
      and operation_id = ${operationId} and status = 'asked'`.execute(tx);
  await sql`
    update transfer_reversals set status = ${status}, reversal_id = ${pspId}, reason = ${reason},
      settled_at = ${now}::timestamptz
    where app_id = ${scope.appId} and tenant_id = ${scope.tenantId} and transfer_row = ${transferRow}
      and operation_id = ${operationId} and status = 'asked'`.execute(tx);
  await freeItems(tx, scope, transferRow);
}

/**
 * Records how much of a transfer was taken back so far, as the PSP tells it: what we did not ask for was done by somebody
 * else. Older news change nothing. False when one of ours has no answer yet, so that nobody can tell whose it was.
 */
export async function recordReversed(
  tx: Db,
  scope: Scope,
  transferRow: string,
  reversed: number,
): Promise<{ isKnown: boolean; elsewhere: number }> {
  await lockTransfer(tx, scope, transferRow);
  const [transfer] = await listTransfers(tx, scope, { id: transferRow });
  const { reversals = [], amount = 0, reversedElsewhere = 0 } = transfer ?? {};
  if (reversals.some(({ status }) => status === 'asked')) return { isKnown: false, elsewhere: 0 };
  const ours = reversals.reduce((sum, reversal) => sum + (reversal.status === 'paid' ? reversal.amount : 0), 0);
  const elsewhere = Math.min(reversed, amount) - ours;
  if (elsewhere <= reversedElsewhere) return { isKnown: true, elsewhere: 0 };
  await sql`update transfers set reversed_elsewhere = ${elsewhere}
    where app_id = ${scope.appId} and tenant_id = ${scope.tenantId} and id = ${transferRow}`.execute(tx);
  await freeItems(tx, scope, transferRow);
  return { isKnown: true, elsewhere: elsewhere - reversedElsewhere };
}

/** True while a transfer of the tenant has no answer yet, so that the PSP may know one that we do not. */
export async function isTransferOpen(db: Db, scope: Scope): Promise<boolean> {
  const { rows } = await sql<{ any: boolean }>`
    select exists (select 1 from transfers where app_id = ${scope.appId} and tenant_id = ${scope.tenantId}
      and status = 'asked') as any`.execute(db);
  return rows[0]?.any === true;
}

async function lockTransfer(tx: Db, scope: Scope, id: string): Promise<void> {
  await sql`select id from transfers
    where app_id = ${scope.appId} and tenant_id = ${scope.tenantId} and id = ${id} for no key update`.execute(tx);
}

async function freeItems(tx: Db, scope: Scope, transferRow: string): Promise<void> {
  const [transfer] = await listTransfers(tx, scope, { id: transferRow });
  if (transfer === undefined) return;
  const live = transfer.items.map(({ itemReference }) => itemReference).filter((item) => isLive(transfer, item));
  await sql`update transfer_items set is_live = false
    where app_id = ${scope.appId} and tenant_id = ${scope.tenantId} and transfer_row = ${transferRow} and is_live
      and not (item_reference = any(${live}::text[]))`.execute(tx);
}

function matches(scope: Scope, key: TransferKey) {
  if ('paymentId' in key) return sql`t.payment_id = ${key.paymentId}`;
  if ('id' in key) return sql`t.id = ${key.id}`;
  return sql`(t.transfer_id = ${key.transferId} or t.id = (select r.transfer_row from transfer_reversals r
    where r.app_id = ${scope.appId} and r.tenant_id = ${scope.tenantId} and r.reversal_id = ${key.transferId}))`;
}

function toTransfer(row: TransferRow): Transfer {
  return {
    id: row.id,
    paymentId: row.payment_id,
    operationId: row.operation_id,
    orderReference: row.order_reference,
    merchantReference: row.merchant_reference,
    accountId: row.account_id,
    ...(row.transfer_id === null ? {} : { transferId: row.transfer_id }),
    status: row.status,
    amount: row.amount,
    currency: row.currency,
    items: row.items,
    isUntied: row.is_untied,
    reversedElsewhere: row.reversed_elsewhere,
    reversals: row.reversals,
    ...(row.reason === null ? {} : { reason: row.reason }),
    createdAt: row.created_at,
  };
}
