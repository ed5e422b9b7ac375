/** The main job as a person does it: the real sandbox, the demo shop, the payment page, Chromium. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Browser, Frame, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startChromium } from '../simulator/stripe-browser/chromium.js';
import { pressPay } from './page-visit.js';
import { startSandbox, until, type Sandbox } from '../support/sandbox.js';

/** Set to a folder to look at the pages yourself. */
const PICTURES = process.env['PICTURES'];
const PAID = '4242424242424242';
const CHALLENGED = '4000002760003184';
const DECLINED = '4000000000000002';

const WAYS = [
  { name: 'desktop, English', viewport: { width: 1280, height: 900 }, language: 'en' },
  { name: 'phone, German', viewport: { width: 390, height: 844 }, language: 'de' },
];

let sandbox: Sandbox;
let browser: Browser;
let page: Page;
let axe: string;

beforeAll(async () => {
  axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  [sandbox, browser] = await Promise.all([startSandbox(), startChromium()]);
  await until(async () => {
    const { paymentMethods } = (await (await fetch(`${sandbox.shopUrl}/api/connection`)).json()) as {
      paymentMethods: unknown[];
    };
    return paymentMethods.length > 0;
  });
});
afterEach(() => page.context().close());
afterAll(async () => {
  await browser?.close();
  await sandbox?.close();
});

async function picture(name: string): Promise<void> {
  if (PICTURES !== undefined) await page.screenshot({ path: `${PICTURES}/${name}.png`, fullPage: true });
}

/** Serious and critical findings in every frame that is shown. */
async function seriousFindings(): Promise<string[]> {
  const found: string[] = [];
  for (const frame of page.frames()) found.push(...(await findingsIn(frame)));
  return found;
}

async function findingsIn(frame: Frame): Promise<string[]> {
  await frame.evaluate(axe);
  return frame.evaluate(async () => {
    interface Scanner {
      run(options: object): Promise<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }>;
    }
    const { violations } = await (window as unknown as { axe: Scanner }).axe.run({ iframes: false });
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
  });
}

/** Puts an order together in the shop and comes to the payment page. Returns the order's reference. */
async function order({ viewport, language }: (typeof WAYS)[number]): Promise<string> {
  const context = await browser.newContext({ viewport, locale: language === 'de' ? 'de-DE' : 'en-US' });
  page = await context.newPage();
  await page.goto(`${sandbox.shopUrl}/?lang=${language}`);
  await page.getByTestId('place-order').click();
  await page.waitForURL(/\/app-payment\?/);
  await page.locator('#pay:not([disabled])').waitFor();
  return /DEMO--\d+/.exec(await page.locator('main').innerText())?.[0] ?? '';
}

const card = () => page.frameLocator('#fields iframe');
const bank = () => page.frameLocator('dialog iframe');

async function pay(number: string): Promise<void> {
  await card().locator('#test-card').selectOption(number);
  await pressPay(page);
}

/** Opens the order in the shop and waits for its status there. */
async function shows(reference: string, status: string): Promise<void> {
  if (!page.url().includes(`/orders/${reference}`)) await page.goto(`${sandbox.shopUrl}/orders/${reference}`);
  await page.locator(`[data-testid=order-status][data-status="${status}"]`).waitFor({ timeout: 15_000 });
}

describe.each(WAYS)('on a $name', (way) => {
  it('an order is paid with 4242, captured and refunded, and the shop shows each', async () => {
    const reference = await order(way);
    expect(await page.locator('html').getAttribute('lang')).toBe(way.language);
    expect(await seriousFindings()).toEqual([]);
    await picture(`payment-${way.language}`);
    await pay(PAID);
    await page.waitForURL(/\/success/);
    await picture(`success-${way.language}`);
    await shows(reference, 'authorized');
    expect(await seriousFindings()).toEqual([]);
    await page.getByTestId('capture').click();
    await shows(reference, 'captured');
    await page.getByTestId('refund').click();
    await shows(reference, 'refunded');
    await picture(`refunded-${way.language}`);
    expect(await seriousFindings()).toEqual([]);
  });

  it('an order is paid with a 3-D Secure card', async () => {
    const reference = await order(way);
    await pay(CHALLENGED);
    await bank().locator('button[value=succeed]').waitFor();
    await picture(`challenge-${way.language}`);
    await bank().locator('button[value=succeed]').click();
    await page.waitForURL(/\/success/);
    await shows(reference, 'authorized');
  });

  it('a refused challenge leaves the form, and another card pays', async () => {
    const reference = await order(way);
    await pay(CHALLENGED);
    await bank().locator('button[value=fail]').click();
    await page.locator('#alert:not([hidden])').waitFor();
    await page.locator('#pay:not([disabled])').waitFor();
    await pay(PAID);
    await page.waitForURL(/\/success/);
    await shows(reference, 'authorized');
  });

  it('after a decline the customer reads why and pays with another card', async () => {
    const reference = await order(way);
    await pay(DECLINED);
    const alert = page.locator('#alert:not([hidden])');
    await alert.waitFor();
    expect((await alert.innerText()).length).toBeGreaterThan(10);
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('alert');
    await picture(`declined-${way.language}`);
    expect(await seriousFindings()).toEqual([]);
    await page.locator('#pay:not([disabled])').waitFor();
    await pay(PAID);
    await page.waitForURL(/\/success/);
    await shows(reference, 'authorized');
  });

  it('a customer who gives up comes back to the shop, and the shop cancels', async () => {
    const reference = await order(way);
    await page.locator('a[href*="/cancel"]').first().click();
    await page.waitForURL(/\/cancel/);
    await picture(`gave-up-${way.language}`);
    await page.goto(`${sandbox.shopUrl}/orders/${reference}`);
    await page.getByTestId('cancel').click();
    await shows(reference, 'canceled');
  });

  it('an order is paid inside the shop, which then shows its own page of success', async () => {
    const context = await browser.newContext({ viewport: way.viewport, locale: way.language });
    page = await context.newPage();
    await page.goto(`${sandbox.shopUrl}/?lang=${way.language}`);
    await page.getByTestId('pay-inside').check();
    await picture(`inside-option-${way.language}`);
    await page.getByTestId('place-order').click();
    await page.waitForURL(/\/inside$/);
    const inside = page.frameLocator('[data-testid=payment-frame]');
    await inside.locator('#pay:not([disabled])').waitFor();
    // As high as what is in it, so that nothing inside has to be scrolled.
    await expect
      .poll(() => inside.locator('body').evaluate(() => document.documentElement.scrollHeight - innerHeight))
      .toBeLessThanOrEqual(1);
    await picture(`inside-${way.language}`);
    expect(await seriousFindings()).toEqual([]);
    await inside.frameLocator('#fields iframe').locator('#test-card').selectOption(CHALLENGED);
    await inside.locator('#pay').click();
    const challenge = inside.frameLocator('dialog iframe').locator('button[value=succeed]');
    await challenge.waitFor();
    await picture(`inside-challenge-${way.language}`);
    await challenge.click();
    await page.waitForURL(/\/success/);
    const reference = new URL(page.url()).searchParams.get('orderReference') ?? '';
    await shows(reference, 'authorized');
    await page.goto(`${sandbox.shopUrl}/orders/${reference}/inside`);
    expect(page.url()).toBe(`${sandbox.shopUrl}/orders/${reference}`);
  });

  it('a paid order shows no form any more, whatever the customer does', async () => {
    await order(way);
    const address = page.url();
    await pay(PAID);
    await page.waitForURL(/\/success/);
    await page.goBack();
    await page.goto(address);
    await page.waitForURL((url) => url.pathname !== '/app-payment' || url.href === address);
    expect(await page.locator('#payment-form').count()).toBe(0);
  });
});
