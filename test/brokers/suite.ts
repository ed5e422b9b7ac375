/**
 * What every broker has to keep, proven with its real server: one description, run by `<engine>.server.test.ts`. A shop plays
 * along with the broker's own library, as another stack would.
 */
import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBroker } from '../../src/brokers/index.js';
import { validateAttributes, validateMessage } from '../../src/contract/check.js';
import type { Message } from '../../src/domain/message.js';
import { MessageRefused, type Broker, type BrokerMessage } from '../../src/kit/broker.js';
import { discardDead, findDead, listDead, replayDead } from '../../src/storage/dead-letters.js';
import { appendMessages } from '../../src/storage/outbox.js';
import { eventually } from '../flows/heart.js';
import { SANDBOX_SETTINGS, testApp, type TestApp } from '../support/app.js';

/** A message as a shop sees it. */
export interface Seen {
  messageId: string;
  attributes: Record<string, string>;
  body: string;
}

/** A shop on another stack. It comes back by itself after an outage, and acknowledges what it has seen. */
export interface ShopSide {
  /** Everything seen so far on a channel, duplicates too, in the order of arrival. Listens from the first call on. */
  seen(channel: string): Promise<readonly Seen[]>;
  send(
    channel: string,
    message: { messageId?: string; attributes: Record<string, string>; body: string },
  ): Promise<void>;
  close(): Promise<void>;
}

export interface Server {
  /** Messages of different orders may overtake each other: each has a way of its own. */
  ordersApart?: boolean;
  /** The value of BROKER_URL. */
  url: string;
  /** `kill -9`. */
  kill(): Promise<void>;
  /** Starts it on what it had, and waits until it answers. */
  start(): Promise<void>;
  /** Ends it and takes its files along. */
  end(): Promise<void>;
  shop(prefix: string, tenantId: string): Promise<ShopSide>;
}

/** Each message once, by its id, at its first arrival. */
const once = (seen: readonly Seen[]): Seen[] =>
  [...new Map([...seen].reverse().map((message) => [message.messageId, message])).values()].reverse();

const MANY = 10_000;
const ORDERS = 400;

/** Describes one broker. `start` starts its server once for all tests. */
export function brokerSuite(name: string, startServer: () => Promise<Server>): void {
  describe(name, () => {
    let server: Server;
    const closing: (() => Promise<void>)[] = [];
    beforeAll(async () => {
      server = await startServer();
    }, 120_000);
    afterAll(async () => {
      for (const close of closing.reverse()) await close().catch(() => undefined);
      await server.end();
    }, 120_000);

    /** Prefixes and tenants are new for every test, so that none sees what another left. */
    const newPlace = () => ({
      prefix: `app-${randomUUID().slice(0, 8)}`,
      tenantId: `shop.${randomUUID().slice(0, 8)} é`,
    });
    const open = async (prefix: string): Promise<Broker> => {
      const broker = await openBroker({
        url: server.url,
        prefix,
        log: Object.assign(() => undefined, { warn: () => undefined }),
      });
      closing.push(() => broker.close());
      return broker;
    };
    const shopAt = async (prefix: string, tenantId: string): Promise<ShopSide> => {
      const shop = await server.shop(prefix, tenantId);
      closing.push(() => shop.close());
      return shop;
    };
    const appAt = async (prefix: string): Promise<TestApp> => {
      const app = await testApp({ env: { BROKER_URL: server.url, APP_IDENTIFIER: prefix } });
      closing.push(() => app.close());
      return app;
    };
    const arrived = (shop: ShopSide, count: number, channel = 'payment-events') =>
      eventually(`${count} messages on ${channel}`, async () => {
        const unique = once(await shop.seen(channel));
        return unique.length >= count && unique;
      });

    it('publish: body and envelope arrive as they were written, in the order of the calls', async () => {
      const { prefix, tenantId } = newPlace();
      const broker = await open(prefix);
      const messages = Array.from({ length: 30 }, (_, n) => message(tenantId, { order: `DE--${n % 3}`, n }));
      for (const one of messages) await broker.publish([one]);
      const seen = await arrived(await shopAt(prefix, tenantId), 30);
      expect(seen.map(({ messageId }) => messageId)).toEqual(messages.map(({ id }) => id));
      expect(seen.map(({ body }) => body)).toEqual(messages.map(({ body }) => body));
      expect(seen[0]?.attributes).toEqual(messages[0]?.attributes);
    });

    it('reach: it is there, and lets us in; with a wrong address it is not', async () => {
      await (await open(newPlace().prefix)).reach();
      const wrong = new URL(server.url);
      if (wrong.searchParams.has('endpoint')) wrong.searchParams.set('endpoint', 'http://127.0.0.1:1');
      else wrong.port = '1';
      if (wrong.searchParams.has('token_url')) wrong.searchParams.set('token_url', 'http://127.0.0.1:1/token');
      const away = await openBroker({
        url: wrong.href,
        prefix: 'app',
        log: Object.assign(() => undefined, { warn: () => undefined }),
      });
      closing.push(() => away.close());
      await expect(away.reach()).rejects.toThrow();
    });

    it('publish: many at once are all confirmed, and what is for one tenant reaches no other', async () => {
      const { prefix, tenantId } = newPlace();
      const other = `${tenantId}-2`;
      const broker = await open(prefix);
      const messages = Array.from({ length: 200 }, (_, n) =>
        message(n % 2 === 0 ? tenantId : other, { order: `DE--${n}`, n }),
      );
      await broker.publish(messages);
      const ids = (await arrived(await shopAt(prefix, tenantId), 100)).map(({ messageId }) => messageId);
      const theirs = (await arrived(await shopAt(prefix, other), 100)).map(({ messageId }) => messageId);
      const of = (tenant: string) => messages.filter((one) => one.tenantId === tenant).map(({ id }) => id);
      expect(ids.sort()).toEqual(of(tenantId).sort());
      expect(theirs.sort()).toEqual(of(other).sort());
    });

    it('publish again: the id is the same, so a consumer that knows it drops it', async () => {
      const { prefix, tenantId } = newPlace();
      const broker = await open(prefix);
      const first = message(tenantId, { order: 'DE--1', n: 1 });
      await broker.publish([first]);
      await broker.publish([first]);
      await broker.publish([message(tenantId, { order: 'DE--1', n: 2 })]);
      const seen = await arrived(await shopAt(prefix, tenantId), 2);
      expect(seen.map(({ body }) => (JSON.parse(body) as { n: number }).n)).toEqual([1, 2]);
    });

    it('publish: a long id that a shop chose arrives, and an envelope that cannot be carried stops nothing else', async () => {
      const { prefix, tenantId } = newPlace();
      const broker = await open(prefix);
      const outcomeOf = (one: BrokerMessage): Promise<unknown> =>
        broker.publish([one]).then(
          () => 'taken',
          (error: unknown) => (error instanceof MessageRefused && error.forever ? 'refused for ever' : error),
        );
      const answering = (correlationId: string, n: number): BrokerMessage => {
        const one = message(tenantId, { order: 'DE--1', n });
        return { ...one, attributes: { ...one.attributes, correlationId } };
      };
      // As long as any that is accepted, and more bytes than letters.
      const long = answering('é'.repeat(255), 1);
      expect(await outcomeOf(long)).toBe('taken');
      const strange = await outcomeOf(answering('one\r\nother', 2));
      expect(['taken', 'refused for ever']).toContain(strange);
      const last = answering('plain', 3);
      expect(await outcomeOf(last)).toBe('taken');
      const seen = await arrived(await shopAt(prefix, tenantId), strange === 'taken' ? 3 : 2);
      expect([seen[0]?.messageId, seen.at(-1)?.messageId]).toEqual([long.id, last.id]);
      expect(seen[0]?.attributes['correlationId']).toBe(long.attributes['correlationId']);
    });

    it('consume: a delivery that is not taken comes again before the next one, and is gone once taken', async () => {
      const { prefix, tenantId } = newPlace();
      const broker = await open(prefix);
      const shop = await shopAt(prefix, tenantId);
      const handed: string[] = [];
      let refusals = 2;
      const consumer = broker.consume('payment-commands', ({ body }) => {
        const text = Buffer.from(body).toString('utf8');
        handed.push(text);
        return text === '{"n":1}' && refusals-- > 0 ? Promise.reject(new Error('away')) : Promise.resolve();
      });
      for (const n of [1, 2])
        await shop.send('payment-commands', { attributes: envelope('X', tenantId), body: `{"n":${n}}` });
      await eventually('both taken', async () => handed.includes('{"n":2}'));
      await consumer.stop();
      expect(handed).toEqual(['{"n":1}', '{"n":1}', '{"n":1}', '{"n":2}']);
      const again: string[] = [];
      const next = broker.consume('payment-commands', ({ body }) => {
        again.push(Buffer.from(body).toString('utf8'));
        return Promise.resolve();
      });
      await shop.send('payment-commands', { attributes: envelope('X', tenantId), body: '{"n":3}' });
      await eventually('the third', async () => again.includes('{"n":3}'));
      await next.stop();
      expect(again).toEqual(['{"n":3}']);
    });

    it('a whole payment: the shop hears all by its broker, sends its command there, and polling finds nothing', async () => {
      const { prefix, tenantId } = newPlace();
      const app = await appAt(prefix);
      const shop = app.shop(tenantId.replace(/[^\w.-]/g, ''));
      const outside = await shopAt(prefix, shop.tenantId);
      await shop.configure(SANDBOX_SETTINGS);
      const { body, orderReference } = await shop.initialize();
      await shop.webhook({ type: 'payment', transactionId: body.transactionId, status: 'authorized' });
      await told(outside, 'PaymentAuthorized');
      await outside.send('payment-commands', {
        attributes: envelope('CapturePayment', shop.tenantId),
        body: JSON.stringify({ orderReference, orderItemIds: ['101', '102'], amount: 12_000, currencyIsoCode: 'EUR' }),
      });
      await told(outside, 'PaymentCaptured');
      const all = once(await outside.seen('payment-events'));
      for (const { attributes, body: text } of all) {
        expect(validateMessage(attributes['name'] ?? '', JSON.parse(text))).toBeUndefined();
        expect(validateAttributes(attributes)).toBeUndefined();
      }
      const times = all.map(({ attributes }) => attributes['timestamp'] ?? '');
      expect(times).toEqual([...times].sort());
      expect(await shop.poll()).toEqual([]);
    });

    it('a poison message goes to the dead letters, blocks nothing, and is replayed and discarded there', async () => {
      const { prefix, tenantId } = newPlace();
      const app = await appAt(prefix);
      const outside = await shopAt(prefix, tenantId);
      await outside.send('payment-commands', { attributes: envelope('CapturePayment', tenantId), body: '{no json' });
      await outside.send('payment-commands', {
        attributes: envelope('CapturePayment', tenantId),
        body: JSON.stringify({ orderReference: 'DE--none' }),
      });
      const { db, appId, vault } = app.app;
      const [letter] = await eventually('a dead letter', async () => {
        const letters = await listDead(db, appId, { limit: 5 });
        return letters.length > 0 && letters;
      });
      const id = letter?.id ?? '';
      expect(letter).toMatchObject({ tenantId, kind: 'command', result: 'the message body is no JSON' });
      expect(await vault.open(tenantId, 'inbox', letter?.body ?? '')).toContain('{no json');
      // The command behind it was taken all the same.
      await eventually('the next command', async () => (await commandsOf(app)).includes('capture'));
      const now = new Date(app.app.clock.now()).toISOString();
      expect(await replayDead(db, appId, id, now)).toBe(true);
      app.app.wake();
      await eventually(
        'dead again',
        async () => (await findDead(db, appId, id))?.result === 'the message body is no JSON',
      );
      expect(await discardDead(db, appId, id, now)).toBe(true);
      expect((await listDead(db, appId, { limit: 5 })).map((one) => one.id)).not.toContain(id);
    });

    it('the broker is killed and comes back: messages queue up meanwhile, commands are taken again', async () => {
      const { prefix, tenantId } = newPlace();
      const app = await appAt(prefix);
      const outside = await shopAt(prefix, tenantId);
      await append(app, tenantId, 0, 1);
      await arrived(outside, 1);
      await server.kill();
      await append(app, tenantId, 1, 20);
      const outages = () =>
        app.logged.filter((line) => line.includes('"broker away"') && line.includes('"messages"')).length;
      await eventually('the outage is told', async () => outages() > 0);
      await server.start();
      const seen = await arrived(outside, 21);
      // All of them are of different orders.
      const numbers = server.ordersApart === true ? numbersOf(seen).sort((a, b) => a - b) : numbersOf(seen);
      expect(numbers).toEqual(Array.from({ length: 21 }, (_, n) => n));
      await outside.send('payment-commands', {
        attributes: envelope('CapturePayment', tenantId),
        body: JSON.stringify({ orderReference: 'DE--none' }),
      });
      await eventually('the command', async () => (await commandsOf(app)).includes('capture'));
      expect(outages()).toBe(1);
      expect(app.logged.join('\n')).not.toContain(new URL(server.url).password || 'no password');
    }, 180_000);

    it(`${MANY} messages while the broker is killed in the middle: none lost, each order in its order`, async () => {
      const { prefix, tenantId } = newPlace();
      const app = await appAt(prefix);
      const outside = await shopAt(prefix, tenantId);
      await outside.seen('payment-events');
      for (let n = 0; n < MANY; n += 500) await append(app, tenantId, n, 500);
      await eventually('a good part', async () => (await outside.seen('payment-events')).length > MANY / 10);
      await server.kill();
      expect(await queued(app)).toBeGreaterThan(0);
      await server.start();
      // For as long as more come: a busy machine is slow, not wrong.
      let seen = once(await outside.seen('payment-events'));
      while (seen.length < MANY) {
        const known = seen.length;
        seen = await eventually(`more than ${known} messages (${await queued(app)} wait)`, async () => {
          const unique = once(await outside.seen('payment-events'));
          return unique.length > known && unique;
        });
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      expect(numbersOf(seen).sort((a, b) => a - b)).toEqual(Array.from({ length: MANY }, (_, n) => n));
      for (let order = 0; order < ORDERS; order += 1) {
        const ofOrder = numbersOf(seen).filter((n) => n % ORDERS === order);
        expect(ofOrder).toEqual([...ofOrder].sort((a, b) => a - b));
      }
      await eventually('nothing waits', async () => (await queued(app)) === 0);
    }, 240_000);

    async function told(shop: ShopSide, wanted: string): Promise<void> {
      await eventually(wanted, async () =>
        (await shop.seen('payment-events')).some(({ attributes }) => attributes['name'] === wanted),
      );
    }
  });
}

const numbersOf = (seen: readonly Seen[]): number[] => seen.map(({ body }) => (JSON.parse(body) as { n: number }).n);

async function queued({ app }: TestApp): Promise<number> {
  const { rows } = await sql<{ n: number }>`select count(*)::int as n from outbox where state = 'queued'`.execute(
    app.db,
  );
  return rows[0]?.n ?? 0;
}

async function commandsOf({ app }: TestApp): Promise<string[]> {
  const { rows } = await sql<{ type: string }>`select type from inbox where source = 'command'`.execute(app.db);
  return rows.map(({ type }) => type);
}

/** Writes messages into the outbox as flows do: numbered, of many orders. */
async function append({ app }: TestApp, tenantId: string, from: number, count: number): Promise<void> {
  const messages = Array.from({ length: count }, (_, i): Message => {
    const { id, channel, body, attributes } = message(tenantId, { order: `DE--${(from + i) % ORDERS}`, n: from + i });
    return { id, channel, name: 'PaymentUpdated', payload: JSON.parse(body) as Record<string, unknown>, attributes };
  });
  await appendMessages(app.db, { appId: app.appId, tenantId }, messages, new Date(app.clock.now()).toISOString());
}

/** The envelope as a shop or the app sends it. */
function envelope(name: string, tenantId: string): Record<string, string> {
  return {
    transferName: name,
    name,
    event: name,
    tenantIdentifier: tenantId,
    storeReference: tenantId,
    actorId: tenantId,
    publisher: tenantId,
    timestamp: '2026-11-21T10:00:00.123456',
    correlationId: randomUUID(),
    transactionId: randomUUID(),
  };
}

function message(tenantId: string, { order, n }: { order: string; n: number }): BrokerMessage {
  const attributes = envelope('PaymentUpdated', tenantId);
  const id = attributes['transactionId'] ?? '';
  const body = JSON.stringify({ n, entityReference: order, text: 'Zürich ✓' });
  return { id, tenantId, channel: 'payment-events', orderKey: order, body, attributes };
}
