/** What a page adds to a confirmation: checked, and taken apart into what goes where. */
import type { FormValue } from '../shared/api.js';
import { intentIdOf } from '../shared/api.js';
import { IntegrationError } from '../shared/errors.js';
import type { BillingDetails } from '../shared/protocol.js';
import { checkOptions, optionalText, type Options } from './options.js';
import { checkBilling } from './payment-element.js';

export interface ConfirmParams {
  billing: BillingDetails;
  returnUrl: string | undefined;
  /** A confirmation token that pays instead of elements. */
  token: string | undefined;
  /** What goes to the API as it is. */
  parameters: { [key: string]: FormValue };
}

/** `confirmParams` of confirmPayment(). Throws IntegrationError. */
export function checkConfirmParams(value: unknown): ConfirmParams {
  const params = checkOptions('confirmParams', value);
  const token = optionalText(params, 'confirmation_token');
  if (token !== undefined && params['payment_method_data'] !== undefined) {
    throw new IntegrationError('confirmParams: a "confirmation_token" brings its own payment method data.');
  }
  return { ...checkCommon(params), token };
}

/** `params` of createConfirmationToken(). Throws IntegrationError. */
export function checkTokenParams(value: unknown): Omit<ConfirmParams, 'token'> {
  return checkCommon(checkOptions('createConfirmationToken() params', value));
}

function checkCommon(params: Options): Omit<ConfirmParams, 'token'> {
  const method = checkOptions('payment_method_data', params['payment_method_data']);
  const billing = checkBilling(method['billing_details']);
  const returnUrl = optionalText(params, 'return_url');
  if (returnUrl !== undefined && !/^https?:\/\/[^/]/.test(returnUrl)) {
    throw new IntegrationError('confirmParams: "return_url" must be a complete http or https address.');
  }
  // Billing details travel with the payment method, from the frame.
  const parameters = { ...params, payment_method_data: undefined } as { [key: string]: FormValue };
  return { billing, returnUrl, parameters };
}

/** The client secret of a payment intent. Throws IntegrationError for anything else. */
export function checkSecret(value: unknown): string {
  if (intentIdOf(value) === undefined) {
    throw new IntegrationError('"clientSecret" must be the client secret of a payment intent.');
  }
  return value as string;
}
