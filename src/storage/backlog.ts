/** How much waits, and for how long: sums over all tenants of the app, and over one, for operators. */
import { sql } from 'kysely';
import type { Db } from './database.js';
import type { Scope } from './payments.js';

/** Ages are in seconds. */
export interface Backlog {
  inbox: { state: string; count: number; oldest: number }[];
  outbox: { count: number; oldest: number };
  operations: { kind: string; count: number; oldest: number }[];
  payments: { status: string; count: number }[];
  deadLetters: number;
}

/** Ages are in seconds at `now`. Payments of a final status are not counted. */
export async function readBacklog(
  db: Db,
  appId: string,
  of: { now: string; finalStatuses: readonly string[] },
): Promise<Backlog> {
  const age = (column: string) =>
    sql`greatest(0, extract(epoch from ${of.now}::timestamptz - min(${sql.ref(column)})))::float8 as oldest`;
  const inbox = await sql<Backlog['inbox'][number]>`
    select state, count(*)::int as count, ${age('received_at')} from inbox
    where app_id = ${appId} and state in ('due', 'parked') group by state`.execute(db);
  const outbox = await sql<{ count: number; oldest: number | null }>`
    select count(*)::int as count, ${age('created_at')} from outbox
    where app_id = ${appId} and state = 'queued'`.execute(db);
  const operations = await sql<Backlog['operations'][number]>`
    select kind, count(*)::int as count, ${age('asked_at')} from operations
    where app_id = ${appId} and status = 'asked' group by kind`.execute(db);
  const payments = await sql<Backlog['payments'][number]>`
    select status, count(*)::int as count from payments
    where app_id = ${appId} and not status = any(${[...of.finalStatuses]}::text[]) group by status`.execute(db);
  const dead = await sql<{ count: number }>`
    select (select count(*) from inbox where app_id = ${appId} and state = 'dead')::int
      + (select count(*) from outbox where app_id = ${appId} and state = 'dead')::int as count`.execute(db);
  return {
    inbox: inbox.rows,
    outbox: { count: outbox.rows[0]?.count ?? 0, oldest: outbox.rows[0]?.oldest ?? 0 },
    operations: operations.rows,
    payments: payments.rows,
    deadLetters: dead.rows[0]?.count ?? 0,
  };
}

/** What waits of one tenant; ages in seconds, 0 when nothing does. */
export interface TenantBacklog {
  messages: number;
  oldestMessage: number;
  /** Names of messages that were fetched again and again, and never acknowledged. */
  untaken: string[];
  askings: number;
  oldestAsking: number;
  /** Webhooks and commands that may be worked on and are not; `oldestDue` since when. */
  due: number;
  oldestDue: number;
  deadLetters: number;
}

/** Deliveries after which a shop has had its chance: a worker may well have been ended once or twice. */
const FETCHED_OFTEN = 4;

const NOTHING: TenantBacklog = {
  messages: 0,
  oldestMessage: 0,
  untaken: [],
  askings: 0,
  oldestAsking: 0,
  due: 0,
  oldestDue: 0,
  deadLetters: 0,
};

/** Reads it at `now`. */
export async function tenantBacklog(db: Db, scope: Scope, now: string): Promise<TenantBacklog> {
  const { appId, tenantId } = scope;
  const age = (column: string) =>
    sql`coalesce(greatest(0, extract(epoch from ${now}::timestamptz - min(${sql.ref(column)}))), 0)::float8`;
  const { rows } = await sql<TenantBacklog>`
    select o.messages, o."oldestMessage", o.untaken, p.askings, p."oldestAsking", i.due, i."oldestDue", d."deadLetters"
      from
      (select count(*)::int as messages, ${age('created_at')} as "oldestMessage",
          coalesce(array_agg(distinct name) filter (where deliveries >= ${FETCHED_OFTEN}), '{}') as untaken from outbox
        where app_id = ${appId} and tenant_id = ${tenantId} and state = 'queued') o,
      (select count(*)::int as askings, ${age('asked_at')} as "oldestAsking" from operations
        where app_id = ${appId} and tenant_id = ${tenantId} and status = 'asked') p,
      (select count(*)::int as due, ${age('due_at')} as "oldestDue" from inbox
        where app_id = ${appId} and tenant_id = ${tenantId} and state = 'due' and due_at <= ${now}::timestamptz) i,
      (select (select count(*) from inbox where app_id = ${appId} and tenant_id = ${tenantId} and state = 'dead')::int
        + (select count(*) from outbox where app_id = ${appId} and tenant_id = ${tenantId} and state = 'dead')::int
        as "deadLetters") d`.execute(db);
  return rows[0] ?? NOTHING;
}
