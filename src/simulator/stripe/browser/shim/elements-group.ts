/** `stripe.elements()`: one group with one payment element, for one payment intent. */
import { intentIdOf } from '../shared/api.js';
import { VARIABLES, type Appearance } from '../shared/appearance.js';
import { IntegrationError, type StripeError } from '../shared/errors.js';
import { languageOf } from '../shared/language.js';
import type { Language } from '../shared/texts.js';
import type { CardFrame } from './card-frame.js';
import { checkOptions, optionalText, optionalWord, refusingOthers, type Options } from './options.js';
import { createPaymentElement, type MountedElement, type PaymentElement } from './payment-element.js';

export interface SubmitResult {
  selectedPaymentMethod?: string;
  error?: StripeError;
}

export interface Elements {
  create(type: string, options?: Options): PaymentElement;
  getElement(type: string): PaymentElement | null;
  update(options: Options): void;
  submit(): Promise<SubmitResult>;
  fetchUpdates(): Promise<{ error?: StripeError }>;
}

/** What confirming needs of a group; kept apart from what the page can touch. */
export interface Group {
  clientSecret: string;
  language(): Language;
  /** The mounted card frame. Throws IntegrationError when there is none. */
  frame(): CardFrame;
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
  const clientSecret = optionalText(options, 'clientSecret');
  if (clientSecret === undefined || intentIdOf(clientSecret) === undefined) {
    throw new IntegrationError('elements(): "clientSecret" must be the client secret of a payment intent.');
  }
  optionalWord(options, 'loader', ['auto', 'always', 'never']);
  let language = languageOf(optionalText(options, 'locale') ?? access.locale);
  let appearance = checkAppearance(options['appearance']);
  let mounted: MountedElement | undefined;
  const { publishableKey, stripeAccount } = access;
  const shared = () => ({
    publishableKey,
    ...(stripeAccount ? { stripeAccount } : {}),
    clientSecret,
    language,
    appearance,
  });
  const frame = (): CardFrame => {
    const found = mounted?.isReady() ? mounted.frame() : undefined;
    if (!found) throw new IntegrationError('The payment element must be mounted and ready first.');
    return found;
  };
  const elements: Elements = refusingOthers('elements', {
    create: (type, elementOptions) => {
      if (type !== 'payment') throw new IntegrationError(`The simulated Stripe.js has no element "${type}".`);
      if (mounted) throw new IntegrationError('This group has a payment element already.');
      mounted = createPaymentElement(access.origin, shared, elementOptions, () => (mounted = undefined));
      return mounted.element;
    },
    getElement: (type) => (type === 'payment' ? (mounted?.element ?? null) : null),
    update: (changed) => {
      const checked = checkOptions('elements.update()', changed);
      const locale = optionalText(checked, 'locale');
      if (locale !== undefined) language = languageOf(locale);
      if (checked['appearance'] !== undefined) appearance = checkAppearance(checked['appearance']);
      mounted?.refreshOptions({ language, appearance });
    },
    submit: async () => {
      const reply = await frame().validate();
      return reply.error ? { error: reply.error } : { selectedPaymentMethod: mounted?.chosen() };
    },
    fetchUpdates: async () => {
      const reply = await frame().refresh();
      return reply.error ? { error: reply.error } : {};
    },
  });
  groups.set(elements, { clientSecret, language: () => language, frame, confirming: false });
  return elements;
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
