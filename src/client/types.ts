/** The words of this module: carts, methods, customers and outcomes. Amounts are integers in minor units. */

/** A payment method as the app announced it to the shop (`AddPaymentMethod`). */
export interface Method {
  providerName: string;
  name: string;
  checkoutConfiguration?: {
    strategy?: string;
    /** Where Stripe's script comes from. Not needed when the page has loaded it already. */
    scripts?: readonly { url: string }[];
    paymentServiceProviderData?: {
      publishableKey?: string;
      accountId?: string;
      captureMethod?: string;
      isLive?: boolean;
      /** Wallets the tenant wants to be offered, in Stripe's words such as `apple_pay`. */
      methods?: readonly string[];
    };
  };
}

export interface Address {
  salutation?: string;
  firstName?: string;
  lastName?: string;
  address1?: string;
  address2?: string;
  address3?: string;
  zipCode?: string;
  city?: string;
  state?: string;
  phone?: string;
  /** ISO 3166 alpha-2, such as `DE`. */
  iso2Code?: string;
}

export interface Buyer {
  firstName: string;
  lastName: string;
  email: string;
  customerReference?: string;
}

export interface Line {
  name?: string;
  sku?: string;
  quantity?: number;
  unitPrice?: number;
}

export interface Expense {
  type?: string;
  name?: string;
  quantity?: number;
  unitPrice?: number;
}

interface QuoteBasis {
  currency: { code: string };
  shippingAddress?: Address;
  items?: Line[];
  expenses?: Expense[];
  priceMode?: string;
  store?: { name?: string };
}

/** The cart that is paid. */
export interface Quote extends QuoteBasis {
  customer: Buyer;
  billingAddress: Address & { iso2Code: string };
}

/** The cart of an express payment: who buys is known only when the customer has agreed to pay. */
export interface ExpressQuote extends QuoteBasis {
  customer?: Partial<Buyer>;
  billingAddress?: Address;
}

/** What is to be paid now. */
export interface Asking {
  quote: Quote;
  /** Grand total in minor units of the quote's currency, 1 or more. */
  amount: number;
}

/**
 * What names the payment to the shop's own server, which hands it to the app with the order. The client secret stays in
 * the browser.
 */
export type PreOrderPaymentData = { readonly transactionId: string } & Readonly<Record<string, string>>;

/** How it went. A decline is an outcome, not an error: the customer reads `message` and tries again. */
export interface Result {
  /**
   * `paid`: the money is reserved or taken. `processing`: on its way, such as a bank debit. `failed`: not paid, may be
   * tried again. `canceled`: the payment or the wallet's sheet was closed.
   */
  outcome: 'paid' | 'processing' | 'failed' | 'canceled';
  /** For the customer, in the language of the checkout; absent when Stripe has no words for customers. */
  message?: string;
  /** For the developer: why it failed, such as `card_declined`. */
  code?: string;
  preOrderPaymentData?: PreOrderPaymentData;
}

export type Outcome = Result['outcome'];

type Told = string | null;

/** An address that the customer gave to the wallet. */
export interface CustomerAddress {
  salutation?: Told;
  firstName?: Told;
  lastName?: Told;
  address1?: Told;
  address2?: Told;
  address3?: Told;
  zipCode?: Told;
  city?: Told;
  country?: Told;
  iso2Code?: Told;
  company?: Told;
  phone?: Told;
  isDefaultShipping?: boolean | null;
  isDefaultBilling?: boolean | null;
}

/** Who pays and where it goes, as the wallet told it. */
export interface Customer {
  salutation?: Told;
  firstName?: Told;
  lastName?: Told;
  email?: Told;
  phone?: Told;
  company?: Told;
  billingAddress?: CustomerAddress | null;
  shippingAddress?: CustomerAddress | null;
}

/** A line of the wallet's sheet. */
export interface LineItem {
  name: string;
  amount: number;
}

export interface ShippingRate {
  id: string;
  displayName: string;
  amount: number;
  deliveryEstimate?: string;
}

/** What a wallet tells of an address before the customer agrees to pay: no name, no street. */
export interface WalletAddress {
  city: string;
  state: string;
  postal_code: string;
  country: string;
}

/** What the wallet's sheet shows and what is paid when the customer agrees. */
export interface ExpressCart {
  quote: ExpressQuote;
  /** Everything together, with the shipping rate that is chosen (the first one, until the customer chooses). */
  amount: number;
  lineItems?: readonly LineItem[];
  shippingRates?: readonly ShippingRate[];
}
