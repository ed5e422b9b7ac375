/** The worker of the inbox: failing rows are put off, then set aside, and block nobody but their own lane. */
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AppError } from '../../src/domain/errors.js';
import type { Places } from '../../src/flows/places.js';
import { applyInbox } from '../../src/workers/apply-inbox.js';
import { testApp, type TestApp, type TestShop } from '../support/app.js';
import { applied, eventually, fileOf, inboxOf, movableClock } from '../flows/heart.js';

let app: TestApp;
beforeAll(async () => {
  app = await testApp();
});
afterAll(() => app.close());

/** Rows that were put off are due now. The clock stays: it would end the lease of a row that was just claimed. */
async function waitNoLonger({ app }: TestApp, { tenantId }: TestShop): Promise<void> {
  await sql`update inbox set due_at = ${new Date(app.clock.now()).toISOString()}::timestamptz
    where tenant_id = ${tenantId} and state = 'due' and leased_until is null`.execute(app.db);
  app.wake();
}

describe('applyInbox', () => {
  it('puts a failing row off, sets it aside after nine attempts, and lets later ones pass then', async () => {
    const shop = app.shop();
    await shop.configure();
    const { body, orderReference } = await shop.initialize();
    const other = await shop.initialize();
    const { transactionId } = body as { transactionId: string };
    const find = app.app.connector;
    const real = await find('sandbox');
    const translate: typeof real.webhooks.translate = (bytes, event, context) => {
      if (event.id === 'evt_broken') throw new Error('this one breaks the connector');
      return real.webhooks.translate(bytes, event, context);
    };
    app.app.connector = () => Promise.resolve({ ...real, webhooks: { ...real.webhooks, translate } });
    try {
      await shop.webhook({ id: 'evt_broken', type: 'payment', transactionId, status: 'authorized' });
      await shop.webhook({ id: 'evt_next', type: 'payment', transactionId, status: 'authorized' });
      await shop.webhook({
        type: 'payment',
        transactionId: (other.body as { transactionId: string }).transactionId,
        status: 'authorized',
      });
      await shop.until('PaymentAuthorized', other.orderReference);
      await eventually('a dead letter', async () => {
        const [broken] = await inboxOf(app, shop);
        await waitNoLonger(app, shop);
        return broken?.state === 'dead' && broken.attempts === 9;
      });
      await eventually(
        'the next one',
        async () => (await fileOf(app, shop, orderReference)).payment.status === 'authorized',
      );
    } finally {
      app.app.connector = find;
    }
    const rows = await applied(app, shop);
    expect(rows.map(({ state, result }) => [state, result])).toEqual([
      ['dead', 'this one breaks the connector'],
      ['done', 'applied'],
      ['done', 'applied'],
    ]);
    expect((await fileOf(app, shop, orderReference)).payment.status).toBe('authorized');
  });

  it('leaves a row alone that finds no place, however often, and applies it afterwards', async () => {
    const full = await testApp({ role: 'api' });
    let tries = 0;
    const inside = <T>(_tenant: string, work: () => Promise<T>): Promise<T> =>
      (tries += 1) <= 12 ? Promise.reject(new AppError('busy')) : work();
    const worker = applyInbox(full.app, { inside });
    try {
      const shop = full.shop();
      await shop.configure();
      const { body, orderReference } = await shop.initialize();
      await shop.webhook({ type: 'payment', transactionId: body.transactionId, status: 'authorized' });
      await eventually('the webhook', async () => {
        const [row] = await inboxOf(full, shop);
        await waitNoLonger(full, shop);
        worker.wake();
        return row?.state === 'done' && row.attempts === 1;
      });
      expect((await fileOf(full, shop, orderReference)).payment.status).toBe('authorized');
    } finally {
      await worker.stop();
      await full.close();
    }
  });

  it('keeps a row while it works on it, however long: no other node begins it', async () => {
    const clock = movableClock();
    const slow = await testApp({ clock, role: 'api' });
    let goOn: (() => void) | undefined;
    const held = new Promise<void>((resolve) => (goOn = resolve));
    let begun = 0;
    const inside: Places['inside'] = (_tenant, work) => {
      begun += 1;
      return held.then(work);
    };
    const first = applyInbox(slow.app, { inside });
    const nodes = [first];
    try {
      const shop = slow.shop();
      await shop.configure();
      const { body, orderReference } = await shop.initialize();
      await shop.webhook({ type: 'payment', transactionId: body.transactionId, status: 'authorized' });
      first.wake();
      await eventually('the first node', () => Promise.resolve(begun === 1));
      nodes.push(applyInbox(slow.app, { inside }));
      for (let n = 0; n < 3; n += 1) {
        clock.advance(8);
        const now = clock.now();
        await eventually('a new lease', async () => {
          const { rows } = await sql<{ until: string }>`select leased_until as until from inbox`.execute(slow.app.db);
          return Date.parse(rows[0]?.until ?? '') > now + 2_000;
        });
      }
      goOn?.();
      const [row] = await applied(slow, shop);
      expect([row?.state, row?.attempts, begun]).toEqual(['done', 1, 1]);
      expect((await fileOf(slow, shop, orderReference)).payment.status).toBe('authorized');
    } finally {
      goOn?.();
      for (const node of nodes) await node.stop();
      await slow.close();
    }
  });
});
