/** The payment page inside a shop's frame, in Chromium: who may show it, what the shop hears, and who leaves for where. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FrameLocator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { TestShop } from '../support/app.js';
import {
  DESKTOP,
  fillCard,
  findings,
  PHONE,
  picture,
  startWorld,
  visit,
  type Visit,
  type World,
} from './page-visit.js';

const SUCCESS = 'https://shop.example/de/payment/order-success';
const CANCEL = 'https://shop.example/de/payment/order-cancel';

let world: World;
let shop: TestShop;
let seen: Visit;
/** Serves the shop's page, under whatever name the browser knows this machine by. */
let server: Server;
let html = '';
/** Allowed. */
let SHOP = '';
/** Not allowed. */
let STRANGER = '';

beforeAll(async () => {
  server = createServer((_request, response) => response.setHeader('content-type', 'text/html').end(html));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  SHOP = `http://shop.localhost:${port}`;
  STRANGER = `http://stranger.localhost:${port}`;
  world = await startWorld();
  shop = await world.stripeShop({ page: { frameAncestors: [SHOP, 'https://second.example'] } });
});
afterEach(() => seen.page.context().close());
afterAll(async () => {
  await world?.close();
  server.close();
});

interface Options {
  origin?: string;
  /** Whether the shop's page says that it goes on by itself. */
  listens?: boolean;
  sandbox?: string;
  localeName?: string;
  viewport?: typeof PHONE;
}

interface Told {
  type: string;
  height?: number;
  location?: string;
}

/** The frame's document. */
const inside = (page: Page): FrameLocator => page.frameLocator('#pay-frame');
const card = (page: Page): FrameLocator => inside(page).frameLocator('#fields iframe');

/** Shows the payment page in a page of `origin`, which writes down every message it hears. */
async function framed(options: Options = {}): Promise<Visit> {
  const { origin = SHOP, listens = false, sandbox, localeName = 'en_US', viewport = DESKTOP } = options;
  seen = await visit(world, shop, { localeName }, { viewport });
  const sandboxed = sandbox === undefined ? '' : ` sandbox="${sandbox}"`;
  const script = `window.told = []; addEventListener('message', (event) => {
    if (event.source !== document.getElementById('pay-frame').contentWindow) return;
    told.push({ ...event.data, from: event.origin });
    if (${listens} && event.data.type === 'quittance:ready') event.source.postMessage({ type: 'quittance:listening' }, event.origin);
  });`;
  html = `<!doctype html><title>Shop</title><script>${script}</script>
    <iframe id="pay-frame" allow="payment *"${sandboxed} style="width:100%;height:900px;border:0" src="${seen.url.replaceAll('&', '&amp;')}"></iframe>`;
  await seen.page.goto(`${origin}/checkout`);
  return seen;
}

const ready = (page: Page) => inside(page).locator('#pay:not([disabled])').waitFor();

async function pressPay(page: Page): Promise<void> {
  const pay = inside(page).locator('#pay');
  await pay.scrollIntoViewIfNeeded();
  await page.waitForTimeout(200);
  await pay.click();
}

const told = (page: Page): Promise<(Told & { from: string })[]> =>
  page.evaluate(() => (window as unknown as { told: (Told & { from: string })[] }).told);

async function until(page: Page, type: string): Promise<Told & { from: string }> {
  await page.waitForFunction(
    (wanted) => (window as unknown as { told: Told[] }).told.some((message) => message.type === wanted),
    type,
  );
  return (await told(page)).find((message) => message.type === type)!;
}

describe('in a frame of an allowed shop', () => {
  test('a card is paid, and the shop’s success page opens at the top', async () => {
    const { page, orderReference } = await framed();
    await ready(page);
    expect(await inside(page).locator('.top').isVisible()).toBe(false);
    await fillCard(card(page), '4242424242424242');
    await pressPay(page);
    await page.waitForURL(SUCCESS);
    await shop.until('PaymentAuthorized', orderReference);
    await page.goBack();
    await inside(page).locator('text=Thank you, your payment was received').waitFor();
  });

  test('3-D Secure is asked inside and the way out is at the top', async () => {
    const { page } = await framed();
    await ready(page);
    await fillCard(card(page), '4000002760003184');
    await pressPay(page);
    await inside(page).frameLocator('dialog iframe').locator('.yes').click();
    await page.waitForURL(SUCCESS);
  });

  test('canceling opens the shop’s cancel page at the top', async () => {
    const { page } = await framed();
    await ready(page);
    await inside(page).locator('text=Cancel and return to the shop').click();
    await page.waitForURL(CANCEL);
  });

  test.each([
    { localeName: 'en_US', viewport: DESKTOP, whole: 'whole window', refused: 'did not go through' },
    { localeName: 'de_DE', viewport: PHONE, whole: 'ganze Fenster', refused: 'nicht zustande gekommen' },
  ])(
    'a method whose page refuses frames goes on in the whole window, and a refused try is told ($localeName)',
    async (way) => {
      const { page } = await framed(way);
      await ready(page);
      await card(page).getByRole('tab', { name: 'PayPal' }).click();
      await pressPay(page);
      await page.waitForURL(/\/app-payment\?/);
      await page.locator('#pay:not([disabled])').waitFor();
      expect(await page.textContent('#status')).toContain(way.whole);
      await picture(page, `whole-window-${way.localeName}`);
      expect(await findings(page)).toEqual([]);
      expect(new URL(page.url()).hash).toBe('');
      const fields = page.frameLocator('#fields iframe');
      expect(await fields.locator('[role=tab][aria-selected=true]').textContent()).toContain('PayPal');
      await page.locator('#pay').click();
      await page.waitForURL(/\/_sim\/redirect\/paypal/);
      await page.locator('.no').click();
      await page.waitForURL(/\/app-payment\?/);
      await page.locator('#alert:not([hidden])').waitFor();
      expect(await page.textContent('#alert')).toContain(way.refused);
      await picture(page, `refused-try-${way.localeName}`);
      expect(await findings(page)).toEqual([]);
      expect(page.url()).not.toContain('tried');
      await page.reload();
      await page.locator('#pay:not([disabled])').waitFor();
      expect(await page.locator('#alert').isVisible()).toBe(false);
      await page.frameLocator('#fields iframe').getByRole('tab', { name: 'PayPal' }).click();
      await page.locator('#pay').click();
      await page.waitForURL(/\/_sim\/redirect\/paypal/);
      await page.locator('.yes').click();
      await page.waitForURL(SUCCESS);
    },
  );

  test('somebody who comes back inside the frame is brought to the shop at the top, or is shown the way', async () => {
    const { page, url } = await framed();
    await ready(page);
    await fillCard(card(page), '4242424242424242');
    // The frame comes back from a bank, as it would from one that agrees to be framed.
    await page.context().route('**/app-payment/status', (route) => route.abort());
    await pressPay(page);
    await shop.until('PaymentAuthorized', seen.orderReference);
    const back = url.replace('/app-payment?', '/app-payment/redirect?');
    await page.evaluate((address) => document.getElementById('pay-frame')!.setAttribute('src', address), back);
    const message = await until(page, 'quittance:paid');
    expect(message).toEqual({ type: 'quittance:paid', location: SUCCESS, from: world.app.config.publicUrl });
    await inside(page).locator('text=Continue to the shop').click();
    await page.waitForURL(SUCCESS);
  });
});

describe('messages', () => {
  test('a shop that listens hears height and outcome, goes on by itself, and no id is among it', async () => {
    const { page, transactionId, url } = await framed({ listens: true });
    await ready(page);
    const { height } = await until(page, 'quittance:height');
    expect(height).toBeGreaterThan(200);
    await fillCard(card(page), '4242424242424242');
    await pressPay(page);
    expect(await until(page, 'quittance:paid')).toMatchObject({ location: SUCCESS });
    await inside(page).locator('text=Thank you, your payment was received').waitFor();
    expect(page.url()).toBe(`${SHOP}/checkout`);
    const all = await told(page);
    expect(all[0]).toEqual({ type: 'quittance:ready', from: world.app.config.publicUrl });
    const token = new URL(url).searchParams.get('token')!;
    for (const secret of [transactionId, token, '_secret_', 'pk_test'])
      expect(JSON.stringify(all)).not.toContain(secret);
    const heights = all.flatMap((message) => message.height ?? []);
    expect(heights.at(-1)).toBeLessThan(Math.max(...heights));
  });

  test('a shop that listens hears of the cancel link instead of being left', async () => {
    const { page } = await framed({ listens: true });
    await ready(page);
    await inside(page).locator('text=Cancel and return to the shop').click();
    expect(await until(page, 'quittance:canceled')).toMatchObject({ location: CANCEL });
    expect(page.url()).toBe(`${SHOP}/checkout`);
  });

  test('a frame that may not open pages at the top shows that it is paid, with the way to the shop', async () => {
    const { page } = await framed({ sandbox: 'allow-scripts allow-same-origin allow-forms' });
    await ready(page);
    await fillCard(card(page), '4242424242424242');
    await pressPay(page);
    await inside(page).locator('text=Thank you, your payment was received').waitFor();
    await picture(page, 'paid-in-frame');
    expect(page.url()).toBe(`${SHOP}/checkout`);
  });

  test('a page of another origin is shown nothing', async () => {
    const { page, problems } = await framed({ origin: STRANGER });
    await expect.poll(() => problems.join()).toContain('frame-ancestors');
    expect(page.frames().some((frame) => frame.url().startsWith(world.app.config.publicUrl))).toBe(false);
    expect(await told(page)).toEqual([]);
  });
});

test('outside of a frame nothing is different', async () => {
  seen = await visit(world, shop, { localeName: 'en_US' });
  const { page } = seen;
  await page.goto(seen.url);
  await page.locator('#pay:not([disabled])').waitFor();
  expect(await page.locator('.top').isVisible()).toBe(true);
  await fillCard(seen.card, '4242424242424242');
  await page.locator('#pay').click();
  await page.waitForURL(SUCCESS);
});
