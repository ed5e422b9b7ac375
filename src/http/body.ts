/**
 * The one content-type parser: keeps the raw bytes (signatures are over these) and reads JSON, JSON:API and forms.
 * Reading a body into an endpoint's shape is `readBody`; what a shop may get wrong becomes an AppError.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Static, TSchema } from 'typebox';
import { parseJson } from '../contract/envelope.js';
import { normalize } from '../contract/normalize.js';
import { AppError } from '../domain/errors.js';
import { FormError, parseForm } from './form.js';

/** Larger bodies are refused with 413. */
export const BODY_LIMIT_BYTES = 1_048_576;

/** A media type with or without parameters (RFC 9110, 8.3.1). */
const MEDIA_TYPE = /^\s*[\w!#$%&'*+.^`|~-]+\/[\w!#$%&'*+.^`|~-]+\s*(?:;[^,]*)?$/;

export type BodyKind = 'json' | 'json-api' | 'form';

declare module 'fastify' {
  interface FastifyRequest {
    /** The body exactly as it came; undefined when there was none. */
    rawBody?: Buffer;
    /** How the body was read. */
    bodyKind?: BodyKind;
  }
  interface FastifyContextConfig {
    /** The route wants the bytes alone: nothing is parsed, whatever the content type says. */
    rawBodyOnly?: boolean;
  }
}

export interface ParsedBody {
  kind: BodyKind;
  /** The whole document; undefined when the body is empty. */
  document: unknown;
}

/** Replaces Fastify's parsers by ours. A body without content type is JSON: shops send commands that way. */
export function registerBodyParsers(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addHook('onRequest', async (request) => {
    const { headers, routeOptions } = request;
    // Some proxies send an empty one on: it says as little as none.
    if (headers['content-type']?.trim() === '') delete headers['content-type'];
    // Fastify refuses what is no media type at all; to a route that wants the bytes alone it says nothing anyway.
    const isOdd = headers['content-type'] !== undefined && !MEDIA_TYPE.test(headers['content-type']);
    if (isOdd && routeOptions.config.rawBodyOnly === true) delete headers['content-type'];
  });
  const options = { parseAs: 'buffer', bodyLimit: BODY_LIMIT_BYTES } as const;
  app.addContentTypeParser('*', options, (request, raw: Buffer, done) => {
    request.rawBody = raw;
    if (request.routeOptions.config.rawBodyOnly === true) return done(null, undefined);
    try {
      const parsed = parseBody(raw, request.headers['content-type']);
      request.bodyKind = parsed.kind;
      done(null, parsed.document);
    } catch (error) {
      done(error as Error);
    }
  });
}

/**
 * Reads a body by its content type. Throws AppError `body_malformed` for bytes that cannot be read or are beyond a
 * limit, `media_type_unknown` for another content type.
 */
export function parseBody(raw: Uint8Array, contentType: string | undefined): ParsedBody {
  const kind = bodyKind(contentType);
  const text = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength)
    .toString('utf8')
    .replace(/^\uFEFF/, '');
  if (text.trim() === '') return { kind, document: undefined };
  return { kind, document: kind === 'form' ? formDocument(text) : jsonDocument(text) };
}

/** True for `application/vnd.api+json`, with parameters or without: such a caller wants its errors in that form. */
export function isJsonApi(contentType: string | undefined): boolean {
  return mediaType(contentType) === 'application/vnd.api+json';
}

/**
 * The body of a request in an endpoint's shape. JSON:API documents give their `data.attributes` and test clients wrap
 * the body in `form_params`, unless the shape is of the whole document. Throws `body_required` or `body_mismatch`.
 */
export function readBody<S extends TSchema>(
  request: Pick<FastifyRequest, 'body' | 'bodyKind'>,
  schema: S,
  wholeDocument = false,
): Static<S> {
  if (request.body === undefined || request.body === null) throw new AppError('body_required');
  const body = wholeDocument ? request.body : unwrapped(request.body, request.bodyKind);
  const read = normalize(schema, body, { form: request.bodyKind === 'form' });
  if (read.error !== undefined) throw new AppError('body_mismatch', { values: { reason: read.error } });
  return read.value;
}

function unwrapped(body: unknown, kind: BodyKind | undefined): unknown {
  const attributes = kind === 'json-api' ? member(member(body, 'data'), 'attributes') : undefined;
  const inner = isMap(attributes) ? attributes : body;
  const wrapped = member(inner, 'form_params');
  return isMap(wrapped) ? wrapped : inner;
}

function member(value: unknown, name: string): unknown {
  return isMap(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function mediaType(contentType: string | undefined): string {
  return (contentType ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
}

function bodyKind(contentType: string | undefined): BodyKind {
  const type = mediaType(contentType);
  if (type === 'application/vnd.api+json') return 'json-api';
  if (type === 'application/x-www-form-urlencoded') return 'form';
  if (type === '' || type === 'application/json' || type === 'text/json' || /^application\/[\w.-]+\+json$/.test(type)) {
    return 'json';
  }
  throw new AppError('media_type_unknown', { values: { mediaType: type.slice(0, 80) } });
}

function jsonDocument(text: string): unknown {
  let document: unknown;
  try {
    document = parseJson(text);
  } catch {
    // The parser's own words quote the body, which may hold a secret.
    throw new AppError('body_malformed', { values: { reason: 'it is no JSON, or nested too deeply' } });
  }
  if (typeof document !== 'object' || document === null) {
    throw new AppError('body_malformed', { values: { reason: 'a JSON object or list is expected' } });
  }
  return document;
}

function formDocument(text: string): unknown {
  try {
    return parseForm(text);
  } catch (error) {
    if (!(error instanceof FormError)) throw error;
    throw new AppError('body_malformed', { values: { reason: error.message } });
  }
}
