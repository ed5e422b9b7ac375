/** Wallets in the demo shop, as a person uses them: address and shipping change the sum, the wallet says who buys. */
import type { FrameLocator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  DESKTOP, picture, seriousFindings, startShopWorld, thanked, transactionsOf, WAYS, type ShopWorld,
} from './shop-visit.js'; // prettier-ignore

const LANTERN = 4900;
const EXPRESS = 1290;
const ABROAD = 700;

let world: ShopWorld;
let page: Page;
let transactions: string[];
beforeAll(async () => {
  world = await startShopWorld();
});
afterEach(() => page.context().close());
afterAll(() => world?.close());

const wallets = () => page.frameLocator('#wallets iframe');
const sheet = (): FrameLocator => page.frameLocator('dialog iframe');
const agree = () => sheet().locator('button.pay').click();

async function openSheet(way = DESKTOP, wallet = 'google_pay'): Promise<void> {
  page = await world.open('/express', way);
  transactions = transactionsOf(page);
  await wallets().locator(`button.${wallet}`).click();
  await sheet().locator('button.pay').waitFor();
}

/** The sheet shows the sum, as cents apart from the rest. */
async function shows(minor: number): Promise<void> {
  const [whole, cents] = [Math.floor(minor / 100), String(minor % 100).padStart(2, '0')];
  await sheet()
    .locator('button.pay', { hasText: new RegExp(`${whole}[.,]${cents}`) })
    .waitFor();
}

describe.each(WAYS)('on a $name', (way) => {
  it('another address and another way of sending change the sum; the order goes where the wallet said', async () => {
    await openSheet(way);
    await shows(LANTERN + 490);
    await sheet().locator('#contact-1').check();
    await shows(LANTERN + 490 + ABROAD);
    expect(await sheet().locator('#rate-pickup').count()).toBe(0);
    await sheet().locator('#rate-express').check();
    await shows(LANTERN + EXPRESS + ABROAD);
    await picture(page, `express-sheet-${way.language}`);
    await agree();
    const reference = await thanked(page);
    const thanks = await page.getByTestId('thanks').innerText();
    expect(thanks).toContain('Ada Berger');
    expect(thanks).toContain('1010 Wien');
    expect(thanks).toMatch(/[\w.]+@example\.com/);
    await picture(page, `express-thanks-${way.language}`);
    expect(await seriousFindings(page)).toEqual([]);
    await world.shows(page, reference, 'authorized');
    const { grandTotal, paymentReference } = await world.order(reference);
    expect(grandTotal).toBe(LANTERN + EXPRESS + ABROAD);
    expect(await world.atStripe(paymentReference ?? '')).toMatchObject({
      status: 'requires_capture',
      amount: grandTotal,
    });
    await page.getByTestId('capture').click();
    await world.shows(page, reference, 'captured');
  });

  it('a sheet that is closed is no payment and no order', async () => {
    const before = await world.orders();
    await openSheet(way);
    await page.locator('dialog header button').click();
    await page.locator('#notice:not([hidden])').waitFor();
    await picture(page, `express-closed-${way.language}`);
    expect(await seriousFindings(page)).toEqual([]);
    expect([await world.orders(), transactions]).toEqual([before, []]);
    await wallets().locator('button.apple_pay').click();
    await agree();
    await world.shows(page, await thanked(page), 'authorized');
  });
});

describe('in the sheet', () => {
  it('a decline is told, and the same order is paid at the next try', async () => {
    const before = await world.orders();
    await openSheet();
    await sheet().locator('#outcome').selectOption('decline');
    await agree();
    await sheet().locator('.alert:not([hidden])').waitFor();
    expect((await page.locator('#problem').innerText()).length).toBeGreaterThan(10);
    await sheet().locator('#outcome').selectOption('approve');
    await agree();
    const reference = await thanked(page);
    await world.shows(page, reference, 'authorized');
    expect(await world.orders()).toEqual([...before, reference]);
    expect(new Set(transactions).size).toBe(1);
  });

  it('one more check of the bank is passed', async () => {
    await openSheet();
    await sheet().locator('#outcome').selectOption('challenge');
    await agree();
    await page.frameLocator('dialog iframe').locator('button[value=succeed]').click();
    await world.shows(page, await thanked(page), 'authorized');
  });

  it('the cart beside the buttons counts', async () => {
    page = await world.open('/express');
    await wallets().locator('button.google_pay').waitFor();
    // The page asks for the price of the first cart too, before or after we begin to listen.
    const changed = page.waitForResponse(
      (response) => response.request().postData()?.includes('"quantity.mug":"1"') ?? false,
    );
    await page.locator('[data-step="1"][data-for="quantity.mug"]').click();
    await changed;
    await wallets().locator('button.google_pay').click();
    await shows(LANTERN + 1800 + 490);
    await agree();
    expect((await world.order(await thanked(page))).grandTotal).toBe(LANTERN + 1800 + 490);
  });
});

describe('a sum that is changed on the way', () => {
  it('is refused by the app, told in its words, and nothing is taken', async () => {
    await openSheet();
    await page.route(`${world.sandbox.url}/payments`, async (route) => {
      const body = route.request().postDataJSON();
      if (route.request().method() === 'POST') body.data.attributes.payment.amount = 100;
      await route.continue({ postData: JSON.stringify(body) });
    });
    await agree();
    const problem = page.locator('#problem:not([hidden])');
    await problem.waitFor({ state: 'attached' });
    expect(await problem.textContent()).toContain('1.00 EUR');
    expect(await page.getByTestId('thanks').isHidden()).toBe(true);
    expect(await world.atStripe(transactions.at(-1)!)).toMatchObject({ status: 'requires_payment_method' });
  });
});

describe('PayPal', () => {
  it('is agreed to in its own sheet', async () => {
    await openSheet(DESKTOP, 'paypal');
    await agree();
    await world.shows(page, await thanked(page), 'authorized');
  });
});
