/** Counts by name within an hour, so that nobody tries cards or ids in bulk. */
import type { Clock } from './clock.js';

const HOUR_MS = 3_600_000;
/** Counters kept at most; the oldest go first. */
const COUNTERS = 50_000;

/** Counts one more under that name, and tells whether it is within the limit of an hour. */
export type CountedWithin = (name: string, limit: number) => boolean;

/** Counters in this process's memory: a restart forgets them, and every node counts for itself. */
export function createCounters(clock: Clock): CountedWithin {
  const counters = new Map<string, { since: number; count: number }>();
  return (name, limit) => {
    const now = clock.now();
    const known = counters.get(name);
    const counter = known !== undefined && now - known.since < HOUR_MS ? known : { since: now, count: 0 };
    counter.count += 1;
    counters.delete(name);
    counters.set(name, counter);
    if (counters.size > COUNTERS) counters.delete(counters.keys().next().value ?? '');
    return counter.count <= limit;
  };
}
