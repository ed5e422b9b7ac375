/**
 * The envelope of a message: who, what, when. Strict in what we send; tolerant in what we receive, because shops put
 * it into HTTP headers, prefixed headers or camelCase attributes, and not all of them send all of it.
 */
import { normalize, MAX_DEPTH, type Normalized } from './normalize.js';
import { FreeMap } from './shapes.js';

export interface Envelope {
  name: string;
  tenantIdentifier: string;
  correlationId?: string;
  /** Identity of the message, not of a payment. */
  transactionId?: string;
  /** ISO text in UTC, when the sender gave a time that can be read. */
  timestamp?: string;
  /** The app or shop that sent it. */
  publisher?: string;
  actorId?: string;
  /** The body as the sender spelled it; `translate.ts` reads it by the message's shape. */
  payload: Record<string, unknown>;
}

const Payload = FreeMap('Any JSON object.');
/** Longer texts count as absent: a shortened identity could be somebody else's. */
const MAX_TEXT = 255;

/**
 * Reads an envelope from HTTP headers (`Tenant-Identifier`, `X-Tenant-Identifier`) or polled attributes
 * (`tenantIdentifier`) and the payload from its JSON text, bytes or object. Returns one line when it cannot be a
 * message: no name, no tenant, or a body that is no JSON object. Unknown attributes are ignored.
 */
export function readEnvelope(
  attributes: Readonly<Record<string, unknown>>,
  body: string | Uint8Array | object | null | undefined,
): Normalized<Envelope> {
  const given = byPlainName(attributes);
  const text = (...names: string[]) => firstText(names.map((name) => given.get(name)));
  const publisher = given.get('publisher') ?? given.get('emitter');
  const name = nameIn(text('transfername', 'name', 'event'));
  if (name === undefined) return { error: 'the envelope names no message' };
  const tenantIdentifier = tenantNamed(given);
  if (tenantIdentifier === undefined) return { error: 'the envelope names no tenant' };
  const payload = readPayload(body);
  if (payload.error !== undefined) return payload;
  const optional = {
    correlationId: text('correlationid'),
    transactionId: text('transactionid'),
    timestamp: readTime(unwrapped(given.get('timestamp'))),
    publisher: firstText([publisher, member(publisher, 'appIdentifier'), member(publisher, 'tenantIdentifier')]),
    actorId: text('actorid'),
  };
  const present = Object.entries(optional).filter(([, value]) => value !== undefined);
  return { value: { name, tenantIdentifier, ...Object.fromEntries(present), payload: payload.value } };
}

/** The tenant that attributes name, however they spell it; undefined when they name none. */
export function tenantIn(attributes: Readonly<Record<string, unknown>>): string | undefined {
  return tenantNamed(byPlainName(attributes));
}

function tenantNamed(given: ReadonlyMap<string, unknown>): string | undefined {
  const publisher = given.get('publisher') ?? given.get('emitter');
  return firstText([
    given.get('tenantidentifier'),
    given.get('storereference'),
    member(publisher, 'tenantIdentifier'),
    member(publisher, 'storeReference'),
  ]);
}

/** Repeated headers arrive as one, divided by commas, which no message has in its name. */
function nameIn(text: string | undefined): string | undefined {
  const name = text?.split(',', 1)[0]?.trim();
  return name === '' ? undefined : name;
}

/** Attributes by name without case, hyphens and underscores. A plain name wins over one with the prefix `X-`. */
function byPlainName(attributes: Readonly<Record<string, unknown>>): Map<string, unknown> {
  const plain = new Map<string, unknown>();
  const prefixed = new Map<string, unknown>();
  for (const [key, value] of Object.entries(attributes)) {
    const lower = key.toLowerCase();
    const name = lower.replace(/^x-/, '').replace(/[-_]/g, '');
    const found = lower.startsWith('x-') ? prefixed : plain;
    if (!found.has(name) && unwrapped(value) !== undefined) found.set(name, value);
  }
  for (const [name, value] of prefixed) if (!plain.has(name)) plain.set(name, value);
  return plain;
}

/** The value itself: of a repeated header the first one, of a typed attribute its text. Empty means absent. */
function unwrapped(value: unknown): unknown {
  if (Array.isArray(value)) return unwrapped(value[0]);
  if (value === null || value === '') return undefined;
  if (typeof value === 'object' && 'StringValue' in value) return unwrapped(value.StringValue);
  return value;
}

function firstText(values: unknown[]): string | undefined {
  for (const value of values.map(unwrapped)) {
    if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value);
    if (typeof value !== 'string') continue;
    const text = value.trim();
    if (text !== '' && text.length <= MAX_TEXT && !text.startsWith('{')) return text;
  }
  return undefined;
}

/** A member of a publisher that is an object, or an object written as text. */
function member(value: unknown, name: string): unknown {
  let publisher = unwrapped(value);
  if (typeof publisher === 'string' && publisher.trim().startsWith('{')) {
    const read = readPayload(publisher);
    publisher = read.error === undefined ? read.value : undefined;
  }
  if (typeof publisher !== 'object' || publisher === null || !Object.hasOwn(publisher, name)) return undefined;
  return (publisher as Record<string, unknown>)[name];
}

function readPayload(body: string | Uint8Array | object | null | undefined): Normalized<Record<string, unknown>> {
  let payload: unknown = body;
  if (body instanceof Uint8Array) payload = Buffer.from(body).toString('utf8');
  if (typeof payload === 'string') {
    try {
      payload = parseJson(payload);
    } catch {
      return { error: 'the message body is no JSON' };
    }
  }
  if (typeof payload !== 'object' || payload === null || Array.isArray(payload)) {
    return { error: 'the message body is no JSON object' };
  }
  return normalize(Payload, payload);
}

/**
 * Like JSON.parse, but passes over a byte order mark, and refuses a text that is nested too deeply before building it.
 * Throws a SyntaxError.
 */
export function parseJson(marked: string): unknown {
  const text = marked.replace(/^\uFEFF/, '');
  let depth = 0;
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (quoted) {
      if (code === 0x5c) i++;
      else if (code === 0x22) quoted = false;
    } else if (code === 0x22) quoted = true;
    else if (code === 0x7b || code === 0x5b) {
      if (++depth > MAX_DEPTH) throw new SyntaxError(`nested deeper than ${MAX_DEPTH} levels`);
    } else if (code === 0x7d || code === 0x5d) depth--;
  }
  return JSON.parse(text) as unknown;
}

/** Seconds, milliseconds or microseconds since 1970, or ISO text with or without a zone; without one it is UTC. */
function readTime(value: unknown): string | undefined {
  if (typeof value === 'number' || (typeof value === 'string' && /^\d{9,16}$/.test(value))) {
    const count = Number(value);
    const ms = count < 1e11 ? count * 1000 : count < 1e14 ? count : count / 1000;
    return isoText(ms);
  }
  if (typeof value !== 'string') return undefined;
  const parts = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d)?)(\.\d{1,9})?\s*(Z|[+-]\d\d:?\d\d)?$/i.exec(value.trim());
  if (parts === null) return undefined;
  const [, day = '', time = '', fraction = '', zone = 'Z'] = parts;
  const colon = /^[+-]\d{4}$/.test(zone) ? `${zone.slice(0, 3)}:${zone.slice(3)}` : zone.toUpperCase();
  return isoText(Date.parse(`${day}T${time}${fraction.slice(0, 4)}${colon}`));
}

function isoText(ms: number): string | undefined {
  const time = new Date(ms);
  return Number.isNaN(time.getTime()) ? undefined : time.toISOString();
}

export interface Sending {
  name: string;
  tenantIdentifier: string;
  appIdentifier: string;
  /** Microseconds since 1970; fixed when the message is written and strictly increasing per tenant. */
  timestampMicros: number;
  /** The one of the message this one answers, or a new UUID. */
  correlationId: string;
  /** A UUID of this message, the same on every redelivery. */
  transactionId: string;
}

/** The attributes of a message we send. Throws when one is missing: nothing incomplete leaves the house. */
export function toAttributes(sending: Sending): Record<string, string> {
  const attributes = {
    transferName: sending.name,
    event: sending.name,
    name: sending.name,
    tenantIdentifier: sending.tenantIdentifier,
    storeReference: sending.tenantIdentifier,
    actorId: sending.appIdentifier,
    publisher: sending.appIdentifier,
    timestamp: microTime(sending.timestampMicros),
    correlationId: sending.correlationId,
    transactionId: sending.transactionId,
  };
  for (const [name, value] of Object.entries(attributes)) {
    if (value === '') throw new Error(`send ${sending.name}: the attribute ${name} is empty`);
  }
  return attributes;
}

/** UTC with microseconds and no zone, such as `2025-05-09T10:00:00.123456`: shops compare these as text. */
export function microTime(micros: number): string {
  const ms = Math.floor(micros / 1000);
  const rest = String(micros - ms * 1000).padStart(3, '0');
  return `${new Date(ms).toISOString().slice(0, -1)}${rest}`;
}

/** Attributes as HTTP headers: `tenantIdentifier` becomes `Tenant-Identifier`. */
export function toHeaders(attributes: Readonly<Record<string, string>>): Record<string, string> {
  const train = (name: string) =>
    name.replace(/^[a-z]|[A-Z]/g, (letter, at: number) => (at > 0 ? '-' : '') + letter.toUpperCase());
  return Object.fromEntries(Object.entries(attributes).map(([name, value]) => [train(name), value]));
}
