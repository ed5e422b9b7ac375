/**
 * Tells random stories of orders against the app and checks each:
 * `npm run stories -- --count 2000 --seed 7 [--kills 20] [--tellers 2] [--worlds 8] [--plans cards|wide|market]
 * [--trail] [--ci]`. Without a seed a random one is taken and printed. The last line counts what passed and what failed.
 */
import { fork } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { openEmbedded } from '../src/storage/embedded.js';
import { migrateToLatest } from '../src/storage/migrate.js';
import { bundle } from '../test/stories/bundle.js';
import type { Failure, PlanName, Told } from '../test/stories/tell.js';
import type { TellerOrder, TellerSays } from '../test/stories/teller.js';

/** Fewer prove nothing; continuous integration must not be talked into it. */
const LEAST_IN_CI = 300;
/** Nothing here has to outlive a power cut. */
const CARELESS = ['fsync = off', 'synchronous_commit = off', 'full_page_writes = off', 'autovacuum_naptime = 10'];
/** In continuous integration so many that fail are told once more, as tests are there; more are no accident. */
const MOST_AGAIN = 2;
/** Each has a dozen connections to the one database, which has sixty. */
const MOST_TELLERS = 4;
const RANDOM_SEEDS = 1_000_000_000;

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '100' },
    seed: { type: 'string' },
    kills: { type: 'string' },
    tellers: { type: 'string', default: String(Math.min(availableParallelism(), MOST_TELLERS)) },
    worlds: { type: 'string', default: '8' },
    plans: { type: 'string' },
    trail: { type: 'boolean', default: false },
    ci: { type: 'boolean', default: false },
  },
});
const count = Number(values.count);
if (values.ci && !(count >= LEAST_IN_CI)) throw new Error(`--count is at least ${LEAST_IN_CI}, not ${values.count}`);
const first = values.seed === undefined ? randomInt(RANDOM_SEEDS) : Number(values.seed);
const kills = values.kills === undefined ? Math.min(20, Math.ceil(count / 5)) : Number(values.kills);
const tellers = Math.min(Number(values.tellers), count);
process.stdout.write(`${count} stories from seed ${first}, ${tellers} at a time\n`);

const folder = await mkdtemp(join(tmpdir(), 'quittance-stories-'));
const embedded = await openEmbedded({ dataDir: folder });
const bundles = await bundle();
try {
  await beCareless(embedded.url);
  await migrateToLatest(embedded.url);
  const shares = Array.from({ length: tellers }, (_, teller) => shareOf(teller));
  const told = await Promise.all(shares.map(tellShare));
  const killed = new Set(shares.flatMap((share) => share.seeds.slice(0, share.kills)));
  report(
    told,
    await tellAgain(
      told.flatMap((one) => one?.failures ?? []),
      killed,
    ),
  );
} finally {
  await embedded.stop();
  await bundles.remove();
  await rm(folder, { recursive: true, force: true });
}

async function beCareless(url: string): Promise<void> {
  const admin = new pg.Client({ connectionString: url });
  await admin.connect();
  for (const setting of CARELESS) await admin.query(`alter system set ${setting}`);
  await admin.query('select pg_reload_conf()');
  await admin.end();
}

/** Every so manieth seed; the first ones of each share are killed. */
function shareOf(teller: number): TellerOrder {
  const seeds = Array.from({ length: count }, (_, index) => first + index).filter((_, at) => at % tellers === teller);
  const killed = Math.ceil((kills - teller) / tellers);
  const { child } = bundles;
  const plans = values.plans === undefined ? {} : { plans: values.plans as PlanName };
  const name = `t${teller}n`;
  return { databaseUrl: embedded.url, seeds, ...plans, kills: killed, worlds: Number(values.worlds), name, child };
}

/** What one teller told; undefined when it died before it was done. */
function tellShare(share: TellerOrder): Promise<Told | undefined> {
  const teller = fork(bundles.teller, [JSON.stringify(share)], { execArgv: [] });
  return new Promise((resolve) => {
    let told: Told | undefined;
    teller.on('message', (said: TellerSays) => {
      if (said.what === 'failed') print(said.failure);
      else told = said.told;
    });
    teller.once('exit', (code, signal) => {
      if (told === undefined) process.stdout.write(`A teller died: ${signal ?? `exit code ${code}`}\n`);
      resolve(told);
    });
  });
}

/**
 * The stories that ended right when they were told once more, each named for whoever looks into it. One that was killed
 * is killed again: without that it would be another story.
 */
async function tellAgain(failures: Failure[], killed: ReadonlySet<number>): Promise<Set<number>> {
  if (!values.ci || failures.length === 0 || failures.length > MOST_AGAIN) return new Set();
  const failed = failures.map(({ seed }) => seed);
  const again = failed.filter((seed) => killed.has(seed));
  const seeds = [...again, ...failed.filter((seed) => !killed.has(seed))];
  const told = await tellShare({ ...shareOf(0), seeds, kills: again.length, name: 'again' });
  const right = failures.filter(({ seed }) => told?.failures.every((other) => other.seed !== seed) === true);
  for (const { seed, faults } of right) process.stdout.write(`AT THE SECOND TRY story ${seed}: ${faults[0] ?? ''}\n`);
  return new Set(right.map(({ seed }) => seed));
}

function print({ seed, faults, plan, trail }: Failure): void {
  const lines = [`FAILED seed ${seed}`, ...faults.map((fault) => `  ! ${fault}`), ...plan.map((line) => `  ${line}`)];
  if (values.trail) lines.push(...trail);
  process.stdout.write(`${lines.join('\n')}\n`);
}

function report(all: readonly (Told | undefined)[], rightAtLast: ReadonlySet<number>): void {
  const told = all.filter((one) => one !== undefined);
  const sum = (number: (one: Told) => number): number => told.reduce((total, one) => total + number(one), 0);
  const failures = told.flatMap((one) => one.failures).filter(({ seed }) => !rightAtLast.has(seed));
  const passed = sum((one) => one.count) - failures.length;
  const seeds = failures.map(({ seed }) => seed).join(', ');
  const seconds = Math.max(1, ...told.map(({ milliseconds }) => milliseconds)) / 1000;
  if (seeds !== '') process.stdout.write(`failed seeds: ${seeds}\n`);
  process.stdout.write(
    `${passed} stories from seed ${first} ended right, with ${sum((one) => one.crashes)} crashes (${sum((one) => one.kills)} by SIGKILL), ${(passed / seconds).toFixed(1)} per second\n` +
      `${passed} passed, ${count - passed} failed, 0 skipped\n`,
  );
  process.exitCode = passed === count ? 0 : 1;
}
