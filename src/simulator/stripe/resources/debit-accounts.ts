/** Test bank accounts that can be debited and what they do: https://docs.stripe.com/payments/sepa-debit/accept-a-payment
 * and https://docs.stripe.com/payments/ach-direct-debit/accept-a-payment. No other number is accepted. */
import { DELAYED_OUTCOME_SECONDS } from '../core/time.js';

export interface DebitScript {
  /** Name of the behaviour; also a test payment method id. */
  id: string;
  type: 'sepa_debit' | 'us_bank_account';
  /** IBANs, or account numbers of the test routing number. */
  numbers: readonly string[];
  /** The bank refuses the debit with this. */
  failure?: { code: string; message: string };
  dispute?: boolean;
  /** Seconds until the bank answers; null: it never does. */
  delaySeconds: number | null;
}

/** The one routing number of test mode. */
export const TEST_ROUTING_NUMBER = '110000000';

const SLOW_SECONDS = 180;

const FAILURES: Record<string, string> = {
  account_closed: "The customer's bank account has been closed.",
  debit_not_authorized: 'The customer has notified their bank that this payment was unauthorized.',
  generic_could_not_process: 'This payment could not be processed.',
  insufficient_funds: "The customer's account has insufficient funds to cover this payment.",
  invalid_currency: 'The bank was unable to process this payment because of its currency.',
  no_account: "The customer's bank account could not be located.",
};

const failing = (code: string): { failure: { code: string; message: string } } => ({
  failure: { code, message: FAILURES[code] ?? '' },
});

const sepa = (id: string, numbers: string[], more: Partial<DebitScript> = {}): DebitScript => ({
  id: `pm_sim_sepa_${id}`,
  type: 'sepa_debit',
  numbers,
  delaySeconds: DELAYED_OUTCOME_SECONDS,
  ...more,
});
const ach = (id: string, number: string, more: Partial<DebitScript> = {}): DebitScript => ({
  id: `pm_usBankAccount_${id}`,
  type: 'us_bank_account',
  numbers: [number],
  delaySeconds: DELAYED_OUTCOME_SECONDS,
  ...more,
});

/** Every account by behaviour. */
export const DEBIT_ACCOUNTS: readonly DebitScript[] = [
  sepa('success', ['AT611904300234573201', 'DE89370400440532013000']),
  sepa('failure', ['AT861904300235473202', 'DE62370400440532013001'], failing('generic_could_not_process')),
  sepa('dispute', ['AT591904300235473203', 'DE35370400440532013002'], { dispute: true }),
  sepa('slow_success', ['AT321904300235473204', 'DE08370400440532013003'], { delaySeconds: SLOW_SECONDS }),
  sepa('slow_failure', ['AT051904300235473205', 'DE78370400440532013004'], {
    ...failing('generic_could_not_process'),
    delaySeconds: SLOW_SECONDS,
  }),
  sepa('insufficient_funds', ['AT981904300002222227', 'DE65370400440002222227'], failing('insufficient_funds')),
  sepa('processing', [], { delaySeconds: null }),
  ach('success', '000123456789'),
  ach('accountClosed', '000111111113', failing('account_closed')),
  ach('noAccount', '000111111116', failing('no_account')),
  ach('insufficientFunds', '000222222227', failing('insufficient_funds')),
  ach('debitNotAuthorized', '000333333335', failing('debit_not_authorized')),
  ach('invalidCurrency', '000444444440', failing('invalid_currency')),
  ach('dispute', '000555555559', { dispute: true }),
  ach('processing', '000000000009', { delaySeconds: null }),
];

const byId = new Map(DEBIT_ACCOUNTS.map((account) => [account.id, account]));
const byNumber = new Map(DEBIT_ACCOUNTS.flatMap((account) => account.numbers.map((number) => [number, account])));

/** The behaviour with this name, undefined when there is none. */
export const debitById = (id: string): DebitScript | undefined => byId.get(id);

/** The behaviour of an IBAN or account number, undefined when it is not a published test number. */
export const debitByNumber = (number: string): DebitScript | undefined => byNumber.get(number);

/** Whether the check digits of an IBAN are right: https://en.wikipedia.org/wiki/International_Bank_Account_Number */
export function passesIbanCheck(iban: string): boolean {
  if (!/^[A-Z]{2}\d{2}[A-Z0-9]{10,30}$/.test(iban)) return false;
  const turned = iban.slice(4) + iban.slice(0, 4);
  const digits = [...turned].map((letter) => String(parseInt(letter, 36))).join('');
  return BigInt(digits) % 97n === 1n;
}
