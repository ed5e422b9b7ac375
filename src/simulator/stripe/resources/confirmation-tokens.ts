/** Confirmation tokens: what the buyer gave in Elements, for one confirmation. https://docs.stripe.com/api/confirmation_tokens */
import type Stripe from 'stripe';
import { newId } from '../core/call.js';
import type { Call } from '../core/call.js';
import { ApiError, invalidParameter, missing, wrongState } from '../core/errors.js';
import { choice, expand, group, list, text } from '../core/params.js';
import type { Shape } from '../core/params.js';
import { route } from '../core/route.js';
import type { Route } from '../core/route.js';
import type { Intent } from './intents.js';
import type { MandateRequest } from './mandates.js';
import type { MethodParams } from './method-store.js';
import type { TokenNote } from './notes.js';
import { createMethod, findMethod, methodData } from './payment-methods.js';
import { fullAddress, mandateData, shipping } from './shapes.js';

type Token = Stripe.ConfirmationToken;

/** How long one can be used: the times in Stripe's own example of the object are this far apart. */
const LIFETIME_SECONDS = 12 * 60 * 60;

const URL_PATTERN = /^[a-z][a-z0-9+.-]*:\/\//;

const common: Shape = {
  ...expand,
  payment_method: text(),
  payment_method_data: methodData,
  return_url: text({ pattern: URL_PATTERN }),
  setup_future_usage: choice(['off_session', 'on_session']),
  shipping,
};

/** What Elements were set up with. Stripe.js sends it; the intent has to fit it. */
const clientContext = group({
  mode: choice(['payment'], { required: true }),
  currency: text({ pattern: /^[a-zA-Z]{3}$/ }),
  capture_method: choice(['automatic', 'automatic_async', 'manual']),
  setup_future_usage: choice(['off_session', 'on_session']),
  payment_method_types: list(text()),
});

interface CreateParams {
  payment_method?: string;
  payment_method_data?: MethodParams;
  return_url?: string;
  setup_future_usage?: Stripe.ConfirmationToken.SetupFutureUsage;
  shipping?: Stripe.PaymentIntentCreateParams.Shipping | null;
  mandate_data?: MandateRequest['mandate_data'];
  client_context?: TokenNote['context'];
}

function fromBrowser(call: Call, params: CreateParams): Token {
  if (call.browser) return create(call, params);
  const message = 'ConfirmationTokens are created by Stripe.js with a publishable key. A test may use the test helper.';
  throw new ApiError(403, { type: 'invalid_request_error', message }, { remembered: false });
}

function create(call: Call, params: CreateParams): Token {
  const method = methodOf(call, params);
  const id = newId(call.tx, 'ctoken');
  const token = {
    id,
    object: 'confirmation_token',
    created: call.now,
    expires_at: call.now + LIFETIME_SECONDS,
    livemode: false,
    mandate_data: mandateOf(params.mandate_data),
    metadata: null,
    payment_intent: null,
    payment_method_options: null,
    payment_method_preview: previewOf(method.method),
    return_url: params.return_url ?? null,
    setup_future_usage: params.setup_future_usage ?? null,
    setup_intent: null,
    shipping: shippingOf(params.shipping),
    use_stripe_sdk: true,
  } satisfies Token;
  call.tx.put('confirmation_tokens', call.account, token);
  call.tx.put('token_notes', call.account, { id, ...method, context: params.client_context ?? null });
  return token;
}

/** The payment method the token will bring. A new one is kept back: it exists once an intent was confirmed with it. */
function methodOf(call: Call, params: CreateParams): Pick<TokenNote, 'method' | 'script'> {
  const { payment_method_data, payment_method } = params;
  if (call.browser && payment_method !== undefined) {
    // At Stripe a customer session opens saved payment methods to a browser; without one they are nobody's to name.
    throw invalidParameter('payment_method', 'Saved payment methods are not simulated in the browser.');
  }
  const existing =
    payment_method === undefined ? undefined : call.tx.get('payment_methods', call.account, payment_method);
  if (existing) return { method: existing, script: null };
  if (!payment_method_data && payment_method === undefined) {
    throw invalidParameter('payment_method_data', 'Missing required param: payment_method_data.', 'parameter_missing');
  }
  const method = payment_method_data
    ? createMethod(call, payment_method_data, 'payment_method_data')
    : findMethod(call, payment_method ?? '');
  const script = call.tx.get('method_notes', call.account, method.id)?.script ?? null;
  call.tx.remove('payment_methods', call.account, method.id);
  call.tx.remove('method_notes', call.account, method.id);
  return { method, script };
}

/** The payment method without what makes it one: id, time, metadata, and the fingerprint of a card. */
function previewOf(method: Stripe.PaymentMethod): Stripe.ConfirmationToken.PaymentMethodPreview {
  const { id: _id, object: _object, created: _created, livemode: _livemode, metadata: _metadata, ...shown } = method;
  if (!shown.card) return shown as Stripe.ConfirmationToken.PaymentMethodPreview;
  const { fingerprint: _fingerprint, ...card } = shown.card;
  return { ...shown, card } as Stripe.ConfirmationToken.PaymentMethodPreview;
}

function mandateOf(given: CreateParams['mandate_data']): Token['mandate_data'] {
  const acceptance = given?.customer_acceptance;
  if (!acceptance) return null;
  const { ip_address = '127.0.0.1', user_agent = 'simulated' } = acceptance.online ?? {};
  const online = acceptance.type === 'online' ? { ip_address, user_agent } : null;
  return { customer_acceptance: { online, type: acceptance.type } };
}

function shippingOf(given: CreateParams['shipping']): Token['shipping'] {
  if (!given) return null;
  const address = fullAddress(given.address) ?? (fullAddress({}) as Stripe.Address);
  return { address, name: given.name, phone: given.phone ?? null };
}

function find(call: Call, id: string, param = 'id'): Token {
  const token = call.tx.get('confirmation_tokens', call.account, id);
  if (!token) throw missing('confirmation token', id, param);
  return token;
}

/** What a token adds to the parameters of a confirmation; what the request says itself goes first. */
export interface TokenParams {
  payment_method?: string;
  payment_method_data?: unknown;
  return_url?: string;
  setup_future_usage?: unknown;
  shipping?: unknown;
  use_stripe_sdk?: boolean;
  mandate_data?: unknown;
}

/** Uses up a token of this account for this intent, and answers what it brings to the confirmation. 404 for an unknown
 * one, 400 for one that was used or has expired. Nothing is used up when the confirmation is refused as a request; a
 * decline uses it up. */
export function redeem(call: Call, intent: Intent, id: string, given: TokenParams): TokenParams {
  const token = find(call, id, 'confirmation_token');
  const note = call.tx.get('token_notes', call.account, id);
  if (token.payment_intent !== null || !note) {
    const message = `The ConfirmationToken ${id} has already been used. Create a new one for every attempt.`;
    throw wrongState('token_already_used', message, { param: 'confirmation_token' });
  }
  if (token.expires_at !== null && token.expires_at <= call.now) {
    throw invalidParameter('confirmation_token', `The ConfirmationToken ${id} has expired. Create a new one.`);
  }
  call.tx.put('confirmation_tokens', call.account, { ...token, payment_intent: intent.id, expires_at: null });
  const ownMethod = given.payment_method === undefined && given.payment_method_data === undefined;
  return {
    ...(ownMethod ? { payment_method: methodFrom(call, note) } : {}),
    ...(token.return_url === null ? {} : { return_url: token.return_url }),
    ...(token.setup_future_usage === null ? {} : { setup_future_usage: token.setup_future_usage }),
    ...(token.shipping === null ? {} : { shipping: token.shipping }),
    ...(token.mandate_data ? { mandate_data: token.mandate_data } : {}),
    use_stripe_sdk: token.use_stripe_sdk,
  };
}

function methodFrom(call: Call, { method, script }: TokenNote): string {
  if (script === null) return method.id;
  call.tx.put('payment_methods', call.account, { ...method, created: call.now });
  call.tx.put('method_notes', call.account, { id: method.id, script, setUp: false });
  return method.id;
}

/** The intent has to be what Elements were set up for, else 400. The amount is not compared. */
export function checkContext(call: Call, intent: Intent, id: string): void {
  const context = call.tx.get('token_notes', call.account, id)?.context;
  if (!context) return;
  const plain = (method: string): string => (method === 'automatic_async' ? 'automatic' : method);
  const types = (all: readonly string[]): string => JSON.stringify([...all].sort());
  const rows: [string, string, string | undefined][] = [
    ['currency', intent.currency, context.currency?.toLowerCase()],
    ['capture_method', plain(intent.capture_method), context.capture_method && plain(context.capture_method)],
    ['setup_future_usage', String(intent.setup_future_usage), context.setup_future_usage],
    [
      'payment_method_types',
      types(intent.payment_method_types),
      context.payment_method_types && types(context.payment_method_types),
    ],
  ];
  for (const [name, provided, expected] of rows) {
    if (expected === undefined || provided === expected) continue;
    const message = `The provided ${name} (${provided}) does not match the expected ${name} (${expected}).`;
    throw invalidParameter('confirmation_token', message);
  }
}

export const confirmationTokenRoutes: readonly Route[] = [
  route(
    'POST /v1/confirmation_tokens',
    { ...common, mandate_data: mandateData, client_context: clientContext },
    fromBrowser,
    { browser: true },
  ),
  route('GET /v1/confirmation_tokens/:id', expand, (call, _params, id) => find(call, id)),
  route('POST /v1/test_helpers/confirmation_tokens', common, create),
];
