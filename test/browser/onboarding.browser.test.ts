/** The merchant's pages in Chromium: every status, in both languages, on a desktop and a phone, and in a portal's frame. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { TestShop } from '../support/app.js';
import { DESKTOP, findings, PHONE, picture, startWorld, type World } from './page-visit.js';

let world: World;
let page: Page;
/** Serves the portal's page, under whatever name the browser knows this machine by. */
let portal: Server;
let html = '';
let PORTAL = '';
let STRANGER = '';
let problems: string[];

beforeAll(async () => {
  portal = createServer((_request, response) => response.setHeader('content-type', 'text/html').end(html));
  await new Promise<void>((resolve) => portal.listen(0, '127.0.0.1', resolve));
  const { port } = portal.address() as AddressInfo;
  PORTAL = `http://portal.localhost:${port}`;
  STRANGER = `http://stranger.localhost:${port}`;
  world = await startWorld();
});
afterEach(() => page.context().close());
afterAll(async () => {
  await world?.close();
  portal.close();
});

async function open(url: string, context: BrowserContextOptions = {}): Promise<void> {
  page = await (await world.browser.newContext({ viewport: DESKTOP, ...context })).newPage();
  problems = [];
  page.on('pageerror', (error) => problems.push(error.message));
  // What is not found is told by the browser as well.
  page.on('console', (line) => {
    if (line.type() === 'error' && !line.text().includes('status of 404')) problems.push(line.text());
  });
  await page.goto(url);
}

/** A shop that shows our page in its portal, and the address of that page for one merchant. */
async function begun(merchantReference: string): Promise<{ shop: TestShop; url: string }> {
  const page = { frameAncestors: [PORTAL], title: 'Marktplatz' };
  const shop = await world.sandboxShop({ businessModel: 'marketplace', onboarding: { answers: 'iframe' }, page });
  const { status, body } = await shop.call(
    '/private/merchants/onboarding',
    { merchant: { merchantReference } },
    { endpoint: 'merchant-onboarding' },
  );
  expect(status).toBe(201);
  return { shop, url: body.url as string };
}

async function looksWell(name: string): Promise<void> {
  expect(await findings(page)).toEqual([]);
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
  expect(problems).toEqual([]);
  await picture(page, name);
}

describe('what every merchant can use', () => {
  const heading = () => page.textContent('h1');

  test.each([
    { locale: 'en-GB', viewport: DESKTOP, start: 'A few details are still missing', onward: 'Continue at Sandbox' },
    { locale: 'de-DE', viewport: DESKTOP, start: 'Es fehlen noch einige Angaben', onward: 'Weiter bei Sandbox' },
    { locale: 'de-DE', viewport: PHONE, start: 'Es fehlen noch einige Angaben', onward: 'Weiter bei Sandbox' },
  ])('start and return in $locale, $viewport.width wide', async ({ locale, viewport, start, onward }) => {
    const { url } = await begun('MER-1-restricted_soon');
    await open(url, { locale, viewport });
    expect(await heading()).toBe(start);
    expect(await page.getAttribute('html', 'lang')).toBe(locale.slice(0, 2));
    await looksWell(`onboarding-start-${locale}-${viewport.width}`);
    // The sandbox's forms are filled in at once.
    await page.click(`text=${onward}`);
    await page.waitForURL(/\/onboarding\/return/);
    await looksWell(`onboarding-return-${locale}-${viewport.width}`);
  });

  test.each(['completed', 'enabled', 'pending', 'restricted', 'rejected'])('%s', async (status) => {
    const { url } = await begun(`MER-1-${status}`);
    await open(url.replace('/start?', '/return?'), { locale: 'de-DE', viewport: PHONE });
    await looksWell(`onboarding-${status}`);
    expect(await page.locator('a.button').count()).toBe(status === 'rejected' ? 0 : 1);
  });

  test('no way to the PSP right now, with a way to try again; a link that is not ours', async () => {
    const { shop, url } = await begun('MER-1');
    await shop.configure({ outcomes: { link: 'decline' } });
    await open(url.replace('/start?', '/refresh?'), { locale: 'en-GB', viewport: PHONE });
    expect(await heading()).toBe('We cannot take you there right now');
    await looksWell('onboarding-unreachable');
    await shop.configure({ outcomes: { link: 'success' } });
    expect(await page.textContent('a.button')).toBe('Try again');
    await page.click('a.button');
    await page.waitForURL(/\/onboarding\/return/);
    await page.goto(`${url}x`);
    expect(await heading()).toBe('This link is not valid');
    await looksWell('onboarding-unknown');
  });

  test('reached and pressed with the keyboard alone', async () => {
    await open((await begun('MER-1')).url, { locale: 'en-GB' });
    for (let press = 0; press < 5; press += 1) {
      await page.keyboard.press('Tab');
      if (await page.evaluate(() => document.activeElement?.classList.contains('button') === true)) break;
    }
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/onboarding\/return/);
  });
});

describe('in a frame', () => {
  const frame = (url: string) =>
    `<!doctype html><html lang="en"><title>Portal</title><main><h1>Portal</h1><iframe id="psp" title="Payouts" style="width:100%;height:420px;border:0" src="${url.replaceAll('&', '&amp;')}"></iframe></main>`;

  test('of the tenant’s portal: without a header of its own, and the forms open at the top', async () => {
    const { url } = await begun('MER-1');
    html = frame(url);
    await open(`${PORTAL}/merchants`, { locale: 'en-GB' });
    const inside = page.frameLocator('#psp');
    await inside.locator('text=Continue at Sandbox').waitFor();
    expect(await inside.locator('.top').isVisible()).toBe(false);
    await looksWell('onboarding-framed');
    await inside.locator('text=Continue at Sandbox').click();
    await page.waitForURL(/\/onboarding\/return/);
    expect(await page.textContent('h1')).toBe('Money can be paid out to you');
  });

  test('of somebody else nothing is shown', async () => {
    const { url } = await begun('MER-1');
    html = frame(url);
    await open(`${STRANGER}/merchants`);
    await expect.poll(() => problems.join()).toContain('frame-ancestors');
    expect(page.frames().some((shown) => shown.url().startsWith(world.app.config.publicUrl))).toBe(false);
  });
});
