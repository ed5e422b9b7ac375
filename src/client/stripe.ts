/** The part of Stripe.js that is used here (https://docs.stripe.com/js), how it is loaded, and what its results mean. */
import { CheckoutError } from './errors.js';
import type { LineItem, Method, Result, ShippingRate, WalletAddress } from './types.js';

export interface StripeJs {
  elements(options: object): StripeElements;
  confirmPayment(options: object): Promise<IntentResult>;
  retrievePaymentIntent(clientSecret: string): Promise<IntentResult>;
  createConfirmationToken(options: object): Promise<{ error?: StripeError; confirmationToken?: { id: string } }>;
}

export interface StripeElements {
  create(type: 'payment' | 'expressCheckout', options: object): StripeElement;
  update(options: object): void;
  submit(): Promise<{ error?: StripeError }>;
  fetchUpdates(): Promise<{ error?: StripeError }>;
}

export interface StripeElement {
  mount(target: HTMLElement): void;
  destroy(): void;
  on<Name extends keyof StripeEvents>(name: Name, listener: (event: StripeEvents[Name]) => unknown): unknown;
}

interface Details {
  lineItems?: readonly LineItem[];
  shippingRates?: readonly ShippingRate[];
}

interface Change {
  resolve(details: Details): void;
  reject(): void;
}

export interface ConfirmEvent {
  paymentFailed(payload: { reason: 'fail'; message?: string }): void;
}

export interface StripeEvents {
  ready: { availablePaymentMethods?: Record<string, boolean> };
  change: { complete: boolean };
  loaderror: { error: StripeError };
  click: { resolve(details: Details): void };
  shippingaddresschange: Change & { address: WalletAddress };
  shippingratechange: Change & { shippingRate: ShippingRate };
  confirm: ConfirmEvent;
  cancel: unknown;
}

export interface Intent {
  id: string;
  status: string;
  next_action?: { type: string } | null;
}

export interface StripeError {
  type: string;
  code?: string;
  decline_code?: string;
  message?: string;
  payment_intent?: Intent;
}

export interface IntentResult {
  error?: StripeError;
  paymentIntent?: Intent;
}

const LOAD_MS = 20_000;
const loading = new Map<string, Promise<void>>();
/** Locales with a region that Stripe has texts for: https://docs.stripe.com/js/appendix/supported_locales. */
const REGIONAL = /^(en-GB|es-419|fr-CA|pt-BR|zh-HK|zh-TW)$/;

/** Stripe for one key, its script loaded once from where the method says. Throws CheckoutError `script`. */
export async function openStripe(
  method: Method,
  { publishableKey, accountId }: { publishableKey?: string; accountId?: string },
  locale: string | undefined,
): Promise<StripeJs> {
  for (const { url } of method.checkoutConfiguration?.scripts ?? []) await load(url);
  const create = maker();
  if (create === undefined) throw new CheckoutError('script', 'The method names no script that brings Stripe along.');
  if (publishableKey === undefined)
    throw new CheckoutError('misuse', 'Neither the method nor init() told a publishable key.');
  return create(publishableKey, { locale: stripeLocale(locale), ...(accountId ? { stripeAccount: accountId } : {}) });
}

/** `de_DE` and `de-DE` become `de`, `pt-BR` stays. */
export function stripeLocale(locale: string | undefined): string {
  const normal = (locale ?? 'auto').replace('_', '-');
  return REGIONAL.test(normal) ? normal : (normal.split('-')[0] ?? 'auto');
}

function maker() {
  return (globalThis as { Stripe?: (key: string, options: object) => StripeJs }).Stripe;
}

function load(url: string): Promise<void> {
  if (maker() !== undefined) return Promise.resolve();
  const present = loading.get(url);
  if (present !== undefined) return present;
  const script = document.createElement('script');
  const loaded = new Promise<void>((resolve, reject) => {
    const fail = (why: string) => () => reject(new CheckoutError('script', `${new URL(url).origin} ${why}.`));
    const timer = setTimeout(fail('did not send its script in time'), LOAD_MS);
    script.onload = () => (clearTimeout(timer), resolve());
    script.onerror = () => (
      clearTimeout(timer),
      fail('could not be reached for its script, or the content policy forbids it')()
    );
    script.async = true;
    script.src = url;
    document.head.append(script);
  });
  loading.set(url, loaded);
  return loaded.catch((error: unknown) => {
    // The next call tries anew.
    loading.delete(url);
    script.remove();
    throw error;
  });
}

/** What Stripe's answer means. Only messages that are meant for customers are handed on. */
export function outcomeOf({ error, paymentIntent }: IntentResult): Result {
  // Paid meanwhile, in another tab: the refusal to pay again is good news.
  const settled = ofIntent(paymentIntent ?? error?.payment_intent);
  if (settled !== undefined) return settled;
  const code = error?.decline_code ?? error?.code ?? error?.type ?? 'unexpected_status';
  const isForCustomers =
    error?.type === 'card_error' ||
    error?.type === 'validation_error' ||
    error?.code === 'payment_intent_authentication_failure';
  return { outcome: 'failed', code, ...(isForCustomers && error?.message ? { message: error.message } : {}) };
}

function ofIntent(intent: Intent | undefined): Result | undefined {
  const { status, next_action: action } = intent ?? {};
  if (status === 'succeeded' || status === 'requires_capture') return { outcome: 'paid' };
  // A bank transfer: the customer has seen where to send the money, and nothing more is to be done here.
  const isTransfer = status === 'requires_action' && action?.type === 'display_bank_transfer_instructions';
  if (status === 'processing' || isTransfer) return { outcome: 'processing' };
  return status === 'canceled' ? { outcome: 'canceled' } : undefined;
}

/** Something Stripe's script threw, as our error. Client secrets in its words are taken out. */
export function thrown(code: 'element' | 'misuse', error: unknown): CheckoutError {
  if (error instanceof CheckoutError) return error;
  const text = error instanceof Error ? error.message : String(error);
  return new CheckoutError(code, text.replace(/\w+_secret_\w+/g, '…'));
}
