/** `POST /private/initialize-payment`: how bodies are read, every answer, and what a repeat does. */
import { sql } from 'kysely';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import {
  SANDBOX_SETTINGS,
  sampleOrder,
  sampleUrls,
  testApp,
  type Answered,
  type TestApp,
  type TestShop,
} from '../support/app.js';
import {
  ask,
  countOf,
  listError,
  movableClock,
  newOrderReference,
  phpForm,
  shopHeaders,
  snake,
  told,
  type MovableClock,
} from './doors.js';

const PATH = '/private/initialize-payment';
const FORM = 'application/x-www-form-urlencoded';
const JSON_API = 'application/vnd.api+json';

let app: TestApp;
let shop: TestShop;
let clock: MovableClock;
beforeAll(async () => {
  clock = movableClock();
  app = await testApp({ clock });
  shop = app.shop();
  expect((await shop.configure()).status).toBe(200);
});
afterAll(() => app.close());

async function post(body: unknown, headers: Record<string, string> = {}, by = shop): Promise<Answered> {
  return by.call(PATH, body, { headers, endpoint: 'initialize-payment' });
}

/** An order with changes; a member that is undefined is left out. */
function order(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return { ...sampleOrder(newOrderReference()), ...changes };
}

interface Row {
  transaction_id: string | null;
  status: string;
  amount: number;
  quote: { lines: { id?: string; name: string }[]; additional: Record<string, string>; [name: string]: unknown };
  round: number;
  redirect_success_url: string | null;
}

async function stored(orderReference: unknown, tenantId = shop.tenantId): Promise<Row[]> {
  const { rows } = await sql<Row>`
    select * from payments where tenant_id = ${tenantId} and order_reference = ${String(orderReference)}`.execute(
    app.app.db,
  );
  return rows;
}

async function toldAbout(orderReference: string, tenantId = shop.tenantId): Promise<string[]> {
  const all = await told(app, tenantId);
  return all
    .filter(
      ({ payload }) => payload['entityReference'] === orderReference || payload['orderReference'] === orderReference,
    )
    .map(({ name }) => name);
}

describe('a payment starts', () => {
  it('with all seven members, nulls included, in JSON, with exactly 200', async () => {
    const { status, body, headers } = await post({ orderData: order(), ...sampleUrls() });
    expect(status).toBe(200);
    expect(headers.get('content-type')).toContain('application/json');
    expect(Object.keys(body).sort()).toEqual([
      'isSuccessful',
      'message',
      'payment',
      'preOrderPaymentData',
      'redirectUrl',
      'statusCode',
      'transactionId',
    ]);
    expect(body).toMatchObject({ isSuccessful: true, statusCode: null, payment: null, message: null });
    expect(body.preOrderPaymentData.transactionId).toBe(body.transactionId);
  });

  it('and the shop hears PaymentCreated once', async () => {
    const data = order();
    const { body } = await post({ orderData: data, ...sampleUrls() });
    const [created, ...others] = (await told(app, shop.tenantId)).filter(
      ({ payload }) => payload['entityReference'] === data['orderReference'],
    );
    expect(others).toEqual([]);
    expect(created).toMatchObject({ name: 'PaymentCreated', payload: { paymentReference: body.transactionId } });
    expect(JSON.parse(String(created?.payload['details']))).toHaveProperty('External status "new"');
  });

  it('the redirect leads to our page with every value encoded', async () => {
    const odd = app.shop('tenant & <ü> ?=#1');
    const ascii = app.shop('tenant & ?=#1');
    await ascii.configure();
    const { body } = await ascii.initialize();
    const url = new URL(body.redirectUrl as string);
    expect(`${url.origin}${url.pathname}`).toBe(`${app.config.publicUrl}/app-payment`);
    expect(Object.fromEntries(url.searchParams)).toEqual({
      transactionId: body.transactionId,
      tenantIdentifier: 'tenant & ?=#1',
      token: expect.stringMatching(/^[\w-]{20,}$/) as unknown,
    });
    expect(url.hash).toBe('');
    expect(odd.tenantId).toContain('ü');
  });

  it('without an order: no redirect, PaymentCreated without an order, a new payment each time', async () => {
    const before = await countOf(app, 'payments', shop.tenantId);
    for (const orderReference of [undefined, null, '']) {
      const { status, body } = await post({ orderData: order({ orderReference }), ...sampleUrls() });
      expect(status).toBe(200);
      expect(body.redirectUrl).toBeNull();
      const [created] = (await told(app, shop.tenantId)).filter(
        ({ payload }) => payload['paymentReference'] === body.transactionId,
      );
      expect(created?.name).toBe('PaymentCreated');
      expect(created?.payload).not.toHaveProperty('entityReference');
    }
    expect(await countOf(app, 'payments', shop.tenantId)).toBe(before + 3);
  });

  it('with a temporary id: the shop does not learn it', async () => {
    const { body, orderReference } = await shop.initialize({ grandTotal: 12_013 });
    expect(body.transactionId).toMatch(/^tmp-/);
    expect(await toldAbout(orderReference)).toEqual([]);
  });
});

describe('bodies', () => {
  it('JSON and the same as PHP form store the same order', async () => {
    const items = Array.from({ length: 30 }, (_, n) => ({
      idSalesOrderItem: 100 + n,
      name: `Item ${n} & co`,
      sku: `s_${n}`,
      quantity: 1,
      unitPrice: 400,
    }));
    const additionalPaymentData = { externalId: '7', 'a b': 'x+y' };
    const [json, form] = [order({ items, additionalPaymentData }), order({ items, additionalPaymentData })];
    expect((await post({ orderData: json, ...sampleUrls() })).status).toBe(200);
    const text = phpForm({ orderData: form, ...sampleUrls() });
    expect((await post(text, { 'content-type': FORM, accept: 'application/json' })).status).toBe(200);
    const [[a], [b]] = [await stored(json['orderReference']), await stored(form['orderReference'])];
    expect({ ...b?.quote, orderReference: '' }).toEqual({ ...a?.quote, orderReference: '' });
    expect(b?.quote.lines).toHaveLength(30);
    expect(b?.quote.additional).toEqual(additionalPaymentData);
    expect(b?.redirect_success_url).toBe(a?.redirect_success_url);
  });

  it('wrapped in form_params, as JSON and as a form', async () => {
    for (const form of [false, true]) {
      const orderData = order();
      const wrapped = { form_params: { orderData, ...sampleUrls() } };
      const { status } = form ? await post(phpForm(wrapped), { 'content-type': FORM }) : await post(wrapped);
      expect(status).toBe(200);
      expect(await stored(orderData['orderReference'])).toHaveLength(1);
    }
  });

  it.each([JSON_API, `${JSON_API};charset=utf-8`])('as JSON:API (%s): the real answer comes back', async (type) => {
    const orderData = order();
    const document = { data: { type: 'payments', attributes: { orderData, ...sampleUrls() } } };
    const { status, body } = await post(document, { 'content-type': type });
    expect(status).toBe(200);
    expect(body.transactionId).toMatch(/^sbx_/);
  });

  it('in snake_case, at every level; free maps keep their keys', async () => {
    const orderData = order({ additionalPaymentData: { some_key: '1', otherKey: '2' } });
    expect((await post(snake({ orderData, ...sampleUrls() }))).status).toBe(200);
    const [row] = await stored(orderData['orderReference']);
    expect(row?.quote.lines.map(({ id }) => id)).toEqual(['101', '102']);
    expect(row?.quote.additional).toEqual({ some_key: '1', otherKey: '2' });
    expect(row?.redirect_success_url).toBe(sampleUrls()['redirectSuccessUrl']);
  });

  it('with [] for every empty map, and for empty lists', async () => {
    const orderData = order({ additionalPaymentData: [], items: [], expenses: [] });
    const { status } = await post({ orderData, preOrderPaymentData: [], ...sampleUrls() });
    expect(status).toBe(200);
    expect((await stored(orderData['orderReference']))[0]?.quote).toMatchObject({ additional: {}, lines: [] });
  });

  it('with null wherever something may be missing', async () => {
    const optional = Object.keys(order()).filter(
      (key) => !['orderReference', 'currencyCode', 'grandTotal', 'paymentMethod'].includes(key),
    );
    const more = ['address2', 'state', 'phone', 'shippingCity', 'payment', 'discountTotal', 'salutation'];
    const nulls = Object.fromEntries([...optional, ...more].map((key) => [key, null]));
    const urls = {
      redirectSuccessUrl: null,
      redirectCancelUrl: null,
      checkoutSummaryPageUrl: null,
      preOrderPaymentData: null,
      localeName: null,
    };
    expect((await post({ orderData: order(nulls), ...urls })).status).toBe(200);
    const items = [{ idSalesOrderItem: null, name: null, sku: null, quantity: null, unitPrice: null, taxRate: null }];
    expect((await post({ orderData: order({ items }) })).status).toBe(200);
  });

  it('with digit strings for numbers and numbers for text', async () => {
    const items = [
      { idSalesOrderItem: '101', name: 'Oryx', sku: 17, quantity: '2', unitPrice: '6000', taxRate: '19.0' },
    ];
    const orderData = order({ grandTotal: '12000', discountTotal: '-100', zip: 10_115, items });
    expect((await post({ orderData })).status).toBe(200);
    expect((await stored(orderData['orderReference']))[0]).toMatchObject({
      amount: 12_000,
      quote: { grandTotal: 12_000, discountTotal: -100 },
    });
  });

  it('with the minimum', async () => {
    const orderData = { currencyCode: 'EUR', grandTotal: 1, paymentMethod: 'x', orderReference: newOrderReference() };
    expect((await post({ orderData })).status).toBe(200);
  });

  it('of older shops, with method and additional values nested in payment', async () => {
    const payment = { paymentMethod: 'Credit Card', additionalPaymentData: { externalId: '9' } };
    const orderData = order({ paymentMethod: undefined, additionalPaymentData: undefined, payment });
    expect((await post({ orderData })).status).toBe(200);
    expect((await stored(orderData['orderReference']))[0]?.quote).toMatchObject({
      paymentMethod: 'credit-card',
      additional: { externalId: '9' },
    });
  });

  it('with unknown members everywhere', async () => {
    const items = [{ idSalesOrderItem: 1, name: 'x', quantity: 1, unitPrice: 1, strange: { deep: [1] } }];
    expect((await post({ orderData: order({ strange: 1, items }), strange: [] })).status).toBe(200);
  });

  it.each([
    ['Credit Card', 'credit-card'],
    ['PayPal  Express', 'paypal--express'],
    ['not in the list', 'not-in-the-list'],
    ['Überweisung', 'überweisung'],
  ])('the method %j is stored as %j', async (paymentMethod, normalized) => {
    const orderData = order({ paymentMethod });
    expect((await post({ orderData })).status).toBe(200);
    expect((await stored(orderData['orderReference']))[0]?.quote['paymentMethod']).toBe(normalized);
  });

  it.each(['/initialize-payment', '/private/initialize-payment/', '/initialize-payment/'])(
    'come at %s, without a redirect',
    async (path) => {
      const headers = { ...(await shopHeaders(app, shop.tenantId)), 'content-type': 'application/json' };
      const { status } = await ask(app, path, { headers, body: JSON.stringify({ orderData: order() }) });
      expect(status).toBe(200);
    },
  );

  it('without a content type are JSON', async () => {
    const headers = await shopHeaders(app, shop.tenantId);
    expect((await ask(app, PATH, { headers, body: JSON.stringify({ orderData: order() }) })).status).toBe(200);
  });

  it('X-Store-Reference names the tenant when X-Tenant-Identifier is missing or empty', async () => {
    const { authorization } = await shopHeaders(app, shop.tenantId);
    for (const tenant of [{}, { 'x-tenant-identifier': '' }] as Record<string, string>[]) {
      const headers = {
        authorization: authorization ?? '',
        'content-type': 'application/json',
        'x-store-reference': shop.tenantId,
        ...tenant,
      };
      expect((await ask(app, PATH, { headers, body: JSON.stringify({ orderData: order() }) })).status).toBe(200);
    }
  });
});

describe('a wrong request is 400 in the list shape and stores nothing', () => {
  const cases: [string, unknown, RegExp][] = [
    ['no body', undefined, /POST content is required/],
    ['an empty body', '', /POST content is required/],
    ['malformed JSON', '{"orderData":', /could not be read/],
    ['a JSON scalar', '7', /could not be read/],
    ['null', 'null', /could not be read|content is required/],
    ['an empty list', '[]', /orderData/],
    ['no orderData', '{}', /orderData/],
    ['orderData null', { orderData: null }, /orderData/],
    ['orderData text', { orderData: 'x' }, /orderData/],
    ['grandTotal 0', { orderData: order({ grandTotal: 0 }) }, /grandTotal/],
    ['grandTotal negative', { orderData: order({ grandTotal: -5 }) }, /grandTotal/],
    ['grandTotal "0"', { orderData: order({ grandTotal: '0' }) }, /grandTotal/],
    ['grandTotal with decimals', { orderData: order({ grandTotal: 1.5 }) }, /grandTotal/],
    ['grandTotal in words', { orderData: order({ grandTotal: '12,00' }) }, /grandTotal/],
    ['grandTotal "1e3"', { orderData: order({ grandTotal: '1e3' }) }, /grandTotal/],
    ['grandTotal beyond 2^53', { orderData: order({ grandTotal: '9007199254740993' }) }, /grandTotal/],
    ['grandTotal true', { orderData: order({ grandTotal: true }) }, /grandTotal/],
    ['grandTotal missing', { orderData: order({ grandTotal: undefined }) }, /grandTotal/],
    ['grandTotal null', { orderData: order({ grandTotal: null }) }, /grandTotal/],
    ['currency missing', { orderData: order({ currencyCode: undefined }) }, /currencyCode/],
    ['currency empty', { orderData: order({ currencyCode: '' }) }, /currencyCode/],
    ['currency of four letters', { orderData: order({ currencyCode: 'EURO' }) }, /currencyCode/],
    ['method missing', { orderData: order({ paymentMethod: undefined }) }, /paymentMethod/],
    ['method empty', { orderData: order({ paymentMethod: '' }) }, /paymentMethod/],
    ['method blank', { orderData: order({ paymentMethod: '  ' }) }, /paymentMethod/],
    ['an order reference that is too long', { orderData: order({ orderReference: 'x'.repeat(65) }) }, /orderReference/],
    ['a NUL in the order reference', { orderData: order({ orderReference: 'a\u0000b' }) }, /./],
    ['a NUL deep in the order', { orderData: order({ customerFirstName: 'a\u0000b' }) }, /./],
    ['a NUL in a free key', { orderData: order({ additionalPaymentData: { 'a\u0000': '1' } }) }, /./],
    ['half a character', JSON.stringify({ orderData: order() }).replace('Ada', '\\ud800'), /./],
    [
      'a body nested too deeply',
      { orderData: order({ additionalPaymentData: JSON.parse(`${'{"a":'.repeat(40)}1${'}'.repeat(40)}`) as unknown }) },
      /./,
    ],
  ];
  test.each(cases)('%s', async (_name, body, words) => {
    const before = await countOf(app, 'payments', shop.tenantId);
    const answer = await post(body);
    expect(answer.status).toBe(400);
    expect(answer.body).toEqual(listError(400, answer.body[0].message as string));
    expect(answer.body[0].message).toMatch(words);
    expect(answer.body[0].message.length).toBeLessThan(300);
    expect(await countOf(app, 'payments', shop.tenantId)).toBe(before);
  });

  it('says so in German when the caller asks for it, whatever the locale of the order', async () => {
    const { body } = await post('', { 'accept-language': 'de' });
    expect(body).toEqual(listError(400, 'Der Inhalt der Anfrage fehlt.'));
    const unknown = app.shop();
    const english = await unknown.initialize({ localeName: 'de_DE' });
    expect(english.body).toEqual(listError(400, 'Could not find an App configuration for the given Tenant'));
  });

  it('errors of JSON:API callers stand below errors', async () => {
    const { status, body } = await post({ data: { attributes: {} } }, { 'content-type': JSON_API });
    expect(status).toBe(400);
    expect(body.errors[0]).toMatchObject({ status: 400, code: null, confirm: null });
  });

  it('a content type we do not know is 415, a body over 1 MB is 413', async () => {
    const { status, body } = await post('<xml/>', { 'content-type': 'application/xml' });
    expect([status, body[0].status]).toEqual([415, 415]);
    const big = await post({ orderData: order({ customerFirstName: 'x'.repeat(1_100_000) }) });
    expect([big.status, big.body[0].status]).toEqual([413, 413]);
  });

  it.each([
    ['en', 'Could not find an App configuration for the given Tenant'],
    ['de', 'Für den Mandanten wurde keine App-Konfiguration gefunden'],
  ])('a tenant nobody knows (%s)', async (language, message) => {
    const { status, body } = await post({ orderData: order() }, { 'accept-language': language }, app.shop());
    expect(status).toBe(400);
    expect(body).toEqual(listError(400, message));
  });

  it('no tenant at all', async () => {
    const headers = { authorization: `Bearer ${await app.token('aop-app')}`, 'content-type': 'application/json' };
    const { status, body } = await ask(app, PATH, { headers, body: JSON.stringify({ orderData: order() }) });
    expect(status).toBe(400);
    expect(body).toEqual(listError(400, 'X-Tenant-Identifier in header is required.'));
  });
});

describe('return URLs', () => {
  it.each([
    'javascript:alert(1)',
    'ftp://shop.example/',
    '//shop.example',
    '/success',
    'https://',
    'data:text/html,x',
    'nonsense',
  ])('%j is refused', async (url) => {
    for (const field of ['redirectSuccessUrl', 'redirectCancelUrl', 'checkoutSummaryPageUrl']) {
      const { status, body } = await post({ orderData: order(), [field]: url });
      expect(status).toBe(400);
      expect(body[0].message).toContain(field);
    }
  });

  it.each(['http://localhost:9000/x', 'https://shop.example', 'HTTPS://Shop.example/a?b=c#d'])(
    '%j is fine without a list',
    async (url) => {
      expect((await post({ orderData: order(), redirectSuccessUrl: url })).status).toBe(200);
    },
  );

  it('with a list only its origins are', async () => {
    const strict = app.shop();
    await strict.configure({ ...SANDBOX_SETTINGS, returnUrlAllowList: ['https://shop.example'] });
    const statusOf = async (url: string): Promise<number> =>
      (await post({ orderData: order(), redirectSuccessUrl: url }, {}, strict)).status;
    expect(await statusOf('https://shop.example/a')).toBe(200);
    for (const url of [
      'https://evil.example/',
      'http://shop.example/',
      'https://shop.example.evil.example/',
      'https://shop.example@evil.example/',
    ]) {
      expect(await statusOf(url), url).toBe(400);
    }
  });
});

describe('outcomes at the PSP', () => {
  it.each([
    [12_011, 'declined'],
    [12_012, 'was not able to'],
    [12_015, 'broke'],
  ])('an amount of %i is refused with 400 and the words of the PSP; nothing is told', async (grandTotal, words) => {
    const { status, body, orderReference } = await shop.initialize({ grandTotal });
    expect(status).toBe(400);
    expect(body).toEqual(listError(400, body[0].message as string));
    expect(body[0].message).toContain(words);
    expect(await toldAbout(orderReference)).toEqual([]);
    // The order itself is not burnt: another amount goes through, as one payment.
    const retry = await shop.initialize({ orderReference, grandTotal: 12_000 });
    expect(retry.status).toBe(200);
    expect(await stored(orderReference)).toHaveLength(1);
    expect(await toldAbout(orderReference)).toEqual(['PaymentCreated']);
  });

  it('no answer is 503, again and again, and tells nothing', async () => {
    const { status, body, orderReference } = await shop.initialize({ grandTotal: 12_016 });
    expect(status).toBe(503);
    expect(body).toEqual(listError(503, 'The payment service provider did not answer in time, try again later.'));
    expect((await shop.initialize({ orderReference, grandTotal: 12_016 })).status).toBe(503);
    const german = await shop.call(
      PATH,
      { orderData: order({ orderReference, grandTotal: 12_016 }) },
      { headers: { 'accept-language': 'de' } },
    );
    expect(german.body[0].message).toBe(
      'Der Zahlungsdienstleister hat nicht rechtzeitig geantwortet, bitte später erneut versuchen.',
    );
    expect(await toldAbout(orderReference)).toEqual([]);
    expect(await stored(orderReference)).toHaveLength(1);
  });

  it('a lost answer is 503, and the repeat finds the same payment when the PSP answers', async () => {
    const quick = app.shop();
    await quick.configure({ ...SANDBOX_SETTINGS, delaySeconds: 1 });
    const first = await quick.initialize({ grandTotal: 12_017 });
    expect(first.status).toBe(503);
    clock.advance(2);
    const second = await quick.initialize({ orderReference: first.orderReference, grandTotal: 12_017 });
    expect(second.status).toBe(200);
    expect(await stored(first.orderReference, quick.tenantId)).toHaveLength(1);
    expect(await toldAbout(first.orderReference, quick.tenantId)).toEqual(['PaymentCreated']);
  });

  it('a lost answer, then another amount: the payment ends with the amount that was asked last', async () => {
    const quick = app.shop();
    await quick.configure({ ...SANDBOX_SETTINGS, delaySeconds: 1 });
    const { orderReference } = await quick.initialize({ grandTotal: 12_017 });
    clock.advance(2);
    const second = await quick.initialize({ orderReference, grandTotal: 13_000 });
    expect(second.status).toBe(200);
    expect((await stored(orderReference, quick.tenantId))[0]).toMatchObject({
      amount: 13_000,
      transaction_id: second.body.transactionId,
    });
  });

  it('a connector that breaks is 503, and the repeat works', async () => {
    const original = app.app.connector;
    const broken = app.shop();
    await broken.configure();
    app.app.connector = async (name) => {
      const connector = await original(name);
      return {
        ...connector,
        initialize: { ...connector.initialize, ask: () => Promise.reject(new Error('socket hang up')) },
      };
    };
    const first = await broken.initialize().finally(() => {
      app.app.connector = original;
    });
    expect(first.status).toBe(503);
    expect(JSON.stringify(first.body)).not.toContain('socket');
    expect((await broken.initialize({ orderReference: first.orderReference })).status).toBe(200);
    expect(await toldAbout(first.orderReference, broken.tenantId)).toEqual(['PaymentCreated']);
  });

  it('a slow PSP is waited for', async () => {
    const { status } = await shop.initialize({ grandTotal: 12_018 });
    expect(status).toBe(200);
  });
});

describe('the same order again', () => {
  it('with the same amount gets the same answer, and nothing is told', async () => {
    const data = order();
    const first = await post({ orderData: data, ...sampleUrls() });
    const second = await post({ orderData: data, ...sampleUrls() });
    expect(second.status).toBe(200);
    expect(second.body).toEqual(first.body);
    expect(await toldAbout(String(data['orderReference']))).toEqual(['PaymentCreated']);
  });

  it('with the same amount takes the new return URLs', async () => {
    const data = order();
    await post({ orderData: data, ...sampleUrls() });
    await post({ orderData: data, ...sampleUrls(), redirectSuccessUrl: 'https://shop.example/other' });
    expect((await stored(data['orderReference']))[0]?.redirect_success_url).toBe('https://shop.example/other');
  });

  it('with another amount keeps its id, changes the payment, and the shop hears PaymentUpdated', async () => {
    const data = order();
    const first = await post({ orderData: data });
    const second = await post({ orderData: { ...data, grandTotal: 9_900 } });
    expect(second.status).toBe(200);
    expect(second.body.transactionId).toBe(first.body.transactionId);
    expect((await stored(data['orderReference']))[0]).toMatchObject({
      amount: 9_900,
      status: 'new',
      quote: { grandTotal: 9_900 },
    });
    expect(await toldAbout(String(data['orderReference']))).toEqual(['PaymentCreated', 'PaymentUpdated']);
  });

  it('with another amount that the PSP refuses is 400, and the payment stays as it was', async () => {
    const data = order();
    const first = await post({ orderData: data });
    expect((await post({ orderData: { ...data, grandTotal: 9_911 } })).status).toBe(400);
    expect((await stored(data['orderReference']))[0]).toMatchObject({ amount: 12_000, quote: { grandTotal: 12_000 } });
    const again = await post({ orderData: data });
    expect(again.body.transactionId).toBe(first.body.transactionId);
    expect(await toldAbout(String(data['orderReference']))).toEqual(['PaymentCreated']);
  });

  it.each([
    ['authorized', []],
    ['captured', ['authorized']],
    ['canceled', []],
    ['overpaid', ['authorized']],
  ])('once it is %s is 400', async (status, before) => {
    const { body, orderReference } = await shop.initialize();
    for (const step of [...before, status])
      await shop.webhook({ type: 'payment', transactionId: body.transactionId, status: step });
    await until(async () => (await stored(orderReference))[0]?.status === status);
    for (const grandTotal of [12_000, 100]) {
      const again = await shop.initialize({ orderReference, grandTotal });
      expect(again.status).toBe(400);
      expect(again.body).toEqual(
        listError(400, `The payment of order "${orderReference}" can no longer be initialized.`),
      );
    }
  });

  it('after its authorization failed starts anew: another id, the old one still finds it, PaymentUpdated', async () => {
    const { body, orderReference } = await shop.initialize();
    await shop.webhook({ type: 'payment', transactionId: body.transactionId, status: 'authorization_failed' });
    await until(async () => (await stored(orderReference))[0]?.status === 'authorization_failed');
    const before = await toldAbout(orderReference);
    const again = await shop.initialize({ orderReference });
    expect(again.status).toBe(200);
    expect(again.body.transactionId).not.toBe(body.transactionId);
    const [row, ...others] = await stored(orderReference);
    expect(others).toEqual([]);
    expect(row).toMatchObject({ status: 'new', transaction_id: again.body.transactionId });
    expect((await toldAbout(orderReference)).slice(before.length)).toEqual(['PaymentUpdated']);
    const { rows } = await sql<{
      reference: string;
    }>`select reference from payment_references where tenant_id = ${shop.tenantId}
      and reference in (${body.transactionId}, ${again.body.transactionId}) order by created_at`.execute(app.app.db);
    expect(rows.map(({ reference }) => reference).sort()).toEqual(
      [body.transactionId, again.body.transactionId].sort(),
    );
    // The old id selects the same payment.
    const byOldId = await post({
      orderData: order({ orderReference }),
      preOrderPaymentData: { transactionId: body.transactionId },
    });
    expect(byOldId.body.transactionId).toBe(again.body.transactionId);
    await shop.webhook({ type: 'payment', transactionId: again.body.transactionId, status: 'authorized' });
    await shop.until('PaymentAuthorized', orderReference);
  });

  it('ten times at once makes one payment, and all get the same answer', async () => {
    const data = order();
    const answers = await Promise.all(Array.from({ length: 10 }, () => post({ orderData: data, ...sampleUrls() })));
    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200));
    for (const { body } of answers) expect(body).toEqual(answers[0]?.body);
    expect(await stored(data['orderReference'])).toHaveLength(1);
    expect(await toldAbout(String(data['orderReference']))).toEqual(['PaymentCreated']);
  });

  it('ten times at once with a slow PSP, too', async () => {
    const data = order({ grandTotal: 12_018 });
    const answers = await Promise.all(Array.from({ length: 10 }, () => post({ orderData: data })));
    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200));
    for (const { body } of answers) expect(body).toEqual(answers[0]?.body);
  });

  it('ten times at once with a PSP that refuses asks it once or twice, and all hear the same', async () => {
    const data = order({ grandTotal: 12_011 });
    const answers = await Promise.all(Array.from({ length: 10 }, () => post({ orderData: data })));
    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(400));
    for (const { body } of answers) expect(body).toEqual(answers[0]?.body);
  });

  it('at once with two amounts ends with one of them, at the PSP and here', async () => {
    const data = order();
    await post({ orderData: data });
    const answers = await Promise.all([5_000, 6_000].map((grandTotal) => post({ orderData: { ...data, grandTotal } })));
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    const [row] = await stored(data['orderReference']);
    expect([5_000, 6_000]).toContain(row?.amount);
    expect(row?.quote['grandTotal']).toBe(row?.amount);
  });

  it('of another tenant is another payment', async () => {
    const other = app.shop();
    await other.configure();
    const data = order();
    const [mine, theirs] = [await post({ orderData: data }), await post({ orderData: data }, {}, other)];
    expect([mine.status, theirs.status]).toEqual([200, 200]);
    expect(theirs.body.transactionId).not.toBe(mine.body.transactionId);
    expect(await stored(data['orderReference'])).toHaveLength(1);
    expect(await stored(data['orderReference'], other.tenantId)).toHaveLength(1);
  });
});

describe('preOrderPaymentData.transactionId', () => {
  it('that nobody knows, or another tenant has, is 400 with the id', async () => {
    const other = app.shop();
    await other.configure();
    const theirs = (await other.initialize()).body.transactionId as string;
    for (const transactionId of ['sbx_unknown', theirs]) {
      const { status, body } = await post({ orderData: order(), preOrderPaymentData: { transactionId } });
      expect(status).toBe(400);
      expect(body).toEqual(listError(400, `Could not find a payment with the transaction id "${transactionId}"`));
    }
    const german = await post(
      { orderData: order(), preOrderPaymentData: { transactionId: 'x' } },
      { 'accept-language': 'de' },
    );
    expect(german.body[0].message).toBe('Keine Zahlung mit der Transaktionskennung „x“ gefunden');
  });

  it.each([[null], [''], [undefined]])('%j is as if there were none', async (transactionId) => {
    expect((await post({ orderData: order(), preOrderPaymentData: { transactionId } })).status).toBe(200);
  });

  it('renews a payment without an order, and later links it to its order', async () => {
    const first = await post({ orderData: order({ orderReference: null }) });
    const { transactionId } = first.body as { transactionId: string };
    const renewed = await post({
      orderData: order({ orderReference: null, grandTotal: 7_000 }),
      preOrderPaymentData: { transactionId },
    });
    expect(renewed.body.transactionId).toBe(transactionId);
    const data = order({ grandTotal: 7_000 });
    const linked = await post({ orderData: data, preOrderPaymentData: { transactionId } });
    expect(linked.status).toBe(200);
    expect(linked.body.transactionId).toBe(transactionId);
    expect(linked.body.redirectUrl).not.toBeNull();
    expect((await stored(data['orderReference']))[0]).toMatchObject({ transaction_id: transactionId, amount: 7_000 });
    expect(await toldAbout(String(data['orderReference']))).toEqual(['PaymentUpdated']);
  });

  it('of one order cannot be taken for another', async () => {
    const first = await shop.initialize();
    const { status } = await post({
      orderData: order(),
      preOrderPaymentData: { transactionId: first.body.transactionId },
    });
    expect(status).toBe(400);
    expect((await stored(first.orderReference))[0]?.transaction_id).toBe(first.body.transactionId);
  });

  it('cannot give an order a second payment', async () => {
    const { orderReference } = await shop.initialize();
    const loose = await post({ orderData: order({ orderReference: null }) });
    const { status } = await post({
      orderData: order({ orderReference }),
      preOrderPaymentData: { transactionId: loose.body.transactionId },
    });
    expect(status).toBe(400);
    expect(await stored(orderReference)).toHaveLength(1);
  });
});

describe('Idempotency-Key', () => {
  const keyed = (): Record<string, string> => ({ 'idempotency-key': randomUUID() });
  const loose = (): object => ({ orderData: order({ orderReference: null }) });

  it('repeats the first answer, where there would be a second payment without it', async () => {
    const [headers, body] = [keyed(), loose()];
    const before = await countOf(app, 'payments', shop.tenantId);
    const answers = [await post(body, headers), await post(body, headers)];
    expect(answers[1]?.body).toEqual(answers[0]?.body);
    expect(await countOf(app, 'payments', shop.tenantId)).toBe(before + 1);
  });

  it('with another body is 422', async () => {
    const headers = keyed();
    await post(loose(), headers);
    const { status, body } = await post({ orderData: order({ orderReference: null, grandTotal: 1 }) }, headers);
    expect(status).toBe(422);
    expect(body).toEqual(listError(422, 'The Idempotency-Key was used before with another request.'));
  });

  it('a repeat while the first is under way waits for its answer', async () => {
    const [headers, body] = [keyed(), { orderData: order({ orderReference: null, grandTotal: 12_018 }) }];
    const before = await countOf(app, 'payments', shop.tenantId);
    const answers = await Promise.all([1, 2, 3].map(() => post(body, headers)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    for (const answer of answers) expect(answer.body).toEqual(answers[0]?.body);
    expect(await countOf(app, 'payments', shop.tenantId)).toBe(before + 1);
  });

  it('is of one tenant', async () => {
    const other = app.shop();
    await other.configure();
    const [headers, body] = [keyed(), loose()];
    const mine = await post(body, headers);
    const theirs = await post(body, headers, other);
    expect(theirs.status).toBe(200);
    expect(theirs.body.transactionId).not.toBe(mine.body.transactionId);
  });

  it('a failure is not kept: the repeat may do better', async () => {
    const [headers, other] = [keyed(), app.shop()];
    const body = loose();
    expect((await post(body, headers, other)).status).toBe(400);
    await other.configure();
    expect((await post(body, headers, other)).status).toBe(200);
  });

  it('too long is 400, empty is none', async () => {
    expect((await post(loose(), { 'idempotency-key': 'x'.repeat(256) })).status).toBe(400);
    expect((await post(loose(), { 'idempotency-key': ' ' })).status).toBe(200);
  });

  it('keeps the answer sealed', async () => {
    const headers = keyed();
    const { body } = await post(loose(), headers);
    const { rows } = await sql`select * from replies where idempotency_key = ${headers['idempotency-key']}`.execute(
      app.app.db,
    );
    expect(rows).toHaveLength(1);
    expect(JSON.stringify(rows)).not.toContain(body.transactionId);
  });
});

describe('a day later', () => {
  it('an Idempotency-Key is forgotten', async () => {
    const headers = { 'idempotency-key': randomUUID() };
    const first = await post({ orderData: order({ orderReference: null }) }, headers);
    clock.advance(86_500);
    const other = { orderData: order({ orderReference: null, grandTotal: 4_200 }) };
    // With a token of that day.
    const second = await post(other, headers, app.shop(shop.tenantId));
    expect(second.status).toBe(200);
    expect(second.body.transactionId).not.toBe(first.body.transactionId);
  });
});

async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (let look = 0; look < 200; look += 1) {
    if (await isSo()) return;
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
  throw new Error('it never came to be');
}
