/** Stripe's events, one row each: where the payment stood, what the event showed, where it stands then, what is told. */
import { describe, expect, it } from 'vitest';
import type { Fact } from '../../../src/domain/fact.js';
import type { PaymentStatus } from '../../../src/domain/payment.js';
import { verdictOf } from '../../../src/flows/webhook.js';
import { stripeConnector } from '../../../src/connectors/stripe/index.js';
import { ENABLED_EVENTS } from '../../../src/connectors/stripe/events.js';
import { givenFile, kinds, tell } from '../../domain/given.js';
import { bytesOf, chargeOf, contextWith, eventOf, intentOf, NOON_S, refundOf } from './given.js';

const at = new Date((NOON_S - 60) * 1000).toISOString();
const held: Fact = { kind: 'authorized', amount: 12_000, at };
const taken: Fact = { kind: 'captured', amount: 12_000, final: true, at };
const STOOD: Partial<Record<PaymentStatus, Fact[]>> = {
  new: [],
  authorized: [held],
  captured: [held, taken],
  canceled: [held, { kind: 'canceled', cause: 'requested', at }],
};

interface Row {
  type: string;
  when: string;
  object: object;
  previous?: object;
  from?: keyof typeof STOOD;
  to: PaymentStatus;
  told?: string[];
  /** Of the event alone: `readBack`, or why nothing follows. */
  how?: 'readBack' | 'ignored';
  line?: string;
}

const shown = (type: string, next: object) =>
  intentOf({ status: 'requires_action', next_action: { type, ...next } as never });
const debitBack = intentOf({ latest_charge: 'py_1', last_payment_error: { code: 'debit_not_authorized', payment_method: { type: 'sepa_debit' } } as never }); // prettier-ignore
const dispute = (status: string) => ({ object: 'dispute', id: 'dp_1', payment_intent: 'pi_1', charge: 'ch_1', status, reason: 'fraudulent', amount: 12_000, currency: 'eur' }); // prettier-ignore
const canceled = (reason: string | null) =>
  intentOf({ status: 'canceled', cancellation_reason: reason as never, canceled_at: NOON_S - 1 });

const rows: Row[] = [
  { type: 'payment_intent.created', when: 'a payment is made', object: intentOf(), to: 'new', how: 'ignored' },
  { type: 'payment_intent.requires_action', when: '3-D Secure is open', object: shown('redirect_to_url', {}), to: 'new', how: 'ignored' },
  { type: 'payment_intent.requires_action', when: 'the customer was told where to send a transfer', object: shown('display_bank_transfer_instructions', { display_bank_transfer_instructions: { amount_remaining: 12_000, reference: 'REF1' } }), to: 'new', line: 'REF1' },
  { type: 'payment_intent.processing', when: 'a debit is sent', object: intentOf({ status: 'processing' }), to: 'new', line: 'sent to the bank' },
  { type: 'payment_intent.processing', when: 'a capture is worked on', object: intentOf({ status: 'processing' }), from: 'authorized', to: 'capture_requested', line: 'capture_requested' },
  { type: 'payment_intent.amount_capturable_updated', when: 'money is reserved', object: intentOf({ status: 'requires_capture', amount_capturable: 12_000 }), to: 'authorized', told: ['payment_authorized'] },
  { type: 'payment_intent.amount_capturable_updated', when: 'a part is captured', object: intentOf({ status: 'requires_capture', amount_received: 4_000 }), from: 'authorized', to: 'authorized' },
  { type: 'payment_intent.succeeded', when: 'nothing was heard before', object: intentOf({ status: 'succeeded', amount_received: 12_000 }), to: 'captured', told: ['payment_authorized', 'payment_captured'] },
  { type: 'payment_intent.succeeded', when: 'it was authorized', object: intentOf({ status: 'succeeded', amount_received: 12_000 }), from: 'authorized', to: 'captured', told: ['payment_captured'] },
  { type: 'payment_intent.payment_failed', when: 'a card is declined: the customer may try again', object: intentOf({ last_payment_error: { code: 'card_declined' } as never }), to: 'new', how: 'ignored' },
  { type: 'payment_intent.payment_failed', when: 'a debit comes back', object: debitBack, to: 'authorization_failed', told: ['payment_authorization_failed'], line: 'not paid by the bank' },
  { type: 'payment_intent.payment_failed', when: 'it came from processing', object: intentOf({ last_payment_error: { code: 'x' } as never }), previous: { status: 'processing' }, to: 'authorization_failed', told: ['payment_authorization_failed'] },
  { type: 'payment_intent.partially_funded', when: 'a part of a transfer came', object: intentOf(), to: 'new', how: 'readBack' },
  { type: 'payment_intent.canceled', when: 'we asked', object: canceled('requested_by_customer'), from: 'authorized', to: 'canceled', told: ['payment_canceled'] },
  { type: 'payment_intent.canceled', when: 'the authorization expired', object: canceled('automatic'), from: 'authorized', to: 'canceled', told: ['payment_canceled'] },
  { type: 'payment_intent.canceled', when: 'somebody did at the dashboard', object: canceled(null), from: 'authorized', to: 'canceled', told: ['payment_canceled'] },
  { type: 'payment_intent.canceled', when: 'nobody ever paid', object: canceled('abandoned'), to: 'authorization_failed', told: ['payment_authorization_failed'] },
  { type: 'payment_intent.canceled', when: 'there is a charge', object: { ...canceled(null), latest_charge: 'ch_1' }, from: 'authorized', to: 'authorized', how: 'readBack' },
  { type: 'charge.succeeded', when: 'money is reserved', object: chargeOf(), to: 'authorized', told: ['payment_authorized'] },
  { type: 'charge.succeeded', when: 'money is taken at once', object: chargeOf({ captured: true, balance_transaction: 'txn_1' }), to: 'new', how: 'readBack' },
  { type: 'charge.captured', when: 'it was captured', object: chargeOf({ captured: true, balance_transaction: 'txn_1' }), from: 'authorized', to: 'authorized', how: 'readBack' },
  { type: 'charge.updated', when: 'something else changed', object: chargeOf(), previous: { description: 'x' }, from: 'authorized', to: 'authorized' },
  { type: 'charge.pending', when: 'a debit is sent', object: chargeOf({ status: 'pending' }), to: 'new', how: 'ignored' },
  { type: 'charge.failed', when: 'a card is declined', object: chargeOf({ status: 'failed' }), to: 'new', how: 'ignored' },
  { type: 'charge.failed', when: 'a debit comes back', object: chargeOf({ status: 'failed', payment_method_details: { type: 'sepa_debit' } as never }), to: 'new', how: 'readBack' },
  { type: 'charge.expired', when: 'the authorization is over', object: chargeOf(), from: 'authorized', to: 'authorized', how: 'readBack' },
  { type: 'charge.refunded', when: 'money went back', object: chargeOf(), from: 'captured', to: 'captured', how: 'readBack' },
  { type: 'refund.created', when: 'made at the dashboard, all of it', object: refundOf({ amount: 12_000, metadata: {} }), from: 'captured', to: 'refunded', told: ['payment_refunded'] },
  { type: 'refund.created', when: 'made at the dashboard, a part', object: refundOf({ metadata: {} }), from: 'captured', to: 'partially refunded' },
  { type: 'refund.updated', when: 'it is on its way', object: refundOf({ status: 'pending', metadata: {} }), from: 'captured', to: 'partially refunded' },
  { type: 'refund.failed', when: 'nobody had heard of it', object: refundOf({ status: 'failed', metadata: {} }), from: 'captured', to: 'captured' },
  { type: 'charge.refund.updated', when: 'told by its older name', object: refundOf({ amount: 12_000, metadata: {} }), from: 'captured', to: 'refunded', told: ['payment_refunded'] },
  { type: 'refund.created', when: 'a release is listed as a refund', object: refundOf({ reason: 'expired_uncaptured_charge' }), from: 'canceled', to: 'canceled', how: 'ignored' },
  { type: 'refund.created', when: 'the payment was canceled before anything was taken', object: refundOf({ metadata: {} }), from: 'canceled', to: 'canceled' },
  ...['created', 'updated', 'closed', 'funds_withdrawn', 'funds_reinstated'].map((event): Row => ({ type: `charge.dispute.${event}`, when: 'somebody disputes', object: dispute('needs_response'), from: 'captured', to: 'captured', line: 'needs_response' })),
  { type: 'radar.early_fraud_warning.created', when: 'a network suspects fraud', object: { object: 'radar.early_fraud_warning', id: 'issfr_1', payment_intent: 'pi_1', fraud_type: 'made_with_stolen_card' }, from: 'captured', to: 'captured', line: 'made_with_stolen_card' },
  { type: 'review.opened', when: 'somebody should look', object: { object: 'review', id: 'prv_1', payment_intent: 'pi_1', open: true, reason: 'rule' }, from: 'captured', to: 'captured', line: 'open, rule' },
  { type: 'review.closed', when: 'somebody looked', object: { object: 'review', id: 'prv_1', payment_intent: 'pi_1', open: false, closed_reason: 'approved' }, from: 'captured', to: 'captured', line: 'closed, approved' },
  { type: 'customer_cash_balance_transaction.created', when: 'a transfer came', object: { object: 'customer_cash_balance_transaction', id: 'ccsbtxn_1', customer: 'cus_1', applied_to_payment: { payment_intent: 'pi_1' } }, to: 'new', how: 'readBack' },
  { type: 'cash_balance.funds_available', when: 'too much came', object: { object: 'cash_balance', customer: 'cus_1' }, to: 'new', how: 'readBack' },
  ...['created', 'updated', 'reversed'].map((event): Row => ({ type: `transfer.${event}`, when: 'it is about a merchant’s share, no fact of the payment', object: { object: 'transfer', id: 'tr_1', amount_reversed: 500, currency: 'eur' }, from: 'captured', to: 'captured' })),
  { type: 'mandate.updated', when: 'it is not ours to hear', object: { object: 'mandate', id: 'mandate_1' }, to: 'new', how: 'ignored' },
  { type: 'payment_method.updated', when: 'it is not ours to hear', object: { object: 'payment_method', id: 'pm_1' }, to: 'new', how: 'ignored' },
  { type: 'setup_intent.succeeded', when: 'it is not ours to hear', object: { object: 'setup_intent', id: 'seti_1' }, to: 'new', how: 'ignored' },
]; // prettier-ignore

describe('event', () => {
  it.each(rows)('$type, $when: $from to $to', ({ type, object, previous, from = 'new', to, told = [], how, line }) => {
    const file = givenFile({ status: from, transactionId: 'pi_1' }, { facts: STOOD[from] ?? [] });
    if (from === 'captured') Object.assign(file.payment, { authorized: 12_000, captured: 12_000 });
    const data = { object, ...(previous === undefined ? {} : { previous_attributes: previous }) };
    const event = { id: 'evt_1', type, paymentReference: 'pi_1' };
    const body = bytesOf(eventOf(type, object, { data }));
    const meaning = stripeConnector.webhooks.translate(body, event, contextWith());
    expect({ readBack: meaning.readBack === true, ignored: meaning.ignored !== undefined }).toEqual({
      readBack: how === 'readBack',
      ignored: how === 'ignored',
    });
    const verdict = verdictOf(meaning, event, file);
    const isSettled = verdict.then === 'settle' && how !== 'readBack';
    const announceUpdate = meaning.attention !== undefined;
    expect(announceUpdate, 'a person should look').toBe(/dispute|radar|review/.test(type));
    const news = isSettled ? [{ ...meaning, reason: type, announceUpdate }] : [];
    const { file: after, announced } = tell(file, [...news, ...news]);
    expect(after.payment.status).toBe(to);
    expect(kinds(announced).filter((kind) => kind !== 'payment_updated')).toEqual(told);
    if (line !== undefined) expect(JSON.stringify(announced.map((one) => one.event))).toContain(line);
  });

  it('of a transfer tells which, and how much of it was taken back, in minor units of ISO 4217, in any version', () => {
    const object = { object: 'transfer', id: 'tr_1', amount_reversed: 500, currency: 'isk' };
    for (const version of ['2020-08-27', null]) {
      const body = bytesOf(eventOf('transfer.reversed', object, { data: { object }, api_version: version }));
      const { facts, transfer } = stripeConnector.webhooks.translate(body, { id: 'evt_1', type: 'transfer.reversed' }, contextWith()); // prettier-ignore
      expect([facts, transfer]).toEqual([[], { transferId: 'tr_1', reversed: 5 }]);
    }
  });

  it('each one that we ask for has a row', () => {
    expect(ENABLED_EVENTS.filter((type) => !rows.some((row) => row.type === type))).toEqual([]);
  });
});
