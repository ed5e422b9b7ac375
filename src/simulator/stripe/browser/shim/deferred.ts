/** Elements before there is an intent: what they are set up with, and whether an intent that came later is that. */
import type { DeferredIntent } from '../shared/api.js';
import { intentIdOf } from '../shared/api.js';
import { IntegrationError, type PaymentIntent, type StripeError } from '../shared/errors.js';
import { optionalText, optionalWord, type Options } from './options.js';

const CAPTURE_METHODS = ['automatic', 'automatic_async', 'manual'] as const;

/** Reads `clientSecret` or `mode`, `amount`, `currency` and the rest. Throws IntegrationError. */
export function readIntent(options: Options): { clientSecret: string } | { deferred: DeferredIntent } {
  const clientSecret = optionalText(options, 'clientSecret');
  const mode = optionalText(options, 'mode');
  if (clientSecret !== undefined) {
    if (mode !== undefined) throw new IntegrationError('elements(): give "clientSecret" or "mode", not both.');
    if (intentIdOf(clientSecret) !== undefined) return { clientSecret };
  }
  if (clientSecret !== undefined || mode === undefined) {
    throw new IntegrationError(
      'elements(): "clientSecret" must be the client secret of a payment intent, or "mode" must be given.',
    );
  }
  if (mode !== 'payment') throw new IntegrationError(`The simulated Stripe.js has no mode "${mode}", only "payment".`);
  const first = { mode, captureMethod: 'automatic' } as DeferredIntent;
  const deferred = changedIntent(first, options);
  if (deferred.amount === undefined) throw new IntegrationError('elements(): "amount" is needed with "mode".');
  if (deferred.currency === undefined) throw new IntegrationError('elements(): "currency" is needed with "mode".');
  return { deferred };
}

/** The deferred intent with what `elements.update()` gives. Throws IntegrationError. */
export function changedIntent(was: DeferredIntent, options: Options): DeferredIntent {
  const { amount } = options;
  if (amount !== undefined && !(Number.isInteger(amount) && (amount as number) > 0)) {
    throw new IntegrationError('"amount" must be a positive whole number in the smallest unit of the currency.');
  }
  const currency = optionalText(options, 'currency');
  if (currency !== undefined && !/^[a-z]{3}$/.test(currency)) {
    throw new IntegrationError('"currency" must be three lower-case letters.');
  }
  const captureMethod = optionalWord(options, 'captureMethod', CAPTURE_METHODS);
  const setupFutureUsage = optionalWord(options, 'setupFutureUsage', ['off_session', 'on_session']);
  const types = options['paymentMethodTypes'];
  if (types !== undefined && !(Array.isArray(types) && types.every((type) => typeof type === 'string'))) {
    throw new IntegrationError('"paymentMethodTypes" must be a list of payment method types.');
  }
  return {
    ...was,
    ...(amount === undefined ? {} : { amount: amount as number }),
    ...(currency === undefined ? {} : { currency }),
    ...(captureMethod === undefined ? {} : { captureMethod }),
    ...(setupFutureUsage === undefined ? {} : { setupFutureUsage }),
    ...(types === undefined ? {} : { paymentMethodTypes: types as string[] }),
  };
}

/** The names of all that belongs to a deferred intent; without one they cannot be updated. */
export const DEFERRED_OPTIONS = ['amount', 'currency', 'captureMethod', 'setupFutureUsage', 'paymentMethodTypes'];

/** What is different about the intent that is to be confirmed with these Elements, in Stripe's words. */
export function mismatch(deferred: DeferredIntent, intent: PaymentIntent): StripeError | undefined {
  const plain = (method: unknown): string => (method === 'automatic_async' ? 'automatic' : String(method));
  const rows: [string, string, string][] = [
    ['amount', String(intent['amount']), String(deferred.amount)],
    ['currency', String(intent['currency']), deferred.currency],
    ['capture_method', plain(intent['capture_method']), plain(deferred.captureMethod)],
    ['setup_future_usage', String(intent['setup_future_usage'] ?? null), deferred.setupFutureUsage ?? 'null'],
  ];
  const found = rows.find(([, provided, expected]) => provided !== expected);
  if (!found) return undefined;
  const [name, provided, expected] = found;
  const message = `The provided ${name} (${provided}) does not match the expected ${name} (${expected}).`;
  return { type: 'invalid_request_error', message, payment_intent: intent };
}
