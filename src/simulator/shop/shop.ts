/** What every part of the demo shop is given: who it is, what it knows and how it reaches the app. */
import type { Clock } from '../../domain/clock.js';
import type { Ledger } from '../../domain/ledger.js';
import type { AppClient } from './app-client.js';
import type { Book } from './book.js';
import type { Outside } from './outside.js';

/** Takes what happened in one sentence, with values that hold no secret. */
export type ShopLog = (event: string, values?: Readonly<Record<string, unknown>>) => void;

/** What the app has on record about one payment: a look behind the wire, which a real shop does not have. */
export interface AppRecord {
  /** In the app's words. */
  status: string;
  /** Lines for people. */
  details: Readonly<Record<string, string>>;
  ledger: Ledger;
  /** Whether the money is on its way: a debit that the bank has not answered, a transfer that came in part. */
  isProcessing: boolean;
  /** The shop's commands by their id, each with what the app noted about it; empty while it noted nothing. */
  commands: { id: string; result: string }[];
}

/** Undefined when the app has no payment of that order. */
export type ReadAppRecord = (tenantId: string, orderReference: string) => Promise<AppRecord | undefined>;

export interface Shop {
  tenantId: string;
  /** Where browsers reach the shop; no slash at the end. */
  url: string;
  appUrl: string;
  consoleUrl: string;
  clock: Clock;
  book: Book;
  app: AppClient;
  /** The world beside the shop, as far as a simulator plays it. */
  outside?: Outside;
  readAppRecord?: ReadAppRecord;
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
