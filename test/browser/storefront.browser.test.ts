/** A page in Chromium calls the storefront endpoints: a real preflight, and what the page may read. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { everythingOf } from '../http/doors.js';
import { guest, JSON_API_TYPE, paymentDocument, storefront } from '../http/storefront.js';
import type { TestApp, TestShop } from '../support/app.js';
import { startWorld, type World } from './page-visit.js';

let world: World;
let app: TestApp;
let shop: TestShop;
let neighbour: TestShop;
let pages: Server[];

beforeAll(async () => {
  world = await startWorld();
  app = world.app;
  pages = await Promise.all([emptyPage(), emptyPage(), emptyPage()]);
  shop = await storefront(app, { enabled: true, origins: [originOf(0)] });
  neighbour = await storefront(app, { enabled: true, origins: [originOf(1)] });
});
afterAll(async () => {
  await world.close();
  await Promise.all(pages.map((server) => new Promise((resolve) => server.close(resolve))));
});

async function emptyPage(): Promise<Server> {
  const server = createServer((_, answer) => answer.setHeader('content-type', 'text/html').end('<!doctype html>'));
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return server;
}

function originOf(index: number): string {
  return `http://127.0.0.1:${(pages[index]?.address() as AddressInfo).port}`;
}

/** What the page sees of an answer; the name of the error when it may see nothing. */
async function askFrom(index: number, headers: Record<string, string>, body: unknown): Promise<unknown> {
  const page: Page = await world.browser.newPage();
  try {
    await page.goto(originOf(index));
    return await page.evaluate(
      async ({ url, headers, body }) => {
        try {
          const answer = await fetch(url, { method: 'POST', headers, body });
          const read = (await answer.json()) as { data?: { type: string }; errors?: { detail: string }[] };
          return [answer.status, read.data?.type ?? read.errors?.[0]?.detail];
        } catch (error) {
          return (error as Error).name;
        }
      },
      {
        url: `${app.url}/payments`,
        headers: { 'content-type': JSON_API_TYPE, ...headers },
        body: JSON.stringify(body),
      },
    );
  } finally {
    await page.close();
  }
}

describe('a page', () => {
  it('of the tenant starts a payment, as a guest or as a customer', async () => {
    expect(await askFrom(0, guest(shop.tenantId), paymentDocument())).toEqual([201, 'payments']);
    const customer = { 'x-tenant-identifier': shop.tenantId, authorization: 'Bearer opaque' };
    const more = { 'idempotency-key': 'a-cart', 'accept-language': 'de' };
    expect(await askFrom(0, { ...customer, ...more }, paymentDocument())).toEqual([201, 'payments']);
  });

  it('reads why it is refused', async () => {
    const nobody = { 'x-tenant-identifier': shop.tenantId };
    expect(await askFrom(0, nobody, paymentDocument())).toEqual([
      401,
      'A bearer token or X-Anonymous-Customer-Unique-Id is required.',
    ]);
    expect(await askFrom(0, guest(shop.tenantId), { data: { type: 'payments' } })).toEqual([
      422,
      'data.attributes is required',
    ]);
  });

  it('of another tenant, or of nobody, reads nothing and starts nothing', async () => {
    const before = await everythingOf(app, shop.tenantId);
    expect(await askFrom(1, guest(shop.tenantId), paymentDocument())).toBe('TypeError');
    expect(await askFrom(2, guest(shop.tenantId), paymentDocument())).toBe('TypeError');
    expect(await everythingOf(app, shop.tenantId)).toEqual(before);
    expect(await askFrom(1, guest(neighbour.tenantId), paymentDocument())).toEqual([201, 'payments']);
  });
});
