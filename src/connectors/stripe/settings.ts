/** A tenant's settings for Stripe: their schema, their defaults and how they are read. */
import type { CapturePolicy, Settings, Static } from '../../kit/index.js';
import { Type } from '../../kit/index.js';
import { choice, connectSchema } from './connect-settings.js';

const text = (description: string) => Type.Optional(Type.String({ description }));
const flag = (description: string) => Type.Optional(Type.Boolean({ description, default: false }));

/** What Stripe's Express Checkout Element can show, by the names of the payment method types and wallets. */
export const EXPRESS_METHODS = ['apple_pay', 'google_pay', 'link', 'paypal', 'klarna', 'amazon_pay'] as const;
export type ExpressMethod = (typeof EXPRESS_METHODS)[number];

/** JSON Schema of the settings; unknown keys are kept. Only the two keys are required. */
export const settingsSchema = Type.Object({
  businessModel: choice(['direct', 'marketplace'], 'Whether the shop sells itself or for merchants. Default: direct.'),
  connection: Type.Optional(
    // No deployment has a platform key yet: whoever sends it is told so, but no form offers it.
    Type.Union([Type.Literal('own_keys'), Type.Literal('platform', { offered: false })], {
      description: 'Whose Stripe keys are used. Default: own_keys.',
      default: 'own_keys',
    }),
  ),
  mode: choice(['test', 'live'], 'Which of the two Stripe modes the keys belong to. Default: test.'),
  accountId: text('Stripe account id (acct_…). When given, the secret key must belong to it.'),
  secretKey: Type.String({ minLength: 1, description: 'Secret or restricted key (sk_… or rk_…) of the mode.' }),
  publishableKey: Type.String({ minLength: 1, description: 'Publishable key (pk_…) of the same account and mode.' }),
  webhook: Type.Optional(
    Type.Object(
      {
        mode: choice(['managed', 'manual'], 'managed: we register our address at Stripe. Default: managed.'),
        secret: text('Signing secret (whsec_…) of an endpoint registered by hand.'),
        secretPrevious: text('The signing secret before, while it is being changed.'),
        connectSecret: text('Signing secret of an endpoint for connected accounts, registered by hand.'),
        connectSecretPrevious: text('The one before.'),
        thinSecret: text('Signing secret of an event destination for accounts, made by hand.'),
        thinSecretPrevious: text('The one before.'),
      },
      { description: 'How Stripe tells us what happened.' },
    ),
  ),
  paymentMethods: Type.Optional(
    Type.Object(
      {
        source: choice(
          ['stripe_dynamic', 'allow_list', 'deny_list'],
          'Which are offered: those of the Stripe Dashboard, only the list, or all but the list. Default: stripe_dynamic.',
        ),
        list: Type.Optional(Type.Array(Type.String(), { description: 'Stripe payment method types, such as card.' })),
        exposeIndividually: flag('One payment method at the shop per listed type. Default: off.'),
      },
      { description: 'Payment methods offered to customers.' },
    ),
  ),
  paymentMethodConfigurationId: text('Payment method configuration (pmc_…) of the Stripe Dashboard; not with a list.'),
  capture: Type.Optional(
    Type.Object(
      {
        mode: choice(['manual', 'automatic'], 'manual: money is taken by the shop’s command. Default: manual.'),
        perMethod: Type.Optional(
          Type.Record(Type.String(), Type.Union([Type.Literal('manual'), Type.Literal('automatic')]), {
            description: 'Another capture mode for single payment method types.',
          }),
        ),
        strategy: choice(
          ['single_final', 'deferred_sum', 'multi'],
          'single_final: one capture, Stripe releases the rest. deferred_sum: captures of parts wait for the last item ' +
            'and are taken as one sum. multi: several captures, if your Stripe plan has them. Default: single_final.',
        ),
        hoursBeforeExpiry: Type.Optional(
          Type.Integer({
            minimum: 1,
            maximum: 144,
            description: 'Deferred captures are taken this long before the authorization ends. Default: 24.',
          }),
        ),
        extendedAuthorization: flag('Ask for a longer authorization of cards where available. Default: off.'),
        overcapture: flag('Ask for the right to capture more than authorized where available. Default: off.'),
      },
      { description: 'When and how money is taken.' },
    ),
  ),
  connect: Type.Optional(connectSchema),
  transfers: Type.Optional(
    Type.Object(
      {
        requireSourceTransaction: flag(
          'Refuse a transfer whose money cannot come from the payment itself, because it was booked in another currency. ' +
            'Default: off, then it comes from your balance.',
        ),
      },
      { description: 'Shares of a marketplace’s merchants.' },
    ),
  ),
  bankTransfer: Type.Optional(
    Type.Object(
      {
        country: choice(
          ['BE', 'DE', 'ES', 'FR', 'IE', 'NL'],
          'Country of the account numbers shown to customers. Bank transfers in euro are offered when this is set.',
        ),
        graceDays: Type.Optional(
          Type.Integer({ minimum: 1, maximum: 60, description: 'Days to wait for the rest of a part. Default: 7.' }),
        ),
      },
      { description: 'Payment by bank transfer; it must be active in the Stripe Dashboard.' },
    ),
  ),
  headless: flag('The shop’s own checkout shows Stripe’s fields, instead of our payment page. Default: off.'),
  expressMethods: Type.Optional(
    Type.Array(Type.Union(EXPRESS_METHODS.map((method) => Type.Literal(method))), {
      maxItems: 20,
      description: `Buttons for customers in a hurry, as a payment method of its own: ${EXPRESS_METHODS.join(', ')}. Default: none.`,
    }),
  ),
  domains: Type.Optional(
    Type.Array(Type.String({ maxLength: 253 }), {
      maxItems: 50,
      description: 'Host names of the shop where wallets are shown, such as shop.example. Default: none.',
    }),
  ),
  threeDS: choice(['automatic', 'any', 'challenge'], 'When 3-D Secure is asked for. Default: automatic, by Stripe.'),
  statementDescriptorSuffix: text('Words after your name on the card statement, up to 22 characters with the name.'),
  receiptEmails: flag('Stripe mails a receipt to the customer. Default: off.'),
  locale: text('Language of Stripe’s fields: auto, shop or a language code. Default: shop.'),
  page: Type.Optional(
    Type.Object(
      {
        appearance: choice(['stripe', 'night', 'flat'], 'Look of Stripe’s fields. Default: stripe.'),
        title: text('Name in the page’s header. Default: none.'),
        logoUrl: text('Address of a picture for the header.'),
        faviconUrl: text('Address of the picture in the browser’s tab.'),
        primaryColor: text('Colour of buttons and of Stripe’s fields, as #rrggbb.'),
        termsUrl: text('Address of your terms, linked below the form.'),
        privacyUrl: text('Address of your privacy notice, linked below the form.'),
        frameAncestors: Type.Optional(
          Type.Array(Type.String({ maxLength: 300 }), {
            maxItems: 20,
            description: 'Origins that may show the page in a frame, such as https://shop.example. Default: none.',
          }),
        ),
        locale: text('Language of the page, such as de. Default: the customer’s.'),
      },
      { description: 'The payment page.' },
    ),
  ),
});

type Given = Static<typeof settingsSchema>;

/** Names of the signing secrets that are set by hand. */
export const SIGNING_SECRETS = [
  'secret', 'secretPrevious', 'connectSecret', 'connectSecretPrevious', 'thinSecret', 'thinSecretPrevious',
] as const; // prettier-ignore
type SigningSecret = (typeof SIGNING_SECRETS)[number];

/** Settings with every default filled in. */
export interface StripeSettings {
  businessModel: 'direct' | 'marketplace';
  connection: 'own_keys' | 'platform';
  mode: 'test' | 'live';
  accountId?: string;
  secretKey: string;
  publishableKey: string;
  webhook: { mode: 'managed' | 'manual' } & Partial<Record<SigningSecret, string>>;
  paymentMethods: {
    source: 'stripe_dynamic' | 'allow_list' | 'deny_list';
    list: string[];
    exposeIndividually: boolean;
  };
  paymentMethodConfigurationId?: string;
  capture: {
    mode: 'manual' | 'automatic';
    perMethod: Record<string, 'manual' | 'automatic'>;
    strategy: 'single_final' | 'deferred_sum' | 'multi';
    hoursBeforeExpiry: number;
    extendedAuthorization: boolean;
    overcapture: boolean;
  };
  transfers: { requireSourceTransaction: boolean };
  bankTransfer: { country?: string; graceDays: number };
  headless: boolean;
  /** Each once. */
  expressMethods: ExpressMethod[];
  /** Host names in lower case, each once. */
  domains: string[];
  threeDS: 'automatic' | 'any' | 'challenge';
  statementDescriptorSuffix?: string;
  receiptEmails: boolean;
  locale: string;
  page: { appearance: 'stripe' | 'night' | 'flat'; primaryColor?: string; frameAncestors: string[] };
}

/** Fills in the defaults. Empty texts count as absent, and anything of the wrong shape is left for validation. */
export function readSettings(settings: Settings): StripeSettings {
  const given = settings as Partial<Given>;
  const { webhook, paymentMethods, capture, bankTransfer, page } = {
    webhook: given.webhook ?? {},
    paymentMethods: given.paymentMethods ?? {},
    capture: given.capture ?? {},
    bankTransfer: given.bankTransfer ?? {},
    page: given.page ?? {},
  };
  return {
    businessModel: given.businessModel || 'direct',
    connection: given.connection || 'own_keys',
    mode: given.mode || 'test',
    ...present('accountId', given.accountId),
    secretKey: given.secretKey ?? '',
    publishableKey: given.publishableKey ?? '',
    webhook: {
      mode: webhook.mode || 'managed',
      ...Object.assign({}, ...SIGNING_SECRETS.map((name) => present(name, webhook[name]))),
    },
    paymentMethods: {
      source: paymentMethods.source || 'stripe_dynamic',
      list: paymentMethods.list ?? [],
      exposeIndividually: paymentMethods.exposeIndividually ?? false,
    },
    ...present('paymentMethodConfigurationId', given.paymentMethodConfigurationId),
    capture: {
      mode: capture.mode || 'manual',
      perMethod: capture.perMethod ?? {},
      strategy: capture.strategy || 'single_final',
      hoursBeforeExpiry: capture.hoursBeforeExpiry ?? 24,
      extendedAuthorization: capture.extendedAuthorization ?? false,
      overcapture: capture.overcapture ?? false,
    },
    transfers: { requireSourceTransaction: given.transfers?.requireSourceTransaction ?? false },
    bankTransfer: { ...present('country', bankTransfer.country), graceDays: bankTransfer.graceDays ?? 7 },
    headless: given.headless ?? false,
    expressMethods: [...new Set(given.expressMethods ?? [])],
    domains: [...new Set((given.domains ?? []).map((domain) => domain.toLowerCase()))],
    threeDS: given.threeDS || 'automatic',
    ...present('statementDescriptorSuffix', given.statementDescriptorSuffix),
    receiptEmails: given.receiptEmails ?? false,
    locale: given.locale || 'shop',
    page: {
      appearance: page.appearance || 'stripe',
      ...present('primaryColor', page.primaryColor),
      frameAncestors: page.frameAncestors ?? [],
    },
  };
}

/** Captures Stripe takes of one authorization: https://docs.stripe.com/payments/multicapture */
const CAPTURES_AT_MOST = 50;

/** How the tenant wants its reservations to be taken. */
export function capturing(settings: Settings): CapturePolicy {
  const { strategy, hoursBeforeExpiry } = readSettings(settings).capture;
  return { strategy, hoursBeforeEnd: hoursBeforeExpiry, atMost: CAPTURES_AT_MOST };
}

/** Dotted paths of fields that are masked in every answer and never published. */
export const SECRETS = ['secretKey', ...SIGNING_SECRETS.map((name) => `webhook.${name}`)];
/** Dotted paths of fields the shop may see. */
export const PUBLIC = ['mode', 'publishableKey', 'accountId'];
/** Dotted paths of the signing secrets a tenant sets by hand. */
export const WEBHOOK_SECRETS = SIGNING_SECRETS.map((name) => `webhook.${name}`);

function present<Name extends string>(name: Name, value: string | undefined): Partial<Record<Name, string>> {
  return value === undefined || value === '' ? {} : ({ [name]: value } as Record<Name, string>);
}
