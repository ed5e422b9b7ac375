/** Contract tests of the record itself: names, settings, their schema and their checking. */
import assert from 'node:assert/strict';
import { schemaAt } from './settings.js';
import { assertNoSecret, secretsIn } from './suite-checks.js';
import type { SuiteOptions, TestTools } from './suite.js';

/** Declares the tests of everything that is no verb. */
export function recordTests({ describe, it }: TestTools, options: SuiteOptions): void {
  const { connector, settings } = options;
  const { schema, secrets, webhookSecrets, public: shown } = connector.configuration;
  const test = (name: string, body: () => Promise<void> | void) =>
    it(name, async () => {
      await options.reset?.();
      await body();
    });
  describe('record', () => {
    test('name and title are words that can be shown and used in paths', () => {
      assert.match(connector.name, /^[a-z][a-z0-9-]*$/);
      assert.ok(connector.title.length > 0);
    });
    test('every secret and public path exists in the schema', () => {
      for (const path of [...secrets, ...webhookSecrets, ...shown]) {
        assert.ok(schemaAt(schema, path.split('.')), `the schema has no ${path}`);
      }
    });
    test('webhook secrets are secrets, and nothing secret is public', () => {
      for (const path of webhookSecrets) assert.ok(secrets.includes(path), `${path} is not listed as a secret`);
      for (const path of shown) assert.ok(!secrets.includes(path), `${path} is secret and public`);
    });
    test('every field of the schema is described', () => assertDescribed(schema, ''));
    test('the settings of this suite hold a secret, or the search for secrets could not fail', () => {
      assert.ok(secretsIn(connector, settings).length > 0);
    });
    test('mode is live or test', () => assert.ok(['live', 'test'].includes(connector.mode(settings))));
    offers(test, options);
    pageTests(test, options);
  });
  validation({ describe, it }, options);
}

type Declare = (name: string, body: () => Promise<void> | void) => unknown;

function offers(test: Declare, options: SuiteOptions): void {
  const { connector, settings } = options;
  if (connector.paymentMethods === undefined) {
    test('payment methods are not announced by this connector', () => undefined);
    return;
  }
  test('payment methods have names that every shop reads alike', () => {
    const announced = connector.paymentMethods?.(settings, {}) ?? [];
    for (const { name, providerName } of announced) {
      assert.match(name, /^[A-Za-z0-9 -]+$/);
      assert.match(providerName, /^[a-z0-9-]+$/);
    }
    const keys = announced.map(({ name, providerName }) => `${providerName}/${name}`.toLowerCase());
    assert.equal(new Set(keys).size, keys.length, 'no payment method twice');
  });
  test('payment methods hold no secret and no null, because they reach browsers', () => {
    const announced = connector.paymentMethods?.(settings, {}) ?? [];
    assertNoSecret(options, announced);
    assert.ok(!JSON.stringify(announced).includes('null'), 'no null in a payment method');
  });
}

function pageTests(test: Declare, options: SuiteOptions): void {
  const { page } = options.connector;
  if (page === undefined) {
    test('the hosted page is not offered by this connector', () => undefined);
    return;
  }
  test('the page names its origins and is mounted without a secret', () => {
    const { script, frame, connect, image } = page.policy({});
    for (const origin of [...script, ...frame, ...connect, ...image]) assert.equal(new URL(origin).origin, origin);
    assert.match(page.island, /^[a-z0-9-]+$/);
    assertNoSecret(options, page.mountData({}, options.settings));
  });
}

function validation({ describe, it }: TestTools, options: SuiteOptions): void {
  const { connector } = options;
  describe('validate', () => {
    it('validate: good settings are valid', async () => {
      await options.reset?.();
      const report = await connector.validate(options.settings, options.context());
      assert.deepEqual(report.errors, []);
      assert.equal(report.isValid, true);
      assertNoSecret(options, report);
    });
    it('validate: empty settings are reported, not thrown', async () => {
      await options.reset?.();
      const report = await connector.validate({}, options.context({ settings: {} }));
      assert.equal(report.isValid, false);
      assert.ok(report.errors.length > 0);
    });
    for (const { title, settings, property } of options.badSettings) {
      it(`validate: ${title} is reported at ${property}`, async () => {
        await options.reset?.();
        const report = await connector.validate(settings, options.context({ settings }));
        assert.equal(report.isValid, false);
        const error = report.errors.find((told) => told.property === property);
        assert.ok(error, `no error at ${property}, but at ${report.errors.map((told) => told.property).join(', ')}`);
        assert.ok(error.errorMessages.length > 0 && error.errorMessages.every((text) => text.length > 0));
        assertNoSecret(options, report, settings);
      });
    }
  });
}

function assertDescribed(schema: unknown, path: string): void {
  const { properties } = schema as { properties?: Record<string, { description?: string }> };
  for (const [name, field] of Object.entries(properties ?? {})) {
    assert.ok(field.description, `${path}${name} has no description`);
    assertDescribed(field, `${path}${name}.`);
  }
}
