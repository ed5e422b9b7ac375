/**
 * The one statement that changes a payment: its row, facts, history, references, operations, refunds, messages and
 * the inbox row that caused it, all or nothing, and only if nobody else changed the payment since it was read.
 */
import { sql, type RawBuilder } from 'kysely';
import { factKey, type Fact } from '../domain/fact.js';
import type { Message } from '../domain/message.js';
import type { OperationStatus, Refund } from '../domain/operation.js';
import type { HistoryRow, Payment } from '../domain/payment.js';
import type { Db } from './database.js';
import { stillHas, type Claimed } from './inbox.js';
import { outboxSteps } from './outbox.js';
import type { Scope } from './payments.js';

/** What is known of an operation after an answer. */
export interface OperationChange {
  id: string;
  status: OperationStatus;
  unanswered: boolean;
  keySpent: boolean;
  reason?: string;
  /** When an operation without a final answer is asked or read back next: ISO text. */
  nextAskAt?: string;
}

export interface Change {
  /** The payment as it shall be; `version` is the one that was read. */
  payment: Payment;
  /** Facts that are new or have grown. */
  facts: Fact[];
  history: HistoryRow[];
  references: { kind: string; id: string; parent?: string }[];
  operations: OperationChange[];
  refunds: Refund[];
  messages: Message[];
  /** Subjects of parked inbox rows that may go on now. */
  wakes?: string[];
  /** Subjects of parked inbox rows that nothing follows from any more: finished with the result, removed without one. */
  closes?: { subjects: string[]; result?: string };
  /** When the payment is looked at by itself (ISO text); undefined: never again. */
  nextLookAt: string | undefined;
  /** Who learned it: `answer`, `webhook`, `read-back`, `command`, `page`. */
  source: string;
  /** The inbox row that is finished by this, if it is still ours; the news count in any case. */
  inbox?: { row: Claimed; result: string; state?: 'done' | 'dead' };
  now: string;
}

/** True when the change was written; false when the payment has changed since it was read, and nothing was. */
export async function writeChange(db: Db, scope: Scope, change: Change): Promise<boolean> {
  const moved = sql`(select 1 from moved) s`;
  const steps: RawBuilder<unknown>[] = [paymentStep(scope, change)];
  if (change.facts.length > 0) steps.push(factStep(scope, change));
  if (change.history.length > 0) steps.push(historyStep(scope, change));
  if (change.references.length > 0) steps.push(referenceStep(scope, change));
  if (change.wakes !== undefined && change.wakes.length > 0) steps.push(wakeStep(scope, change, change.wakes));
  if (change.closes !== undefined) steps.push(closeStep(scope, change, change.closes));
  if (change.operations.length > 0) steps.push(operationStep(scope, change));
  if (change.refunds.length > 0) steps.push(refundStep(scope, change));
  if (change.messages.length > 0) {
    steps.push(outboxSteps(scope, change.messages, { now: change.now, source: moved, paymentId: change.payment.id }));
  }
  if (change.inbox !== undefined) steps.push(inboxStep(scope, change, change.inbox));
  const { rows } = await sql<{ moved: number }>`
    with ${sql.join(steps, sql`, `)} select count(*)::int as moved from moved`.execute(db);
  return rows[0]?.moved === 1;
}

function paymentStep(scope: Scope, { payment, nextLookAt, now }: Change): RawBuilder<unknown> {
  return sql`moved as (
    update payments set status = ${payment.status}, round = ${payment.round}, amount = ${payment.amount},
      currency = ${payment.currency}, order_reference = ${payment.orderReference ?? null},
      transaction_id = ${payment.transactionId ?? null}, quote = ${JSON.stringify(payment.order)}::jsonb,
      redirect_success_url = ${payment.redirectSuccessUrl ?? null}, redirect_cancel_url = ${payment.redirectCancelUrl ?? null},
      checkout_summary_url = ${payment.checkoutSummaryUrl ?? null}, details = ${JSON.stringify(payment.details)}::jsonb,
      session = ${payment.session ?? null}, page_expires_at = ${payment.pageExpiresAt}::timestamptz,
      authorized = ${payment.authorized}, captured = ${payment.captured}, refunded = ${payment.refunded},
      next_look_at = ${nextLookAt ?? null}::timestamptz, version = version + 1, updated_at = ${now}::timestamptz
    where id = ${payment.id} and app_id = ${scope.appId} and tenant_id = ${scope.tenantId} and version = ${payment.version}
    returning id)`;
}

function factStep(scope: Scope, { payment, facts, source, now }: Change): RawBuilder<unknown> {
  const rows = JSON.stringify(facts.map((fact) => ({ fact_key: factKey(fact), fact })));
  return sql`learned as (
    insert into payment_facts (app_id, tenant_id, payment_id, round, fact_key, fact, source, recorded_at)
    select ${scope.appId}, ${scope.tenantId}, moved.id, ${payment.round}, f.fact_key, f.fact, ${source}, ${now}::timestamptz
    from moved, jsonb_to_recordset(${rows}::jsonb) as f (fact_key text, fact jsonb)
    on conflict (payment_id, round, fact_key) do update set fact = excluded.fact, source = excluded.source,
      recorded_at = excluded.recorded_at)`;
}

function historyStep(scope: Scope, { history }: Change): RawBuilder<unknown> {
  const rows = JSON.stringify(history.map((row, n) => ({ ...row, fromStatus: row.fromStatus ?? null, n })));
  return sql`happened as (
    insert into payment_history (app_id, tenant_id, payment_id, from_status, to_status, reason, at)
    select ${scope.appId}, ${scope.tenantId}, moved.id, h."fromStatus", h."toStatus", h.reason, h.at
    from moved, jsonb_to_recordset(${rows}::jsonb)
      as h ("fromStatus" text, "toStatus" text, reason text, at timestamptz, n int)
    order by h.n)`;
}

function referenceStep(scope: Scope, { references, now }: Change): RawBuilder<unknown> {
  const rows = JSON.stringify(references.map((reference) => ({ ...reference, parent: reference.parent ?? null })));
  return sql`named as (
    insert into payment_references (app_id, tenant_id, payment_id, kind, reference, parent, created_at)
    select ${scope.appId}, ${scope.tenantId}, moved.id, r.kind, r.id, r.parent, ${now}::timestamptz
    from moved, jsonb_to_recordset(${rows}::jsonb) as r (kind text, id text, parent text)
    on conflict (app_id, tenant_id, reference) do nothing)`;
}

/** Webhooks that came before we knew the PSP's id, or the order, wait under it; they are due now. */
function wakeStep(scope: Scope, { now }: Change, subjects: string[]): RawBuilder<unknown> {
  return sql`woken as (
    update inbox set state = 'due', due_at = ${now}::timestamptz, expires_at = null
    where exists (select 1 from moved) and app_id = ${scope.appId} and tenant_id = ${scope.tenantId}
      and state = 'parked' and subject = any(${subjects}::text[]))`;
}

/** The row that is being applied is not parked, so it is not touched. */
function closeStep(scope: Scope, { now }: Change, { subjects, result }: NonNullable<Change['closes']>) {
  if (result === undefined)
    return sql`closed as (
      delete from inbox where exists (select 1 from moved) and app_id = ${scope.appId} and tenant_id = ${scope.tenantId}
        and source = 'webhook' and state = 'parked' and subject = any(${subjects}::text[]))`;
  return sql`closed as (
    update inbox set state = 'done', result = ${result}, finished_at = ${now}::timestamptz, expires_at = null
    where exists (select 1 from moved) and app_id = ${scope.appId} and tenant_id = ${scope.tenantId}
      and source = 'webhook' and state = 'parked' and subject = any(${subjects}::text[]))`;
}

function operationStep(scope: Scope, { operations, now }: Change): RawBuilder<unknown> {
  const rows = JSON.stringify(
    operations.map((operation) => ({
      ...operation,
      reason: operation.reason ?? null,
      nextAskAt: operation.nextAskAt ?? null,
    })),
  );
  return sql`answered as (
    update operations o set status = c.status, unanswered = c.unanswered, key_spent = c."keySpent",
      reason = coalesce(c.reason, o.reason), next_ask_at = coalesce(c."nextAskAt", o.next_ask_at),
      settled_at = case when c.status in ('asked', 'pending') then null else coalesce(o.settled_at, ${now}::timestamptz) end
    from jsonb_to_recordset(${rows}::jsonb)
      as c (id uuid, status text, unanswered boolean, "keySpent" boolean, reason text, "nextAskAt" timestamptz)
    where exists (select 1 from moved) and o.id = c.id and o.app_id = ${scope.appId} and o.tenant_id = ${scope.tenantId})`;
}

function refundStep(scope: Scope, { payment, refunds, now }: Change): RawBuilder<unknown> {
  const rows = JSON.stringify(
    refunds.map((refund) => ({
      ...refund,
      operationId: refund.operationId ?? null,
      refundId: refund.refundId ?? null,
      reason: refund.reason ?? null,
    })),
  );
  return sql`given_back as (
    insert into refunds (id, app_id, tenant_id, payment_id, operation_id, refund_id, status, amount, currency, item_ids, reason, created_at, updated_at)
    select r.id, ${scope.appId}, ${scope.tenantId}, moved.id, r."operationId", r."refundId", r.status, r.amount,
      ${payment.currency}, r."itemIds", r.reason, ${now}::timestamptz, ${now}::timestamptz
    from moved, jsonb_to_recordset(${rows}::jsonb)
      as r (id uuid, "operationId" uuid, "refundId" text, status text, amount bigint, "itemIds" jsonb, reason text)
    on conflict (id) do update set refund_id = excluded.refund_id, status = excluded.status, amount = excluded.amount,
      operation_id = excluded.operation_id, item_ids = excluded.item_ids, reason = excluded.reason, updated_at = excluded.updated_at)`;
}

function inboxStep(scope: Scope, { now }: Change, inbox: NonNullable<Change['inbox']>): RawBuilder<unknown> {
  return sql`finished as (
    update inbox set state = ${inbox.state ?? 'done'}, result = ${inbox.result}, finished_at = ${now}::timestamptz, leased_until = null
    where exists (select 1 from moved) and app_id = ${scope.appId} and tenant_id = ${scope.tenantId} and ${stillHas(inbox.row)})`;
}
