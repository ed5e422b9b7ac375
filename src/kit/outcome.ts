/** Short words for the answers of a verb, so that a connector reads as a list of what can come of an asking. */
import type { Fact } from '../domain/fact.js';
import type { Answer, Problem, ProblemClass } from './connector.js';

/** What an answer may carry besides its kind, its facts and its problem. */
export type AnswerExtras = Partial<Omit<Answer, 'answer' | 'facts' | 'problem'>>;

/** The PSP did it. Give every fact that follows from it. */
export function completed(facts: Fact[], extras: AnswerExtras = {}): Answer {
  return { references: [], ...extras, answer: 'completed', facts };
}

/** The PSP took the order and will tell the outcome later, by webhook or when read back. */
export function accepted(facts: Fact[] = [], extras: AnswerExtras = {}): Answer {
  return { references: [], ...extras, answer: 'accepted', facts };
}

/** The customer must act before anything follows (3-D Secure, a redirect). */
export function requiresAction(facts: Fact[] = [], extras: AnswerExtras = {}): Answer {
  return { references: [], ...extras, answer: 'requires_action', facts };
}

/** The PSP said no and nothing was done: use it only for an explicit refusal, because it is final. */
export function rejected(problem: Problem, extras: AnswerExtras & { facts?: Fact[] } = {}): Answer {
  return { references: [], facts: [], ...extras, answer: 'rejected', problem };
}

/** Nobody knows whether it was done: no answer came, or one that cannot be read. Everything unclear belongs here. */
export function unknown(problem: Problem, extras: AnswerExtras = {}): Answer {
  return { references: [], ...extras, answer: 'unknown', facts: [], problem };
}

/** A problem in one line. `message` is shown to the shop: no secret, no card number. */
export function problem(kind: ProblemClass, message: string, code?: string): Problem {
  return { class: kind, message, ...(code === undefined ? {} : { code }) };
}
