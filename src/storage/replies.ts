/** Answers kept for repeated idempotency keys. Bodies are sealed: they hold what opens a payment. */
import { sql } from 'kysely';
import type { Db } from './database.js';
import type { Scope } from './payments.js';

/** A request that died under way frees its key after so many seconds. */
const IN_FLIGHT_SECONDS = 60;

export interface ReplyClaim {
  /** True: nobody has used the key; answer, then keep the answer. */
  isMine: boolean;
  bodyHash: string;
  /** Absent while the first request is under way. */
  status?: number;
  /** Sealed. */
  body?: string;
}

/** Claims a key, or tells what is known under it. Keys older than `keptSince` are free again. */
export async function claimReply(
  db: Db,
  scope: Scope,
  claim: { route: string; key: string; bodyHash: string; now: string; keptSince: string },
): Promise<ReplyClaim> {
  const { rows } = await sql<{ mine: boolean; body_hash: string; status: number | null; body: string | null }>`
    with free as (
      delete from replies where app_id = ${scope.appId} and tenant_id = ${scope.tenantId} and route = ${claim.route}
        and idempotency_key = ${claim.key} and (created_at < ${claim.keptSince}::timestamptz
          or (status is null and created_at < ${claim.now}::timestamptz - ${IN_FLIGHT_SECONDS}::int * interval '1 second'))
    ), mine as (
      insert into replies (app_id, tenant_id, route, idempotency_key, body_hash, created_at)
      values (${scope.appId}, ${scope.tenantId}, ${claim.route}, ${claim.key}, ${claim.bodyHash}, ${claim.now}::timestamptz)
      on conflict do nothing returning true as mine, body_hash, status, body
    )
    select * from mine
    union all
    select false, body_hash, status, body from replies where app_id = ${scope.appId} and tenant_id = ${scope.tenantId}
      and route = ${claim.route} and idempotency_key = ${claim.key} and created_at >= ${claim.keptSince}::timestamptz
    limit 1`.execute(db);
  const row = rows[0];
  // Freed or taken in this very moment: the next look tells.
  if (row === undefined) return { isMine: false, bodyHash: claim.bodyHash };
  return {
    isMine: row.mine,
    bodyHash: row.body_hash,
    ...(row.status === null ? {} : { status: row.status }),
    ...(row.body === null ? {} : { body: row.body }),
  };
}

/** Keeps the answer of a claimed key. */
export async function keepReply(
  db: Db,
  scope: Scope,
  reply: { route: string; key: string; status: number; body: string },
): Promise<void> {
  await sql`update replies set status = ${reply.status}, body = ${reply.body}
    where app_id = ${scope.appId} and tenant_id = ${scope.tenantId} and route = ${reply.route} and idempotency_key = ${reply.key}`.execute(
    db,
  );
}

/** Frees a claimed key: the request failed, and a repeat may do better. */
export async function forgetReply(db: Db, scope: Scope, place: { route: string; key: string }): Promise<void> {
  await sql`delete from replies where app_id = ${scope.appId} and tenant_id = ${scope.tenantId} and route = ${place.route}
    and idempotency_key = ${place.key} and status is null`.execute(db);
}
