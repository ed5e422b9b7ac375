/** What the payment intent endpoints accept: https://docs.stripe.com/api/payment_intents */
import { choice, either, expand, flag, group, integer, list, map, page, range, text } from '../core/params.js';
import type { Shape } from '../core/params.js';
import { optionsShape } from './intent-options.js';
import { METHOD_TYPES } from './method-types.js';
import { methodData } from './payment-methods.js';
import { mandateData, shipping } from './shapes.js';

const amountDetails = group(
  {
    discount_amount: integer({ min: 0, unset: true }),
    shipping: group(
      { amount: integer({ min: 0, unset: true }), from_postal_code: text(), to_postal_code: text() },
      { unset: true },
    ),
    tax: group({ total_tax_amount: integer({ min: 0, required: true }) }, { unset: true }),
  },
  { unset: true },
);

const paymentDetails = group(
  { customer_reference: text({ unset: true }), order_reference: text({ unset: true }) },
  { unset: true },
);

const common: Shape = {
  ...expand,
  allowed_payment_method_types: list(choice(METHOD_TYPES)),
  amount_details: amountDetails,
  capture_method: choice(['automatic', 'automatic_async', 'manual']),
  excluded_payment_method_types: list(text(), { unset: true }),
  payment_details: paymentDetails,
  payment_method: text({ unset: true }),
  payment_method_data: methodData,
  payment_method_options: group(optionsShape),
  receipt_email: text({ unset: true }),
  setup_future_usage: choice(['off_session', 'on_session'], { unset: true }),
  shipping,
};

const described: Shape = {
  customer: text({ unset: true }),
  description: text({ max: 1000 }),
  metadata: map,
  statement_descriptor: text({ max: 22 }),
  statement_descriptor_suffix: text({ max: 22 }),
  transfer_group: text(),
};

/** What concerns one attempt only. */
const attempt: Shape = {
  confirmation_token: text(),
  error_on_requires_action: flag(),
  mandate: text(),
  mandate_data: mandateData,
  off_session: either(choice(['true', 'false', 'one_off', 'recurring']), group({})),
  return_url: text({ pattern: /^[a-z][a-z0-9+.-]*:\/\// }),
  use_stripe_sdk: flag(),
};

export const createShape: Shape = {
  ...common,
  ...described,
  ...attempt,
  amount: integer({ required: true, min: 0 }),
  currency: text({ required: true, pattern: /^[a-zA-Z]{3}$/ }),
  automatic_payment_methods: group({ enabled: flag({ required: true }), allow_redirects: choice(['always', 'never']) }),
  confirm: flag(),
  confirmation_method: choice(['automatic']),
  payment_method_configuration: text(),
};

export const updateShape: Shape = {
  ...common,
  ...described,
  amount: integer({ min: 0 }),
  currency: text({ pattern: /^[a-zA-Z]{3}$/ }),
  payment_method_configuration: text(),
};

export const confirmShape: Shape = {
  ...common,
  ...attempt,
  client_secret: text(),
  amount_to_confirm: integer({ min: 0 }),
};

export const captureShape: Shape = {
  ...expand,
  amount_details: amountDetails,
  amount_to_capture: integer({ min: 0 }),
  final_capture: flag(),
  metadata: map,
  payment_details: paymentDetails,
  statement_descriptor: text({ max: 22 }),
  statement_descriptor_suffix: text({ max: 22 }),
};

export const cancelShape: Shape = {
  ...expand,
  cancellation_reason: choice(['abandoned', 'duplicate', 'fraudulent', 'requested_by_customer']),
};

export const retrieveShape: Shape = { ...expand, client_secret: text() };

export const listShape: Shape = { ...page, created: range, customer: text() };

export const searchShape: Shape = {
  ...expand,
  query: text({ required: true }),
  limit: integer({ min: 1 }),
  page: text(),
};
