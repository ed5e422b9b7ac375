/** `POST /private/configure`: every answer, and what it changes and tells. */
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import {
  SANDBOX_SETTINGS,
  SANDBOX_WEBHOOK_SECRET,
  testApp,
  type Answered,
  type TestApp,
  type TestShop,
} from '../support/app.js';
import { ask, everythingOf, expectStrictlyIncreasing, newTenantId, objectError, shopHeaders, told } from './doors.js';

const JSON_API = 'application/vnd.api+json';
const WRONG_FORMAT = 'Wrong request format.';
const DE_WRONG_FORMAT = 'Falsches Anfrageformat.';

let app: TestApp;
beforeAll(async () => {
  app = await testApp();
});
afterAll(() => app.close());

function bodyOf(settings: unknown): string {
  return documentOf(JSON.stringify(settings));
}

function documentOf(configuration: unknown): string {
  return JSON.stringify({ data: { type: 'configuration', attributes: { configuration } } });
}

async function configure(shop: TestShop, body: string, headers: Record<string, string> = {}): Promise<Answered> {
  return shop.call('/private/configure', body, { headers, endpoint: 'configure' });
}

const names = (list: { name: string }[]): string[] => list.map(({ name }) => name);

describe('a wrong request', () => {
  const settings = JSON.stringify(SANDBOX_SETTINGS);
  const attributes = { configuration: settings };
  const cases: [string, string | undefined][] = [
    ['no body', undefined],
    ['an empty body', ''],
    ['JSON that ends too early', '{"data":'],
    ['a JSON scalar', '"data"'],
    ['null', 'null'],
    ['a list', '[]'],
    ['no data', '{}'],
    ['data that is text', '{"data":"x"}'],
    ['no attributes', JSON.stringify({ data: { type: 'configuration' } })],
    ['no type', JSON.stringify({ data: { attributes } })],
    ['another type', JSON.stringify({ data: { type: 'config', attributes } })],
    ['a further member at the top', JSON.stringify({ data: { type: 'configuration', attributes }, meta: {} })],
    ['a further member of data', JSON.stringify({ data: { type: 'configuration', id: '1', attributes } })],
    ['a further attribute', JSON.stringify({ data: { type: 'configuration', attributes: { ...attributes, x: 1 } } })],
    ['no configuration', JSON.stringify({ data: { type: 'configuration', attributes: {} } })],
    ['a null configuration', documentOf(null)],
    ['an empty configuration', documentOf('')],
    ['a blank configuration', documentOf('  \t ')],
    ['a configuration that is an object', documentOf(SANDBOX_SETTINGS)],
    ['a configuration that is no JSON', documentOf('{"mode":')],
    ['a configuration that is a JSON text', documentOf('"text"')],
    ['a configuration that is a JSON number', documentOf('7')],
    ['a configuration that is JSON true', documentOf('true')],
    ['a configuration that is JSON null', documentOf('null')],
    ['a configuration that is a list', documentOf('["a"]')],
    ['a configuration nested too deeply', documentOf(`${'{"a":'.repeat(40)}1${'}'.repeat(40)}`)],
  ];
  let shop: TestShop;
  beforeAll(() => {
    shop = app.shop();
  });

  test.each(cases)('%s is 422 in English and German and changes nothing', async (_name, body) => {
    const before = await everythingOf(app, shop.tenantId);
    const headers = await shopHeaders(app, shop.tenantId);
    const asked = {
      headers: { ...headers, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body }),
    };
    const english = await ask(app, '/private/configure', asked);
    expect(english).toMatchObject({ status: 422 });
    expect(english.body).toEqual(objectError('422', WRONG_FORMAT));
    expect(english.headers.get('content-type')).toContain('application/json');
    const german = await ask(app, '/private/configure', {
      ...asked,
      headers: { ...asked.headers, 'accept-language': 'de-DE,de;q=0.9' },
    });
    expect(german.body).toEqual(objectError('422', DE_WRONG_FORMAT));
    const jsonApi = await ask(app, '/private/configure', {
      ...asked,
      headers: { ...asked.headers, 'content-type': `${JSON_API};charset=utf-8` },
    });
    expect(jsonApi).toMatchObject({ status: 422, body: objectError('422', WRONG_FORMAT) });
    expect(await everythingOf(app, shop.tenantId)).toEqual(before);
  });

  it.each(['text/plain', 'application/xml', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])(
    'a body as %s is 422',
    async (type) => {
      const form = new URLSearchParams({
        'data[type]': 'configuration',
        'data[attributes][configuration]': settings,
      }).toString();
      const { status, body } = await configure(
        app.shop(),
        type.includes('urlencoded') ? form : bodyOf(SANDBOX_SETTINGS),
        { 'content-type': type },
      );
      expect(status).toBe(422);
      expect(body).toEqual(objectError('422', WRONG_FORMAT));
    },
  );

  it('a body over 1 MB is 413 in the same shape', async () => {
    const { status, body } = await configure(app.shop(), documentOf('x'.repeat(1_100_000)));
    expect(status).toBe(413);
    expect(body).toEqual(objectError('413', 'The request body is too large.'));
  });
});

describe('without a tenant', () => {
  it.each([
    ['en', 'X-Tenant-Identifier in header is required.'],
    ['de', 'X-Tenant-Identifier im Header ist erforderlich.'],
  ])('a right body is 422 (%s)', async (language, message) => {
    const headers = {
      authorization: `Bearer ${await app.token('aop-app')}`,
      'content-type': 'application/json',
      'accept-language': language,
    };
    for (const tenant of [{}, { 'x-tenant-identifier': '' }, { 'x-tenant-identifier': '  ' }] as Record<
      string,
      string
    >[]) {
      const { status, body } = await ask(app, '/private/configure', {
        headers: { ...headers, ...tenant },
        body: bodyOf(SANDBOX_SETTINGS),
      });
      expect(status).toBe(422);
      expect(body).toEqual(objectError('422', message));
    }
  });

  it('X-Store-Reference does not stand in', async () => {
    const headers = {
      authorization: `Bearer ${await app.token('aop-app')}`,
      'content-type': 'application/json',
      'x-store-reference': newTenantId(),
    };
    expect((await ask(app, '/private/configure', { headers, body: bodyOf(SANDBOX_SETTINGS) })).status).toBe(422);
  });

  it('a wrong body is named first', async () => {
    const headers = { authorization: `Bearer ${await app.token('aop-app')}`, 'content-type': 'application/json' };
    expect((await ask(app, '/private/configure', { headers, body: '{}' })).body).toEqual(
      objectError('422', WRONG_FORMAT),
    );
  });
});

describe('settings the connector refuses', () => {
  it('are 422 with its messages joined, and change nothing', async () => {
    const shop = app.shop();
    await shop.configure();
    const before = await everythingOf(app, shop.tenantId);
    const { status, body } = await configure(
      shop,
      bodyOf({ connector: 'sandbox', mode: 'live', webhookSecret: 'short' }),
    );
    expect(status).toBe(422);
    expect(body.errors).toHaveLength(1);
    expect(body.errors[0]).toMatchObject({ code: '422', status: null, confirm: null });
    expect(body.errors[0].message.split(', ').length).toBeGreaterThan(1);
    expect(body.errors[0].message).not.toContain('short');
    expect(await everythingOf(app, shop.tenantId)).toEqual(before);
  });

  it('are 422 when the PSP declines them', async () => {
    const shop = app.shop();
    const { status, body } = await configure(shop, bodyOf({ ...SANDBOX_SETTINGS, outcomes: { configure: 'decline' } }));
    expect(status).toBe(422);
    expect(body).toEqual(
      objectError('422', 'The sandbox refuses these settings, because outcomes.configure is decline'),
    );
    expect(await told(app, shop.tenantId)).toEqual([]);
  });

  it.each(['nonsense', '', 7, { a: 1 }, '__proto__', 'constructor'])(
    'are 422 when the connector is %j',
    async (connector) => {
      const { status, body } = await configure(app.shop(), bodyOf({ ...SANDBOX_SETTINGS, connector }));
      expect(status).toBe(422);
      expect(body.errors[0]).toMatchObject({ code: '422', status: null, confirm: null });
      expect(body.errors[0].message).toContain('There is no connector');
    },
  );

  it('are 422 for Stripe without its keys: the default connector', async () => {
    const { status, body } = await configure(
      app.shop(),
      '{"data":{"type":"configuration","attributes":{"configuration":"{}"}}}',
    );
    expect(status).toBe(422);
    expect(body.errors[0].message).not.toBe('');
  });
});

describe('a connector or database that breaks', () => {
  it('a validation that throws is 500 with its text, and nothing changes', async () => {
    const shop = app.shop();
    await shop.configure();
    const before = await everythingOf(app, shop.tenantId);
    const original = app.app.connector;
    app.app.connector = async (name) => ({
      ...(await original(name)),
      validate: () => Promise.reject(new Error('The PSP spoke in tongues')),
    });
    try {
      const { status, body } = await configure(shop, bodyOf(SANDBOX_SETTINGS));
      expect(status).toBe(500);
      expect(body).toEqual(objectError('500', 'The PSP spoke in tongues'));
      app.app.connector = async (name) => ({
        ...(await original(name)),
        validate: () => Promise.reject(new Error('')),
      });
      expect((await configure(shop, bodyOf(SANDBOX_SETTINGS))).body).toEqual(
        objectError('500', 'The configuration could not be checked.'),
      );
    } finally {
      app.app.connector = original;
    }
    expect(await everythingOf(app, shop.tenantId)).toEqual(before);
  });

  it.each([
    ['en', 'Configuration error.'],
    ['de', 'Konfigurationsfehler.'],
  ])('saving that fails is 400 and rolls everything back (%s)', async (language, message) => {
    const shop = app.shop();
    await shop.configure();
    const before = await everythingOf(app, shop.tenantId);
    const original = app.app.compose;
    app.app.compose = (event, envelope) => {
      // The last message of all: everything else is in the transaction by now.
      if (event.kind === 'app_configuration_updated') throw new Error('the wire is cut');
      return original(event, envelope);
    };
    try {
      const changed = { ...SANDBOX_SETTINGS, paymentMethods: [{ name: 'Other' }] };
      const { status, body } = await configure(shop, bodyOf(changed), { 'accept-language': language });
      expect(status).toBe(400);
      expect(body).toEqual({ errors: [{ code: 422, message, status: 422 }] });
    } finally {
      app.app.compose = original;
    }
    expect(await everythingOf(app, shop.tenantId)).toEqual(before);
  });

  it('settings that the database cannot hold are 400 and change nothing', async () => {
    const shop = app.shop();
    const before = await everythingOf(app, shop.tenantId);
    const checkoutConfiguration = { note: 'a\u0000b' };
    const { status, body } = await configure(
      shop,
      bodyOf({ ...SANDBOX_SETTINGS, paymentMethods: [{ name: 'A', checkoutConfiguration }] }),
    );
    expect(status).toBe(400);
    expect(body).toEqual({ errors: [{ code: 422, message: 'Configuration error.', status: 422 }] });
    expect(await everythingOf(app, shop.tenantId)).toEqual(before);
  });
});

describe('a right request', () => {
  it('answers the merged settings with secrets masked, and 200', async () => {
    const shop = app.shop();
    const { status, body } = await configure(shop, bodyOf({ ...SANDBOX_SETTINGS, note: 'kept' }));
    expect(status).toBe(200);
    expect(body.tenantIdentifier).toBe(shop.tenantId);
    expect(body.configuration).toMatchObject({ connector: 'sandbox', mode: 'test', note: 'kept' });
    expect(body.configuration.webhookSecret).toContain('***');
    expect(JSON.stringify(body)).not.toContain(SANDBOX_WEBHOOK_SECRET);
  });

  it.each([JSON_API, `${JSON_API};charset=utf-8`, 'application/json; charset=utf-8'])('comes as %s', async (type) => {
    expect((await configure(app.shop(), bodyOf(SANDBOX_SETTINGS), { 'content-type': type })).status).toBe(200);
  });

  it.each(['/configure', '/private/configure/', '/configure/'])('comes at %s without a redirect', async (path) => {
    const tenantId = newTenantId();
    const headers = { ...(await shopHeaders(app, tenantId)), 'content-type': 'application/json' };
    expect((await ask(app, path, { headers, body: bodyOf(SANDBOX_SETTINGS) })).status).toBe(200);
  });

  it('is stored sealed: no secret stands in the table', async () => {
    const shop = app.shop();
    await shop.configure();
    expect(JSON.stringify(await everythingOf(app, shop.tenantId))).not.toContain(SANDBOX_WEBHOOK_SECRET);
    expect(app.logged.join('\n')).not.toContain(SANDBOX_WEBHOOK_SECRET);
  });

  it('tells the configuration with all channels and without secrets', async () => {
    const shop = app.shop();
    await configure(shop, bodyOf({ ...SANDBOX_SETTINGS, private: 'thing' }));
    const [message] = (await told(app, shop.tenantId)).filter(({ name }) => name === 'AppConfigUpdated');
    expect(message?.channel).toBe('app-events');
    expect(message?.payload).toEqual({
      appIdentifier: 'quittance',
      isActive: true,
      status: 'NEW',
      config: { mode: 'test' },
      messageChannels: [
        'payment-events',
        'payment-method-commands',
        'app-events',
        'merchant-app-events',
        'payment-commands',
      ],
    });
  });

  it('tells a new method with its endpoints before the configuration', async () => {
    const shop = app.shop();
    await shop.configure();
    const messages = await told(app, shop.tenantId);
    expect(names(messages)).toEqual(['AddPaymentMethod', 'AppConfigUpdated']);
    expect(messages[0]).toMatchObject({
      channel: 'payment-method-commands',
      payload: {
        name: 'Sandbox',
        providerName: 'sandbox',
        paymentAuthorizationEndpoint: `${app.config.publicUrl}/private/initialize-payment`,
        paymentMethodAppConfiguration: { baseUrl: app.config.publicUrl },
      },
    });
    const { endpoints } = messages[0]?.payload['paymentMethodAppConfiguration'] as {
      endpoints: { name: string; path: string }[];
    };
    expect(endpoints.map(({ path }) => path)).toEqual([
      '/private/pre-order-payment',
      '/private/initialize-payment',
      '/private/confirm-pre-order-payment',
      '/private/cancel-pre-order-payment',
      '/private/payments/transfers',
      '/private/customer',
    ]);
  });
});

describe('methods', () => {
  const method = (name: string, extra: object = {}): object => ({ name, ...extra });
  const strategy = (name: string): object => ({ checkoutConfiguration: { strategy: name } });

  async function since(shop: TestShop, count: number) {
    return (await told(app, shop.tenantId)).slice(count);
  }

  it('are added, changed and withdrawn by what differs, in this order, with strictly growing timestamps', async () => {
    const shop = app.shop();
    await configure(shop, bodyOf({ ...SANDBOX_SETTINGS, paymentMethods: [method('A'), method('B'), method('C')] }));
    const first = await told(app, shop.tenantId);
    expect(names(first)).toEqual(['AddPaymentMethod', 'AddPaymentMethod', 'AddPaymentMethod', 'AppConfigUpdated']);
    await configure(shop, bodyOf({ paymentMethods: [method('D'), method('B', strategy('embedded')), method('C')] }));
    const second = await since(shop, first.length);
    expect(second.map(({ name, payload }) => [name, payload['name']])).toEqual([
      ['AddPaymentMethod', 'D'],
      ['UpdatePaymentMethod', 'B'],
      ['DeletePaymentMethod', 'A'],
      ['AppConfigUpdated', undefined],
    ]);
    expect(second[2]?.payload).toEqual({ name: 'A', providerName: 'sandbox' });
    expectStrictlyIncreasing((await told(app, shop.tenantId)).map(({ timestamp }) => timestamp));
  });

  it('are not told again when nothing changed, whatever the order of members', async () => {
    const shop = app.shop();
    const checkoutConfiguration = {
      strategy: 'embedded',
      scripts: [{ url: 'https://psp.example/a.js', queryParams: { a: '1', b: '2' } }],
    };
    await configure(shop, bodyOf({ ...SANDBOX_SETTINGS, paymentMethods: [method('A', { checkoutConfiguration })] }));
    const turned = {
      scripts: [{ queryParams: { b: '2', a: '1' }, url: 'https://psp.example/a.js' }],
      strategy: 'embedded',
    };
    await configure(shop, bodyOf({ paymentMethods: [method('A', { checkoutConfiguration: turned })] }));
    expect(names(await since(shop, 2))).toEqual(['AppConfigUpdated']);
  });

  it('of the express strategy name the pre-order endpoint for older shops', async () => {
    const shop = app.shop();
    await configure(
      shop,
      bodyOf({ ...SANDBOX_SETTINGS, paymentMethods: [method('Express', strategy('express-checkout'))] }),
    );
    const [added] = await told(app, shop.tenantId);
    expect(added?.payload['paymentAuthorizationEndpoint']).toBe(`${app.config.publicUrl}/private/pre-order-payment`);
  });

  it('are all withdrawn when the connector offers none any more', async () => {
    const shop = app.shop();
    await shop.configure();
    await configure(shop, bodyOf({ capabilities: { paymentMethods: false } }));
    expect(names(await since(shop, 2))).toEqual(['DeletePaymentMethod', 'AppConfigUpdated']);
  });

  it('that come twice under one name refuse the settings instead of breaking', async () => {
    const { status } = await configure(
      app.shop(),
      bodyOf({ ...SANDBOX_SETTINGS, paymentMethods: [method('A'), method('A')] }),
    );
    expect([400, 422]).toContain(status);
  });

  it('reach the shop over its channels, each message fitting its shape', async () => {
    const shop = app.shop();
    await shop.configure();
    expect(names(await shop.poll('payment-method-commands'))).toEqual(['AddPaymentMethod']);
    expect(names(await shop.poll('app-events'))).toEqual(['AppConfigUpdated']);
  });
});

describe('merging', () => {
  it('new keys win, also with null; others stay; nested objects are replaced', async () => {
    const shop = app.shop();
    await configure(
      shop,
      bodyOf({ ...SANDBOX_SETTINGS, a: 1, b: 2, nested: { x: 1, y: 2 }, outcomes: { capture: 'decline' } }),
    );
    const { body } = await configure(shop, bodyOf({ a: null, nested: { y: 3 }, c: 4 }));
    expect(body.configuration).toMatchObject({
      mode: 'test',
      a: null,
      b: 2,
      nested: { y: 3 },
      c: 4,
      outcomes: { capture: 'decline' },
    });
  });

  it('an empty map or an empty list changes nothing', async () => {
    const shop = app.shop();
    await configure(shop, bodyOf({ ...SANDBOX_SETTINGS, a: 1 }));
    for (const configuration of ['{}', '[]']) {
      const { status, body } = await configure(shop, documentOf(configuration));
      expect(status).toBe(200);
      expect(body.configuration).toMatchObject({ mode: 'test', a: 1 });
    }
  });

  it('a masked or empty secret stays as it was; a new one replaces it', async () => {
    const shop = app.shop();
    // Of this tenant alone: a webhook that no other tenant's secret verifies.
    const secrets = ['whsec_first_of_this_tenant', 'whsec_second_of_this_tenant'] as const;
    const event = { type: 'payment', transactionId: 'sbx_unknown', status: 'authorized' };
    const verifies = async (secret: string): Promise<boolean> => (await shop.webhook(event, { secret })).status === 200;
    const { body } = await configure(shop, bodyOf({ ...SANDBOX_SETTINGS, webhookSecret: secrets[0] }));
    for (const webhookSecret of [body.configuration.webhookSecret as string, '', '********']) {
      expect((await configure(shop, bodyOf({ ...SANDBOX_SETTINGS, webhookSecret }))).status).toBe(200);
      expect(await verifies(secrets[0])).toBe(true);
    }
    await configure(shop, bodyOf({ webhookSecret: secrets[1] }));
    expect(await verifies(secrets[0])).toBe(false);
    expect(await verifies(secrets[1])).toBe(true);
  });

  it('a masked secret at the first time is refused: there is nothing to stay', async () => {
    expect((await configure(app.shop(), bodyOf({ ...SANDBOX_SETTINGS, webhookSecret: 'whsec_***test' }))).status).toBe(
      422,
    );
  });

  it('members named __proto__ do no harm', async () => {
    const shop = app.shop();
    const { status, body } = await configure(
      shop,
      documentOf(
        `{"connector":"sandbox","mode":"test","webhookSecret":"${SANDBOX_WEBHOOK_SECRET}","__proto__":{"x":1},"constructor":{"y":1}}`,
      ),
    );
    expect(status).toBe(200);
    expect(body.configuration.x).toBeUndefined();
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
  });
});

describe('the status', () => {
  async function stateOf(tenantId: string) {
    const { rows } = await sql`select status, is_active from tenants where tenant_id = ${tenantId}`.execute(app.app.db);
    return rows[0];
  }
  async function lastConfig(tenantId: string) {
    const last = (await told(app, tenantId)).filter(({ name }) => name === 'AppConfigUpdated').at(-1);
    return { status: last?.payload['status'], isActive: last?.payload['isActive'] };
  }

  it('is NEW and stays so, DISCONNECTED after disconnecting, and CONNECTED from then on', async () => {
    const shop = app.shop();
    const steps: [() => Promise<Answered>, string, boolean][] = [
      [() => shop.configure(), 'NEW', true],
      [() => shop.configure(), 'NEW', true],
      [() => shop.disconnect(), 'DISCONNECTED', false],
      [() => shop.disconnect(), 'DISCONNECTED', false],
      [() => shop.configure(), 'CONNECTED', true],
      [() => shop.configure(), 'CONNECTED', true],
    ];
    for (const [step, status, isActive] of steps) {
      expect([200, 204]).toContain((await step()).status);
      expect(await stateOf(shop.tenantId)).toEqual({ status, is_active: isActive });
      expect(await lastConfig(shop.tenantId)).toEqual({ status, isActive });
    }
  });

  it('isActive inside the settings is only a setting', async () => {
    const shop = app.shop();
    await configure(shop, bodyOf({ ...SANDBOX_SETTINGS, isActive: false }));
    expect(await stateOf(shop.tenantId)).toEqual({ status: 'NEW', is_active: true });
  });
});

describe('configure at the same time', () => {
  it('twice: both are answered, no setting and no method is lost or told twice', async () => {
    const shop = app.shop();
    await shop.configure();
    const answers = await Promise.all([configure(shop, bodyOf({ left: 1 })), configure(shop, bodyOf({ right: 2 }))]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    const { body } = await configure(shop, documentOf('{}'));
    expect(body.configuration).toMatchObject({ left: 1, right: 2 });
    const messages = await told(app, shop.tenantId);
    expect(names(messages).filter((name) => name !== 'AppConfigUpdated')).toEqual(['AddPaymentMethod']);
    expectStrictlyIncreasing(messages.map(({ timestamp }) => timestamp));
  });

  it('the first time of a new tenant: one row, one method, nothing lost', async () => {
    const shop = app.shop();
    const told3 = [1, 2, 3].map((n) => configure(shop, bodyOf({ ...SANDBOX_SETTINGS, [`k${n}`]: n })));
    expect((await Promise.all(told3)).map(({ status }) => status)).toEqual([200, 200, 200]);
    const { body } = await configure(shop, documentOf('{}'));
    expect(body.configuration).toMatchObject({ k1: 1, k2: 2, k3: 3 });
    expect(names(await told(app, shop.tenantId)).filter((name) => name === 'AddPaymentMethod')).toHaveLength(1);
  });

  it('with disconnecting: no setting is lost, and the row and the last message agree', async () => {
    const shop = app.shop();
    await shop.configure();
    for (let n = 0; n < 5; n += 1) {
      const answers = await Promise.all([configure(shop, bodyOf({ [`k${n}`]: n })), shop.disconnect()]);
      expect(answers.map(({ status }) => status)).toEqual([200, 204]);
      const { rows } = await sql<{
        status: string;
      }>`select status from tenants where tenant_id = ${shop.tenantId}`.execute(app.app.db);
      const last = (await told(app, shop.tenantId)).filter(({ name }) => name === 'AppConfigUpdated').at(-1);
      expect(last?.payload['status']).toBe(rows[0]?.status);
    }
    const { body } = await configure(shop, documentOf('{}'));
    expect(body.configuration).toMatchObject({ k0: 0, k1: 1, k2: 2, k3: 3, k4: 4 });
  });
});

describe('in production', () => {
  it('the sandbox connector does not exist', async () => {
    const production = await testApp({ mode: 'serve', env: { PUBLIC_URL: 'https://pay.example' } });
    try {
      const issued = await productionToken(production);
      const headers = {
        authorization: `Bearer ${issued}`,
        'x-tenant-identifier': 'DE',
        'content-type': 'application/json',
      };
      const { status, body } = await ask(production, '/private/configure', { headers, body: bodyOf(SANDBOX_SETTINGS) });
      expect(status).toBe(422);
      expect(body).toEqual(objectError('422', 'There is no connector "sandbox"'));
      expect(await told(production, 'DE')).toEqual([]);
    } finally {
      await production.close();
    }
  });
});

async function productionToken(production: TestApp): Promise<string> {
  const { addClient } = await import('../../src/storage/clients.js');
  const { db, clock, appId } = production.app;
  const { clientId, secret } = await addClient({ db, clock, appId }, { tenantIds: ['DE'], label: 'test' });
  const body = new URLSearchParams({
    client_id: clientId,
    client_secret: secret,
    grant_type: 'client_credentials',
    audience: 'aop-app',
  });
  const response = await fetch(`${production.url}/oauth/token`, { method: 'POST', body });
  return ((await response.json()) as { access_token: string }).access_token;
}
