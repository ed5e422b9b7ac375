/** The demo shop over HTTP beside a fake app: what it sends, what it makes of messages, what it answers. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { setStage, until, type Stage } from './shop-stage.js';

let stage: Stage;
beforeEach(async () => {
  stage = await setStage();
});
afterEach(() => stage.close());

describe('connect', () => {
  it('configures the app once, so that several captures, bank transfers, fields and wallets can be tried', () => {
    const calls = stage.app.calls.filter(({ path }) => path === '/private/configure');
    expect(calls).toHaveLength(1);
    const { data } = JSON.parse(calls[0]!.body);
    expect(data.type).toBe('configuration');
    expect(JSON.parse(data.attributes.configuration)).toEqual({
      mode: 'test',
      secretKey: 'sk_test_demo',
      publishableKey: 'pk_test_demo',
      capture: { strategy: 'multi' },
      bankTransfer: { country: 'DE', graceDays: 1 },
      // The shop may show the payment page inside its own pages.
      page: { frameAncestors: [stage.shop.url] },
      headless: true,
      expressMethods: ['apple_pay', 'google_pay', 'paypal'],
      facade: { enabled: true, origins: [stage.shop.url, stage.shop.url.replace('localhost', '127.0.0.1')] },
    });
    expect(calls[0]!.headers).toMatchObject({ 'x-tenant-identifier': 'demo-shop', authorization: 'Bearer t-aop-atrs' });
  });

  it('asks for tokens with a form bound to the tenant', () => {
    const call = stage.app.calls.find(({ path }) => path === '/oauth/token');
    expect(call?.headers['content-type']).toBe('application/x-www-form-urlencoded');
    expect(Object.fromEntries(new URLSearchParams(call?.body))).toMatchObject({
      client_id: 'sandbox-shop',
      client_secret: 'sandbox-secret',
      grant_type: 'client_credentials',
      tenant_identifier: 'demo-shop',
    });
  });

  it('polls every announced channel but its own commands, as a consumer', async () => {
    const polled = () => new Set(stage.app.calls.filter(({ method }) => method === 'GET').map(({ path }) => path));
    await until(() => polled().size === 4);
    expect([...polled()].sort()).toEqual([
      '/channels/app-events',
      '/channels/merchant-app-events',
      '/channels/payment-events',
      '/channels/payment-method-commands',
    ]);
    const poll = stage.app.calls.find(({ method }) => method === 'GET');
    expect(poll?.headers).toMatchObject({ 'consumer-id': 'demo-shop', authorization: 'Bearer t-aop-event-platform' });
  });
});

describe('POST /api/orders', () => {
  it('starts a payment exactly like a shop', async () => {
    const answer = await stage.post('/api/orders', {
      items: [{ sku: 'mug', quantity: 2 }],
      customer: { firstName: 'Grace', lastName: 'Hopper', email: 'g@example.com', country: 'US' },
      locale: 'de_DE',
      currency: 'USD',
    });
    expect(answer.status).toBe(200);
    expect(answer.body.orderReference).toBe('DEMO--1001');
    expect(answer.body.redirectUrl).toContain('/app-payment?transactionId=pi_DEMO--1001');
    const call = stage.app.calls.find(({ path }) => path === '/private/initialize-payment')!;
    expect(call.headers).toMatchObject({ 'content-type': 'application/json', 'x-tenant-identifier': 'demo-shop' });
    expect(call.headers['authorization']).toBe('Bearer t-aop-app');
    const sent = JSON.parse(call.body);
    expect(sent.orderData).toMatchObject({
      orderReference: 'DEMO--1001',
      localeName: 'de_DE',
      countryCode: 'US',
      customerFirstName: 'Grace',
      currencyCode: 'USD',
      grandTotal: 2 * 1950 + 550,
      paymentMethod: 'Stripe',
      items: [
        { idSalesOrderItem: 100101, name: 'Emaillebecher', sku: 'mug', quantity: 1, unitPrice: 1950 },
        { idSalesOrderItem: 100102, name: 'Emaillebecher', sku: 'mug', quantity: 1, unitPrice: 1950 },
      ],
      expenses: [{ type: 'SHIPMENT_EXPENSE_TYPE', name: 'Standard', quantity: 1, unitPrice: 550 }],
    });
    expect(sent.redirectSuccessUrl).toBe(`${stage.shop.url}/success?orderReference=DEMO--1001`);
    expect(sent.redirectCancelUrl).toBe(`${stage.shop.url}/cancel?orderReference=DEMO--1001`);
  });

  it.each([
    ['an empty cart', { items: [] }],
    ['an unknown product', { items: [{ sku: 'anchor', quantity: 1 }] }],
    ['half a mug', { items: [{ sku: 'mug', quantity: 0.5 }] }],
    ['ten mugs', { items: [{ sku: 'mug', quantity: 10 }] }],
    ['a bad e-mail address', { items: [{ sku: 'mug', quantity: 1 }], customer: { email: 'nobody' } }],
    ['a negative shipping cost', { items: [{ sku: 'mug', quantity: 1 }], shippingCost: -1 }],
  ])('refuses %s and saves nothing', async (_name, body) => {
    expect((await stage.post('/api/orders', body)).status).toBe(400);
    expect((await stage.get('/api/orders')).body.orders).toEqual([]);
  });

  it.each([
    ['a refusal', 400, [{ message: 'Currency is not supported' }], 'Currency is not supported'],
    ['201, which a shop does not take for success', 201, { isSuccessful: true, redirectUrl: 'http://x/' }, 'HTTP 201'],
    ['success without an address', 200, { isSuccessful: true, redirectUrl: null }, 'without an address'],
    [
      'an address that is no web address',
      200,
      { isSuccessful: true, redirectUrl: 'javascript:alert(1)' },
      'without an address',
    ],
  ])('keeps the order and says why after %s', async (_name, status, body, text) => {
    stage.app.answerWith('/private/initialize-payment', status, body);
    const answer = await stage.post('/api/orders', { items: [{ sku: 'mug', quantity: 1 }] });
    expect(answer.status).toBe(502);
    expect(answer.body.error).toContain(text);
    stage.app.answerAsUsual();
    const again = await stage.post(`/api/orders/${answer.body.orderReference}/pay`);
    expect(again.body.redirectUrl).toContain('/app-payment');
  });

  it('gives concurrent orders their own references', async () => {
    const references = await Promise.all(Array.from({ length: 8 }, () => stage.order()));
    expect(new Set(references).size).toBe(8);
  });
});

describe('commands', () => {
  it('go over the channel with the headers of a shop and without a content type', async () => {
    const reference = await stage.order();
    await stage.tell(reference, 'PaymentAuthorized');
    await stage.untilStatus(reference, 'authorized');
    const given = await stage.post(`/api/orders/${reference}/capture`);
    expect(given.status).toBe(202);
    const [call] = stage.app.commands();
    expect(call!.rawHeaders.map((header) => header.toLowerCase())).not.toContain('content-type');
    expect(call!.headers).toMatchObject({
      'transfer-name': 'CapturePayment',
      event: 'CapturePayment',
      name: 'CapturePayment',
      'tenant-identifier': 'demo-shop',
      'actor-id': 'demo-shop',
      'transaction-id': given.body.id,
      authorization: 'Bearer t-aop-event-platform',
    });
    expect(call!.headers['timestamp']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}$/);
    expect(JSON.parse(call!.body)).toEqual({
      orderReference: reference,
      orderItemIds: [100101, 100102],
      amount: 4090,
      currencyIsoCode: 'EUR',
    });
  });

  it('carry the whole order through capture and refund', async () => {
    const reference = await stage.order();
    await stage.tell(reference, 'PaymentAuthorized');
    await stage.untilStatus(reference, 'authorized');
    await stage.post(`/api/orders/${reference}/capture`);
    await stage.tell(reference, 'PaymentCaptured');
    await stage.untilStatus(reference, 'captured');
    await stage.post(`/api/orders/${reference}/refund`);
    const refund = JSON.parse(stage.app.commands().at(-1)!.body);
    expect(refund).toMatchObject({
      amount: -4090,
      orderItems: [{ orderItemId: 100101, sku: 'mug' }, { orderItemId: 100102 }],
    });
    await stage.tell(reference, 'PaymentRefunded');
    await stage.untilStatus(reference, 'refunded');
    expect((await stage.post(`/api/orders/${reference}/refund`)).status).toBe(409);
  });

  it('put shipping into the first capture and into the last refund', async () => {
    const reference = await stage.order();
    const about = (ids: number[]) => ({
      orderReference: reference,
      currencyIsoCode: 'EUR',
      amount: 1,
      orderItemIds: ids,
    });
    await stage.tell(reference, 'PaymentAuthorized');
    await stage.untilStatus(reference, 'authorized');
    const amounts: number[] = [];
    const give = async (verb: string, id: number, answer: string, status: string) => {
      await stage.post(`/api/orders/${reference}/${verb}`, { itemIds: [id] });
      amounts.push(JSON.parse(stage.app.commands().at(-1)!.body).amount);
      stage.app.tell('payment-events', answer, about([id]));
      await stage.untilStatus(reference, status);
    };
    await give('capture', 100101, 'PaymentCaptured', 'partially_captured');
    await give('capture', 100102, 'PaymentCaptured', 'captured');
    await give('refund', 100101, 'PaymentRefunded', 'partially_refunded');
    await give('refund', 100102, 'PaymentRefunded', 'refunded');
    expect(amounts).toEqual([1800 + 490, 1800, -1800, -(1800 + 490)]);
  });

  it('cancel the whole payment with amount 0', async () => {
    const reference = await stage.order();
    await stage.post(`/api/orders/${reference}/cancel`);
    expect(JSON.parse(stage.app.commands()[0]!.body)).toMatchObject({ amount: 0, orderItemIds: [100101, 100102] });
    await stage.tell(reference, 'PaymentCanceled');
    await stage.untilStatus(reference, 'canceled');
  });

  it('are given once while the answer is awaited, however often somebody clicks', async () => {
    const reference = await stage.order();
    await stage.tell(reference, 'PaymentAuthorized');
    await stage.untilStatus(reference, 'authorized');
    const given = await Promise.all([1, 2, 3].map(() => stage.post(`/api/orders/${reference}/capture`)));
    expect(given.map(({ body }) => body.isRepeated).sort()).toEqual([false, true, true]);
    expect(stage.app.commands()).toHaveLength(1);
    await stage.tell(reference, 'PaymentCaptureFailed');
    await stage.untilStatus(reference, 'capture_failed');
    expect((await stage.post(`/api/orders/${reference}/capture`)).body.isRepeated).toBe(false);
  });

  it('are refused when the order has nothing to capture, and for unknown orders', async () => {
    const reference = await stage.order();
    expect((await stage.post(`/api/orders/${reference}/capture`)).status).toBe(409);
    expect((await stage.post('/api/orders/DEMO--9/capture')).status).toBe(404);
    expect(stage.app.commands()).toEqual([]);
  });

  it('are sent again, as the same command, until the channel takes them', async () => {
    const reference = await stage.order();
    stage.app.answerWith('/channels/payment-commands', 503, []);
    const given = await stage.post(`/api/orders/${reference}/cancel`);
    expect(given.body.answerStatus).toBe(503);
    stage.app.answerAsUsual();
    await until(async () => (await stage.get(`/api/orders/${reference}`)).body.commands[0].answerStatus === 200);
    expect(new Set(stage.app.commands().map(({ headers }) => headers['transaction-id']))).toEqual(
      new Set([given.body.id]),
    );
  });
});

describe('messages', () => {
  it('are acknowledged one by one, after they are on disk', async () => {
    const reference = await stage.order();
    const id = await stage.tell(reference, 'PaymentAuthorized');
    await until(() => stage.app.acknowledged.includes(id));
    const journal = await readFile(join(stage.dataDir, 'shop-demo-shop', 'shop.jsonl'), 'utf8');
    expect(journal).toContain(`"id":"${id}"`);
  });

  it('that come again are counted, acknowledged and not applied again', async () => {
    const reference = await stage.order();
    const id = await stage.tell(reference, 'PaymentAuthorized');
    const again = structuredClone(stage.app.queues.get('payment-events')!.find(({ MessageId }) => MessageId === id)!);
    await stage.untilStatus(reference, 'authorized');
    await until(() => stage.app.acknowledged.includes(id));
    stage.app.queues.get('payment-events')!.push(again);
    await until(() => stage.app.acknowledged.filter((known) => known === id).length === 2);
    const { messages } = (await stage.get('/api/messages')).body;
    const [known] = messages.filter((message: { id: string }) => message.id === id);
    expect(known.redeliveries).toBe(1);
    expect((await stage.page('/messages')).html).toContain('redelivered ×1');
  });

  it('that cannot be read are shown and left in the channel, and block nothing', async () => {
    const bad = stage.app.tell('payment-events', 'PaymentAuthorized', '"text"');
    const reference = await stage.order();
    await stage.tell(reference, 'PaymentAuthorized');
    await stage.untilStatus(reference, 'authorized');
    expect(stage.app.acknowledged).not.toContain(bad);
    const { messages } = (await stage.get('/api/messages')).body;
    expect(messages.find(({ id }: { id: string }) => id === bad).unreadable).toBe(JSON.stringify('"text"'));
  });
});
