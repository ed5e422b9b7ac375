/** Commands of a shop: every end they may have, what is asked of the PSP, and what the shop hears. */
import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { applyCommand } from '../../src/flows/command.js';
import { testApp, type TestApp, type TestShop } from '../support/app.js';
import {
  applied,
  eventually,
  fileOf,
  inboxOf,
  ITEMS,
  movableClock,
  names,
  operationsOf,
  outboxOf,
  pause,
} from './heart.js';

const clock = movableClock();
let app: TestApp;

beforeAll(async () => {
  app = await testApp({ clock });
});
afterAll(() => app.close());

async function authorized(
  grandTotal?: number,
): Promise<{ shop: TestShop; orderReference: string; transactionId: string }> {
  const shop = app.shop();
  await shop.configure();
  await shop.poll();
  return { shop, ...(await shop.authorized(grandTotal)) };
}

describe('a command for a payment that does not allow it', () => {
  const rows: [string, string, string][] = [
    ['CapturePayment', 'new', 'PaymentCaptureFailed'],
    ['RefundPayment', 'authorized', 'PaymentRefundFailed'],
    ['CancelPayment', 'captured', 'PaymentCancellationFailed'],
    ['CapturePayment', 'canceled', 'PaymentCaptureFailed'],
    ['RefundPayment', 'canceled', 'PaymentRefundFailed'],
    ['CancelPayment', 'authorization_failed', 'PaymentCancellationFailed'],
  ];
  for (const [name, status, answer] of rows) {
    it(`${name} in status ${status}: ${answer}, the PSP is not asked, the payment is not changed`, async () => {
      const shop = app.shop();
      await shop.configure();
      const { body, orderReference } = await shop.initialize();
      const { transactionId } = body as { transactionId: string };
      if (status !== 'new') await shop.webhook({ type: 'payment', transactionId, status });
      await applied(app, shop);
      await shop.until('PaymentCreated');
      await shop.poll();
      const before = await fileOf(app, shop, orderReference);
      const correlationId = randomUUID();
      await shop.command(
        name,
        { orderReference, ...ITEMS, orderItemIds: [102], amount: 5_000 },
        { 'Correlation-Id': correlationId },
      );
      const told = await shop.until(answer, orderReference);
      expect(names(told)).toEqual([answer]);
      const isWhole = name === 'CancelPayment';
      expect(told[0]?.payload).toEqual({
        orderReference,
        currencyIsoCode: 'EUR',
        amount: isWhole ? 12_000 : 5_000,
        orderItemIds: isWhole ? ['101', '102'] : ['102'],
      });
      expect(told[0]?.attributes['correlationId']).toBe(correlationId);
      expect(await operationsOf(app, shop, orderReference)).toEqual([]);
      expect((await fileOf(app, shop, orderReference)).payment.version).toBe(before.payment.version);
    });
  }
});

describe('a command told again', () => {
  const capture = (orderReference: string) => ({ orderReference, ...ITEMS, amount: 12_000 });

  it('with the same Transaction-Id: answered again, asked once', async () => {
    const { shop, orderReference } = await authorized();
    const headers = { 'Transaction-Id': 'command-1' };
    await shop.command('CapturePayment', capture(orderReference), headers);
    const first = (await shop.until('PaymentCaptured')).at(-1);
    await shop.command('CapturePayment', capture(orderReference), headers);
    const again = await shop.until('PaymentCaptured');
    expect(names(again)).toEqual(['PaymentCaptured']);
    expect(again[0]?.payload).toEqual(first?.payload);
    // A shop that has heard it drops it by its identity.
    expect(again[0]?.attributes['transactionId']).toBe(first?.attributes['transactionId']);
    expect(again[0]?.id).not.toBe(first?.id);
    expect(await operationsOf(app, shop, orderReference)).toHaveLength(1);
    expect((await inboxOf(app, shop)).filter(({ source }) => source === 'command')).toHaveLength(1);
  });
  it('with the same correlation and other items: another answer, with an identity of its own', async () => {
    const { shop, orderReference } = await authorized();
    const headers = { 'Correlation-Id': 'correlation-1' };
    await shop.command('CapturePayment', capture(orderReference), headers);
    const whole = (await shop.until('PaymentCaptured')).at(-1);
    await shop.command('CapturePayment', { ...capture(orderReference), orderItemIds: [101], amount: 6_000 }, headers);
    const part = (await shop.until('PaymentCaptured')).at(-1);
    expect(part?.payload).toMatchObject({ orderItemIds: ['101'] });
    expect(part?.attributes['transactionId']).not.toBe(whole?.attributes['transactionId']);
  });
  it('by a worker whose lease ran out while another answered: nothing more is told', async () => {
    const { shop, orderReference } = await authorized();
    await shop.command('RefundPayment', capture(orderReference));
    expect(names(await shop.until('PaymentRefundFailed'))).toEqual(['PaymentRefundFailed']);
    const { rows } = await sql<{ id: number; attempts: number; identity: string; body: string }>`
      select id, attempts, identity, body from inbox where tenant_id = ${shop.tenantId} and source = 'command'`.execute(
      app.app.db,
    );
    const claimed = { source: 'command', subject: orderReference, type: 'refund', mode: '', state: 'due' } as const;
    await applyCommand(app.app, { ...rows[0]!, ...claimed, tenantId: shop.tenantId, attributes: {}, receivedAt: '' });
    expect(names(await shop.poll())).toEqual([]);
  });
  it('with the same correlation and payload, without a Transaction-Id: asked once', async () => {
    const { shop, orderReference } = await authorized();
    const headers = { 'Transaction-Id': '', 'Correlation-Id': 'correlation-1' };
    await shop.command('CapturePayment', capture(orderReference), headers);
    await shop.until('PaymentCaptured');
    await shop.command('CapturePayment', capture(orderReference), headers);
    expect(names(await shop.until('PaymentCaptured'))).toEqual(['PaymentCaptured']);
    expect((await inboxOf(app, shop)).filter(({ source }) => source === 'command')).toHaveLength(1);
  });
  it('with new ids: answered from what is captured, the PSP is not asked', async () => {
    const { shop, orderReference } = await authorized();
    await shop.command('CapturePayment', capture(orderReference));
    await shop.until('PaymentCaptured');
    await shop.command('CapturePayment', { ...capture(orderReference), orderItemIds: [101], amount: 6_000 });
    const again = await shop.until('PaymentCaptured');
    expect(again.map(({ name, payload }) => [name, (payload as { orderItemIds: string[] }).orderItemIds])).toEqual([
      ['PaymentCaptured', ['101']],
    ]);
    expect(await operationsOf(app, shop, orderReference)).toHaveLength(1);
  });
  it('a declined capture told again is declined again, without asking', async () => {
    const { shop, orderReference } = await authorized(12_031);
    const headers = { 'Transaction-Id': 'command-declined' };
    await shop.command('CapturePayment', { ...capture(orderReference), amount: 12_031 }, headers);
    await shop.until('PaymentCaptureFailed');
    await shop.command('CapturePayment', { ...capture(orderReference), amount: 12_031 }, headers);
    expect(names(await shop.until('PaymentCaptureFailed'))).toEqual(['PaymentCaptureFailed']);
    expect(await operationsOf(app, shop, orderReference)).toHaveLength(1);
  });
  it('a canceled payment canceled with new ids hears PaymentCanceled', async () => {
    const { shop, orderReference } = await authorized();
    await shop.command('CancelPayment', { orderReference, ...ITEMS, amount: 0 });
    await shop.until('PaymentCanceled');
    await shop.command('CancelPayment', { orderReference, ...ITEMS, amount: 0 });
    expect(names(await shop.until('PaymentCanceled'))).toEqual(['PaymentCanceled']);
    expect(await operationsOf(app, shop, orderReference)).toHaveLength(1);
  });
  it('five times at once: one operation, one effect', async () => {
    const { shop, orderReference } = await authorized();
    const headers = { 'Transaction-Id': 'command-five' };
    await Promise.all(
      Array.from({ length: 5 }, () => shop.command('CapturePayment', capture(orderReference), headers)),
    );
    await shop.until('PaymentCaptured');
    await applied(app, shop);
    expect(await operationsOf(app, shop, orderReference)).toHaveLength(1);
  });
});

describe('a command for an order nobody knows', () => {
  it('is applied when the order appears in time', async () => {
    const shop = app.shop();
    await shop.configure();
    const orderReference = `DE--late-${shop.tenantId}`;
    await shop.command('CancelPayment', { orderReference, ...ITEMS, amount: 0 });
    await eventually('a waiting command', async () =>
      (await inboxOf(app, shop)).find(({ result }) => result?.startsWith('no payment')),
    );
    await shop.initialize({ orderReference });
    clock.advance(2);
    await shop.until('PaymentCanceled', orderReference);
  });
  it('waits one minute in all, then is set aside', async () => {
    const shop = app.shop();
    await shop.configure();
    await shop.command('CapturePayment', { orderReference: 'DE--nobody', ...ITEMS, amount: 1 });
    for (const [n, seconds] of [1, 2, 4, 8, 16, 30].entries()) {
      await eventually(`attempt ${n + 1}`, async () => {
        const [row] = await inboxOf(app, shop);
        return row?.attempts === n + 1 && row.state === 'due' && !row.leased;
      });
      clock.advance(seconds);
    }
    const [row] = await applied(app, shop);
    expect(row).toMatchObject({ state: 'dead', result: 'no payment for order "DE--nobody"' });
    await shop.command('CapturePayment', { orderReference: 'DE--nobody', ...ITEMS, amount: 1 });
    expect((await shop.poll()).filter(({ name }) => name.startsWith('PaymentCapture'))).toEqual([]);
  });
  it('does not keep other orders waiting', async () => {
    const { shop, orderReference } = await authorized();
    await shop.command('CapturePayment', { orderReference: 'DE--nobody', ...ITEMS, amount: 1 });
    await shop.command('CapturePayment', { orderReference, ...ITEMS, amount: 12_000 });
    await shop.until('PaymentCaptured', orderReference);
  });
  it('another tenant’s order is an unknown one', async () => {
    const { orderReference } = await authorized();
    const stranger = app.shop();
    await stranger.configure();
    await stranger.command('CancelPayment', { orderReference, ...ITEMS, amount: 0 });
    await eventually('a waiting command', async () =>
      (await inboxOf(app, stranger)).find(({ result }) => result?.startsWith('no payment')),
    );
  });
});

describe('a command of a tenant that is not there', () => {
  it('is ignored when the tenant has no configuration', async () => {
    const shop = app.shop();
    expect((await shop.command('CapturePayment', { orderReference: 'DE--1', ...ITEMS, amount: 1 })).status).toBe(200);
    expect(await applied(app, shop)).toMatchObject([
      { state: 'done', result: 'ignored: the tenant has no configuration' },
    ]);
  });
  it('is ignored when the tenant is disconnected', async () => {
    const { shop, orderReference } = await authorized();
    await shop.disconnect('1');
    await shop.command('CapturePayment', { orderReference, ...ITEMS, amount: 12_000 });
    expect((await applied(app, shop)).at(-1)).toMatchObject({
      state: 'done',
      result: 'ignored: the tenant is disconnected',
    });
    expect(await operationsOf(app, shop, orderReference)).toEqual([]);
  });
});

describe('two commands at once for one payment', () => {
  it('capture and cancel: one is done, the other is answered by what is so then', async () => {
    const { shop, orderReference } = await authorized();
    await Promise.all([
      shop.command('CapturePayment', { orderReference, ...ITEMS, amount: 12_000 }),
      shop.command('CancelPayment', { orderReference, ...ITEMS, amount: 0 }),
    ]);
    await applied(app, shop);
    const told = (await outboxOf(app, shop, orderReference))
      .slice(3)
      .filter((name) => name !== 'PaymentUpdated')
      .sort();
    const ends = [['PaymentCancellationFailed', 'PaymentCaptured'], ['PaymentCanceled', 'PaymentCaptureFailed']]; // prettier-ignore
    expect(ends).toContainEqual(told);
    expect(await operationsOf(app, shop, orderReference)).toHaveLength(1);
  });
  it('two captures of different parts run one after the other', async () => {
    const { shop, orderReference } = await authorized();
    await Promise.all([
      shop.command('CapturePayment', { orderReference, ...ITEMS, orderItemIds: [101], amount: 7_000 }),
      shop.command('CapturePayment', { orderReference, ...ITEMS, orderItemIds: [102], amount: 5_000 }),
    ]);
    await eventually(
      'all captured',
      async () => (await fileOf(app, shop, orderReference)).payment.status === 'captured',
    );
    const { payment, operations } = await fileOf(app, shop, orderReference);
    expect(payment.captured).toBe(12_000);
    const captures = operations.filter(({ kind }) => kind === 'capture');
    expect(captures.map(({ status }) => status)).toEqual(['succeeded', 'succeeded']);
    expect(captures[1]?.capturedBefore).toBe(captures[0]?.amount);
  });
  it('a refund waits for a capture that is still pending', async () => {
    const { shop, orderReference } = await authorized(12_033);
    await shop.command('CapturePayment', { orderReference, ...ITEMS, amount: 12_033 });
    await shop.command('RefundPayment', { orderReference, ...ITEMS, orderItemIds: [102], amount: -5_000 });
    await eventually('a waiting refund', async () =>
      (await inboxOf(app, shop)).find(({ result }) => result === 'waits for another operation'),
    );
    expect((await fileOf(app, shop, orderReference)).payment.status).toBe('capture_requested');
    const told = names(await shop.until('PaymentRefunded', orderReference));
    expect(told).toEqual(['PaymentUpdated', 'PaymentUpdated', 'PaymentCaptured', 'PaymentUpdated', 'PaymentRefunded']);
  });
});

describe('cancel of a payment the PSP never answered about', () => {
  it('waits while the answer may come', async () => {
    const shop = app.shop();
    await shop.configure();
    const orderReference = 'DE--silent';
    expect((await shop.initialize({ orderReference, grandTotal: 12_016 })).status).toBe(503);
    await shop.command('CancelPayment', { orderReference, ...ITEMS, amount: 0 });
    await eventually('a waiting cancel', async () =>
      (await inboxOf(app, shop)).find(({ result }) => result === 'waits for another operation'),
    );
    await pause(100);
    expect(await operationsOf(app, shop, orderReference)).toEqual([]);
  });
  it('fails when the PSP refused to make the payment', async () => {
    const shop = app.shop();
    await shop.configure();
    const orderReference = 'DE--refused';
    expect((await shop.initialize({ orderReference, grandTotal: 12_011 })).status).toBe(400);
    await shop.command('CancelPayment', { orderReference, ...ITEMS, amount: 0 });
    expect(names(await shop.until('PaymentCancellationFailed', orderReference))).toContain('PaymentCancellationFailed');
    expect(await operationsOf(app, shop, orderReference)).toEqual([]);
  });
});
