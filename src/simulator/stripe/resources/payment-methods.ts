/** Payment methods: made in the browser or from test ids, attached to and detached from customers. */
import type Stripe from 'stripe';
import type { Call } from '../core/call.js';
import { ApiError, invalidParameter, missing } from '../core/errors.js';
import { pageOf } from '../core/lists.js';
import type { PageParams } from '../core/lists.js';
import { choice, expand, group, map, mergedMetadata, page, text } from '../core/params.js';
import { route } from '../core/route.js';
import type { Route } from '../core/route.js';
import { emit } from '../webhooks/emit.js';
import { storeCard } from './card-methods.js';
import { CARD_ALIASES, cardById, cardByNumber, passesLuhn } from './cards.js';
import type { CardScript } from './cards.js';
import type { MethodParams } from './method-store.js';
import { METHOD_TYPES } from './method-types.js';
import { createOther, presetMethod } from './other-methods.js';
import { allowRedisplay, billingDetails, fullBilling, methodFields, rawCard } from './shapes.js';
import { createFromWallet, walletApproval, walletPreset } from './wallets.js';

export const methodShape = {
  type: choice(METHOD_TYPES, { required: true }),
  card: rawCard,
  ...methodFields,
  billing_details: billingDetails,
  allow_redisplay: allowRedisplay,
  metadata: map,
};

/** `payment_method_data` of an intent or a confirmation token. */
export const methodData = group({ ...methodShape, sim_wallet: walletApproval });

const cardError = (code: string, message: string, param: string, decline_code?: string): ApiError =>
  new ApiError(402, { type: 'card_error', code, message, param, ...(decline_code ? { decline_code } : {}) });

/** Makes and stores a payment method from what was sent. Card numbers that are not published test numbers are declined
 * as test mode does; the number and the security code go no further than this function. */
export function createMethod(call: Call, params: MethodParams, prefix = ''): Stripe.PaymentMethod {
  for (const type of METHOD_TYPES) {
    if (type === params.type || params[type as 'card'] === undefined) continue;
    throw invalidParameter(type, `\`${type}\` does not belong to a payment method of type ${params.type ?? ''}.`);
  }
  if (params.sim_wallet) return createFromWallet(call, params.sim_wallet, params, prefix);
  if (params.type !== 'card') return createOther(call, params, prefix);
  const name = (field: string): string => `${prefix === '' ? 'card' : `${prefix}[card]`}[${field}]`;
  if (!params.card) throw invalidParameter(prefix || 'card', `Missing required param: card.`, 'parameter_missing');
  if (!call.browser) {
    throw new ApiError(402, {
      type: 'card_error',
      message:
        'Sending credit card numbers directly to the Stripe API is generally unsafe. We suggest you use test tokens that map to the test card you are using, see https://stripe.com/docs/testing.',
    });
  }
  const { number, exp_month, exp_year, cvc } = params.card;
  const digits = number.replace(/[ -]/g, '');
  if (!passesLuhn(digits)) throw cardError('incorrect_number', 'Your card number is incorrect.', name('number'));
  const script = cardByNumber(digits);
  if (!script) {
    const message =
      'Your card was declined. Your request was in test mode, but used a non test card. For a list of valid test cards, visit: https://stripe.com/docs/testing.';
    throw cardError('card_declined', message, '', 'test_mode_live_card');
  }
  checkExpiry(call, exp_month, exp_year < 100 ? exp_year + 2000 : exp_year, name);
  if (cvc !== undefined && cvc !== null && !/^\d{3,4}$/.test(cvc)) {
    throw cardError('invalid_cvc', "Your card's security code is invalid.", name('cvc'));
  }
  const expiry = { exp_month, exp_year: exp_year < 100 ? exp_year + 2000 : exp_year };
  return storeCard(call, script, { ...expiry, cvcGiven: Boolean(cvc), params });
}

function checkExpiry(call: Call, month: number, year: number, name: (field: string) => string): void {
  if (month < 1 || month > 12)
    throw cardError('invalid_expiry_month', "Your card's expiration month is invalid.", name('exp_month'));
  const today = new Date(call.nowMs);
  const months = (year - today.getUTCFullYear()) * 12 + (month - 1 - today.getUTCMonth());
  if (months < 0 || year > today.getUTCFullYear() + 50) {
    throw cardError('invalid_expiry_year', "Your card's expiration year is invalid.", name('exp_year'));
  }
}

/** The stored payment method with this id. A test id (`pm_card_…`, the simulator's `pm_sim_…`) becomes a new one each
 * time it is named, as at Stripe. Throws 404 for anything else. */
export function findMethod(call: Call, id: string, param = 'payment_method'): Stripe.PaymentMethod {
  const script = cardById(CARD_ALIASES[id] ?? id);
  if (script) {
    const exp_year = new Date(call.nowMs).getUTCFullYear() + 1;
    return storeCard(call, script, { exp_month: 12, exp_year, cvcGiven: false, params: {} });
  }
  const method = presetMethod(call, id) ?? walletPreset(call, id) ?? call.tx.get('payment_methods', call.account, id);
  if (!method) throw missing('PaymentMethod', id, param);
  return method;
}

/** How this card behaves. Throws for other types. */
export function scriptOf(call: Call, method: Stripe.PaymentMethod): { script: CardScript; setUp: boolean } {
  const note = call.tx.get('method_notes', call.account, method.id);
  const script = cardById(note?.script ?? '');
  if (!script || !note) throw new Error(`payment method without behaviour: ${method.id}`);
  return { script, setUp: note.setUp };
}

/** Ties a payment method to a customer; doing it again for the same customer changes nothing. */
export function attach(call: Call, method: Stripe.PaymentMethod, customer: string): Stripe.PaymentMethod {
  if (!call.tx.get('customers', call.account, customer)) throw missing('customer', customer, 'customer');
  if (method.customer === customer) return method;
  if (method.customer !== null) {
    throw invalidParameter(
      'payment_method',
      'The payment method you provided has already been attached to a customer.',
    );
  }
  const attached = { ...method, customer };
  call.tx.put('payment_methods', call.account, attached);
  emit(call, 'payment_method.attached', attached);
  return attached;
}

function detach(call: Call, method: Stripe.PaymentMethod): Stripe.PaymentMethod {
  if (method.customer === null) {
    throw invalidParameter(
      'payment_method',
      'The payment method you provided is not attached to a customer so detachment is impossible.',
    );
  }
  const detached = { ...method, customer: null };
  call.tx.put('payment_methods', call.account, detached);
  emit(call, 'payment_method.detached', detached, { customer: method.customer });
  return detached;
}

function update(call: Call, params: MethodParams, id: string): Stripe.PaymentMethod {
  const method = findMethod(call, id);
  const next = {
    ...method,
    metadata: mergedMetadata(method.metadata, params.metadata),
    billing_details: params.billing_details
      ? {
          ...method.billing_details,
          ...fullBilling({ ...(method.billing_details as object), ...params.billing_details }),
        }
      : method.billing_details,
  };
  call.tx.put('payment_methods', call.account, next);
  if (method.customer !== null) emit(call, 'payment_method.updated', next);
  return next;
}

/** The payment methods of one customer, one page. */
export function methodsOf(call: Call, customer: string, params: PageParams & { type?: string }, url: string) {
  const rows = call.tx.all('payment_methods', call.account);
  return pageOf(
    rows.filter((row) => row.customer === customer && (!params.type || row.type === params.type)),
    params,
    url,
  );
}

export const paymentMethodRoutes: readonly Route[] = [
  route(
    'POST /v1/payment_methods',
    { ...expand, ...methodShape },
    (call, params: MethodParams) => createMethod(call, params),
    {
      browser: true,
    },
  ),
  route(
    'GET /v1/payment_methods',
    { ...page, customer: text({ required: true }), type: choice(METHOD_TYPES) },
    (call, params: PageParams & { customer: string; type?: string }) =>
      methodsOf(call, params.customer, params, '/v1/payment_methods'),
  ),
  route('GET /v1/payment_methods/:id', expand, (call, _params, id) => findMethod(call, id)),
  route('POST /v1/payment_methods/:id', { ...expand, billing_details: billingDetails, metadata: map }, update),
  route(
    'POST /v1/payment_methods/:id/attach',
    { ...expand, customer: text({ required: true }) },
    (call, params: { customer: string }, id) => attach(call, findMethod(call, id), params.customer),
  ),
  route('POST /v1/payment_methods/:id/detach', expand, (call, _params, id) => detach(call, findMethod(call, id))),
];
