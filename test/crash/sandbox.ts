/**
 * The real sandbox as a child in a process group of its own: started from a built copy, killed with all its PostgreSQL
 * processes at once, and started again on the same folder and ports.
 */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { systemClock } from '../../src/clock.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** How long anything may take on a busy machine before it counts as never. */
export const PATIENCE_MS = 30_000;

/** Waits until `look` finds something. Throws, naming what was waited for and `state`, when it never does. */
export async function until<T>(
  what: string,
  look: () => Promise<T | undefined | false>,
  state?: () => Promise<unknown> | unknown,
): Promise<T> {
  const end = systemClock.now() + PATIENCE_MS;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (systemClock.now() > end) throw new Error(`${what}: did not happen\n${String(await state?.())}`);
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}

/**
 * A copy in the shape of the published package. Sources that change meanwhile do not rebuild it, and a restart costs
 * no look at them.
 */
export async function builtCopy(folder: string): Promise<string> {
  await promisify(execFile)(process.execPath, ['bin/quittance.mjs', 'build-only'], { cwd: ROOT });
  const copy = join(folder, 'package');
  await mkdir(copy);
  const parts = ['bin', 'dist', 'package.json', 'openapi.json', 'asyncapi.json'];
  await Promise.all(parts.map((part) => cp(join(ROOT, part), join(copy, part), { recursive: true })));
  await symlink(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  return copy;
}

/** Three ports in a row that nobody has: app, simulator, shop. */
async function freePorts(): Promise<number> {
  for (;;) {
    const first = 20_000 + Math.floor(Math.random() * 12_000);
    const free = await Promise.all([first, first + 1, first + 2].map(isFree));
    if (free.every(Boolean)) return first;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}

export interface Sandbox {
  appUrl: string;
  simulatorUrl: string;
  shopUrl: string;
  dataDir: string;
  /** Everything all programs wrote to stdout and stderr so far. */
  output(): string;
  /** Starts the programs; does not wait until they are ready. */
  launch(): void;
  /** Waits until app, simulator and shop answer. */
  ready(): Promise<void>;
  isRunning(): boolean;
  /** kill -9 of the node process and every PostgreSQL process, at once; resolves when all are gone. */
  killAll(): Promise<void>;
  /** kill -9 of the node process alone. */
  killNode(): Promise<void>;
  /** kill -9 of every PostgreSQL process alone. Returns how many there were. */
  killDatabase(): Promise<number>;
  /** URL of the embedded database, for looking into it. */
  databaseUrl(): Promise<string>;
  /** Kills what runs and removes the folder. */
  remove(): Promise<void>;
}

/** Prepares a sandbox in a new temporary folder. */
export async function prepareSandbox(env: Record<string, string> = {}): Promise<Sandbox> {
  const folder = await mkdtemp(join(tmpdir(), 'quittance-crash-'));
  const program = join(await builtCopy(folder), 'bin', 'quittance.mjs');
  const dataDir = join(folder, 'state');
  const port = await freePorts();
  let child: ChildProcess | undefined;
  let written = '';
  const [appUrl, simulatorUrl, shopUrl] = [0, 1, 2].map((offset) => `http://127.0.0.1:${port + offset}`) as [
    string,
    string,
    string,
  ];
  const isRunning = (): boolean => child !== undefined && child.exitCode === null && child.signalCode === null;
  const launch = (): void => {
    const environment = {
      PATH: process.env['PATH'] ?? '',
      HOME: folder,
      PORT: String(port),
      DATA_DIR: dataDir,
      ...env,
    };
    child = spawn(process.execPath, [program, 'sandbox'], {
      cwd: folder,
      env: environment,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => (written += text));
  };
  const kill = async (whom: { node: boolean; database: boolean }): Promise<number> => {
    const postgres = whom.database ? await databasePids(dataDir) : [];
    const ended = whom.node && child !== undefined && isRunning() ? once(child, 'exit') : undefined;
    // The group of the node process first, so that it cannot bring anything back.
    if (ended !== undefined) process.kill(-(child?.pid ?? 0), 'SIGKILL');
    for (const pid of postgres) kill9(pid);
    await ended;
    if (whom.database) for (const pid of await databasePids(dataDir)) kill9(pid);
    await until('all PostgreSQL processes are gone', async () => (await alive(postgres)).length === 0);
    return postgres.length;
  };
  return {
    appUrl,
    simulatorUrl,
    shopUrl,
    dataDir,
    output: () => written,
    launch,
    isRunning,
    ready: async () => {
      const addresses = [`${appUrl}/health/ready`, `${simulatorUrl}/_sim/health`, `${shopUrl}/api/connection`];
      const answers = (): Promise<boolean[]> =>
        Promise.all(
          addresses.map((url) =>
            fetch(url).then(
              ({ ok }) => ok,
              () => false,
            ),
          ),
        );
      await until(
        'the sandbox is ready',
        async () => {
          if (!isRunning()) throw new Error(`The sandbox ended by itself:\n${written.slice(-3000)}`);
          return (await answers()).every(Boolean);
        },
        () => written.slice(-3000),
      );
    },
    killAll: async () => void (await kill({ node: true, database: true })),
    killNode: async () => void (await kill({ node: true, database: false })),
    killDatabase: () => kill({ node: false, database: true }),
    databaseUrl: async () => {
      const password = (await readFile(join(dataDir, 'postgres.password'), 'utf8')).trim();
      const port = (await readFile(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8')).split('\n')[3];
      return `postgres://quittance:${password}@127.0.0.1:${port}/quittance`;
    },
    remove: async () => {
      await kill({ node: true, database: true });
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function kill9(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended by itself in this moment.
  }
}

/** The postmaster of this folder and all its children. */
async function databasePids(dataDir: string): Promise<number[]> {
  const clusterDir = join(dataDir, 'postgres');
  const text = await readFile(join(clusterDir, 'postmaster.pid'), 'utf8').catch(() => '');
  const postmaster = Number(text.split('\n')[0]);
  const found: number[] = [];
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (stat === '' || fields[0] === 'Z') continue;
    const line = (await readFile(`/proc/${name}/cmdline`, 'utf8').catch(() => '')).replaceAll('\0', ' ');
    const isPostmaster = line.includes(`-D ${clusterDir} `);
    if (isPostmaster || (postmaster > 0 && Number(fields[1]) === postmaster && line.startsWith('postgres')))
      found.push(Number(name));
  }
  return found;
}

async function alive(pids: number[]): Promise<number[]> {
  const stats = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')));
  return pids.filter((_, index) => stats[index] !== '' && !stats[index]?.includes(') Z '));
}
