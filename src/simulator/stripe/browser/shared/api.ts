/** Stripe's HTTP API as a browser may use it: a publishable key, a client secret, form bodies. */
import type { IntentResult, PaymentIntent, StripeError } from './errors.js';

export interface ApiAccess {
  /** Origin of the simulator. */
  origin: string;
  publishableKey: string;
  stripeAccount?: string;
}

export type FormValue = string | number | boolean | null | undefined | { [key: string]: FormValue };

export interface ApiAnswer {
  result: IntentResult;
  /** The `Date` header: the simulator's idea of now. Readable only from the simulator's own origin. */
  date?: string;
}

/** `pi_1_secret_2` -> `pi_1`; undefined when it is no client secret of a payment intent. */
export function intentIdOf(clientSecret: unknown): string | undefined {
  if (typeof clientSecret !== 'string') return undefined;
  return /^(pi_[A-Za-z0-9_]+?)_secret_[A-Za-z0-9_]+$/.exec(clientSecret)?.[1];
}

/** `{ a: { b: 1 } }` -> `a[b]=1`. Empty values are left out: an empty string would unset a field at Stripe. */
export function formBody(values: { [key: string]: FormValue }): URLSearchParams {
  const body = new URLSearchParams();
  const add = (key: string, value: FormValue) => {
    if (value === undefined || value === null || value === '') return;
    if (typeof value === 'object') {
      for (const [inner, nested] of Object.entries(value)) add(`${key}[${inner}]`, nested);
    } else body.append(key, String(value));
  };
  for (const [key, value] of Object.entries(values)) add(key, value);
  return body;
}

/** Reads a payment intent. Never throws: no connection is an error of type `api_connection_error`. */
export function retrieveIntent(access: ApiAccess, clientSecret: string): Promise<ApiAnswer> {
  const query = new URLSearchParams({ client_secret: clientSecret });
  return ask(access, `/v1/payment_intents/${intentIdOf(clientSecret) ?? ''}?${query}`);
}

/** Confirms a payment intent. Not safe to repeat blindly: read the intent first after a lost answer. */
export function confirmIntent(
  access: ApiAccess,
  clientSecret: string,
  values: { [key: string]: FormValue },
): Promise<ApiAnswer> {
  const body = formBody({ ...values, client_secret: clientSecret });
  return ask(access, `/v1/payment_intents/${intentIdOf(clientSecret) ?? ''}/confirm`, body);
}

async function ask(access: ApiAccess, path: string, body?: URLSearchParams): Promise<ApiAnswer> {
  const headers: Record<string, string> = { Authorization: `Bearer ${access.publishableKey}` };
  if (access.stripeAccount) headers['Stripe-Account'] = access.stripeAccount;
  try {
    const method = body ? 'POST' : 'GET';
    const response = await fetch(access.origin + path, { method, headers, body, credentials: 'omit' });
    const answer = (await response.json()) as { error?: StripeError };
    const date = response.headers.get('date') ?? undefined;
    if (answer.error) return { result: { error: answer.error }, date };
    if (!response.ok) return { result: { error: { type: 'api_error' } }, date };
    return { result: { paymentIntent: answer as PaymentIntent }, date };
  } catch {
    return { result: { error: { type: 'api_connection_error' } } };
  }
}
