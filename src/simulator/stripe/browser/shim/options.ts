/**
 * What each call accepts. An option Stripe.js does not know, or one the simulator does not cover, is refused aloud:
 * a page must not work here by accident and fail at Stripe. Names: https://docs.stripe.com/js.
 */
import { IntegrationError } from '../shared/errors.js';

export type Options = Record<string, unknown>;

const ALLOWED = {
  'Stripe()': ['apiVersion', 'locale', 'stripeAccount', 'betas', 'advancedFraudSignals', 'developerTools'],
  'elements()': ['clientSecret', 'locale', 'appearance', 'fonts', 'loader'],
  'elements.update()': ['locale', 'appearance'],
  "create('payment')": [
    ...['defaultValues', 'fields', 'layout', 'readOnly', 'business', 'terms', 'wallets', 'paymentMethodOrder'],
  ],
  business: ['name'],
  defaultValues: ['billingDetails'],
  fields: ['billingDetails'],
  'billing details': ['name', 'email', 'phone', 'address'],
  address: ['line1', 'line2', 'city', 'state', 'country', 'postal_code'],
  'fields.address': ['line1', 'line2', 'city', 'state', 'country', 'postalCode'],
  appearance: ['theme', 'variables', 'rules', 'labels', 'inputs', 'disableAnimations'],
  'confirmPayment()': ['elements', 'clientSecret', 'confirmParams', 'redirect'],
  confirmParams: ['return_url', 'payment_method_data', 'shipping', 'receipt_email'],
  payment_method_data: ['billing_details'],
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
        `The simulated Stripe.js has no ${owner}.${key}; it covers payment intents with the Payment Element.`,
      );
    },
  });
}
