/** Merchants of a tenant: sellers on a marketplace, their accounts at the PSP and how far each has come. */
import { sql } from 'kysely';
import type { OnboardingStatus } from '../domain/event.js';
import type { AccountState, Merchant } from '../domain/merchant.js';
import type { Db } from './database.js';
import type { Scope } from './payments.js';

/** A merchant and what only storage and the flows around it need. */
export interface MerchantRow extends Merchant {
  /** Grows with every change of the account or its state. */
  version: number;
  /** Sealed JSON: where the shop wants the merchant's browser afterwards. */
  returnUrls?: string;
}

interface Row {
  merchant_reference: string;
  connector: string;
  account_id: string | null;
  onboarding_status: OnboardingStatus;
  was_active: boolean;
  state: AccountState | null;
  return_urls: string | null;
  version: number;
}

const COLUMNS = sql`merchant_reference, connector, account_id, onboarding_status, was_active, state, return_urls, version`;

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

/** The merchant of that reference, or undefined. `lock` keeps others from changing it until the transaction ends. */
export async function findMerchant(
  db: Db,
  scope: Scope,
  merchantReference: string,
  lock = false,
): Promise<MerchantRow | undefined> {
  const { rows } = await sql<Row>`
    select ${COLUMNS} from merchants where app_id = ${scope.appId} and tenant_id = ${scope.tenantId}
      and merchant_reference = ${merchantReference} ${lock ? sql`for update` : sql``}`.execute(db);
  return rows[0] === undefined ? undefined : toMerchant(rows[0]);
}

/** A merchant as people look at it. */
export type ListedMerchant = MerchantRow & { changedAt: string };

/** Every merchant of the tenant, by reference. `changedAt` is ISO text: when the account or its state was written last. */
export async function listMerchants(db: Db, scope: Scope): Promise<ListedMerchant[]> {
  const { rows } = await sql<Row & { updated_at: string }>`
    select ${COLUMNS}, updated_at from merchants where app_id = ${scope.appId} and tenant_id = ${scope.tenantId}
    order by merchant_reference`.execute(db);
  return rows.map((row) => ({ ...toMerchant(row), changedAt: row.updated_at }));
}

/** The merchant whose account this is at that connector's PSP, or undefined. */
export async function merchantOfAccount(
  db: Db,
  scope: Scope,
  account: { connector: string; accountId: string },
): Promise<MerchantRow | undefined> {
  const { rows } = await sql<Row>`
    select ${COLUMNS} from merchants where app_id = ${scope.appId} and tenant_id = ${scope.tenantId}
      and connector = ${account.connector} and account_id = ${account.accountId}`.execute(db);
  return rows[0] === undefined ? undefined : toMerchant(rows[0]);
}

/**
 * Adds a merchant without an account, of whom the shop assumes `incomplete`. False when it is known. Whoever adds it at
 * the same moment waits for this transaction.
 */
export async function addMerchant(
  db: Db,
  scope: Scope,
  merchant: { merchantReference: string; connector: string },
  now: string,
): Promise<boolean> {
  const { rows } = await sql`
    insert into merchants (app_id, tenant_id, merchant_reference, connector, onboarding_status, created_at, updated_at)
    values (${scope.appId}, ${scope.tenantId}, ${merchant.merchantReference}, ${merchant.connector}, 'incomplete',
      ${now}::timestamptz, ${now}::timestamptz)
    on conflict (app_id, tenant_id, merchant_reference) do nothing returning merchant_reference`.execute(db);
  return rows.length === 1;
}

/**
 * Keeps where the merchant's browser goes afterwards: sealed text. A merchant without it is new to the shop, or the shop
 * was disconnected since and has forgotten what it was told: it assumes `incomplete` again.
 */
export async function keepReturnUrls(
  db: Db,
  scope: Scope,
  { merchantReference, returnUrls, now }: { merchantReference: string; returnUrls: string; now: string },
): Promise<void> {
  await sql`update merchants set return_urls = ${returnUrls}, updated_at = ${now}::timestamptz,
      onboarding_status = case when return_urls is null then 'incomplete' else onboarding_status end,
      version = version + (return_urls is null)::int
    where app_id = ${scope.appId} and tenant_id = ${scope.tenantId} and merchant_reference = ${merchantReference}`.execute(
    db,
  );
}

/** The shop leaves: where it wanted merchants' browsers counts no more, nor what it was told of them. */
export async function forgetReturnUrls(db: Db, scope: Scope): Promise<void> {
  await sql`update merchants set return_urls = null
    where app_id = ${scope.appId} and tenant_id = ${scope.tenantId}`.execute(db);
}

/**
 * The merchant has no account from now on, and its next one is made by that connector. What the shop was told stays as
 * it is. Only while the account still is the one that was read.
 */
export async function forgetAccount(
  db: Db,
  scope: Scope,
  merchant: { merchantReference: string; accountId: string | undefined; connector: string; now: string },
): Promise<void> {
  await sql`update merchants set account_id = null, connector = ${merchant.connector}, state = null, was_active = false,
      next_look_at = null, version = version + 1, updated_at = ${merchant.now}::timestamptz
    where app_id = ${scope.appId} and tenant_id = ${scope.tenantId} and merchant_reference = ${merchant.merchantReference}
      and account_id is not distinct from ${merchant.accountId ?? null}`.execute(db);
}

/** The PSP's id of the account that was made for a merchant. */
export async function nameAccount(
  db: Db,
  scope: Scope,
  merchant: { merchantReference: string; accountId: string; now: string },
): Promise<void> {
  await sql`update merchants set account_id = ${merchant.accountId}, version = version + 1,
      updated_at = ${merchant.now}::timestamptz
    where app_id = ${scope.appId} and tenant_id = ${scope.tenantId}
      and merchant_reference = ${merchant.merchantReference}`.execute(db);
}

export interface StateChange {
  merchantReference: string;
  /** The version that was read before the PSP was asked: nothing is written when it is another one by now. */
  version: number;
  status: OnboardingStatus;
  state: AccountState;
  wasActive: boolean;
  /** When the account is read again by itself. */
  nextLookAt: string;
  now: string;
}

/** Writes what the PSP says of an account. False when the merchant was changed meanwhile. */
export async function writeState(db: Db, scope: Scope, change: StateChange): Promise<boolean> {
  const { rows } = await sql`
    update merchants set onboarding_status = ${change.status}, state = ${JSON.stringify(change.state)}::jsonb,
      was_active = ${change.wasActive}, next_look_at = ${change.nextLookAt}::timestamptz, version = version + 1,
      updated_at = ${change.now}::timestamptz
    where app_id = ${scope.appId} and tenant_id = ${scope.tenantId} and merchant_reference = ${change.merchantReference}
      and version = ${change.version}
    returning merchant_reference`.execute(db);
  return rows.length === 1;
}

/** Claims merchants whose accounts are due for a look; each is due again a day later whatever the look brings. */
export async function claimMerchantLooks(
  db: Db,
  appId: string,
  claim: { now: string; limit: number; again: string },
): Promise<{ tenantId: string; merchantReference: string }[]> {
  const { rows } = await sql<{ tenantId: string; merchantReference: string }>`
    with due as (
      select tenant_id, merchant_reference from merchants
      where app_id = ${appId} and next_look_at <= ${claim.now}::timestamptz
      order by next_look_at limit ${claim.limit} for update skip locked
    )
    update merchants m set next_look_at = ${claim.again}::timestamptz
    from due where m.app_id = ${appId} and m.tenant_id = due.tenant_id and m.merchant_reference = due.merchant_reference
    returning m.tenant_id as "tenantId", m.merchant_reference as "merchantReference"`.execute(db);
  return rows;
}

/** Tenants that know one of these accounts or merchants, the latest first: unverified hints choose whose secrets to try. */
export async function tenantsOfMerchants(db: Db, appId: string, names: string[]): Promise<string[]> {
  if (names.length === 0) return [];
  const { rows } = await sql<{ tenant_id: string }>`
    select tenant_id from merchants
    where app_id = ${appId} and (account_id = any(${names}::text[]) or merchant_reference = any(${names}::text[]))
    group by tenant_id order by max(updated_at) desc limit 25`.execute(db);
  return rows.map((row) => row.tenant_id);
}

function toMerchant(row: Row): MerchantRow {
  return {
    merchantReference: row.merchant_reference,
    connector: row.connector,
    ...(row.account_id === null ? {} : { accountId: row.account_id }),
    status: row.onboarding_status,
    wasActive: row.was_active,
    ...(row.state === null ? {} : { state: row.state }),
    version: row.version,
    ...(row.return_urls === null ? {} : { returnUrls: row.return_urls }),
  };
}
