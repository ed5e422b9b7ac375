/** The constructors of answers build answers the core can use as they are. */
import { describe, expect, it } from 'vitest';
import type { Fact } from '../../src/kit/index.js';
import { accepted, completed, problem, rejected, requiresAction, unknown } from '../../src/kit/index.js';

const fact: Fact = { kind: 'authorized', amount: 1200, at: '2026-03-01T10:00:00.000Z' };
const declined = problem('declined', 'The card was declined', 'card_declined');

describe('answers', () => {
  it('completed carries its facts and what else was given', () => {
    const references = [{ kind: 'payment' as const, id: 'p1' }];
    expect(completed([fact], { references, refundId: 'r1' })).toEqual({
      answer: 'completed',
      facts: [fact],
      references,
      refundId: 'r1',
    });
  });

  it('accepted and requiresAction need no facts', () => {
    expect(accepted()).toEqual({ answer: 'accepted', facts: [], references: [] });
    expect(requiresAction([], { session: { a: 'b' } })).toEqual({
      answer: 'requires_action',
      facts: [],
      references: [],
      session: { a: 'b' },
    });
  });

  it('rejected may tell facts, unknown never does', () => {
    expect(rejected(declined, { facts: [fact] })).toEqual({
      answer: 'rejected',
      facts: [fact],
      references: [],
      problem: declined,
    });
    expect(unknown(declined, { keySpent: true })).toEqual({
      answer: 'unknown',
      facts: [],
      references: [],
      problem: declined,
      keySpent: true,
    });
  });

  it('problem has no code unless there is one', () => {
    expect(problem('busy', 'Try later')).toEqual({ class: 'busy', message: 'Try later' });
    expect(declined.code).toBe('card_declined');
  });
});
