/** Customers: https://docs.stripe.com/api/customers */
import type Stripe from 'stripe';
import { newId } from '../core/call.js';
import type { Call } from '../core/call.js';
import { missing } from '../core/errors.js';
import { pageOf, searchPage, searchRows } from '../core/lists.js';
import type { PageParams } from '../core/lists.js';
import { choice, expand, group, integer, list, map, mergedMetadata, page, range, text } from '../core/params.js';
import { route } from '../core/route.js';
import type { Route } from '../core/route.js';
import { emit } from '../webhooks/emit.js';
import { attach, findMethod, methodsOf } from './payment-methods.js';
import { address, fullAddress, fullShipping } from './shapes.js';

interface CustomerParams {
  address?: Stripe.AddressParam | null;
  description?: string | null;
  email?: string | null;
  metadata?: Record<string, string> | null;
  name?: string | null;
  phone?: string | null;
  preferred_locales?: string[];
  shipping?: Stripe.PaymentIntentCreateParams.Shipping | null;
  payment_method?: string;
  tax_exempt?: Stripe.Customer.TaxExempt | null;
}

const fields = {
  ...expand,
  address,
  description: text(),
  email: text({ max: 512 }),
  metadata: map,
  name: text({ max: 256 }),
  phone: text(),
  preferred_locales: list(text()),
  shipping: group(
    { address: { ...address, required: true, unset: false }, name: text({ required: true }), phone: text() },
    { unset: true },
  ),
  tax_exempt: choice(['exempt', 'none', 'reverse'], { unset: true }),
};

function create(call: Call, params: CustomerParams): Stripe.Customer {
  const id = newId(call.tx, 'cus', 14);
  const fresh = {
    id,
    object: 'customer',
    address: null,
    balance: 0,
    created: call.now,
    currency: null,
    customer_account: null,
    default_source: null,
    delinquent: false,
    description: null,
    discount: null,
    email: null,
    invoice_prefix: id.slice(-8).toUpperCase(),
    invoice_settings: { custom_fields: null, default_payment_method: null, footer: null, rendering_options: null },
    livemode: false,
    metadata: {},
    name: null,
    next_invoice_sequence: 1,
    phone: null,
    preferred_locales: [],
    shipping: null,
    tax_exempt: 'none',
    test_clock: null,
  } satisfies Stripe.Customer;
  const customer = changed(call, fresh, params);
  emit(call, 'customer.created', customer);
  if (params.payment_method !== undefined) attach(call, findMethod(call, params.payment_method), customer.id);
  return customer;
}

function changed(call: Call, customer: Stripe.Customer, params: CustomerParams): Stripe.Customer {
  const given = <K extends keyof CustomerParams>(name: K) =>
    params[name] === undefined ? {} : { [name]: params[name] };
  const next: Stripe.Customer = {
    ...customer,
    ...given('description'),
    ...given('email'),
    ...given('name'),
    ...given('phone'),
    ...given('preferred_locales'),
    ...(params.tax_exempt === undefined ? {} : { tax_exempt: params.tax_exempt ?? 'none' }),
    ...(params.address === undefined ? {} : { address: fullAddress(params.address) }),
    ...(params.shipping === undefined ? {} : { shipping: fullShipping(params.shipping) }),
    metadata: mergedMetadata(customer.metadata, params.metadata),
  };
  call.tx.put('customers', call.account, next);
  return next;
}

function find(call: Call, id: string): Stripe.Customer {
  const customer = call.tx.get('customers', call.account, id);
  if (!customer) throw missing('customer', id);
  return customer;
}

function update(call: Call, params: CustomerParams, id: string): Stripe.Customer {
  const customer = find(call, id);
  const next = changed(call, customer, params);
  const before = Object.fromEntries(
    Object.entries(customer).filter(([name, value]) => next[name as keyof Stripe.Customer] !== value),
  );
  emit(call, 'customer.updated', next, before);
  return next;
}

function remove(call: Call, id: string): object {
  const customer = find(call, id);
  const gone = { id, object: 'customer', deleted: true } as const;
  call.tx.remove('customers', call.account, id);
  call.tx.put('deleted', call.account, gone);
  for (const method of call.tx.all('payment_methods', call.account)) {
    if (method.customer === id) call.tx.put('payment_methods', call.account, { ...method, customer: null });
  }
  emit(call, 'customer.deleted', customer);
  return gone;
}

function listCustomers(call: Call, params: PageParams & { email?: string }): object {
  const rows = call.tx
    .all('customers', call.account)
    .filter((row) => params.email === undefined || row.email === params.email);
  return pageOf(rows, params, '/v1/customers');
}

const SEARCHABLE = ['created', 'email', 'name', 'phone'];

function search(call: Call, params: { query: string; limit?: number; page?: string }): object {
  return searchPage(searchRows(call, 'customers', params.query, SEARCHABLE), params, '/v1/customers/search');
}

function methods(call: Call, params: PageParams & { type?: string }, id: string): object {
  find(call, id);
  return methodsOf(call, id, params, `/v1/customers/${id}/payment_methods`);
}

export const customerRoutes: readonly Route[] = [
  route('POST /v1/customers', { ...fields, payment_method: text() }, create),
  route('GET /v1/customers', { ...page, created: range, email: text() }, listCustomers),
  route(
    'GET /v1/customers/search',
    { ...expand, query: text({ required: true }), limit: integer({ min: 1 }), page: text() },
    search,
  ),
  route(
    'GET /v1/customers/:id',
    expand,
    (call, _params, id) => call.tx.get('deleted', call.account, id) ?? find(call, id),
  ),
  route('POST /v1/customers/:id', fields, update),
  route('DELETE /v1/customers/:id', {}, (call, _params, id) => remove(call, id)),
  route('GET /v1/customers/:id/payment_methods', { ...page, type: text() }, methods),
];
