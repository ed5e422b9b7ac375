/** Commands by an outside broker: stored before they are acknowledged, applied once, never in another tenant's name. */
import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listDead } from '../../src/storage/dead-letters.js';
import { eventually } from '../flows/heart.js';
import { testApp, type TestApp, type TestShop } from '../support/app.js';
import { playedBroker, type PlayedBroker } from '../support/broker.js';

let app: TestApp;
let broker: PlayedBroker;
let shop: TestShop;
beforeAll(async () => {
  broker = playedBroker();
  app = await testApp({ broker });
  shop = app.shop();
  await shop.configure();
});
afterAll(() => app.close());

async function authorized(): Promise<string> {
  const { body, orderReference } = await shop.initialize();
  await shop.webhook({
    type: 'payment',
    transactionId: (body as { transactionId: string }).transactionId,
    status: 'authorized',
  });
  await told('PaymentAuthorized', orderReference);
  return orderReference;
}

const toldAbout = (name: string, order: string) =>
  broker.taken.filter(({ attributes, orderKey }) => attributes['name'] === name && orderKey === order);
const told = (name: string, order: string) => eventually(name, async () => toldAbout(name, order).length > 0);

const capture = (orderReference: string): string =>
  JSON.stringify({ orderReference, orderItemIds: ['101', '102'], amount: 12_000, currencyIsoCode: 'EUR' });
const attributes = (changes: Record<string, unknown> = {}): Record<string, unknown> => ({
  name: 'CapturePayment',
  tenantIdentifier: shop.tenantId,
  transactionId: randomUUID(),
  correlationId: randomUUID(),
  ...changes,
});

async function captures(orderReference: string): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    select count(*)::int as n from operations o join payments p on p.id = o.payment_id
    where p.order_reference = ${orderReference} and o.kind = 'capture'`.execute(app.app.db);
  return rows[0]?.n ?? 0;
}

const deadOf = async (tenantId: string) => listDead(app.app.db, app.app.appId, { tenantId, limit: 50 });

describe('a command by an outside broker', () => {
  it('is carried out, and its answer repeats the correlation id', async () => {
    const order = await authorized();
    const correlationId = randomUUID();
    await broker.deliver({ attributes: attributes({ correlationId }), body: capture(order) });
    await told('PaymentCaptured', order);
    expect(toldAbout('PaymentCaptured', order)[0]?.attributes['correlationId']).toBe(correlationId);
  });

  it.each([
    ['a transaction id', { correlationId: undefined }, undefined],
    ['a correlation id and the same payload', { transactionId: undefined }, undefined],
    ['a message id alone', { transactionId: undefined, correlationId: undefined }, randomUUID()],
    ['its bytes alone', { transactionId: undefined, correlationId: undefined }, undefined],
  ])('delivered three times with %s asks the PSP once', async (_title, changes, messageId) => {
    const order = await authorized();
    const delivery = {
      attributes: attributes(changes),
      body: capture(order),
      ...(messageId === undefined ? {} : { messageId }),
    };
    for (let n = 0; n < 3; n += 1) await broker.deliver(delivery);
    await told('PaymentCaptured', order);
    const { rows } = await sql<{ n: number }>`
      select count(*)::int as n from inbox where source = 'command' and subject = ${order}`.execute(app.app.db);
    expect(rows[0]?.n).toBe(1);
    expect(await captures(order)).toBe(1);
  });

  it('the database is away: it is not acknowledged, and is taken when the database is back', async () => {
    const order = await authorized();
    await sql`alter table inbox rename to inbox_away`.execute(app.app.db);
    let isTaken = false;
    const delivery = broker.deliver({ attributes: attributes(), body: capture(order) }).then(() => (isTaken = true));
    await eventually('the failure is told', async () => app.logged.some((line) => line.includes('command not stored')));
    expect(isTaken).toBe(false);
    await sql`alter table inbox_away rename to inbox`.execute(app.app.db);
    await delivery;
    await told('PaymentCaptured', order);
  });

  it('names no tenant: the address it was sent to counts', async () => {
    const order = await authorized();
    const nameless = { name: 'CapturePayment', transactionId: randomUUID() };
    await broker.deliver({ attributes: nameless, tenantId: shop.tenantId, body: capture(order) });
    await told('PaymentCaptured', order);
  });

  it.each([
    ['no JSON', '{', {}, 'the message body is no JSON'],
    ['no command', '{}', { name: 'DropTables' }, 'unknown command "DropTables"'],
    ['a command that lacks its order', '{}', {}, 'orderReference'],
    ['a NUL character', '{"orderReference":"a\\u0000"}', {}, 'NUL'],
    ['no name', '{}', { name: undefined }, 'the envelope names no message'],
  ])('%s: it is acknowledged and waits in the dead letters with the reason', async (_title, body, changes, reason) => {
    const before = (await deadOf(shop.tenantId)).length;
    await broker.deliver({ attributes: attributes(changes), body });
    const [letter] = await eventually('a dead letter', async () => {
      const letters = await deadOf(shop.tenantId);
      return letters.length > before && letters;
    });
    expect(letter?.kind).toBe('command');
    expect(letter?.about).toMatch(/^unread unread:/);
    expect(letter?.result).toContain(reason);
  });

  it('of nobody, and one in the name of another tenant, are set aside; the other tenant is not charged', async () => {
    const order = await authorized();
    await broker.deliver({ attributes: attributes({ tenantIdentifier: undefined }), body: capture(order) });
    await broker.deliver({ attributes: attributes(), tenantId: 'intruder', body: capture(order) });
    await eventually(
      'both',
      async () => (await deadOf('(unknown)')).length === 1 && (await deadOf('intruder')).length === 1,
    );
    expect((await deadOf('intruder'))[0]?.result).toBe('it was sent in the name of another tenant');
    expect(await captures(order)).toBe(0);
  });
});
