/** The inbox: once per identity, lanes in order, leases, parked and dead rows. */
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openDatabase, type Db } from '../../src/storage/database.js';
import {
  addOnce, bury, buryExpired, claimDue, finish, freeLeases, park, postpone, renewLeases, wake, wakeReady, type Claimed,
  type InboxClaim, type InboxEntry, type InboxRow,
} from '../../src/storage/inbox.js'; // prettier-ignore
import { freshDatabase } from '../support/database.js';
import { after, entry, NOW, scope, stored } from './given.js';

let db: Db;
let drop: () => Promise<void>;
beforeAll(async () => {
  const database = await freshDatabase();
  db = openDatabase(database.url, () => undefined, 8);
  drop = database.drop;
});
beforeEach(() => sql`delete from inbox`.execute(db));
afterAll(async () => {
  await db.destroy();
  await drop();
});

const add = (changes: Partial<InboxEntry> = {}, tenantId = 't', now = NOW) =>
  addOnce(db, scope(tenantId), entry(changes), now);
const claim = (now = NOW, limit = 100) => claimDue(db, 'quittance', { now, limit, perTenant: 100, inWork: [] });
const one = async (now?: string): Promise<InboxRow> => {
  const [row, ...others] = await claim(now);
  if (row === undefined || others.length > 0) throw new Error('wanted is one due row');
  return row;
};
const two = async (): Promise<[InboxRow, InboxRow]> => {
  const [first, second, ...others] = await claim();
  if (first === undefined || second === undefined || others.length > 0) throw new Error('wanted are two due rows');
  return [first, second];
};
/** Every way in which a claimed row ends. */
const ENDS = {
  finish: (row: Claimed, tenantId = 't') => finish(db, scope(tenantId), row, { result: 'done', now: NOW }),
  park: (row: Claimed, tenantId = 't') => park(db, scope(tenantId), row, { subject: 'x', result: 'parked' }),
  bury: (row: Claimed, tenantId = 't') => bury(db, scope(tenantId), row, { result: 'dead', now: NOW }),
  postpone: (row: Claimed, tenantId = 't') => postpone(db, scope(tenantId), row, { dueAt: after(99), result: 'later' }),
};
const identities = async (now?: string) => (await claim(now)).map(({ identity }) => identity);
const all = async () => {
  const { rows } = await sql<{
    identity: string;
    state: string;
    subject: string;
    attempts: number;
    attributes: Record<string, unknown>;
  }>`
    select identity, state, subject, attempts, attributes from inbox order by id`.execute(db);
  return rows;
};

const wholeRow = async (): Promise<Record<string, unknown>> => {
  const { rows } = await sql<Record<string, unknown>>`select * from inbox`.execute(db);
  return rows[0] ?? {};
};
const result = async (): Promise<unknown> => (await wholeRow())['result'];

describe('addOnce', () => {
  it('adds once per tenant, source and identity, also when told at the same time', async () => {
    const added = await Promise.all(Array.from({ length: 8 }, () => add({ identity: 'a' })));
    expect(added.filter(Boolean)).toHaveLength(1);
    expect(await add({ identity: 'a' }, 'other')).toBe(true);
    expect(await add({ identity: 'a', source: 'command' })).toBe(true);
    expect(await all()).toHaveLength(3);
  });
  it('makes a command that is done due once more, marked, and leaves a webhook alone', async () => {
    await add({ identity: 'c', source: 'command', attributes: { correlationId: 'x' } });
    await add({ identity: 'w', subject: 'other' });
    for (const row of await claim()) await finish(db, scope('t'), row, { result: 'done', now: NOW });
    await add({ identity: 'c', source: 'command' });
    await add({ identity: 'w' });
    expect(await all()).toMatchObject([
      { identity: 'c', state: 'due', attempts: 0, attributes: { correlationId: 'x', again: true } },
      { identity: 'w', state: 'done' },
    ]);
  });
  it('changes nothing of a command that is still due or set aside', async () => {
    await add({ identity: 'c', source: 'command' });
    await add({ identity: 'c', source: 'command' });
    expect((await all())[0]?.attributes).toEqual({});
    await bury(db, scope('t'), await one(), { result: 'no', now: NOW });
    await add({ identity: 'c', source: 'command' });
    expect(await all()).toMatchObject([{ state: 'dead' }]);
  });
});

describe('claimDue', () => {
  it('takes the oldest of each lane; other subjects, sources and tenants pass', async () => {
    await add({ identity: '1', subject: 'a' });
    await add({ identity: '2', subject: 'a' });
    await add({ identity: '3', subject: 'b' });
    await add({ identity: '4', subject: 'a', source: 'command' });
    await add({ identity: '5', subject: 'a' }, 'other');
    expect(await identities()).toEqual(['1', '3', '4', '5']);
    expect(await identities()).toEqual([]);
  });
  it('gives the next of a lane when the one before is done, parked or dead, not when it is put off', async () => {
    for (const identity of ['1', '2', '3', '4']) await add({ identity, subject: 'a' });
    const ends = [
      (row: Claimed) => finish(db, scope('t'), row, { result: '', now: NOW }),
      (row: Claimed) => park(db, scope('t'), row, { subject: 'a', result: '' }),
      (row: Claimed) => bury(db, scope('t'), row, { result: '', now: NOW }),
    ];
    for (const [n, end] of ends.entries()) {
      const row = await one();
      expect(row.identity).toBe(String(n + 1));
      await end(row);
    }
    const last = await one();
    await add({ identity: '5', subject: 'a' });
    await postpone(db, scope('t'), last, { dueAt: after(60), result: 'later' });
    expect(await identities(after(59))).toEqual([]);
    expect(await identities(after(60))).toEqual(['4']);
  });
  it('lends a row for ten seconds and counts each lending', async () => {
    await add({ identity: '1' });
    expect(await identities()).toEqual(['1']);
    expect(await identities(after(9))).toEqual([]);
    expect((await claim(after(10)))[0]).toMatchObject({ identity: '1', attempts: 2 });
    await freeLeases(db, 'quittance');
    expect(await identities(after(11))).toEqual(['1']);
  });
  it('gives each row to one of many workers', async () => {
    for (let n = 0; n < 40; n += 1) await add({ identity: String(n), subject: `s${n % 20}` });
    const rounds = await Promise.all(Array.from({ length: 8 }, () => claim(NOW, 5)));
    const taken = rounds.flat().map(({ id }) => id);
    expect(new Set(taken).size).toBe(taken.length);
    expect(taken.length).toBeLessThanOrEqual(20);
    expect(new Set(rounds.flat().map(({ subject }) => subject)).size).toBe(taken.length);
  });
  it('leaves a row alone that this worker has in work, and what is behind it', async () => {
    await add({ identity: '1' });
    await add({ identity: '2' });
    const row = await one();
    const rows = await claimDue(db, 'quittance', { now: after(60), limit: 9, perTenant: 9, inWork: [row] });
    expect(rows).toEqual([]);
    expect((await one(after(60))).attempts).toBe(2);
  });
  it('serves no other app', async () => {
    await addOnce(db, { appId: 'other', tenantId: 't' }, entry(), NOW);
    expect(await claim()).toEqual([]);
  });
  it('does not count a wait that is nobody’s fault', async () => {
    await add();
    await postpone(db, scope('t'), await one(), { dueAt: NOW, result: 'busy', countsAsAttempt: false });
    expect((await claim())[0]?.attempts).toBe(1);
  });
});

describe('a claimed row whose lease has run out', () => {
  const names = ['finish', 'park', 'bury', 'postpone'] as const;

  it.each(names)('%s counts while nobody else has taken it', async (name) => {
    await add();
    const row = await one();
    await ENDS[name](row);
    expect(await result()).toEqual({ finish: 'done', park: 'parked', bury: 'dead', postpone: 'later' }[name]);
  });

  it.each(names.flatMap((late) => names.map((end) => [late, end] as const)))(
    'is out of reach for a late %s, while another works on it and after its %s',
    async (late, end) => {
      await add();
      const row = await one();
      const taken = await one(after(10));
      const before = await wholeRow();
      await ENDS[late](row);
      expect(await wholeRow()).toEqual(before);
      await ENDS[end](taken);
      const ended = await wholeRow();
      await ENDS[late](row);
      expect(await wholeRow()).toEqual(ended);
      expect(ended).not.toEqual(before);
    },
  );

  it('says whether it was finished by us', async () => {
    await add();
    const row = await one();
    const taken = await one(after(10));
    expect([await ENDS.finish(row), await ENDS.finish(taken), await ENDS.finish(taken)]).toEqual([false, true, false]);
  });
});

describe('renewLeases', () => {
  const renew = (rows: readonly InboxRow[], now: string) => renewLeases(db, 'quittance', rows, now);

  it('keeps a row with whoever works on it', async () => {
    await add();
    const row = await one();
    await renew([row], after(8));
    expect(await identities(after(17))).toEqual([]);
    expect(await identities(after(18))).toEqual([row.identity]);
  });
  it('leaves rows alone that are put off, that another has taken, and those of others', async () => {
    await add({ identity: '1', subject: 'a' });
    await add({ identity: '2', subject: 'b' });
    const [first, second] = await two();
    await postpone(db, scope('t'), first, { dueAt: NOW, result: 'later' });
    const rows = [first, second, { ...second, tenantId: 'other', id: first.id }];
    await renew(rows, after(5));
    expect(await identities(after(14))).toEqual(['1']);
    expect(await identities(after(15))).toEqual(['2']);
    await renew(rows, after(24));
    expect(await identities(after(25))).toEqual(['1', '2']);
  });
});

describe('parked rows', () => {
  it('go to the dead letters when their time is over', async () => {
    await add({ identity: '1' });
    await add({ identity: '2', subject: 'b' });
    const [first, second] = await two();
    await park(db, scope('t'), first, { subject: 'a', expiresAt: after(600), result: 'unknown' });
    await park(db, scope('t'), second, { subject: 'b', result: 'waits' });
    expect(await buryExpired(db, 'quittance', after(599))).toBe(0);
    expect(await buryExpired(db, 'quittance', after(600))).toBe(1);
    expect((await all()).map(({ state }) => state)).toEqual(['dead', 'parked']);
  });
  it('that lapse are finished when their waiting is over, and those parked anew for a person are not', async () => {
    await add({ identity: '1', subject: 'a' });
    await add({ identity: '2', subject: 'b' });
    const [first, second] = await two();
    const until = { subject: 'x', expiresAt: after(600), result: 'about nobody' };
    await park(db, scope('t'), first, { ...until, lapses: true });
    await park(db, scope('t'), second, { ...until, lapses: true });
    await wake(db, scope('t'), ['x'], NOW);
    const [firstAgain, secondAgain] = await two();
    await park(db, scope('t'), firstAgain, { ...until, lapses: true });
    await park(db, scope('t'), secondAgain, until);
    expect(await buryExpired(db, 'quittance', after(600))).toBe(2);
    expect((await all()).map(({ state }) => state)).toEqual(['done', 'dead']);
    const { rows } = await sql<{ result: string }>`select result from inbox order by id`.execute(db);
    expect(rows.map(({ result }) => result)).toEqual(['ignored: about nobody', 'about nobody']);
  });
  it('wake under what they wait for, and get back into their own lane', async () => {
    await add({ identity: '1', subject: 'sbx_a' });
    await add({ identity: '1', subject: 'sbx_a' }, 'other');
    for (const row of await claim()) await park(db, scope(row.tenantId), row, { subject: 'gone', result: '' });
    expect((await all()).map(({ subject }) => subject)).toEqual(['gone', 'gone']);
    await wake(db, scope('t'), ['gone'], NOW);
    expect(await all()).toMatchObject([{ state: 'due', subject: 'sbx_a' }, { state: 'parked' }]);
  });
  it('are found when their payment has its order or will never have one, or their tenant is back', async () => {
    const known = await stored(db, 't');
    const noOrder = await stored(db, 't');
    const [canceled, failed] = [await stored(db, 't'), await stored(db, 't')];
    await sql`update payments set order_reference = null where id <> ${known.id}`.execute(db);
    await sql`update payments set status = 'canceled' where id = ${canceled.id}`.execute(db);
    await sql`insert into payment_facts (app_id, tenant_id, payment_id, round, fact_key, fact, source, recorded_at)
      values ('quittance', 't', ${failed.id}, 1, 'canceled', '{}', 'answer', now())`.execute(db);
    const named = [
      ['sbx_known', known],
      ['sbx_no_order', noOrder],
      ['sbx_canceled', canceled],
      ['sbx_failed', failed],
    ] as const;
    for (const [reference, { id }] of named) {
      await sql`insert into payment_references (app_id, tenant_id, payment_id, kind, reference, created_at)
        values ('quittance', 't', ${id}, 'payment', ${reference}, now())`.execute(db);
    } // prettier-ignore
    for (const [tenantId, status] of [['back', 'CONNECTED'], ['gone', 'DISCONNECTED']]) {
      await sql`insert into tenants (app_id, tenant_id, connector, status, is_active, hash, settings, created_at, updated_at)
        values ('quittance', ${tenantId}, 'sandbox', ${status}, true, ${tenantId}, 'sealed', now(), now())`.execute(db);
    } // prettier-ignore
    const waiting: [string, string, string][] = [
      ['1', 't', 'sbx_known'], ['2', 't', 'sbx_no_order'], ['3', 't', 'sbx_nobody'], ['4', 'other', 'sbx_known'],
      ['5', 'back', 'away'], ['6', 'gone', 'away'], ['7', 't', 'sbx_canceled'], ['8', 't', 'sbx_failed'],
    ]; // prettier-ignore
    for (const [identity, tenantId, subject] of waiting) await add({ identity, subject }, tenantId);
    for (const row of await claim()) await park(db, scope(row.tenantId), row, { subject: row.subject, result: '' });
    expect(await wakeReady(db, 'quittance', { disconnected: 'away', now: NOW })).toBe(4);
    const due = (await all()).filter(({ state }) => state === 'due');
    expect(due.map(({ identity }) => identity)).toEqual(['1', '5', '7', '8']);
  });
  it('of one tenant cannot be finished, parked or put off by another', async () => {
    await add({ identity: '1' });
    const row = await one();
    for (const end of Object.values(ENDS)) await end(row, 'other');
    expect(await identities(after(10))).toEqual(['1']);
  });
});

describe('tenants that are due at the same time', () => {
  const flood = async (tenantId: string, count: number): Promise<void> => {
    for (let n = 0; n < count; n += 1) await add({ identity: `${tenantId}-${n}`, subject: `s${n}` }, tenantId);
  };
  const inWorkOf = (count: number) => Array.from({ length: count }, () => ({ id: 0, tenantId: 'noisy' }));
  const claimOf = async (changes: Partial<InboxClaim>): Promise<string[]> => {
    const rows = await claimDue(db, 'quittance', { now: NOW, limit: 4, perTenant: 3, inWork: [], ...changes });
    return rows.map(({ identity }) => identity).sort();
  };

  it('take turns, however much of one came before', async () => {
    await flood('noisy', 20);
    await flood('quiet', 1);
    await flood('other', 2);
    expect(await claimOf({})).toEqual(['noisy-0', 'noisy-1', 'other-0', 'quiet-0']);
    expect(await claimOf({})).toEqual(['noisy-2', 'noisy-3', 'other-1']);
  });
  it('leave room for those who are not there yet', async () => {
    await flood('noisy', 20);
    expect(await claimOf({})).toEqual(['noisy-0', 'noisy-1', 'noisy-2']);
    expect(await claimOf({ inWork: inWorkOf(3) })).toEqual([]);
    expect(await claimOf({ inWork: inWorkOf(2) })).toEqual(['noisy-3']);
  });
  it('are shared by workers that claim at the same time, none of them twice', async () => {
    await flood('noisy', 20);
    await flood('quiet', 3);
    const claims = await Promise.all([claimOf({}), claimOf({}), claimOf({}), claimOf({}), claimOf({})]);
    const claimed = claims.flat();
    expect(new Set(claimed).size).toBe(claimed.length);
    expect(claimed.length).toBeGreaterThan(8);
  });
});
