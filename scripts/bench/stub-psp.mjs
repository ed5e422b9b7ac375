/**
 * A PSP that costs almost nothing: it answers creation and capture of payment intents from texts the simulator made
 * once, and passes everything else (checks of settings, registration of addresses) to a real simulator behind it.
 */
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { request as ask } from 'undici';
import { systemClock } from '../../dist/clock.js';
import { API_VERSION } from '../../dist/connectors/stripe/api.js';
import { startSimulator } from '../../dist/simulator/stripe/index.js';

const TEMPLATE_KEY = 'sk_test_benchtemplates';
/** Stand in for what differs between payments; the amount has to be a number in JSON. */
const AMOUNT = 987_654;
const REFERENCE = 'benchorderreference';

const simulator = await startSimulator({ host: '127.0.0.1', port: 0, clock: systemClock });
const templates = await makeTemplates();

/** Intents by id: what was created, and how often it was captured. */
const intents = new Map();
/** Answers by idempotency key: a repeated asking gets the first answer and has no second effect. */
const answers = new Map();
/** Addresses that were registered, with the secret that was told. */
const endpoints = [];

const server = createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    const body = Buffer.concat(chunks).toString('utf8');
    answer(request, body).then(
      ({ status = 200, text }) => response.writeHead(status, { 'content-type': 'application/json' }).end(text),
      (error) => response.writeHead(500).end(String(error)),
    );
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
process.once('SIGTERM', () => process.exit(0));

async function answer(request, body) {
  if (request.url.startsWith('/bench/')) return { text: JSON.stringify(told(request.url)) };
  const [, , resource, id, verb] = request.url.split('?', 1)[0].split('/');
  const isOurs = resource === 'payment_intents' && (id === undefined ? !body.includes('psp_probe') : intents.has(id));
  if (!isOurs || request.method !== 'POST') return passedOn(request, body);
  const key = request.headers['idempotency-key'];
  const known = answers.get(key);
  if (known !== undefined) return { text: known };
  const text = id === undefined ? created(new URLSearchParams(body)) : verb === 'capture' ? captured(id) : undefined;
  if (text === undefined) return { status: 400, text: '{"error":{"type":"invalid_request_error"}}' };
  answers.set(key, text);
  return { text };
}

function created(form) {
  const intent = {
    id: `pi_${randomBytes(12).toString('hex')}`,
    amount: form.get('amount'),
    reference: form.get('payment_details[order_reference]') ?? '',
    captures: 0,
  };
  intents.set(intent.id, intent);
  return filled(templates.created, intent);
}

function captured(id) {
  const intent = intents.get(id);
  intent.captures += 1;
  return filled(templates.captured, intent);
}

function filled(template, { id, amount, reference }) {
  return template
    .replaceAll(templates.intentId, id)
    .replaceAll(String(AMOUNT), amount)
    .replaceAll(REFERENCE, reference)
    .replaceAll(templates.chargeId, `ch_${id.slice(3)}`);
}

function told(url) {
  if (url === '/bench/endpoints') return endpoints;
  if (url === '/bench/event') return { ...templates, amount: AMOUNT, reference: REFERENCE };
  const all = [...intents.values()];
  return {
    created: all.length,
    captured: all.filter(({ captures }) => captures === 1).length,
    capturedTwice: all.filter(({ captures }) => captures > 1).length,
  };
}

async function passedOn(request, body) {
  const { host: _host, connection: _connection, 'content-length': _length, ...headers } = request.headers;
  const { method, url } = request;
  const passed = await ask(`${simulator.url}${url}`, { method, headers, ...(body === '' ? {} : { body }) });
  const text = await passed.body.text();
  if (method === 'POST' && url.startsWith('/v1/webhook_endpoints')) {
    const endpoint = JSON.parse(text);
    if (endpoint.secret) endpoints.push({ url: endpoint.url, secret: endpoint.secret });
  }
  return { status: passed.statusCode, text };
}

/** One payment taken through the simulator: its intent before and after, and the event in between. */
async function makeTemplates() {
  const open = { amount: AMOUNT, currency: 'eur', capture_method: 'manual', 'allowed_payment_method_types[0]': 'card' };
  const reference = { 'payment_details[order_reference]': REFERENCE, 'metadata[order_reference]': REFERENCE };
  const made = await stripe('POST', '/v1/payment_intents', { ...open, ...reference });
  await stripe('POST', `/v1/payment_intents/${made.id}/confirm`, {
    payment_method: 'pm_card_visa',
    return_url: 'https://shop.example/back',
  });
  const taken = await stripe('POST', `/v1/payment_intents/${made.id}/capture`, { 'expand[0]': 'latest_charge' });
  const type = 'payment_intent.amount_capturable_updated';
  const { data } = await stripe('GET', `/v1/events?type=${type}`);
  const event = { ...data[0], id: 'evt_bench', api_version: API_VERSION };
  return {
    intentId: made.id,
    chargeId: taken.latest_charge.id,
    created: JSON.stringify(made),
    captured: JSON.stringify(taken),
    event: JSON.stringify(event),
  };
}

async function stripe(method, path, form) {
  const { statusCode, body } = await ask(`${simulator.url}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${TEMPLATE_KEY}`,
      'stripe-version': API_VERSION,
      'content-type': 'application/x-www-form-urlencoded',
    },
    ...(form === undefined ? {} : { body: new URLSearchParams(form).toString() }),
  });
  const text = await body.text();
  if (statusCode !== 200) throw new Error(`the simulator refused ${path}: ${text}`);
  return JSON.parse(text);
}
