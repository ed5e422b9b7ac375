/** Express checkout: the wallets, what a sheet shows and gives, and the messages of its two frames. */
import type { DeferredIntent } from './api.js';
import type { Appearance } from './appearance.js';
import type { StripeError } from './errors.js';
import type { Language } from './texts.js';

/** Wallets as events name them, and as options do. */
export const WALLETS = {
  apple_pay: { option: 'applePay', name: 'Apple Pay', type: 'card' },
  google_pay: { option: 'googlePay', name: 'Google Pay', type: 'card' },
  link: { option: 'link', name: 'Link', type: 'card' },
  paypal: { option: 'paypal', name: 'PayPal', type: 'paypal' },
  klarna: { option: 'klarna', name: 'Klarna', type: 'klarna' },
  amazon_pay: { option: 'amazonPay', name: 'Amazon Pay', type: 'amazon_pay' },
} as const;
export type Wallet = keyof typeof WALLETS;
export const WALLET_NAMES = Object.keys(WALLETS) as Wallet[];

export interface PartialAddress {
  city: string;
  state: string;
  postal_code: string;
  country: string;
}
export interface FullAddress extends PartialAddress {
  line1: string;
  line2: string | null;
}

export interface LineItem {
  name: string;
  amount: number;
}

interface Estimate {
  unit: string;
  value: number;
}

export interface ShippingRate {
  id: string;
  amount: number;
  displayName: string;
  deliveryEstimate?: string | { minimum?: Estimate; maximum?: Estimate };
}

/** What the page wants of the sheet: the options of the element, and over them what `click` was resolved with. */
export interface SheetWishes {
  emailRequired?: boolean;
  phoneNumberRequired?: boolean;
  billingAddressRequired?: boolean;
  shippingAddressRequired?: boolean;
  allowedShippingCountries?: string[];
  shippingRates?: ShippingRate[];
  lineItems?: LineItem[];
  business?: { name: string };
}

/** How the buttons look. */
export interface ButtonOptions {
  height: number;
  maxColumns: number;
  maxRows: number;
  overflow: 'auto' | 'never';
  order: readonly string[];
  /** By name of the option: `always`, `auto` or `never`. */
  show: Readonly<Record<string, string>>;
  theme: Readonly<Record<string, string>>;
  type: Readonly<Record<string, string>>;
}

export interface ExpressOptions {
  publishableKey: string;
  stripeAccount?: string;
  clientSecret?: string;
  deferred?: DeferredIntent;
  /** Host of the page, which has to be a registered domain. */
  host: string;
  language: Language;
  appearance: Appearance;
  buttons: ButtonOptions;
}

export interface Total {
  amount: number;
  currency: string;
}

export type ToExpress =
  | { type: 'mount' | 'update'; options: ExpressOptions }
  | { type: 'refresh'; request: number; options: ExpressOptions }
  | { type: 'focus' | 'blur' };

export type FromExpress =
  | { type: 'hello' | 'focus' | 'blur' | 'escape' }
  | { type: 'ready'; wallets: Wallet[]; merchant: string; total: Total }
  | { type: 'refreshed'; request: number; total?: Total }
  | { type: 'height'; pixels: number }
  | { type: 'click'; wallet: Wallet }
  | { type: 'loaderror'; error: StripeError };

/** What the sheet of a wallet shows. Amounts in minor units. */
export interface SheetOptions {
  wallet: Wallet;
  language: Language;
  amount: number;
  currency: string;
  business: string;
  wishes: SheetWishes;
}

/** What the page changed after an address or a rate was chosen. */
export interface SheetChange {
  amount: number;
  currency: string;
  lineItems?: LineItem[];
  shippingRates?: ShippingRate[];
}

/** What the buyer has approved. The contact is complete: what of it the page gets to see is not the sheet's to say. */
export interface Approval {
  wallet: Wallet;
  outcome: 'approve' | 'challenge' | 'decline';
  contact: { name: string; email: string; phone: string };
  billing: FullAddress;
  shipping?: { name: string; address: FullAddress };
  rate?: ShippingRate;
}

export type ToSheet =
  | { type: 'mount'; options: SheetOptions }
  | { type: 'changed'; change: SheetChange }
  | { type: 'rejected' }
  | { type: 'failed'; reason: string; message?: string };

export type FromSheet =
  | { type: 'hello' | 'close' }
  | { type: 'address'; name: string; address: PartialAddress }
  | { type: 'rate'; rate: ShippingRate }
  | { type: 'approve'; approval: Approval };
