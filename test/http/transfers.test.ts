/** Transfers through the door: how they are asked for, grouped and answered, row by row of the protocol. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ABLE, askingsOf, captured, item, merchant, send, transfersOf } from '../flows/marketplaces.js';
import { SANDBOX_SETTINGS, testApp, type TestApp, type TestShop } from '../support/app.js';
import { ask, listError, newOrderReference, shopHeaders } from './doors.js';

let app: TestApp;
let shop: TestShop;
let order: string;
beforeAll(async () => {
  app = await testApp();
  shop = await connected();
  order = await captured(shop);
});
afterAll(() => app.close());

async function connected(settings: Record<string, unknown> = SANDBOX_SETTINGS): Promise<TestShop> {
  const made = app.shop();
  expect((await made.configure(settings)).status).toBe(200);
  for (const reference of ['MER1', 'MER2']) await merchant(app, made, reference);
  return made;
}

const PATH = '/private/payments/transfers';
const refused = (body: unknown, by = shop) => by.call(PATH, body, { endpoint: 'transfers' });

describe('POST /private/payments/transfers: the request', () => {
  it('answers what the shop sent, member for member', async () => {
    const itemReference = randomUUID();
    const [row, ...others] = await send(shop, [item(order, itemReference, '900')]);
    expect(others).toEqual([]);
    expect(row).toEqual({
      isSuccessful: true,
      failureMessage: null,
      merchantReference: 'MER1',
      orderReference: order,
      paymentTransmissionItems: [{ merchantReference: 'MER1', orderReference: order, itemReference, amount: '900' }],
      amount: 900,
      transferId: expect.stringMatching(/^sbxt_/) as string,
    });
  });

  it('paymentTransmissionItems counts before orderItems, which counts when the other one is missing or empty', async () => {
    const [one, two] = [randomUUID(), randomUUID()];
    const both = { paymentTransmissionItems: [item(order, one, 100)], orderItems: [item(order, two, 200)] };
    const first = (await refused(both)).body as { transfers: { paymentTransmissionItems: object[] }[] };
    expect(first.transfers.map((row) => row.paymentTransmissionItems)).toMatchObject([[{ itemReference: one }]]);
    for (const paymentTransmissionItems of [undefined, null, []]) {
      const { body } = await refused({ paymentTransmissionItems, orderItems: [item(order, two, 200)] });
      expect(body).toMatchObject({ transfers: [{ paymentTransmissionItems: [{ itemReference: two }], amount: 200 }] });
    }
  });

  it('takes camelCase as well as snake_case, and echoes an amount as it came', async () => {
    const itemReference = randomUUID();
    const camel = { merchantReference: 'MER1', orderReference: order, itemReference, amount: 100 };
    const { body } = await refused({ paymentTransmissionItems: [camel] });
    expect(body).toMatchObject({ transfers: [{ isSuccessful: true, amount: 100, paymentTransmissionItems: [camel] }] });
  });

  it('JSON:API and the path without /private do the same', async () => {
    const headers = { ...(await shopHeaders(app, shop.tenantId)), 'content-type': 'application/vnd.api+json' };
    const attributes = { paymentTransmissionItems: [item(order, randomUUID(), 100)] };
    const body = JSON.stringify({ data: { type: 'payments', attributes } });
    const answer = await ask(app, '/payments/transfers', { headers, body });
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ transfers: [{ isSuccessful: true, amount: 100 }] });
  });

  it('nothing to do is 200 {"transfers":[]}', async () => {
    for (const body of [[], {}, { orderItems: [] }, { paymentTransmissionItems: [], orderItems: null }]) {
      const answer = await refused(body);
      expect([answer.status, answer.body]).toEqual([200, { transfers: [] }]);
    }
  });

  it('an empty body is 400', async () => {
    const answer = await ask(app, PATH, { headers: await shopHeaders(app, shop.tenantId) });
    expect([answer.status, answer.body]).toEqual([400, listError(400, 'POST content is required.')]);
  });

  it.each(['order_reference', 'item_reference'])('a missing %s is 400 for the whole request', async (name) => {
    const before = await askingsOf(app, shop);
    for (const value of [null, undefined, '']) {
      const items = [item(order, randomUUID(), 100), { ...item(order, randomUUID(), 100), [name]: value }];
      const answer = await refused({ paymentTransmissionItems: items });
      expect(answer.status).toBe(400);
      expect(JSON.stringify(answer.body)).toContain('Reference');
    }
    expect(await askingsOf(app, shop)).toEqual(before);
  });
});

describe('POST /private/payments/transfers: failures of the whole request', () => {
  it('adapter lacks marketplace capability: 400', async () => {
    const direct = await connected({ ...SANDBOX_SETTINGS, businessModel: 'direct' });
    const answer = await refused({ paymentTransmissionItems: [item('X', 'y', 1)] }, direct);
    const text = 'Platform plugin does not provide Marketplace features';
    expect([answer.status, answer.body]).toEqual([400, listError(400, text)]);
  });

  it('config unknown: 400', async () => {
    const answer = await refused({ paymentTransmissionItems: [item('X', 'y', 1)] }, app.shop());
    const text = 'Could not find an App configuration for the given Tenant';
    expect([answer.status, answer.body]).toEqual([400, listError(400, text)]);
  });

  it('no payment for (tenant, order): 400 and nothing is done', async () => {
    const unknown = newOrderReference();
    const before = await askingsOf(app, shop);
    const answer = await refused({ paymentTransmissionItems: [item(order, randomUUID(), 100), item(unknown, 'y', 1)] });
    const text = `Could not find a payment with the tenantIdentifier "${shop.tenantId}" and orderReference "${unknown}"`;
    expect([answer.status, answer.body]).toEqual([400, listError(400, text)]);
    expect(await askingsOf(app, shop)).toEqual(before);
  });

  it('the order of another tenant is as unknown as any', async () => {
    const other = await connected();
    expect((await refused({ orderItems: [item(order, randomUUID(), 1)] }, other)).status).toBe(400);
  });
});

describe('§7 transfers, step by step', () => {
  it('3: a positive amount with a transfer id, and a negative one without, fail by themselves', async () => {
    const [first, wrong, negative] = [randomUUID(), randomUUID(), randomUUID()];
    const [paid] = await send(shop, [item(order, first, 300)]);
    const rows = await send(shop, [
      item(order, wrong, 100, { transfer_id: paid?.transferId ?? '' }),
      item(order, negative, '-100'),
    ]);
    expect(rows).toMatchObject([
      { isSuccessful: false, transferId: paid?.transferId, amount: 100 },
      { isSuccessful: false, transferId: null, amount: -100 },
    ]);
    expect(rows.map(({ failureMessage }) => failureMessage)).toEqual([
      expect.stringContaining('has to be negative'),
      expect.stringContaining('no id of the transfer'),
    ]);
  });

  it('4: a duplicate item reference fails, the first one goes on', async () => {
    const one = randomUUID();
    const rows = await send(shop, [item(order, one, 100), item(order, one, 150)]);
    expect(rows).toMatchObject([
      { isSuccessful: true, amount: 100 },
      {
        isSuccessful: false,
        amount: 150,
        transferId: null,
        failureMessage: expect.stringContaining('before') as string,
      },
    ]);
  });

  it('4, 8: new items are one transfer by order and merchant', async () => {
    const own = await captured(shop);
    const rows = await send(shop, [
      item(own, 'i1', '1000'),
      item(own, 'i2', 2000, { merchant_reference: 'MER2' }),
      item(own, 'i3', 3000),
      item(order, `i4-${own}`, 100),
    ]);
    expect(
      rows.map(({ merchantReference, orderReference, amount }) => [merchantReference, orderReference, amount]),
    ).toEqual([
      ['MER1', own, 4000],
      ['MER2', own, 2000],
      ['MER1', order, 100],
    ]);
    expect(new Set(rows.map(({ transferId }) => transferId)).size).toBe(3);
    expect(rows[0]?.paymentTransmissionItems.map(({ amount }) => amount)).toEqual(['1000', 3000]);
  });

  it('each order-expense is a transfer of its own', async () => {
    const own = await captured(shop);
    const rows = await send(shop, [
      item(own, 'i1', 1000),
      item(own, 'e1', 200, { type: 'order-expense' }),
      item(own, 'i2', 1000),
      item(own, 'e2', 300, { type: 'order-expense' }),
    ]);
    expect(
      rows.map(({ paymentTransmissionItems }) => paymentTransmissionItems.map(({ itemReference }) => itemReference)),
    ).toEqual([['i1', 'i2'], ['e1'], ['e2']]);
  });

  it('5: reversals are grouped by transfer, order and merchant and never joined with new items', async () => {
    const own = await captured(shop);
    const [first] = await send(shop, [item(own, 'i1', 1000), item(own, 'i2', 2000)]);
    const [second] = await send(shop, [item(own, 'i3', 3000)]);
    const rows = await send(shop, [
      item(own, 'i4', 500),
      item(own, 'i1', -1000, { transfer_id: first?.transferId ?? '' }),
      item(own, 'i3', -3000, { transfer_id: second?.transferId ?? '' }),
      item(own, 'i2', '-2000', { transfer_id: first?.transferId ?? '' }),
    ]);
    expect(rows.map(({ isSuccessful, amount }) => [isSuccessful, amount])).toEqual([
      [true, 500],
      [true, -3000],
      [true, -3000],
    ]);
    expect(rows.map(({ transferId }) => transferId?.slice(0, 6))).toEqual([
      'sbxt_' + (rows[0]?.transferId ?? '')[5],
      'sbxtr_',
      'sbxtr_',
    ]);
  });

  it('7: an unknown transfer id fails its group, scoped by tenant and order, and the others go on', async () => {
    const own = await captured(shop);
    const [elsewhere] = await send(shop, [item(order, randomUUID(), 100)]);
    const other = await connected();
    const foreign = await captured(other);
    const [theirs] = await send(other, [item(foreign, 'i1', 100)]);
    for (const id of ['tr_unknown', elsewhere?.transferId ?? '', theirs?.transferId ?? '']) {
      const rows = await send(shop, [item(own, 'i1', -100, { transfer_id: id }), item(own, `n-${randomUUID()}`, 100)]);
      expect(rows.map(({ isSuccessful }) => isSuccessful)).toEqual([true, false]);
      expect(rows[1]).toEqual({
        isSuccessful: false,
        failureMessage: `Could not find a payment transfer with the transfer id "${id}"`,
        merchantReference: 'MER1',
        orderReference: own,
        paymentTransmissionItems: [
          { merchantReference: 'MER1', orderReference: own, itemReference: 'i1', amount: -100 },
        ],
        amount: null,
        transferId: id,
      });
    }
  });

  it('8: an item without a merchant reference fails', async () => {
    const rows = await send(shop, [item(order, 'x', 100, { merchant_reference: null })]);
    expect(rows).toMatchObject([
      {
        isSuccessful: false,
        merchantReference: null,
        transferId: null,
        amount: 100,
        failureMessage: 'The item "x" has no merchant reference',
      },
    ]);
  });

  it('8: an unknown merchant fails with its reference, also one of another tenant', async () => {
    await merchant(app, await connected(), 'MER9');
    const rows = await send(shop, [item(order, 'x', 100, { merchant_reference: 'MER9' })]);
    expect(rows).toMatchObject([
      {
        isSuccessful: false,
        merchantReference: 'MER9',
        transferId: null,
        failureMessage: 'Merchant with reference "MER9" not found.',
      },
    ]);
  });

  it('9: amounts are summed as integers, in a form that is no amount the item fails', async () => {
    const own = await captured(shop);
    for (const amount of ['1e3', '10.00', 10.5, 'abc', '', null, undefined, true, {}, '99999999999999999999']) {
      const [row] = await send(shop, [item(own, `i-${randomUUID()}`, amount)]);
      expect(row).toMatchObject({ isSuccessful: false, transferId: null, amount: null });
      expect(row?.failureMessage).toContain('not an integer in minor units');
    }
    expect(await transfersOf(app, shop, own)).toEqual([]);
  });

  it('10: what the PSP refuses is told in its place, with its words', async () => {
    const own = await captured(shop);
    const rows = await send(shop, [item(own, 'i1', 1071), item(own, 'i2', 2000, { merchant_reference: 'MER2' })]);
    expect(rows).toMatchObject([
      {
        isSuccessful: false,
        transferId: null,
        amount: 1071,
        failureMessage: expect.stringContaining('declined') as string,
      },
      { isSuccessful: true, amount: 2000 },
    ]);
  });

  it('11: what is paid is stored item by item', async () => {
    const own = await captured(shop);
    const [row] = await send(shop, [item(own, 'i1', 1000), item(own, 'i2', 2000)]);
    expect(await transfersOf(app, shop, own)).toMatchObject([
      {
        status: 'paid',
        transferId: row?.transferId,
        amount: 3000,
        currency: 'EUR',
        merchantReference: 'MER1',
        items: [
          { itemReference: 'i1', amount: 1000 },
          { itemReference: 'i2', amount: 2000 },
        ],
      },
    ]);
  });

  it('12: what was never asked stands at the end', async () => {
    const own = await captured(shop);
    const rows = await send(shop, [
      item(own, 'i1', 100, { merchant_reference: 'nobody' }),
      item(own, 'i2', 'x'),
      item(own, 'i3', 1071),
      item(own, 'i4', 100, { merchant_reference: 'MER2' }),
    ]);
    expect(rows.map(({ paymentTransmissionItems }) => paymentTransmissionItems[0]?.itemReference)).toEqual([
      'i3',
      'i4',
      'i1',
      'i2',
    ]);
  });
});

describe('merchants that cannot receive', () => {
  it('without an account: a message that names the status', async () => {
    await merchant(app, shop, 'MER-NONE', { accountId: '', status: 'incomplete' });
    const [row] = await send(shop, [item(order, 'x1', 100, { merchant_reference: 'MER-NONE' })]);
    expect(row?.failureMessage).toMatch(/has no account .*"incomplete"/);
  });

  it('whose account is not able to: read again first, because the webhook may be on its way', async () => {
    const state = { ...ABLE, transfers: 'pending' as const, isUnderReview: true };
    const accountId = 'sbxa_aaaaaaaaaaaaaaaaaaaaaaaa_pending';
    await merchant(app, shop, 'MER-WAITS', { accountId, state, status: 'pending' });
    await merchant(app, shop, 'MER-READY', { state, status: 'pending' });
    const rows = await send(shop, [
      item(order, randomUUID(), 100, { merchant_reference: 'MER-WAITS' }),
      item(order, randomUUID(), 100, { merchant_reference: 'MER-READY' }),
    ]);
    expect(rows).toMatchObject([
      { merchantReference: 'MER-READY', isSuccessful: true },
      {
        isSuccessful: false,
        failureMessage: 'Merchant "MER-WAITS" cannot receive transfers: its onboarding status is "pending"',
      },
    ]);
  });
});
