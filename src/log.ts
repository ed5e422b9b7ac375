/** Our log: one JSON line per state change on stdout, with every secret taken out before it is written. */
import pino from 'pino';
import type { Clock } from './domain/clock.js';
import { AppError } from './domain/errors.js';

export type Fields = Readonly<Record<string, unknown>>;

/** Writes one line: what happened in plain words, and what it happened to. */
export interface Log {
  (event: string, fields?: Fields): void;
  debug(event: string, fields?: Fields): void;
  warn(event: string, fields?: Fields): void;
  error(event: string, fields?: Fields): void;
}

export interface LogOptions {
  /** Lines below this level are dropped; `silent` drops all. */
  level: string;
  clock: Clock;
  /** Takes secrets out of texts and records, at any depth. */
  redact: (value: unknown) => unknown;
  /** Where lines go, each with its line break; stdout by default. */
  write?: (line: string) => void;
}

/** Fields that hold addresses: tokens and return URLs travel in query strings, so those are cut off. */
const ADDRESS_FIELDS = new Set(['url', 'path', 'address', 'referer']);
/** How far the causes of an error are followed. */
const DEEPEST_CAUSE = 5;

/** Makes the log. Writing never throws, whatever the fields hold. */
export function createLog({ level, clock, redact, write }: LogOptions): Log {
  const options: pino.LoggerOptions = {
    level,
    base: null,
    messageKey: 'event',
    timestamp: () => `,"time":"${new Date(clock.now()).toISOString()}"`,
    formatters: { level: (label) => ({ level: label }) },
  };
  // Written at once: the last line before a crash is the one that is needed.
  const lines = pino(options, write === undefined ? pino.destination({ fd: 1, sync: true }) : { write });
  const at =
    (name: 'debug' | 'info' | 'warn' | 'error') =>
    (event: string, fields: Fields = {}): void => {
      if (lines.isLevelEnabled(name)) lines[name](clean(redact, fields), String(redact(event)));
    };
  return Object.assign(at('info'), { debug: at('debug'), warn: at('warn'), error: at('error') });
}

/** The address without query string and fragment. */
export function withoutQuery(address: string): string {
  return address.replace(/[?#].*$/s, '');
}

function clean(redact: LogOptions['redact'], fields: Fields): Record<string, unknown> {
  try {
    const plain = Object.entries(fields).map(([name, value]) => [name, plainValue(name, value)]);
    const cleaned = redact(Object.fromEntries(plain));
    return typeof cleaned === 'object' && cleaned !== null ? { ...cleaned } : { fields: cleaned };
  } catch (error) {
    return { unloggable: error instanceof Error ? error.name : 'fields' };
  }
}

function plainValue(name: string, value: unknown): unknown {
  if (value instanceof Error) return plainError(value, 0);
  if (typeof value === 'string' && ADDRESS_FIELDS.has(name)) return withoutQuery(value);
  return typeof value === 'bigint' ? value.toString() : value;
}

/** Errors keep their reasons, our private details included. PostgreSQL's `detail` quotes rows, so it is left out. */
function plainError(error: Error, depth: number): Record<string, unknown> {
  const { code } = error as { code?: unknown };
  const detail = error instanceof AppError ? error.detail : undefined;
  return {
    name: error.name,
    message: error.message,
    ...(typeof code === 'string' ? { code } : {}),
    ...(detail === undefined ? {} : { detail }),
    stack: error.stack,
    ...(error.cause instanceof Error && depth < DEEPEST_CAUSE ? { cause: plainError(error.cause, depth + 1) } : {}),
  };
}
