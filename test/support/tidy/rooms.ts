/** Runs dependency-cruiser with the room table over src/. */
import { readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { cruise, type ICruiseOptions, type ICruiseResult } from 'dependency-cruiser';
import extractOptions from 'dependency-cruiser/config-utl/extract-depcruise-options';

const CONFIG = '.dependency-cruiser.mjs';

/** Folders of one room each for every folder in them. */
const GROUPS = ['connectors', 'simulator'];

/** What was cruised: our modules, and one line per breach of the table. */
export interface Cruised {
  modules: string[];
  breaches: string[];
}

/** Cruises folders or files, as the command line would with the same configuration. */
export async function cruised(paths: string[], options: ICruiseOptions = {}): Promise<Cruised> {
  const given = (await extractOptions(resolve(CONFIG))) as ICruiseOptions;
  const { output } = await cruise(paths, { ...given, ...options, validate: true });
  const { modules, summary } = output as ICruiseResult;
  return {
    modules: modules.map(({ source }) => source).filter((source) => !source.includes('node_modules')),
    breaches: summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} -> ${to}`),
  };
}

/** Every room there is in src/: each folder and each file directly in it. */
export function roomsThere(): string[] {
  // A folder without files is nothing to git either.
  const isThere = (path: string): boolean => !statSync(path).isDirectory() || readdirSync(path).length > 0;
  const entries = (folder: string): string[] => readdirSync(folder).filter((name) => isThere(join(folder, name)));
  return entries('src').flatMap((name) => {
    if (!GROUPS.includes(name)) return [name];
    return entries(join('src', name)).map((inner) => `${name}/${inner}`);
  });
}

/** True for a folder of src/. */
export function isFolder(room: string): boolean {
  return statSync(join('src', room)).isDirectory();
}
