/** A JSON Schema as rows a person can read: one row per member, indented by depth. */
import type { JSX } from 'preact';

/** The part of JSON Schema that our documents use. */
export interface Schema {
  $ref?: string;
  type?: string | string[];
  description?: string;
  const?: unknown;
  pattern?: string;
  minimum?: number;
  maximum?: number;
  maxLength?: number;
  minItems?: number;
  required?: string[];
  properties?: Record<string, Schema>;
  patternProperties?: Record<string, Schema>;
  items?: Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
  not?: Schema;
}

export type Lookup = (schema: Schema) => Schema;

interface Row {
  name: string;
  depth: number;
  type: string;
  required: boolean;
  description: string;
}

const MAX_ROW_DEPTH = 6;
/** Longer limits only keep nonsense out, and are not worth reading. */
const LONG_TEXT = 1000;

/** Finds what a reference like `#/components/schemas/OrderData` stands for in a document. */
export function lookupIn(document: unknown): Lookup {
  const lookup: Lookup = (schema) => {
    if (schema.$ref === undefined) return schema;
    let target: unknown = document;
    for (const key of schema.$ref.slice(2).split('/')) target = (target as Record<string, unknown> | undefined)?.[key];
    return target === undefined ? {} : lookup(target as Schema);
  };
  return lookup;
}

/** A sentence in which `words` between backticks are code. */
export function Prose({ text }: { text: string | undefined }): JSX.Element {
  const parts = (text ?? '').split('`');
  return <>{parts.map((part, at) => (at % 2 === 1 ? <code>{part}</code> : part))}</>;
}

/** The members of a schema as a table; a sentence when it has none. */
export function SchemaTable({ schema, lookup }: { schema: Schema; lookup: Lookup }): JSX.Element {
  const root = lookup(schema);
  const list = rows(root, lookup, 0);
  if (list.length === 0) {
    return (
      <p class="plain">
        <code>{typeName(root, lookup)}</code> <Prose text={root.description} />
      </p>
    );
  }
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="Members">
      <table>
        <thead>
          <tr>
            <th scope="col">Member</th>
            <th scope="col">Type</th>
            <th scope="col">Meaning</th>
          </tr>
        </thead>
        <tbody>
          {list.map((row) => (
            <tr>
              <th scope="row" class={`depth-${row.depth}`}>
                <code>{row.name}</code>
                {row.required ? <span class="required">required</span> : null}
              </th>
              <td>{row.type}</td>
              <td>
                <Prose text={row.description} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function rows(schema: Schema, lookup: Lookup, depth: number): Row[] {
  if (depth > MAX_ROW_DEPTH) return [];
  const inner = schema.type === 'array' && schema.items !== undefined ? lookup(schema.items) : schema;
  return Object.entries(inner.properties ?? {}).flatMap(([name, member]) => {
    const target = lookup(member);
    const row: Row = {
      name,
      depth,
      type: typeName(target, lookup),
      required: inner.required?.includes(name) === true,
      description: [member.description ?? target.description, limits(target)].filter(Boolean).join(' '),
    };
    return [row, ...rows(withMembers(target, lookup), lookup, depth + 1)];
  });
}

/** Of alternatives, the one that has members. */
function withMembers(schema: Schema, lookup: Lookup): Schema {
  const choices = (schema.anyOf ?? schema.oneOf ?? []).map(lookup);
  return choices.find((choice) => choice.properties !== undefined) ?? schema;
}

function typeName(schema: Schema, lookup: Lookup): string {
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices !== undefined)
    return [...new Set(choices.map((choice) => typeName(lookup(choice), lookup)))].join(' or ');
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.type === 'array') {
    const member = schema.items === undefined ? {} : lookup(schema.items);
    return member.not === undefined ? `list of ${typeName(member, lookup)}` : 'empty list';
  }
  if (schema.type === 'object') return schema.patternProperties === undefined ? 'object' : 'map';
  if (Array.isArray(schema.type)) return schema.type.join(' or ');
  return schema.type ?? 'anything';
}

function limits(schema: Schema): string {
  const parts: string[] = [];
  const isBound = (limit: number | undefined) => limit !== undefined && Math.abs(limit) < Number.MAX_SAFE_INTEGER;
  if (isBound(schema.minimum)) parts.push(`at least ${schema.minimum}`);
  if (isBound(schema.maximum)) parts.push(`at most ${schema.maximum}`);
  if (schema.maxLength !== undefined && schema.maxLength < LONG_TEXT)
    parts.push(`up to ${schema.maxLength} characters`);
  return parts.length === 0 ? '' : `(${parts.join(', ')})`;
}
