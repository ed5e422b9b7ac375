/** Amounts in the console: shown as people read them, and read as people type them. */
import { currencyExponent, formatMoney } from '../../../domain/money.js';
import { invalidParameter } from '../core/errors.js';

/** Amounts of these are hundredths at Stripe although ISO 4217 has no decimals: https://docs.stripe.com/currencies */
const TWO_ZEROS = new Set(['ISK', 'UGX']);

const decimalsOf = (currency: string): number => (TWO_ZEROS.has(currency) ? 2 : currencyExponent(currency));

/** An amount of Stripe's API (minor units, currency in lower case) for people. */
export function shownMoney(minor: number, code: string): string {
  const currency = code.toUpperCase();
  return formatMoney({ minor: TWO_ZEROS.has(currency) ? minor / 100 : minor, currency }, 'en');
}

/** The amount as it stands in a field: `12.50`. */
export function typedMoney(minor: number, code: string): string {
  const decimals = decimalsOf(code.toUpperCase());
  return (minor / 10 ** decimals).toFixed(decimals);
}

/** Minor units of what was typed (`12.5` or `12,5`). Throws 400 for anything that is no amount of this currency. */
export function readMoney(typed: string, code: string): number {
  const decimals = decimalsOf(code.toUpperCase());
  const [, whole, part = ''] = /^(\d{1,10})(?:[.,](\d+))?$/.exec(typed.trim()) ?? [];
  if (whole === undefined || part.length > decimals) {
    throw invalidParameter('amount', `“${typed}” is not an amount in ${code.toUpperCase()}.`);
  }
  return Number(whole + part.padEnd(decimals, '0'));
}
