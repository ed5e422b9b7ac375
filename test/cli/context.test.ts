/** The context of commands: production's key from the environment, the sandbox's from its folder, clear refusals. */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openCliContext } from '../../src/cli/context.js';
import { freshDatabase } from '../support/database.js';
import { newKey } from './commands.js';

let database: Awaited<ReturnType<typeof freshDatabase>>;
let folder: string;
beforeAll(async () => {
  database = await freshDatabase();
  folder = mkdtempSync(join(tmpdir(), 'quittance-cli-'));
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await database.drop();
});

test("without MASTER_KEY the sandbox's own key is used and kept", async () => {
  const env = { DATABASE_URL: database.url, DATA_DIR: folder };
  const first = await openCliContext(env);
  expect(first.config.mode).toBe('sandbox');
  const sealed = await first.vault.seal('sandbox', 'settings', 'kept');
  await first.close();
  await first.close();
  const second = await openCliContext(env);
  expect(await second.vault.open('sandbox', 'settings', sealed)).toBe('kept');
  await second.close();
  expect(statSync(join(folder, 'master.key')).mode & 0o777).toBe(0o600);
});

test('commands of a sandbox ask its simulator, never Stripe itself; those of production ask Stripe', async () => {
  const env = { DATABASE_URL: database.url, DATA_DIR: folder, PORT: '20100' };
  const sandbox = await openCliContext(env);
  await sandbox.close();
  expect(sandbox.config.stripeApiUrl).toBe('http://127.0.0.1:20101');
  const production = await openCliContext({ ...env, MASTER_KEY: newKey() });
  await production.close();
  expect(production.config.stripeApiUrl).toBeUndefined();
});

test('with MASTER_KEY it is production, and no key file appears', async () => {
  const dataDir = join(folder, 'serve');
  const context = await openCliContext({ DATABASE_URL: database.url, DATA_DIR: dataDir, MASTER_KEY: newKey() });
  expect(context.config.mode).toBe('serve');
  await context.close();
  expect(() => statSync(dataDir)).toThrow('ENOENT');
});

test('a bad environment and a missing database are refused', async () => {
  await expect(openCliContext({ PORT: 'x' })).rejects.toThrow('Read PORT');
  await expect(openCliContext({ DATABASE_URL: 'postgres://x@127.0.0.1:1/y', MASTER_KEY: newKey() })).rejects.toThrow(
    /ECONNREFUSED/,
  );
});

test('the embedded database is opened when no other is given, and again while it is open', async () => {
  const env = { DATA_DIR: join(folder, 'embedded'), MASTER_KEY: newKey() };
  const app = await openCliContext(env);
  const sealed = await app.vault.seal('DE', 'settings', 'kept');
  const command = await openCliContext(env);
  expect(await command.vault.open('DE', 'settings', sealed)).toBe('kept');
  await command.close();
  expect(await app.vault.open('DE', 'settings', sealed)).toBe('kept');
  await app.close();
}, 90_000);
