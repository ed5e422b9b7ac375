/** One round on one side: payments are started, authorized by webhooks and captured by commands; each step is timed. */
import { cpuPerPayment, readCpu } from './cpu.mjs';
import { drive, pace, percentiles } from './load.mjs';
import { makeOrders } from './orders.mjs';
import { countTold, readDelays } from './sides.mjs';

/** Orders that are captured at a steady pace at the end of a round, and how many of them per second. */
export const CALM_ORDERS = 100;
export const CALM_PER_SECOND = 40;
const LOOK_MS = 50;
const PATIENCE_MS = 60_000;

/** Runs a round and resolves with its figures: rates per second, times in ms. `label` must be new. */
export async function runRound(side, { label, count, tenants }) {
  const orders = makeOrders(label, count, tenants);
  const calm = makeOrders(`calm-${label}`, CALM_ORDERS, tenants);
  const all = [...orders, ...calm];
  const start = await readCpu(side);
  const initialize = await drive(side.pool, all.map(side.requests.initialize), (text, n) => {
    all[n].transactionId = JSON.parse(text).transactionId;
  });
  const initialized = await readCpu(side);
  const webhook = await drive(side.pool, all.map(side.requests.webhook));
  await untilTold(side, 'PaymentAuthorized', [label, count], [`calm-${label}`, CALM_ORDERS]);
  const authorized = await readCpu(side);
  const applied = await readDelays(side, label, 'PaymentAuthorized');

  const waiting = await readCpu(side);
  const capture = await drive(side.pool, orders.map(side.requests.capture));
  await untilTold(side, 'PaymentCaptured', [label, count]);
  const done = await readCpu(side);
  const captured = await readDelays(side, label, 'PaymentCaptured');

  await pace(side.pool, calm.map(side.requests.capture), CALM_PER_SECOND);
  await untilTold(side, 'PaymentCaptured', [`calm-${label}`, CALM_ORDERS]);
  const calmly = await readDelays(side, `calm-${label}`, 'PaymentCaptured');
  return {
    initialize,
    webhook,
    webhookApplied: { perSecond: rateOf(applied), ...percentiles(applied.delays) },
    capture,
    captured: { perSecond: rateOf(captured), ...percentiles(captured.delays) },
    capturedCalmly: percentiles(calmly.delays),
    initializeCpu: cpuPerPayment(start, initialized, all.length),
    webhookCpu: cpuPerPayment(initialized, authorized, all.length),
    captureCpu: cpuPerPayment(waiting, done, count),
  };
}

function rateOf({ delays, begunAt, doneAt }) {
  return (delays.length / (doneAt - begunAt)) * 1000;
}

async function untilTold(side, name, ...wanted) {
  for (const [label, count] of wanted) {
    let told = 0;
    for (let waited = 0; told < count; waited += LOOK_MS) {
      if (waited > PATIENCE_MS)
        throw new Error(`${side.name}: ${count - told} of ${count} ${name} of ${label} are lost`);
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      told = await countTold(side, label, name);
    }
  }
}
