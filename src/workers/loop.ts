/** A worker: does its round again and again, rests when there is nothing to do, wakes when told, stops cleanly. */

export interface Worker {
  /** There may be something to do: look now instead of at the end of the rest. */
  wake(): void;
  /** The clock was moved by so much: looks now if its rest would have ended in that time. */
  passed(ms: number): void;
  /** Ends after the round that is under way. */
  stop(): Promise<void>;
}

export interface WorkerOptions {
  /** One round; returns how much was done. Zero means: rest. */
  round(): Promise<number>;
  restMs: number;
  onError(error: unknown): void;
}

/** After a failing round (a database that went away) the rest grows up to this. */
const LONGEST_REST_MS = 10_000;

/** Starts the worker. A round that throws is reported and tried again after a longer rest. */
export function startWorker(options: WorkerOptions): Worker {
  let stopped = false;
  let woken = false;
  let endRest: (() => void) | undefined;
  const wake = (): void => {
    woken = true;
    endRest?.();
  };
  const rest = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      endRest = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  const run = async (): Promise<void> => {
    let restMs = options.restMs;
    while (!stopped) {
      woken = false;
      let count = 0;
      try {
        count = await options.round();
        restMs = options.restMs;
      } catch (error) {
        options.onError(error);
        restMs = Math.min(restMs * 2, LONGEST_REST_MS);
        woken = false;
      }
      if (count === 0 && !woken && !stopped) await rest(restMs);
    }
  };
  const done = run();
  return {
    wake,
    passed: (ms) => {
      if (ms >= options.restMs) wake();
    },
    stop: () => {
      stopped = true;
      wake();
      return done;
    },
  };
}
