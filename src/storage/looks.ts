/** Payments that are due for a look, and when each is looked at next. */
import { sql } from 'kysely';
import type { Db } from './database.js';

export interface DueLook {
  tenantId: string;
  paymentId: string;
}

/** Seconds until a payment whose look failed, or found nothing to change, is due again at the earliest. */
const LEASE_SECONDS = 600;

/**
 * Claims payments that are due and counts the look. Settling gives each its next moment; when nothing changed it is
 * due again with the rhythm of its age: an hour, then six, then a day.
 */
export async function claimLooks(db: Db, appId: string, claim: { now: string; limit: number }): Promise<DueLook[]> {
  const { rows } = await sql<DueLook>`
    with due as (
      select id from payments where app_id = ${appId} and next_look_at <= ${claim.now}::timestamptz
      order by next_look_at limit ${claim.limit} for update skip locked
    )
    update payments p set looks = p.looks + 1,
      next_look_at = ${claim.now}::timestamptz + ${LEASE_SECONDS}::int * interval '1 second'
    from due where p.id = due.id
    returning p.tenant_id as "tenantId", p.id as "paymentId"`.execute(db);
  return rows;
}

/** Sets the next moment of a payment that was looked at; undefined: never again. */
export async function scheduleLook(
  db: Db,
  place: { appId: string; tenantId: string; paymentId: string; nextLookAt: string | undefined },
): Promise<void> {
  await sql`update payments set next_look_at = ${place.nextLookAt ?? null}::timestamptz
    where app_id = ${place.appId} and tenant_id = ${place.tenantId} and id = ${place.paymentId}`.execute(db);
}
