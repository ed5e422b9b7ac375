/** Forms as PHP reads them. */
import { describe, expect, it, test } from 'vitest';
import { FormError, MAX_FORM_DEPTH, MAX_FORM_FIELDS, MAX_FORM_LIST, parseForm } from '../../src/http/form.js';

describe('parseForm', () => {
  test.each<[string, unknown]>([
    ['a=1', { a: '1' }],
    ['a=x+y%20z', { a: 'x y z' }],
    ['a[b][c]=1', { a: { b: { c: '1' } } }],
    ['a%5Bb%5D=1', { a: { b: '1' } }],
    ['a[]=x&a[]=y', { a: ['x', 'y'] }],
    ['a[1]=y&a[0]=x', { a: ['x', 'y'] }],
    ['a[0]=x&a[2]=y', { a: { 0: 'x', 2: 'y' } }],
    ['a[5]=x&a[]=y', { a: { 5: 'x', 6: 'y' } }],
    ['a[01]=x', { a: { '01': 'x' } }],
    ['a[][n]=x&a[][n]=y', { a: [{ n: 'x' }, { n: 'y' }] }],
    ['a=1&a=2', { a: '2' }],
    ['a=1&a[b]=2', { a: { b: '2' } }],
    ['a[b]=2&a=1', { a: '1' }],
    ['a[b]=1&a[b][c]=2', { a: { b: { c: '2' } } }],
    ['a&b=', { a: '', b: '' }],
    ['=1&[x]=2&c=3', { c: '3' }],
    ['', {}],
    ['a=1;b=2', { a: '1;b=2' }],
    ['a=1=2', { a: '1=2' }],
    ['a.b c=1', { a_b_c: '1' }],
    ['a[b.c d]=1', { a: { 'b.c d': '1' } }],
    ['a[b=1', { a_b: '1' }],
    ['a[b.c=1', { a_b_c: '1' }],
    ['a[b][c=1', { a: { b: '1' } }],
    ['a[b]c=1', { a: { b: '1' } }],
    ['a[ ]=1', { a: ['1'] }],
    ['a=%zz%41', { a: '%zzA' }],
    ['a=%C3%A9%ff', { a: 'é\uFFFD' }],
    ['a=%F0%9F%98%80', { a: '😀' }],
  ])('reads %s', (text, value) => expect(parseForm(text)).toEqual(value));

  it('keeps a list of thirty members a list', () => {
    const text = Array.from({ length: 30 }, (_, at) => `items[${at}][name]=n${at}`).join('&');
    expect(parseForm(text)['items']).toHaveLength(30);
  });

  it('does no harm with __proto__', () => {
    const form = parseForm('__proto__[x]=1&a[__proto__][x]=2&constructor[prototype][x]=3');
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
    expect(Object.getPrototypeOf(form)).toBe(Object.prototype);
  });

  it('refuses what is beyond a limit, and takes what is at it', () => {
    const fields = (count: number) => Array.from({ length: count }, (_, at) => `f${at}=1`).join('&');
    expect(Object.keys(parseForm(fields(MAX_FORM_FIELDS)))).toHaveLength(MAX_FORM_FIELDS);
    expect(() => parseForm(fields(MAX_FORM_FIELDS + 1))).toThrow(FormError);
    const list = (count: number) => 'a[]=1&'.repeat(count).slice(0, -1);
    expect(parseForm(list(MAX_FORM_LIST))['a']).toHaveLength(MAX_FORM_LIST);
    expect(() => parseForm(list(MAX_FORM_LIST + 1))).toThrow(FormError);
    expect(parseForm(`a${'[b]'.repeat(MAX_FORM_DEPTH)}=1`)).toHaveProperty('a.b.b.b');
    expect(() => parseForm(`a${'[b]'.repeat(MAX_FORM_DEPTH + 1)}=1`)).toThrow(FormError);
  });
});
