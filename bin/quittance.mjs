#!/usr/bin/env node
/**
 * The `quittance` command. In a checkout it first builds what has changed; in the published package dist/ is there.
 */
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const entry = join(root, 'dist', 'cli', 'index.js');

function fail(message) {
  console.error(message);
  process.exit(1);
}

function canBuild() {
  if (!existsSync(join(root, 'src')) || !existsSync(join(root, 'scripts', 'build.mjs'))) return false;
  try {
    import.meta.resolve('esbuild');
    return true;
  } catch {
    return false;
  }
}

/** Builds when sources have changed. esbuild has already printed what is wrong when it fails. */
async function buildFirst() {
  const { buildWhenStale } = await import(pathToFileURL(join(root, 'scripts', 'build.mjs')).href);
  try {
    await buildWhenStale();
  } catch (error) {
    fail(`quittance: the build failed: ${error instanceof Error ? error.message : String(error)}`);
  }
}

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) fail('quittance needs Node 20.19 or newer, this is ' + process.version);

const argv = process.argv.slice(2);
const inCheckout = canBuild();
if (inCheckout) await buildFirst();
else if (!existsSync(entry)) fail('quittance: dist/ is missing and esbuild is not installed; run: npm ci');

if (argv[0] !== 'build-only') {
  if (!existsSync(entry)) fail('quittance: dist/cli/index.js is missing; run: npm run build');
  process.setSourceMapsEnabled(true);
  const { main } = await import(pathToFileURL(entry).href);
  await main(argv);
}
