/** The two sides that are compared: how each is asked, and where its database shows what became of it. */
import pg from 'pg';
import { Pool, request } from 'undici';
import { CALLERS } from './load.mjs';
import { captureCommand, orderBody, signedEvent } from './orders.mjs';

const JSON_TYPE = { 'content-type': 'application/json' };

/** The app: configures the tenants as an operator would, and asks with their tokens and addresses. */
export async function openApp({ url, pid, databaseUrl, client, tenants, psp }) {
  const shops = {};
  for (const tenant of tenants) shops[tenant] = await connectTenant({ url, client, tenant, psp });
  const template = await fetchJson(`${psp}/bench/event`);
  return {
    name: 'app',
    url,
    pid,
    shops,
    template,
    pool: new Pool(url, { connections: CALLERS, pipelining: 1 }),
    db: await openDb(databaseUrl),
    requests: appRequests(shops, template),
    tables: { inboxTenant: 'tenant_id' },
  };
}

/** How shops, with their tokens and addresses, ask the app; `template` is the event their PSP sends. */
export function appRequests(shops, template) {
  return {
    initialize: (order) => ({
      path: '/private/initialize-payment',
      method: 'POST',
      headers: { ...JSON_TYPE, 'x-tenant-identifier': order.tenant, authorization: shops[order.tenant].payments },
      body: orderBody(order),
    }),
    webhook: (order) => {
      const { path, secret } = shops[order.tenant].endpoint;
      return { path, method: 'POST', ...signedEvent(template, order, secret) };
    },
    capture: (order) => {
      const { body, headers } = captureCommand(order);
      const authorization = shops[order.tenant].channels;
      return { path: '/channels/payment-commands', method: 'POST', body, headers: { ...headers, authorization } };
    },
  };
}

/** The bare server. */
export async function openBare({ url, pid, databaseUrl, secret, psp }) {
  const template = await fetchJson(`${psp}/bench/event`);
  return {
    name: 'bare',
    pid,
    pool: new Pool(url, { connections: CALLERS, pipelining: 1 }),
    db: await openDb(databaseUrl),
    requests: {
      initialize: (order) => ({
        path: '/initialize-payment',
        method: 'POST',
        headers: { ...JSON_TYPE, 'x-tenant-identifier': order.tenant },
        body: orderBody(order),
      }),
      webhook: (order) => {
        const { body, headers } = signedEvent(template, order, secret);
        return {
          path: '/webhooks',
          method: 'POST',
          body,
          headers: { ...headers, 'x-tenant-identifier': order.tenant },
        };
      },
      capture: (order) => ({ path: '/commands', method: 'POST', ...captureCommand(order) }),
    },
    tables: { inboxTenant: 'tenant' },
  };
}

/** Payments of a round that have a message of that name. */
export async function countTold({ db }, label, name) {
  const { rows } = await db.query(
    `select count(*)::int as told from payments p
     where p.order_reference like $1 and exists (select 1 from outbox o where o.payment_id = p.id and o.name = $2)`,
    [`${label}-%`, name],
  );
  return rows[0].told;
}

/**
 * How long each row of the inbox took from its reception to its message, in ms, and when the last one was done. Both
 * sides write these times themselves, just before the statement that stores them.
 */
export async function readDelays({ db, tables }, label, name) {
  const subject = name === 'PaymentCaptured' ? 'p.order_reference' : 'p.transaction_id';
  const source = name === 'PaymentCaptured' ? 'command' : 'webhook';
  const tenant = tables.inboxTenant;
  const { rows } = await db.query(
    `select extract(epoch from o.created_at - i.received_at)::float8 * 1000 as ms,
       extract(epoch from i.received_at)::float8 * 1000 as begun, extract(epoch from o.created_at)::float8 * 1000 as done
     from payments p
     join outbox o on o.payment_id = p.id and o.name = $2
     join inbox i on i.${tenant} = p.${tenant} and i.source = $3 and i.subject = ${subject}
     where p.order_reference like $1`,
    [`${label}-%`, name, source],
  );
  return {
    delays: rows.map(({ ms }) => ms),
    begunAt: Math.min(...rows.map(({ begun }) => begun)),
    doneAt: Math.max(...rows.map(({ done }) => done)),
  };
}

async function connectTenant({ url, client, tenant, psp }) {
  const [operator, payments, channels] = await Promise.all(
    ['aop-atrs', 'aop-app', 'aop-event-platform'].map((audience) => fetchToken(url, client, { audience, tenant })),
  );
  const key = tenant.replaceAll('-', '');
  const settings = { mode: 'test', secretKey: `sk_test_${key}`, publishableKey: `pk_test_${key}` };
  const attributes = { configuration: JSON.stringify(settings) };
  const before = (await fetchJson(`${psp}/bench/endpoints`)).length;
  const { statusCode, body } = await request(`${url}/private/configure`, {
    method: 'POST',
    headers: { ...JSON_TYPE, 'x-tenant-identifier': tenant, authorization: operator },
    body: JSON.stringify({ data: { type: 'configuration', attributes } }),
  });
  const text = await body.text();
  if (statusCode !== 200) throw new Error(`configure answered ${statusCode}: ${text}`);
  for (let waited = 0; waited < 100; waited += 1) {
    const endpoint = (await fetchJson(`${psp}/bench/endpoints`))[before];
    if (endpoint !== undefined) {
      return { payments, channels, endpoint: { path: new URL(endpoint.url).pathname, secret: endpoint.secret } };
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('the app registered no webhook address');
}

async function fetchToken(url, client, { audience, tenant }) {
  const { statusCode, body } = await request(`${url}/oauth/token`, {
    method: 'POST',
    headers: JSON_TYPE,
    body: JSON.stringify({
      client_id: client.clientId,
      client_secret: client.secret,
      grant_type: 'client_credentials',
      audience,
      tenant_identifier: tenant,
    }),
  });
  const answer = await body.json();
  if (statusCode !== 200) throw new Error(`the token endpoint answered ${statusCode}`);
  return `Bearer ${answer.access_token}`;
}

async function fetchJson(url) {
  return (await request(url)).body.json();
}

async function openDb(url) {
  const db = new pg.Client({ connectionString: url });
  await db.connect();
  return db;
}
