/** The menu of test cards: numbers Stripe publishes at https://docs.stripe.com/testing, and what each one does. */
import type { Language } from '../shared/texts.js';

export interface TestCard {
  number: string;
  title: Readonly<Record<Language, string>>;
}

export const TEST_CARDS: readonly TestCard[] = [
  { number: '4242424242424242', title: { en: 'Visa: succeeds', de: 'Visa: klappt' } },
  { number: '5555555555554444', title: { en: 'Mastercard: succeeds', de: 'Mastercard: klappt' } },
  { number: '378282246310005', title: { en: 'Amex: succeeds', de: 'Amex: klappt' } },
  { number: '4000002760003184', title: { en: '3-D Secure: bank asks', de: '3-D Secure: Bank fragt nach' } },
  {
    number: '4000008400001629',
    title: { en: '3-D Secure, then declined', de: '3-D Secure, danach abgelehnt' },
  },
  { number: '4000000000000002', title: { en: 'Declined', de: 'Abgelehnt' } },
  { number: '4000000000009995', title: { en: 'Insufficient funds', de: 'Nicht gedeckt' } },
  { number: '4000000000009987', title: { en: 'Lost card', de: 'Verlorene Karte' } },
  { number: '4000000000000069', title: { en: 'Expired card', de: 'Abgelaufene Karte' } },
  { number: '4000000000000127', title: { en: 'Wrong security code', de: 'Falsche Prüfnummer' } },
  { number: '4000000000000119', title: { en: 'Processing error', de: 'Technischer Fehler' } },
];

/** `4242`: the last four digits, as people call test cards. */
export function lastFour(card: TestCard): string {
  return card.number.slice(-4);
}
