/** Refunds, one row for each way in which Stripe may say how one stands: what it is for us, and what the shop hears. */
import type Stripe from 'stripe';
import { describe, expect, it } from 'vitest';
import type { Fact } from '../../../src/domain/fact.js';
import type { PaymentStatus } from '../../../src/domain/payment.js';
import { classify, failureAnswer } from '../../../src/connectors/stripe/errors.js';
import { refundDetails, refundFact } from '../../../src/connectors/stripe/facts.js';
import { at, givenFile, givenOperation, kinds, tell } from '../../domain/given.js';
import { refundOf } from './given.js';

const held: Fact = { kind: 'authorized', amount: 12_000, at: at(1) };
const taken: Fact = { kind: 'captured', amount: 12_000, final: true, at: at(2) };
const captured = () =>
  givenFile(
    { status: 'captured', authorized: 12_000, captured: 12_000 },
    {
      facts: [held, taken],
      operations: [givenOperation({ id: 'op-refund', kind: 'refund', amount: 4_000, itemIds: ['101'] })],
    },
  );
const money = (announced: Parameters<typeof kinds>[0]) => kinds(announced).filter((kind) => kind !== 'payment_updated');

interface Row {
  stripe: Partial<Stripe.Refund> & { pending_reason?: string };
  ours: string;
  status: PaymentStatus;
  told: string[];
  /** Part of the line in the shop's order view. */
  line: string;
}

const waiting = { next_action: { type: 'display_details', display_details: { email_sent: { email_sent_to: 'ada@example.com', email_sent_at: 1 }, expires_at: 1_796_000_000 } } } as never; // prettier-ignore
const rows: Row[] = [
  { stripe: { status: 'pending' }, ours: 'processing', status: 'partially refunded', told: [], line: 'pending' },
  { stripe: { status: 'pending', pending_reason: 'processing' }, ours: 'processing', status: 'partially refunded', told: [], line: 'pending' },
  { stripe: { status: 'pending', pending_reason: 'insufficient_funds' }, ours: 'pending', status: 'partially refunded', told: [], line: 'until your Stripe balance is topped up' },
  { stripe: { status: 'pending', pending_reason: 'charge_pending' }, ours: 'pending', status: 'partially refunded', told: [], line: 'until the payment has arrived' },
  { stripe: { status: 'requires_action', ...(waiting as object) }, ours: 'pending', status: 'partially refunded', told: [], line: 'Stripe asked ada@example.com' },
  { stripe: { status: 'succeeded' }, ours: 'succeeded', status: 'partially refunded', told: ['payment_refunded'], line: 'succeeded' },
  { stripe: { status: 'failed', failure_reason: 'lost_or_stolen_card' }, ours: 'failed', status: 'captured', told: ['payment_refund_failed'], line: 'lost_or_stolen_card' },
  { stripe: { status: 'canceled' }, ours: 'canceled', status: 'captured', told: ['payment_refund_failed'], line: 'canceled' },
]; // prettier-ignore

describe('a refund that Stripe calls', () => {
  it.each(rows)('$stripe.status $stripe.pending_reason is $ours', ({ stripe, ours, status, told, line }) => {
    const refund = refundOf(stripe as Partial<Stripe.Refund>);
    const fact = refundFact(refund, at(5));
    expect(fact).toMatchObject({ kind: 'refund', status: ours, operationId: 'op-refund' });
    const details = refundDetails(refund);
    expect(Object.values(details).join()).toContain(line);
    const { file, announced } = tell(captured(), [{ facts: [fact], details, at: at(5) }]);
    expect(file.payment.status).toBe(status);
    expect(money(announced)).toEqual(told);
    // People see how it stands, whatever is told about the money.
    const update = announced.find(({ event }) => event.kind === 'payment_updated')?.event;
    expect(JSON.stringify(update)).toContain(line);
  });

  it('failed after it had succeeded: both are told, and the status falls back', () => {
    const steps = [refundOf({ status: 'succeeded' }), refundOf({ status: 'failed', failure_reason: 'unknown' })];
    const { file, announced } = tell(
      captured(),
      steps.map((refund, n) => refundFact(refund, at(5 + n))),
    );
    expect(money(announced)).toEqual(['payment_refunded', 'payment_refund_failed']);
    expect(file.payment).toMatchObject({ status: 'captured', refunded: 0 });
  });
});

describe('the payment’s status is the sum of its refunds:', () => {
  const refund = (id: string, amount: number, status: 'succeeded' | 'failed' | 'pending'): Fact => ({
    kind: 'refund', refundId: id, amount, status, at: at(5),
  }); // prettier-ignore
  const sums: [string, Fact[], PaymentStatus, number][] = [
    ['nothing', [], 'captured', 0],
    ['a part', [refund('r1', 4_000, 'succeeded')], 'partially refunded', 4_000],
    ['two parts', [refund('r1', 4_000, 'succeeded'), refund('r2', 3_000, 'succeeded')], 'partially refunded', 7_000],
    ['all in two parts', [refund('r1', 4_000, 'succeeded'), refund('r2', 8_000, 'succeeded')], 'refunded', 12_000],
    ['all at once', [refund('r1', 12_000, 'succeeded')], 'refunded', 12_000],
    ['one that failed', [refund('r1', 12_000, 'failed')], 'captured', 0],
    ['a part, and one that failed', [refund('r1', 4_000, 'succeeded'), refund('r2', 8_000, 'failed')], 'partially refunded', 4_000],
  ]; // prettier-ignore
  it.each(sums)('%s', (_title, facts, status, refunded) => {
    expect(tell(captured(), [{ facts }]).file.payment).toMatchObject({ status, refunded });
  });
});

describe('a refund that Stripe refuses is final, with Stripe’s code:', () => {
  const invalid = { statusCode: 400, rawType: 'invalid_request_error', message: 'No.' };
  const refusals: [string, object, string][] = [
    ['charge_already_refunded', { ...invalid, code: 'charge_already_refunded' }, 'already'],
    ['charge_disputed', { ...invalid, code: 'charge_disputed' }, 'rejected'],
    ['refund_disputed_payment', { ...invalid, code: 'refund_disputed_payment' }, 'rejected'],
    ['charge_not_refundable', { ...invalid, code: 'charge_not_refundable' }, 'rejected'],
    ['balance_insufficient', { ...invalid, code: 'balance_insufficient' }, 'rejected'],
    ['insufficient_funds', { ...invalid, statusCode: 402, code: 'insufficient_funds' }, 'declined'],
    ['anomalous_money_movement_request', { ...invalid, code: 'anomalous_money_movement_request' }, 'rejected'],
    ['amount_too_large', { ...invalid, code: 'amount_too_large' }, 'rejected'],
  ];
  it.each(refusals)('%s', (code, error, kind) => {
    const answer = failureAnswer(classify(error));
    expect(answer).toMatchObject({ answer: 'rejected', problem: { class: kind, code } });
    const operation = {
      id: 'op-refund',
      status: 'declined' as const,
      unanswered: false,
      reason: answer.problem!.message,
    };
    const { file, announced } = tell(captured(), [{ operation }]);
    expect(money(announced)).toEqual(['payment_refund_failed']);
    expect(file.payment.status).toBe('captured');
    expect(file.refunds).toMatchObject([{ status: 'failed', reason: 'No.' }]);
  });
});
