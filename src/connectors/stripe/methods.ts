/** Payment method types of Stripe: their names at the shop and which of them can be authorized first. */
import type Stripe from 'stripe';
import type { ExpressMethod, StripeSettings } from './settings.js';

type Options = NonNullable<Stripe.PaymentIntentCreateParams['payment_method_options']>;

/** Types that can be authorized and captured later: those whose options have a capture method of `manual`. */
export const MANUAL_CAPTURE_TYPES = [
  'affirm', 'afterpay_clearpay', 'alma', 'amazon_pay', 'billie', 'card', 'cashapp', 'kakao_pay', 'klarna', 'kr_card',
  'link', 'mobilepay', 'naver_pay', 'payco', 'paypal', 'revolut_pay', 'samsung_pay', 'satispay', 'scalapay', 'sequra',
  'sunbit',
] as const satisfies readonly (keyof Options)[]; // prettier-ignore

/**
 * Types whose capture method is said one by one when Stripe chooses the methods and some of them take the money at
 * once. The other types of the list above are then left out, so that none of them takes money nobody asked to take.
 */
export const MIXED_MANUAL_TYPES: ReadonlySet<string> = new Set(['card', 'klarna', 'paypal']);

/** Names at the shop: letters, digits, blanks and hyphens only, so that both keys the shop derives agree. */
const NAMES: Readonly<Record<string, string>> = {
  affirm: 'Affirm', afterpay_clearpay: 'Afterpay', alma: 'Alma', amazon_pay: 'Amazon Pay', bancontact: 'Bancontact',
  billie: 'Billie', blik: 'BLIK', boleto: 'Boleto', card: 'Credit Card', cashapp: 'Cash App Pay', customer_balance: 'Bank Transfer',
  eps: 'EPS', ideal: 'iDEAL', klarna: 'Klarna', konbini: 'Konbini', link: 'Link', mobilepay: 'MobilePay', multibanco: 'Multibanco', oxxo: 'OXXO',
  p24: 'Przelewy24', paypal: 'PayPal', revolut_pay: 'Revolut Pay', satispay: 'Satispay', scalapay: 'Scalapay',
  sepa_debit: 'SEPA Direct Debit', sequra: 'SeQura', sunbit: 'Sunbit', twint: 'TWINT', us_bank_account: 'ACH Direct Debit',
}; // prettier-ignore

/** Types that Stripe no longer offers. */
export const RETIRED_TYPES: ReadonlySet<string> = new Set(['sofort', 'giropay']);

/** Types whose outcome comes days after the customer's confirmation, and may be a failure. */
export const DELAYED_TYPES: ReadonlySet<string> = new Set([
  'acss_debit', 'au_becs_debit', 'bacs_debit', 'sepa_debit', 'us_bank_account', 'nz_bank_account',
]); // prettier-ignore

/** Types that the customer pays somewhere else, with a voucher, until it expires. */
export const VOUCHER_TYPES: ReadonlySet<string> = new Set(['boleto', 'konbini', 'multibanco', 'oxxo']);

/** Whether our capability table knows the type. */
export function isKnownType(type: string): boolean {
  return Object.hasOwn(NAMES, type) || (MANUAL_CAPTURE_TYPES as readonly string[]).includes(type);
}

/** Names of what the shop offers: one, or one for each listed type when the tenant wants that. */
export function methodNames({ paymentMethods: wanted }: StripeSettings): string[] {
  if (!wanted.exposeIndividually || wanted.list.length === 0 || wanted.source === 'deny_list') return [NAMES.card!];
  return wanted.list.map(nameOf);
}

/** The payment method type behind an express button: the wallets are ways to present a card. */
export function typeOfExpress(method: ExpressMethod): string {
  return method === 'apple_pay' || method === 'google_pay' ? 'card' : method;
}

/** The types a payment is limited to; undefined when Stripe chooses by the Dashboard's settings. */
export function allowedTypes(settings: StripeSettings, paymentMethod: string): string[] | undefined {
  const { source, list, exposeIndividually } = settings.paymentMethods;
  if (source !== 'allow_list' && !exposeIndividually) return undefined;
  if (list.length === 0 || source === 'deny_list') return undefined;
  if (!exposeIndividually) return list;
  const chosen = list.filter((type) => paymentMethod.endsWith(nameOf(type).toLowerCase().replaceAll(' ', '-')));
  return chosen.length === 0 ? list : chosen;
}

/** `manual` only for types that have an authorization; the others take the money at once whatever is wanted. */
export function captureModeOf(settings: StripeSettings, type: string): 'manual' | 'automatic' {
  const wanted = settings.capture.perMethod[type] ?? settings.capture.mode;
  return wanted === 'manual' && (MANUAL_CAPTURE_TYPES as readonly string[]).includes(type) ? 'manual' : 'automatic';
}

function nameOf(type: string): string {
  return NAMES[type] ?? type.split('_').map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join(' '); // prettier-ignore
}
