/** What operators and developers ask: health, both specifications, and the page to read them. */
import { randomBytes } from 'node:crypto';
import { asyncApi } from '../contract/asyncapi.js';
import { openApi } from '../contract/openapi.js';
import type { App } from '../flows/app.js';
import { databaseAnswers } from '../storage/database.js';
import { docsPage, docsPolicy } from './docs.js';
import { mount, type Door } from './mount.js';

/** Mounts them. `isReady` tells whether the workers run. */
export function mountOperationRoutes(door: Door, app: App, options: { version: string; isReady: () => boolean }): void {
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
  door.server.get('/docs', async (_request, reply) => {
    const nonce = randomBytes(16).toString('base64');
    return reply
      .header('content-security-policy', docsPolicy(nonce))
      .header('x-content-type-options', 'nosniff')
      .type('text/html; charset=utf-8')
      .send(docsPage(openapi, asyncapi, nonce));
  });
}
