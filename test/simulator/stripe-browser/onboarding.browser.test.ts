/** The onboarding page and the console's accounts for people with a keyboard, a screen reader or a small screen. */
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import Stripe from 'stripe';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startChromium } from './chromium.js';
import { isScrolledSideways, seriousFindings } from './findings.js';
import { startTestSimulator, type TestSimulator } from './test-simulator.js';

/** Set to a folder to look at the pages yourself. */
const PICTURES = process.env['PICTURES'];

let browser: Browser;
let simulator: TestSimulator;
let shop: Server;
let stripe: Stripe;
let page: Page;
beforeAll(async () => {
  simulator = await startTestSimulator();
  shop = createServer((request, response) => response.end(`shop ${request.url ?? ''}`));
  await new Promise<void>((resolve) => shop.listen(0, '127.0.0.1', resolve));
  const { port } = new URL(simulator.origin);
  stripe = new Stripe('sk_test_browser', { host: '127.0.0.1', port, protocol: 'http', telemetry: false });
  browser = await startChromium();
});
afterEach(() => page.context().close());
afterAll(async () => {
  await browser?.close();
  shop?.close();
  await simulator?.close();
});

const shopAddress = (path: string): string => `http://127.0.0.1:${(shop.address() as AddressInfo).port}${path}`;

async function link(): Promise<{ id: string; url: string }> {
  const { id } = await stripe.v2.core.accounts.create({
    display_name: 'Töpferei Vogel in der Donaudampfschifffahrtsgesellschaftsstraße',
    contact_email: 'vogel@seller.example',
    dashboard: 'express',
    identity: { country: 'at' },
    defaults: { responsibilities: { fees_collector: 'application', losses_collector: 'application' } },
    configuration: { recipient: { capabilities: { stripe_balance: { stripe_transfers: { requested: true } } } } },
  });
  const addresses = { return_url: shopAddress('/done'), refresh_url: shopAddress('/again') };
  const useCase = { type: 'account_onboarding', account_onboarding: addresses } as const;
  return { id, url: (await stripe.v2.core.accountLinks.create({ account: id, use_case: useCase })).url };
}

async function visit(url: string, viewport: { width: number; height: number }, locale: string): Promise<void> {
  page = await (await browser.newContext({ viewport, locale })).newPage();
  await page.goto(url);
}

async function expectReadable(name: string): Promise<void> {
  if (PICTURES) await page.screenshot({ path: `${PICTURES}/${name}.png`, fullPage: true });
  expect(await seriousFindings(page.mainFrame())).toEqual([]);
  expect(await isScrolledSideways(page.mainFrame())).toBe(false);
}

describe.each([
  { name: 'phone, German', viewport: { width: 390, height: 844 }, locale: 'de-AT', heading: 'Konto einrichten' },
  { name: 'desktop, English', viewport: { width: 1280, height: 900 }, locale: 'en-US', heading: 'Set up your account' },
])('on a $name', ({ name, viewport, locale, heading }) => {
  it('the onboarding page is readable, and its first button sets the account up', async () => {
    const { id, url } = await link();
    await visit(url, viewport, locale);
    expect(await page.getByRole('heading', { level: 1 }).innerText()).toBe(heading);
    await expectReadable(`onboarding ${name}`);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.waitForURL(shopAddress('/done'));
    expect((await stripe.accounts.retrieve(id)).capabilities?.transfers).toBe('active');
  });

  it('the same link again leads to the refresh address', async () => {
    const { url } = await link();
    await visit(url, viewport, locale);
    await page.goto(url);
    expect(page.url()).toBe(shopAddress('/again'));
  });

  it('the console shows accounts and their buttons', async () => {
    await link();
    await visit(`${simulator.origin}/_sim/console/accounts`, viewport, locale);
    await expectReadable(`accounts ${name}`);
    await page
      .getByRole('button', { name: /^Complete: / })
      .first()
      .click();
    await page.waitForURL(/done=1/);
    expect(await page.locator('main').innerText()).toContain('transfers active, complete');
  });
});
