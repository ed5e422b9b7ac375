/** Gives every test file a database of its own: a copy of one that was migrated once per run. */
import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import pg from 'pg';
import { inject } from 'vitest';

/** Any number that nothing else locks on the maintenance connection. */
const TEMPLATE_LOCK = 7_271_401;

async function withAdmin<T>(use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: inject('databaseUrl') });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}

function urlOf(database: string): string {
  const url = new URL(inject('databaseUrl'));
  url.pathname = `/${database}`;
  return url.href;
}

/** Changes whenever a migration does, so that a server used for many runs never serves an old template. */
function templateName(): string {
  const storage = new URL('../../src/storage/', import.meta.url);
  const migrations = readdirSync(new URL('migrations/', storage)).sort();
  const hash = createHash('sha256');
  for (const name of ['migrate.ts', ...migrations.map((file) => `migrations/${file}`)]) {
    hash.update(name).update(readFileSync(new URL(name, storage)));
  }
  return `tpl_${hash.digest('hex').slice(0, 16)}`;
}

async function createTemplate(admin: pg.Client, name: string): Promise<void> {
  const { rows } = await admin.query<{ datistemplate: boolean }>(
    'select datistemplate from pg_database where datname = $1',
    [name],
  );
  if (rows[0]?.datistemplate) return;
  // One that is not marked as a template was left half-way by a run that was killed.
  await admin.query(`drop database if exists ${name} with (force)`);
  await admin.query(`create database ${name}`);
  const { migrateToLatest } = await import('../../src/storage/migrate.js');
  await migrateToLatest(urlOf(name));
  await admin.query(`alter database ${name} with is_template true allow_connections false`);
}

let template: Promise<string> | undefined;

async function migratedTemplate(): Promise<string> {
  const name = templateName();
  await withAdmin(async (admin) => {
    // Other test threads and other runs on the same server ask for the template at the same time.
    await admin.query('select pg_advisory_lock($1)', [TEMPLATE_LOCK]);
    await createTemplate(admin, name);
  });
  return name;
}

/**
 * A new database with all tables and no rows, about 30 ms after the first one. `drop` removes it, whoever is still
 * connected; call it when the file is done. Throws when the migrations fail.
 */
export async function freshDatabase(): Promise<{ url: string; drop(): Promise<void> }> {
  template ??= migratedTemplate();
  return newDatabase(await template);
}

/** A new database without even tables. */
export function emptyDatabase(): Promise<{ url: string; drop(): Promise<void> }> {
  return newDatabase('template1');
}

async function newDatabase(source: string): Promise<{ url: string; drop(): Promise<void> }> {
  const name = `t_${randomBytes(8).toString('hex')}`;
  await withAdmin((admin) => admin.query(`create database ${name} template ${source}`));
  return {
    url: urlOf(name),
    drop: () => dropDatabase(name),
  };
}

/** A copy of a database that nobody is connected to: what a restored backup is. */
export async function copyDatabase(url: string): Promise<{ url: string; drop(): Promise<void> }> {
  const name = `t_${randomBytes(8).toString('hex')}`;
  await withAdmin((admin) => admin.query(`create database ${name} template ${new URL(url).pathname.slice(1)}`));
  return { url: urlOf(name), drop: () => dropDatabase(name) };
}

async function dropDatabase(name: string): Promise<void> {
  await withAdmin((admin) => admin.query(`drop database if exists ${name} with (force)`));
}
