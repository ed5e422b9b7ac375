/**
 * Opens PostgreSQL by URL: one pool, int8 as safe integers, and listeners for lost connections, without which a
 * stopping server would take the app down with it.
 */
import { createHash } from 'node:crypto';
import { Kysely, PostgresDialect, sql, type PostgresPool, type PostgresPoolClient } from 'kysely';
import pg from 'pg';

/** Tables are spoken to in SQL; rows are typed where they are read. */
export type Db = Kysely<unknown>;

/** Measured: on two cores a pool of 8 beats 32. */
const POOL_SIZE = 8;
const CONNECT_TIMEOUT_MS = 5_000;
/** A statement that takes longer has gone wrong; callers get an error instead of waiting for ever. */
const STATEMENT_TIMEOUT_MS = 15_000;

const types = new pg.TypeOverrides();
types.setTypeParser(pg.types.builtins.INT8, safeInteger);
types.setTypeParser(pg.types.builtins.TIMESTAMPTZ, (text) => new Date(text).toISOString());

/** Opens a pool. `onError` hears of idle connections that broke; the pool replaces them by itself. */
export function openDatabase(url: string, onError: (error: Error) => void, poolSize = POOL_SIZE): Db {
  const pool = new pg.Pool({
    connectionString: url,
    max: poolSize,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    application_name: 'quittance',
    types,
  });
  pool.on('error', onError);
  // A connection in use has no listener of the pool's, and an error nobody listens to would end the program. Whoever
  // uses it learns of the loss from its query.
  pool.on('connect', (client) => client.on('error', () => undefined));
  return new Kysely<unknown>({ dialect: new PostgresDialect({ pool: preparing(pool) }) });
}

/**
 * The pool, with statements that take values prepared once per connection: PostgreSQL then plans our large statements
 * once instead of every time, which was half of its work. Safe because our texts are few: lists travel as arrays.
 */
function preparing(pool: pg.Pool): PostgresPool {
  return {
    connect: async () => {
      const client = await pool.connect();
      const query = (text: string, values: readonly unknown[]): Promise<never> => {
        const statement = values.length === 0 ? { text } : { name: nameOf(text), text, values: [...values] };
        return client.query(statement) as Promise<never>;
      };
      return { query: query as unknown as PostgresPoolClient['query'], release: () => client.release() };
    },
    end: () => pool.end(),
  };
}

/** Names of texts seen so far. PostgreSQL cuts names at 63 characters. */
const names = new Map<string, string>();

function nameOf(text: string): string {
  const known = names.get(text);
  if (known !== undefined) return known;
  const name = `q${createHash('sha256').update(text).digest('hex').slice(0, 32)}`;
  names.set(text, name);
  return name;
}

/** True when the database answers. */
export async function databaseAnswers(db: Db): Promise<boolean> {
  try {
    await sql`select 1`.execute(db);
    return true;
  } catch {
    return false;
  }
}

/** True when the error is PostgreSQL's unique violation, optionally of that constraint or index. */
export function isUniqueViolation(error: unknown, constraint?: string): boolean {
  if (typeof error !== 'object' || error === null || !('code' in error) || error.code !== '23505') return false;
  return constraint === undefined || ('constraint' in error && error.constraint === constraint);
}

function safeInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`Read an integer beyond 2^53: ${text}`);
  return value;
}
