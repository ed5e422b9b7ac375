/**
 * Entry of the payment iframe. Card and account data are typed here and sent from here to the simulator; the page that
 * shows the frame learns only which method is chosen, whether the form is complete and what became of the payment.
 */
import { confirmIntent, contextOf, createToken, readSession, retrieveIntent } from './shared/api.js';
import type { ApiAccess } from './shared/api.js';
import { applyAppearance } from './shared/appearance.js';
import type { PaymentIntent, StripeError } from './shared/errors.js';
import { listen, post } from './shared/protocol.js';
import type { ConfirmRequest, FrameOptions, FromFrame, Peer, Reply, ToFrame, TokenRequest } from './shared/protocol.js';
import { languageOf } from './shared/language.js';
import { messageFor, textsIn } from './shared/texts.js';
import { createPaymentForm, type PaymentForm } from './frame/payment-form.js';
import { FRAME_STYLE } from './frame/style.js';

interface Frame {
  peer: Peer;
  form: PaymentForm;
  options: FrameOptions | undefined;
}

/** Statuses in which an intent takes no payment method any more. */
const FINISHED = new Set(['succeeded', 'canceled', 'requires_capture', 'processing']);

function accessOf(options: FrameOptions): ApiAccess {
  const { publishableKey, stripeAccount } = options;
  return { origin: location.origin, publishableKey, ...(stripeAccount ? { stripeAccount } : {}) };
}

function tell(frame: Frame, message: FromFrame): void {
  post(frame.peer, message);
}

function localized(frame: Frame, error: StripeError): StripeError {
  const message = messageFor(frame.options?.language ?? 'en', error);
  return message === undefined ? error : { ...error, message };
}

function applyOptions(frame: Frame, options: FrameOptions): void {
  frame.options = options;
  document.documentElement.lang = options.language;
  document.title = textsIn(options.language).frameTitle;
  applyAppearance(document.documentElement, options.appearance);
  frame.form.configure(options);
  frame.form.lock(options.readOnly);
}

/** Reads the intent, which proves key and client secret and tells the time; the form shows when it takes a payment. */
async function load(frame: Frame, options: FrameOptions): Promise<void> {
  const error = await check(frame, options);
  if (error) return tell(frame, { type: 'loaderror', error: localized(frame, error) });
  document.body.replaceChildren(frame.form.root);
  tell(frame, { type: 'ready' });
}

const NO_METHOD = 'The simulated Payment Element has a form for none of the payment methods of this payment intent.';

function typesOf(intent: PaymentIntent): string[] {
  const types = intent['payment_method_types'];
  return Array.isArray(types) ? types.filter((type) => typeof type === 'string') : [];
}

async function check(frame: Frame, options: FrameOptions): Promise<StripeError | undefined> {
  if (options.deferred) return checkDeferred(frame, options);
  const { result, date } = await retrieveIntent(accessOf(options), options.clientSecret ?? '');
  frame.form.setNow(date);
  if (result.error) return result.error;
  if (!FINISHED.has(result.paymentIntent.status)) {
    if (frame.form.offer(typesOf(result.paymentIntent))) return undefined;
    return { type: 'invalid_request_error', code: 'payment_method_not_available', message: NO_METHOD };
  }
  return {
    type: 'invalid_request_error',
    code: 'payment_intent_unexpected_state',
    message: `This payment intent is ${result.paymentIntent.status} and takes no further payment.`,
    payment_intent: result.paymentIntent,
  };
}

/** There is no intent yet: the types are those an intent of this kind would have. */
async function checkDeferred(frame: Frame, options: FrameOptions): Promise<StripeError | undefined> {
  const answer = await readSession(accessOf(options), options, '');
  frame.form.setNow(answer.date);
  if (answer.error) return answer.error;
  if (frame.form.offer(answer.body.payment_method_types)) return undefined;
  return { type: 'invalid_request_error', code: 'payment_method_not_available', message: NO_METHOD };
}

/** Sends what was typed as a confirmation token. */
async function tokenize(frame: Frame, request: TokenRequest): Promise<Reply> {
  const { options, form } = frame;
  if (!options) return { error: { type: 'api_error' } };
  const chosen = form.chosen();
  const invalid = chosen.validate();
  if (invalid) return { error: invalid };
  const context = options.deferred ? { client_context: contextOf(options.deferred) } : {};
  const values = { ...request.parameters, ...chosen.confirmation(request.billing), ...context };
  form.lock(true);
  const answer = await createToken(accessOf(options), values);
  form.lock(options.readOnly);
  return answer.error ? { error: localized(frame, answer.error) } : { confirmationToken: answer.body };
}

async function confirm(frame: Frame, request: ConfirmRequest): Promise<Reply> {
  const { options, form } = frame;
  if (!options) return { error: { type: 'api_error' } };
  const chosen = form.chosen();
  const invalid = chosen.validate();
  if (invalid) return { error: invalid };
  const values = {
    ...request.parameters,
    ...chosen.confirmation(request.billing),
    use_stripe_sdk: true,
  };
  form.lock(true);
  const { result } = await confirmIntent(accessOf(options), request.clientSecret, values);
  form.lock(options.readOnly);
  return result.error ? { error: localized(frame, result.error) } : result;
}

async function hear(frame: Frame, message: ToFrame): Promise<void> {
  if (message.type === 'mount') {
    applyOptions(frame, message.options);
    await load(frame, message.options);
  } else if (message.type === 'update' && frame.options) {
    applyOptions(frame, { ...frame.options, ...message.options });
  } else if (message.type === 'focus') frame.form.chosen().focus();
  else if (message.type === 'blur') (document.activeElement as HTMLElement | null)?.blur();
  else if (message.type === 'clear') frame.form.chosen().clear();
  else if (message.type === 'validate') {
    const error = frame.form.chosen().validate();
    tell(frame, { type: 'reply', request: message.request, reply: error ? { error } : {} });
  } else if (message.type === 'refresh' && frame.options) {
    const error = await check(frame, frame.options);
    tell(frame, { type: 'reply', request: message.request, reply: error ? { error: localized(frame, error) } : {} });
  } else if (message.type === 'token') {
    tell(frame, { type: 'reply', request: message.request, reply: await tokenize(frame, message.token) });
  } else if (message.type === 'confirm') {
    tell(frame, { type: 'reply', request: message.request, reply: await confirm(frame, message.confirm) });
  }
}

function watchKeysAndFocus(frame: Frame): void {
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') tell(frame, { type: 'escape' });
    // Enter in a form sends it; the form is the page's, so the page must be asked.
    if (event.key === 'Enter' && event.target instanceof HTMLInputElement) tell(frame, { type: 'enter' });
  });
  window.addEventListener('focus', () => tell(frame, { type: 'focus' }));
  window.addEventListener('blur', () => tell(frame, { type: 'blur' }));
}

function start(): void {
  const query = new URLSearchParams(location.search);
  const peer: Peer = { window: () => parent, origin: query.get('parent') ?? '', frame: query.get('frame') ?? '' };
  if (parent === window || peer.origin === '' || peer.frame === '') return;
  const language = languageOf(query.get('locale') ?? undefined);
  document.documentElement.lang = language;
  document.title = textsIn(language).frameTitle;
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(FRAME_STYLE);
  document.adoptedStyleSheets = [sheet];
  let last = '';
  const form: PaymentForm = createPaymentForm(() => {
    const state = { method: form.chosen().type, ...form.chosen().state() };
    if (JSON.stringify(state) === last) return;
    last = JSON.stringify(state);
    tell(frame, { type: 'change', ...state });
  });
  const frame: Frame = { peer, form, options: undefined };
  listen<ToFrame>(peer, (message) => void hear(frame, message));
  watchKeysAndFocus(frame);
  // The form's own height: the document is never lower than the frame, so it could only grow.
  new ResizeObserver(() => {
    const pixels = Math.ceil(form.root.getBoundingClientRect().height);
    if (pixels > 0) tell(frame, { type: 'height', pixels });
  }).observe(form.root);
  tell(frame, { type: 'hello' });
}

start();
