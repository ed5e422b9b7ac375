/** `quittance keys rotate`: afterwards the former master key is of no use, and the new one opens everything. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openCliContext } from '../../src/cli/context.js';
import { openTokenKeys } from '../../src/http/token-keys.js';
import { newKey, openTerminal, type Terminal } from './commands.js';

let terminal: Terminal;
beforeAll(async () => {
  terminal = await openTerminal();
});
afterAll(() => terminal.close());

test('rotate brings tenants and token keys under the new master key', async () => {
  const before = await openCliContext(terminal.env);
  const sealed = await before.vault.seal('DE', 'settings', 'kept');
  const keysOf = ({ db, vault, clock }: typeof before) => openTokenKeys({ db, vault, clock, appId: 'quittance' });
  const published = await keysOf(before).published();
  expect(await terminal.run(['keys', 'rotate'])).toContain('Keys of 0 tenants and 0 secrets');

  const changed = { MASTER_KEY: newKey(), MASTER_KEY_PREVIOUS: terminal.env['MASTER_KEY'] };
  await expect(terminal.run(['keys', 'rotate'], { MASTER_KEY: changed.MASTER_KEY })).rejects.toThrow(/sealed with key/);
  const printed = await terminal.run(['keys', 'rotate'], changed);
  expect(printed).toContain('Keys of 1 tenants and 1 secrets');
  expect(printed).toContain('without MASTER_KEY_PREVIOUS');

  const after = await openCliContext({ ...terminal.env, MASTER_KEY: changed.MASTER_KEY });
  expect(await after.vault.open('DE', 'settings', sealed)).toBe('kept');
  expect(await keysOf(after).published()).toEqual(published);

  await terminal.run(['keys', 'rotate', '--tokens'], { MASTER_KEY: changed.MASTER_KEY });
  const kids = (await keysOf(after).published()).keys.map(({ kid }) => kid);
  expect(kids).toHaveLength(2);
  expect(kids[1]).toBe(published.keys[0]?.kid);

  const former = await openCliContext(terminal.env);
  await expect(former.vault.open('DE', 'settings', sealed)).rejects.toThrow(/sealed with key/);
  await Promise.all([before, after, former].map((context) => context.close()));
});
