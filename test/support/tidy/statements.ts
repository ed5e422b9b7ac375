/** Finds SQL statements in our sources and what is missing in them: the app and the tenant they are about. */
import ts from 'typescript';
import { nodesOf, ownerOf, place, type Source } from './sources.js';

export interface Statement {
  /** `file:line`. */
  at: string;
  /** `file.function`, as the lists of exceptions name it. */
  owner: string;
  path: string;
  /** Its text with parts that stand in it; parameters are `$`. */
  text: string;
}

/** Every outermost `sql` template, with the `sql` templates inside it. */
export function statementsOf(sources: readonly Source[]): Statement[] {
  return sources.flatMap((source) =>
    nodesOf(source.tree)
      .filter((node) => ts.isTaggedTemplateExpression(node) && node.tag.getText().startsWith('sql') && !isInside(node))
      .map((node) => ({
        at: place(source, node),
        owner: `${source.path.replace(/^src\/|\.ts$/g, '')}.${ownerOf(node)}`,
        path: source.path,
        text: textOf(node as ts.TaggedTemplateExpression),
      })),
  );
}

/** Tables with a tenant: those that the migrations give a `tenant_id`. */
export function tenantTables(migrations: string): string[] {
  const tables = [...migrations.matchAll(/create table (\w+) \(([\s\S]*?)\n\);/g)];
  return tables.filter(([, , columns = '']) => /^\s+tenant_id /m.test(columns)).map(([, name = '']) => name);
}

/** Tables whose rows name no app at all. */
export function homelessTables(migrations: string): string[] {
  const tables = [...migrations.matchAll(/create table (\w+) \(([\s\S]*?)\n\);/g)];
  return tables.filter(([, , columns = '']) => !/^\s+app_id /m.test(columns)).map(([, name = '']) => name);
}

/** Statements on a tenant's table that do not name the column. */
export function without(
  column: 'app_id' | 'tenant_id',
  statements: readonly Statement[],
  tables: readonly string[],
): Statement[] {
  const touches = new RegExp(`\\b(from|join|into|update)\\s+(${tables.join('|')})\\b`, 'i');
  return statements.filter(({ text }) => touches.test(text) && !new RegExp(`\\b${column}\\b`).test(text));
}

/** Statements that write this column of payments. */
export function writersOf(column: string, statements: readonly Statement[]): string[] {
  const writes = new RegExp(
    `\\bupdate\\s+payments\\b[^;]*?\\bset\\b(?:(?!\\bwhere\\b|\\bfrom\\b)[\\s\\S])*?\\b${column}\\s*=`,
    'i',
  );
  return statements.filter(({ text }) => writes.test(text)).map(({ at }) => at);
}

function isInside(node: ts.Node): boolean {
  for (let up = node.parent; !ts.isSourceFile(up); up = up.parent) {
    if (ts.isTaggedTemplateExpression(up) && up.tag.getText().startsWith('sql')) return true;
  }
  return false;
}

function textOf(node: ts.TaggedTemplateExpression): string {
  const { template } = node;
  if (ts.isNoSubstitutionTemplateLiteral(template)) return template.text;
  return template.templateSpans.reduce(
    (text, { expression, literal }) => `${text}${innerTexts(expression)}${literal.text}`,
    template.head.text,
  );
}

function innerTexts(expression: ts.Expression): string {
  const inner = nodesOf(expression).filter(
    (node) => ts.isTaggedTemplateExpression(node) && node.tag.getText().startsWith('sql'),
  );
  return inner.length === 0 ? '$' : inner.map((node) => textOf(node as ts.TaggedTemplateExpression)).join(' ');
}
