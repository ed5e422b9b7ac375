/** Turns shapes into the schemas of a document: shared shapes stand once, under their names. */
import type { TSchema } from 'typebox';
import * as storefront from './facade-shapes.js';
import * as shapes from './shapes.js';

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

/** Shapes that get a name of their own in documents. */
const NAMED = new Map<unknown, string>([
  [shapes.OrderData, 'OrderData'],
  [shapes.OrderItem, 'OrderItem'],
  [shapes.OrderExpense, 'OrderExpense'],
  [shapes.ErrorList, 'ErrorList'],
  [shapes.ErrorObject, 'ErrorObject'],
  [shapes.ErrorEntry, 'ErrorEntry'],
  [shapes.TokenError, 'TokenError'],
  [storefront.Quote, 'Quote'],
  [storefront.ExpressQuote, 'ExpressQuote'],
  [storefront.QuoteAddress, 'QuoteAddress'],
  [storefront.CustomerAddress, 'CustomerAddress'],
  [storefront.StorefrontErrors, 'StorefrontErrors'],
]);

/** Collects the named schemas a document refers to. */
export interface Schemas {
  /** The schema as it stands in the document: a reference when it has a name. */
  of(schema: TSchema): Json;
  /** All named schemas that were referred to, by name. */
  named(): JsonObject;
}

/** Schemas for one document, below `#/components/schemas`. */
export function collectSchemas(): Schemas {
  const used = new Map<string, Json>();
  const plain = (value: unknown): Json => {
    if (Array.isArray(value)) return value.map(write);
    if (typeof value !== 'object' || value === null) return value as Json;
    const members = Object.entries(value).filter(([, member]) => member !== undefined);
    return Object.fromEntries(members.map(([key, member]) => [key, write(member)]));
  };
  const write = (value: unknown): Json => {
    const name = NAMED.get(value);
    if (name === undefined) return plain(value);
    if (!used.has(name)) {
      used.set(name, null);
      used.set(name, plain(value));
    }
    return { $ref: `#/components/schemas/${name}` };
  };
  return {
    of: write,
    named: () => Object.fromEntries([...used].sort(([a], [b]) => (a < b ? -1 : 1))),
  };
}

export interface DocumentOptions {
  /** Where this service is reached, such as `https://pay.example`; left out of the committed files. */
  serverUrl?: string;
  /** Of the service. */
  version: string;
}
