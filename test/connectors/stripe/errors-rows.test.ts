/**
 * Every way in which Stripe may fail to do what was asked, through the door: what becomes of the command, which key is
 * used for the next asking, and who is alarmed. What nobody knows is never told as a failure.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Effect } from '../../../src/simulator/stripe/control.js';
import { eventually, ITEMS } from '../../flows/heart.js';
import { stripeWorld, type StripeShop, type StripeWorld } from '../../support/stripe.js';

let world: StripeWorld;
let shop: StripeShop;
beforeAll(async () => {
  world = await stripeWorld();
  shop = await world.shop();
});
afterAll(() => world.close());

/** Enough that the SDK's own repeats fail too. */
const TIMES = 3;

interface Row {
  title: string;
  effect: Effect;
  times?: number;
  /** How many keys the capture was asked with. */
  keys: number;
  alarm?: 'credential' | 'permission';
}

const rows: Row[] = [
  { title: 'a refused key (401) pauses the command and alarms', effect: 'unauthorized', times: 1, keys: 1, alarm: 'credential' },
  { title: 'a missing permission (403) pauses the command and alarms', effect: 'forbidden', times: 1, keys: 1, alarm: 'permission' },
  { title: 'a key in use (409) is asked again with the same key', effect: 'conflict', keys: 1 },
  { title: 'too many requests (429) are slowed down, with the same key', effect: 'rate_limit', keys: 1 },
  { title: 'a busy payment (429 lock_timeout) is asked again with the same key', effect: 'lock_timeout', keys: 1 },
  { title: 'a fault of Stripe (500) is asked again with the same key', effect: 'error_500', keys: 1 },
  { title: 'a fault of Stripe (503) is asked again with the same key', effect: 'error_503', keys: 1 },
  { title: 'a fault after the money was taken, replayed by Stripe, is read back and not asked anew', effect: 'error_500_after', times: 1, keys: 1 },
  { title: 'a connection lost before is asked again with the same key', effect: 'drop_before', keys: 1 },
  { title: 'a connection lost after is asked again with the same key', effect: 'drop_after', times: 1, keys: 1 },
  { title: 'a cut answer is asked again with the same key', effect: 'truncated', times: 1, keys: 1 },
]; // prettier-ignore

describe('a capture that meets', () => {
  it.each(rows)('$title', { timeout: 120_000 }, async ({ effect, times = TIMES, keys, alarm }) => {
    const { orderReference, transactionId } = await shop.paid('pm_card_visa');
    await shop.heard(orderReference);
    const path = `/v1/payment_intents/${transactionId}/capture`;
    const before = world.app.logged.length;
    await world.control.addFault({ match: { method: 'POST', path }, effect, times });
    await shop.command('CapturePayment', { orderReference, ...ITEMS, amount: 12_000 });
    const done = await eventually('the capture is done', async () => {
      const { payment, operations } = await shop.file(orderReference);
      const capture = operations.find(({ kind }) => kind === 'capture');
      expect(capture?.status ?? 'asked').toMatch(/asked|succeeded/);
      if (capture?.status === 'asked' && capture.unanswered) await world.advance(15);
      return payment.status === 'captured' && capture;
    });
    expect(done).toMatchObject({ status: 'succeeded' });
    const { names } = await shop.heard(orderReference);
    expect(names.filter((name) => name !== 'PaymentUpdated')).toEqual(['PaymentCaptured']);
    const asked = await world.control.requests({ method: 'POST', path });
    expect(new Set(asked.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(keys);
    const intent = await shop.stripe(`/v1/payment_intents/${transactionId}`);
    expect(intent.amount_received).toBe(12_000);
    const alarms = world.app.logged.slice(before).filter((line) => line.includes('the PSP needs attention'));
    expect(alarms.length > 0).toBe(alarm !== undefined);
    if (alarm !== undefined) {
      expect(JSON.parse(alarms[0] ?? '')).toMatchObject({ level: 'error', problem: alarm, tenant: shop.tenantId });
    }
  });
});

describe('a refusal is told at once, and asked once', () => {
  it('more than was authorized is not even asked', async () => {
    const { orderReference } = await shop.paid('pm_card_visa');
    await shop.heard(orderReference);
    await shop.command('CapturePayment', { orderReference, ...ITEMS, amount: 99_000 });
    expect((await shop.heard(orderReference)).names).toEqual(['PaymentCaptureFailed']);
    expect((await shop.file(orderReference)).operations.map(({ kind }) => kind)).toEqual(['initialize']);
  });

  it('an authorization that has expired is final, and the payment is canceled', async () => {
    const { orderReference, transactionId } = await shop.paid('pm_card_visa');
    await world.control.action('expire_authorization', { payment_intent: transactionId });
    await shop.command('CapturePayment', { orderReference, ...ITEMS, amount: 12_000 });
    const { names } = await shop.heard(orderReference);
    expect(names).toContain('PaymentCaptureFailed');
    expect((await shop.file(orderReference)).payment.status).toBe('canceled');
  });

  it('captured already at the dashboard: the goal is met, so it is a success', async () => {
    const { orderReference, transactionId } = await shop.paid('pm_card_visa');
    await world.control.pause();
    await world.control.action('capture', { payment_intent: transactionId });
    await shop.command('CapturePayment', { orderReference, ...ITEMS, amount: 12_000 });
    await eventually('it is captured', async () => (await shop.file(orderReference)).payment.status === 'captured');
    await world.control.resume();
    const { names } = await shop.heard(orderReference);
    expect(names.filter((name) => name === 'PaymentCaptured')).toHaveLength(1);
    expect(names).not.toContain('PaymentCaptureFailed');
  });
});

describe('an operation that nobody answers', () => {
  it(
    'is asked on for more than a day, read back first by then, and somebody is alarmed',
    { timeout: 120_000 },
    async () => {
      const { orderReference, transactionId } = await shop.paid('pm_card_visa');
      await shop.heard(orderReference);
      const path = `/v1/payment_intents/${transactionId}/capture`;
      await world.control.addFault({ match: { method: 'POST', path }, effect: 'drop_before', times: 1_000 });
      await shop.command('CapturePayment', { orderReference, ...ITEMS, amount: 12_000 });
      await eventually('it is unanswered', async () =>
        (await shop.file(orderReference)).operations.some(({ kind, unanswered }) => kind === 'capture' && unanswered),
      );
      await world.advance(25 * 3_600);
      await eventually('the alarm', async () =>
        world.app.logged.some(
          (line) => line.includes('operation unanswered for a day') && line.includes('"level":"error"'),
        ),
      );
      await world.control.clearFaults();
      await eventually('it is captured after all', async () => {
        const { payment } = await shop.file(orderReference);
        if (payment.status !== 'captured') await world.advance(3_700);
        return payment.status === 'captured';
      });
      const { names } = await shop.heard(orderReference);
      expect(names).not.toContain('PaymentCaptureFailed');
      const asked = await world.control.requests({ method: 'POST', path });
      // The key of yesterday is forgotten by Stripe: after looking, another one is used.
      expect(new Set(asked.map(({ idempotencyKey }) => idempotencyKey)).size).toBeGreaterThan(1);
      expect((await shop.stripe(`/v1/payment_intents/${transactionId}`)).amount_received).toBe(12_000);
    },
  );
});
