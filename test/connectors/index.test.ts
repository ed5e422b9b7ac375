/** Every connector can be found by its name and carries that name. */
import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { connectorNames, findConnector } from '../../src/connectors/index.js';

describe('findConnector', () => {
  it('loads the sandbox by its name, the same record each time', async () => {
    const first = await findConnector('sandbox');
    expect(first?.name).toBe('sandbox');
    expect(await findConnector('sandbox')).toBe(first);
  });

  it('finds nothing for other names, also for those every object has', async () => {
    for (const name of ['', 'Sandbox', 'toString', '__proto__', 'constructor']) {
      expect(await findConnector(name)).toBeUndefined();
    }
  });

  it('knows every folder of connectors and no other', () => {
    const folders = readdirSync(new URL('../../src/connectors/', import.meta.url), { withFileTypes: true });
    const names = folders.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
    expect([...connectorNames].sort()).toEqual(names.sort());
  });
});
