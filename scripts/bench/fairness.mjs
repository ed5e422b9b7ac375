/**
 * Two tenants on one app: how long a quiet one waits alone, and how long while another sends a hundred times as much. In
 * turns, for an order that is begun (until the answer) and for a command (until its announcement is stored).
 */
import { fork } from 'node:child_process';
import { Pool } from 'undici';
import { median, percentiles } from './load.mjs';
import { makeOrders } from './orders.mjs';
import { stopwatch, wallTime } from './stopwatch.mjs';

const TIMES = 100;
/** Before the quiet one is measured the other has been at it for so long. */
const LEAD_MS = 1_000;
const DRAIN_LIMIT_MS = 120_000;

/** Measures. `app` has both tenants; `quiet.perSecond` is the quiet one's pace. */
export async function measureFairness(app, { quiet, noisy, perSecond, seconds, rounds }) {
  const flood = startFlood(app, noisy);
  const pool = new Pool(app.url, { connections: 4, pipelining: 1 });
  const side = { app, pool, flood, quiet, noisy, perSecond, seconds };
  const count = perSecond * seconds;
  try {
    const orders = makeOrders('fair', count * 2 * rounds, [quiet]);
    await warmUp(side);
    const initialize = await inTurns(side, { rounds, task: 'initialize', count }, orders, beginOrder);
    await flood.ask({ task: 'authorize' });
    for (const order of orders) await send(pool, app.requests.webhook(order));
    await drained(app);
    const capture = await inTurns(side, { rounds, task: 'capture', count }, orders, commandCapture);
    return { times: TIMES, perSecond, seconds, rounds, initialize, capture };
  } finally {
    await pool.close();
    flood.stop();
  }
}

/** The figures as text. */
export function fairnessTable({ times, perSecond, seconds, rounds, ...kinds }) {
  const lines = Object.entries({
    initialize: 'initialize, until the answer',
    capture: 'command, until its announcement',
  }).map(([kind, title]) => {
    const { alone, flooded, ratio, lowest, highest, flood } = kinds[kind];
    return [
      `${title}`,
      `  alone      p50 ${alone.p50.toFixed(1)} ms   p99 ${alone.p99.toFixed(1)} ms`,
      `  flooded    p50 ${flooded.p50.toFixed(1)} ms   p99 ${flooded.p99.toFixed(1)} ms`,
      `  p99 flooded / alone   ${ratio.toFixed(2)} x   (rounds ${lowest.toFixed(2)} - ${highest.toFixed(2)})`,
      `  the other tenant: ${flood.perSecond.toFixed(0)} per second, ${flood.skipped} not sent, ${flood.refused} refused`,
    ].join('\n');
  });
  const head = `Fairness: ${perSecond} per second beside ${times} times as many, ${rounds} rounds of ${seconds} s each`;
  return [head, ...lines].join('\n\n');
}

async function inTurns(side, { rounds, task, count }, orders, one) {
  const taken = { alone: [], flooded: [] };
  const floods = [];
  let next = 0;
  const measure = async () => {
    const mine = orders.slice(next, (next += count));
    return one.settle(side, await atPace(mine, side.perSecond, (order) => one.send(side, order)));
  };
  for (let round = 1; round <= rounds; round += 1) {
    taken.alone.push(await measure());
    const perSecond = side.perSecond * TIMES;
    const flooding = side.flood.ask({ task, label: `flood-${task}-${round}`, perSecond, seconds: side.seconds + 2 });
    await new Promise((resolve) => setTimeout(resolve, LEAD_MS));
    taken.flooded.push(await measure());
    floods.push(await flooding);
    await forgetFlood(side);
  }
  const [alone, flooded] = [taken.alone, taken.flooded].map((parts) => percentiles(parts.flat()));
  const ratios = taken.alone.map((part, n) => percentiles(taken.flooded[n]).p99 / percentiles(part).p99);
  const sum = (name) => floods.reduce((total, flood) => total + flood[name], 0);
  const flood = {
    perSecond: median(floods.map((told) => told.perSecond)),
    skipped: sum('skipped'),
    refused: sum('refused'),
  };
  const range = { lowest: Math.min(...ratios), highest: Math.max(...ratios) };
  return { alone, flooded, ratio: flooded.p99 / alone.p99, ...range, flood };
}

/** An order that is begun: milliseconds until its answer. */
const beginOrder = {
  send: async ({ app, pool }, order) => {
    const from = stopwatch();
    order.transactionId = JSON.parse(await send(pool, app.requests.initialize(order))).transactionId;
    return stopwatch() - from;
  },
  settle: async (_side, taken) => taken,
};

/** A command: milliseconds until its announcement is stored, by the app's own clock, which is this machine's. */
const commandCapture = {
  send: async ({ app, pool }, order) => {
    const at = wallTime();
    await send(pool, app.requests.capture(order));
    return { reference: order.reference, at };
  },
  settle: async ({ app }, sent) => {
    await drained(
      app,
      sent.map(({ reference }) => reference),
    );
    const { rows } = await app.db.query(
      `select p.order_reference as reference, min(extract(epoch from o.created_at)::float8 * 1000) as at
       from payments p join outbox o on o.payment_id = p.id and o.name = 'PaymentCaptured'
       where p.order_reference = any($1) group by 1`,
      [sent.map(({ reference }) => reference)],
    );
    const told = new Map(rows.map(({ reference, at }) => [reference, at]));
    return sent.map(({ reference, at }) => told.get(reference) - at);
  },
};

async function atPace(orders, perSecond, work) {
  const from = stopwatch();
  const working = [];
  for (const [n, order] of orders.entries()) {
    const wait = (n / perSecond) * 1000 - (stopwatch() - from);
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    working.push(work(order));
  }
  return Promise.all(working);
}

/** What the other one sent and nobody has worked on is not measured: it is taken away, and what is under way ends. */
async function forgetFlood({ app, noisy }) {
  const leased = `leased_until > now()`;
  await app.db.query(`delete from inbox where tenant_id = $1 and state = 'due' and not coalesce(${leased}, false)`, [
    noisy,
  ]);
  await drained(app);
}

/** Waits until nothing is due in the inbox, or nothing of these orders. */
async function drained({ db }, references) {
  for (let waited = 0; waited < DRAIN_LIMIT_MS; waited += 100) {
    const { rows } = await db.query(
      `select count(*)::int as due from inbox where state = 'due' and ($1::text[] is null or subject = any($1))`,
      [references ?? null],
    );
    if (rows[0].due === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('the inbox was not worked off');
}

/** A second of both, so that connections are open and code is compiled. */
async function warmUp({ app, pool, flood, quiet, perSecond }) {
  await flood.ask({ task: 'initialize', label: 'flood-warm', perSecond: perSecond * TIMES, seconds: 3 });
  for (const order of makeOrders('fair-warm', 20, [quiet])) await send(pool, app.requests.initialize(order));
}

function startFlood({ url, shops, template }, tenant) {
  const given = JSON.stringify({ url, tenant, shop: shops[tenant], template });
  const child = fork(new URL('./flood.mjs', import.meta.url), [given], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const ask = (task) =>
    new Promise((resolve, reject) => {
      child.once('message', (told) => (told.error === undefined ? resolve(told) : reject(new Error(told.error))));
      child.send(task);
    });
  return { ask, stop: () => child.disconnect() };
}

async function send(pool, request) {
  const { statusCode, body } = await pool.request(request);
  const text = await body.text();
  if (statusCode !== 200)
    throw new Error(`${request.path.split('/')[1]} answered ${statusCode}: ${text.slice(0, 300)}`);
  return text;
}
