/** Single connections to our own PostgreSQL, apart from the app's pool. */
import pg from 'pg';
import { DATABASE_USER } from './cluster.js';

/** The two calls of a connection that @types/pg leaves out: whether it keeps the program alive. */
export type Connection = pg.Client & { ref(): void; unref(): void };

/** Opens one connection to 127.0.0.1. Throws pg's error; later losses of the connection are silent. */
export async function connectTo(port: number, password: string, database: string): Promise<Connection> {
  const client = new pg.Client({
    host: '127.0.0.1',
    port,
    user: DATABASE_USER,
    password,
    database,
    application_name: 'quittance launcher',
    connectionTimeoutMillis: 5000,
  });
  // Without a listener a server that stops would end the whole program.
  client.on('error', () => undefined);
  await client.connect();
  return client as Connection;
}

/** Runs `use` with a connection to the maintenance database and closes it in any case. */
export async function withConnection<T>(
  port: number,
  password: string,
  use: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = await connectTo(port, password, 'postgres');
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}
