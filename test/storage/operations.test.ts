/** Operations: stored before they are asked, one unanswered money operation per payment, asked again on time. */
import { sql } from 'kysely';
import { v7 } from 'uuid';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openDatabase, type Db } from '../../src/storage/database.js';
import {
  canonicalParameters, claimDueOperations, findOperation, freeAskings, operationsOfCommand, renewKey, storeAsking,
} from '../../src/storage/operations.js'; // prettier-ignore
import { freshDatabase } from '../support/database.js';
import { after, NOW, operation, reread, scope, stored } from './given.js';

let db: Db;
let drop: () => Promise<void>;
beforeAll(async () => {
  const database = await freshDatabase();
  db = openDatabase(database.url, () => undefined, 8);
  drop = database.drop;
});
beforeEach(() => sql`delete from operations`.execute(db));
afterAll(async () => {
  await db.destroy();
  await drop();
});

describe('storeAsking', () => {
  it('stores while the payment is as it was read, and counts the version on', async () => {
    const payment = await stored(db, 't');
    const guard = { paymentId: payment.id, version: payment.version };
    expect(await storeAsking(db, scope('t'), operation('t', 'capture', { paymentId: payment.id }), guard)).toBe(true);
    expect((await reread(db, payment)).version).toBe(payment.version + 1);
    expect(await storeAsking(db, scope('t'), operation('t', 'update', { paymentId: payment.id }), guard)).toBe(false);
    expect(
      await storeAsking(db, scope('u'), operation('u', 'update', { paymentId: payment.id }), {
        ...guard,
        version: guard.version + 1,
      }),
    ).toBe(false);
  });
  it('lets one of many begin who read the same payment', async () => {
    const payment = await stored(db, 't');
    const guard = { paymentId: payment.id, version: payment.version };
    const begun = ['capture', 'cancel', 'refund', 'capture', 'cancel', 'refund'] as const;
    const tries = begun.map((kind) =>
      storeAsking(db, scope('t'), operation('t', kind, { paymentId: payment.id }), guard),
    );
    expect((await Promise.all(tries)).filter(Boolean)).toHaveLength(1);
  });
  it('keeps at most one money operation of a payment unanswered, whatever was read', async () => {
    const [payment, other] = [await stored(db, 't'), await stored(db, 't')];
    const store = (kind: 'capture' | 'cancel' | 'refund' | 'update', paymentId: string) =>
      storeAsking(db, scope('t'), operation('t', kind, { paymentId }));
    expect(
      await Promise.all([store('capture', payment.id), store('cancel', payment.id), store('refund', payment.id)]).then(
        (all) => all.filter(Boolean),
      ),
    ).toHaveLength(1);
    expect(await store('update', payment.id)).toBe(true);
    expect(await store('capture', other.id)).toBe(true);
    await sql`update operations set status = 'pending' where payment_id = ${payment.id} and status = 'asked' and kind <> 'update'`.execute(
      db,
    );
    expect(await store('refund', payment.id)).toBe(true);
  });
  it('refuses the same key twice', async () => {
    const payment = await stored(db, 't');
    const asked = operation('t', 'capture', { paymentId: payment.id });
    await storeAsking(db, scope('t'), asked);
    await expect(storeAsking(db, scope('t'), { ...asked, id: v7(), kind: 'update' })).rejects.toThrow(/operations_key/);
    expect(await storeAsking(db, scope('u'), { ...asked, id: v7(), kind: 'update' })).toBe(true);
  });
});

describe('what is read back', () => {
  it('has its parameters in the one order in which they are sent', async () => {
    const payment = await stored(db, 't');
    const parameters = canonicalParameters({ zebra: 1, a: { long_name: [{ b: 1, a: null }], b: 2 }, currency: 'eur' });
    const asked = operation('t', 'capture', { paymentId: payment.id, parameters });
    await storeAsking(db, scope('t'), asked);
    const found = await findOperation(db, scope('t'), asked.id);
    expect(JSON.stringify(found?.parameters)).toBe(JSON.stringify(parameters));
    expect(JSON.stringify(parameters)).toBe('{"a":{"b":2,"long_name":[{"a":null,"b":1}]},"currency":"eur","zebra":1}');
  });
  it('is found by its tenant only', async () => {
    const payment = await stored(db, 't');
    const asked = operation('t', 'capture', { paymentId: payment.id, commandId: 'c' });
    await storeAsking(db, scope('t'), asked);
    expect(await findOperation(db, scope('u'), asked.id)).toBeUndefined();
    expect(await operationsOfCommand(db, scope('u'), 'c')).toEqual([]);
    expect((await operationsOfCommand(db, scope('t'), 'c')).map(({ id }) => id)).toEqual([asked.id]);
  });
});

describe('claimDueOperations', () => {
  const claim = (now: string, limit = 8) => claimDueOperations(db, 'quittance', { now, limit });
  it('gives every tenant its turn, however many askings of one wait for longer', async () => {
    for (let n = 0; n < 12; n += 1) await storeAsking(db, scope('noisy'), operation('noisy', 'update'));
    await storeAsking(db, scope('quiet'), operation('quiet', 'update', { nextAskAt: after(20) }));
    const tenants = (await claim(after(20), 4)).map(({ tenantId }) => tenantId).sort();
    expect(tenants).toEqual(['noisy', 'noisy', 'noisy', 'quiet']);
  });

  it.each([
    ['asked just now', 'asked', 0, [10, 20, 40, 60, 60, 60]],
    ['asked a day ago', 'asked', 90_000, [3_600, 3_600, 3_600]],
    ['worked on by the PSP', 'pending', 0, [10, 20, 40, 80, 160, 320]],
  ])('asks again what was %s ever more seldom', async (_title, status, age, waits) => {
    const payment = await stored(db, 't');
    await storeAsking(db, scope('t'), operation('t', 'refund', { paymentId: payment.id }));
    await sql`update operations set status = ${status}, asked_at = ${after(-age)}::timestamptz`.execute(db);
    let at = Date.parse(NOW) + 3_600_000;
    for (const [index, wait] of waits.entries()) {
      await sql`update operations set next_ask_at = ${new Date(at).toISOString()}::timestamptz, askings = ${index + 1}`.execute(
        db,
      );
      const [claimed] = await claim(new Date(at).toISOString());
      expect(Date.parse(claimed?.nextAskAt ?? '') - at, `asking ${index + 1}`).toBe(wait * 1000);
      at += wait * 1000;
    }
  });

  it('reads back what a PSP works on once a day at last', async () => {
    const payment = await stored(db, 't');
    await storeAsking(db, scope('t'), operation('t', 'refund', { paymentId: payment.id }));
    await sql`update operations set status = 'pending', askings = 40`.execute(db);
    const at = Date.parse(NOW) + 3_600_000;
    const [claimed] = await claim(new Date(at).toISOString());
    expect(Date.parse(claimed?.nextAskAt ?? '') - at).toBe(86_400_000);
  });

  it('claims what is due, and puts the next off by 10, 20, 40 and then 60 seconds', async () => {
    const payment = await stored(db, 't');
    await storeAsking(db, scope('t'), operation('t', 'capture', { paymentId: payment.id, nextAskAt: after(2) }));
    expect(await claim(after(1))).toEqual([]);
    let now = 2;
    for (const wait of [10, 20, 40, 60, 60]) {
      const [claimed] = await claim(after(now));
      expect(claimed?.nextAskAt).toBe(after(now + wait));
      expect(await claim(after(now + wait - 1))).toEqual([]);
      now += wait;
    }
  });
  it('takes pending ones too and settled ones never', async () => {
    const [one, two] = [await stored(db, 't'), await stored(db, 't')];
    await storeAsking(
      db,
      scope('t'),
      operation('t', 'capture', { paymentId: one.id, status: 'pending', nextAskAt: NOW }),
    );
    for (const status of ['succeeded', 'declined', 'failed'] as const) {
      await storeAsking(db, scope('t'), operation('t', 'capture', { paymentId: two.id, status, nextAskAt: NOW }));
    }
    expect((await claim(NOW)).map(({ status }) => status)).toContain('pending');
    expect(await claim(NOW)).toEqual([]);
  });
  it('gives each to one of many workers', async () => {
    for (let n = 0; n < 12; n += 1) {
      const payment = await stored(db, 't');
      await storeAsking(db, scope('t'), operation('t', 'capture', { paymentId: payment.id, nextAskAt: NOW }));
    }
    const claimed = (await Promise.all(Array.from({ length: 6 }, () => claim(NOW, 4)))).flat().map(({ id }) => id);
    expect(new Set(claimed).size).toBe(claimed.length);
  });
  it('makes what a dead process had leased due at once', async () => {
    const payment = await stored(db, 't');
    await storeAsking(db, scope('t'), operation('t', 'capture', { paymentId: payment.id, nextAskAt: after(10) }));
    await freeAskings(db, 'quittance', NOW);
    expect(await claim(NOW)).toHaveLength(1);
  });
});

describe('renewKey', () => {
  it('gives a new key once', async () => {
    const payment = await stored(db, 't');
    const asked = operation('t', 'capture', { paymentId: payment.id });
    await storeAsking(db, scope('t'), asked);
    const renewal = { id: asked.id, attempt: 2, idempotencyKey: 'new', keyedAt: NOW };
    expect(await renewKey(db, scope('u'), renewal)).toBe(false);
    const renewed = await Promise.all([renewKey(db, scope('t'), renewal), renewKey(db, scope('t'), renewal)]);
    expect(renewed.filter(Boolean)).toHaveLength(1);
    expect(await findOperation(db, scope('t'), asked.id)).toMatchObject({
      attempt: 2,
      idempotencyKey: 'new',
      keySpent: false,
      keyedAt: NOW,
    });
  });
});
