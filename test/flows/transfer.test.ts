/** Transfers as a flow: what a repeat is, what is paid again, what has no answer, and how much there is to send. */
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reconcile } from '../../src/flows/reconcile.js';
import { claimDueOperations } from '../../src/storage/operations.js';
import { SANDBOX_SETTINGS, testApp, type TestApp, type TestShop } from '../support/app.js';
import { eventually, movableClock } from './heart.js';
import { askingsOf, captured, item, merchant, send, transfersOf } from './marketplaces.js';

let app: TestApp;
let shop: TestShop;
const clock = movableClock();
beforeAll(async () => {
  app = await testApp({ clock });
  shop = await connected();
});
afterAll(() => app.close());

async function connected(settings: Record<string, unknown> = SANDBOX_SETTINGS): Promise<TestShop> {
  const made = app.shop();
  expect((await made.configure(settings)).status).toBe(200);
  for (const reference of ['MER1', 'MER2']) await merchant(app, made, reference);
  return made;
}

const keys = (by: TestShop) =>
  sql<{ attempt: number; key: string }>`select attempt, idempotency_key as key from operations
    where tenant_id = ${by.tenantId} and kind = 'transfer'`.execute(app.app.db);

describe('a repeat', () => {
  it('of what is paid is answered from what is stored: the same id, and the PSP is not asked', async () => {
    const by = await connected();
    const order = await captured(by);
    const items = [item(order, 'i1', 1000), item(order, 'i2', 2000)];
    const first = await send(by, items);
    expect(await send(by, items)).toEqual(first);
    expect(await askingsOf(app, by)).toHaveLength(1);
    const part = await send(by, [item(order, 'i2', 2000), item(order, 'i3', 500)]);
    expect(part).toMatchObject([
      { isSuccessful: true, amount: 2000, transferId: first[0]?.transferId },
      { isSuccessful: true, amount: 500 },
    ]);
  });

  it('with another amount is still the same item: what was paid is told', async () => {
    const order = await captured(shop);
    const [first] = await send(shop, [item(order, 'i1', 1000)]);
    const [again] = await send(shop, [item(order, 'i1', '1500')]);
    expect(again).toMatchObject({ isSuccessful: true, amount: 1000, transferId: first?.transferId });
    expect(again?.paymentTransmissionItems).toMatchObject([{ amount: '1500' }]);
  });

  it('for another merchant is refused', async () => {
    const order = await captured(shop);
    await send(shop, [item(order, 'i1', 1000)]);
    const [row] = await send(shop, [item(order, 'i1', 1000, { merchant_reference: 'MER2' })]);
    expect(row).toMatchObject({ isSuccessful: false, transferId: null });
    expect(row?.failureMessage).toBe('The item "i1" was paid to the merchant "MER1" before');
  });

  it('of what the PSP refused is asked anew, with a key of its own', async () => {
    const by = await connected();
    const order = await captured(by);
    expect(await send(by, [item(order, 'i1', 1071)])).toMatchObject([{ isSuccessful: false, transferId: null }]);
    expect(await send(by, [item(order, 'i1', 1000)])).toMatchObject([{ isSuccessful: true }]);
    expect(await askingsOf(app, by)).toMatchObject([{ status: 'declined' }, { status: 'succeeded' }]);
  });

  it('a sum of 0 is done without asking the PSP', async () => {
    const by = await connected();
    const order = await captured(by);
    expect(await send(by, [item(order, 'i1', '0'), item(order, 'i2', 0)])).toMatchObject([
      { isSuccessful: true, amount: 0, transferId: null },
    ]);
    expect(await askingsOf(app, by)).toEqual([]);
  });
});

describe('a reversal', () => {
  async function paid(amount = 9000): Promise<{ order: string; id: string }> {
    const order = await captured(shop);
    const [row] = await send(shop, [item(order, 'i1', amount)]);
    return { order, id: row?.transferId ?? '' };
  }
  const back = (order: string, id: string, amount: unknown, headers = {}) =>
    send(shop, [item(order, 'i1', amount, { transfer_id: id })], headers);

  it('of equal amount is a repeat, another amount a further one, as long as there is something left', async () => {
    const { order, id } = await paid();
    const [first] = await back(order, id, '-4000');
    expect(first).toMatchObject({ isSuccessful: true, amount: -4000 });
    expect(await back(order, id, -4000)).toMatchObject([{ isSuccessful: true, transferId: first?.transferId }]);
    const [second] = await back(order, id, -3000);
    expect(second?.transferId).not.toBe(first?.transferId);
    const [tooMuch] = await back(order, id, -2001);
    expect(tooMuch).toMatchObject({ isSuccessful: false, transferId: id, amount: -2001 });
    expect(tooMuch?.failureMessage).toContain('2000 EUR are left');
    const [transfer] = await transfersOf(app, shop, order);
    expect(transfer?.reversals.map(({ amount, status }) => [amount, status])).toEqual([[4000, 'paid'], [3000, 'paid']]); // prettier-ignore
  });

  it('two equal ones are told apart by their Idempotency-Key', async () => {
    const { order, id } = await paid();
    const one = await back(order, id, -3000, { 'idempotency-key': `${order}-1` });
    expect(await back(order, id, -3000, { 'idempotency-key': `${order}-1` })).toEqual(one);
    const two = await back(order, id, -3000, { 'idempotency-key': `${order}-2` });
    expect(two).toMatchObject([{ isSuccessful: true }]);
    expect(two[0]?.transferId).not.toBe(one[0]?.transferId);
    // Without a key an equal one is a repeat of one of them.
    expect(await back(order, id, -3000)).toEqual(one);
    expect((await transfersOf(app, shop, order))[0]?.reversals).toHaveLength(2);
  });

  it('may name a former reversal instead of its transfer', async () => {
    const { order, id } = await paid();
    const [first] = await back(order, id, -4000);
    const [second] = await back(order, first?.transferId ?? '', -5000);
    expect(second).toMatchObject({ isSuccessful: true, amount: -5000 });
    const [transfer] = await transfersOf(app, shop, order);
    expect(transfer?.reversals).toHaveLength(2);
  });

  it('of everything makes the item payable again, by a transfer of its own', async () => {
    const { order, id } = await paid();
    await back(order, id, -4000);
    expect(await send(shop, [item(order, 'i1', 9000)])).toMatchObject([{ transferId: id }]);
    await back(order, id, -5000);
    const [again] = await send(shop, [item(order, 'i1', 9000)]);
    expect(again).toMatchObject({ isSuccessful: true, amount: 9000 });
    expect(again?.transferId).not.toBe(id);
    expect((await transfersOf(app, shop, order)).map(({ status }) => status)).toEqual(['paid', 'paid']);
    // The former transfer is over: a repeat of its reversal is still told, and takes nothing back.
    expect(await back(order, id, -5000)).toMatchObject([{ isSuccessful: true, amount: -5000 }]);
  });

  it('of an item that is not part of the transfer, or for another merchant, is refused', async () => {
    const { order, id } = await paid();
    const rows = await send(shop, [
      item(order, 'i2', -100, { transfer_id: id }),
      item(order, 'i1', -100, { transfer_id: id, merchant_reference: 'MER2' }),
    ]);
    expect(rows.map(({ failureMessage, transferId }) => [failureMessage, transferId])).toEqual([
      [`The item "i2" is not part of the transfer "${id}"`, id],
      [`The transfer "${id}" went to the merchant "MER1"`, id],
    ]);
  });

  it('refused by the PSP takes nothing back and may be asked for again', async () => {
    const { order, id } = await paid();
    expect(await back(order, id, -1081)).toMatchObject([{ isSuccessful: false, transferId: id, amount: -1081 }]);
    expect(await back(order, id, -9000)).toMatchObject([{ isSuccessful: true }]);
  });
});

describe('how much there is to send', () => {
  it('nothing before the payment is captured, and the message names its status', async () => {
    const { orderReference } = await shop.authorized();
    const [row] = await send(shop, [item(orderReference, 'i1', 100)]);
    expect(row).toMatchObject({ isSuccessful: false, transferId: null });
    expect(row?.failureMessage).toContain('is not captured (its status is "authorized")');
  });

  it('net of what was taken back, never more than was captured, and the message names the numbers', async () => {
    const order = await captured(shop);
    const [first] = await send(shop, [item(order, 'i1', 9000)]);
    const [row] = await send(shop, [item(order, 'i2', 3001, { merchant_reference: 'MER2' })]);
    expect(row).toMatchObject({ isSuccessful: false, amount: 3001 });
    expect(row?.failureMessage).toContain('12000 EUR');
    expect(row?.failureMessage).toContain('9000 EUR are with merchants already');
    await send(shop, [item(order, 'i1', -1000, { transfer_id: first?.transferId ?? '' })]);
    expect(await send(shop, [item(order, 'i2', 3001)])).toMatchObject([{ isSuccessful: true }]);
  });
});

describe('what the PSP does not answer', () => {
  it('is a failed row that says so, and the next repeat tells the truth', async () => {
    const order = await captured(shop);
    const [silent] = await send(shop, [item(order, 'i1', 1077)]);
    expect(silent).toMatchObject({ isSuccessful: false, transferId: null, amount: 1077 });
    expect(silent?.failureMessage).toContain('has not answered yet');
    clock.advance(5);
    const [told] = await send(shop, [item(order, 'i1', 1077)]);
    expect(told).toMatchObject({ isSuccessful: true, amount: 1077 });
    expect(await transfersOf(app, shop, order)).toMatchObject([{ status: 'paid', transferId: told?.transferId }]);
  });

  it('is asked again by itself, with the same key', async () => {
    const by = await connected();
    const order = await captured(by);
    await send(by, [item(order, 'i1', 1077)]);
    clock.advance(5);
    const paid = await eventually('a transfer that is paid', async () =>
      (await transfersOf(app, by, order)).find(({ status }) => status === 'paid'),
    );
    expect(await askingsOf(app, by)).toMatchObject([{ kind: 'transfer', status: 'succeeded' }]);
    expect(await send(by, [item(order, 'i1', 1077)])).toMatchObject([{ transferId: paid.transferId }]);
  });

  it('a key older than 20 hours is not asked with: it is read back, and asked anew when nothing happened', async () => {
    const by = await connected({ ...SANDBOX_SETTINGS, outcomes: { transfer: 'no_answer' } });
    const order = await captured(by);
    await send(by, [item(order, 'i1', 1000)]);
    clock.advance(21 * 3600);
    const [due] = (await claimDueOperations(app.app.db, app.app.appId, { now: new Date(clock.now()).toISOString(), limit: 50 })).filter(({ tenantId }) => tenantId === by.tenantId); // prettier-ignore
    if (due !== undefined) await reconcile(app.app, due);
    const renewed = await eventually('a second key', async () => {
      const { rows } = await keys(by);
      return rows[0]?.attempt === 2 && rows[0];
    });
    expect(renewed.key).toMatch(/:2$/);
    expect(await transfersOf(app, by, order)).toMatchObject([{ status: 'asked' }]);
  });
});
