/** Settings of a tenant: merged, masked, published; and the way its connection goes. */
import { describe, expect, it } from 'vitest';
import {
  maskSettings,
  mergeSettings,
  publicSettings,
  readPath,
  statusAfterConfigure,
} from '../../src/domain/tenant.js';

const SECRETS = ['secretKey', 'webhook.secret'];

describe('statusAfterConfigure', () => {
  it('makes a first one NEW, which it stays', () => {
    expect(statusAfterConfigure(undefined)).toBe('NEW');
    expect(statusAfterConfigure('NEW')).toBe('NEW');
  });
  it('connects one that comes back', () => {
    expect(statusAfterConfigure('DISCONNECTED')).toBe('CONNECTED');
    expect(statusAfterConfigure('CONNECTED')).toBe('CONNECTED');
  });
});

describe('mergeSettings', () => {
  const stored = {
    secretKey: 'sk_test_1234567890',
    mode: 'test',
    webhook: { secret: 'whsec_1', mode: 'manual' },
    other: 1,
  };
  it('lays keys over keys at the top level; nested objects are replaced', () =>
    expect(mergeSettings(stored, { mode: 'live', webhook: { secret: 'whsec_2' } }, SECRETS)).toEqual({
      ...stored,
      mode: 'live',
      webhook: { secret: 'whsec_2' },
    }));
  it('keeps a secret that comes back masked or empty', () => {
    const told = { secretKey: 'sk_test_***7890', webhook: { secret: '', mode: 'auto' } };
    expect(mergeSettings(stored, told, SECRETS)).toEqual({ ...stored, webhook: { secret: 'whsec_1', mode: 'auto' } });
  });
  it('drops a masked secret that was never stored', () =>
    expect(mergeSettings({}, { secretKey: '***' }, SECRETS)).toEqual({}));
  it('lets null win', () => expect(mergeSettings(stored, { other: null }, SECRETS)).toMatchObject({ other: null }));
  it('changes neither of its sources', () => {
    const before = structuredClone(stored);
    mergeSettings(stored, { webhook: { secret: '***' } }, SECRETS);
    expect(stored).toEqual(before);
  });
});

describe('maskSettings and publicSettings', () => {
  const settings = { secretKey: 'sk_live_abcdef4f2a', webhook: { secret: 'short' }, mode: 'test', empty: null };
  it('shows the ends of a secret, and nothing of a short one', () =>
    expect(maskSettings(settings, SECRETS)).toMatchObject({
      secretKey: 'sk_live_***4f2a',
      webhook: { secret: '***' },
    }));
  it('publishes named fields only, and no nulls', () =>
    expect(publicSettings(settings, ['mode', 'empty', 'missing.path'])).toEqual({ mode: 'test' }));
  it('reads no inherited member', () => expect(readPath({}, 'constructor.name')).toBeUndefined());
});
