/** Casing: whatever a shop calls the members we know, they are read alike; keys of its own maps are never touched. */
import fc from 'fast-check';
import type { TSchema } from 'typebox';
import { describe, expect, it } from 'vitest';
import { ENDPOINTS } from '../../src/contract/endpoints.js';
import { MESSAGES } from '../../src/contract/messages.js';
import { camelCase, normalize } from '../../src/contract/normalize.js';

type Shape = TSchema & {
  type?: string;
  const?: unknown;
  pattern?: string;
  minimum?: number;
  maximum?: number;
  properties?: Record<string, Shape>;
  required?: string[];
  patternProperties?: Record<string, Shape>;
  items?: Shape;
  anyOf?: Shape[];
};

const KEYS = [
  'my_key',
  'myKey',
  'MyKey',
  'order_reference',
  'orderReference',
  'idToken',
  'id_token',
  'with space',
  '7',
];

/** What a sender may put into a map of its own. */
const { free } = fc.letrec<{ free: unknown }>((tie) => ({
  free: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.string(),
    fc.integer(),
    fc.boolean(),
    fc.array(tie('free'), { maxLength: 2 }),
    fc.dictionary(fc.constantFrom(...KEYS), tie('free'), { maxKeys: 3 }),
  ),
}));

/** Values that fit a shape as they stand. */
function fitting(shape: Shape): fc.Arbitrary<unknown> {
  if (shape.const !== undefined) return fc.constant(shape.const);
  if (shape.anyOf !== undefined) return fitting(shape.anyOf[0] as Shape);
  if (shape.properties !== undefined) {
    const members = Object.fromEntries(
      Object.entries(shape.properties).map(([name, member]) => [name, fitting(member)]),
    );
    return fc.record(members, { requiredKeys: shape.required ?? [] });
  }
  if (shape.type === 'object') {
    const [member] = Object.values(shape.patternProperties ?? {});
    return fc.dictionary(fc.constantFrom(...KEYS), member?.type === undefined ? free : fitting(member), { maxKeys: 4 });
  }
  if (shape.type === 'array') return fc.array(fitting(shape.items as Shape), { maxLength: 3 });
  if (shape.type === 'integer' || shape.type === 'number')
    return fc.integer({ min: Math.max(shape.minimum ?? -1000, -1000), max: Math.min(shape.maximum ?? 1e6, 1e6) });
  if (shape.type === 'boolean') return fc.boolean();
  if (shape.type === 'string') return textFitting(shape);
  return fc.integer();
}

function textFitting({ pattern }: Shape): fc.Arbitrary<string> {
  if (pattern === undefined) return fc.stringMatching(/^[a-z_A-Z]{1,8}$/);
  const known = ['EUR', 'https://shop.example/a_b', 'DE', 'ada@example.com'].filter((text) =>
    new RegExp(pattern).test(text),
  );
  return known.length > 0 ? fc.constantFrom(...known) : fc.stringMatching(new RegExp(pattern));
}

const spellings = (name: string): string[] => {
  const camel = camelCase(name);
  const snake = camel.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return [name, camel, snake, snake.replace(/(\d)/g, '_$1'), camel.replace(/^./, (letter) => letter.toUpperCase())];
};

/** The same value with members we know spelled in another way, each as the dice say. */
function respelled(shape: Shape | undefined, value: unknown, dice: () => number): unknown {
  const inner = shape?.anyOf?.[0] ?? shape;
  if (Array.isArray(value)) return value.map((member) => respelled(inner?.items, member, dice));
  if (inner?.properties === undefined || typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([name, member]) => {
    const forms = spellings(name);
    return [forms[dice() % forms.length], respelled(inner.properties?.[name], member, dice)] as const;
  });
  return Object.fromEntries(entries);
}

const shapes: [string, Shape][] = [
  ...ENDPOINTS.filter(({ body }) => (body as Shape | undefined)?.properties !== undefined).map(
    ({ name, body }): [string, Shape] => [name, body as Shape],
  ),
  ...MESSAGES.filter(({ direction }) => direction === 'to-app').map(({ name, payload }): [string, Shape] => [
    name,
    payload,
  ]),
];

describe('members may be camelCase, snake_case or PascalCase, at every level', () => {
  it('of these', () => expect(shapes.map(([name]) => name)).toEqual(expect.arrayContaining(['initialize-payment', 'transfers', 'payments', 'RefundPayment']))); // prettier-ignore

  it.each(shapes)('%s', (_name, shape) => {
    fc.assert(
      fc.property(fitting(shape), fc.infiniteStream(fc.nat(1000)), (value, rolls) => {
        const asItIs = normalize(shape, value);
        expect(asItIs.error).toBeUndefined();
        const dice = (): number => rolls.next().value as number;
        // As bytes: keys of free maps keep their spelling and their order.
        expect(JSON.stringify(normalize(shape, respelled(shape, value, dice)))).toBe(JSON.stringify(asItIs));
        expect(JSON.stringify(asItIs.value)).toBe(JSON.stringify(value));
      }),
      { numRuns: 60 },
    );
  });
});
