/** Deployment secrets: made once, whoever comes first, and changed without losing anybody's change. */
import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDatabase, type Db } from '../../src/storage/database.js';
import { changeDeploymentSecret, deploymentSecret, type SecretStore } from '../../src/storage/deployment-secrets.js';
import { masterKeyFromText, openVault } from '../../src/storage/vault.js';
import { freshDatabase } from '../support/database.js';

const clock = { now: () => Date.UTC(2026, 0, 2) };
const masterKey = masterKeyFromText(randomBytes(32).toString('base64'));

let database: Awaited<ReturnType<typeof freshDatabase>>;
let db: Db;
beforeAll(async () => {
  database = await freshDatabase();
  db = openDatabase(database.url, () => undefined);
});
afterAll(async () => {
  await db.destroy();
  await database.drop();
});

const storeOf = (appId: string, key = masterKey): SecretStore => ({
  db,
  appId,
  clock,
  vault: openVault({ db, appId, masterKey: key, clock }),
});

test('nodes that start at once get the same secret', async () => {
  let made = 0;
  const make = () => Promise.resolve(`secret ${(made += 1)}`);
  const texts = await Promise.all([1, 2, 3, 4].map(() => deploymentSecret(storeOf('start'), 'page', make)));
  expect(new Set(texts).size).toBe(1);
  expect(await deploymentSecret(storeOf('start'), 'page', () => Promise.reject(new Error('not asked')))).toBe(texts[0]);
});

test('it lies sealed in the table', async () => {
  await deploymentSecret(storeOf('sealed'), 'page', () => Promise.resolve('in the clear'));
  const { rows } = await sql<{ all: string }>`select deployment_secrets::text as all from deployment_secrets`.execute(
    db,
  );
  expect(rows.map((row) => row.all).join()).not.toContain('in the clear');
});

test('a node with another master key is told so instead of making its own', async () => {
  await deploymentSecret(storeOf('wrong'), 'page', () => Promise.resolve('x'));
  const other = storeOf('wrong', masterKeyFromText(randomBytes(32).toString('base64')));
  await expect(deploymentSecret(other, 'page', () => Promise.resolve('y'))).rejects.toThrow(/sealed with key/);
});

test('parallel changes are all kept', async () => {
  await deploymentSecret(storeOf('change'), 'list', () => Promise.resolve(''));
  await Promise.all(
    ['a', 'b', 'c', 'd'].map((letter) =>
      changeDeploymentSecret(storeOf('change'), 'list', (text) => Promise.resolve(text + letter)),
    ),
  );
  const text = await deploymentSecret(storeOf('change'), 'list', () => Promise.resolve('none'));
  expect([...text].sort().join('')).toBe('abcd');
  await expect(changeDeploymentSecret(storeOf('change'), 'none', (same) => Promise.resolve(same))).rejects.toThrow(
    'none',
  );
});
