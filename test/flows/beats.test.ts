/** Crashes between the beats: whatever the point, a new app on the same database ends in the same state. */
import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Connector, Verb } from '../../src/kit/connector.js';
import { testApp, type TestApp, type TestShop } from '../support/app.js';
import { freshDatabase } from '../support/database.js';
import { applied, eventually, fileOf, ITEMS, movableClock, names, operationsOf, outboxOf } from './heart.js';

type Point = 'begun' | 'asked' | 'settled';

let masterKey: string;
let database: Awaited<ReturnType<typeof freshDatabase>>;
let apps: TestApp[];
const clock = movableClock();

beforeEach(async () => {
  masterKey = randomBytes(32).toString('base64');
  database = await freshDatabase();
  apps = [];
});
afterEach(async () => {
  for (const app of apps) await app.close();
  await database.drop();
});

async function start(): Promise<TestApp> {
  const app = await testApp({ clock, masterKey, databaseUrl: database.url });
  apps.push(app);
  return app;
}

/**
 * Lets the app die at a point of an operation of that kind: from then on no statement of it reaches the database.
 * Resolves when it is dead. `effects` counts what reached the PSP.
 */
function dieAt(
  app: TestApp,
  kind: 'initialize' | 'capture' | 'cancel' | 'refund',
  point: Point,
  effects: string[],
): Promise<void> {
  const { db, log } = app.app;
  let died = (): void => undefined;
  const death = new Promise<void>((resolve) => (died = resolve));
  let isDead = false;
  const die = (): void => {
    isDead = true;
    died();
  };
  app.app.db = new Proxy(db, {
    get(target, name) {
      if (isDead) throw new Error('this process is dead');
      const member: unknown = Reflect.get(target, name, target);
      return typeof member === 'function' ? (member.bind(target) as unknown) : member;
    },
  });
  if (point === 'settled') {
    const noticing = (event: string, fields?: Record<string, unknown>): void => {
      log(event, fields);
      if (event === 'payment settled' && fields?.['source'] === 'answer') die();
    };
    app.app.log = Object.assign(noticing, { warn: log.warn, error: log.error });
  }
  counting(app, effects, (verb, moment) => {
    if (verb === kind && moment === point && !isDead) die();
    if (isDead) throw new Error('this process is dead');
  });
  return death;
}

/** Counts the keys with which each verb reached the PSP; looks before and after each asking. */
function counting(
  app: TestApp,
  effects: string[],
  look: (verb: string, moment: Point) => void = () => undefined,
): void {
  const find = app.app.connector;
  app.app.connector = async (name) => {
    const real = await find(name);
    const watched = <Request>(name: string, verb: Verb<Request>): Verb<Request> => ({
      prepare: verb.prepare,
      ask: async (asking, context) => {
        look(name, 'begun');
        effects.push(`${name} ${asking.idempotencyKey}`);
        const answer = await verb.ask(asking, context);
        look(name, 'asked');
        return answer;
      },
    });
    return {
      ...real,
      initialize: watched('initialize', real.initialize),
      capture: watched('capture', real.capture),
      cancel: watched('cancel', real.cancel),
      refund: watched('refund', real.refund),
    };
  };
}

/** The dead app's server and workers go on, but they cannot reach anything. */
async function restart(tenantId: string, effects: string[]): Promise<{ app: TestApp; shop: TestShop }> {
  const app = await start();
  counting(app, effects);
  return { app, shop: app.shop(tenantId) };
}

const COMMANDS = {
  capture: { name: 'CapturePayment', done: 'PaymentCaptured', status: 'captured', amount: 12_000 },
  cancel: { name: 'CancelPayment', done: 'PaymentCanceled', status: 'canceled', amount: 0 },
  refund: { name: 'RefundPayment', done: 'PaymentRefunded', status: 'refunded', amount: -12_000 },
} as const;

describe('a crash during a command', () => {
  for (const kind of ['capture', 'cancel', 'refund'] as const) {
    for (const point of ['begun', 'asked', 'settled'] as const) {
      it(`${kind}, once it is ${point}: one operation, one key, told once`, async () => {
        const { name, done, status, amount } = COMMANDS[kind];
        const first = await start();
        const shop = first.shop();
        await shop.configure();
        const { orderReference, transactionId } = await shop.authorized();
        if (kind === 'refund') {
          await shop.webhook({ type: 'payment', transactionId, status: 'captured' });
          await shop.until('PaymentCaptured', orderReference);
        }
        const effects: string[] = [];
        const death = dieAt(first, kind, point, effects);
        await shop.command(name, { orderReference, ...ITEMS, amount });
        await death;
        const { app, shop: again } = await restart(shop.tenantId, effects);
        const told = await again.until(done, orderReference);
        expect(names(told)).toEqual(['PaymentUpdated', done]);
        await applied(app, again);
        const [operation, ...others] = await operationsOf(app, again, orderReference);
        expect(others).toEqual([]);
        expect(operation?.status).toBe('succeeded');
        expect(new Set(effects.filter((effect) => effect.startsWith(kind))).size).toBe(1);
        expect((await fileOf(app, again, orderReference)).payment.status).toBe(status);
        expect((await outboxOf(app, again, orderReference)).filter((other) => other === done)).toHaveLength(1);
        const rows = await applied(app, again);
        expect(rows.every(({ state }) => state === 'done')).toBe(true);
      });
    }
  }
});

describe('a crash during initialize', () => {
  for (const point of ['begun', 'asked'] as const) {
    it(`once it is ${point}: the payment is made once, and asking again brings it`, async () => {
      const first = await start();
      const shop = first.shop();
      await shop.configure();
      const effects: string[] = [];
      const orderReference = 'DE--crash';
      const death = dieAt(first, 'initialize', point, effects);
      const lost = shop.initialize({ orderReference }).catch(() => undefined);
      await death;
      await lost;
      const { app, shop: again } = await restart(shop.tenantId, effects);
      await again.until('PaymentCreated', orderReference);
      const answer = await again.initialize({ orderReference });
      expect(answer.status).toBe(200);
      expect(new Set(effects).size).toBe(1);
      const { operations, payment } = await fileOf(app, again, orderReference);
      expect(operations).toHaveLength(1);
      expect((answer.body as { transactionId: string }).transactionId).toBe(payment.transactionId);
      expect(await outboxOf(app, again, orderReference)).toEqual(['PaymentCreated']);
    });
  }
});

describe('a crash while a webhook is applied', () => {
  it('before it is settled: it is applied after the restart, and told once', async () => {
    const first = await start();
    const shop = first.shop();
    await shop.configure();
    const { body, orderReference } = await shop.initialize();
    const { transactionId } = body as { transactionId: string };
    const find = first.app.connector;
    const working = first.app.db;
    let died = (): void => undefined;
    const death = new Promise<void>((resolve) => (died = resolve));
    first.app.connector = async (name) => {
      const real = await find(name);
      const translate: Connector['webhooks']['translate'] = () => {
        first.app.db = new Proxy(working, {
          get: () => {
            throw new Error('this process is dead');
          },
        });
        died();
        throw new Error('this process is dead');
      };
      return { ...real, webhooks: { ...real.webhooks, translate } };
    };
    expect((await shop.webhook({ type: 'payment', transactionId, status: 'captured' })).status).toBe(200);
    await death;
    const { app, shop: again } = await restart(shop.tenantId, []);
    expect(names(await again.until('PaymentCaptured', orderReference))).toEqual([
      'PaymentCreated', 'PaymentUpdated', 'PaymentAuthorized', 'PaymentUpdated', 'PaymentCaptured',
    ]); // prettier-ignore
    expect(await applied(app, again)).toMatchObject([{ state: 'done', result: 'applied' }]);
  });
});

describe('two apps on one database', () => {
  it('share the work: commands and webhooks are applied once', async () => {
    const [one, two] = [await start(), await start()];
    const effects: string[] = [];
    counting(one, effects);
    counting(two, effects);
    const shop = one.shop();
    const other = two.shop(shop.tenantId);
    await shop.configure();
    const orders = await Promise.all(Array.from({ length: 6 }, () => shop.initialize()));
    await Promise.all(
      orders.map(async ({ body }, n) => {
        const { transactionId } = body as { transactionId: string };
        const event = { id: `evt_${n}`, type: 'payment', transactionId, status: 'authorized' };
        await Promise.all([shop.webhook(event), other.webhook(event)]);
      }),
    );
    await applied(one, shop);
    await Promise.all(
      orders.map(async ({ orderReference }, n) => {
        const payload = { orderReference, ...ITEMS, amount: 12_000 };
        const headers = { 'Transaction-Id': `capture-${n}` };
        await Promise.all([
          shop.command('CapturePayment', payload, headers),
          other.command('CapturePayment', payload, headers),
        ]);
      }),
    );
    for (const { orderReference } of orders) {
      await eventually('captured', async () => (await fileOf(one, shop, orderReference)).payment.status === 'captured');
      expect(await operationsOf(one, shop, orderReference)).toHaveLength(1);
    }
    expect(new Set(effects.filter((effect) => effect.startsWith('capture'))).size).toBe(6);
  });
});
