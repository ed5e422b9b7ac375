/** Dead letters: inbox rows that could not be applied (`in-…`) and messages that nobody took (`out-…`). */
import { sql } from 'kysely';
import { DELIVERY_LIMIT } from './channels.js';
import type { Db } from './database.js';

export interface DeadLetter {
  /** `in-12` or `out-7`. */
  id: string;
  tenantId: string;
  /** `webhook`, `command` or `message`. */
  kind: string;
  /** Type of webhook, name of message, and what it is about. */
  about: string;
  at: string;
  result: string;
  body: string;
  /** True when the body has to be opened by the vault (field `inbox`). */
  sealed: boolean;
}

const LETTERS = sql`
  select 'in-' || id as id, app_id, tenant_id as "tenantId", source as kind, type || ' ' || subject as about,
    coalesce(finished_at, received_at) as at, coalesce(result, '') as result, body, true as sealed
  from inbox where state = 'dead'
  union all
  select 'out-' || id, app_id, tenant_id, 'message', name || ' on ' || channel, coalesce(finished_at, created_at),
    case when deliveries > ${DELIVERY_LIMIT} then 'delivered ' || deliveries || ' times and never acknowledged'
      else 'refused by the broker: its log line says why' end, payload::text, false
  from outbox where state = 'dead'`;

/** Dead letters of the app, newest first. */
export async function listDead(
  db: Db,
  appId: string,
  filter: { tenantId?: string; limit: number },
): Promise<DeadLetter[]> {
  const ofTenant = filter.tenantId === undefined ? sql`` : sql`and "tenantId" = ${filter.tenantId}`;
  const { rows } = await sql<DeadLetter>`
    select * from (${LETTERS}) letters where app_id = ${appId} ${ofTenant} order by at desc limit ${filter.limit}`.execute(
    db,
  );
  return rows;
}

/** One dead letter, or undefined. */
export async function findDead(db: Db, appId: string, id: string): Promise<DeadLetter | undefined> {
  const { rows } =
    await sql<DeadLetter>`select * from (${LETTERS}) letters where app_id = ${appId} and id = ${id}`.execute(db);
  return rows[0];
}

/** Makes it due again, with all its attempts. False when there is no such dead letter. */
export async function replayDead(db: Db, appId: string, id: string, now: string): Promise<boolean> {
  const { source, row } = placeOf(id);
  const { rows } =
    source === 'in'
      ? await sql`update inbox set state = 'due', attempts = 0, due_at = ${now}::timestamptz, finished_at = null, leased_until = null
          where app_id = ${appId} and id = ${row} and state = 'dead' returning id`.execute(db)
      : await sql`update outbox set state = 'queued', deliveries = 0, visible_at = ${now}::timestamptz, finished_at = null
          where app_id = ${appId} and id = ${row} and state = 'dead' returning id`.execute(db);
  return rows.length === 1;
}

/** Takes it off the list; the row stays. False when there is no such dead letter. */
export async function discardDead(db: Db, appId: string, id: string, now: string): Promise<boolean> {
  const { source, row } = placeOf(id);
  const { rows } =
    source === 'in'
      ? await sql`update inbox set state = 'done', result = 'discarded: ' || coalesce(result, ''), finished_at = ${now}::timestamptz
          where app_id = ${appId} and id = ${row} and state = 'dead' returning id`.execute(db)
      : await sql`update outbox set state = 'acknowledged', finished_at = ${now}::timestamptz
          where app_id = ${appId} and id = ${row} and state = 'dead' returning id`.execute(db);
  return rows.length === 1;
}

function placeOf(id: string): { source: 'in' | 'out' | 'none'; row: number } {
  const match = /^(in|out)-(\d{1,15})$/.exec(id);
  if (match === null) return { source: 'none', row: -1 };
  return { source: match[1] === 'in' ? 'in' : 'out', row: Number(match[2]) };
}
