/**
 * The order of members in what we send. The database keeps maps in an order of its own; on the wire they stand as the
 * documents print them, so that equal messages are equal bytes, whoever carries them.
 */
import type { TSchema } from 'typebox';
import { Attributes, findMessage } from './messages.js';

type Shape = TSchema & { properties?: Record<string, Shape>; items?: Shape };

/** The payload of that message in its order. Maps whose keys are not ours, and unknown messages, stay as they are. */
export function payloadInOrder(name: string, payload: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return inOrder(findMessage(name)?.payload as Shape | undefined, payload) as Record<string, unknown>;
}

/** The envelope in its order. */
export function attributesInOrder(attributes: Readonly<Record<string, string>>): Record<string, string> {
  return inOrder(Attributes as Shape, attributes) as Record<string, string>;
}

function inOrder(schema: Shape | undefined, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((member) => inOrder(schema?.items, member));
  if (schema?.properties === undefined || typeof value !== 'object' || value === null) return value;
  const { properties } = schema;
  const given = value as Record<string, unknown>;
  const known = Object.keys(properties).filter((name) => Object.hasOwn(given, name));
  const others = Object.keys(given).filter((name) => !Object.hasOwn(properties, name));
  return Object.fromEntries([...known, ...others].map((name) => [name, inOrder(properties[name], given[name])]));
}
