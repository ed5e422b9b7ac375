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

/** What Elements are set up with before there is an intent. */
export interface DeferredIntent {
  mode: 'payment';
  amount: number;
  currency: string;
  captureMethod: 'automatic' | 'automatic_async' | 'manual';
  setupFutureUsage?: string;
  paymentMethodTypes?: readonly string[];
}

/** Why a wallet is offered, or not. */
export type WalletState = 'available' | 'no_domain' | 'no_device' | 'not_fitting';

export interface Session {
  payment_method_types: string[];
  wallets: Record<string, WalletState>;
  merchant: string;
  amount: number;
  currency: string;
}

export type Answered<Body> = { body: Body; error?: undefined; date?: string } | { error: StripeError; date?: string };

const listOf = (entries: readonly string[] | undefined) => (entries ? { ...entries } : undefined);

/** The deferred intent as the API names its fields. Stripe.js tells `automatic` when the page said nothing. */
export function contextOf(deferred: DeferredIntent): { [key: string]: FormValue } {
  const { mode, currency, captureMethod, setupFutureUsage, paymentMethodTypes } = deferred;
  const types = listOf(paymentMethodTypes) as FormValue;
  const common = { mode, currency, capture_method: captureMethod, setup_future_usage: setupFutureUsage };
  return { ...common, payment_method_types: types };
}

/** What may be offered for an intent, or for one that is to come, on a page of this host. Never throws. */
export function readSession(
  access: ApiAccess,
  intent: { clientSecret?: string; deferred?: DeferredIntent },
  host: string,
): Promise<Answered<Session>> {
  const { clientSecret, deferred } = intent;
  const query = formBody({
    host,
    ...(deferred
      ? { deferred_intent: { ...contextOf(deferred), amount: deferred.amount } }
      : { client_secret: clientSecret }),
  });
  return askFor<Session>(access, `/v1/elements/sessions?${query}`);
}

export interface ConfirmationToken {
  id: string;
  object: 'confirmation_token';
  [key: string]: unknown;
}

/** Makes a confirmation token. Doing it again makes another one. Never throws. */
export function createToken(
  access: ApiAccess,
  values: { [key: string]: FormValue },
): Promise<Answered<ConfirmationToken>> {
  return askFor<ConfirmationToken>(access, '/v1/confirmation_tokens', formBody(values));
}

async function ask(access: ApiAccess, path: string, body?: URLSearchParams): Promise<ApiAnswer> {
  const answer = await askFor<PaymentIntent>(access, path, body);
  if (answer.error) return { result: { error: answer.error }, date: answer.date };
  return { result: { paymentIntent: answer.body }, date: answer.date };
}

async function askFor<Body>(access: ApiAccess, path: string, body?: URLSearchParams): Promise<Answered<Body>> {
  const headers: Record<string, string> = { Authorization: `Bearer ${access.publishableKey}` };
  if (access.stripeAccount) headers['Stripe-Account'] = access.stripeAccount;
  try {
    const method = body ? 'POST' : 'GET';
    const response = await fetch(access.origin + path, { method, headers, body, credentials: 'omit' });
    const answer = (await response.json()) as { error?: StripeError };
    const date = response.headers.get('date') ?? undefined;
    if (answer.error) return { error: answer.error, date };
    if (!response.ok) return { error: { type: 'api_error' }, date };
    return { body: answer as Body, date };
  } catch {
    return { error: { type: 'api_connection_error' } };
  }
}
