/** A demo shop beside a fake app, for tests: started together, spoken to over HTTP, ended together. */
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../../src/clock.js';
import { startShop, type RunningShop, type ShopOptions } from '../../../src/simulator/shop/index.js';
import { startFakeApp, type FakeApp } from './fake-app.js';

export interface Stage {
  app: FakeApp;
  shop: RunningShop;
  dataDir: string;
  get(path: string): Promise<{ status: number; body: any }>; // eslint-disable-line @typescript-eslint/no-explicit-any
  post(path: string, body?: unknown): Promise<{ status: number; body: any }>; // eslint-disable-line @typescript-eslint/no-explicit-any
  page(path: string, headers?: Record<string, string>): Promise<{ status: number; html: string; headers: Headers }>;
  /** A form as a browser posts it; redirects are not followed. */
  form(
    path: string,
    fields: Record<string, string>,
  ): Promise<{ status: number; html: string; location: string | null }>;
  /** Places an order and tells the shop's side of it. */
  order(items?: unknown[], more?: Record<string, unknown>): Promise<string>;
  /** The app tells the shop a status message about the whole order. */
  tell(orderReference: string, name: string, attributes?: Record<string, string>): Promise<string>;
  untilStatus(orderReference: string, status: string): Promise<void>;
  close(): Promise<void>;
}

export const POLL_MS = 20;

export async function setStage(
  given: { dataDir?: string; app?: FakeApp } & Pick<ShopOptions, 'simulatorUrl' | 'readAppRecord'> = {},
): Promise<Stage> {
  const app = given.app ?? (await startFakeApp());
  const dataDir = given.dataDir ?? (await mkdtemp(join(tmpdir(), 'shop-')));
  const shop = await startShop({
    host: '127.0.0.1',
    port: 0,
    appUrl: app.url,
    clock: systemClock,
    dataDir,
    ...(given.simulatorUrl && { simulatorUrl: given.simulatorUrl }),
    ...(given.readAppRecord && { readAppRecord: given.readAppRecord }),
    pollIntervalMs: POLL_MS,
  });
  const json = async (path: string, request: RequestInit) => {
    const response = await fetch(shop.url + path, request);
    return { status: response.status, body: await response.json() };
  };
  const stage: Stage = {
    app,
    shop,
    dataDir,
    get: (path) => json(path, {}),
    post: (path, body) =>
      json(path, {
        method: 'POST',
        ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
      }),
    async page(path, headers = {}) {
      const response = await fetch(shop.url + path, { headers });
      return { status: response.status, html: await response.text(), headers: response.headers };
    },
    async form(path, fields) {
      const body = new URLSearchParams(fields);
      const response = await fetch(shop.url + path, { method: 'POST', body, redirect: 'manual' });
      return { status: response.status, html: await response.text(), location: response.headers.get('location') };
    },
    async order(items = [{ sku: 'mug', quantity: 2 }], more = {}) {
      return (await stage.post('/api/orders', { items, ...more })).body.orderReference;
    },
    async tell(orderReference, name, attributes = {}) {
      const { items, grandTotal } = (await stage.get(`/api/orders/${orderReference}`)).body;
      const orderItemIds = items.map(({ id }: { id: number }) => String(id));
      return app.tell(
        'payment-events',
        name,
        { orderReference, currencyIsoCode: 'EUR', amount: grandTotal, orderItemIds },
        attributes,
      );
    },
    untilStatus: (orderReference, status) =>
      until(async () => (await stage.get(`/api/orders/${orderReference}`)).body.status === status),
    async close() {
      await shop.close();
      await app.close();
    },
  };
  await until(async () => (await stage.get('/api/connection')).body.paymentMethods.length > 0);
  return stage;
}

/** Waits until it holds; throws after five seconds. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let round = 0; round < 250; round += 1) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error('It did not become true within five seconds');
}
