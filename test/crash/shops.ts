/**
 * Shops under load: each order is initialized, paid, captured by command and partly refunded, and each shop keeps a log
 * of every message it was handed. A request whose connection died is repeated with the same content, at another node,
 * as shops and PSPs do.
 */
import { randomUUID } from 'node:crypto';
import Stripe from 'stripe';
import { Agent, fetch, type RequestInit } from 'undici';
import { sampleOrder, sampleUrls } from '../support/app.js';
import { ITEMS, pause } from '../flows/heart.js';
import { whyLost, type Fleet } from './fleet.js';
import { until } from './sandbox.js';

export const AMOUNT = 12_000;
export const REFUND = 2_500;
/** What is polled, and how often. */
const CHANNELS = [
  ['payment-events', 100],
  ['payment-method-commands', 1_000],
  ['app-events', 1_000],
] as const;
const REPEAT_MS = 50;

/** One delivery of a message to a shop. */
export interface Delivered {
  messageId: string;
  transactionId: string;
  name: string;
  orderReference: string;
  timestamp: string;
}

export interface Shop {
  tenantId: string;
  stripe: Stripe;
  /** Orders that were begun, with their payment once it is known. */
  orders: Map<string, string | undefined>;
  /** Everything that was handed over, in the order it came. */
  log: Delivered[];
  /** Requests that got no answer of 200, by what came instead. */
  failures: string[];
  /** Plays orders, a few at once, until `isOver` says so; resolves when the last one is refunded. */
  trade(isOver: () => boolean): Promise<void>;
  /** Polls once more, and ends the polling. */
  close(): Promise<void>;
}

/** Orders under way at once, of one shop. */
const AT_ONCE = 3;

/** Connects a shop with an account of its own at Stripe. */
export async function openShop(fleet: Fleet, tenantId: string): Promise<Shop> {
  const account = tenantId.replaceAll('-', '');
  const keys = { secretKey: `sk_test_${account}`, publishableKey: `pk_test_${account}` };
  const failures: string[] = [];
  const send = sender(fleet, tenantId, failures);
  const configuration = JSON.stringify({ mode: 'test', ...keys });
  await send('aop-atrs', '/private/configure', { data: { type: 'configuration', attributes: { configuration } } });
  const log: Delivered[] = [];
  let isClosed = false;
  const listen = async (channel: string, everyMs: number): Promise<void> => {
    while (!isClosed) {
      await poll(send, log, channel);
      await pause(everyMs);
    }
    await poll(send, log, channel);
  };
  const polling = Promise.all(CHANNELS.map(([channel, everyMs]) => listen(channel, everyMs)));
  const shop: Shop = {
    tenantId,
    stripe: new Stripe(keys.secretKey, {
      host: '127.0.0.1',
      port: fleet.simulator.port,
      protocol: 'http',
      telemetry: false,
    }),
    orders: new Map(),
    log,
    failures,
    trade: async (isOver) => {
      const buyer = async (): Promise<void> => {
        while (!isOver()) await playOrder(shop, send);
      };
      await Promise.all(Array.from({ length: AT_ONCE }, buyer));
    },
    close: async () => {
      isClosed = true;
      await polling;
    },
  };
  return shop;
}

// Bodies are looked into freely by tests.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Body = any;
type Send = (
  audience: string,
  path: string,
  body?: unknown,
  extra?: { method?: string; headers?: Record<string, string> },
) => Promise<Body>;

async function playOrder(shop: Shop, send: Send): Promise<void> {
  const orderReference = `${shop.tenantId}-${shop.orders.size}`;
  shop.orders.set(orderReference, undefined);
  const begun = await send('aop-app', '/private/initialize-payment', {
    orderData: { ...sampleOrder(orderReference), grandTotal: AMOUNT },
    ...sampleUrls(),
  });
  const transactionId = String(begun.transactionId);
  shop.orders.set(orderReference, transactionId);
  await shop.stripe.paymentIntents.confirm(transactionId, {
    payment_method: 'pm_card_visa',
    return_url: 'https://shop.example/return',
  });
  await hears(shop, 'PaymentAuthorized', orderReference);
  await command(shop, send, 'CapturePayment', { orderReference, ...ITEMS, amount: AMOUNT });
  await hears(shop, 'PaymentCaptured', orderReference);
  await command(shop, send, 'RefundPayment', { orderReference, ...ITEMS, amount: REFUND });
  await hears(shop, 'PaymentRefunded', orderReference);
}

/** Repeats carry the same `Transaction-Id`, by which they are one command. */
async function command(shop: Shop, send: Send, name: string, payload: object): Promise<void> {
  const headers = {
    'transfer-name': name,
    event: name,
    name,
    'correlation-id': randomUUID(),
    'tenant-identifier': shop.tenantId,
    'actor-id': shop.tenantId,
    'transaction-id': randomUUID(),
  };
  await send('aop-event-platform', '/channels/payment-commands', payload, { headers });
}

/** A message whose delivery was lost comes again after half a minute. */
function hears(shop: Shop, name: string, orderReference: string): Promise<boolean> {
  const isThere = (): boolean =>
    shop.log.some((message) => message.name === name && message.orderReference === orderReference);
  const look = (): Promise<boolean> => until(`${name} of ${orderReference}`, () => Promise.resolve(isThere()));
  return look().catch(look).catch(look);
}

async function poll(send: Send, log: Delivered[], channel: string): Promise<void> {
  const path = `/channels/${channel}`;
  const messages: Body[] = await send('aop-event-platform', `${path}?limit=100`, undefined, { method: 'GET' });
  for (const { MessageId, MessageBody, MessageAttributes } of messages) {
    const { orderReference, entityReference } = JSON.parse(MessageBody);
    const { transactionId, transferName, timestamp } = MessageAttributes;
    const about = { orderReference: orderReference ?? entityReference, timestamp };
    log.push({ messageId: MessageId, transactionId, name: transferName, ...about });
  }
  if (messages.length === 0) return;
  const messageIds = messages.map(({ MessageId }) => MessageId as string);
  await send('aop-event-platform', path, { messageIds }, { method: 'DELETE' });
}

/** A connection kept for later is closed by a node that leaves, in the very moment when it may be used. */
const oneEach = new Agent({ pipelining: 0 });

/** Asks a node that is there until one answers 2xx; what was refused for good ends the test. */
function sender(fleet: Fleet, tenantId: string, failures: string[]): Send {
  const tokens = new Map<string, Promise<string>>();
  const once = async (url: string, init: RequestInit): Promise<Body> => {
    const response = await fetch(url, { ...init, dispatcher: oneEach, signal: AbortSignal.timeout(30_000) });
    const text = await response.text();
    if (response.ok) return text === '' ? undefined : JSON.parse(text);
    failures.push(`${response.status} ${new URL(url).pathname}`);
    if (response.status < 500) throw new Refused(`${url} answered ${response.status}: ${text.slice(0, 300)}`);
    return NOTHING;
  };
  const patiently = async (path: string, init: RequestInit): Promise<Body> => {
    for (;;) {
      const node = fleet.next();
      const answer = node === undefined ? NOTHING : await once(`${node.url}${path}`, init).catch(lost(failures));
      if (answer !== NOTHING) return answer;
      await pause(REPEAT_MS);
    }
  };
  const tokenOf = async (audience: string): Promise<string> => {
    const { clientId: client_id, secret: client_secret } = fleet.client;
    const grant = { grant_type: 'client_credentials', audience, tenant_identifier: tenantId };
    const body = new URLSearchParams({ client_id, client_secret, ...grant });
    return (await patiently('/oauth/token', { method: 'POST', body })).access_token as string;
  };
  return async (audience, path, body, { method = 'POST', headers = {} } = {}) => {
    const token = tokens.get(audience) ?? tokenOf(audience);
    tokens.set(audience, token);
    return patiently(path, {
      method,
      headers: {
        'content-type': 'application/json',
        'x-tenant-identifier': tenantId,
        'consumer-id': tenantId,
        authorization: `Bearer ${await token}`,
        // A connection kept for later may be closed in the very moment when it is used again.
        connection: 'close',
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  };
}

const NOTHING = Symbol('no answer');
class Refused extends Error {}

/** A connection that died, or was refused: the caller asks again. */
function lost(failures: string[]): (error: unknown) => symbol {
  return (error) => {
    if (error instanceof Refused) throw error;
    const { cause } = error as Error & { cause?: Error };
    failures.push(whyLost(cause ?? (error as Error)));
    return NOTHING;
  };
}
