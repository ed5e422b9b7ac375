/** Fault rules: which requests go wrong, how, and how often. */
import { ApiError } from './errors.js';
import type { ErrorBody } from './errors.js';
import type { Tx } from './store.js';
import { OWN } from './store.js';

/** `drop_before`/`drop_after`: the connection is cut before or after execution. `error_500`: 500 without execution.
 * `error_500_after`: executed, then 500, which is also what the key replays. `hang`: never answered, not executed.
 * `slow`: executed after `delayMs`. The others are the answers their names say. */
export const EFFECTS = [
  'drop_before',
  'drop_after',
  'error_500',
  'error_500_after',
  'rate_limit',
  'lock_timeout',
  'hang',
  'slow',
  'conflict',
  'error_503',
  'truncated',
  'unauthorized',
  'forbidden',
] as const;
export type Effect = (typeof EFFECTS)[number];

export interface FaultRule {
  id: string;
  match: {
    method?: string;
    /** A path; `*` stands for one segment, `**` for anything. */
    path?: string;
    account?: string;
    /** Only the nth matching request (from 1) and later ones. */
    nth?: number;
  };
  effect: Effect;
  /** How often it still applies. */
  times: number;
  /** `slow` only. */
  delayMs: number;
  /** Matching requests so far. */
  seen: number;
}

/** The effect for this request, counting it off the first matching rule; undefined when none applies. */
export function takeFault(tx: Tx, request: { method: string; path: string; account: string }): FaultRule | undefined {
  for (const rule of tx.all('faults', OWN)) {
    if (rule.times <= 0 || !matches(rule.match, request)) continue;
    const seen = rule.seen + 1;
    const due = seen >= (rule.match.nth ?? 1);
    tx.put('faults', OWN, { ...rule, seen, times: due ? rule.times - 1 : rule.times });
    if (due) return rule;
  }
  return undefined;
}

function matches(match: FaultRule['match'], request: { method: string; path: string; account: string }): boolean {
  if (match.method && match.method.toUpperCase() !== request.method) return false;
  if (match.account && match.account !== request.account) return false;
  return !match.path || pathPattern(match.path).test(request.path);
}

function pathPattern(path: string): RegExp {
  const escaped = path.replace(/[.+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(
    `^${escaped
      .replace(/\*\*/g, '\u0000')
      .replace(/\*/g, '[^/]+')
      .replace(/\u0000/g, '.*')}$`,
  );
}

interface Refusal {
  status: number;
  type: ErrorBody['type'];
  code?: string;
  message: string;
  headers?: Record<string, string>;
}

const REFUSALS: Partial<Record<Effect, Refusal>> = {
  error_500: { status: 500, type: 'api_error', message: 'Something went wrong on our end. (simulated)' },
  error_503: { status: 503, type: 'api_error', message: 'The service is unavailable for a moment. (simulated)' },
  rate_limit: {
    status: 429,
    type: 'invalid_request_error',
    code: 'rate_limit',
    message: 'Request rate limit exceeded. (simulated)',
    headers: { 'stripe-rate-limited-reason': 'global-rate' },
  },
  lock_timeout: {
    status: 429,
    type: 'invalid_request_error',
    code: 'lock_timeout',
    message:
      'This object cannot be accessed right now because another API request or Stripe process is currently accessing it. If you see this error intermittently, retry the request. (simulated)',
    headers: { 'stripe-rate-limited-reason': 'resource-specific' },
  },
  conflict: {
    status: 409,
    type: 'idempotency_error',
    code: 'idempotency_key_in_use',
    message: 'Another request with this key is in progress. (simulated)',
  },
  unauthorized: {
    status: 401,
    type: 'invalid_request_error',
    code: 'api_key_expired',
    message: 'Expired API Key provided. (simulated)',
  },
  forbidden: {
    status: 403,
    type: 'invalid_request_error',
    message: 'The provided key does not have the required permissions for this endpoint. (simulated)',
  },
};

/** The answer of a rule that refuses before anything ran, or undefined when the rule does something else. */
export function refusalOf(effect: Effect): ApiError | undefined {
  const refusal = REFUSALS[effect];
  if (!refusal) return undefined;
  const { status, headers = {}, ...body } = refusal;
  return new ApiError(status, body, { headers, remembered: false });
}
