/** What each webhook of the sandbox means, and which mean nothing. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sandboxConnector, signSandboxWebhook } from '../../../src/connectors/sandbox/index.js';
import { PAYMENT_STATUSES } from '../../../src/connectors/sandbox/webhooks.js';
import type { PaymentHandle } from '../../../src/kit/index.js';
import { contextOf, paymentOf, START } from './support.js';

const { webhooks } = sandboxConnector;
const AT = new Date(START).toISOString();
const transactionId = 'sbx_abcdefghijklmnopabcdefgh';
const bytes = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

function translate(fields: Record<string, unknown>, payment?: PaymentHandle) {
  const body = bytes({ id: 'evt_1', type: 'payment', transactionId, ...fields });
  const headers = { 'Sandbox-Signature': signSandboxWebhook(body, ['secret-1'], START / 1000) };
  const verdict = webhooks.verify({ body, headers, mode: 'test' }, ['secret-1'], contextOf());
  if (!verdict.verified) throw new Error(verdict.reason);
  const context = { ...contextOf(), ...(payment === undefined ? {} : { payment }) };
  return webhooks.translate(body, verdict.events[0]!, context);
}

describe('identify', () => {
  it('gives the ids in the body, and nothing for a body that cannot be read', () => {
    const body = bytes({ id: 'e', type: 'refund', status: 'x', transactionId, refundId: 'r', merchantReference: 'm' });
    const request = { body, headers: {}, mode: 'test' as const };
    expect(webhooks.identify(request)).toEqual({ references: [transactionId, 'r'], account: 'm' });
    expect(webhooks.identify({ ...request, body: bytes([1]) })).toEqual({ references: [] });
  });
});

describe('verify', () => {
  it('names the event and the payment it is about', () => {
    const body = bytes({ id: 'evt_9', type: 'payment', transactionId, status: 'captured' });
    const headers = { 'stripe-signature': signSandboxWebhook(body, ['secret-1'], START / 1000) };
    expect(webhooks.verify({ body, headers, mode: 'test' }, ['secret-1'], contextOf())).toEqual({
      verified: true,
      events: [{ id: 'evt_9', type: 'payment', paymentReference: transactionId }],
    });
  });

  it('never throws, whatever the signed bytes', () => {
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array(), fc.json().map((text) => new TextEncoder().encode(text))), (body) => {
        const headers = { 'sandbox-signature': signSandboxWebhook(body, ['secret-1'], START / 1000) };
        const request = { body, headers, mode: 'test' as const };
        expect(webhooks.verify(request, ['secret-1'], contextOf())).toEqual({ verified: false, reason: 'unreadable' });
        webhooks.identify(request);
      }),
    ); // prettier-ignore
  });
});

describe('translate', () => {
  const reason = (status: string) => ({ reason: `webhook ${status}`, at: AT });
  const facts: Record<string, object> = {
    authorized: { kind: 'authorized', amount: 12_000, at: AT },
    authorization_failed: { kind: 'authorization_failed', ...reason('authorization_failed') },
    processing: { kind: 'processing', at: AT },
    capture_requested: { kind: 'processing', at: AT },
    captured: { kind: 'captured', amount: 12_000, final: true, at: AT },
    capture_failed: { kind: 'capture_failed', ...reason('capture_failed') },
    canceled: { kind: 'canceled', cause: 'external', ...reason('canceled') },
    cancellation_failed: { kind: 'cancel_failed', ...reason('cancellation_failed') },
    overpaid: { kind: 'overpaid', amount: 12_000, at: AT },
    underpaid: { kind: 'underpaid', amount: 12_000, at: AT },
  };

  it('knows every status of a payment', () => {
    expect(Object.keys(PAYMENT_STATUSES).sort()).toEqual(Object.keys(facts).sort());
    for (const [status, fact] of Object.entries(facts)) {
      expect(translate({ status }, paymentOf())).toEqual({ facts: [fact], references: [{ kind: 'payment', id: transactionId }] });
    }
  }); // prettier-ignore

  it('takes amount, time and reason from the body when they are there', () => {
    const told = { status: 'captured', amount: 4_000, at: '2026-02-01T12:00:00+01:00' };
    expect(translate(told, paymentOf()).facts).toEqual([
      { kind: 'captured', amount: 4_000, final: false, at: '2026-02-01T11:00:00.000Z' },
    ]);
    expect(translate({ status: 'capture_failed', reason: 'why' }).facts).toMatchObject([{ reason: 'why' }]);
    expect(translate({ status: 'overpaid', amount: 13_000 }).facts).toMatchObject([{ amount: 13_000 }]);
  });

  it('says nothing about money when neither body nor payment tells the amount', () => {
    for (const status of ['authorized', 'captured', 'overpaid', 'underpaid']) {
      expect(translate({ status })).toMatchObject({ facts: [], ignored: expect.stringContaining('amount') });
    }
    for (const amount of [0, -1, 1.5, '5']) expect(translate({ status: 'authorized', amount }).facts).toEqual([]);
    expect(translate({ status: 'canceled' }).facts).toHaveLength(1);
  });

  it('knows every status of a refund, with the amount in its id', () => {
    const refundId = 'sbxr_abcdefghijklmnopabcdefgh_500';
    for (const status of ['pending', 'processing', 'succeeded', 'failed', 'canceled']) {
      const told = translate({ type: 'refund', refundId, status }, paymentOf());
      expect(told.facts).toEqual([{ kind: 'refund', refundId, status, amount: 500, at: AT }]);
      expect(told.references).toEqual([{ kind: 'refund', id: refundId, parent: transactionId }]);
    }
    const foreign = { type: 'refund', refundId: 're_other', status: 'succeeded' };
    expect(translate({ ...foreign, amount: 700 }).facts).toMatchObject([{ amount: 700 }]);
    expect(translate(foreign, paymentOf()).facts).toMatchObject([{ amount: 12_000 }]);
    expect(translate(foreign).ignored).toContain('amount');
  });

  it('turns a temporary id into the real one', () => {
    const told = translate({ status: 'authorized', transactionId: 'tmp-abc' }, paymentOf());
    expect(told.references).toEqual([{ kind: 'payment', id: 'sbx_abc' }]);
  });

  it('ignores, and says why, what has no meaning', () => {
    for (const [fields, why] of [
      [{ type: 'payout', status: 'paid' }, 'type "payout"'],
      [{ type: 'toString', status: 'paid' }, 'type "toString"'],
      [{ type: 'account', status: 'active', merchantReference: 'm' }, 'status "active" of an account'],
      [{ status: 'perhaps' }, 'status "perhaps"'],
      [{ status: 'constructor' }, 'status "constructor"'],
      [{ type: 'refund', refundId: 'r', status: 'authorized' }, 'status "authorized"'],
      [{ type: 'refund', status: 'failed' }, 'refundId is missing'],
      [{ status: 'authorized', transactionId: 7 }, 'transactionId is missing'],
      [{ status: 'authorized', handled: false }, 'handled is false'],
    ] as const) {
      expect(translate(fields, paymentOf())).toEqual({
        facts: [],
        references: [],
        ignored: expect.stringContaining(why),
      });
    }
  });
});
