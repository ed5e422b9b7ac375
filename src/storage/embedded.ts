/**
 * Our own PostgreSQL in a folder: started when it is not running, adopted when it is, brought back when it dies, stopped
 * by the last one out.
 */
import { mkdir, realpath } from 'node:fs/promises';
import { resolve } from 'node:path';
import { findBinaries } from './embedded/binaries.js';
import { clusterMajor, createCluster, DATABASE_USER, placeIn, readPassword } from './embedded/cluster.js';
import { connectTo, withConnection, type Connection } from './embedded/connect.js';
import { codeOf, EmbeddedUnavailable, messageOf } from './embedded/failure.js';
import { chooseLaunch, prepareFor } from './embedded/launch.js';
import { takeLock } from './embedded/lock.js';
import { findRunning, startServer, stopServer, type Log, type Postmaster } from './embedded/postmaster.js';
import { sleep } from './embedded/running.js';

export { EmbeddedUnavailable } from './embedded/failure.js';

export type EmbeddedOptions = {
  /** Folder for the database, its password and its log; made when missing. */
  dataDir: string;
  log?: Log;
  /** Behave as if user namespaces were forbidden (they often are in containers). */
  forceNoUserNamespace?: boolean;
  /** Folder with `bin/postgres`, used instead of the npm package and the system's PostgreSQL. */
  binaries?: string;
};

export type Embedded = {
  /** `postgres://` URL with the password: not for logs. */
  url: string;
  /** True when the server was already running. */
  adopted: boolean;
  /** Close your own pool first. Stops the server unless another program uses it. Safe to repeat. */
  stop(): Promise<void>;
};

const DATABASE = 'quittance';
/** Pause between two tries to bring back a server that died. */
const BACK_RETRY_MS = 1000;

type Place = ReturnType<typeof placeIn>;

/**
 * Opens the database of `dataDir`. Several programs may do so at once; they share one server. The server outlives a
 * killed program, and the next start adopts it. Throws EmbeddedUnavailable, one line for the operator.
 */
export async function openEmbedded(options: EmbeddedOptions): Promise<Embedded> {
  try {
    const folder = resolve(options.dataDir);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const place = placeIn(await realpath(folder));
    const release = await takeLock(place.lockFile);
    try {
      return await openLocked(place, options);
    } finally {
      await release();
    }
  } catch (error) {
    if (!['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'ENOTDIR', 'EEXIST'].includes(codeOf(error))) throw error;
    throw new EmbeddedUnavailable(`DATA_DIR ${options.dataDir} cannot be used: ${messageOf(error)}.`, { cause: error });
  }
}

async function openLocked(place: Place, options: EmbeddedOptions): Promise<Embedded> {
  const log = options.log ?? (() => undefined);
  const password = await readPassword(place);
  const running = await findRunning(place.clusterDir, password);
  const server = running ?? (await startOwn({ place, password }, options, log));
  await addDatabase(server, password);
  const presence = await connectTo(server.port, password, DATABASE);
  log(running ? 'database.adopted' : 'database.started', { pid: server.pid, port: server.port });
  const use: Use = { place, server, password, presence, isLeaving: false };
  keepUp(use, options, log);
  let stopping: Promise<void> | undefined;
  return {
    url: `postgres://${DATABASE_USER}:${password}@127.0.0.1:${server.port}/${DATABASE}`,
    adopted: running !== undefined,
    stop: () => (stopping ??= leave(use, log)),
  };
}

/**
 * Brings the server back, at the same address, when it dies under this program. The pool of the app connects again by
 * itself, so nobody has to restart anything.
 */
function keepUp(use: Use, options: EmbeddedOptions, log: Log): void {
  use.presence.unref();
  use.presence.once('end', () => {
    if (use.isLeaving) return;
    log('database.lost', { pid: use.server.pid, port: use.server.port });
    use.returning = bringBack(use, options, log);
  });
}

async function bringBack(use: Use, options: EmbeddedOptions, log: Log): Promise<void> {
  const { place, password } = use;
  const { port } = use.server;
  while (!use.isLeaving) {
    try {
      const release = await takeLock(place.lockFile);
      try {
        const running = await findRunning(place.clusterDir, password);
        use.server = running ?? (await startOwn({ place, password, port }, options, log));
        use.presence = await connectTo(use.server.port, password, DATABASE);
      } finally {
        await release();
      }
      // Somebody else brought it back elsewhere: this program has the former address in its pool.
      if (use.server.port !== port) log('database.moved', { from: port, to: use.server.port });
      log('database.back', { pid: use.server.pid, port: use.server.port });
      keepUp(use, options, log);
      return;
    } catch (error) {
      log('database.not_back', { port, reason: messageOf(error) });
      await sleep(BACK_RETRY_MS);
    }
  }
}

async function startOwn(
  { place, password, port }: { place: Place; password: string; port?: number },
  options: EmbeddedOptions,
  log: Log,
): Promise<Postmaster> {
  const { clusterDir, logFile, dataDir } = place;
  const major = await clusterMajor(clusterDir);
  const found = await findBinaries(dataDir, major, options.binaries);
  const launch = await chooseLaunch(clusterDir, options.forceNoUserNamespace ?? false);
  const binaries = await prepareFor(launch, place, found);
  if (major === undefined) {
    await createCluster(place, binaries, launch);
    log('database.created', { folder: clusterDir, major: binaries.major });
  }
  const start = { clusterDir, logFile, password, binaries, launch, ...(port === undefined ? {} : { port }) };
  return await startServer(start, log);
}

async function addDatabase(server: Postmaster, password: string): Promise<void> {
  await withConnection(server.port, password, async (client) => {
    const { rowCount } = await client.query('select from pg_database where datname = $1', [DATABASE]);
    if (rowCount === 0) await client.query(`create database ${DATABASE}`);
  });
}

/** Connections of others. A connection just closed is still counted for a moment, so it is asked a few times. */
async function othersCount(server: Postmaster, password: string): Promise<number> {
  return await withConnection(server.port, password, async (client) => {
    let count = 0;
    for (let tries = 0; tries < 10; tries += 1) {
      const { rows } = await client.query<{ count: number }>(
        `select count(*)::int as count from pg_stat_activity
         where backend_type = 'client backend' and pid <> pg_backend_pid()`,
      );
      count = rows[0]?.count ?? 0;
      if (count === 0) return 0;
      await sleep(50);
    }
    return count;
  });
}

type Use = {
  place: Place;
  server: Postmaster;
  password: string;
  /** Held open as long as this program uses the server: the others count it before they stop the server. */
  presence: Connection;
  /** Our own goodbye: the end of the connection is then no loss. */
  isLeaving: boolean;
  /** A server that died is being brought back. */
  returning?: Promise<void>;
};

async function leave(use: Use, log: Log): Promise<void> {
  use.isLeaving = true;
  await use.returning;
  const { place, server, password, presence } = use;
  const release = await takeLock(place.lockFile);
  try {
    // It no longer kept the program alive; its goodbye must be waited for.
    presence.ref();
    await presence.end().catch(() => undefined);
    const others = await othersCount(server, password).catch(() => 0);
    if (others > 0) {
      log('database.left_running', { pid: server.pid, connections: others });
      return;
    }
    const stopped = await stopServer(server, place.clusterDir);
    log(stopped ? 'database.stopped' : 'database.left_running', { pid: server.pid });
  } finally {
    await release();
  }
}
