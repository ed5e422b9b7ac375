/** Everything money can do, as a person sees it in the demo shop: the real sandbox, Chromium, one sandbox for all. */
import { mkdir } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { startChromium } from '../simulator/stripe-browser/chromium.js';
import { startSandbox, until, type Sandbox } from '../support/sandbox.js';
import { DESKTOP, findings, PHONE, pressPay } from './page-visit.js';

/** Set to a folder to look at the pages yourself. */
const PICTURES = process.env['PICTURES'];
const WAIT = { timeout: 40_000 };
// A busy machine is slow, not wrong.
vi.setConfig({ testTimeout: 180_000 });
const SLOW_ACCOUNT = 'AT321904300235473204';
/** A mug, a blanket and the shipping, in cents. */
const TOTAL = 11_190;

let sandbox: Sandbox;
let browser: Browser;
let page: Page;
let problems: string[];

beforeAll(async () => {
  [sandbox, browser] = await Promise.all([startSandbox(), startChromium()]);
  await until(async () => {
    const { paymentMethods } = (await (await fetch(`${sandbox.shopUrl}/api/connection`)).json()) as {
      paymentMethods: unknown[];
    };
    return paymentMethods.length > 0;
  });
});
afterEach(async () => {
  expect(problems).toEqual([]);
  await page.context().close();
});
afterAll(async () => {
  await browser?.close();
  await sandbox?.close();
});

const testId = (id: string) => page.getByTestId(id);
/** Waits until the order shows this status; says which one it shows instead. */
async function shows(status: string): Promise<void> {
  const badge = page.locator(`[data-testid=order-status][data-status="${status}"]`);
  await badge.waitFor(WAIT).catch(async (error: unknown) => {
    const shown = await testId('order-status').getAttribute('data-status');
    throw new Error(`The order shows "${shown ?? ''}", not "${status}"`, { cause: error });
  });
}
const states = () => page.locator('[data-testid=line-row]').evaluateAll((rows) => rows.map((row) => row.dataset.state));
const line = (state: string) => page.locator(`[data-testid=line-row][data-state="${state}"]`).first();
const tick = (nth: number) => page.locator('[data-testid=line-row] input').nth(nth).check();
const result = (command: string, outcome: string) =>
  page.locator(`[data-testid=result][data-command=${command}][data-result=${outcome}]`).first().waitFor(WAIT);

/** The balance of an account in the ledger on the page, in cents; waits until it is this. */
async function balance(account: string, minor: number): Promise<void> {
  const cell = page.locator(`[data-account="${account}"][data-balance="${minor}"]`);
  await cell.waitFor(WAIT).catch(async (error: unknown) => {
    const shown = await page.locator(`[data-account="${account}"]`).first().getAttribute('data-balance');
    throw new Error(`${account} has ${shown ?? 'nothing'}, not ${minor}`, { cause: error });
  });
}

async function ledgerBalances(): Promise<void> {
  expect(await testId('ledger-verdict').getAttribute('data-right')).toBe('true');
  expect(await testId('ledger-debits').innerText()).toBe(await testId('ledger-credits').innerText());
}

async function picture(name: string): Promise<void> {
  if (PICTURES === undefined) return;
  await mkdir(PICTURES, { recursive: true });
  await page.screenshot({ path: `${PICTURES}/${name}.png`, fullPage: true });
}

/** What axe finds on the page, and whether it fits on the screen. */
async function isSound(): Promise<void> {
  const found = await findings(page);
  expect(found.filter((finding) => /\((serious|critical)\)/.test(finding))).toEqual([]);
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
}

/** Orders a mug and a blanket, pays with this method and opens the order in the shop. */
async function paid(
  method: 'card' | 'SEPA' | 'Bank transfer' | 'Überweisung',
  { viewport, language }: { viewport: typeof DESKTOP; language: string } = { viewport: DESKTOP, language: 'en' },
): Promise<void> {
  const context = await browser.newContext({ viewport, locale: language === 'de' ? 'de-DE' : 'en-US' });
  page = await context.newPage();
  problems = [];
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (entry) => entry.type() === 'error' && problems.push(entry.text()));
  await page.goto(`${sandbox.shopUrl}/?lang=${language}`);
  await testId('place-order').click();
  await page.locator('#pay:not([disabled])').waitFor(WAIT);
  const form = page.frameLocator('#fields iframe');
  if (method === 'card') await form.locator('#test-card').selectOption('4242424242424242');
  else await form.getByRole('tab', { name: method }).click();
  if (method === 'SEPA') await form.locator('#test-account').selectOption(SLOW_ACCOUNT);
  await pressPay(page);
  // A bank transfer shows its instructions first.
  if (method !== 'card' && method !== 'SEPA') await page.locator('dialog .done').click(WAIT);
  await page.waitForURL(/\/success/, WAIT);
  await testId('to-order').click();
  await page.waitForURL(/\/orders\//, WAIT);
}

describe('items one by one', () => {
  it('a part is captured, a part of that given back, the rest canceled, and the ledger balances', async () => {
    await paid('card');
    await shows('authorized');
    expect(await testId('refund').isDisabled()).toBe(true);
    expect(await page.locator('#obstacle-refund').innerText()).toContain('nothing is captured yet');
    await tick(0);
    await testId('capture').click();
    await shows('partially_captured');
    expect(await states()).toEqual(['captured', 'authorized']);
    await balance('held', TOTAL - 2290);
    await balance('customer', -2290);
    await tick(0);
    await page.fill('#amount', '5');
    await testId('refund').click();
    await line('refunded').waitFor(WAIT);
    await balance('customer', -2290 + 500);
    await testId('cancel').click();
    await line('canceled').waitFor(WAIT);
    expect(await states()).toEqual(['refunded', 'canceled']);
    await balance('held', 0);
    await ledgerBalances();
    await picture('part-en');
    await isSound();
  });

  it('what cannot be done is said in words, and may be sent anyway', async () => {
    await paid('card', { viewport: PHONE, language: 'de' });
    await shows('authorized');
    await page.fill('#amount', 'viel');
    await testId('capture').click();
    expect(await page.locator('.alert').innerText()).toContain('viel');
    problems = problems.filter((problem) => !problem.includes('400'));
    await page.fill('#amount', '999,00');
    await testId('capture').click();
    await result('CapturePayment', 'failed');
    await page.locator('.reason', { hasText: /(more|greater) than/ }).waitFor(WAIT);
    expect(await testId('capture').isEnabled()).toBe(true);
    await page.locator('#anyway summary').click();
    await page.locator('#force-refund').click();
    await result('RefundPayment', 'failed');
    await picture('failed-de');
    await isSound();
  });
});

describe('a bank transfer', () => {
  it('of less is underpaid after the grace period, and complete once the rest arrives', async () => {
    await paid('Bank transfer');
    await testId('send-less').click();
    await shows('processing');
    await balance('customer', -TOTAL / 2);
    await testId('pass-86400').click();
    await shows('underpaid');
    expect(await page.locator('#obstacle-capture').innerText()).toContain('not all of the money');
    await picture('underpaid-en');
    await testId('send-exactly').click();
    await shows('captured');
    await balance('customer', -TOTAL);
    await ledgerBalances();
    await isSound();
  });

  it('of the exact amount is captured', async () => {
    await paid('Überweisung', { viewport: PHONE, language: 'de' });
    await testId('send-exactly').click();
    await shows('captured');
    await balance('customer', -TOTAL);
    await ledgerBalances();
    await picture('transfer-de');
    await isSound();
  });

  it('of more is overpaid, and the surplus goes back', async () => {
    await paid('Bank transfer');
    await testId('send-more').click();
    await shows('overpaid');
    await balance('customer', -(TOTAL + 1119));
    await testId('surplus').waitFor(WAIT);
    await picture('overpaid-en');
    await testId('give-surplus-back').click();
    await result('RefundPayment', 'done');
    await balance('customer', -TOTAL);
    expect(await testId('surplus').count()).toBe(0);
    await ledgerBalances();
  });
});

describe('a delayed debit', () => {
  it('is processing until the bank settles it, and a dispute takes it back', async () => {
    await paid('SEPA');
    await shows('processing');
    await picture('debit-en');
    await testId('outside-debit_settled').click();
    await shows('captured');
    await balance('customer', -TOTAL);
    await ledgerBalances();
    await testId('outside-dispute_opened').click();
    await page.locator('[data-testid=dispute][data-dispute=lost]').waitFor(WAIT);
  });

  it('is no payment when the bank refuses it', async () => {
    await paid('SEPA');
    await shows('processing');
    await testId('outside-debit_refused').click();
    await shows('authorization_failed');
    expect(await testId('capture').isDisabled()).toBe(true);
    expect(await testId('ledger-entry').count()).toBe(0);
  });
});

describe('meanwhile at Stripe', () => {
  it('a person captures and refunds, a card network warns, a dispute is won: the shop follows', async () => {
    await paid('card');
    await shows('authorized');
    await testId('outside-capture').click();
    await shows('captured');
    await testId('outside-fraud_warned').click();
    await testId('outside-dispute_opened').click();
    await testId('outside-dispute_won').click();
    await page.locator('[data-testid=dispute][data-dispute=won]').waitFor(WAIT);
    await page.fill('#outside-refund-amount', '11,90');
    await testId('outside-refund').click();
    await balance('customer', -(TOTAL - 1190));
    await ledgerBalances();
    await picture('stripe-en');
  });

  it('an authorization that expires is canceled at the shop', async () => {
    await paid('card');
    await shows('authorized');
    await testId('outside-expire').click();
    await shows('canceled');
    await balance('held', 0);
  });
});
