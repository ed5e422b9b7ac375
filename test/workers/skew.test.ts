/** Nodes whose clocks differ by more than any lease: what one has claimed is free for the other, and nothing is done twice. */
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { compose, type Running } from '../../src/compose.js';
import { createLog } from '../../src/log.js';
import { eventually, ITEMS, outboxOf, pause } from '../flows/heart.js';
import { stripeStage, type StripeStage } from '../flows/stripe-stage.js';

const AHEAD_MS = 60_000;
/** Longer than a worker rests, so that the node ahead finds what the other is doing. */
const SLOW_MS = 2_000;

let stage: StripeStage;
let ahead: Running;
beforeAll(async () => {
  stage = await stripeStage();
  const { db, vault, clock } = stage.app.app;
  const early = { now: () => clock.now() + AHEAD_MS };
  const log = createLog({ level: 'error', clock: early, redact: (line) => line, write: () => undefined });
  ahead = await compose({
    config: stage.app.config,
    db,
    vault,
    clock: early,
    log,
    version: '0.0.0',
    isOnlyNode: false,
  });
  await ahead.start();
});
afterAll(async () => {
  await ahead.stop();
  await stage.close();
});

it('one capture and one refund at the PSP and one announcement each, however often both ask', async () => {
  const shop = await stage.shop();
  const { orderReference, transactionId } = await stage.authorized(shop);
  await stage.control.addFault({ match: { method: 'POST' }, effect: 'slow', delayMs: SLOW_MS, times: 20 });
  await shop.command('CapturePayment', { orderReference, ...ITEMS, amount: 12_000 });
  const told = async (name: string): Promise<number> =>
    (await outboxOf(stage.app, shop, orderReference)).filter((one) => one === name).length;
  await eventually('the capture', async () => (await told('PaymentCaptured')) > 0);
  await shop.command('RefundPayment', { orderReference, orderItemIds: [101], amount: -1_000 });
  await eventually('the refund', async () => (await told('PaymentRefunded')) > 0);
  await pause(SLOW_MS);
  expect([await told('PaymentCaptured'), await told('PaymentRefunded')]).toEqual([1, 1]);
  expect(await stage.captures(transactionId)).toHaveLength(1);
  const refunds = await stage.stripe(shop).refunds.list({ payment_intent: transactionId });
  expect(refunds.data.map(({ amount }) => amount)).toEqual([1_000]);
  // Both were at it, else this shows nothing.
  const { rows } = await sql<{ askings: number }>`
    select max(askings) as askings from operations where kind in ('capture', 'refund')`.execute(stage.app.app.db);
  expect(rows[0]?.askings).toBeGreaterThan(1);
});
