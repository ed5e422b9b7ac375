/** The payment form and its dialogs for people with a keyboard, a screen reader or a small screen. */
import type { Browser, Frame, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startChromium } from './chromium.js';
import { isScrolledSideways, seriousFindings } from './findings.js';
import { startShopPage, type ShopPage } from './shop-page.js';
import { startTestSimulator, type TestSimulator } from './test-simulator.js';

const AUTOMATIC = { 'automatic_payment_methods[enabled]': 'true' };
const PHONE = { width: 360, height: 820 };
const DESKTOP = { width: 1280, height: 900 };
/** Set to a folder to look at the pages yourself. */
const PICTURES = process.env['PICTURES'];

let browser: Browser;
let simulator: TestSimulator;
let shop: ShopPage;
let page: Page;

beforeAll(async () => {
  simulator = await startTestSimulator();
  shop = await startShopPage(simulator.origin);
  browser = await startChromium();
});
afterEach(() => page.context().close());
afterAll(async () => {
  await browser?.close();
  await shop?.close();
  await simulator?.close();
});

async function open(viewport: { width: number; height: number }, locale: string, more: Record<string, unknown> = {}) {
  page = await (await browser.newContext({ viewport })).newPage();
  const customer = await simulator.createCustomer();
  const { client_secret: clientSecret } = await simulator.createIntent({ ...AUTOMATIC, customer });
  await page.goto(shop.url({ locale, mountData: { publishableKey: 'pk_test_browser', clientSecret, ...more } }));
  await page.waitForSelector('body[data-ready=yes]');
}

const frameOf = (path: string) => page.frames().find((frame) => frame.url().includes(path)) as Frame;
const cardFrame = () => frameOf('/_sim/elements/card');

async function picture(name: string) {
  if (PICTURES) await page.screenshot({ path: `${PICTURES}/${name}.png` });
}

async function expectOnScreen(viewport: { width: number; height: number }): Promise<void> {
  const box = await page.locator('dialog').boundingBox();
  expect(box?.x).toBeGreaterThanOrEqual(0);
  expect(box?.y).toBeGreaterThanOrEqual(0);
  expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThanOrEqual(viewport.width);
  expect((box?.y ?? 0) + (box?.height ?? 0)).toBeLessThanOrEqual(viewport.height);
}

describe.each([
  { name: 'phone, German', viewport: PHONE, locale: 'de' },
  { name: 'desktop, English', viewport: DESKTOP, locale: 'en' },
])('on a $name', ({ viewport, locale }) => {
  it('page and card frame have no serious findings, empty or with errors, and no sideways scrolling', async () => {
    await open(viewport, locale);
    await picture(`form-${locale}`);
    expect(await seriousFindings(page.mainFrame())).toEqual([]);
    expect(await seriousFindings(cardFrame())).toEqual([]);
    await page.click('#pay');
    await cardFrame().waitForSelector('[aria-invalid=true]');
    await page.waitForTimeout(100);
    await picture(`errors-${locale}`);
    expect(await seriousFindings(cardFrame())).toEqual([]);
    expect(await isScrolledSideways(page.mainFrame())).toBe(false);
    expect(await isScrolledSideways(cardFrame())).toBe(false);
  });

  it.each(['paypal', 'klarna', 'sepa_debit', 'ideal', 'customer_balance'])(
    'the form of %s has no serious findings, with errors or without, and no sideways scrolling',
    async (method) => {
      await open({ ...viewport, height: 1100 }, locale);
      await cardFrame().click(`#tab-${method}`);
      await page.waitForTimeout(100);
      await picture(`${method}-${locale}`);
      expect(await seriousFindings(cardFrame())).toEqual([]);
      if ((await cardFrame().locator('.field').count()) > 0) {
        await page.click('#pay');
        await cardFrame().waitForSelector('[aria-invalid=true]');
        await picture(`${method}-errors-${locale}`);
        expect(await seriousFindings(cardFrame())).toEqual([]);
      }
      expect(await isScrolledSideways(page.mainFrame())).toBe(false);
      expect(await isScrolledSideways(cardFrame())).toBe(false);
      const cut = await cardFrame().$$eval('[role=tab]', (tabs) =>
        tabs.filter((tab) => tab.scrollWidth > tab.clientWidth || tab.scrollHeight > tab.clientHeight),
      );
      expect(cut).toEqual([]);
    },
  );

  it('the dialog with the instructions of a bank transfer has no serious findings and fits the screen', async () => {
    await open({ ...viewport, height: 640 }, locale);
    await cardFrame().click('#tab-customer_balance');
    await page.focus('#pay');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await picture(`transfer-${locale}`);
    expect(await seriousFindings(page.mainFrame())).toEqual([]);
    await expectOnScreen({ ...viewport, height: 640 });
    expect(await isScrolledSideways(page.mainFrame())).toBe(false);
  });

  it('the 3-D Secure dialog has no serious findings and fits the screen', async () => {
    await open(viewport, locale);
    await cardFrame().selectOption('#test-card', '4000002760003184');
    await picture(`filled-${locale}`);
    await page.click('#pay');
    await page.frameLocator('dialog iframe').getByRole('heading').waitFor();
    await picture(`challenge-${locale}`);
    expect(await seriousFindings(page.mainFrame())).toEqual([]);
    expect(await seriousFindings(frameOf('/_sim/3ds/'))).toEqual([]);
    expect(await isScrolledSideways(frameOf('/_sim/3ds/'))).toBe(false);
    await expectOnScreen(viewport);
  });
});

describe('the dark look', () => {
  it('keeps enough contrast', async () => {
    await open(PHONE, 'en', { appearance: { theme: 'night' } });
    await page.click('#pay');
    await cardFrame().waitForSelector('[aria-invalid=true]');
    await picture('night');
    expect(await seriousFindings(cardFrame())).toEqual([]);
  });
});

describe('with the keyboard alone', () => {
  it('a customer fills in the card, pays, answers the bank and comes back to the button', async () => {
    await open(PHONE, 'en');
    const { keyboard } = page;
    await keyboard.press('Tab');
    expect(await cardFrame().evaluate(() => document.activeElement?.id)).toBe('tab-card');
    await keyboard.press('Tab');
    expect(await cardFrame().evaluate(() => document.activeElement?.id)).toBe('test-card');
    await keyboard.press('Tab');
    await keyboard.type('4000002760003184');
    await keyboard.press('Tab');
    await keyboard.type('1244');
    await keyboard.press('Tab');
    await keyboard.type('123');
    await keyboard.press('Tab');
    await keyboard.type('Germany');
    await keyboard.press('Tab');
    await keyboard.type('10115');
    expect(await cardFrame().inputValue('#expiry')).toBe('12 / 44');
    expect(await cardFrame().inputValue('#country')).toBe('DE');
    await keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('pay');
    await keyboard.press('Enter');
    await page.frameLocator('dialog iframe').locator('button[value=succeed]').waitFor();
    // The dialog holds the focus: however often Tab is pressed, the page behind it is not reached.
    for (let step = 0; step < 6; step += 1) {
      await keyboard.press('Tab');
      expect(await page.evaluate(() => document.activeElement?.id)).not.toBe('pay');
    }
    await page.frameLocator('dialog iframe').locator('button[value=succeed]').focus();
    await keyboard.press('Enter');
    await page.waitForFunction(() => document.getElementById('outcome')?.textContent?.includes('done'));
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('pay');
  });

  it('Enter in a field of the frame sends the form of the page', async () => {
    await open(PHONE, 'en');
    await cardFrame().selectOption('#test-card', '4242424242424242');
    await cardFrame().focus('#cvc');
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => document.getElementById('outcome')?.textContent?.includes('done'));
    expect(await cardFrame().evaluate(() => document.activeElement?.id)).toBe('cvc');
  });
});
