/** Clients that may ask for tokens, the tenants each may act for, and the hashes of their secrets. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { sql } from 'kysely';
import { isoTime, type Clock } from '../domain/clock.js';
import type { Db } from './database.js';

export interface ClientStore {
  db: Db;
  appId: string;
  clock: Clock;
}

export interface Client {
  clientId: string;
  /** Tenants it may act for; `*` stands for every tenant. */
  tenantIds: readonly string[];
  label: string;
  createdAt: string;
  /** Undefined while it may ask for tokens. */
  revokedAt: string | undefined;
}

export const EVERY_TENANT = '*';

const CLIENT_ID_BYTES = 9;
/** 256 random bits cannot be guessed, so a plain hash protects them as well as a slow one would. */
const SECRET_BYTES = 32;

interface Row {
  client_id: string;
  secret_hash: string;
  tenant_ids: string[];
  label: string;
  created_at: string;
  revoked_at: string | null;
}

/** Adds a client with a new id and secret. The secret is answered here once and cannot be read again. */
export async function addClient(
  store: ClientStore,
  client: { tenantIds: readonly string[]; label: string },
): Promise<{ clientId: string; secret: string }> {
  const clientId = `client-${randomBytes(CLIENT_ID_BYTES).toString('hex')}`;
  const secret = randomBytes(SECRET_BYTES).toString('base64url');
  await sql`
    insert into clients (app_id, client_id, secret_hash, tenant_ids, label, created_at)
    values (${store.appId}, ${clientId}, ${hashOf(secret)}, ${[...client.tenantIds]}::text[], ${client.label},
      ${isoTime(store.clock)})`.execute(store.db);
  return { clientId, secret };
}

/** All clients, revoked ones included, oldest first. */
export async function listClients({ db, appId }: ClientStore): Promise<Client[]> {
  const { rows } = await sql<Row>`
    select * from clients where app_id = ${appId} order by created_at, client_id`.execute(db);
  return rows.map(asClient);
}

/**
 * Ends a client: it gets no further tokens. Those it has stay valid until they expire. Safe to repeat; the first time
 * counts. Answers undefined for an unknown id.
 */
export async function revokeClient(store: ClientStore, clientId: string): Promise<Client | undefined> {
  const { rows } = await sql<Row>`
    update clients set revoked_at = coalesce(revoked_at, ${isoTime(store.clock)})
    where app_id = ${store.appId} and client_id = ${clientId} returning *`.execute(store.db);
  return rows[0] && asClient(rows[0]);
}

/** The client with this id and secret; undefined when it is unknown or revoked, or the secret is wrong. */
export async function findClient(
  { db, appId }: ClientStore,
  clientId: string,
  secret: string,
): Promise<Client | undefined> {
  // PostgreSQL takes no zero bytes in texts, and we make no such ids.
  if (clientId.includes('\0')) return undefined;
  const { rows } = await sql<Row>`
    select * from clients where app_id = ${appId} and client_id = ${clientId}`.execute(db);
  const row = rows[0];
  // An unknown client is compared as well, so that the time taken does not tell which ids exist.
  const matches = sameSecret(secret, row?.secret_hash ?? hashOf(''));
  return row !== undefined && matches && row.revoked_at === null ? asClient(row) : undefined;
}

/** True when the secret has this hash. Takes the same time whatever the secret. */
export function sameSecret(secret: string, hash: string): boolean {
  const [given, stored] = [Buffer.from(hashOf(secret)), Buffer.from(hash)];
  return given.length === stored.length && timingSafeEqual(given, stored);
}

/** The stored form of a secret. */
export function hashOf(secret: string): string {
  return `sha256:${createHash('sha256').update(secret, 'utf8').digest('base64url')}`;
}

function asClient(row: Row): Client {
  return {
    clientId: row.client_id,
    tenantIds: row.tenant_ids,
    label: row.label,
    createdAt: row.created_at,
    revokedAt: row.revoked_at ?? undefined,
  };
}
