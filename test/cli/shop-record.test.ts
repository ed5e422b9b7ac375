/** What the demo shop sees of the app's own record: the ledger and what became of its commands, of its tenant only. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { appRecordReader } from '../../src/cli/shop-record.js';
import { ITEMS } from '../flows/heart.js';
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
