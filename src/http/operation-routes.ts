/** What operators and developers ask: health, both specifications, and the page to read them. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { asyncApi } from '../contract/asyncapi.js';
import { getEndpoint } from '../contract/endpoints.js';
import { openApi } from '../contract/openapi.js';
import { isPrivate } from '../domain/addresses.js';
import type { App } from '../flows/app.js';
import { databaseAnswers } from '../storage/database.js';
import { docsPage, docsPolicy } from './docs.js';
import { mount, type Door } from './mount.js';

export interface OperationOptions {
  version: string;
  /** Whether the workers run. */
  isReady: () => boolean;
  applePayDomainFile?: string | undefined;
  metrics: { text(): Promise<string>; contentType: string };
  /** Opens `/metrics` to whoever knows it; without one only this machine and its network are answered. */
  metricsToken?: string | undefined;
}

/** Mounts them. */
export function mountOperationRoutes(door: Door, app: App, options: OperationOptions): void {
  const documents = { version: options.version, serverUrl: app.publicUrl };
  const openapi = openApi(documents);
  const asyncapi = asyncApi(documents);
  mount(door, 'health-live', () => Promise.resolve({ status: 200, body: { status: 'ok' } }));
  mount(door, 'health-ready', async () => {
    const isReady = options.isReady() && (await databaseAnswers(app.db));
    return isReady ? { status: 200, body: { status: 'ok' } } : { status: 503, body: { status: 'unavailable' } };
  });
  mountMetrics(door, options);
  mount(door, 'openapi', () => Promise.resolve({ status: 200, body: openapi }));
  mount(door, 'asyncapi', () => Promise.resolve({ status: 200, body: asyncapi }));
  door.server.get(getEndpoint('apple-pay-domain').path, (_request, reply) =>
    options.applePayDomainFile === undefined
      ? reply.callNotFound()
      : reply
          .header('x-content-type-options', 'nosniff')
          .type('text/plain; charset=utf-8')
          .send(options.applePayDomainFile),
  );
  door.server.get('/docs', async (_request, reply) => {
    const nonce = randomBytes(16).toString('base64');
    return reply
      .header('content-security-policy', docsPolicy(nonce))
      .header('x-content-type-options', 'nosniff')
      .type('text/html; charset=utf-8')
      .send(docsPage(openapi, asyncapi, nonce));
  });
}

/** What proxies add; each of them adds some of it. */
const PROXY_HEADERS = ['forwarded', 'via', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-real-ip'];

/** Answers as if there were nothing to whom it does not concern: a proxy may stand in front of everything. */
function mountMetrics({ server }: Door, { metrics, metricsToken }: OperationOptions): void {
  server.get(getEndpoint('metrics').path, async (request, reply) => {
    const { authorization } = request.headers;
    const isNear =
      !PROXY_HEADERS.some((name) => name in request.headers) && isPrivate(request.socket.remoteAddress ?? '');
    const isAllowed = metricsToken === undefined ? isNear : sameText(authorization ?? '', `Bearer ${metricsToken}`);
    if (!isAllowed) return reply.callNotFound();
    return reply.type(metrics.contentType).send(await metrics.text());
  });
}

/** Compares without telling by the time it takes how much fits. */
function sameText(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
