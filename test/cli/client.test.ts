/** `quittance client`: what it prints works at the token endpoint's door. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock } from '../../src/clock.js';
import { findClient } from '../../src/storage/clients.js';
import { openDatabase } from '../../src/storage/database.js';
import { openTerminal, type Terminal } from './commands.js';

let terminal: Terminal;
beforeAll(async () => {
  terminal = await openTerminal();
});
afterAll(() => terminal.close());

async function found(printed: string) {
  const [, clientId = ''] = /client id +(\S+)/.exec(printed) ?? [];
  const [, secret = ''] = /client secret +(\S+)/.exec(printed) ?? [];
  const db = openDatabase(terminal.env['DATABASE_URL'] ?? '', () => undefined, 1);
  const client = await findClient({ db, appId: 'quittance', clock: systemClock }, clientId, secret);
  await db.destroy();
  return { clientId, secret, client };
}

test('add, list, revoke', async () => {
  expect(await terminal.run(['client', 'list'])).toContain('no clients yet');
  const printed = await terminal.run([
    'client',
    'add',
    '--tenant',
    'DE',
    '--tenant',
    ' AT ',
    '--tenant',
    'DE',
    '--label',
    'My shop',
  ]);
  const { clientId, secret, client } = await found(printed);
  expect(client).toMatchObject({ tenantIds: ['DE', 'AT'], label: 'My shop' });
  expect(printed).toContain('shown only now');

  const listed = await terminal.run(['client', 'list']);
  expect(listed).toMatch(
    new RegExp(`^CLIENT +TENANTS +LABEL +ADDED +STATE\n${clientId}  DE, AT   My shop  .* UTC  active$`),
  );
  expect(listed).not.toContain(secret);

  expect(await terminal.run(['client', 'revoke', clientId])).toContain(`${clientId} gets no further tokens`);
  expect(await terminal.run(['client', 'list'])).toMatch(/revoked \d{4}-\d\d-\d\d \d\d:\d\d UTC$/);
  expect((await found(printed)).client).toBeUndefined();
});

test('a client for every tenant', async () => {
  const printed = await terminal.run(['client', 'add', '--tenant', '*']);
  expect((await found(printed)).client).toMatchObject({ tenantIds: ['*'], label: '' });
  expect(await terminal.run(['client', 'list'])).toContain('every tenant');
});

test('refusals', async () => {
  await expect(terminal.run(['client', 'add'])).rejects.toThrow(/--tenant/);
  await expect(terminal.run(['client', 'add', '--tenant', ' '])).rejects.toThrow(/1 to 60 characters/);
  await expect(terminal.run(['client', 'add', '--tenant', 'x'.repeat(61)])).rejects.toThrow(/1 to 60 characters/);
  await expect(terminal.run(['client', 'add', '--tenant', 'a\u001b[2J'])).rejects.toThrow(/1 to 60 characters/);
  await expect(terminal.run(['client', 'add', '--tenant', 'DE,AT'])).rejects.toThrow(/without a comma/);
  await expect(terminal.run(['client', 'add', '--tenant', 'a', '--label', 'two\nlines'])).rejects.toThrow(/one line/);
  await expect(terminal.run(['client', 'revoke', 'nobody'])).rejects.toThrow('there is no client "nobody"');
});
