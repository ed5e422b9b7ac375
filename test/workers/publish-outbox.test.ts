/** The outbox goes to an outside broker: at least once, in order, fairly, and never lost while the broker is away. */
import { randomBytes, randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterEach, describe, expect, it } from 'vitest';
import type { Message } from '../../src/domain/message.js';
import { MessageRefused } from '../../src/kit/broker.js';
import { listDead, replayDead } from '../../src/storage/dead-letters.js';
import { appendMessages } from '../../src/storage/outbox.js';
import { eventually } from '../flows/heart.js';
import { testApp, type TestApp, type TestAppOptions } from '../support/app.js';
import { playedBroker, type PlayedBroker } from '../support/broker.js';

const masterKey = randomBytes(32).toString('base64');
const apps: TestApp[] = [];
afterEach(async () => {
  for (const app of apps.splice(0).reverse()) await app.close();
});

async function appWith(broker: PlayedBroker, options: TestAppOptions = {}): Promise<TestApp> {
  const app = await testApp({ broker, masterKey, ...options });
  apps.push(app);
  return app;
}

async function append({ app }: TestApp, tenantId: string, orders: string[]): Promise<string[]> {
  const messages = orders.map((order, n): Message => {
    const id = randomUUID();
    const attributes = { name: 'PaymentUpdated', tenantIdentifier: tenantId };
    return {
      id,
      channel: 'payment-events',
      name: 'PaymentUpdated',
      payload: { entityReference: order, n },
      attributes,
    };
  });
  await appendMessages(app.db, { appId: app.appId, tenantId }, messages, new Date(app.clock.now()).toISOString());
  return messages.map(({ id }) => id);
}

const idsOf = (broker: PlayedBroker, tenantId?: string): string[] =>
  broker.taken.filter((message) => tenantId === undefined || message.tenantId === tenantId).map(({ id }) => id);

const numbers = (count: number): number[] => Array.from({ length: count }, (_, n) => n);

describe('an outside broker', () => {
  it('gets what the shop is told, in order and as it was written; polling finds nothing; commands by HTTP work', async () => {
    const broker = playedBroker();
    const app = await appWith(broker);
    const shop = app.shop();
    await shop.configure();
    const { body, orderReference } = await shop.initialize();
    const { transactionId } = body as { transactionId: string };
    await shop.webhook({ type: 'payment', transactionId, status: 'authorized' });
    const names = () =>
      broker.taken.filter(({ channel }) => channel === 'payment-events').map(({ attributes }) => attributes['name']);
    await eventually('PaymentAuthorized', async () => names().includes('PaymentAuthorized'));
    const sent = await shop.command('CapturePayment', { orderReference, orderItemIds: ['101', '102'], amount: 12_000 });
    expect(sent.status).toBe(200);
    await eventually('PaymentCaptured', async () => names().includes('PaymentCaptured'));
    for (const channel of ['payment-events', 'app-events', 'payment-method-commands'])
      expect(await shop.poll(channel)).toEqual([]);
    const { rows } = await sql<{ message_id: string; attributes: unknown; payload: unknown }>`
      select message_id, attributes, payload from outbox where channel = 'payment-events' order by id`.execute(
      app.app.db,
    );
    const events = broker.taken.filter(({ channel }) => channel === 'payment-events');
    expect(events.map(({ id, attributes, body: text }) => [id, attributes, JSON.parse(text)])).toEqual(
      rows.map((row) => [row.message_id, row.attributes, row.payload]),
    );
  });

  it('is away: rows stay queued, it is told once, and everything comes in order when it is back', async () => {
    const broker = playedBroker();
    let isAway = true;
    broker.before = () => (isAway ? Promise.reject(new Error('connect ECONNREFUSED')) : Promise.resolve());
    const app = await appWith(broker);
    const ids = await append(app, 'shop', ['a', 'b', 'a', 'c', 'a']);
    const lines = (event: string) => app.logged.filter((line) => line.includes(`"${event}"`));
    await eventually('the outage is told', async () => lines('broker away').length > 0);
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(lines('broker away')).toHaveLength(1);
    expect(broker.taken).toEqual([]);
    isAway = false;
    await eventually('all', async () => new Set(idsOf(broker)).size === 5);
    const ofA = broker.taken.filter(({ orderKey }) => orderKey === 'a').map(({ id }) => id);
    expect(ofA).toEqual([ids[0], ids[2], ids[4]]);
    await eventually('the end of it is told', async () => lines('broker is back').length === 1);
  });

  it('holds a message back until the one before it of the same order is confirmed', async () => {
    const broker = playedBroker();
    let release: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    const asked: string[] = [];
    broker.before = async ({ id }) => {
      asked.push(id);
      await gate;
    };
    const app = await appWith(broker);
    const ids = await append(app, 'shop', ['a', 'a', 'b']);
    await eventually('the first wave', async () => broker.unanswered === 2);
    expect(asked).not.toContain(ids[1]);
    release();
    await eventually('all', async () => broker.taken.length === 3);
    expect(idsOf(broker)).toEqual([ids[0], ids[2], ids[1]]);
  });

  it('that confirms nothing is given no more than 50 messages of a tenant and 800 of all', async () => {
    const broker = playedBroker();
    let release: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    const app = await appWith(broker, { role: 'api' });
    for (const n of numbers(20)) await append(app, `shop-${n}`, numbers(80).map(String));
    broker.before = () => gate;
    const node = await appWith(broker, { databaseUrl: app.databaseUrl, role: 'worker' });
    await eventually('a full hand', async () => broker.unanswered === 800);
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(broker.unanswered).toBe(800);
    release();
    await eventually('all', async () => broker.taken.length === 1_600);
    expect(new Set(idsOf(broker)).size).toBe(1_600);
    expect(node.logged.join('')).not.toContain('"error"');
  });

  it('serves every tenant, however much one of them has to tell', async () => {
    const broker = playedBroker();
    const app = await appWith(broker, { role: 'api' });
    await append(app, 'busy', numbers(2_000).map(String));
    for (const n of numbers(20)) await append(app, `quiet-${n}`, ['a']);
    await appWith(broker, { databaseUrl: app.databaseUrl, role: 'worker' });
    await eventually('all', async () => broker.taken.length === 2_020);
    const last = broker.taken.findLastIndex(({ tenantId }) => tenantId.startsWith('quiet'));
    expect(last).toBeLessThan(200);
  });

  it('that refuses a message for now: its lane waits and goes on in order, other tenants are not held up', async () => {
    const broker = playedBroker();
    let refusals = 1;
    broker.before = ({ id, tenantId }) =>
      tenantId === 'held' && refusals-- > 0 ? Promise.reject(new MessageRefused(id, 'no room')) : Promise.resolve();
    const app = await appWith(broker);
    const ids = await append(app, 'held', ['a', 'a', 'a']);
    await eventually('the refusal is told', async () => app.logged.some((line) => line.includes('no room')));
    const others = await append(app, 'other', ['a']);
    await eventually('the other', async () => idsOf(broker, 'other').length === 1);
    await eventually('all', async () => idsOf(broker, 'held').length === 3);
    expect(idsOf(broker, 'held')).toEqual(ids);
    expect(idsOf(broker)[0]).toBe(others[0]);
  });

  it('that will never take a message: it goes to the dead letters, what is behind it goes on, and it is replayed', async () => {
    const broker = playedBroker();
    let isTooLarge = true;
    const app = await appWith(broker, { role: 'api' });
    const ids = await append(app, 'shop', ['a', 'a', 'a']);
    broker.before = ({ id }) =>
      id === ids[1] && isTooLarge
        ? Promise.reject(new MessageRefused(id, 'too large', { forever: true }))
        : Promise.resolve();
    await appWith(broker, { databaseUrl: app.databaseUrl, role: 'worker' });
    await eventually('what is behind it', async () => idsOf(broker).includes(ids[2] ?? ''));
    const { db, appId } = app.app;
    const [letter] = await listDead(db, appId, { limit: 5 });
    expect(letter).toMatchObject({ tenantId: 'shop', kind: 'message', about: 'PaymentUpdated on payment-events' });
    expect(letter?.result).toContain('refused by the broker');
    isTooLarge = false;
    expect(await replayDead(db, appId, letter?.id ?? '', new Date(app.app.clock.now()).toISOString())).toBe(true);
    await eventually('the replayed one', async () => idsOf(broker).includes(ids[1] ?? ''));
    expect(idsOf(broker)).toHaveLength(3);
  });

  it('gets a message again, with the same id, when we died before it was marked', async () => {
    const broker = playedBroker();
    const app = await appWith(broker);
    const [id] = await append(app, 'shop', ['a']);
    await eventually('the message', async () => broker.taken.length === 1);
    await eventually('its mark', async () => (await queued(app)) === 0);
    // As a process leaves it that was killed between the two: leased, and queued.
    await sql`update outbox set state = 'queued', visible_at = now() + interval '1 hour'`.execute(app.app.db);
    await appWith(broker, { databaseUrl: app.databaseUrl });
    await eventually('it again', async () => broker.taken.length === 2);
    expect(idsOf(broker)).toEqual([id, id]);
  });

  it('two nodes: every message once, every order in its order', async () => {
    const broker = playedBroker();
    const first = await appWith(broker, { isOnlyNode: false });
    await appWith(broker, { databaseUrl: first.databaseUrl, isOnlyNode: false });
    const ids: string[] = [];
    for (const turn of numbers(10)) {
      ids.push(
        ...(await append(
          first,
          'shop',
          numbers(60).map((n) => `order-${(n + turn) % 7}`),
        )),
      );
      await append(first, 'other', ['a']);
    }
    await eventually('all', async () => broker.taken.length >= 610);
    expect(new Set(idsOf(broker)).size).toBe(610);
    expect(broker.taken).toHaveLength(610);
    const ofShop = broker.taken.filter(({ tenantId }) => tenantId === 'shop');
    for (const order of numbers(7).map((n) => `order-${n}`)) {
      const places = ofShop.filter(({ orderKey }) => orderKey === order).map(({ id }) => ids.indexOf(id));
      expect(places).toEqual([...places].sort((a, b) => a - b));
    }
  });
});

async function queued({ app }: TestApp): Promise<number> {
  const { rows } = await sql<{ n: number }>`select count(*)::int as n from outbox where state = 'queued'`.execute(
    app.db,
  );
  return rows[0]?.n ?? 0;
}
