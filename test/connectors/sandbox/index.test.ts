/** The sandbox connector passes the contract every connector must pass. */
import { describe, it } from 'vitest';
import { signSandboxWebhook, sandboxConnector } from '../../../src/connectors/sandbox/index.js';
import { SIGNATURE_HEADERS } from '../../../src/connectors/sandbox/webhooks.js';
import type { Settings } from '../../../src/kit/index.js';
import { connectorSuite } from '../../../src/kit/index.js';
import { contextOf, settings } from './support.js';

/** Verbs as `outcomes` calls them, where that is another word. */
const NAMES: Record<string, string> = {
  reverse_transfer: 'reverseTransfer',
  create_account: 'account',
  link_account: 'link',
};

for (const header of SIGNATURE_HEADERS) {
  let played: Settings = settings;
  let now = Date.parse('2026-03-01T10:00:00Z');
  const playing = (verb: string, outcome: string) => {
    played = { ...settings, outcomes: { [NAMES[verb] ?? verb]: outcome } };
  };
  connectorSuite(
    { describe: (name, body) => describe(`${name} (${header})`, body), it },
    {
      connector: sandboxConnector,
      settings,
      badSettings: [
        { title: 'a missing secret', settings: { mode: 'test' }, property: 'webhookSecret' },
        { title: 'a short secret', settings: { ...settings, webhookSecret: 'short' }, property: 'webhookSecret' },
        { title: 'live mode', settings: { ...settings, mode: 'live' }, property: 'mode' },
        { title: 'an unknown outcome', settings: { ...settings, outcomes: { capture: 'perhaps' } }, property: 'outcomes.capture' },
        { title: 'a negative delay', settings: { ...settings, delaySeconds: -1 }, property: 'delaySeconds' },
        { title: 'a wildcard that may frame', settings: { ...settings, page: { frameAncestors: ['https://*.example'] } }, property: 'page.frameAncestors' },
        { title: 'a nameless method', settings: { ...settings, paymentMethods: [{}] }, property: 'paymentMethods.0.name' },
        { title: 'a refusal by the sandbox', settings: { ...settings, outcomes: { configure: 'decline' } }, property: 'outcomes.configure' },
      ], // prettier-ignore
      context: (overrides) => contextOf(overrides?.settings ?? played, overrides?.clock ?? { now: () => now }),
      authorize: () => undefined,
      merchantAccount: () => 'sbxa_aaaaaaaaaaaaaaaaaaaaaaaa_completed',
      webhook: {
        body: ({ transactionId }) =>
          new TextEncoder().encode(
            JSON.stringify({ id: 'evt_1', type: 'payment', transactionId, status: 'authorized' }),
          ),
        sign: (body, secrets, atSeconds) => ({ [header]: signSandboxWebhook(body, secrets, atSeconds) }),
      },
      reset: () => {
        played = settings;
      },
      decline: (verb) => playing(verb, 'decline'),
      dropRequests: (count, verb) => (count > 0 ? playing(verb, 'no_answer') : undefined),
      loseAnswers: (count, verb) => {
        if (count > 0) playing(verb, 'lost_answer');
        else now += 60_000;
      },
    },
  );
}
