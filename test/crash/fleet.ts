/**
 * Several nodes of the real command on one PostgreSQL, each a program of its own that may be killed, and what stands in
 * front of them: one address that hands every request to a node that is there. The Stripe simulator lives beside them.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { Agent, createServer, request as ask, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../src/clock.js';
import type { Role } from '../../src/compose.js';
import { startSimulator, type Simulator } from '../../src/simulator/stripe/index.js';
import { addClient, EVERY_TENANT } from '../../src/storage/clients.js';
import { openDatabase, type Db } from '../../src/storage/database.js';
import { emptyDatabase } from '../support/database.js';
import { freePortTriple } from '../support/sandbox.js';
import { builtCopy, until } from './sandbox.js';

const APP_ID = 'quittance';

export interface Node {
  url: string;
  role: Role;
  /** It was seen ready and has not ended since: whoever hands out requests learns of an end like everybody else. */
  isUp(): boolean;
  /** Starts it and waits until it is ready. */
  start(): Promise<void>;
  /** kill -9; resolves when it is gone. */
  kill(): Promise<void>;
  /** SIGTERM; resolves with its exit code. */
  terminate(): Promise<number>;
  output(): string;
}

export interface Fleet {
  nodes: Node[];
  simulator: Simulator;
  db: Db;
  appId: string;
  client: { clientId: string; secret: string };
  /** Requests of PSPs and browsers that got no answer, by what went wrong. */
  cut: string[];
  /** A node that answers requests now, one after the other; undefined when there is none. */
  next(): Node | undefined;
  close(): Promise<void>;
}

/** Starts all nodes at the same moment on a database without tables. */
export async function startFleet(roles: readonly Role[]): Promise<Fleet> {
  const folder = await mkdtemp(join(tmpdir(), 'quittance-nodes-'));
  const program = join(await builtCopy(folder), 'bin', 'quittance.mjs');
  const database = await emptyDatabase();
  const simulator = await startSimulator({ host: '127.0.0.1', port: 0, clock: systemClock });
  const nodes: Node[] = [];
  let turn = 0;
  const next = (): Node | undefined => {
    const up = nodes.filter((node) => node.role !== 'worker' && node.isUp());
    return up[(turn += 1) % Math.max(1, up.length)];
  };
  const cut: string[] = [];
  const door = await openDoor(next, cut);
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: folder,
    DATABASE_URL: database.url,
    DATA_DIR: folder,
    MASTER_KEY: randomBytes(32).toString('base64'),
    PUBLIC_URL: door.url,
    STRIPE_API_URL: simulator.url,
    APP_IDENTIFIER: APP_ID,
    LOG_LEVEL: 'info',
  };
  for (const role of roles) nodes.push(newNode(program, role, { ...env, PORT: String(await freePortTriple()) }));
  const db = openDatabase(database.url, () => undefined, 2);
  const close = async (): Promise<void> => {
    await Promise.all(nodes.map((node) => node.kill()));
    await door.close();
    await simulator.close();
    await db.destroy();
    await database.drop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await Promise.all(nodes.map((node) => node.start()));
    const client = await addClient(
      { db, appId: APP_ID, clock: systemClock },
      { tenantIds: [EVERY_TENANT], label: 'test' },
    );
    return { nodes, simulator, db, appId: APP_ID, client, cut, next, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function newNode(program: string, role: Role, env: Record<string, string>): Node {
  const url = `http://127.0.0.1:${env['PORT']}`;
  let child: ChildProcess | undefined;
  let written = '';
  let isUp = false;
  const isRunning = (): boolean => child !== undefined && child.exitCode === null && child.signalCode === null;
  const end = async (signal: NodeJS.Signals): Promise<number> => {
    if (child === undefined || !isRunning()) return child?.exitCode ?? -1;
    const gone = once(child, 'exit');
    child.kill(signal);
    await gone;
    isUp = false;
    return child.exitCode ?? -1;
  };
  return {
    url,
    role,
    isUp: () => isUp && isRunning(),
    start: async () => {
      isUp = false;
      child = spawn(process.execPath, [program, 'serve', '--role', role], { env, stdio: ['ignore', 'pipe', 'pipe'] });
      for (const stream of [child.stdout, child.stderr])
        stream?.setEncoding('utf8').on('data', (text: string) => (written += text));
      await until(
        `a node of role ${role} is ready`,
        () => {
          if (!isRunning()) throw new Error(`The node ended by itself:\n${written.slice(-3000)}`);
          return fetch(`${url}/health/ready`).then(
            ({ ok }) => ok,
            () => false,
          );
        },
        () => written.slice(-3000),
      );
      isUp = true;
    },
    kill: async () => void (await end('SIGKILL')),
    terminate: () => end('SIGTERM'),
    output: () => written,
  };
}

/** Why there is no answer: `refused` when there was no connection at all, else what became of it. */
export function whyLost(error: Error & { code?: string; syscall?: string }): string {
  // A port that closes while somebody connects resets instead of refusing; nothing was sent to it either way.
  return error.syscall === 'connect' ? 'refused' : (error.code ?? error.message);
}

/** The one address of all nodes. Who asks while a node dies learns it by a cut connection. */
async function openDoor(next: () => Node | undefined, cut: string[]): Promise<{ url: string; close(): Promise<void> }> {
  // A connection kept for later is closed by a node that leaves, in the very moment when it may be used.
  const agent = new Agent({ keepAlive: false });
  const passOn = (from: IncomingMessage, to: ServerResponse): void => {
    const node = next();
    if (node === undefined) return void to.writeHead(503).end();
    const { method, url: path, headers } = from;
    const failed = (error: Error): void => {
      cut.push(whyLost(error));
      from.socket.destroy();
    };
    const onward = ask(`${node.url}${path ?? ''}`, { method, headers, agent }, (answer) => {
      const { connection: _connection, 'keep-alive': _keepAlive, ...kept } = answer.headers;
      to.writeHead(answer.statusCode ?? 502, kept);
      answer.on('error', failed).pipe(to);
    });
    onward.on('error', failed);
    from.pipe(onward);
  };
  const server = createServer(passOn);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      agent.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
