/** An app beside the simulated Stripe, with a clock both share, a customer who pays, and the journal of what was asked. */
import Stripe from 'stripe';
import { controlPlane, type ControlPlane, type JournalEntry } from '../../src/simulator/stripe/control.js';
import { startSimulator } from '../../src/simulator/stripe/index.js';
import { answering, type Answering } from '../support/answering.js';
import { testApp, type Received, type TestApp, type TestShop } from '../support/app.js';
import { eventually, fileOf, movableClock, type MovableClock } from './heart.js';

export const HOUR = 3_600;

export interface StripeStage {
  clock: MovableClock;
  control: ControlPlane;
  /** Answers in Stripe's place. */
  instead: Answering;
  app: TestApp;
  /** Stripe as this tenant's account sees it. */
  stripe(shop: TestShop): Stripe;
  /** A tenant with an account of its own and these settings. */
  shop(settings?: Record<string, unknown>): Promise<TestShop>;
  /** An order the customer has paid by this card. */
  authorized(shop: TestShop, card?: string): Promise<{ orderReference: string; transactionId: string }>;
  /** Captures the PSP was asked for and did. */
  captures(transactionId: string): Promise<JournalEntry[]>;
  /** Moves the clock of both, and wakes the simulator's own timers. */
  pass(seconds: number): Promise<void>;
  close(): Promise<void>;
}

export async function stripeStage(): Promise<StripeStage> {
  const clock = movableClock();
  const simulator = await startSimulator({ host: '127.0.0.1', port: 0, clock });
  const control = controlPlane(simulator.url);
  const instead = await answering(simulator.url);
  const app = await testApp({ clock, env: { STRIPE_API_URL: instead.url } });
  const stripeOf = (key: string): Stripe =>
    new Stripe(key, { host: '127.0.0.1', port: simulator.port, protocol: 'http', telemetry: false });
  const stage: StripeStage = {
    clock,
    control,
    instead,
    app,
    stripe: (shop) => stripeOf(keysOf(shop).secretKey),
    shop: async (settings = {}) => {
      const shop = app.shop();
      const answer = await shop.configure({ mode: 'test', ...keysOf(shop), ...settings });
      if (answer.status !== 200) throw new Error(`configure: ${JSON.stringify(answer.body)}`);
      return shop;
    },
    authorized: async (shop, card = 'pm_card_visa') => {
      const { body, orderReference } = await shop.initialize();
      const { transactionId } = body as { transactionId: string };
      await stage.stripe(shop).paymentIntents.confirm(transactionId, {
        payment_method: card,
        return_url: 'https://shop.example/return',
      });
      await patiently(shop, 'PaymentAuthorized', orderReference);
      await eventually('what the charge allows', async () =>
        (await fileOf(app, shop, orderReference)).facts.some(
          (fact) => fact.kind === 'authorized' && fact.severalCaptures !== undefined,
        ),
      );
      return { orderReference, transactionId };
    },
    captures: async (transactionId) => {
      const asked = await control.requests({ method: 'POST', path: `/v1/payment_intents/${transactionId}/capture` });
      return asked.filter(({ executed, errorCode }) => executed && errorCode === null);
    },
    pass: async (seconds) => {
      clock.advance(seconds);
      await control.advance(1);
    },
    close: async () => {
      await app.close();
      await instead.close();
      await simulator.close();
    },
  };
  return stage;
}

/** Each tenant is another account at Stripe. */
export function keysOf({ tenantId }: TestShop): { secretKey: string; publishableKey: string } {
  const account = tenantId.replaceAll('-', '');
  return { secretKey: `sk_test_${account}`, publishableKey: `pk_test_${account}` };
}

/** What shops heard about other orders than the one that was listened for: a channel tells everything once only. */
const unheeded = new WeakMap<TestShop, Received[]>();

/** What a shop hears until a message of that name about that order comes `times` times; a busy machine may take long. */
export async function patiently(shop: TestShop, name: string, orderReference: string, times = 1): Promise<Received[]> {
  const heard: Received[] = [];
  await eventually(`${name} about ${orderReference}`, async () => {
    const told = [...(unheeded.get(shop) ?? []), ...(await shop.poll())];
    heard.push(...told.filter((message) => isAbout(message, orderReference)));
    unheeded.set(
      shop,
      told.filter((message) => !isAbout(message, orderReference)),
    );
    return heard.filter((message) => message.name === name).length >= times;
  });
  return heard;
}

function isAbout({ payload }: Received, orderReference: string): boolean {
  const { orderReference: order, entityReference } = payload as { orderReference?: string; entityReference?: string };
  return order === orderReference || entityReference === orderReference;
}
