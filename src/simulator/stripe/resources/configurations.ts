/** Payment method configurations: one default per account, saying which methods are switched on. */
import type Stripe from 'stripe';
import { lettersOf } from '../core/call.js';
import type { Call } from '../core/call.js';
import { missing } from '../core/errors.js';
import { pageOf } from '../core/lists.js';
import type { PageParams } from '../core/lists.js';
import { expand, page, text } from '../core/params.js';
import { route } from '../core/route.js';
import type { Route } from '../core/route.js';

/** The id of an account's default configuration. */
export const configurationId = (account: string): string => `pmc_${lettersOf(`configuration/${account}`, 24)}`;

function configuration(call: Call): Stripe.PaymentMethodConfiguration {
  const on = { available: true, display_preference: { overridable: null, preference: 'on', value: 'on' } } as const;
  return {
    id: configurationId(call.account),
    object: 'payment_method_configuration',
    active: true,
    amazon_pay: on,
    application: null,
    apple_pay: on,
    card: on,
    customer_balance: on,
    google_pay: on,
    ideal: on,
    is_default: true,
    klarna: on,
    link: on,
    livemode: false,
    name: 'Default',
    parent: null,
    paypal: on,
    sepa_debit: on,
    us_bank_account: on,
  } satisfies Stripe.PaymentMethodConfiguration;
}

function find(call: Call, id: string): Stripe.PaymentMethodConfiguration {
  if (id !== configurationId(call.account)) throw missing('payment_method_configuration', id);
  return configuration(call);
}

export const configurationRoutes: readonly Route[] = [
  route(
    'GET /v1/payment_method_configurations',
    { ...page, application: text({ unset: true }) },
    (call, params: PageParams) => pageOf([configuration(call)], params, '/v1/payment_method_configurations'),
  ),
  route('GET /v1/payment_method_configurations/:id', expand, (call, _params, id) => find(call, id)),
];
