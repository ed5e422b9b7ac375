/** Payment methods as messages leave them: newer wins, equal is ignored, deleted stays deleted until a newer addition. */
import { describe, expect, it } from 'vitest';
import { offeredMethods } from '../../../src/simulator/shop/methods.js';
import type { Message } from '../../../src/simulator/shop/record.js';

function message(name: string, second: number, more: Record<string, unknown> = {}): Message {
  const timestamp = `2026-01-01T00:00:0${second}.000000`;
  const payload = { name: 'Stripe', providerName: 'stripe', ...more };
  return { id: `${name}-${second}`, channel: 'payment-method-commands', name, attributes: { timestamp }, payload };
}

const names = (messages: Message[]) => offeredMethods(messages).map(({ name }) => name);

describe('offeredMethods', () => {
  it('offers what was added and drops what was deleted later', () => {
    expect(names([message('AddPaymentMethod', 1)])).toEqual(['Stripe']);
    expect(names([message('AddPaymentMethod', 1), message('DeletePaymentMethod', 2)])).toEqual([]);
    expect(names([message('DeletePaymentMethod', 2), message('AddPaymentMethod', 1)])).toEqual([]);
  });

  it('ignores an addition that is not strictly newer than the deletion', () => {
    expect(names([message('DeletePaymentMethod', 2), message('AddPaymentMethod', 2)])).toEqual([]);
    expect(names([message('DeletePaymentMethod', 2), message('AddPaymentMethod', 3)])).toEqual(['Stripe']);
  });

  it('an update changes a known method, adds none and brings none back', () => {
    const paymentMethodAppConfiguration = { baseUrl: 'http://b', endpoints: [{ name: 'authorization', path: '/p' }] };
    const update = message('UpdatePaymentMethod', 5, { paymentMethodAppConfiguration });
    expect(names([update])).toEqual([]);
    expect(offeredMethods([message('AddPaymentMethod', 1), update])[0]?.authorizationUrl).toBe('http://b/p');
    expect(names([message('AddPaymentMethod', 1), message('DeletePaymentMethod', 2), update])).toEqual([]);
  });

  it('falls back to the address older apps announce', () => {
    const added = message('AddPaymentMethod', 1, { paymentAuthorizationEndpoint: 'http://old/start' });
    expect(offeredMethods([added])[0]?.authorizationUrl).toBe('http://old/start');
  });
});
