/** Amounts and currencies as Stripe checks them: https://docs.stripe.com/currencies */
import { ApiError, invalidParameter } from '../core/errors.js';

const CURRENCIES = new Set(Intl.supportedValuesOf('currency').map((code) => code.toLowerCase()));
const TWO_ZEROS = new Set(['isk', 'ugx']);
const THREE_DECIMALS = new Set(['bhd', 'jod', 'kwd', 'omr', 'tnd']);

/** The smallest amount, in minor units, whatever the currency (Stripe's differs per currency). */
export const MINIMUM_AMOUNT = 50;
const MAXIMUM_AMOUNT = 99_999_999;

/** The currency in lower case; 400 when unknown. */
export function currencyOf(code: string): string {
  const currency = code.toLowerCase();
  if (!CURRENCIES.has(currency)) throw invalidParameter('currency', `Invalid currency: ${currency}.`);
  return currency;
}

/** Refuses an amount Stripe would not charge; `param` is named in the error. */
export function checkAmount(amount: number, currency: string, param = 'amount'): void {
  const refuse = (code: string, message: string): never => {
    throw new ApiError(400, { type: 'invalid_request_error', code, message, param }, { remembered: false });
  };
  if (amount < 1)
    throw invalidParameter(param, 'This value must be greater than or equal to 1.', 'parameter_invalid_integer');
  if (amount < MINIMUM_AMOUNT)
    refuse('amount_too_small', `Amount must convert to at least ${MINIMUM_AMOUNT} minor units of ${currency}.`);
  if (amount > MAXIMUM_AMOUNT)
    refuse('amount_too_large', `Amount must be no more than ${MAXIMUM_AMOUNT} minor units of ${currency}.`);
  const step = TWO_ZEROS.has(currency) ? 100 : THREE_DECIMALS.has(currency) ? 10 : 1;
  if (amount % step !== 0)
    throw invalidParameter(param, `Invalid amount: amounts in ${currency} must be multiples of ${step}.`);
}
