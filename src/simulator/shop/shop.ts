/** What every part of the demo shop is given: who it is, what it knows and how it reaches the app. */
import type { Clock } from '../../domain/clock.js';
import type { AppClient } from './app-client.js';
import type { Book } from './book.js';

/** Takes what happened in one sentence, with values that hold no secret. */
export type ShopLog = (event: string, values?: Readonly<Record<string, unknown>>) => void;

export interface Shop {
  tenantId: string;
  /** Where browsers reach the shop; no slash at the end. */
  url: string;
  appUrl: string;
  consoleUrl: string;
  clock: Clock;
  book: Book;
  app: AppClient;
  log: ShopLog;
  /** Aborted when the shop closes. */
  signal: AbortSignal;
}

/** Waits; resolves early, without an error, when the signal is aborted. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const stop = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
      resolve();
    };
    const timer = setTimeout(stop, ms);
    signal.addEventListener('abort', stop);
  });
}
