/** A lock file that lets one program at a time start, adopt or stop the PostgreSQL of a folder. */
import { randomBytes } from 'node:crypto';
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { codeOf, EmbeddedUnavailable } from './failure.js';
import { sleep, startMark } from './running.js';

const WAIT_MS = 50;
/** 90 s: longer than a slow first start plus a slow stop of somebody else. */
const MOST_WAITS = 1800;

async function readToken(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Creates the lock together with its content, so that nobody ever reads a half-written one. */
async function create(path: string, token: string): Promise<boolean> {
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  await writeFile(draft, token, { mode: 0o600 });
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

async function holderRuns(token: string): Promise<boolean> {
  const [pid, mark] = token.split(' ');
  return mark !== undefined && (await startMark(Number(pid))) === mark;
}

/** Moves a dead program's lock away; puts it back when somebody else had replaced it in between. */
async function breakStale(path: string, stale: string): Promise<void> {
  const aside = `${path}.${randomBytes(6).toString('hex')}`;
  try {
    await rename(path, aside);
    if ((await readToken(aside)) !== stale) await link(aside, path);
  } catch (error) {
    if (!['ENOENT', 'EEXIST'].includes(codeOf(error))) throw error;
  }
  await rm(aside, { force: true });
}

/**
 * Waits for the lock file at `path` and takes it; returns the function that gives it back. A lock whose program died
 * (kill -9, power cut, restarted container) is broken. Source: pid plus start mark of the holder, written in the file.
 */
export async function takeLock(path: string): Promise<() => Promise<void>> {
  const token = `${process.pid} ${(await startMark(process.pid)) ?? 'unknown'} ${randomBytes(8).toString('hex')}`;
  let brokeOne = false;
  for (let waited = 0; waited < MOST_WAITS; waited += 1) {
    if (await create(path, token)) {
      // Two programs may break the same stale lock at once; the loser's lock is the one that got moved away.
      if (brokeOne) await sleep(WAIT_MS);
      if (!brokeOne || (await readToken(path)) === token) return () => release(path, token);
    }
    const holder = await readToken(path);
    if (holder !== undefined && !(await holderRuns(holder))) {
      await breakStale(path, holder);
      brokeOne = true;
    } else if (holder !== undefined) {
      await sleep(WAIT_MS);
    }
  }
  throw new EmbeddedUnavailable(`Another start has been holding ${path} for too long; stop it, or delete that file.`);
}

async function release(path: string, token: string): Promise<void> {
  if ((await readToken(path)) === token) await rm(path, { force: true });
}
