/** The payment intent endpoints: create, read, change, confirm, capture, cancel, list, search. */
import type Stripe from 'stripe';
import { newId } from '../core/call.js';
import type { Call } from '../core/call.js';
import { invalidParameter, missing, wrongState } from '../core/errors.js';
import { pageOf, searchPage, searchRows } from '../core/lists.js';
import type { PageParams } from '../core/lists.js';
import { mergedMetadata } from '../core/params.js';
import { route } from '../core/route.js';
import type { Route } from '../core/route.js';
import { emit } from '../webhooks/emit.js';
import { checkAmount, currencyOf } from './amounts.js';
import { attemptPayment } from './attempts.js';
import { cancel, capture } from './captures.js';
import type { CaptureParams } from './captures.js';
import { checkContext, redeem } from './confirmation-tokens.js';
import type { TokenParams } from './confirmation-tokens.js';
import { configurationId } from './configurations.js';
import { releaseFunds } from './cash-balance.js';
import { freshIntent } from './fresh-intent.js';
import { methodOptions } from './intent-options.js';
import { change, dropChallenge, findIntent, unexpectedState } from './intents.js';
import type { Intent } from './intents.js';
import {
  cancelShape,
  captureShape,
  confirmShape,
  createShape,
  listShape,
  retrieveShape,
  searchShape,
  updateShape,
} from './intent-shapes.js';
import type { MandateRequest } from './mandates.js';
import type { MethodParams } from './method-store.js';
import { ruleOf, typesFor } from './method-types.js';
import { createMethod, findMethod } from './payment-methods.js';
import { fullShipping } from './shapes.js';

type CreateParams = Omit<Stripe.PaymentIntentCreateParams, 'payment_method_data' | 'mandate_data'> & {
  payment_method_data?: MethodParams;
  mandate_data?: MandateRequest['mandate_data'];
  client_secret?: string;
};

const OPEN = ['requires_payment_method', 'requires_confirmation', 'requires_action'];

function create(call: Call, params: CreateParams): Intent {
  const currency = currencyOf(params.currency);
  checkAmount(params.amount, currency);
  const id = newId(call.tx, 'pi');
  const automatic = params.allowed_payment_method_types
    ? null
    : {
        allow_redirects: params.automatic_payment_methods?.allow_redirects ?? 'always',
        enabled: params.automatic_payment_methods?.enabled ?? true,
      };
  const fresh = freshIntent(call, {
    id,
    amount: params.amount,
    currency,
    automatic,
    allowed: params.allowed_payment_method_types ?? null,
  });
  checkConfiguration(call, params.payment_method_configuration);
  if (params.confirmation_token !== undefined && params.confirm !== true) {
    throw invalidParameter('confirmation_token', '`confirmation_token` can only be given with `confirm=true`.');
  }
  const intent = applied(call, fresh, params);
  emit(call, 'payment_intent.created', intent);
  return params.confirm ? confirmedWith(call, intent, params) : intent;
}

function checkConfiguration(call: Call, id: string | undefined): void {
  if (id !== undefined && id !== configurationId(call.account))
    throw missing('payment_method_configuration', id, 'payment_method_configuration');
}

/** The intent with every given field applied; absent ones stay, null ones are unset. */
function applied(call: Call, intent: Intent, params: Partial<CreateParams>): Intent {
  const given = <K extends keyof CreateParams & keyof Intent>(name: K) =>
    params[name] === undefined ? {} : { [name]: params[name] };
  if (params.customer && !call.tx.get('customers', call.account, params.customer))
    throw missing('customer', params.customer, 'customer');
  const filled: Intent = {
    ...intent,
    ...given('capture_method'),
    ...given('customer'),
    ...given('description'),
    ...given('receipt_email'),
    ...given('setup_future_usage'),
    ...given('statement_descriptor'),
    ...given('statement_descriptor_suffix'),
    ...given('transfer_group'),
    ...given('excluded_payment_method_types'),
    ...given('allowed_payment_method_types'),
    ...(params.amount_details ? { amount_details: { tip: {}, ...(params.amount_details as object) } } : {}),
    ...(params.payment_details
      ? {
          payment_details: {
            customer_reference: params.payment_details.customer_reference || null,
            order_reference: params.payment_details.order_reference || null,
          },
        }
      : {}),
    ...(params.shipping === undefined ? {} : { shipping: fullShipping(params.shipping) }),
    metadata: mergedMetadata(intent.metadata, params.metadata as Record<string, string> | null | undefined),
  };
  const types = typesFor(filled);
  const next = change(call, filled, {
    payment_method_options: methodOptions(filled.payment_method_options, params.payment_method_options, types),
    payment_method_types: types,
  });
  const method = methodGiven(call, params);
  if (method === undefined) return next;
  return change(call, next, {
    payment_method: method,
    status: method === null ? 'requires_payment_method' : 'requires_confirmation',
    next_action: null,
  });
}

function methodGiven(call: Call, params: Partial<CreateParams>): string | null | undefined {
  if (params.payment_method_data) return createMethod(call, params.payment_method_data, 'payment_method_data').id;
  if (params.payment_method === null || params.payment_method === '') return null;
  return params.payment_method === undefined ? undefined : findMethod(call, params.payment_method).id;
}

function update(call: Call, params: Partial<CreateParams>, id: string): Intent {
  const intent = findIntent(call, id);
  const currency = params.currency === undefined ? intent.currency : currencyOf(params.currency);
  const amount = params.amount ?? intent.amount;
  const repriced = amount !== intent.amount || currency !== intent.currency;
  const changesPayment =
    repriced ||
    params.payment_method !== undefined ||
    params.payment_method_data !== undefined ||
    params.capture_method !== undefined;
  if (changesPayment && !OPEN.includes(intent.status)) {
    const message = `This PaymentIntent's ${repriced ? 'amount' : 'payment method'} could not be updated because it has a status of ${intent.status}. You may only update a PaymentIntent with one of the following statuses: ${OPEN.join(', ')}.`;
    throw wrongState('payment_intent_unexpected_state', message, { payment_intent: intent });
  }
  if (repriced) checkAmount(amount, currency);
  checkConfiguration(call, params.payment_method_configuration);
  const moved = params.customer !== undefined && (params.customer || null) !== intent.customer;
  if (changesPayment || moved) {
    dropChallenge(call, intent);
    releaseFunds(call, intent);
  }
  const reopened =
    (changesPayment || moved) && intent.status === 'requires_action'
      ? { status: 'requires_confirmation' as const, next_action: null }
      : {};
  return applied(call, change(call, intent, { amount, currency, ...reopened }), params);
}

function confirm(call: Call, params: Partial<CreateParams> & { amount_to_confirm?: number }, id: string): Intent {
  const intent = findIntent(call, id, params.client_secret);
  if (!OPEN.includes(intent.status)) throw unexpectedState(intent, 'confirm', OPEN.join(', '));
  if (params.amount_to_confirm !== undefined && params.amount_to_confirm !== intent.amount) {
    throw invalidParameter('amount_to_confirm', 'The amount to confirm is not the amount of the PaymentIntent.');
  }
  return confirmedWith(call, intent, params);
}

/** Confirms with what the request says and, behind that, what its confirmation token brings. */
function confirmedWith(call: Call, intent: Intent, params: Partial<CreateParams>): Intent {
  const token = params.confirmation_token;
  if (token === undefined) return confirmed(call, applied(call, intent, params), params);
  const all = { ...redeem(call, intent, token, params as TokenParams), ...params } as Partial<CreateParams>;
  const filled = applied(call, intent, all);
  checkContext(call, filled, token);
  return confirmed(call, filled, all);
}

function confirmed(call: Call, intent: Intent, params: Partial<CreateParams>): Intent {
  if (typeof intent.payment_method !== 'string') {
    const message =
      "You cannot confirm this PaymentIntent because it's missing a payment method. You can either update the PaymentIntent with a payment method and then confirm it again, or confirm it again directly with a payment method or ConfirmationToken.";
    throw wrongState('payment_intent_unexpected_state', message, { payment_intent: intent });
  }
  const method = findMethod(call, intent.payment_method);
  checkMethod(call, intent, method, params);
  return attemptPayment(call, intent, method, {
    authenticated: false,
    offSession: offSession(params),
    errorOnAction: params.error_on_requires_action ?? false,
    useStripeSdk: params.use_stripe_sdk ?? false,
    returnUrl: params.return_url ?? null,
    mandate: {
      ...(params.mandate ? { mandate: params.mandate } : {}),
      ...(params.mandate_data ? { mandate_data: params.mandate_data } : {}),
    },
  });
}

const offSession = ({ off_session }: Partial<CreateParams>): boolean =>
  off_session !== undefined && String(off_session) !== 'false';

/** Whether this payment method fits the intent, and whether the buyer can be led back from where it leads. */
function checkMethod(call: Call, intent: Intent, method: Stripe.PaymentMethod, params: Partial<CreateParams>): void {
  if (!intent.payment_method_types.includes(method.type)) {
    const message = `The PaymentMethod provided (${method.type}) is not allowed for this PaymentIntent. It can be paid with: ${intent.payment_method_types.join(', ')}.`;
    throw wrongState('payment_intent_incompatible_payment_method', message, { payment_intent: intent });
  }
  const leaves = ruleOf(method.type).redirects;
  const mayLeave =
    intent.automatic_payment_methods?.enabled === true && intent.automatic_payment_methods.allow_redirects !== 'never';
  const absent = offSession(params);
  if (leaves && absent)
    throw invalidParameter('off_session', `A buyer has to be there to pay with ${method.type}: off_session is false.`);
  if (params.return_url || !(leaves || (mayLeave && !call.browser && !absent))) return;
  const message = leaves
    ? `You must provide a \`return_url\` to confirm with a payment method of type ${method.type}: the buyer is redirected.`
    : "This PaymentIntent is configured to accept payment methods enabled in your Dashboard. Because some of these payment methods might redirect your customer off of your page, you must provide a `return_url`. If you don't want to accept redirect-based payment methods, set `automatic_payment_methods[enabled]` to `true` and `automatic_payment_methods[allow_redirects]` to `never` when creating Setup Intents and Payment Intents.";
  throw invalidParameter('return_url', message);
}

type ListParams = PageParams & { customer?: string };

function list(call: Call, params: ListParams): object {
  const rows = call.tx
    .all('payment_intents', call.account)
    .filter((row) => params.customer === undefined || row.customer === params.customer);
  return pageOf(rows, params, '/v1/payment_intents');
}

const SEARCHABLE = ['amount', 'created', 'currency', 'customer', 'status'];

function search(call: Call, params: { query: string; limit?: number; page?: string }): object {
  return searchPage(
    searchRows(call, 'payment_intents', params.query, SEARCHABLE),
    params,
    '/v1/payment_intents/search',
  );
}

type CancelParams = { cancellation_reason?: Stripe.PaymentIntent.CancellationReason };

export const paymentIntentRoutes: readonly Route[] = [
  route('POST /v1/payment_intents', createShape, create),
  route('GET /v1/payment_intents', listShape, list),
  route('GET /v1/payment_intents/search', searchShape, search),
  route(
    'GET /v1/payment_intents/:id',
    retrieveShape,
    (call, params: { client_secret?: string }, id) => findIntent(call, id, params.client_secret),
    {
      browser: true,
    },
  ),
  route('POST /v1/payment_intents/:id', updateShape, update),
  route('POST /v1/payment_intents/:id/confirm', confirmShape, confirm, { browser: true }),
  route('POST /v1/payment_intents/:id/capture', captureShape, (call, params: CaptureParams, id) =>
    capture(call, findIntent(call, id), params),
  ),
  route('POST /v1/payment_intents/:id/cancel', cancelShape, (call, params: CancelParams, id) =>
    cancel(call, findIntent(call, id), params.cancellation_reason ?? null),
  ),
];
