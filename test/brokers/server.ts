/** A server of a test: a process of its own, ended by its id. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '../flows/heart.js';

/** A folder that is the server's alone. */
export function folderOf(name: string): Promise<string> {
  return mkdtemp(join(tmpdir(), `quittance-${name}-`));
}

/** Removes it. */
export function removeFolder(path: string): Promise<void> {
  return rm(path, { recursive: true, force: true, maxRetries: 5 });
}

/** Starts a program; its output is kept for the error of one that never answers. */
export function run(
  program: string,
  args: string[],
  env: NodeJS.ProcessEnv = {},
): { child: ChildProcess; said(): string } {
  const child = spawn(program, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  const keep = (bytes: Buffer): void => void (text = `${text}${bytes.toString('utf8')}`.slice(-4000));
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  child.on('error', (error) => (text += error.message));
  return { child, said: () => text };
}

/** Resolves when something accepts connections there. */
export async function listens(what: string, port: number, said: () => string): Promise<void> {
  const look = () =>
    new Promise<boolean>((resolve) => {
      const socket = connect({ host: '127.0.0.1', port }, () => {
        socket.destroy();
        resolve(true);
      });
      socket.on('error', () => resolve(false));
    });
  await eventually(what, look).catch((error: unknown) => {
    throw new Error(`${what} does not listen: ${said()}`, { cause: error });
  });
}

/** Ends a process by its id and waits until it is gone. */
export async function killed(child: ChildProcess, signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill(signal);
  await gone;
}
