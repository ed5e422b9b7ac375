/** Reads the documents of front-ends in a browser: every fault with its place, and orders in our own words. */
import type { Static, TSchema } from 'typebox';
import { isNobody, type Customer, type CustomerAddress } from '../domain/customer.js';
import { AppError, type DocumentFault } from '../domain/errors.js';
import type { Order } from '../domain/order.js';
import { toCustomer, toPspData } from './customer.js';
import {
  CancellationBody,
  CustomerBody,
  type CustomerAddress as StorefrontAddress,
  type CustomerDocument,
  ExpressPaymentBody,
  OrdinaryPaymentBody,
  type ChosenMethod,
  type ExpressPaymentAttributes,
} from './facade-shapes.js';
import { normalizeFully } from './normalize.js';
import { wantedLanguages } from './texts.js';
import { normalizeMethod, preOrderTransactionId, toOrder } from './translate.js';

const ATTRIBUTES = '/data/attributes';
/** Ids of PSPs are shorter. */
const PSP_TEXT_CHARS = 500;

export interface PaymentAsking {
  /** Which of the tenant's methods; see `methodKey`. */
  method: string;
  order: Order;
  /** The payment to change. */
  transactionId?: string;
}

/**
 * What `POST /payments` asks for. Never has an order reference: front-ends start payments before there is an order. The
 * order's locale is that of `Accept-Language`. Throws `document_refused` with every fault.
 */
export function readPaymentAsking(document: unknown, acceptLanguage: string | undefined): PaymentAsking {
  const { value } = normalizeFully(ExpressPaymentBody, document);
  const attributes = isExpress(value) ? read(ExpressPaymentBody, document) : read(OrdinaryPaymentBody, document);
  const { payment, preOrderPaymentData } = attributes.data.attributes;
  const transactionId = preOrderTransactionId(preOrderPaymentData);
  return {
    method: methodKey(payment.paymentProviderName, payment.paymentMethodName),
    order: orderOf(attributes.data.attributes, localeName(acceptLanguage)),
    ...(transactionId === undefined ? {} : { transactionId }),
  };
}

/** What `POST /payment-cancellations` asks for. Throws `document_refused`. */
export function readCancellation(document: unknown): { method: string; transactionId: string } {
  const { payment, preOrderPaymentData } = read(CancellationBody, document).data.attributes;
  const transactionId = preOrderTransactionId(preOrderPaymentData);
  if (transactionId === undefined) {
    throw refused([{ pointer: `${ATTRIBUTES}/preOrderPaymentData/transactionId`, text: 'is required' }]);
  }
  return { method: methodKey(payment.paymentProviderName, payment.paymentMethodName), transactionId };
}

export interface CustomerAsking {
  method: string;
  /** What the PSP told the front-end. */
  told: Record<string, string>;
  /** What the front-end knows already. */
  known: Customer;
}

/** What `POST /payment-customers` asks for. Throws `document_refused`. */
export function readCustomerAsking(document: unknown): CustomerAsking {
  const { payment, customerPaymentServiceProviderData, customer } = read(CustomerBody, document).data.attributes;
  const told = toPspData(customerPaymentServiceProviderData);
  const long = Object.keys(told).filter((name) => (told[name]?.length ?? 0) > PSP_TEXT_CHARS);
  if (long.length > 0) {
    const text = `must NOT have more than ${PSP_TEXT_CHARS} characters`;
    throw refused(long.map((name) => ({ pointer: `${ATTRIBUTES}/customerPaymentServiceProviderData/${name}`, text })));
  }
  const known = toCustomer(customer);
  if (Object.keys(told).length === 0 && isNobody(known)) {
    throw refused([{ pointer: `${ATTRIBUTES}/customerPaymentServiceProviderData`, text: 'is required' }]);
  }
  return { method: methodKey(payment.paymentProviderName, payment.paymentMethodName), told, known };
}

/** What `POST /payment-customers` answers: all members are always there, and what nobody knows is null. */
export function customerAttributes(customer: Customer): CustomerDocument['data']['attributes'] {
  const { salutation, firstName, lastName, email, phone, company, billingAddress, shippingAddress } = customer;
  const person = { salutation, firstName, lastName, email, phone, company };
  return {
    customer: {
      ...nulled(person),
      billingAddress: addressAttributes(billingAddress),
      shippingAddress: addressAttributes(shippingAddress),
    },
  };
}

/** A PSP does not know which addresses the shop calls default ones. */
function addressAttributes(address: CustomerAddress | undefined): StorefrontAddress | null {
  if (address === undefined) return null;
  const { salutation, firstName, lastName, address1, address2, address3 } = address;
  const { zipCode, city, country, company, phone } = address;
  const lines = {
    salutation,
    firstName,
    lastName,
    address1,
    address2,
    address3,
    zipCode,
    city,
    country,
    company,
    phone,
  };
  return { ...nulled({ ...lines, iso2Code: country }), isDefaultShipping: null, isDefaultBilling: null };
}

type Nulled<T> = { [K in keyof T]-?: Exclude<T[K], undefined> | null };

function nulled<T extends object>(members: T): Nulled<T> {
  return Object.fromEntries(Object.entries(members).map(([name, value]) => [name, value ?? null])) as Nulled<T>;
}

/** What a tenant's method is found by: `stripe-credit-card`. */
export function methodKey(providerName: string, name: string): string {
  return `${providerName}-${normalizeMethod(name)}`;
}

/** No such method: the fault is at the method's name. */
export function methodUnknown(): AppError {
  return new AppError('method_unknown', { faults: [{ pointer: `${ATTRIBUTES}/payment/paymentMethodName` }] });
}

/** The document is refused, with everything that is wrong in it. */
export function refused(faults: readonly DocumentFault[]): AppError {
  return new AppError('document_refused', { faults });
}

function read<S extends TSchema>(schema: S, document: unknown): Static<S> {
  const { value, faults } = normalizeFully(schema, document);
  if (faults.length > 0) throw refused(faults);
  return value;
}

/** The method of the express buttons, of any provider. */
const EXPRESS_METHOD = 'express-checkout';

/** Looks at a document that may have any shape. */
function isExpress(document: unknown): boolean {
  type Parts = { data?: { attributes?: { payment?: Partial<ChosenMethod> } } } | undefined;
  const name: unknown = (document as Parts)?.data?.attributes?.payment?.paymentMethodName;
  return typeof name === 'string' && normalizeMethod(name) === EXPRESS_METHOD;
}

/** A cart and a payment as the order that shops send. */
function orderOf({ quote, payment }: ExpressPaymentAttributes, locale: string | undefined): Order {
  const { customer = {}, billingAddress: billing = {}, shippingAddress: shipping = {} } = quote;
  const { paymentProviderName, paymentMethodName, paymentMethod = paymentMethodName } = payment;
  const isWholeKey = normalizeMethod(paymentMethod) === methodKey(paymentProviderName, paymentMethodName);
  const orderData = present({
    grandTotal: payment.amount,
    currencyCode: quote.currency.code,
    paymentMethod: isWholeKey ? paymentMethodName : paymentMethod,
    additionalPaymentData: payment.additionalPaymentData,
    priceMode: quote.priceMode,
    storeName: quote.store?.name,
    items: quote.items,
    expenses: quote.expenses,
    customerReference: customer.customerReference,
    customerEmail: customer.email,
    customerFirstName: billing.firstName ?? customer.firstName,
    customerLastName: billing.lastName ?? customer.lastName,
    salutation: billing.salutation,
    address1: billing.address1,
    address2: billing.address2,
    address3: billing.address3,
    zip: billing.zipCode,
    city: billing.city,
    state: billing.state,
    countryCode: billing.iso2Code?.toUpperCase(),
    phone: billing.phone,
    shippingSalutation: shipping.salutation,
    shippingFirstName: shipping.firstName,
    shippingLastName: shipping.lastName,
    shippingAddress1: shipping.address1,
    shippingAddress2: shipping.address2,
    shippingAddress3: shipping.address3,
    shippingZip: shipping.zipCode,
    shippingCity: shipping.city,
    shippingState: shipping.state,
    shippingCountryCode: shipping.iso2Code?.toUpperCase(),
    shippingPhone: shipping.phone,
  });
  return toOrder(orderData, locale);
}

/** `de-DE, en;q=0.5` is `de_DE`: the best language that is one, as shops write it. */
function localeName(acceptLanguage: string | undefined): string | undefined {
  for (const tag of wantedLanguages(acceptLanguage)) {
    const [, language, region] = /^([a-z]{2,3})(?:[-_][a-z]{4})?(?:[-_]([a-z]{2}))?$/i.exec(tag) ?? [];
    if (language === undefined) continue;
    return region === undefined ? language.toLowerCase() : `${language.toLowerCase()}_${region.toUpperCase()}`;
  }
  return undefined;
}

type Present<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

function present<T extends object>(members: T): Present<T> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Present<T>;
}
