/** The channel server: what a shop sends, receives and acknowledges, and what never breaks its worker. */
import { sql } from 'kysely';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { validateAttributes, validateResponse } from '../../src/contract/check.js';
import { listDead } from '../../src/storage/dead-letters.js';
import { testApp, type Answered, type TestApp, type TestShop } from '../support/app.js';
import {
  ask,
  countOf,
  expectStrictlyIncreasing,
  listError,
  movableClock,
  workerHeaders,
  type MovableClock,
} from './doors.js';

const EVENTS = '/channels/payment-events';
const COMMANDS = '/channels/payment-commands';
const METHODS = '/channels/payment-method-commands';

let app: TestApp;
let clock: MovableClock;
beforeAll(async () => {
  clock = movableClock();
  app = await testApp({ clock });
});
afterAll(() => app.close());

interface Wire {
  MessageId: string;
  MessageBody: string;
  MessageAttributes: Record<string, string>;
}

async function connected(): Promise<TestShop> {
  const shop = app.shop();
  expect((await shop.configure()).status).toBe(200);
  return shop;
}

async function get(
  tenantId: string,
  path: string,
  headers?: Record<string, string>,
): Promise<Answered & { messages: Wire[] }> {
  const answer = await ask(app, path, { method: 'GET', headers: headers ?? (await workerHeaders(app, tenantId)) });
  expect(validateResponse('receive-messages', answer.status, answer.body)).toBeUndefined();
  return { ...answer, messages: answer.body as Wire[] };
}

async function acknowledge(tenantId: string, body: string | undefined, path = EVENTS): Promise<Answered> {
  const headers = { ...(await workerHeaders(app, tenantId)), 'content-type': 'application/json' };
  return ask(app, path, { method: 'DELETE', headers, ...(body === undefined ? {} : { body }) });
}

const idsOf = (messages: Wire[]): string[] => messages.map(({ MessageId }) => MessageId);
const ackBody = (messages: Wire[]): string => JSON.stringify({ messageIds: idsOf(messages) });

describe('sending', () => {
  const capture = { orderReference: 'DE--none', orderItemIds: [1], amount: 100, currencyIsoCode: 'EUR' };

  async function send(
    shop: TestShop,
    body: string,
    headers: Record<string, string> = {},
    path = COMMANDS,
  ): Promise<Answered> {
    const authorization = `Bearer ${await app.token('aop-event-platform', shop.tenantId)}`;
    const attributes = {
      'transfer-name': 'CapturePayment',
      event: 'CapturePayment',
      name: 'CapturePayment',
      'tenant-identifier': shop.tenantId,
    };
    return ask(app, path, {
      headers: { authorization, ...attributes, 'correlation-id': randomUUID(), ...headers },
      body,
    });
  }

  it.each([
    undefined,
    'application/json',
    'text/plain',
    'application/x-www-form-urlencoded',
    'application/octet-stream',
    'application/xml',
  ])('is JSON whatever the content type: %s', async (type) => {
    const shop = await connected();
    const { status, body } = await send(
      shop,
      JSON.stringify(capture),
      type === undefined ? {} : { 'content-type': type },
    );
    expect(status).toBe(200);
    expect(body.MessageId).toMatch(/^[\w-]{10,}$/);
    const { rows } = await sql`select type, subject from inbox where tenant_id = ${shop.tenantId}`.execute(app.app.db);
    expect(rows).toHaveLength(1);
  });

  it.each([
    ['malformed JSON', '{"orderReference":'],
    ['nothing', ''],
    ['a scalar', '7'],
    ['a text', '"x"'],
    ['null', 'null'],
    ['a list', '[]'],
    ['JSON written as a text', JSON.stringify(JSON.stringify(capture))],
    ['no order', '{}'],
    ['a NUL in the order', JSON.stringify({ ...capture, orderReference: 'a\u0000b' })],
    ['half a character', '{"orderReference":"\\ud800","amount":1}'],
    ['nesting without end', `${'['.repeat(5000)}${']'.repeat(5000)}`],
  ])('%s is 400 in the list shape and stores nothing', async (_name, body) => {
    const shop = await connected();
    const answer = await send(shop, body);
    expect(answer.status).toBe(400);
    expect(answer.body).toEqual(listError(400, answer.body[0].message as string));
    expect(await countOf(app, 'inbox', shop.tenantId)).toBe(0);
  });

  it.each(['', 'PaymentAuthorized', 'Nonsense', '__proto__'])('a message named %j is 400', async (name) => {
    const shop = await connected();
    const { status } = await send(shop, JSON.stringify(capture), { 'transfer-name': name, event: name, name });
    expect(status).toBe(400);
  });

  it.each([
    'payment-events',
    'payment-method-commands',
    'app-events',
    'merchant-app-events',
    'unknown',
    '%00',
    'payment-commands%20',
  ])('to %s is 403', async (channel) => {
    const shop = await connected();
    const { status, body } = await send(shop, JSON.stringify(capture), {}, `/channels/${channel}`);
    expect(status).toBe(403);
    expect(body[0].message).toContain('Messages may not be sent to the channel');
    expect(await countOf(app, 'inbox', shop.tenantId)).toBe(0);
  });

  it.each<[string, (tenantId: string) => Record<string, string>]>([
    ['camelCase', (tenantIdentifier) => ({ transferName: 'CapturePayment', tenantIdentifier })],
    ['snake_case', (tenant_identifier) => ({ transfer_name: 'CapturePayment', tenant_identifier })],
    ['nothing but the store', (storeReference) => ({ name: 'CapturePayment', storeReference })],
    [
      'a publisher',
      (tenantIdentifier) => ({ name: 'CapturePayment', publisher: JSON.stringify({ tenantIdentifier }) }),
    ],
    ['repeated headers', (id) => ({ name: 'CapturePayment, CapturePayment', 'tenant-identifier': `${id}, ${id}` })],
  ])('names itself and its tenant by %s', async (_name, envelope) => {
    const shop = await connected();
    const authorization = `Bearer ${await app.token('aop-event-platform', shop.tenantId)}`;
    const marked = `\uFEFF${JSON.stringify(capture)}`;
    const headers = { authorization, ...envelope(shop.tenantId) };
    expect((await ask(app, COMMANDS, { headers, body: marked })).status).toBe(200);
    expect(await countOf(app, 'inbox', shop.tenantId)).toBe(1);
  });

  it('of a tenant whose name is beyond ASCII arrives, with a correlation of such letters', async () => {
    const tenantId = 'Übershop 店';
    // As a shop's client sends it: UTF-8, byte for byte.
    const sent = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');
    const authorization = `Bearer ${await app.token('aop-event-platform', tenantId)}`;
    const headers = { name: 'CapturePayment', 'tenant-identifier': sent(tenantId), 'correlation-id': sent('Größe') };
    const answer = await ask(app, COMMANDS, { headers: { authorization, ...headers }, body: JSON.stringify(capture) });
    expect(answer.status).toBe(200);
    const { rows } = await sql`select tenant_id, attributes from inbox where tenant_id = ${tenantId}`.execute(
      app.app.db,
    );
    expect(rows).toEqual([{ tenant_id: tenantId, attributes: expect.objectContaining({ correlationId: 'Größe' }) }]);
    const polled = { authorization, 'consumer-id': sent(tenantId) };
    expect((await ask(app, EVENTS, { method: 'GET', headers: polled })).status).toBe(200);
  });

  it('for another tenant is 403, whichever header names it', async () => {
    const [shop, other] = [await connected(), await connected()];
    for (const name of ['tenant-identifier', 'x-tenant-identifier']) {
      const headers = { 'tenant-identifier': '', [name]: other.tenantId };
      expect((await send(shop, JSON.stringify(capture), headers)).status).toBe(403);
    }
    expect(await countOf(app, 'inbox', other.tenantId)).toBe(0);
  });

  it('twice with one Transaction-Id, or alike with one Correlation-Id, is one command', async () => {
    const shop = await connected();
    const text = JSON.stringify(capture);
    for (const headers of [{ 'transaction-id': randomUUID() }, { 'correlation-id': randomUUID() }] as Record<
      string,
      string
    >[]) {
      expect((await send(shop, text, headers)).status).toBe(200);
      expect((await send(shop, text, headers)).status).toBe(200);
    }
    expect(await countOf(app, 'inbox', shop.tenantId)).toBe(2);
  });

  it('over 1 MB is 413', async () => {
    expect((await send(await connected(), JSON.stringify({ ...capture, x: 'y'.repeat(1_100_000) }))).status).toBe(413);
  });
});

describe('receiving', () => {
  it.each([
    'unknown',
    'payment-commands',
    'merchant-app-events',
    '%00',
    'a%2fb',
    'a%20b',
    encodeURIComponent('ü'),
    'x'.repeat(200),
  ])('from %.20s, where nothing waits, is 200 and an empty list', async (channel) => {
    const shop = await connected();
    const { status, body } = await get(shop.tenantId, `/channels/${channel}?limit=100`);
    expect(status).toBe(200);
    expect(body).toEqual([]);
  });

  it('of a tenant that never configured is 200 and an empty list', async () => {
    const { body } = await get('nobody', EVENTS);
    expect(body).toEqual([]);
  });

  it('gives the whole message: id, body as text, all attributes as text', async () => {
    const shop = await connected();
    const { messages } = await get(shop.tenantId, METHODS, {
      ...(await workerHeaders(app, shop.tenantId)),
      'content-type': 'application/json',
    });
    expect(messages).toHaveLength(1);
    const [{ MessageId, MessageBody, MessageAttributes }] = messages as [Wire];
    expect(MessageId).not.toBe('');
    expect(JSON.parse(MessageBody)).toMatchObject({ name: 'Sandbox', providerName: 'sandbox' });
    expect(MessageBody).not.toContain('null');
    expect(validateAttributes(MessageAttributes)).toBeUndefined();
    expect(MessageAttributes).toMatchObject({
      transferName: 'AddPaymentMethod',
      name: 'AddPaymentMethod',
      event: 'AddPaymentMethod',
      tenantIdentifier: shop.tenantId,
      storeReference: shop.tenantId,
      actorId: 'quittance',
      publisher: 'quittance',
    });
    expect(MessageAttributes['timestamp']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}$/);
  });

  it('hides a message for 30 seconds, then tells it again with the same id and the same timestamp', async () => {
    const shop = await connected();
    const first = await get(shop.tenantId, METHODS);
    expect(first.messages).toHaveLength(1);
    expect((await get(shop.tenantId, METHODS)).messages).toEqual([]);
    clock.advance(29);
    expect((await get(shop.tenantId, METHODS)).messages).toEqual([]);
    clock.advance(1);
    expect((await get(shop.tenantId, METHODS)).messages).toEqual(first.messages);
  });

  it('tells a message 20 times, then puts it to the dead letters, so that it blocks nothing', async () => {
    const shop = await connected();
    for (let n = 1; n <= 20; n += 1) {
      expect((await get(shop.tenantId, METHODS)).messages, `delivery ${n}`).toHaveLength(1);
      clock.advance(31);
    }
    await shop.configure({ paymentMethods: [{ name: 'Later' }, { name: 'Sandbox' }] });
    const { messages } = await get(shop.tenantId, METHODS);
    expect(messages.map(({ MessageBody }) => (JSON.parse(MessageBody) as { name: string }).name)).toEqual(['Later']);
    const dead = await listDead(app.app.db, app.config.appId, { tenantId: shop.tenantId, limit: 10 });
    expect(dead).toHaveLength(1);
    expect(dead[0]).toMatchObject({ kind: 'message', about: 'AddPaymentMethod on payment-method-commands' });
  });

  it('is in order, oldest first, in parts of the limit', async () => {
    const shop = app.shop();
    const names = Array.from({ length: 12 }, (_, n) => `M${n}`);
    await shop.configure({
      connector: 'sandbox',
      mode: 'test',
      webhookSecret: 'long enough',
      paymentMethods: names.map((name) => ({ name })),
    });
    const seen: Wire[] = [];
    for (const [limit, count] of [
      ['1', 1],
      ['5', 5],
      ['1000', 6],
    ] as const) {
      const { messages } = await get(shop.tenantId, `${METHODS}?limit=${limit}`);
      expect(messages).toHaveLength(count);
      seen.push(...messages);
    }
    expect(seen.map(({ MessageBody }) => (JSON.parse(MessageBody) as { name: string }).name)).toEqual(names);
    expectStrictlyIncreasing(seen.map(({ MessageAttributes }) => MessageAttributes['timestamp'] ?? ''));
  });

  it.each(['', '0', '-1', '1.5', 'abc', '1e9', '1&limit=2', '999999999999999999999'])(
    'a limit of %j does no harm',
    async (limit) => {
      const shop = await connected();
      expect((await get(shop.tenantId, `${METHODS}?limit=${limit}`)).messages).toHaveLength(1);
    },
  );

  it('by two workers at once tells each message to one of them', async () => {
    const shop = app.shop();
    await shop.configure({
      connector: 'sandbox',
      mode: 'test',
      webhookSecret: 'long enough',
      paymentMethods: Array.from({ length: 20 }, (_, n) => ({ name: `M${n}` })),
    });
    const answers = await Promise.all([1, 2, 3].map(() => get(shop.tenantId, `${METHODS}?limit=10`)));
    const ids = answers.flatMap(({ messages }) => idsOf(messages));
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('never shows what is for another tenant', async () => {
    const [shop, other] = [await connected(), await connected()];
    const mine = (await get(shop.tenantId, METHODS)).messages;
    const theirs = (await get(other.tenantId, METHODS)).messages;
    expect(mine.map(({ MessageAttributes }) => MessageAttributes['tenantIdentifier'])).toEqual([shop.tenantId]);
    expect(theirs.map(({ MessageAttributes }) => MessageAttributes['tenantIdentifier'])).toEqual([other.tenantId]);
    const token = (await workerHeaders(app, shop.tenantId))['authorization'] ?? '';
    for (const name of ['consumer-id', 'x-tenant-identifier', 'tenant-identifier']) {
      expect(
        (await ask(app, METHODS, { method: 'GET', headers: { authorization: token, [name]: other.tenantId } })).status,
      ).toBe(403);
    }
  });

  it.each(['consumer-id', 'x-tenant-identifier', 'tenant-identifier', 'x-store-reference'])(
    'needs only %s',
    async (name) => {
      const shop = await connected();
      const { authorization = '' } = await workerHeaders(app, shop.tenantId);
      expect((await get(shop.tenantId, METHODS, { authorization, [name]: shop.tenantId })).messages).toHaveLength(1);
    },
  );

  it('as the app itself has nothing to fetch: the app takes its commands where they arrive', async () => {
    const shop = await connected();
    await shop.command('CancelPayment', { orderReference: 'DE--none', orderItemIds: [], amount: 0 });
    const authorization = `Bearer ${await app.token('aop-event-platform')}`;
    for (const path of [COMMANDS, EVENTS, METHODS]) {
      expect((await get('', path, { authorization, 'consumer-id': app.config.appId })).messages).toEqual([]);
    }
  });

  it('of a tenant with an odd name works', async () => {
    const odd = app.shop("O'Neil; drop table outbox --");
    await odd.configure();
    expect((await get(odd.tenantId, METHODS)).messages).toHaveLength(1);
  });
});

describe('acknowledging', () => {
  it('takes a message away for good; a repeat is fine', async () => {
    const shop = await connected();
    const { messages } = await get(shop.tenantId, METHODS);
    for (let n = 0; n < 2; n += 1) {
      const { status, body } = await acknowledge(shop.tenantId, ackBody(messages), METHODS);
      expect(status).toBe(204);
      expect(body).toBeUndefined();
    }
    clock.advance(31);
    expect((await get(shop.tenantId, METHODS)).messages).toEqual([]);
  });

  it('counts by id, whatever channel it names', async () => {
    const shop = await connected();
    const { messages } = await get(shop.tenantId, METHODS);
    expect((await acknowledge(shop.tenantId, ackBody(messages), '/channels/no-such-channel')).status).toBe(204);
    clock.advance(31);
    expect((await get(shop.tenantId, METHODS)).messages).toEqual([]);
  });

  it.each([
    ['an unknown id', JSON.stringify({ messageIds: ['0198c000-0000-7000-8000-000000000000'] })],
    ['an id of another make', '{"messageIds":["m-1","",7,null,{}]}'],
    ['no ids', '{"messageIds":[]}'],
    ['ids that are no list', '{"messageIds":"m-1"}'],
    ['no member', '{}'],
    ['malformed JSON', '{"messageIds":['],
    ['a scalar', '1'],
    ['null', 'null'],
    ['nothing', ''],
    ['no body', undefined],
    ['a list', '["m-1"]'],
    ['a NUL', '{"messageIds":["\\u0000"]}'],
  ])('%s is 2xx and acknowledges nothing', async (_name, body) => {
    const shop = await connected();
    expect((await acknowledge(shop.tenantId, body)).status).toBe(204);
    expect((await get(shop.tenantId, METHODS)).messages).toHaveLength(1);
  });

  it.each([undefined, 'text/plain', 'application/x-www-form-urlencoded'])(
    'works with the content type %s',
    async (type) => {
      const shop = await connected();
      const { messages } = await get(shop.tenantId, METHODS);
      const headers = {
        ...(await workerHeaders(app, shop.tenantId)),
        ...(type === undefined ? {} : { 'content-type': type }),
      };
      expect((await ask(app, METHODS, { method: 'DELETE', headers, body: ackBody(messages) })).status).toBe(204);
      clock.advance(31);
      expect((await get(shop.tenantId, METHODS)).messages).toEqual([]);
    },
  );

  it('good ids count beside bad ones, and thousands at once', async () => {
    const shop = await connected();
    const { messages } = await get(shop.tenantId, METHODS);
    const messageIds = [...Array.from({ length: 3_000 }, () => randomUUID()), 'bad', ...idsOf(messages)];
    expect((await acknowledge(shop.tenantId, JSON.stringify({ messageIds }), METHODS)).status).toBe(204);
    clock.advance(31);
    expect((await get(shop.tenantId, METHODS)).messages).toEqual([]);
  });

  it('cannot reach the messages of another tenant', async () => {
    const [shop, other] = [await connected(), await connected()];
    const { messages } = await get(other.tenantId, METHODS);
    expect((await acknowledge(shop.tenantId, ackBody(messages), METHODS)).status).toBe(204);
    clock.advance(31);
    expect((await get(other.tenantId, METHODS)).messages).toEqual(messages);
  });
});

describe('timestamps', () => {
  it('strictly grow per tenant, also when everything happens at once', async () => {
    const shop = await connected();
    await Promise.all(Array.from({ length: 12 }, () => shop.initialize()));
    const { rows } = await sql<{ timestamp: string }>`select attributes->>'timestamp' as timestamp from outbox
      where tenant_id = ${shop.tenantId} order by id`.execute(app.app.db);
    expect(rows.length).toBeGreaterThan(12);
    expectStrictlyIncreasing(rows.map(({ timestamp }) => timestamp));
  });
});
