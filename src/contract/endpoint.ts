/** What one endpoint says about itself. The list is in `endpoints.ts`; this file owns the words. */
import type { TSchema } from 'typebox';
import { StorefrontErrors } from './facade-shapes.js';
import { ErrorList, ErrorObject, TokenError } from './shapes.js';

/**
 * `list`: errors at the top; `object`: below `errors`; `merchant`: the same, with nothing but a message;
 * `storefront`: JSON:API, one for each fault; `oauth`: RFC 6749; `page`: HTML for a person.
 */
export type ErrorShape = 'list' | 'object' | 'merchant' | 'storefront' | 'oauth' | 'page';

/**
 * `tenant`: bearer token bound to the tenant of the header; `channel`: bearer token of the message channels;
 * `storefront`: the customer's own token or a guest's id, from an origin of the tenant; `client`: client id and secret;
 * `signature`: the PSP signs the bytes; `page`: token in the query; `public`: nothing.
 */
export type Access = 'tenant' | 'channel' | 'storefront' | 'client' | 'signature' | 'page' | 'public';

export interface Field {
  name: string;
  required: boolean;
  summary: string;
}

export interface Answer {
  status: number;
  summary: string;
  /** Absent when there is no body. */
  schema?: TSchema;
  /** Defaults to JSON. */
  mediaType?: string;
}

export interface Failure {
  status: number;
  when: string;
}

export interface Endpoint {
  /** Also the operation id in the OpenAPI document. */
  name: string;
  method: 'GET' | 'POST' | 'DELETE';
  /** With `{name}` for a variable part; `routePath` gives the router's spelling. */
  path: string;
  /** Further paths for the same thing. */
  aliases: readonly string[];
  group:
    | 'Tenants'
    | 'Payments'
    | 'Merchants'
    | 'Storefront'
    | 'Webhooks'
    | 'Payment page'
    | 'Tokens'
    | 'Channels'
    | 'Operation';
  summary: string;
  description?: string;
  access: Access;
  /** The token's audience must be one of these; empty when no token is needed. */
  audiences: readonly string[];
  headers: readonly Field[];
  query: readonly Field[];
  body?: TSchema;
  /** Media types the body may have; a body without content type is JSON. */
  mediaTypes: readonly string[];
  /** The body is read as the whole document, also in JSON:API; otherwise `data.attributes` of it. */
  wholeDocument?: boolean;
  /** The body is kept as bytes and never parsed. */
  rawBody?: boolean;
  success: readonly Answer[];
  errors: readonly Failure[];
  errorShape: ErrorShape;
}

/** The shape of an endpoint's error bodies; undefined for pages. */
export function errorSchema(shape: ErrorShape): TSchema | undefined {
  const schemas = { list: ErrorList, object: ErrorObject, merchant: ErrorObject, storefront: StorefrontErrors };
  return { ...schemas, oauth: TokenError, page: undefined }[shape];
}

/** What an endpoint may answer besides success: its own failures, and those every endpoint has. */
export function failuresOf(endpoint: Endpoint): readonly Failure[] {
  const own = new Set(endpoint.errors.map((failure) => failure.status));
  const everywhere: Failure[] = [{ status: 500, when: 'Something went wrong on our side.' }];
  if (endpoint.body !== undefined) everywhere.unshift({ status: 413, when: 'The body is larger than 1 MB.' });
  if (endpoint.body !== undefined && endpoint.rawBody !== true && endpoint.errorShape !== 'object') {
    everywhere.unshift({ status: 415, when: 'The content type is not one of those listed.' });
    if (!own.has(400)) everywhere.unshift({ status: 400, when: 'The body cannot be read.' });
  }
  // Whoever polls is never told to wait: the worker of a shop would end.
  const sends = endpoint.access === 'channel' && endpoint.method === 'POST';
  const waits = endpoint.access === 'tenant' || sends || endpoint.group === 'Webhooks';
  if (waits) everywhere.push({ status: 503, when: 'Too much is under way for this tenant; see `Retry-After`.' });
  return [...endpoint.errors, ...everywhere.filter((failure) => !own.has(failure.status))].sort(
    (a, b) => a.status - b.status,
  );
}

/** The path as Fastify spells it: `/webhooks/{token}` is `/webhooks/:token`. */
export function routePath(path: string): string {
  return path.replace(/\{(\w+)\}/g, ':$1');
}
