/** Migrations: once each, whoever starts, however long somebody else takes. */
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openDatabase, type Db } from '../../src/storage/database.js';
import { migrate } from '../../src/storage/migrate.js';
import { freshDatabase } from '../support/database.js';

const ANSWER_MS = 300;
/** What the library locks while it migrates. */
const LOCK = '3853314791062309107';

let database: Awaited<ReturnType<typeof freshDatabase>>;
let node: Db;
let other: Db;
beforeAll(async () => {
  database = await freshDatabase();
  node = openDatabase(database.url, () => undefined, 2, ANSWER_MS);
  other = openDatabase(database.url, () => undefined, 1);
});
afterAll(async () => {
  await node.destroy();
  await other.destroy();
  await database.drop();
});

it('a node that starts while another one migrates waits for it, longer than for any other answer', async () => {
  let isLocked = true;
  const waiting = other.connection().execute(async (one) => {
    await sql.raw(`select pg_advisory_lock(${LOCK})`).execute(one);
    const migrated = migrate(node).then((done) => {
      expect(isLocked).toBe(false);
      return done;
    });
    // The server’s own clock: longer than an answer may take.
    await sql`select pg_sleep(${(3 * ANSWER_MS) / 1000}::float8)`.execute(one);
    isLocked = false;
    await sql.raw(`select pg_advisory_unlock(${LOCK})`).execute(one);
    return { migrated };
  });
  expect(await (await waiting).migrated).toEqual([]);
});

it('afterwards statements have their limit again', async () => {
  const limits = await Promise.all(
    [1, 2].map(() => sql<{ statement_timeout: string }>`show statement_timeout`.execute(node)),
  );
  expect(limits.map(({ rows }) => rows[0]?.statement_timeout)).toEqual(['15s', '15s']);
  await expect(sql`select pg_sleep(1)`.execute(node)).rejects.toThrow('no answer');
});
