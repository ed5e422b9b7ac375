/**
 * Holds a moment open inside the database: a statement that is about to write a certain thing waits until the holder
 * lets go or everything is killed. Where nobody holds, the triggers cost nothing and change nothing.
 */
import pg from 'pg';

/** Every moment that can be held: the table, the kind of write and which rows of it. */
const MOMENTS = {
  'payment answered': {
    on: 'update',
    table: 'payments',
    when: 'old.transaction_id is null and new.transaction_id is not null',
  },
  'webhook stored': { on: 'insert', table: 'inbox', when: "new.source = 'webhook'" },
  'payment authorized': {
    on: 'update',
    table: 'payments',
    when: "old.status <> 'authorized' and new.status = 'authorized'",
  },
  'capture begun': { on: 'insert', table: 'operations', when: "new.kind = 'capture'" },
  'payment captured': { on: 'update', table: 'payments', when: "old.status <> 'captured' and new.status = 'captured'" },
  'payment refunded': { on: 'update', table: 'payments', when: "old.status <> 'refunded' and new.status = 'refunded'" },
  'PaymentCaptured fetched': {
    on: 'update',
    table: 'outbox',
    when: "new.name = 'PaymentCaptured' and new.deliveries > old.deliveries",
  },
  'PaymentCaptured acknowledged': {
    on: 'update',
    table: 'outbox',
    when: "new.name = 'PaymentCaptured' and old.state = 'queued' and new.state = 'acknowledged'",
  },
  'PaymentRefunded fetched': {
    on: 'update',
    table: 'outbox',
    when: "new.name = 'PaymentRefunded' and new.deliveries > old.deliveries",
  },
} as const;
export type Moment = keyof typeof MOMENTS;

/** Names our advisory locks among all others. */
const LOCK_CLASS = 4711;

/** Runs a statement on a connection of its own. */
export async function query<Row extends Record<string, unknown>>(
  url: string,
  statement: string,
  values: unknown[] = [],
): Promise<Row[]> {
  const client = await connect(url);
  try {
    return (await client.query<Row>(statement, values)).rows;
  } finally {
    await client.end();
  }
}

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5000 });
  // The server is killed under it on purpose.
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

/** Prepares a database for holding moments. It survives restarts and is safe to repeat. */
export async function prepareHolds(url: string): Promise<void> {
  const triggers = Object.values(MOMENTS).map(
    ({ on, table, when }, index) =>
      `create or replace trigger hold_${index} before ${on} on ${table} for each row when (${when}) execute function hold('${index}');`,
  );
  await query(
    url,
    `create or replace function hold() returns trigger language plpgsql as $$
       begin perform pg_advisory_xact_lock_shared(${LOCK_CLASS}, TG_ARGV[0]::int); return new; end $$;
     ${triggers.join('\n')}`,
  );
}

export interface Hold {
  /** True once somebody waits at the moment. */
  isReached(): Promise<boolean>;
  /** Lets everybody pass. */
  release(): Promise<void>;
}

/** Stops whoever comes to this moment from now on. */
export async function hold(url: string, moment: Moment): Promise<Hold> {
  const index = Object.keys(MOMENTS).indexOf(moment);
  const client = await connect(url);
  await client.query('select pg_advisory_lock($1::int, $2::int)', [LOCK_CLASS, index]);
  const waiting = `select count(*)::int as count from pg_locks
    where locktype = 'advisory' and classid = ${LOCK_CLASS} and objid = ${index} and not granted`;
  return {
    isReached: async () => ((await client.query<{ count: number }>(waiting)).rows[0]?.count ?? 0) > 0,
    release: () => client.end(),
  };
}
