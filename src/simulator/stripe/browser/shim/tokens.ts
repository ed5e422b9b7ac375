/** `stripe.createConfirmationToken()`: https://docs.stripe.com/js/confirmation_tokens/create_confirmation_token */
import type { ConfirmationToken } from '../shared/api.js';
import { IntegrationError, type StripeError } from '../shared/errors.js';
import { messageFor } from '../shared/texts.js';
import { checkTokenParams } from './confirm-params.js';
import { groupOf } from './elements-group.js';
import { checkOptions } from './options.js';

export type TokenResult = { confirmationToken: ConfirmationToken; error?: undefined } | { error: StripeError };

/** Makes a token of what was typed, or approved in a sheet. Wrong use rejects, a refusal is in the result. Doing it again
 * makes another token. */
export async function createConfirmationToken(value: unknown): Promise<TokenResult> {
  const options = checkOptions('createConfirmationToken()', value);
  const group = groupOf(options['elements']);
  const { billing, parameters } = checkTokenParams(options['params']);
  if (group.deferred() && !group.submitted) {
    throw new IntegrationError('Call elements.submit() before stripe.createConfirmationToken().');
  }
  const reply = await group.source().token({ billing, parameters });
  if (reply.confirmationToken) return { confirmationToken: reply.confirmationToken };
  const error: StripeError = reply.error ?? { type: 'api_error' };
  return { error: { ...error, message: messageFor(group.language(), error) ?? '' } };
}
