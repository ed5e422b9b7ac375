/**
 * An older database comes back: what the PSP has done meanwhile is asked again with the stored keys, or fetched from it,
 * and nothing is done twice. The copy is a file copy of the whole database, as a restored backup is.
 */
import Stripe from 'stripe';
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { controlPlane, type ControlPlane } from '../../src/simulator/stripe/control.js';
import { startSimulator, type Simulator } from '../../src/simulator/stripe/index.js';
import { systemClock } from '../../src/clock.js';
import { eventually, fileOf, names, operationsOf } from '../flows/heart.js';
import { keysOf, patiently } from '../flows/stripe-stage.js';
import { testApp, type TestApp, type TestShop } from '../support/app.js';
import { copyDatabase, freshDatabase } from '../support/database.js';

const masterKey = randomBytes(32).toString('base64');
let simulator: Simulator;
let control: ControlPlane;
const databases: { url: string; drop(): Promise<void> }[] = [];

beforeAll(async () => {
  simulator = await startSimulator({ host: '127.0.0.1', port: 0, clock: systemClock });
  control = controlPlane(simulator.url);
});
// A second try begins with a PSP that answers and tells.
beforeEach(async () => {
  await control.clearFaults();
  await control.resume();
});
afterAll(async () => {
  await simulator.close();
  for (const database of databases) await database.drop();
});

const start = (databaseUrl: string): Promise<TestApp> =>
  testApp({ databaseUrl, masterKey, env: { STRIPE_API_URL: simulator.url } });

async function pay(shop: TestShop): Promise<{ orderReference: string; transactionId: string }> {
  const { body, orderReference } = await shop.initialize();
  const { transactionId } = body as { transactionId: string };
  const { secretKey } = keysOf(shop);
  const stripe = new Stripe(secretKey, { host: '127.0.0.1', port: simulator.port, protocol: 'http', telemetry: false });
  await stripe.paymentIntents.confirm(transactionId, {
    payment_method: 'pm_card_visa',
    return_url: 'https://shop.example/',
  });
  await patiently(shop, 'PaymentAuthorized', orderReference);
  return { orderReference, transactionId };
}

const capture = (shop: TestShop, orderReference: string) =>
  shop.command(
    'CapturePayment',
    { orderReference, orderItemIds: [101, 102], amount: 12_000, currencyIsoCode: 'EUR' },
    { 'Transaction-Id': `capture-${orderReference}` },
  );

async function executed(transactionId: string): Promise<number> {
  const asked = await control.requests({ method: 'POST', path: `/v1/payment_intents/${transactionId}/capture` });
  return asked.filter((request) => request.executed && request.errorCode === null).length;
}

describe('after a restore', () => {
  it('what was unanswered is completed, what was done later is fetched, and nothing is captured twice', async () => {
    const database = await freshDatabase();
    databases.push(database);
    const before = await start(database.url);
    const shop = before.shop();
    expect((await shop.configure({ mode: 'test', ...keysOf(shop) })).status).toBe(200);
    const unanswered = await pay(shop);
    const later = await pay(shop);
    // The PSP does it, and the answer is lost.
    const path = `/v1/payment_intents/${unanswered.transactionId}/capture`;
    await control.addFault({ match: { method: 'POST', path }, effect: 'drop_after', times: 50 });
    await control.pause();
    await capture(shop, unanswered.orderReference);
    await eventually('an unanswered capture', async () =>
      (await operationsOf(before, shop, unanswered.orderReference)).some(({ status }) => status === 'asked'),
    );
    await before.close();
    const backup = await copyDatabase(database.url);
    databases.push(backup);

    // Business goes on after the backup: one more capture, and one more order.
    const meanwhile = await start(database.url);
    const sameShop = meanwhile.shop(shop.tenantId);
    await capture(sameShop, later.orderReference);
    await patiently(sameShop, 'PaymentCaptured', later.orderReference);
    await meanwhile.close();
    expect(await executed(later.transactionId)).toBe(1);
    await control.clearFaults();

    // The backup comes back.
    const after = await start(backup.url);
    const restored = after.shop(shop.tenantId);
    try {
      expect((await fileOf(after, restored, later.orderReference)).payment.status).toBe('authorized');
      for (const { orderReference, transactionId } of [unanswered, later]) {
        await patiently(restored, 'PaymentCaptured', orderReference);
        const { payment } = await fileOf(after, restored, orderReference);
        expect(payment).toMatchObject({ status: 'captured', captured: 12_000 });
        expect(await executed(transactionId)).toBe(1);
      }
      // The shop repeats what it is not sure of.
      await capture(restored, later.orderReference);
      expect(names(await patiently(restored, 'PaymentCaptured', later.orderReference))).toContain('PaymentCaptured');
      expect(await executed(later.transactionId)).toBe(1);
    } finally {
      await after.close();
    }
  }, 120_000);
});
