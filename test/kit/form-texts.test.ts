/** Words of settings: every field of every connector has them in both languages, and defaults are what is read. */
import { Type } from 'typebox';
import { describe, expect, it } from 'vitest';
import { sandboxConnector } from '../../src/connectors/sandbox/index.js';
import { stripeConnector } from '../../src/connectors/stripe/index.js';
import { readConnect } from '../../src/connectors/stripe/connect-settings.js';
import { readSettings } from '../../src/connectors/stripe/settings.js';
import { readPath } from '../../src/domain/tenant.js';
import { fieldTexts, messageIn } from '../../src/kit/form-texts.js';

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

  it('a message nobody translated stays as it is, also when it is called like a member of objects', () => {
    expect(messageIn({ de: { fields: {}, messages: { a: 'b' } } }, 'de', 'a')).toBe('b');
    expect(messageIn({ de: { fields: {}, messages: { a: 'b' } } }, 'de', 'toString')).toBe('toString');
    expect(messageIn(undefined, 'de', 'a')).toBe('a');
  });
});

describe.each([stripeConnector, sandboxConnector])('words of $name', ({ configuration: { schema, texts } }) => {
  const paths = Object.keys(fieldTexts(schema, undefined, 'en'));

  it('every field has a German label and German help, and no word is left over', () => {
    const german = texts?.de?.fields ?? {};
    expect(paths.length).toBeGreaterThan(20);
    expect(Object.keys(german).sort()).toEqual([...paths].sort());
    for (const path of paths)
      expect(german[path], path).toEqual({ label: expect.any(String), help: expect.any(String) });
  });

  it('English words are of fields that exist', () => {
    expect(Object.keys(texts?.en?.fields ?? {}).filter((path) => !paths.includes(path))).toEqual([]);
  });
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
