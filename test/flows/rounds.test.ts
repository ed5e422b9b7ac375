/** A payment that begins anew: what was learned of its former transaction says nothing about the next one. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { settle } from '../../src/flows/beats.js';
import { readTenant } from '../../src/flows/app.js';
import type { News } from '../../src/domain/settlement.js';
import type { PaymentFile } from '../../src/domain/payment.js';
import { testApp, type TestApp, type TestShop } from '../support/app.js';
import { fileOf } from './heart.js';

let app: TestApp;
let shop: TestShop;
beforeAll(async () => {
  app = await testApp();
  shop = app.shop();
  await shop.configure();
});
afterAll(() => app.close());

const GONE: News = {
  facts: [{ kind: 'canceled', cause: 'abandoned', at: '2026-11-20T10:00:00.000Z' }],
  reason: 'read back after silence',
};

async function settled(file: PaymentFile, news: News, known?: PaymentFile): Promise<unknown> {
  const tenant = (await readTenant(app.app, shop.tenantId))!;
  const options = { source: 'read-back', ...(known === undefined ? {} : { known }) } as const;
  return settle(app.app, tenant, { id: file.payment.id }, { news, options });
}

describe('news that were asked for before a new round', () => {
  it('are not settled, however late they come', async () => {
    const { orderReference } = await shop.initialize();
    const before = await fileOf(app, shop, orderReference);
    await settled(before, { facts: [], payment: { round: before.payment.round + 1 }, reason: 'changed' });
    await expect(settled(before, GONE, before)).rejects.toThrow('it has begun anew');
    const { payment, facts } = await fileOf(app, shop, orderReference);
    expect(payment).toMatchObject({ status: 'new', round: before.payment.round + 1 });
    expect(facts).toEqual([]);
  });

  it('are settled while the round lasts, whatever else has changed', async () => {
    const { orderReference } = await shop.initialize();
    const before = await fileOf(app, shop, orderReference);
    await settled(before, { facts: [], details: { Note: 'a line' }, reason: 'noted' });
    await settled(before, GONE, before);
    expect((await fileOf(app, shop, orderReference)).payment.status).toBe('authorization_failed');
  });
});
