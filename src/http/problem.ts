/**
 * The one error mapper: any thrown thing to status, headers and body in the shape the caller reads. Shops look for
 * the message in fixed places, so the shapes differ by endpoint (docs/protocol.md, Errors).
 */
import type { ErrorShape } from '../contract/endpoint.js';
import { JSON_API_TYPE, JSON_TYPE } from '../contract/payment-endpoints.js';
import { errorText, TEXTS, type Locale } from '../contract/texts.js';
import { AppError, type DocumentFault, type ErrorCode } from '../domain/errors.js';

export interface ProblemOptions {
  shape: ErrorShape;
  /** Defaults to English. */
  locale?: Locale;
  /** The request came as JSON:API: errors are below `errors`, whatever the endpoint. */
  jsonApi?: boolean;
  /** The caller asked for faults by field, beside the message that joins them. */
  perField?: boolean;
}

export interface Problem {
  status: number;
  headers: Record<string, string>;
  body: unknown;
  /** The public text alone, for pages. */
  message: string;
  /** What was thrown, as an AppError: its detail and cause are for the log. */
  error: AppError;
}

/** A queue that is full now moves on within a second. */
const RETRY_AFTER_SECONDS = '1';

/** Turns anything thrown into an answer. What is no AppError answers 500 and says nothing about its cause. */
export function problem(thrown: unknown, options: ProblemOptions): Problem {
  const { shape, locale = 'en', jsonApi = false, perField = false } = options;
  const error = placed(asAppError(thrown), shape);
  const message = errorText(error, locale);
  const words = { shape, locale, jsonApi, perField };
  const mediaType = jsonApi && shape === 'storefront' ? JSON_API_TYPE : JSON_TYPE;
  const headers: Record<string, string> = { 'content-type': mediaType };
  if (error.wwwAuthenticate !== undefined) headers['www-authenticate'] = error.wwwAuthenticate;
  else if (error.status === 401 && error.code !== 'invalid_client') headers['www-authenticate'] = 'Bearer';
  if (error.code === 'busy') headers['retry-after'] = RETRY_AFTER_SECONDS;
  return { status: error.status, headers, message, error, body: bodyOf(error, message, words) };
}

/** The thrown thing itself, or what it means: Fastify's own refusals keep their status, all else is ours. */
export function asAppError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  const { code, statusCode } = (typeof thrown === 'object' && thrown !== null ? thrown : {}) as {
    code?: unknown;
    statusCode?: unknown;
  };
  const refused = typeof code === 'string' && code.startsWith('FST_') && typeof statusCode === 'number';
  if (!refused || statusCode < 400 || statusCode > 499) return new AppError('internal', { cause: thrown });
  if (statusCode === 413) return new AppError('body_too_large', { cause: thrown });
  if (statusCode === 415) return new AppError('media_type_unknown', { values: { mediaType: '' }, cause: thrown });
  if (statusCode === 404) return new AppError('route_unknown', { cause: thrown });
  return new AppError('request_refused', { status: statusCode, cause: thrown });
}

const UNREADABLE: readonly ErrorCode[] = ['body_required', 'body_malformed', 'body_mismatch', 'media_type_unknown'];

/** What is no fault of the document a front-end sent; everything else below 500 is answered 422. */
const NO_DOCUMENT_FAULTS: ReadonlySet<ErrorCode> = new Set([
  'body_required',
  'body_malformed',
  'body_too_large',
  'media_type_unknown',
  'request_refused',
  'route_unknown',
  'too_many_requests',
  'token_missing',
  'token_invalid',
  'tenant_required',
  'storefront_unknown',
  'origin_refused',
  'caller_missing',
]);

/** What front-ends are told of a payment or a tenant. */
function forStorefront(error: AppError): AppError {
  const { code, faults, values, detail } = error;
  if (error.status >= 500 || NO_DOCUMENT_FAULTS.has(code)) return error;
  if (code === 'tenant_unknown' || code === 'tenant_disconnected') return new AppError('storefront_unknown');
  const own = error.ownText ? { message: error.message } : {};
  const told = { faults, values, ...own, ...(detail === undefined ? {} : { detail }) };
  return error.status === 422 ? error : new AppError(code, { ...told, status: 422, cause: error.cause });
}

/** Configure and disconnect answer some faults with their own code and status. */
function placed(error: AppError, shape: ErrorShape): AppError {
  if (shape === 'storefront') return forStorefront(error);
  if (shape !== 'object') return error;
  if (UNREADABLE.includes(error.code)) return new AppError('wrong_format', { detail: error.message, cause: error });
  if (error.code === 'tenant_required') return new AppError('tenant_required', { status: 422, cause: error });
  return error;
}

function bodyOf(error: AppError, message: string, options: Required<ProblemOptions>): unknown {
  const { shape, locale, jsonApi } = options;
  if (shape === 'page') return message;
  if (shape === 'storefront') return { errors: storefrontEntries(error, message) };
  if (shape === 'oauth') return { error: tokenCode(error), error_description: message };
  // Shops show the message of this very place and know no other.
  if (shape === 'merchant') return { errors: [{ status: null, code: null, message, confirm: null }] };
  if (shape === 'object') {
    const entry = objectEntry(error, message, { locale, bothCasings: jsonApi });
    return { errors: [options.perField && error.faults.length > 0 ? { ...entry, fields: byField(error) } : entry] };
  }
  const entry = { status: error.status, code: null, message, confirm: null };
  return jsonApi ? { errors: [entry] } : [entry];
}

/** One for each fault, with its place: https://jsonapi.org/format/#error-objects */
function storefrontEntries(error: AppError, message: string): object[] {
  const { status, faults } = error;
  if (faults.length === 0) return [{ status, code: null, detail: message }];
  return faults.map(({ pointer, text }) => {
    const detail = text === undefined ? message : `${nameOf(pointer)} ${text}`;
    return { status, code: null, detail, source: { pointer } };
  });
}

/** `/data/attributes/payment/amount` is called `payment.amount`. */
function nameOf(pointer: DocumentFault['pointer']): string {
  const name = pointer
    .replace(/^\/data\/attributes\//, '')
    .replace(/^\//, '')
    .replaceAll('/', '.');
  return name === '' ? 'the document' : name;
}

/** Questions and their refusals, by the codes the catalog knows. */
const DIALOGUE: Partial<Record<ErrorCode, { code: string; asks: boolean }>> = {
  tenant_missing: { code: '20000', asks: false },
  orders_open: { code: '21000', asks: true },
  orders_open_kept: { code: '21001', asks: false },
  merchants_active: { code: '22000', asks: true },
  merchants_active_kept: { code: '22001', asks: false },
};

/** Failures after the checks: answered 400, with 422 as a number inside. */
const ACTION_FAILURES: readonly ErrorCode[] = [
  'action_failed',
  'configuration_unsaved',
  'disconnect_unsaved',
  'tenant_unknown',
];

function objectEntry(error: AppError, message: string, words: { locale: Locale; bothCasings: boolean }): object {
  const dialogue = DIALOGUE[error.code];
  if (dialogue !== undefined) {
    const { code, asks } = dialogue;
    return { code, message, status: error.status, ...(asks ? { confirm: labels(words) } : {}) };
  }
  if (ACTION_FAILURES.includes(error.code)) return { code: 422, message, status: 422 };
  return { code: String(error.status), message, status: null, confirm: null };
}

/** Pointers as the dotted paths that a form knows its fields by. */
function byField({ faults, message }: AppError): object[] {
  return faults.map(({ pointer, text }) => ({
    property: pointer.slice(1).replaceAll('/', '.'),
    message: text ?? message,
  }));
}

/** JSON:API readers look for snake_case labels, others for camelCase. */
function labels(words: { locale: Locale; bothCasings: boolean }): object {
  const { label_disconnect: ok, label_cancel: cancel } = TEXTS[words.locale];
  const labelled = { labelOk: ok, labelCancel: cancel };
  return words.bothCasings ? { ...labelled, label_ok: ok, label_cancel: cancel } : labelled;
}

const TOKEN_CODES: readonly ErrorCode[] = [
  'invalid_request',
  'invalid_client',
  'unauthorized_client',
  'unsupported_grant_type',
  'invalid_target',
];

/** The token endpoint speaks the codes of RFC 6749 only. */
function tokenCode(error: AppError): string {
  if (TOKEN_CODES.includes(error.code)) return error.code;
  return error.status >= 500 ? 'server_error' : 'invalid_request';
}
