/** Connected accounts: the one record behind an account of `/v1` and of `/v2`, kept under the platform that made it. */
import type { Call } from '../core/call.js';
import { newId } from '../core/call.js';
import { ApiError, missing } from '../core/errors.js';
import type { Tx } from '../core/store.js';
import { standingOf } from './account-standing.js';
import type { AccountOutcome, TransferState } from './account-standing.js';

/** What is stored of an account. Times in milliseconds since 1970; the country as two capital letters. */
export interface ConnectedAccountRow {
  id: string;
  createdMs: number;
  /** `none`: made with `controller` or with `/v2`. */
  type: 'custom' | 'express' | 'none' | 'standard';
  country: string;
  currency: string;
  email: string | null;
  phone: string | null;
  displayName: string | null;
  entityType: string | null;
  registeredName: string | null;
  givenName: string | null;
  surname: string | null;
  profile: Record<string, string | null>;
  dashboard: 'express' | 'full' | 'none';
  fees: string;
  losses: string;
  locales: string[];
  /** Which configurations of `/v2` it has. */
  configurations: ('merchant' | 'recipient')[];
  /** When a capability was requested, in seconds; absent: it was not. */
  requested: { transfers?: number; card_payments?: number };
  metadata: Record<string, string>;
  outcome: AccountOutcome;
  /** When what is due has to be there. */
  deadlineMs: number | null;
  /** Why it was rejected, in the words of `disabled_reason`. */
  rejection: string | null;
  closed: boolean;
  /** It took its permission away from the platform. */
  deauthorized: boolean;
}

/** A single-use link to the onboarding page. */
export interface AccountLinkRow {
  /** The secret part of its address. */
  id: string;
  account: string;
  useCase: 'account_onboarding' | 'account_update';
  returnUrl: string;
  refreshUrl: string;
  expiresMs: number;
  /** Given to the browser that opened it; null until then. */
  session: string | null;
  finished: boolean;
}

/** What starts empty. */
type Fresh = Omit<
  ConnectedAccountRow,
  'id' | 'createdMs' | 'outcome' | 'deadlineMs' | 'rejection' | 'closed' | 'deauthorized'
>;

/** A new account nobody has submitted anything for. It is not stored yet: `changeAccount` does. */
export function freshAccount(call: Call, given: Fresh): ConnectedAccountRow {
  return {
    ...given,
    id: newId(call.tx, 'acct', 16),
    createdMs: call.nowMs,
    outcome: 'fresh',
    deadlineMs: null,
    rejection: null,
    closed: false,
    deauthorized: false,
  };
}

/** The account of this platform as it is stored, closed ones included. */
export const rowOf = (call: Call, id: string): ConnectedAccountRow | undefined =>
  call.tx.get('connected_accounts', call.platform, id);

/** Whether the platform may act for the account: it made it, and it is neither closed nor gone. */
export function isConnectedTo(read: Pick<Tx, 'get'>, platform: string, id: string): boolean {
  const row = read.get('connected_accounts', platform, id);
  return row !== undefined && !row.closed && !row.deauthorized;
}

/** The account as `/v1` finds it; 403 `account_invalid` for one that is not there, closed, or took its permission away. */
export function accountForV1(call: Call, id: string): ConnectedAccountRow {
  const row = rowOf(call, id);
  if (row && isConnectedTo(call.tx, call.platform, id)) return row;
  const message = `The provided key does not have access to account '${id}' (or that account does not exist). Application access may have been revoked.`;
  throw new ApiError(403, { type: 'invalid_request_error', code: 'account_invalid', message });
}

/** The account as `/v2` finds it, closed ones included; 404 when it is not there, 403 when it took its permission away. */
export function accountForV2(call: Call, id: string): ConnectedAccountRow {
  const row = rowOf(call, id);
  if (!row || (call.account !== call.platform && call.account !== id)) throw missing('account', id);
  return row.deauthorized ? accountForV1(call, id) : row;
}

/** What a transfer needs to know of its destination. */
export interface TransferDestination {
  id: string;
  /** Two capital letters. */
  country: string;
  transfers: TransferState;
  rejected: boolean;
}

/** A connected account of the calling platform; undefined when there is none, or it is closed or gone. */
export function connectedAccount(call: Call, id: string): TransferDestination | undefined {
  const row = rowOf(call, id);
  if (!row || !isConnectedTo(call.tx, call.platform, id)) return undefined;
  const { transfers } = standingOf(row);
  return { id, country: row.country, transfers, rejected: row.outcome === 'rejected' };
}
