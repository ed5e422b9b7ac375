/** The files of our own PostgreSQL: database folder, password, and the first creation of both. */
import { randomBytes } from 'node:crypto';
import { chown, mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Binaries } from './binaries.js';
import { codeOf, EmbeddedUnavailable } from './failure.js';
import { commandFor, type Launch, type Place } from './launch.js';
import { runToEnd } from './running.js';

export const DATABASE_USER = 'quittance';

/** Where everything lies below `dataDir`. */
export function placeIn(dataDir: string): Place & { logFile: string; lockFile: string } {
  return {
    dataDir,
    clusterDir: join(dataDir, 'postgres'),
    passwordFile: join(dataDir, 'postgres.password'),
    logFile: join(dataDir, 'postgres.log'),
    lockFile: join(dataDir, 'postgres.lock'),
  };
}

/** Major version that made the database folder; undefined when there is no database yet. */
export async function clusterMajor(clusterDir: string): Promise<number | undefined> {
  try {
    return Number.parseInt(await readFile(join(clusterDir, 'PG_VERSION'), 'utf8'), 10);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  await folder.sync().finally(() => folder.close());
}

/** Reads the database password, or makes one when the database is new. Throws when an existing database lost it. */
export async function readPassword(place: Place): Promise<string> {
  try {
    return (await readFile(place.passwordFile, 'utf8')).trim();
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
  if ((await clusterMajor(place.clusterDir)) !== undefined) {
    throw new EmbeddedUnavailable(
      `The password file ${place.passwordFile} is missing, so the database beside it cannot be opened; restore it.`,
    );
  }
  const password = randomBytes(24).toString('hex');
  const draft = `${place.passwordFile}.new`;
  await rm(draft, { force: true });
  const file = await open(draft, 'wx', 0o600);
  try {
    await file.writeFile(`${password}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(draft, place.passwordFile);
  await syncFolder(place.dataDir);
  return password;
}

/**
 * Creates the database folder with initdb, under another name first, so that a crash half-way leaves nothing that
 * looks like a database. Throws EmbeddedUnavailable with initdb's words.
 */
export async function createCluster(place: Place, binaries: Binaries, launch: Launch): Promise<void> {
  const draft = `${place.clusterDir}.new`;
  await rm(draft, { recursive: true, force: true });
  await rm(place.clusterDir, { recursive: true, force: true });
  await mkdir(draft, { mode: 0o700 });
  if (launch.as === 'user') await chown(draft, launch.user.uid, launch.user.gid);
  const settings = ['--auth=scram-sha-256', '--encoding=UTF8', '--locale=C', '--no-instructions'];
  const names = [`--username=${DATABASE_USER}`, `--pwfile=${place.passwordFile}`, '-D', draft];
  const { command, args, ids } = commandFor(launch, join(binaries.root, 'bin', 'initdb'), [...settings, ...names]);
  const { code, output } = await runToEnd(command, args, ids);
  if (code !== 0) {
    await rm(draft, { recursive: true, force: true });
    throw new EmbeddedUnavailable(`PostgreSQL could not create its database in ${place.dataDir}: ${lastLine(output)}.`);
  }
  await rename(draft, place.clusterDir);
  await syncFolder(place.dataDir);
}

/** The line of an output that tells the reason: the last error, else the last line. */
export function lastLine(output: string): string {
  const lines = output.split('\n').filter((line) => line.trim() !== '');
  return lines.findLast((line) => /\b(?:FATAL|PANIC|error):/i.test(line)) ?? lines.at(-1) ?? 'it said nothing';
}

/** Renames a log file that has grown over 10 MB, so that at most two of them are kept. */
export async function turnLog(logFile: string): Promise<void> {
  const size = (await stat(logFile).catch(() => undefined))?.size ?? 0;
  if (size > 10 * 1024 * 1024) await rename(logFile, `${logFile}.1`);
}
