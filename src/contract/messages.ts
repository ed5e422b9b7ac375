/** Every message with its channel, direction and payload: checked when sent and received, and told as AsyncAPI. */
import { Type, type Static, type TObject } from 'typebox';
import { Amount, CurrencyCode, FreeMap, Text, Url } from './shapes.js';

export interface Message {
  name: string;
  channel: Channel;
  direction: 'to-tenant' | 'to-app';
  summary: string;
  payload: TObject;
}

export const CHANNELS = {
  'payment-events': 'What happens to payments.',
  'payment-method-commands': 'Payment methods the shop should offer, change or hide.',
  'app-events': 'The app itself: connected, disconnected, configured.',
  'merchant-app-events': 'Onboarding of a marketplace’s merchants.',
  'payment-commands': 'What the shop’s order management wants done with a payment.',
} as const;
export type Channel = keyof typeof CHANNELS;

/** Attributes of every message we send; what we receive may lack all but the name and the tenant. */
export const Attributes = Type.Object(
  {
    transferName: Text(255, 'Name of the message.'),
    event: Text(255, 'The same.'),
    name: Text(255, 'The same.'),
    tenantIdentifier: Text(255, 'The tenant it is for, or from.'),
    storeReference: Text(255, 'The same, for older shops.'),
    actorId: Text(255, 'Who sends.'),
    publisher: Text(255, 'The app that sends.'),
    timestamp: Type.String({
      pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{6}$',
      description: 'UTC with microseconds; strictly increases per tenant and stays the same on redelivery.',
    }),
    correlationId: Text(255, 'Repeated on the messages that answer a command.'),
    transactionId: Text(255, 'Identity of this message, not of a payment.'),
  },
  { additionalProperties: false, description: 'The envelope.' },
);

/** Payload of every payment status message. */
export const PaymentStatusPayload = Type.Object(
  {
    orderReference: Text(64),
    currencyIsoCode: CurrencyCode,
    amount: Amount({ minimum: 0, description: 'Minor units this message is about; never negative.' }),
    orderItemIds: Type.Array(Text(64), { description: 'The shop’s ids of the order items this message is about.' }),
  },
  { additionalProperties: false },
);

/** A map of lines for people, written as text; the shop shows it in its order view. */
const Details = Type.String({ minLength: 2, description: 'A JSON object, written as text: lines for people.' });

export const PaymentCreatedPayload = Type.Object(
  {
    entityReference: Type.Optional(Text(64, 'The order; absent for a payment that exists before its order.')),
    paymentReference: Text(128, 'The PSP’s id of the payment.'),
    details: Details,
  },
  { additionalProperties: false },
);

export const PaymentUpdatedPayload = Type.Object(
  { entityReference: Text(64, 'The order.'), paymentReference: Text(128), details: Details },
  { additionalProperties: false },
);

const NAME = Type.String({ pattern: '^[A-Za-z0-9 -]{1,255}$', description: 'Letters, digits, blanks, hyphens.' });
const PROVIDER = Type.String({ pattern: '^[a-z0-9-]{1,255}$', description: 'Lower case letters, digits, hyphens.' });

export const PaymentMethodPayload = Type.Object(
  {
    name: NAME,
    providerName: PROVIDER,
    paymentAuthorizationEndpoint: Url('For older shops: the one address that starts a payment.'),
    paymentMethodAppConfiguration: Type.Object(
      {
        baseUrl: Type.String({ pattern: '^https?://.*[^/]$', description: 'Without a slash at the end.' }),
        endpoints: Type.Array(
          Type.Object(
            { name: Type.String({ minLength: 1 }), path: Type.String({ pattern: '^/' }) },
            { additionalProperties: false },
          ),
          { minItems: 1 },
        ),
        checkoutConfiguration: Type.Optional(FreeMap('How the shop’s checkout shows the method; reaches browsers.')),
      },
      { additionalProperties: false },
    ),
  },
  { additionalProperties: false },
);

export const PaymentMethodDeletedPayload = Type.Object(
  { name: NAME, providerName: PROVIDER },
  { additionalProperties: false },
);

const AppIdentifier = Text(36, 'This app.');

export const AppConfigPayload = Type.Object(
  {
    appIdentifier: AppIdentifier,
    isActive: Type.Boolean(),
    status: Type.Union([Type.Literal('NEW'), Type.Literal('CONNECTED'), Type.Literal('DISCONNECTED')]),
    config: FreeMap('Public settings only.'),
    messageChannels: Type.Array(Type.String(), { uniqueItems: true, description: 'Channels the shop should poll.' }),
  },
  { additionalProperties: false },
);

export const ReadyForOnboardingPayload = Type.Object(
  {
    appIdentifier: AppIdentifier,
    appName: Text(255),
    type: Type.Literal('payment'),
    onboarding: Type.Object(
      {
        strategy: Type.Union([Type.Literal('api'), Type.Literal('iframe'), Type.Literal('redirect')]),
        url: Type.String({ pattern: '^https?://', maxLength: 255 }),
      },
      { additionalProperties: false },
    ),
    additionalLinks: Type.Optional(
      Type.Array(
        Type.Object({
          label: Type.String(),
          url: Type.String(),
          attributes: Type.Optional(FreeMap('HTML attributes of the link.')),
        }),
      ),
    ),
    merchantOnboardingStates: Type.Optional(
      Type.Array(Type.Object({ name: Type.String(), attributes: FreeMap('Texts the shop shows in this state.') })),
    ),
  },
  { additionalProperties: false },
);

export const OnboardingStatusPayload = Type.Object(
  {
    merchantReference: Text(255),
    appIdentifier: AppIdentifier,
    type: Type.Literal('payment'),
    status: Type.Union(
      (['completed', 'enabled', 'restricted', 'restricted soon', 'rejected', 'pending', 'incomplete'] as const).map(
        (status) => Type.Literal(status),
      ),
    ),
  },
  { additionalProperties: false },
);

const commandMembers = {
  orderReference: Text(64),
  orderItemIds: Type.Optional(
    Type.Array(Text(64), { description: 'Items it is about; numbers or text. None: the whole order.' }),
  ),
  orderItems: Type.Optional(
    Type.Array(Type.Object({ orderItemId: Text(64), sku: Type.Optional(Type.String()) }), {
      description: 'Older form of `orderItemIds`, used by refunds; counts first.',
    }),
  ),
  currencyIsoCode: Type.Optional(CurrencyCode),
};

export const CommandPayload = Type.Object({
  ...commandMembers,
  amount: Type.Optional(Amount({ description: 'Minor units; absent or 0 for everything there is.' })),
});
export type CommandPayload = Static<typeof CommandPayload>;

export const RefundPayload = Type.Object({
  ...commandMembers,
  amount: Amount({ description: 'Minor units to give back; shops send it negative, positive is fine.' }),
});

function status(name: string, summary: string): Message {
  return { name, channel: 'payment-events', direction: 'to-tenant', summary, payload: PaymentStatusPayload };
}

function method(name: string, summary: string, payload: TObject): Message {
  return { name, channel: 'payment-method-commands', direction: 'to-tenant', summary, payload };
}

function command(name: string, summary: string, payload: TObject): Message {
  return { name, channel: 'payment-commands', direction: 'to-app', summary, payload };
}

export const MESSAGES: readonly Message[] = [
  method('AddPaymentMethod', 'A method is new.', PaymentMethodPayload),
  method('UpdatePaymentMethod', 'A known method has changed.', PaymentMethodPayload),
  method('DeletePaymentMethod', 'A method is gone.', PaymentMethodDeletedPayload),
  {
    name: 'PaymentCreated',
    channel: 'payment-events',
    direction: 'to-tenant',
    summary: 'A payment exists at the PSP.',
    payload: PaymentCreatedPayload,
  },
  {
    name: 'PaymentUpdated',
    channel: 'payment-events',
    direction: 'to-tenant',
    summary: 'Something about a payment has changed.',
    payload: PaymentUpdatedPayload,
  },
  status('PaymentAuthorized', 'The money is reserved.'),
  status('PaymentAuthorizationFailed', 'The money could not be reserved, for good.'),
  status('PaymentCaptured', 'The money is taken.'),
  status('PaymentCaptureFailed', 'The money could not be taken.'),
  status('PaymentCanceled', 'The reservation is released.'),
  status('PaymentCancellationFailed', 'The reservation could not be released.'),
  status('PaymentRefunded', 'Money was given back.'),
  status('PaymentRefundFailed', 'Money could not be given back.'),
  status('PaymentOverpaid', 'More money arrived than was asked for; comes after PaymentCaptured.'),
  status('PaymentUnderpaid', 'Less money arrived than was asked for; comes after PaymentCaptureFailed.'),
  {
    name: 'AppConfigUpdated',
    channel: 'app-events',
    direction: 'to-tenant',
    summary: 'The app was configured or disconnected.',
    payload: AppConfigPayload,
  },
  {
    name: 'ReadyForMerchantAppOnboarding',
    channel: 'merchant-app-events',
    direction: 'to-tenant',
    summary: 'Merchants can be onboarded.',
    payload: ReadyForOnboardingPayload,
  },
  {
    name: 'MerchantAppOnboardingStatusChanged',
    channel: 'merchant-app-events',
    direction: 'to-tenant',
    summary: 'A merchant’s account at the PSP has another status.',
    payload: OnboardingStatusPayload,
  },
  command('CapturePayment', 'Take the reserved money.', CommandPayload),
  command('CancelPayment', 'Release the reserved money.', CommandPayload),
  command('RefundPayment', 'Give money back.', RefundPayload),
];

const byName = new Map(MESSAGES.map((message) => [message.name, message]));

/** The message of that name, or undefined. */
export function findMessage(name: string): Message | undefined {
  return byName.get(name);
}
