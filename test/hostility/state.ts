/** A fingerprint of everything in a database, to see that a refused request has changed nothing. */
import pg from 'pg';

export interface Watched {
  /** Rows and a hash for each table. */
  fingerprint(): Promise<Record<string, string>>;
  /** Every row of every table as text, with the table's name. */
  rows(): Promise<{ table: string; row: string }[]>;
  close(): Promise<void>;
}

/** Watches all tables of our schema. `without` names tables that may change at any time. */
export async function watchDatabase(url: string, without: readonly string[] = []): Promise<Watched> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  const found = await client.query<{ name: string }>(
    "select tablename as name from pg_tables where schemaname = 'public' order by 1",
  );
  const tables = found.rows.map(({ name }) => name).filter((name) => !without.includes(name));
  if (tables.length < 10) throw new Error(`Watch the database: only ${tables.join(', ')} found`);
  const each = (columns: (table: string) => string): string =>
    tables.map((table) => `select '${table}' as table, ${columns(table)} from ${table} t`).join(' union all ');
  return {
    fingerprint: async () => {
      const { rows } = await client.query<{ table: string; print: string }>(
        each(() => "count(*) || ' ' || coalesce(md5(string_agg(t::text, '|' order by t::text)), '') as print"),
      );
      return Object.fromEntries(rows.map(({ table, print }) => [table, print]));
    },
    rows: async () => (await client.query<{ table: string; row: string }>(each(() => 't::text as row'))).rows,
    close: () => client.end(),
  };
}
