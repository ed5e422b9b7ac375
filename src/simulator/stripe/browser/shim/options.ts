/**
 * What each call accepts. An option Stripe.js does not know, or one the simulator does not cover, is refused aloud:
 * a page must not work here by accident and fail at Stripe. Names: https://docs.stripe.com/js.
 */
import { IntegrationError } from '../shared/errors.js';

export type Options = Record<string, unknown>;

const ALLOWED = {
  'Stripe()': ['apiVersion', 'locale', 'stripeAccount', 'betas', 'advancedFraudSignals', 'developerTools'],
  'elements()': [
    ...['clientSecret', 'locale', 'appearance', 'fonts', 'loader'],
    ...['mode', 'amount', 'currency', 'captureMethod', 'setupFutureUsage', 'paymentMethodTypes'],
  ],
  'elements.update()': [
    ...['locale', 'appearance', 'amount', 'currency', 'captureMethod', 'setupFutureUsage', 'paymentMethodTypes'],
  ],
  "create('payment')": [
    ...['defaultValues', 'fields', 'layout', 'readOnly', 'business', 'terms', 'wallets', 'paymentMethodOrder'],
  ],
  "create('expressCheckout')": [
    ...['buttonHeight', 'buttonTheme', 'buttonType', 'layout', 'paymentMethodOrder', 'paymentMethods', 'wallets'],
    ...['emailRequired', 'phoneNumberRequired', 'billingAddressRequired', 'shippingAddressRequired', 'business'],
    ...['allowedShippingCountries', 'shippingRates', 'lineItems', 'applePay'],
  ],
  'resolve()': [
    ...['emailRequired', 'phoneNumberRequired', 'billingAddressRequired', 'shippingAddressRequired', 'business'],
    ...['allowedShippingCountries', 'shippingRates', 'lineItems', 'applePay'],
  ],
  'resolve() of a change': ['lineItems', 'shippingRates', 'applePay'],
  paymentMethods: ['amazonPay', 'applePay', 'googlePay', 'klarna', 'link', 'paypal'],
  buttonTheme: ['applePay', 'googlePay', 'paypal', 'klarna'],
  buttonType: ['applePay', 'googlePay', 'paypal', 'klarna'],
  layout: ['maxColumns', 'maxRows', 'overflow'],
  shippingRate: ['id', 'amount', 'displayName', 'deliveryEstimate'],
  lineItem: ['name', 'amount'],
  'paymentFailed()': ['reason', 'message'],
  'createConfirmationToken()': ['elements', 'params'],
  'createConfirmationToken() params': ['payment_method_data', 'shipping', 'return_url'],
  business: ['name'],
  defaultValues: ['billingDetails'],
  fields: ['billingDetails'],
  'billing details': ['name', 'email', 'phone', 'address'],
  address: ['line1', 'line2', 'city', 'state', 'country', 'postal_code'],
  'fields.address': ['line1', 'line2', 'city', 'state', 'country', 'postalCode'],
  appearance: ['theme', 'variables', 'rules', 'labels', 'inputs', 'disableAnimations'],
  'confirmPayment()': ['elements', 'clientSecret', 'confirmParams', 'redirect'],
  confirmParams: ['return_url', 'confirmation_token', 'payment_method_data', 'shipping', 'receipt_email'],
  payment_method_data: ['billing_details', 'allow_redisplay'],
  'handleNextAction()': ['clientSecret'],
} as const;

/** An options object with known keys only; undefined becomes empty. Throws IntegrationError. */
export function checkOptions(name: keyof typeof ALLOWED, value: unknown): Options {
  if (value === undefined || value === null) return {};
  if (typeof value !== 'object' || Array.isArray(value)) {
    throw new IntegrationError(`${name} expects an object of options, not ${typeof value}.`);
  }
  const allowed: readonly string[] = ALLOWED[name];
  for (const key of Object.keys(value)) {
    if (!allowed.includes(key)) {
      throw new IntegrationError(
        `${name}: "${key}" is not an option the simulated Stripe.js knows. Known: ${allowed.join(', ')}.`,
      );
    }
  }
  return value as Options;
}

/** A text or nothing. Throws IntegrationError naming the option. */
export function optionalText(options: Options, key: string): string | undefined {
  const value = options[key];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw new IntegrationError(`"${key}" must be a string.`);
  return value;
}

/** One of a few words or nothing. Throws IntegrationError naming the option. */
export function optionalWord<Word extends string>(
  options: Options,
  key: string,
  words: readonly Word[],
): Word | undefined {
  const value = optionalText(options, key);
  if (value === undefined || (words as readonly string[]).includes(value)) return value as Word | undefined;
  throw new IntegrationError(`"${key}" must be one of ${words.join(', ')}, not "${value}".`);
}

/** A record whose other uses throw: what Stripe.js offers and the simulator does not must not pass unnoticed. */
export function refusingOthers<Surface extends object>(owner: string, surface: Surface): Surface {
  return new Proxy(surface, {
    get(target, key) {
      // Promises ask for `then`, consoles and frameworks for symbols: not a use of the interface.
      if (key in target || typeof key === 'symbol' || key === 'then' || key === 'toJSON')
        return Reflect.get(target, key);
      throw new IntegrationError(
        `The simulated Stripe.js has no ${owner}.${key}; it covers payment intents with the Payment Element and the Express Checkout Element.`,
      );
    },
  });
}
