/** The demo shop's HTTP server: bodies, security headers, assets, the stream of changes, and the routes. */
import Fastify, { type FastifyInstance } from 'fastify';
import { addApi } from './api.js';
import { asset, isAssetName } from './assets.js';
import { orderReferenceOf } from './book.js';
import { addMarketplaceApi } from './marketplace-api.js';
import { CONTENT_POLICY } from './replies.js';
import type { Shop } from './shop.js';
import { addSite } from './site.js';

const BODY_LIMIT_BYTES = 64 * 1024;
const STREAM_PULSE_MS = 15_000;

const HEADERS = {
  'content-security-policy': CONTENT_POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'same-origin',
};

/** A server that does not listen yet. */
export function shopServer(shop: Shop): FastifyInstance {
  const server = Fastify({ logger: false, bodyLimit: BODY_LIMIT_BYTES, forceCloseConnections: true });
  server.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, ready) =>
    ready(null, Object.fromEntries(new URLSearchParams(String(body)))),
  );
  readEmptyJson(server);
  server.addHook('onRequest', async (request, reply) => {
    reply.headers(HEADERS);
    // Forms of other sites must not place orders or disconnect the app.
    if (request.method !== 'GET' && request.headers['sec-fetch-site'] === 'cross-site') {
      return reply.status(403).send({ error: 'Requests from other sites are refused' });
    }
  });
  server.setErrorHandler((error, _request, reply) => {
    const status = (error as { statusCode?: number }).statusCode ?? 500;
    const text = error instanceof Error ? error.message : String(error);
    if (status >= 500) shop.log('a request failed', { error: text });
    return reply.status(status).send({ error: status >= 500 ? 'The shop could not save or read its records' : text });
  });
  addAssets(server);
  addStream(server, shop);
  addApi(server, shop);
  addMarketplaceApi(server, shop);
  addSite(server, shop);
  return server;
}

/** A POST without a body is as good as one with an empty object, whatever its content type. */
function readEmptyJson(server: FastifyInstance): void {
  server.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, ready) => {
    try {
      ready(null, body === '' ? {} : JSON.parse(String(body)));
    } catch {
      ready(Object.assign(new Error('The body is not JSON'), { statusCode: 400 }));
    }
  });
}

function addAssets(server: FastifyInstance): void {
  server.get<{ Params: { name: string } }>('/assets/:name', (request, reply) => {
    const { name } = request.params;
    if (!isAssetName(name)) return reply.callNotFound();
    const { type, body } = asset(name);
    return reply.type(type).header('cache-control', 'max-age=31536000, immutable').send(body);
  });
}

/** Server-Sent Events: one `change` with an order's reference, or an empty one, after every record. */
function addStream(server: FastifyInstance, shop: Shop): void {
  server.get('/changes', (request, reply) => {
    reply.hijack();
    const { raw } = reply;
    raw.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    raw.write('retry: 1000\n\n');
    const stopListening = shop.book.listen((record) => {
      raw.write(`event: change\ndata: ${JSON.stringify(orderReferenceOf(shop.book, record) ?? '')}\n\n`);
    });
    const pulse = setInterval(() => raw.write(': pulse\n\n'), STREAM_PULSE_MS);
    const stop = () => raw.end();
    shop.signal.addEventListener('abort', stop);
    request.raw.on('close', () => {
      stopListening();
      clearInterval(pulse);
      shop.signal.removeEventListener('abort', stop);
    });
  });
}
