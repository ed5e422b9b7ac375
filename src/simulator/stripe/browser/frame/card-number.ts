/** Card numbers: brand, grouping and check digit. Nothing here keeps or sends a number. */
import type { TextKey } from '../shared/texts.js';

export interface Brand {
  name: string;
  title: string;
  prefix: RegExp;
  lengths: readonly number[];
  groups: readonly number[];
  cvcLength: number;
}

const FOURS = [4, 4, 4, 4] as const;
const UNKNOWN: Brand = { name: 'unknown', title: '', prefix: /^/, lengths: [16], groups: FOURS, cvcLength: 3 };

/** Prefixes as in ISO/IEC 7812 issuer ranges; first match wins. */
const BRANDS: readonly Brand[] = [
  { name: 'visa', title: 'Visa', prefix: /^4/, lengths: [16], groups: FOURS, cvcLength: 3 },
  {
    name: 'mastercard',
    title: 'Mastercard',
    prefix: /^(5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720)/,
    lengths: [16],
    groups: FOURS,
    cvcLength: 3,
  },
  { name: 'amex', title: 'Amex', prefix: /^3[47]/, lengths: [15], groups: [4, 6, 5], cvcLength: 4 },
  { name: 'diners', title: 'Diners', prefix: /^3(0[0-5]|[68])/, lengths: [14, 16], groups: FOURS, cvcLength: 3 },
  { name: 'discover', title: 'Discover', prefix: /^6(011|4[4-9]|5)/, lengths: [16], groups: FOURS, cvcLength: 3 },
  { name: 'jcb', title: 'JCB', prefix: /^35/, lengths: [16], groups: FOURS, cvcLength: 3 },
  {
    name: 'unionpay',
    title: 'UnionPay',
    prefix: /^(62|81)/,
    lengths: [16, 17, 18, 19],
    groups: [4, 4, 4, 4, 3],
    cvcLength: 3,
  },
];

/** The brand a number begins like; a record named `unknown` when none does. */
export function brandOf(digits: string): Brand {
  return BRANDS.find((brand) => digits !== '' && brand.prefix.test(digits)) ?? UNKNOWN;
}

/** Only the digits, cut to the longest length of their brand. */
export function cardDigits(text: string): string {
  const digits = text.replace(/\D/g, '');
  return digits.slice(0, Math.max(...brandOf(digits).lengths));
}

/** `4242424242424242` -> `4242 4242 4242 4242`, Amex as 4-6-5. */
export function groupDigits(digits: string): string {
  const groups: string[] = [];
  let start = 0;
  for (const size of brandOf(digits).groups) {
    if (start < digits.length) groups.push(digits.slice(start, start + size));
    start += size;
  }
  return groups.join(' ');
}

/** The check digit of ISO/IEC 7812-1 (Luhn). */
export function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let index = 0; index < digits.length; index += 1) {
    const digit = Number(digits[digits.length - 1 - index]);
    const doubled = index % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return digits !== '' && sum % 10 === 0;
}

/** What is wrong with a number, if anything. */
export function checkNumber(digits: string): TextKey | undefined {
  const { lengths } = brandOf(digits);
  if (digits.length < Math.min(...lengths)) return 'incomplete_number';
  return lengths.includes(digits.length) && passesLuhn(digits) ? undefined : 'invalid_number';
}
