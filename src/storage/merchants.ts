/** Merchants of a tenant: sellers on a marketplace who have an account at the PSP. */
import { sql } from 'kysely';
import type { Db } from './database.js';
import type { Scope } from './payments.js';

/** True when the tenant has brought at least one merchant to the PSP. */
export async function hasMerchants(db: Db, scope: Scope): Promise<boolean> {
  const { rows } = await sql<{ any: boolean }>`
    select exists (select 1 from merchants where app_id = ${scope.appId} and tenant_id = ${scope.tenantId}) as any`.execute(
    db,
  );
  return rows[0]?.any === true;
}

/** Forgets the tenant's merchants. */
export async function removeMerchants(db: Db, scope: Scope): Promise<void> {
  await sql`delete from merchants where app_id = ${scope.appId} and tenant_id = ${scope.tenantId}`.execute(db);
}
