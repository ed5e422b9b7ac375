/**
 * Takes personal data out of payments that are over, and throws away what was kept for repetitions. Amounts, items, ids,
 * statuses and history stay: money has to be accounted for, and a dispute may come months later.
 */
import { sql } from 'kysely';
import type { Db } from './database.js';
import type { Scope } from './payments.js';

export interface Erasure {
  /** Of this order, or of everything that has not changed since this moment (ISO text). */
  of: { orderReference: string } | { before: string };
  /** Statuses of payments that are over. */
  statuses: readonly string[];
  /** What takes the place of stored bodies: sealed like them. */
  emptyBody: string;
}

/** How many rows lost something. */
export interface Erased {
  payments: number;
  operations: number;
  inbox: number;
  messages: number;
  replies: number;
}

/** Members of the stored order that say nothing about a person. */
const KEPT_OF_ORDER = ['orderReference', 'grandTotal', 'currency', 'paymentMethod', 'priceMode', 'storeName', 'locale', 'discountTotal', 'taxTotal', 'lines', 'expenses']; // prettier-ignore

/** Erases in one commit. Safe to repeat. Payments that are not over are left as they are. */
export async function erasePersonalData(db: Db, scope: Scope, erasure: Erasure): Promise<Erased> {
  const { of, statuses, emptyBody } = erasure;
  const { appId, tenantId } = scope;
  const chosen = 'before' in of ? sql`updated_at < ${of.before}::timestamptz` : sql`order_reference = ${of.orderReference}`;
  const old = 'before' in of ? sql`created_at < ${of.before}::timestamptz` : sql`true`;
  const { rows } = await sql<Erased>`
    with ours as (
      select id from payments where app_id = ${appId} and tenant_id = ${tenantId} and ${chosen}
        and status = any(${[...statuses]}::text[])
    ), bare as (
      update payments p set details = '{}', session = null, owner = null, redirect_success_url = null,
        redirect_cancel_url = null, checkout_summary_url = null,
        quote = (select coalesce(jsonb_object_agg(key, value), '{}') from jsonb_each(p.quote)
          where key = any(${KEPT_OF_ORDER}::text[])) || '{"billing": {}, "additional": {}}'
      from ours where p.app_id = ${appId} and p.tenant_id = ${tenantId} and p.id = ours.id returning p.id
    ), asked as (
      update operations o set parameters = '{}', patch = '{}', reason = null from ours
      where o.app_id = ${appId} and o.tenant_id = ${tenantId} and o.payment_id = ours.id
        and o.status in ('succeeded', 'declined', 'failed') and o.parameters <> '{}' returning 1
    ), subjects as (
      select r.reference from payment_references r join ours on r.payment_id = ours.id
      where r.app_id = ${appId} and r.tenant_id = ${tenantId}
      union select order_reference from payments p join ours using (id)
      where p.app_id = ${appId} and p.tenant_id = ${tenantId} and order_reference is not null
    ), heard as (
      update inbox i set body = ${emptyBody} where i.app_id = ${appId} and i.tenant_id = ${tenantId} and i.state = 'done'
        and i.subject in (select reference from subjects) and i.body <> ${emptyBody} returning 1
    ), told as (
      update outbox m set payload = m.payload - 'details' from ours
      where m.app_id = ${appId} and m.tenant_id = ${tenantId} and m.payment_id = ours.id and m.state = 'acknowledged'
        and m.payload ? 'details' returning 1
    ), answered as (
      delete from replies where app_id = ${appId} and tenant_id = ${tenantId} and ${old} returning 1
    )
    select (select count(*) from bare)::int as payments, (select count(*) from asked)::int as operations,
      (select count(*) from heard)::int as inbox, (select count(*) from told)::int as messages,
      (select count(*) from answered)::int as replies`.execute(db);
  return rows[0] ?? { payments: 0, operations: 0, inbox: 0, messages: 0, replies: 0 };
} // prettier-ignore

/** Removes a tenant with everything of it, its key included, so that copies of sealed texts open nothing any more. */
export async function forgetTenant(db: Db, scope: Scope, tables: readonly string[]): Promise<number> {
  let count = 0;
  await db.transaction().execute(async (tx) => {
    for (const table of tables) {
      const { rows } = await sql`delete from ${sql.table(table)}
        where app_id = ${scope.appId} and tenant_id = ${scope.tenantId} returning 1`.execute(tx);
      count += rows.length;
    }
  });
  return count;
}

/** Tables of tenants, so that no row is left when its owner goes. Rows of a payment go with it. */
export const TENANT_TABLES: readonly string[] = [
  'payments', 'operations', 'inbox', 'outbox', 'message_clocks', 'replies', 'refunds', 'merchants', 'transfers',
  'payment_references', 'payment_facts', 'payment_history', 'transfer_items', 'transfer_reversals', 'payment_methods',
  'webhook_endpoints', 'storefront_origins', 'wallet_domains', 'tenants', 'tenant_keys',
]; // prettier-ignore
