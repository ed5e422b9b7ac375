/**
 * Seals what must not lie readable in the database: one data key per tenant, wrapped by the deployment's master key.
 * A sealed text opens only for the app, tenant and field it was sealed for.
 */
import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import { isoTime, type Clock } from '../domain/clock.js';
import type { Db } from './database.js';
import { KEY_BYTES, keyIdOf, keyOf, openText, sealText, VaultError, type SealKey } from './sealed-text.js';
import type { MasterKey } from './master-key.js';

export { masterKeyFromText, sandboxMasterKey, type MasterKey } from './master-key.js';
export { VaultError } from './sealed-text.js';

export interface Vault {
  /**
   * Seals a text for one field of one tenant; the tenant's data key is made on first use. Asks the database when the
   * key is not in memory, so call it before a transaction begins.
   */
  seal(tenantId: string, field: string, text: string): Promise<string>;
  /** Opens what `seal` made. Throws a VaultError for another tenant, another field, a changed text, an unknown key. */
  open(tenantId: string, field: string, sealed: string): Promise<string>;
  /** Reads the tenant's key anew at its next use: the tenant was forgotten perhaps, and its key with it. */
  renew(tenantId: string): void;
  /** Seals a secret of the deployment itself with the master key. */
  sealForDeployment(name: string, text: string): string;
  /** Opens what `sealForDeployment` made, with the master key or the previous one. Throws a VaultError. */
  openForDeployment(name: string, sealed: string): string;
  /**
   * Brings everything under the current master key and answers what it changed. Safe to repeat, to interrupt and to
   * run while the app works, as long as all nodes accept both keys.
   */
  rotate(): Promise<{ tenants: number; secrets: number }>;
}

export interface VaultOptions {
  db: Db;
  appId: string;
  masterKey: MasterKey;
  /** Still accepted for opening; nothing is sealed with it any more. */
  previousMasterKey?: MasterKey | undefined;
  clock: Clock;
}

/** Unwrapped data keys kept in memory; the least recently used goes first. */
const CACHED_KEYS = 1_000;
/** Nothing is sealed with a key that was read longer ago: another process may have thrown it away. */
const KEY_AGE_MS = 10_000;
/** Rows read at once while rotating. */
const ROTATION_PAGE_ROWS = 200;

/** What the functions of this file share. */
interface Shelf extends VaultOptions {
  cache: Map<string, Held>;
}

interface Held {
  key: Promise<SealKey>;
  readAt: number;
}

/** Opens the vault. Touches neither database nor disk: a wrong master key shows when the first secret is opened. */
export function openVault(options: VaultOptions): Vault {
  const shelf: Shelf = { ...options, cache: new Map() };
  const { appId, masterKey } = options;
  return {
    seal: async (tenantId, field, text) =>
      sealText(await keyForSealing(shelf, tenantId), fieldPlace(appId, tenantId, field), text),
    open: async (tenantId, field, sealed) => {
      const place = fieldPlace(appId, tenantId, field);
      const key = await dataKey(shelf, tenantId);
      if (key.id === keyIdOf(sealed)) return openText([key], place, sealed);
      // Another node may have met the tenant anew.
      shelf.cache.delete(tenantId);
      return openText([await dataKey(shelf, tenantId)], place, sealed);
    },
    renew: (tenantId) => void shelf.cache.delete(tenantId),
    sealForDeployment: (name, text) => sealText(masterKey, deploymentPlace(appId, name), text),
    openForDeployment: (name, sealed) => openText(masterKeys(shelf), deploymentPlace(appId, name), sealed),
    rotate: async () => ({ tenants: await rewrapTenantKeys(shelf), secrets: await resealSecrets(shelf) }),
  };
}

/** The tenant's data key, made when there is none yet. */
async function keyForSealing(shelf: Shelf, tenantId: string): Promise<SealKey> {
  try {
    return await dataKey(shelf, tenantId, KEY_AGE_MS);
  } catch (error) {
    if (tenantId === '' || !(error instanceof VaultError) || error.reason !== 'no_key') throw error;
    await addDataKeyOnce(shelf, tenantId);
    // A look-up that began before the row was there must not answer for us.
    shelf.cache.delete(tenantId);
    return dataKey(shelf, tenantId);
  }
}

/** The tenant's data key, from memory or the database. Parallel callers share one look-up; a failed one is forgotten. */
function dataKey(shelf: Shelf, tenantId: string, maxAgeMs = Number.POSITIVE_INFINITY): Promise<SealKey> {
  const { cache, clock } = shelf;
  const known = cache.get(tenantId);
  const isFresh = known !== undefined && Math.abs(clock.now() - known.readAt) <= maxAgeMs;
  const held = isFresh ? known : { key: readDataKey(shelf, tenantId), readAt: clock.now() };
  // A map keeps the order of insertion: taken out and put back, the entry is the youngest.
  cache.delete(tenantId);
  cache.set(tenantId, held);
  if (!isFresh) {
    held.key.catch(() => {
      if (cache.get(tenantId) === held) cache.delete(tenantId);
    });
    const oldest = cache.keys().next();
    if (cache.size > CACHED_KEYS && !oldest.done) cache.delete(oldest.value);
  }
  return held.key;
}

async function readDataKey({ db, appId, ...shelf }: Shelf, tenantId: string): Promise<SealKey> {
  const { rows } = await sql<{ wrapped_key: string }>`
    select wrapped_key from tenant_keys where app_id = ${appId} and tenant_id = ${tenantId}`.execute(db);
  const wrapped = rows[0]?.wrapped_key;
  if (wrapped === undefined) {
    throw new VaultError('no_key', `Open a sealed text: tenant ${JSON.stringify(tenantId)} has no data key`);
  }
  return keyOf(Buffer.from(openText(masterKeys(shelf), keyPlace(appId, tenantId), wrapped), 'base64'));
}

/** Two nodes may meet a new tenant at once: the first row stays, and the other node reads it. */
async function addDataKeyOnce(shelf: Shelf, tenantId: string): Promise<void> {
  const wrapped = wrap(shelf, tenantId, randomBytes(KEY_BYTES).toString('base64'));
  await sql`
    insert into tenant_keys (app_id, tenant_id, wrapped_key, master_key_id, created_at)
    values (${shelf.appId}, ${tenantId}, ${wrapped}, ${shelf.masterKey.id}, ${isoTime(shelf.clock)})
    on conflict do nothing`.execute(shelf.db);
}

function wrap(shelf: Shelf, tenantId: string, keyText: string): string {
  return sealText(shelf.masterKey, keyPlace(shelf.appId, tenantId), keyText);
}

/** Each row is one guarded statement: whoever rotates at the same time has done the same work. */
async function rewrapTenantKeys(shelf: Shelf): Promise<number> {
  let changed = 0;
  let after = '';
  for (;;) {
    const { rows } = await sql<{ tenant_id: string; wrapped_key: string }>`
      select tenant_id, wrapped_key from tenant_keys
      where app_id = ${shelf.appId} and tenant_id > ${after} and master_key_id <> ${shelf.masterKey.id}
      order by tenant_id limit ${ROTATION_PAGE_ROWS}`.execute(shelf.db);
    for (const row of rows) {
      const keyText = openText(masterKeys(shelf), keyPlace(shelf.appId, row.tenant_id), row.wrapped_key);
      const { numAffectedRows } = await sql`
        update tenant_keys
        set wrapped_key = ${wrap(shelf, row.tenant_id, keyText)}, master_key_id = ${shelf.masterKey.id}
        where app_id = ${shelf.appId} and tenant_id = ${row.tenant_id}
          and wrapped_key = ${row.wrapped_key}`.execute(shelf.db);
      changed += Number(numAffectedRows ?? 0n);
      after = row.tenant_id;
    }
    if (rows.length < ROTATION_PAGE_ROWS) return changed;
  }
}

async function resealSecrets(shelf: Shelf): Promise<number> {
  let changed = 0;
  const { rows } = await sql<{ name: string; sealed: string }>`
    select name, sealed from deployment_secrets where app_id = ${shelf.appId} order by name`.execute(shelf.db);
  for (const { name, sealed } of rows) {
    if (keyIdOf(sealed) === shelf.masterKey.id) continue;
    const place = deploymentPlace(shelf.appId, name);
    const resealed = sealText(shelf.masterKey, place, openText(masterKeys(shelf), place, sealed));
    const { numAffectedRows } = await sql`
      update deployment_secrets set sealed = ${resealed}
      where app_id = ${shelf.appId} and name = ${name} and sealed = ${sealed}`.execute(shelf.db);
    changed += Number(numAffectedRows ?? 0n);
  }
  return changed;
}

function masterKeys({ masterKey, previousMasterKey }: Pick<Shelf, 'masterKey' | 'previousMasterKey'>): MasterKey[] {
  return previousMasterKey === undefined ? [masterKey] : [masterKey, previousMasterKey];
}

// What a text is sealed for. The first word keeps the three kinds apart.
const fieldPlace = (appId: string, tenantId: string, field: string) => ['field', appId, tenantId, field];
const keyPlace = (appId: string, tenantId: string) => ['tenant key', appId, tenantId];
const deploymentPlace = (appId: string, name: string) => ['deployment', appId, name];
