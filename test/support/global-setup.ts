/** Starts one PostgreSQL for the whole test run, or uses the one in TEST_DATABASE_URL (15 or newer, a superuser's). */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { openEmbedded } from '../../src/storage/embedded.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** URL of a superuser's database on the PostgreSQL of this test run. */
    databaseUrl: string;
  }
}

async function run(url: string, statements: string[]): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}

/** Vitest's global set-up: provides `databaseUrl`, and returns the tear-down. */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const given = process.env['TEST_DATABASE_URL'];
  if (given !== undefined && given !== '') {
    project.provide('databaseUrl', given);
    return () => Promise.resolve();
  }
  const folder = await mkdtemp(join(tmpdir(), 'quittance-test-'));
  const embedded = await openEmbedded({ dataDir: folder });
  // Nothing here has to outlive a power cut, and the tests create many databases.
  await run(embedded.url, ['alter system set fsync = off', 'select pg_reload_conf()']);
  project.provide('databaseUrl', embedded.url);
  return async () => {
    // Test threads may still hold connections; with them the server would be left running.
    await run(embedded.url, [
      `select pg_terminate_backend(pid) from pg_stat_activity
       where backend_type = 'client backend' and pid <> pg_backend_pid()`,
    ]);
    await embedded.stop();
    await rm(folder, { recursive: true, force: true });
  };
}
