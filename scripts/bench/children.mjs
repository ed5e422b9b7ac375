/** Starts the programs that are measured, each in a process of its own, and ends exactly those. */
import { fork, spawn } from 'node:child_process';
import { createServer } from 'node:net';

const START_LIMIT_MS = 30_000;
const STOP_LIMIT_MS = 10_000;

/** A port of this machine that nobody uses at the moment. */
export async function freePort() {
  const server = createServer();
  await new Promise((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Forks a program of this folder and resolves with the port it tells when it listens. */
export async function startProgram(name, options) {
  const child = fork(new URL(`./${name}.mjs`, import.meta.url), [JSON.stringify(options)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const port = await new Promise((resolve, reject) => {
    child.once('message', (message) => resolve(message.port));
    child.once('exit', (code) => reject(new Error(`${name} ended with ${code} before it listened`)));
  });
  return { url: `http://127.0.0.1:${port}`, pid: child.pid, stop: () => stopChild(child) };
}

/** Starts the real command `quittance serve` and resolves when it says that it is ready. */
export async function startQuittance(root, env, nodeArguments) {
  const child = spawn(process.execPath, [...nodeArguments, `${root}/bin/quittance.mjs`, 'serve'], {
    cwd: root,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, LOG_LEVEL: 'warn', ...env },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const url = `http://127.0.0.1:${env.PORT}`;
  for (let waited = 0; !(await isReady(url)); waited += 100) {
    if (child.exitCode !== null) throw new Error(`quittance ended with ${child.exitCode}`);
    if (waited > START_LIMIT_MS) throw new Error('quittance did not become ready');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return { url, pid: child.pid, stop: () => stopChild(child) };
}

async function isReady(url) {
  try {
    return (await fetch(`${url}/health/ready`)).status === 200;
  } catch {
    return false;
  }
}

async function stopChild(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const force = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS);
  await ended;
  clearTimeout(force);
}
