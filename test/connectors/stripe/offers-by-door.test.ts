/** Turning the shop's own checkout and the express buttons on and off: which messages the shop reads, byte for byte. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { told } from '../../http/doors.js';
import { stripeWorld, type StripeWorld } from '../../support/stripe.js';

let world: StripeWorld;
beforeAll(async () => {
  world = await stripeWorld();
});
afterAll(() => world.close());

it('adds, changes and withdraws payment methods as the settings say', async () => {
  const shop = await world.shop();
  let seen = (await told(world.app, shop.tenantId)).length;
  const after = async (settings: Record<string, unknown>) => {
    expect(await shop.configure(settings)).toMatchObject({ status: 200 });
    const news = (await told(world.app, shop.tenantId)).slice(seen);
    seen += news.length;
    return news.filter(({ name }) => name !== 'AppConfigUpdated');
  };
  const kinds = (news: Awaited<ReturnType<typeof after>>) => news.map(({ name, payload }) => [name, payload['name']]);

  const [on, ...others] = await after({ headless: true, accountId: '' });
  expect(others).toEqual([]);
  const { publicUrl } = world.app.config;
  const publishableKey = `pk_test_${shop.account}`;
  // Compared as text, because shops compare the list of endpoints as it stands.
  expect(JSON.stringify(sorted(on?.payload))).toBe(
    JSON.stringify(
      sorted({
        name: 'Credit Card',
        providerName: 'stripe',
        paymentAuthorizationEndpoint: `${publicUrl}/private/pre-order-payment`,
        paymentMethodAppConfiguration: {
          baseUrl: publicUrl,
          endpoints: [
            { name: 'pre-order-payment', path: '/private/pre-order-payment' },
            { name: 'authorization', path: '/private/initialize-payment' },
            { name: 'pre-order-confirmation', path: '/private/confirm-pre-order-payment' },
            { name: 'pre-order-cancellation', path: '/private/cancel-pre-order-payment' },
            { name: 'transfer', path: '/private/payments/transfers' },
            { name: 'customer', path: '/private/customer' },
          ],
          checkoutConfiguration: {
            strategy: 'express-checkout',
            scripts: [{ url: 'https://js.stripe.com/endive/stripe.js' }],
            paymentServiceProviderData: { publishableKey, isLive: false, captureMethod: 'automatic' },
          },
        },
      }),
    ),
  );
  expect(on?.name).toBe('UpdatePaymentMethod');
  expect(await after({ headless: true })).toEqual([]);

  expect(kinds(await after({ expressMethods: ['apple_pay', 'link'] }))).toEqual([
    ['AddPaymentMethod', 'Express Checkout'],
  ]);
  expect(kinds(await after({ expressMethods: ['link'] }))).toEqual([['UpdatePaymentMethod', 'Express Checkout']]);
  const [gone] = await after({ expressMethods: [] });
  expect(gone).toMatchObject({
    name: 'DeletePaymentMethod',
    payload: { name: 'Express Checkout', providerName: 'stripe' },
  });

  const [off] = await after({ headless: false });
  expect(off).toMatchObject({
    name: 'UpdatePaymentMethod',
    payload: { name: 'Credit Card', paymentAuthorizationEndpoint: `${publicUrl}/private/initialize-payment` },
  });
  expect(JSON.stringify(off?.payload)).not.toContain('checkoutConfiguration');
});

/** Members by name, lists as they stand: how the database hands a message out. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, member]) => [key, sorted(member)]));
}
