/** Clients: a secret is shown once, only its hash is kept, and a revoked client is found no more. */
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addClient, findClient, listClients, revokeClient, type ClientStore } from '../../src/storage/clients.js';
import { openDatabase, type Db } from '../../src/storage/database.js';
import { freshDatabase } from '../support/database.js';

let database: Awaited<ReturnType<typeof freshDatabase>>;
let db: Db;
let now = Date.UTC(2026, 0, 2);
const clock = { now: () => now };
beforeAll(async () => {
  database = await freshDatabase();
  db = openDatabase(database.url, () => undefined);
});
afterAll(async () => {
  await db.destroy();
  await database.drop();
});

const storeOf = (appId: string): ClientStore => ({ db, appId, clock });

test('addClient, then findClient with the secret it answered', async () => {
  const store = storeOf('add');
  const { clientId, secret } = await addClient(store, { tenantIds: ['DE', 'AT'], label: 'Shop' });
  expect(Buffer.from(secret, 'base64url')).toHaveLength(32);
  expect(await findClient(store, clientId, secret)).toEqual({
    clientId,
    tenantIds: ['DE', 'AT'],
    label: 'Shop',
    createdAt: '2026-01-02T00:00:00.000Z',
    revokedAt: undefined,
  });
  for (const wrong of ['', secret.slice(1), `${secret} `, secret.toUpperCase()]) {
    expect(await findClient(store, clientId, wrong)).toBeUndefined();
  }
  expect(await findClient(store, 'client-unknown', secret)).toBeUndefined();
  expect(await findClient(store, 'client-unknown', '')).toBeUndefined();
  expect(await findClient(store, 'zero\0byte', secret)).toBeUndefined();
  expect(await findClient(storeOf('other app'), clientId, secret)).toBeUndefined();
});

test('the table does not hold the secret', async () => {
  const store = storeOf('hash');
  const { secret } = await addClient(store, { tenantIds: ['DE'], label: '' });
  const { rows } = await sql<{ all: string }>`select clients::text as all from clients`.execute(db);
  expect(rows.map((row) => row.all).join()).not.toContain(secret);
});

test('revokeClient ends it once and for all, and leaves it listed', async () => {
  const store = storeOf('revoke');
  const first = await addClient(store, { tenantIds: ['DE'], label: 'first' });
  now += 1_000;
  const second = await addClient(store, { tenantIds: ['*'], label: 'second' });
  const revoked = await revokeClient(store, first.clientId);
  now += 5_000;
  expect(await revokeClient(store, first.clientId)).toEqual(revoked);
  expect(await findClient(store, first.clientId, first.secret)).toBeUndefined();
  expect(await findClient(store, second.clientId, second.secret)).toBeDefined();
  expect(await revokeClient(store, 'client-unknown')).toBeUndefined();
  expect((await listClients(store)).map(({ label, revokedAt }) => [label, revokedAt])).toEqual([
    ['first', '2026-01-02T00:00:01.000Z'],
    ['second', undefined],
  ]);
});
