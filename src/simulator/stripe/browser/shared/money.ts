/** Amounts as people read them. */
import type { Language } from './texts.js';

/** Minor units as this language writes them, e.g. `formatMoney('en', 1299, 'eur')` is `€12.99`. */
export function formatMoney(language: Language, minor: number, currency: string): string {
  const format = new Intl.NumberFormat(language, { style: 'currency', currency });
  return format.format(minor / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2));
}
