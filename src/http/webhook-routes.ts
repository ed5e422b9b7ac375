/** PSPs call here. Size limit, signature over the raw bytes, one insert, answer; the rest is a worker's. */
import type { FastifyRequest } from 'fastify';
import { isStorable } from '../contract/storable.js';
import { AppError } from '../domain/errors.js';
import type { App } from '../flows/app.js';
import { receiveWebhook } from '../flows/webhook.js';
import { mount, type Door } from './mount.js';

const ENDPOINTS = [
  { name: 'webhook', mode: 'live' },
  { name: 'webhook-test', mode: 'test' },
  { name: 'webhook-of-tenant', mode: 'live' },
  { name: 'webhook-test-of-tenant', mode: 'test' },
] as const;

/** Mounts the four paths. They wait with the tenant's other webhooks once a signature has proven the address; else as strangers. */
export function mountWebhookRoutes(door: Door, app: App): void {
  const proven = new Map<string, string>();
  for (const { name, mode } of ENDPOINTS) {
    mount(door, name, async ({ request }) => {
      const { token } = request.params as { token?: string };
      if (!isStorable(token)) throw new AppError('webhook_refused', { detail: 'the path is no token of ours' });
      const body = request.rawBody ?? Buffer.alloc(0);
      const path = token === undefined ? {} : { pathToken: token };
      const received = { body, headers: plainHeaders(request), mode, ...path };
      const known = token === undefined ? undefined : proven.get(token);
      const tenantId = await door.places.inside(known, () => receiveWebhook(app, received), 'webhooks');
      if (token !== undefined) proven.set(token, tenantId);
      return { status: 200, body: { received: true } };
    });
  }
}

function plainHeaders({ headers }: FastifyRequest): Record<string, string> {
  const entries = Object.entries(headers).map(([name, value]) => [
    name,
    Array.isArray(value) ? (value[0] ?? '') : (value ?? ''),
  ]);
  return Object.fromEntries(entries) as Record<string, string>;
}
