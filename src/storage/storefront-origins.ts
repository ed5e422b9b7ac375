/** Origins of storefronts, kept beside the sealed settings for preflights, which name no tenant. */
import { sql } from 'kysely';
import type { Db } from './database.js';
import type { Scope } from './payments.js';

/** Replaces the whole list of a tenant. Call it inside the transaction that writes its settings. */
export async function replaceOrigins(db: Db, scope: Scope, origins: readonly string[]): Promise<void> {
  await sql`delete from storefront_origins
    where app_id = ${scope.appId} and tenant_id = ${scope.tenantId}`.execute(db);
  if (origins.length === 0) return;
  await sql`insert into storefront_origins (app_id, tenant_id, origin)
    select distinct ${scope.appId}, ${scope.tenantId}, listed.origin
    from unnest(${[...origins]}::text[]) as listed (origin)`.execute(db);
}

/** Whether some connected tenant of the app allows the origin. */
export async function isOriginOfAny(db: Db, appId: string, origin: string): Promise<boolean> {
  const { rows } = await sql`
    select 1 from storefront_origins o join tenants t on t.app_id = o.app_id and t.tenant_id = o.tenant_id
    where o.app_id = ${appId} and o.origin = ${origin} and t.status <> 'DISCONNECTED' limit 1`.execute(db);
  return rows.length === 1;
}
