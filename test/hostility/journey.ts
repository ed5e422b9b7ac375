/**
 * The way of the canaries: one sandbox, its secrets in every right and every wrong place, and everything that can fail
 * failing. What the app answered is kept.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import pg from 'pg';
import { systemClock } from '../../src/clock.js';
import { signSandboxWebhook } from '../../src/connectors/sandbox/index.js';
import { control } from '../crash/flow.js';
import { until, type Sandbox } from '../crash/sandbox.js';
import { sampleOrder } from '../support/app.js';
import { canary, recorder, type Canary, type Recorded } from './places.js';
import { visitMarketplace } from './marketplace-visit.js';
import { visitPreOrder } from './pre-order-visit.js';
import { visitStorefront } from './storefront-visit.js';

/** Harmless, and in every place. */
export const MARKER = `marker${randomBytes(6).toString('hex')}`;
const random = (): string => randomBytes(12).toString('hex');
export const SECRETS = {
  masterKey: randomBytes(32).toString('base64'),
  stripeKey: `sk_test_${random()}`,
  refusedKey: `sk_test_refused${random()}`,
  sandboxWebhookSecret: `whsec_${random()}`,
  clientSecret: 'sandbox-secret',
};
const CARD = '4242424242424242';
const DECLINED_CARD = '4000000000000002';
export const CVC = '4719';
/** Answers that hold a secret on purpose. */
export const ON_PURPOSE = { initialize: 'answer: initialize', session: 'answer: page session', token: 'answer: token' };

let sandbox: Sandbox;
export const app = recorder();
/** Those that are made on the way. */
export const canaries: Canary[] = [];
export const pageTokens: string[] = [];

const json = (headers: Record<string, string>, body: unknown): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json', ...headers },
  body: typeof body === 'string' ? body : JSON.stringify(body),
});
const parsed = ({ body }: Recorded): Record<string, string> => JSON.parse(body) as Record<string, string>;

async function tokenFor(audience: string, tenantId: string): Promise<string> {
  const grant = {
    grant_type: 'client_credentials',
    client_id: 'sandbox-shop',
    client_secret: SECRETS.clientSecret,
    audience,
    tenant_identifier: tenantId,
  };
  const answer = await app.visit('token', `${sandbox.appUrl}/oauth/token`, {
    method: 'POST',
    body: new URLSearchParams(grant),
  });
  const token = parsed(answer)['access_token'] ?? '';
  // Its last part, the signature, is what makes it a secret.
  canaries.push(canary(`bearer token ${audience}`, token.split('.')[2] ?? '', [ON_PURPOSE.token]));
  return token;
}

interface Tenant {
  id: string;
  headers: Record<string, string>;
}

async function tenantOf(id: string): Promise<Tenant> {
  return { id, headers: { authorization: `Bearer ${await tokenFor('aop-app', id)}`, 'x-tenant-identifier': id } };
}

const configure = (tenant: Tenant, name: string, settings: object): Promise<Recorded> =>
  app.visit(
    name,
    `${sandbox.appUrl}/private/configure`,
    json(tenant.headers, { data: { type: 'configuration', attributes: { configuration: JSON.stringify(settings) } } }),
  );

async function initialize(tenant: Tenant, reference: string, changes: object = {}): Promise<Recorded> {
  const order = {
    ...sampleOrder(reference),
    items: [{ idSalesOrderItem: 1, name: `Mug ${MARKER}`, sku: 'mug', quantity: 1, unitPrice: 11_000 }],
    ...changes,
  };
  const urls = {
    redirectSuccessUrl: `https://shop.example/success/${MARKER}`,
    redirectCancelUrl: 'https://shop.example/cancel',
  };
  return app.visit(
    'initialize',
    `${sandbox.appUrl}/private/initialize-payment`,
    json({ ...tenant.headers, 'idempotency-key': randomUUID() }, { orderData: order, ...urls }),
  );
}

/** The customer's browser: opens the page and everything on it, and pays by card at the PSP. */
async function payOnPage(answer: Recorded, secretKey: string, card: string): Promise<void> {
  const { redirectUrl = '', transactionId = '' } = parsed(answer);
  const link = new URL(redirectUrl);
  const credentials = Object.fromEntries(link.searchParams);
  pageTokens.push(credentials['token'] ?? '');
  await app.visit('page', link.href);
  await app.visit('page session', `${sandbox.appUrl}/app-payment/session`, json({}, credentials));
  const authorized = (key: string, body: Record<string, string>): RequestInit => ({
    method: 'POST',
    headers: { authorization: `Bearer ${key}` },
    body: new URLSearchParams(body),
  });
  const intent = (await (
    await fetch(`${sandbox.simulatorUrl}/v1/payment_intents/${transactionId}`, {
      headers: { authorization: `Bearer ${secretKey}` },
    })
  ).json()) as {
    client_secret: string;
  };
  const [, clientSecret = ''] = intent.client_secret.split('_secret_');
  // What follows the intent's id is the secret. The simulator keeps it, being the PSP.
  canaries.push(
    canary('client secret of an intent', clientSecret, [ON_PURPOSE.initialize, ON_PURPOSE.session, 'simulator state']),
  );
  const form = {
    client_secret: intent.client_secret,
    'payment_method_data[type]': 'card',
    'payment_method_data[card][number]': card,
    'payment_method_data[card][exp_month]': '12',
    'payment_method_data[card][exp_year]': '2034',
    'payment_method_data[card][cvc]': CVC,
    return_url: `${sandbox.appUrl}/app-payment/redirect?${link.searchParams.toString()}`,
  };
  const paid = await fetch(
    `${sandbox.simulatorUrl}/v1/payment_intents/${transactionId}/confirm`,
    authorized(publishable(secretKey), form),
  );
  expect([200, 402]).toContain(paid.status);
  await app.visit('page status', `${sandbox.appUrl}/app-payment/status`, json({}, credentials));
  const back = new URLSearchParams({
    ...credentials,
    payment_intent: transactionId,
    payment_intent_client_secret: intent.client_secret,
  });
  await app.visit('page return', `${sandbox.appUrl}/app-payment/redirect?${back.toString()}`);
  await app.visit('page return', `${sandbox.appUrl}/app-payment/redirect?${link.searchParams.toString()}`);
  await app.visit('page again', link.href);
  link.searchParams.set('token', `${credentials['token']}x`);
  await app.visit('page refused', link.href);
}

const publishable = (secretKey: string): string => secretKey.replace('sk_', 'pk_');

/** Everything a shop may do wrong, with secrets in the wrong places. */
async function goWrong(tenant: Tenant): Promise<void> {
  const { appUrl } = sandbox;
  const bearer = tenant.headers['authorization'] ?? '';
  const wrong = (name: string, path: string, init: RequestInit): Promise<Recorded> =>
    app.visit(`wrong ${name}`, `${appUrl}${path}`, init);
  const settings = { connector: 'stripe', mode: 'live', secretKey: SECRETS.stripeKey, publishableKey: 'pk_live_other' };
  await configure(tenant, 'wrong mode', settings);
  await configure(tenant, 'wrong connector', { connector: SECRETS.stripeKey });
  await wrong('json', '/private/configure', json(tenant.headers, `{"data":{"secretKey":"${SECRETS.stripeKey}" x`));
  await wrong(
    'shape',
    '/private/configure',
    json(tenant.headers, { data: { secretKey: SECRETS.stripeKey, [SECRETS.stripeKey]: 1 } }),
  );
  await control(sandbox, 'faults', { match: { path: '/v1/**' }, effect: 'unauthorized', times: 3 });
  await configure(tenant, 'wrong key', {
    connector: 'stripe',
    mode: 'test',
    secretKey: SECRETS.refusedKey,
    publishableKey: 'pk_test_refused',
  });
  await control(sandbox, 'faults', { match: { path: '/v1/**' }, effect: 'error_500', times: 6 });
  await initialize(tenant, `DE--${random()}`);
  await control(sandbox, 'faults', { match: { path: '/v1/**' }, effect: 'truncated', times: 6 });
  await initialize(tenant, `DE--${random()}`);
  await fetch(`${sandbox.simulatorUrl}/_sim/faults`, { method: 'DELETE' });
  await wrong(
    'order',
    '/private/initialize-payment',
    json(tenant.headers, {
      orderData: { ...sampleOrder('DE--card'), grandTotal: `${CARD} ${CVC}`, additionalPaymentData: { card: CARD } },
    }),
  );
  await wrong(
    'reference',
    '/private/initialize-payment',
    json(tenant.headers, { orderData: sampleOrder('DE--x'), preOrderPaymentData: { transactionId: MARKER } }),
  );
  await wrong('audience', '/channels/payment-events', { headers: { ...tenant.headers, 'consumer-id': tenant.id } });
  await wrong('bearer', '/private/disconnect', json({ ...tenant.headers, authorization: `${bearer}x` }, {}));
  await wrong('tenant', '/private/disconnect', json({ ...tenant.headers, 'x-tenant-identifier': 'another' }, {}));
  await wrong('client', '/oauth/token', {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'x', client_id: 'sandbox-shop', client_secret: SECRETS.clientSecret }),
  });
  await wrong('path', `/${SECRETS.stripeKey}?key=${SECRETS.stripeKey}`, { headers: { authorization: bearer } });
  await wrong(
    'webhook',
    '/webhooks/test',
    json(
      { 'stripe-signature': `t=1,v1=${random()}` },
      { id: 'evt_1', data: { object: { client_secret: `pi_1_secret_${SECRETS.sandboxWebhookSecret}` } } },
    ),
  );
}

/** The sandbox connector's own secret, its exceptions, and a webhook signed with it. */
async function sandboxTenant(): Promise<void> {
  const tenant = await tenantOf('canary-two');
  await configure(tenant, 'configure', {
    connector: 'sandbox',
    mode: 'test',
    webhookSecret: SECRETS.sandboxWebhookSecret,
  });
  for (const grandTotal of [12_011, 12_012, 12_015, 12_016])
    await initialize(tenant, `DE--${random()}`, { grandTotal });
  const { transactionId } = parsed(await initialize(tenant, `DE--${random()}`));
  const body = JSON.stringify({ id: `evt_${random()}`, type: 'payment', transactionId, status: 'authorized' });
  for (const text of [body, body.replace('authorized', 'nonsense')]) {
    const signature = signSandboxWebhook(
      Buffer.from(text),
      [SECRETS.sandboxWebhookSecret],
      Math.floor(systemClock.now() / 1000),
    );
    await app.visit('webhook', `${sandbox.appUrl}/webhooks/test`, json({ 'sandbox-signature': signature }, text));
  }
}

/** The database goes away under requests that carry secrets; PostgreSQL complains about values, too. */
async function breakDatabase(tenant: Tenant): Promise<void> {
  const url = await sandbox.databaseUrl();
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  // Words of PostgreSQL quote values: this is what a careless statement of ours would leave in its log.
  await client.query(`select '${MARKER}'::int`).catch(() => undefined);
  await client.end();
  const calls = [1, 2, 3].map((index) => initialize(tenant, `DE--gone-${index}`).catch(() => undefined));
  await sandbox.killDatabase();
  await Promise.all([
    ...calls,
    configure(tenant, 'configure without database', { secretKey: SECRETS.stripeKey }).catch(() => undefined),
  ]);
  await sandbox.ready();
}

/** The shop keeps a journal of its own; an order brings the marker there. */
async function tellShop(): Promise<void> {
  const order = {
    items: [{ sku: 'mug', quantity: 1 }],
    customer: { firstName: MARKER, lastName: 'X', email: 'x@example.com', country: 'DE' },
  };
  await app.visit('shop order', `${sandbox.shopUrl}/api/orders`, json({}, order));
  await until('the shop knows the order', async () => (await fetch(`${sandbox.shopUrl}/api/orders`)).ok);
  await app.visit('shop page', `${sandbox.shopUrl}/`);
}

/** Takes everything through `started`, a sandbox with `SECRETS.masterKey`. */
export async function travel(started: Sandbox): Promise<void> {
  sandbox = started;
  const tenant = await tenantOf('canary-one');
  const stripe = {
    connector: 'stripe',
    mode: 'test',
    secretKey: SECRETS.stripeKey,
    publishableKey: publishable(SECRETS.stripeKey),
    facade: { enabled: true, origins: ['https://shop.example'] },
  };
  expect((await configure(tenant, 'configure', stripe)).status).toBe(200);
  await payOnPage(await initialize(tenant, `DE--${MARKER}`), SECRETS.stripeKey, CARD);
  await payOnPage(await initialize(tenant, `DE--declined-${MARKER}`), SECRETS.stripeKey, DECLINED_CARD);
  await visitStorefront({ appUrl: sandbox.appUrl, tenantId: tenant.id, app, canaries });
  await visitPreOrder({ sandbox, headers: tenant.headers, secretKey: SECRETS.stripeKey, app, canaries });
  const marketplace = { ...stripe, businessModel: 'marketplace', capture: { mode: 'automatic' } };
  expect((await configure(tenant, 'configure', marketplace)).status).toBe(200);
  const orderReference = `DE--sold-${MARKER}`;
  await payOnPage(await initialize(tenant, orderReference), SECRETS.stripeKey, CARD);
  const shop = { headers: tenant.headers, secretKey: SECRETS.stripeKey, orderReference };
  await visitMarketplace({ sandbox, ...shop, app, canaries });
  await tellShop();
  await goWrong(tenant);
  await sandboxTenant();
  await breakDatabase(tenant);
}
