/** What the forms of all payment methods have in common, and which methods have one. */
import type { FormValue } from '../shared/api.js';
import type { StripeError } from '../shared/errors.js';
import type { BillingDetails, FrameOptions } from '../shared/protocol.js';

/** Methods with a form, in the order they are offered. */
export const METHODS = ['card', 'paypal', 'klarna', 'sepa_debit', 'ideal', 'customer_balance'] as const;
export type Method = (typeof METHODS)[number];

export interface MethodForm {
  type: Method;
  root: HTMLElement;
  /** Applies language, prefilled billing data and what to ask for. What was typed stays. */
  configure(options: FrameOptions): void;
  /** The server's `Date` header, for cards that have expired. */
  setNow?(date: string | undefined): void;
  state(): { empty: boolean; complete: boolean };
  /** Shows every error, moves the focus to the first and returns it. */
  validate(): StripeError | undefined;
  /** What the API needs of this method to confirm. Call after `validate` found nothing. */
  confirmation(billing: BillingDetails): { [key: string]: FormValue };
  lock(locked: boolean): void;
  clear(): void;
  focus(): void;
}

/** The methods of an intent that have a form here: first those the page put first, then in our order. */
export function methodsOffered(types: readonly string[], order: readonly string[]): Method[] {
  const rank = (method: Method) => (order.includes(method) ? order.indexOf(method) : order.length);
  return METHODS.filter((method) => types.includes(method)).sort((one, other) => rank(one) - rank(other));
}
