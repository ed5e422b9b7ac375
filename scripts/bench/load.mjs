/** The load: a fixed number of callers, each waiting for its answer before it sends the next request. */
import { stopwatch } from './stopwatch.mjs';

/** Callers at once, each on a connection of its own. */
export const CALLERS = 32;

/**
 * Sends all requests and resolves when the last one is answered. `read` gets the text of each answer. Rejects with
 * the first answer that is not a 200: a measurement with refusals in it would measure something else.
 */
export async function drive(pool, requests, read = () => undefined) {
  const latencies = new Float64Array(requests.length);
  let next = 0;
  const caller = async () => {
    for (let n = next++; n < requests.length; n = next++) {
      const from = stopwatch();
      const text = await send(pool, requests[n]);
      latencies[n] = stopwatch() - from;
      read(text, n);
    }
  };
  const from = stopwatch();
  await Promise.all(Array.from({ length: CALLERS }, caller));
  return { perSecond: (requests.length / (stopwatch() - from)) * 1000, ...percentiles(latencies) };
}

/** Sends at a steady pace, whether answers have come or not: how long things take when nothing queues up. */
export async function pace(pool, requests, perSecond) {
  const sent = [];
  const from = stopwatch();
  for (const [n, request] of requests.entries()) {
    const wait = (n / perSecond) * 1000 - (stopwatch() - from);
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    sent.push(send(pool, request));
  }
  await Promise.all(sent);
}

async function send(pool, request) {
  const { statusCode, body } = await pool.request(request);
  const text = await body.text();
  if (statusCode !== 200)
    throw new Error(`${request.path.split('/')[1]} answered ${statusCode}: ${text.slice(0, 300)}`);
  return text;
}

/** Median and 99th percentile, in the unit of the values. */
export function percentiles(values) {
  const sorted = Float64Array.from(values).sort();
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
  return { p50: at(0.5), p99: at(0.99) };
}

/** The middle value; of an even number the lower one of the two. */
export function median(values) {
  return [...values].sort((a, b) => a - b)[Math.floor((values.length - 1) / 2)];
}
