/** What each event of Stripe means: facts with Stripe's time, lines for people, a read-back, or nothing. */
import { describe, expect, it } from 'vitest';
import { ENABLED_EVENTS } from '../../../src/connectors/stripe/events.js';
import { stripeConnector } from '../../../src/connectors/stripe/index.js';
import type { Fact } from '../../../src/kit/index.js';
import { joinFacts, mergeFacts } from '../../../src/kit/index.js';
import { bytesOf, chargeOf, contextWith, eventOf, intentOf, NOON, NOON_S, refundOf } from './given.js';

function translated(type: string, object: unknown, overrides: Record<string, unknown> = {}) {
  const event = eventOf(type, object, overrides);
  const told = { id: String(event.id), type };
  return stripeConnector.webhooks.translate(bytesOf(event), told, contextWith());
}
const facts = (type: string, object: unknown) => translated(type, object).facts;

describe('translate', () => {
  const debitBack = intentOf({
    latest_charge: 'py_1',
    last_payment_error: { code: 'insufficient_funds', payment_method: { type: 'sepa_debit' } } as never,
  });
  const table: [string, object, Partial<Fact>[]][] = [
    ['payment_intent.amount_capturable_updated', intentOf({ status: 'requires_capture', amount_capturable: 12_000, latest_charge: 'ch_1' }), [{ kind: 'authorized', amount: 12_000, at: NOON }]],
    ['payment_intent.amount_capturable_updated', intentOf({ status: 'requires_capture', amount_received: 4_000 }), [{ kind: 'authorized', amount: 12_000 }, { kind: 'captured', amount: 4_000, final: false }]],
    ['payment_intent.succeeded', intentOf({ status: 'succeeded', amount_received: 12_000 }), [{ kind: 'captured', amount: 12_000, final: true, at: NOON }]],
    ['payment_intent.succeeded', intentOf({ status: 'succeeded', currency: 'isk', amount_received: 50_000 }), [{ kind: 'captured', amount: 500 }]],
    ['payment_intent.processing', intentOf({ status: 'processing' }), [{ kind: 'processing', at: NOON }]],
    ['payment_intent.payment_failed', debitBack, [{ kind: 'authorization_failed', reason: 'insufficient_funds' }]],
    ['payment_intent.payment_failed', intentOf({ last_payment_error: { code: 'invalid_bank_account_iban', payment_method: { type: 'sepa_debit' } } as never }), []],
    ['payment_intent.payment_failed', intentOf({ last_payment_error: { code: 'card_declined' } as never }), []],
    ['payment_intent.created', intentOf(), []],
    ['payment_intent.requires_action', intentOf({ status: 'requires_action' }), []],
    ['charge.succeeded', chargeOf(), [{ kind: 'authorized', amount: 12_000, at: '2026-11-20T11:59:30.000Z', expiresAt: '2026-11-27T10:40:00.000Z' }]],
    ['charge.succeeded', chargeOf({ captured: true }), []],
    ['charge.captured', chargeOf({ captured: true }), []],
    ['refund.created', refundOf({ status: 'pending' }), [{ kind: 'refund', refundId: 're_1', status: 'processing', amount: 4_000, operationId: 'op-refund' }]],
    ['refund.updated', refundOf({ status: 'pending', pending_reason: 'insufficient_funds' }), [{ kind: 'refund', status: 'pending' }]],
    ['refund.updated', refundOf({ status: 'requires_action' }), [{ kind: 'refund', status: 'pending' }]],
    ['refund.updated', refundOf(), [{ kind: 'refund', status: 'succeeded' }]],
    ['charge.refund.updated', refundOf({ status: 'failed', failure_reason: 'expired_or_canceled_card' }), [{ kind: 'refund', status: 'failed', reason: 'expired_or_canceled_card' }]],
    ['refund.failed', refundOf({ status: 'canceled' }), [{ kind: 'refund', status: 'canceled' }]],
    ['refund.created', refundOf({ reason: 'expired_uncaptured_charge' }), []],
    ['charge.dispute.created', { object: 'dispute', id: 'dp_1', payment_intent: 'pi_1', status: 'needs_response', reason: 'fraudulent', amount: 12_000, currency: 'eur' }, [{ kind: 'dispute', disputeId: 'dp_1', state: 'open', amount: 12_000, reason: 'fraudulent', at: NOON }]],
    ['radar.early_fraud_warning.created', { object: 'radar.early_fraud_warning', id: 'issfr_1', payment_intent: 'pi_1', fraud_type: 'misc' }, []],
    ['review.opened', { object: 'review', id: 'prv_1', payment_intent: 'pi_1' }, []],
    ['invoice.paid', { object: 'invoice', id: 'in_1' }, []],
  ]; // prettier-ignore
  it.each(table)('%s %#', (type, object, wanted) => {
    const translation = translated(type, object);
    expect(translation.facts).toHaveLength(wanted.length);
    wanted.forEach((fact, index) => expect(translation.facts[index]).toMatchObject(fact));
    if (wanted.length === 0 && translation.details === undefined) expect(translation.ignored).toBeTruthy();
    expect(translation.readBack).toBeUndefined();
  });

  it.each([
    ['requested_by_customer', 'requested', 'requested_by_customer'],
    ['automatic', 'expired', 'authorization_expired'],
    ['expired', 'expired', 'authorization_expired'],
    ['abandoned', 'abandoned', 'abandoned'],
    ['fraudulent', 'external', 'fraudulent'],
    ['duplicate', 'external', 'duplicate'],
    [null, 'external', undefined],
  ] as const)('a cancellation for %s is %s', (reason, cause, told) => {
    const canceled = intentOf({ status: 'canceled', cancellation_reason: reason, canceled_at: NOON_S - 5 });
    const [fact] = facts('payment_intent.canceled', canceled);
    expect(fact).toEqual({
      kind: 'canceled',
      at: '2026-11-20T11:59:55.000Z',
      cause,
      ...(told === undefined ? {} : { reason: told }),
    });
  });

  it('a release after a partial capture keeps the captured money', () => {
    const released = intentOf({
      status: 'canceled',
      amount_received: 4_000,
      canceled_at: NOON_S,
      cancellation_reason: 'requested_by_customer',
    });
    expect(facts('payment_intent.canceled', released).map(({ kind }) => kind)).toEqual(['captured', 'canceled']);
  });

  it.each(['charge.refunded', 'charge.expired'])('%s is too thin and is read back', (type) => {
    expect(translated(type, chargeOf())).toMatchObject({
      readBack: true,
      facts: [],
      references: [{ kind: 'payment', id: 'pi_1' }],
    });
  });

  it('reads back what another version of the API renders', () => {
    const translation = translated('payment_intent.succeeded', intentOf({ status: 'succeeded' }), {
      api_version: '2024-06-20',
    });
    expect(translation).toMatchObject({ readBack: true, facts: [] });
  });

  it('has no operation for a refund made by hand', () => {
    expect(facts('refund.created', refundOf({ metadata: {} }))[0]).not.toHaveProperty('operationId');
  });

  it('ignores the probe of a check of settings', () => {
    const probe = intentOf({ status: 'canceled', metadata: { psp_probe: '1' } });
    expect(translated('payment_intent.canceled', probe)).toMatchObject({
      facts: [],
      ignored: 'a check of the settings',
    });
  });

  it('gives the same translation for the same bytes, and nothing for another event id', () => {
    const object = intentOf({ status: 'succeeded', amount_received: 12_000 });
    expect(translated('payment_intent.succeeded', object)).toEqual(translated('payment_intent.succeeded', object));
    const bytes = bytesOf(eventOf('payment_intent.succeeded', object));
    expect(stripeConnector.webhooks.translate(bytes, { id: 'evt_2', type: 'x' }, contextWith()).ignored).toBeTruthy();
  });

  it('understands every event we ask Stripe for', () => {
    for (const type of ENABLED_EVENTS) {
      expect(translated(type, { object: 'none', id: 'x_1', metadata: {}, status: 'x' }).ignored ?? '').not.toMatch(
        /is not used/,
      );
    }
  });

  it('joins the events of a refund to the same facts in whatever order they come', () => {
    const told = [
      ...facts('refund.created', refundOf({ status: 'pending' })),
      ...translated('refund.updated', refundOf(), { created: NOON_S + 2 }).facts,
      ...translated('refund.failed', refundOf({ status: 'failed' }), { created: NOON_S + 4 }).facts,
    ];
    const forward = mergeFacts([], told);
    const backward = mergeFacts([], [...told, ...told].reverse());
    expect(backward).toEqual(forward);
    expect(forward).toHaveLength(1);
    expect(joinFacts(told[0]!, told[2]!)).toMatchObject({ status: 'failed' });
  });
});
