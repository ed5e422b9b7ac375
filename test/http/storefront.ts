/** What the tests of the storefront endpoints share: a tenant with a storefront, its documents, and how they are sent. */
import { expect } from 'vitest';
import { validateResponse } from '../../src/contract/check.js';
import { SANDBOX_SETTINGS, type Answered, type TestApp, type TestShop } from '../support/app.js';
import { ask } from './doors.js';

export const JSON_TYPE = 'application/json';
export const JSON_API_TYPE = 'application/vnd.api+json';
export const MEDIA_TYPES = [JSON_TYPE, JSON_API_TYPE, `${JSON_API_TYPE}; ext="x"`];

export const ORIGIN = 'https://shop.example';
export const FACADE = { enabled: true, origins: [ORIGIN, 'https://m.shop.example:8443'] };

export const CARD = { name: 'Credit Card', providerName: 'sandbox' };
export const EXPRESS = { name: 'Express Checkout', providerName: 'sandbox' };

/** A connected tenant with a storefront and two methods. */
export async function storefront(app: TestApp, facade: object = FACADE): Promise<TestShop> {
  const shop = app.shop();
  const { status } = await shop.configure({ ...SANDBOX_SETTINGS, paymentMethods: [CARD, EXPRESS], facade });
  expect(status).toBe(200);
  return shop;
}

export const GUEST = 'guest-5f2c9b1e-7d1a';

export function guest(tenantId: string, id = GUEST): Record<string, string> {
  return { 'x-tenant-identifier': tenantId, 'x-anonymous-customer-unique-id': id };
}

export interface Sent {
  headers: Record<string, string>;
  /** Of the body; also where the answer comes in. */
  mediaType?: string;
  path?: string;
}

/** Posts a document; the answer is checked against the endpoint's shape and its media type. */
export async function post(app: TestApp, endpoint: string, document: unknown, sent: Sent): Promise<Answered> {
  const { headers, mediaType = JSON_TYPE, path = `/${endpoint}` } = sent;
  const body = typeof document === 'string' ? document : JSON.stringify(document);
  const answer = await ask(app, path, { headers: { 'content-type': mediaType, ...headers }, body });
  expect(validateResponse(endpoint, answer.status, answer.body), JSON.stringify(answer.body)).toBeUndefined();
  // JSON:API allows no parameter that it does not know, not even a character set.
  const wanted = mediaType.startsWith(JSON_API_TYPE) ? JSON_API_TYPE : 'application/json; charset=utf-8';
  expect(answer.headers.get('content-type')).toBe(wanted);
  expect(answer.headers.get('vary')).toBe('Origin');
  expect(answer.headers.get('cache-control')).toBe('no-store');
  return answer;
}

export function quote(changes: object = {}): Record<string, unknown> {
  return {
    customer: { firstName: 'Ada', lastName: 'Lovelace', email: 'ada@example.com', customerReference: 'DE--21' },
    billingAddress: { iso2Code: 'DE', firstName: 'Ada', lastName: 'King', zipCode: '10115', city: 'Berlin' },
    currency: { code: 'EUR' },
    items: [{ name: 'Oryx', sku: '001_1', quantity: 2, unitPrice: 5_500, idSalesOrderItem: 7 }],
    expenses: [{ name: 'Shipping', type: 'SHIPMENT_EXPENSE_TYPE', quantity: 1, unitPrice: 1_000 }],
    ...changes,
  };
}

export function paymentAttributes(changes: object = {}): Record<string, unknown> {
  return {
    quote: quote(),
    payment: { amount: 12_000, paymentMethodName: CARD.name, paymentProviderName: CARD.providerName },
    preOrderPaymentData: [],
    ...changes,
  };
}

export function documentOf(type: string, attributes: unknown): unknown {
  return { data: { type, attributes } };
}

export function paymentDocument(changes: object = {}): unknown {
  return documentOf('payments', paymentAttributes(changes));
}

/** One error, whole. */
export function storefrontError(status: number, detail: string, pointer?: string): unknown {
  return { errors: [{ status, code: null, detail, ...(pointer === undefined ? {} : { source: { pointer } }) }] };
}
