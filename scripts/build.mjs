/**
 * Turns src/ into dist/ with esbuild: server code file by file, browser code bundled, assets copied.
 * Every file appears by rename and the stamp is written last, so a build that dies or meets another does no harm.
 */
import { mkdir, readFile, readdir, rename, rm, stat, unlink, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const sourceFolder = join(root, 'src');
const outFolder = join(root, 'dist');
const stampFile = join(outFolder, '.built');
const lockFile = join(outFolder, '.lock');

const ASSET = /\.(css|svg)$/;
const SOURCE = /(?<!\.d)\.tsx?$/;
const LOCK_POLL_MS = 50;
const LOCK_POLLS = 600;

/**
 * Builds whatever src/ holds into dist/. Safe to repeat and to run twice at once: the second waits, and both
 * write the same bytes. Throws what esbuild throws; the stamp is then missing and the next start builds again.
 */
export async function build() {
  await withLock(buildNow);
}

/** Builds only when dist/ does not match src/, asking again once it has the lock. Resolves to whether it built. */
export async function buildWhenStale() {
  if (!(await isStale())) return false;
  return withLock(async () => {
    if (!(await isStale())) return false;
    await buildNow();
    return true;
  });
}

/** Whether a source was added, removed or changed since the last finished build. */
export async function isStale() {
  const [stamp, fingerprint] = await Promise.all([readFile(stampFile, 'utf8').catch(() => ''), fingerprintOfSources()]);
  return stamp !== fingerprint;
}

async function buildNow() {
  // Taken first: a source saved during the build makes the next start build again.
  const fingerprint = await fingerprintOfSources();
  await rm(stampFile, { force: true });
  const sources = await filesBelow(sourceFolder);
  const outputs = (await Promise.all([serverFiles(sources), browserFiles(sources), assets(sources)])).flat();
  await Promise.all(outputs.map(({ path, contents }) => writeByRename(path, contents)));
  await removeLeftovers(new Set(outputs.map(({ path }) => path)), sources);
  await writeByRename(stampFile, fingerprint);
}

async function serverFiles(sources) {
  const { build: run } = await import('esbuild');
  const { outputFiles } = await run({
    entryPoints: sources.filter((file) => SOURCE.test(file) && !isBrowserCode(file)),
    outbase: sourceFolder,
    outdir: outFolder,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    sourcemap: true,
    sourcesContent: false,
    write: false,
  });
  return outputFiles;
}

/** Only files directly in a `browser` or `island` folder become a bundle; deeper ones are parts of them. */
async function browserFiles(sources) {
  const { build: run } = await import('esbuild');
  const entries = sources.filter((file) => SOURCE.test(file)).map((file) => ({ in: file, parts: partsOf(file) }));
  const scripts = entries.filter(({ parts }) => parts.at(-2) === 'browser');
  const islands = entries.filter(({ parts }) => parts.at(-2) === 'island');
  const bundle = async (entryPoints, options) => {
    if (entryPoints.length === 0) return [];
    const base = { bundle: true, outdir: outFolder, target: 'es2022', platform: 'browser', write: false };
    const jsx = { jsx: 'automatic', jsxImportSource: 'preact' };
    return (await run({ entryPoints, ...base, ...jsx, legalComments: 'none', ...options })).outputFiles;
  };
  const client = { in: join(sourceFolder, 'client', 'index.ts'), out: 'client/index' };
  const scriptEntries = scripts.map((entry) => ({ in: entry.in, out: withoutEnding(entry.parts.join('/')) }));
  const islandEntries = islands.map((entry) => ({ in: entry.in, out: `islands/${islandName(entry.parts)}` }));
  const built = await Promise.all([
    bundle(scriptEntries, { format: 'iife', minify: true }),
    bundle([...islandEntries, client], { format: 'esm', minify: true }),
  ]);
  return built.flat();
}

/** connectors/stripe/island/payment-element.ts -> stripe-payment-element; pages/island/x.ts -> page-x. */
function islandName(parts) {
  const owner = parts[0] === 'pages' ? 'page' : parts.at(-3);
  return `${owner}-${withoutEnding(parts.at(-1))}`;
}

async function assets(sources) {
  return Promise.all(
    sources
      .filter((file) => ASSET.test(file))
      .map(async (file) => ({ path: join(outFolder, relative(sourceFolder, file)), contents: await readFile(file) })),
  );
}

function isBrowserCode(file) {
  const parts = partsOf(file);
  return parts[0] === 'client' || parts.some((part) => part === 'browser' || part === 'island');
}

function partsOf(file) {
  return relative(sourceFolder, file).split(sep);
}

function withoutEnding(path) {
  return path.replace(/\.tsx?$/, '');
}

async function filesBelow(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort();
}

async function fingerprintOfSources() {
  const files = [...(await filesBelow(sourceFolder)), fileURLToPath(import.meta.url)];
  const lines = files.map(async (file) => {
    // A file may vanish between the listing and here: editors save that way.
    const found = await stat(file).catch(() => undefined);
    return found && `${relative(root, file)} ${found.size} ${found.mtimeMs}`;
  });
  return (await Promise.all(lines)).filter(Boolean).join('\n');
}

async function writeByRename(path, contents) {
  await mkdir(dirname(path), { recursive: true });
  const draft = `${path}.${process.pid}.draft`;
  await writeFile(draft, contents);
  await rename(draft, path);
}

/** Outputs of sources that are gone. Type declarations come from another step and go with their source. */
async function removeLeftovers(outputs, sources) {
  const files = await filesBelow(outFolder);
  const declared = new Set(
    sources.map((file) => join(outFolder, relative(sourceFolder, file)).replace(SOURCE, '.d.ts')),
  );
  const isOurs = (file) => outputs.has(file) || file === lockFile || declared.has(file);
  await Promise.all(files.filter((file) => !isOurs(file)).map((file) => rm(file, { force: true })));
}

async function withLock(work) {
  await mkdir(outFolder, { recursive: true });
  await takeLock();
  try {
    return await work();
  } finally {
    await unlink(lockFile).catch(() => undefined);
  }
}

async function takeLock() {
  for (let poll = 0; poll < LOCK_POLLS; poll += 1) {
    try {
      await writeFile(lockFile, String(process.pid), { flag: 'wx' });
      return;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    // A number may come back, in a container even at once; a process that holds the lock never gets here.
    const owner = Number(await readFile(lockFile, 'utf8').catch(() => ''));
    if (owner > 0 && (owner === process.pid || !isRunning(owner))) await unlink(lockFile).catch(() => undefined);
    else await sleep(LOCK_POLL_MS);
  }
  throw new Error(`Another build seems to hang; if none is running, delete ${lockFile}`);
}

function isRunning(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  await build();
}
