/**
 * Shapes shared by endpoints and messages. A shape is a JSON Schema value with a TypeScript type: it validates, types
 * and documents. Shapes of what we receive list known members only; the normaliser drops the rest.
 */
import { Type, type Static, type TSchema } from 'typebox';

export const MAX_AMOUNT = Number.MAX_SAFE_INTEGER;

/** Minor units. What we receive may also be a string of digits; the normaliser turns it into a number. */
export function Amount(options: { minimum?: number; description?: string } = {}) {
  return Type.Integer({
    minimum: options.minimum ?? -MAX_AMOUNT,
    maximum: MAX_AMOUNT,
    description: options.description ?? 'Minor units of the currency; an integer or a string of digits.',
  });
}

/** Text of at least one and at most so many characters. */
export function Text(maxLength: number, description?: string) {
  return Type.String({ minLength: 1, maxLength, ...(description === undefined ? {} : { description }) });
}

/** A map whose keys belong to the sender: never renamed, never dropped. An empty list means an empty map. */
export function FreeMap(description: string) {
  return Type.Record(Type.String(), Type.Unknown(), { description });
}

/** An absolute http or https URL of at most 2048 characters. */
export function Url(description: string) {
  return Type.String({ pattern: '^[Hh][Tt][Tt][Pp][Ss]?://[^\\s/]', maxLength: 2048, description });
}

/** A member that is always present and may be null. Only in answers: what we receive treats null as absent. */
export function Nullable<S extends TSchema>(schema: S) {
  return Type.Union([schema, Type.Null()]);
}

export const CurrencyCode = Type.String({ pattern: '^[A-Za-z]{3}$', description: 'ISO 4217 alphabetic code.' });

const optionalText = (description?: string) => Type.Optional(Text(1000, description));

export const OrderItem = Type.Object(
  {
    idSalesOrderItem: Type.Optional(Text(64, 'The shop’s id of the order item; absent before the order exists.')),
    name: optionalText(),
    sku: optionalText(),
    quantity: Type.Optional(Type.Integer({ minimum: 0, maximum: 1_000_000_000 })),
    unitPrice: Type.Optional(Amount()),
    taxRate: Type.Optional(Type.Number()),
  },
  { description: 'One line of the order.' },
);

export const OrderExpense = Type.Object(
  {
    name: optionalText(),
    type: optionalText('Such as `SHIPMENT_EXPENSE_TYPE`.'),
    quantity: Type.Optional(Type.Integer({ minimum: 0, maximum: 1_000_000_000 })),
    unitPrice: Type.Optional(Amount()),
    unitGrossPrice: Type.Optional(Amount()),
    taxRate: Type.Optional(Type.Number()),
  },
  { description: 'Shipping and other costs.' },
);

const orderMembers = {
  orderReference: Type.Optional(Text(64, 'Absent for a payment that exists before its order.')),
  priceMode: optionalText('`GROSS_MODE` or `NET_MODE`.'),
  storeName: optionalText(),
  localeName: optionalText('Such as `de_DE`.'),
  countryCode: optionalText('ISO 3166 alpha-2 code of the billing address.'),
  customerFirstName: optionalText(),
  customerLastName: optionalText(),
  customerEmail: optionalText(),
  customerReference: optionalText(),
  discountTotal: Type.Optional(Amount()),
  taxTotal: Type.Optional(Amount()),
  paymentMethodName: optionalText('Ignored; `paymentMethod` counts.'),
  additionalPaymentData: Type.Optional(FreeMap('The shop’s own values, passed to the PSP as metadata.')),
  payment: Type.Optional(
    Type.Object(
      {
        paymentMethod: optionalText(),
        additionalPaymentData: Type.Optional(FreeMap('Where older shops put `additionalPaymentData`.')),
      },
      { description: 'Older shops nest the method and the additional values here.' },
    ),
  ),
  salutation: optionalText(),
  city: optionalText(),
  state: optionalText(),
  address1: optionalText(),
  address2: optionalText(),
  address3: optionalText(),
  zip: optionalText(),
  phone: optionalText(),
  shippingSalutation: optionalText(),
  shippingCountryCode: optionalText(),
  shippingFirstName: optionalText(),
  shippingLastName: optionalText(),
  shippingCity: optionalText(),
  shippingState: optionalText(),
  shippingAddress1: optionalText(),
  shippingAddress2: optionalText(),
  shippingAddress3: optionalText(),
  shippingZip: optionalText(),
  shippingPhone: optionalText(),
  items: Type.Optional(Type.Array(OrderItem, { maxItems: 5000 })),
  expenses: Type.Optional(Type.Array(OrderExpense, { maxItems: 5000 })),
};

/** The order of a payment: amount, currency and method are needed by everything that follows. */
export const OrderData = Type.Object(
  {
    ...orderMembers,
    currencyCode: CurrencyCode,
    grandTotal: Amount({ minimum: 1, description: 'What this payment is for, in minor units.' }),
    paymentMethod: Type.Optional(Text(255, 'Name or key of the method; may be nested in `payment` instead.')),
  },
  { description: 'The order: what is bought, for how much, and by whom.' },
);
export type OrderData = Static<typeof OrderData>;

export const PreOrderPaymentData = FreeMap(
  'What the PSP and the front-end tell each other; `transactionId` selects an existing payment.',
);

export const ErrorEntry = Type.Object(
  {
    status: Type.Optional(Nullable(Type.Integer())),
    code: Type.Optional(Nullable(Type.Union([Type.String(), Type.Integer()]))),
    message: Type.String({ minLength: 1 }),
    confirm: Type.Optional(
      Nullable(
        Type.Object({
          labelOk: Type.String(),
          labelCancel: Type.String(),
          label_ok: Type.Optional(Type.String()),
          label_cancel: Type.Optional(Type.String()),
        }),
      ),
    ),
    fields: Type.Optional(
      Type.Array(Type.Object({ property: Type.String(), message: Type.String() }, { additionalProperties: false }), {
        description: 'Only when asked for: what is wrong, by dotted path.',
      }),
    ),
  },
  { additionalProperties: false },
);

/** Errors of payment endpoints, webhooks and channels: a list at the top. */
export const ErrorList = Type.Array(ErrorEntry, { minItems: 1, description: 'Errors, the first one counts.' });

/** Errors of configure and disconnect, and of every request in the JSON:API media type. */
export const ErrorObject = Type.Object(
  { errors: Type.Array(ErrorEntry, { minItems: 1 }) },
  { additionalProperties: false, description: 'Errors, the first one counts.' },
);

/** Errors of the token endpoint, by RFC 6749 section 5.2. */
export const TokenError = Type.Object({ error: Type.String(), error_description: Type.Optional(Type.String()) });
