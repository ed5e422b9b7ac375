/**
 * Shapes of the storefront endpoints, which front-ends in a browser call: JSON:API documents whose attributes hold a
 * cart and what the PSP wants to know. Browser code takes its types from here, and nothing else.
 */
import { Type, type Static, type TSchema } from 'typebox';
import { Amount, CurrencyCode, FreeMap, Nullable, OrderExpense, PreOrderPaymentData, Text } from './shapes.js';

const optionalText = (description?: string) => Type.Optional(Text(1000, description));

/** Text that has more in it than blanks. */
const Filled = (description?: string) =>
  Type.String({ pattern: '\\S', maxLength: 1000, ...(description === undefined ? {} : { description }) });

const CountryCode = Type.String({ pattern: '^[A-Za-z]{2}$', description: 'ISO 3166 alpha-2.' });

const addressMembers = {
  salutation: optionalText(),
  firstName: optionalText(),
  lastName: optionalText(),
  address1: optionalText(),
  address2: optionalText(),
  address3: optionalText(),
  zipCode: optionalText(),
  city: optionalText(),
  state: optionalText(),
  phone: optionalText(),
};

/** An address of which the country may be missing. */
export const QuoteAddress = Type.Object(
  { ...addressMembers, iso2Code: Type.Optional(CountryCode) },
  { description: 'An address of the cart.' },
);
export type QuoteAddress = Static<typeof QuoteAddress>;

export const QuoteLine = Type.Object(
  {
    name: optionalText(),
    sku: optionalText(),
    quantity: Type.Optional(Type.Integer({ minimum: 0, maximum: 1_000_000_000 })),
    unitPrice: Type.Optional(Amount()),
  },
  { description: 'One line of the cart.' },
);

const quoteMembers = {
  shippingAddress: Type.Optional(QuoteAddress),
  currency: Type.Object({ code: CurrencyCode }),
  items: Type.Optional(Type.Array(QuoteLine, { maxItems: 5000 })),
  expenses: Type.Optional(Type.Array(OrderExpense, { maxItems: 5000 })),
  priceMode: optionalText('`GROSS_MODE` or `NET_MODE`.'),
  store: Type.Optional(Type.Object({ name: optionalText() })),
};

/** A cart whose customer is known. */
export const Quote = Type.Object(
  {
    ...quoteMembers,
    customer: Type.Object({
      firstName: Filled(),
      lastName: Filled(),
      email: Filled(),
      customerReference: optionalText('The shop’s number of the customer.'),
    }),
    billingAddress: Type.Object({ ...addressMembers, iso2Code: CountryCode }),
  },
  { description: 'The cart that is paid.' },
);
export type Quote = Static<typeof Quote>;

/** A cart of an express payment: who buys is known only when the customer has agreed to pay. */
export const ExpressQuote = Type.Object(
  {
    ...quoteMembers,
    customer: Type.Optional(
      Type.Object({
        firstName: optionalText(),
        lastName: optionalText(),
        email: optionalText(),
        customerReference: optionalText(),
      }),
    ),
    billingAddress: Type.Optional(QuoteAddress),
  },
  { description: 'The cart of an express payment, as far as it is known.' },
);
export type ExpressQuote = Static<typeof ExpressQuote>;

const methodMembers = {
  paymentProviderName: Filled('Provider of the method, as the shop was told it.'),
  paymentMethodName: Filled('Name of the method, as the shop was told it; blanks and hyphens are alike.'),
};

/** The method a customer has chosen. */
export const ChosenMethod = Type.Object(methodMembers, { description: 'A payment method of the shop.' });
export type ChosenMethod = Static<typeof ChosenMethod>;

const ChosenPayment = Type.Object(
  {
    ...methodMembers,
    amount: Amount({ minimum: 1, description: 'What is to be paid, in minor units.' }),
    paymentMethod: optionalText('The key of the method; without it, its name counts.'),
    additionalPaymentData: Type.Optional(FreeMap('The front-end’s own values, passed to the PSP as metadata.')),
  },
  { description: 'How much is paid, and how.' },
);

export const PaymentAttributes = Type.Object({
  quote: Quote,
  payment: ChosenPayment,
  preOrderPaymentData: Type.Optional(PreOrderPaymentData),
});
export type PaymentAttributes = Static<typeof PaymentAttributes>;

export const ExpressPaymentAttributes = Type.Object({
  quote: ExpressQuote,
  payment: ChosenPayment,
  preOrderPaymentData: Type.Optional(PreOrderPaymentData),
});
export type ExpressPaymentAttributes = Static<typeof ExpressPaymentAttributes>;

export const CancellationAttributes = Type.Object({
  payment: ChosenMethod,
  preOrderPaymentData: PreOrderPaymentData,
});
export type CancellationAttributes = Static<typeof CancellationAttributes>;

export const CustomerAttributes = Type.Object({
  payment: ChosenMethod,
  customerPaymentServiceProviderData: Type.Optional(
    FreeMap('What the PSP told the front-end: `transactionId`, `confirmationTokenId`.'),
  ),
  customer: Type.Optional(FreeMap('What the front-end knows of the customer already.')),
});
export type CustomerAttributes = Static<typeof CustomerAttributes>;

/** A JSON:API document that asks for something of that type. https://jsonapi.org/format/#crud-creating */
function asking<T extends TSchema, A extends TSchema>(type: T, attributes: A) {
  return Type.Object({ data: Type.Object({ type, attributes }) });
}

/** A JSON:API document that answers: what was made has no id of its own to be found by. */
function answering<Name extends string, A extends TSchema>(type: Name, attributes: A) {
  return Type.Object(
    {
      data: Type.Object(
        {
          type: Type.Literal(type),
          id: Type.Null(),
          attributes,
          links: Type.Object({ self: Type.String({ description: 'Where it was asked for.' }) }),
        },
        { additionalProperties: false },
      ),
    },
    { additionalProperties: false },
  );
}

export const OrdinaryPaymentBody = asking(Type.Literal('payments'), PaymentAttributes);
export const ExpressPaymentBody = asking(Type.Literal('payments'), ExpressPaymentAttributes);
/** Both forms of the cart; the tenant’s method decides which of them is wanted. */
export const PaymentBody = asking(Type.Literal('payments'), Type.Union([PaymentAttributes, ExpressPaymentAttributes]));
export type PaymentBody = Static<typeof PaymentBody>;

export const CancellationBody = asking(Type.Literal('payment-cancellations'), CancellationAttributes);
export type CancellationBody = Static<typeof CancellationBody>;

/** Old front-ends write the type in the singular. */
export const CustomerBody = asking(
  Type.Union([Type.Literal('payment-customers'), Type.Literal('payment-customer')]),
  CustomerAttributes,
);
export type CustomerBody = Static<typeof CustomerBody>;

const done = { isSuccessful: Type.Literal(true), error: Type.Null() };

export const PaymentDocument = answering(
  'payments',
  Type.Object(
    {
      ...done,
      preOrderPaymentData: Type.Record(Type.String(), Type.String(), {
        description: 'What the PSP’s script needs; `transactionId` is always there.',
      }),
    },
    { additionalProperties: false },
  ),
);
export type PaymentDocument = Static<typeof PaymentDocument>;

export const CancellationDocument = answering(
  'payment-cancellations',
  Type.Object(
    { ...done, preOrderPaymentData: Type.Array(Type.Never(), { maxItems: 0, description: 'Always empty.' }) },
    { additionalProperties: false },
  ),
);
export type CancellationDocument = Static<typeof CancellationDocument>;

const Maybe = Nullable(Type.String());

export const CustomerAddress = Type.Object(
  {
    salutation: Maybe,
    firstName: Maybe,
    lastName: Maybe,
    address1: Maybe,
    address2: Maybe,
    address3: Maybe,
    zipCode: Maybe,
    city: Maybe,
    country: Maybe,
    iso2Code: Maybe,
    company: Maybe,
    phone: Maybe,
    isDefaultShipping: Nullable(Type.Boolean()),
    isDefaultBilling: Nullable(Type.Boolean()),
  },
  {
    additionalProperties: false,
    description: 'An address the customer gave to the PSP; `country` repeats `iso2Code`.',
  },
);
export type CustomerAddress = Static<typeof CustomerAddress>;

export const CustomerDocument = answering(
  'payment-customers',
  Type.Object(
    {
      customer: Type.Object(
        {
          salutation: Maybe,
          firstName: Maybe,
          lastName: Maybe,
          email: Maybe,
          phone: Maybe,
          company: Maybe,
          billingAddress: Nullable(CustomerAddress),
          shippingAddress: Nullable(CustomerAddress),
        },
        { additionalProperties: false },
      ),
    },
    { additionalProperties: false },
  ),
);
export type CustomerDocument = Static<typeof CustomerDocument>;

/** Errors of the storefront endpoints, one for each fault. https://jsonapi.org/format/#error-objects */
export const StorefrontErrors = Type.Object(
  {
    errors: Type.Array(
      Type.Object(
        {
          status: Type.Integer({ description: 'The HTTP status.' }),
          code: Type.Null(),
          detail: Type.String({ minLength: 1, description: 'What is wrong, for a person.' }),
          source: Type.Optional(
            Type.Object({ pointer: Type.String({ description: 'Where, such as `/data/attributes/payment/amount`.' }) }),
          ),
        },
        { additionalProperties: false },
      ),
      { minItems: 1 },
    ),
  },
  { additionalProperties: false, description: 'Errors of the storefront endpoints, one for each fault.' },
);
export type StorefrontErrors = Static<typeof StorefrontErrors>;
