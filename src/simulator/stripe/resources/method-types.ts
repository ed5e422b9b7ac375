/** Which payment method types the simulator has, and which of them fit an intent (https://docs.stripe.com/payments/payment-methods/payment-method-support). */
import { invalidParameter } from '../core/errors.js';
import type { Intent } from './intents.js';

/** Types the simulator has. A new one adds itself here, in `RULES`, and as an instrument (instruments.ts). */
export const METHOD_TYPES = [
  'amazon_pay',
  'card',
  'customer_balance',
  'ideal',
  'klarna',
  'paypal',
  'sepa_debit',
  'us_bank_account',
] as const;
export type MethodType = (typeof METHOD_TYPES)[number];

interface TypeRule {
  /** Null: every currency. */
  currencies: readonly string[] | null;
  /** Money can be held first and taken later; if so, it is released by itself after this many seconds. */
  holdSeconds: number | null;
  needsCustomer: boolean;
  /** The buyer leaves for a page of the payment method. */
  redirects: boolean;
}

const DAY = 24 * 60 * 60;
const rule = (given: Partial<TypeRule>): TypeRule => ({
  currencies: null,
  holdSeconds: null,
  needsCustomer: false,
  redirects: false,
  ...given,
});

/** Lifetimes of held money: https://docs.stripe.com/payments/place-a-hold-on-a-payment-method, for Amazon Pay,
 * PayPal and Klarna the pages of these methods. A card says it itself as `capture_before`. */
const RULES: Record<MethodType, TypeRule> = {
  amazon_pay: rule({
    currencies: ['aud', 'chf', 'dkk', 'eur', 'gbp', 'hkd', 'jpy', 'nok', 'nzd', 'sek', 'usd', 'zar'],
    holdSeconds: 7 * DAY,
    redirects: true,
  }),
  card: rule({ holdSeconds: 7 * DAY }),
  customer_balance: rule({ currencies: ['eur'], needsCustomer: true }),
  ideal: rule({ currencies: ['eur'], redirects: true }),
  klarna: rule({
    currencies: ['aud', 'cad', 'chf', 'czk', 'dkk', 'eur', 'gbp', 'nok', 'nzd', 'pln', 'ron', 'sek', 'usd'],
    holdSeconds: 28 * DAY,
    redirects: true,
  }),
  paypal: rule({
    currencies: ['aud', 'cad', 'chf', 'czk', 'dkk', 'eur', 'gbp', 'hkd', 'nok', 'nzd', 'pln', 'sek', 'sgd', 'usd'],
    holdSeconds: 10 * DAY,
    redirects: true,
  }),
  sepa_debit: rule({ currencies: ['eur'] }),
  us_bank_account: rule({ currencies: ['usd'] }),
};

/** What is special about this type. Throws for a type the simulator does not have. */
export function ruleOf(type: string): TypeRule {
  const found = RULES[type as MethodType] as TypeRule | undefined;
  if (!found) throw new Error(`no rule for ${type}`);
  return found;
}

function fits(type: MethodType, intent: Intent): boolean {
  const { currencies, holdSeconds, needsCustomer, redirects } = RULES[type];
  if (currencies !== null && !currencies.includes(intent.currency)) return false;
  if (intent.capture_method === 'manual' && holdSeconds === null) return false;
  if (needsCustomer && intent.customer === null) return false;
  return !(redirects && intent.automatic_payment_methods?.allow_redirects === 'never');
}

/** The types this intent can be paid with, of those allowed and not excluded: depends on currency, customer and way of
 * capture, as Stripe answers in `payment_method_types`. 400 when none is left. */
export function typesFor(intent: Intent): MethodType[] {
  const switchedOff = intent.automatic_payment_methods?.enabled === false;
  const allowed: readonly string[] = intent.allowed_payment_method_types ?? (switchedOff ? ['card'] : METHOD_TYPES);
  const excluded: readonly string[] = intent.excluded_payment_method_types ?? [];
  const types = METHOD_TYPES.filter((type) => allowed.includes(type) && !excluded.includes(type) && fits(type, intent));
  if (types.length > 0) return types;
  const param = excluded.length > 0 ? 'excluded_payment_method_types' : 'allowed_payment_method_types';
  throw invalidParameter(
    param,
    `No payment method type is left for this PaymentIntent: none of ${allowed.join(', ')} fits its currency, customer and capture method.`,
  );
}
