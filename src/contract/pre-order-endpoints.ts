/** Endpoints for a payment that exists before its order: start it, read its customer, give it its order, give it up. */
import { Type, type Static } from 'typebox';
import { CustomerAnswer, CustomerBody } from './customer.js';
import type { Endpoint, Failure } from './endpoint.js';
import {
  FORM_TYPE,
  InitializeAnswer,
  InitializeBody,
  JSON_API_TYPE,
  JSON_TYPE,
  REPEAT_HEADER,
  STORE_HEADER,
  TENANT_AUDIENCES,
  TENANT_HEADER,
  TOKEN_FAILURES,
} from './payment-endpoints.js';
import { OrderData, PreOrderPaymentData, Text } from './shapes.js';

/** Where a payment is named: at the top, or in what the PSP and the front-end tell each other. The top wins. */
const named = {
  transactionId: Type.Optional(Text(255, 'Counts before `preOrderPaymentData.transactionId`.')),
  preOrderPaymentData: Type.Optional(PreOrderPaymentData),
};

export const ConfirmBody = Type.Object({
  orderReference: Text(64, 'The order that has just been stored.'),
  orderData: OrderData,
  ...named,
  localeName: Type.Optional(Text(35, 'Counts when `orderData.localeName` is missing.')),
});
export type ConfirmBody = Static<typeof ConfirmBody>;

export const CancelPreOrderBody = Type.Object(named);
export type CancelPreOrderBody = Static<typeof CancelPreOrderBody>;

/** Done; shops look at the status alone. */
export const DoneAnswer = Type.Object(
  { isSuccessful: Type.Literal(true), message: Type.Null() },
  { additionalProperties: false },
);

const FORBIDDEN: Failure = { status: 403, when: 'The token is for another tenant, or the tenant is disconnected.' };
const SILENT: Failure = { status: 503, when: 'The PSP gave no answer in time.' };

/** What these endpoints share. */
const COMMON = {
  method: 'POST',
  group: 'Payments',
  access: 'tenant',
  audiences: TENANT_AUDIENCES,
  headers: [TENANT_HEADER, STORE_HEADER, REPEAT_HEADER],
  query: [],
  mediaTypes: [JSON_TYPE, FORM_TYPE, JSON_API_TYPE],
  errorShape: 'list',
} as const;

function failures(refused: string, repeated = true): Failure[] {
  const reused = { status: 422, when: 'The Idempotency-Key was used with another request, or the PSP says so.' };
  return [
    { status: 400, when: refused },
    ...TOKEN_FAILURES.filter(({ status }) => status === 401),
    FORBIDDEN,
    ...(repeated ? [reused] : []),
    SILENT,
  ];
}

export const PRE_ORDER_ENDPOINTS: readonly Endpoint[] = [
  {
    ...COMMON,
    name: 'pre-order-payment',
    path: '/private/pre-order-payment',
    aliases: ['/pre-order-payment'],
    summary: 'Start a payment before there is an order',
    description:
      'The same as initialize-payment, under an address of its own. Without an order there is no `redirectUrl`; ' +
      '`preOrderPaymentData` is for the front-end. With the transaction id of such a payment it is changed.',
    body: InitializeBody,
    success: [{ status: 200, summary: 'The payment exists at the PSP.', schema: InitializeAnswer }],
    errors: failures('A field is missing or malformed, the tenant or payment is unknown, or the PSP refuses.'),
  },
  {
    ...COMMON,
    name: 'confirm-pre-order-payment',
    path: '/private/confirm-pre-order-payment',
    aliases: ['/confirm-pre-order-payment'],
    summary: 'Give a payment the order that has just been stored',
    description:
      'The PSP is asked whether the payment is this tenant’s, alive, and of the order’s amount and currency. Then it has ' +
      'its order, and what was told of it before is applied. A repeat with the same order changes nothing.',
    body: ConfirmBody,
    success: [{ status: 200, summary: 'The payment has its order.', schema: DoneAnswer }],
    errors: failures(
      'A field is missing or malformed, the tenant or payment is unknown, the payment was canceled, belongs to another ' +
        'order or is for another amount, or the order has another payment.',
    ),
  },
  {
    ...COMMON,
    name: 'cancel-pre-order-payment',
    path: '/private/cancel-pre-order-payment',
    aliases: ['/cancel-pre-order-payment'],
    summary: 'Give up a payment that has no order',
    description: 'What is reserved is released, what was taken is given back. A repeat changes nothing.',
    body: CancelPreOrderBody,
    success: [{ status: 200, summary: 'Nobody can pay it any more.', schema: DoneAnswer }],
    errors: failures('The tenant or payment is unknown, the payment has an order, or the PSP refuses.'),
  },
  {
    ...COMMON,
    name: 'customer',
    path: '/private/customer',
    aliases: ['/customer'],
    summary: 'Who pays: name, e-mail and addresses, as the PSP knows them',
    description: 'Nothing is stored. What the PSP does not know is null, or what the shop said in `customer`.',
    headers: [TENANT_HEADER, STORE_HEADER],
    body: CustomerBody,
    success: [{ status: 200, summary: 'What is known.', schema: CustomerAnswer }],
    errors: failures(
      'Neither of the two members says anything, the tenant or payment is unknown, or the PSP cannot tell.',
      false,
    ),
  },
];
