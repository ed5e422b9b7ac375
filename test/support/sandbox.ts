/** The real sandbox as a child program: app, Stripe simulator and demo shop on three free ports, data in a folder. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

export interface Sandbox {
  url: string;
  simulatorUrl: string;
  shopUrl: string;
  port: number;
  dataDir: string;
  child: ChildProcess;
  /** Everything it wrote so far. */
  output(): string;
  /** Stops it as Ctrl-C does and removes the folder. */
  close(): Promise<void>;
}

/** Looks every so often. */
const LOOK_MS = 100;
const LOOKS = 400;

/** Starts and waits until the app is ready and the shop is connected. */
export async function startSandbox(
  options: { port?: number; dataDir?: string; env?: Record<string, string> } = {},
): Promise<Sandbox> {
  const port = options.port ?? (await freePortTriple());
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'quittance-sandbox-'));
  const env = { ...process.env, LOG_LEVEL: 'info', ...options.env, PORT: String(port), DATA_DIR: dataDir };
  const child = spawn(process.execPath, ['bin/quittance.mjs', 'sandbox'], {
    cwd: resolve('.'),
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: string[] = [];
  child.stdout.on('data', (chunk: Buffer) => lines.push(chunk.toString('utf8')));
  child.stderr.on('data', (chunk: Buffer) => lines.push(chunk.toString('utf8')));
  const host = 'http://localhost';
  const sandbox: Sandbox = {
    url: `${host}:${port}`,
    simulatorUrl: `${host}:${port + 1}`,
    shopUrl: `${host}:${port + 2}`,
    port,
    dataDir,
    child,
    output: () => lines.join(''),
    close: async () => {
      if (child.exitCode === null && child.signalCode === null) {
        const ended = new Promise((resolve) => child.once('exit', resolve));
        child.kill('SIGINT');
        await ended;
      }
      if (options.dataDir === undefined) rmSync(dataDir, { recursive: true, force: true });
    },
  };
  await until(async () => {
    if (child.exitCode !== null) throw new Error(`The sandbox ended: ${sandbox.output()}`);
    const ready = await fetch(`${sandbox.url}/health/ready`).catch(() => undefined);
    return ready?.status === 200 && sandbox.output().includes('tenant configured');
  });
  return sandbox;
}

/** Waits until the check says yes; throws when patience ends. */
export async function until(check: () => Promise<boolean>): Promise<void> {
  for (let look = 0; look < LOOKS; look += 1) {
    if (await check()) return;
    await new Promise((done) => setTimeout(done, LOOK_MS));
  }
  throw new Error('It did not happen in time');
}

/** Each test process and thread takes its ports from a slice of its own, so that two never choose the same. */
const SLICE = 20_000 + (Number(process.env['VITEST_POOL_ID'] ?? 0) % 4) * 3_000;

/** The first of three ports in a row that are free, below those the machine gives to outgoing connections. */
export async function freePortTriple(): Promise<number> {
  for (;;) {
    const port = SLICE + Math.floor(Math.random() * 2_990);
    const free = await Promise.all([0, 1, 2].map((step) => isFree(port + step)));
    if (free.every(Boolean)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((done) => {
    const server = createServer();
    server.once('error', () => done(false));
    server.listen(port, '127.0.0.1', () => server.close(() => done(true)));
  });
}
