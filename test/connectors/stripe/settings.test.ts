/** A tenant's settings: defaults, checks without asking Stripe, payment methods, and what the page gets. */
import { describe, expect, it } from 'vitest';
import { checkSettings } from '../../../src/connectors/stripe/checks.js';
import { createStripeConnector, stripeConnector as stripe } from '../../../src/connectors/stripe/index.js';
import { readSettings } from '../../../src/connectors/stripe/settings.js';
import type { Settings } from '../../../src/kit/index.js';
import { contextWith, SETTINGS } from './given.js';

const GOOD: Settings = { mode: 'test', secretKey: 'sk_test_x', publishableKey: 'pk_test_x' };

describe('readSettings', () => {
  it('fills in every default of a minimal configuration', () => {
    expect(readSettings(GOOD)).toMatchObject({
      businessModel: 'direct',
      connection: 'own_keys',
      webhook: { mode: 'managed' },
      capture: { mode: 'manual', strategy: 'single_final' },
      paymentMethods: { source: 'stripe_dynamic', list: [] },
      threeDS: 'automatic',
      receiptEmails: false,
      headless: false,
      expressMethods: [],
      domains: [],
    });
    expect(readSettings({ webhook: null, capture: [], page: {} })).toMatchObject({
      mode: 'test',
      webhook: { mode: 'managed' },
    });
  });
});

describe('checkSettings', () => {
  const report = (more: Settings) => checkSettings({ ...GOOD, ...more }).report();

  it('accepts the minimal configuration, empty texts and empty maps', () => {
    expect(report({}).errors).toEqual([]);
    expect(report({ accountId: '', webhook: [], capture: { mode: '' }, other: 'kept' }).errors).toEqual([]);
  });

  it.each<[string, Settings, string]>([
    ['no secret key', { secretKey: undefined }, 'secretKey'],
    ['a publishable key as the secret key', { secretKey: 'pk_test_x' }, 'secretKey'],
    ['a secret key as the publishable key', { publishableKey: 'sk_test_x' }, 'publishableKey'],
    ['blanks in a key', { secretKey: 'sk_test_x y' }, 'secretKey'],
    ['a live secret key in test mode', { secretKey: 'sk_live_x' }, 'secretKey'],
    ['a live publishable key in test mode', { publishableKey: 'pk_live_x' }, 'publishableKey'],
    ['test keys in live mode', { mode: 'live' }, 'publishableKey'],
    ['a wrong account id', { accountId: 'account' }, 'accountId'],
    ['an unknown mode', { mode: 'sandbox' }, 'mode'],
    ['a platform without a platform key', { connection: 'platform', accountId: 'acct_1' }, 'connection'],
    ['an empty list', { paymentMethods: { source: 'allow_list' } }, 'paymentMethods.list'],
    [
      'a list and a configuration',
      { paymentMethods: { source: 'allow_list', list: ['card'] }, paymentMethodConfigurationId: 'pmc_1' },
      'paymentMethodConfigurationId',
    ],
    [
      'manual capture where it is impossible',
      { capture: { perMethod: { ideal: 'manual' } } },
      'capture.perMethod.ideal',
    ],
    [
      'bank transfer listed without a country',
      { paymentMethods: { source: 'allow_list', list: ['card', 'customer_balance'] } },
      'bankTransfer.country',
    ],
    ['an express method nobody knows', { expressMethods: ['cash'] }, 'expressMethods.0'],
    [
      'an express method that is not listed',
      { expressMethods: ['apple_pay', 'klarna'], paymentMethods: { source: 'allow_list', list: ['card'] } },
      'expressMethods',
    ],
    [
      'an express method that is denied',
      { expressMethods: ['google_pay'], paymentMethods: { source: 'deny_list', list: ['card'] } },
      'expressMethods',
    ],
    ['a domain with a scheme', { domains: ['https://shop.example'] }, 'domains'],
    ['a domain with a wildcard', { domains: ['*.shop.example'] }, 'domains'],
    ['a domain with a port', { domains: ['shop.example:8443'] }, 'domains'],
    ['an empty domain', { domains: [''] }, 'domains'],
    [
      'a page that may frame, instead of an origin',
      { page: { frameAncestors: ['https://a.example/x'] } },
      'page.frameAncestors',
    ],
    ['everybody who may frame', { page: { frameAncestors: ['https://*.example'] } }, 'page.frameAncestors'],
    ['a wrong signing secret', { webhook: { secret: 'secret' } }, 'webhook.secret'],
    ['a wrong descriptor', { statementDescriptorSuffix: '123' }, 'statementDescriptorSuffix'],
  ])('reports %s', (_title, more, property) => {
    const { isValid, errors } = report(more);
    expect(isValid).toBe(false);
    expect(errors.map((error) => error.property)).toContain(property);
    expect(JSON.stringify(errors)).not.toMatch(/sk_(test|live)_x|pk_(test|live)_x/);
  });

  it('takes names of one machine as domains in test mode only', () => {
    const domains = ['localhost', '127.0.0.1', '[::1]', 'Shop.Example'];
    expect(report({ domains }).errors).toEqual([]);
    const live = { mode: 'live', secretKey: 'sk_live_x', publishableKey: 'pk_live_x' };
    expect(report({ ...live, domains }).errors).toMatchObject([{ property: 'domains' }]);
    expect(report({ ...live, domains: ['shop.example', 'www.shop.example'] }).errors).toEqual([]);
    expect(readSettings({ domains: ['Shop.Example', 'shop.example'] }).domains).toEqual(['shop.example']);
  });

  it('takes unprotected origins that may frame the page in test mode only', () => {
    const page = { frameAncestors: ['https://shop.example', 'https://shop.example:8443', 'http://localhost:8082'] };
    expect(report({ page }).errors).toEqual([]);
    const live = { mode: 'live', secretKey: 'sk_live_x', publishableKey: 'pk_live_x' };
    expect(report({ ...live, page }).errors).toMatchObject([{ property: 'page.frameAncestors' }]);
    for (const wrong of [
      'shop.example',
      'https://shop.example/',
      'https://a:b@shop.example',
      'javascript:1',
      'https://a.example#x',
      '*',
    ])
      expect(report({ page: { frameAncestors: [wrong] } }).errors).toMatchObject([{ property: 'page.frameAncestors' }]);
  });

  it('warns of retired methods and of a missing signing secret', () => {
    const { isValid, warnings } = report({
      paymentMethods: { source: 'allow_list', list: ['sofort'] },
      webhook: { mode: 'manual' },
    });
    expect(isValid).toBe(true);
    expect(warnings).toHaveLength(2);
  });
});

describe('validate', () => {
  it('refuses settings when Stripe cannot be reached, and tells no key', async () => {
    const offline = createStripeConnector({ retries: 0, timeoutMs: 500 });
    const report = await offline.validate(SETTINGS, contextWith(SETTINGS, { apiUrl: 'http://127.0.0.1:9' }));
    expect(report.errors).toEqual([
      { property: 'secretKey', errorMessages: [expect.stringContaining('could not be reached')] },
    ]);
    expect(JSON.stringify(report)).not.toContain('canary');
  });
});

describe('page', () => {
  it('loads from Stripe alone, or from the simulator alone', () => {
    const { policy, scriptUrl } = stripe.page!;
    expect(scriptUrl!({})).toBe('https://js.stripe.com/endive/stripe.js');
    expect(policy({}).frame).toContain('https://hooks.stripe.com');
    const simulated = policy({ scriptUrl: 'http://localhost:8081/endive/stripe.js' });
    expect(new Set(Object.values(simulated).flat())).toEqual(new Set(['http://localhost:8081']));
  });

  it('mounts with public values and the client secret only', () => {
    const session = { transactionId: 'pi_1', clientSecret: 'pi_1_secret_x', publishableKey: 'pk_test_x' };
    expect(stripe.page!.mountData(session, GOOD)).toEqual({ ...session, appearance: { theme: 'stripe' } });
    const colored = (primaryColor: string) => stripe.page!.mountData(session, { ...GOOD, page: { primaryColor } });
    expect(colored('#aa2200').appearance).toEqual({ theme: 'stripe', variables: { colorPrimary: '#aa2200' } });
    expect(colored('red; }').appearance).toEqual({ theme: 'stripe' });
  });

  it('acts for an account only with a platform’s keys; own keys are of that account', () => {
    const session = { transactionId: 'pi_1', clientSecret: 'x', publishableKey: 'pk_test_x', accountId: 'acct_1' };
    const accountOf = (connection: string) => stripe.page!.mountData(session, { ...GOOD, connection })['accountId'];
    expect([accountOf('own_keys'), accountOf('platform')]).toEqual([undefined, 'acct_1']);
  });
});
