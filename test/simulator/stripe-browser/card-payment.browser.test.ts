/** Paying by card through the island and the offline Stripe.js, as a customer would: typing, choosing, clicking. */
import type { Browser, FrameLocator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startChromium } from './chromium.js';
import { startShopPage, type ShopPage } from './shop-page.js';
import {
  PUBLISHABLE_KEY,
  recordConfirms,
  recordProblems,
  startTestSimulator,
  type SentConfirm,
  type TestSimulator,
} from './test-simulator.js';

let browser: Browser;
let simulator: TestSimulator;
let shop: ShopPage;
let page: Page;
let problems: string[];
let confirms: SentConfirm[];

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

async function open(locale = 'en', mountData: Record<string, unknown> = {}) {
  const intent = await simulator.createIntent();
  page = await (await browser.newContext({ viewport: { width: 360, height: 760 } })).newPage();
  problems = recordProblems(page);
  confirms = recordConfirms(page);
  const data = { publishableKey: PUBLISHABLE_KEY, clientSecret: intent.client_secret, ...mountData };
  await page.goto(shop.url({ locale, mountData: data }));
  await page.waitForSelector('body[data-ready=yes]');
  return { intent, card: page.frameLocator('#card iframe') };
}

async function fill(card: FrameLocator, number: string) {
  await card.locator('#number').fill('');
  await card.locator('#number').pressSequentially(number);
  await card.locator('#expiry').fill('12 / 44');
  await card.locator('#cvc').fill('123');
  await card.locator('#country').selectOption('DE');
  await card.locator('#postalCode').fill('10115');
}

async function pay(): Promise<{ outcome: string; message?: string; code?: string }> {
  await page.click('#pay');
  return outcome();
}

async function outcome(): Promise<{ outcome: string; message?: string; code?: string }> {
  await page.waitForFunction(() => document.getElementById('outcome')?.textContent?.startsWith('{'));
  return JSON.parse((await page.textContent('#outcome')) ?? '') as { outcome: string };
}

const bank = () => page.frameLocator('dialog iframe');

describe('paying by card', () => {
  it('succeeds with 4242 and keeps the number out of the page', async () => {
    const accountId = await simulator.account();
    const { intent, card } = await open('en', { accountId, billing: { name: 'Ada', email: 'a@b.example' } });
    const seen: string[] = [];
    page.on('request', (request) => {
      if (request.frame() === page.mainFrame()) seen.push(`${request.url()} ${request.postData() ?? ''}`);
    });
    await fill(card, '4242424242424242');
    expect(await card.locator('#number').inputValue()).toBe('4242 4242 4242 4242');
    expect(await page.getAttribute('body', 'data-complete')).toBe('true');
    expect(await pay()).toEqual({ outcome: 'done' });
    const body = Object.fromEntries(confirms[0]?.body ?? []);
    expect(body).toEqual({
      client_secret: intent.client_secret,
      return_url: `${shop.origin}/return`,
      use_stripe_sdk: 'true',
      'payment_method_data[type]': 'card',
      'payment_method_data[card][number]': '4242424242424242',
      'payment_method_data[card][exp_month]': '12',
      'payment_method_data[card][exp_year]': '2044',
      'payment_method_data[card][cvc]': '123',
      'payment_method_data[billing_details][name]': 'Ada',
      'payment_method_data[billing_details][email]': 'a@b.example',
      'payment_method_data[billing_details][address][country]': 'DE',
      'payment_method_data[billing_details][address][postal_code]': '10115',
    });
    expect(confirms.map(({ account }) => account)).toEqual([accountId]);
    expect(seen.join('\n')).not.toContain('4242');
    expect(problems).toEqual([]);
  });

  it('shows a decline and takes another card afterwards', async () => {
    const { intent, card } = await open();
    await fill(card, '4000000000009995');
    const declined = await pay();
    expect(declined).toMatchObject({ outcome: 'error', code: 'insufficient_funds' });
    expect(declined.message).toContain('not enough money');
    await fill(card, '4242424242424242');
    expect(await pay()).toEqual({ outcome: 'done' });
    expect((await simulator.intent(intent.id)).status).toBe('succeeded');
  });

  it('does not send a card twice when the button is pressed twice', async () => {
    const { card } = await open();
    await fill(card, '4242424242424242');
    await page.evaluate(() => {
      const { island } = window as unknown as { island: { submit(): Promise<unknown> } };
      return Promise.all([island.submit(), island.submit()]);
    });
    expect(confirms.length).toBe(1);
  });

  it('fills in the test card that is chosen from the menu', async () => {
    const { card } = await open('de');
    await card.getByLabel('Testkarte eintragen').selectOption('378282246310005');
    expect(await card.locator('#number').inputValue()).toBe('3782 822463 10005');
    expect(await card.locator('#cvc').inputValue()).toBe('1234');
    expect(await card.locator('.brand').textContent()).toBe('Amex');
    expect(await pay()).toEqual({ outcome: 'done' });
  });

  it('tells the page that a payment made in another tab is done', async () => {
    const { intent, card } = await open();
    await fill(card, '4242424242424242');
    await simulator.confirm(intent.id, 'pm_card_visa');
    expect(await pay()).toEqual({ outcome: 'done' });
  });
});

describe('3-D Secure', () => {
  it('pays when the customer approves', async () => {
    const { card } = await open();
    await fill(card, '4000002760003184');
    await page.click('#pay');
    await bank().locator('button[value=succeed]').click();
    expect(await outcome()).toEqual({ outcome: 'done' });
    expect(await page.locator('dialog').count()).toBe(0);
    expect(problems).toEqual([]);
  });

  it('is an error when the customer refuses, and another try may succeed', async () => {
    const { card } = await open('de');
    await fill(card, '4000002760003184');
    await page.click('#pay');
    await bank().locator('button[value=fail]').click();
    const refused = await outcome();
    expect(refused).toMatchObject({ outcome: 'error', code: 'payment_intent_authentication_failure' });
    expect(refused.message).toContain('Prüfung durch Ihre Bank');
    await card.locator('#number').fill('4242424242424242');
    expect(await pay()).toEqual({ outcome: 'done' });
  });

  it.each(['Escape', 'Escape in the frame', 'button'])(
    'counts as failed when the dialog is closed by %s',
    async (way) => {
      const { intent, card } = await open();
      await fill(card, '4000002760003184');
      await page.click('#pay');
      await bank().locator('button[value=fail]').waitFor();
      const close = page.getByRole('button', { name: 'Close and cancel the check' });
      if (way === 'button') await close.click();
      else {
        if (way === 'Escape') await close.focus();
        else await bank().locator('button[value=fail]').focus();
        await page.keyboard.press('Escape');
      }
      expect(await outcome()).toMatchObject({ outcome: 'error', code: 'payment_intent_authentication_failure' });
      expect((await simulator.intent(intent.id)).status).toBe('requires_payment_method');
    },
  );

  it('ignores a decision that another window claims', async () => {
    const { card } = await open();
    await fill(card, '4000002760003184');
    await page.click('#pay');
    await bank().locator('button[value=succeed]').waitFor();
    const frame = await page.locator('dialog iframe').getAttribute('src');
    const attempt = new URL(frame ?? '').pathname.split('/').pop();
    await page.evaluate((attempt) => {
      for (const outcome of ['succeed', 'fail'])
        window.postMessage({ type: 'quittance-sim-3ds', attempt, outcome }, '*');
    }, attempt);
    await page.waitForTimeout(200);
    expect(await page.locator('dialog[open]').count()).toBe(1);
  });
});

describe('the card form', () => {
  it('says in German what is missing and moves the focus there', async () => {
    const { card } = await open('de');
    expect(await pay()).toEqual({
      outcome: 'error',
      code: 'incomplete_number',
      message: 'Die Kartennummer ist unvollständig.',
    });
    expect(await card.locator('.error:visible').allTextContents()).toEqual([
      'Die Kartennummer ist unvollständig.',
      'Das Ablaufdatum ist unvollständig.',
      'Die Prüfnummer ist unvollständig.',
      'Bitte wählen Sie ein Land.',
      'Die Postleitzahl ist unvollständig.',
    ]);
    expect(await card.locator('#number').evaluate((input) => input === document.activeElement)).toBe(true);
    await fill(card, '4242424242424241');
    await card.locator('#expiry').fill('01/20');
    expect(await card.locator('.error:visible').allTextContents()).toEqual([
      'Diese Kartennummer ist ungültig.',
      'Die Karte ist abgelaufen: Das Datum liegt in der Vergangenheit.',
    ]);
    expect(await card.locator('#number').getAttribute('aria-invalid')).toBe('true');
    expect(confirms).toEqual([]);
  });

  it('keeps the caret behind the same digit when a number is corrected', async () => {
    const { card } = await open();
    const number = card.locator('#number');
    await number.pressSequentially('4242424242424242');
    for (let step = 0; step < 10; step += 1) await number.press('ArrowLeft');
    await number.press('Backspace');
    await number.press('Backspace');
    await number.pressSequentially('99');
    expect(await number.inputValue()).toBe('4242 4299 4242 4242');
    await number.press('End');
    await number.press('Backspace');
    expect(await number.inputValue()).toBe('4242 4299 4242 424');
  });

  it('grows with its errors and never scrolls inside', async () => {
    const { card } = await open();
    const height = () => page.locator('#card iframe').evaluate((frame) => frame.clientHeight);
    const before = await height();
    await pay();
    await expect.poll(height).toBeGreaterThan(before + 60);
    const { inner, scroll } = await card.locator('html').evaluate((root) => {
      return { inner: root.clientHeight, scroll: root.scrollHeight };
    });
    expect(scroll).toBeLessThanOrEqual(inner);
  });

  it('takes the primary colour of the appearance', async () => {
    const { card } = await open('en', { appearance: { theme: 'stripe', variables: { colorPrimary: '#aa0055' } } });
    await card.locator('#number').focus();
    expect(await card.locator('#number').evaluate((input) => getComputedStyle(input).outlineColor)).toBe(
      'rgb(170, 0, 85)',
    );
  });

  it('is no form at all for a finished payment', async () => {
    const intent = await simulator.createIntent();
    await simulator.cancel(intent.id);
    page = await browser.newPage();
    const mountData = { publishableKey: PUBLISHABLE_KEY, clientSecret: intent.client_secret };
    await page.goto(shop.url({ mountData }));
    await page.waitForFunction(() => document.getElementById('outcome')?.textContent !== '');
    expect(await page.textContent('#outcome')).toBe('failed payment_intent_unexpected_state');
  });
});
