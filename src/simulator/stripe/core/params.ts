/** Parameters: what each endpoint accepts, and how bracketed text becomes values. Everything not declared is refused. */
import { ApiError, invalidParameter } from './errors.js';

interface Common {
  /** Must be present. */
  required?: boolean;
  /** An empty string means "unset" and arrives as null. */
  unset?: boolean;
}
export type Field = Common &
  (
    | { kind: 'text'; max?: number; pattern?: RegExp }
    | { kind: 'integer'; min?: number }
    | { kind: 'flag' }
    | { kind: 'choice'; of: readonly string[] }
    | { kind: 'list'; of: Field }
    | { kind: 'map' }
    | { kind: 'range' }
    | { kind: 'group'; fields: Shape }
    | { kind: 'either'; first: Field; second: Field }
  );
export type Shape = { readonly [name: string]: Field };

/** A parameter that is text, at most `max` characters long and like `pattern`. */
export const text = (options: Common & { max?: number; pattern?: RegExp } = {}): Field => ({
  kind: 'text',
  ...options,
});
/** A parameter that is a whole number, at least `min`. */
export const integer = (options: Common & { min?: number } = {}): Field => ({ kind: 'integer', ...options });
/** A parameter that is `true` or `false`. */
export const flag = (options: Common = {}): Field => ({ kind: 'flag', ...options });
/** A parameter that is one of the given words. */
export const choice = (of: readonly string[], options: Common = {}): Field => ({ kind: 'choice', of, ...options });
/** A parameter that is a list of values of one kind. */
export const list = (of: Field, options: Common = {}): Field => ({ kind: 'list', of, ...options });
/** A parameter that has named parameters of its own. */
export const group = (fields: Shape, options: Common = {}): Field => ({ kind: 'group', fields, ...options });
/** `metadata`: text values, an empty one removes its key. */
export const map: Field = { kind: 'map', unset: true };
/** `created`: seconds, or `gt`, `gte`, `lt`, `lte`. */
export const range: Field = { kind: 'range' };
/** A parameter that may be of one kind or of the other; the first that fits is taken. */
export const either = (first: Field, second: Field): Field => ({ kind: 'either', first, second });

/** Parameters every endpoint takes. */
export const expand: Shape = { expand: list(text()) };
/** Parameters every list takes. */
export const page: Shape = {
  ...expand,
  limit: integer({ min: 1 }),
  starting_after: text(),
  ending_before: text(),
};

/** Typed values of raw bracketed input. Throws 400 `parameter_unknown`, `parameter_missing`, `parameter_invalid_*`. */
export function readParams(raw: Record<string, unknown>, shape: Shape, prefix = ''): Record<string, unknown> {
  const name = (key: string): string => (prefix === '' ? key : `${prefix}[${key}]`);
  const unknown = Object.keys(raw).filter((key) => !Object.hasOwn(shape, key));
  const first = unknown[0];
  if (first !== undefined) {
    const many = unknown.length > 1;
    const message = `Received unknown parameter${many ? 's' : ''}: ${unknown.map(name).join(', ')}`;
    throw invalidParameter(name(first), message, 'parameter_unknown');
  }
  const values: Record<string, unknown> = {};
  for (const [key, field] of Object.entries(shape)) {
    const value = raw[key];
    if (value === undefined) {
      if (field.required)
        throw invalidParameter(name(key), `Missing required param: ${name(key)}.`, 'parameter_missing');
      continue;
    }
    values[key] = readField(value, field, name(key));
  }
  return values;
}

function readField(value: unknown, field: Field, param: string): unknown {
  if (value === '' || value === null) {
    if (field.unset) return null;
    if (field.kind === 'text' && !field.required && value === '') return null;
    const message = `You passed an empty string for '${param}'. We assume empty values are an attempt to unset a parameter; however '${param}' cannot be unset. You should remove '${param}' from your request or supply a non-empty value.`;
    throw invalidParameter(param, message, 'parameter_invalid_empty');
  }
  switch (field.kind) {
    case 'text':
      return readText(value, field, param);
    case 'integer':
      return readInteger(value, field.min, param);
    case 'flag':
      if (value === 'true' || value === true) return true;
      if (value === 'false' || value === false) return false;
      throw invalidParameter(param, `Invalid boolean: ${String(value)}`);
    case 'choice':
      if (typeof value === 'string' && field.of.includes(value)) return value;
      throw invalidParameter(param, `Invalid ${param}: must be one of ${field.of.join(', ')}`);
    case 'list':
      return readList(value, field.of, param);
    case 'map':
      return readMap(value, param);
    case 'range':
      if (typeof value === 'string') return readInteger(value, undefined, param);
      return readParams(object(value, param), { gt: integer(), gte: integer(), lt: integer(), lte: integer() }, param);
    case 'group':
      return readParams(object(value, param), field.fields, param);
    case 'either':
      return readField(value, typeof value === 'object' ? field.second : field.first, param);
  }
}

function readText(value: unknown, field: { max?: number; pattern?: RegExp }, param: string): string {
  if (typeof value !== 'string') throw invalidParameter(param, `Invalid string: ${JSON.stringify(value)}`);
  const max = field.max ?? 5000;
  if (value.length > max) {
    const message = `Invalid string: ${value.slice(0, 10)}...; must be at most ${max} characters`;
    throw invalidParameter(param, message);
  }
  if (field.pattern && !field.pattern.test(value)) throw invalidParameter(param, `Invalid ${param}: ${value}`);
  return value;
}

function readInteger(value: unknown, min: number | undefined, param: string): number {
  // A form has text, JSON has numbers.
  const written = typeof value === 'number' ? String(value) : value;
  const number = typeof written === 'string' && /^-?\d{1,15}$/.test(written) ? Number(written) : NaN;
  if (Number.isNaN(number)) {
    throw invalidParameter(param, `Invalid integer: ${JSON.stringify(value)}`, 'parameter_invalid_integer');
  }
  if (min !== undefined && number < min) {
    throw invalidParameter(param, `This value must be greater than or equal to ${min}.`, 'parameter_invalid_integer');
  }
  return number;
}

function readList(value: unknown, of: Field, param: string): unknown[] {
  if (!Array.isArray(value)) throw invalidParameter(param, 'Invalid array');
  return value.map((entry, index) => readField(entry, of, `${param}[${index}]`));
}

function readMap(value: unknown, param: string): Record<string, string> {
  // In JSON null removes a key, in a form the empty text does.
  const entries = Object.entries(object(value, param)).map(([key, entry]) => [key, entry ?? ''] as const);
  if (entries.length > 50) throw invalidParameter(param, 'You can have up to 50 metadata keys.');
  for (const [key, entry] of entries) {
    if (typeof entry !== 'string') throw invalidParameter(`${param}[${key}]`, 'Metadata values must be strings.');
    if (key.length > 40 || /[[\]]/.test(key)) {
      throw invalidParameter(param, `Metadata keys can have up to 40 characters and no square brackets: ${key}`);
    }
    if (entry.length > 500) {
      throw invalidParameter(`${param}[${key}]`, 'Metadata values can have up to 500 characters.');
    }
  }
  return Object.fromEntries(entries) as Record<string, string>;
}

function object(value: unknown, param: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw invalidParameter(param, 'Invalid object');
}

/** Metadata after a change: keys given replace, empty values remove, null clears all. */
export function mergedMetadata(was: Record<string, string> | null, change: Record<string, string> | null | undefined) {
  if (change === undefined) return was ?? {};
  if (change === null) return {};
  return Object.fromEntries(Object.entries({ ...was, ...change }).filter(([, value]) => value !== ''));
}

/** Whether an error names a parameter the simulator does not have. */
export const isUnknownParameter = (error: unknown): error is ApiError =>
  error instanceof ApiError && error.body.code === 'parameter_unknown';
