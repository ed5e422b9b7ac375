/** Commands as shops send them, field by field: every form that is accepted, what is asked of the PSP and what is told. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testApp, type Received, type TestApp, type TestShop } from '../support/app.js';
import { applied, eventually, fileOf, inboxOf, ITEMS, movableClock, names, operationsOf } from './heart.js';

const clock = movableClock();
let app: TestApp;
let shop: TestShop;

beforeAll(async () => {
  app = await testApp({ clock });
  shop = app.shop();
  await shop.configure();
  await shop.poll();
});
afterAll(() => app.close());

type Payload = Record<string, unknown>;
const WHOLE = ['101', '102'];

/** A captured order of 120.00 EUR. */
async function captured() {
  const order = await shop.authorized();
  await shop.webhook({ type: 'payment', transactionId: order.transactionId, status: 'captured' });
  await shop.until('PaymentCaptured', order.orderReference);
  return order;
}

/** Sends a command and returns the message that answers it, with the one operation that was asked. */
async function answered(name: string, orderReference: string, payload: Payload, answer: string) {
  expect((await shop.command(name, { orderReference, ...payload })).status).toBe(200);
  const told = await shop.until(answer, orderReference);
  const operations = await operationsOf(app, shop, orderReference);
  return { told: told.at(-1) as Received, operation: operations.at(-1), names: names(told) };
}

describe('CapturePayment', () => {
  const forms: [string, Payload, number, string[]][] = [
    ['ids as numbers', { orderItemIds: [101], amount: 7_000, currencyIsoCode: 'EUR' }, 7_000, ['101']],
    ['ids as text', { orderItemIds: ['102'], amount: 5_000, currencyIsoCode: 'EUR' }, 5_000, ['102']],
    ['ids of both kinds', { orderItemIds: [101, '102'], amount: 12_000 }, 12_000, WHOLE],
    ['an id twice', { orderItemIds: [101, '101'], amount: 7_000 }, 7_000, ['101']],
    ['items in the older form', { orderItems: [{ orderItemId: 101, sku: '001_1' }], amount: 7_000 }, 7_000, ['101']],
    ['an amount as text', { orderItemIds: [101], amount: '7000' }, 7_000, ['101']],
    ['no amount', { orderItemIds: [101, 102] }, 12_000, WHOLE],
    ['an amount of nothing', { orderItemIds: [101, 102], amount: 0 }, 12_000, WHOLE],
    ['an amount of null', { orderItemIds: [101, 102], amount: null }, 12_000, WHOLE],
    ['no items', { amount: 12_000 }, 12_000, WHOLE],
    ['an empty list of items', { orderItemIds: [], amount: 12_000 }, 12_000, WHOLE],
    ['neither amount nor items', {}, 12_000, WHOLE],
    ['names in snake_case', { order_item_ids: [101], amount: 7_000, currency_iso_code: 'EUR' }, 7_000, ['101']],
    ['members nobody knows', { orderItemIds: [101], amount: 7_000, colour: 'red', merchant: { a: 1 } }, 7_000, ['101']],
  ];
  it.each(forms)('with %s: asked and told with its own amount and items', async (_form, payload, amount, ids) => {
    const { orderReference } = await shop.authorized();
    const { told, operation } = await answered('CapturePayment', orderReference, payload, 'PaymentCaptured');
    expect(told.payload).toEqual({ orderReference, currencyIsoCode: 'EUR', amount, orderItemIds: ids });
    expect(operation).toMatchObject({ kind: 'capture', status: 'succeeded', amount, itemIds: ids });
  });

  it('of one item carries the order’s expenses when the shop adds them to the first capture', async () => {
    const { orderReference } = await shop.authorized();
    const first = { orderItemIds: [101], amount: 7_000 };
    expect((await answered('CapturePayment', orderReference, first, 'PaymentCaptured')).told.payload.amount).toBe(
      7_000,
    );
    const second = { orderItemIds: [102], amount: 5_000 };
    await answered('CapturePayment', orderReference, second, 'PaymentCaptured');
    expect((await fileOf(app, shop, orderReference)).payment).toMatchObject({ status: 'captured', captured: 12_000 });
  });

  it('of a canceled payment: PaymentCaptureFailed with the command’s items, the PSP is not asked', async () => {
    const { orderReference } = await shop.authorized();
    await answered('CancelPayment', orderReference, { amount: 0 }, 'PaymentCanceled');
    const payload = { orderItemIds: [102], amount: 5_000 };
    const {
      told,
      operation,
      names: all,
    } = await answered('CapturePayment', orderReference, payload, 'PaymentCaptureFailed');
    expect(all).toEqual(['PaymentCaptureFailed']);
    expect(told.payload).toMatchObject({ amount: 5_000, orderItemIds: ['102'] });
    expect(operation?.kind).toBe('cancel');
  });

  it('of a captured payment: PaymentCaptured again for items inside, without asking; no other item is', async () => {
    const { orderReference } = await shop.authorized();
    await answered('CapturePayment', orderReference, { ...ITEMS, amount: 12_000 }, 'PaymentCaptured');
    const again = await answered('CapturePayment', orderReference, { orderItemIds: [101] }, 'PaymentCaptured');
    expect(again.names).toEqual(['PaymentCaptured']);
    expect(again.told.payload.orderItemIds).toEqual(['101']);
    const other = { orderItemIds: [101, 999], amount: 1 };
    const refused = await answered('CapturePayment', orderReference, other, 'PaymentCaptureFailed');
    expect(refused.names).toEqual(['PaymentCaptureFailed']);
    expect(await operationsOf(app, shop, orderReference)).toHaveLength(1);
    expect((await fileOf(app, shop, orderReference)).payment.status).toBe('captured');
  });
});

describe('CancelPayment', () => {
  const forms: [string, Payload][] = [
    ['amount 0 and all items', { ...ITEMS, amount: 0 }],
    ['one item only', { orderItemIds: [101], amount: 0 }],
    ['no amount', { ...ITEMS }],
    ['no items', { amount: 0 }],
    ['nothing but the order', {}],
    ['an amount', { ...ITEMS, amount: 5_000 }],
    ['ids as text, names in snake_case', { order_item_ids: ['101'], amount: '0' }],
  ];
  it.each(forms)('with %s: the whole order', async (_form, payload) => {
    const { orderReference } = await shop.authorized();
    const { told, operation } = await answered('CancelPayment', orderReference, payload, 'PaymentCanceled');
    expect(told.payload).toEqual({ orderReference, currencyIsoCode: 'EUR', amount: 12_000, orderItemIds: WHOLE });
    expect(operation).toMatchObject({ kind: 'cancel', status: 'succeeded', amount: 0, itemIds: [] });
  });
});

describe('RefundPayment', () => {
  const item = { orderItemId: 102, sku: '002_1' };
  const forms: [string, Payload][] = [
    ['a negative amount, as shops send it', { orderItems: [item], orderItemIds: [102], amount: -5_000 }],
    ['a positive amount', { orderItems: [item], orderItemIds: [102], amount: 5_000 }],
    ['a negative amount as text', { orderItems: [item], amount: '-5000' }],
    ['orderItems alone', { orderItems: [item], amount: -5_000 }],
    ['orderItems without a SKU', { orderItems: [{ orderItemId: '102' }], amount: -5_000 }],
    ['orderItemIds alone', { orderItemIds: [102], amount: -5_000 }],
    ['orderItemIds as text', { orderItemIds: ['102'], amount: -5_000 }],
    ['both, of which orderItems count', { orderItems: [item], orderItemIds: [101, 102], amount: -5_000 }],
    ['empty orderItems beside ids', { orderItems: [], orderItemIds: [102], amount: -5_000 }],
    ['names in snake_case', { order_items: [{ order_item_id: 102, sku: '002_1' }], amount: -5_000 }],
  ];
  it.each(forms)('with %s: 50.00 EUR for its item, told without a sign', async (_form, payload) => {
    const { orderReference } = await captured();
    const sent = { currencyIsoCode: 'EUR', ...payload };
    const { told, operation } = await answered('RefundPayment', orderReference, sent, 'PaymentRefunded');
    expect(told.payload).toEqual({ orderReference, currencyIsoCode: 'EUR', amount: 5_000, orderItemIds: ['102'] });
    expect(operation).toMatchObject({ kind: 'refund', status: 'succeeded', amount: 5_000, itemIds: ['102'] });
    expect((await fileOf(app, shop, orderReference)).refunds).toMatchObject([{ amount: 5_000, itemIds: ['102'] }]);
  });

  it.each([
    ['no amount', { orderItems: [item] }],
    ['an amount with a fraction', { orderItems: [item], amount: -50.5 }],
    ['an amount that is no number', { orderItems: [item], amount: 'much' }],
  ])('with %s: 400 at the door, nothing is stored', async (_form, payload) => {
    const { orderReference } = await captured();
    const before = (await inboxOf(app, shop)).length;
    expect((await shop.command('RefundPayment', { orderReference, ...payload })).status).toBe(400);
    expect(await inboxOf(app, shop)).toHaveLength(before);
  });
});

describe('the tenant of a command', () => {
  it.each([
    ['Tenant-Identifier', (tenantId: string) => ({ 'Tenant-Identifier': tenantId, 'Store-Reference': '' })],
    ['Store-Reference alone', (tenantId: string) => ({ 'Tenant-Identifier': '', 'Store-Reference': tenantId })],
    ['Tenant-Identifier, whatever store is named', (tenantId: string) => ({ 'Tenant-Identifier': tenantId, 'Store-Reference': 'DE' })],
  ])('is the one of %s', async (_title, headersOf) => {
    const { orderReference } = await shop.authorized();
    const headers = headersOf(shop.tenantId);
    expect((await shop.command('CapturePayment', { orderReference, ...ITEMS, amount: 12_000 }, headers)).status).toBe(200);
    await shop.until('PaymentCaptured', orderReference);
  }); // prettier-ignore

  it('without configuration: logged and done, nothing is asked and nothing told', async () => {
    const stranger = app.shop();
    expect((await stranger.command('CapturePayment', { orderReference: 'DE--1', amount: 1 })).status).toBe(200);
    expect(await applied(app, stranger)).toMatchObject([
      { state: 'done', result: 'ignored: the tenant has no configuration' },
    ]);
    expect(await stranger.poll()).toEqual([]);
  });

  it.each(['CapturePayment', 'CancelPayment', 'RefundPayment'])(
    'disconnected: %s is silently ignored',
    async (name) => {
      const leaver = app.shop();
      await leaver.configure();
      const { orderReference } = await leaver.authorized();
      await leaver.disconnect('1');
      await leaver.poll();
      expect((await leaver.command(name, { orderReference, ...ITEMS, amount: -1_000 })).status).toBe(200);
      expect((await applied(app, leaver)).at(-1)).toMatchObject({
        state: 'done',
        result: 'ignored: the tenant is disconnected',
      });
      expect(await leaver.poll()).toEqual([]);
      expect(await operationsOf(app, leaver, orderReference)).toEqual([]);
    },
  );
});

describe('a command for an order that is not there', () => {
  it('is tried for a minute and set aside; a new command finds the order that came later', async () => {
    const orderReference = `DE--later-${randomUUID()}`;
    const payload = { orderReference, ...ITEMS, amount: 0 };
    const mine = async () => (await inboxOf(app, shop)).find(({ subject }) => subject === orderReference);
    await shop.command('CancelPayment', payload);
    for (let n = 1; n <= 6; n += 1) {
      await eventually(`attempt ${n}`, async () => (await mine())?.attempts === n && !(await mine())?.leased);
      clock.advance(30);
    }
    await eventually('set aside', async () => (await mine())?.state === 'dead');
    expect(await mine()).toMatchObject({ result: `no payment for order "${orderReference}"` });
    await shop.initialize({ orderReference });
    await shop.command('CancelPayment', payload);
    await shop.until('PaymentCanceled', orderReference);
  });
});
