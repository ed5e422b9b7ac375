/**
 * What we tell tenants. Rows are added in the transaction of the change they announce; without an outside broker a
 * row is itself the message on the tenant's channel (channels.ts).
 */
import { sql, type RawBuilder } from 'kysely';
import type { Message } from '../domain/message.js';
import type { Db } from './database.js';
import type { Scope } from './payments.js';

/** Appends messages. Call it inside the transaction of what they announce. */
export async function appendMessages(db: Db, scope: Scope, messages: Message[], now: string): Promise<void> {
  if (messages.length === 0) return;
  await sql`with ${outboxSteps(scope, messages, { now, source: sql`(select 1) s` })} select 1`.execute(db);
}

/** The identity under which the same was told about the payment in answer to that correlation; undefined: never. */
export async function identityTold(
  db: Db,
  scope: Scope,
  of: { paymentId: string; name: string; correlationId: string; payload: object },
): Promise<string | undefined> {
  const { rows } = await sql<{ identity: string }>`
    select attributes->>'transactionId' as identity from outbox
    where app_id = ${scope.appId} and tenant_id = ${scope.tenantId} and payment_id = ${of.paymentId}
      and name = ${of.name} and attributes->>'correlationId' = ${of.correlationId}
      and payload = ${JSON.stringify(of.payload)}::jsonb
    order by id limit 1`.execute(db);
  return rows[0]?.identity;
}

/**
 * The two steps of a statement that append messages: advance the tenant's message clock, then insert. The clock's
 * row lock also puts the tenant's messages into the order of their commits. `source` is a one-row relation; when it
 * has no row nothing is appended. What the tenant does not want is left out here, wherever it comes from.
 */
export function outboxSteps(
  scope: Scope,
  messages: Message[],
  where: { now: string; source: RawBuilder<unknown>; paymentId?: string },
): RawBuilder<unknown> {
  const rows = JSON.stringify(
    messages.map((message, index) => ({ ...message, announces: message.announces ?? null, n: index })),
  );
  const count = messages.length;
  return sql`
    stamp as (
      insert into message_clocks (app_id, tenant_id, last_us)
      select ${scope.appId}, ${scope.tenantId}, ${microseconds(where.now)}::bigint + ${count}::int
      from ${where.source}
      on conflict (app_id, tenant_id) do update set last_us = greatest(message_clocks.last_us + ${count}::int, excluded.last_us)
      returning last_us
    ),
    told as (
      insert into outbox (app_id, tenant_id, message_id, channel, name, payload, attributes, payment_id, announces, visible_at, created_at)
      select ${scope.appId}, ${scope.tenantId}, m.id, m.channel, m.name, m.payload,
        m.attributes || jsonb_build_object('timestamp', to_char(timestamp 'epoch'
          + (stamp.last_us - ${count}::int + m.n) * interval '1 microsecond', 'YYYY-MM-DD"T"HH24:MI:SS.US')),
        ${where.paymentId ?? null}::uuid, m.announces, ${where.now}::timestamptz, ${where.now}::timestamptz
      from stamp, jsonb_to_recordset(${rows}::jsonb)
        as m (id uuid, channel text, name text, payload jsonb, attributes jsonb, announces text, n int)
      where not exists (select 1 from tenants t
        where t.app_id = ${scope.appId} and t.tenant_id = ${scope.tenantId} and m.name = any(t.unwanted_messages))
      order by m.n
      on conflict (payment_id, announces) where announces is not null do nothing
      returning id
    )`;
}

function microseconds(now: string): number {
  return new Date(now).getTime() * 1000;
}
