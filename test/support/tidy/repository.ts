/** Reads the files of the repository that a reader may meet: everything but what is built, installed or stored. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const SKIPPED = new Set(['.git', 'node_modules', 'dist', 'data', 'coverage', '.generated', 'test-results']);
const TEXT =
  /\.(c?[jt]sx?|m[jt]s|json|md|ya?ml|css|html|svg|txt|sql)$|(^|\/)(run|LICENSE|\.nvmrc|\.git\w+|\.prettier\w+)$/;

export interface TextFile {
  path: string;
  text: string;
}

/** Every text file below a folder, with its path from there. */
export function textFiles(folder = '.'): TextFile[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => !SKIPPED.has(name))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return textFiles(path);
      return TEXT.test(path) ? [{ path, text: readFileSync(path, 'utf8') }] : [];
    });
}

/** Lines that match, as `file:line text`. */
export function linesWith(files: readonly TextFile[], pattern: RegExp): string[] {
  return files.flatMap(({ path, text }) =>
    text
      .split('\n')
      .flatMap((line, index) => (pattern.test(line) ? [`${path}:${index + 1} ${line.trim().slice(0, 120)}`] : [])),
  );
}

/** Names that only examples have. */
const EXAMPLES = new Set(['acme.md']);

/** Pages that are named by their file and are not there. */
export function missingPages(files: readonly TextFile[]): string[] {
  const pages = new Set(files.flatMap(({ path }) => (path.endsWith('.md') ? [path.split('/').at(-1)] : [])));
  return files.flatMap(({ path, text }) =>
    [...text.matchAll(/[\w.-]+\.md\b/g)]
      .filter(([name]) => !pages.has(name) && !EXAMPLES.has(name))
      .map(([name]) => `${path} names ${name}`),
  );
}
