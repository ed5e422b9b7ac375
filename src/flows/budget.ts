/** A budget of time for a request that asks several things of a PSP: a shop waits for all of them together. */
import type { App } from './app.js';
import { INTERACTIVE_BUDGET_MS } from './ask.js';
import { outside } from './places.js';

export interface Budget {
  isOver(): boolean;
  /** The outcome, or undefined when the budget ends first. The work goes on then, and what goes wrong is logged. */
  until<T>(work: Promise<T>): Promise<T | undefined>;
  /** Waits, but never longer than there is time. */
  pause(ms: number): Promise<void>;
  /** Frees its timer. */
  end(): void;
}

/** Starts one. End it when the request is answered. */
export function startBudget(app: App, ms = INTERACTIVE_BUDGET_MS): Budget {
  let over = false;
  let tell: () => void = () => undefined;
  const end = new Promise<undefined>((resolve) => {
    tell = () => resolve(undefined);
  });
  const timer = setTimeout(() => {
    over = true;
    tell();
  }, ms);
  const until: Budget['until'] = (work) => {
    work.catch((error: unknown) => {
      if (over) app.log.error('asking failed', { error });
    });
    return Promise.race([work, end]);
  };
  return {
    isOver: () => over,
    until,
    pause: async (pauseMs) => {
      await outside(() => until(new Promise<void>((resolve) => setTimeout(resolve, pauseMs))));
    },
    end: () => clearTimeout(timer),
  };
}
