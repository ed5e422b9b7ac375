/** Fixed exchange rates, so that charges can be settled in another currency than they were made in. */
import { currencyExponent } from '../../../domain/money.js';
import { invalidParameter } from '../core/errors.js';

/** What one euro is worth. Nobody's real rates. */
const PER_EURO: Readonly<Record<string, number>> = { eur: 1, chf: 0.95, gbp: 0.85, jpy: 160, pln: 4.25, usd: 1.1 };

/** Currencies between which the simulator converts. */
export const SETTLEMENT_CURRENCIES: readonly string[] = Object.keys(PER_EURO);

export interface Converted {
  /** Minor units of the currency converted to. */
  amount: number;
  /** What one unit (not minor unit) of the currency converted from is worth; null when nothing was converted. */
  rate: number | null;
}

/** The amount in another currency, rounded to its minor unit. 400 when there is no rate: nothing is invented. */
export function convert(amount: number, from: string, to: string): Converted {
  if (from === to) return { amount, rate: null };
  const [own, other] = [PER_EURO[from], PER_EURO[to]];
  if (own === undefined || other === undefined)
    throw invalidParameter('currency', `The simulator has no exchange rate from ${from} to ${to}.`);
  const rate = other / own;
  const digits = currencyExponent(to.toUpperCase()) - currencyExponent(from.toUpperCase());
  return { amount: Math.round(amount * rate * 10 ** digits), rate: Number(rate.toFixed(6)) };
}
