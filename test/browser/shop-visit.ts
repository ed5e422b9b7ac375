/** The real sandbox with Chromium, for tests that buy in the demo shop's own checkouts. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Browser, Frame, Page } from 'playwright-core';
import { startChromium } from '../simulator/stripe-browser/chromium.js';
import { startSandbox, until, type Sandbox } from '../support/sandbox.js';

/** Set to a folder to look at the pages yourself. */
const PICTURES = process.env['PICTURES'];
const AUTHORIZATION = { authorization: 'Bearer sk_test_demo' };

export const WAYS = [
  { name: 'desktop, English', viewport: { width: 1280, height: 900 }, language: 'en' },
  { name: 'phone, German', viewport: { width: 390, height: 844 }, language: 'de' },
];
export const [DESKTOP] = WAYS as [(typeof WAYS)[number]];

/** What the shop tells of an order. */
export interface SeenOrder {
  status: string;
  grandTotal: number;
  paymentReference: string | null;
  items: { state: string }[];
  messages: { name: string }[];
}

export interface ShopWorld {
  sandbox: Sandbox;
  /** Opens a page of the shop in a browser of its own; `close` closes it. */
  open(path: string, way?: (typeof WAYS)[number]): Promise<Page>;
  order(reference: string): Promise<SeenOrder>;
  orders(): Promise<string[]>;
  /** The status of a payment at Stripe. */
  atStripe(transactionId: string): Promise<{ status: string; amount: number }>;
  /** Opens the order in the shop and waits for its status there. */
  shows(page: Page, reference: string, status: string): Promise<void>;
  close(): Promise<void>;
}

/** Starts everything and waits until the shop was told both methods. Close it in `afterAll`. */
export async function startShopWorld(): Promise<ShopWorld> {
  const [sandbox, browser]: [Sandbox, Browser] = await Promise.all([startSandbox(), startChromium()]);
  const { shopUrl, simulatorUrl } = sandbox;
  const json = async <T>(url: string, init?: RequestInit) => (await (await fetch(url, init)).json()) as T;
  const told = () => json<{ paymentMethods: unknown[] }>(`${shopUrl}/api/connection`);
  await until(async () => (await told()).paymentMethods.length > 1);
  return {
    sandbox,
    async open(path, way = DESKTOP) {
      const locale = way.language === 'de' ? 'de-DE' : 'en-US';
      const page = await (await browser.newContext({ viewport: way.viewport, locale })).newPage();
      await page.goto(`${shopUrl}${path}?lang=${way.language}`);
      return page;
    },
    order: (reference) => json<SeenOrder>(`${shopUrl}/api/orders/${reference}`),
    orders: async () =>
      (await json<{ orders: { orderReference: string }[] }>(`${shopUrl}/api/orders`)).orders.map(
        ({ orderReference }) => orderReference,
      ),
    atStripe: (id) => json(`${simulatorUrl}/v1/payment_intents/${id}`, { headers: AUTHORIZATION }),
    async shows(page, reference, status) {
      if (!page.url().includes(`/orders/${reference}`)) await page.goto(`${shopUrl}/orders/${reference}`);
      await page.locator(`[data-testid=order-status][data-status="${status}"]`).waitFor({ timeout: 15_000 });
    },
    async close() {
      await browser.close();
      await sandbox.close();
    },
  };
}

/** Collects the transaction ids that the page's checkout was given, the newest last. */
export function transactionsOf(page: Page): string[] {
  const found: string[] = [];
  page.on('response', (response) => {
    if (response.request().method() !== 'POST' || !response.url().endsWith('/payments')) return;
    void response
      .json()
      .then(({ data }) => found.push(data.attributes.preOrderPaymentData.transactionId as string))
      .catch(() => undefined);
  });
  return found;
}

/** Waits for the thanks and tells which order it is about. */
export async function thanked(page: Page): Promise<string> {
  const thanks = page.getByTestId('thanks');
  await thanks.waitFor();
  return (await thanks.getAttribute('data-order')) ?? '';
}

/** Presses a button as a person does: headless Chromium misses a frame that its own scrolling has just moved. */
export async function press(page: Page, selector: string): Promise<void> {
  const button = page.locator(selector);
  await button.scrollIntoViewIfNeeded();
  await button.click();
}

export async function picture(page: Page, name: string): Promise<void> {
  if (PICTURES !== undefined) await page.screenshot({ path: `${PICTURES}/${name}.png` });
}

const axe = readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Serious and critical findings in every frame that is shown. */
export async function seriousFindings(page: Page): Promise<string[]> {
  const found: string[] = [];
  for (const frame of page.frames()) found.push(...(await findingsIn(frame)));
  return found;
}

async function findingsIn(frame: Frame): Promise<string[]> {
  await frame.evaluate(await axe);
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
