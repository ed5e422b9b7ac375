/**
 * Counts failures per name within a window of time. A success clears the count: with the right secret one is always
 * let in, so nobody can lock a client out by guessing, and secrets of 256 bits need no other protection from guesses.
 */
import type { Clock } from '../domain/clock.js';

const FAILURES_ALLOWED = 10;
const WINDOW_MS = 60_000;
/** Names remembered; the oldest is forgotten first. */
const NAMES_KEPT = 10_000;

export interface FailureLimit {
  /** Counts a failure. Answers 0 while more are allowed, else the seconds until the window ends. */
  failed(name: string): number;
  /** Clears the count of a name. */
  passed(name: string): void;
}

/** Makes an empty limit, for one node. */
export function createFailureLimit(clock: Clock): FailureLimit {
  const windows = new Map<string, { endsAt: number; failures: number }>();
  return {
    failed: (name) => {
      const now = clock.now();
      const open = windows.get(name);
      const window = open !== undefined && now < open.endsAt ? open : { endsAt: now + WINDOW_MS, failures: 0 };
      window.failures += 1;
      windows.delete(name);
      windows.set(name, window);
      const oldest = windows.keys().next();
      if (windows.size > NAMES_KEPT && !oldest.done) windows.delete(oldest.value);
      return window.failures <= FAILURES_ALLOWED ? 0 : Math.ceil((window.endsAt - now) / 1_000);
    },
    passed: (name) => void windows.delete(name),
  };
}
