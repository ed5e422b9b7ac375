/** Validates what the simulator answers, and what it is sent, against the types of the installed Stripe SDK. */
import { Ajv } from 'ajv';
import type { ValidateFunction } from 'ajv';
import { sdkSchemas } from './schema-source.js';

const schemas = await sdkSchemas();

const validators = (coerceTypes: boolean | 'array'): ((name: string) => ValidateFunction | undefined) => {
  const ajv = new Ajv({ strict: false, allErrors: true, coerceTypes });
  ajv.addSchema({ $id: 'stripe', definitions: schemas.definitions });
  const known = new Map<string, ValidateFunction>();
  return (name) => {
    const definition = schemas.roots[name];
    if (definition === undefined) return undefined;
    const validate = known.get(name) ?? ajv.compile({ $ref: `stripe#/definitions/${definition}` });
    known.set(name, validate);
    return validate;
  };
};
const objectValidator = validators(false);
const paramValidator = validators('array');

/** The properties the SDK knows for an endpoint's parameters; undefined when the SDK has no type for them here. */
export function knownParams(endpoint: string): Record<string, unknown> | undefined {
  const definition = schemas.definitions[schemas.roots[endpoint] ?? ''] as
    { properties: Record<string, unknown> } | undefined;
  return definition?.properties;
}

/** Every object of the API in this value, at any depth, must be what the SDK says it is. Throws with the reasons. */
export function checkObjects(value: unknown, where = ''): void {
  if (Array.isArray(value)) value.forEach((entry, index) => checkObjects(entry, `${where}[${index}]`));
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return;
  const { object, deleted } = value as { object?: unknown; deleted?: unknown };
  if (typeof object === 'string' && object !== 'list' && object !== 'search_result' && isWhole(value)) {
    // Events of /v2 are of 350 types that carry functions of the SDK: their own test looks at them.
    if (object === 'v2.core.event' || isTrace(value)) return;
    const validate = objectValidator(deleted === true ? `deleted_${object}` : object);
    if (!validate) throw new Error(`no schema for ${object} at ${where}`);
    if (!validate(object.startsWith('v2.') ? withoutNulls(value) : value))
      throw new Error(`${object} at ${where}: ${JSON.stringify(validate.errors, null, 1)}`);
  }
  for (const [name, entry] of Object.entries(value)) {
    if (name !== 'previous_attributes') checkObjects(entry, `${where}.${name}`);
  }
}

/** What /v2 answers for something that was deleted. */
const isTrace = (value: object): boolean => Object.keys(value).join() === 'id,object';

/** What the SDK's types call absent is null on the wire of /v2 (https://docs.stripe.com/api-includable-response-values). */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object' || value === null) return value;
  const there = Object.entries(value).filter(([, entry]) => entry !== null);
  return Object.fromEntries(there.map(([name, entry]) => [name, withoutNulls(entry)]));
}

/** What a browser is shown of an intent is a part of it on purpose. */
const isWhole = (value: object): boolean => !('client_secret' in value) || 'metadata' in value;

/** Parameters as they were sent must be ones the SDK knows. */
export function checkParams(method: string, path: string, params: Record<string, unknown>): void {
  const endpoint = `${method} ${path.replace(/\/[a-z]+_(?=\w*[A-Z0-9])\w+/, '/:id')}`;
  const validate = paramValidator(endpoint);
  if (!validate) return;
  const copy = structuredClone(params);
  if (!validate(copy)) throw new Error(`${endpoint}: ${JSON.stringify(validate.errors)} in ${JSON.stringify(params)}`);
}
