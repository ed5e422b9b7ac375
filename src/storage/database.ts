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
/** The server ends a statement before this: whatever takes longer is lost on the way, with its connection. */
const ANSWER_MS = 17_000;
/** Said on a connection: what follows may take as long as it takes, until the other is said. */
const PATIENT = 'set statement_timeout = 0';
const AS_USUAL = 'reset statement_timeout';
/** Whoever asks for our health asks again. */
const HEALTH_MS = 3_000;

const types = new pg.TypeOverrides();
types.setTypeParser(pg.types.builtins.INT8, safeInteger);
types.setTypeParser(pg.types.builtins.TIMESTAMPTZ, (text) => new Date(text).toISOString());

/**
 * Opens a pool. `onError` hears of idle connections that broke; the pool replaces them by itself. A query that is not
 * answered within `answerMs` rejects, whatever became of it, and its connection is given up.
 */
export function openDatabase(
  url: string,
  onError: (error: Error) => void,
  poolSize = POOL_SIZE,
  answerMs = ANSWER_MS,
): Db {
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
  return new Kysely<unknown>({ dialect: new PostgresDialect({ pool: preparing(pool, answerMs) }) });
}

/**
 * The pool, with statements that take values prepared once per connection: PostgreSQL then plans our large statements
 * once instead of every time, which was half of its work. Safe because our texts are few: lists travel as arrays.
 */
function preparing(pool: pg.Pool, answerMs: number): PostgresPool {
  return {
    connect: async () => {
      const client = await pool.connect();
      let lost: Error | undefined;
      let isPatient = false;
      const query = (text: string, values: readonly unknown[]): Promise<unknown> => {
        // Behind an unanswered query the next one would wait as long: also the ROLLBACK after it.
        if (lost !== undefined) return Promise.reject(lost);
        const statement = values.length === 0 ? { text } : { name: nameOf(text), text, values: [...values] };
        if (text === PATIENT) isPatient = true;
        if (text === AS_USUAL) isPatient = false;
        if (isPatient) return client.query(statement);
        return answered(client.query(statement), answerMs, (error) => (lost = error));
      };
      return { query: query as unknown as PostgresPoolClient['query'], release: () => client.release(lost) };
    },
    end: () => pool.end(),
  };
}

/** Works on one connection without any limit of time: large tables are changed in one statement. */
export async function patiently<T>(db: Db, work: (db: Db) => Promise<T>): Promise<T> {
  return db.connection().execute(async (one) => {
    await sql.raw(PATIENT).execute(one);
    try {
      return await work(one);
    } finally {
      await sql.raw(AS_USUAL).execute(one);
    }
  });
}

/** A server that hangs, or a network that swallows: nothing else would ever end the waiting. */
async function answered<T>(asking: Promise<T>, ms: number, lose: (error: Error) => void): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const error = new Error(`The database gave no answer within ${ms} ms`);
      lose(error);
      reject(error);
    }, ms);
  });
  try {
    return await Promise.race([asking, silence]);
  } finally {
    clearTimeout(timer);
  }
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

/** True when the database answers soon. */
export async function databaseAnswers(db: Db): Promise<boolean> {
  try {
    await answered(sql`select 1`.execute(db), HEALTH_MS, () => undefined);
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
