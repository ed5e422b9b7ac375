/** The vault: what is sealed for one place opens there only, for everybody who holds the master key, and rotates. */
import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDatabase, type Db } from '../../src/storage/database.js';
import { masterKeyFromText, openVault, VaultError, type MasterKey, type Vault } from '../../src/storage/vault.js';
import { freshDatabase } from '../support/database.js';

const clock = { now: () => Date.UTC(2026, 0, 2) };
const newKey = () => masterKeyFromText(randomBytes(32).toString('base64'));
const first = newKey();
const second = newKey();

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

let apps = 0;
/** An app of its own per test, so that tests see no rows of each other. */
const newApp = () => `app-${(apps += 1)}`;

function vaultOf(appId: string, masterKey: MasterKey = first, previousMasterKey?: MasterKey): Vault {
  return openVault({ db, appId, masterKey, previousMasterKey, clock });
}

async function reasonOf(opening: Promise<string>): Promise<string> {
  const error: unknown = await opening.then(
    (text) => new Error(`opened: ${text}`),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof VaultError)) throw error;
  expect(error.message).not.toContain('the secret itself');
  return error.reason;
}

describe('seal and open', () => {
  test('a text comes back, umlauts, emoji and nothing included', async () => {
    const vault = vaultOf(newApp());
    for (const text of ['sk_test_x', 'Grüße 💶', '', 'x'.repeat(200_000)]) {
      const sealed = await vault.seal('DE', 'settings', text);
      expect(sealed).toMatch(/^v1\.[A-Za-z0-9_-]{12}\.[A-Za-z0-9_-]+$/);
      expect(await vault.open('DE', 'settings', sealed)).toBe(text);
    }
  });

  test('the same text is never sealed the same way twice', async () => {
    const vault = vaultOf(newApp());
    expect(await vault.seal('DE', 'settings', 'a')).not.toBe(await vault.seal('DE', 'settings', 'a'));
  });

  test('a text moved to another field, tenant or app does not open', async () => {
    const [appId, other] = [newApp(), newApp()];
    const vault = vaultOf(appId);
    const sealed = await vault.seal('DE', 'settings', 'the secret itself');
    await vault.seal('AT', 'settings', 'x');
    await vaultOf(other).seal('DE', 'settings', 'x');
    expect(await reasonOf(vault.open('DE', 'session', sealed))).toBe('refused');
    expect(await reasonOf(vault.open('AT', 'settings', sealed))).toBe('unknown_key');
    expect(await reasonOf(vaultOf(other).open('DE', 'settings', sealed))).toBe('unknown_key');
  });

  test('a data key copied to another tenant or app does not unwrap', async () => {
    const [appId, other] = [newApp(), newApp()];
    const sealed = await vaultOf(appId).seal('DE', 'settings', 'the secret itself');
    await sql`insert into tenant_keys select app_id, 'AT', wrapped_key, master_key_id, created_at
      from tenant_keys where app_id = ${appId}`.execute(db);
    await sql`insert into tenant_keys select ${other}, tenant_id, wrapped_key, master_key_id, created_at
      from tenant_keys where app_id = ${appId} and tenant_id = 'DE'`.execute(db);
    expect(await reasonOf(vaultOf(appId).open('AT', 'settings', sealed))).toBe('refused');
    expect(await reasonOf(vaultOf(other).open('DE', 'settings', sealed))).toBe('refused');
  });

  test('any changed character is noticed', async () => {
    const vault = vaultOf(newApp());
    const sealed = await vault.seal('DE', 'settings', 'the secret itself');
    for (let index = 0; index < sealed.length; index += 1) {
      const changed = sealed.slice(0, index) + (sealed[index] === 'A' ? 'B' : 'A') + sealed.slice(index + 1);
      expect(['refused', 'malformed', 'unknown_key']).toContain(await reasonOf(vault.open('DE', 'settings', changed)));
    }
    for (const changed of ['', 'plain', 'v2.a.b', `${sealed}.x`, sealed.slice(0, -4), `${sealed}=`]) {
      expect(['refused', 'malformed']).toContain(await reasonOf(vault.open('DE', 'settings', changed)));
    }
  });

  test('nothing opens for a tenant without a data key, and opening makes none', async () => {
    const appId = newApp();
    const vault = vaultOf(appId);
    const sealed = await vault.seal('DE', 'settings', 'x');
    expect(await reasonOf(vault.open('FR', 'settings', sealed))).toBe('no_key');
    expect(await reasonOf(vault.open('', 'settings', sealed))).toBe('no_key');
    expect(await reasonOf(vault.seal('', 'settings', 'x'))).toBe('no_key');
    const { rows } = await sql<{ tenant_id: string }>`
      select tenant_id from tenant_keys where app_id = ${appId}`.execute(db);
    expect(rows).toEqual([{ tenant_id: 'DE' }]);
  });

  test('two vaults that meet a new tenant at once agree on one key', async () => {
    const appId = newApp();
    const vaults = Array.from({ length: 4 }, () => vaultOf(appId));
    const sealed = await Promise.all(
      vaults.flatMap((vault) => [vault.seal('DE', 'settings', 'a'), vault.seal('DE', 'session', 'a')]),
    );
    for (const vault of vaults) {
      for (const [index, text] of sealed.entries()) {
        expect(await vault.open('DE', index % 2 === 0 ? 'settings' : 'session', text)).toBe('a');
      }
    }
  });

  test('an opening that fails for want of a key does not spoil a sealing at the same moment', async () => {
    const vault = vaultOf(newApp());
    const opening = reasonOf(vault.open('DE', 'settings', 'v1.a.b'));
    const sealed = vault.seal('DE', 'settings', 'a');
    await opening;
    expect(await vault.open('DE', 'settings', await sealed)).toBe('a');
  });

  test('a stopped database fails the call but is not remembered', async () => {
    const broken = openDatabase('postgres://nobody@127.0.0.1:1/none', () => undefined, 1);
    const vault = openVault({ db: broken, appId: newApp(), masterKey: first, clock });
    await expect(vault.seal('DE', 'settings', 'a')).rejects.toThrow();
    await expect(vault.seal('DE', 'settings', 'a')).rejects.toThrow(/ECONNREFUSED/);
    await broken.destroy();
  });
});

describe('a tenant that was forgotten and comes back', () => {
  let time = Date.UTC(2026, 0, 2);
  const running = (appId: string) => openVault({ db, appId, masterKey: first, clock: { now: () => time } });
  const forget = (appId: string) => sql`delete from tenant_keys where app_id = ${appId}`.execute(db);

  test('has a key that is in the database, although nodes that run know the former one', async () => {
    const appId = newApp();
    const [one, other] = [running(appId), running(appId)];
    const before = await one.seal('DE', 'settings', 'before');
    expect(await other.open('DE', 'settings', before)).toBe('before');
    await forget(appId);
    one.renew('DE');
    const after = await one.seal('DE', 'settings', 'after');
    for (const vault of [one, other, running(appId)]) expect(await vault.open('DE', 'settings', after)).toBe('after');
    expect(await reasonOf(one.open('DE', 'settings', before))).toBe('unknown_key');
  });

  test('after a moment nothing is sealed with its former key, wherever something comes for it', async () => {
    const appId = newApp();
    const vault = running(appId);
    await vault.seal('DE', 'settings', 'before');
    await forget(appId);
    time += 10_001;
    const after = await vault.seal('DE', 'inbox', 'after');
    expect(await running(appId).open('DE', 'inbox', after)).toBe('after');
  });
});

describe('deployment secrets', () => {
  test('they open for their name and app only', () => {
    const appId = newApp();
    const vault = vaultOf(appId);
    const sealed = vault.sealForDeployment('issuer', 'the secret itself');
    expect(vault.openForDeployment('issuer', sealed)).toBe('the secret itself');
    expect(() => vault.openForDeployment('page', sealed)).toThrow(VaultError);
    expect(() => vaultOf(newApp()).openForDeployment('issuer', sealed)).toThrow(VaultError);
  });

  test('another master key is named as the reason, by its id', () => {
    const appId = newApp();
    const sealed = vaultOf(appId, first).sealForDeployment('issuer', 'x');
    expect(() => vaultOf(appId, second).openForDeployment('issuer', sealed)).toThrow(
      `it is sealed with key ${first.id}, known are ${second.id}`,
    );
  });
});

describe('rotate', () => {
  async function filled(appId: string, tenants: number): Promise<Map<string, string>> {
    const vault = vaultOf(appId, first);
    const sealed = new Map<string, string>();
    for (let index = 0; index < tenants; index += 1) {
      sealed.set(`t${index}`, await vault.seal(`t${index}`, 'settings', `text ${index}`));
    }
    await sql`insert into deployment_secrets (app_id, name, sealed, created_at)
      values (${appId}, 'issuer', ${vault.sealForDeployment('issuer', 'kept')}, now())`.execute(db);
    return sealed;
  }

  test('afterwards the new master key alone is enough, and nothing was sealed anew for tenants', async () => {
    const appId = newApp();
    const sealed = await filled(appId, 3);
    expect(await vaultOf(appId, second, first).rotate()).toEqual({ tenants: 3, secrets: 1 });
    const after = vaultOf(appId, second);
    for (const [index, [tenant, text]] of [...sealed].entries()) {
      expect(await after.open(tenant, 'settings', text)).toBe(`text ${index}`);
    }
    const { rows } = await sql<{ sealed: string }>`
      select sealed from deployment_secrets where app_id = ${appId}`.execute(db);
    expect(after.openForDeployment('issuer', rows[0]?.sealed ?? '')).toBe('kept');
    expect(await reasonOf(vaultOf(appId, first).open('t0', 'settings', sealed.get('t0') ?? ''))).toBe('unknown_key');
  });

  test('a repeat changes nothing, and more rows than one page are all changed', async () => {
    const appId = newApp();
    await filled(appId, 1);
    await sql`insert into tenant_keys select app_id, 'u' || n, wrapped_key, ${second.id}, created_at
      from tenant_keys, generate_series(1, 3) n where app_id = ${appId}`.execute(db);
    const vault = vaultOf(appId, second, first);
    expect(await vault.rotate()).toEqual({ tenants: 1, secrets: 1 });
    expect(await vault.rotate()).toEqual({ tenants: 0, secrets: 0 });

    const large = newApp();
    await filled(large, 405);
    expect(await vaultOf(large, second, first).rotate()).toEqual({ tenants: 405, secrets: 1 });
  });

  test('two rotations at once share the work, while texts are sealed and opened', async () => {
    const appId = newApp();
    const sealed = await filled(appId, 40);
    const nodes = [vaultOf(appId, second, first), vaultOf(appId, second, first)];
    const work = nodes.map((node) => node.rotate());
    const busy = [...sealed].map(async ([tenant, text]) => {
      const node = vaultOf(appId, second, first);
      await node.open(tenant, 'settings', text);
      return node.open(tenant, 'later', await node.seal(tenant, 'later', 'b'));
    });
    expect(new Set(await Promise.all(busy))).toEqual(new Set(['b']));
    const counts = await Promise.all(work);
    expect(counts.reduce((sum, count) => sum + count.tenants, 0)).toBe(40);
  });

  test('without the previous key it stops with a clear error and changes nothing', async () => {
    const appId = newApp();
    const sealed = await filled(appId, 1);
    await expect(vaultOf(appId, second).rotate()).rejects.toThrow(/tenant key/);
    expect(await vaultOf(appId, first).open('t0', 'settings', sealed.get('t0') ?? '')).toBe('text 0');
  });
});
