/**
 * The outbox as work for an outside broker. A lane is one tenant's channel: its messages leave in their order, and one
 * node at a time works on it. The oldest queued row of a lane is its lease.
 */
import { sql } from 'kysely';
import type { Db } from './database.js';

/** Longer than a broker may take for its confirmations. */
const LEASE_SECONDS = 60;

export interface OutgoingRow {
  messageId: string;
  payload: Record<string, unknown>;
  attributes: Record<string, string>;
}

export interface Lane {
  tenantId: string;
  channel: string;
  /** Oldest first. */
  rows: OutgoingRow[];
  /** How often its oldest row was begun, this time included. */
  tries: number;
}

/**
 * Claims lanes with queued rows that nobody works on, those of tenants behind `after` first, so that every tenant has
 * its turn however much another has to tell. Safe to call from many nodes.
 */
export async function claimLanes(
  db: Db,
  appId: string,
  claim: { now: string; after: string; lanes: number; rows: number },
): Promise<Lane[]> {
  const { rows } = await sql<OutgoingRow & { id: number; tenantId: string; channel: string; tries: number }>`
    with recursive heads as (
      (select tenant_id, channel, id, visible_at from outbox
        where app_id = ${appId} and state = 'queued' order by tenant_id, channel, id limit 1)
      union all
      select next.* from heads h cross join lateral (
        select tenant_id, channel, id, visible_at from outbox
        where app_id = ${appId} and state = 'queued' and (tenant_id, channel) > (h.tenant_id, h.channel)
        order by tenant_id, channel, id limit 1) next
    ), free as (
      select id from heads where visible_at <= ${claim.now}::timestamptz
      order by tenant_id > ${claim.after} desc, tenant_id, channel limit ${claim.lanes}
    ), taken as (
      select id from outbox
      where id in (select id from free) and state = 'queued' and visible_at <= ${claim.now}::timestamptz
      for update skip locked
    ), leased as (
      update outbox o set deliveries = o.deliveries + 1,
        visible_at = ${claim.now}::timestamptz + ${LEASE_SECONDS}::int * interval '1 second'
      from taken where o.id = taken.id returning o.id, o.tenant_id, o.channel, o.deliveries
    )
    select l.tenant_id as "tenantId", l.channel, l.deliveries as tries, m.id, m.message_id as "messageId",
      m.payload, m.attributes
    from leased l cross join lateral (
      select id, message_id, payload, attributes from outbox
      where app_id = ${appId} and tenant_id = l.tenant_id and channel = l.channel and state = 'queued' and id >= l.id
      order by id limit ${claim.rows}) m`.execute(db);
  const lanes = new Map<string, Lane>();
  for (const row of rows.sort((a, b) => a.id - b.id)) {
    const { tenantId, channel, tries, messageId, payload, attributes } = row;
    const key = JSON.stringify([tenantId, channel]);
    const lane = lanes.get(key) ?? { tenantId, channel, tries, rows: [] };
    lane.rows.push({ messageId, payload, attributes });
    lanes.set(key, lane);
  }
  return [...lanes.values()];
}

/** Ends messages that the broker has confirmed, of whatever tenants, in one statement. Repeats are fine. */
export async function markPublished(db: Db, appId: string, messageIds: string[], now: string): Promise<void> {
  if (messageIds.length === 0) return;
  await sql`update outbox set state = 'acknowledged', finished_at = ${now}::timestamptz
    where app_id = ${appId} and state = 'queued' and message_id = any(${messageIds}::uuid[])`.execute(db);
}

/** Sets a message aside that the broker will never take, so that it blocks nothing. */
export async function buryMessage(db: Db, appId: string, messageId: string, now: string): Promise<void> {
  await sql`update outbox set state = 'dead', finished_at = ${now}::timestamptz
    where app_id = ${appId} and state = 'queued' and message_id = ${messageId}::uuid`.execute(db);
}

/** Gives a lane back: the message it goes on with is due again at `dueAt`. */
export async function putOffLane(db: Db, appId: string, messageId: string, dueAt: string): Promise<void> {
  await sql`update outbox set visible_at = ${dueAt}::timestamptz
    where app_id = ${appId} and state = 'queued' and message_id = ${messageId}::uuid`.execute(db);
}

/** At the start of a single node: what a dead process had begun is free. */
export async function freeLanes(db: Db, appId: string, now: string): Promise<void> {
  await sql`update outbox set visible_at = ${now}::timestamptz
    where app_id = ${appId} and state = 'queued' and visible_at > ${now}::timestamptz`.execute(db);
}
