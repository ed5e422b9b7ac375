/** Reads our sources with the TypeScript parser and finds what breaks the habits of the house. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

export const FILE_LINES = 300;
export const FUNCTION_LINES = 60;
export const PARAMETERS = 4;

/** The only file that may read the machine's time. */
const CLOCK_FILE = 'src/clock.ts';

/** A parsed source file with its path from the root of the repository. */
export interface Source {
  path: string;
  text: string;
  tree: ts.SourceFile;
}

/** Parses a text as the file of that path. */
export function parse(path: string, text: string): Source {
  const kind = path.endsWith('.tsx') ? ts.ScriptKind.TSX : ts.ScriptKind.TS;
  return { path, text, tree: ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true, kind) };
}

/** Every TypeScript file below a folder, parsed. */
export function sourcesBelow(folder: string): Source[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name))
    .sort()
    .map((name) => parse(join(folder, name), readFileSync(join(folder, name), 'utf8')));
}

/** Files above the limit of lines. */
export function longFiles(sources: readonly Source[]): string[] {
  return sources
    .map(({ path, text }) => ({ path, lines: text.trimEnd().split('\n').length }))
    .filter(({ lines }) => lines > FILE_LINES)
    .map(({ path, lines }) => `${path} has ${lines} lines`);
}

/** Functions above the limit of lines (comments and blank lines are free) or of parameters. */
export function largeFunctions(sources: readonly Source[]): string[] {
  return sources.flatMap((source) =>
    nodesOf(source.tree)
      .filter((node) => ts.isFunctionLike(node))
      .flatMap((node) => {
        const lines = codeLines(source, node);
        const count = node.parameters.length;
        const at = `${place(source, node)} ${nameOf(node)}`;
        return [
          ...(lines > FUNCTION_LINES ? [`${at} has ${lines} lines`] : []),
          ...(count > PARAMETERS ? [`${at} has ${count} parameters`] : []),
        ];
      }),
  );
}

/** Exported functions without a docstring. */
export function undocumented(sources: readonly Source[]): string[] {
  return sources.flatMap((source) =>
    source.tree.statements
      .filter((statement) => isExported(statement) && isFunction(statement))
      .filter((statement) => !hasDocstring(source, statement))
      .map(
        (statement) =>
          `${place(source, statement)} ${source.text.slice(statement.getStart(), statement.getStart() + 50).split('\n')[0] ?? ''}`,
      ),
  );
}

/** Files that do not open with a comment on what they are for. */
export function unopened(sources: readonly Source[]): string[] {
  return sources.filter(({ text }) => !/^(#!.*\n)?\s*\/(\*\*|\/)/.test(text)).map(({ path }) => path);
}

/** Where the machine's time is read outside the clock. */
export function timeReaders(sources: readonly Source[]): string[] {
  return sources
    .filter(({ path }) => path !== CLOCK_FILE)
    .flatMap((source) =>
      nodesOf(source.tree)
        .filter(readsTime)
        .map((node) => `${place(source, node)} ${node.getText()}`),
    );
}

/** `file:line`. */
export function place(source: Source, node: ts.Node): string {
  return `${source.path}:${source.tree.getLineAndCharacterOfPosition(node.getStart()).line + 1}`;
}

/** The node and everything below it. */
export function nodesOf(node: ts.Node): ts.Node[] {
  const found: ts.Node[] = [];
  const visit = (each: ts.Node): void => {
    found.push(each);
    ts.forEachChild(each, visit);
  };
  visit(node);
  return found;
}

/** The name of the function that a node stands in, or of the constant it is given to. */
export function ownerOf(node: ts.Node): string {
  for (let up: ts.Node = node; !ts.isSourceFile(up); up = up.parent) {
    if (ts.isFunctionDeclaration(up) && ts.isSourceFile(up.parent)) return up.name?.text ?? '';
    if (ts.isVariableDeclaration(up) && ts.isSourceFile(up.parent.parent.parent)) return up.name.getText();
  }
  return '';
}

function readsTime(node: ts.Node): boolean {
  if (ts.isNewExpression(node)) return node.expression.getText() === 'Date' && (node.arguments?.length ?? 0) === 0;
  if (ts.isCallExpression(node) && node.expression.getText() === 'Date') return true;
  return (
    ts.isPropertyAccessExpression(node) &&
    /^(Date\.now|performance\.(now|timeOrigin)|process\.hrtime)$/.test(node.getText())
  );
}

function codeLines(source: Source, node: ts.Node): number {
  const printed = node.getText(source.tree).replace(/\/\*[\s\S]*?\*\//g, '');
  return printed.split('\n').filter((line) => !/^\s*(\/\/.*)?$/.test(line)).length;
}

function isExported(statement: ts.Statement): boolean {
  return (
    ts.canHaveModifiers(statement) &&
    (ts.getModifiers(statement) ?? []).some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)
  );
}

function isFunction(statement: ts.Statement): boolean {
  if (ts.isFunctionDeclaration(statement)) return true;
  if (!ts.isVariableStatement(statement)) return false;
  return statement.declarationList.declarations.some(
    ({ initializer }) =>
      initializer !== undefined && (ts.isArrowFunction(initializer) || ts.isFunctionExpression(initializer)),
  );
}

/** Of overloads the first one speaks for all. */
function hasDocstring(source: Source, statement: ts.Statement): boolean {
  const own = ts.getJSDocCommentsAndTags(statement).length > 0;
  if (own || !ts.isFunctionDeclaration(statement)) return own;
  const name = statement.name?.text;
  return source.tree.statements.some(
    (other) =>
      ts.isFunctionDeclaration(other) && other.name?.text === name && ts.getJSDocCommentsAndTags(other).length > 0,
  );
}

function nameOf(node: ts.SignatureDeclaration): string {
  if (node.name !== undefined) return node.name.getText();
  return ts.isVariableDeclaration(node.parent) || ts.isPropertyAssignment(node.parent)
    ? node.parent.name.getText()
    : 'a function';
}
