/** Merchants of a tenant: sellers on a marketplace who have an account at the PSP. */
import { sql } from 'kysely';
import type { OnboardingStatus } from '../domain/event.js';
import type { AccountState, Merchant } from '../domain/merchant.js';
import type { Db } from './database.js';
import type { Scope } from './payments.js';

interface MerchantRow {
  merchant_reference: string;
  connector: string;
  account_id: string | null;
  onboarding_status: OnboardingStatus;
  was_active: boolean;
  state: AccountState | null;
}

/** The merchant, or undefined. Never another tenant's. */
export async function findMerchant(db: Db, scope: Scope, merchantReference: string): Promise<Merchant | undefined> {
  const { rows } = await sql<MerchantRow>`
    select merchant_reference, connector, account_id, onboarding_status, was_active, state from merchants
    where app_id = ${scope.appId} and tenant_id = ${scope.tenantId} and merchant_reference = ${merchantReference}`.execute(
    db,
  );
  const row = rows[0];
  if (row === undefined) return undefined;
  return {
    merchantReference: row.merchant_reference,
    connector: row.connector,
    ...(row.account_id === null ? {} : { accountId: row.account_id }),
    status: row.onboarding_status,
    wasActive: row.was_active,
    ...(row.state === null ? {} : { state: row.state }),
  };
}

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
