/** A connector's schema as fields of a form, and what is typed there as settings again. */
import type { Connector } from './facts.js';

export type Kind = 'text' | 'secret' | 'number' | 'choice' | 'flag' | 'lines' | 'several' | 'json' | 'group';

export interface Field {
  /** Dotted. */
  path: string;
  label: string;
  help: string;
  kind: Kind;
  required: boolean;
  /** Of choice and several: what may be chosen, and what it is called. */
  choices: Choice[];
  default?: unknown;
  /** Of a group. */
  fields: Field[];
}

export interface Choice {
  value: string;
  label: string;
}

/** What stands in a field; null: a stored secret that is to be removed. */
export type Typed = string | boolean | string[] | null;
/** By dotted path. */
export type Draft = Readonly<Record<string, Typed>>;
type Settings = Record<string, unknown>;

interface Schema {
  type?: string;
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  default?: unknown;
}

/** The fields in the order of the schema. Which connector it is has a field of its own above them. */
export function fieldsOf({
  schema,
  secrets,
  fields: words,
}: Pick<Connector, 'schema' | 'secrets' | 'fields'>): Field[] {
  const walk = ({ properties = {}, required = [] }: Schema, parent: string): Field[] => {
    const found = Object.entries(properties).map(([name, part]) => {
      const path = `${parent}${name}`;
      const { choices = [] } = words[path] ?? {};
      const kind = secrets.includes(path) ? 'secret' : choices.length > 0 ? kindOfChoice(part) : kindOf(part);
      return {
        path,
        label: words[path]?.label ?? name,
        help: words[path]?.help ?? '',
        kind,
        required: required.includes(name),
        choices,
        ...(part.default === undefined ? {} : { default: part.default }),
        fields: kind === 'group' ? walk(part, `${path}.`) : [],
      };
    });
    return found.filter((field) => !isSettled(field));
  };
  return walk(schema as Schema, '').filter(({ path }) => path !== 'connector');
}

/** Only one thing could be chosen, and it is what counts anyway. */
function isSettled({ kind, required, choices, default: otherwise }: Field): boolean {
  return kind === 'choice' && !required && choices.length === 1 && choices[0]?.value === otherwise;
}

function kindOfChoice({ type }: Schema): Kind {
  return type === 'array' ? 'several' : 'choice';
}

function kindOf(part: Schema): Kind {
  if (part.type === 'object') return part.properties === undefined ? 'json' : 'group';
  if (part.type === 'array') return part.items?.type === 'string' ? 'lines' : 'json';
  if (part.type === 'boolean') return 'flag';
  if (part.type === 'number' || part.type === 'integer') return 'number';
  return part.type === 'string' ? 'text' : 'json';
}

/** The groups behind the fields, each once, then the fields themselves. */
export function flat(fields: readonly Field[]): Field[] {
  return fields.flatMap((field) => [field, ...flat(field.fields)]);
}

/** What is stored at a dotted path. */
export function stored(settings: Settings, path: string): unknown {
  let value: unknown = settings;
  for (const name of path.split('.')) value = (value as Settings | null | undefined)?.[name];
  return value ?? undefined;
}

/** What stands in each field at first. A secret is never put into its field: it is shown beside it, masked. */
export function draftOf(fields: readonly Field[], settings: Settings): Record<string, Typed> {
  const leaves = flat(fields).filter(({ kind }) => kind !== 'group');
  return Object.fromEntries(leaves.map((field) => [field.path, shownOf(field, stored(settings, field.path))]));
}

function shownOf({ kind, default: otherwise, required, choices }: Field, value: unknown): Typed {
  if (kind === 'secret') return '';
  if (kind === 'flag') return Boolean(value ?? otherwise ?? false);
  if (kind === 'several') return Array.isArray(value) ? value.map(String) : [];
  if (kind === 'lines') return Array.isArray(value) ? value.join('\n') : '';
  if (kind === 'json') return value === undefined ? '' : JSON.stringify(value, null, 2);
  if (kind === 'choice' && value === undefined && required && choices.length === 1) return choices[0]?.value ?? '';
  return value === undefined ? '' : String(value);
}

/**
 * The settings to send: every top-level key that was changed, a group as a whole, because groups are replaced. What the
 * schema does not know stays in its group. `wrong` are fields whose text is no JSON.
 */
export function settingsOf(
  fields: readonly Field[],
  draft: Draft,
  settings: Settings,
): { told: Settings; wrong: string[] } {
  const told: Settings = {};
  const wrong: string[] = [];
  const read = (field: Field, into: Settings, isTop: boolean): void => {
    const name = field.path.split('.').at(-1) ?? '';
    const before = stored(settings, field.path);
    if (field.kind === 'group') {
      const group = { ...(before as Settings | undefined) };
      for (const inner of field.fields) read(inner, group, false);
      tellSwitches(field, draft, group);
      if (Object.keys(group).length > 0 || before !== undefined) into[name] = group;
      else delete into[name];
      return;
    }
    const typed = draft[field.path];
    const value = valueOf(field, typed === undefined ? '' : typed, before, wrong);
    // What is missing in a group is gone; at the top it would stay, so it is told to be empty.
    if (value !== undefined) into[name] = value;
    else if (isTop && before !== undefined) into[name] = EMPTY[field.kind] ?? '';
    else delete into[name];
  };
  for (const field of fields) read(field, told, true);
  const isNews = ([name, value]: [string, unknown]): boolean => !isSame(value, settings[name]);
  return { told: Object.fromEntries(Object.entries(told).filter(isNews)), wrong };
}

/** A switch that a group must have is told whenever the group is. */
function tellSwitches({ fields }: Field, draft: Draft, group: Settings): void {
  if (Object.keys(group).length === 0) return;
  for (const { kind, required, path } of fields)
    if (kind === 'flag' && required) group[path.split('.').at(-1) ?? ''] = draft[path] === true;
}

const EMPTY: Partial<Record<Kind, unknown>> = { number: null, lines: [], several: [], json: null };

/** Undefined: nothing is set. */
function valueOf(field: Field, typed: Typed, before: unknown, wrong: string[]): unknown {
  const { kind } = field;
  if (kind === 'secret') return typed === null ? undefined : typed === '' ? before : typed;
  if (kind === 'flag') return before === undefined && typed === (field.default ?? false) ? undefined : typed;
  if (kind === 'several') return (typed as string[]).length === 0 ? undefined : typed;
  const text = String(typed).trim();
  if (text === '') return undefined;
  if (kind === 'number') return Number.isNaN(Number(text)) ? text : Number(text);
  if (kind === 'lines') return linesOf(text);
  if (kind !== 'json') return text;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    wrong.push(field.path);
    return before;
  }
}

function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

/** Members in any order. */
function isSame(a: unknown, b: unknown): boolean {
  return plain(a) === plain(b);
}

function plain(value: unknown): string {
  return (
    JSON.stringify(value, (_key, part: unknown) =>
      typeof part === 'object' && part !== null && !Array.isArray(part)
        ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
        : part,
    ) ?? ''
  );
}

/** The field a fault is about: faults may name a line of a list. */
export function fieldAt(fields: readonly Field[], property: string): Field | undefined {
  const all = flat(fields);
  for (let path = property; path !== ''; path = path.split('.').slice(0, -1).join('.')) {
    const found = all.find((field) => field.path === path);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The id of a field's element. */
export function idOf(path: string): string {
  return `field-${path.replaceAll('.', '-')}`;
}
