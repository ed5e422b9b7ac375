/** What the demo shop sees of the app's own record: the ledger and what became of its commands, of its tenant only. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { appRecordReader } from '../../src/cli/shop-record.js';
import { ITEMS } from '../flows/heart.js';
import { captured, item, merchant, send } from '../flows/marketplaces.js';
import { testApp, type TestApp, type TestShop } from '../support/app.js';

let app: TestApp;
let shop: TestShop;
let other: TestShop;

beforeAll(async () => {
  app = await testApp();
  [shop, other] = [app.shop(), app.shop()];
  await shop.configure();
  await other.configure();
});
afterAll(() => app.close());

describe('appRecordReader', () => {
  it('reads the ledger and what the app noted about each command', async () => {
    const read = appRecordReader(app.app.db, app.app.appId);
    const { orderReference } = await shop.authorized(12_000);
    const command = (name: string, id: string, amount: number) =>
      shop.command(name, { orderReference, ...ITEMS, amount, currencyIsoCode: 'EUR' }, { 'Transaction-Id': id });
    await command('RefundPayment', 'too-early', -500);
    await shop.until('PaymentRefundFailed', orderReference);
    await command('CapturePayment', 'in-time', 12_000);
    await shop.until('PaymentCaptured', orderReference);
    const record = await read(shop.tenantId, orderReference);
    expect(record).toMatchObject({ status: 'captured', isProcessing: false, ledger: { currency: 'EUR', faults: [] } });
    expect(record?.ledger.balances).toMatchObject({ psp: 12_000, customer: -12_000 });
    expect(record?.commands.map(({ id }) => id)).toEqual(['too-early', 'in-time']);
    expect(record?.commands[0]?.result).toMatch(/^refused: .*cannot be refunded/);
  });

  it('the ledger has the shares of merchants, what was taken back, and what the shop keeps', async () => {
    await merchant(app, shop, 'MER1');
    const orderReference = await captured(shop);
    const [sent] = await send(shop, [item(orderReference, 'item-1', '9000')]);
    await send(shop, [item(orderReference, 'item-1', '-1000', { transfer_id: sent?.transferId ?? null })]);
    const record = await appRecordReader(app.app.db, app.app.appId)(shop.tenantId, orderReference);
    expect(record?.ledger.faults).toEqual([]);
    expect(record?.ledger.balances).toEqual({
      held: 0,
      holder: 0,
      psp: 0,
      customer: -12_000,
      'merchant MER1': 8_000,
      commission: 4_000,
    });
  });

  it('keeps tenants apart, also when their orders have the same name', async () => {
    const read = appRecordReader(app.app.db, app.app.appId);
    const { orderReference } = await shop.authorized(12_000);
    expect(await read(other.tenantId, orderReference)).toBeUndefined();
    await other.initialize({ orderReference });
    expect(await read(other.tenantId, orderReference)).toMatchObject({ status: 'new', commands: [] });
    expect(await read(shop.tenantId, orderReference)).toMatchObject({ status: 'authorized' });
    expect(await appRecordReader(app.app.db, 'another-app')(shop.tenantId, orderReference)).toBeUndefined();
  });
});
