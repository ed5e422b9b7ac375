/** Old rows go when nobody needs them, and what was told, applied or answered once still is only once afterwards. */
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { later } from '../../src/flows/app.js';
import { deleteOldRows } from '../../src/storage/retention.js';
import { deleteOld } from '../../src/workers/delete-old.js';
import { applied, eventually, fileOf, inboxOf, names, operationsOf } from '../flows/heart.js';
import { SANDBOX_SETTINGS, testApp, type TestApp, type TestShop } from '../support/app.js';

const DAY = 86_400;
let app: TestApp;
beforeAll(async () => {
  app = await testApp();
});
afterAll(() => app.close());

/** Makes everything of the shop look so many days older. */
async function age(shop: TestShop, days: number): Promise<void> {
  const { db } = app.app;
  const by = sql`${days}::int * interval '1 day'`;
  await sql`update inbox set finished_at = finished_at - ${by}, received_at = received_at - ${by}
    where tenant_id = ${shop.tenantId}`.execute(db);
  await sql`update outbox set finished_at = finished_at - ${by}, created_at = created_at - ${by}
    where tenant_id = ${shop.tenantId}`.execute(db);
  await sql`update replies set created_at = created_at - ${by} where tenant_id = ${shop.tenantId}`.execute(db);
}

async function round(): Promise<number> {
  const worker = deleteOld(app.app);
  const before = app.logged.length;
  await worker.stop();
  const told = app.logged.slice(before).map((line) => JSON.parse(line) as { event: string; count?: number });
  return told.filter(({ event }) => event === 'old rows deleted').reduce((sum, { count = 0 }) => sum + count, 0);
}

const outboxOf = async (shop: TestShop): Promise<{ name: string; state: string; announces: string | null }[]> =>
  (
    await sql<{
      name: string;
      state: string;
      announces: string | null;
    }>`select name, state, announces from outbox where tenant_id = ${shop.tenantId} order by id`.execute(app.app.db)
  ).rows;
const repliesOf = async (shop: TestShop): Promise<number> =>
  (await sql`select 1 from replies where tenant_id = ${shop.tenantId}`.execute(app.app.db)).rows.length;

/** A captured order, everything fetched; the answer to its initialize is kept. */
async function captured(): Promise<{ shop: TestShop; orderReference: string; command: Record<string, unknown> }> {
  const shop = app.shop();
  await shop.configure();
  const { orderReference, transactionId } = await shop.authorized();
  const command = { orderReference, orderItemIds: [101, 102], amount: 12_000, currencyIsoCode: 'EUR' };
  await shop.command('CapturePayment', command, { 'Transaction-Id': `capture-${orderReference}` });
  await shop.until('PaymentCaptured', orderReference);
  await shop.webhook({ id: `evt_${transactionId}`, type: 'payment', transactionId, status: 'captured' });
  await shop.call('/private/initialize-payment', { orderData: {} }, { headers: { 'idempotency-key': 'kept' } });
  await applied(app, shop);
  for (const channel of ['payment-events', 'payment-method-commands', 'app-events']) await shop.poll(channel);
  return { shop, orderReference, command };
}

describe('rows that are finished', () => {
  it('stay for the days that are set, and are gone afterwards; what a payment announced stays with it', async () => {
    const { shop } = await captured();
    const told = await outboxOf(shop);
    expect(told.every(({ state }) => state === 'acknowledged')).toBe(true);
    await age(shop, 89);
    await round();
    expect(await inboxOf(app, shop)).toHaveLength(3);
    expect(await outboxOf(shop)).toEqual(told);
    await age(shop, 2);
    expect(await round()).toBeGreaterThan(3);
    expect(await inboxOf(app, shop)).toEqual([]);
    expect(await repliesOf(shop)).toBe(0);
    const left = await outboxOf(shop);
    expect(left).toEqual(told.filter(({ announces }) => announces !== null));
    expect(left.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['PaymentCreated', 'PaymentAuthorized', 'PaymentCaptured']),
    );
    expect(await round()).toBe(0);
  });

  it('a command and a webhook that come once more after that move no money and announce nothing anew', async () => {
    const { shop, orderReference, command } = await captured();
    await age(shop, 400);
    await round();
    const before = await fileOf(app, shop, orderReference);
    await shop.command('CapturePayment', command, { 'Transaction-Id': `capture-${orderReference}` });
    const { transactionId = '' } = before.payment;
    await shop.webhook({ id: `evt_${transactionId}`, type: 'payment', transactionId, status: 'captured' });
    await applied(app, shop);
    expect(await operationsOf(app, shop, orderReference)).toHaveLength(1);
    const after = await fileOf(app, shop, orderReference);
    expect(after.payment).toMatchObject({ status: 'captured', captured: 12_000 });
    expect(names(await shop.poll()).filter((name) => name !== 'PaymentUpdated')).toEqual([]);
  });
});

describe('rows that are not finished', () => {
  it('stay however old they are: what waits for the shop, for a payment, or for a person', async () => {
    const shop = app.shop();
    const secret = 'whsec_of_this_shop_alone_0123456789';
    await shop.configure({ ...SANDBOX_SETTINGS, webhookSecret: secret });
    await shop.webhook({ type: 'payment', transactionId: 'nobody', status: 'authorized' }, { secret });
    await eventually('a parked row', async () => (await inboxOf(app, shop))[0]?.state === 'parked');
    const told = await outboxOf(shop);
    await age(shop, 4_000);
    await round();
    expect(await outboxOf(shop)).toEqual(told);
    expect((await inboxOf(app, shop)).map(({ state }) => state)).toEqual(['parked']);
    await sql`update inbox set state = 'dead', finished_at = now() - interval '9 years' where tenant_id = ${shop.tenantId}`.execute(
      app.app.db,
    );
    await round();
    expect(await inboxOf(app, shop)).toHaveLength(1);
  });
});

describe('many rows', () => {
  it('go in batches, of this app alone', async () => {
    const { db, appId } = app.app;
    const { shop } = await captured();
    await round();
    await sql`insert into inbox (app_id, tenant_id, source, identity, subject, type, body, state, due_at, received_at, finished_at)
      select case when n % 2 = 0 then ${appId} else 'another-app' end, ${shop.tenantId}, 'webhook', 'old:' || n, 's', 't', '',
        'done', now(), now(), now() - interval '1 year' from generate_series(1, 50) n`.execute(db);
    const old = { finishedBefore: later(app.app, -91 * DAY), repliesBefore: later(app.app, -91 * DAY), limit: 10 };
    const counts = [];
    for (let step = 0; step < 4; step += 1) counts.push(await deleteOldRows(db, appId, old));
    expect(counts).toEqual([10, 10, 5, 0]);
    const { rows } = await sql`select 1 from inbox where app_id = 'another-app'`.execute(db);
    expect(rows).toHaveLength(25);
  });
});
