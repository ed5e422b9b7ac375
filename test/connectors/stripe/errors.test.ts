/** The error taxonomy: one row per signal, judged by status, raw type and code. */
import { describe, expect, it } from 'vitest';
import { classify, failureAnswer } from '../../../src/connectors/stripe/errors.js';

interface Row {
  title: string;
  error: unknown;
  class: string;
  answer: 'rejected' | 'unknown';
  keySpent?: boolean;
}

const invalid = { statusCode: 400, rawType: 'invalid_request_error' };
const rows: Row[] = [
  { title: '402 is a decline', error: { statusCode: 402, rawType: 'card_error', code: 'card_declined', decline_code: 'insufficient_funds', message: 'Your card has insufficient funds.' }, class: 'declined', answer: 'rejected' },
  { title: '400 wrong state', error: { ...invalid, code: 'payment_intent_unexpected_state' }, class: 'already', answer: 'rejected' },
  { title: '400 charge_already_captured', error: { ...invalid, code: 'charge_already_captured' }, class: 'already', answer: 'rejected' },
  { title: '400 charge_already_refunded', error: { ...invalid, code: 'charge_already_refunded' }, class: 'already', answer: 'rejected' },
  { title: '400 amount_too_small', error: { ...invalid, code: 'amount_too_small', message: 'Amount too small' }, class: 'rejected', answer: 'rejected' },
  { title: '400 unknown parameter', error: { ...invalid, code: 'parameter_unknown' }, class: 'bug', answer: 'rejected' },
  { title: '400 idempotency error', error: { statusCode: 400, rawType: 'idempotency_error' }, class: 'bug', answer: 'unknown', keySpent: true },
  { title: '401', error: { statusCode: 401, rawType: 'invalid_request_error', message: 'Invalid API Key provided: sk_test_canary' }, class: 'credential', answer: 'unknown' },
  { title: 'expired key', error: { statusCode: 401, code: 'api_key_expired' }, class: 'credential', answer: 'unknown' },
  { title: '403', error: { statusCode: 403 }, class: 'permission', answer: 'unknown' },
  { title: '404', error: { statusCode: 404, code: 'resource_missing' }, class: 'not_found', answer: 'rejected' },
  { title: '409 key in use', error: { statusCode: 409, rawType: 'idempotency_error', code: 'idempotency_key_in_use' }, class: 'busy', answer: 'unknown' },
  { title: '429 rate limit', error: { statusCode: 429, code: 'rate_limit' }, class: 'throttled', answer: 'unknown' },
  { title: '429 lock timeout', error: { statusCode: 429, code: 'lock_timeout' }, class: 'busy', answer: 'unknown' },
  { title: '500', error: { statusCode: 500, rawType: 'api_error' }, class: 'ambiguous', answer: 'unknown' },
  { title: '500 replayed', error: { statusCode: 500, headers: { 'idempotent-replayed': 'true' } }, class: 'ambiguous', answer: 'unknown', keySpent: true },
  { title: '500 not to be repeated', error: { statusCode: 500, headers: { 'stripe-should-retry': 'false' } }, class: 'ambiguous', answer: 'unknown', keySpent: true },
  { title: '402 replayed stays a decline', error: { statusCode: 402, headers: { 'idempotent-replayed': 'true' } }, class: 'declined', answer: 'rejected' },
  { title: 'a lost connection', error: new Error('socket hang up'), class: 'ambiguous', answer: 'unknown' },
  { title: 'anything thrown', error: 'what', class: 'ambiguous', answer: 'unknown' },
  { title: 'nothing thrown', error: undefined, class: 'ambiguous', answer: 'unknown' },
]; // prettier-ignore

describe('classify', () => {
  it.each(rows)('$title', ({ error, class: kind, answer, keySpent }) => {
    const failure = classify(error);
    expect(failure.problem.class).toBe(kind);
    expect(failure.problem.message).not.toBe('');
    expect(failure.problem.message).not.toContain('sk_test');
    const told = failureAnswer(failure);
    expect(told.answer).toBe(answer);
    expect(told.facts).toEqual([]);
    expect(told.keySpent).toBe(keySpent);
  });

  it('keeps the decline code, which says more than card_declined', () => {
    expect(classify(rows[0]!.error).problem).toMatchObject({
      code: 'insufficient_funds',
      message: 'Your card has insufficient funds.',
    });
  });

  it('takes keys out of messages it passes on', () => {
    const { problem } = classify({ ...invalid, message: 'No such thing sk_live_abcdefgh12345678 pi_1_secret_abc' });
    expect(problem.message).not.toMatch(/sk_live|secret_abc/);
  });
});
