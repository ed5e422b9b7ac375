/** What a marketplace’s shop stores, forgets or never shows: payouts, merchants on their way, the app’s own name. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { captured, item, merchant, send } from '../flows/marketplaces.js';
import { SANDBOX_SETTINGS, testApp, type Received, type TestApp, type TestShop } from '../support/app.js';
import { work } from './strict-shop.js';

let app: TestApp;
let shop: TestShop;
let order: string;
beforeAll(async () => {
  app = await testApp();
  shop = await connected();
  await merchant(app, shop, 'MER1');
  order = await captured(shop);
});
afterAll(() => app.close());

async function connected(settings: Record<string, unknown> = {}): Promise<TestShop> {
  const made = app.shop();
  const { status, body } = await made.configure({ ...SANDBOX_SETTINGS, businessModel: 'marketplace', ...settings });
  expect(status, JSON.stringify(body)).toBe(200);
  return made;
}

/** What a shop makes of stored payouts: whatever has an id was paid and is never paid again. */
const isPaidFor = (rows: { transferId: unknown }[]): boolean => rows.some(({ transferId }) => transferId !== null);

describe('a payout with an id counts as paid for ever', () => {
  it('so one that failed has null, and is paid at the next attempt', async () => {
    const failed = await send(shop, [item(order, 'later', 500, { merchant_reference: 'MER2' })]);
    expect(failed.map(({ isSuccessful, transferId }) => [isSuccessful, transferId])).toEqual([[false, null]]);
    expect([isPaidFor(failed), isPaidFor([{ transferId: '' }])]).toEqual([false, true]);
    await merchant(app, shop, 'MER2');
    const paid = await send(shop, [item(order, 'later', 500, { merchant_reference: 'MER2' })]);
    expect([paid[0]?.isSuccessful, isPaidFor(paid)]).toEqual([true, true]);
  });
});

describe('a payout without order, verdict or items cannot be stored', () => {
  it('so each has all of them, also when nothing came of it, and no member that shops do not know', async () => {
    // `send` checks every row as a shop does.
    const rows = await send(shop, [
      item(order, 'a', 100),
      item(order, 'b', 'x'),
      item(order, 'c', 100, { merchant_reference: null }),
      item(order, 'd', 100, { merchant_reference: 'MER-nobody' }),
      item(order, 'e', -100, { transfer_id: 'tr_unknown' }),
      item(order, 'f', -100),
    ]);
    expect(
      rows.flatMap((row) => row.paymentTransmissionItems.map(({ itemReference }) => itemReference)).sort(),
    ).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
    expect(rows.map(({ isSuccessful }) => isSuccessful).sort()).toEqual([false, false, false, false, false, true]);
  });
});

describe('an answer without transfers ends the order’s command', () => {
  it('so what can be told item by item is 200', async () => {
    const { status, body } = await shop.call('/private/payments/transfers', {
      paymentTransmissionItems: [item(order, 'g', 1_000_000), item(order, 'h', 100, { merchant_reference: 'nobody' })],
    });
    expect([status, body.transfers.length]).toEqual([200, 2]);
  });

  it('and each former payout comes back in a request of its own, then the expenses', async () => {
    const other = await captured(shop);
    const [one] = await send(shop, [item(other, '1', 400)]);
    const [two] = await send(shop, [item(other, '2', 300)]);
    const [fee] = await send(shop, [item(other, 'x', 200, { type: 'order-expense' })]);
    for (const [reference, row, amount] of [['1', one, -400], ['2', two, -300], ['x', fee, -200]] as const) {
      const [back] = await send(shop, [item(other, reference, amount, { transfer_id: row?.transferId ?? null })]);
      expect([back?.isSuccessful, back?.amount]).toEqual([true, amount]);
    } // prettier-ignore
  });
});

describe('an expense that shares its payout is not found again, and paid twice', () => {
  it('so each expense has a payout of its own, and asked for again it is the same one', async () => {
    const expenses = ['e-1', 'e-2'].map((reference) => item(order, reference, 100, { type: 'order-expense' }));
    const first = await send(shop, expenses);
    expect(first.map((row) => row.paymentTransmissionItems.length)).toEqual([1, 1]);
    expect((await send(shop, expenses)).map(({ transferId }) => transferId)).toEqual(first.map(({ transferId }) => transferId)); // prettier-ignore
  });
});

describe('a merchant’s way shows one place of an answer, whatever its status', () => {
  it.each([
    ['nothing was sent', undefined, {}, 400],
    ['nobody is named', {}, {}, 400],
    ['a list where a merchant is meant', { merchant: [] }, {}, 400],
    ['the PSP refuses', { merchant: { merchantReference: 'M' } }, { outcomes: { account: 'decline' } }, 412],
    ['the PSP is silent', { merchant: { merchantReference: 'M' } }, { outcomes: { account: 'no_answer' } }, 412],
    ['settings without merchants', { merchant: { merchantReference: 'M' } }, { businessModel: 'direct' }, 400],
  ])('so there is a text when %s', async (_what, body, settings, status) => {
    const answer = await (await connected(settings)).call('/private/merchants/onboarding', body);
    expect(answer.status).toBe(status);
    expect(Object.keys(answer.body as object)).toEqual(['errors']);
    expect(answer.body.errors[0].message).toMatch(/^[^<>\n]{5,200}$/);
  });
});

describe('a shop finds its record of the app by the app’s name', () => {
  const ready = (told: Received[]) => told.filter(({ name }) => name === 'ReadyForMerchantAppOnboarding');

  it('so the name stays, an address is always there, and the strategy is one the database knows', async () => {
    const by = await connected();
    for (const strategy of ['redirect', 'iframe', 'api'])
      await by.configure({ ...SANDBOX_SETTINGS, businessModel: 'marketplace', onboarding: { strategy, url: 'https://portal.example/x' } }); // prettier-ignore
    const told = ready(await by.poll('merchant-app-events'));
    expect(told.length).toBeGreaterThan(1);
    expect(new Set(told.map(({ payload }) => payload.appName as string)).size).toBe(1);
    for (const { payload, attributes } of told) {
      const item = { MessageId: '1', MessageBody: JSON.stringify(payload), MessageAttributes: attributes };
      expect(work({ status: 200, text: JSON.stringify([item]) }).handled).toHaveLength(1);
    }
  });

  it('an address that is longer than the shop’s column is refused', async () => {
    const onboarding = { strategy: 'redirect', url: `https://portal.example/${'x'.repeat(250)}` };
    const { status } = await app.shop().configure({ ...SANDBOX_SETTINGS, businessModel: 'marketplace', onboarding });
    expect(status).toBeGreaterThanOrEqual(400);
  });
});
