/** Which tenant's PSP is visited by the clock next: claimed in the database, so that of many nodes one goes. */
import { sql } from 'kysely';
import type { Db } from './database.js';

export interface DueVisit {
  tenantId: string;
  /** It is time to look at what is registered there, too. */
  isCheck: boolean;
}

/** Claims the tenant that was not visited for longest, if that is before `before`. Undefined when nobody is due. */
export async function claimVisit(
  db: Db,
  appId: string,
  claim: { now: string; before: string; checkBefore: string },
): Promise<DueVisit | undefined> {
  const { rows } = await sql<DueVisit>`
    with due as (
      select tenant_id, coalesce(checked_at <= ${claim.checkBefore}::timestamptz, true) as is_check from tenants
      where app_id = ${appId} and (visited_at is null or visited_at < ${claim.before}::timestamptz)
      order by visited_at nulls first, tenant_id limit 1 for update skip locked
    )
    update tenants t set visited_at = ${claim.now}::timestamptz,
      checked_at = case when due.is_check then ${claim.now}::timestamptz else t.checked_at end
    from due where t.app_id = ${appId} and t.tenant_id = due.tenant_id
    returning t.tenant_id as "tenantId", due.is_check as "isCheck"`.execute(db);
  return rows[0];
}
