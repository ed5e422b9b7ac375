/** Ajv without coercion, set up once; every shape is compiled on first use and kept. */
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import type { TSchema } from 'typebox';
import type { DocumentFault } from '../domain/errors.js';

/** At most so many faults are named in one answer. */
const MAX_FAULTS = 5;

const ajv = new Ajv({ strict: false, allErrors: false, coerceTypes: false, ownProperties: true });
const compiled = new WeakMap<TSchema, ValidateFunction>();

/** Checks a value against a shape as it is. Returns undefined when it fits, else what is wrong in one line. */
export function faults(schema: TSchema, value: unknown): string | undefined {
  const errors = errorsOf(schema, value);
  if (errors.length === 0) return undefined;
  const lines = errors.slice(0, MAX_FAULTS).map(describe);
  return [...new Set(lines)].join(', ');
}

/**
 * Everything that is wrong in a map, each member by itself: where it is and what is wrong there. Of a list or a plain
 * value only the first fault, so that a large body has no more faults than its shape has members.
 */
export function everyFault(schema: TSchema, value: unknown, pointer = ''): DocumentFault[] {
  const { properties, required = [] } = schema as { properties?: Record<string, TSchema>; required?: string[] };
  const isMap = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (properties === undefined || !isMap) return firstFault(schema, value, pointer);
  return Object.entries(properties).flatMap(([name, member]) => {
    const place = `${pointer}/${name}`;
    if (Object.hasOwn(value, name)) return everyFault(member, (value as Record<string, unknown>)[name], place);
    return required.includes(name) ? [{ pointer: place, text: 'is required' }] : [];
  });
}

function firstFault(schema: TSchema, value: unknown, pointer: string): DocumentFault[] {
  const [error] = errorsOf(schema, value);
  if (error === undefined) return [];
  if (error.keyword === 'required') {
    return [
      { pointer: `${pointer}${error.instancePath}/${String(error.params['missingProperty'])}`, text: 'is required' },
    ];
  }
  const isBlank = error.keyword === 'minLength' || error.params['pattern'] === '\\S';
  const text = isBlank ? 'must not be blank' : (error.message ?? 'is not valid');
  return [{ pointer: pointer + error.instancePath, text }];
}

function errorsOf(schema: TSchema, value: unknown): ErrorObject[] {
  let check = compiled.get(schema);
  if (check === undefined) {
    check = ajv.compile(schema);
    compiled.set(schema, check);
  }
  return check(value) ? [] : (check.errors ?? []);
}

/** Names the place and the rule, never the value: it may be a secret. */
function describe(error: ErrorObject): string {
  const place = error.instancePath.slice(1).replaceAll('/', '.');
  if (error.keyword === 'required') {
    const missing = String(error.params['missingProperty']);
    return `${place === '' ? missing : `${place}.${missing}`} is required`;
  }
  if (error.keyword === 'additionalProperties') return `${place === '' ? 'the body' : place} has an unknown member`;
  return `${place === '' ? 'the body' : place} ${error.message ?? 'is not valid'}`;
}
