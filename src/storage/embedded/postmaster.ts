/** Starts, adopts and stops the PostgreSQL server (its first program is called postmaster) of one database folder. */
import { spawn, type ChildProcess } from 'node:child_process';
import { open, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { Binaries } from './binaries.js';
import { lastLine, turnLog } from './cluster.js';
import { withConnection } from './connect.js';
import { codeOf, EmbeddedUnavailable, messageOf } from './failure.js';
import { commandFor, type Launch } from './launch.js';
import { commandLine, pidExists, plainEnvironment, sleep, workingFolder } from './running.js';

/** The running server: adopted when somebody else had started it. */
export type Postmaster = { pid: number; port: number };

export type Log = (event: string, fields?: Record<string, unknown>) => void;

export type Start = {
  clusterDir: string;
  logFile: string;
  password: string;
  binaries: Binaries;
  launch: Launch;
  /** Only this port will do, because somebody has the address already. */
  port?: number;
};

const POLL_MS = 25;
/** 60 s for a server that is alive but still recovering. */
const MOST_POLLS = 2400;
const RETRY_MS = 250;
/** 10 s of retries for a server that ends at once, as after a crash while its children are still there. */
const MOST_STARTS = 40;

type PidFile = { pid: number; port: number; ready: boolean };

/** Reads postmaster.pid: line 1 is the pid, 4 the port, 8 the state (PostgreSQL's `pidfile.h`). */
async function readPidFile(clusterDir: string): Promise<PidFile | undefined> {
  const text = await readFile(join(clusterDir, 'postmaster.pid'), 'utf8').catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  });
  const lines = text?.split('\n') ?? [];
  const pid = Number(lines[0]);
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  return { pid, port: Number(lines[3]), ready: lines[7]?.trim() === 'ready' };
}

/** `ours`: the server of this folder. `other`: a stranger that got the pid later. `gone`: nothing that matters. */
async function whoIs(pid: number, clusterDir: string): Promise<'ours' | 'other' | 'gone'> {
  if (!pidExists(pid)) return 'gone';
  const line = await commandLine(pid);
  if (line === undefined) return 'gone';
  if (!line.includes('postgres')) return 'other';
  if (`${line} `.includes(`-D ${clusterDir} `)) return 'ours';
  // Started by hand with another spelling of the folder: PostgreSQL always works inside its database folder.
  return (await workingFolder(pid)) === clusterDir ? 'ours' : 'other';
}

async function accepts(port: number, password: string): Promise<boolean> {
  try {
    await withConnection(port, password, (client) => client.query('select 1'));
    return true;
  } catch (error) {
    if (codeOf(error).startsWith('28')) {
      throw new EmbeddedUnavailable(
        `The running PostgreSQL on port ${port} refuses the password in postgres.password; restore that file.`,
      );
    }
    return false;
  }
}

/**
 * The server that already runs on this folder, once it accepts connections; undefined when none does. Waits for one
 * that is starting or stopping. Removes the pid file of a dead server whose pid now belongs to a stranger, because
 * PostgreSQL would take the stranger for itself and refuse to start.
 */
export async function findRunning(clusterDir: string, password: string): Promise<Postmaster | undefined> {
  for (let poll = 0; poll < MOST_POLLS; poll += 1) {
    const found = await readPidFile(clusterDir);
    if (found === undefined) return undefined;
    const who = await whoIs(found.pid, clusterDir);
    if (who === 'other') await rm(join(clusterDir, 'postmaster.pid'), { force: true });
    if (who !== 'ours') return undefined;
    if (found.ready && (await accepts(found.port, password))) return { pid: found.pid, port: found.port };
    await sleep(POLL_MS);
  }
  throw new EmbeddedUnavailable(`PostgreSQL runs on ${clusterDir} but does not accept connections; see its log.`);
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

/** The port of the last start, from postmaster.opts, so that other programs with the old address find it again. */
async function lastPort(clusterDir: string): Promise<number | undefined> {
  const options = await readFile(join(clusterDir, 'postmaster.opts'), 'utf8').catch(() => '');
  const port = /"-p" "(\d+)"/.exec(options)?.[1];
  return port === undefined ? undefined : Number(port);
}

function serverOptions(clusterDir: string, port: number): string[] {
  const settings = {
    shared_buffers: '64MB',
    max_connections: '60',
    fsync: 'on',
    // The log tells what failed, never with which values.
    log_error_verbosity: 'terse',
    log_min_error_statement: 'panic',
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  return ['-D', clusterDir, '-h', '127.0.0.1', '-k', '', '-p', String(port), ...flags];
}

/** Spawns the server in a session of its own, so that neither Ctrl-C nor the end of this program reaches it. */
async function spawnServer(
  start: Start,
  port: number,
): Promise<{ child: ChildProcess; reason: () => Promise<string> }> {
  await turnLog(start.logFile);
  const log = await open(start.logFile, 'a', 0o600);
  try {
    const { size } = await log.stat();
    const program = join(start.binaries.root, 'bin', 'postgres');
    const { command, args, ids } = commandFor(start.launch, program, serverOptions(start.clusterDir, port));
    const stdio: ['ignore', number, number] = ['ignore', log.fd, log.fd];
    const child = spawn(command, args, { detached: true, cwd: '/', env: plainEnvironment(), stdio, ...ids });
    child.unref();
    return { child, reason: async () => lastLine((await readFile(start.logFile)).subarray(size).toString('utf8')) };
  } finally {
    await log.close();
  }
}

/** One try: the server once it accepts connections, or the reason why it ended. */
async function startOnce(start: Start, port: number): Promise<Postmaster | { failed: string }> {
  const { child, reason } = await spawnServer(start, port);
  let ended: string | undefined;
  child.once('error', (error) => (ended = messageOf(error)));
  child.once('exit', (code, signal) => (ended ??= `it ended with ${signal ?? `code ${code}`}`));
  for (let poll = 0; poll < MOST_POLLS; poll += 1) {
    await sleep(POLL_MS);
    if (ended !== undefined) return { failed: `${await reason()} (${ended})` };
    const found = await readPidFile(start.clusterDir);
    if (found?.pid !== child.pid || !found?.ready) continue;
    if (await accepts(found.port, start.password)) return { pid: found.pid, port: found.port };
  }
  throw new EmbeddedUnavailable(`PostgreSQL started but is not ready after a minute; it may be recovering, try again.`);
}

/**
 * Starts the server on the port of its last start, or a free one. Retries for 10 s with another port each time (unless
 * one is given), since after a crash the old server's children or a stranger on the port may be in the way; adopts a
 * server that somebody started meanwhile. Throws EmbeddedUnavailable with PostgreSQL's last reason.
 */
export async function startServer(start: Start, log: Log): Promise<Postmaster> {
  let reason = '';
  for (let tries = 0; tries < MOST_STARTS; tries += 1) {
    const running = await findRunning(start.clusterDir, start.password);
    if (running !== undefined) return running;
    const port = start.port ?? (tries === 0 ? await lastPort(start.clusterDir) : undefined) ?? (await freePort());
    const outcome = await startOnce(start, port);
    if (!('failed' in outcome)) return outcome;
    reason = outcome.failed;
    log('database.start_retried', { tries: tries + 1, port, reason });
    await sleep(RETRY_MS);
  }
  throw new EmbeddedUnavailable(`PostgreSQL does not start: ${reason}. Its log is ${start.logFile}.`);
}

/**
 * Stops the server the fast way (SIGINT: open transactions are rolled back) and waits until it is gone. Returns false
 * when it is somebody else's program or still there after a minute. Safe to repeat.
 */
export async function stopServer(server: Postmaster, clusterDir: string): Promise<boolean> {
  if ((await whoIs(server.pid, clusterDir)) !== 'ours') return true;
  try {
    process.kill(server.pid, 'SIGINT');
  } catch (error) {
    if (codeOf(error) === 'ESRCH') return true;
    if (codeOf(error) === 'EPERM') return false;
    throw error;
  }
  for (let poll = 0; poll < MOST_POLLS; poll += 1) {
    if ((await whoIs(server.pid, clusterDir)) !== 'ours') return true;
    await sleep(POLL_MS);
  }
  return false;
}
