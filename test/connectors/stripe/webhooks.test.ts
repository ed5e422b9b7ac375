/** Webhooks: what is believed, what is refused and why, and that our check agrees with the SDK's own. */
import StripeClient from 'stripe';
import { describe, expect, it } from 'vitest';
import { stripeConnector } from '../../../src/connectors/stripe/index.js';
import { bytesOf, contextWith, eventOf, intentOf, NOON_S, refundOf } from './given.js';

const { identify, verify } = stripeConnector.webhooks;
const SECRET = 'whsec_one';
const event = eventOf('payment_intent.succeeded', intentOf({ status: 'succeeded' }));
const body = bytesOf(event);

function signed(bytes: Uint8Array, secret = SECRET, atSeconds = NOON_S): Record<string, string> {
  const payload = new TextDecoder().decode(bytes);
  return {
    'Stripe-Signature': StripeClient.webhooks.generateTestHeaderString({ payload, secret, timestamp: atSeconds }),
  };
}

const post = (headers: Record<string, string>, mode: 'live' | 'test' = 'test', bytes = body) => ({
  body: bytes,
  headers,
  mode,
});

describe('verify', () => {
  it('believes what the SDK signs, with the name of the payment', () => {
    expect(verify(post(signed(body)), [SECRET], contextWith())).toEqual({
      verified: true,
      events: [{ id: 'evt_1', type: 'payment_intent.succeeded', paymentReference: 'pi_1' }],
    });
  });

  it.each([
    ['the first of two secrets', [SECRET, 'whsec_two'], 'yes'],
    ['the second of two secrets', ['whsec_two', SECRET], 'yes'],
    ['another secret', ['whsec_two'], 'signature'],
    ['no secret', [], 'signature'],
    ['an empty secret', [''], 'signature'],
  ])('with %s: %s', (_title, secrets, wanted) => {
    const verdict = verify(post(signed(body)), secrets, contextWith());
    expect(verdict.verified ? 'yes' : verdict.reason).toBe(wanted);
  });

  it.each([
    ['299 s old', -299, 'yes'],
    ['301 s old', -301, 'stale'],
    ['299 s ahead', 299, 'yes'],
    ['301 s ahead', 301, 'stale'],
  ])('a signature %s: %s', (_title, seconds, wanted) => {
    const verdict = verify(post(signed(body, SECRET, NOON_S + seconds)), [SECRET], contextWith());
    expect(verdict.verified ? 'yes' : verdict.reason).toBe(wanted);
  });

  it('agrees with the SDK on every single changed byte of the head and the tail', () => {
    const headers = signed(body);
    for (const at of [0, 1, 20, body.length >> 1, body.length - 1]) {
      const changed = Uint8Array.from(body, (byte, index) => (index === at ? byte ^ 1 : byte));
      const sdk = () =>
        StripeClient.webhooks.signature!.verifyHeader(
          changed,
          headers['Stripe-Signature']!,
          SECRET,
          300,
          undefined,
          NOON_S * 1000,
        );
      expect(sdk).toThrow();
      expect(verify(post(headers, 'test', changed), [SECRET], contextWith())).toEqual({
        verified: false,
        reason: 'signature',
      });
    }
  });

  it('refuses the wrong mode only once the signature is right', () => {
    expect(verify(post(signed(body), 'live'), [SECRET], contextWith())).toEqual({ verified: false, reason: 'mode' });
    expect(verify(post(signed(body), 'live'), ['whsec_two'], contextWith())).toEqual({
      verified: false,
      reason: 'signature',
    });
  });

  it.each([
    '{}',
    '[]',
    'null',
    '"text"',
    '{"id":"evt_1","type":"x"}',
    '{"id":1,"type":"x","livemode":false}',
    'nonsense',
  ])('finds %s unreadable, signed as it is', (text) => {
    const bytes = new TextEncoder().encode(text);
    expect(verify(post(signed(bytes), 'test', bytes), [SECRET], contextWith())).toEqual({
      verified: false,
      reason: 'unreadable',
    });
    expect(identify(post({}, 'test', bytes)).references).toEqual([]);
  });

  it('believes a thin event of the other kind of Stripe webhooks', () => {
    const bytes = bytesOf({
      id: 'evt_t',
      object: 'v2.core.event',
      type: 'v2.core.account.updated',
      livemode: false,
      created: '2026-11-20T12:00:00Z',
      related_object: { id: 'acct_1' },
    });
    expect(verify(post(signed(bytes), 'test', bytes), [SECRET], contextWith())).toMatchObject({
      verified: true,
      events: [{ id: 'evt_t' }],
    });
    expect(identify(post({}, 'test', bytes)).references).toEqual(['acct_1']);
  });
});

describe('identify', () => {
  it('tells account, tenant hash and every id, believed or not', () => {
    expect(identify(post({}, 'test', bytesOf({ ...event, account: 'acct_9' })))).toEqual({
      account: 'acct_9',
      tenantHash: 'h4sh',
      references: ['pi_1'],
    });
    expect(identify(post({}, 'test', bytesOf(eventOf('refund.updated', refundOf())))).references).toEqual([
      'pi_1',
      're_1',
      'ch_1',
    ]);
  });
});
