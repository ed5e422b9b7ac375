/** Durable state: one JSON line per batch, appended before the batch counts; rewritten as one line per row at start. */
import { closeSync, existsSync, mkdirSync, openSync, readSync, renameSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import type { Change } from './store.js';

export interface LogFile {
  append(changes: Change[]): void;
  rewrite(rows: Change[]): void;
  /** Bytes appended since the last rewrite. */
  grown(): number;
  close(): void;
}

/** Keeps nothing: state lives in memory only. */
export const noLog: LogFile = { append: () => {}, rewrite: () => {}, grown: () => 0, close: () => {} };

/**
 * Opens (or makes) `state.jsonl` in the folder and hands every stored batch, oldest first, to `restore`.
 * A line cut off by a crash was never answered to anybody and is dropped. A write is complete in the page cache
 * before it returns, so it survives kill -9 of this program (not a power cut: no fsync).
 */
export function openLog(folder: string, restore: (changes: Change[]) => void): LogFile {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, 'state.jsonl');
  if (existsSync(path)) for (const line of lines(path)) restore(JSON.parse(line) as Change[]);
  let file = openSync(path, 'a', 0o600);
  let grown = 0;
  return {
    append: (changes) => {
      grown += writeAll(file, `${JSON.stringify(changes)}\n`);
    },
    rewrite: (rows) => {
      const next = openSync(`${path}.next`, 'w', 0o600);
      for (const row of rows) writeAll(next, `${JSON.stringify([row])}\n`);
      closeSync(next);
      renameSync(`${path}.next`, path);
      closeSync(file);
      file = openSync(path, 'a', 0o600);
      grown = 0;
    },
    grown: () => grown,
    close: () => closeSync(file),
  };
}

function writeAll(file: number, text: string): number {
  const bytes = Buffer.from(text);
  for (let sent = 0; sent < bytes.length;) sent += writeSync(file, bytes, sent);
  return bytes.length;
}

/** Complete lines only; read in pieces because the file may be larger than the longest string. */
function* lines(path: string): Generator<string> {
  const file = openSync(path, 'r');
  const piece = Buffer.alloc(1 << 20);
  const decoder = new StringDecoder('utf8');
  let rest = '';
  for (let left = statSync(path).size; left > 0;) {
    const size = readSync(file, piece);
    if (size === 0) break;
    left -= size;
    const parts = (rest + decoder.write(piece.subarray(0, size))).split('\n');
    rest = parts.pop() ?? '';
    yield* parts.filter((line) => line !== '');
  }
  closeSync(file);
}
