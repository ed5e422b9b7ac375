/** The master key: read strictly, and made once in the sandbox whoever asks first. */
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { masterKeyFromText, sandboxMasterKey } from '../../src/storage/master-key.js';

describe('masterKeyFromText', () => {
  test('takes base64 of 32 bytes, with or without padding', () => {
    const text = Buffer.alloc(32, 7).toString('base64');
    const unpadded = text.replace('=', '');
    expect(masterKeyFromText(text).id).toBe(masterKeyFromText(` ${unpadded}\n`).id);
    expect(masterKeyFromText(Buffer.alloc(32, 8).toString('base64')).id).not.toBe(masterKeyFromText(text).id);
  });

  test('refuses everything else without showing it', () => {
    for (const text of [
      '',
      'short',
      Buffer.alloc(31).toString('base64'),
      Buffer.alloc(33).toString('base64'),
      'ä'.repeat(44),
    ]) {
      expect(() => masterKeyFromText(text)).toThrow(/^Read the master key: wanted is base64 of 32 bytes$/);
    }
  });

  test('does not show the key when it is printed', () => {
    const key = masterKeyFromText(Buffer.from('0123456789abcdef0123456789abcdef').toString('base64'));
    expect(JSON.stringify(key)).not.toContain('0123');
    expect(JSON.stringify(key)).not.toContain('MDEy');
  });
});

describe('sandboxMasterKey', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'quittance-key-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  test('is made once, kept, and readable for its owner only', () => {
    const made = sandboxMasterKey(join(folder, 'deep', 'er'));
    const file = join(folder, 'deep', 'er', 'master.key');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(folder, 'deep', 'er'))).toEqual(['master.key']);
    chmodSync(file, 0o400);
    expect(sandboxMasterKey(join(folder, 'deep', 'er')).id).toBe(made.id);
  });

  test('a damaged file stops the start with its path and is left as it is', () => {
    writeFileSync(join(folder, 'master.key'), 'half a ke');
    expect(() => sandboxMasterKey(folder)).toThrow(`Read ${join(folder, 'master.key')}: wanted is one line`);
    expect(readFileSync(join(folder, 'master.key'), 'utf8')).toBe('half a ke');
  });

  test('starts at the same moment agree on one key', async () => {
    const source = new URL('../../src/storage/master-key.ts', import.meta.url).href;
    const script = `
      import { parentPort, workerData } from 'node:worker_threads';
      import { tsImport } from '${import.meta.resolve('tsx/esm/api')}';
      const { sandboxMasterKey } = await tsImport(workerData.source, import.meta.url);
      parentPort.once('message', () => parentPort.postMessage(sandboxMasterKey(workerData.folder).id));
      parentPort.postMessage('ready');`;
    writeFileSync(join(folder, 'start.mjs'), script);
    const target = join(folder, 'shared');
    const workers = [1, 2, 3, 4].map(
      () => new Worker(join(folder, 'start.mjs'), { workerData: { source, folder: target } }),
    );
    const next = (worker: Worker) =>
      new Promise<string>((resolve, reject) => {
        worker.once('message', resolve);
        worker.once('error', reject);
      });
    await Promise.all(workers.map(next));
    const ids = workers.map(next);
    for (const worker of workers) worker.postMessage('go');
    expect(new Set(await Promise.all(ids)).size).toBe(1);
    await Promise.all(workers.map((worker) => worker.terminate()));
  });
});
