/** The idempotency stores, one for `/v1` and one for `/v2`: one answer per account and key, kept 24 hours or 30 days
 * (https://docs.stripe.com/api/idempotent_requests, https://docs.stripe.com/api-v2-overview). */
import { createHash } from 'node:crypto';
import { ApiError } from './errors.js';
import { redact } from './journal.js';
import type { Tx } from './store.js';

export interface RememberedAnswer {
  /** The key. */
  id: string;
  method: string;
  path: string;
  fingerprint: string;
  status: number;
  body: string;
  requestId: string;
  /** Milliseconds since 1970, simulator's clock. */
  at: number;
}

/** The two stores. */
export type AnswerShelf = 'answers' | 'answers_v2';

const DAY_MS = 24 * 60 * 60 * 1000;
/** How long a key is remembered there, in milliseconds. */
export const keyLifetimeMs = (shelf: AnswerShelf): number => (shelf === 'answers' ? DAY_MS : 30 * DAY_MS);

/** A hash of the parameters in a fixed order. Card numbers are reduced before hashing: no full number is kept, not even
 * hashed. */
export function fingerprintOf(params: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify(sorted(redact(params))))
    .digest('hex');
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, entry]) => [key, sorted(entry)]);
}

/** The remembered answer for this key, or undefined when it is new or too old. Another request under the same key is
 * refused with 400 `idempotency_error`. */
export function recall(
  tx: Pick<Tx, 'get'>,
  shelf: AnswerShelf,
  account: string,
  asked: Omit<RememberedAnswer, 'status' | 'body' | 'requestId'>,
) {
  const found = tx.get(shelf, account, asked.id);
  if (!found || asked.at - found.at > keyLifetimeMs(shelf)) return undefined;
  if (found.method !== asked.method || found.path !== asked.path) {
    throw mismatch(
      `Keys for idempotent requests can only be used for the same endpoint they were first used for ('${found.path}' vs '${asked.path}'). Try using a key other than '${asked.id}' if you meant to execute a different request.`,
    );
  }
  if (found.fingerprint !== asked.fingerprint) {
    throw mismatch(
      `Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '${asked.id}' if you meant to execute a different request.`,
    );
  }
  return found;
}

/** The key is being worked on: 409. */
export function keyInUse(key: string): ApiError {
  return new ApiError(
    409,
    {
      type: 'idempotency_error',
      code: 'idempotency_key_in_use',
      message: `There is currently another in-progress request using this Idempotent Key (that probably means you submitted twice, and the other request is still going through): ${key}. Try again when the other request finishes or use a different key.`,
    },
    { remembered: false },
  );
}

function mismatch(message: string): ApiError {
  return new ApiError(400, { type: 'idempotency_error', message }, { remembered: false });
}
