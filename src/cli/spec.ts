/** `quittance spec`: writes openapi.json and asyncapi.json. Both are committed, and a test compares them. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { asyncApi } from '../contract/asyncapi.js';
import { openApi } from '../contract/openapi.js';

/** Writes both documents into a folder and returns the paths. Safe to repeat. */
export async function writeSpecs(folder: string): Promise<string[]> {
  const version = await packageVersion();
  const documents = { 'openapi.json': openApi({ version }), 'asyncapi.json': asyncApi({ version }) };
  const paths: string[] = [];
  for (const [name, document] of Object.entries(documents)) {
    const path = join(folder, name);
    await writeFile(path, `${JSON.stringify(document, null, 2)}\n`);
    paths.push(path);
  }
  return paths;
}

/** The version of this package; the same from sources and from `dist/`. */
export async function packageVersion(): Promise<string> {
  const text = await readFile(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
