/** `quittance tenant list`. */
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDatabase } from '../../src/storage/database.js';
import { openTerminal, type Terminal } from './commands.js';

let terminal: Terminal;
beforeAll(async () => {
  terminal = await openTerminal();
});
afterAll(() => terminal.close());

test("lists this app's tenants, and nothing of their settings", async () => {
  expect(await terminal.run(['tenant', 'list'])).toContain('no tenants yet');
  const db = openDatabase(terminal.env['DATABASE_URL'] ?? '', () => undefined, 1);
  for (const [app, tenant, status] of [
    ['quittance', 'DE', 'CONNECTED'],
    ['quittance', 'AT\u001b[31m', 'DISCONNECTED'],
    ['other', 'FR', 'NEW'],
  ]) {
    await sql`insert into tenants values (${app}, ${tenant}, 'stripe', ${status}, true, ${`hash ${tenant}`}, 'sealed text',
      '2026-01-02T03:04:05Z', '2026-01-02T03:04:05Z')`.execute(db);
  }
  expect(await terminal.run(['tenant', 'list'])).toBe(
    [
      'TENANT  CONNECTOR  STATUS        CONFIGURED',
      'AT[31m  stripe     disconnected  2026-01-02 03:04 UTC',
      'DE      stripe     connected     2026-01-02 03:04 UTC',
    ].join('\n'),
  );
  await sql`insert into wallet_domains (app_id, tenant_id, id, host, connector, fingerprint, psp_domain_id, wallets, problem, created_at)
    values ('quittance', 'DE', gen_random_uuid(), 'localhost', 'stripe', 'f', null, '[]', 'no public name', now()),
      ('other', 'DE', gen_random_uuid(), 'strange.example', 'stripe', 'f', 'pmd_2', '[]', null, now()),
      ('quittance', 'DE', gen_random_uuid(), 'shop.example', 'stripe', 'f', 'pmd_1',
        '[{"wallet":"link","isActive":true},{"wallet":"apple_pay","isActive":false,"reason":"no file"}]', null, now())`.execute(
    db,
  );
  await db.destroy();
  expect((await terminal.run(['tenant', 'list'])).split('\n').slice(3)).toEqual([
    '',
    'TENANT  HOST          WALLETS',
    'DE      localhost     no public name',
    'DE      shop.example  link yes, apple_pay no (no file)',
  ]);
});
