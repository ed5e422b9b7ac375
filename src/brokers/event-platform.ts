/**
 * An event platform over HTTP. A message goes out as `POST <base><channel>` with its envelope in headers; commands are
 * polled with `GET`, and taken away with `DELETE` once they are stored. The older transport only sends: every message to
 * one endpoint, with `X-` before the names of the headers; its commands come in at a door of our own.
 */
import { MessageRefused, type Broker, type BrokerMessage, type BrokerOptions, type Delivery } from '../kit/broker.js';
import type { IsOurTurn, Take } from '../kit/broker.js';
import { jsonOf, openConnections, openTokens, type Asked, type Told } from './asking.js';
import { kept, pause, untilTaken } from './keeping.js';
import { readPlatformAddress, type PlatformAddress } from './platform-address.js';

/** For one asking, and for all of one `publish` together: less than the outbox leaves us. */
const ANSWER_MS = 15_000;
const PUBLISH_MS = 40_000;
/** Messages of one poll. */
const LIMIT = 100;
/** How long we rest when nothing waits. */
const REST_MS = 1_000;
/** What is wrong with the message itself; all else may be well another time. */
const NEVER: readonly number[] = [400, 413, 422, 431];

const JSON_TYPE = { 'Content-Type': 'application/json' };

/** Asks with a token, and once more with another one when that is refused. */
type Ask = (asked: Omit<Asked, 'headers'> & { headers: Record<string, string> }) => Promise<Told>;

/** Opens the platform at `url`; asks for the first time when there is something to do. Throws for a URL that is none. */
export function openEventPlatform({ url, prefix, log }: BrokerOptions): Broker {
  const address = readPlatformAddress(url);
  const connections = openConnections();
  const tokens = openTokens(connections.ask, address);
  const ask: Ask = async (asked) => {
    const once = async (): Promise<Told> => {
      const token = await tokens.get();
      const headers = { ...asked.headers, Authorization: `Bearer ${token}` };
      const told = await connections.ask({ ...asked, headers });
      if (told.status === 401) tokens.forget(token);
      return told;
    };
    const first = await once();
    return first.status === 401 ? once() : first;
  };
  const { receiveUrl } = address;
  return {
    name: receiveUrl === undefined ? 'MB1' : 'Event platform',
    // A poll would hold commands back for a while, and a message would be one.
    reach: async () => void (await tokens.get()),
    publish: (messages) => sendAll(ask, address, messages),
    consume: (channel, take, isOurTurn = () => Promise.resolve(true)) => {
      if (receiveUrl === undefined) return { stop: () => Promise.resolve() };
      const of = { ask, url: `${receiveUrl}${channel}`, consumer: prefix, take, isOurTurn };
      return kept((stopped, connected, late) => consumeOnce({ ...of, stopped, late }, connected), log);
    },
    close: () => {
      tokens.close();
      connections.close();
      return Promise.resolve();
    },
  };
}

/** Waits for all: a message that is still on its way while others are sent again would come out of its order. */
async function sendAll(ask: Ask, address: PlatformAddress, messages: readonly BrokerMessage[]): Promise<void> {
  const late = AbortSignal.timeout(PUBLISH_MS);
  const sendings = await Promise.allSettled(messages.map((message) => send(ask, address, message, late)));
  const errors = sendings.flatMap((sending) => (sending.status === 'rejected' ? [sending.reason as unknown] : []));
  const lost = errors.find((error) => !(error instanceof MessageRefused));
  if (errors.length > 0) throw lost ?? errors[0];
}

async function send(ask: Ask, address: PlatformAddress, message: BrokerMessage, late: AbortSignal): Promise<void> {
  const { id, channel, attributes, body } = message;
  const isLegacy = address.receiveUrl === undefined;
  const headers = { ...JSON_TYPE, ...asHeaders(attributes, isLegacy ? 'X-' : '') };
  const url = isLegacy ? address.sendUrl : `${address.sendUrl}${encodeURIComponent(channel)}`;
  const signal = AbortSignal.any([late, AbortSignal.timeout(ANSWER_MS)]);
  const told = await ask({ method: 'POST', url, headers, body, signal }).catch((error: unknown) => {
    if ((error as { code?: unknown }).code !== 'ERR_INVALID_CHAR') throw error;
    throw new MessageRefused(id, 'its envelope cannot stand in headers', { forever: true });
  });
  const { status } = told;
  if (status >= 200 && status < 300 && isConfirmation(told.text)) return;
  if (status >= 400 && status < 500 && status !== 401) {
    throw new MessageRefused(id, `the platform answered ${status}`, { forever: NEVER.includes(status) });
  }
  throw unexpected(told);
}

/** Any answer of a platform, with an id of its own or without; a page of somebody in between confirms nothing. */
function isConfirmation(text: string): boolean {
  if (text.trim() === '') return true;
  const answer = jsonOf(text);
  return typeof answer === 'object' && answer !== null;
}

/** `tenantIdentifier` becomes `Tenant-Identifier`, as the wire has it. */
function asHeaders(attributes: Readonly<Record<string, string>>, prefix: string): Record<string, string> {
  const train = (name: string): string =>
    name.replace(/^[a-z]|[A-Z]/g, (letter, at: number) => (at > 0 ? '-' : '') + letter.toUpperCase());
  return Object.fromEntries(Object.entries(attributes).map(([name, value]) => [`${prefix}${train(name)}`, value]));
}

interface Consuming {
  ask: Ask;
  url: string;
  /** Who we are there: the app. */
  consumer: string;
  take: Take;
  isOurTurn: IsOurTurn;
  /** Then nothing more is asked for, and a while later what is in hand is dropped. */
  stopped: AbortSignal;
  late: AbortSignal;
}

/** Polls, when it is our turn, until we stop, or something is wrong with the platform. */
async function consumeOnce(of: Consuming, connected: () => void): Promise<void> {
  while (!of.stopped.aborted) {
    // While nobody knows whose turn it is nothing could be stored either.
    const isOurs = await of.isOurTurn().catch(() => false);
    const messages = isOurs ? await receive(of) : [];
    if (isOurs) connected();
    if ((await takeAll(of, messages)) === 0) await pause(REST_MS, of.stopped);
  }
}

/**
 * Stores messages in their order, and takes them away. What is dropped here is hidden at the platform for a while, and
 * later messages would pass it: only a turn that is over ends this, or a stop that comes to nothing. A platform that goes
 * away meanwhile gets its word when it hands out the rest again. Returns how many are gone from there.
 */
async function takeAll(of: Consuming, messages: readonly unknown[]): Promise<number> {
  const over = new AbortController();
  const end = AbortSignal.any([of.late, over.signal]);
  const take: Take = async (delivery) => {
    if (await of.isOurTurn()) return of.take(delivery);
    over.abort();
    throw new Error('another node receives now');
  };
  let gone = 0;
  let failure: { error: unknown } | undefined;
  for (const message of messages) {
    if (!(await untilTaken(take, deliveryOf(message), end))) break;
    if (failure !== undefined) continue;
    try {
      if (await acknowledge(of, message)) gone += 1;
    } catch (error) {
      failure = { error };
    }
  }
  if (failure !== undefined) throw failure.error;
  return gone;
}

async function receive({ ask, url, consumer, late }: Consuming): Promise<unknown[]> {
  const signal = AbortSignal.any([late, AbortSignal.timeout(ANSWER_MS)]);
  const headers = { 'Consumer-Id': consumer, ...JSON_TYPE };
  const told = await ask({ method: 'GET', url: `${url}?limit=${LIMIT}`, headers, signal });
  const { status, text } = told;
  if (status === 304 || (status >= 200 && status < 300 && text.trim() === '')) return [];
  const answer = status >= 200 && status < 300 ? jsonOf(text) : undefined;
  // Undefined is no JSON: somebody else than the platform answers, and would answer so for ever.
  if (answer === undefined) throw unexpected(told);
  return Array.isArray(answer) ? answer : [];
}

/** False for a message without an id, which cannot be taken away. */
async function acknowledge({ ask, url, consumer }: Consuming, message: unknown): Promise<boolean> {
  const { MessageId: id } = asMap(message);
  if (typeof id !== 'string' && typeof id !== 'number') return false;
  const headers = { 'Consumer-Id': consumer, ...JSON_TYPE };
  const body = JSON.stringify({ messageIds: [id] });
  const told = await ask({ method: 'DELETE', url, headers, body, signal: AbortSignal.timeout(ANSWER_MS) });
  // Gone already is as good.
  if (told.status !== 404 && (told.status < 200 || told.status > 299)) throw unexpected(told);
  return true;
}

/** Whatever it is, it is handed over: what is no command is set aside there, for a person to look at. */
function deliveryOf(message: unknown): Delivery {
  const { MessageId: id, MessageBody: body, MessageAttributes: attributes } = asMap(message);
  const text =
    body === undefined ? JSON.stringify(message ?? null) : typeof body === 'string' ? body : JSON.stringify(body);
  return {
    ...(typeof id === 'string' || typeof id === 'number' ? { messageId: String(id) } : {}),
    attributes: asMap(typeof attributes === 'string' ? jsonOf(attributes) : attributes),
    body: Buffer.from(text),
  };
}

function asMap(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

function unexpected({ status }: Told): Error {
  const more = status >= 300 && status < 400 ? ', which is not followed' : status < 300 ? ' without JSON' : '';
  return new Error(`the platform answered ${status}${more}`);
}
