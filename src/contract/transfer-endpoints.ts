/** The endpoint of marketplaces that moves money: shares to merchants, and back. */
import { Type, type Static } from 'typebox';
import { parseMinor } from '../domain/money.js';
import type { AskedItem } from '../domain/transfer-request.js';
import type { Endpoint } from './endpoint.js';
import { JSON_API_TYPE, JSON_TYPE, REPEAT_HEADER, STORE_HEADER } from './payment-endpoints.js';
import { TENANT_AUDIENCES, TENANT_HEADER, TOKEN_FAILURES } from './payment-endpoints.js';
import { Nullable, Text } from './shapes.js';

/** More items than any order has. */
const ITEMS_AT_MOST = 1000;

const TransferItem = Type.Object(
  {
    orderReference: Text(64),
    itemReference: Text(255, 'The shop’s id of the order item or the expense.'),
    merchantReference: Type.Optional(Text(255, 'Who gets it; without it the item fails.')),
    amount: Type.Optional(
      Type.Unknown({
        description:
          'Minor units, an integer or a string of digits: above zero to the merchant, below zero back from it. ' +
          'With anything else the item fails.',
      }),
    ),
    transferId: Type.Optional(Text(255, 'The transfer to take back from, or a former reversal of it.')),
    type: Type.Optional(Text(255, '`order-item`, or `order-expense`: that one gets a transfer of its own.')),
  },
  { description: 'One item, and what its merchant gets for it or gives back.' },
);

const items = (description: string) =>
  Type.Optional(Type.Array(TransferItem, { maxItems: ITEMS_AT_MOST, description }));

export const TransfersBody = Type.Object({
  paymentTransmissionItems: items('What is to be done.'),
  orderItems: items('Older name of the list; counts when the other one is missing or empty.'),
});
export type TransfersBody = Static<typeof TransfersBody>;

const only = { additionalProperties: false } as const;

const TransferredItem = Type.Object(
  {
    merchantReference: Nullable(Type.String()),
    orderReference: Type.String({ minLength: 1 }),
    itemReference: Type.String({ minLength: 1 }),
    amount: Type.Union([Type.String(), Type.Number(), Type.Null()], { description: 'As it came.' }),
  },
  only,
);

/** Shops refuse any other member. */
const TransferAnswer = Type.Object(
  {
    isSuccessful: Type.Boolean(),
    failureMessage: Nullable(Type.String({ minLength: 1 })),
    merchantReference: Nullable(Type.String()),
    orderReference: Type.String({ minLength: 1 }),
    paymentTransmissionItems: Type.Array(TransferredItem, { minItems: 1 }),
    amount: Nullable(
      Type.Integer({ description: 'Sum of the items in minor units; null when an item or a transfer is unknown.' }),
    ),
    transferId: Nullable(
      Type.String({
        minLength: 1,
        description:
          'The PSP’s id of the transfer or the reversal; null when a new transfer failed or was for nothing; the one ' +
          'that was sent when a reversal failed.',
      }),
    ),
  },
  only,
);

export const TransfersAnswer = Type.Object({ transfers: Type.Array(TransferAnswer) }, only);
export type TransfersAnswer = Static<typeof TransfersAnswer>;

/** The items of a body with their places, and the amounts as they came. */
export function toAskedItems(body: TransfersBody): { items: AskedItem[]; amounts: (string | number | null)[] } {
  const { paymentTransmissionItems = [], orderItems = [] } = body;
  const sent = paymentTransmissionItems.length > 0 ? paymentTransmissionItems : orderItems;
  const asked = sent.map(({ orderReference, itemReference, merchantReference, amount, transferId, type }, index) => {
    const minor = parseMinor(amount);
    return {
      index,
      orderReference,
      itemReference,
      ...(merchantReference === undefined ? {} : { merchantReference }),
      // Minus zero is zero.
      ...(minor === undefined ? {} : { amount: minor + 0 }),
      ...(transferId === undefined ? {} : { transferId }),
      isExpense: type === 'order-expense',
    };
  });
  return { items: asked, amounts: sent.map(({ amount }) => plain(amount)) };
}

function plain(amount: unknown): string | number | null {
  return typeof amount === 'string' || typeof amount === 'number' ? amount : null;
}

export const TRANSFER_ENDPOINTS: readonly Endpoint[] = [
  {
    name: 'transfers',
    method: 'POST',
    path: '/private/payments/transfers',
    aliases: ['/payments/transfers'],
    group: 'Payments',
    summary: 'Send merchants their share of orders, or take it back',
    description:
      'What fails by itself is told in its place with `isSuccessful: false`; the rest goes on. Repeating is safe: an item ' +
      'is paid once, until it is wholly taken back.',
    access: 'tenant',
    audiences: TENANT_AUDIENCES,
    headers: [TENANT_HEADER, STORE_HEADER, REPEAT_HEADER],
    query: [],
    body: TransfersBody,
    mediaTypes: [JSON_TYPE, JSON_API_TYPE],
    success: [{ status: 200, summary: 'What became of each item.', schema: TransfersAnswer }],
    errors: [
      {
        status: 400,
        when:
          'A reference is missing, the tenant is unknown, one of the orders has no payment, or the tenant’s connector or ' +
          'settings have no merchants. Nothing was done.',
      },
      ...TOKEN_FAILURES.filter(({ status }) => status === 401),
      { status: 403, when: 'The token is for another tenant, or the tenant is disconnected.' },
      { status: 422, when: 'The Idempotency-Key was used with another request.' },
      { status: 503, when: 'The same request is still under way.' },
    ],
    errorShape: 'list',
  },
];
