/** What operators and developers ask: health, both specifications, and the page to read them. */
import { randomBytes } from 'node:crypto';
import { asyncApi } from '../contract/asyncapi.js';
import { getEndpoint } from '../contract/endpoints.js';
import { openApi } from '../contract/openapi.js';
import type { App } from '../flows/app.js';
import { databaseAnswers } from '../storage/database.js';
import { docsPage, docsPolicy } from './docs.js';
import { mount, type Door } from './mount.js';

export interface OperationOptions {
  version: string;
  /** Whether the workers run. */
  isReady: () => boolean;
  applePayDomainFile?: string | undefined;
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
