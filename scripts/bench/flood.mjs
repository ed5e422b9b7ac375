/** A tenant that sends at a pace, in a process of its own: what it costs to send is not taken from whoever is measured. */
import { Pool } from 'undici';
import { drive } from './load.mjs';
import { makeOrders } from './orders.mjs';
import { appRequests } from './sides.mjs';
import { stopwatch } from './stopwatch.mjs';

/** Connections, and how many requests may be unanswered: then it sends less than it should. */
const CONNECTIONS = 64;
const UNANSWERED = 256;
const TICK_MS = 5;

const { url, tenant, shop, template } = JSON.parse(process.argv[2]);
const requests = appRequests({ [tenant]: shop }, template);
const pool = new Pool(url, { connections: CONNECTIONS, pipelining: 1 });
/** Orders that were begun, and those that may be captured, in turn. */
const begun = [];
let next = 0;

process.on('message', ({ task, ...given }) => {
  TASKS[task](given).then(
    (told) => process.send(told),
    (error) => process.send({ error: String(error) }),
  );
});
process.once('disconnect', () => process.exit(0));

const TASKS = {
  /** Begins orders at a pace. */
  initialize: async ({ label, perSecond, seconds }) => {
    const orders = makeOrders(label, perSecond * seconds, [tenant]);
    return pace(orders, perSecond, async (order) => {
      const { status, text } = await send(requests.initialize(order));
      if (status === 200) begun.push({ ...order, transactionId: JSON.parse(text).transactionId });
      return status;
    });
  },
  /** Tells of all orders that they are paid. */
  authorize: async () => {
    await drive(pool, begun.map(requests.webhook));
    return { sent: begun.length };
  },
  /** Captures them at a pace, one after the other. */
  capture: async ({ perSecond, seconds }) => {
    // A command for an order that is captured already is answered again, which costs about as much.
    const orders = Array.from({ length: perSecond * seconds }, () => begun[next++ % begun.length]);
    return pace(orders, perSecond, async (order) => (await send(requests.capture(order))).status);
  },
};

async function pace(orders, perSecond, work) {
  const from = stopwatch();
  const told = { sent: 0, skipped: 0, refused: 0 };
  const open = new Set();
  for (const [n, order] of orders.entries()) {
    while ((n / perSecond) * 1000 > stopwatch() - from) await new Promise((resolve) => setTimeout(resolve, TICK_MS));
    if (open.size >= UNANSWERED) {
      told.skipped += 1;
      continue;
    }
    told.sent += 1;
    const sending = work(order).then((status) => {
      if (status !== 200) told.refused += 1;
      open.delete(sending);
    });
    open.add(sending);
  }
  await Promise.all(open);
  return { ...told, perSecond: (told.sent / (stopwatch() - from)) * 1000 };
}

async function send(request) {
  const { statusCode, body } = await pool.request(request);
  return { status: statusCode, text: await body.text() };
}
