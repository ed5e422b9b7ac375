/** What happens to a connected account, and the events of both halves of the API that tell about it. */
import type { Call } from '../core/call.js';
import { newId } from '../core/call.js';
import { invalidParameter } from '../core/errors.js';
import { book } from '../core/jobs.js';
import { DELAYED_OUTCOME_SECONDS } from '../core/time.js';
import { emit } from '../webhooks/emit.js';
import { ACCOUNT_OUTCOMES } from './account-standing.js';
import type { AccountOutcome } from './account-standing.js';
import { capabilitiesOf, v1Account, v1Capability } from './account-v1.js';
import { v2Capability, v2Requirements } from './account-v2.js';
import { rowOf } from './connected-accounts.js';
import type { ConnectedAccountRow } from './connected-accounts.js';
import { emitThin } from './thin-events.js';

/** How long something that is due may stay so, in seconds. */
const DEADLINE_SECONDS = 14 * 24 * 60 * 60;

/** The same call in the account itself: its events belong to it. */
const within = (call: Call, id: string): Call => ({ ...call, account: id });

const same = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

/** Stores a new account and says so. */
export function addAccount(call: Call, row: ConnectedAccountRow): ConnectedAccountRow {
  call.tx.put('connected_accounts', call.platform, row);
  tell(call, row, 'v2.core.account.created');
  return row;
}

/** Stores a changed account and tells what changed; nothing is told when nothing did. */
export function changeAccount(call: Call, row: ConnectedAccountRow, change: Partial<ConnectedAccountRow>) {
  const next = { ...row, ...change };
  call.tx.put('connected_accounts', call.platform, next);
  tellV1(call, row, next);
  tellV2(call, row, next);
  return next;
}

function tell(call: Call, row: ConnectedAccountRow, type: string, data?: Record<string, unknown>): void {
  const related = { id: row.id, type: 'v2.core.account', url: `/v2/core/accounts/${row.id}` };
  emitThin(call, { type, context: row.id, related, ...(data ? { data } : {}) });
}

function tellV1(call: Call, was: ConnectedAccountRow, row: ConnectedAccountRow): void {
  const [before, after] = [v1Account(was), v1Account(row)];
  const former = Object.entries(before).filter(([name, value]) => !same(value, after[name as keyof typeof after]));
  if (former.length > 0) emit(within(call, row.id), 'account.updated', after, Object.fromEntries(former));
  for (const id of ['card_payments', 'transfers'] as const) {
    const [status, now] = [capabilitiesOf(was)[id], capabilitiesOf(row)[id]];
    if (status !== undefined && now !== undefined && status !== now) {
      emit(within(call, row.id), 'capability.updated', v1Capability(row, id), { status });
    }
  }
}

function tellV2(call: Call, was: ConnectedAccountRow, row: ConnectedAccountRow): void {
  if (row.closed) return was.closed ? undefined : tell(call, row, 'v2.core.account.closed');
  const facts = ({ displayName, email, phone, metadata, dashboard }: ConnectedAccountRow): unknown[] => [
    displayName,
    email,
    phone,
    metadata,
    dashboard,
  ];
  if (!same(facts(was), facts(row))) tell(call, row, 'v2.core.account.updated');
  if (!same(v2Requirements(was), v2Requirements(row))) tell(call, row, 'v2.core.account[requirements].updated');
  if (row.requested.transfers === undefined || same(v2Capability(was).status, v2Capability(row).status)) return;
  const type = 'v2.core.account[configuration.recipient].capability_status_updated';
  tell(call, row, type, { updated_capability: 'stripe_balance.stripe_transfers' });
}

/** What is decided about an account, at its page or outside: `pending` turns to `complete` by itself, what is due later
 * falls due. Deciding the same again changes nothing. */
export function decideAccount(call: Call, row: ConnectedAccountRow, outcome: AccountOutcome, rejection?: string) {
  const hasDeadline = outcome === 'more_later';
  if (hasDeadline && row.outcome === outcome) return row;
  const deadlineMs = hasDeadline ? call.nowMs + DEADLINE_SECONDS * 1000 : null;
  if (deadlineMs !== null) book(call, 'account_falls_due', row.id, deadlineMs);
  if (outcome === 'pending') book(call, 'account_verified', row.id, call.nowMs + DELAYED_OUTCOME_SECONDS * 1000);
  return changeAccount(call, row, {
    outcome,
    deadlineMs,
    rejection: outcome === 'rejected' ? (rejection ?? 'rejected.other') : null,
  });
}

/** Job: Stripe has looked at what was submitted, and it is good. */
export function verifyAccount(call: Call, id: string): void {
  const row = rowOf(call, id);
  if (row?.outcome === 'pending' && !row.closed) decideAccount(call, row, 'complete');
}

/** Job: the deadline passed and nothing came. */
export function letFallDue(call: Call, id: string): void {
  const row = rowOf(call, id);
  const isOver = row?.deadlineMs != null && row.deadlineMs <= call.nowMs;
  if (isOver && row.outcome === 'more_later' && !row.closed) decideAccount(call, row, 'past_due');
}

/** Closes an account for good. Closing it again changes nothing. */
export function closeAccount(call: Call, row: ConnectedAccountRow): ConnectedAccountRow {
  if (row.closed) return row;
  const next = { ...row, closed: true };
  call.tx.put('connected_accounts', call.platform, next);
  tellV2(call, row, next);
  tellDeauthorized(call, next);
  return next;
}

/** The account takes its permission away from the platform. */
function deauthorize(call: Call, row: ConnectedAccountRow): ConnectedAccountRow {
  if (row.deauthorized) return row;
  const next = { ...row, deauthorized: true };
  call.tx.put('connected_accounts', call.platform, next);
  tellDeauthorized(call, next);
  return next;
}

function tellDeauthorized(call: Call, row: ConnectedAccountRow): void {
  const application = {
    id: `ca_${call.platform.slice('acct_'.length)}`,
    object: 'application',
    name: 'Simulated shop',
  };
  emit(within(call, row.id), 'account.application.deauthorized', application);
}

/** What a person at Stripe or at the merchant may do: an outcome of `ACCOUNT_OUTCOMES`, `close` or `deauthorize`. */
export function actOnAccount(call: Call, id: string, outcome: string): ConnectedAccountRow {
  const row = rowOf(call, id);
  if (!row) throw invalidParameter('account', `No such account: '${id}'`);
  if (outcome === 'close') return closeAccount(call, row);
  if (outcome === 'deauthorize') return deauthorize(call, row);
  const known = ACCOUNT_OUTCOMES.find((each) => each === outcome && each !== 'fresh');
  if (!known) {
    const all = ACCOUNT_OUTCOMES.filter((each) => each !== 'fresh').join(', ');
    throw invalidParameter('outcome', `outcome is one of ${all}, close, deauthorize`);
  }
  if (row.closed || row.deauthorized) throw invalidParameter('account', `${id} is closed or gone.`);
  return decideAccount(call, row, known);
}

/** The secret part of a link's address. */
export const newToken = (call: Call): string => newId(call.tx, 'link', 32).slice('link_'.length);
