/**
 * Turns: askings about one payment go one after the other, because a PSP locks what they are about, and a tenant has a few
 * of them under way at once, so that one large order leaves room for the rest of the shop. Of this process alone: what two
 * processes ask at once is sorted out by keys.
 */
import type { App } from './app.js';
import { outside } from './places.js';

/** Askings of one tenant at once. */
const AT_ONCE = 4;

interface Turns {
  /** The last one of each payment. */
  lanes: Map<string, Promise<unknown>>;
  /** Under way, by tenant, and who waits for a place. */
  rooms: Map<string, { taken: number; waiting: (() => void)[] }>;
}

const turnsOf = new WeakMap<App, Turns>();

/** Does the work when it is its turn. Throws what the work throws. */
export async function inTurn<T>(
  app: App,
  of: { tenantId: string; paymentId: string },
  work: () => Promise<T>,
): Promise<T> {
  const turns = turnsOf.get(app) ?? { lanes: new Map(), rooms: new Map() };
  turnsOf.set(app, turns);
  const before = turns.lanes.get(of.paymentId) ?? Promise.resolve();
  const mine = outside(() => before).then(() => inRoom(turns, of.tenantId, work));
  // Whoever comes next waits for the end, good or bad.
  const end = mine.then(
    () => undefined,
    () => undefined,
  );
  turns.lanes.set(of.paymentId, end);
  try {
    return await mine;
  } finally {
    if (turns.lanes.get(of.paymentId) === end) turns.lanes.delete(of.paymentId);
  }
}

async function inRoom<T>(turns: Turns, tenantId: string, work: () => Promise<T>): Promise<T> {
  const room = turns.rooms.get(tenantId) ?? { taken: 0, waiting: [] };
  turns.rooms.set(tenantId, room);
  if (room.taken >= AT_ONCE) await outside(() => new Promise<void>((resolve) => room.waiting.push(resolve)));
  else room.taken += 1;
  try {
    return await work();
  } finally {
    const next = room.waiting.shift();
    if (next !== undefined) next();
    else room.taken -= 1;
    if (room.taken === 0) turns.rooms.delete(tenantId);
  }
}
