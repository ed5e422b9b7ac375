/** Several nodes of one app at one event platform: commands of one order are stored in the order they were sent in. */
import { randomBytes, randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.js';
import { openDatabase, type Db } from '../../src/storage/database.js';
import { eventually } from '../flows/heart.js';
import { testApp, type TestApp, type TestAppOptions } from '../support/app.js';
import { freshDatabase } from '../support/database.js';
import { freePortTriple } from '../support/sandbox.js';
import { startPlatform } from './event-platform-server.js';
import { killed, run } from './server.js';
import type { Server, ShopSide } from './suite.js';

/** More than one poll hands out, several times over. */
const MANY = 250;
const SKEW_MS = 60_000;

let platform: Server;
beforeAll(async () => {
  platform = await startPlatform();
});
afterAll(() => platform.end());

let env: { BROKER_URL: string; APP_IDENTIFIER: string };
let masterKey: string;
let database: { url: string; drop(): Promise<void> };
let db: Db;
let shop: ShopSide;
let sent: number[];
const open = new Set<TestApp>();
beforeEach(async () => {
  env = { BROKER_URL: platform.url, APP_IDENTIFIER: `app-${randomUUID().slice(0, 8)}` };
  masterKey = randomBytes(32).toString('base64');
  database = await freshDatabase();
  db = openDatabase(database.url, () => undefined, 1);
  shop = await platform.shop(env.APP_IDENTIFIER, 'shop');
  sent = [];
});
afterEach(async () => {
  for (const node of open) await leave(node);
  await shop.close();
  await db.destroy();
  await database.drop();
});

async function join(options: TestAppOptions = {}): Promise<TestApp> {
  const node = await testApp({ env, masterKey, databaseUrl: database.url, isOnlyNode: false, ...options });
  open.add(node);
  return node;
}

async function leave(node: TestApp): Promise<void> {
  open.delete(node);
  await node.close();
}

async function send(count: number): Promise<void> {
  for (let n = 0; n < count; n += 1) {
    const attributes = { name: 'CancelPayment', tenantIdentifier: 'shop', transactionId: `t-${sent.length}` };
    await shop.send('payment-commands', { attributes, body: '{"orderReference":"DE--1"}' });
    sent.push(sent.length);
  }
}

async function stored(): Promise<number[]> {
  const { rows } = await sql<{ identity: string }>`
    select identity from inbox where source = 'command' order by id`.execute(db);
  return rows.map(({ identity }) => Number(identity.replace('transaction:t-', '')));
}

const allStored = (): Promise<number[]> =>
  eventually('all commands', async () => {
    const numbers = await stored();
    return numbers.length >= sent.length && numbers;
  });

it.each([
  ['whose clocks are alike', 0],
  ['whose clocks differ', SKEW_MS],
])('two nodes %s share a backlog, and it is stored in its order', async (_title, skewMs) => {
  await send(MANY);
  const clock = { now: () => systemClock.now() + skewMs };
  await Promise.all([join(), join({ clock })]);
  expect(await allStored()).toEqual(sent);
});

it('a node that stops while commands come in hands over at once, and they stay in their order', async () => {
  const first = await join();
  await send(1);
  await allStored();
  await join();
  await send(MANY);
  // Some are in its hand when it stops, and more come.
  const sending = send(MANY);
  await leave(first);
  const before = (await stored()).length;
  await sending;
  expect(await allStored()).toEqual(sent);
  expect(before).toBeLessThan(sent.length);
});

it('a node that is killed is replaced when its time is over, and they stay in their order', async () => {
  const port = String(await freePortTriple());
  const more = { NODE_DATABASE_URL: database.url, MASTER_KEY: masterKey, PORT: port };
  const { child, said } = run(process.execPath, ['--import', 'tsx', 'test/support/second-node.ts'], {
    ...env,
    ...more,
  });
  try {
    await send(1);
    await allStored().catch((error: unknown) => {
      throw new Error(said(), { cause: error });
    });
    await join();
    const sending = send(MANY);
    await eventually('some of them', async () => (await stored()).length > 20);
    await killed(child);
    const before = (await stored()).length;
    await sending;
    expect(before).toBeLessThan(sent.length);
    await eventually('the other one', async () => (await stored()).length > before);
    expect(await allStored()).toEqual(sent);
  } finally {
    await killed(child);
  }
});

it('a node that is alone does not wait for one that died before it began', async () => {
  await sql`insert into duties (app_id, duty, holder, until)
    values (${env.APP_IDENTIFIER}, 'receive payment-commands', 'dead', clock_timestamp() + interval '1 hour')`.execute(
    db,
  );
  await send(1);
  await join({ isOnlyNode: true });
  expect(await allStored()).toEqual(sent);
});
