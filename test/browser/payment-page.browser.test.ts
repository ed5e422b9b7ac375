/** The payment page in Chromium: paying by card with simulated Stripe, in both languages, on a desktop and a phone. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TestShop } from '../support/app.js';
import {
  DESKTOP,
  fillCard,
  findings,
  PHONE,
  picture,
  ready,
  startWorld,
  visit,
  type Visit,
  type World,
  pressPay,
} from './page-visit.js';

const SUCCESS = 'https://shop.example/de/payment/order-success';
const CANCEL = 'https://shop.example/de/payment/order-cancel';

let world: World;
let shop: TestShop;
let now: Visit;

beforeAll(async () => {
  world = await startWorld();
  shop = await world.stripeShop();
});
afterAll(() => world?.close());

async function open(order: Record<string, unknown> = {}, context = {}): Promise<Visit> {
  now = await visit(world, shop, { localeName: 'en_US', ...order }, context);
  await now.page.goto(now.url);
  return now;
}

const alertOf = ({ page }: Visit) =>
  page.waitForFunction(() => {
    const alert = document.getElementById('alert');
    return (
      alert !== null &&
      !alert.hidden &&
      document.activeElement === alert &&
      (alert.textContent ?? '').length > 10 &&
      alert.textContent
    );
  });

describe('paying by card', () => {
  test('4242 leads to the shop, and the shop hears that the payment is authorized', async () => {
    const seen = await open();
    await ready(seen);
    await fillCard(seen.card, '4242424242424242');
    await pressPay(seen.page);
    await seen.page.waitForURL(SUCCESS);
    const told = await shop.until('PaymentAuthorized', seen.orderReference);
    expect(
      told.filter(
        ({ name, payload }) => name === 'PaymentAuthorized' && payload.orderReference === seen.orderReference,
      ),
    ).toHaveLength(1);
    expect(seen.problems).toEqual([]);
    await seen.page.goBack();
    await seen.page.waitForSelector('text=Thank you, your payment was received');
    expect(await seen.page.locator('form').count()).toBe(0);
    await seen.page.context().close();
  });

  test('a declined card says so, takes the focus, and another card is accepted', async () => {
    const seen = await open();
    await ready(seen);
    await fillCard(seen.card, '4000000000000002');
    await pressPay(seen.page);
    await alertOf(seen);
    await picture(seen.page, 'declined-en-desktop');
    await fillCard(seen.card, '4242424242424242');
    await pressPay(seen.page);
    await seen.page.waitForURL(SUCCESS);
    await seen.page.context().close();
  });

  test('3-D Secure: refused by the bank is no payment, approved is one', async () => {
    const seen = await open();
    await ready(seen);
    await fillCard(seen.card, '4000002760003184');
    const bank = seen.page.frameLocator('dialog iframe');
    await pressPay(seen.page);
    await bank.locator('.no').click();
    await alertOf(seen);
    await fillCard(seen.card, '4000002760003184');
    await pressPay(seen.page);
    await bank.locator('.yes').click();
    await seen.page.waitForURL(SUCCESS);
    expect(seen.problems).toEqual([]);
    await seen.page.context().close();
  });

  test('two clicks are one payment', async () => {
    const seen = await open();
    await ready(seen);
    await fillCard(seen.card, '4242424242424242');
    const attempts: string[] = [];
    seen.page.on('request', (request) => request.url().endsWith('/confirm') && attempts.push(request.url()));
    await seen.page.evaluate(() => {
      const form = document.getElementById('payment-form') as HTMLFormElement;
      form.requestSubmit();
      form.requestSubmit();
    });
    await seen.page.waitForURL(SUCCESS);
    expect(attempts).toHaveLength(1);
    await seen.page.context().close();
  });

  test('a second tab does not show a form when the first has paid', async () => {
    const seen = await open();
    await ready(seen);
    const second = await seen.page.context().newPage();
    await second.goto(seen.url);
    await second.waitForSelector('#pay:not([disabled])');
    await fillCard(seen.card, '4242424242424242');
    await pressPay(seen.page);
    await seen.page.waitForURL(SUCCESS);
    await pressPay(second);
    await second.waitForURL(SUCCESS);
    await seen.page.context().close();
  });

  test('canceling leads to the shop’s cancel page', async () => {
    const seen = await open();
    await seen.page.click('text=Cancel and return to the shop');
    await seen.page.waitForURL(CANCEL);
    await seen.page.context().close();
  });
});

describe('when scripts do not come', () => {
  test('a blocked script of the PSP is explained, and trying again works', async () => {
    now = await visit(world, shop, { localeName: 'en_US' });
    const { page } = now;
    await page.route('**/endive/stripe.js', (route) => route.abort());
    await page.goto(now.url);
    await alertOf(now);
    expect(await page.textContent('#alert')).toContain('could not be loaded');
    await picture(page, 'blocked-en-desktop');
    await page.unroute('**/endive/stripe.js');
    await page.click('#retry');
    await ready(now);
    await page.context().close();
  });

  test('without JavaScript the page says what is needed', async () => {
    now = await visit(world, shop, { localeName: 'en_US' }, { javaScriptEnabled: false });
    await now.page.goto(now.url);
    expect(await now.page.textContent('noscript')).toContain('JavaScript');
    await now.page.context().close();
  });
});

describe('what everybody can use', () => {
  const ways = [
    { language: 'en', localeName: 'en_US', button: 'Pay €42.50' },
    { language: 'de', localeName: 'de_DE', button: '42,50 € bezahlen' },
  ];
  for (const { language, localeName, button } of ways) {
    for (const [size, viewport] of Object.entries({ desktop: DESKTOP, phone: PHONE })) {
      test(`the form in ${language} on a ${size} has no findings and fits`, async () => {
        const items = [
          { idSalesOrderItem: 1, name: 'Canon IXUS 160 Silver', sku: '001', quantity: 1, unitPrice: 2490 },
          { idSalesOrderItem: 2, name: 'Memory card 64 GB', sku: '002', quantity: 2, unitPrice: 680 },
        ];
        const expenses = [{ name: 'Standard shipping', type: 'SHIPMENT', quantity: 1, unitPrice: 600 }];
        const order = { localeName, grandTotal: 4250, items, expenses, discountTotal: 200, taxTotal: 679 };
        const seen = await open(order, { viewport });
        await ready(seen);
        expect(await seen.page.getAttribute('html', 'lang')).toBe(language);
        expect((await seen.page.textContent('#pay'))?.replaceAll('\u00a0', ' ')).toBe(button);
        expect(await findings(seen.page)).toEqual([]);
        expect(await seen.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
        await picture(seen.page, `payable-${language}-${size}`);
        expect(seen.problems).toEqual([]);
        await seen.page.context().close();
      });
    }
  }

  test('the notices have no findings', async () => {
    const seen = await open({}, { viewport: PHONE });
    await ready(seen);
    await fillCard(seen.card, '4242424242424242');
    await pressPay(seen.page);
    await seen.page.waitForURL(SUCCESS);
    await seen.page.goto(seen.url);
    expect(await findings(seen.page)).toEqual([]);
    await picture(seen.page, 'paid-en-phone');
    await seen.page.goto(seen.url.replace('token=', 'token=x'));
    expect(await findings(seen.page)).toEqual([]);
    await picture(seen.page, 'neutral-en-phone');
    await seen.page.context().close();
  });

  test('everything can be reached and pressed with the keyboard alone', async () => {
    const sandbox = await world.sandboxShop();
    now = await visit(world, sandbox, { localeName: 'en_US' });
    const { page } = now;
    await page.goto(now.url);
    await ready(now);
    await picture(page, 'sandbox-en-desktop');
    for (let press = 0; press < 12; press += 1) {
      await page.keyboard.press('Tab');
      if (await page.evaluate(() => document.activeElement?.id === 'pay')) break;
    }
    await page.keyboard.press('Enter');
    await page.waitForURL(SUCCESS);
    await page.context().close();
  });
});
