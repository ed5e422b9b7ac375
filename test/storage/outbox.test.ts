/** Messages to tenants: timestamps that strictly increase, in the order of their commits. */
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { receiveMessages } from '../../src/storage/channels.js';
import { openDatabase, type Db } from '../../src/storage/database.js';
import { appendMessages } from '../../src/storage/outbox.js';
import { freshDatabase } from '../support/database.js';
import { after, message, NOW, scope } from './given.js';

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

async function timestamps(tenantId: string): Promise<string[]> {
  const { rows } = await sql<{
    at: string;
  }>`select attributes->>'timestamp' as at from outbox where tenant_id = ${tenantId} order by id`.execute(db);
  return rows.map(({ at }) => at);
}

function expectIncreasing(times: string[]): void {
  times.slice(1).forEach((time, n) => expect(time > (times[n] ?? '')).toBe(true));
}

describe('appendMessages', () => {
  it('gives each message of a batch a microsecond of its own', async () => {
    await appendMessages(db, scope('batch'), [message(), message(), message()], NOW);
    expect(await timestamps('batch')).toEqual([
      '2026-03-01T10:00:00.000000',
      '2026-03-01T10:00:00.000001',
      '2026-03-01T10:00:00.000002',
    ]);
  });
  it('increases strictly though the clock stands still or goes back', async () => {
    for (const now of [NOW, NOW, after(-60), after(1), NOW])
      await appendMessages(db, scope('back'), [message(), message()], now);
    const times = await timestamps('back');
    expect(times).toHaveLength(10);
    expectIncreasing(times);
    expect(times[6]).toBe('2026-03-01T10:00:01.000000');
  });
  it('increases strictly in the order of delivery with many writers at once', async () => {
    const writers = Array.from({ length: 40 }, (_, n) =>
      appendMessages(
        db,
        scope('many'),
        Array.from({ length: 1 + (n % 3) }, () => message()),
        NOW,
      ),
    );
    await Promise.all(writers);
    const times = await timestamps('many');
    expectIncreasing(times);
    const taken = await receiveMessages(db, scope('many'), { channel: 'payment-events', limit: 100, now: NOW });
    expect(taken.map(({ attributes }) => attributes['timestamp'])).toEqual(times);
  });
  it('keeps a clock per tenant, and the timestamp of a message for ever', async () => {
    await appendMessages(db, scope('a'), [message()], NOW);
    await appendMessages(db, scope('b'), [message()], NOW);
    expect(await timestamps('a')).toEqual(await timestamps('b'));
    const [first] = await receiveMessages(db, scope('a'), { channel: 'payment-events', limit: 1, now: NOW });
    const [again] = await receiveMessages(db, scope('a'), { channel: 'payment-events', limit: 1, now: after(31) });
    expect(again).toEqual(first);
  });
  it('appends nothing when its transaction fails', async () => {
    const failing = db.transaction().execute(async (tx) => {
      await appendMessages(tx, scope('rolled-back'), [message()], NOW);
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await timestamps('rolled-back')).toEqual([]);
  });
});
