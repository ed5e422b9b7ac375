/** Confirming a payment: the card frame, or the page for a wallet or a token, asks the API; 3-D Secure, redirects and
 * instructions follow, the result comes back. */
import { confirmIntent, retrieveIntent, type ApiAccess } from '../shared/api.js';
import { IntegrationError, type IntentResult, type PaymentIntent, type StripeError } from '../shared/errors.js';
import { languageOf } from '../shared/language.js';
import { messageFor, type Language } from '../shared/texts.js';
import { showChallenge } from './challenge.js';
import { checkConfirmParams, checkSecret, type ConfirmParams } from './confirm-params.js';
import { mismatch } from './deferred.js';
import { groupOf, type Group, type StripeAccess } from './elements-group.js';
import { checkOptions, optionalText, optionalWord } from './options.js';
import { showInstructions } from './instructions.js';
import { finishSheets } from './sheet.js';

const ACTION_POLLS = 5;
const ACTION_POLL_MS = 400;

/** `stripe.confirmPayment()`: https://docs.stripe.com/js/payment_intents/confirm_payment. Wrong use rejects. */
export async function confirmPayment(access: StripeAccess, value: unknown): Promise<IntentResult> {
  const options = checkOptions('confirmPayment()', value);
  const redirect = optionalWord(options, 'redirect', ['always', 'if_required']) ?? 'always';
  const params = checkConfirmParams(options['confirmParams']);
  const byToken = params.token !== undefined;
  if (byToken && options['elements'] !== undefined) {
    throw new IntegrationError('confirmPayment(): give "elements" or a "confirmation_token", not both.');
  }
  const group = byToken ? undefined : groupOf(options['elements']);
  const clientSecret = secretOf(group, optionalText(options, 'clientSecret'));
  if (redirect === 'always' && params.returnUrl === undefined) {
    throw new IntegrationError(
      'confirmPayment(): "confirmParams.return_url" is needed unless redirect is if_required.',
    );
  }
  if (group?.confirming) throw new IntegrationError('confirmPayment(): this payment is being confirmed already.');
  const language = group?.language() ?? languageOf(access.locale);
  if (group) group.confirming = true;
  try {
    const confirmed = await (group
      ? confirmGroup(access, group, clientSecret, params)
      : confirmToken(access, clientSecret, params));
    const told = resultOf(confirmed, language);
    if (!told.error) finishSheets();
    const result = await followActions(access, told, clientSecret, language);
    if (result.error || redirect !== 'always') return result;
    return await leaveTo(withResult(params.returnUrl ?? '', result.paymentIntent, clientSecret));
  } finally {
    if (group) group.confirming = false;
  }
}

/** The secret of the intent: the group's own, or for one that came later the one given. */
function secretOf(group: Group | undefined, given: string | undefined): string {
  if (group?.clientSecret !== undefined && (given ?? group.clientSecret) !== group.clientSecret) {
    throw new IntegrationError('confirmPayment(): "clientSecret" is not the one the elements were created with.');
  }
  return checkSecret(given ?? group?.clientSecret);
}

async function confirmGroup(
  access: StripeAccess,
  group: Group,
  clientSecret: string,
  { billing, parameters }: ConfirmParams,
): Promise<Partial<IntentResult>> {
  const deferred = group.deferred();
  if (deferred && !group.submitted) {
    throw new IntegrationError('Call elements.submit() before stripe.confirmPayment().');
  }
  const source = group.source();
  const { result } = deferred ? await retrieveIntent(apiAccess(access), clientSecret) : { result: undefined };
  if (deferred && result) {
    const error = result.error ?? mismatch(deferred, result.paymentIntent);
    if (error) return { error };
  }
  return source.confirm({ clientSecret, billing, parameters });
}

/** Confirms with what the token carries; what the page adds goes before it. */
async function confirmToken(
  access: StripeAccess,
  clientSecret: string,
  { parameters }: ConfirmParams,
): Promise<IntentResult> {
  return (await confirmIntent(apiAccess(access), clientSecret, { ...parameters, use_stripe_sdk: true })).result;
}

/** `stripe.handleNextAction()` for an intent the server has confirmed. Wrong use rejects. */
export async function handleNextAction(access: StripeAccess, value: unknown): Promise<IntentResult> {
  const clientSecret = checkSecret(checkOptions('handleNextAction()', value)['clientSecret']);
  const { result } = await retrieveIntent(apiAccess(access), clientSecret);
  const language = languageOf(access.locale);
  return followActions(access, resultOf(result, language), clientSecret, language);
}

/** `stripe.retrievePaymentIntent()`. Wrong use rejects, an error of the API is in the result. */
export async function retrievePaymentIntent(access: StripeAccess, value: unknown): Promise<IntentResult> {
  const { result } = await retrieveIntent(apiAccess(access), checkSecret(value));
  return resultOf(result, languageOf(access.locale));
}

/** Where a customer returns after a redirect: https://docs.stripe.com/payments/accept-a-payment. */
export function withResult(returnUrl: string, intent: PaymentIntent, clientSecret: string): string {
  const url = new URL(returnUrl);
  const failed = intent.status === 'requires_payment_method' || intent.status === 'canceled';
  const open = intent.status === 'processing' || intent.status === 'requires_action';
  url.searchParams.set('payment_intent', intent.id);
  url.searchParams.set('payment_intent_client_secret', clientSecret);
  url.searchParams.set('redirect_status', failed ? 'failed' : open ? 'pending' : 'succeeded');
  return url.href;
}

function apiAccess(access: StripeAccess): ApiAccess {
  const { apiOrigin, publishableKey, stripeAccount } = access;
  return { origin: apiOrigin, publishableKey, ...(stripeAccount ? { stripeAccount } : {}) };
}

function resultOf(reply: Partial<IntentResult>, language: Language): IntentResult {
  if ('paymentIntent' in reply && reply.paymentIntent) return { paymentIntent: reply.paymentIntent };
  const error: StripeError = reply.error ?? { type: 'api_error' };
  return { error: { ...error, message: messageFor(language, error) ?? '' } };
}

/** Until the intent wants nothing more of the customer. A failed authentication comes back as its last error. */
async function followActions(
  access: StripeAccess,
  confirmed: IntentResult,
  clientSecret: string,
  language: Language,
): Promise<IntentResult> {
  if (confirmed.error || confirmed.paymentIntent.status !== 'requires_action') return confirmed;
  const action = confirmed.paymentIntent.next_action;
  const redirectTo = action?.redirect_to_url?.url;
  if (redirectTo) return leaveTo(inLanguage(redirectTo, language));
  if (action?.display_bank_transfer_instructions) {
    await showInstructions(action.display_bank_transfer_instructions, language);
    // The money may have come meanwhile; when that cannot be read, what was confirmed still holds.
    const { result } = await retrieveIntent(apiAccess(access), clientSecret);
    return result.error ? confirmed : result;
  }
  await showChallenge({
    path: challengePath(action?.use_stripe_sdk),
    origin: access.origin,
    apiOrigin: access.apiOrigin,
    language,
  });
  const settled = await readSettled(access, clientSecret);
  if (settled.error) return resultOf(settled, language);
  const intent = settled.paymentIntent;
  if (intent.status !== 'requires_payment_method' && intent.status !== 'requires_action') return settled;
  const failed: StripeError = intent.last_payment_error ?? {
    type: 'invalid_request_error',
    code: 'payment_intent_authentication_failure',
  };
  return { error: { ...failed, message: messageFor(language, failed) ?? '', payment_intent: intent } };
}

/** The simulator's page in the language of the form. */
function inLanguage(address: string, language: Language): string {
  const url = new URL(address);
  url.searchParams.set('locale', language);
  return url.href;
}

/** Only path and query: the page's content policy allows the origin this script came from and no other. */
function challengePath(action: Record<string, unknown> | undefined): string {
  const address = Object.values(action ?? {}).find(
    (value): value is string => typeof value === 'string' && value.includes('/_sim/3ds/'),
  );
  if (address === undefined) throw new IntegrationError('The simulated Stripe.js does not know this next action.');
  const url = new URL(address, location.href);
  return url.pathname + url.search;
}

async function readSettled(access: StripeAccess, clientSecret: string): Promise<IntentResult> {
  for (let poll = 1; ; poll += 1) {
    const { result } = await retrieveIntent(apiAccess(access), clientSecret);
    if (result.error || result.paymentIntent.status !== 'requires_action' || poll === ACTION_POLLS) return result;
    await new Promise((resolve) => setTimeout(resolve, ACTION_POLL_MS));
  }
}

/** Leaves the page, so it never resolves: nothing after it may run as if the payment were over. */
function leaveTo(url: string): Promise<never> {
  window.location.assign(url);
  return new Promise(() => undefined);
}
