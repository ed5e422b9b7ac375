/**
 * What the app is measured against: node:http and pg, no framework, no schema, no tokens, no encryption, no retries.
 * It makes the same durable commits and the same one call to the PSP, and does nothing besides.
 */
import { createHmac, randomUUID, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';
import pg from 'pg';
import { Pool } from 'undici';
import { BEGIN_CAPTURE, BEGIN_PAYMENT, CLAIM, MOVE_PAYMENT, RECEIVE, SETTLE_PAYMENT, TABLES } from './bare-tables.mjs';
import { wallTime } from './stopwatch.mjs';

/** As many connections and rows in work as the app has. */
const CONNECTIONS = 8;
const CONCURRENCY = 8;
const REST_MS = 500;

const options = JSON.parse(process.argv[2]);
const db = new pg.Pool({ connectionString: options.databaseUrl, max: CONNECTIONS });
const psp = new Pool(options.pspUrl, { connections: 64, pipelining: 1 });
const run = (statement, values) => db.query({ ...statement, values });
const now = () => new Date(wallTime()).toISOString();

await db.query(TABLES);

const ROUTES = { '/initialize-payment': initialize, '/webhooks': webhook, '/commands': command };

const server = createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    ROUTES[request.url](Buffer.concat(chunks), request.headers).then(
      (answer) => response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body),
      (error) => response.writeHead(500).end(String(error)),
    );
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
process.once('SIGTERM', () => process.exit(0));

async function initialize(body, headers) {
  const tenant = headers['x-tenant-identifier'];
  const { orderData: order } = JSON.parse(body.toString('utf8'));
  const [paymentId, operationId] = [randomUUID(), randomUUID()];
  const form = {
    amount: String(order.grandTotal),
    currency: order.currencyCode.toLowerCase(),
    capture_method: 'manual',
    'payment_details[order_reference]': order.orderReference,
    'metadata[operation]': operationId,
  };
  const begun = [paymentId, tenant, order.orderReference, order.grandTotal, order, now()];
  await run(BEGIN_PAYMENT, [...begun, operationId, operationId, form]);
  const intent = await askPsp('/v1/payment_intents', form, operationId);
  const message = { orderReference: order.orderReference, transactionId: intent.id, details: { order } };
  await run(SETTLE_PAYMENT, [paymentId, intent.id, now(), operationId, message]);
  const session = { transactionId: intent.id, clientSecret: intent.client_secret };
  return { status: 200, body: JSON.stringify({ isSuccessful: true, transactionId: intent.id, session }) };
}

async function webhook(body, headers) {
  const [, time, signature] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(headers['stripe-signature']) ?? [];
  const expected = createHmac('sha256', options.secret).update(`${time}.`).update(body).digest();
  if (signature === undefined || !timingSafeEqual(expected, Buffer.from(signature, 'hex'))) return { status: 401 };
  const text = body.toString('utf8');
  const event = JSON.parse(text);
  await run(RECEIVE, [headers['x-tenant-identifier'], 'webhook', event.id, event.data.object.id, text, now()]);
  wake();
  return { status: 200, body: '{"received":true}' };
}

async function command(body, headers) {
  const text = body.toString('utf8');
  const { orderReference } = JSON.parse(text);
  const identity = headers['transaction-id'];
  await run(RECEIVE, [headers['tenant-identifier'], 'command', identity, orderReference, text, now()]);
  wake();
  return { status: 200, body: JSON.stringify({ MessageId: randomUUID() }) };
}

async function askPsp(path, form, key) {
  const { statusCode, body } = await psp.request({
    path,
    method: 'POST',
    headers: {
      authorization: 'Bearer sk_test_bare',
      'content-type': 'application/x-www-form-urlencoded',
      'idempotency-key': key,
    },
    body: new URLSearchParams(form).toString(),
  });
  const answer = await body.json();
  if (statusCode !== 200) throw new Error(`the PSP answered ${statusCode}`);
  return answer;
}

// The worker: claims as many rows as it has hands free, until nothing is due.
let inWork = 0;
let isClaiming = false;
let isWoken = false;

function wake() {
  isWoken = true;
  if (!isClaiming) void claim();
}

async function claim() {
  isClaiming = true;
  while (isWoken && inWork < CONCURRENCY) {
    isWoken = false;
    const { rows } = await run(CLAIM, [now(), CONCURRENCY - inWork]);
    if (rows.length > 0) isWoken = true;
    inWork += rows.length;
    for (const row of rows) void apply(row);
  }
  isClaiming = false;
}

async function apply(row) {
  await (row.source === 'webhook' ? authorized(row) : captured(row));
  inWork -= 1;
  if (isWoken && !isClaiming) void claim();
}

function authorized(row) {
  const event = JSON.parse(row.body);
  const amount = event.data.object.amount_capturable;
  const message = { transactionId: row.subject, amount };
  return run(MOVE_PAYMENT, [row.payment_id, 'authorized', now(), null, row.id, message, 'PaymentAuthorized']);
}

async function captured(row) {
  const { amount, orderReference, orderItemIds } = JSON.parse(row.body);
  const operationId = randomUUID();
  const form = { amount_to_capture: String(amount), 'expand[0]': 'latest_charge' };
  await run(BEGIN_CAPTURE, [operationId, row.payment_id, row.identity, form, now()]);
  const intent = await askPsp(`/v1/payment_intents/${row.transaction_id}/capture`, form, row.identity);
  const message = { orderReference, orderItemIds, amount: intent.amount_received };
  await run(MOVE_PAYMENT, [row.payment_id, 'captured', now(), operationId, row.id, message, 'PaymentCaptured']);
}

setInterval(wake, REST_MS).unref();
