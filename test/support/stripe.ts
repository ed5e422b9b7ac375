/**
 * A whole app on a simulated Stripe, with one clock for both: what shops, customers, banks and people at Stripe's
 * dashboard do, and what the shop hears of it.
 */
import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { PaymentFile } from '../../src/domain/payment.js';
import { controlPlane, startSimulator, type ControlPlane } from '../../src/simulator/stripe/index.js';
import { eventually, fileOf, movableClock, type MovableClock } from '../flows/heart.js';
import { testApp, type Received, type TestApp, type TestShop } from './app.js';

// Stripe's objects are looked into freely by tests.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type StripeObject = any;

export interface StripeShop extends TestShop {
  /** The end of its keys. */
  account: string;
  /** Asks Stripe with the tenant's secret key; with fields it is a POST. Refusals are answered, not thrown. */
  stripe(path: string, fields?: Record<string, string>, method?: 'POST' | 'DELETE'): Promise<StripeObject>;
  /** Initializes an order of 120.00 and pays it with one of the simulator's payment methods. */
  paid(method: string, changes?: Record<string, unknown>): Promise<{ orderReference: string; transactionId: string }>;
  /** Until Stripe's webhooks are delivered, applied, and no asking is under way. */
  rest(): Promise<void>;
  /** What the shop heard about an order since the last time, once everything is at rest: names, then messages. */
  heard(orderReference: string): Promise<{ names: string[]; messages: Received[] }>;
  file(orderReference: string): Promise<PaymentFile>;
}

export interface StripeWorld {
  app: TestApp;
  clock: MovableClock;
  control: ControlPlane;
  /** A connected tenant with a Stripe account of its own. */
  shop(settings?: Record<string, unknown>): Promise<StripeShop>;
  /** Time passes for everybody. */
  advance(seconds: number): Promise<void>;
  close(): Promise<void>;
}

/** Starts both, the app with further variables of the environment. Close it in `afterAll`. */
export async function stripeWorld(env: Record<string, string> = {}): Promise<StripeWorld> {
  const clock = movableClock();
  const simulator = await startSimulator({ host: '127.0.0.1', port: 0, clock });
  const control = controlPlane(simulator.url);
  const app = await testApp({ clock, env: { STRIPE_API_URL: simulator.url, ...env } });
  const place = { app, control, stripeUrl: simulator.url };
  return {
    app,
    clock,
    control,
    shop: (settings) => stripeShop(place, settings),
    advance: async (seconds) => {
      clock.advance(seconds);
      // Wakes the simulator, whose timers wait in real time.
      await control.advance(0);
      app.app.wake();
    },
    close: async () => {
      await app.close();
      await simulator.close();
    },
  };
}

type Place = { app: TestApp; control: ControlPlane; stripeUrl: string };

async function stripeShop(place: Place, settings: Record<string, unknown> = {}): Promise<StripeShop> {
  const { app, stripeUrl } = place;
  const account = `t${randomUUID().slice(0, 8)}`;
  const secretKey = `sk_test_${account}`;
  const base = app.shop();
  const keys = { connector: 'stripe', mode: 'test', secretKey, publishableKey: `pk_test_${account}` };
  const { status, body } = await base.configure({ ...keys, ...settings });
  if (status !== 200) throw new Error(`not configured: ${JSON.stringify(body)}`);
  const stripe: StripeShop['stripe'] = async (path, fields, method = 'POST') => {
    const headers = { authorization: `Bearer ${secretKey}` };
    const post = { method, body: new URLSearchParams(fields) };
    const answer = await fetch(`${stripeUrl}${path}`, { headers, ...(fields === undefined ? {} : post) });
    return answer.json();
  };
  const file: StripeShop['file'] = (orderReference) => fileOf(app, base, orderReference);
  const rest = () => atRest(place, base.tenantId);
  const inHand: Received[] = [];
  await eventually('the webhook address is registered', async () => {
    const { data } = await stripe('/v1/webhook_endpoints');
    return data.length > 0;
  });
  await rest();
  return {
    ...base,
    account,
    stripe,
    file,
    rest,
    heard: async (orderReference) => {
      await rest();
      inHand.push(...(await base.poll()));
      const messages = inHand.filter(({ payload }) =>
        [payload.orderReference, payload.entityReference].includes(orderReference),
      );
      inHand.splice(0, inHand.length, ...inHand.filter((message) => !messages.includes(message)));
      return { names: messages.map(({ name }) => name), messages };
    },
    paid: async (method, changes = {}) => {
      const { body: answer, orderReference } = await base.initialize(changes);
      const { transactionId } = answer as { transactionId: string };
      await stripe(`/v1/payment_intents/${transactionId}/confirm`, {
        payment_method: method,
        return_url: 'https://shop.example/return',
        'mandate_data[customer_acceptance][type]': 'offline',
      });
      await rest();
      return { orderReference, transactionId };
    },
  };
}

/** Until nothing is under way. What waits for a later moment may wait. */
async function atRest({ app, control }: Place, tenantId: string): Promise<void> {
  const isQuiet = async (): Promise<boolean> => {
    const deliveries = await control.deliveries({ state: 'pending' });
    const { rows } = await sql<{ open: number }>`select
      (select count(*) from inbox where tenant_id = ${tenantId} and state = 'due')::int
      + (select count(*) from operations where tenant_id = ${tenantId} and status = 'asked')::int as open`.execute(
      app.app.db,
    );
    return deliveries.length === 0 && rows[0]?.open === 0;
  };
  // Twice in a row: a delivery may be on its way between the two places.
  await eventually('rest', async () => {
    app.app.wake();
    return (await isQuiet()) && (await isQuiet());
  });
}
