/** Addresses at brokers: one tenant's can never be read as another's. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressPart, nameOf } from '../../src/brokers/address.js';
import { openBroker } from '../../src/brokers/index.js';
import { outageOf, reasonOf } from '../../src/brokers/keeping.js';

describe('addressPart', () => {
  it('keeps what is plain and writes the rest in hexadecimal', () => {
    expect(addressPart('shop_1-DE')).toBe('shop_1-DE');
    expect(addressPart('a.b *#>ü')).toBe('a%2Eb%20%2A%23%3E%C3%BC');
  });
  it('any name comes back as it was, and holds nothing that a broker gives a meaning to', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: 'grapheme' }), (name) => {
        const part = addressPart(name);
        expect(part).toMatch(/^[A-Za-z0-9_%-]+$/);
        expect(nameOf(part)).toBe(name);
      }),
    );
  });
  it('what it never makes is no name', () => {
    for (const part of ['', 'a.b', '%', '%zz', '%61', 'a b']) expect(nameOf(part)).toBeUndefined();
  });
});

describe('openBroker', () => {
  it('refuses a protocol nobody speaks, without showing the URL', async () => {
    const log = Object.assign(() => undefined, { warn: () => undefined });
    const opening = openBroker({ url: 'kafka://u:hush@x', prefix: 'p', log });
    await expect(opening).rejects.toThrow('Open the broker: nothing here speaks kafka:');
  });
});

describe('an outage', () => {
  it('is told once, and once when it is over, without passwords', () => {
    const told: [string, unknown][] = [];
    const tell = (event: string, fields?: unknown): void => void told.push([event, fields]);
    const outage = outageOf(Object.assign(tell, { warn: tell }), 'messages');
    outage.over();
    outage.begins(new Error('connect to amqp://u:hush@host failed'));
    outage.begins(new Error('again'));
    outage.over();
    outage.over();
    expect(told).toEqual([
      ['broker away', { what: 'messages', reason: 'connect to amqp://host failed' }],
      ['broker is back', { what: 'messages' }],
    ]);
    expect(reasonOf(new AggregateError([Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })]))).toBe(
      'ECONNREFUSED: refused',
    );
    expect(reasonOf(undefined)).toBe('unknown');
  });
});
