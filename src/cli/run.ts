/** `quittance sandbox` and `quittance serve`: start, say where everything is, stop on a signal, database last. */
import { join } from 'node:path';
import { systemClock } from '../clock.js';
import { compose, type Role, type Running } from '../compose.js';
import { readConfig, type Config } from '../config.js';
import type { Clock } from '../domain/clock.js';
import { redact } from '../kit/redact.js';
import { createLog, type Log } from '../log.js';
import { startShop } from '../simulator/shop/index.js';
import { startSimulator, type Simulator } from '../simulator/stripe/index.js';
import { openDatabase } from '../storage/database.js';
import { openEmbedded } from '../storage/embedded.js';
import { migrate } from '../storage/migrate.js';
import { openVault } from '../storage/vault.js';
import { masterKeysOf, withSimulatedStripe } from './context.js';
import { appRecordReader } from './shop-record.js';
import { packageVersion } from './spec.js';

/** A stop that hangs is ended by force after so long; everything is durable anyway. */
const STOP_LIMIT_MS = 15_000;

/** How long a node of several goes on answering after its signal: others have to learn that it leaves. */
const LEAVE_MS = 1_000;

/** What is running, in the order it was started; stopped the other way round. */
type Stops = { name: string; stop(): Promise<unknown> }[];

/** Starts the app, the Stripe simulator and the demo shop, and resolves when all are ready. */
export async function runSandbox(): Promise<void> {
  const read = readConfig(process.env, 'sandbox');
  const config: Config = Object.freeze({ ...withSimulatedStripe(read), ...demoBackOffice(read) });
  const log = createLog({ level: config.logLevel, clock: systemClock, redact });
  await running(log, async (stops) => {
    const usesSimulator = read.stripeApiUrl === undefined;
    let simulator: Simulator | undefined;
    if (usesSimulator) {
      const started = await listening('STRIPE SIMULATOR', config.simulatorPort, () =>
        startSimulator({
          host: config.host,
          port: config.simulatorPort,
          clock: systemClock,
          dataDir: join(config.dataDir, 'simulator'),
          log: log.debug,
        }),
      );
      stops.push({ name: 'simulator', stop: () => started.close() });
      simulator = started;
    }
    // All of the sandbox lives at the simulator's time, so that days pass for everybody at once.
    const clock = simulator?.clock ?? systemClock;
    const { app } = await startApp({ config, log, clock, role: 'all' }, stops);
    const shop = await listening('DEMO SHOP', config.demoShopPort, () =>
      startShop({
        host: config.host,
        port: config.demoShopPort,
        appUrl: config.publicUrl,
        clock,
        dataDir: config.dataDir,
        readAppRecord: appRecordReader(app.db, app.appId),
        ...(simulator && { simulatorUrl: simulator.url }),
        log: log.debug,
      }),
    );
    stops.push({ name: 'shop', stop: () => shop.close() });
    const host = new URL(config.publicUrl).hostname;
    console.error(
      [
        '',
        '  Quittance is ready. This is a sandbox: no real money moves.',
        '',
        `    Demo shop          http://${host}:${config.demoShopPort}`,
        `    App                ${config.publicUrl}   (docs at ${config.publicUrl}/docs)`,
        `    App catalogue      ${config.publicUrl}/app-catalogue`,
        ...(usesSimulator ? [`    Stripe simulator   http://${host}:${config.simulatorPort}`] : []),
        '',
        '  Stop with Ctrl-C.',
        '',
      ].join('\n'),
    );
  });
}

/** Starts the app alone, for production: all of it, or one of its roles when several nodes share a database. */
export async function runServe(role: Role): Promise<void> {
  const config = readConfig(process.env, 'serve');
  if (role !== 'all' && config.databaseUrl === undefined)
    throw new Error(`Serve as ${role}: seen is no DATABASE_URL, wanted is the database that all nodes share`);
  const log = createLog({ level: config.logLevel, clock: systemClock, redact });
  await running(log, (stops) => startApp({ config, log, clock: systemClock, role }, stops));
}

/** The demo shop's Back Office may show the app catalogue, by either name of this machine. */
function demoBackOffice({ catalogueFrameOrigins, publicUrl, demoShopPort }: Config): Partial<Config> {
  const hosts = [new URL(publicUrl).hostname, 'localhost', '127.0.0.1'];
  const own = [...new Set(hosts)].map((host) => `http://${host}:${demoShopPort}`);
  return { catalogueFrameOrigins: catalogueFrameOrigins.length > 0 ? catalogueFrameOrigins : own };
}

async function startApp(
  { config, log, clock, role }: { config: Config; log: Log; clock: Clock; role: Role },
  stops: Stops,
): Promise<Running> {
  const keys = masterKeysOf(config);
  const embedded = config.databaseUrl === undefined ? await openEmbedded({ dataDir: config.dataDir, log }) : undefined;
  if (embedded !== undefined) stops.push({ name: 'database', stop: () => embedded.stop() });
  const db = openDatabase(config.databaseUrl ?? embedded?.url ?? '', (error) =>
    log.warn('database connection lost', { error }),
  );
  stops.push({ name: 'pool', stop: () => db.destroy() });
  await migrate(db);
  const vault = openVault({ db, appId: config.appId, clock, ...keys });
  // The embedded database serves this machine alone, and the port below lets only one node live on it.
  const parts = {
    config,
    db,
    vault,
    clock,
    log,
    version: await packageVersion(),
    isOnlyNode: embedded !== undefined,
    role,
  };
  const app = await compose(parts);
  stops.push({ name: 'app', stop: () => app.stop(parts.isOnlyNode ? 0 : LEAVE_MS) });
  await listening('PORT', config.port, () => app.server.listen({ host: config.host, port: config.port }));
  await app.start();
  log('ready', { url: config.publicUrl, mode: config.mode, role });
  return app;
}

/** Starts, then waits for a signal. Whatever fails at the start stops what was started before. */
async function running(log: Log, start: (stops: Stops) => Promise<unknown>): Promise<void> {
  const stops: Stops = [];
  let stopping: Promise<void> | undefined;
  const stop = (): Promise<void> => (stopping ??= stopAll(stops, log));
  const onSignal = (): void => {
    setTimeout(() => process.exit(1), STOP_LIMIT_MS).unref();
    void stop().then(() => process.exit(0));
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  try {
    await start(stops);
  } catch (error) {
    await stop();
    throw error;
  }
}

async function stopAll(stops: Stops, log: Log): Promise<void> {
  for (const { name, stop } of stops.reverse()) {
    await stop().catch((error: unknown) => log.error('stop failed', { part: name, error }));
  }
}

/** Names the port in one clear line when somebody else has it. */
async function listening<T>(what: string, port: number, listen: () => Promise<T>): Promise<T> {
  try {
    return await listen();
  } catch (error) {
    if (typeof error === 'object' && error !== null && 'code' in error && error.code === 'EADDRINUSE') {
      throw new Error(`Listen on port ${port} (${what}): it is taken; stop the other program or set PORT`, {
        cause: error,
      });
    }
    throw error;
  }
}
