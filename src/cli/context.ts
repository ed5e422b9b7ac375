/** What commands of the operator work with: the checked environment, an up-to-date database, the vault and a printer. */
import type { Command } from 'commander';
import { systemClock } from '../clock.js';
import { readConfig, type Config, type Environment } from '../config.js';
import type { Clock } from '../domain/clock.js';
import { openDatabase, type Db } from '../storage/database.js';
import { openEmbedded } from '../storage/embedded.js';
import { migrate } from '../storage/migrate.js';
import { masterKeyFromText, openVault, sandboxMasterKey, type MasterKey, type Vault } from '../storage/vault.js';

export interface CliContext {
  db: Db;
  vault: Vault;
  clock: Clock;
  config: Config;
  /** Writes a text for the operator, with a line break at its end. */
  print(text: string): void;
  /** Gives the database back. Safe to repeat. */
  close(): Promise<void>;
}

export type OpenCli = () => Promise<CliContext>;

/** Commands do one thing after the other; a large pool would only cost the server. */
const POOL_SIZE = 4;

/**
 * Opens the context on the database the app uses, also while the app runs. Throws a ConfigError, EmbeddedUnavailable
 * or the database's own error.
 */
export async function openCliContext(env: Environment = process.env): Promise<CliContext> {
  // With a master key it is production's environment, else the sandbox's, whose key lies in its folder.
  const read = readConfig(env, (env['MASTER_KEY'] ?? '').trim() === '' ? 'sandbox' : 'serve');
  const config = read.mode === 'sandbox' ? withSimulatedStripe(read) : read;
  const keys = masterKeysOf(config);
  const embedded = config.databaseUrl === undefined ? await openEmbedded({ dataDir: config.dataDir }) : undefined;
  const db = openDatabase(config.databaseUrl ?? embedded?.url ?? '', () => undefined, POOL_SIZE);
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => (closing ??= db.destroy().then(() => embedded?.stop()));
  try {
    await migrate(db);
  } catch (error) {
    await close();
    throw error;
  }
  const vault = openVault({ db, appId: config.appId, clock: systemClock, ...keys });
  return { db, vault, clock: systemClock, config, print: (text) => console.log(text), close };
}

/** Our own simulator plays Stripe in a sandbox, unless the environment names another one. */
export function withSimulatedStripe(config: Config): Config {
  const host = new URL(config.publicUrl).hostname;
  const listening = config.host === '0.0.0.0' ? '127.0.0.1' : config.host;
  return Object.freeze({
    ...config,
    stripeApiUrl: config.stripeApiUrl ?? `http://${listening}:${config.simulatorPort}`,
    stripeJsUrl: config.stripeJsUrl ?? `http://${host}:${config.simulatorPort}/endive/stripe.js`,
  });
}

/** The master keys of a configuration; a sandbox without one makes and keeps its own. */
export function masterKeysOf(config: Config): { masterKey: MasterKey; previousMasterKey: MasterKey | undefined } {
  const { masterKey, previousMasterKey, dataDir } = config;
  return {
    masterKey: masterKey === undefined ? sandboxMasterKey(dataDir) : masterKeyFromText(masterKey),
    previousMasterKey: previousMasterKey === undefined ? undefined : masterKeyFromText(previousMasterKey),
  };
}

/** Opens the context, uses it, and gives the database back whatever happens. */
export async function withContext(open: OpenCli, use: (context: CliContext) => Promise<void>): Promise<void> {
  const context = await open();
  try {
    await use(context);
  } finally {
    await context.close();
  }
}

/** The group of commands of that name, made when it is not there yet. */
export function commandGroup(program: Command, name: string, description: string): Command {
  return program.commands.find((command) => command.name() === name) ?? program.command(name).description(description);
}
