/** A tenant's settings, read and checked the same way by every connector. */
import type { TSchema } from 'typebox';
import { Errors } from 'typebox/value';
import type { ConfigurationReport, Settings } from './connector.js';

/** The value at a dotted path (`webhook.secret`); undefined when a part of the path is missing. */
export function settingAt(settings: Settings, path: string): unknown {
  let value: unknown = settings;
  for (const part of path.split('.')) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = Object.hasOwn(value, part) ? (value as Record<string, unknown>)[part] : undefined;
  }
  return value;
}

/**
 * Checks the shape of settings and reports per property, as dotted paths. Says what is wanted, never what was seen,
 * because what was seen may be a secret in the wrong field.
 */
export function checkShape(schema: TSchema, settings: Settings): ConfigurationReport {
  const messages = new Map<string, Set<string>>();
  for (const error of Errors(schema, settings)) {
    const path = error.instancePath.split('/').slice(1);
    for (const property of error.keyword === 'required' ? error.params.requiredProperties : ['']) {
      const dotted = [...path, ...(property === '' ? [] : [property])].join('.');
      const texts = messages.get(dotted) ?? new Set<string>();
      texts.add(error.keyword === 'required' ? 'is required' : wording(error, schemaAt(schema, path)));
      messages.set(dotted, texts);
    }
  }
  const errors = [...messages].map(([property, texts]) => ({ property, errorMessages: [...texts] }));
  return { isValid: errors.length === 0, errors, warnings: [] };
}

/**
 * What is wrong with a text that should be an origin (`https://shop.example`); undefined when nothing is. In live mode
 * only https counts, because what is embedded in an unprotected page can be changed on its way.
 */
export function originFault(text: string, mode: 'live' | 'test'): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isWeb = url?.protocol === 'https:' || url?.protocol === 'http:';
  const isBare = url !== undefined && url.pathname + url.search + url.hash + url.username + url.password === '/';
  if (!isWeb || !isBare || /[*?#@\s]|\/$/.test(text)) return 'must hold origins only, such as https://shop.example';
  return mode === 'live' && url.protocol !== 'https:' ? 'must hold https origins only in live mode' : undefined;
}

interface Container {
  properties?: Record<string, unknown>;
  items?: unknown;
  patternProperties?: Record<string, unknown>;
}

/** The part of an object schema a path leads to; undefined when the schema does not name it. */
export function schemaAt(schema: TSchema, path: readonly string[]): TSchema | undefined {
  let part: unknown = schema;
  for (const name of path) {
    if (typeof part !== 'object' || part === null) return undefined;
    const { properties = {}, items, patternProperties = {} } = part as Container;
    // A map has one schema for all of its values.
    part = Object.hasOwn(properties, name) ? properties[name] : (items ?? Object.values(patternProperties)[0]);
  }
  return part as TSchema | undefined;
}

function wording(error: { message: string }, schema: TSchema | undefined): string {
  const choices = schema as { const?: unknown; anyOf?: { const?: unknown }[]; enum?: unknown[] } | undefined;
  if (choices?.const !== undefined) return `must be ${String(choices.const)}`;
  const allowed = choices?.enum ?? choices?.anyOf?.map((choice) => choice.const);
  const listed = allowed !== undefined && allowed.every((choice) => choice !== undefined);
  // A union tells an error per alternative; the list of what is allowed says the same once.
  return listed ? `must be one of ${allowed.join(', ')}` : error.message;
}
