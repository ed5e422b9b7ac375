/**
 * Bundles the programs of the stories into one file each: started from a bundle a program is there in half a second,
 * from its sources in several.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build, type Plugin } from 'esbuild';

export interface Bundles {
  /** The app as a program of its own, see child.ts. */
  child: string;
  /** Tells stories in a process of its own, see teller.ts. */
  teller: string;
  remove(): Promise<void>;
}

/** Files read beside a source are still found: every source keeps its own address. */
const addresses: Plugin = {
  name: 'addresses',
  setup: ({ onLoad }) =>
    onLoad({ filter: /\/src\/.*\.tsx?$/ }, async ({ path }) => ({
      loader: path.endsWith('x') ? 'tsx' : 'ts',
      contents: (await readFile(path, 'utf8')).replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href)),
    })),
};

/** Bundles both into a folder of their own; `remove` deletes it. */
export async function bundle(): Promise<Bundles> {
  const folder = await mkdtemp(join(tmpdir(), 'quittance-bundle-'));
  await build({
    entryPoints: ['child', 'teller'].map((name) => fileURLToPath(new URL(`${name}.ts`, import.meta.url))),
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    external: ['pg-native'],
    plugins: [addresses],
    // Packages that are not modules ask for their parts with `require`.
    banner: {
      js: "import { createRequire as requiring } from 'node:module'; const require = requiring(import.meta.url);",
    },
    logLevel: 'error',
  });
  return {
    child: join(folder, 'child.mjs'),
    teller: join(folder, 'teller.mjs'),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
