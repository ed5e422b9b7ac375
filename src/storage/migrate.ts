/** Brings a database up to date: numbered migrations, each once, in order, safe when several nodes start at once. */
import { Migrator, sql, type Migration } from 'kysely';
import { openDatabase, patiently, type Db } from './database.js';
import * as firstTables from './migrations/0001-first-tables.js';
import * as looks from './migrations/0002-looks.js';
import * as returns from './migrations/0003-returns.js';
import * as sums from './migrations/0004-sums.js';
import * as caughtUp from './migrations/0005-caught-up.js';
import * as preOrder from './migrations/0006-pre-order.js';
import * as storefrontOrigins from './migrations/0007-storefront-origins.js';
import * as walletDomains from './migrations/0008-wallet-domains.js';
import * as marketplace from './migrations/0009-marketplace.js';
import * as unwantedMessages from './migrations/0011-unwanted-messages.js';
import * as onboarding from './migrations/0012-onboarding.js';
import * as keyAge from './migrations/0013-key-age.js';
import * as visits from './migrations/0014-visits.js';
import * as inboxTurns from './migrations/0015-inbox-turns.js';
import * as duties from './migrations/0016-duties.js';

/** Forward only. A migration that has shipped is never edited. */
const MIGRATIONS: Readonly<Record<string, { statements: string }>> = {
  '0001-first-tables': firstTables,
  '0002-looks': looks,
  '0003-returns': returns,
  '0004-sums': sums,
  '0005-caught-up': caughtUp,
  '0006-pre-order': preOrder,
  '0007-storefront-origins': storefrontOrigins,
  '0008-wallet-domains': walletDomains,
  '0009-marketplace': marketplace,
  '0011-unwanted-messages': unwantedMessages,
  '0012-onboarding': onboarding,
  '0013-key-age': keyAge,
  '0014-visits': visits,
  '0015-inbox-turns': inboxTurns,
  '0016-duties': duties,
};

/** Runs what is missing on an open database. Throws when a migration fails; nothing of it stays. */
export async function migrate(db: Db): Promise<string[]> {
  const provider = { getMigrations: () => Promise.resolve(asKysely()) };
  // Also the waiting for a node that migrates already.
  const { error, results } = await patiently(db, (one) => new Migrator({ db: one, provider }).migrateToLatest());
  if (error !== undefined) throw new Error(`Migrate the database: ${String(error)}`, { cause: error });
  return (results ?? []).map((result) => result.migrationName);
}

/** Opens, migrates, closes. */
export async function migrateToLatest(databaseUrl: string): Promise<void> {
  const db = openDatabase(databaseUrl, () => undefined, 2);
  try {
    await migrate(db);
  } finally {
    await db.destroy();
  }
}

function asKysely(): Record<string, Migration> {
  const entries = Object.entries(MIGRATIONS).map(([name, { statements }]): [string, Migration] => [
    name,
    { up: async (db) => void (await sql.raw(statements).execute(db)) },
  ]);
  return Object.fromEntries(entries);
}
