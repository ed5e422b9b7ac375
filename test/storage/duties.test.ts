/** Duties: one holder at a time, by the clock of the database. */
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { openDatabase, type Db } from '../../src/storage/database.js';
import { claimDuty, freeDuties, giveBackDuty } from '../../src/storage/duties.js';
import { freshDatabase } from '../support/database.js';

let db: Db;
let drop: () => Promise<void>;
beforeAll(async () => {
  const database = await freshDatabase();
  db = openDatabase(database.url, () => undefined, 8);
  drop = database.drop;
});
beforeEach(() => sql`delete from duties`.execute(db));
afterAll(async () => {
  await db.destroy();
  await drop();
});

const claim = (holder: string, duty = 'receive', appId = 'quittance') => claimDuty(db, appId, { duty, holder });
const giveBack = (holder: string) => giveBackDuty(db, 'quittance', { duty: 'receive', holder });
/** Seconds until it is free. */
const left = async (): Promise<number> => {
  const { rows } = await sql<{ left: number }>`
    select extract(epoch from until - clock_timestamp())::float8 as left from duties`.execute(db);
  return rows[0]?.left ?? 0;
};
const passes = (seconds: number) =>
  sql`update duties set until = until - ${seconds}::int * interval '1 second'`.execute(db);

it('is the first one’s who claims it, of many at once, and of no other meanwhile', async () => {
  const names = Array.from({ length: 16 }, (_, n) => `node-${n}`);
  const claims = await Promise.all(names.map((name) => claim(name)));
  expect(claims.filter(Boolean)).toHaveLength(1);
  const again = await Promise.all(names.map((name) => claim(name)));
  expect(again).toEqual(claims);
});

it('claimed again it is lent anew, for twenty seconds', async () => {
  await claim('one');
  await passes(15);
  expect(await left()).toBeLessThan(6);
  expect([await claim('one'), await claim('other')]).toEqual([true, false]);
  expect(await left()).toBeGreaterThan(15);
  expect(await left()).toBeLessThanOrEqual(20);
});

it('is another’s when its time is over, and then not the former one’s', async () => {
  await claim('one');
  await passes(20);
  expect([await claim('other'), await claim('one')]).toEqual([true, false]);
});

it('whose time is over is still the former one’s when nobody else has claimed it', async () => {
  await claim('one');
  await passes(20);
  expect([await claim('one'), await claim('other')]).toEqual([true, false]);
});

it('given back it is free at once; nobody gives back what is another’s', async () => {
  await claim('one');
  await giveBack('other');
  expect(await claim('other')).toBe(false);
  await giveBack('one');
  expect([await claim('other'), await claim('one')]).toEqual([true, false]);
});

it('is one of many, and of one app', async () => {
  const claims = [await claim('one'), await claim('two', 'other'), await claim('three', 'receive', 'other app')];
  expect(claims).toEqual([true, true, true]);
  await freeDuties(db, 'quittance');
  expect([await claim('four'), await claim('four', 'receive', 'other app')]).toEqual([true, false]);
});
