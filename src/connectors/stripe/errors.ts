/**
 * What an error of the SDK means for money. Judged by status, raw type and code, never by the class of the error,
 * because classes differ between versions of the SDK. Codes: https://docs.stripe.com/error-codes
 */
import type { Answer, Problem, ProblemClass } from '../../kit/index.js';
import { problem, redactText, rejected, unknown } from '../../kit/index.js';

export interface Failure {
  problem: Problem;
  /** Stripe said no and nothing was done. Everything else leaves the question open. */
  definitive: boolean;
  /** The same idempotency key will never bring another answer. */
  keySpent: boolean;
  requestId?: string;
}

/** The part of the SDK's errors that is looked at. */
interface StripeErrorLike {
  statusCode?: number;
  rawType?: string;
  code?: string;
  decline_code?: string;
  message?: string;
  requestId?: string;
  headers?: Record<string, string | undefined>;
}

/** The object is not in the state the call needs: look at it and see whether the goal is met already. */
const WRONG_STATE: ReadonlySet<string> = new Set([
  'payment_intent_unexpected_state',
  'charge_already_captured',
  'charge_already_refunded',
  'charge_expired_for_capture',
  'capture_charge_authorization_expired',
]);
/** We sent something Stripe does not know: a mistake of ours, not of the shop. */
const OUR_MISTAKE: ReadonlySet<string> = new Set(['parameter_unknown', 'parameter_missing']);
const EXPIRED_KEY: ReadonlySet<string> = new Set(['api_key_expired', 'platform_api_key_expired']);
const DEFINITIVE: ReadonlySet<ProblemClass> = new Set(['declined', 'rejected', 'already', 'not_found']);

/** Sorts an error of an asking. Anything unclear is ambiguous: only an explicit refusal is definitive. */
export function classify(error: unknown): Failure {
  const raw: StripeErrorLike = typeof error === 'object' && error !== null ? error : {};
  const kind = classOf(raw);
  const ownMistake = raw.statusCode === 400 && raw.code !== undefined && OUR_MISTAKE.has(raw.code);
  return {
    problem: problem(ownMistake ? 'bug' : kind, messageOf(kind, raw), raw.decline_code ?? raw.code),
    definitive: DEFINITIVE.has(kind),
    keySpent: isKeySpent(raw),
    ...(raw.requestId === undefined ? {} : { requestId: raw.requestId }),
  };
}

/** The answer of a verb whose asking failed. */
export function failureAnswer(failure: Failure): Answer {
  if (failure.definitive) return rejected(failure.problem);
  return unknown(failure.problem, failure.keySpent ? { keySpent: true } : {});
}

function classOf(raw: StripeErrorLike): ProblemClass {
  const { statusCode: status, code = '' } = raw;
  if (status === undefined) return 'ambiguous';
  if (code === 'lock_timeout' || status === 409) return 'busy';
  if (status === 429 || code === 'rate_limit') return 'throttled';
  if (raw.rawType === 'idempotency_error') return 'bug';
  if (status === 401 || EXPIRED_KEY.has(code)) return 'credential';
  if (status === 402) return 'declined';
  if (status === 403) return 'permission';
  if (status === 404) return 'not_found';
  if (status === 400) return WRONG_STATE.has(code) ? 'already' : 'rejected';
  return 'ambiguous';
}

/**
 * A 5xx that Stripe replays, or asks us not to repeat, is stored under the key for good. So is a key that was used
 * for other parameters. Source: https://docs.stripe.com/api/idempotent_requests
 */
function isKeySpent(raw: StripeErrorLike): boolean {
  if (raw.rawType === 'idempotency_error' && raw.statusCode === 400) return true;
  if (raw.statusCode === undefined || raw.statusCode < 500) return false;
  return raw.headers?.['idempotent-replayed'] === 'true' || raw.headers?.['stripe-should-retry'] === 'false';
}

/** Messages of 401 repeat parts of the key, so they are never passed on. */
function messageOf(kind: ProblemClass, raw: StripeErrorLike): string {
  switch (kind) {
    case 'credential':
      return 'Stripe did not accept the secret key.';
    case 'permission':
      return 'The secret key lacks a permission for this at Stripe.';
    case 'throttled':
      return 'Stripe asks us to slow down.';
    case 'busy':
      return 'Stripe is still working on an earlier request for this payment.';
    case 'bug':
      return 'Stripe knows this request with other content.';
    case 'ambiguous':
      return raw.statusCode === undefined ? 'No answer came from Stripe.' : `Stripe failed with ${raw.statusCode}.`;
    default:
      return redactText(raw.message || 'Stripe refused the request.').slice(0, 300);
  }
}
