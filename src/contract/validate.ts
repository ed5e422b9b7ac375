/** Ajv without coercion, set up once; every shape is compiled on first use and kept. */
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import type { TSchema } from 'typebox';

/** At most so many faults are named in one answer. */
const MAX_FAULTS = 5;

const ajv = new Ajv({ strict: false, allErrors: false, coerceTypes: false, ownProperties: true });
const compiled = new WeakMap<TSchema, ValidateFunction>();

/** Checks a value against a shape as it is. Returns undefined when it fits, else what is wrong in one line. */
export function faults(schema: TSchema, value: unknown): string | undefined {
  let check = compiled.get(schema);
  if (check === undefined) {
    check = ajv.compile(schema);
    compiled.set(schema, check);
  }
  if (check(value)) return undefined;
  const lines = (check.errors ?? []).slice(0, MAX_FAULTS).map(describe);
  return [...new Set(lines)].join(', ');
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
