/** What went wrong on a page, as one word of the error catalogue and a status; details are for the log alone. */
import { AppError, type ErrorCode } from '../domain/errors.js';

/** The code of an error of ours; Fastify's refusals of a request are `request_refused`, all else is `internal`. */
export function asErrorCode(error: unknown): ErrorCode {
  if (error instanceof AppError) return error.code;
  return asStatus(error) < 500 ? 'request_refused' : 'internal';
}

/** The HTTP status: Fastify's own refusals keep theirs. */
export function asStatus(error: unknown): number {
  if (error instanceof AppError) return error.status;
  const { statusCode } = (typeof error === 'object' && error !== null ? error : {}) as { statusCode?: unknown };
  return typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500 ? statusCode : 500;
}
