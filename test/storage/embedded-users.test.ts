/** As whom our own PostgreSQL runs: these tests need root, since only root can be several users. */
import { spawnSync } from 'node:child_process';
import { chmod, chown, mkdir, readlink, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { openEmbedded } from '../../src/storage/embedded.js';
import {
  ask,
  bundleProgram,
  copyWithoutLinks,
  runProgram,
  runs,
  serverPid,
  temporaryFolder,
} from '../support/embedded-program.js';

const NOBODY = { uid: 65534, gid: 65534 };
const isRoot = process.getuid?.() === 0;
const hasNamespaces = isRoot && spawnSync('unshare', ['-U', 'true']).status === 0;
const canBeNobody = isRoot && spawnSync(process.execPath, ['-v'], { cwd: '/', ...NOBODY }).status === 0;

let open: string;
let closed: string;
const used: string[] = [];

function folderIn(parent: string): string {
  const dataDir = join(parent, `database-${used.length}`);
  used.push(dataDir);
  return dataDir;
}

async function ownerOfServer(dataDir: string): Promise<number> {
  return (await stat(`/proc/${await serverPid(dataDir)}`)).uid;
}

beforeAll(async () => {
  open = await temporaryFolder(0o755);
  closed = await temporaryFolder(0o700);
});

afterEach(async () => {
  for (const dataDir of used) {
    const pid = await serverPid(dataDir);
    if (pid !== undefined && (await runs(pid))) process.kill(pid, 'SIGQUIT');
  }
});

afterAll(async () => {
  for (const folder of [open, closed]) await rm(folder, { recursive: true, force: true });
});

describe.runIf(hasNamespaces)('openEmbedded as root with user namespaces', () => {
  test('runs in a namespace of its own, even below a closed folder, and files stay root’s', async () => {
    const dataDir = folderIn(closed);
    const embedded = await openEmbedded({ dataDir });
    expect(await ask(embedded.url, 'select 1 as one')).toEqual({ one: 1 });
    expect((await stat(join(dataDir, 'postgres', 'PG_VERSION'))).uid).toBe(0);
    const pid = await serverPid(dataDir);
    expect(await readlink(`/proc/${pid}/ns/user`)).not.toBe(await readlink('/proc/self/ns/user'));
    await embedded.stop();
    expect(await runs(pid ?? 0)).toBe(false);
  });
});

describe.runIf(isRoot)('openEmbedded as root without user namespaces', () => {
  test('runs as a system user, with programs copied from where that user cannot read', async () => {
    const { root } = await copyWithoutLinks(join(closed, 'package'));
    const dataDir = folderIn(open);
    const embedded = await openEmbedded({ dataDir, forceNoUserNamespace: true, binaries: root });
    expect(await ask(embedded.url, 'select 1 as one')).toEqual({ one: 1 });
    expect(await ownerOfServer(dataDir)).not.toBe(0);
    expect((await stat(join(dataDir, 'binaries'))).mode & 0o777).toBe(0o755);
    expect((await stat(dataDir)).mode & 0o777).toBe(0o701);
    await embedded.stop();
    const again = await openEmbedded({ dataDir, forceNoUserNamespace: true, binaries: root });
    expect(again.adopted).toBe(false);
    await again.stop();
  });

  test('names the closed folder that is in the way', async () => {
    const start = openEmbedded({ dataDir: folderIn(closed), forceNoUserNamespace: true });
    await expect(start).rejects.toThrow(`because ${closed} is closed to other users. Choose a DATA_DIR such as`);
  });

  test.runIf(hasNamespaces)('takes over a database that was made in a namespace', async () => {
    const dataDir = folderIn(open);
    const before = await openEmbedded({ dataDir });
    await ask(before.url, `create table kept as select 'committed' as note`);
    await before.stop();
    const after = await openEmbedded({ dataDir, forceNoUserNamespace: true });
    expect(await ask(after.url, 'select note from kept')).toEqual({ note: 'committed' });
    expect(await ownerOfServer(dataDir)).not.toBe(0);
    await after.stop();
  });
});

describe.runIf(canBeNobody)('openEmbedded as a normal user', () => {
  test('starts with programs in a folder it may not write, and root keeps to that user afterwards', async () => {
    const program = await bundleProgram(open);
    const { root } = await copyWithoutLinks(join(open, 'package'));
    await chmod(root, 0o755);
    const dataDir = folderIn(open);
    await mkdir(dataDir);
    await chown(dataDir, NOBODY.uid, NOBODY.gid);
    const app = await runProgram(program, { dataDir, binaries: root }, NOBODY);
    expect(app.said).toMatchObject({ adopted: false });
    expect(await ownerOfServer(dataDir)).toBe(NOBODY.uid);
    expect(await app.stop()).toEqual({ stopped: true });

    const byRoot = await openEmbedded({ dataDir, binaries: root });
    expect(await ownerOfServer(dataDir)).toBe(NOBODY.uid);
    await byRoot.stop();
    const afterwards = await runProgram(program, { dataDir, binaries: root }, NOBODY);
    expect(afterwards.said).toMatchObject({ adopted: false });
    expect(await afterwards.stop()).toEqual({ stopped: true });
  });

  test('is told when the database belongs to somebody else', async () => {
    const program = await bundleProgram(open);
    const dataDir = folderIn(open);
    const embedded = await openEmbedded({ dataDir });
    await embedded.stop();
    const refused = await runProgram(program, { dataDir }, NOBODY);
    expect(refused.said.name).toBe('EmbeddedUnavailable');
    expect(refused.said.message).toMatch(/^DATA_DIR .* cannot be used: EACCES/);
  });
});
