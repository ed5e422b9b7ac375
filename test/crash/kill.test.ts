/**
 * kill -9 of the whole sandbox (app, simulator, shop, PostgreSQL) at every interesting point of a payment's life. After
 * the restart everything ends as if nothing had happened. The simulator's journal is the witness.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  clearFaults,
  control,
  orderReferences,
  payByCard,
  placeOrder,
  press,
  reaches,
  stripe,
  transactionOf,
  type Json,
} from './flow.js';
import { prepareHolds, query } from './holds.js';
import { faulty, POINTS, type Armed, type Point, type Step } from './points.js';
import { PATIENCE_MS, prepareSandbox, until, type Sandbox } from './sandbox.js';
import { effectiveWrites, expectOneOfEach } from './witness.js';

/** Each journey is one order; everything is killed at each of its points. */
const JOURNEYS: Point[][] = [
  [
    'initialize asked, not executed',
    'customer paid, webhook not delivered',
    'capture commanded, nothing asked',
    'refund asked, not executed',
  ],
  [
    'initialize executed, not answered',
    'webhook arrived, not stored',
    'capture asked, not executed',
    'refund executed, not answered',
  ],
  [
    'initialize answered, not settled',
    'webhook stored, not applied',
    'capture executed, not answered',
    'refund answered, not settled',
  ],
  ['capture answered, not settled', 'PaymentRefunded written, not fetched'],
  ['PaymentCaptured written, not fetched'],
  ['PaymentCaptured fetched, not acknowledged'],
];
const LIMIT_MS = 4 * PATIENCE_MS;

let sandbox: Sandbox;
type Kill = () => Promise<void>;

/** Kills everything and starts it again. */
const killAll: Kill = async () => {
  await sandbox.killAll();
  await start();
};

async function start(): Promise<void> {
  const before = sandbox.output().length;
  sandbox.launch();
  await sandbox.ready();
  // The shop connects at every start; its questions to the PSP are over then.
  await until('the shop is connected', () =>
    Promise.resolve(sandbox.output().slice(before).includes('"event":"tenant configured"')),
  );
}

/** Does a step, up to the point when there is one; then the kill. True when the step was cut short. */
async function step(act: () => Promise<unknown>, point: Point | undefined, kill: Kill): Promise<boolean> {
  if (point === undefined) {
    await act();
    return false;
  }
  const armed: Armed = await POINTS[point].arm({ places: sandbox, databaseUrl: sandbox.databaseUrl });
  let ended = 'is under way';
  const acting = act().then(
    (value) => (ended = `ended with ${String(value)}`),
    (error: unknown) => (ended = String(error)),
  );
  await until(point, armed.isReached, () => `The step ${ended}.\n${sandbox.output().slice(-3000)}`);
  await armed.disarm();
  await kill();
  await armed.afterwards?.();
  await acting;
  return true;
}

/** An order from its placing to its refund, killed at the points given. */
async function travel(points: readonly Point[], kill: Kill = killAll): Promise<void> {
  const at = (name: Step): Point | undefined => points.find((point) => POINTS[point].step === name);
  let reference: string | undefined;
  const cut = await step(async () => (reference = await placeOrder(sandbox)), at('start'), kill);
  // The customer whose order died under way finds it in the shop and pays it from there.
  if (cut || reference === undefined) reference = (await orderReferences(sandbox)).at(-1) ?? '';
  const placed = reference;
  const transactionId = await transactionOf(sandbox, placed);
  await step(() => payByCard(sandbox, transactionId), at('pay'), kill);
  await reaches(sandbox, placed, 'authorized');
  for (const [verb, status] of [
    ['capture', 'captured'],
    ['refund', 'refunded'],
  ] as const) {
    const wasCut = await step(() => press(sandbox, placed, verb), at(verb), kill);
    // Staff that saw the shop go down press the button once more.
    if (wasCut) await press(sandbox, placed, verb);
    await reaches(sandbox, placed, status);
  }
  await expectOneOfEach(sandbox, await sandbox.databaseUrl(), placed, transactionId);
}

beforeAll(async () => {
  sandbox = await prepareSandbox({ LOG_LEVEL: 'info' });
});

afterAll(async () => {
  await sandbox.remove();
});

describe('kill -9 while the very first start is under way', () => {
  it(
    'while the database is being created, then while the webhook address is registered: one tenant, one address',
    { timeout: LIMIT_MS },
    async () => {
      sandbox.launch();
      await until('the simulator answers', async () => (await control(sandbox, 'health')) !== undefined);
      await sandbox.killAll();
      sandbox.launch();
      await until('the simulator answers', async () => (await control(sandbox, 'health')) !== undefined);
      const armed = await faulty('/v1/webhook_endpoints', ['drop_after', 'hang'])({
        places: sandbox,
        databaseUrl: sandbox.databaseUrl,
      });
      await until('the address is registered and nobody knows', armed.isReached, () => sandbox.output().slice(-3000));
      await armed.disarm();
      await killAll();
      const connected = async (): Promise<Json> => (await fetch(`${sandbox.shopUrl}/api/connection`)).json();
      await until(
        'the shop is connected',
        async () => (await connected()).paymentMethods.length > 0,
        async () => JSON.stringify(await connected()),
      );
      const open = "select id from operations where kind = 'register_endpoint' and status = 'asked'";
      await until(
        'the registration is settled',
        async () => (await query(await sandbox.databaseUrl(), open)).length === 0,
      );
      const { data } = await stripe(sandbox, '/v1/webhook_endpoints');
      expect(data).toHaveLength(1);
      expect(data[0]).toMatchObject({ status: 'enabled' });
      expect((await effectiveWrites(sandbox)).filter(({ path }) => path === '/v1/webhook_endpoints')).toHaveLength(1);
    },
  );
});

/** A test that failed half-way leaves nothing to the next one. */
async function healthy(): Promise<void> {
  if (!sandbox.isRunning()) await start();
  await clearFaults(sandbox);
  await control(sandbox, 'webhooks/resume', {});
  await prepareHolds(await sandbox.databaseUrl());
}

describe('kill -9 of everything in the life of a payment', () => {
  beforeEach(healthy, LIMIT_MS);

  it.each(JOURNEYS.map((points) => [points.join('; '), points] as const))(
    'at: %s',
    { timeout: LIMIT_MS },
    async (_, points) => {
      await travel(points);
    },
  );

  it('at: capture executed, not answered; then twice more while it recovers', { timeout: LIMIT_MS }, async () => {
    await travel(['capture executed, not answered'], async () => {
      await sandbox.killAll();
      sandbox.launch();
      await until('the simulator is back', async () => (await control(sandbox, 'health')) !== undefined);
      await sandbox.killAll();
      sandbox.launch();
      await until('the app listens', async () =>
        fetch(`${sandbox.appUrl}/health/live`).then(
          () => true,
          () => false,
        ),
      );
      await killAll();
    });
  });
});

describe('kill -9 of a part', () => {
  beforeEach(healthy, LIMIT_MS);

  it(
    'of the node process while a capture is unanswered: the next start adopts the database',
    { timeout: LIMIT_MS },
    async () => {
      const before = sandbox.output().length;
      await travel(['capture executed, not answered'], async () => {
        await sandbox.killNode();
        await start();
      });
      expect(sandbox.output().slice(before)).toContain('"event":"database.adopted"');
    },
  );

  it(
    'of PostgreSQL, three times under load: the app brings it back and loses nothing',
    { timeout: LIMIT_MS },
    async () => {
      const before = sandbox.output().length;
      let busy = true;
      const orders = [];
      for (let index = 0; index < 4; index += 1) orders.push((await placeOrder(sandbox)) ?? '');
      const shoppers = orders.map(async (reference) => {
        const transactionId = await transactionOf(sandbox, reference);
        await payByCard(sandbox, transactionId);
        await reaches(sandbox, reference, 'authorized');
        await press(sandbox, reference, 'capture');
        await reaches(sandbox, reference, 'captured');
        await press(sandbox, reference, 'refund');
        await reaches(sandbox, reference, 'refunded');
        return [reference, transactionId] as const;
      });
      const all = Promise.all(shoppers).finally(() => (busy = false));
      all.catch(() => undefined);
      let kills = 0;
      for (; kills < 3; kills += 1) {
        expect(await sandbox.killDatabase()).toBeGreaterThan(0);
        await sandbox.ready();
        if (busy) await new Promise((resolve) => setTimeout(resolve, 400));
      }
      for (const [reference, transactionId] of await all) {
        await expectOneOfEach(sandbox, await sandbox.databaseUrl(), reference, transactionId);
      }
      const output = sandbox.output().slice(before);
      expect(sandbox.isRunning()).toBe(true);
      expect(output.match(/"event":"database\.back"/g)).toHaveLength(kills);
      expect(output).not.toContain('Quittance is ready');
    },
  );
});

describe('everything told once more', () => {
  it(
    'all inbox rows due again change nothing: no write at the PSP, no message, the same rows',
    { timeout: LIMIT_MS },
    async () => {
      await clearFaults(sandbox);
      const url = await sandbox.databaseUrl();
      const tables = [
        'payments',
        'payment_facts',
        'payment_history',
        'payment_references',
        'operations',
        'refunds',
        'outbox',
        'tenants',
        'webhook_endpoints',
      ];
      const look = async (): Promise<unknown> => ({
        writes: (await effectiveWrites(sandbox)).length,
        rows: Object.fromEntries(
          await Promise.all(
            tables.map(
              async (table) => [table, await query(url, `select t::text as row from ${table} t order by 1`)] as const,
            ),
          ),
        ),
        inbox: await query(url, 'select id, source, identity, state from inbox order by id'),
      });
      const before = await look();
      const due = await query(
        url,
        "update inbox set state = 'due', due_at = now() - interval '1 minute', attempts = 0 returning id",
      );
      expect(due.length).toBeGreaterThan(40);
      await until(
        'all rows are applied again',
        async () => (await query(url, "select id from inbox where state = 'due'")).length === 0,
      );
      expect(await look()).toEqual(before);
    },
  );
});
