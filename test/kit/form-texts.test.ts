/** Words of settings: every field of every connector has them in both languages, and defaults are what is read. */
import { Type } from 'typebox';
import { describe, expect, it } from 'vitest';
import { sandboxConnector } from '../../src/connectors/sandbox/index.js';
import { stripeConnector } from '../../src/connectors/stripe/index.js';
import { readConnect } from '../../src/connectors/stripe/connect-settings.js';
import { readSettings } from '../../src/connectors/stripe/settings.js';
import { readPath } from '../../src/domain/tenant.js';
import { fieldTexts, messageIn, type FormTexts } from '../../src/kit/form-texts.js';
import { checkShape } from '../../src/kit/settings.js';

describe('fieldTexts', () => {
  const schema = Type.Object({
    publishableKey: Type.String({ description: 'Seen by all.' }),
    page: Type.Object({ termsUrl: Type.String({ description: 'Terms.' }) }, { description: 'The page.' }),
  });

  it('takes the words of the schema where there are no others', () => {
    expect(fieldTexts(schema, undefined, 'de')).toEqual({
      publishableKey: { label: 'Publishable key', help: 'Seen by all.' },
      page: { label: 'Page', help: 'The page.' },
      'page.termsUrl': { label: 'Terms url', help: 'Terms.' },
    });
  });

  it('prefers the language asked for, then English, field by field', () => {
    const texts = {
      en: { fields: { page: { label: 'Payment page' } } },
      de: { fields: { 'page.termsUrl': { label: 'AGB', help: 'Ihre Bedingungen.' } } },
    };
    expect(fieldTexts(schema, texts, 'de')).toMatchObject({
      page: { label: 'Payment page', help: 'The page.' },
      'page.termsUrl': { label: 'AGB', help: 'Ihre Bedingungen.' },
    });
  });

  describe('choices', () => {
    const one = (...values: string[]) => Type.Union(values.map((value) => Type.Literal(value)));
    const choosing = Type.Object({
      way: one('api', 'own_page', 'toString'),
      only: Type.Literal('test'),
      several: Type.Array(one('link', 'paypal')),
      free: Type.Union([Type.Literal('auto'), Type.String()]),
      texts: Type.Array(Type.String()),
    });
    const choicesOf = (texts: FormTexts | undefined) =>
      Object.entries(fieldTexts(choosing, texts, 'de')).flatMap(([path, { choices }]) =>
        choices === undefined ? [] : [[path, choices.map(({ value, label }) => `${value}: ${label}`)]],
      );

    it('are called by their value where there are no words; what takes any text is no choice', () => {
      expect(choicesOf(undefined)).toEqual([
        ['way', ['api: api', 'own_page: own_page', 'toString: toString']],
        ['only', ['test: test']],
        ['several', ['link: link', 'paypal: paypal']],
      ]);
    });

    it('prefer the language asked for, then English, value by value, in the order of the schema', () => {
      const texts = {
        en: { fields: { way: { choices: { own_page: 'Own page', api: 'By asking' } } } },
        de: { fields: { way: { choices: { own_page: 'Eigene Seite' } }, several: { choices: { link: 'Verweis' } } } },
      };
      expect(choicesOf(texts)).toEqual([
        ['way', ['api: By asking', 'own_page: Eigene Seite', 'toString: toString']],
        ['only', ['test: test']],
        ['several', ['link: Verweis', 'paypal: paypal']],
      ]);
    });

    it('leave out what is not offered', () => {
      const schema = Type.Object({ a: Type.Union([Type.Literal('x'), Type.Literal('y', { offered: false })]) });
      expect(fieldTexts(schema, undefined, 'en')).toEqual({
        a: { label: 'A', help: '', choices: [{ value: 'x', label: 'x' }] },
      });
    });
  });

  it('a message nobody translated stays as it is, also when it is called like a member of objects', () => {
    expect(messageIn({ de: { fields: {}, messages: { a: 'b' } } }, 'de', 'a')).toBe('b');
    expect(messageIn({ de: { fields: {}, messages: { a: 'b' } } }, 'de', 'toString')).toBe('toString');
    expect(messageIn(undefined, 'de', 'a')).toBe('a');
  });
});

describe('messageIn', () => {
  it('fills in what differs, and leaves a message alone that is another one', () => {
    const texts = { de: { fields: {}, messages: { 'holds {a} (a {b}).': '{b}: {a} steht darin' } } };
    expect(messageIn(texts, 'de', 'holds $& (a key).')).toBe('key: $& steht darin');
    expect(messageIn(texts, 'de', 'holds x (a key)!')).toBe('holds x (a key)!');
    expect(messageIn(texts, 'en', 'holds x (a key).')).toBe('holds x (a key).');
  });

  it('says everything that checkShape says in German', () => {
    const schema = Type.Object({
      count: Type.Integer({ minimum: 1, maximum: 60 }),
      share: Type.Number(),
      name: Type.String({ minLength: 2, maxLength: 3, pattern: '^x' }),
      list: Type.Array(Type.String(), { maxItems: 1 }),
      map: Type.Record(Type.String(), Type.Union([Type.Literal('a'), Type.Literal('b')])),
      on: Type.Boolean(),
    });
    const wrong = [
      {},
      { count: 0, share: 'x', name: 'x', list: ['a', 'b'], map: { y: 'c' }, on: 1 },
      { count: 61, share: 1, name: 'yyyy', list: 'x', map: 'x', on: true },
      { count: 1.5, share: 1, name: 7, list: [], map: {}, on: true },
    ];
    const said = wrong.flatMap((settings) => checkShape(schema, settings).errors.flatMap((one) => one.errorMessages));
    const messages = [...new Set(said)];
    expect(messages).toContain('must be one of a, b');
    expect(messages.length).toBeGreaterThan(12);
    expect(messages.filter((message) => messageIn(undefined, 'de', message) === message)).toEqual([]);
    expect(messageIn(undefined, 'de', 'must be <= 60')).toBe('darf höchstens 60 sein');
  });
});

describe.each([stripeConnector, sandboxConnector])('words of $name', ({ configuration: { schema, texts } }) => {
  const plain = fieldTexts(schema, undefined, 'en');
  const paths = Object.keys(plain);
  const choosing = paths.filter((path) => plain[path]?.choices !== undefined);

  it('every field has a German label and German help, and no word is left over', () => {
    const german = texts?.de?.fields ?? {};
    expect(paths.length).toBeGreaterThan(20);
    expect(Object.keys(german).sort()).toEqual([...paths].sort());
    for (const path of paths) {
      const choices = choosing.includes(path) ? { choices: expect.any(Object) } : {};
      expect(german[path], path).toEqual({ label: expect.any(String), help: expect.any(String), ...choices });
    }
  });

  it.each(['en', 'de'] as const)('every choice is called by words in %s, not by its value', (language) => {
    expect(choosing.length).toBeGreaterThan(10);
    const told = fieldTexts(schema, texts, language);
    const own = texts?.[language]?.fields ?? {};
    for (const path of choosing) {
      const values = (plain[path]?.choices ?? []).map(({ value }) => value);
      expect(Object.keys(own[path]?.choices ?? {}), path).toEqual(expect.arrayContaining(values));
      for (const { value, label } of told[path]?.choices ?? []) {
        expect(label, path).not.toBe(value);
        expect(label, path).not.toMatch(/[a-z]_[a-z]/);
      }
      // Whoever reads the form has never seen a value.
      for (const value of values.filter((one) => one.includes('_')))
        expect(told[path]?.help, path).not.toContain(value);
    }
  });

  it('every word of a choice is of a value that exists', () => {
    for (const fields of [texts?.en?.fields ?? {}, texts?.de?.fields ?? {}])
      expect(Object.keys(fields).filter((path) => fields[path]?.choices && !choosing.includes(path))).toEqual([]);
  });

  it('English words are of fields that exist', () => {
    expect(Object.keys(texts?.en?.fields ?? {}).filter((path) => !paths.includes(path))).toEqual([]);
  });
});

it('a platform’s keys are understood, because their refusal says why, but no form offers them', () => {
  const { schema, texts } = stripeConnector.configuration;
  const { connection } = (schema as unknown as { properties: { connection: { anyOf: { const: string }[] } } })
    .properties;
  expect(connection.anyOf.map((literal) => literal.const)).toEqual(['own_keys', 'platform']);
  expect(fieldTexts(schema, texts, 'en')['connection']?.choices).toEqual([{ value: 'own_keys', label: 'Your own' }]);
});

it('the defaults a form shows for Stripe are those with which settings are read', () => {
  const read = { ...readSettings({}), connect: readConnect({}) } as Record<string, unknown>;
  const defaults: [string, unknown][] = [];
  const walk = (part: object, path: string): void => {
    const { properties } = part as { properties?: Record<string, { default?: unknown }> };
    for (const [name, field] of Object.entries(properties ?? {})) {
      if (field.default !== undefined) defaults.push([`${path}${name}`, field.default]);
      walk(field, `${path}${name}.`);
    }
  };
  walk(stripeConnector.configuration.schema, '');
  expect(defaults.length).toBeGreaterThan(15);
  for (const [path, value] of defaults) expect(readPath(read, path), path).toEqual(value);
});
