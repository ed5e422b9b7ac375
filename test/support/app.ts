/**
 * A whole app for a test: a database of its own, the real server, workers and issuer, reached through its doors. Time
 * is real unless a clock is given. `shop()` plays one tenant over HTTP.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { systemClock } from '../../src/clock.js';
import { compose, type Role, type Running } from '../../src/compose.js';
import { readConfig, type Config, type Environment } from '../../src/config.js';
import { signSandboxWebhook } from '../../src/connectors/sandbox/index.js';
import { validateAttributes, validateMessage, validateResponse } from '../../src/contract/check.js';
import type { Clock } from '../../src/domain/clock.js';
import type { Broker } from '../../src/kit/broker.js';
import { redact } from '../../src/kit/redact.js';
import { createLog } from '../../src/log.js';
import { openDatabase } from '../../src/storage/database.js';
import { masterKeyFromText, openVault } from '../../src/storage/vault.js';
import { freshDatabase } from './database.js';
import { freePortTriple } from './sandbox.js';

export const SANDBOX_WEBHOOK_SECRET = 'whsec_sandbox_secret_of_the_test';
export const SANDBOX_SETTINGS = { connector: 'sandbox', mode: 'test', webhookSecret: SANDBOX_WEBHOOK_SECRET } as const;

export interface TestApp extends Running {
  config: Config;
  url: string;
  /** Lines of the log so far. */
  logged: string[];
  databaseUrl: string;
  /** Base64; another node of this app needs it. */
  masterKey: string;
  /** A bearer token of the sandbox client. */
  token(audience: string, tenantId?: string): Promise<string>;
  /** Plays a tenant. */
  shop(tenantId?: string): TestShop;
  close(): Promise<void>;
}

export interface Answered {
  status: number;
  // Bodies are looked into freely by tests.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  body: any;
  headers: Headers;
}

export interface Received {
  id: string;
  name: string;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  payload: any;
  attributes: Record<string, string>;
}

export interface TestAppOptions {
  clock?: Clock;
  env?: Environment;
  mode?: 'sandbox' | 'serve';
  databaseUrl?: string;
  masterKey?: string;
  role?: Role;
  /** Plays a broker of the shop's own. */
  broker?: Broker;
  /** False: other nodes work on this database too. */
  isOnlyNode?: boolean;
  /** Connections to the database; 4 unless told. */
  poolSize?: number;
}

/** Starts an app. Close it in `afterAll`. */
export async function testApp(options: TestAppOptions = {}): Promise<TestApp> {
  const clock = options.clock ?? systemClock;
  const database =
    options.databaseUrl === undefined
      ? await freshDatabase()
      : { url: options.databaseUrl, drop: async () => undefined };
  const masterKey = options.masterKey ?? randomBytes(32).toString('base64');
  const logged: string[] = [];
  const log = createLog({ level: 'debug', clock, redact, write: (line) => logged.push(line) });
  const db = openDatabase(database.url, () => undefined, options.poolSize ?? 4);
  // Below the ports the machine gives to outgoing connections.
  const port = await freePortTriple();
  const env = { MASTER_KEY: masterKey, PORT: String(port), ...options.env };
  const config = readConfig(env, options.mode ?? 'sandbox');
  const vault = openVault({ db, appId: config.appId, clock, masterKey: masterKeyFromText(masterKey) });
  const { role = 'all', isOnlyNode = true, broker } = options;
  const parts = { config, db, vault, clock, log, version: '0.0.0', isOnlyNode, role };
  const running = await compose({ ...parts, ...(broker === undefined ? {} : { broker }) });
  await running.server.listen({ host: '127.0.0.1', port });
  await running.start();
  const url = `http://127.0.0.1:${port}`;
  const token = (audience: string, tenantId?: string): Promise<string> => fetchToken(url, audience, tenantId);
  const close = async (): Promise<void> => {
    await running.stop();
    await db.destroy();
    await database.drop();
  };
  const app: TestApp = {
    ...running,
    config,
    url,
    logged,
    databaseUrl: database.url,
    masterKey,
    token,
    shop: (tenantId) => testShop(app, tenantId),
    close,
  };
  return app;
}

async function fetchToken(url: string, audience: string, tenantId?: string): Promise<string> {
  const form = new URLSearchParams({
    client_id: 'sandbox-shop',
    client_secret: 'sandbox-secret',
    grant_type: 'client_credentials',
    audience,
  });
  if (tenantId !== undefined) form.set('tenant_identifier', tenantId);
  const response = await fetch(`${url}/oauth/token`, { method: 'POST', body: form });
  const body = (await response.json()) as { access_token: string };
  return body.access_token;
}

export interface TestShop {
  tenantId: string;
  /** POSTs JSON to the app as this tenant; the answer is checked against the endpoint's shape when one is named. */
  call(
    path: string,
    body?: unknown,
    options?: { headers?: Record<string, string>; endpoint?: string },
  ): Promise<Answered>;
  configure(settings?: Record<string, unknown>): Promise<Answered>;
  disconnect(confirmation?: string): Promise<Answered>;
  /** Initializes a payment for a new order (or the given one). */
  initialize(
    changes?: Record<string, unknown>,
    extra?: Record<string, unknown>,
  ): Promise<Answered & { orderReference: string }>;
  /** Sends CapturePayment, CancelPayment or RefundPayment as shops do. */
  command(name: string, payload: Record<string, unknown>, headers?: Record<string, string>): Promise<Answered>;
  /** Takes and acknowledges what waits on a channel. Every message is checked against its shape. */
  poll(channel?: string): Promise<Received[]>;
  /** Polls until a message of that name (about that order) has come; returns everything that came since the last poll. */
  until(name: string, orderReference?: string): Promise<Received[]>;
  /** Posts a signed webhook of the sandbox connector. */
  webhook(
    event: Record<string, unknown>,
    options?: { secret?: string; mode?: 'live' | 'test'; at?: number; tamper?: boolean },
  ): Promise<Answered>;
  /** Initializes, then lets the sandbox PSP authorize; returns the order reference and the transaction id. */
  authorized(grandTotal?: number): Promise<{ orderReference: string; transactionId: string }>;
}

/** How long `until` waits: a busy machine is slow, not wrong. */
const PATIENCE_MS = 30_000;

function testShop(app: TestApp, tenantId = `tenant-${randomUUID().slice(0, 8)}`): TestShop {
  const tokens = new Map<string, { token: Promise<string>; at: number }>();
  const bearer = async (audience: string): Promise<string> => {
    const at = app.app.clock.now();
    const known = tokens.get(audience);
    // Tests move the clock, and a token lives an hour.
    const fresh =
      known !== undefined && at - known.at < 1_800_000 ? known : { token: app.token(audience, tenantId), at };
    tokens.set(audience, fresh);
    return `Bearer ${await fresh.token}`;
  };
  const call: TestShop['call'] = async (path, body, { headers = {}, endpoint } = {}) => {
    const response = await fetch(`${app.url}${path}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-tenant-identifier': tenantId,
        authorization: await bearer('aop-app'),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    return answered(response, endpoint);
  };
  const poll: TestShop['poll'] = async (channel = 'payment-events') => {
    const headers = {
      'consumer-id': tenantId,
      authorization: await bearer('aop-event-platform'),
      'content-type': 'application/json',
    };
    const { body } = await answered(
      await fetch(`${app.url}/channels/${channel}?limit=100`, { headers }),
      'receive-messages',
    );
    const received = (
      body as { MessageId: string; MessageBody: string; MessageAttributes: Record<string, string> }[]
    ).map(({ MessageId, MessageBody, MessageAttributes }) => ({
      id: MessageId,
      name: MessageAttributes['transferName'] ?? '',
      payload: JSON.parse(MessageBody) as unknown,
      attributes: MessageAttributes,
    }));
    for (const message of received) {
      const fault = validateMessage(message.name, message.payload) ?? validateAttributes(message.attributes);
      if (fault !== undefined) throw new Error(`${message.name} does not fit its shape: ${fault}`);
      await fetch(`${app.url}/channels/${channel}`, {
        method: 'DELETE',
        headers,
        body: JSON.stringify({ messageIds: [message.id] }),
      });
    }
    return received;
  };
  const shop: TestShop = {
    tenantId,
    call,
    poll,
    configure: (settings = SANDBOX_SETTINGS) =>
      call(
        '/private/configure',
        { data: { type: 'configuration', attributes: { configuration: JSON.stringify(settings) } } },
        { endpoint: 'configure' },
      ),
    disconnect: (confirmation) =>
      call('/private/disconnect', undefined, {
        endpoint: 'disconnect',
        headers: confirmation === undefined ? {} : { 'x-confirmation-status': confirmation },
      }),
    initialize: async (changes = {}, extra = {}) => {
      const orderReference = `DE--${randomUUID().slice(0, 8)}`;
      const orderData = { ...sampleOrder(orderReference), ...changes };
      const answer = await call(
        '/private/initialize-payment',
        { orderData, ...sampleUrls(), ...extra },
        { endpoint: 'initialize-payment' },
      );
      return { ...answer, orderReference: String(orderData.orderReference) };
    },
    command: async (name, payload, headers = {}) => {
      const attributes = {
        'Transfer-Name': name,
        Event: name,
        Name: name,
        'Correlation-Id': randomUUID(),
        'Tenant-Identifier': tenantId,
        'Actor-Id': tenantId,
      };
      const response = await fetch(`${app.url}/channels/payment-commands`, {
        method: 'POST',
        headers: {
          ...attributes,
          'Transaction-Id': randomUUID(),
          authorization: await bearer('aop-event-platform'),
          ...headers,
        },
        body: Buffer.from(JSON.stringify(payload)),
      });
      return answered(response, 'send-message');
    },
    until: async (name, orderReference) => {
      const seen: Received[] = [];
      const end = systemClock.now() + PATIENCE_MS;
      while (systemClock.now() < end) {
        seen.push(...(await poll()));
        const isThere = seen.some(
          (message) => message.name === name && (orderReference === undefined || isAbout(message, orderReference)),
        );
        if (isThere) return seen;
        await new Promise((resolve) => setTimeout(resolve, 40));
      }
      throw new Error(
        `${name} did not come; there came ${seen.map((message) => message.name).join(', ') || 'nothing'}`,
      );
    },
    webhook: async (event, { secret = SANDBOX_WEBHOOK_SECRET, mode = 'test', at, tamper = false } = {}) => {
      const text = JSON.stringify({ id: `evt_${randomUUID()}`, ...event });
      const signature = signSandboxWebhook(Buffer.from(text), [secret], at ?? Math.floor(app.app.clock.now() / 1000));
      const response = await fetch(`${app.url}/webhooks${mode === 'test' ? '/test' : ''}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'sandbox-signature': signature },
        body: tamper ? text.replace('"id"', '"iD"') : text,
      });
      return answered(response, mode === 'test' ? 'webhook-test' : 'webhook');
    },
    authorized: async (grandTotal = 12_000) => {
      const { body, orderReference } = await shop.initialize({ grandTotal });
      const { transactionId } = body as { transactionId: string };
      await shop.webhook({ type: 'payment', transactionId, status: 'authorized' });
      await shop.until('PaymentAuthorized', orderReference);
      return { orderReference, transactionId };
    },
  };
  return shop;
}

function isAbout({ payload }: Received, orderReference: string): boolean {
  const { orderReference: order, entityReference } = payload as { orderReference?: string; entityReference?: string };
  return order === orderReference || entityReference === orderReference;
}

async function answered(response: Response, endpoint: string | undefined): Promise<Answered> {
  const text = await response.text();
  let body: unknown = text;
  try {
    body = text === '' ? undefined : JSON.parse(text);
  } catch {
    // Not JSON: the text itself is looked at.
  }
  const fault = endpoint === undefined ? undefined : validateResponse(endpoint, response.status, body);
  if (fault !== undefined)
    throw new Error(`The answer ${response.status} of ${endpoint} does not fit its shape: ${fault}: ${text}`);
  return { status: response.status, body, headers: response.headers };
}

/** An order as a shop sends it: two items and shipping, 120.00 EUR. */
export function sampleOrder(orderReference: string): Record<string, unknown> {
  return {
    orderReference,
    priceMode: 'GROSS_MODE',
    storeName: 'DE',
    localeName: 'de_DE',
    countryCode: 'DE',
    customerFirstName: 'Ada',
    customerLastName: 'Lovelace',
    customerEmail: 'ada@example.com',
    customerReference: 'DE--21',
    currencyCode: 'EUR',
    grandTotal: 12_000,
    paymentMethod: 'Credit Card',
    paymentMethodName: 'Credit Card',
    additionalPaymentData: { externalId: '7' },
    items: [
      { idSalesOrderItem: 101, name: 'Oryx', sku: '001_1', quantity: 1, unitPrice: 6_000 },
      { idSalesOrderItem: 102, name: 'Gazelle', sku: '002_1', quantity: 1, unitPrice: 5_000 },
    ],
    expenses: [{ name: 'Shipping', type: 'SHIPMENT_EXPENSE_TYPE', quantity: 1, unitPrice: 1_000 }],
  };
}

/** Where a shop wants its customer back. */
export function sampleUrls(): Record<string, string> {
  return {
    redirectSuccessUrl: 'https://shop.example/de/payment/order-success',
    redirectCancelUrl: 'https://shop.example/de/payment/order-cancel',
    checkoutSummaryPageUrl: 'https://shop.example/de/checkout/summary',
  };
}
