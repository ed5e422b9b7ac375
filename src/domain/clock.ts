/**
 * The one way to learn the time. Everything takes a clock; only `src/clock.ts` reads the machine's.
 */
export interface Clock {
  /** Milliseconds since 1970, UTC. */
  now(): number;
}

/** ISO text in UTC with milliseconds, as times are stored and compared. */
export function isoTime(clock: Clock): string {
  return new Date(clock.now()).toISOString();
}
