/** Amounts as people type them into the shop's fields. */
import { currencyExponent } from '../../domain/money.js';

/** The amount as it stands in a field: `12.50`, for readers of German `12,50`. */
export function typedAmount(minor: number, currency: string, locale: string): string {
  const decimals = currencyExponent(currency);
  const typed = (minor / 10 ** decimals).toFixed(decimals);
  return locale === 'de' ? typed.replace('.', ',') : typed;
}

/** Minor units of `12.5` or `12,5`; undefined for anything that is no amount above zero of this currency. */
export function readAmount(typed: string, currency: string): number | undefined {
  const decimals = currencyExponent(currency);
  const [, whole, part = ''] = /^(\d{1,9})(?:[.,](\d+))?$/.exec(typed.trim()) ?? [];
  if (whole === undefined || part.length > decimals) return undefined;
  const minor = Number(whole + part.padEnd(decimals, '0'));
  return minor > 0 ? minor : undefined;
}
