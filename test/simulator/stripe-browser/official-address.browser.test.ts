/** A page that loads Stripe.js from Stripe's own address, as in production, with the simulator answering there. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startChromium } from './chromium.js';
import { startShopPage, type ShopPage } from './shop-page.js';
import { PUBLISHABLE_KEY, startTestSimulator, type TestSimulator } from './test-simulator.js';

const OFFICIAL = 'https://js.stripe.com';
const API = 'https://api.stripe.com';

let browser: Browser;
let simulator: TestSimulator;
let shop: ShopPage;

beforeAll(async () => {
  simulator = await startTestSimulator();
  shop = await startShopPage(OFFICIAL, API);
  browser = await startChromium();
});
afterAll(async () => {
  await browser?.close();
  await shop?.close();
  await simulator?.close();
});

describe('the official address', () => {
  it("serves 3-D Secure, closed and then approved, to a page that allows only Stripe's two hosts", async () => {
    const page = await browser.newPage();
    const problems: string[] = [];
    page.on('pageerror', (error) => problems.push(error.message));
    page.on('console', (line) => {
      if (line.text().includes('Content Security Policy')) problems.push(line.text());
    });
    await page.route(/^https:\/\/(js|api)\.stripe\.com\//, async (route) => {
      const url = new URL(route.request().url());
      const response = await route.fetch({ url: simulator.origin + url.pathname + url.search });
      await route.fulfill({ response });
    });
    const { id, client_secret: clientSecret } = await simulator.createIntent();
    await page.goto(shop.url({ mountData: { publishableKey: PUBLISHABLE_KEY, clientSecret } }));
    await page.waitForSelector('body[data-ready=yes]');
    await page.frameLocator('#card iframe').locator('#test-card').selectOption('4000002760003184');
    await page.click('#pay');
    await page.getByRole('button', { name: 'Close and cancel the check' }).click();
    await page.waitForFunction(() =>
      document.getElementById('outcome')?.textContent?.includes('authentication_failure'),
    );
    await page.click('#pay');
    await page.frameLocator('dialog iframe').locator('button[value=succeed]').click();
    await page.waitForFunction(() => document.getElementById('outcome')?.textContent === '{"outcome":"done"}');
    expect((await simulator.intent(id)).status).toBe('succeeded');
    expect(problems).toEqual([]);
  });
});
