/**
 * Random stories of orders: as many as STORIES says, from STORY_SEED, or in a long run from a random seed, which is printed. What a story
 * is and how a failing one is looked at stands in docs/stories.md.
 */
import { randomInt } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshDatabase } from '../support/database.js';
import { bundle, type Bundles } from './bundle.js';
import { tell, type Telling } from './tell.js';

const COUNT = Number(process.env['STORIES'] ?? 25);
/** A short run tells the same stories every time, so that a red test is about the change; long runs look for new ones. */
const FIRST = Number(process.env['STORY_SEED'] ?? (COUNT < 300 ? 40_000 : randomInt(1_000_000_000)));
/** A program of its own takes seconds to start: few in a short run, twenty in a long one. */
const KILLS = COUNT < 300 ? 1 : 20;
/** Milliseconds that one story may take on a busy machine. */
const PER_STORY_MS = 1_500;

let database: Awaited<ReturnType<typeof freshDatabase>>;
let bundles: Bundles;
beforeAll(async () => {
  [database, bundles] = await Promise.all([freshDatabase(), bundle()]);
});
afterAll(() => Promise.all([database.drop(), bundles.remove()]));

describe('stories', () => {
  it(
    `${COUNT} random stories from seed ${FIRST} keep every invariant`,
    async () => {
      const seeds = Array.from({ length: COUNT }, (_, index) => FIRST + index);
      const telling: Telling = { databaseUrl: database.url, seeds, kills: KILLS, child: bundles.child };
      const { failures, crashes, kills, count } = await tell(telling);
      process.stdout.write(
        `${count} stories from seed ${FIRST}, ${crashes} crashes (${kills} by SIGKILL), ${failures.length} failed\n`,
      );
      expect(failures.map(({ seed, faults, plan }) => ({ seed, faults, plan }))).toEqual([]);
      expect(count).toBe(COUNT);
      expect(kills).toBeGreaterThan(0);
    },
    60_000 + COUNT * PER_STORY_MS,
  );
});
