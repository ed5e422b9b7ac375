/** Payment methods other than cards, from what a browser or a server sends, and the test ids that stand for them. */
import type Stripe from 'stripe';
import { lettersOf } from '../core/call.js';
import type { Call } from '../core/call.js';
import { invalidParameter } from '../core/errors.js';
import { DEBIT_ACCOUNTS, TEST_ROUTING_NUMBER, debitByNumber, passesIbanCheck } from './debit-accounts.js';
import type { DebitScript } from './debit-accounts.js';
import { storeMethod } from './method-store.js';
import type { MethodDetails, MethodParams } from './method-store.js';
import type { MethodType } from './method-types.js';

type OtherType = Exclude<MethodType, 'card'>;
type Billing = 'email' | 'name' | 'country';

/** Billing details each type needs: https://docs.stripe.com/api/payment_methods/create and the pages of the methods. */
const NEEDED: Record<OtherType, readonly Billing[]> = {
  amazon_pay: [],
  customer_balance: [],
  ideal: [],
  klarna: ['email', 'country'],
  paypal: [],
  sepa_debit: ['name', 'email'],
  us_bank_account: ['name'],
};

type Naming = (field: string) => string;

/** Makes and stores a payment method of one of the types above. 400 for missing billing details, wrong or unpublished
 * account numbers; only the last four digits of a number are kept. */
export function createOther(call: Call, params: MethodParams, prefix = ''): Stripe.PaymentMethod {
  const type = params.type as OtherType;
  const name: Naming = (field) => {
    const [first = '', ...rest] = (prefix === '' ? field : `${prefix}.${field}`).split('.');
    return [first, ...rest.map((part) => `[${part}]`)].join('');
  };
  checkBilling(type, params, name);
  if (type === 'sepa_debit') return storeSepa(call, params, name);
  if (type === 'us_bank_account') return storeAch(call, params, name);
  const script = `pm_sim_${type}${APPROVALS[params.sim_wallet?.outcome ?? 'challenge']}`;
  return storeMethod(call, plainDetails(type, params), script, params);
}

/** What was decided in the sheet of an express checkout; else the buyer is asked on a page. */
const APPROVALS = { approve: '_approved', challenge: '', decline: '_declined' } as const;

function checkBilling(type: OtherType, { billing_details }: MethodParams, name: Naming): void {
  const given: Record<Billing, unknown> = {
    email: billing_details?.email,
    name: billing_details?.name,
    country: billing_details?.address ? billing_details.address.country : undefined,
  };
  for (const field of NEEDED[type]) {
    if (given[field]) continue;
    const param = name(`billing_details.${field === 'country' ? 'address.country' : field}`);
    throw invalidParameter(param, `Missing required param: ${param}.`, 'parameter_missing');
  }
}

function storeSepa(call: Call, params: MethodParams, name: Naming): Stripe.PaymentMethod {
  const param = name('sepa_debit.iban');
  if (!params.sepa_debit) throw missingParam(name('sepa_debit'));
  const iban = params.sepa_debit.iban.replace(/\s/g, '').toUpperCase();
  if (!passesIbanCheck(iban)) throw invalidParameter(param, 'The IBAN you provided is invalid.', 'invalid_iban');
  const script = debitByNumber(iban);
  if (script?.type !== 'sepa_debit') throw notForTests(param);
  return storeMethod(call, sepaDetails(call, script, iban), script.id, params);
}

function sepaDetails(call: Call, script: DebitScript, iban: string): MethodDetails {
  return {
    type: 'sepa_debit',
    sepa_debit: {
      bank_code: iban.slice(4, iban.startsWith('DE') ? 12 : 9),
      branch_code: '',
      country: iban.slice(0, 2),
      fingerprint: lettersOf(`iban/${call.account}/${script.id}`, 16),
      generated_from: { charge: null, setup_attempt: null },
      last4: iban.slice(-4),
    },
  };
}

function storeAch(call: Call, params: MethodParams, name: Naming): Stripe.PaymentMethod {
  const given = params.us_bank_account;
  if (!given) throw missingParam(name('us_bank_account'));
  if (!/^\d{9}$/.test(given.routing_number) || given.routing_number !== TEST_ROUTING_NUMBER) {
    const message = `Invalid routing number: in test mode it is ${TEST_ROUTING_NUMBER}.`;
    throw invalidParameter(name('us_bank_account.routing_number'), message, 'routing_number_invalid');
  }
  const script = debitByNumber(given.account_number);
  if (script?.type !== 'us_bank_account') throw notForTests(name('us_bank_account.account_number'));
  const details: MethodDetails = {
    type: 'us_bank_account',
    us_bank_account: {
      account_holder_type: given.account_holder_type ?? 'individual',
      account_type: given.account_type ?? 'checking',
      bank_name: 'STRIPE TEST BANK',
      financial_connections_account: null,
      fingerprint: lettersOf(`ach/${call.account}/${script.id}`, 16),
      last4: given.account_number.slice(-4),
      networks: { preferred: 'ach', supported: ['ach'] },
      routing_number: given.routing_number,
      status_details: {},
    },
  };
  return storeMethod(call, details, script.id, params);
}

const missingParam = (param: string): Error =>
  invalidParameter(param, `Missing required param: ${param}.`, 'parameter_missing');

const notForTests = (param: string): Error =>
  invalidParameter(
    param,
    'You must use a test bank account number in test mode. Try one of https://docs.stripe.com/testing.',
    'payment_method_invalid_parameter_testmode',
  );

function plainDetails(type: OtherType, params: MethodParams): MethodDetails {
  switch (type) {
    case 'amazon_pay':
      return { type, amazon_pay: {} };
    case 'ideal':
      return { type, ideal: { bank: params.ideal?.bank ?? null, bic: null } };
    case 'klarna':
      return { type, klarna: { dob: params.klarna?.dob ?? null } };
    case 'paypal':
      return { type, paypal: payerOf(params) };
    default:
      return { type: 'customer_balance', customer_balance: {} };
  }
}

/** PayPal tells who the buyer is once they have approved. */
function payerOf({ sim_wallet, billing_details }: MethodParams): Stripe.PaymentMethod.Paypal {
  if (sim_wallet?.outcome !== 'approve') return { country: null, payer_email: null, payer_id: null };
  const email = billing_details?.email || 'buyer@simulator.invalid';
  const country = (billing_details?.address || undefined)?.country ?? 'DE';
  return { country, payer_email: email, payer_id: lettersOf(`payer/${email}`, 13).toUpperCase() };
}

const TESTER = { name: 'Test Buyer', email: 'buyer@simulator.invalid', address: { country: 'DE' } };

const PRESETS = new Map<string, MethodParams>([
  ['pm_sim_amazon_pay', { type: 'amazon_pay' }],
  ...(['amazon_pay', 'klarna', 'paypal'] as const).flatMap((type): [string, MethodParams][] => [
    [`pm_sim_${type}_approved`, { type, sim_wallet: { type, outcome: 'approve' } }],
    [`pm_sim_${type}_declined`, { type, sim_wallet: { type, outcome: 'decline' } }],
  ]),
  ['pm_sim_ideal', { type: 'ideal' }],
  ['pm_sim_klarna', { type: 'klarna' }],
  ['pm_sim_paypal', { type: 'paypal' }],
  ['pm_sim_bank_transfer', { type: 'customer_balance' }],
  ...DEBIT_ACCOUNTS.filter((account) => account.type === 'us_bank_account').map(
    ({ id, numbers }): [string, MethodParams] => [
      id,
      {
        type: 'us_bank_account',
        us_bank_account: { account_number: numbers[0] ?? '', routing_number: TEST_ROUTING_NUMBER },
      },
    ],
  ),
]);

/** A new payment method for a test id (`pm_usBankAccount_…`, the simulator's `pm_sim_…`), undefined for other ids. */
export function presetMethod(call: Call, id: string): Stripe.PaymentMethod | undefined {
  const params = PRESETS.get(id);
  if (params) return createOther(call, { ...params, billing_details: TESTER });
  const debit = DEBIT_ACCOUNTS.find((account) => account.id === id);
  if (!debit) return undefined;
  const iban = debit.numbers[0] ?? 'AT000000000000009999';
  return storeMethod(call, sepaDetails(call, debit, iban), debit.id, { billing_details: TESTER });
}

/** Every test id of this file. */
export const PRESET_IDS: readonly string[] = [
  ...PRESETS.keys(),
  ...DEBIT_ACCOUNTS.filter((account) => account.type === 'sepa_debit').map(({ id }) => id),
];
