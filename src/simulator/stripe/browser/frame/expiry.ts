/** Expiry dates: from what people type or a browser fills in to a month and a year. */
import type { TextKey } from '../shared/texts.js';

/** `1` -> `1`, `4` -> `04 / `, `1227`, `12/2027` and `2027-12` -> `12 / 27`. `deleting` keeps a half date half. */
export function formatExpiry(text: string, deleting = false): string {
  const iso = /^\s*(20\d\d)-(\d\d)\s*$/.exec(text);
  const typed = iso ? `${iso[2]}/${iso[1]}` : text;
  const separated = /^\s*(\d)\s*[/.-]/.exec(typed);
  let digits = (separated ? '0' : '') + typed.replace(/\D/g, '');
  if (/^[2-9]/.test(digits)) digits = `0${digits}`;
  const month = digits.slice(0, 2);
  const rest = digits.slice(2);
  if (month.length < 2 || (deleting && rest === '')) return month;
  // A year of four digits is cut only once all four are there: while it is typed it looks like the year 20.
  const year = rest.length >= 4 && rest.startsWith('20') ? rest.slice(2, 4) : rest;
  return `${month} / ${year.startsWith('20') ? year.slice(0, 3) : year.slice(0, 2)}`;
}

export interface Expiry {
  month: number;
  /** Four digits. */
  year: number;
}

/** A complete date, or undefined. */
export function parseExpiry(text: string): Expiry | undefined {
  const found = /^(\d\d) \/ (\d\d)$/.exec(text);
  return found ? { month: Number(found[1]), year: 2000 + Number(found[2]) } : undefined;
}

/** What is wrong with a date. `now` is the server's date header; without it the past is left to the server. */
export function checkExpiry(text: string, now: string | undefined): TextKey | undefined {
  const month = Number(text.slice(0, 2));
  if (text.length >= 2 && (month < 1 || month > 12)) return 'invalid_expiry_month';
  const expiry = parseExpiry(text);
  if (!expiry) return 'incomplete_expiry';
  const today = now === undefined ? Number.NaN : Date.parse(now);
  if (Number.isNaN(today)) return undefined;
  // Valid through the last day of its month, everywhere on earth.
  return Date.UTC(expiry.year, expiry.month, 1, 12) <= today ? 'invalid_expiry_year_past' : undefined;
}
