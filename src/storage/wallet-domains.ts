/** Hosts on which wallets may be shown, as the tenant's PSP knows them. */
import { sql } from 'kysely';
import type { Db } from './database.js';
import type { Scope } from './payments.js';

/** What the PSP says of one wallet on one host. */
export interface WalletState {
  wallet: string;
  isActive: boolean;
  /** Why not. */
  reason?: string;
  /** Somebody switched the host off there: it is left so. */
  isOff?: true;
}

export interface WalletDomain {
  id: string;
  host: string;
  connector: string;
  /** Of the credentials it was registered with. */
  fingerprint: string;
  /** Absent while it is not registered. */
  pspDomainId?: string;
  wallets: WalletState[];
  /** Why it is not registered. */
  problem?: string;
  /** A registration is on its way. */
  isAsked: boolean;
}

interface DomainRow {
  id: string;
  host: string;
  connector: string;
  fingerprint: string;
  psp_domain_id: string | null;
  wallets: WalletState[];
  problem: string | null;
  is_asked: boolean;
}

/** The tenant's hosts by name. */
export async function listDomains(db: Db, scope: Scope): Promise<WalletDomain[]> {
  const { rows } = await sql<DomainRow>`
    select id, host, connector, fingerprint, psp_domain_id, wallets, problem,
      exists (select 1 from operations where app_id = ${scope.appId} and tenant_id = ${scope.tenantId}
        and domain_id = wallet_domains.id and status = 'asked') as is_asked
    from wallet_domains where app_id = ${scope.appId} and tenant_id = ${scope.tenantId} order by host`.execute(db);
  return rows.map(toDomain);
}

/** Keeps a host that is to be registered, or why it is not; what was known of it before is forgotten. */
export async function putDomain(
  db: Db,
  scope: Scope,
  domain: Pick<WalletDomain, 'id' | 'host' | 'connector' | 'fingerprint' | 'problem'>,
  now: string,
): Promise<void> {
  await sql`delete from wallet_domains
    where app_id = ${scope.appId} and tenant_id = ${scope.tenantId} and host = ${domain.host}`.execute(db);
  await sql`insert into wallet_domains (app_id, tenant_id, id, host, connector, fingerprint, problem, created_at)
    values (${scope.appId}, ${scope.tenantId}, ${domain.id}, ${domain.host}, ${domain.connector}, ${domain.fingerprint},
      ${domain.problem ?? null}, ${now}::timestamptz)
    on conflict do nothing`.execute(db);
}

/** Forgets a host. At the PSP it stays: others may use it there. */
export async function forgetDomain(db: Db, scope: Scope, id: string): Promise<void> {
  await sql`delete from wallet_domains
    where app_id = ${scope.appId} and tenant_id = ${scope.tenantId} and id = ${id}`.execute(db);
}

/** Keeps what the PSP told of a host. */
export async function tellDomain(
  db: Db,
  scope: Scope,
  id: string,
  told: { pspDomainId?: string; wallets?: WalletState[]; problem?: string; now: string },
): Promise<void> {
  await sql`update wallet_domains set psp_domain_id = coalesce(${told.pspDomainId ?? null}, psp_domain_id),
      wallets = coalesce(${told.wallets === undefined ? null : JSON.stringify(told.wallets)}::jsonb, wallets),
      problem = ${told.problem ?? null}, checked_at = ${told.now}::timestamptz
    where app_id = ${scope.appId} and tenant_id = ${scope.tenantId} and id = ${id}`.execute(db);
}

function toDomain(row: DomainRow): WalletDomain {
  return {
    id: row.id,
    host: row.host,
    connector: row.connector,
    fingerprint: row.fingerprint,
    ...(row.psp_domain_id === null ? {} : { pspDomainId: row.psp_domain_id }),
    wallets: row.wallets,
    ...(row.problem === null ? {} : { problem: row.problem }),
    isAsked: row.is_asked,
  };
}
