/** Paying with other methods than cards through the island and the offline Stripe.js, as a customer would. */
import type { Browser, FrameLocator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startChromium } from './chromium.js';
import { startShopPage, type ShopPage } from './shop-page.js';
import { PUBLISHABLE_KEY, recordConfirms, recordProblems, startTestSimulator } from './test-simulator.js';
import type { Intent, SentConfirm, TestSimulator } from './test-simulator.js';

const AUTOMATIC = { 'automatic_payment_methods[enabled]': 'true' };

let browser: Browser;
let simulator: TestSimulator;
let shop: ShopPage;
let page: Page;
let form: FrameLocator;
let intent: Intent;
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

interface Opening {
  locale?: string;
  params?: Record<string, string>;
  mountData?: Record<string, unknown>;
}

async function open({ locale = 'en', params = AUTOMATIC, mountData = {} }: Opening = {}) {
  intent = await simulator.createIntent(params);
  // High enough for every form: right after scrolling, headless Chromium takes clicks to where the frame was.
  const context = await browser.newContext({ viewport: { width: 360, height: 1100 } });
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: shop.origin });
  page = await context.newPage();
  problems = recordProblems(page);
  confirms = recordConfirms(page);
  const given = { publishableKey: PUBLISHABLE_KEY, clientSecret: intent.client_secret, ...mountData };
  await page.goto(shop.url({ locale, mountData: given }));
  await page.waitForSelector('body[data-ready=yes]');
  form = page.frameLocator('#card iframe');
}

const tab = (name: string) => form.getByRole('tab', { name });
const complete = () => page.getAttribute('body', 'data-complete');
const status = async () => (await simulator.intent(intent.id)).status;
const sent = () => Object.fromEntries(confirms.at(-1)?.body ?? []);

async function outcome(): Promise<{ outcome: string; message?: string; code?: string }> {
  await page.waitForFunction(() => document.getElementById('outcome')?.textContent?.startsWith('{'));
  return JSON.parse((await page.textContent('#outcome')) ?? '') as { outcome: string };
}

async function pay() {
  await page.click('#pay');
  return outcome();
}

describe('the tabs', () => {
  it('show what the intent offers, the card first, and one form at a time', async () => {
    await open({ params: { ...AUTOMATIC, customer: await simulator.createCustomer() } });
    expect(await form.getByRole('tab').allTextContents()).toEqual([
      'Card',
      'PayPal',
      'Klarna',
      'SEPA Direct Debit',
      'iDEAL',
      'Bank transfer',
    ]);
    expect(await form.locator('#number').isVisible()).toBe(true);
    await tab('SEPA').click();
    expect(await form.locator('#number').count()).toBe(0);
    expect(await form.locator('#iban').isVisible()).toBe(true);
    expect(await form.getByRole('tabpanel', { name: 'SEPA Direct Debit' }).isVisible()).toBe(true);
  });

  it.each([
    ['sepa_debit', '#iban'],
    ['card', '#number'],
  ])('are no tabs for %s alone', async (method, field) => {
    await open({ params: { 'allowed_payment_method_types[0]': method } });
    expect(await form.locator('[role=tab]:visible, [role=tabpanel]').count()).toBe(0);
    expect(await form.locator(field).isVisible()).toBe(true);
  });

  it('keep what was typed, and tell the page whether the chosen form is complete', async () => {
    await open();
    await form.locator('#number').fill('4242');
    expect(await complete()).toBe('false');
    await tab('PayPal').click();
    await expect.poll(complete).toBe('true');
    await tab('Card').click();
    await expect.poll(complete).toBe('false');
    expect(await form.locator('#number').inputValue()).toBe('4242');
  });

  it('follow the arrow keys, Home and End, and are one stop for Tab', async () => {
    await open();
    const focused = () => form.locator('body').evaluate(() => document.activeElement?.id);
    const chosen = () => form.locator('[aria-selected=true]').getAttribute('id');
    await page.keyboard.press('Tab');
    for (const [key, target] of [
      ['ArrowRight', 'paypal'],
      ['ArrowLeft', 'card'],
      ['ArrowLeft', 'ideal'],
      ['ArrowRight', 'card'],
      ['End', 'ideal'],
      ['Home', 'card'],
      ['ArrowRight', 'paypal'],
    ] as const) {
      await page.keyboard.press(key);
      expect([await focused(), await chosen()]).toEqual([`tab-${target}`, `tab-${target}`]);
    }
    await page.keyboard.press('Tab');
    expect(await focused()).toBe('panel');
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('pay');
  });
});

describe('SEPA Direct Debit', () => {
  const billing = { name: 'Ada', email: 'ada@shop.example' };

  it('sends IBAN, buyer and agreement, and is processing', async () => {
    await open({ mountData: { billing } });
    await tab('SEPA').click();
    await form.getByLabel('IBAN').pressSequentially('at611904300234573201');
    expect(await form.getByLabel('IBAN').inputValue()).toBe('AT61 1904 3002 3457 3201');
    expect(await form.locator('.note').textContent()).toContain('within eight weeks');
    await expect.poll(complete).toBe('true');
    expect(await pay()).toEqual({ outcome: 'processing' });
    expect(sent()).toEqual({
      client_secret: intent.client_secret,
      return_url: `${shop.origin}/return`,
      use_stripe_sdk: 'true',
      'payment_method_data[type]': 'sepa_debit',
      'payment_method_data[sepa_debit][iban]': 'AT611904300234573201',
      'payment_method_data[billing_details][name]': 'Ada',
      'payment_method_data[billing_details][email]': 'ada@shop.example',
      'mandate_data[customer_acceptance][type]': 'online',
      'mandate_data[customer_acceptance][online][infer_from_client]': 'true',
    });
    await expect.poll(status, { timeout: 10_000 }).toBe('succeeded');
    expect(problems).toEqual([]);
  });

  it('fills in the test account that is chosen, in German, and the bank refuses it later', async () => {
    await open({ locale: 'de' });
    await tab('SEPA-Lastschrift').click();
    await form.getByLabel('Testkonto eintragen').selectOption({ label: '…3202 Scheitert' });
    expect(await form.getByLabel('IBAN').inputValue()).toBe('AT86 1904 3002 3547 3202');
    expect(await form.getByLabel('Name des Kontoinhabers').inputValue()).not.toBe('');
    expect(await pay()).toEqual({ outcome: 'processing' });
    expect(await status()).toBe('processing');
    await expect.poll(status, { timeout: 10_000 }).toBe('requires_payment_method');
  });

  it.each(['AT321904300235473204', 'AT051904300235473205'])('with the slow account %s goes on', async (iban) => {
    await open();
    await tab('SEPA').click();
    await form.getByLabel('Fill in a test account').selectOption(iban);
    expect(await pay()).toEqual({ outcome: 'processing' });
    expect(await status()).toBe('processing');
  });

  it('says what is missing, and sends nothing', async () => {
    await open({ locale: 'de' });
    await tab('SEPA').click();
    expect(await pay()).toMatchObject({ outcome: 'error', code: 'incomplete_iban' });
    const errors = () => form.locator('.error:visible').allTextContents();
    expect(await errors()).toEqual([
      'Die IBAN ist unvollständig.',
      'Bitte geben Sie den Namen an.',
      'Bitte geben Sie die E-Mail-Adresse an.',
    ]);
    expect(await form.locator('#iban').evaluate((input) => input === document.activeElement)).toBe(true);
    await form.locator('#iban').fill('AT611904300234573202');
    await form.locator('#name').fill('Ada');
    await form.locator('#email').fill('ada@');
    expect(await errors()).toEqual(['Diese IBAN ist ungültig.', 'Diese E-Mail-Adresse ist unvollständig.']);
    expect(confirms).toEqual([]);
  });

  it('shows the refusal of an account that is not for tests, and takes another method after it', async () => {
    await open({ mountData: { billing } });
    await tab('SEPA').click();
    await form.locator('#iban').fill('GB33BUKB20201555555555');
    expect((await pay()).outcome).toBe('error');
    expect(await status()).toBe('requires_payment_method');
    await tab('Card').click();
    await form.getByLabel('Fill in a test card').selectOption('4242424242424242');
    expect(await pay()).toEqual({ outcome: 'done' });
  });
});

describe.each([
  { method: 'PayPal', type: 'paypal', note: 'Seite von PayPal' },
  { method: 'iDEAL', type: 'ideal', note: 'Seite von iDEAL' },
  { method: 'Klarna', type: 'klarna', note: 'Seite von Klarna' },
])('$method', ({ method, type, note }) => {
  async function leave() {
    const billing = { email: 'ada@shop.example', country: 'DE' };
    await open({ locale: 'de', mountData: { billing } });
    await tab(method).click();
    expect(await form.locator('.note').textContent()).toContain(note);
    await page.click('#pay');
    await page.waitForURL(`**/_sim/redirect/${type}/*`);
  }

  it.each([
    ['succeed', 'succeeded', 'succeeded'],
    ['fail', 'failed', 'requires_payment_method'],
    ['leave', 'pending', 'requires_action'],
  ])('leads to its own page and back: %s', async (decision, told, after) => {
    await leave();
    expect(await page.getAttribute('html', 'lang')).toBe('de');
    await page.click(`button[value=${decision}]`);
    await page.waitForURL(`${shop.origin}/return?*`);
    const query = new URL(page.url()).searchParams;
    expect([query.get('payment_intent'), query.get('redirect_status')]).toEqual([intent.id, told]);
    expect(await status()).toBe(after);
    expect(sent()['payment_method_data[type]']).toBe(type);
  });
});

describe('Klarna', () => {
  it('asks for email and country when the page does not know them', async () => {
    await open();
    await tab('Klarna').click();
    expect(await pay()).toMatchObject({ outcome: 'error', code: 'incomplete_email' });
    await form.getByLabel('Email').fill('ada@shop.example');
    await form.getByLabel('Country or region').selectOption('AT');
    await page.click('#pay');
    await page.waitForURL('**/_sim/redirect/klarna/*');
    expect(sent()).toMatchObject({
      'payment_method_data[billing_details][email]': 'ada@shop.example',
      'payment_method_data[billing_details][address][country]': 'AT',
    });
  });
});

describe('a bank transfer', () => {
  async function instructed(locale: string, name: string) {
    await open({ locale, params: { ...AUTOMATIC, customer: await simulator.createCustomer() } });
    await tab(name).click();
    await page.click('#pay');
    const dialog = page.getByRole('dialog');
    await dialog.waitFor();
    return dialog;
  }

  it('shows where to send how much, to copy, and is processing once the dialog is closed', async () => {
    const dialog = await instructed('en', 'Bank transfer');
    const told = (await simulator.intent(intent.id)).next_action?.display_bank_transfer_instructions;
    expect(await dialog.locator('.content').evaluate((content) => content.matches(':focus'))).toBe(true);
    const values = await dialog.locator('dd:not(.action)').allTextContents();
    expect(values[0]).toBe('€42.50');
    expect(values[2]?.replaceAll(' ', '')).toBe(told?.financial_addresses[0]?.iban.iban);
    expect(values.at(-1)).toBe(told?.reference);
    const clipboard = () => page.evaluate(() => navigator.clipboard.readText());
    await dialog.getByRole('button', { name: 'Copy: IBAN' }).click();
    expect(await clipboard()).toBe(told?.financial_addresses[0]?.iban.iban);
    await dialog.getByRole('button', { name: 'Copy: Reference' }).click();
    expect(await clipboard()).toBe(told?.reference);
    await dialog.getByRole('button', { name: 'Copy: Amount' }).click();
    expect(await clipboard()).toBe('42.50');
    expect(await dialog.getByRole('status').textContent()).toBe('Copied: Amount');
    await dialog.getByRole('button', { name: 'Done' }).click();
    expect(await outcome()).toEqual({ outcome: 'processing' });
    expect(await page.locator('dialog').count()).toBe(0);
    expect(await status()).toBe('requires_action');
    expect(problems).toEqual([]);
  });

  it.each(['Escape', 'Schließen'])('is processing, too, when the dialog is left with %s', async (way) => {
    const dialog = await instructed('de', 'Überweisung');
    if (way === 'Escape') await page.keyboard.press('Escape');
    else await dialog.getByRole('button', { name: way }).click();
    expect(await outcome()).toEqual({ outcome: 'processing' });
  });

  it('is done when the money was sent from the page of the instructions meanwhile', async () => {
    const dialog = await instructed('de', 'Überweisung');
    const [hosted] = await Promise.all([page.waitForEvent('popup'), dialog.getByRole('link').click()]);
    expect(await hosted.getAttribute('html', 'lang')).toBe('de');
    await hosted.locator('button.yes').click();
    await hosted.getByRole('status').waitFor();
    await dialog.getByRole('button', { name: 'Fertig' }).click();
    expect(await outcome()).toEqual({ outcome: 'done' });
  });
});
