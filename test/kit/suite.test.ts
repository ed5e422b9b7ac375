/** The contract suite catches connectors that break the contract: each breach fails a test, and only then. */
import { describe, expect, it } from 'vitest';
import { sandboxConnector, signSandboxWebhook } from '../../src/connectors/sandbox/index.js';
import type { Answer, Asking, Connector, Context, MarketplaceVerbs, SuiteOptions } from '../../src/kit/index.js';
import { connectorSuite } from '../../src/kit/index.js';

const settings = { connector: 'sandbox', mode: 'test', webhookSecret: 'whsec_sandboxsecret1' };
const START = Date.parse('2026-03-01T10:00:00Z');

/** Runs the suite on a connector with our own test tools; gives the names of all tests and of those that failed. */
async function run(connector: Connector, more: Partial<SuiteOptions> = {}) {
  const tests: { name: string; body: () => Promise<void> | void }[] = [];
  const tools = { describe: (_name: string, body: () => void) => body(), it: (name: string, body: () => void) => tests.push({ name, body }) };
  connectorSuite(tools, {
    connector,
    settings,
    badSettings: [{ title: 'no secret', settings: { mode: 'test' }, property: 'webhookSecret' }],
    context: (overrides) => ({
      tenant: { hash: 'h', settings: overrides?.settings ?? settings },
      clock: overrides?.clock ?? { now: () => START },
      log: () => undefined,
    }),
    authorize: () => undefined,
    webhook: {
      body: ({ transactionId }) =>
        new TextEncoder().encode(JSON.stringify({ id: 'evt_1', type: 'payment', transactionId, status: 'authorized' })),
      sign: (body, secrets, atSeconds) => ({ 'sandbox-signature': signSandboxWebhook(body, secrets, atSeconds) }),
    },
    ...more,
  });
  const failed: string[] = [];
  for (const { name, body } of tests) {
    try {
      await body();
    } catch {
      failed.push(name);
    }
  }
  return { names: tests.map(({ name }) => name), failed };
} // prettier-ignore

/** The sandbox with another capture. */
function capturing(ask: (asking: Asking, context: Context) => Promise<Answer>): Connector {
  return { ...sandboxConnector, capture: { ...sandboxConnector.capture, ask } };
}

const rightly = sandboxConnector.capture.ask;
const { webhooks } = sandboxConnector;
let count = 0;

/** The sandbox with other verbs for accounts. */
function merchants(changes: Partial<MarketplaceVerbs>): Connector {
  return { ...sandboxConnector, marketplace: { ...sandboxConnector.marketplace!, ...changes } };
}
const { createAccount, createLink } = sandboxConnector.marketplace!;

const BREACHES: [string, Connector, RegExp][] = [
  ['a prepare that looks at the clock', { ...sandboxConnector, capture: { ...sandboxConnector.capture, prepare: (_request, { clock }) => ({ at: clock.now() }) } }, /^capture: prepare is pure/],
  ['a prepare that sends a secret', { ...sandboxConnector, refund: { ...sandboxConnector.refund, prepare: (request, context) => ({ ...sandboxConnector.refund.prepare(request, context), key: String(context.tenant.settings['webhookSecret']) }) } }, /^refund: prepare is pure/],
  ['an ask that throws', capturing(async () => { throw new Error('no connection'); }), /^capture: a success/],
  ['an answer that tells a secret', capturing(async (asking, context) => ({ ...(await rightly(asking, context)), details: { secret: 'whsec_sandboxsecret1' } })), /^capture: a success/],
  ['a fact with a fraction', capturing(async (asking, context) => ({ ...(await rightly(asking, context)), facts: [{ kind: 'captured', amount: 120.5, final: true, at: new Date(START).toISOString() }] })), /^capture: a success/],
  ['a fact with another time format', capturing(async (asking, context) => ({ ...(await rightly(asking, context)), facts: [{ kind: 'captured', amount: 12_000, final: true, at: '2026-03-01 10:00:00' }] })), /^capture: a success/],
  ['a repeat that does it again', capturing(async (asking, context) => { count += 1; const answer = await rightly(asking, context); return { ...answer, references: [{ kind: 'charge', id: `ch_${count}` }] }; }), /^capture: asked twice/],
  ['a webhook that is believed unsigned', { ...sandboxConnector, webhooks: { ...webhooks, verify: () => ({ verified: true, events: [{ id: 'e', type: 'payment' }] }) } }, /^webhooks: (tampered|another|no signature|an old|a signature from|the other mode|signed)/],
  ['a translation that differs every time', { ...sandboxConnector, webhooks: { ...webhooks, translate: (...told) => { count += 1; return { ...webhooks.translate(...told), details: { count: String(count) } }; } } }, /^webhooks: translate is pure/],
  ['a secret path that does not exist', { ...sandboxConnector, configuration: { ...sandboxConnector.configuration, secrets: ['webhookSecret', 'apiKey'] } }, /^every secret and public path/],
  ['a secret that is public', { ...sandboxConnector, configuration: { ...sandboxConnector.configuration, public: ['webhookSecret'] } }, /^webhook secrets are secrets/],
  ['a second account for one key', merchants({ createAccount: { ...createAccount, ask: async (asking, context) => { count += 1; return { ...(await createAccount.ask(asking, context)), accountId: `acct_${count}` }; } } }), /^create_account: asked twice/],
  ['one account for all merchants', merchants({ createAccount: { ...createAccount, ask: async (asking, context) => ({ ...(await createAccount.ask(asking, context)), accountId: 'acct_1' }) } }), /^create_account: asked twice/],
  ['an account it does not know and stays silent about', merchants({ readAccount: () => Promise.resolve({ answer: 'unknown' }) }), /^read and link_account/],
  ['a link to nowhere', merchants({ createLink: { ...createLink, ask: async (asking, context) => ({ ...(await createLink.ask(asking, context)), url: '/forms' }) } }), /^link_account: an address/],
  ['a validation that finds nothing', { ...sandboxConnector, validate: async () => ({ isValid: true, errors: [], warnings: [] }) }, /^validate: (empty|no secret)/],
]; // prettier-ignore

describe('connectorSuite', () => {
  it('passes the sandbox, and names what it was not given a way to test', async () => {
    const { names, failed } = await run(sandboxConnector);
    expect(failed).toEqual([]);
    for (const what of ['a refusal', 'a lost request', 'a lost answer']) {
      expect(names).toContain(`capture: ${what} is not tested, because this PSP cannot be made to show it`);
    }
    expect(new Set(names).size).toBe(names.length);
  });

  for (const [breach, connector, expected] of BREACHES) {
    it(`catches ${breach}`, async () => {
      const { failed } = await run(connector);
      expect(failed.length).toBeGreaterThan(0);
      expect(failed.some((name) => expected.test(name)), failed.join('; ')).toBe(true); // prettier-ignore
    });
  }

  it('catches a PSP that carries out a repeat, when it can count', async () => {
    let effects = 0;
    const connector = capturing(async (asking, context) => {
      effects += 1;
      return rightly(asking, context);
    });
    const { failed } = await run(connector, { effects: () => effects });
    expect(failed).toContain('capture: asked twice with one key, it has one effect');
  });

  it('catches a connector that calls a lost answer a refusal', async () => {
    const connector = capturing(async () => ({
      answer: 'rejected',
      facts: [],
      references: [],
      problem: { class: 'busy', message: 'timeout' },
    }));
    const { failed } = await run(connector, { dropRequests: () => undefined });
    expect(failed).toContain(
      'capture: a request that never arrives is unknown, does not throw, and is absent when read back',
    );
  });
});
