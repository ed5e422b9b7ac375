/** Control of connected accounts: which there are, what becomes of them, and whether `/v1` makes them. */
import { invalidParameter } from '../core/errors.js';
import type { Simulation } from '../core/simulation.js';
import { OWN } from '../core/store.js';
import { actOnAccount } from '../resources/account-changes.js';
import { standingOf } from '../resources/account-standing.js';
import type { AccountOutcome, TransferState } from '../resources/account-standing.js';
import { V1_ACCOUNTS_CLOSED } from '../resources/accounts-v1.js';
import type { ConnectedAccountRow } from '../resources/connected-accounts.js';
import type { Action } from './action.js';
import type { Control, ControlRequest } from './control.js';

/** A connected account as the control plane shows it. */
export interface AccountView {
  id: string;
  /** The account that made it. */
  platform: string;
  name: string | null;
  email: string | null;
  /** Two capital letters. */
  country: string;
  outcome: AccountOutcome;
  /** Whether it may be sent money. */
  transfers: TransferState;
  /** What is due, in the words of `/v2`. */
  due: string[];
  closed: boolean;
  deauthorized: boolean;
  /** Milliseconds since 1970. */
  created: number;
}

function viewOf(platform: string, row: ConnectedAccountRow): AccountView {
  const standing = standingOf(row);
  const { id, displayName, email, country, outcome, closed, deauthorized, createdMs } = row;
  return {
    id,
    platform,
    name: displayName ?? row.profile.name ?? row.registeredName,
    email,
    country,
    outcome,
    transfers: standing.transfers,
    due: row.closed ? [] : standing.due.map((one) => `${one.v2}: ${one.status}`),
    closed,
    deauthorized,
    created: createdMs,
  };
}

/** Every connected account of every platform, newest first. */
export function accountViews({ store }: Simulation): AccountView[] {
  const views = store
    .accounts('connected_accounts')
    .flatMap((platform) => store.read.all('connected_accounts', platform).map((row) => viewOf(platform, row)));
  return views.reverse().sort((one, other) => other.created - one.created);
}

function allowV1(sim: Simulation, { body }: ControlRequest): object {
  if (typeof body.v1 !== 'boolean') throw invalidParameter('v1', 'v1 is true or false');
  const tx = sim.store.begin();
  tx.put('settings', OWN, { id: V1_ACCOUNTS_CLOSED, value: !body.v1 });
  tx.commit();
  return { v1: body.v1 };
}

export const accountControls: readonly Control[] = [
  { method: 'GET', path: '/_sim/accounts', run: (sim) => ({ data: accountViews(sim) }) },
  { method: 'POST', path: '/_sim/accounts', run: allowV1 },
];

export const ACCOUNT_ACTIONS: Record<string, Action> = {
  account: {
    subjects: ['account'],
    run: (call, { account = '', outcome = '' }) => viewOf(call.platform, actOnAccount(call, account, outcome)),
  },
};
