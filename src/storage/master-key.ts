/** The deployment's master key: read from text in production, made once and kept in the data folder by the sandbox. */
import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, linkSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { KEY_BYTES, keyOf, VaultError, type SealKey } from './sealed-text.js';

/** Wraps the tenants' data keys and seals the deployment's own secrets. */
export type MasterKey = SealKey;

const FILE_NAME = 'master.key';
/** Base64 of 32 bytes, padded or not, in either alphabet. */
const KEY_TEXT = /^[A-Za-z0-9+/_-]{43}=?$/;

/** Reads a master key from base64 of 32 bytes. Throws a VaultError that does not show the text. */
export function masterKeyFromText(text: string): MasterKey {
  const trimmed = text.trim();
  if (!KEY_TEXT.test(trimmed)) {
    throw new VaultError('malformed', `Read the master key: wanted is base64 of ${KEY_BYTES} bytes`);
  }
  return keyOf(Buffer.from(trimmed, 'base64'));
}

/**
 * The sandbox's master key in `<dataDir>/master.key`, made on first use, readable for its owner only. Processes that
 * start at once get the same key: a whole file appears under the name, and the first one stays.
 */
export function sandboxMasterKey(dataDir: string): MasterKey {
  const path = join(dataDir, FILE_NAME);
  const text = readIfThere(path) ?? addOnce(dataDir, path);
  try {
    return masterKeyFromText(text);
  } catch {
    throw new VaultError('malformed', `Read ${path}: wanted is one line of base64 of ${KEY_BYTES} bytes`);
  }
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function addOnce(dataDir: string, path: string): string {
  mkdirSync(dataDir, { recursive: true });
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  const file = openSync(draft, 'wx', 0o600);
  try {
    writeSync(file, `${randomBytes(KEY_BYTES).toString('base64')}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  try {
    // Unlike a rename, a link never replaces the key another process has just made.
    linkSync(draft, path);
    syncFolder(dataDir);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  } finally {
    rmSync(draft, { force: true });
  }
  return readFileSync(path, 'utf8');
}

/** The name must survive a power cut as well: everything in the database hangs on this file. */
function syncFolder(folder: string): void {
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}
