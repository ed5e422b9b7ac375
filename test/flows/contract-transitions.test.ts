/** What a PSP says, by webhook, in every status of a payment: which move follows, and what the shop hears, in which order. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mayMove, type PaymentStatus } from '../../src/domain/payment.js';
import { testApp, type TestApp, type TestShop } from '../support/app.js';
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

type Told = Record<string, unknown>;

/** Webhooks, or commands, that bring a new payment into a status. */
const WAYS: Readonly<Record<Exclude<PaymentStatus, 'refund failed'>, readonly (Told | string)[]>> = {
  new: [],
  authorized: [{ status: 'authorized' }],
  authorization_failed: [{ status: 'authorization_failed' }],
  capture_requested: [{ status: 'authorized' }, { status: 'capture_requested' }],
  captured: [{ status: 'captured' }],
  capture_failed: [{ status: 'authorized' }, { status: 'capture_failed' }],
  canceled: [{ status: 'authorized' }, { status: 'canceled' }],
  cancellation_failed: [{ status: 'authorized' }, { status: 'cancellation_failed' }],
  overpaid: [{ status: 'overpaid', amount: 13_000 }],
  underpaid: [{ status: 'underpaid', amount: 5_000 }],
  'partially refunded': [{ status: 'captured' }, 'refund 5000'],
  refunded: [{ status: 'captured' }, 'refund 12000'],
};
type From = keyof typeof WAYS;

async function until(orderReference: string, status: PaymentStatus): Promise<void> {
  await eventually(status, async () => (await fileOf(app, shop, orderReference)).payment.status === status);
}

/** A payment in that status; everything it told is read. */
async function paymentIn(status: From): Promise<{ orderReference: string; transactionId: string }> {
  const { orderReference, body } = await shop.initialize();
  const { transactionId } = body as { transactionId: string };
  for (const step of WAYS[status]) {
    clock.advance(1);
    if (typeof step === 'string') {
      const amount = -Number(step.split(' ')[1]);
      const ids = amount === -12_000 ? [101, 102] : [102];
      await shop.command('RefundPayment', { orderReference, ...ITEMS, orderItemIds: ids, amount });
    } else await shop.webhook({ type: 'payment', transactionId, ...step });
    await applied(app, shop);
  }
  await until(orderReference, status);
  await shop.poll();
  clock.advance(1);
  return { orderReference, transactionId };
}

/** What the shop hears of one more webhook, without the updates, which are counted. */
async function after(from: From, news: Told) {
  const { orderReference, transactionId } = await paymentIn(from);
  const { status } = await shop.webhook({ type: 'payment', transactionId, ...news });
  await applied(app, shop);
  // Payments of other rows may be looked at meanwhile.
  const told = (await shop.poll()).filter(({ payload }) =>
    [payload.orderReference, payload.entityReference].includes(orderReference),
  );
  const heard = names(told);
  const file = await fileOf(app, shop, orderReference);
  const row = (await inboxOf(app, shop)).at(-1);
  return {
    answer: status,
    messages: heard.filter((name) => name !== 'PaymentUpdated'),
    updates: heard.filter((name) => name === 'PaymentUpdated').length,
    first: heard[0],
    file,
    row,
  };
}

describe('a status told by the PSP', () => {
  const rows: [From, Told, PaymentStatus, string[]][] = [
    ['new', { status: 'authorized' }, 'authorized', ['PaymentAuthorized']],
    ['new', { status: 'authorization_failed' }, 'authorization_failed', ['PaymentAuthorizationFailed']],
    ['new', { status: 'captured' }, 'captured', ['PaymentAuthorized', 'PaymentCaptured']],
    ['new', { status: 'capture_failed' }, 'capture_failed', ['PaymentCaptureFailed']],
    ['new', { status: 'canceled' }, 'canceled', ['PaymentCanceled']],
    ['new', { status: 'cancellation_failed' }, 'cancellation_failed', ['PaymentCancellationFailed']],
    ['new', { status: 'overpaid', amount: 13_000 }, 'overpaid', ['PaymentAuthorized', 'PaymentCaptured', 'PaymentOverpaid']],
    ['new', { status: 'underpaid', amount: 5_000 }, 'underpaid', ['PaymentCaptureFailed', 'PaymentUnderpaid']],
    ['authorized', { status: 'capture_requested' }, 'capture_requested', []],
    ['authorized', { status: 'captured' }, 'captured', ['PaymentCaptured']],
    ['authorized', { status: 'capture_failed' }, 'capture_failed', ['PaymentCaptureFailed']],
    ['authorized', { status: 'canceled' }, 'canceled', ['PaymentCanceled']],
    ['authorized', { status: 'cancellation_failed' }, 'cancellation_failed', ['PaymentCancellationFailed']],
    ['authorized', { status: 'overpaid', amount: 13_000 }, 'overpaid', ['PaymentCaptured', 'PaymentOverpaid']],
    ['authorized', { status: 'underpaid', amount: 5_000 }, 'underpaid', ['PaymentCaptureFailed', 'PaymentUnderpaid']],
    ['capture_requested', { status: 'captured' }, 'captured', ['PaymentCaptured']],
    ['capture_requested', { status: 'capture_failed' }, 'capture_failed', ['PaymentCaptureFailed']],
    ['capture_requested', { status: 'canceled' }, 'canceled', ['PaymentCanceled']],
    ['capture_requested', { status: 'cancellation_failed' }, 'cancellation_failed', ['PaymentCancellationFailed']],
    ['capture_requested', { status: 'overpaid', amount: 13_000 }, 'overpaid', ['PaymentCaptured', 'PaymentOverpaid']],
    ['capture_requested', { status: 'underpaid', amount: 5_000 }, 'underpaid', ['PaymentCaptureFailed', 'PaymentUnderpaid']],
    ['capture_failed', { status: 'capture_requested' }, 'capture_requested', []],
    ['capture_failed', { status: 'captured' }, 'captured', ['PaymentCaptured']],
    ['capture_failed', { status: 'overpaid', amount: 13_000 }, 'overpaid', ['PaymentCaptured', 'PaymentOverpaid']],
    ['capture_failed', { status: 'underpaid', amount: 5_000 }, 'underpaid', ['PaymentCaptureFailed', 'PaymentUnderpaid']],
    ['cancellation_failed', { status: 'canceled' }, 'canceled', ['PaymentCanceled']],
    ['cancellation_failed', { status: 'capture_requested' }, 'capture_requested', []],
    ['cancellation_failed', { status: 'captured' }, 'captured', ['PaymentCaptured']],
    ['cancellation_failed', { status: 'capture_failed' }, 'capture_failed', ['PaymentCaptureFailed']],
    ['cancellation_failed', { status: 'overpaid', amount: 13_000 }, 'overpaid', ['PaymentCaptured', 'PaymentOverpaid']],
    ['cancellation_failed', { status: 'underpaid', amount: 5_000 }, 'underpaid', ['PaymentCaptureFailed', 'PaymentUnderpaid']],
    ['authorization_failed', { status: 'authorized' }, 'authorized', ['PaymentAuthorized']],
    ['underpaid', { status: 'captured' }, 'captured', ['PaymentAuthorized', 'PaymentCaptured']],
    ['underpaid', { status: 'overpaid', amount: 13_000 }, 'overpaid', ['PaymentAuthorized', 'PaymentCaptured', 'PaymentOverpaid']],
    ['captured', { status: 'overpaid', amount: 13_000 }, 'overpaid', ['PaymentOverpaid']],
  ]; // prettier-ignore
  it.each(rows)('in status %s: %o moves it to %s', async (from, told, to, messages) => {
    const end = await after(from, told);
    expect(end.answer).toBe(200);
    expect(end.file.payment.status).toBe(to);
    expect(end.messages).toEqual(messages);
    // One history row and one update per move, and the update comes first.
    const moves = from === 'new' && messages[0] === 'PaymentAuthorized' && to !== 'authorized' ? 2 : 1;
    expect(end.updates).toBe(moves);
    expect(end.first).toBe('PaymentUpdated');
    const history = end.file.history.slice(-moves);
    expect(history.at(-1)).toMatchObject({ toStatus: to });
    expect(history.every(({ fromStatus, toStatus }) => mayMove(fromStatus!, toStatus))).toBe(true);
  });

  const refused: [From, Told][] = [
    ['canceled', { status: 'captured' }],
    ['canceled', { status: 'overpaid', amount: 13_000 }],
    ['capture_failed', { status: 'canceled' }],
    ['authorization_failed', { status: 'underpaid', amount: 5_000 }],
  ];
  it.each(refused)('in status %s: %o is refused: 200, kept for a person, told to nobody', async (from, told) => {
    const end = await after(from, told);
    expect(end.answer).toBe(200);
    expect(end.file.payment.status).toBe(from);
    expect([end.messages, end.updates]).toEqual([[], 0]);
    expect(end.row).toMatchObject({ state: 'dead' });
    expect(end.row?.result).toMatch(/^Transition from ".+" to ".+" is not allowed$/);
  });

  const overtaken: [From, Told][] = [
    ['authorized', { status: 'authorization_failed' }],
    ['captured', { status: 'authorized' }],
    ['captured', { status: 'authorization_failed' }],
    ['captured', { status: 'capture_failed' }],
    ['captured', { status: 'cancellation_failed' }],
    ['captured', { status: 'underpaid', amount: 5_000 }],
    ['canceled', { status: 'authorized' }],
    ['canceled', { status: 'authorization_failed' }],
    ['canceled', { status: 'capture_failed' }],
    ['canceled', { status: 'underpaid', amount: 5_000 }],
    ['refunded', { status: 'captured' }],
    ['refunded', { status: 'authorized' }],
    ['partially refunded', { status: 'captured' }],
    ['overpaid', { status: 'captured' }],
    ['overpaid', { status: 'underpaid', amount: 5_000 }],
    ['underpaid', { status: 'authorization_failed' }],
  ];
  it.each(overtaken)('in status %s: %o is overtaken: nothing moves and nobody hears of it', async (from, told) => {
    const end = await after(from, told);
    expect(end.answer).toBe(200);
    expect(end.file.payment.status).toBe(from);
    expect(end.messages).toEqual([]);
    expect(end.row?.state).not.toBe('due');
  });

  const same: From[] = ['authorized', 'authorization_failed', 'captured', 'capture_failed', 'canceled', 'cancellation_failed', 'capture_requested']; // prettier-ignore
  it.each(same)('%s again, by another event: nothing is told again', async (status) => {
    const end = await after(status, { status });
    expect(end.answer).toBe(200);
    expect(end.file.payment.status).toBe(status);
    expect([end.messages, end.updates]).toEqual([[], 0]);
  });
});

describe('where a payment used to be stuck', () => {
  it('after canceling failed it can be captured', async () => {
    const { orderReference } = await paymentIn('cancellation_failed');
    await shop.command('CapturePayment', { orderReference, ...ITEMS, amount: 12_000 });
    await shop.until('PaymentCaptured', orderReference);
    await until(orderReference, 'captured');
  });
  it('after authorizing failed the order can be paid anew', async () => {
    const { orderReference } = await paymentIn('authorization_failed');
    expect((await shop.initialize({ orderReference })).status).toBe(200);
    await until(orderReference, 'new');
  });
  it('after too much arrived it can be refunded, in part and all of it', async () => {
    const { orderReference } = await paymentIn('overpaid');
    await shop.command('RefundPayment', { orderReference, ...ITEMS, orderItemIds: [102], amount: -1_000 });
    await shop.until('PaymentRefunded', orderReference);
    await until(orderReference, 'partially refunded');
    await shop.command('RefundPayment', { orderReference, ...ITEMS, orderItemIds: [101], amount: -12_000 });
    await shop.until('PaymentRefunded', orderReference);
    await until(orderReference, 'refunded');
  });
  it('after too little arrived it can be canceled', async () => {
    const { orderReference } = await paymentIn('underpaid');
    await shop.command('CancelPayment', { orderReference, ...ITEMS, amount: 0 });
    await shop.until('PaymentCanceled', orderReference);
    await until(orderReference, 'canceled');
  });
});
