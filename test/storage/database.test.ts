/** A database that is there and says nothing: nobody waits for it for ever. */
import { sql } from 'kysely';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.js';
import { databaseAnswers, openDatabase, type Db } from '../../src/storage/database.js';
import { freshDatabase } from '../support/database.js';

const ANSWER_MS = 400;

let database: Awaited<ReturnType<typeof freshDatabase>>;
let between: Server;
let isSilent = false;
const sockets = new Set<Socket>();
let db: Db;

/** Stands between us and the server, and swallows everything when it is told to, as a firewall may. */
beforeAll(async () => {
  database = await freshDatabase();
  const server = new URL(database.url);
  between = createServer((near) => {
    const far = connect(Number(server.port), server.hostname);
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one);
      one.on('data', (bytes) => void (isSilent || other.write(bytes)));
      one.on('error', () => other.destroy()).on('close', () => other.destroy());
    }
  });
  between.listen(0, '127.0.0.1');
  await once(between, 'listening');
  const url = new URL(database.url);
  url.hostname = '127.0.0.1';
  url.port = String((between.address() as AddressInfo).port);
  db = openDatabase(url.href, () => undefined, 2, ANSWER_MS);
});
afterAll(async () => {
  await db.destroy();
  for (const socket of sockets) socket.destroy();
  between.close();
  await database.drop();
});

it('a query is given up in time, a transaction at once after it, and the next connection works', async () => {
  await sql`select 1`.execute(db);
  const work = db.transaction().execute(async (within) => {
    await sql`create table kept (n int)`.execute(within);
    isSilent = true;
    await sql`select 1`.execute(within);
  });
  const began = systemClock.now();
  await expect(work).rejects.toThrow(`The database gave no answer within ${ANSWER_MS} ms`);
  expect(systemClock.now() - began).toBeLessThan(2 * ANSWER_MS);
  isSilent = false;
  // Nothing of it stays, and nobody is handed the connection that was lost.
  const { rows } = await sql<{ kept: string | null }>`select to_regclass('kept')::text as kept`.execute(db);
  expect(rows).toEqual([{ kept: null }]);
  expect(await databaseAnswers(db)).toBe(true);
});

it('its health is known soon', async () => {
  isSilent = true;
  expect(await databaseAnswers(db)).toBe(false);
  isSilent = false;
});
