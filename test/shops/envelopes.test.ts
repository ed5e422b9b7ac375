/**
 * Every way in which shops were seen to write the envelope of a command, or are said to: in headers over a plain TCP
 * connection, and in attributes that a platform hands out. Each is understood when its answer comes back with its id.
 */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { takeCommand } from '../../src/workers/take-commands.js';
import { SANDBOX_SETTINGS, testApp, type TestApp, type TestShop } from '../support/app.js';
import { openWire, type RawAnswer, type Wire } from './replay/wire.js';

let app: TestApp;
let shop: TestShop;
let wire: Wire;
let token: string;
beforeAll(async () => {
  app = await testApp();
  shop = app.shop();
  await shop.configure(SANDBOX_SETTINGS);
  token = await app.token('aop-event-platform', shop.tenantId);
  wire = openWire(app.config.port);
});
afterAll(async () => {
  wire.close();
  await app.close();
});

type Lines = (of: { tenant: string; correlationId: string }) => string[];

const NAMES = ['Transfer-Name: CapturePayment', 'Event: CapturePayment', 'Name: CapturePayment'];
const usual: Lines = ({ tenant, correlationId }) => [
  ...NAMES,
  `Correlation-Id: ${correlationId}`,
  `Tenant-Identifier: ${tenant}`,
];
const withLines =
  (...lines: string[]): Lines =>
  (of) => [...usual(of), ...lines.map((line) => line.replace('«tenant»', of.tenant))];

async function sent(lines: string[], body: string, path = '/channels/payment-commands'): Promise<RawAnswer> {
  const bytes = Buffer.from(body);
  const head = [`POST ${path} HTTP/1.1`, `Host: 127.0.0.1`, ...lines, `Authorization: Bearer ${token}`];
  return wire.send(Buffer.from(`${[...head, `Content-Length: ${bytes.length}`].join('\r\n')}\r\n\r\n`), bytes);
}

/** A payment that is not paid yet: whoever wants its money is told that it cannot be had. */
async function expectAnswer(send: (of: { order: string; correlationId: string }) => Promise<void>): Promise<void> {
  const { orderReference: order } = await shop.initialize();
  const correlationId = randomUUID();
  await send({ order, correlationId });
  const told = (await shop.until('PaymentCaptureFailed', order)).find(({ name }) => name === 'PaymentCaptureFailed');
  expect([told?.attributes['correlationId'], told?.payload.amount]).toEqual([correlationId, 6_000]);
}

const command = (order: string): object => ({
  orderReference: order,
  orderItemIds: [101],
  amount: 6_000,
  currencyIsoCode: 'EUR',
});

const HEADERS: [string, Lines][] = [
  ['as shops send it: no publisher, no store reference', usual],
  ['transferName alone', ({ tenant, correlationId }) => ['Transfer-Name: CapturePayment', `Correlation-Id: ${correlationId}`, `Tenant-Identifier: ${tenant}`]],
  ['name alone', ({ tenant, correlationId }) => ['Name: CapturePayment', `Correlation-Id: ${correlationId}`, `Tenant-Identifier: ${tenant}`]],
  ['event alone', ({ tenant, correlationId }) => ['Event: CapturePayment', `Correlation-Id: ${correlationId}`, `Tenant-Identifier: ${tenant}`]],
  ['transferName before another name', ({ tenant, correlationId }) => ['Name: Other', 'Event: Other', 'Transfer-Name: CapturePayment', `Correlation-Id: ${correlationId}`, `Tenant-Identifier: ${tenant}`]],
  ['lower case', (of) => usual(of).map((line) => line.replace(/^[^:]+/, (name) => name.toLowerCase()))],
  ['upper case', (of) => usual(of).map((line) => line.replace(/^[^:]+/, (name) => name.toUpperCase()))],
  ['the prefix of the older transport', (of) => usual(of).map((line) => `X-${line}`)],
  ['a store reference for the tenant', (of) => usual(of).map((line) => line.replace('Tenant-Identifier', 'Store-Reference'))],
  ['an empty tenant and a store reference', (of) => [...usual(of).slice(0, -1), 'Tenant-Identifier:', `Store-Reference: ${of.tenant}`]],
  ['tenant and store reference', withLines('Store-Reference: «tenant»')],
  ['a time with microseconds', withLines('Timestamp: 2025-05-09T10:00:00.123456')],
  ['a time in UTC', withLines('Timestamp: 2025-05-09T10:00:00Z')],
  ['a time with an offset', withLines('Timestamp: 2025-05-09T12:00:00.5+02:00')],
  ['a time with a blank', withLines('Timestamp: 2025-05-09 10:00:00')],
  ['a number for a time', withLines('Timestamp: 1746784800')],
  ['milliseconds for a time', withLines('Timestamp: 1746784800123')],
  ['a time that is none', withLines('Timestamp: yesterday')],
  ['a publisher', withLines('Publisher: «tenant»')],
  ['a publisher that is an object as text', withLines('Publisher: {"appIdentifier":"x","tenantIdentifier":"«tenant»","storeReference":"«tenant»"}')],
  ['an emitter for a publisher', withLines('Emitter: «tenant»')],
  ['a header that comes twice', withLines('Event: CapturePayment', 'Publisher: a', 'Publisher: b')],
  ['attributes nobody knows', withLines('Metadata: {"messageId":"1"}', 'Session-Tracking-Id: 5f', 'X-Debug: 1', 'Cookie: XDEBUG_SESSION=1')],
  ['a content type of a form', withLines('Content-Type: application/x-www-form-urlencoded')],
]; // prettier-ignore

describe('in headers', () => {
  it.each(HEADERS)('%s', async (_what, lines) => {
    await expectAnswer(async ({ order, correlationId }) => {
      const answer = await sent(lines({ tenant: shop.tenantId, correlationId }), JSON.stringify(command(order)));
      expect([answer.status, answer.body.toString()]).toEqual([
        200,
        expect.stringMatching(/^\{"MessageId":"[\w-]+"\}$/),
      ]);
    });
  });

  it.each([
    ['no name', () => [`Tenant-Identifier: ${shop.tenantId}`], 400],
    ['no tenant', () => NAMES, 400],
    ['another tenant', () => [...NAMES, 'Tenant-Identifier: somebody-else'], 403],
  ])('with %s it is refused', async (_what, lines, status) => {
    expect((await sent(lines(), JSON.stringify(command('DE--1')))).status).toBe(status);
  }); // prettier-ignore
});

const BODIES: [string, (order: string) => object][] = [
  ['snake case', (order) => ({ order_reference: order, order_item_ids: [101], amount: '6000', currency_iso_code: 'EUR' })],
  ['Pascal case', (order) => ({ OrderReference: order, OrderItemIds: [101], Amount: 6_000, CurrencyIsoCode: 'EUR' })],
  ['items instead of ids', (order) => ({ ...command(order), orderItemIds: undefined, order_items: [{ order_item_id: 101, Sku: 'x' }] })],
  ['ids in a map, as PHP leaves gaps', (order) => ({ ...command(order), orderItemIds: { 0: '101', 2: null } })],
  ['nulls and members nobody knows', (order) => ({ ...command(order), orderItems: null, context: null, more: { a: [null] } })],
]; // prettier-ignore

describe('the payload', () => {
  it.each(BODIES)('in %s', async (_what, body) => {
    await expectAnswer(async ({ order, correlationId }) => {
      const lines = usual({ tenant: shop.tenantId, correlationId });
      expect((await sent(lines, JSON.stringify(body(order)))).status).toBe(200);
    });
  });
});

type Attributes = (of: { tenant: string; correlationId: string }) => Record<string, unknown>;
const polled: Attributes = ({ tenant, correlationId }) => ({
  transferName: 'CapturePayment',
  tenantIdentifier: tenant,
  storeReference: tenant,
  actorId: tenant,
  publisher: tenant,
  timestamp: '2025-05-09T10:00:00.000000',
  correlationId,
});

const ATTRIBUTES: [string, Attributes][] = [
  ['as platforms hand it out', polled],
  ['a number for a time', (of) => ({ ...polled(of), timestamp: 1_746_784_800 })],
  ['an object for a publisher', (of) => ({ ...polled(of), publisher: { appIdentifier: 'x', tenantIdentifier: of.tenant } })],
  ['null for a publisher', (of) => ({ ...polled(of), publisher: null })],
  ['an emitter', ({ tenant, correlationId }) => ({ name: 'CapturePayment', tenantIdentifier: tenant, correlationId, emitter: { storeReference: tenant } })],
  ['the tenant only in the publisher', ({ tenant, correlationId }) => ({ name: 'CapturePayment', correlationId, publisher: { tenantIdentifier: tenant } })],
  ['only a store reference', ({ tenant, correlationId }) => ({ event: 'CapturePayment', storeReference: tenant, correlationId })],
  ['snake case', ({ tenant, correlationId }) => ({ transfer_name: 'CapturePayment', tenant_identifier: tenant, correlation_id: correlationId })],
  ['Train-Case', ({ tenant, correlationId }) => ({ 'Transfer-Name': 'CapturePayment', 'Tenant-Identifier': tenant, 'Correlation-Id': correlationId })],
  ['types beside the values', (of) => Object.fromEntries(Object.entries(polled(of)).map(([name, value]) => [name, { DataType: 'String', StringValue: value }]))],
]; // prettier-ignore

describe('in attributes', () => {
  it.each(ATTRIBUTES)('%s', async (_what, attributes) => {
    await expectAnswer(({ order, correlationId }) =>
      takeCommand(app.app, {
        messageId: randomUUID(),
        attributes: attributes({ tenant: shop.tenantId, correlationId }),
        body: Buffer.from(JSON.stringify(command(order))),
      }),
    );
  });
});
