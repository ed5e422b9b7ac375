/** A tenant's settings for the sandbox: their schema, and their typed reading with every default filled in. */
import type { CapturePolicy, CaptureStrategy, PaymentMethodOffer, Settings, Static } from '../../kit/index.js';
import { Type } from '../../kit/index.js';
import { ACCOUNT_OUTCOMES, ACCOUNT_STATUSES } from './account-outcomes.js';
import { CONFIGURE_OUTCOMES, OUTCOMES } from './outcomes.js';

/** How long a pending outcome stays pending when the settings do not say. */
export const DEFAULT_DELAY_SECONDS = 2;
/** A longer delay than this is refused: nobody waits for a sandbox for more than a day. */
export const DELAY_LIMIT_SECONDS = 86_400;

const oneOf = (names: readonly string[], description: string) =>
  Type.Optional(
    Type.Union(
      names.map((name) => Type.Literal(name)),
      { description },
    ),
  );
const flag = (description: string) =>
  Type.Optional(Type.Boolean({ description, default: description.includes('Default: on') }));

export const settingsSchema = Type.Object({
  connector: Type.Optional(Type.Literal('sandbox', { description: 'Chooses this connector.' })),
  mode: Type.Literal('test', { description: 'The sandbox moves no money, so its only mode is test.' }),
  webhookSecret: Type.String({
    minLength: 8,
    maxLength: 255,
    description: 'Secret that webhooks of the sandbox are signed with; at least 8 characters.',
  }),
  businessModel: oneOf(
    ['direct', 'marketplace'],
    'direct: no merchants can be onboarded. marketplace: the shop is told that they can. Default: they can.',
  ),
  onboarding: Type.Optional(
    Type.Object(
      {
        strategy: oneOf(
          ['api', 'redirect', 'iframe'],
          'What the shop is told: api: it asks us for an address; otherwise it sends merchants to the url. Default api.',
        ),
        url: Type.Optional(
          Type.String({
            maxLength: 255,
            description: 'Where merchants begin, with the strategies redirect and iframe.',
          }),
        ),
        answers: oneOf(
          ['redirect', 'iframe', 'content'],
          'What we answer a shop that asks: an address to go to, one to show in a frame, or HTML. Default redirect.',
        ),
        ends: oneOf(Object.keys(ACCOUNT_STATUSES), 'Status of every merchant after the forms, whatever its reference.'),
      },
      { description: 'How merchants of a marketplace are brought to the sandbox.' },
    ),
  ),
  outcomes: Type.Optional(
    Type.Object(
      {
        configure: oneOf(CONFIGURE_OUTCOMES, 'What becomes of these settings when they are checked.'),
        initialize: oneOf(OUTCOMES.initialize, 'Outcome of every start of a payment, whatever its amount.'),
        authorize: oneOf(OUTCOMES.authorize, 'Outcome when the customer pays on the page, whatever the amount.'),
        capture: oneOf(OUTCOMES.capture, 'Outcome of every capture, whatever its amount.'),
        cancel: oneOf(OUTCOMES.cancel, 'Outcome of every cancellation, whatever the amount.'),
        refund: oneOf(OUTCOMES.refund, 'Outcome of every refund, whatever its amount.'),
        account: oneOf(ACCOUNT_OUTCOMES, 'Outcome when a merchant gets an account, whatever its reference.'),
        link: oneOf(ACCOUNT_OUTCOMES, 'Outcome when a merchant gets a link, whatever its account.'),
        confirm: oneOf(OUTCOMES.confirm, 'Outcome when a payment gets its order, whatever the amount.'),
        transfer: oneOf(OUTCOMES.transfer, 'Outcome of every transfer to a merchant, whatever its amount.'),
        reverseTransfer: oneOf(OUTCOMES.reverseTransfer, 'Outcome of every reversal, whatever its amount.'),
      },
      { description: 'Outcomes by configuration; a verb that is absent follows the amount.' },
    ),
  ),
  capabilities: Type.Optional(
    Type.Object(
      {
        readBack: flag('Whether the sandbox can be asked what became of something. Default: on.'),
        paymentMethods: flag('Whether payment methods are announced to the shop. Default: on.'),
        page: flag('Whether the customer can pay on our page. Default: on.'),
        multipleCaptures: flag('Whether the rest stays reserved after a partial capture. Default: on.'),
      },
      { description: 'Optional abilities of the sandbox, on or off.' },
    ),
  ),
  capture: Type.Optional(
    Type.Object(
      {
        mode: oneOf(['manual', 'automatic'], 'automatic takes the money when the customer pays. Default manual.'),
        strategy: oneOf(
          ['single_final', 'deferred_sum', 'multi'],
          'single_final: one capture. deferred_sum: captures of parts wait for the last item. Default multi.',
        ),
        hoursBeforeExpiry: Type.Optional(
          Type.Integer({
            minimum: 1,
            maximum: 144,
            description: 'Deferred captures are taken this long before the authorization ends. Default 24.',
          }),
        ),
      },
      { description: 'When and how money is taken.' },
    ),
  ),
  paymentMethods: Type.Optional(
    Type.Array(
      Type.Object({
        name: Type.String({ pattern: '^[A-Za-z0-9 -]{1,80}$', description: 'Name shown in the shop.' }),
        providerName: Type.Optional(Type.String({ pattern: '^[a-z0-9-]{1,80}$', description: 'Default sandbox.' })),
        checkoutConfiguration: Type.Optional(
          Type.Record(Type.String(), Type.Unknown(), { description: 'Given to the shop as it is.' }),
        ),
      }),
      { maxItems: 50, description: 'Payment methods announced to the shop. Default: one, called Sandbox.' },
    ),
  ),
  headless: flag('Methods are announced for the shop’s own checkout instead of our page. Default: off.'),
  page: Type.Optional(
    Type.Object(
      {
        frameAncestors: Type.Optional(
          Type.Array(Type.String({ maxLength: 300 }), {
            maxItems: 20,
            description: 'Origins that may show the page in a frame. Default: none.',
          }),
        ),
      },
      { description: 'The payment page.' },
    ),
  ),
  delaySeconds: Type.Optional(
    Type.Number({
      minimum: 0,
      maximum: DELAY_LIMIT_SECONDS,
      description: 'How long a pending outcome stays pending, in seconds. Default 2.',
    }),
  ),
});

export type SandboxSettings = Static<typeof settingsSchema>;

/** The settings as their type says. They were checked when they were saved, so nothing is checked here. */
export function readSettings(settings: Settings): SandboxSettings {
  return settings as SandboxSettings;
}

/** How long pending outcomes of this tenant stay pending, in milliseconds. */
export function delayMs(settings: Settings): number {
  return (readSettings(settings).delaySeconds ?? DEFAULT_DELAY_SECONDS) * 1000;
}

/** Whether an ability is on: all are, unless the settings switch one off. */
export function isAble(settings: Settings, ability: keyof NonNullable<SandboxSettings['capabilities']>): boolean {
  return readSettings(settings).capabilities?.[ability] !== false;
}

/** How reservations are taken: in parts, unless the settings say otherwise. */
export function capturing(settings: Settings): CapturePolicy {
  const several = isAble(settings, 'multipleCaptures') ? 'multi' : 'single_final';
  const { strategy = several, hoursBeforeExpiry } = readSettings(settings).capture ?? {};
  return {
    strategy: strategy as CaptureStrategy,
    ...(hoursBeforeExpiry === undefined ? {} : { hoursBeforeEnd: hoursBeforeExpiry }),
  };
}

/** No script is needed: what becomes of a payment follows from its amount. */
const IN_CHECKOUT = {
  strategy: 'express-checkout',
  scripts: [],
  paymentServiceProviderData: { isLive: false },
};

/** The methods a shop is offered: those of the settings, else one called Sandbox, else none when switched off. */
export function paymentMethods(settings: Settings): PaymentMethodOffer[] {
  if (!isAble(settings, 'paymentMethods')) return [];
  const { paymentMethods: listed = [{ name: 'Sandbox' }], headless = false } = readSettings(settings);
  const checkout = headless ? { checkoutConfiguration: IN_CHECKOUT } : {};
  return listed.map((offer) => ({ ...checkout, ...offer, providerName: offer.providerName ?? 'sandbox' }));
}
