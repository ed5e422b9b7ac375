/** Stripe's fields in the shop's own checkout, as a person uses them: the real sandbox, the demo shop, Chromium. */
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../support/sandbox.js';
import {
  DESKTOP, picture, press, seriousFindings, startShopWorld, thanked, transactionsOf, WAYS, type ShopWorld,
} from './shop-visit.js'; // prettier-ignore

const PAID = '4242424242424242';
const CHALLENGED = '4000002760003184';
const DECLINED = '4000000000000002';
/** Its debits are settled when somebody says so. */
const SLOW_ACCOUNT = 'AT321904300235473204';
const MUG = 1800;
const EXAMPLE_TOTAL = 11_190;

let world: ShopWorld;
let page: Page;
let transactions: string[];
beforeAll(async () => {
  world = await startShopWorld();
});
afterEach(() => page.context().close());
afterAll(() => world?.close());

const fields = () => page.frameLocator('#payment iframe');
const problem = () => page.locator('#problem:not([hidden])');

async function checkout(way = DESKTOP): Promise<void> {
  page = await world.open('/headless', way);
  transactions = transactionsOf(page);
  await ready();
}

const ready = () => page.locator('#pay:not([disabled])').waitFor();

/** One mug more, and the payment has followed. */
async function oneMore(): Promise<void> {
  const followed = page.waitForResponse((response) => response.url().endsWith('/payments'));
  await page.locator('[data-step="1"][data-for="quantity.mug"]').click();
  await followed;
}

async function pay(card: string): Promise<void> {
  await fields().locator('#test-card').selectOption(card);
  await press(page, '#pay');
}

async function authorizedOnce(reference: string): Promise<void> {
  await world.shows(page, reference, 'authorized');
  const { messages } = await world.order(reference);
  expect(messages.filter(({ name }) => name === 'PaymentAuthorized')).toHaveLength(1);
}

describe.each(WAYS)('on a $name', (way) => {
  it('the cart changes, what is paid is its last sum, and the order is captured', async () => {
    await checkout(way);
    await oneMore();
    expect(await seriousFindings(page)).toEqual([]);
    await fields().locator('#test-card').selectOption(PAID);
    await picture(page, `headless-${way.language}`);
    await press(page, '#pay');
    const reference = await thanked(page);
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('thanks');
    await picture(page, `headless-thanks-${way.language}`);
    expect(await seriousFindings(page)).toEqual([]);
    await authorizedOnce(reference);
    const { grandTotal, paymentReference } = await world.order(reference);
    expect(grandTotal).toBe(EXAMPLE_TOTAL + MUG);
    expect(await world.atStripe(paymentReference ?? '')).toMatchObject({
      status: 'requires_capture',
      amount: grandTotal,
    });
    await page.getByTestId('capture').click();
    await world.shows(page, reference, 'captured');
  });

  it('a 3-D Secure card is asked for and pays', async () => {
    await checkout(way);
    await pay(CHALLENGED);
    await page.frameLocator('dialog iframe').locator('button[value=succeed]').click();
    await authorizedOnce(await thanked(page));
  });

  it('after a decline the customer reads why and pays with another card', async () => {
    await checkout(way);
    await pay(DECLINED);
    await problem().waitFor();
    expect((await problem().innerText()).length).toBeGreaterThan(10);
    await picture(page, `headless-declined-${way.language}`);
    expect(await seriousFindings(page)).toEqual([]);
    await ready();
    await pay(PAID);
    await authorizedOnce(await thanked(page));
  });

  it('whoever gives up has no payment and no order', async () => {
    const before = await world.orders();
    await checkout(way);
    await press(page, '#leave');
    await page.getByTestId('left').waitFor();
    await picture(page, `headless-left-${way.language}`);
    expect(await seriousFindings(page)).toEqual([]);
    expect(await world.atStripe(transactions.at(-1)!)).toMatchObject({ status: 'canceled' });
    expect(await world.orders()).toEqual(before);
  });
});

describe('between the money and the order', () => {
  it('webhooks that come before the order wait for it, and it is authorized once', async () => {
    await checkout();
    let letThrough = () => {};
    const held = new Promise<void>((resolve) => (letThrough = resolve));
    await page.route('**/checkout/orders', async (route) => {
      await held;
      await route.continue();
    });
    const before = heardOf('payment_intent.amount_capturable_updated');
    await pay(PAID);
    // The app has heard of the money and nobody has told it of an order.
    await until(async () => heardOf('payment_intent.amount_capturable_updated') > before);
    expect(await world.atStripe(transactions.at(-1)!)).toMatchObject({ status: 'requires_capture' });
    letThrough();
    await authorizedOnce(await thanked(page));
  });

  const heardOf = (type: string): number =>
    world.sandbox
      .output()
      .split('\n')
      .filter((line) => line.includes('"webhook received"') && line.includes(type)).length;

  it('a customer who changes the amount on the way gains nothing: refused, told, released', async () => {
    await checkout();
    await page.route(`${world.sandbox.url}/payments`, async (route) => {
      const body = route.request().postDataJSON();
      if (route.request().method() === 'POST') body.data.attributes.payment.amount = 100;
      await route.continue({ postData: JSON.stringify(body) });
    });
    await oneMore();
    const cheap = transactions.at(-1)!;
    await pay(PAID);
    await problem().waitFor();
    expect(await page.getByTestId('thanks').isHidden()).toBe(true);
    expect(await world.atStripe(cheap)).toMatchObject({ status: 'canceled', amount: 100 });
    const reference = (await world.orders()).at(-1)!;
    const { status, grandTotal } = await world.order(reference);
    expect([status, grandTotal]).toEqual(['new', EXAMPLE_TOTAL + MUG]);
    await picture(page, 'headless-refused');
    await page.unroute(`${world.sandbox.url}/payments`);
    await ready();
    await oneMore();
    await pay(PAID);
    await authorizedOnce(await thanked(page));
  });

  it('two clicks, and the order told twice, are one payment and one order', async () => {
    await checkout();
    const sent: string[] = [];
    page.on('request', (request) => {
      if (request.url().endsWith('/checkout/orders')) sent.push(request.postData() ?? '');
    });
    await fields().locator('#test-card').selectOption(PAID);
    await page.locator('#pay').scrollIntoViewIfNeeded();
    await page.locator('#pay').dblclick();
    const reference = await thanked(page);
    const before = await world.orders();
    const again = await page.request.post(`${world.sandbox.shopUrl}/checkout/orders`, {
      data: sent[0]!,
      headers: { 'content-type': 'application/json' },
    });
    expect([again.status(), (await again.json()).orderReference]).toEqual([201, reference]);
    expect(await world.orders()).toEqual(before);
    expect(sent).toHaveLength(1);
    await authorizedOnce(reference);
  });

  it('a debit that the bank still works on has its order at once, and is captured when it is done', async () => {
    await checkout();
    await fields().getByRole('tab', { name: 'SEPA' }).click();
    await fields().locator('#test-account').selectOption(SLOW_ACCOUNT);
    await press(page, '#pay');
    const reference = await thanked(page);
    await world.shows(page, reference, 'processing');
    await page.getByTestId('outside-debit_settled').click();
    await world.shows(page, reference, 'captured');
  });

  it('a bank transfer has its order before the money', async () => {
    await checkout();
    await fields().getByRole('tab', { name: 'Bank transfer' }).click();
    await press(page, '#pay');
    await page.locator('dialog .done').click();
    const reference = await thanked(page);
    await picture(page, 'headless-transfer');
    await world.shows(page, reference, 'processing');
    await until(async () => (await world.order(reference)).paymentReference === transactions.at(-1));
  });

  it('a method that leaves the page comes back to the order', async () => {
    await checkout();
    await oneMore();
    await fields().getByRole('tab', { name: 'PayPal' }).click();
    await press(page, '#pay');
    await page.waitForURL('**/_sim/redirect/paypal/*');
    await page.locator('button[value=succeed]').click();
    const reference = await thanked(page);
    expect(page.url()).not.toContain('client_secret');
    expect((await world.order(reference)).grandTotal).toBe(EXAMPLE_TOTAL + MUG);
    await authorizedOnce(reference);
  });

  it('whoever gives up at the other site goes on in the shop', async () => {
    await checkout();
    await fields().getByRole('tab', { name: 'PayPal' }).click();
    await press(page, '#pay');
    await page.locator('button[value=fail]').click();
    await problem().waitFor();
    await ready();
    await pay(PAID);
    await authorizedOnce(await thanked(page));
  });
});

describe('the example of docs/headless.md', () => {
  it('pays what the cart costs at the end', async () => {
    page = await world.open('/examples/headless.html');
    const problems: string[] = [];
    page.on('console', (line) => line.type() === 'error' && problems.push(line.text()));
    await ready();
    await page.locator('#more').click();
    await pay(PAID);
    await page.locator('#words', { hasText: 'DEMO--' }).waitFor();
    const reference = (await page.locator('#words').innerText()).replace('paid: ', '');
    expect((await world.order(reference)).grandTotal).toBe(2 * MUG + 490);
    expect(problems).toEqual([]);
    await authorizedOnce(reference);
  });
});
