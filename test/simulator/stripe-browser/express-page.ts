/** What tests of express checkouts do in a page that only loads Stripe.js: a shop with its listeners, all of it written down. */
import type { Page } from 'playwright-core';
import type { TestSimulator } from './test-simulator.js';

export interface ExpressShop {
  /** Options of `elements.create('expressCheckout')`. */
  element?: object;
  /** What `click` is resolved with. */
  click?: object;
  /** How long the shop thinks about the click. */
  clickDelayMs?: number;
  locale?: 'de' | 'en';
  /** Options of `stripe.elements()` besides mode, amount and currency. */
  elements?: object;
  /** Pays with a confirmation token, or by `confirmPayment({ elements })`. */
  way?: 'token' | 'elements';
  /** Client secret of an intent that is there already. */
  clientSecret?: string;
  /** What the shop's server makes the intent for, when not for the amount shown. */
  intent?: Record<string, string>;
}

export interface Seen {
  name: string;
  event: Record<string, unknown>;
}

export const RATES = [
  { id: 'standard', displayName: 'Standard', amount: 500, deliveryEstimate: 'Two to four days' },
  { id: 'express', displayName: 'Express', amount: 1290 },
];
const LINES = [{ name: 'Tea', amount: 3750 }];
export const SHIPPED = {
  emailRequired: true,
  shippingAddressRequired: true,
  shippingRates: RATES,
  lineItems: [...LINES, { name: 'Shipping', amount: 500 }],
};

/** Mounts the element and waits for `ready` or `loaderror`. The page's `shop.seen` has every event, `shop.results` what
 * came of each confirmation. To Austria shipping costs 15.00, to France nobody ships. */
export async function mountExpress(page: Page, simulator: TestSimulator, shop: ExpressShop = {}): Promise<Seen[]> {
  await page.exposeFunction('createIntent', (amount: number) =>
    simulator.createIntent({ amount: String(amount), ...shop.intent }),
  );
  await page.evaluate(
    ({ shop, RATES, LINES }) => {
      const global = globalThis as unknown as Record<string, never> & { Stripe: (...given: unknown[]) => never };
      const stripe = global.Stripe('pk_test_browser', { locale: shop.locale ?? 'en' }) as Any;
      const kind = shop.clientSecret
        ? { clientSecret: shop.clientSecret }
        : { mode: 'payment', amount: 4250, currency: 'eur' };
      const elements = stripe.elements({ ...kind, ...shop.elements });
      const element = elements.create('expressCheckout', shop.element ?? {});
      const seen: object[] = [];
      const results: unknown[] = [];
      let amount = 4250;
      const price = (shipping: number) => {
        amount = 3750 + shipping;
        elements.update({ amount });
        return [...LINES, { name: 'Shipping', amount: shipping }];
      };
      const note = (name: string) => (event: Any) => seen.push({ name, event: JSON.parse(JSON.stringify(event)) });
      for (const name of ['loaderstart', 'ready', 'cancel', 'escape', 'loaderror']) element.on(name, note(name));
      element.on('click', (event: Any) => {
        note('click')(event);
        if (shop.clickDelayMs === undefined) return event.resolve(shop.click ?? {});
        setTimeout(() => {
          try {
            event.resolve(shop.click ?? {});
          } catch (error) {
            results.push(String(error));
          }
        }, shop.clickDelayMs);
      });
      element.on('shippingaddresschange', (event: Any) => {
        note('shippingaddresschange')(event);
        if (event.address.country === 'FR') return event.reject();
        const rates = event.address.country === 'AT' ? [{ id: 'abroad', displayName: 'Abroad', amount: 1500 }] : RATES;
        event.resolve({ lineItems: price(rates[0]?.amount ?? 0), shippingRates: rates });
      });
      element.on('shippingratechange', (event: Any) => {
        note('shippingratechange')(event);
        event.resolve({ lineItems: price(event.shippingRate.amount) });
      });
      element.on('confirm', async (event: Any) => {
        note('confirm')(event);
        const result = await pay();
        results.push(JSON.parse(JSON.stringify(result)));
        if (result.error) event.paymentFailed({ reason: 'fail', message: result.error.message });
      });
      const pay = async (): Promise<Any> => {
        const submitted = await elements.submit();
        if (submitted.error) return submitted;
        const made = shop.way === 'elements' ? {} : await stripe.createConfirmationToken({ elements });
        if (made.error) return made;
        const clientSecret = shop.clientSecret ?? (await (global.createIntent as Any)(amount)).client_secret;
        const return_url = `${location.origin}/return`;
        return shop.way === 'elements'
          ? stripe.confirmPayment({ elements, clientSecret, confirmParams: { return_url }, redirect: 'if_required' })
          : stripe.confirmPayment({
              clientSecret,
              confirmParams: { confirmation_token: made.confirmationToken.id, return_url },
              redirect: 'if_required',
            });
      };
      Object.assign(globalThis, { shop: { seen, results, stripe, elements, element } });
      element.mount('#card');
    },
    { shop, RATES, LINES },
  );
  await page.waitForFunction(() =>
    (globalThis as Any).shop.seen.some(({ name }: Seen) => name === 'ready' || name === 'loaderror'),
  );
  return seen(page);
}

/** Whatever a page holds; its shape is what the tests look at. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Any = any;

/** Every event so far. */
export const seen = (page: Page): Promise<Seen[]> => page.evaluate(() => (globalThis as Any).shop.seen);

/** What came of the confirmation with this number, as soon as it is there. */
export async function resultOf(page: Page, index = 0): Promise<Any> {
  await page.waitForFunction((index) => (globalThis as Any).shop.results.length > index, index);
  return page.evaluate((index) => (globalThis as Any).shop.results[index], index);
}

/** Waits until an event of this name has come this often, and answers the last one. */
export async function event(page: Page, name: string, times = 1): Promise<Record<string, unknown>> {
  await page.waitForFunction(
    ({ name, times }) => (globalThis as Any).shop.seen.filter((row: Seen) => row.name === name).length >= times,
    { name, times },
  );
  return (await seen(page)).findLast((row) => row.name === name)?.event ?? {};
}
