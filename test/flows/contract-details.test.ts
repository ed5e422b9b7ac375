/** The lines a shop shows about a payment, from its creation to its last refund, and what a placeholder id changes. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testApp, type Received, type TestApp, type TestShop } from '../support/app.js';
import { applied, eventually, fileOf, inboxOf, ITEMS, movableClock, names } from './heart.js';

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

const TIME = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/;
const line = (status: string) => `External status "${status}"`;

/** The lines of a PaymentCreated or PaymentUpdated: JSON written as text. */
function linesOf(message: Received | undefined): Record<string, string> {
  expect(typeof message?.payload.details).toBe('string');
  return JSON.parse(message?.payload.details as string) as Record<string, string>;
}

const statuses = (lines: Record<string, string>): string[] =>
  Object.keys(lines).filter((name) => name.startsWith('External status'));

describe('lines of a payment', () => {
  it('at its creation: those of the PSP and one status, no move', async () => {
    const { orderReference, body } = await shop.initialize();
    const created = (await shop.until('PaymentCreated', orderReference)).at(-1);
    expect(created?.payload).toEqual({
      entityReference: orderReference,
      paymentReference: body.transactionId,
      details: expect.any(String),
    });
    expect(linesOf(created)).toEqual({
      'Sandbox payment': body.transactionId,
      [line('new')]: expect.stringMatching(TIME),
    });
  });

  it('grow by one status per move, in the order of time, each in UTC', async () => {
    const { orderReference, body } = await shop.initialize();
    const { transactionId } = body as { transactionId: string };
    await shop.until('PaymentCreated', orderReference);
    const before = clock.now();
    for (const [status, source] of [['authorized', 'new'], ['capture_requested', 'authorized'], ['captured', 'capture_requested']] as const) {
      clock.advance(60);
      await shop.webhook({ type: 'payment', transactionId, status });
      const lines = linesOf((await shop.until('PaymentUpdated', orderReference)).find(({ name }) => name === 'PaymentUpdated'));
      expect(lines).toMatchObject({ sourceStatus: source, targetStatus: status });
      expect(statuses(lines).at(-1)).toBe(line(status));
      const told = Date.parse(`${lines[line(status)]?.replace(' ', 'T')}Z`);
      expect(told).toBeGreaterThanOrEqual(before);
      expect(told).toBeLessThanOrEqual(clock.now());
    }
  }); // prettier-ignore

  it('of a change without a move name no move', async () => {
    const { orderReference } = await shop.authorized();
    const payload = { orderReference, ...ITEMS, orderItemIds: [101], amount: 7_000 };
    await shop.command('CapturePayment', payload);
    const [updated] = await shop.until('PaymentCaptured', orderReference);
    const lines = linesOf(updated);
    expect(lines).not.toHaveProperty('sourceStatus');
    expect(lines).not.toHaveProperty('targetStatus');
    expect(statuses(lines)).toEqual([line('new'), line('authorized')]);
  });

  it('of a jump over a status: both moves, each told by itself', async () => {
    const { orderReference, body } = await shop.initialize();
    await shop.until('PaymentCreated', orderReference);
    await shop.webhook({ type: 'payment', transactionId: body.transactionId, status: 'captured' });
    const told = await shop.until('PaymentCaptured', orderReference);
    expect(names(told)).toEqual(['PaymentUpdated', 'PaymentAuthorized', 'PaymentUpdated', 'PaymentCaptured']);
    const [first, second] = [linesOf(told[0]), linesOf(told[2])];
    expect(first).toMatchObject({ sourceStatus: 'new', targetStatus: 'authorized' });
    expect(statuses(first)).toEqual([line('new'), line('authorized')]);
    expect(second).toMatchObject({ sourceStatus: 'authorized', targetStatus: 'captured' });
    expect(statuses(second)).toEqual([line('new'), line('authorized'), line('captured')]);
  });

  it('of a status reached again show its last time', async () => {
    const { orderReference, transactionId } = await shop.authorized();
    await shop.webhook({ type: 'payment', transactionId, status: 'capture_failed' });
    const once = linesOf((await shop.until('PaymentCaptureFailed', orderReference))[0])[line('capture_failed')];
    clock.advance(90);
    await shop.webhook({ type: 'payment', transactionId, status: 'capture_requested' });
    await applied(app, shop);
    clock.advance(90);
    await shop.webhook({ type: 'payment', transactionId, status: 'capture_failed' });
    await eventually('failed again', async () => {
      const { history } = await fileOf(app, shop, orderReference);
      return history.filter(({ toStatus }) => toStatus === 'capture_failed').length === 2;
    });
    const again = linesOf((await shop.poll()).filter(({ name }) => name === 'PaymentUpdated').at(-1));
    expect(again[line('capture_failed')]! > once!).toBe(true);
    expect(statuses(again).filter((name) => name === line('capture_failed'))).toHaveLength(1);
  });

  it('of a refund name the move, and of a further one none', async () => {
    const { orderReference, transactionId } = await shop.authorized();
    await shop.webhook({ type: 'payment', transactionId, status: 'captured' });
    await shop.until('PaymentCaptured', orderReference);
    const refund = (ids: number[], amount: number) =>
      shop.command('RefundPayment', { orderReference, ...ITEMS, orderItemIds: ids, amount });
    await refund([101], -1_000);
    const first = linesOf((await shop.until('PaymentRefunded', orderReference))[0]);
    expect(first).toMatchObject({ sourceStatus: 'captured', targetStatus: 'partially refunded' });
    await shop.webhook({ type: 'refund', transactionId, refundId: `r-${orderReference}`, status: 'succeeded', amount: 500 });
    const second = linesOf((await shop.until('PaymentUpdated', orderReference))[0]);
    expect(second).not.toHaveProperty('targetStatus');
    expect(second).toHaveProperty([line('partially refunded')]);
  }); // prettier-ignore

  it('show nothing of a refused move', async () => {
    const { orderReference, transactionId } = await shop.authorized();
    await shop.webhook({ type: 'payment', transactionId, status: 'canceled' });
    await shop.until('PaymentCanceled', orderReference);
    await shop.webhook({ type: 'payment', transactionId, status: 'captured' });
    expect((await applied(app, shop)).at(-1)?.state).toBe('dead');
    expect(names(await shop.poll())).toEqual([]);
    expect((await fileOf(app, shop, orderReference)).history.at(-1)?.reason).toMatch(/is not allowed$/);
  });
});

describe('an order under a placeholder id', () => {
  it('is introduced by the first update that has the real id, and keeps its history', async () => {
    const { orderReference, body } = await shop.initialize({ grandTotal: 12_013 });
    const { transactionId: placeholder } = body as { transactionId: string };
    expect(placeholder).toMatch(/^tmp-/);
    await shop.webhook({ type: 'payment', transactionId: placeholder, status: 'authorized' });
    const told = await shop.until('PaymentAuthorized', orderReference);
    expect(names(told)).toEqual(['PaymentUpdated', 'PaymentAuthorized']);
    const { transactionId: real } = (await fileOf(app, shop, orderReference)).payment;
    expect(real).toMatch(/^sbx_/);
    expect(told[0]?.payload.paymentReference).toBe(real);
    expect(statuses(linesOf(told[0]))).toEqual([line('new'), line('authorized')]);
    // The former id still finds the payment, and nothing is told twice.
    await shop.webhook({ type: 'payment', transactionId: placeholder, status: 'authorized' });
    await applied(app, shop);
    expect((await inboxOf(app, shop)).at(-1)?.state).toBe('done');
    expect(await shop.poll()).toEqual([]);
    await shop.command('CapturePayment', { orderReference, ...ITEMS, amount: 12_013 });
    const done = await shop.until('PaymentCaptured', orderReference);
    expect(names(done)).toEqual(['PaymentUpdated', 'PaymentCaptured']);
    expect(statuses(linesOf(done[0]))).toEqual([line('new'), line('authorized'), line('captured')]);
  });

  it('may be canceled before anybody knows the real id', async () => {
    const { orderReference, body } = await shop.initialize({ grandTotal: 12_013 });
    expect(body.transactionId).toMatch(/^tmp-/);
    await shop.command('CancelPayment', { orderReference, ...ITEMS, amount: 0 });
    const told = await shop.until('PaymentCanceled', orderReference);
    expect(names(told)).toEqual(['PaymentUpdated', 'PaymentCanceled']);
    expect(told[0]?.payload.paymentReference).toMatch(/^sbx_/);
  });
});
