/** The simulator's clock: real time plus what was advanced, or standing still; kept with the state. */
import type { Clock } from '../../../domain/clock.js';
import type { Store, Tx } from './store.js';
import { OWN } from './store.js';

export interface ClockSetting {
  id: 'clock';
  offsetMs: number;
  frozenAt: number | null;
}

/** How long after the request a delayed outcome happens (refund flips, pending refunds, debits, disputes), in seconds. */
export const DELAYED_OUTCOME_SECONDS = 2;

const setting = (read: Pick<Tx, 'get'>): ClockSetting =>
  read.get('clock', OWN, 'clock') ?? { id: 'clock', offsetMs: 0, frozenAt: null };

/** Milliseconds since 1970 in the simulator. */
export function simulatorNow(store: Store, clock: Clock): number {
  const { offsetMs, frozenAt } = setting(store.read);
  return frozenAt ?? clock.now() + offsetMs;
}

/** Stops or continues the clock; going on starts from where it stood. Repeating it changes nothing. */
export function freezeClock(store: Store, clock: Clock, freeze: boolean): void {
  const now = simulatorNow(store, clock);
  const was = setting(store.read);
  if ((was.frozenAt !== null) === freeze) return;
  save(store, freeze ? { ...was, frozenAt: now } : { id: 'clock', offsetMs: now - clock.now(), frozenAt: null });
}

/** Moves the clock forward by whole or broken seconds. */
export function advanceClock(store: Store, seconds: number): void {
  const was = setting(store.read);
  const by = Math.round(seconds * 1000);
  save(
    store,
    was.frozenAt === null ? { ...was, offsetMs: was.offsetMs + by } : { ...was, frozenAt: was.frozenAt + by },
  );
}

/** Whether the clock stands still. */
export const isFrozen = (store: Store): boolean => setting(store.read).frozenAt !== null;

function save(store: Store, value: ClockSetting): void {
  const tx = store.begin();
  tx.put('clock', OWN, value);
  tx.commit();
}
