/** Stories that once ended wrong. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshDatabase } from '../support/database.js';
import { planOf } from './plan.js';
import { SEEDS } from './seeds.js';
import { tell, type Telling } from './tell.js';

let database: Awaited<ReturnType<typeof freshDatabase>>;
beforeAll(async () => {
  database = await freshDatabase();
});
afterAll(() => database.drop());

describe('stories that once ended wrong', () => {
  it(`${SEEDS.length} of them end right`, async () => {
    const telling: Telling = { databaseUrl: database.url, seeds: SEEDS.map(({ seed }) => seed) };
    const { failures, count } = await tell(telling);
    expect(failures.map(({ seed, faults }) => ({ seed, faults }))).toEqual([]);
    expect(count).toBe(SEEDS.length);
  }, 120_000);

  it('a seed always has the same plan, and another seed another one', () => {
    expect(planOf(4711)).toEqual(planOf(4711));
    expect(planOf(4711).beats).not.toEqual(planOf(4712).beats);
  });
});
