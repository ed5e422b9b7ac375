/** `quittance tenant merchants`. */
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDatabase } from '../../src/storage/database.js';
import { ABLE } from '../flows/marketplaces.js';
import { openTerminal, type Terminal } from './commands.js';

let terminal: Terminal;
beforeAll(async () => {
  terminal = await openTerminal();
});
afterAll(() => terminal.close());

test("lists one tenant's merchants with what is missing, and nothing of where their browsers go", async () => {
  expect(await terminal.run(['tenant', 'merchants', '--tenant', 'DE'])).toBe('The tenant "DE" has no merchants.');
  const db = openDatabase(terminal.env['DATABASE_URL'] ?? '', () => undefined, 1);
  const soon = { ...ABLE, currentlyDue: ['tax id'], deadline: '2026-02-03T04:05:06.000Z', paysOut: true };
  const late = { ...ABLE, pastDue: ['a', 'b', 'c', 'd', 'e'], eventuallyDue: ['f'], isUnderReview: true, paysOut: false };
  for (const [app, tenant, merchant, account, status, state] of [
    ['quittance', 'DE', 'MER-2\u001b[31m', 'acct_2', 'restricted soon', soon],
    ['quittance', 'DE', 'MER-1', null, 'incomplete', null],
    ['quittance', 'DE', 'MER-3', 'acct_3', 'restricted', late],
    ['quittance', 'DE', 'MER-4', 'acct_4', 'completed', ABLE],
    ['quittance', 'AT', 'MER-5', 'acct_5', 'completed', ABLE],
    ['other', 'DE', 'MER-6', 'acct_6', 'completed', ABLE],
  ] as const) {
    await sql`insert into merchants (app_id, tenant_id, merchant_reference, connector, account_id, onboarding_status, state, return_urls, created_at, updated_at)
      values (${app}, ${tenant}, ${merchant}, 'stripe', ${account}, ${status},
        ${state === null ? null : JSON.stringify(state)}::jsonb, 'sealed text', now(), '2026-01-02T03:04:05Z')`.execute(db);
  }
  await db.destroy();
  expect((await terminal.run(['tenant', 'merchants', '--tenant', 'DE'])).split('\n').map((line) => line.split(/ {2,}/))).toEqual([
    ['MERCHANT', 'ACCOUNT', 'STATUS', 'MISSING', 'CHANGED'],
    ['MER-1', '(none yet)', 'incomplete', '-', '2026-01-02 03:04 UTC'],
    ['MER-2[31m', 'acct_2', 'restricted soon', 'due by 2026-02-03 04:05 UTC: tax id', '2026-01-02 03:04 UTC'],
    ['MER-3', 'acct_3', 'restricted', 'past due: a, b, c and 2 more; due one day: f; the PSP is checking; no payouts', '2026-01-02 03:04 UTC'],
    ['MER-4', 'acct_4', 'completed', '-', '2026-01-02 03:04 UTC'],
  ]);
}); // prettier-ignore

test('needs a tenant', async () => {
  await expect(terminal.run(['tenant', 'merchants'])).rejects.toThrow(/--tenant/);
});
