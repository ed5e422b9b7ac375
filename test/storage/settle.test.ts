/** The one statement that changes a payment: all or nothing, and only while nobody else has changed it. */
import { sql } from 'kysely';
import { v7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Payment } from '../../src/domain/payment.js';
import { openDatabase, type Db } from '../../src/storage/database.js';
import { addOnce, claimDue } from '../../src/storage/inbox.js';
import { storeAsking } from '../../src/storage/operations.js';
import { readPaymentFile } from '../../src/storage/payments.js';
import { writeChange, type Change } from '../../src/storage/settle.js';
import { freshDatabase } from '../support/database.js';
import { entry, message, NOW, operation, reread, scope, stored } from './given.js';

let db: Db;
let drop: () => Promise<void>;
beforeAll(async () => {
  const database = await freshDatabase();
  db = openDatabase(database.url, () => undefined, 8);
  drop = database.drop;
});
afterAll(async () => {
  await db.destroy();
  await drop();
});

function change(payment: Payment, changes: Partial<Change> = {}): Change {
  return {
    payment,
    facts: [],
    history: [],
    references: [],
    operations: [],
    refunds: [],
    messages: [],
    nextLookAt: undefined,
    source: 'webhook',
    now: NOW,
    ...changes,
  };
}

const count = async (table: string, tenantId: string): Promise<number> => {
  const { rows } = await sql<{
    n: number;
  }>`select count(*)::int as n from ${sql.table(table)} where tenant_id = ${tenantId}`.execute(db);
  return rows[0]?.n ?? 0;
};

/** A change with one of everything. */
async function full(payment: Payment, tenantId: string): Promise<Change> {
  const asked = operation(tenantId, 'refund', { paymentId: payment.id });
  await storeAsking(db, scope(tenantId), asked);
  await addOnce(db, scope(tenantId), entry({ identity: `inbox-${payment.id}` }), NOW);
  const { rows } = await sql<{
    id: number;
  }>`select id from inbox where tenant_id = ${tenantId} and identity = ${`inbox-${payment.id}`}`.execute(db);
  return change({ ...payment, status: 'authorized', authorized: 12_000, transactionId: `sbx_${payment.id}` }, {
    facts: [{ kind: 'authorized', amount: 12_000, at: NOW }],
    history: [{ fromStatus: 'new', toStatus: 'authorized', reason: 'test', at: NOW }],
    references: [{ kind: 'payment', id: `sbx_${payment.id}` }],
    operations: [{ id: asked.id, status: 'succeeded', unanswered: false, keySpent: false }],
    refunds: [{ id: v7(), refundId: `r-${payment.id}`, status: 'succeeded', amount: 1, itemIds: ['101'] }],
    messages: [message({ announces: 'one' })],
    inbox: { row: { id: rows[0]?.id ?? 0, attempts: 0 }, result: 'applied' },
  }); // prettier-ignore
}

describe('writeChange', () => {
  it('writes everything in one go', async () => {
    const payment = await stored(db, 'whole');
    expect(await writeChange(db, scope('whole'), await full(payment, 'whole'))).toBe(true);
    const file = await readPaymentFile(db, scope('whole'), { transactionId: `sbx_${payment.id}` });
    expect(file?.payment).toMatchObject({ status: 'authorized', version: payment.version + 1 });
    expect(file?.facts).toEqual([{ kind: 'authorized', amount: 12_000, at: NOW }]);
    expect(file?.history.map(({ toStatus }) => toStatus)).toEqual(['new', 'authorized']);
    expect(file?.refunds).toMatchObject([{ refundId: `r-${payment.id}`, status: 'succeeded' }]);
    expect(file?.operations.find(({ kind }) => kind === 'refund')?.status).toBe('succeeded');
    expect(await count('outbox', 'whole')).toBe(1);
    const { rows } = await sql<{ state: string }>`select state from inbox where tenant_id = 'whole'`.execute(db);
    expect(rows).toEqual([{ state: 'done' }]);
  });

  it('writes nothing at all when the payment has changed since it was read', async () => {
    const payment = await stored(db, 'stale');
    const written = await full({ ...payment, version: payment.version - 1 }, 'stale');
    expect(await writeChange(db, scope('stale'), written)).toBe(false);
    expect(await reread(db, payment)).toEqual(payment);
    for (const table of ['payment_facts', 'payment_references', 'refunds', 'outbox', 'message_clocks'])
      expect(await count(table, 'stale')).toBe(0);
    expect(await count('payment_history', 'stale')).toBe(1);
    const { rows } = await sql<{ state: string }>`select state from inbox where tenant_id = 'stale'
      union all select status from operations where tenant_id = 'stale' and kind = 'refund'`.execute(db);
    expect(rows).toEqual([{ state: 'due' }, { state: 'asked' }]);
  });

  it('leaves an inbox row alone that another has taken or ended meanwhile, and writes what was learned', async () => {
    for (const [tenantId, theirs] of [
      ['taken', sql`attempts = 1`],
      ['ended', sql`state = 'parked'`],
    ] as const) {
      const written = await full(await stored(db, tenantId), tenantId);
      await sql`update inbox set ${theirs} where tenant_id = ${tenantId}`.execute(db);
      const rowOf = () => sql`select * from inbox where tenant_id = ${tenantId}`.execute(db);
      const { rows: before } = await rowOf();
      expect(await writeChange(db, scope(tenantId), written)).toBe(true);
      expect((await rowOf()).rows).toEqual(before);
    }
  });

  it('lets exactly one of many through who read the same version', async () => {
    const payment = await stored(db, 'race');
    const tries = Array.from({ length: 12 }, () =>
      writeChange(db, scope('race'), change(payment, { messages: [message()] })),
    );
    expect((await Promise.all(tries)).filter(Boolean)).toHaveLength(1);
    expect((await reread(db, payment)).version).toBe(payment.version + 1);
    expect(await count('outbox', 'race')).toBe(1);
  });

  it('touches no payment of another tenant or app, though its id is known', async () => {
    const payment = await stored(db, 'owner');
    expect(await writeChange(db, scope('stranger'), change({ ...payment, status: 'canceled' }))).toBe(false);
    expect(
      await writeChange(db, { appId: 'other', tenantId: 'owner' }, change({ ...payment, status: 'canceled' })),
    ).toBe(false);
    expect(await reread(db, payment)).toEqual(payment);
  });

  it('announces a named thing once per payment', async () => {
    const payment = await stored(db, 'once');
    const told = (announces?: string) => message(announces === undefined ? {} : { announces });
    await writeChange(db, scope('once'), change(payment, { messages: [told('a'), told('b'), told()] }));
    await writeChange(
      db,
      scope('once'),
      change(await reread(db, payment), { messages: [told('a'), told('b'), told()] }),
    );
    expect(await count('outbox', 'once')).toBe(4);
    const other = await stored(db, 'once');
    await writeChange(db, scope('once'), change(other, { messages: [told('a')] }));
    expect(await count('outbox', 'once')).toBe(5);
  });

  it('wakes the rows that wait for this change, of this tenant only', async () => {
    const [mine, theirs] = ['waker', 'sleeper'];
    for (const tenantId of [mine, theirs]) {
      await addOnce(db, scope(tenantId), entry({ subject: 'sbx_wait' }), NOW);
      await sql`update inbox set state = 'parked', expires_at = now() where tenant_id = ${tenantId}`.execute(db);
    }
    await writeChange(db, scope(mine), change(await stored(db, mine), { wakes: ['sbx_wait'] }));
    const due = await claimDue(db, 'quittance', { now: NOW, limit: 100, perTenant: 100, inWork: [] });
    expect(due.filter(({ subject }) => subject === 'sbx_wait').map(({ tenantId }) => tenantId)).toEqual([mine]);
  });
});
