/** What a test or a person at the desk decided about the simulation: for every account, or for one. */
import { invalidParameter } from '../core/errors.js';
import type { Tx } from '../core/store.js';
import { OWN } from '../core/store.js';
import { SETTLEMENT_CURRENCIES } from './settlement-rates.js';

export interface Settings {
  /** Charges are settled in this currency, converted at a fixed rate; null: in their own. */
  settlement_currency: string | null;
  /** A reversal that would take a connected account below zero is refused. */
  refuse_negative_balances: boolean;
}

const DEFAULTS: Settings = { settlement_currency: null, refuse_negative_balances: false };

const CHECKS: { [Name in keyof Settings]: (value: unknown) => boolean } = {
  settlement_currency: (value) => value === null || SETTLEMENT_CURRENCIES.includes(String(value)),
  refuse_negative_balances: (value) => typeof value === 'boolean',
};

const HINTS: { [Name in keyof Settings]: string } = {
  settlement_currency: `one of ${SETTLEMENT_CURRENCIES.join(', ')}, or null`,
  refuse_negative_balances: 'true or false',
};

export const SETTING_NAMES = Object.keys(DEFAULTS) as (keyof Settings)[];

const rowOf = (name: string, account: string): string => (account === OWN ? name : `${name} ${account}`);

/** The setting for this account: its own, else that for all, else the simulator's default. */
export function settingOf<Name extends keyof Settings>(
  read: Pick<Tx, 'get'>,
  account: string,
  name: Name,
): Settings[Name] {
  const row = read.get('settings', OWN, rowOf(name, account)) ?? read.get('settings', OWN, name);
  return row === undefined ? DEFAULTS[name] : (row.value as Settings[Name]);
}

/** Keeps a setting, for one account or (`OWN`) for all that have none of their own. 400 when it does not fit. */
export function keepSetting(tx: Tx, account: string, name: keyof Settings, value: unknown): void {
  if (!CHECKS[name](value)) throw invalidParameter(name, `${name} is ${HINTS[name]}`);
  tx.put('settings', OWN, { id: rowOf(name, account), value });
}
