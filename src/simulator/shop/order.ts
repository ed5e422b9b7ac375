/**
 * An order of the demo shop: how it is read from a form or from JSON, and what it costs. Every unit becomes a line of
 * its own, as in shops whose order management moves each unit separately.
 */
import {
  COUNTRIES,
  CURRENCIES,
  findProduct,
  LANGUAGES,
  MAX_QUANTITY,
  SHIPPING_COSTS,
  SHIPPINGS,
  type Country,
  type Currency,
  type Language,
  type Shipping,
} from './catalogue.js';

export interface Customer {
  firstName: string;
  lastName: string;
  email: string;
  country: Country;
}

/** What the customer put together, before it is an order. */
export interface Draft {
  /** Units by product. */
  quantities: Record<string, number>;
  customer: Customer;
  language: Language;
  currency: Currency;
  shipping: Shipping;
  /** Name of the payment method; absent: the first one the app offers. */
  paymentMethod?: string;
  /** Minor units; replaces the price of the shipping, so that a test reaches any total. */
  shippingCost?: number;
}

/** Where an order goes, as a wallet told it. */
export interface PostalAddress {
  name: string;
  lines: string[];
  zipCode: string;
  city: string;
  country: string;
}

export interface OrderLine {
  /** The number the shop's database gives the line; on the wire idSalesOrderItem. */
  id: number;
  sku: string;
  name: string;
  /** Minor units. */
  price: number;
  /** Who sells it on a marketplace; absent: the shop itself. */
  merchantReference?: string;
}

export interface Order {
  orderReference: string;
  placedAt: string;
  language: Language;
  currency: Currency;
  customer: Customer;
  shipping: Shipping;
  shippingCost: number;
  grandTotal: number;
  paymentMethod?: string;
  /** The payment was there before the order: this names it. */
  transactionId?: string;
  address?: PostalAddress;
  lines: OrderLine[];
}

/** What is wrong with a draft: the field, for the form to mark, and which of our texts says why. */
export interface DraftProblem {
  field: 'cart' | 'firstName' | 'lastName' | 'email' | 'total';
  text: 'problemCart' | 'problemName' | 'problemEmail' | 'problemTotal';
}

export const EXAMPLE_DRAFT: Draft = {
  quantities: { mug: 1, blanket: 1 },
  customer: { firstName: 'Ada', lastName: 'Lovelace', email: 'ada@example.com', country: 'DE' },
  language: 'en',
  currency: 'EUR',
  shipping: 'standard',
};

/** One product of every seller. */
export const MARKETPLACE_DRAFT: Draft = { ...EXAMPLE_DRAFT, quantities: { mug: 1, blanket: 1, lantern: 1 } };

const MAX_NAME_LENGTH = 100;
const MAX_EMAIL_LENGTH = 200;

/**
 * Reads a draft from what a form or a caller sent. Anything absent or unknown falls back to `basis`; quantities never
 * do: what is not named is not ordered.
 */
export function readDraft(sent: Readonly<Record<string, unknown>>, basis: Draft): Draft {
  const customer = isRecord(sent['customer']) ? sent['customer'] : sent;
  const [first, ...rest] = text(customer['name'], '').split(/\s+/).filter(Boolean);
  const shippingCost = sent['shippingCost'];
  const paymentMethod = text(sent['paymentMethod'], basis.paymentMethod ?? '');
  return {
    quantities: readQuantities(sent),
    customer: {
      firstName: text(customer['firstName'], first ?? basis.customer.firstName),
      lastName: text(customer['lastName'], rest.length > 0 ? rest.join(' ') : basis.customer.lastName),
      email: text(customer['email'], basis.customer.email),
      country: oneOf(COUNTRIES, customer['country'], basis.customer.country),
    },
    // A shop's locale such as de_DE counts as its language.
    language: oneOf(LANGUAGES, text(sent['locale'] ?? sent['language'], '').slice(0, 2), basis.language),
    currency: oneOf(CURRENCIES, sent['currency'], basis.currency),
    shipping: oneOf(SHIPPINGS, sent['shipping'], basis.shipping),
    ...(paymentMethod === '' ? {} : { paymentMethod }),
    ...(Number.isSafeInteger(shippingCost) ? { shippingCost: shippingCost as number } : {}),
  };
}

/** Everything that keeps the draft from becoming an order; empty when nothing does. */
export function problemsOf(draft: Draft): DraftProblem[] {
  const problems: DraftProblem[] = [];
  const { firstName, lastName, email } = draft.customer;
  const quantities = Object.entries(draft.quantities);
  const isSold = quantities.every(([sku, quantity]) => findProduct(sku) !== undefined && isQuantity(quantity));
  if (!isSold || quantities.every(([, quantity]) => quantity === 0)) {
    problems.push({ field: 'cart', text: 'problemCart' });
  }
  if (!isName(firstName)) problems.push({ field: 'firstName', text: 'problemName' });
  if (!isName(lastName)) problems.push({ field: 'lastName', text: 'problemName' });
  if (email.length > MAX_EMAIL_LENGTH || !/^[^\s@]+@[^\s@]+$/.test(email)) {
    problems.push({ field: 'email', text: 'problemEmail' });
  }
  if (draft.shippingCost !== undefined && draft.shippingCost < 0) {
    problems.push({ field: 'total', text: 'problemTotal' });
  }
  return problems;
}

/** The order of a draft without problems. Line ids derive from the order's number, so they are unique in the shop. */
export function orderOf(draft: Draft, number: number, placedAt: string): Order {
  const units = Object.entries(draft.quantities).flatMap(([sku, quantity]) => {
    const product = findProduct(sku);
    return product === undefined ? [] : Array.from({ length: quantity }, () => product);
  });
  const lines = units.map((product, index) => ({
    id: number * 100 + index + 1,
    sku: product.sku,
    name: product.name[draft.language],
    price: product.price[draft.currency],
  }));
  const shippingCost = draft.shippingCost ?? SHIPPING_COSTS[draft.shipping][draft.currency];
  return {
    orderReference: `DEMO--${number}`,
    placedAt,
    language: draft.language,
    currency: draft.currency,
    customer: draft.customer,
    shipping: draft.shipping,
    shippingCost,
    grandTotal: sumOf(lines) + shippingCost,
    ...(draft.paymentMethod === undefined ? {} : { paymentMethod: draft.paymentMethod }),
    lines,
  };
}

/** Minor units of the lines together. */
export function sumOf(lines: readonly OrderLine[]): number {
  return lines.reduce((sum, line) => sum + line.price, 0);
}

/** Whether a value is an object with named fields, neither null nor a list. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** From `items: [{sku, quantity}]`, or from form fields such as `quantity.mug`. */
function readQuantities(sent: Readonly<Record<string, unknown>>): Record<string, number> {
  const quantities: Record<string, number> = {};
  const listed = Array.isArray(sent['items']) ? sent['items'].filter(isRecord) : [];
  for (const { sku, quantity } of listed) {
    quantities[String(sku)] = (quantities[String(sku)] ?? 0) + Number(quantity ?? 1);
  }
  for (const [field, value] of Object.entries(sent)) {
    if (field.startsWith('quantity.')) quantities[field.slice('quantity.'.length)] = Number(value);
  }
  return quantities;
}

function isQuantity(quantity: number): boolean {
  return Number.isInteger(quantity) && quantity >= 0 && quantity <= MAX_QUANTITY;
}

function isName(name: string): boolean {
  return name !== '' && name.length <= MAX_NAME_LENGTH;
}

function text(value: unknown, otherwise: string): string {
  return typeof value === 'string' ? value.trim() : otherwise;
}

function oneOf<T extends string>(known: readonly T[], value: unknown, otherwise: T): T {
  return known.find((entry) => entry === value) ?? otherwise;
}
