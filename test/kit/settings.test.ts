/** Settings are checked per property, and what was seen is never repeated. */
import { describe, expect, it } from 'vitest';
import { checkShape, schemaAt, settingAt, Type } from '../../src/kit/index.js';

const schema = Type.Object({
  mode: Type.Union([Type.Literal('live'), Type.Literal('test')]),
  apiKey: Type.String({ minLength: 8 }),
  webhook: Type.Optional(Type.Object({ secret: Type.String(), retries: Type.Optional(Type.Integer()) })),
  methods: Type.Optional(Type.Array(Type.Object({ name: Type.String() }))),
});

describe('checkShape', () => {
  it('accepts what fits, with keys it does not know', () => {
    expect(checkShape(schema, { mode: 'live', apiKey: '12345678', more: 1 })).toEqual({
      isValid: true,
      errors: [],
      warnings: [],
    });
  });

  it('reports each property by its dotted path', () => {
    const report = checkShape(schema, { mode: 'x', webhook: { retries: 1.5 }, methods: [{ name: 'a' }, {}] });
    expect(report.isValid).toBe(false);
    expect(Object.fromEntries(report.errors.map((error) => [error.property, error.errorMessages]))).toEqual({
      mode: ['must be one of live, test'],
      apiKey: ['is required'],
      'webhook.secret': ['is required'],
      'webhook.retries': ['must be integer'],
      'methods.1.name': ['is required'],
    });
  });

  it('never repeats what was seen', () => {
    const seen = 'sk_live_seen';
    const report = checkShape(schema, { mode: seen, apiKey: 's_seen', webhook: seen, methods: seen });
    expect(report.errors).toHaveLength(4);
    expect(JSON.stringify(report)).not.toContain('seen');
  });
});

describe('settingAt and schemaAt', () => {
  it('follow dotted paths and end where there is nothing', () => {
    expect(settingAt({ webhook: { secret: 's' } }, 'webhook.secret')).toBe('s');
    for (const path of ['webhook.none', 'none.secret', 'webhook.secret.length', 'constructor', '__proto__.x']) {
      expect(settingAt({ webhook: { secret: 's' } }, path)).toBeUndefined();
    }
    expect(schemaAt(schema, ['webhook', 'secret'])).toMatchObject({ type: 'string' });
    expect(schemaAt(schema, ['methods', '0', 'name'])).toMatchObject({ type: 'string' });
    expect(schemaAt(schema, ['webhook', 'none'])).toBeUndefined();
    expect(schemaAt(Type.Object({ map: Type.Record(Type.String(), Type.Number()) }), ['map', 'any'])).toMatchObject({
      type: 'number',
    });
    expect(schemaAt(schema, ['toString'])).toBeUndefined();
  });
});
