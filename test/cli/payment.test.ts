/** `quittance payment show`: what whoever is on call at 3 a.m. reads of a payment whose shares went to merchants. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { report } from '../../src/cli/payment.js';
import { readPaymentRecord } from '../../src/storage/payment-record.js';
import { fileOf } from '../flows/heart.js';
import { captured, item, merchant, send, transfersOf } from '../flows/marketplaces.js';
import { testApp, type TestApp, type TestShop } from '../support/app.js';

let app: TestApp;
let shop: TestShop;
beforeAll(async () => {
  app = await testApp();
  shop = app.shop();
  await shop.configure();
  await merchant(app, shop, 'MER1');
});
afterAll(() => app.close());

async function shown(orderReference: string): Promise<string> {
  const file = await fileOf(app, shop, orderReference);
  const scope = { appId: app.app.appId, tenantId: shop.tenantId };
  const record = await readPaymentRecord(app.app.db, scope, { id: file.payment.id, orderReference, references: [] });
  return report(file, record, await transfersOf(app, shop, orderReference));
}

describe('quittance payment show', () => {
  it('shows transfers with what was taken back, and a ledger that knows them', async () => {
    const orderReference = await captured(shop);
    expect(await shown(orderReference)).not.toContain('TRANSFER');
    const [sent] = await send(shop, [item(orderReference, 'item-1', '9000')]);
    const transferId = sent?.transferId ?? '';
    const [back] = await send(shop, [item(orderReference, 'item-1', '-1000', { transfer_id: transferId })]);
    const text = await shown(orderReference);
    expect(text).toMatch(new RegExp(`${transferId} +paid .* MER1 +€90\\.00 +item-1`));
    expect(text).toMatch(new RegExp(`${back?.transferId ?? ''} +paid .* MER1 +-€10\\.00 +item-1`));
    expect(text).toContain('merchant MER1 €80.00');
    expect(text).toContain('commission €40.00');
    expect(text).toContain('The ledger balances.');
  });
});
