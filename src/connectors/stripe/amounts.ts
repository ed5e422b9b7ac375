/** Amounts in Stripe's units, which differ from ISO 4217 for some currencies; refuses instead of rounding. */
import { currencyExponent, toMajor } from '../../kit/index.js';

/**
 * Decimals Stripe uses where ISO 4217 has others. ISK and UGX have no decimals but are sent with two; MGA has two by
 * ISO 4217 and is sent with none. Source: https://docs.stripe.com/currencies#special-cases
 */
const STRIPE_EXPONENTS: Readonly<Record<string, number>> = { ISK: 2, UGX: 2, MGA: 0 };
/** Sent with three decimals, of which the last must be zero. */
const TENS_ONLY: ReadonlySet<string> = new Set(['BHD', 'JOD', 'KWD', 'OMR', 'TND']);

export type StripeAmount = { amount: number } | { refusal: string };

/**
 * Converts minor units of ISO 4217 into Stripe's. Answers a refusal, never a rounded amount, when Stripe cannot
 * express the amount. `currency` is upper case.
 */
export function toStripeAmount(minor: number, currency: string): StripeAmount {
  const shift = stripeExponent(currency) - currencyExponent(currency);
  const amount = shift >= 0 ? minor * 10 ** shift : minor / 10 ** -shift;
  if (!Number.isSafeInteger(amount)) return { refusal: `Stripe cannot express this amount in ${currency}.` };
  if (TENS_ONLY.has(currency) && amount % 10 !== 0) {
    return { refusal: `Stripe takes amounts in ${currency} only in multiples of ten of the smallest unit.` };
  }
  return { amount };
}

/** Converts Stripe's units into minor units of ISO 4217; a fraction Stripe should never have is dropped. */
export function fromStripeAmount(amount: number, currency: string): number {
  const code = currency.toUpperCase();
  const shift = currencyExponent(code) - stripeExponent(code);
  return shift >= 0 ? amount * 10 ** shift : Math.trunc(amount / 10 ** -shift);
}

/** Stripe's units as a text for people, such as `12.00 EUR`. */
export function amountText(amount: number, currency: string): string {
  const code = currency.toUpperCase();
  const minor = fromStripeAmount(amount, code);
  return `${toMajor({ minor, currency: code }).toFixed(currencyExponent(code))} ${code}`;
}

function stripeExponent(currency: string): number {
  return STRIPE_EXPONENTS[currency] ?? currencyExponent(currency);
}
