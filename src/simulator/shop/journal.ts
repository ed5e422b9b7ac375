/**
 * The demo shop's memory on disk: one JSON record per line, forced to disk before anything is answered or
 * acknowledged. Records written while a write is under way share the next one.
 */
import { mkdir, open, readFile, truncate, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { ShopRecord } from './record.js';

export interface Journal {
  /** Everything that was there when the journal was opened. */
  readonly earlier: readonly ShopRecord[];
  /** Resolves once the record is on disk. Rejects for ever after one failed write: memory and disk differ then. */
  append(record: ShopRecord): Promise<void>;
  close(): Promise<void>;
}

/** Opens `shop.jsonl` in the folder. A last line without an end was never acknowledged and is cut off. */
export async function openJournal(folder: string): Promise<Journal> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, 'shop.jsonl');
  const bytes = await readFile(path).catch(() => Buffer.alloc(0));
  const end = bytes.lastIndexOf(0x0a) + 1;
  if (end < bytes.length) await truncate(path, end);
  const lines = bytes.subarray(0, end).toString('utf8').split('\n').filter(Boolean);
  const earlier = lines.map((line) => JSON.parse(line) as ShopRecord);
  return journalOn(await open(path, 'a', 0o600), earlier);
}

/** A journal that forgets everything with its program; for trying things out without a folder. */
export function forgetfulJournal(): Journal {
  return { earlier: [], append: async () => undefined, close: async () => undefined };
}

function journalOn(file: FileHandle, earlier: readonly ShopRecord[]): Journal {
  let waiting = '';
  let next: Promise<void> | undefined;
  let last: Promise<void> = Promise.resolve();

  async function write(): Promise<void> {
    next = undefined;
    const text = waiting;
    waiting = '';
    await file.appendFile(text);
    await file.datasync();
  }

  return {
    earlier,
    append(record) {
      waiting += `${JSON.stringify(record)}\n`;
      // Chained on success only: after a failed write every later append rejects with the same error.
      next ??= last = last.then(write);
      return next;
    },
    async close() {
      await last.catch(() => undefined);
      await file.close();
    },
  };
}
