/** What may stand in `facade` of a tenant's settings. */
import { describe, expect, it } from 'vitest';
import { facadeFaults, facadeOf } from '../../src/domain/facade.js';

const LIVE = { mode: 'live', isSandbox: false } as const;
const TEST = { mode: 'test', isSandbox: false } as const;
const SANDBOX = { mode: 'test', isSandbox: true } as const;
const on = (more: object): Record<string, unknown> => ({ facade: { enabled: true, ...more } });

describe('facadeFaults', () => {
  it.each([
    ['no settings for it', {}],
    ['null', { facade: null }],
    ['switched off, without more', { facade: { enabled: false } }],
    ['no origins: callers without a browser', on({})],
    ['an origin', on({ origins: ['https://shop.example'] })],
    ['an origin with a port', on({ origins: ['https://shop.example:8443', 'https://m.shop.example'] })],
    ['keys', on({ jwksUri: 'https://shop.example/.well-known/jwks.json' })],
    ['no keys, in so many words', on({ jwksUri: null })],
  ])('takes %s', (_, settings) => {
    expect(facadeFaults(settings, LIVE)).toEqual([]);
    expect(facadeFaults(settings, SANDBOX)).toEqual([]);
  });

  it.each([
    '*', 'null', '', 'shop.example', '//shop.example', 'https://*.shop.example', 'https://shop.example/', 'https://shop.example/de',
    'https://shop.example:443', 'HTTPS://shop.example', 'https://Shop.example', 'https://user@shop.example',
    'https://shop.example?x', 'ftp://shop.example', 'capacitor://localhost', ' https://shop.example', 'https://büro.example',
    `https://${'x'.repeat(250)}.example`, 7, null, ['https://shop.example'],
  ])('refuses the origin %s and names its place, not its value', (origin) => {
    const faults = facadeFaults(on({ origins: ['https://shop.example', origin] }), TEST);
    expect(faults).toEqual([
      { property: 'facade.origins.1', message: expect.stringMatching(/^must be http or https, host and port/) },
    ]);
  }); // prettier-ignore

  it('wants https of live tenants', () => {
    const settings = on({ origins: ['http://localhost:3000'] });
    expect(facadeFaults(settings, TEST)).toEqual([]);
    expect(facadeFaults(settings, LIVE)).toEqual([
      { property: 'facade.origins.0', message: expect.stringMatching(/^must be https, host/) },
    ]);
  });

  it.each([
    'http://shop.example/keys', 'ftp://shop.example', 'shop.example', 7, {}, 'https://user:pass@shop.example/keys',
    'https://shop.example/keys#x', 'https://localhost/keys', 'https://keys.localhost/', 'https://127.0.0.1/keys',
    'https://2130706433/', 'https://10.0.0.8/', 'https://192.168.1.1/', 'https://172.20.0.1/', 'https://169.254.169.254/latest',
    'https://[::1]/', 'https://[fd00::1]/', 'https://[::ffff:127.0.0.1]/', 'https://0.0.0.0/', `https://shop.example/${'x'.repeat(2048)}`,
  ])('refuses keys at %s', (jwksUri) => {
    const message = 'must be an https URL of a public host, without user and fragment';
    expect(facadeFaults(on({ jwksUri }), TEST)).toEqual([{ property: 'facade.jwksUri', message }]);
  }); // prettier-ignore

  it('takes keys of this machine in the sandbox', () => {
    expect(facadeFaults(on({ jwksUri: 'http://127.0.0.1:4000/keys' }), SANDBOX)).toEqual([]);
  });

  it('names every fault', () => {
    const facade = { enabled: 'yes', origins: 'https://shop.example', jwksUri: 'x', jwksUrl: 'https://shop.example' };
    expect(facadeFaults({ facade }, TEST)).toEqual([
      { property: 'facade', message: 'has an unknown member' },
      { property: 'facade.enabled', message: 'must be true or false' },
      { property: 'facade.origins', message: 'must be a list of at most 50' },
      {
        property: 'facade.jwksUri',
        message: 'must be an https URL of a public host, without user and fragment',
      },
    ]);
    expect(facadeFaults({ facade: [] }, TEST)).toEqual([{ property: 'facade', message: 'must be an object' }]);
    expect(facadeFaults(on({ origins: Array(51).fill('https://shop.example') }), TEST)).toHaveLength(1);
  });
});

describe('facadeOf', () => {
  it('is there only when it is switched on', () => {
    const origins = ['https://shop.example'];
    expect(facadeOf({})).toBeUndefined();
    expect(facadeOf({ facade: null })).toBeUndefined();
    expect(facadeOf({ facade: { enabled: false, origins } })).toBeUndefined();
    expect(facadeOf({ facade: { enabled: 'true', origins } })).toBeUndefined();
    expect(facadeOf(on({ origins }))).toEqual({ origins });
    expect(facadeOf(on({ origins, jwksUri: '' }))).toEqual({ origins });
    expect(facadeOf(on({ jwksUri: 'https://a.example' }))).toEqual({ origins: [], jwksUri: 'https://a.example' });
  });
});
