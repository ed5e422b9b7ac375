/**
 * A shop that ends where real shops end: it decodes a polled batch, answers and timestamps as they do, and throws where
 * their workers or checkouts die. What it ignores silently it names, so that tests can ask for nothing of that either.
 */

/** Status messages, which shops store and turn into events of their orders. */
export const STATUS_MESSAGES: readonly string[] = [
  'PaymentAuthorized', 'PaymentAuthorizationFailed', 'PaymentCaptured', 'PaymentCaptureFailed', 'PaymentCanceled',
  'PaymentCancellationFailed', 'PaymentRefunded', 'PaymentRefundFailed', 'PaymentOverpaid', 'PaymentUnderpaid',
]; // prettier-ignore

const HANDLERS: Record<string, (payload: Map_) => void> = {
  AddPaymentMethod: paymentMethod,
  UpdatePaymentMethod: paymentMethod,
  DeletePaymentMethod: (payload) => texts(payload, 'name', 'providerName'),
  PaymentCreated: paymentCreated,
  PaymentUpdated: paymentUpdated,
  AppConfigUpdated: appConfiguration,
  ReadyForMerchantAppOnboarding: onboarding,
  MerchantAppOnboardingStatusChanged: (payload) =>
    texts(payload, 'merchantReference', 'appIdentifier', 'type', 'status'),
  ...Object.fromEntries(STATUS_MESSAGES.map((name) => [name, paymentStatus])),
};

type Map_ = Record<string, unknown>;

/** A decoded batch: what was handled, and what was skipped without ever being acknowledged. */
export interface Decoded {
  handled: { id: string; name: string; payload: Map_; attributes: Map_ }[];
  skipped: unknown[];
}

/** Decodes and handles one polled answer. Throws where the worker would end. */
export function work(answer: { status: number; text: string }): Decoded {
  if (answer.status < 200 || answer.status > 299) throw new Error(`the worker ends: it is answered ${answer.status}`);
  const batch = asJson(answer.text);
  const decoded: Decoded = { handled: [], skipped: [] };
  if (!Array.isArray(batch)) return decoded;
  for (const item of batch) {
    const message = decode(item as Map_);
    const handler = message === undefined ? undefined : HANDLERS[message.name];
    if (message === undefined || handler === undefined) {
      decoded.skipped.push(item);
      continue;
    }
    handler(message.payload);
    decoded.handled.push(message);
  }
  return decoded;
}

function decode(item: Map_): Decoded['handled'][number] | undefined {
  const { MessageId: id, MessageBody: body, MessageAttributes: attributes } = item;
  if (id === undefined || id === '' || id === '0' || body === undefined || attributes === undefined) return undefined;
  if (typeof body !== 'string') throw new Error('the worker ends: the body is no text');
  if (!isMap(attributes)) throw new Error('the worker ends: the attributes are no map');
  if (Object.values(attributes).some((value) => isMap(value) && 'StringValue' in value))
    throw new Error('the worker ends: an attribute is typed');
  let payload: unknown;
  try {
    payload = JSON.parse(body);
  } catch {
    return undefined;
  }
  if (!isMap(payload)) throw new Error('the worker ends: the body is no object');
  const name = attributes['transferName'] ?? attributes['name'];
  if (typeof name !== 'string' || name === '') return undefined;
  const { timestamp } = attributes;
  if (/PaymentMethod$/.test(name) && (typeof timestamp === 'number' || /^\d+$/.test(String(timestamp))))
    throw new Error('the handler ends: the timestamp is a number');
  return { id: String(id), name, payload, attributes };
}

function paymentMethod(payload: Map_): void {
  texts(payload, 'name', 'providerName', 'paymentAuthorizationEndpoint');
  const app = payload['paymentMethodAppConfiguration'];
  if (!isMap(app)) return;
  lists(app, 'endpoints');
  const checkout = app['checkoutConfiguration'];
  if (isMap(checkout)) lists(checkout, 'scripts');
}

function paymentCreated(payload: Map_): void {
  texts(payload, 'paymentReference');
  if ('details' in payload) texts(payload, 'details');
  noLonger(payload, { paymentReference: 128, entityReference: 45 });
}

function paymentUpdated(payload: Map_): void {
  texts(payload, 'entityReference');
  if ('details' in payload) texts(payload, 'details');
  noLonger(payload, { paymentReference: 128, entityReference: 45 });
}

function paymentStatus(payload: Map_): void {
  texts(payload, 'orderReference');
  lists(payload, 'orderItemIds');
  if ('context' in payload) texts(payload, 'context');
  noLonger(payload, { orderReference: 64 });
}

function appConfiguration(payload: Map_): void {
  texts(payload, 'status', 'appIdentifier');
  noLonger(payload, { appIdentifier: 36 });
  if (typeof payload['isActive'] !== 'boolean') throw new Error('the handler ends: isActive is no boolean');
  if ('config' in payload && !isMap(payload['config'])) throw new Error('the handler ends: config is no map');
  lists(payload, 'messageChannels');
  if (payload['messageChannels'] === undefined || (payload['messageChannels'] as unknown[]).length === 0)
    throw new Error('every channel is open: no channels are named');
}

function onboarding(payload: Map_): void {
  texts(payload, 'appName', 'appIdentifier', 'type');
  lists(payload, 'additionalLinks', 'merchantOnboardingStates');
  const { onboarding: way } = payload;
  if (!isMap(way)) throw new Error('the worker ends: onboarding is no map');
  texts(way, 'strategy', 'url');
  noLonger(way, { url: 255 });
  if (!['api', 'iframe', 'redirect'].includes(String(way['strategy'])))
    throw new Error('the handler ends: the database knows no such strategy');
}

function texts(payload: Map_, ...names: string[]): void {
  for (const name of names) {
    if (typeof payload[name] !== 'string' || payload[name] === '')
      throw new Error(`the handler ends: ${name} is no text`);
  }
}

/** Absent or a list; null ends the worker. */
function lists(payload: Map_, ...names: string[]): void {
  for (const name of names) {
    if (name in payload && !Array.isArray(payload[name])) throw new Error(`the worker ends: ${name} is no list`);
  }
}

function noLonger(payload: Map_, limits: Record<string, number>): void {
  for (const [name, limit] of Object.entries(limits)) {
    const value = payload[name];
    if (typeof value === 'string' && value.length > limit) throw new Error(`the database refuses ${name}`);
  }
}

function isMap(value: unknown): value is Map_ {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function asJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** What a shop's payment method is called: made of what was added, and looked up by what the cart says. */
export function methodKeys({ name, providerName }: { name: string; providerName: string }): [string, string] {
  const slug = (text: string) => text.replace(/[^a-zA-Z0-9 -]/g, '').toLowerCase().trim().replace(/[ -]+/g, '-'); // prettier-ignore
  return [`${slug(providerName)}-${slug(name)}`, `${providerName}-${name.toLowerCase().replaceAll(' ', '-')}`];
}

/** The error a shop finds in a refusal: `error` first, then the first entry's message. Throws where it would crash. */
export function errorOf(body: unknown): string {
  const found = isMap(body) ? body['error'] : Array.isArray(body) ? (body[0] as Map_ | undefined)?.['message'] : '';
  if (found !== undefined && typeof found === 'object') throw new Error('the shop crashes: the error is no text');
  return String(found ?? '');
}
