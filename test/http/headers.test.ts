/** Headers as shops write them: repeated, empty, in UTF-8 or in an older alphabet. */
import { describe, expect, it } from 'vitest';
import { asWritten, firstOf } from '../../src/http/headers.js';

/** What Node makes of a text's UTF-8. */
const bytes = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');
const read = (value: string | string[]): string | undefined =>
  firstOf({ headers: { 'x-tenant-identifier': value } }, 'x-tenant-identifier');

describe('the first value of a header', () => {
  it.each([
    ['shop', 'shop'],
    [' shop ', 'shop'],
    ['shop, shop', 'shop'],
    [bytes('Übershop 店'), 'Übershop 店'],
    // As fetch sends it: no UTF-8.
    ['Übershop', 'Übershop'],
  ])('of %j is %j', (value, text) => expect(read(value)).toBe(text));

  it.each(['', ' ', ',shop'])('of %j is none', (value) => expect(read(value)).toBeUndefined());

  it('of several is the first', () => expect(read(['a', 'b'])).toBe('a'));
});

it('gives all headers as they were written', () => {
  expect(asWritten({ name: 'x', 'correlation-id': bytes('Größe'), 'set-cookie': [bytes('ä')] })).toEqual({
    name: 'x',
    'correlation-id': 'Größe',
    'set-cookie': ['ä'],
  });
});
