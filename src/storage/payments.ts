/** Finds payments and reads everything about one in a single statement. Changes are written by settle.ts alone. */
import { sql } from 'kysely';
import type { Fact } from '../domain/fact.js';
import type { OperationView, Refund } from '../domain/operation.js';
import type { Order } from '../domain/order.js';
import type { HistoryRow, Payment, PaymentFile, PaymentStatus } from '../domain/payment.js';
import type { Db } from './database.js';

/** Where a row belongs. Every query is scoped by it. */
export interface Scope {
  appId: string;
  tenantId: string;
}

/** How a payment is looked for; a former transaction id finds its payment too. */
export type PaymentKey =
  { id: string } | { orderReference: string } | { transactionId: string } | { reference: string };

interface PaymentRow {
  id: string;
  tenant_id: string;
  connector: string;
  order_reference: string | null;
  transaction_id: string | null;
  owner: string | null;
  status: PaymentStatus;
  round: number;
  amount: number;
  currency: string;
  quote: Order;
  redirect_success_url: string | null;
  redirect_cancel_url: string | null;
  checkout_summary_url: string | null;
  details: Record<string, string>;
  session: string | null;
  page_expires_at: string;
  authorized: number;
  captured: number;
  refunded: number;
  version: number;
  looks: number;
  created_at: string;
}

interface FileRow extends PaymentRow {
  facts: Fact[];
  operations: OperationView[];
  refunds: Refund[];
  history: HistoryRow[];
  refs: { kind: string; reference: string; parent?: string }[];
}

/** The payment, or undefined. Never another tenant's. */
export async function findPayment(db: Db, scope: Scope, key: PaymentKey): Promise<Payment | undefined> {
  const { rows } = await sql<PaymentRow>`
    select p.* from payments p
    where p.app_id = ${scope.appId} and p.tenant_id = ${scope.tenantId} and ${matches(scope, key)}`.execute(db);
  return rows[0] === undefined ? undefined : toPayment(rows[0]);
}

/** The payment with its facts of this round, operations, refunds, history and references, as of one moment. */
export async function readPaymentFile(db: Db, scope: Scope, key: PaymentKey): Promise<PaymentFile | undefined> {
  const { rows } = await sql<FileRow>`
    select p.*,
      (select coalesce(jsonb_agg(f.fact), '[]') from payment_facts f where f.payment_id = p.id and f.round = p.round) as facts,
      (select coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object('id', o.id, 'kind', o.kind, 'status', o.status,
          'unanswered', o.unanswered, 'amount', o.amount, 'itemIds', o.item_ids, 'capturedBefore', o.captured_before,
          'askedAt', ${isoText('o.asked_at')}, 'settledAt', ${isoText('o.settled_at')}, 'reason', o.reason)) order by o.asked_at, o.id), '[]')
        from operations o where o.payment_id = p.id) as operations,
      (select coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object('id', r.id, 'operationId', r.operation_id,
          'refundId', r.refund_id, 'status', r.status, 'amount', r.amount, 'itemIds', r.item_ids, 'reason', r.reason))
          order by r.created_at, r.id), '[]') from refunds r where r.payment_id = p.id) as refunds,
      (select coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object('fromStatus', h.from_status, 'toStatus', h.to_status,
          'reason', h.reason, 'at', ${isoText('h.at')})) order by h.id), '[]')
        from payment_history h where h.payment_id = p.id) as history,
      (select coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object('kind', x.kind, 'reference', x.reference,
          'parent', x.parent)) order by x.created_at), '[]') from payment_references x where x.payment_id = p.id) as refs
    from payments p
    where p.app_id = ${scope.appId} and p.tenant_id = ${scope.tenantId} and ${matches(scope, key)}`.execute(db);
  const row = rows[0];
  if (row === undefined) return undefined;
  const { facts, operations, refunds, history, refs } = row;
  return { payment: toPayment(row), facts, operations, refunds, history, references: refs };
}

/** True when the tenant has a payment whose status is none of those: its order is still open. */
export async function hasOpenPayment(db: Db, scope: Scope, closed: readonly PaymentStatus[]): Promise<boolean> {
  const { rows } = await sql<{ open: boolean }>`
    select exists (select 1 from payments where app_id = ${scope.appId} and tenant_id = ${scope.tenantId}
      and transaction_id is not null and not (status = any(${[...closed]}::text[]))) as open`.execute(db);
  return rows[0]?.open === true;
}

/** Removes the tenant's payments with all that hangs on them. Messages and the inbox stay as evidence. */
export async function removePayments(db: Db, scope: Scope): Promise<void> {
  await sql`delete from payments where app_id = ${scope.appId} and tenant_id = ${scope.tenantId}`.execute(db);
}

/** Tenants that own any of these PSP ids: unverified hints that only choose whose secrets are tried. */
export async function tenantsOfReferences(db: Db, appId: string, references: string[]): Promise<string[]> {
  if (references.length === 0) return [];
  const { rows } = await sql<{ tenant_id: string }>`
    select distinct tenant_id from payment_references
    where app_id = ${appId} and reference = any(${references}::text[]) limit 10`.execute(db);
  return rows.map((row) => row.tenant_id);
}

/** Payments that wear this transaction id, whatever the tenant: for the page's return without a token. */
export async function paymentsByTransaction(db: Db, appId: string, transactionId: string): Promise<Payment[]> {
  const { rows } = await sql<PaymentRow>`
    select * from payments where app_id = ${appId} and transaction_id = ${transactionId} limit 2`.execute(db);
  return rows.map(toPayment);
}

function matches(scope: Scope, key: PaymentKey) {
  if ('id' in key) return sql`p.id = ${key.id}`;
  if ('orderReference' in key) return sql`p.order_reference = ${key.orderReference}`;
  const ofKind = 'transactionId' in key ? sql`and x.kind = 'payment'` : sql``;
  const reference = 'transactionId' in key ? key.transactionId : key.reference;
  return sql`p.id = (select x.payment_id from payment_references x where x.app_id = ${scope.appId}
    and x.tenant_id = ${scope.tenantId} ${ofKind} and x.reference = ${reference})`;
}

/** Times inside JSON, in the form of `Date.toISOString`. */
export function isoText(column: string) {
  return sql`to_char(${sql.raw(column)} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
}

function toPayment(row: PaymentRow): Payment {
  return {
    id: row.id,
    tenantId: row.tenant_id,
    connector: row.connector,
    ...(row.order_reference === null ? {} : { orderReference: row.order_reference }),
    ...(row.transaction_id === null ? {} : { transactionId: row.transaction_id }),
    ...(row.owner === null ? {} : { owner: row.owner }),
    status: row.status,
    round: row.round,
    amount: row.amount,
    currency: row.currency,
    order: row.quote,
    ...(row.redirect_success_url === null ? {} : { redirectSuccessUrl: row.redirect_success_url }),
    ...(row.redirect_cancel_url === null ? {} : { redirectCancelUrl: row.redirect_cancel_url }),
    ...(row.checkout_summary_url === null ? {} : { checkoutSummaryUrl: row.checkout_summary_url }),
    details: row.details,
    ...(row.session === null ? {} : { session: row.session }),
    pageExpiresAt: row.page_expires_at,
    authorized: row.authorized,
    captured: row.captured,
    refunded: row.refunded,
    version: row.version,
    looks: row.looks,
    createdAt: row.created_at,
  };
}
