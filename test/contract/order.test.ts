/** Members of messages stand in the documents' order, whatever the database made of it. */
import { describe, expect, it } from 'vitest';
import { attributesInOrder, payloadInOrder } from '../../src/contract/order.js';

describe('payloadInOrder', () => {
  it('orders what the document names, at every level, and leaves maps of the sender alone', () => {
    const config = { z: 1, idToken: 'x', a: { z: 1, b: 2 } };
    const payload = { config, status: 'NEW', isActive: true, appIdentifier: 'q', messageChannels: ['b', 'a'] };
    expect(JSON.stringify(payloadInOrder('AppConfigUpdated', payload))).toBe(
      '{"appIdentifier":"q","isActive":true,"status":"NEW","config":{"z":1,"idToken":"x","a":{"z":1,"b":2}},"messageChannels":["b","a"]}',
    );
    const links = { additionalLinks: [{ url: 'u', label: 'l' }], type: 'payment' };
    expect(JSON.stringify(payloadInOrder('ReadyForMerchantAppOnboarding', links))).toBe(
      '{"type":"payment","additionalLinks":[{"label":"l","url":"u"}]}',
    );
  });

  it('loses nothing of a message nobody knows', () => {
    expect(payloadInOrder('Unknown', { b: 1, a: 2 })).toEqual({ b: 1, a: 2 });
    expect(JSON.stringify(attributesInOrder({ other: 'x', timestamp: 't', name: 'n' }))).toBe(
      '{"name":"n","timestamp":"t","other":"x"}',
    );
  });
});
