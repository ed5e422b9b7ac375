import Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { controlPlane, type ControlPlane } from '../../src/simulator/stripe/control.js';
import { startSimulator } from '../../src/simulator/stripe/index.js';
import { testApp, type TestApp, type TestShop } from '../support/app.js';
import { eventually, fileOf, movableClock, type MovableClock } from './heart.js';

const HOUR = 3_600;

describe('payments that wait', () => {
  let clock: MovableClock;
  let simulator: Awaited<ReturnType<typeof startSimulator>>;
  let control: ControlPlane;
  let app: TestApp;
  let shop: TestShop;
  let stripe: Stripe;
  beforeAll(async () => {
    clock = movableClock();
    simulator = await startSimulator({ host: '127.0.0.1', port: 0, clock });
    control = controlPlane(simulator.url);
    app = await testApp({ clock, env: { STRIPE_API_URL: simulator.url } });
    shop = app.shop();
    const settings = { mode: 'test', secretKey: 'sk_test_look', publishableKey: 'pk_test_look' };
    expect((await shop.configure(settings)).status).toBe(200);
    stripe = new Stripe('sk_test_look', { host: '127.0.0.1', port: simulator.port, protocol: 'http' });
    // Nobody tells us anything: what is learned is learned by looking.
    await control.pause();
  });
  afterAll(async () => {
    await app.close();
    await simulator.close();
  });

  const pay = (transactionId: string) =>
    stripe.paymentIntents.confirm(transactionId, {
      payment_method: 'pm_card_visa',
      return_url: 'https://shop.example',
    });

  it('a payment whose webhooks were lost is read back, and the history says why', async () => {
    const { body, orderReference } = await shop.initialize();
    await pay((body as { transactionId: string }).transactionId);
    clock.advance(3 * HOUR);
    await shop.until('PaymentAuthorized', orderReference);
    const { history } = await fileOf(app, shop, orderReference);
    expect(history.at(-1)).toMatchObject({ toStatus: 'authorized', reason: 'read back after silence' });
  });

  it('an unpaid payment whose page is closed is canceled at the PSP, and the shop hears that authorization failed', async () => {
    const { body, orderReference } = await shop.initialize();
    const { transactionId } = body as { transactionId: string };
    clock.advance(3 * HOUR);
    await shop.until('PaymentAuthorizationFailed', orderReference);
    const intent = await stripe.paymentIntents.retrieve(transactionId);
    expect(intent).toMatchObject({ status: 'canceled', cancellation_reason: 'abandoned' });
    expect((await fileOf(app, shop, orderReference)).payment.status).toBe('authorization_failed');
  });

  it('an authorization about to end is announced once in the details, and its end as canceled', async () => {
    const { body, orderReference } = await shop.initialize();
    await pay((body as { transactionId: string }).transactionId);
    clock.advance(3 * HOUR);
    await shop.until('PaymentAuthorized', orderReference);
    const { facts } = await fileOf(app, shop, orderReference);
    const authorized = facts.find(({ kind }) => kind === 'authorized');
    const expiresAt = authorized?.kind === 'authorized' ? (authorized.expiresAt ?? '') : '';
    clock.advance((Date.parse(expiresAt) - clock.now()) / 1000 - 12 * HOUR);
    const told = await shop.until('PaymentUpdated', orderReference);
    const ours = told.map(({ payload }) => payload as { entityReference: string; details: string });
    const update = ours.find(({ entityReference }) => entityReference === orderReference);
    const details = JSON.parse(update?.details ?? '{}') as Record<string, string>;
    expect(details['Authorization expires']).toBe(expiresAt.slice(0, 19).replace('T', ' '));
    clock.advance(13 * HOUR);
    // The simulator's own timers know nothing of the jump until its clock is touched.
    await control.advance(1);
    await eventually('the end of the authorization', async () => {
      const { payment } = await fileOf(app, shop, orderReference);
      return payment.status === 'canceled';
    });
    const canceled = (await shop.until('PaymentCanceled', orderReference)).filter(
      ({ name, payload }) => name === 'PaymentCanceled' && payload.orderReference === orderReference,
    );
    expect(canceled).toHaveLength(1);
  });
});
