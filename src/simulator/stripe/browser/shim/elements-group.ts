/** `stripe.elements()`: one group of elements, for one payment intent that is there or is to come. */
import type { DeferredIntent } from '../shared/api.js';
import { VARIABLES, type Appearance } from '../shared/appearance.js';
import { IntegrationError, type StripeError } from '../shared/errors.js';
import { languageOf } from '../shared/language.js';
import type { ConfirmRequest, Reply, TokenRequest } from '../shared/protocol.js';
import type { Language } from '../shared/texts.js';
import type { CardFrame } from './card-frame.js';
import { DEFERRED_OPTIONS, changedIntent, readIntent } from './deferred.js';
import { createExpressElement, type ExpressElement, type MountedExpress } from './express-element.js';
import { checkOptions, optionalText, optionalWord, refusingOthers, type Options } from './options.js';
import { createPaymentElement, type MountedElement, type PaymentElement } from './payment-element.js';

export interface SubmitResult {
  selectedPaymentMethod?: string;
  error?: StripeError;
}

export interface Elements {
  create(type: string, options?: Options): PaymentElement | ExpressElement;
  getElement(type: string): PaymentElement | ExpressElement | null;
  update(options: Options): void;
  submit(): Promise<SubmitResult>;
  fetchUpdates(): Promise<{ error?: StripeError }>;
}

/** Where payment details come from: the form of the Payment Element, or what was approved in a wallet's sheet. */
export interface PaymentSource {
  validate(): Promise<Reply>;
  confirm(request: ConfirmRequest): Promise<Reply>;
  token(request: TokenRequest): Promise<Reply>;
  /** The payment method that is chosen. */
  chosen(): string;
}

/** What confirming needs of a group; kept apart from what the page can touch. */
export interface Group {
  /** Of the intent the group was made for. */
  clientSecret: string | undefined;
  /** Of an intent that is to come. */
  deferred(): DeferredIntent | undefined;
  language(): Language;
  /** Throws IntegrationError when there is nothing to pay with. */
  source(): PaymentSource;
  /** `elements.submit()` succeeded; it has to before a deferred intent is confirmed. */
  submitted: boolean;
  confirming: boolean;
}

export interface StripeAccess {
  /** Where the frames come from. */
  origin: string;
  /** Where the page itself calls the API. */
  apiOrigin: string;
  publishableKey: string;
  stripeAccount?: string;
  locale?: string;
}

/** Everything of a group that changes. */
interface GroupState {
  intent: { clientSecret: string } | { deferred: DeferredIntent };
  language: Language;
  appearance: Appearance;
  payment: MountedElement | undefined;
  express: MountedExpress | undefined;
}

const groups = new WeakMap<object, Group>();

/** The group behind an elements object of this script. Throws IntegrationError for anything else. */
export function groupOf(elements: unknown): Group {
  const group = typeof elements === 'object' && elements !== null ? groups.get(elements) : undefined;
  if (!group) throw new IntegrationError('"elements" must be what stripe.elements() returned.');
  return group;
}

/** Checks the options and creates the group. Throws IntegrationError. */
export function createElements(access: StripeAccess, value: unknown): Elements {
  const options = checkOptions('elements()', value);
  optionalWord(options, 'loader', ['auto', 'always', 'never']);
  const state: GroupState = {
    intent: readIntent(options),
    language: languageOf(optionalText(options, 'locale') ?? access.locale),
    appearance: checkAppearance(options['appearance']),
    payment: undefined,
    express: undefined,
  };
  const group: Group = {
    clientSecret: 'clientSecret' in state.intent ? state.intent.clientSecret : undefined,
    deferred: () => ('deferred' in state.intent ? state.intent.deferred : undefined),
    language: () => state.language,
    source: () => sourceOf(state),
    submitted: false,
    confirming: false,
  };
  const elements: Elements = refusingOthers('elements', {
    create: (type, elementOptions) => createElement(access, state, type, elementOptions),
    getElement: (type) => {
      if (type === 'payment') return state.payment?.element ?? null;
      return type === 'expressCheckout' ? (state.express?.element ?? null) : null;
    },
    update: (changed) => {
      group.submitted = false;
      update(state, changed);
    },
    submit: async () => {
      const source = sourceOf(state);
      const reply = await source.validate();
      group.submitted = !reply.error;
      return reply.error ? { error: reply.error } : { selectedPaymentMethod: source.chosen() };
    },
    fetchUpdates: async () => {
      const reply = (await state.payment?.frame()?.refresh()) ?? {};
      await state.express?.refresh();
      return reply.error ? { error: reply.error } : {};
    },
  });
  groups.set(elements, group);
  return elements;
}

function createElement(
  access: StripeAccess,
  state: GroupState,
  type: string,
  options: unknown,
): PaymentElement | ExpressElement {
  const { publishableKey, stripeAccount } = access;
  const shared = () => ({
    publishableKey,
    ...(stripeAccount ? { stripeAccount } : {}),
    ...state.intent,
    language: state.language,
    appearance: state.appearance,
  });
  if (type === 'payment') {
    if (state.payment) throw new IntegrationError('This group has a payment element already.');
    state.payment = createPaymentElement(access.origin, shared, options, () => (state.payment = undefined));
    return state.payment.element;
  }
  if (type !== 'expressCheckout') throw new IntegrationError(`The simulated Stripe.js has no element "${type}".`);
  if (state.express) throw new IntegrationError('This group has an express checkout element already.');
  state.express = createExpressElement(access, shared, options, () => (state.express = undefined));
  return state.express.element;
}

function update(state: GroupState, value: unknown): void {
  const options = checkOptions('elements.update()', value);
  const locale = optionalText(options, 'locale');
  if (locale !== undefined) state.language = languageOf(locale);
  if (options['appearance'] !== undefined) state.appearance = checkAppearance(options['appearance']);
  const repriced = DEFERRED_OPTIONS.some((name) => options[name] !== undefined);
  if (repriced && !('deferred' in state.intent)) {
    throw new IntegrationError('elements.update(): only elements made with "mode" have an amount; use fetchUpdates().');
  }
  if (repriced && 'deferred' in state.intent) {
    state.intent = { deferred: changedIntent(state.intent.deferred, options) };
  }
  const { language, appearance } = state;
  state.payment?.refreshOptions({ language, appearance, ...state.intent });
  if (repriced) void state.payment?.frame()?.refresh();
  state.express?.update(repriced);
}

/** A sheet in which the buyer has just approved goes before the form. */
function sourceOf({ payment, express }: GroupState): PaymentSource {
  const approved = express?.source();
  if (approved) return approved;
  if (express && !payment) {
    throw new IntegrationError(
      'The element confirming is "expressCheckout": call this in its "confirm" event, while the sheet is open.',
    );
  }
  const found: CardFrame | undefined = payment?.isReady() ? payment.frame() : undefined;
  if (!found) throw new IntegrationError('The payment element must be mounted and ready first.');
  const { validate, confirm, token } = found;
  return { validate, confirm, token, chosen: () => payment?.chosen() ?? 'card' };
}

function checkAppearance(value: unknown): Appearance {
  const appearance = checkOptions('appearance', value);
  optionalWord(appearance, 'theme', ['stripe', 'night', 'flat']);
  const variables = appearance['variables'];
  if (variables !== undefined && (typeof variables !== 'object' || variables === null)) {
    throw new IntegrationError('appearance: "variables" must be an object.');
  }
  for (const name of Object.keys(variables ?? {})) {
    // Stripe has dozens of them, and new ones come: no reason to stop a page.
    if (!VARIABLES[name]) console.warn(`The simulated Stripe.js has no effect for the appearance variable "${name}".`);
  }
  return appearance as Appearance;
}
