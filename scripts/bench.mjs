/**
 * `npm run bench`: the app next to a bare server that makes the same durable commits and the same PSP call, on the
 * same database, in turns. Prints ratios; docs/speed.md says how to read them. Ends with 1 when anything was lost.
 *
 *   --orders <n>    payments per round on the app, the bare server gets three times as many (default 600)
 *   --rounds <n>    rounds on each side (default 3)
 *   --part <name>   `compare` (with the bare server) or `fairness` (a quiet tenant beside a noisy one) alone
 *   --pace <n>      requests per second of the quiet tenant (default 5)
 *   --seconds <n>   how long it is measured in a round, alone and beside the other (default 15)
 *   --json <file>   also writes all figures
 *   --profile <dir> writes a CPU profile of the app
 */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { systemClock } from '../dist/clock.js';
import { addClient, EVERY_TENANT } from '../dist/storage/clients.js';
import { openDatabase } from '../dist/storage/database.js';
import { openEmbedded } from '../dist/storage/embedded.js';
import { fairnessTable, measureFairness } from './bench/fairness.mjs';
import { freePort, startProgram, startQuittance } from './bench/children.mjs';
import { machineLine, summarize, toTable } from './bench/report.mjs';
import { CALM_ORDERS, runRound } from './bench/rounds.mjs';
import { openApp, openBare } from './bench/sides.mjs';
import { findLosses } from './bench/witness.mjs';

const ROOT = resolve(fileURLToPath(import.meta.url), '../..');
/** They are measured with nobody else about. */
const [QUIET, NOISY] = ['bench-quiet', 'bench-noisy'];
const TENANTS = Array.from({ length: 8 }, (_, n) => `bench-${n + 1}`);
/** The bare server is faster: more orders make its phases long enough to measure. */
const BARE_FACTOR = 3;
const WARM_UP_ORDERS = 200;

const { values: options } = parseArgs({
  options: {
    orders: { type: 'string', default: '600' },
    rounds: { type: 'string', default: '3' },
    part: { type: 'string' },
    pace: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '15' },
    json: { type: 'string' },
    profile: { type: 'string' },
  },
});
const orders = Number(options.orders);
const roundCount = Number(options.rounds);

/** What has to be stopped, in the order it was started. */
const stops = [];
let stopping;
const stopAll = () => (stopping ??= stopInTurn());
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void stopAll().finally(() => process.exit(1)));
try {
  process.exitCode = (await bench()) ? 0 : 1;
} finally {
  await stopAll();
}

/** What was started last is stopped first, and one that fails to stop keeps no other from it. */
async function stopInTurn() {
  for (const stop of stops.reverse()) await stop().catch((error) => console.error(error));
}

async function bench() {
  const folder = await mkdtemp(join(tmpdir(), 'quittance-bench-'));
  stops.push(() => rm(folder, { recursive: true, force: true }));
  const sides = await open(folder);
  const machine = machineLine(sides.postgres, roundCount);
  const told = { machine };
  if (options.part !== 'fairness') Object.assign(told, await compare(sides));
  if (options.part !== 'compare') {
    const [perSecond, seconds] = [Number(options.pace), Number(options.seconds)];
    const measured = { quiet: QUIET, noisy: NOISY, perSecond, seconds, rounds: roundCount };
    told.fairness = await measureFairness(sides.app, measured);
    console.log(`\n${fairnessTable(told.fairness)}`);
  }
  console.log(`\n${machine}`);
  if (options.json !== undefined) await writeFile(options.json, JSON.stringify(told, null, 2));
  return (told.losses ?? []).length === 0;
}

/** The app and the bare server in turns. */
async function compare({ app, bare, psp }) {
  const sent = { app: 0, bare: 0 };
  const run = async (side, label, count) => {
    sent[side.name] += count + CALM_ORDERS;
    return runRound(side, { label: `${side.name}-${label}`, count, tenants: TENANTS });
  };
  console.log('warming up');
  for (const side of [app, bare]) await run(side, 'warm', WARM_UP_ORDERS);
  const rounds = [];
  for (let n = 1; n <= roundCount; n += 1) {
    console.log(`round ${n} of ${roundCount}`);
    rounds.push({ app: await run(app, n, orders), bare: await run(bare, n, orders * BARE_FACTOR) });
  }
  const losses = await findLosses([app, bare], sent, psp);
  const summary = summarize(rounds);
  console.log(`\n${toTable(summary)}\n`);
  console.log(
    losses.length === 0 ? `Nothing lost, nothing done twice: ${sent.app} + ${sent.bare} payments.` : losses.join('\n'),
  );
  return { summary, rounds, sent, losses };
}

/** Starts everything. Both sides share the database server, and only one of them is busy at a time. */
async function open(folder) {
  const embedded = await openEmbedded({ dataDir: folder });
  stops.push(() => embedded.stop());
  const bareUrl = await makeDatabase(embedded.url, 'bare');
  const psp = await started(startProgram('stub-psp', {}));
  const port = await freePort();
  const env = {
    PORT: String(port),
    DATABASE_URL: embedded.url,
    DATA_DIR: folder,
    MASTER_KEY: randomBytes(32).toString('base64'),
    STRIPE_API_URL: psp.url,
  };
  const profiling = options.profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${resolve(options.profile)}`];
  const quittance = await started(startQuittance(ROOT, env, profiling));
  const client = await makeClient(embedded.url);
  const app = await openApp({
    ...quittance,
    databaseUrl: embedded.url,
    client,
    tenants: [...TENANTS, QUIET, NOISY],
    psp: psp.url,
  });
  const secret = randomBytes(24).toString('hex');
  const server = await started(startProgram('bare', { databaseUrl: bareUrl, pspUrl: psp.url, secret }));
  const bare = await openBare({ ...server, databaseUrl: bareUrl, secret, psp: psp.url });
  stops.push(() => Promise.all([app, bare].flatMap((side) => [side.pool.close(), side.db.end()])));
  const { rows } = await app.db.query('show server_version');
  return { app, bare, psp: psp.url, postgres: rows[0].server_version };
}

async function started(starting) {
  const program = await starting;
  stops.push(() => program.stop());
  return program;
}

async function makeDatabase(url, name) {
  const db = new pg.Client({ connectionString: url });
  await db.connect();
  await db.query(`create database ${name}`);
  await db.end();
  const made = new URL(url);
  made.pathname = `/${name}`;
  return made.href;
}

async function makeClient(databaseUrl) {
  const db = openDatabase(databaseUrl, () => undefined, 1);
  try {
    return await addClient(
      { db, appId: 'quittance', clock: systemClock },
      { tenantIds: [EVERY_TENANT], label: 'bench' },
    );
  } finally {
    await db.destroy();
  }
}
