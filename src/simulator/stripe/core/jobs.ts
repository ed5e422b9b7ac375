/** Things that happen later by themselves: a refund that flips, an authorization that expires. */
import type { Call } from './call.js';
import type { Tx } from './store.js';
import { OWN } from './store.js';

export type JobKind =
  | 'account_falls_due'
  | 'account_verified'
  | 'authorization_expires'
  | 'debit_settles'
  | 'dispute_opens'
  | 'refund_expires'
  | 'refund_fails'
  | 'refund_succeeds';

export interface Job {
  id: string;
  kind: JobKind;
  account: string;
  /** The object it is about. */
  subject: string;
  /** Milliseconds since 1970, simulator's clock. */
  at: number;
}

/** What to do when a job is due. Doing it again on an object that moved on must change nothing. */
export type JobRule = (call: Call, subject: string) => void;

/** Books a job; one per kind and subject, a second booking moves it. */
export function book(call: Call, kind: JobKind, subject: string, at: number): void {
  call.tx.put('jobs', OWN, { id: `${kind}:${subject}`, kind, account: call.account, subject, at });
}

/** Due jobs, earliest first. */
export function dueJobs(read: Pick<Tx, 'all'>, now: number): Job[] {
  return read
    .all('jobs', OWN)
    .filter((job) => job.at <= now)
    .sort((a, b) => a.at - b.at);
}
