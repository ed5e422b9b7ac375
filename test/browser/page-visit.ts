/** A whole app, the simulated Stripe and Chromium, for tests that pay as a customer would. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions, FrameLocator, Page } from 'playwright-core';
import { systemClock } from '../../src/clock.js';
import { startSimulator } from '../../src/simulator/stripe/index.js';
import { openEmbedded } from '../../src/storage/embedded.js';
import { migrateToLatest } from '../../src/storage/migrate.js';
import { startChromium } from '../simulator/stripe-browser/chromium.js';
import { testApp, type TestApp, type TestShop } from '../support/app.js';

export const PHONE = { width: 390, height: 844 };
export const DESKTOP = { width: 1280, height: 860 };
/** Set to a folder to look at the pages yourself. */
const PICTURES = process.env['PICTURES'];

export interface World {
  app: TestApp;
  browser: Browser;
  simulatorUrl: string;
  /** A tenant with simulated Stripe; further settings are laid over. */
  stripeShop(settings?: Record<string, unknown>): Promise<TestShop>;
  sandboxShop(settings?: Record<string, unknown>): Promise<TestShop>;
  close(): Promise<void>;
}

const SANDBOX = { connector: 'sandbox', mode: 'test', webhookSecret: 'whsec_sandbox_secret_of_the_test' };

/** Starts everything, the app with further variables of the environment. Close it in `afterAll`. */
export async function startWorld(further: Record<string, string> = {}): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), 'quittance-page-'));
  const database = await openEmbedded({ dataDir: folder });
  await migrateToLatest(database.url);
  const simulator = await startSimulator({ host: '127.0.0.1', port: 0, clock: systemClock });
  const env = { STRIPE_API_URL: simulator.url, STRIPE_JS_URL: `${simulator.url}/endive/stripe.js`, ...further };
  const app = await testApp({ databaseUrl: database.url, env });
  const browser = await startChromium();
  const shopWith = async (settings: Record<string, unknown>): Promise<TestShop> => {
    const shop = app.shop();
    const { status, body } = await shop.configure(settings);
    if (status !== 200) throw new Error(`configure answered ${status}: ${JSON.stringify(body)}`);
    return shop;
  };
  return {
    app,
    browser,
    simulatorUrl: simulator.url,
    stripeShop: (settings = {}) =>
      shopWith({ mode: 'test', secretKey: 'sk_test_page', publishableKey: 'pk_test_page', ...settings }),
    sandboxShop: (settings = {}) => shopWith({ ...SANDBOX, ...settings }),
    close: async () => {
      await browser.close();
      await app.close();
      await simulator.close();
      await database.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export interface Visit {
  page: Page;
  card: FrameLocator;
  orderReference: string;
  transactionId: string;
  url: string;
  /** Errors on the page and refusals of its policy. */
  problems: string[];
}

/** Orders at the shop and opens the payment page in a browser of its own. Shop addresses answer with their own path. */
export async function visit(
  world: World,
  shop: TestShop,
  order: Record<string, unknown> = {},
  context: BrowserContextOptions = {},
): Promise<Visit> {
  const { body, orderReference, status } = await shop.initialize(order);
  if (status !== 200) throw new Error(`initialize answered ${status}: ${JSON.stringify(body)}`);
  const { redirectUrl: url, transactionId } = body as { redirectUrl: string; transactionId: string };
  const tab = await (await world.browser.newContext({ viewport: DESKTOP, ...context })).newPage();
  const problems: string[] = [];
  tab.on('pageerror', (error) => problems.push(error.message));
  tab.on('console', (line) => {
    // A decline is an HTTP error by design, and the browser says so.
    if (line.type() === 'error' && !line.text().includes('status of 40')) problems.push(line.text());
  });
  await tab.context().route('https://shop.example/**', (route) =>
    route.fulfill({
      contentType: 'text/html',
      body: `<title>Shop</title>${new URL(route.request().url()).pathname}`,
    }),
  );
  return { page: tab, card: tab.frameLocator('#fields iframe'), orderReference, transactionId, url, problems };
}

/** Waits until the button may be pressed. */
export async function ready({ page }: Pick<Visit, 'page'>): Promise<void> {
  await page.waitForSelector('#pay:not([disabled])');
}

export async function fillCard(card: FrameLocator, number: string): Promise<void> {
  await card.locator('#number').fill('');
  await card.locator('#number').pressSequentially(number);
  await card.locator('#expiry').fill('12 / 44');
  await card.locator('#cvc').fill('123');
  await card.locator('#country').selectOption('DE');
  await card.locator('#postalCode').fill('10115');
}

export async function picture(page: Page, name: string): Promise<void> {
  if (PICTURES) await page.screenshot({ path: `${PICTURES}/${name}.png` });
}

const axe = readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface Finding {
  id: string;
  impact: string;
  nodes: { html: string }[];
}

/** Every finding of axe on the page itself, WCAG 2.2 AA and good practice, as one line each. */
export async function findings(page: Page): Promise<string[]> {
  await page.evaluate(await axe);
  return page.evaluate(async () => {
    const { axe: scanner } = window as unknown as { axe: { run(options: object): Promise<{ violations: Finding[] }> } };
    const { violations } = await scanner.run({ iframes: false });
    return violations.flatMap(({ id, impact, nodes }) =>
      nodes.map(({ html }) => `${id} (${impact}): ${html.slice(0, 120)}`),
    );
  });
}

/**
 * Presses Pay as a person does: scrolls it into view first, then clicks. Headless Chromium sends a click that comes
 * together with its own scrolling to where the frame with the fields was before.
 */
export async function pressPay(page: Page): Promise<void> {
  const pay = page.locator('#pay');
  await pay.scrollIntoViewIfNeeded();
  await page.waitForTimeout(200);
  await pay.click();
}
