/**
 * Tells random stories of orders against the app and checks each:
 * `npm run stories -- --count 2000 --seed 7 [--worlds 12] [--kills 20] [--trail]`. Without a seed a random one is taken and printed.
 */
import { randomInt } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { openEmbedded } from '../src/storage/embedded.js';
import { migrateToLatest } from '../src/storage/migrate.js';
import { tell, type Failure } from '../test/stories/tell.js';

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '100' },
    seed: { type: 'string' },
    worlds: { type: 'string', default: '12' },
    kills: { type: 'string' },
    trail: { type: 'boolean', default: false },
  },
});
const count = Number(values.count);
const first = values.seed === undefined ? randomInt(1_000_000_000) : Number(values.seed);
process.stdout.write(`${count} stories from seed ${first}\n`);

const folder = await mkdtemp(join(tmpdir(), 'quittance-stories-'));
const embedded = await openEmbedded({ dataDir: folder });
try {
  const admin = new pg.Client({ connectionString: embedded.url });
  await admin.connect();
  // Nothing here has to outlive a power cut.
  for (const line of ['fsync = off', 'synchronous_commit = off', 'full_page_writes = off'])
    await admin.query(`alter system set ${line}`);
  await admin.query('select pg_reload_conf()');
  await admin.end();
  await migrateToLatest(embedded.url);
  const told = await tell({
    databaseUrl: embedded.url,
    seeds: Array.from({ length: count }, (_, index) => first + index),
    worlds: Number(values.worlds),
    kills: values.kills === undefined ? Math.min(20, Math.ceil(count / 5)) : Number(values.kills),
    onFailure: report,
  });
  const perSecond = (told.count / (told.milliseconds / 1000)).toFixed(1);
  const seeds = told.failures.map(({ seed }) => seed).join(', ');
  process.stdout.write(
    `${told.count} stories, ${told.crashes} crashes (${told.kills} by SIGKILL), ${told.failures.length} failed${seeds === '' ? '' : ` (${seeds})`}, ${perSecond} per second\n`,
  );
  process.exitCode = told.failures.length === 0 ? 0 : 1;
} finally {
  await embedded.stop();
  await rm(folder, { recursive: true, force: true });
}

function report({ seed, faults, plan, trail }: Failure): void {
  const lines = [`FAILED seed ${seed}`, ...faults.map((fault) => `  ! ${fault}`), ...plan.map((line) => `  ${line}`)];
  if (values.trail) lines.push(...trail);
  process.stdout.write(`${lines.join('\n')}\n`);
}
