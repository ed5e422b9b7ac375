/** What goes wrong on the way to a payment, in one type. What a customer did is no error: it is an outcome. */

/**
 * - `refused`: the app said no; `status` and `errors` tell why.
 * - `unreachable`: no answer, also after repeats. Nobody knows whether it was heard; asking again is safe.
 * - `script`, `element`: Stripe's script or its fields could not be loaded.
 * - `stale`: the last change of the cart did not arrive, so nothing is paid before `update` succeeds.
 * - `misuse`: a call that does not fit, such as `confirm` before `mount`.
 */
export type CheckoutErrorCode = 'refused' | 'unreachable' | 'script' | 'element' | 'stale' | 'misuse';

/** One thing that is wrong, as the app told it. */
export interface Fault {
  detail: string;
  /** Where in the request, such as `/data/attributes/payment/amount`. */
  pointer?: string;
}

/** The only error this module throws. Neither message nor fields ever hold a secret. */
export class CheckoutError extends Error {
  readonly code: CheckoutErrorCode;
  /** The HTTP status of a refusal. */
  readonly status: number | undefined;
  readonly errors: readonly Fault[];

  constructor(code: CheckoutErrorCode, message: string, more: { status?: number; errors?: readonly Fault[] } = {}) {
    super(message);
    this.name = 'CheckoutError';
    this.code = code;
    this.status = more.status;
    this.errors = more.errors ?? [];
  }
}
