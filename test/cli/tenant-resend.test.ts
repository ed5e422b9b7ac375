/** `quittance tenant resend`: every connected tenant hears its configuration again. */
import { Command } from 'commander';
import { sql } from 'kysely';
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openCliContext } from '../../src/cli/context.js';
import { registerTenantCommands } from '../../src/cli/tenant.js';
import { addClient } from '../../src/storage/clients.js';
import { SANDBOX_SETTINGS, SANDBOX_WEBHOOK_SECRET, testApp, type TestApp } from '../support/app.js';
import { told } from '../http/doors.js';

const masterKey = randomBytes(32).toString('base64');
let app: TestApp;
beforeAll(async () => {
  app = await testApp({ masterKey });
});
afterAll(() => app.close());

/** Runs the command as an operator of the sandbox does: beside the running app, on the same database. */
async function resend(env: Record<string, string> = {}): Promise<string> {
  const printed: string[] = [];
  const program = new Command().exitOverride();
  registerTenantCommands(program, async () => {
    const context = await openCliContext({ DATABASE_URL: app.databaseUrl, MASTER_KEY: masterKey, ...env });
    const config = { ...context.config, mode: 'sandbox' as const };
    return { ...context, config, print: (text) => void printed.push(text) };
  });
  await program.parseAsync(['node', 'quittance', 'tenant', 'resend']);
  return printed.join('\n');
}

const names = async (tenantId: string): Promise<string[]> => (await told(app, tenantId)).map(({ name }) => name);

it('says so when there is nobody to tell', async () => {
  expect(await resend()).toBe('There is no connected tenant to tell.');
});

it('tells connected tenants alone, once per run, with the newest timestamp and no secret', async () => {
  const [first, second, gone] = [app.shop('a-shop'), app.shop('b-shop'), app.shop('c-shop')];
  for (const shop of [first, second, gone]) await shop.configure();
  await gone.disconnect();
  await first.configure({ ...SANDBOX_SETTINGS, note: 'x' });
  expect(await resend()).toBe('Told again: a-shop, b-shop');
  expect(await names('a-shop')).toEqual([
    'AddPaymentMethod',
    'AppConfigUpdated',
    'AppConfigUpdated',
    'AppConfigUpdated',
  ]);
  expect(await names('b-shop')).toEqual(['AddPaymentMethod', 'AppConfigUpdated', 'AppConfigUpdated']);
  expect((await names('c-shop')).at(-1)).toBe('AppConfigUpdated');
  const messages = await told(app, 'b-shop');
  expect(messages.at(-1)?.payload).toEqual(messages.at(-2)?.payload);
  expect((messages.at(-1)?.timestamp ?? '') > (messages.at(-2)?.timestamp ?? '')).toBe(true);
  expect(JSON.stringify(messages)).not.toContain(SANDBOX_WEBHOOK_SECRET);
  // And the shop can fetch it, in its shape.
  expect((await second.poll('app-events')).map(({ name }) => name)).toEqual(['AppConfigUpdated', 'AppConfigUpdated']);
});

it('leaves other apps on the same database alone', async () => {
  const before = await names('a-shop');
  expect(await resend({ APP_IDENTIFIER: 'another-app' })).toBe('There is no connected tenant to tell.');
  expect(await names('a-shop')).toEqual(before);
});

it('names the tenants it could not tell, and tells the others', async () => {
  await sql`update tenants set connector = 'gone' where tenant_id = 'a-shop'`.execute(app.app.db);
  const before = (await names('b-shop')).length;
  await expect(resend()).rejects.toThrow(/not possible for a-shop \(There is no connector "gone"\)/);
  expect(await names('b-shop')).toHaveLength(before + 1);
});

it('changes neither settings nor clients', async () => {
  const { db, clock, appId } = app.app;
  await addClient({ db, clock, appId }, { tenantIds: ['b-shop'], label: 'kept' });
  const rows = async (): Promise<unknown> =>
    (
      await sql`select tenant_id, status, settings, (select count(*) from clients) as clients from tenants order by 1`.execute(
        db,
      )
    ).rows;
  const before = await rows();
  await resend().catch(() => undefined);
  expect(await rows()).toEqual(before);
});
