/** Speaks to the storefront endpoints of the app: JSON:API documents, safe repeats, errors with a place. */
import { CheckoutError, type Fault } from './errors.js';

export interface FacadeOptions {
  /** Where the app is, such as `https://pay.example.com`. */
  url: string;
  /** The tenant, as the shop knows it. */
  tenant: string;
  /** Who pays: a guest by an id that nobody can guess, or a customer by the token of the shop's own login. */
  customer: { guestId: string } | { accessToken: string };
  /** Language of everything a person reads, such as `de` or `de-AT`. */
  locale?: string;
  /** For tests and for shops with a way of their own; default: the browser's. */
  fetch?: typeof fetch;
}

/** POSTs attributes to one of the endpoints and resolves to those of the answer. Throws CheckoutError. */
export type Post = (type: string, attributes: object, options?: { keepalive?: boolean }) => Promise<Attributes>;

export type Attributes = Record<string, unknown>;

/** Above what the app itself waits for its PSP. */
const TIMEOUT_MS = 40_000;
/** Pauses before the second and third try. */
const PAUSES_MS = [400, 1500];
/** Nobody refused: somebody on the way was busy, or an answer was lost. */
const TRY_AGAIN = new Set([502, 503, 504]);

/**
 * An asker for one shop and one customer. What is not answered is sent again with the same `Idempotency-Key`, also when
 * the caller asks for the very same once more, so that the app does it once however often it hears it.
 */
export function openFacade(options: FacadeOptions): Post {
  const { customer, locale } = options;
  const base = options.url.replace(/\/+$/, '');
  const who: Record<string, string> =
    'guestId' in customer
      ? { 'x-anonymous-customer-unique-id': customer.guestId }
      : { authorization: `Bearer ${customer.accessToken}` };
  // Requests nobody answered, with their keys: the same one again is no other.
  const unanswered = new Map<string, string>();
  return async (type, attributes, { keepalive = false } = {}) => {
    const send = options.fetch ?? fetch;
    const body = JSON.stringify({ data: { type, attributes } });
    const key = unanswered.get(body) ?? newKey();
    unanswered.set(body, key);
    const request = {
      method: 'POST',
      headers: {
        accept: 'application/vnd.api+json',
        'content-type': 'application/vnd.api+json',
        'x-tenant-identifier': headerText(options.tenant),
        'idempotency-key': key,
        ...(locale === undefined ? {} : { 'accept-language': locale.replace('_', '-') }),
        ...who,
      },
      body,
      credentials: 'omit',
      keepalive,
    } as const;
    for (let attempt = 0; ; attempt += 1) {
      const answer = await once(() => send(`${base}/${type}`, { ...request, signal: AbortSignal.timeout(TIMEOUT_MS) }));
      const pause = PAUSES_MS[attempt];
      const isOpen = answer === undefined || TRY_AGAIN.has(answer.status);
      if (!isOpen) unanswered.delete(body);
      if (!isOpen || pause === undefined) return attributesOf(answer);
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  };
}

/** Browsers take each character of a header for one byte: a name beyond ASCII is sent as UTF-8. */
function headerText(name: string): string {
  return String.fromCharCode(...new TextEncoder().encode(name));
}

interface Answer {
  status: number;
  body: unknown;
}

/** Undefined when nothing came back, also when it broke off in the middle. */
async function once(send: () => Promise<Response>): Promise<Answer | undefined> {
  try {
    const response = await send();
    const text = await response.text();
    return { status: response.status, body: parsed(text) };
  } catch {
    return undefined;
  }
}

function attributesOf(answer: Answer | undefined): Attributes {
  if (answer === undefined) throw new CheckoutError('unreachable', 'The payment service did not answer.');
  const { status, body } = answer;
  const attributes = field(field(body, 'data'), 'attributes');
  if (status === 201 && isRecord(attributes)) return attributes;
  const errors = faultsOf(field(body, 'errors'));
  const said = errors.map(({ detail }) => detail).join(' ');
  const message = said === '' ? `The payment service answered with status ${status}.` : said;
  throw new CheckoutError('refused', message, { status, errors });
}

function faultsOf(errors: unknown): Fault[] {
  return (Array.isArray(errors) ? errors : []).flatMap((error: unknown) => {
    const detail = field(error, 'detail');
    const pointer = field(field(error, 'source'), 'pointer');
    return typeof detail === 'string' ? [{ detail, ...(typeof pointer === 'string' ? { pointer } : {}) }] : [];
  });
}

/** Pages without TLS, as in development, have no `randomUUID`. */
function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function field(value: unknown, name: string): unknown {
  return isRecord(value) ? value[name] : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
