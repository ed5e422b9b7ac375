/** What is told of onboarding: the announcement, and statuses of merchants by webhook. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { told } from '../http/doors.js';
import { SANDBOX_SETTINGS, testApp, type TestApp, type TestShop } from '../support/app.js';
import { eventually, inboxOf } from './heart.js';

let app: TestApp;
beforeAll(async () => {
  app = await testApp();
});
afterAll(() => app.close());

const READY = 'ReadyForMerchantAppOnboarding';

async function connected(settings: Record<string, unknown> = {}): Promise<TestShop> {
  // A secret of its own: webhooks on the plain path find their tenant by it.
  const shop = app.shop();
  expect(
    (await shop.configure({ ...SANDBOX_SETTINGS, webhookSecret: `whsec_${shop.tenantId}`, ...settings })).status,
  ).toBe(200);
  return shop;
}

async function payloads(shop: TestShop, name: string): Promise<Record<string, unknown>[]> {
  return (await told(app, shop.tenantId)).filter((message) => message.name === name).map(({ payload }) => payload);
}

function onboard(shop: TestShop, merchantReference: string) {
  return shop.call(
    '/private/merchants/onboarding',
    { merchant: { merchantReference } },
    { endpoint: 'merchant-onboarding' },
  );
}

function news(shop: TestShop, merchantReference: string, status: string, id?: string) {
  const event = { type: 'account', merchantReference, status, ...(id === undefined ? {} : { id }) };
  return shop.webhook(event, { secret: `whsec_${shop.tenantId}` });
}

describe('ReadyForMerchantAppOnboarding', () => {
  it('tells our endpoint and a text for every status, once, and again only when it changed or on reconnect', async () => {
    const shop = await connected({ businessModel: 'marketplace' });
    const [ready] = await payloads(shop, READY);
    expect(ready).toMatchObject({
      appName: 'Sandbox',
      type: 'payment',
      onboarding: { strategy: 'api', url: `${app.config.publicUrl}/private/merchants/onboarding` },
    });
    expect(ready?.['merchantOnboardingStates']).toHaveLength(7);
    await shop.configure({ delaySeconds: 3 });
    expect(await payloads(shop, READY)).toHaveLength(1);
    const url = 'https://portal.example/begin';
    await shop.configure({ onboarding: { strategy: 'redirect', url } });
    expect((await payloads(shop, READY)).map(({ onboarding }) => onboarding)).toContainEqual({
      strategy: 'redirect',
      url,
    });
    expect((await shop.disconnect()).status).toBe(204);
    await shop.configure({});
    expect(await payloads(shop, READY)).toHaveLength(3);
  });

  it('iframe and redirect need a url', async () => {
    const { status } = await app
      .shop()
      .configure({ ...SANDBOX_SETTINGS, businessModel: 'marketplace', onboarding: { strategy: 'iframe' } });
    expect(status).toBe(422);
  });

  it.each([{ businessModel: 'direct' }, {}])(
    'is not told unless the settings say marketplace: %j',
    async (settings) => {
      expect(await payloads(await connected(settings), READY)).toEqual([]);
    },
  );
});

describe('MerchantAppOnboardingStatusChanged', () => {
  it('by webhook: only when the status differs, told twice it counts once', async () => {
    const shop = await connected();
    await onboard(shop, 'MER-1');
    for (const [status, id] of [
      ['pending', 'a'],
      ['pending', 'b'],
      ['enabled', 'c'],
      ['enabled', 'c'],
    ] as const)
      // prettier-ignore
      expect((await news(shop, 'MER-1', status, `evt_${shop.tenantId}_${id}`)).status).toBe(200);
    const name = 'MerchantAppOnboardingStatusChanged';
    await eventually('both', async () => (await payloads(shop, name)).length === 2);
    const event = { merchantReference: 'MER-1', appIdentifier: app.config.appId, type: 'payment' };
    expect(await payloads(shop, name)).toEqual([
      { ...event, status: 'pending' },
      { ...event, status: 'enabled' },
    ]);
  });

  it('of a merchant nobody knows yet: parked, and told once the merchant is there', async () => {
    const shop = await connected();
    expect((await news(shop, 'MER-late', 'restricted')).status).toBe(200);
    await eventually('parked', async () => (await inboxOf(app, shop)).some(({ state }) => state === 'parked'));
    expect((await onboard(shop, 'MER-late')).status).toBe(201);
    const name = 'MerchantAppOnboardingStatusChanged';
    await eventually('told', async () => (await payloads(shop, name)).length === 1);
    expect((await payloads(shop, name))[0]?.['status']).toBe('restricted');
  });

  it('of a disconnected tenant: 403', async () => {
    const shop = await connected();
    await onboard(shop, 'MER-gone');
    expect((await shop.disconnect()).status).toBe(409);
    expect((await shop.disconnect('false')).status).toBe(400);
    expect((await shop.disconnect('true')).status).toBe(204);
    expect((await news(shop, 'MER-gone', 'rejected')).status).toBe(403);
  });
});
