/** Endpoints a shop calls: configure, disconnect, payments. */
import { Type, type Static } from 'typebox';
import type { Endpoint, Failure, Field } from './endpoint.js';
import { FreeMap, Nullable, OrderData, PreOrderPaymentData, Text, Url } from './shapes.js';

export const JSON_TYPE = 'application/json';
export const JSON_API_TYPE = 'application/vnd.api+json';
export const FORM_TYPE = 'application/x-www-form-urlencoded';

/** Who may call the tenant endpoints: shops, and the catalog that installs apps for them. */
export const TENANT_AUDIENCES: readonly string[] = ['aop-app', 'aop-atrs'];

export const TENANT_HEADER: Field = {
  name: 'X-Tenant-Identifier',
  required: true,
  summary: 'The tenant this is about.',
};
export const STORE_HEADER: Field = {
  name: 'X-Store-Reference',
  required: false,
  summary: 'Older name of the tenant header; counts when that is missing.',
};
export const LANGUAGE_HEADER: Field = {
  name: 'Accept-Language',
  required: false,
  summary: 'Language of messages: English, or German.',
};
const FIELD_ERRORS_HEADER: Field = {
  name: 'X-Field-Errors',
  required: false,
  summary: '`true`: refused settings are told field by field as well, in `fields` of the error.',
};
export const REPEAT_HEADER: Field = {
  name: 'Idempotency-Key',
  required: false,
  summary: 'A repeat with the same key gets the first answer for 24 hours.',
};

export const TOKEN_FAILURES: readonly Failure[] = [
  { status: 401, when: 'The bearer token is missing, expired, not ours or for another audience.' },
  { status: 403, when: 'The token is for another tenant.' },
];

export const ConfigureBody = Type.Object(
  {
    data: Type.Object(
      {
        type: Type.Literal('configuration'),
        attributes: Type.Object(
          {
            configuration: Type.String({
              pattern: '\\S',
              description: 'The tenant’s settings: a JSON object, written as text.',
            }),
          },
          { additionalProperties: false },
        ),
      },
      { additionalProperties: false },
    ),
  },
  { additionalProperties: false },
);
export type ConfigureBody = Static<typeof ConfigureBody>;

export const ConfigureAnswer = Type.Object(
  {
    tenantIdentifier: Type.String({ minLength: 1 }),
    configuration: FreeMap('All settings after merging; secrets are masked.'),
  },
  { additionalProperties: false },
);
export type ConfigureAnswer = Static<typeof ConfigureAnswer>;

export const InitializeBody = Type.Object({
  orderData: OrderData,
  redirectSuccessUrl: Type.Optional(Url('Where the customer goes after paying.')),
  redirectCancelUrl: Type.Optional(Url('Where the customer goes after giving up.')),
  checkoutSummaryPageUrl: Type.Optional(Url('Where the customer can change the order.')),
  preOrderPaymentData: Type.Optional(PreOrderPaymentData),
  localeName: Type.Optional(Text(35, 'Counts when `orderData.localeName` is missing.')),
});
export type InitializeBody = Static<typeof InitializeBody>;

/** All members are always present; shops read them unconditionally. */
export const InitializeAnswer = Type.Object(
  {
    isSuccessful: Type.Literal(true),
    statusCode: Type.Null(),
    transactionId: Text(255, 'The PSP’s id of the payment.'),
    payment: Type.Null(),
    preOrderPaymentData: Type.Union([FreeMap('What the front-end needs.'), Type.Array(Type.Never(), { maxItems: 0 })]),
    redirectUrl: Nullable(Url('Where to send the customer; null for a payment without an order.')),
    message: Type.Null(),
  },
  { additionalProperties: false },
);
export type InitializeAnswer = Static<typeof InitializeAnswer>;

export const PAYMENT_ENDPOINTS: readonly Endpoint[] = [
  {
    name: 'configure',
    method: 'POST',
    path: '/private/configure',
    aliases: ['/configure'],
    group: 'Tenants',
    summary: 'Save a tenant’s settings and connect it',
    description:
      'Settings are merged into the stored ones, key by key. Secrets that come back masked or empty stay as they are. ' +
      'A disconnected tenant is connected again.',
    access: 'tenant',
    audiences: TENANT_AUDIENCES,
    headers: [TENANT_HEADER, LANGUAGE_HEADER, FIELD_ERRORS_HEADER],
    query: [],
    body: ConfigureBody,
    mediaTypes: [JSON_TYPE, JSON_API_TYPE],
    wholeDocument: true,
    success: [{ status: 200, summary: 'Saved.', schema: ConfigureAnswer }],
    errors: [
      { status: 400, when: 'Saving failed.' },
      ...TOKEN_FAILURES,
      { status: 422, when: 'Wrong request format, no tenant header, or the PSP refuses the settings.' },
      { status: 500, when: 'The settings could not be checked.' },
    ],
    errorShape: 'object',
  },
  {
    name: 'disconnect',
    method: 'POST',
    path: '/private/disconnect',
    aliases: ['/disconnect'],
    group: 'Tenants',
    summary: 'Withdraw the payment methods and stop serving a tenant',
    description:
      'Asks back (409) while orders are open or merchants are active. The answers are given in ' +
      '`X-Confirmation-Status`, separated by commas, one for each question.',
    access: 'tenant',
    audiences: TENANT_AUDIENCES,
    headers: [
      TENANT_HEADER,
      {
        name: 'X-Confirmation-Status',
        required: false,
        summary: '`true` to go on, `false` to stop; `true,true` for two.',
      },
      LANGUAGE_HEADER,
    ],
    query: [],
    mediaTypes: [JSON_TYPE, JSON_API_TYPE],
    rawBody: true,
    success: [{ status: 204, summary: 'Disconnected.' }],
    errors: [
      { status: 400, when: 'Nothing is configured, the question was answered with no, or saving failed.' },
      ...TOKEN_FAILURES,
      { status: 409, when: 'Orders are open or merchants are active, and nobody has confirmed.' },
      { status: 422, when: 'No tenant header.' },
    ],
    errorShape: 'object',
  },
  {
    name: 'initialize-payment',
    method: 'POST',
    path: '/private/initialize-payment',
    aliases: ['/initialize-payment'],
    group: 'Payments',
    summary: 'Start a payment for an order',
    description:
      'A repeat for an unpaid order of the same amount gets the same answer; with another amount the payment is changed.',
    access: 'tenant',
    audiences: TENANT_AUDIENCES,
    headers: [TENANT_HEADER, STORE_HEADER, REPEAT_HEADER],
    query: [],
    body: InitializeBody,
    mediaTypes: [JSON_TYPE, FORM_TYPE, JSON_API_TYPE],
    success: [{ status: 200, summary: 'The payment exists at the PSP.', schema: InitializeAnswer }],
    errors: [
      { status: 400, when: 'A field is missing or malformed, the tenant or payment is unknown, or the PSP refuses.' },
      { status: 401, when: TOKEN_FAILURES[0]?.when ?? '' },
      { status: 403, when: 'The token is for another tenant, or the tenant is disconnected.' },
      { status: 413, when: 'The body is larger than 1 MB.' },
      { status: 422, when: 'The Idempotency-Key was used with another request, or the PSP says so.' },
      { status: 503, when: 'The PSP gave no answer in time.' },
    ],
    errorShape: 'list',
  },
];
