/**
 * The orders in which a history can be heard. Events come in any order and any number of times; what we did ourselves
 * keeps its order, and nothing is heard of what a command of ours caused before that command was stored.
 */
import { hear, type Lateness, type Listener } from './hear.js';
import type { Heard, Recording } from './record.js';

/** Places in `recording.heard` that can be heard next, when these were heard already. */
function ready(heard: readonly Heard[], done: ReadonlySet<number>): number[] {
  const places: number[] = [];
  let ownIsNext = true;
  let mayHear = true;
  heard.forEach((each, place) => {
    const isOwn = each.kind !== 'event';
    if (!done.has(place) && mayHear && (!isOwn || ownIsNext)) places.push(place);
    if (isOwn && !done.has(place)) {
      ownIsNext = false;
      if (each.kind === 'begun' || each.kind === 'waited') mayHear = false;
    }
  });
  return places;
}

/** The newest truth that can be read while the next command of ours is not stored. */
function limitOf(heard: readonly Heard[], done: ReadonlySet<number>): number {
  const next = heard.find(({ kind }, place) => (kind === 'begun' || kind === 'waited') && !done.has(place));
  return next?.step ?? Number.POSITIVE_INFINITY;
}

function hearAt(listener: Listener, recording: Recording, place: number, done: ReadonlySet<number>, late: Lateness) {
  const after = new Set(done).add(place);
  const limit = Math.min(limitOf(recording.heard, after), recording.truths.length - 1);
  return { listener: hear(listener, recording.heard[place]!, recording, { late, limit }), done: after };
}

/**
 * Hears in every possible order, each event once, and returns how many orders there are; `ended` is called for each end
 * that can be told from another. Two beginnings that leave the payment the same have the same ends: they are heard on
 * from once.
 */
export function hearInEveryOrder(
  start: Listener,
  recording: Recording,
  options: { late: Lateness; ended: (listener: Listener, order: number[]) => void },
): number {
  const known = new Map<string, number>();
  const go = (listener: Listener, done: ReadonlySet<number>, order: number[]): number => {
    const places = ready(recording.heard, done);
    if (places.length === 0) options.ended(listener, order);
    if (places.length === 0) return 1;
    const key = JSON.stringify([[...done].sort((a, b) => a - b), listener]);
    const before = known.get(key);
    if (before !== undefined) return before;
    let count = 0;
    for (const place of places) {
      const next = hearAt(listener, recording, place, done, options.late);
      count += go(next.listener, next.done, [...order, place]);
    }
    known.set(key, count);
    return count;
  };
  return go(start, new Set(), []);
}

/** Hears in one of the orders: each choice picks among what can be heard next, events heard before included. */
export function hearInOrder(
  start: Listener,
  recording: Recording,
  choices: readonly { pick: number; again: boolean; late: Lateness }[],
): { listener: Listener; order: number[] } {
  let listener = start;
  let done: ReadonlySet<number> = new Set();
  const order: number[] = [];
  for (let n = 0; ; n += 1) {
    const fresh = ready(recording.heard, done);
    if (fresh.length === 0 && n >= choices.length) return { listener, order };
    const { pick, again, late } = choices[n] ?? { pick: 0, again: false, late: 0 };
    const known = [...done].filter((place) => recording.heard[place]!.kind === 'event');
    const from = (again && known.length > 0) || fresh.length === 0 ? known : fresh;
    if (from.length === 0) return { listener, order };
    const place = from[pick % from.length]!;
    order.push(place);
    ({ listener, done } = hearAt(listener, recording, place, done, late));
  }
}

/** An order for a person to read. */
export function orderText({ heard }: Recording, order: readonly number[]): string {
  return order.map((place) => textOf(heard[place]!)).join(' > ');
}

function textOf(heard: Heard): string {
  if (heard.kind === 'event') return `${heard.step}:${heard.type}`;
  return heard.kind === 'begun' ? `[${heard.operation.kind}]` : `[${heard.kind}]`;
}
