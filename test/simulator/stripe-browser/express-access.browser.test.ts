/** The express checkout for people with a keyboard, a screen reader or a small screen. */
import type { Browser, Frame, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startChromium } from './chromium.js';
import { SHIPPED, event, mountExpress, resultOf } from './express-page.js';
import { isScrolledSideways, seriousFindings } from './findings.js';
import { startShopPage, type ShopPage } from './shop-page.js';
import { startTestSimulator, type TestSimulator } from './test-simulator.js';

let browser: Browser;
let simulator: TestSimulator;
let shop: ShopPage;
let page: Page;

beforeAll(async () => {
  simulator = await startTestSimulator();
  shop = await startShopPage(simulator.origin);
  browser = await startChromium();
});
afterEach(() => page.close());
afterAll(async () => {
  await browser?.close();
  await shop?.close();
  await simulator?.close();
});

async function open(width: number, height: number, locale: 'de' | 'en') {
  page = await browser.newPage({ viewport: { width, height } });
  await page.goto(shop.url({ mode: 'bare', locale }));
  await page.waitForSelector('body[data-script=done]');
  await mountExpress(page, simulator, { click: { ...SHIPPED, phoneNumberRequired: true }, locale });
}

const frameOf = (path: string) => page.frames().find((frame) => frame.url().includes(path)) as Frame;
const sheet = () => page.frameLocator('dialog iframe');
const ready = () => sheet().locator('.pay:not([aria-disabled=true])').waitFor();

describe.each([
  { name: 'phone, German', width: 390, height: 844, locale: 'de' as const },
  { name: 'desktop, English', width: 1100, height: 900, locale: 'en' as const },
])('on a $name', ({ width, height, locale }) => {
  it('buttons and sheet have no serious findings, fit the screen and speak one language', async () => {
    await open(width, height, locale);
    expect(await seriousFindings(frameOf('/_sim/elements/express'))).toEqual([]);
    await page.frameLocator('#card iframe').locator('.apple_pay').click();
    await ready();
    const frame = frameOf('/_sim/express/apple_pay');
    expect(await seriousFindings(frame)).toEqual([]);
    expect(await frame.evaluate(() => document.documentElement.lang)).toBe(locale);
    await sheet().locator('#contact-another').check();
    await sheet().locator('#city').fill('');
    await sheet().locator('form button').click();
    await sheet().locator('#city[aria-invalid=true]').waitFor();
    expect(await seriousFindings(frame)).toEqual([]);
    expect(await isScrolledSideways(frame)).toBe(false);
    const box = await page.locator('dialog').boundingBox();
    expect([box?.x, (box?.x ?? 0) + (box?.width ?? 0) <= width]).toEqual([width === 390 ? 0 : box?.x, true]);
    expect((box?.y ?? 0) + (box?.height ?? 0)).toBeLessThanOrEqual(height);
  });
});

describe('with a keyboard', () => {
  it('an order is paid, and the focus comes back to where it was', async () => {
    await open(1100, 900, 'en');
    await page.frameLocator('#card iframe').getByRole('button', { name: 'Google Pay' }).press('Enter');
    await ready();
    expect(await page.locator('dialog').getAttribute('aria-labelledby')).toBe('title');
    expect(
      await sheet()
        .locator('#contact-0')
        .evaluate((input) => input === document.activeElement),
    ).toBe(true);
    await page.keyboard.press('ArrowDown');
    await event(page, 'shippingaddresschange', 2);
    await ready();
    expect(
      await sheet()
        .locator('#contact-1')
        .evaluate((input) => input === document.activeElement),
    ).toBe(true);
    await sheet().getByRole('status').filter({ hasText: 'The total is now €52.50.' }).waitFor();
    for (const id of ['contact-1', 'rate-abroad']) {
      expect(
        await sheet()
          .locator(`#${id}`)
          .evaluate((input) => input === document.activeElement),
      ).toBe(true);
      await page.keyboard.press('Tab');
    }
    await page.keyboard.press('Enter');
    expect((await resultOf(page)).paymentIntent).toMatchObject({ status: 'succeeded', amount: 5250 });
    await page.locator('dialog').waitFor({ state: 'detached' });
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('IFRAME');
  });

  it('a page that cannot deliver says so to a screen reader, and Escape leaves', async () => {
    await open(1100, 900, 'en');
    await page.frameLocator('#card iframe').getByRole('button', { name: 'PayPal' }).click();
    await ready();
    await sheet().getByLabel('Another address').check();
    await sheet().getByLabel('Country').selectOption('FR');
    // Enter in a field uses the address.
    await sheet().getByLabel('City').press('Enter');
    await sheet().getByRole('alert').filter({ hasText: 'cannot deliver this way' }).waitFor();
    await page.keyboard.press('Escape');
    await event(page, 'cancel');
  });
});
