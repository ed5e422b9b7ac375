/** How often a storefront may be asked. */
import { describe, expect, it } from 'vitest';
import { createFacadeLimits, type FacadeCaller } from '../../src/http/facade-limits.js';

const HOUR_MS = 3_600_000;
const from = (owner: string, address = '203.0.113.7', tenantId = 'a'): FacadeCaller => ({ tenantId, owner, address });

/** How many of 200 requests may go on. */
function allowed(endpoint: string, callerOf: (index: number) => FacadeCaller, clock = { now: () => 0 }): number {
  const limits = createFacadeLimits(clock);
  return Array.from({ length: 200 }, (_, index) => limits(endpoint, callerOf(index))).filter(Boolean).length;
}

describe('limits', () => {
  it.each([
    ['payments', 60, 120],
    ['payment-cancellations', 60, 120],
    ['payment-customers', 20, 40],
  ])('of %s: %i by one caller, %i from one address with ever new guests', (endpoint, byOwner, byAddress) => {
    expect(allowed(endpoint, (index) => from('one', `203.0.113.${index}`))).toBe(byOwner);
    expect(allowed(endpoint, (index) => from(`guest-${index}`))).toBe(byAddress);
  });

  it('are counted for each tenant and each endpoint by itself', () => {
    const limits = createFacadeLimits({ now: () => 0 });
    for (let index = 0; index < 200; index += 1) limits('payments', from(`guest-${index}`));
    expect(limits('payments', from('somebody'))).toBe(false);
    expect(limits('payments', from('somebody', '203.0.113.7', 'b'))).toBe(true);
    expect(limits('payment-cancellations', from('somebody'))).toBe(true);
  });

  it('leave addresses of a proxy of ours alone', () => {
    expect(allowed('payments', (index) => from(`guest-${index}`, '10.0.0.1'))).toBe(200);
  });

  it('end with the hour', () => {
    let now = 0;
    const limits = createFacadeLimits({ now: () => now });
    const asked = (): boolean => limits('payments', from('one'));
    while (asked()) now += 1;
    now += HOUR_MS;
    expect(asked()).toBe(true);
  });
});
