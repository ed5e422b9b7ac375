/** How an answer looks on the wire: the headers every answer has, and errors in the shape of `/v1` or `/v2`. */
import { ApiError } from '../core/errors.js';
import type { ErrorBody } from '../core/errors.js';
import type { FaultRule } from '../core/faults.js';
import type { Simulation } from '../core/simulation.js';
import { forBrowser } from '../resources/intents.js';
import { API_VERSION } from '../webhooks/emit.js';
import type { Caller } from './keys.js';
import { json } from './wire.js';
import type { WireAnswer, WireRequest } from './wire.js';

/** A request with what is known about it before it is performed. */
export interface Asked {
  request: WireRequest;
  requestId: string;
  caller: Caller | null;
  fault: FaultRule | undefined;
  idempotencyKey: string | null;
}

/** Whether the newer half of the API is asked: JSON bodies, times as text, errors of another shape. */
export const isV2 = (request: { path: string }): boolean => request.path.startsWith('/v2/');

/** The account a platform acts for: `Stripe-Account`, or `Stripe-Context` as the SDK sends it for thin events. */
export const askedAccount = (request: WireRequest): string | undefined =>
  request.header('stripe-account') ?? request.header('stripe-context');

/** The headers of every answer: who asked what, for which version and account, under which key. */
export function headersOf(asked: Asked): Record<string, string> {
  const actingFor = askedAccount(asked.request);
  return {
    'request-id': asked.requestId,
    'stripe-version': asked.request.header('stripe-version') ?? API_VERSION,
    ...(actingFor === undefined ? {} : { 'stripe-account': actingFor }),
    ...(asked.idempotencyKey === null
      ? {}
      : { 'idempotency-key': asked.idempotencyKey, 'original-request': asked.requestId }),
  };
}

/** A failure as an answer. What was not thrown on purpose is 500 and logged as a bug. */
export function errorAnswer(sim: Simulation, asked: Asked, error: unknown, browser: boolean): WireAnswer {
  const known = error instanceof ApiError ? error : unexpected(sim, error);
  const headers = { ...headersOf(asked), ...known.headers };
  if (isV2(asked.request)) return json(known.status, { error: v2Error(known.body) }, headers);
  const inside = known.body.payment_intent;
  const body = {
    ...known.body,
    ...(known.body.code
      ? { doc_url: `https://stripe.com/docs/error-codes/${known.body.code.replaceAll('_', '-')}` }
      : {}),
    ...(inside && browser ? { payment_intent: forBrowser(inside as object) } : {}),
    request_log_url: `https://dashboard.stripe.com/test/logs/${asked.requestId}`,
  };
  return json(known.status, { error: body }, headers);
}

/** Refused parameters have a code and no type there, which is how the SDK knows them. */
function v2Error({ type, code, message, param }: ErrorBody): object {
  if (param !== undefined && code === 'resource_missing') return { type, code: 'not_found', message };
  if (param !== undefined) return { code: 'invalid_fields', message };
  return { type, ...(code === undefined ? {} : { code }), message };
}

function unexpected(sim: Simulation, error: unknown): ApiError {
  sim.log('simulator.bug', { error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  return new ApiError(500, { type: 'api_error', message: 'The simulator failed. This is a bug in the simulator.' });
}
