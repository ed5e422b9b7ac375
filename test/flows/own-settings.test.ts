/** The app's own settings in a form: every field, choice and fault has words in both languages. */
import { expect, it } from 'vitest';
import { ownFaults } from '../../src/domain/own-settings.js';
import { OPTIONAL_MESSAGES } from '../../src/domain/unwanted.js';
import { OWN_SCHEMA, OWN_TEXTS } from '../../src/flows/own-settings.js';
import { fieldTexts, messageIn } from '../../src/kit/form-texts.js';

const plain = fieldTexts(OWN_SCHEMA, undefined, 'en');

it.each(['en', 'de'] as const)('every field and every choice has words in %s, and no word is left over', (language) => {
  const told = OWN_TEXTS[language]?.fields ?? {};
  expect(Object.keys(told).sort()).toEqual(Object.keys(plain).sort());
  for (const [path, { choices }] of Object.entries(plain)) {
    expect(told[path], path).toMatchObject({ label: expect.any(String), help: expect.any(String) });
    const values = (choices ?? []).map(({ value }) => value).sort();
    expect(Object.keys(told[path]?.choices ?? {}).sort(), path).toEqual(values);
  }
});

it('the form offers every message a shop can do without', () => {
  expect(plain['unwantedMessages']?.choices?.map(({ value }) => value)).toEqual(OPTIONAL_MESSAGES);
});

it('every fault is told in German', () => {
  const live = { mode: 'live', isSandbox: false } as const;
  const wrong = { enabled: 1, origins: ['x'], jwksUri: 'x', more: 1 };
  const faults = [
    ...ownFaults({ facade: wrong, unwantedMessages: ['x'], cancel: { captured: 'x' }, returnUrlAllowList: 'x' }, live),
    ...ownFaults({ facade: [], returnUrlAllowList: ['x'] }, live),
    ...ownFaults({ facade: { enabled: true, origins: 'x' } }, live),
  ];
  const messages = [...new Set(faults.map(({ message }) => message))];
  expect(messages).toHaveLength(9);
  for (const message of messages) expect(messageIn(OWN_TEXTS, 'de', message)).not.toBe(message);
});
