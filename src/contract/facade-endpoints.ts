/** Endpoints that front-ends in a browser call directly: start a payment before its order, give it up, ask who pays. */
import type { TSchema } from 'typebox';
import type { Endpoint, Failure, Field } from './endpoint.js';
import {
  CancellationBody,
  CancellationDocument,
  CustomerBody,
  CustomerDocument,
  PaymentBody,
  PaymentDocument,
} from './facade-shapes.js';
import { JSON_API_TYPE, JSON_TYPE } from './payment-endpoints.js';

/** Identify the customer, or the guest; the first counts when both are there. */
export const GUEST_HEADER = 'X-Anonymous-Customer-Unique-Id';

const HEADERS: readonly Field[] = [
  { name: 'X-Tenant-Identifier', required: true, summary: 'The tenant whose storefront asks.' },
  { name: 'Accept-Language', required: false, summary: 'Language of the customer and of messages.' },
  {
    name: 'Idempotency-Key',
    required: false,
    summary: 'A repeat with the same key by the same customer gets the first answer for 24 hours.',
  },
];

const FAILURES: readonly Failure[] = [
  { status: 400, when: 'The body cannot be read, or no header names the tenant.' },
  { status: 401, when: 'Neither a valid bearer token nor the id of a guest.' },
  { status: 403, when: 'The `Origin` is not one of this tenant’s.' },
  { status: 404, when: 'The tenant is unknown, disconnected, or has no storefront switched on.' },
  { status: 422, when: 'Something in the document does not fit, or the PSP refuses; each fault stands by itself.' },
  { status: 429, when: 'Too many requests of this customer or from this address.' },
  { status: 503, when: 'The PSP, or the server of the keys that tokens are signed with, gave no answer in time.' },
];

interface Storefront {
  path: string;
  aliases?: readonly string[];
  summary: string;
  description: string;
  body: TSchema;
  answer: TSchema;
}

function storefront(name: string, of: Storefront): Endpoint {
  const { path, aliases = [], summary, description, body, answer } = of;
  return {
    name,
    method: 'POST',
    path,
    aliases,
    group: 'Storefront',
    summary,
    description,
    access: 'storefront',
    audiences: [],
    headers: HEADERS,
    query: [],
    body,
    mediaTypes: [JSON_TYPE, JSON_API_TYPE],
    wholeDocument: true,
    success: [{ status: 201, summary: 'Done.', schema: answer }],
    errors: FAILURES,
    errorShape: 'storefront',
  };
}

export const FACADE_ENDPOINTS: readonly Endpoint[] = [
  storefront('payments', {
    path: '/payments',
    summary: 'Start the payment of a cart, or change it',
    description:
      'Before there is an order. With `preOrderPaymentData.transactionId` the same payment is changed, as long as it is ' +
      'the caller’s own and has no order yet. The amount is what the front-end says: the shop’s server checks it when it ' +
      'confirms the payment. An express payment needs neither customer nor addresses.',
    body: PaymentBody,
    answer: PaymentDocument,
  }),
  storefront('payment-cancellations', {
    path: '/payment-cancellations',
    summary: 'Give a payment up that has no order yet',
    description: 'Only the caller’s own payment. Repeating is safe.',
    body: CancellationBody,
    answer: CancellationDocument,
  }),
  storefront('payment-customers', {
    path: '/payment-customers',
    aliases: ['/payment-customer'],
    summary: 'Who pays, and where to deliver, as the customer told the PSP',
    description: 'For express payments: the PSP’s dialogue has asked for name and addresses. Nothing is changed.',
    body: CustomerBody,
    answer: CustomerDocument,
  }),
];
