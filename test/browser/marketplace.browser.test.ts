/** The demo shop as a marketplace, as people use it: the real sandbox, Chromium, one story after the other. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { pressPay } from './page-visit.js';
import { DESKTOP, seriousFindings, startShopWorld, WAYS, type ShopWorld } from './shop-visit.js';

/** Set to a folder to look at the pages yourself. */
const PICTURES = process.env['PICTURES'];
const WAIT = { timeout: 40_000 };
// A busy machine is slow, not wrong.
vi.setConfig({ testTimeout: 180_000 });
const JANSEN = 'MER000001';
const WERKSTATT = 'MER000002';
/** A mug, a blanket, a lantern and the shipping, in cents; what the two merchants get of it. */
const TOTAL = 1800 + 8900 + 4900 + 490;
const BLANKET = 8010;
const LANTERN = 4410;

interface Numbers {
  given: number;
  fee: number;
  kept: number;
  commission: number;
  balance: number;
  merchants: { reference: string; has: number; open: number; back: number }[];
}

let world: ShopWorld;
let page: Page;
let problems: string[];
/** The order of the first story, which the others look at. */
let reference: string;

beforeAll(async () => {
  world = await startShopWorld();
  page = await world.open('/connection');
  problems = [];
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (entry) => entry.type() === 'error' && problems.push(entry.text()));
});
afterAll(() => world?.close());

const testId = (id: string) => page.getByTestId(id);
const goTo = (path: string) => page.goto(`${world.sandbox.shopUrl}${path}`);

async function picture(of: Page, name: string): Promise<void> {
  if (PICTURES !== undefined) await of.screenshot({ path: `${PICTURES}/${name}.png`, fullPage: true });
}

/** No serious finding of axe, and nothing wider than the screen. */
async function isSound(of: Page): Promise<void> {
  expect(await seriousFindings(of)).toEqual([]);
  expect(await of.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
}

const card = (merchant: string) => page.locator(`[data-testid=merchant][data-merchant=${merchant}]`);

async function hasStatus(merchant: string, status: string): Promise<void> {
  const shown = page.locator(`[data-testid=merchant][data-merchant=${merchant}][data-status="${status}"]`);
  await shown.waitFor(WAIT).catch(async (error: unknown) => {
    throw new Error(`${merchant} is "${await card(merchant).getAttribute('data-status')}", not "${status}"`, {
      cause: error,
    });
  });
}

/** The merchant goes to the PSP, chooses how it ends there, and is sent back. */
async function onboards(merchant: string, outcome: string): Promise<void> {
  await goTo('/merchants');
  await card(merchant).getByTestId('onboard').and(page.locator(':enabled')).click(WAIT);
  await page.waitForURL(/\/_sim\/connect\/onboarding\//, WAIT);
  await page.locator(`button[name=outcome][value=${outcome}]`).click();
  await page.waitForURL(/\/merchants\?/, WAIT);
}

const numbers = async (): Promise<Numbers> => JSON.parse((await testId('money-numbers').getAttribute('value')) ?? '{}');

/** Waits until the picture tells this of a merchant. */
async function merchantHas(merchant: string, has: number, open: number, back: number): Promise<void> {
  const seen = async () => (await numbers()).merchants?.find((flow) => flow.reference === merchant);
  await vi.waitFor(async () => expect(await seen()).toMatchObject({ has, open, back }), WAIT);
}

async function ledgerIsRight(): Promise<void> {
  expect(await testId('ledger-verdict').getAttribute('data-right')).toBe('true');
}

describe('a marketplace', () => {
  it('is one more configuration: the shop shows who sells, and the app says how merchants begin', async () => {
    expect(await page.locator('nav a', { hasText: 'Merchants' }).count()).toBe(0);
    await testId('marketplace').click();
    expect(await testId('notice').innerText()).toContain('accepted');
    expect(await testId('marketplace-state').innerText()).toContain('is a marketplace');
    await isSound(page);
    await page.locator('nav a', { hasText: 'Merchants' }).click();
    await hasStatus(JANSEN, 'none');
    await hasStatus(WERKSTATT, 'none');
    await card(JANSEN).getByTestId('onboard').and(page.locator(':enabled')).waitFor(WAIT);
    await picture(page, 'merchants-begin-en');
    await isSound(page);
  });

  it('brings its merchants to the PSP and back, and hears how each stands', async () => {
    await onboards(JANSEN, 'leave');
    await hasStatus(JANSEN, 'incomplete');
    await onboards(JANSEN, 'restricted');
    expect(await testId('notice').innerText()).toContain('Deichweberei Jansen came back');
    await hasStatus(JANSEN, 'restricted');
    await onboards(WERKSTATT, 'complete');
    await hasStatus(WERKSTATT, 'completed');
    await picture(page, 'merchants-en');
    await isSound(page);
  });

  it('sells goods of everybody in one order, paid on the hosted page and captured', async () => {
    await goTo('/');
    expect(await page.locator('.product .seller').allInnerTexts()).toContain('Sold by Leuchtturm-Werkstatt');
    await isSound(page);
    await testId('place-order').click();
    await page.locator('#pay:not([disabled])').waitFor(WAIT);
    await page.frameLocator('#fields iframe').locator('#test-card').selectOption('4242424242424242');
    await pressPay(page);
    await page.waitForURL(/\/success/, WAIT);
    await testId('to-order').click();
    await page.waitForURL(/\/orders\//, WAIT);
    reference = /DEMO--\d+/.exec(page.url())?.[0] ?? '';
    await world.shows(page, reference, 'authorized');
    expect(await testId('payout').isDisabled()).toBe(true);
    expect(await testId('money-way').getAttribute('data-stage')).toBe('reserved');
    expect(await numbers()).toMatchObject({ given: TOTAL, balance: 0 });
    await testId('capture').click();
    await world.shows(page, reference, 'captured');
    await merchantHas(JANSEN, 0, BLANKET, 0);
    await merchantHas(WERKSTATT, 0, LANTERN, 0);
    await picture(page, 'order-captured-en');
    await isSound(page);
  });

  it('pays out what can be, says why the rest cannot, and pays that later', async () => {
    await testId('payout').click();
    await testId('share-failure').waitFor(WAIT);
    expect(await testId('share-failure').innerText()).toMatch(/\w+ \w+ \w+/);
    await merchantHas(WERKSTATT, LANTERN, 0, 0);
    await merchantHas(JANSEN, 0, BLANKET, 0);
    await picture(page, 'order-part-en');
    await isSound(page);
    await onboards(JANSEN, 'complete');
    await hasStatus(JANSEN, 'completed');
    await goTo(`/orders/${reference}`);
    await testId('payout').click();
    await merchantHas(JANSEN, BLANKET, 0, 0);
    expect(await testId('share-failure').count()).toBe(0);
    expect(await testId('payout').isDisabled()).toBe(true);
    const { fee, kept, balance, commission } = await numbers();
    expect({ fee: fee > 0, kept, balance, commission }).toEqual({
      fee: true,
      kept: TOTAL - BLANKET - LANTERN - fee,
      balance: TOTAL - BLANKET - LANTERN - fee,
      commission: 890 + 490,
    });
    await ledgerIsRight();
    await picture(page, 'order-paid-en');
  });

  it('takes one payout back and pays it again, and the picture keeps up', async () => {
    await page.locator('[data-testid=share]', { hasText: 'lantern' }).waitFor();
    await page.locator('button[data-testid=reverse-one][aria-label*="lantern"]').click();
    await merchantHas(WERKSTATT, 0, LANTERN, LANTERN);
    await merchantHas(JANSEN, BLANKET, 0, 0);
    await ledgerIsRight();
    await picture(page, 'order-reversed-en');
    await isSound(page);
    await testId('payout').click();
    await merchantHas(WERKSTATT, LANTERN, 0, LANTERN);
    await ledgerIsRight();
    await picture(page, 'order-again-en');
    expect(problems).toEqual([]);
  });
});

describe('a disconnect', () => {
  it('asks back because of the merchants, and stays when the answer is no', async () => {
    await goTo('/connection');
    await testId('disconnect').click();
    await testId('dialogue').waitFor(WAIT);
    expect(await testId('dialogue').innerText()).toMatch(/merchant/i);
    await testId('dialogue-cancel').click();
    await page.locator('.alert').waitFor(WAIT);
    await goTo('/merchants');
    await hasStatus(JANSEN, 'completed');
  });
});

describe.each(WAYS)('on a $name', (way) => {
  it.each(['/merchants', '/', '/connection', '/headless'])('%s is sound', async (path) => {
    const other = await world.open(path, way);
    expect(await other.locator('html').getAttribute('lang')).toBe(way.language);
    // Colors on their way from one to another are none that stay.
    await other.emulateMedia({ reducedMotion: 'reduce' });
    await picture(other, `${path.slice(1) || 'home'}-${way.language}-${way.viewport.width}`);
    await isSound(other);
    await other.context().close();
  });

  it('the order is sound, and the picture is told in words', async () => {
    const other = await world.open(`/orders/${reference}`, way);
    const shown = other.locator('.money svg:visible');
    expect(await shown.count()).toBe(1);
    expect(await shown.getAttribute('class')).toBe(way === DESKTOP ? 'money-lying' : 'money-standing');
    const words = await other.locator('.money li').allInnerTexts();
    expect(words.join()).toContain(way.language === 'de' ? 'zurückgeholt' : 'taken back');
    // No word is cut off by the end of its box.
    const overflowing = await shown.evaluate((svg) =>
      [...svg.querySelectorAll('.box')].flatMap((box) => {
        const edge = box.querySelector('rect')!.getBoundingClientRect().right;
        return [...box.querySelectorAll('text')]
          .filter((text) => text.getBoundingClientRect().right > edge)
          .map(({ textContent }) => textContent);
      }),
    );
    expect(overflowing).toEqual([]);
    await picture(other, `order-${way.language}-${way.viewport.width}`);
    await isSound(other);
    await other.context().close();
  });
});
