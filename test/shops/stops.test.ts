/** What stops shops or makes them lose data, fact by fact: none of it leaves this house, and all they send is taken. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../flows/heart.js';
import { SANDBOX_SETTINGS, testApp, type TestApp, type TestShop } from '../support/app.js';
import { OPTIONAL_MESSAGES } from '../../src/domain/unwanted.js';
import { CHANNELS } from '../../src/contract/messages.js';
import { STATUS_MESSAGES, work, type Decoded } from './strict-shop.js';

let app: TestApp;
beforeAll(async () => {
  app = await testApp();
});
afterAll(() => app.close());

async function connected(settings: Record<string, unknown> = {}): Promise<TestShop> {
  const shop = app.shop();
  const { status, body } = await shop.configure({ ...SANDBOX_SETTINGS, ...settings });
  expect(status, JSON.stringify(body)).toBe(200);
  return shop;
}

interface Sent {
  method: 'GET' | 'POST' | 'DELETE';
  body?: string;
  headers?: Record<string, string>;
}

/** As a shop's worker calls: polls say JSON and have no body. */
async function channel(shop: TestShop, path: string, { method, body, headers = {} }: Sent) {
  const authorization = `Bearer ${await app.token('aop-event-platform', shop.tenantId)}`;
  const init = { method, headers: { 'consumer-id': shop.tenantId, authorization, ...headers }, redirect: 'manual' };
  // Bytes, so that nothing adds a content type.
  const answer = await fetch(`${app.url}${path}`, {
    ...(init as RequestInit),
    ...(body === undefined ? {} : { body: Buffer.from(body) }),
  });
  return { status: answer.status, text: await answer.text() };
}

const polled = async (shop: TestShop, name: string): Promise<Decoded> =>
  work(
    await channel(shop, `/channels/${name}?limit=100`, {
      method: 'GET',
      headers: { 'content-type': 'application/json' },
    }),
  );

/** Everything that waits, on all channels, as a strict shop takes it. */
async function everything(shop: TestShop): Promise<Decoded> {
  const all: Decoded = { handled: [], skipped: [] };
  for (const name of Object.keys(CHANNELS)) {
    const { handled, skipped } = await polled(shop, name);
    all.handled.push(...handled);
    all.skipped.push(...skipped);
  }
  return all;
}

const commandHeaders = (shop: TestShop, name: string) => ({
  'transfer-name': name,
  event: name,
  name,
  'correlation-id': randomUUID(),
  timestamp: '2026-01-01T10:00:00.000000',
  'tenant-identifier': shop.tenantId,
  'actor-id': shop.tenantId,
  'transaction-id': randomUUID(),
});

describe('a poll that is not answered 2xx ends the worker', () => {
  it.each(['payment-events', 'unknown-channel', 'payment-commands', '%00', 'x'.repeat(200)])(
    'so %.20s is 200 and a list',
    async (name) => {
      const shop = await connected();
      const answer = await channel(shop, `/channels/${name}?limit=100`, { method: 'GET' });
      expect([answer.status, Array.isArray(JSON.parse(answer.text))]).toEqual([200, true]);
      expect(() => work({ status: 404, text: '[]' })).toThrow('the worker ends');
    },
  );

  it('also for a tenant that is disconnected, which must fetch what withdraws its methods', async () => {
    const shop = await connected();
    expect((await shop.disconnect('true')).status).toBe(204);
    const { handled } = await polled(shop, 'payment-method-commands');
    expect(handled.map(({ name }) => name)).toEqual(['AddPaymentMethod', 'DeletePaymentMethod']);
  });
});

describe('an acknowledgement is always 2xx', () => {
  it.each([
    ['of a message that is gone', JSON.stringify({ messageIds: [randomUUID()] })],
    ['of an id that is none of ours', '{"messageIds":["m-1"]}'],
    ['with a number for an id', '{"messageIds":[7]}'],
    ['without a body', undefined],
    ['that cannot be read', 'messageIds=1'],
  ])('%s', async (_what, body) => {
    const sent = { method: 'DELETE', ...(body === undefined ? {} : { body }) } as const;
    expect((await channel(await connected(), '/channels/payment-events', sent)).status).toBe(204);
  });

  it('twice, and on another channel than the message came from', async () => {
    const shop = await connected();
    const [message] = (await polled(shop, 'app-events')).handled;
    const sent = { method: 'DELETE', body: JSON.stringify({ messageIds: [message?.id] }) } as const;
    for (const name of ['payment-events', 'payment-events', 'app-events'])
      expect((await channel(shop, `/channels/${name}`, sent)).status).toBe(204);
    expect((await polled(shop, 'app-events')).handled).toEqual([]);
  });
});

describe('a body that is no object as text ends the worker, so it never gets in', () => {
  it.each(['null', '"{}"', '[]', '7', 'true', '{"a":', '', JSON.stringify(JSON.stringify({ orderReference: 'x' }))])(
    'POST of %s is refused with 4xx',
    async (body) => {
      const shop = await connected();
      const headers = commandHeaders(shop, 'CapturePayment');
      const { status } = await channel(shop, '/channels/payment-commands', { method: 'POST', body, headers });
      expect(status).toBeGreaterThanOrEqual(400);
      expect(status).toBeLessThan(500);
    },
  );

  it('and what we send is text that holds an object, with attributes that are plain texts', async () => {
    const shop = await connected();
    const { text } = await channel(shop, '/channels/payment-method-commands', { method: 'GET' });
    const [message] = JSON.parse(text) as [{ MessageBody: unknown; MessageAttributes: Record<string, unknown> }];
    expect(typeof message.MessageBody).toBe('string');
    expect(Object.values(message.MessageAttributes).every((value) => typeof value === 'string')).toBe(true);
    const bad = (change: object) => work({ status: 200, text: JSON.stringify([{ ...message, ...change }]) });
    expect(() => bad({ MessageBody: {} })).toThrow('the body is no text');
    expect(() => bad({ MessageBody: 'null' })).toThrow('the body is no object');
    expect(() => bad({ MessageAttributes: '{}' })).toThrow('the attributes are no map');
    expect(() => bad({ MessageAttributes: { name: { DataType: 'String', StringValue: 'x' } } })).toThrow('typed');
  });
});

describe('a message without a handler stops its channel, so a tenant says what it does not want', () => {
  it('which is then not sent, and everything else is', async () => {
    const shop = await connected({ unwantedMessages: ['PaymentCreated', 'PaymentUpdated'] });
    const { orderReference, transactionId } = await shop.authorized();
    const { handled, skipped } = await everything(shop);
    const about = handled.filter(({ payload }) => JSON.stringify(payload).includes(orderReference));
    expect(about.map(({ name }) => name)).not.toContain('PaymentCreated');
    expect(about.map(({ name }) => name)).not.toContain('PaymentUpdated');
    expect([skipped, typeof transactionId]).toEqual([[], 'string']);
  });

  it('a changed method is added anew for a shop that knows no update', async () => {
    const method = { name: 'Sandbox', checkoutConfiguration: { strategy: 'one' } };
    const shop = await connected({ unwantedMessages: ['UpdatePaymentMethod'], paymentMethods: [method] });
    await shop.configure({
      ...SANDBOX_SETTINGS,
      paymentMethods: [{ ...method, checkoutConfiguration: { strategy: 'two' } }],
    });
    const { handled } = await polled(shop, 'payment-method-commands');
    expect(handled.map(({ name }) => name)).toEqual(['AddPaymentMethod', 'AddPaymentMethod']);
    const [before, after] = handled.map(({ attributes }) => String(attributes['timestamp']));
    expect(String(after) > String(before)).toBe(true);
  });

  it.each([[['PaymentCaptured']], ['PaymentCreated'], [[7]]])('%j cannot be left out', async (unwantedMessages) => {
    const { status, body } = await app.shop().configure({ ...SANDBOX_SETTINGS, unwantedMessages });
    expect([status, body.errors[0].message]).toEqual([422, expect.stringContaining('unwantedMessages')]);
  });

  it('only what a shop can do without may be left out', () => {
    expect(
      OPTIONAL_MESSAGES.filter((name) => /Captured|Authorized|Refund|Cancel|AppConfig|Add|Delete/.test(name)),
    ).toEqual([]);
  });
});

describe('messages of parts are not known to shops', () => {
  it('part of an order captured and part of that given back uses the ten names alone', async () => {
    const shop = await connected();
    const { orderReference } = await shop.authorized();
    await shop.command('CapturePayment', { orderReference, orderItemIds: [101], amount: 7_000 });
    await eventually('captured', async () => (await names(shop, orderReference)).has('PaymentCaptured'));
    await shop.command('RefundPayment', { orderReference, orderItems: [{ orderItemId: 101 }], amount: -1_000 });
    await eventually('refunded', async () => (await names(shop, orderReference)).has('PaymentRefunded'));
    const known = new Set([...STATUS_MESSAGES, 'PaymentCreated', 'PaymentUpdated']);
    expect([...(await names(shop, orderReference))].filter((name) => !known.has(name))).toEqual([]);
  });
});

/** Names told about an order so far, acknowledged or not. */
const heard = new Map<string, Set<string>>();
async function names(shop: TestShop, orderReference: string): Promise<Set<string>> {
  const found = heard.get(orderReference) ?? new Set<string>();
  heard.set(orderReference, found);
  for (const { name, payload } of await shop.poll()) {
    if (JSON.stringify(payload).includes(orderReference)) found.add(name);
  }
  return found;
}

describe('null where a list is meant ends the worker', () => {
  it('so nulls of the settings are taken out at every depth', async () => {
    const checkoutConfiguration = { scripts: null, strategy: 'x', deep: { list: null, kept: 0 } };
    const shop = await connected({ paymentMethods: [{ name: 'Sandbox', checkoutConfiguration }] });
    const { handled } = await everything(shop);
    expect(JSON.stringify(handled.map(({ payload }) => payload))).not.toContain('null');
    const method = handled.find(({ name }) => name === 'AddPaymentMethod');
    expect(method?.payload['paymentMethodAppConfiguration']).toMatchObject({
      checkoutConfiguration: { strategy: 'x', deep: { kept: 0 } },
    });
  });

  it('a strict shop ends at them', () => {
    const attributes = { transferName: 'AddPaymentMethod', timestamp: '2026-01-01T00:00:00.000000' };
    const body = {
      name: 'a',
      providerName: 'b',
      paymentAuthorizationEndpoint: 'https://x',
      paymentMethodAppConfiguration: { endpoints: null },
    };
    const item = { MessageId: '1', MessageBody: JSON.stringify(body), MessageAttributes: attributes };
    expect(() => work({ status: 200, text: JSON.stringify([item]) })).toThrow('endpoints is no list');
  });
});

describe('commands come without a content type', () => {
  it.each([
    ['without one', {}],
    ['as a form by mistake', { 'content-type': 'application/x-www-form-urlencoded' }],
    ['as text', { 'content-type': 'text/plain' }],
  ])('%s, and are read as JSON', async (_how, extra) => {
    const shop = await connected();
    const { orderReference } = await shop.authorized();
    const { status, text } = await channel(shop, '/channels/payment-commands', {
      method: 'POST',
      body: JSON.stringify({ orderReference, orderItemIds: [101, 102], amount: 12_000, currencyIsoCode: 'EUR' }),
      headers: { ...commandHeaders(shop, 'CapturePayment'), ...extra },
    });
    expect([status, typeof (JSON.parse(text) as { MessageId: unknown }).MessageId]).toEqual([200, 'string']);
    await shop.until('PaymentCaptured', orderReference);
  });
});

describe('a shop that gets no answer dies in its checkout', () => {
  it('so a PSP that gives none is answered in JSON all the same', async () => {
    const shop = await connected({ outcomes: { initialize: 'no_answer' } });
    const { status, body } = await shop.initialize();
    expect(status).toBe(503);
    expect(body).toEqual([{ status: 503, code: null, message: expect.stringMatching(/./), confirm: null }]);
  });
});
