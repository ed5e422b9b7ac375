/** The journal of requests, without any secret, and the lists of what was refused as unsupported or looked odd. */
import type { Store, Tx } from './store.js';
import { OWN } from './store.js';

/** One request as it was answered. The witness for "no second charge". */
export interface JournalEntry {
  /** The request id, as in the `request-id` header. */
  id: string;
  /** Seconds since 1970, simulator's clock. */
  at: number;
  method: string;
  path: string;
  query: Record<string, unknown>;
  /** Parsed body, redacted. */
  body: Record<string, unknown>;
  account: string | null;
  key: 'secret' | 'publishable' | 'none';
  idempotencyKey: string | null;
  apiVersion: string | null;
  /** HTTP status, or 0 when the connection was cut. */
  status: number;
  errorCode: string | null;
  /** True when the rules of this path ran (also when they refused); false for replays and refusals before. */
  executed: boolean;
  /** Answered from the idempotency store. */
  replayed: boolean;
  /** Effect of the fault rule that applied. */
  fault: string | null;
  /** Id of the object answered. */
  object: string | null;
}

export interface Unsupported {
  id: string;
  kind: 'path' | 'parameter' | 'payment_method_type';
  method: string;
  path: string;
  param: string | null;
  count: number;
}

export interface Warning {
  id: string;
  message: string;
  count: number;
}

/** How many requests the journal keeps. */
export const JOURNAL_LIMIT = 50_000;

/** Adds to the journal; the oldest entries leave when it is full. */
export function writeJournal(store: Store, tx: Tx, entry: JournalEntry): void {
  tx.put('requests', OWN, entry);
  if (store.count('requests', OWN) < JOURNAL_LIMIT * 1.1) return;
  for (const old of store.read.all('requests', OWN).slice(0, JOURNAL_LIMIT * 0.1)) tx.remove('requests', OWN, old.id);
}

/** Counts one refusal of something the simulator does not have. */
export function countUnsupported(tx: Tx, seen: Omit<Unsupported, 'id' | 'count'>): void {
  const path = seen.path.replace(/\/[a-z]+_(?=\w*[A-Z0-9])\w+/g, '/:id');
  const id = [seen.kind, seen.method, path, seen.param ?? ''].join(' ').trim();
  const count = (tx.get('unsupported', OWN, id)?.count ?? 0) + 1;
  tx.put('unsupported', OWN, { ...seen, path, id, count });
}

/** Notes something odd that was accepted all the same. */
export function warn(tx: Tx, message: string): void {
  const count = (tx.get('warnings', OWN, message)?.count ?? 0) + 1;
  tx.put('warnings', OWN, { id: message, message, count });
}

const HIDDEN = new Set([
  'client_secret',
  'cvc',
  'cvv',
  'key',
  'secret',
  'confirmation_token',
  'token',
  'authorization',
]);

/** A copy without card and account numbers, security codes, keys and client secrets; of a card number the last four stay. */
export function redact(value: unknown, name = ''): unknown {
  if (Array.isArray(value)) return value.map((entry) => redact(entry, name));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, redact(entry, key)]));
  }
  if (HIDDEN.has(name.toLowerCase()) && value !== null) return '[hidden]';
  if (typeof value !== 'string') return value;
  if (name === 'number') return `[card ${value.replace(/\D/g, '').slice(-4)}]`;
  if (name === 'iban' || name === 'account_number') return `[account ${value.replace(/\s/g, '').slice(-4)}]`;
  return value
    .replace(/\b(sk|rk|pk)_(test|live)_\w+/g, '$1_$2_[hidden]')
    .replace(/_secret_\w+/g, '_secret_[hidden]')
    .replace(/\bwhsec_\w+/g, 'whsec_[hidden]')
    .replace(/([?&](?:token|state)=)[^&#\s]+/g, '$1[hidden]')
    .replace(/\b(?:\d[ -]?){12,15}(\d{4})\b/g, '[card $1]');
}
