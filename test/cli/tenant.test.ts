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
  await db.destroy();
  expect(await terminal.run(['tenant', 'list'])).toBe(
    [
      'TENANT  CONNECTOR  STATUS        CONFIGURED',
      'AT[31m  stripe     disconnected  2026-01-02 03:04 UTC',
      'DE      stripe     connected     2026-01-02 03:04 UTC',
    ].join('\n'),
  );
});
