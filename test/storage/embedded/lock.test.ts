/** One holder at a time, and a dead holder is in nobody's way. */
import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { takeLock } from '../../../src/storage/embedded/lock.js';
import { sleep, startMark } from '../../../src/storage/embedded/running.js';
import { temporaryFolder } from '../../support/embedded-program.js';

let folder: string;

beforeAll(async () => {
  folder = await temporaryFolder();
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe('takeLock', () => {
  test('lets one in at a time and leaves no file behind', async () => {
    const path = join(folder, 'one');
    let inside = 0;
    let most = 0;
    const visit = async (): Promise<void> => {
      const release = await takeLock(path);
      inside += 1;
      most = Math.max(most, inside);
      await sleep(10);
      inside -= 1;
      await release();
    };
    await Promise.all(Array.from({ length: 6 }, visit));
    expect(most).toBe(1);
    expect((await readdir(folder)).filter((name) => name.startsWith('one'))).toEqual([]);
  });

  test('breaks the lock of a program that is dead, though many try at once', async () => {
    const path = join(folder, 'dead');
    await writeFile(path, '4194303999 123 nobody');
    let inside = 0;
    const visit = async (): Promise<void> => {
      const release = await takeLock(path);
      inside += 1;
      expect(inside).toBe(1);
      await sleep(10);
      inside -= 1;
      await release();
    };
    await Promise.all(Array.from({ length: 6 }, visit));
  });

  test('breaks the lock of a dead program whose pid is in use again', async () => {
    const path = join(folder, 'reused');
    await writeFile(path, `${process.pid} not-${await startMark(process.pid)} earlier`);
    const release = await takeLock(path);
    await release();
    expect(await readdir(folder)).not.toContain('reused');
  });

  test('waits for a live holder', async () => {
    const path = join(folder, 'live');
    const release = await takeLock(path);
    let taken = false;
    const second = takeLock(path).then((give) => {
      taken = true;
      return give;
    });
    await sleep(150);
    expect(taken).toBe(false);
    await release();
    await (
      await second
    )();
    expect(taken).toBe(true);
  });
});
