/** Stripe-shaped errors: what is thrown inside the simulator and becomes `{error:{…}}` on the wire. */

/** The body of `error`, as Stripe documents it: https://docs.stripe.com/api/errors */
export interface ErrorBody {
  type: 'api_error' | 'card_error' | 'idempotency_error' | 'invalid_request_error';
  message: string;
  code?: string;
  decline_code?: string;
  param?: string;
  charge?: string;
  advice_code?: string;
  network_decline_code?: string;
  payment_intent?: unknown;
  payment_method?: unknown;
}

/** A refusal. `keepChanges`: what was written before it stays (a decline leaves a failed charge). `remembered`: the
 * answer is kept under the idempotency key, as Stripe does once execution has begun. */
export class ApiError extends Error {
  readonly status: number;
  readonly body: ErrorBody;
  readonly headers: Record<string, string>;
  readonly keepChanges: boolean;
  readonly remembered: boolean;

  constructor(status: number, body: ErrorBody, options: Partial<Omit<ApiError, 'status' | 'body'>> = {}) {
    super(body.message);
    this.name = 'ApiError';
    this.status = status;
    this.body = body;
    this.headers = options.headers ?? {};
    this.keepChanges = options.keepChanges ?? false;
    this.remembered = options.remembered ?? true;
  }
}

/** A parameter that cannot be accepted: 400, never remembered under the idempotency key. */
export function invalidParameter(param: string, message: string, code?: string): ApiError {
  return new ApiError(
    400,
    { type: 'invalid_request_error', message, param, ...(code ? { code } : {}) },
    { remembered: false },
  );
}

/** An object that this account does not have: 404 `resource_missing`. */
export function missing(what: string, id: string, param = 'id'): ApiError {
  return new ApiError(404, {
    type: 'invalid_request_error',
    code: 'resource_missing',
    message: `No such ${what}: '${id}'`,
    param,
  });
}

/** A request that does not fit the state of its object: 400 with the code given. */
export function wrongState(code: string, message: string, more: Partial<ErrorBody> = {}): ApiError {
  return new ApiError(400, { type: 'invalid_request_error', code, message, ...more });
}
