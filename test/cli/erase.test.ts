/** `quittance tenant erase | forget`: what is personal goes, what is money stays. */
import { Command } from 'commander';
import { sql } from 'kysely';
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCliContext } from '../../src/cli/context.js';
import { registerEraseCommands } from '../../src/cli/erase.js';
import { TENANT_TABLES } from '../../src/storage/erasure.js';
import { fileOf } from '../flows/heart.js';
import { testApp, type TestApp, type TestShop } from '../support/app.js';

const masterKey = randomBytes(32).toString('base64');
const PERSONAL = ['Ada', 'Lovelace', 'ada@example.com', 'DE--21', 'shop.example'];
let app: TestApp;
let shop: TestShop;
beforeAll(async () => {
  app = await testApp({ masterKey });
  shop = app.shop();
  await shop.configure();
});
afterAll(() => app.close());

async function run(...line: string[]): Promise<string> {
  const printed: string[] = [];
  const program = new Command().exitOverride();
  registerEraseCommands(program, async () => {
    const context = await openCliContext({ DATABASE_URL: app.databaseUrl, MASTER_KEY: masterKey });
    return { ...context, print: (text) => void printed.push(text) };
  });
  for (const command of program.commands.flatMap((group) => [group, ...group.commands]))
    command.exitOverride().configureOutput({ writeErr: () => undefined });
  await program.parseAsync(['node', 'quittance', 'tenant', ...line]);
  return printed.join('\n');
}

/** Everything of an order, with sealed bodies opened. */
async function textOf(orderReference: string, transactionId: string): Promise<string> {
  const { db, vault } = app.app;
  const parts: unknown[] = [];
  for (const table of ['payments', 'operations', 'inbox', 'outbox', 'payment_facts', 'payment_history']) {
    const { rows } = await sql<{ body?: string }>`select * from ${sql.table(table)} where tenant_id = ${shop.tenantId}`.execute(db);
    for (const row of rows) {
      const text = JSON.stringify(row);
      const isOfOrder = text.includes(orderReference) || text.includes(transactionId) || table === 'operations';
      if (isOfOrder) parts.push(row, table === 'inbox' ? await vault.open(shop.tenantId, 'inbox', row.body ?? '') : '');
    }
  }
  return JSON.stringify(parts);
} // prettier-ignore

async function captured(): Promise<{ orderReference: string; transactionId: string }> {
  const { orderReference, transactionId } = await shop.authorized();
  await shop.command('CapturePayment', { orderReference, orderItemIds: [101, 102], amount: 12_000 });
  await shop.until('PaymentCaptured', orderReference);
  await shop.poll();
  return { orderReference, transactionId };
}

describe('erase', () => {
  it('an order that is over loses its person, and keeps its money, items and history', async () => {
    const { orderReference, transactionId } = await captured();
    const before = await textOf(orderReference, transactionId);
    expect(PERSONAL.filter((word) => before.includes(word))).toEqual(PERSONAL);
    expect(await run('erase', '--tenant', shop.tenantId, '--order', orderReference)).toMatch(/^Erased from 1 payments/);
    const after = await textOf(orderReference, transactionId);
    expect(PERSONAL.filter((word) => after.includes(word))).toEqual([]);
    const file = await fileOf(app, shop, orderReference);
    expect(file.payment).toMatchObject({ status: 'captured', captured: 12_000, amount: 12_000, transactionId });
    expect(file.payment.order.lines.map(({ id, unitPrice }) => [id, unitPrice])).toEqual([
      ['101', 6_000],
      ['102', 5_000],
    ]);
    // And money still moves both ways.
    await shop.command('RefundPayment', { orderReference, orderItems: [{ orderItemId: 101 }], amount: -1_000 });
    await shop.until('PaymentRefunded', orderReference);
  });

  it('one that is not over is left as it is', async () => {
    const { orderReference } = await shop.authorized();
    await expect(run('erase', '--tenant', shop.tenantId, '--order', orderReference)).rejects.toThrow('is not over');
    expect((await fileOf(app, shop, orderReference)).payment.order.customerEmail).toBe('ada@example.com');
  });

  it('by age takes what has not changed since, of this tenant alone', async () => {
    const [old, recent] = [await captured(), await captured()];
    await sql`update payments set updated_at = updated_at - interval '40 days'
      where order_reference = ${old.orderReference}`.execute(app.app.db);
    await run('erase', '--tenant', shop.tenantId, '--older-than', '30');
    const emailOf = async ({ orderReference }: typeof old) =>
      (await fileOf(app, shop, orderReference)).payment.order.customerEmail;
    expect([await emailOf(old), await emailOf(recent)]).toEqual([undefined, 'ada@example.com']);
    await expect(run('erase', '--tenant', 'another', '--older-than', '30')).rejects.toThrow('there is no tenant');
  });

  it.each([[[]], [['--order', 'x', '--older-than', '3']], [['--older-than', '0']], [['--older-than', 'soon']]])(
    '%j is refused',
    async (options) => {
      await expect(run('erase', '--tenant', shop.tenantId, ...options)).rejects.toThrow(/wanted is/);
    },
  );
});

describe('forget', () => {
  it('a tenant that left goes with every row and its key; others stay', async () => {
    const gone = app.shop();
    await gone.configure();
    await gone.authorized();
    await expect(run('forget', '--tenant', gone.tenantId, '--yes')).rejects.toThrow('is connected');
    await gone.disconnect('true');
    await run('forget', '--tenant', gone.tenantId, '--yes');
    const { rows: tables } = await sql<{ name: string }>`select table_name as name from information_schema.columns
      where table_schema = 'public' and column_name = 'tenant_id'`.execute(app.app.db);
    expect(tables.map(({ name }) => name).sort()).toEqual([...TENANT_TABLES].sort());
    for (const { name } of tables) {
      const { rows } = await sql`select 1 from ${sql.table(name)} where tenant_id = ${gone.tenantId}`.execute(app.app.db);
      expect([name, rows.length]).toEqual([name, 0]);
    }
    expect((await shop.initialize()).status).toBe(200);
    // And when it comes back to the node that knew it, any other node can read its settings.
    expect((await gone.configure()).status).toBe(200);
    const { rows: [back] } = await sql<{ settings: string }>`select settings from tenants
      where tenant_id = ${gone.tenantId}`.execute(app.app.db);
    const other = await openCliContext({ DATABASE_URL: app.databaseUrl, MASTER_KEY: masterKey });
    expect(await other.vault.open(gone.tenantId, 'settings', back?.settings ?? '')).toContain('test');
    await other.close();
  }); // prettier-ignore
});
