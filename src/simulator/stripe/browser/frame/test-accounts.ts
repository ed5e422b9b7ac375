/** The menu of test bank accounts, published at https://docs.stripe.com/payments/sepa-debit/accept-a-payment. */
import type { Language } from '../shared/texts.js';

export interface TestAccount {
  iban: string;
  title: Readonly<Record<Language, string>>;
}

export const TEST_ACCOUNTS: readonly TestAccount[] = [
  { iban: 'AT611904300234573201', title: { en: 'Succeeds', de: 'Klappt' } },
  { iban: 'AT861904300235473202', title: { en: 'Fails', de: 'Scheitert' } },
  { iban: 'AT321904300235473204', title: { en: 'Succeeds after 3 minutes', de: 'Klappt nach 3 Minuten' } },
  { iban: 'AT051904300235473205', title: { en: 'Fails after 3 minutes', de: 'Scheitert nach 3 Minuten' } },
  { iban: 'AT981904300002222227', title: { en: 'Insufficient funds', de: 'Nicht gedeckt' } },
  { iban: 'AT591904300235473203', title: { en: 'Succeeds, then disputed', de: 'Klappt, dann Rückbuchung' } },
];
