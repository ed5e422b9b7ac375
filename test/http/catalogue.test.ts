/** `GET /private/catalogue` and `POST /private/catalogue/test`: what an operator sees, and a look that changes nothing. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { validateResponse } from '../../src/contract/check.js';
import { SANDBOX_SETTINGS, SANDBOX_WEBHOOK_SECRET, testApp, type Answered, type TestShop } from '../support/app.js';
import { stripeWorld, type StripeWorld } from '../support/stripe.js';
import { ask, everythingOf, newTenantId, shopHeaders } from './doors.js';

let world: StripeWorld;
beforeAll(async () => {
  world = await stripeWorld();
});
afterAll(() => world.close());

const SECRET = 'sk_test_catalogue_very_secret_1234';
const STRIPE = { mode: 'test', secretKey: SECRET, publishableKey: 'pk_test_catalogue_very_secret_1234' };

async function read(tenantId: string, headers: Record<string, string> = {}): Promise<Answered> {
  const answer = await ask(world.app, '/private/catalogue', {
    method: 'GET',
    headers: { ...(await shopHeaders(world.app, tenantId, 'aop-atrs')), ...headers },
  });
  expect(validateResponse('catalogue', answer.status, answer.body)).toBeUndefined();
  return answer;
}

const documentOf = (settings: unknown): unknown => ({
  data: { type: 'configuration', attributes: { configuration: JSON.stringify(settings) } },
});
const look = (shop: TestShop, settings: unknown, headers: Record<string, string> = {}): Promise<Answered> =>
  shop.call('/private/catalogue/test', documentOf(settings), { endpoint: 'catalogue-test', headers });

/** What Stripe was asked with these keys. */
async function asked(): Promise<{ method: string; path: string }[]> {
  return (await world.control.requests()).map(({ method, path }) => ({ method, path }));
}

describe('the catalogue of a tenant', () => {
  it('that never configured the app shows what can be set up', async () => {
    const { status, body, headers } = await read(newTenantId());
    expect(status).toBe(200);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(body).toMatchObject({
      status: 'none',
      isActive: false,
      connector: 'stripe',
      configuration: {},
      missing: [],
    });
    expect(body.connectors.map(({ name }: { name: string }) => name)).toEqual(['sandbox', 'stripe']);
    const stripe = body.connectors[1];
    expect(stripe.schema).toMatchObject({ type: 'object', required: ['secretKey', 'publishableKey'] });
    expect(stripe.secrets).toContain('secretKey');
    expect(stripe.fields.secretKey.label).toBe('Secret key');
  });

  it('speaks German', async () => {
    const { body } = await read(newTenantId(), { 'accept-language': 'de-DE,de;q=0.9' });
    const { secretKey, mode, expressMethods } = body.connectors[1].fields;
    expect(secretKey.label).toBe('Geheimer Schlüssel');
    expect(mode.choices).toEqual([
      { value: 'test', label: 'Testbetrieb' },
      { value: 'live', label: 'Live-Betrieb' },
    ]);
    expect(expressMethods.choices).toContainEqual({ value: 'apple_pay', label: 'Apple Pay' });
  });

  it('that is connected shows state, address and methods, and never a secret', async () => {
    const shop = world.app.shop();
    const webhook = { mode: 'managed', secret: 'whsec_of_the_hand_9876' };
    expect((await shop.configure({ ...STRIPE, webhook, unknownKey: 'kept' })).status).toBe(200);
    const { body } = await read(shop.tenantId);
    expect(body).toMatchObject({
      tenantIdentifier: shop.tenantId,
      app: { identifier: 'quittance', baseUrl: world.app.config.publicUrl },
      status: 'new',
      isActive: true,
      mode: 'test',
      configuration: {
        secretKey: 'sk_test_***1234',
        publishableKey: STRIPE.publishableKey,
        webhook: { secret: 'whsec_***9876' },
        unknownKey: 'kept',
      },
      paymentMethods: [{ name: 'Credit Card', state: 'waiting', strategy: 'hosted-payment-page' }],
      missing: ['methods_untold'],
    });
    expect(body.webhooks).toEqual([
      { url: expect.stringContaining('/webhooks/test/'), purpose: '', state: 'registered' },
    ]);
    for (const secret of [SECRET, webhook.secret]) expect(JSON.stringify(body)).not.toContain(secret);
    await shop.poll('payment-method-commands');
    const later = await read(shop.tenantId);
    expect(later.body.paymentMethods[0].state).toBe('announced');
    expect(later.body.missing).toEqual([]);
  });

  it('masks the secrets of a former connector as well, here and in the answer to configure', async () => {
    const shop = world.app.shop();
    await shop.configure(STRIPE);
    const answer = await shop.configure(SANDBOX_SETTINGS);
    const { body } = await read(shop.tenantId);
    expect(body.connector).toBe('sandbox');
    for (const told of [answer.body, body]) {
      expect(JSON.stringify(told)).not.toContain(SECRET);
      expect(JSON.stringify(told)).not.toContain(SANDBOX_WEBHOOK_SECRET);
      expect(told.configuration.secretKey).toBe('sk_test_***1234');
    }
    // Sent back as it was shown, it is still the former one.
    const again = { ...body.configuration, connector: 'stripe' };
    expect((await shop.configure(again)).status).toBe(200);
  });

  it('that registers by hand is told the address and what is missing', async () => {
    const shop = world.app.shop();
    await shop.configure({ ...STRIPE, webhook: { mode: 'manual' } });
    const { body } = await read(shop.tenantId);
    expect(body.webhooks).toEqual([
      { url: `${world.app.config.publicUrl}/webhooks/test`, purpose: '', state: 'manual' },
    ]);
    expect(body.missing).toContain('webhook_secret');
  });

  it('that was disconnected keeps its settings, masked, and shows no methods', async () => {
    const shop = world.app.shop();
    await shop.configure(STRIPE);
    await shop.disconnect();
    const { body } = await read(shop.tenantId);
    expect(body).toMatchObject({
      status: 'disconnected',
      isActive: false,
      configuration: { secretKey: 'sk_test_***1234' },
      paymentMethods: [],
      webhooks: [],
      missing: [],
    });
  });

  it('is for its own tenant alone', async () => {
    const [mine, theirs] = [world.app.shop(), world.app.shop()];
    await theirs.configure(STRIPE);
    const headers = { ...(await shopHeaders(world.app, mine.tenantId)), 'x-tenant-identifier': theirs.tenantId };
    const answer = await ask(world.app, '/private/catalogue', { method: 'GET', headers });
    expect(answer.status).toBe(403);
    expect(JSON.stringify(answer.body)).not.toContain('pk_test');
    const tested = await look(mine, STRIPE, { 'x-tenant-identifier': theirs.tenantId });
    expect(tested.status).toBe(403);
  });

  it('without a tenant is 422', async () => {
    const { authorization } = (await shopHeaders(world.app, newTenantId())) as { authorization: string };
    const answer = await ask(world.app, '/private/catalogue', { method: 'GET', headers: { authorization } });
    expect(answer.status).toBe(422);
  });
});

describe('a look at settings', () => {
  it('that hold stores nothing and makes nothing at the PSP', async () => {
    const shop = world.app.shop();
    await world.control.reset();
    const before = await everythingOf(world.app, shop.tenantId);
    const { status, body } = await look(shop, STRIPE);
    expect(status).toBe(200);
    expect(body).toEqual({
      isValid: true,
      errors: [],
      warnings: ['Whether both keys are of the same account is checked when you save.'],
    });
    const requests = await asked();
    expect(requests.length).toBeGreaterThan(1);
    expect(requests.filter(({ method }) => method !== 'GET')).toEqual([]);
    expect(await everythingOf(world.app, shop.tenantId)).toEqual(before);
    expect((await read(shop.tenantId)).body.status).toBe('none');
  });

  it('names each wrong field, in the language asked for', async () => {
    const shop = world.app.shop();
    const { body } = await look(shop, { mode: 'test', publishableKey: 'sk_test_mixed' }, { 'accept-language': 'de' });
    expect(body).toEqual({
      isValid: false,
      errors: [{ property: 'secretKey', message: 'wird benötigt' }],
      warnings: [],
    });
    const mixed = await look(shop, { ...STRIPE, publishableKey: 'sk_test_mixed', facade: 7 });
    expect(mixed.body.errors).toEqual([
      { property: 'publishableKey', message: expect.stringContaining('is a secret key') },
      { property: 'facade', message: 'must be an object' },
    ]);
  });

  it('takes a masked secret for the stored one', async () => {
    const shop = world.app.shop();
    await shop.configure(STRIPE);
    const { body } = await look(shop, { ...STRIPE, secretKey: 'sk_test_***1234' });
    expect(body.isValid).toBe(true);
  });

  it('says that the PSP refuses a key', async () => {
    const shop = world.app.shop();
    await world.control.addFault({ effect: 'unauthorized', times: 9 });
    expect((await look(shop, STRIPE)).body.errors).toMatchObject([
      { property: 'secretKey', message: expect.stringContaining('does not accept') },
    ]);
    await world.control.reset();
  });

  it('refuses an unknown connector and a body of another form', async () => {
    const shop = world.app.shop();
    expect((await look(shop, { connector: 'acme' })).status).toBe(422);
    expect((await shop.call('/private/catalogue/test', { a: 1 }, { endpoint: 'catalogue-test' })).status).toBe(422);
  });
});

describe('the app’s own settings', () => {
  it('are shown with their words beside those of every connector', async () => {
    const { body } = await read(newTenantId(), { 'accept-language': 'de' });
    expect(Object.keys(body.own.schema.properties)).toEqual([
      'returnUrlAllowList',
      'unwantedMessages',
      'facade',
      'cancel',
    ]);
    expect(body.own.fields['facade.origins'].label).toBe('Ursprünge dieser Seiten');
    expect(body.own.fields['cancel.captured'].choices).toContainEqual({ value: 'reverse', label: 'Alles zurückgeben' });
  });

  it('that are wrong are told by field, in the language asked for', async () => {
    const shop = world.app.shop();
    const own = {
      facade: { enabled: true, origins: ['https://shop.example', 'shop.example'] },
      cancel: { captured: 'maybe' },
      returnUrlAllowList: ['https://shop.example/'],
    };
    const { body } = await look(shop, { ...STRIPE, ...own }, { 'accept-language': 'de' });
    expect(body.errors).toEqual([
      { property: 'facade.origins.1', message: expect.stringContaining('wie Browser sie senden') },
      { property: 'cancel.captured', message: 'muss refuse oder reverse sein' },
      { property: 'returnUrlAllowList.0', message: expect.stringContaining('wie Browser sie senden') },
    ]);
    const saved = await shop.configure({ ...STRIPE, ...own });
    expect(saved.status).toBe(422);
    expect(saved.body.errors[0].message).toMatch(
      /^facade\.origins\.1 must be .*, cancel\.captured must be .*, returnUrlAllowList\.0 must be /,
    );
    expect((await read(shop.tenantId)).body.status).toBe('none');
  });
});

describe('refused settings', () => {
  it('are told by field when that is asked for, and only then', async () => {
    const shop = world.app.shop();
    const send = (headers: Record<string, string>) =>
      shop.call('/private/configure', documentOf({ mode: 'test' }), { endpoint: 'configure', headers });
    const plain = await send({});
    expect(plain.body).toEqual({
      errors: [
        { code: '422', message: 'secretKey is required, publishableKey is required', status: null, confirm: null },
      ],
    });
    const byField = await send({ 'x-field-errors': 'true', 'accept-language': 'de' });
    expect(byField.status).toBe(422);
    expect(byField.body.errors).toEqual([
      {
        code: '422',
        message: 'secretKey wird benötigt, publishableKey wird benötigt',
        status: null,
        confirm: null,
        fields: [
          { property: 'secretKey', message: 'wird benötigt' },
          { property: 'publishableKey', message: 'wird benötigt' },
        ],
      },
    ]);
  });
});

it('production offers no sandbox', async () => {
  const app = await testApp({ mode: 'serve' });
  try {
    const tenantId = newTenantId();
    const { status } = await ask(app, '/private/catalogue', {
      method: 'GET',
      headers: { 'x-tenant-identifier': tenantId },
    });
    expect(status).toBe(401);
    const { readCatalogue } = await import('../../src/flows/catalogue.js');
    const { connectors } = await readCatalogue(app.app, tenantId, 'en');
    expect(connectors.map(({ name }) => name)).toEqual(['stripe']);
  } finally {
    await app.close();
  }
});
