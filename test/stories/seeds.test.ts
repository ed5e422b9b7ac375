/** Stories that once ended wrong. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshDatabase } from '../support/database.js';
import { SEEDS } from './seeds.js';
import { planOf, tell, type PlanName } from './tell.js';

let database: Awaited<ReturnType<typeof freshDatabase>>;
beforeAll(async () => {
  database = await freshDatabase();
});
afterAll(() => database.drop());

describe('stories that once ended wrong', () => {
  it.each<PlanName>(['cards', 'wide', 'market'])(
    'all of the plans "%s" end right',
    async (plans) => {
      const seeds = SEEDS.filter((kept) => (kept.plans ?? 'cards') === plans).map(({ seed }) => seed);
      const { failures, count } = await tell({ databaseUrl: database.url, seeds, plans });
      expect(failures.map(({ seed, faults }) => ({ seed, faults }))).toEqual([]);
      expect(count).toBe(seeds.length);
    },
    120_000,
  );

  it('a seed always has the same plan, and another seed another one', () => {
    for (const plans of ['cards', 'wide', 'market'] as const) {
      expect(planOf(4711, false, plans)).toEqual(planOf(4711, false, plans));
      expect(planOf(4711, false, plans).beats).not.toEqual(planOf(4712, false, plans).beats);
    }
  });
});
