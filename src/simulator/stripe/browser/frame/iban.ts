/** IBANs: grouped for reading, and checked by length and check digits. https://en.wikipedia.org/wiki/International_Bank_Account_Number */
import type { TextKey } from '../shared/texts.js';

/** Length of an IBAN in the countries of the SEPA area. */
const LENGTHS: Readonly<Record<string, number>> = {
  AD: 24, AT: 20, BE: 16, BG: 22, CH: 21, CY: 28, CZ: 24, DE: 22, DK: 18, EE: 20, ES: 24, FI: 18, FR: 27, GB: 22,
  GI: 23, GR: 27, HR: 21, HU: 28, IE: 22, IS: 26, IT: 27, LI: 21, LT: 20, LU: 20, LV: 21, MC: 27, MT: 31, NL: 18,
  NO: 15, PL: 28, PT: 25, RO: 24, SE: 24, SI: 19, SK: 24, SM: 27, VA: 22,
}; // prettier-ignore

const LONGEST = 34;

/** Letters and digits only, in capitals: `at61 1904` -> `AT611904`. */
export function ibanLetters(text: string): string {
  return text
    .replace(/[^A-Za-z0-9]/g, '')
    .toUpperCase()
    .slice(0, LONGEST);
}

/** `AT611904300234573201` -> `AT61 1904 3002 3457 3201`. */
export function groupIban(letters: string): string {
  return letters.replace(/(.{4})(?=.)/g, '$1 ');
}

/** What is wrong with an IBAN of letters and digits; undefined when nothing is. */
export function checkIban(letters: string): TextKey | undefined {
  if (!/^[A-Z]{0,2}$/.test(letters.slice(0, 2)) || !/^\d{0,2}$/.test(letters.slice(2, 4))) return 'invalid_iban';
  const length = LENGTHS[letters.slice(0, 2)];
  if (letters.length < (length ?? 15)) return letters.length >= 2 && !length ? 'invalid_iban' : 'incomplete_iban';
  return letters.length === length && remainder(letters) === 1 ? undefined : 'invalid_iban';
}

/** The number that the turned IBAN spells, modulo 97, digit by digit: it is longer than numbers are exact. */
function remainder(letters: string): number {
  const turned = letters.slice(4) + letters.slice(0, 4);
  const digits = [...turned].map((letter) => String(parseInt(letter, 36))).join('');
  return [...digits].reduce((rest, digit) => (rest * 10 + Number(digit)) % 97, 0);
}
