/**
 * Turns what shops really send into what the shapes say: key casing, forms whose every value is text, empty lists for
 * empty maps, nulls. The shape decides what a value is meant to be, so nothing is guessed; Ajv checks the outcome.
 */
import type { Static, TSchema } from 'typebox';
import type { DocumentFault } from '../domain/errors.js';
import { parseMinor } from '../domain/money.js';
import { everyFault, faults } from './validate.js';

export interface NormalizeOptions {
  /** The value came from a form: every scalar is text. */
  form?: boolean;
}

export type Normalized<T> = { value: T; error?: undefined } | { error: string; value?: undefined };

/** Deeper values are refused, so that nothing that walks them later can run out of stack. */
export const MAX_DEPTH = 32;

type Shape = TSchema & {
  type?: string;
  properties?: Record<string, Shape>;
  required?: string[];
  patternProperties?: Record<string, Shape>;
  additionalProperties?: boolean | Shape;
  items?: Shape;
  anyOf?: Shape[];
};

class TooDeep extends Error {}

/**
 * Normalizes a value by a shape as `normalize` does, and names every fault with its place. With faults the value is as
 * far as it got.
 */
export function normalizeFully<S extends TSchema>(
  schema: S,
  value: unknown,
): { value: Static<S>; faults: DocumentFault[] } {
  try {
    const normalized = shaped(schema as Shape, value ?? undefined, { form: false, depth: 0, optional: false });
    return { value: normalized as Static<S>, faults: everyFault(schema, normalized) };
  } catch (error) {
    if (!(error instanceof TooDeep)) throw error;
    const fault = { pointer: '', text: `is nested deeper than ${MAX_DEPTH} levels` };
    return { value: undefined as Static<S>, faults: [fault] };
  }
}

/**
 * Normalizes a value by a shape, then validates it. Absent and null are alike; unknown members disappear unless the
 * shape forbids them. Returns the value, or one line that says what does not fit. Does not change its input.
 */
export function normalize<S extends TSchema>(
  schema: S,
  value: unknown,
  options: NormalizeOptions = {},
): Normalized<Static<S>> {
  let normalized: unknown;
  try {
    normalized = shaped(schema as Shape, value ?? undefined, {
      form: options.form === true,
      depth: 0,
      optional: false,
    });
  } catch (error) {
    if (error instanceof TooDeep) return { error: `the body is nested deeper than ${MAX_DEPTH} levels` };
    throw error;
  }
  const error = faults(schema, normalized);
  return error === undefined ? { value: normalized as Static<S> } : { error };
}

interface Place {
  form: boolean;
  depth: number;
  optional: boolean;
}

/** The value as the shape wants it, or unchanged when it cannot be: then validation refuses it. */
function shaped(schema: Shape, value: unknown, place: Place): unknown {
  if (place.depth > MAX_DEPTH) throw new TooDeep();
  if (value === '' && place.optional) return undefined;
  if (schema.anyOf !== undefined) return alternative(schema.anyOf, value, place);
  switch (schema.type) {
    case 'object':
      return mapped(schema, value, place);
    case 'array':
      return listed(schema, value, place);
    case 'integer':
      return parseMinor(value) ?? value;
    case 'number':
      return typeof value === 'string' && /^-?\d{1,15}(\.\d{1,15})?$/.test(value) ? Number(value) : value;
    case 'boolean':
      return place.form ? truth(value) : value;
    case 'string':
      return Number.isSafeInteger(value) ? String(value) : value;
    case undefined:
      return free(value, place.depth);
    default:
      return value;
  }
}

/** The first alternative that accepts the value in its own form. */
function alternative(schemas: Shape[], value: unknown, place: Place): unknown {
  for (const schema of schemas) {
    const candidate = shaped(schema, value, place);
    if (faults(schema, candidate) === undefined) return candidate;
  }
  return value;
}

function mapped(schema: Shape, value: unknown, place: Place): unknown {
  const map = Array.isArray(value) && value.length === 0 ? {} : value;
  if (typeof map !== 'object' || map === null) return value;
  if (schema.properties === undefined) return freeMap(schema, map, place);
  if (Array.isArray(map)) return value;
  return known(schema, schema.properties, map, place);
}

/** A map whose keys are the sender's own. A list stands for a map with the keys 0, 1, 2. */
function freeMap(schema: Shape, map: object, place: Place): Record<string, unknown> {
  const [member] = Object.values(schema.patternProperties ?? {});
  const entries: [string, unknown][] = [];
  for (const [key, value] of Object.entries(map)) {
    if (key === '__proto__' || value === null || value === undefined) continue;
    const below = { form: place.form, depth: place.depth + 1, optional: false };
    entries.push([key, shaped(member ?? ({} as Shape), value, below)]);
  }
  return Object.fromEntries(entries);
}

/** A map whose members the shape names; each may come as `camelCase`, `snake_case` or `PascalCase`. */
function known(schema: Shape, properties: Record<string, Shape>, map: object, place: Place): Record<string, unknown> {
  const given = givenMembers(map);
  const entries: [string, unknown][] = [];
  for (const [name, member] of Object.entries(properties)) {
    const value = given.get(name) ?? given.get(camelCase(name));
    given.delete(name);
    given.delete(camelCase(name));
    if (value === undefined) continue;
    const optional = schema.required?.includes(name) !== true;
    const normalized = shaped(member, value, { form: place.form, depth: place.depth + 1, optional });
    if (normalized !== undefined) entries.push([name, normalized]);
  }
  if (schema.additionalProperties === false) for (const [name, value] of given) entries.push([name, value]);
  return Object.fromEntries(entries);
}

/** Members by camelCase name, nulls left out. The exact spelling wins over another one of the same name. */
function givenMembers(map: object): Map<string, unknown> {
  const given = new Map<string, unknown>();
  const exact = new Set<string>();
  for (const [key, value] of Object.entries(map)) {
    if (key === '__proto__' || value === null || value === undefined) continue;
    const name = camelCase(key);
    if (exact.has(name)) continue;
    if (key === name) exact.add(name);
    if (key === name || !given.has(name)) given.set(name, value);
  }
  return given;
}

/** `order_reference`, `orderReference` and `OrderReference` become `orderReference`; `address_1` becomes `address1`. */
export function camelCase(key: string): string {
  const joined = key.replace(/(?<=[A-Za-z0-9])_+([A-Za-z0-9])/g, (_, next: string) => next.toUpperCase());
  return joined.replace(/^[A-Z]/, (first) => first.toLowerCase());
}

/** A list, also when gaps turned it into a map with numbers for keys, as PHP does. Nulls are left out. */
function listed(schema: Shape, value: unknown, place: Place): unknown {
  const list = Array.isArray(value) ? (value as unknown[]) : numbered(value);
  if (list === undefined) return value;
  const below = { form: place.form, depth: place.depth + 1, optional: false };
  return list
    .filter((member) => member !== null && member !== undefined)
    .map((member) => shaped(schema.items ?? ({} as Shape), member, below));
}

function numbered(value: unknown): unknown[] | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const entries = Object.entries(value);
  if (!entries.every(([key]) => /^\d{1,9}$/.test(key))) return undefined;
  return entries.sort(([a], [b]) => Number(a) - Number(b)).map(([, member]) => member as unknown);
}

/** PHP writes true as `1` and false as `0`; other clients write the words. */
function truth(value: unknown): unknown {
  if (value === '1' || value === 'true') return true;
  if (value === '0' || value === 'false') return false;
  return value;
}

/** A copy of a value that belongs to the sender, without `__proto__` keys and without nulls in maps. */
function free(value: unknown, depth: number): unknown {
  if (depth > MAX_DEPTH) throw new TooDeep();
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((member) => free(member, depth + 1));
  const kept = Object.entries(value).filter(([key, member]) => key !== '__proto__' && member !== null);
  return Object.fromEntries(kept.map(([key, member]) => [key, free(member, depth + 1)]));
}
