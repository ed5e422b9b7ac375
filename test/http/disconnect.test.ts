/** `POST /private/disconnect`: the questions, every answer, and what it withdraws. */
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { testApp, type Answered, type TestApp, type TestShop } from '../support/app.js';
import {
  addMerchant,
  ask,
  countOf,
  everythingOf,
  newTenantId,
  objectError,
  shopHeaders,
  told,
  workerHeaders,
} from './doors.js';

const JSON_API = 'application/vnd.api+json';
const ORDERS_OPEN =
  'The payment App cannot be disconnected when there are open orders. Open orders won’t be proceed automatically if you ' +
  'delete the App. Close the open orders to continue.';
const ORDERS_KEPT = 'Please close any open orders and try again.';
const MERCHANTS_KEPT = 'Please disconnect the merchants and try again.';

let app: TestApp;
beforeAll(async () => {
  app = await testApp();
});
afterAll(() => app.close());

async function connected(on = app): Promise<TestShop> {
  const shop = on.shop();
  expect((await shop.configure()).status).toBe(200);
  return shop;
}

async function withOpenOrder(on = app): Promise<TestShop> {
  const shop = await connected(on);
  expect((await shop.initialize()).status).toBe(200);
  return shop;
}

async function withMerchant(): Promise<TestShop> {
  const shop = await connected();
  await addMerchant(app, shop.tenantId);
  return shop;
}

async function withBoth(): Promise<TestShop> {
  const shop = await withOpenOrder();
  await addMerchant(app, shop.tenantId);
  return shop;
}

async function disconnect(shop: TestShop, headers: Record<string, string> = {}): Promise<Answered> {
  return shop.call('/private/disconnect', undefined, { endpoint: 'disconnect', headers });
}

const names = (list: { name: string }[]): string[] => list.map(({ name }) => name);

describe('without a tenant', () => {
  it.each([
    ['en', 'X-Tenant-Identifier in header is required.'],
    ['de-AT', 'X-Tenant-Identifier im Header ist erforderlich.'],
  ])('it is 422 (%s)', async (language, message) => {
    const headers = { authorization: `Bearer ${await app.token('aop-app')}`, 'accept-language': language };
    for (const type of ['application/json', JSON_API]) {
      const { status, body } = await ask(app, '/private/disconnect', { headers: { ...headers, 'content-type': type } });
      expect(status).toBe(422);
      expect(body).toEqual(objectError('422', message));
    }
    const older = { ...headers, 'x-store-reference': newTenantId() };
    expect((await ask(app, '/private/disconnect', { headers: older })).status).toBe(422);
  });
});

describe('a tenant that never configured', () => {
  it.each([
    ['en', 'Could not find an App configuration for the given Tenant'],
    ['de', 'Für den Mandanten wurde keine App-Konfiguration gefunden'],
  ])('is 400 (%s)', async (language, message) => {
    const { status, body } = await disconnect(app.shop(), { 'accept-language': language });
    expect(status).toBe(400);
    expect(body).toEqual({ errors: [{ code: 422, message, status: 422 }] });
  });
});

describe('open orders', () => {
  it('ask back with 409, labels in camelCase', async () => {
    const { status, body } = await disconnect(await withOpenOrder());
    expect(status).toBe(409);
    expect(body).toEqual({
      errors: [
        {
          code: '21000',
          message: ORDERS_OPEN,
          status: 409,
          confirm: { labelOk: 'Ignore & Disconnect', labelCancel: 'Cancel' },
        },
      ],
    });
  });

  it('ask back in German', async () => {
    const { status, body } = await disconnect(await withOpenOrder(), { 'accept-language': 'de-DE,de;q=0.9,en;q=0.8' });
    expect(status).toBe(409);
    expect(body.errors[0]).toMatchObject({
      code: '21000',
      status: 409,
      confirm: { labelOk: 'Ignorieren & Trennen', labelCancel: 'Stornieren' },
    });
    expect(body.errors[0].message).toContain('offene Bestellungen');
  });

  it.each([JSON_API, `${JSON_API}; charset=utf-8`])(
    'ask a JSON:API caller with labels in both casings (%s)',
    async (type) => {
      const { status, body } = await disconnect(await withOpenOrder(), { 'content-type': type });
      expect(status).toBe(409);
      expect(body.errors[0].confirm).toEqual({
        labelOk: 'Ignore & Disconnect',
        labelCancel: 'Cancel',
        label_ok: 'Ignore & Disconnect',
        label_cancel: 'Cancel',
      });
    },
  );

  it.each([
    ['en', ORDERS_KEPT],
    ['de', 'Bitte schließen Sie alle offenen Bestellungen ab und versuchen Sie es erneut.'],
  ])('answered with false stop it with 400 (%s)', async (language, message) => {
    const shop = await withOpenOrder();
    const before = await everythingOf(app, shop.tenantId);
    const { status, body } = await disconnect(shop, { 'x-confirmation-status': 'false', 'accept-language': language });
    expect(status).toBe(400);
    expect(body).toEqual({ errors: [{ code: '21001', message, status: 400 }] });
    expect(await everythingOf(app, shop.tenantId)).toEqual(before);
  });

  const answers: [string, number][] = [
    ['', 409],
    [' ', 409],
    ['0', 409],
    [' 0 ', 409],
    ['true', 204],
    ['TRUE', 204],
    ['1', 204],
    ['on', 204],
    ['On', 204],
    ['yes', 204],
    [' yes ', 204],
    ['true,true', 204],
    ['true,false', 204],
    ['true,', 204],
    ['yes ,no', 204],
    ['false', 400],
    ['False', 400],
    ['off', 400],
    ['no', 400],
    ['value', 400],
    ['2', 400],
    ['00', 400],
    ['truetrue', 400],
    ['false,true', 400],
    ['0,true', 400],
    [',true', 400],
    ['null', 400],
  ];
  test.each(answers)('X-Confirmation-Status %j answers %i', async (value, status) => {
    const shop = await withOpenOrder();
    const answer = await disconnect(shop, { 'x-confirmation-status': value });
    expect(answer.status).toBe(status);
    if (status === 409) expect(answer.body.errors[0].code).toBe('21000');
    if (status === 400) expect(answer.body.errors[0].code).toBe('21001');
  });

  it('are those with any status but captured and canceled', async () => {
    const shop = await connected();
    const { body } = await shop.initialize();
    const block = async (): Promise<number> => (await disconnect(shop)).status;
    for (const status of [
      'authorized',
      'authorization_failed',
      'refunded',
      'partially refunded',
      'overpaid',
      'underpaid',
      'capture_failed',
    ]) {
      await sql`update payments set status = ${status} where transaction_id = ${body.transactionId}`.execute(
        app.app.db,
      );
      expect(await block(), status).toBe(409);
    }
    await sql`update payments set status = 'captured' where transaction_id = ${body.transactionId}`.execute(app.app.db);
    expect(await block()).toBe(204);
    await shop.configure();
    await sql`update payments set status = 'canceled' where transaction_id = ${body.transactionId}`.execute(app.app.db);
    expect(await block()).toBe(204);
  });

  it('that the PSP refused from the start block nothing', async () => {
    const shop = await connected();
    expect((await shop.initialize({ grandTotal: 12_011 })).status).toBe(400);
    expect((await disconnect(shop)).status).toBe(204);
  });

  it('of another tenant block nothing', async () => {
    await withOpenOrder();
    expect((await disconnect(await connected())).status).toBe(204);
  });
});

describe('active merchants', () => {
  it.each([
    ['en', 'active merchants', 'Ignore & Disconnect', 'Cancel'],
    ['de', 'aktive Händler', 'Ignorieren & Trennen', 'Stornieren'],
  ])('ask back with 409 (%s)', async (language, words, labelOk, labelCancel) => {
    const { status, body } = await disconnect(await withMerchant(), { 'accept-language': language });
    expect(status).toBe(409);
    expect(body.errors).toHaveLength(1);
    expect(body.errors[0]).toMatchObject({ code: '22000', status: 409, confirm: { labelOk, labelCancel } });
    expect(body.errors[0].message).toContain(words);
  });

  it.each([
    ['en', MERCHANTS_KEPT],
    ['de', 'Bitte trennen Sie die Händler und versuchen Sie es erneut.'],
  ])('answered with false stop it with 400 (%s)', async (language, message) => {
    const { status, body } = await disconnect(await withMerchant(), {
      'x-confirmation-status': 'false',
      'accept-language': language,
    });
    expect(status).toBe(400);
    expect(body).toEqual({ errors: [{ code: '22001', message, status: 400 }] });
  });

  it('answered with true let it go', async () => {
    expect((await disconnect(await withMerchant(), { 'x-confirmation-status': 'true' })).status).toBe(204);
  });

  const both: [string | undefined, number, string | undefined][] = [
    [undefined, 409, '21000'],
    ['true', 409, '22000'],
    ['true,', 409, '22000'],
    ['true,0', 409, '22000'],
    ['true,true', 204, undefined],
    ['1, yes', 204, undefined],
    ['true,true,false', 204, undefined],
    ['true,false', 400, '22001'],
    ['true,value', 400, '22001'],
    ['false,true', 400, '21001'],
    ['false', 400, '21001'],
  ];
  test.each(both)('and open orders take one answer each: %j answers %i %s', async (value, status, code) => {
    const answer = await disconnect(await withBoth(), value === undefined ? {} : { 'x-confirmation-status': value });
    expect(answer.status).toBe(status);
    expect(answer.body?.errors?.[0].code).toBe(code);
  });
});

describe('disconnecting', () => {
  it('is 204 without a body, whatever body came', async () => {
    for (const [type, body] of [
      ['application/json', '{"broken'],
      ['text/plain', 'hello'],
      ['application/x-www-form-urlencoded', 'a=b'],
      [JSON_API, ''],
    ] as const) {
      const shop = await connected();
      const headers = { ...(await shopHeaders(app, shop.tenantId)), 'content-type': type };
      const answer = await ask(app, '/private/disconnect', { headers, body });
      expect(answer.status).toBe(204);
      expect(answer.body).toBeUndefined();
    }
  });

  it.each(['/disconnect', '/private/disconnect/', '/disconnect/'])('also works at %s', async (path) => {
    const shop = await connected();
    expect((await ask(app, path, { headers: await shopHeaders(app, shop.tenantId) })).status).toBe(204);
  });

  it('withdraws every method, then tells the configuration as inactive; the settings stay', async () => {
    const shop = await connected();
    const before = await everythingOf(app, shop.tenantId);
    expect((await disconnect(shop)).status).toBe(204);
    const messages = (await told(app, shop.tenantId)).slice(2);
    expect(messages.map(({ name, payload }) => [name, payload])).toEqual([
      ['DeletePaymentMethod', { name: 'Sandbox', providerName: 'sandbox' }],
      [
        'AppConfigUpdated',
        expect.objectContaining({ isActive: false, status: 'DISCONNECTED', config: { mode: 'test' } }),
      ],
    ]);
    const after = await everythingOf(app, shop.tenantId);
    expect(after['payment_methods']).toEqual([]);
    const settings = (seen: Record<string, unknown>): unknown =>
      (seen['tenants'] as { settings: string }[])[0]?.settings;
    expect(settings(after)).toBe(settings(before));
  });

  it('is repeatable: no method again, the configuration again', async () => {
    const shop = await connected();
    await disconnect(shop);
    const count = (await told(app, shop.tenantId)).length;
    expect((await disconnect(shop)).status).toBe(204);
    expect(names((await told(app, shop.tenantId)).slice(count))).toEqual(['AppConfigUpdated']);
  });

  it('many at once withdraw each method once', async () => {
    const shop = await connected();
    const answers = await Promise.all(Array.from({ length: 6 }, () => disconnect(shop)));
    expect(answers.map(({ status }) => status)).toEqual(Array(6).fill(204));
    expect(names(await told(app, shop.tenantId)).filter((name) => name === 'DeletePaymentMethod')).toHaveLength(1);
  });

  it('keeps payments and merchants', async () => {
    const shop = await withBoth();
    expect((await disconnect(shop, { 'x-confirmation-status': 'true,true' })).status).toBe(204);
    expect(await countOf(app, 'payments', shop.tenantId)).toBe(1);
    expect(await countOf(app, 'merchants', shop.tenantId)).toBe(1);
  });

  it('that cannot be saved is 400 and changes nothing', async () => {
    const shop = await connected();
    const before = await everythingOf(app, shop.tenantId);
    const original = app.app.compose;
    app.app.compose = (event, envelope) => {
      if (event.kind === 'app_configuration_updated') throw new Error('the wire is cut');
      return original(event, envelope);
    };
    try {
      expect(await disconnect(shop)).toMatchObject({
        status: 400,
        body: { errors: [{ code: 422, message: 'Disconnecting error.', status: 422 }] },
      });
      const german = await disconnect(shop, { 'accept-language': 'de' });
      expect(german.body).toEqual({ errors: [{ code: 422, message: 'Fehler beim Trennen.', status: 422 }] });
    } finally {
      app.app.compose = original;
    }
    expect(await everythingOf(app, shop.tenantId)).toEqual(before);
  });
});

describe('a disconnected tenant', () => {
  let shop: TestShop;
  beforeAll(async () => {
    shop = await withOpenOrder();
    expect((await disconnect(shop, { 'x-confirmation-status': 'true' })).status).toBe(204);
  });

  it.each([
    ['en', 'Tenant is disconnected.'],
    ['de', 'Der Mandant ist getrennt.'],
  ])('is refused by payment endpoints with 403 (%s)', async (language, message) => {
    const { status, body } = await shop.call('/private/initialize-payment', initializeBody(), {
      endpoint: 'initialize-payment',
      headers: { 'accept-language': language },
    });
    expect(status).toBe(403);
    expect(body).toEqual([{ status: 403, code: null, message, confirm: null }]);
  });

  it('still gets tokens and its messages', async () => {
    expect((await app.token('aop-event-platform', shop.tenantId)).length).toBeGreaterThan(20);
    const headers = await workerHeaders(app, shop.tenantId);
    const { status, body } = await ask(app, '/channels/payment-method-commands', { method: 'GET', headers });
    expect(status).toBe(200);
    expect(body.map((message: { MessageAttributes: { name: string } }) => message.MessageAttributes.name)).toContain(
      'DeletePaymentMethod',
    );
  });

  it('still may send commands: they are stored and answered 200', async () => {
    const { status } = await shop.command('CancelPayment', {
      orderReference: 'DE--unknown',
      orderItemIds: [],
      amount: 0,
    });
    expect(status).toBe(200);
  });

  it('comes back by configuring, with its methods and payments', async () => {
    const count = (await told(app, shop.tenantId)).length;
    expect((await shop.configure()).status).toBe(200);
    expect(names((await told(app, shop.tenantId)).slice(count))).toEqual(['AddPaymentMethod', 'AppConfigUpdated']);
    expect((await shop.initialize()).status).toBe(200);
    expect(await countOf(app, 'payments', shop.tenantId)).toBe(2);
  });
});

function initializeBody(): object {
  return { orderData: { orderReference: 'DE--1', currencyCode: 'EUR', grandTotal: 100, paymentMethod: 'Sandbox' } };
}

describe('with the deletion flags', () => {
  it('payments and merchants are gone, those of other tenants stay', async () => {
    const deleting = await testApp({
      env: { DELETE_PAYMENTS_ON_DISCONNECT: 'true', DELETE_MERCHANTS_ON_DISCONNECT: 'true' },
    });
    try {
      const [shop, other] = [await withOpenOrder(deleting), await withOpenOrder(deleting)];
      for (const { tenantId } of [shop, other]) await addMerchant(deleting, tenantId);
      expect((await shop.disconnect('true,true')).status).toBe(204);
      for (const table of ['payments', 'payment_history', 'payment_references', 'merchants']) {
        expect(await countOf(deleting, table, shop.tenantId), table).toBe(0);
        expect(await countOf(deleting, table, other.tenantId), table).toBeGreaterThan(0);
      }
      // What was told stays tellable.
      expect(names(await shop.poll('payment-events'))).toContain('PaymentCreated');
    } finally {
      await deleting.close();
    }
  });

  it('each flag is for itself', async () => {
    const deleting = await testApp({ env: { DELETE_MERCHANTS_ON_DISCONNECT: 'true' } });
    try {
      const shop = await withOpenOrder(deleting);
      await addMerchant(deleting, shop.tenantId);
      expect((await shop.disconnect('true,true')).status).toBe(204);
      expect(await countOf(deleting, 'payments', shop.tenantId)).toBe(1);
      expect(await countOf(deleting, 'merchants', shop.tenantId)).toBe(0);
    } finally {
      await deleting.close();
    }
  });
});
