/** Contract tests of webhooks: what is believed, what is refused and why, and that translation is pure. */
import assert from 'node:assert/strict';
import type { PaymentHandle, WebhookRequest } from './connector.js';
import { SIGNATURE_AGE_LIMIT_SECONDS } from './signature.js';
import { assertFact, assertNoSecret, authorizedPayment } from './suite-checks.js';
import type { SuiteOptions, TestTools } from './suite.js';

const SECRET = 'whsec_suite0123456789abcdefghijklm';
const OTHER_SECRET = 'whsec_other0123456789abcdefghijklm';

interface Post {
  body: Uint8Array;
  secrets?: string[];
  ageSeconds?: number;
  mode?: 'live' | 'test';
}

/** Declares the tests of webhooks. */
export function webhookTests({ describe, it }: TestTools, options: SuiteOptions): void {
  describe('webhooks', () => {
    const test = (name: string, body: (payment: PaymentHandle, told: Uint8Array) => Promise<void> | void) =>
      it(`webhooks: ${name}`, async () => {
        await options.reset?.();
        const payment = await authorizedPayment(options);
        await body(payment, await options.webhook.body(payment));
      });
    const limit = SIGNATURE_AGE_LIMIT_SECONDS;
    test('a good signature is verified', (_payment, body) => {
      verified(options, { body }, [SECRET]);
    });
    test('the second of two active secrets verifies', (_payment, body) => {
      verified(options, { body }, [OTHER_SECRET, SECRET]);
      verified(options, { body, secrets: [OTHER_SECRET, SECRET] }, [SECRET]);
    });
    test('tampered bytes are refused', (_payment, body) => {
      const request = post(options, { body });
      for (const at of [0, Math.floor(body.length / 2), body.length - 1]) {
        const tampered = Uint8Array.from(body, (byte, index) => (index === at ? byte ^ 1 : byte));
        refused(options, { ...request, body: tampered }, 'signature');
      }
    });
    test('another secret is refused', (_payment, body) => {
      refused(options, post(options, { body, secrets: [OTHER_SECRET] }), 'signature');
    });
    test('no signature is refused', (_payment, body) => {
      refused(options, { body, headers: {}, mode: 'test' }, 'signature');
    });
    test('an old signature is stale, one at the limit is not', (_payment, body) => {
      refused(options, post(options, { body, ageSeconds: limit + 5 }), 'stale');
      verified(options, { body, ageSeconds: limit - 5 }, [SECRET]);
    });
    test('a signature from the future is stale', (_payment, body) => {
      refused(options, post(options, { body, ageSeconds: -limit - 5 }), 'stale');
    });
    test('the other mode is refused', (_payment, body) => {
      refused(options, post(options, { body, mode: 'live' }), 'mode');
    });
    test('signed nonsense is unreadable and does not throw', () => readsNonsense(options));
    test('hints name the payment before anything is believed', (payment, body) => {
      const hints = options.connector.webhooks.identify(post(options, { body }));
      assert.ok(hints.references.includes(payment.transactionId), 'the id of the payment is a hint');
    });
    test('translate is pure and tells well-formed facts', (payment, body) => translates(options, payment, body));
  });
}

function post(
  options: SuiteOptions,
  { body, secrets = [SECRET], ageSeconds = 0, mode = 'test' }: Post,
): WebhookRequest {
  const seconds = Math.floor(options.context().clock.now() / 1000) - ageSeconds;
  return { body, headers: options.webhook.sign(body, secrets, seconds), mode };
}

function verified(options: SuiteOptions, sent: Post, secrets: string[]) {
  const verdict = options.connector.webhooks.verify(post(options, sent), secrets, options.context());
  assert.ok(verdict.verified, `verified, not refused for ${verdict.verified ? '' : verdict.reason}`);
  assert.ok(verdict.events.length > 0, 'a webhook holds at least one event');
  for (const { id, type } of verdict.events) assert.ok(id.length > 0 && type.length > 0, 'an event has id and type');
  return verdict.events;
}

function refused(options: SuiteOptions, request: WebhookRequest, reason: string): void {
  const verdict = options.connector.webhooks.verify(request, [SECRET], options.context());
  assert.deepEqual(verdict, { verified: false, reason });
}

function readsNonsense(options: SuiteOptions): void {
  for (const text of ['', 'nonsense', '[]', 'null', '{}', '{"id":1}', '{"id":"x","data":{"object":null}}', '\u0000']) {
    const body = new TextEncoder().encode(text);
    refused(options, post(options, { body }), 'unreadable');
    assert.deepEqual(options.connector.webhooks.identify(post(options, { body })).references, []);
  }
  const body = Uint8Array.of(0xff, 0xfe, 0x7b);
  refused(options, post(options, { body }), 'unreadable');
}

function translates(options: SuiteOptions, payment: PaymentHandle, body: Uint8Array): void {
  const bytes = Uint8Array.from(body);
  for (const event of verified(options, { body }, [SECRET])) {
    const context = { ...options.context(), payment };
    const first = options.connector.webhooks.translate(body, event, context);
    const second = options.connector.webhooks.translate(Uint8Array.from(bytes), structuredClone(event), context);
    assert.deepEqual(second, first, 'the same body gives the same facts');
    assert.deepEqual(body, bytes, 'the body is not changed');
    assert.ok(first.facts.length > 0 || first.readBack === true, `a fact follows: ${first.ignored}`);
    for (const fact of first.facts) assertFact(fact);
    assertNoSecret(options, first);
  }
}
