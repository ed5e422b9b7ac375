/** What consumers of all brokers share: handing over until taken, coming back after an outage, saying so once. */
import { redactText } from '../kit/redact.js';
import type { BrokerLog, Consumer, Delivery, Take } from '../kit/broker.js';

const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 10_000;
/** What is in hand when we stop has so long to be stored. */
const LEAVE_MS = 5_000;

/**
 * Hands one delivery over until it is taken, with growing pauses: whatever keeps it from being stored (a database that is
 * away) would keep the next one too, and the next one must not pass it. False when we stop before it is taken.
 */
export async function untilTaken(take: Take, delivery: Delivery, stopped: AbortSignal): Promise<boolean> {
  for (let pauseMs = FIRST_PAUSE_MS; !stopped.aborted; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    try {
      await take(delivery);
      return true;
    } catch {
      // The handler has told why.
      await pause(pauseMs, stopped);
    }
  }
  return false;
}

/**
 * Runs a session (connect, consume, resolve or reject when the connection is lost) again and again until it is stopped.
 * A session calls `connected` when it stands. `late` is a while after `stopped`.
 */
export function kept(
  session: (stopped: AbortSignal, connected: () => void, late: AbortSignal) => Promise<void>,
  log: BrokerLog,
): Consumer {
  const stopping = new AbortController();
  const leaving = new AbortController();
  const outage = outageOf(log, 'commands');
  let pauseMs = FIRST_PAUSE_MS;
  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      try {
        const connected = (): void => {
          outage.over();
          pauseMs = FIRST_PAUSE_MS;
        };
        await session(stopping.signal, connected, leaving.signal);
      } catch (error) {
        if (!stopping.signal.aborted) outage.begins(error);
      }
      await pause(pauseMs, stopping.signal);
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
    }
  };
  const done = run();
  return {
    stop: () => {
      stopping.abort();
      const timer = setTimeout(() => leaving.abort(), LEAVE_MS);
      return done.finally(() => clearTimeout(timer));
    },
  };
}

/** A connection that is opened when it is needed, and anew after it was forgotten. */
export interface Opened<T> {
  get(): Promise<T>;
  /** The open one, if there is any. */
  known(): Promise<T | undefined>;
}

/** `open` is handed what it calls when its connection is lost; a failed opening is forgotten by itself. */
export function opened<T>(open: (forget: () => void) => Promise<T>): Opened<T> {
  let current: Promise<T> | undefined;
  const get = (): Promise<T> => {
    if (current !== undefined) return current;
    const forget = (): void => {
      if (current === opening) current = undefined;
    };
    const opening: Promise<T> = open(forget);
    current = opening;
    opening.catch(forget);
    return opening;
  };
  return { get, known: () => current?.catch(() => undefined) ?? Promise.resolve(undefined) };
}

/** Tells operators of an outage once, and once when it is over. */
export interface Outage {
  begins(error: unknown): void;
  over(): void;
}

/** Of one direction: `messages` or `commands`. */
export function outageOf(log: BrokerLog, what: string): Outage {
  let isAway = false;
  return {
    begins: (error) => {
      if (!isAway) log.warn('broker away', { what, reason: reasonOf(error) });
      isAway = true;
    },
    over: () => {
      if (isAway) log('broker is back', { what });
      isAway = false;
    },
  };
}

/** One line that says why, without users and passwords of URLs. */
export function reasonOf(error: unknown): string {
  const known = error as { code?: unknown; message?: unknown; errors?: unknown[] } | null;
  const first = Array.isArray(known?.errors) ? (known.errors[0] as typeof known) : known;
  const text = [first?.code, first?.message].filter((part) => part !== undefined && part !== '').join(': ');
  return redactText(text.replace(/:\/\/[^/@\s]*@/g, '://')).slice(0, 200) || 'unknown';
}

/** Waits, or until we stop. */
export function pause(ms: number, stopped?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (stopped?.aborted === true) return resolve();
    const end = (): void => {
      clearTimeout(timer);
      stopped?.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    stopped?.addEventListener('abort', end);
  });
}

/** The promise, or an error after so long: a connection that is half open never answers. */
export async function within<T>(ms: number, what: string, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: no answer within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
