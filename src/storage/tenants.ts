/** Tenants, the payment methods they offer and the webhook addresses we made for them. Settings come and go sealed. */
import { sql } from 'kysely';
import type { ConnectionStatus } from '../domain/tenant.js';
import type { Db } from './database.js';
import type { Scope } from './payments.js';

export interface TenantRow {
  tenantId: string;
  connector: string;
  status: ConnectionStatus;
  isActive: boolean;
  hash: string;
  /** Sealed JSON. */
  settings: string;
  /** Names of messages that it is not sent. */
  unwantedMessages: string[];
}

/** The tenant, or undefined. `lock` keeps others from changing it until the transaction ends. */
export async function findTenant(db: Db, scope: Scope, lock = false): Promise<TenantRow | undefined> {
  const { rows } = await sql<{
    tenant_id: string;
    connector: string;
    status: ConnectionStatus;
    is_active: boolean;
    hash: string;
    settings: string;
    unwanted_messages: string[];
  }>`
    select tenant_id, connector, status, is_active, hash, settings, unwanted_messages from tenants
    where app_id = ${scope.appId} and tenant_id = ${scope.tenantId} ${lock ? sql`for update` : sql``}`.execute(db);
  const row = rows[0];
  if (row === undefined) return undefined;
  const { tenant_id: tenantId, connector, status, is_active: isActive, hash, settings } = row;
  return { tenantId, connector, status, isActive, hash, settings, unwantedMessages: row.unwanted_messages };
}

/** Adds a tenant that is new. False when somebody else has just added it; nothing is written then. */
export async function addTenant(db: Db, scope: Scope, tenant: TenantRow, now: string): Promise<boolean> {
  const { rows } = await sql`
    insert into tenants (app_id, tenant_id, connector, status, is_active, hash, settings, unwanted_messages, created_at,
      updated_at)
    values (${scope.appId}, ${scope.tenantId}, ${tenant.connector}, ${tenant.status}, ${tenant.isActive}, ${tenant.hash},
      ${tenant.settings}, ${tenant.unwantedMessages}::text[], ${now}::timestamptz, ${now}::timestamptz)
    on conflict (app_id, tenant_id) do nothing returning tenant_id`.execute(db);
  return rows.length === 1;
}

/** Changes a tenant that is known. Lock it first, or others may be overwritten. */
export async function changeTenant(db: Db, scope: Scope, tenant: TenantRow, now: string): Promise<void> {
  await sql`
    update tenants set connector = ${tenant.connector}, status = ${tenant.status}, is_active = ${tenant.isActive},
      settings = ${tenant.settings}, unwanted_messages = ${tenant.unwantedMessages}::text[], updated_at = ${now}::timestamptz
    where app_id = ${scope.appId} and tenant_id = ${scope.tenantId}`.execute(db);
}

/** All tenants of the app by identifier. */
export async function listTenants(
  db: Db,
  appId: string,
): Promise<{ tenantId: string; connector: string; status: ConnectionStatus; updatedAt: string }[]> {
  const { rows } = await sql<{ tenantId: string; connector: string; status: ConnectionStatus; updatedAt: string }>`
    select tenant_id as "tenantId", connector, status, updated_at as "updatedAt" from tenants
    where app_id = ${appId} order by tenant_id`.execute(db);
  return rows;
}

/** The tenant that wears this opaque name, or undefined. */
export async function tenantOfHash(db: Db, appId: string, hash: string): Promise<string | undefined> {
  const { rows } = await sql<{ tenant_id: string }>`
    select tenant_id from tenants where app_id = ${appId} and hash = ${hash}`.execute(db);
  return rows[0]?.tenant_id;
}

/** Until when the tenant's PSP was asked for missed events; before the first time, when the tenant was connected. */
export async function caughtUpAt(db: Db, scope: Scope): Promise<string | undefined> {
  const { rows } = await sql<{ at: string }>`
    select coalesce(caught_up_at, created_at) as at from tenants
    where app_id = ${scope.appId} and tenant_id = ${scope.tenantId}`.execute(db);
  return rows[0]?.at;
}

/** Keeps the latest time, whoever writes last. */
export async function markCaughtUp(db: Db, scope: Scope, at: string): Promise<void> {
  await sql`update tenants set caught_up_at = greatest(caught_up_at, ${at}::timestamptz)
    where app_id = ${scope.appId} and tenant_id = ${scope.tenantId}`.execute(db);
}

/** What a shop was told of onboarding: its record is found by the app's name, so that one stays until a disconnect. */
export interface OnboardingTold {
  appName: string;
  /** Of what was told; absent when it does not hold any more. */
  fingerprint?: string;
}

/** What the tenant was told of onboarding last, or undefined. */
export async function onboardingTold(db: Db, scope: Scope): Promise<OnboardingTold | undefined> {
  const { rows } = await sql<{ told: OnboardingTold | null }>`
    select onboarding_told as told from tenants where app_id = ${scope.appId} and tenant_id = ${scope.tenantId}`.execute(
    db,
  );
  return rows[0]?.told ?? undefined;
}

/** Keeps what the tenant is told of onboarding; undefined: nothing it was told counts any more. */
export async function rememberOnboarding(db: Db, scope: Scope, told: OnboardingTold | undefined): Promise<void> {
  await sql`update tenants set onboarding_told = ${told === undefined ? null : JSON.stringify(told)}::jsonb
    where app_id = ${scope.appId} and tenant_id = ${scope.tenantId}`.execute(db);
}

export interface StoredMethod {
  name: string;
  providerName: string;
  appConfiguration: Record<string, unknown>;
}

/** The methods a tenant was told about. */
export async function listPaymentMethods(db: Db, scope: Scope): Promise<StoredMethod[]> {
  const { rows } = await sql<StoredMethod>`
    select name, provider_name as "providerName", app_configuration as "appConfiguration" from payment_methods
    where app_id = ${scope.appId} and tenant_id = ${scope.tenantId} order by name`.execute(db);
  return rows;
}

/** Names of methods the tenant has not fetched the newest word of. */
export async function untoldMethods(db: Db, scope: Scope): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select distinct payload ->> 'name' as name from outbox
    where app_id = ${scope.appId} and tenant_id = ${scope.tenantId} and state = 'queued'
      and name in ('AddPaymentMethod', 'UpdatePaymentMethod')`.execute(db);
  return rows.map(({ name }) => name);
}

/** Replaces the whole list. Call it inside a transaction. */
export async function replacePaymentMethods(db: Db, scope: Scope, methods: StoredMethod[]): Promise<void> {
  await sql`delete from payment_methods where app_id = ${scope.appId} and tenant_id = ${scope.tenantId}`.execute(db);
  for (const method of methods) {
    const key = `${method.providerName}-${method.name.toLowerCase().replaceAll(' ', '-')}`;
    await sql`insert into payment_methods (app_id, tenant_id, name, provider_name, method_key, app_configuration)
      values (${scope.appId}, ${scope.tenantId}, ${method.name}, ${method.providerName}, ${key},
        ${JSON.stringify(method.appConfiguration)}::jsonb)`.execute(db);
  }
}

export interface WebhookEndpoint {
  id: string;
  tenantId: string;
  connector: string;
  mode: 'live' | 'test';
  /** Part of the address the PSP calls. */
  pathToken: string;
  pspEndpointId?: string;
  /** Sealed. */
  secret?: string;
  /** Of the credentials it was registered with. */
  fingerprint: string;
  /** What it is told, in a word of the connector's own; empty: payments. */
  purpose: string;
}

/** The tenant's addresses that are not retired, newest first: the former one keeps working for a while. */
export async function listEndpoints(db: Db, scope: Scope): Promise<WebhookEndpoint[]> {
  const { rows } = await sql<EndpointRow>`
    select * from webhook_endpoints where app_id = ${scope.appId} and tenant_id = ${scope.tenantId} and retired_at is null
    order by created_at desc`.execute(db);
  return rows.map(toEndpoint);
}

/** The address behind a path token, or undefined. */
export async function endpointOfToken(db: Db, appId: string, pathToken: string): Promise<WebhookEndpoint | undefined> {
  const { rows } = await sql<EndpointRow>`
    select * from webhook_endpoints where app_id = ${appId} and path_token = ${pathToken}`.execute(db);
  return rows[0] === undefined ? undefined : toEndpoint(rows[0]);
}

/** Adds an address before it is registered at the PSP. */
export async function addEndpoint(db: Db, scope: Scope, endpoint: WebhookEndpoint, now: string): Promise<void> {
  await sql`insert into webhook_endpoints (app_id, tenant_id, id, connector, mode, path_token, fingerprint, purpose,
      created_at)
    values (${scope.appId}, ${scope.tenantId}, ${endpoint.id}, ${endpoint.connector}, ${endpoint.mode}, ${endpoint.pathToken},
      ${endpoint.fingerprint}, ${endpoint.purpose}, ${now}::timestamptz)`.execute(db);
}

/** Keeps what the PSP told when the address was registered. */
export async function nameEndpoint(
  db: Db,
  scope: Scope,
  id: string,
  told: { pspEndpointId: string; secret?: string },
): Promise<void> {
  await sql`update webhook_endpoints set psp_endpoint_id = ${told.pspEndpointId}, secret = coalesce(${told.secret ?? null}, secret)
    where app_id = ${scope.appId} and tenant_id = ${scope.tenantId} and id = ${id}`.execute(db);
}

/** The address does not fit any credentials from now on, so that another one is registered and this one removed. */
export async function outdateEndpoint(db: Db, scope: Scope, id: string): Promise<void> {
  await sql`update webhook_endpoints set fingerprint = ''
    where app_id = ${scope.appId} and tenant_id = ${scope.tenantId} and id = ${id}`.execute(db);
}

/** The address is no longer used; its token opens nothing from now on. */
export async function retireEndpoint(db: Db, scope: Scope, id: string, now: string): Promise<void> {
  await sql`update webhook_endpoints set retired_at = ${now}::timestamptz
    where app_id = ${scope.appId} and tenant_id = ${scope.tenantId} and id = ${id}`.execute(db);
}

interface EndpointRow {
  id: string;
  tenant_id: string;
  connector: string;
  mode: 'live' | 'test';
  path_token: string;
  psp_endpoint_id: string | null;
  secret: string | null;
  fingerprint: string;
  purpose: string;
}

function toEndpoint(row: EndpointRow): WebhookEndpoint {
  return {
    id: row.id,
    tenantId: row.tenant_id,
    connector: row.connector,
    mode: row.mode,
    pathToken: row.path_token,
    ...(row.psp_endpoint_id === null ? {} : { pspEndpointId: row.psp_endpoint_id }),
    ...(row.secret === null ? {} : { secret: row.secret }),
    fingerprint: row.fingerprint,
    purpose: row.purpose,
  };
}
