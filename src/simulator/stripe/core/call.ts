/** What every rule of the simulator gets: the open batch, whose account, what time it is and who asked. */
import { createHash } from 'node:crypto';
import type { Tx } from './store.js';
import { OWN } from './store.js';

export interface Call {
  tx: Tx;
  account: string;
  /** Whose key asked: `account` itself, or the platform that acts for this connected account. */
  platform: string;
  /** Milliseconds since 1970, simulator's clock. */
  nowMs: number;
  /** Whole seconds since 1970, as Stripe writes times. */
  now: number;
  /** Null for what happens by itself, like a delayed outcome. */
  requestId: string | null;
  idempotencyKey: string | null;
  /** Asked with a publishable key: fewer fields are shown. */
  browser: boolean;
  /** The simulator's own address without a slash at the end, for the pages it links to. */
  origin: string;
}

const LETTERS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** Text of letters and digits made from a hash: the same input gives the same text. */
export function lettersOf(input: string, length: number): string {
  let text = '';
  for (let round = 0; text.length < length; round += 1) {
    for (const byte of createHash('sha256').update(`${input}:${round}`).digest()) text += LETTERS[byte % 62];
  }
  return text.slice(0, length);
}

/** A new id from the seeded generator, e.g. `newId(tx, 'pi', 24)`. The counter is part of the state, so an id is never
 * given twice, not even after a restart. */
export function newId(tx: Tx, prefix: string, length = 24): string {
  const counter = tx.get('counters', OWN, 'ids') ?? { id: 'ids', value: 0, seed: 'unseeded' };
  tx.put('counters', OWN, { ...counter, value: counter.value + 1 });
  return `${prefix}_${lettersOf(`${counter.seed}/${prefix}/${counter.value}`, length)}`;
}
