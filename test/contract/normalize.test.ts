/** What shops really send, against the shapes. */
import fc from 'fast-check';
import { Type } from 'typebox';
import { describe, expect, it, test } from 'vitest';
import { camelCase, MAX_DEPTH, normalize } from '../../src/contract/normalize.js';
import { InitializeBody, ConfigureBody } from '../../src/contract/payment-endpoints.js';
import { Amount, FreeMap } from '../../src/contract/shapes.js';
import { parseForm } from '../../src/http/form.js';

const order = { currencyCode: 'EUR', grandTotal: 12000, paymentMethod: 'Credit Card' };

describe('normalize: names', () => {
  it('accepts camelCase and snake_case at every level and gives camelCase', () => {
    const read = normalize(InitializeBody, {
      order_data: { ...order, order_reference: 'DE--1', items: [{ id_sales_order_item: 7, unit_price: '5' }] },
      redirect_success_url: 'https://shop.example/ok',
    });
    expect(read).toEqual({
      value: {
        orderData: { ...order, orderReference: 'DE--1', items: [{ idSalesOrderItem: '7', unitPrice: 5 }] },
        redirectSuccessUrl: 'https://shop.example/ok',
      },
    });
  });

  it('prefers the exact spelling, whichever comes first', () => {
    const schema = Type.Object({ aB: Type.String() });
    expect(normalize(schema, { a_b: 'x', aB: 'y' })).toEqual({ value: { aB: 'y' } });
    expect(normalize(schema, { aB: 'y', a_b: 'x' })).toEqual({ value: { aB: 'y' } });
    expect(normalize(schema, { aB: null, a_b: 'x' })).toEqual({ value: { aB: 'x' } });
  });

  it('reads shapes that are snake_case themselves', () => {
    const schema = Type.Object({ client_id: Type.String() });
    expect(normalize(schema, { client_id: 'a' })).toEqual({ value: { client_id: 'a' } });
    expect(normalize(schema, { clientId: 'a' })).toEqual({ value: { client_id: 'a' } });
  });

  test.each([
    ['order_reference', 'orderReference'],
    ['orderReference', 'orderReference'],
    ['address_1', 'address1'],
    ['shipping_address1', 'shippingAddress1'],
    ['_private', '_private'],
  ])('camelCase of %s is %s', (key, name) => expect(camelCase(key)).toBe(name));

  it('never renames keys of free maps', () => {
    const additionalPaymentData = { my_key: 'a', myKey: 'b', 'with space': 'c' };
    const read = normalize(InitializeBody, { orderData: { ...order, additionalPaymentData } });
    expect(read.value?.orderData.additionalPaymentData).toEqual(additionalPaymentData);
  });

  it('drops unknown members, but keeps them for shapes that forbid them', () => {
    expect(normalize(InitializeBody, { orderData: { ...order, nonsense: 1 }, more: 2 })).toEqual({
      value: { orderData: order },
    });
    const configure = { data: { type: 'configuration', attributes: { configuration: '{}' } } };
    expect(normalize(ConfigureBody, configure).error).toBeUndefined();
    expect(normalize(ConfigureBody, { ...configure, more: 1 }).error).toContain('unknown member');
    const nested = { data: { ...configure.data, attributes: { configuration: '{}', id: 1 } } };
    expect(normalize(ConfigureBody, nested).error).toContain('data.attributes has an unknown member');
  });
});

describe('normalize: values', () => {
  test.each([
    [12000, 12000],
    ['12000', 12000],
    ['-5', -5],
    [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
    ['9007199254740991', Number.MAX_SAFE_INTEGER],
  ])('reads %j as the amount %d', (given, amount) => {
    expect(normalize(Type.Object({ a: Amount() }), { a: given })).toEqual({ value: { a: amount } });
  });

  test.each(['1e3', '0x10', ' 5', '5 ', '1.0', '+5', '', 'NaN', 1.5, 1e20, '9007199254740993', true, [5], { a: 1 }])(
    'refuses %j as an amount',
    (given) => {
      expect(normalize(Type.Object({ a: Amount() }), { a: given }).error).toMatch(/^a /);
    },
  );

  it('treats null and absent alike, in members, lists and free maps', () => {
    const schema = Type.Object({ a: Type.Optional(Type.String()), l: Type.Array(Type.String()), f: FreeMap('') });
    expect(normalize(schema, { a: null, l: ['x', null], f: { k: null, n: { m: null } } })).toEqual({
      value: { l: ['x'], f: { n: {} } },
    });
    expect(normalize(Type.Object({ a: Type.String() }), { a: null }).error).toBe('a is required');
  });

  it('treats empty text as absent where a member may be missing, and keeps it in free maps', () => {
    const schema = Type.Object({ a: Type.Optional(Type.String()), b: Type.String(), f: FreeMap('') });
    expect(normalize(schema, { a: '', b: '', f: { k: '' } })).toEqual({ value: { b: '', f: { k: '' } } });
  });

  it('takes an empty list for an empty map, and a gapped map for a list', () => {
    const schema = Type.Object({ f: FreeMap(''), o: Type.Object({}), l: Type.Array(Type.String()) });
    expect(normalize(schema, { f: [], o: [], l: { 2: 'b', 0: 'a', 10: 'c' } })).toEqual({
      value: { f: {}, o: {}, l: ['a', 'b', 'c'] },
    });
    expect(normalize(schema, { f: {}, o: [1], l: [] }).error).toContain('o must be object');
    expect(normalize(schema, { f: {}, o: {}, l: { 0: 'a', x: 'b' } }).error).toContain('l must be array');
  });

  it('reads booleans from forms only', () => {
    const schema = Type.Object({ a: Type.Boolean() });
    for (const [text, truth] of [
      ['1', true],
      ['true', true],
      ['0', false],
      ['false', false],
    ] as const) {
      expect(normalize(schema, { a: text }, { form: true })).toEqual({ value: { a: truth } });
      expect(normalize(schema, { a: text }).error).toBe('a must be boolean');
    }
    expect(normalize(schema, { a: 'yes' }, { form: true }).error).toBe('a must be boolean');
  });

  it('takes whole numbers for text, and nothing else', () => {
    const schema = Type.Object({ zip: Type.String() });
    expect(normalize(schema, { zip: 10115 })).toEqual({ value: { zip: '10115' } });
    for (const zip of [1.5, true, ['a'], { a: 1 }]) expect(normalize(schema, { zip }).error).toBe('zip must be string');
  });

  it('chooses the alternative that fits', () => {
    const schema = Type.Object({ a: Type.Union([Type.Object({ b: Type.String() }), Type.String()]) });
    expect(normalize(schema, { a: 'x' })).toEqual({ value: { a: 'x' } });
    expect(normalize(schema, { a: { b: 'x', c: 1 } })).toEqual({ value: { a: { b: 'x' } } });
  });
});

describe('normalize: hostile values', () => {
  it('ignores __proto__ and keeps other names of Object.prototype as ordinary keys', () => {
    const hostile = JSON.parse(
      '{"__proto__":{"polluted":1},"f":{"__proto__":{"polluted":1},"constructor":"c","toString":"t","n":{"__proto__":1}}}',
    ) as unknown;
    const read = normalize(Type.Object({ f: FreeMap('') }), hostile);
    expect(JSON.stringify(read.value)).toBe('{"f":{"constructor":"c","toString":"t","n":{}}}');
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('does not take inherited members for given ones', () => {
    expect(normalize(Type.Object({ toString: Type.Optional(Type.String()) }), {})).toEqual({ value: {} });
  });

  it('refuses what is nested too deeply instead of running out of stack', () => {
    let deep: unknown = 'x';
    for (let i = 0; i < 50_000; i++) deep = [deep];
    expect(normalize(Type.Object({ f: FreeMap('') }), { f: { deep } }).error).toContain(String(MAX_DEPTH));
  });

  it('never throws and never changes its input, whatever it gets', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const before = JSON.stringify(value);
        normalize(InitializeBody, value);
        normalize(InitializeBody, { orderData: value });
        expect(JSON.stringify(value)).toBe(before);
      }),
      { numRuns: 300 },
    );
  });

  it('says which member is wrong, never its value', () => {
    const read = normalize(InitializeBody, { orderData: { ...order, grandTotal: 'secret-value' } });
    expect(read.error).toBe('orderData.grandTotal must be integer');
  });
});

const word = fc.string({ minLength: 1, maxLength: 12 }).filter((text) => text.trim() !== '' && !text.includes('\0'));
const textOrNull = fc.option(fc.oneof(word, fc.constant('')), { nil: null });
const amount = fc.integer({ min: -1_000_000, max: 1_000_000 });
const key = fc.stringMatching(/^[A-Za-z][A-Za-z0-9_]{0,9}$/);

const generatedOrder = fc.record({
  currencyCode: fc.constantFrom('EUR', 'USD'),
  grandTotal: fc.integer({ min: 1 }),
  paymentMethod: word,
  customerFirstName: textOrNull,
  address2: textOrNull,
  additionalPaymentData: fc.dictionary(key, fc.oneof(word, fc.constant('')), { maxKeys: 4 }),
  items: fc.array(
    fc.record({
      idSalesOrderItem: fc.option(fc.integer({ min: 1, max: 1e6 }), { nil: null }),
      name: word,
      quantity: fc.integer({ min: 0, max: 9 }),
      unitPrice: amount,
    }),
    { maxLength: 40 },
  ),
});

/** As PHP's http_build_query writes it: nulls and empty lists vanish, true is 1, false is 0. */
function phpForm(value: unknown, prefix = ''): string[] {
  if (value === null || value === undefined) return [];
  if (typeof value !== 'object') {
    const text = typeof value === 'boolean' ? (value ? '1' : '0') : String(value);
    return [`${encodeURIComponent(prefix)}=${encodeURIComponent(text).replaceAll('%20', '+')}`];
  }
  return Object.entries(value).flatMap(([name, member]) =>
    phpForm(member, prefix === '' ? name : `${prefix}[${name}]`),
  );
}

describe('normalize: forms', () => {
  it('gives for a form what it gives for the same values in JSON', () => {
    fc.assert(
      fc.property(generatedOrder, (orderData) => {
        const json = normalize(InitializeBody, { orderData });
        const form = normalize(InitializeBody, parseForm(phpForm({ orderData }).join('&')), { form: true });
        const empty = { items: orderData.items.length === 0 ? [] : undefined, additionalPaymentData: {} };
        expect(json.error).toBeUndefined();
        expect({ orderData: { ...empty, ...form.value?.orderData } }).toEqual({
          orderData: { ...empty, ...json.value?.orderData },
        });
      }),
      { numRuns: 200 },
    );
  });
});
