/** Secrets the deployment makes for itself, such as keys for tokens: sealed, shared by all nodes, first writer wins. */
import { sql } from 'kysely';
import { isoTime, type Clock } from '../domain/clock.js';
import type { Db } from './database.js';
import type { Vault } from './vault.js';

export interface SecretStore {
  db: Db;
  appId: string;
  vault: Pick<Vault, 'sealForDeployment' | 'openForDeployment'>;
  clock: Clock;
}

/** Guarded changes give up after this many others came in between. */
const CHANGE_ATTEMPTS = 10;

/**
 * The secret of that name, made by `make` when there is none. Safe to repeat and to call on several nodes at once: all
 * get the same text. Throws a VaultError when the stored one does not open with our master keys.
 */
export async function deploymentSecret(store: SecretStore, name: string, make: () => Promise<string>): Promise<string> {
  const found = await readSealed(store, name);
  if (found !== undefined) return store.vault.openForDeployment(name, found);
  const sealed = store.vault.sealForDeployment(name, await make());
  await sql`
    insert into deployment_secrets (app_id, name, sealed, created_at)
    values (${store.appId}, ${name}, ${sealed}, ${isoTime(store.clock)})
    on conflict do nothing`.execute(store.db);
  const stored = await readSealed(store, name);
  if (stored === undefined) throw new Error(`Keep the secret ${name}: its row is gone again`);
  return store.vault.openForDeployment(name, stored);
}

/**
 * Replaces a secret by what `change` makes of the stored text. Nothing of another node's change is lost: when one came
 * in between, `change` is asked again. Throws when there is no secret of that name.
 */
export async function changeDeploymentSecret(
  store: SecretStore,
  name: string,
  change: (text: string) => Promise<string>,
): Promise<string> {
  for (let attempt = 0; attempt < CHANGE_ATTEMPTS; attempt += 1) {
    const before = await readSealed(store, name);
    if (before === undefined) throw new Error(`Change the secret ${name}: there is none`);
    const text = await change(store.vault.openForDeployment(name, before));
    const { numAffectedRows } = await sql`
      update deployment_secrets set sealed = ${store.vault.sealForDeployment(name, text)}
      where app_id = ${store.appId} and name = ${name} and sealed = ${before}`.execute(store.db);
    if (numAffectedRows === 1n) return text;
  }
  throw new Error(`Change the secret ${name}: others changed it ${CHANGE_ATTEMPTS} times meanwhile`);
}

async function readSealed({ db, appId }: SecretStore, name: string): Promise<string | undefined> {
  const { rows } = await sql<{ sealed: string }>`
    select sealed from deployment_secrets where app_id = ${appId} and name = ${name}`.execute(db);
  return rows[0]?.sealed;
}
