/** Operations without a final answer: asked again with the same key, read back, or asked anew when that is safe. */
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Answer, Asking, Connector } from '../../src/kit/connector.js';
import { SANDBOX_SETTINGS, testApp, type TestApp, type TestShop } from '../support/app.js';
import { eventually, fileOf, ITEMS, movableClock, names, operationsOf, outboxOf, pause } from './heart.js';

const clock = movableClock();
let app: TestApp;
let shop: TestShop;
let real: Connector;
let find: TestApp['app']['connector'];

beforeAll(async () => {
  app = await testApp({ clock });
  shop = app.shop();
  await shop.configure();
  await shop.poll();
  real = await app.app.connector('sandbox');
  find = app.app.connector;
});
afterAll(() => app.close());

/** The sandbox with some verbs played by the test. */
async function playing<T>(verbs: Partial<Connector>, run: () => Promise<T>): Promise<T> {
  app.app.connector = () => Promise.resolve({ ...real, ...verbs });
  try {
    return await run();
  } finally {
    app.app.connector = find;
  }
}

const unknown = (extras: Partial<Answer> = {}): Answer => ({ answer: 'unknown', facts: [], references: [], ...extras });

async function rowOf(orderReference: string) {
  const [operation] = await operationsOf(app, shop, orderReference);
  const { rows } = await sql<{
    id: string;
    status: string;
    attempt: number;
    askings: number;
    key_spent: boolean;
    idempotency_key: string;
  }>`
    select id, status, attempt, askings, key_spent, idempotency_key from operations where id = ${operation?.id ?? null}`.execute(
    app.app.db,
  );
  return rows[0];
}

describe('an asking without an answer', () => {
  it('is asked again and again with the same key and the same parameters, first within five seconds', async () => {
    const { orderReference } = await shop.authorized();
    const askings: (Asking & { at: number })[] = [];
    const ask = (asking: Asking) => {
      askings.push({ ...asking, at: clock.now() });
      return Promise.resolve(unknown());
    };
    await playing({ capture: { ...real.capture, ask } }, async () => {
      await shop.command('CapturePayment', { orderReference, ...ITEMS, amount: 12_000 });
      await eventually('asked', () => Promise.resolve(askings.length === 1));
      for (const [n, seconds] of [5, 11, 21, 41, 61].entries()) {
        await eventually('settled', async () => (await operationsOf(app, shop, orderReference))[0]?.unanswered);
        await pause(150);
        clock.advance(seconds);
        await eventually(`asking ${n + 2}`, () => Promise.resolve(askings.length === n + 2));
      }
      // Not earlier than a minute after the last.
      clock.advance(30);
      await pause(1_300);
      expect(askings).toHaveLength(6);
    });
    const sent = askings.map(({ idempotencyKey, parameters, operationId, askedAt }) =>
      JSON.stringify({ idempotencyKey, parameters, operationId, askedAt }),
    );
    expect(new Set(sent).size).toBe(1);
    expect(await outboxOf(app, shop, orderReference)).toEqual([
      'PaymentCreated',
      'PaymentUpdated',
      'PaymentAuthorized',
      'PaymentUpdated',
    ]);
    clock.advance(61);
    await shop.until('PaymentCaptured', orderReference);
  });

  it('whose connector throws counts as one without an answer', async () => {
    const { orderReference } = await shop.authorized();
    const ask = () => Promise.reject(new Error('the network is gone'));
    await playing({ capture: { ...real.capture, ask } }, async () => {
      await shop.command('CapturePayment', { orderReference, ...ITEMS, amount: 12_000 });
      await eventually(
        'requested',
        async () => (await fileOf(app, shop, orderReference)).payment.status === 'capture_requested',
      );
    });
    clock.advance(3);
    expect(names(await shop.until('PaymentCaptured', orderReference))).toEqual([
      'PaymentUpdated',
      'PaymentUpdated',
      'PaymentCaptured',
    ]);
  });

  it('that spent its key only later is read back, and asked anew with a new key when nothing happened', async () => {
    const { orderReference } = await shop.authorized();
    const keys: string[] = [];
    const answers = [unknown(), unknown({ keySpent: true })];
    const ask: Connector['capture']['ask'] = (asking, context) => {
      keys.push(asking.idempotencyKey);
      const answer = answers[keys.length - 1];
      return answer === undefined ? real.capture.ask(asking, context) : Promise.resolve(answer);
    };
    let reads = 0;
    const readBack: Connector['readBack'] = () => {
      reads += 1;
      return Promise.resolve({ ...unknown(), absent: true });
    };
    await playing({ capture: { ...real.capture, ask }, readBack }, async () => {
      await shop.command('CapturePayment', { orderReference, ...ITEMS, amount: 12_000 });
      await eventually('asked', async () => (await operationsOf(app, shop, orderReference))[0]?.unanswered);
      clock.advance(3);
      await eventually('a spent key', async () => (await rowOf(orderReference))?.key_spent);
      clock.advance(12);
      await shop.until('PaymentCaptured', orderReference);
    });
    expect(reads).toBe(1);
    expect(keys[1]).toBe(keys[0]);
    expect(keys[2]).not.toBe(keys[0]);
    expect(await rowOf(orderReference)).toMatchObject({ status: 'succeeded', attempt: 2, idempotency_key: keys[2] });
    expect(await operationsOf(app, shop, orderReference)).toHaveLength(1);
  });

  it('whose key is spent and which happened is settled by reading back, not asked anew', async () => {
    const { orderReference } = await shop.authorized(12_037);
    let asked = 0;
    const ask = () => {
      asked += 1;
      return Promise.resolve(unknown({ keySpent: true }));
    };
    await playing({ capture: { ...real.capture, ask } }, async () => {
      await shop.command('CapturePayment', { orderReference, ...ITEMS, amount: 12_037 });
      await eventually('a spent key', async () => (await rowOf(orderReference))?.key_spent);
      clock.advance(3);
      await shop.until('PaymentCaptured', orderReference);
    });
    expect(asked).toBe(1);
  });

  it('of a PSP that cannot be read back stays asked once its key is spent', async () => {
    const { orderReference, transactionId } = await shop.authorized();
    let asked = 0;
    const ask = () => {
      asked += 1;
      return Promise.resolve(unknown({ keySpent: true }));
    };
    const verbs: Partial<Connector> = { capture: { ...real.capture, ask } };
    await playing({ ...verbs, readBack: () => Promise.resolve(unknown()) }, async () => {
      await shop.command('CapturePayment', { orderReference, ...ITEMS, amount: 12_000 });
      await eventually('a spent key', async () => (await rowOf(orderReference))?.key_spent);
      clock.advance(60);
      await eventually('looked at', async () => ((await rowOf(orderReference))?.askings ?? 0) >= 2);
      await pause(100);
      expect(asked).toBe(1);
      await shop.webhook({ type: 'payment', transactionId, status: 'captured' });
      await shop.until('PaymentCaptured', orderReference);
    });
  });
});

describe('an operation that is pending', () => {
  it('is settled by a read-back without facts, when that says what became of it', async () => {
    const { orderReference } = await shop.authorized(12_041 - 41 + 33);
    const readBack: Connector['readBack'] = () =>
      Promise.resolve({ answer: 'rejected', facts: [], references: [], problem: { class: 'declined', message: 'no' } });
    await playing({ readBack }, async () => {
      await shop.command(
        'CapturePayment',
        { orderReference, ...ITEMS, amount: 12_033 },
        { 'Correlation-Id': 'c-read' },
      );
      await eventually('pending', async () => (await operationsOf(app, shop, orderReference))[0]?.status === 'pending');
      clock.advance(4);
      const told = await shop.until('PaymentCaptureFailed', orderReference);
      expect(told.at(-1)?.attributes['correlationId']).toBe('c-read');
    });
  });
});

describe('initialize and update without an answer', () => {
  it('initialize: the shop hears 503, the payment is made by asking again, and the shop gets it by asking again', async () => {
    const own = app.shop();
    await own.configure();
    await own.poll();
    const first = await own.initialize({ grandTotal: 12_017 });
    expect(first.status).toBe(503);
    const { orderReference } = first;
    clock.advance(4);
    await own.until('PaymentCreated', orderReference);
    const again = await own.initialize({ orderReference, grandTotal: 12_017 });
    expect(again.status).toBe(200);
    const { operations, payment } = await fileOf(app, own, orderReference);
    expect(operations).toHaveLength(1);
    expect((again.body as { transactionId: string }).transactionId).toBe(payment.transactionId);
  });

  it('update: the new amount counts once the PSP has said yes', async () => {
    const own = app.shop();
    await own.configure();
    await own.poll();
    const { orderReference, body } = await own.initialize();
    await own.until('PaymentCreated', orderReference);
    expect((await own.initialize({ orderReference, grandTotal: 13_017 })).status).toBe(503);
    expect((await fileOf(app, own, orderReference)).payment.amount).toBe(12_000);
    clock.advance(4);
    expect(names(await own.until('PaymentUpdated', orderReference))).toEqual(['PaymentUpdated']);
    const { payment } = await fileOf(app, own, orderReference);
    expect(payment).toMatchObject({
      amount: 13_017,
      order: { grandTotal: 13_017 },
      transactionId: (body as { transactionId: string }).transactionId,
    });
    expect((await own.initialize({ orderReference, grandTotal: 13_017 })).status).toBe(200);
    expect((await fileOf(app, own, orderReference)).operations).toHaveLength(2);
  });

  it('goes on for a tenant that has left meanwhile', async () => {
    const own = app.shop();
    await own.configure({ ...SANDBOX_SETTINGS });
    const { orderReference } = await own.authorized(12_037);
    await own.command('CapturePayment', { orderReference, ...ITEMS, amount: 12_037 });
    await eventually('unanswered', async () => (await operationsOf(app, own, orderReference))[0]?.unanswered);
    await own.disconnect('1');
    clock.advance(4);
    await own.until('PaymentCaptured', orderReference);
  });
});
