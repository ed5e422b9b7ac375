/**
 * Amounts are integers in the minor unit of their currency (cents, yen), always beside the currency.
 * A plain safe integer, not a bigint: see docs/adr/0004-amounts-are-safe-integers.md.
 */
export interface Money {
  /** Integer in the currency's ISO 4217 minor unit; never a fraction, never beyond 2^53 − 1. */
  minor: number;
  /** ISO 4217 alphabetic code, upper case. */
  currency: string;
}

/** Currencies whose minor unit is not a hundredth, by ISO 4217. `Intl` is wrong for several of them. */
const EXPONENTS: Readonly<Record<string, number>> = {
  BIF: 0, CLP: 0, DJF: 0, GNF: 0, ISK: 0, JPY: 0, KMF: 0, KRW: 0, PYG: 0, RWF: 0, UGX: 0, UYI: 0,
  VND: 0, VUV: 0, XAF: 0, XOF: 0, XPF: 0,
  BHD: 3, IQD: 3, JOD: 3, KWD: 3, LYD: 3, OMR: 3, TND: 3,
  CLF: 4, UYW: 4,
}; // prettier-ignore

/** How many decimals the currency has by ISO 4217; 2 unless the table says otherwise. */
export function currencyExponent(currency: string): number {
  return EXPONENTS[currency] ?? 2;
}

/**
 * Reads an amount from the wire: a JSON integer or a string of digits with an optional leading minus.
 * Returns undefined for anything else (`"1e3"`, `" 5"`, `1.5`, values beyond 2^53 − 1).
 */
export function parseMinor(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value : undefined;
  if (typeof value !== 'string' || !/^-?\d{1,16}$/.test(value)) return undefined;
  const minor = Number(value);
  return Number.isSafeInteger(minor) ? minor : undefined;
}

/** The amount as a decimal number for people: 12000 EUR is 120, 500 JPY is 500. Never for arithmetic. */
export function toMajor(money: Money): number {
  return money.minor / 10 ** currencyExponent(money.currency);
}

/** The amount as a person of that language reads it: `€120.00`, `120,00 €`. */
export function formatMoney(money: Money, language: string): string {
  const digits = currencyExponent(money.currency);
  try {
    return new Intl.NumberFormat(language, {
      style: 'currency',
      currency: money.currency,
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
    }).format(toMajor(money));
  } catch {
    return `${toMajor(money).toFixed(digits)} ${money.currency}`;
  }
}
