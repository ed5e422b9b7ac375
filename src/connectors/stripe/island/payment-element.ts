/**
 * Stripe's part of the payment page: shows the Payment Element and confirms the payment with it. Card data stays in
 * Stripe's frame. Works with the real Stripe.js and with the simulator's, which the page loads before this.
 */

/** The part of Stripe.js that is used here: https://docs.stripe.com/js. */
interface StripeJs {
  elements(options: Record<string, unknown>): StripeElements;
  confirmPayment(options: Record<string, unknown>): Promise<{ error?: StripeJsError; paymentIntent?: StripeJsIntent }>;
}

interface StripeElements {
  create(type: 'payment', options: Record<string, unknown>): StripePaymentElement;
  submit(): Promise<{ error?: StripeJsError }>;
}

interface StripePaymentElement {
  mount(target: HTMLElement): void;
  destroy(): void;
  on(event: 'ready', listener: () => void): void;
  on(event: 'change', listener: (event: { complete: boolean; value?: { type?: string } }) => void): void;
  on(event: 'loaderror', listener: (event: { error: StripeJsError }) => void): void;
}

interface StripeJsIntent {
  status: string;
  next_action?: { type: string } | null;
}

interface StripeJsError {
  type: string;
  code?: string;
  decline_code?: string;
  message?: string;
  payment_intent?: { status: string };
}

export interface Billing {
  name?: string;
  email?: string;
  phone?: string;
  line1?: string;
  line2?: string;
  city?: string;
  state?: string;
  postalCode?: string;
  country?: string;
}

export interface MountOptions {
  element: HTMLElement;
  mountData: {
    publishableKey: string;
    clientSecret: string;
    accountId?: string;
    appearance?: Record<string, unknown>;
    billing?: Billing;
    /** The tenant's own choice for Stripe's fields; wins over the page's. */
    locale?: string;
  };
  /** The page's language, such as `de` or `de-AT`. */
  locale: string;
  returnUrl: string;
  /** The payment method type to show first. */
  method?: string;
  on: { ready(): void; change(complete: boolean): void; failed(reason: string): void };
}

export type Outcome =
  { outcome: 'done' } | { outcome: 'processing' } | { outcome: 'error'; message?: string; code?: string };

export interface MountedIsland {
  submit(): Promise<Outcome>;
  /** The chosen type, when Stripe.js leaves the page for it. */
  leavesFor(): string | undefined;
  destroy(): void;
}

/** Regional locales Stripe has texts for: https://docs.stripe.com/js/appendix/supported_locales. */
const REGIONAL = ['en-GB', 'es-419', 'fr-CA', 'pt-BR', 'zh-HK', 'zh-TW'];
const LANGUAGES = new Set(
  'ar bg cs da de el en es et fi fil fr he hr hu id it ja ko lt lv ms mt nb nl pl pt ro ru sk sl sv th tr vi zh'.split(
    ' ',
  ),
);

/** Types that Stripe.js confirms without leaving the page. It leaves for the others, whose pages may refuse a frame. */
const STAYING = new Set(
  (
    'card link apple_pay google_pay sepa_debit us_bank_account acss_debit au_becs_debit bacs_debit nz_bank_account ' +
    'customer_balance boleto konbini multibanco oxxo'
  ).split(' '),
);

/**
 * Mounts the Payment Element into `element`. Never throws: what goes wrong is told through `on.failed`.
 * `submit` may be called again after an error; a second call while the first is under way gets the same promise.
 */
export function mount(options: MountOptions): MountedIsland {
  const { on } = options;
  let stripe: StripeJs;
  let elements: StripeElements;
  let payment: StripePaymentElement;
  let type = '';
  try {
    stripe = createStripe(options);
    elements = stripe.elements(elementsOptions(options));
    payment = elements.create('payment', elementOptions(options));
    payment.on('ready', () => on.ready());
    payment.on('change', (event) => {
      type = event.value?.type ?? type;
      on.change(event.complete);
    });
    payment.on('loaderror', (event) => on.failed(event.error.code ?? event.error.type));
    payment.mount(options.element);
  } catch (error) {
    on.failed(reasonOf(error));
    return {
      submit: async () => ({ outcome: 'error', code: 'not_mounted' }),
      leavesFor: () => undefined,
      destroy: () => undefined,
    };
  }
  let underWay: Promise<Outcome> | undefined;
  return {
    submit: () => {
      underWay ??= confirm(stripe, elements, options).finally(() => (underWay = undefined));
      return underWay;
    },
    leavesFor: () => (type === '' || STAYING.has(type) ? undefined : type),
    destroy: () => payment.destroy(),
  };
}

async function confirm(stripe: StripeJs, elements: StripeElements, options: MountOptions): Promise<Outcome> {
  try {
    const submitted = await elements.submit();
    if (submitted.error) return outcomeOf(submitted.error);
    const result = await stripe.confirmPayment({
      elements,
      confirmParams: { return_url: options.returnUrl },
      redirect: 'if_required',
    });
    if (result.error) return outcomeOf(result.error);
    return outcomeOfIntent(result.paymentIntent) ?? { outcome: 'error', code: 'unexpected_status' };
  } catch (error) {
    return { outcome: 'error', code: reasonOf(error) };
  }
}

/** Only messages meant for the customer are handed on; the page has its own words for everything else. */
function outcomeOf(error: StripeJsError): Outcome {
  // Paid meanwhile, in another tab: the refusal to pay again is good news.
  const settled = outcomeOfStatus(error.payment_intent?.status);
  if (settled) return settled;
  const code = error.decline_code ?? error.code ?? error.type;
  const forCustomer =
    error.type === 'card_error' ||
    error.type === 'validation_error' ||
    error.code === 'payment_intent_authentication_failure';
  return forCustomer && error.message ? { outcome: 'error', message: error.message, code } : { outcome: 'error', code };
}

function outcomeOfIntent(intent: StripeJsIntent | undefined): Outcome | undefined {
  // A bank transfer: the buyer has seen where to send the money, and nothing more is to be done on this page.
  const transfers = intent?.next_action?.type === 'display_bank_transfer_instructions';
  if (intent?.status === 'requires_action' && transfers) return { outcome: 'processing' };
  return outcomeOfStatus(intent?.status);
}

function outcomeOfStatus(status: string | undefined): Outcome | undefined {
  if (status === 'succeeded' || status === 'requires_capture') return { outcome: 'done' };
  if (status === 'processing') return { outcome: 'processing' };
  return undefined;
}

function createStripe(options: MountOptions): StripeJs {
  const { mountData } = options;
  const create = (window as unknown as { Stripe?: (key: string, options: Record<string, unknown>) => StripeJs }).Stripe;
  if (!create) throw new Error('script_missing');
  const account = mountData.accountId ? { stripeAccount: mountData.accountId } : {};
  return create(mountData.publishableKey, { locale: stripeLocale(options), ...account });
}

function elementsOptions(options: MountOptions): Record<string, unknown> {
  const { clientSecret, appearance } = options.mountData;
  return { clientSecret, locale: stripeLocale(options), ...(appearance ? { appearance } : {}) };
}

function elementOptions({ mountData: { billing }, method }: MountOptions): Record<string, unknown> {
  const order = method === undefined || !/^[a-z0-9_]+$/.test(method) ? {} : { paymentMethodOrder: [method] };
  return { ...order, ...(billing ? defaultsOf(billing) : {}) };
}

function defaultsOf(billing: Billing): Record<string, unknown> {
  const { name, email, phone, line1, line2, city, state, country, postalCode } = billing;
  const address = withoutEmpty({ line1, line2, city, state, country, postal_code: postalCode });
  const details = withoutEmpty({ name, email, phone });
  const billingDetails = Object.keys(address).length > 0 ? { ...details, address } : details;
  return { defaultValues: { billingDetails } };
}

function withoutEmpty(fields: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(Object.entries(fields).filter((entry): entry is [string, string] => Boolean(entry[1])));
}

/** `de_DE` -> `de`, `pt-BR` stays, what Stripe has no texts for -> `auto`. */
function stripeLocale(options: MountOptions): string {
  const normal = (options.mountData.locale ?? options.locale).replace('_', '-');
  const regional = REGIONAL.find((known) => known.toLowerCase() === normal.toLowerCase());
  const language = normal.split('-')[0]?.toLowerCase() ?? '';
  return regional ?? (LANGUAGES.has(language) ? language : 'auto');
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  return error.message === 'script_missing' ? error.message : error.name;
}
