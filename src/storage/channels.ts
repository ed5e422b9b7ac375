/**
 * The durable channel server's queue: a tenant receives what is queued for it, in order, and acknowledges by
 * message id. What is not acknowledged within its visibility comes again; what comes too often goes aside.
 */
import { sql } from 'kysely';
import type { Db } from './database.js';
import type { Scope } from './payments.js';

/** How long a received message stays hidden from the next poll. */
export const VISIBILITY_SECONDS = 30;
/** Deliveries without acknowledgement after which a message is set aside, so that it blocks nothing. */
export const DELIVERY_LIMIT = 20;

export interface ChannelMessage {
  messageId: string;
  payload: Record<string, unknown>;
  attributes: Record<string, string>;
}

/** Takes up to `limit` visible messages, oldest first, and hides them for a while. Safe to call from many pollers. */
export async function receiveMessages(
  db: Db,
  scope: Scope,
  poll: { channel: string; limit: number; now: string },
): Promise<ChannelMessage[]> {
  const { rows } = await sql<{
    id: number;
    message_id: string;
    payload: Record<string, unknown>;
    attributes: Record<string, string>;
    state: string;
  }>`
    with taken as (
      select id from outbox
      where app_id = ${scope.appId} and tenant_id = ${scope.tenantId} and channel = ${poll.channel}
        and state = 'queued' and visible_at <= ${poll.now}::timestamptz
      order by id limit ${poll.limit} for update skip locked
    )
    update outbox o set deliveries = o.deliveries + 1,
      visible_at = ${poll.now}::timestamptz + ${VISIBILITY_SECONDS}::int * interval '1 second',
      state = case when o.deliveries >= ${DELIVERY_LIMIT} then 'dead' else o.state end,
      finished_at = case when o.deliveries >= ${DELIVERY_LIMIT} then ${poll.now}::timestamptz end
    from taken where o.id = taken.id
    returning o.id, o.message_id, o.payload, o.attributes, o.state`.execute(db);
  return rows
    .filter((row) => row.state === 'queued')
    .sort((a, b) => a.id - b.id)
    .map((row) => ({ messageId: row.message_id, payload: row.payload, attributes: row.attributes }));
}

/** Acknowledges by id (UUIDs), whatever channel they were read from. Unknown ids and repeats are fine. */
export async function acknowledgeMessages(db: Db, scope: Scope, messageIds: string[], now: string): Promise<void> {
  if (messageIds.length === 0) return;
  await sql`
    update outbox set state = 'acknowledged', finished_at = ${now}::timestamptz
    where app_id = ${scope.appId} and tenant_id = ${scope.tenantId} and state = 'queued'
      and message_id = any(${messageIds}::uuid[])`.execute(db);
}
