/**
 * What PSPs and shops told us. A row is added once per identity before it is acknowledged; workers apply the rows of
 * one lane (tenant, source, subject) one after the other. Rows are parked, retried, and at last set aside as dead, each by
 * the worker that claimed it last: whoever was too slow for its lease changes nothing any more.
 */
import { sql, type RawBuilder } from 'kysely';
import type { Db } from './database.js';
import type { Scope } from './payments.js';

/** How long a worker has for one row before another may take it, unless it renews its lease. */
const LEASE_SECONDS = 10;
/** What is left of a lease when it is worth renewing. */
const RENEW_SECONDS = 7;

/** A woken row gets back into its own lane. */
const OWN_SUBJECT = sql`subject = coalesce(attributes->>'subject', subject)`;

export type InboxSource = 'webhook' | 'command';
export type InboxState = 'due' | 'parked' | 'done' | 'dead';

export interface InboxEntry {
  source: InboxSource;
  /** The same identity is applied once. */
  identity: string;
  subject: string;
  type: string;
  mode: string;
  /** Sealed. */
  body: string;
  attributes: Record<string, unknown>;
}

export interface InboxRow extends InboxEntry {
  id: number;
  tenantId: string;
  state: InboxState;
  attempts: number;
  receivedAt: string;
  result?: string;
}

/** A row as a worker claimed it: each claim counts one attempt. */
export type Claimed = Pick<InboxRow, 'id' | 'attempts'>;

/** A row that a worker has in work. */
export type InWork = Pick<InboxRow, 'id' | 'attempts' | 'tenantId'>;

interface Row {
  id: number;
  tenant_id: string;
  source: InboxSource;
  identity: string;
  subject: string;
  type: string;
  mode: string;
  body: string;
  attributes: Record<string, unknown>;
  state: InboxState;
  attempts: number;
  received_at: string;
  result: string | null;
}

/**
 * Adds the entry once. False when this identity is known already. A command that is done and told again becomes due
 * once more, marked `again`, so that its sender hears the answer again; a webhook told again changes nothing.
 */
export async function addOnce(db: Db, scope: Scope, entry: InboxEntry, now: string): Promise<boolean> {
  const { rows } = await sql<{ added: boolean }>`
    insert into inbox (app_id, tenant_id, source, identity, subject, type, mode, body, attributes, state, due_at, received_at)
    values (${scope.appId}, ${scope.tenantId}, ${entry.source}, ${entry.identity}, ${entry.subject}, ${entry.type}, ${entry.mode},
      ${entry.body}, ${JSON.stringify(entry.attributes)}::jsonb, 'due', ${now}::timestamptz, ${now}::timestamptz)
    on conflict (app_id, tenant_id, source, identity) do update
      set state = 'due', due_at = excluded.due_at, attempts = 0, attributes = inbox.attributes || '{"again": true}'
      where inbox.source = 'command' and inbox.state = 'done'
    returning (xmax = 0) as added`.execute(db);
  return rows[0]?.added === true;
}

export interface InboxClaim {
  now: string;
  limit: number;
  /** Rows of one tenant that this worker may have in work. */
  perTenant: number;
  /** What it has in work already. That is not claimed again, even when its lease has run out. */
  inWork: readonly Pick<InboxRow, 'id' | 'tenantId'>[];
}

/**
 * Claims due rows for this worker, at most one per lane, and never a row behind an unfinished one of its lane. Tenants
 * take turns: whoever has least in work comes first, and of each tenant the oldest.
 */
export async function claimDue(db: Db, appId: string, claim: InboxClaim): Promise<InboxRow[]> {
  const due = sql`app_id = ${appId} and state = 'due'`;
  const [ids, tenants] = [claim.inWork.map(({ id }) => id), claim.inWork.map(({ tenantId }) => tenantId)];
  const { rows } = await sql<Row>`
    with recursive tenants_due as (
      (select tenant_id from inbox where ${due} order by tenant_id limit 1)
      union all
      select next.tenant_id from tenants_due t cross join lateral (
        select tenant_id from inbox where ${due} and tenant_id > t.tenant_id order by tenant_id limit 1) next
    ), share as (
      select greatest(1, ceil(${claim.limit}::float8 / count(*)))::int as size from tenants_due
    ), busy as (
      select tenant_id, count(*)::int as taken from unnest(${tenants}::text[]) as w (tenant_id) group by tenant_id
    ), candidates as (
      select c.id, c.due_at, coalesce(b.taken, 0) + row_number() over (partition by t.tenant_id order by c.due_at, c.id) as turn
      from tenants_due t left join busy b on b.tenant_id = t.tenant_id cross join share cross join lateral (
        select i.id, i.due_at from inbox i
        where i.app_id = ${appId} and i.tenant_id = t.tenant_id and i.state = 'due' and i.due_at <= ${claim.now}::timestamptz
          and (i.leased_until is null or i.leased_until <= ${claim.now}::timestamptz) and i.id <> all(${ids}::bigint[])
          and not exists (select 1 from inbox b where b.app_id = i.app_id and b.tenant_id = i.tenant_id and b.source = i.source
            and b.subject = i.subject and b.state = 'due' and b.id < i.id)
        order by i.due_at, i.id limit least(share.size, greatest(0, ${claim.perTenant}::int - coalesce(b.taken, 0)))
        for update skip locked) c
    ), claimed as (
      select id from candidates order by turn, due_at, id limit ${claim.limit}
    )
    update inbox i set attempts = i.attempts + 1, leased_until = ${claim.now}::timestamptz + ${LEASE_SECONDS}::int * interval '1 second'
    from claimed where i.id = claimed.id returning i.*`.execute(db);
  return rows.map(toInboxRow).sort((a, b) => a.id - b.id);
}

/** Keeps rows for the worker that has them in work. Rows that it has ended, or another has claimed, are left alone. */
export async function renewLeases(db: Db, appId: string, rows: readonly InWork[], now: string): Promise<void> {
  await sql`
    update inbox i set leased_until = ${now}::timestamptz + ${LEASE_SECONDS}::int * interval '1 second'
    from unnest(${rows.map(({ id }) => id)}::bigint[], ${rows.map(({ attempts }) => attempts)}::int[],
      ${rows.map(({ tenantId }) => tenantId)}::text[]) as w (id, attempts, tenant_id)
    where i.app_id = ${appId} and i.tenant_id = w.tenant_id and i.id = w.id and i.state = 'due' and i.attempts = w.attempts
      and i.leased_until < ${now}::timestamptz + ${RENEW_SECONDS}::int * interval '1 second'`.execute(db);
}

/** Finishes a claimed row without changing a payment. False when somebody else has taken or ended it meanwhile. */
export async function finish(
  db: Db,
  scope: Scope,
  row: Claimed,
  end: { result: string; now: string },
): Promise<boolean> {
  const { rows } = await sql`
    update inbox set state = 'done', result = ${end.result}, finished_at = ${end.now}::timestamptz, leased_until = null
    where app_id = ${scope.appId} and tenant_id = ${scope.tenantId} and ${stillHas(row)}
    returning id`.execute(db);
  return rows.length === 1;
}

/** Puts a claimed row off until `dueAt`; `result` says why. A wait that is nobody's fault does not count as an attempt. */
export async function postpone(
  db: Db,
  scope: Scope,
  row: Claimed,
  put: { dueAt: string; result: string; countsAsAttempt?: boolean },
): Promise<void> {
  await sql`update inbox set due_at = ${put.dueAt}::timestamptz, leased_until = null, result = ${put.result},
      attempts = case when ${put.countsAsAttempt ?? true} then attempts else greatest(attempts - 1, 0) end
    where app_id = ${scope.appId} and tenant_id = ${scope.tenantId} and ${stillHas(row)}`.execute(db);
}

/**
 * Sets a claimed row aside until somebody wakes its subject, or until `expiresAt`: then it goes to the dead letters, or when
 * it `lapses`, it was about nothing of ours. Later rows of its lane may pass. Its own subject is its again when it wakes.
 */
export async function park(
  db: Db,
  scope: Scope,
  row: Claimed,
  put: { subject: string; expiresAt?: string; lapses?: true; result: string },
): Promise<void> {
  const lapses = put.lapses === true ? { lapses: true } : {};
  await sql`update inbox set state = 'parked', subject = ${put.subject},
      attributes = (attributes - 'lapses') || jsonb_build_object('subject', coalesce(attributes->>'subject', subject))
        || ${JSON.stringify(lapses)}::jsonb, expires_at = ${put.expiresAt ?? null}::timestamptz,
      result = ${put.result}, leased_until = null
    where app_id = ${scope.appId} and tenant_id = ${scope.tenantId} and ${stillHas(row)}`.execute(db);
}

/** Sets a claimed row aside for a person. */
export async function bury(db: Db, scope: Scope, row: Claimed, end: { result: string; now: string }): Promise<void> {
  await sql`update inbox set state = 'dead', result = ${end.result}, finished_at = ${end.now}::timestamptz, leased_until = null
    where app_id = ${scope.appId} and tenant_id = ${scope.tenantId} and ${stillHas(row)}`.execute(db);
}

/** True of a row that nobody has claimed or ended since this claim. */
export function stillHas({ id, attempts }: Claimed): RawBuilder<boolean> {
  return sql<boolean>`(id = ${id} and state = 'due' and attempts = ${attempts})`;
}

/** Parked rows whose waiting is over go to the dead letters, or are finished when they lapse. Returns how many. */
export async function buryExpired(db: Db, appId: string, now: string): Promise<number> {
  const { rows } = await sql`update inbox set finished_at = ${now}::timestamptz,
      state = case when attributes->>'lapses' = 'true' then 'done' else 'dead' end,
      result = case when attributes->>'lapses' = 'true' then 'ignored: ' else '' end || result
    where app_id = ${appId} and state = 'parked' and expires_at <= ${now}::timestamptz returning id`.execute(db);
  return rows.length;
}

/**
 * Makes parked rows due whose reason is over: their payment is known by now and has its order, or will never have one,
 * their merchant's account is known, or the tenant is back.
 * A row that was parked in the very moment this happened was not woken by it. Returns how many.
 */
export async function wakeReady(db: Db, appId: string, look: { disconnected: string; now: string }): Promise<number> {
  const { rows } = await sql`
    update inbox i set state = 'due', due_at = ${look.now}::timestamptz, expires_at = null, ${OWN_SUBJECT}
    where i.app_id = ${appId} and i.state = 'parked' and (
      (i.subject = ${look.disconnected} and exists (select 1 from tenants t
        where t.app_id = i.app_id and t.tenant_id = i.tenant_id and t.status <> 'DISCONNECTED'))
      or exists (select 1 from merchants m where m.app_id = i.app_id and m.tenant_id = i.tenant_id
        and (m.account_id = i.subject or m.merchant_reference = i.subject))
      or exists (select 1 from payment_references r join payments p on p.id = r.payment_id
        where r.app_id = i.app_id and r.tenant_id = i.tenant_id and r.reference = i.subject
          and (p.order_reference is not null or p.status in ('canceled', 'refunded') or exists (
            select 1 from payment_facts f where f.payment_id = p.id and f.round = p.round and f.fact_key = 'canceled'))))
    returning i.id`.execute(db);
  return rows.length;
}

/** Makes parked rows of these subjects due: somebody knows now what they are about. */
export async function wake(db: Db, scope: Scope, subjects: string[], now: string): Promise<void> {
  await sql`update inbox set state = 'due', due_at = ${now}::timestamptz, expires_at = null, ${OWN_SUBJECT}
    where app_id = ${scope.appId} and tenant_id = ${scope.tenantId} and state = 'parked'
      and subject = any(${subjects}::text[])`.execute(db);
}

/** At the start of a single node: leases of a dead process are void. */
export async function freeLeases(db: Db, appId: string): Promise<void> {
  await sql`update inbox set leased_until = null where app_id = ${appId} and state = 'due'`.execute(db);
}

function toInboxRow(row: Row): InboxRow {
  return {
    id: row.id,
    tenantId: row.tenant_id,
    source: row.source,
    identity: row.identity,
    subject: row.subject,
    type: row.type,
    mode: row.mode,
    body: row.body,
    attributes: row.attributes,
    state: row.state,
    attempts: row.attempts,
    receivedAt: row.received_at,
    ...(row.result === null ? {} : { result: row.result }),
  };
}
