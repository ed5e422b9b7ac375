/** Which outcome an asking has: the table of amounts per verb, and the problem each outcome reports. */
import type { Problem, ProblemClass, Settings } from '../../kit/index.js';
import { problem } from '../../kit/index.js';

export type OutcomeName =
  | 'success' | 'decline' | 'failure' | 'pending_success' | 'pending_failure' | 'temporary_id'
  | 'exception' | 'no_answer' | 'lost_answer' | 'slow' | 'credential'; // prettier-ignore

export type SandboxVerb =
  'initialize' | 'authorize' | 'capture' | 'cancel' | 'refund' | 'confirm' | 'transfer' | 'reverseTransfer';

/** Outcomes each verb can have. Those without digits are chosen by configuration only. */
export const OUTCOMES: Readonly<Record<SandboxVerb, readonly OutcomeName[]>> = {
  initialize: ['success', 'decline', 'failure', 'temporary_id', 'exception', 'no_answer', 'lost_answer', 'slow', 'credential'],
  authorize: ['success', 'decline', 'failure', 'pending_success', 'pending_failure', 'exception', 'no_answer'],
  capture: ['success', 'decline', 'failure', 'pending_success', 'pending_failure', 'exception', 'no_answer', 'lost_answer', 'slow', 'credential'],
  cancel: ['success', 'decline', 'failure', 'pending_success', 'pending_failure', 'exception', 'no_answer', 'lost_answer', 'slow', 'credential'],
  refund: ['success', 'decline', 'failure', 'pending_success', 'pending_failure', 'exception', 'no_answer', 'lost_answer', 'slow', 'credential'],
  confirm: ['success', 'decline', 'failure', 'exception', 'no_answer', 'lost_answer', 'slow', 'credential'],
  transfer: ['success', 'decline', 'failure', 'exception', 'no_answer', 'lost_answer', 'slow', 'credential'],
  reverseTransfer: ['success', 'decline', 'failure', 'exception', 'no_answer', 'lost_answer', 'slow', 'credential'],
}; // prettier-ignore

/** Outcomes of checking the settings themselves. */
export const CONFIGURE_OUTCOMES = ['success', 'decline', 'no_answer'] as const;

/** The tens digit of an amount names the verb, so that one order meets one special outcome and no other. */
const TENS: Readonly<Record<SandboxVerb, number>> = {
  initialize: 10,
  authorize: 20,
  capture: 30,
  cancel: 40,
  refund: 50,
  confirm: 60,
  transfer: 70,
  reverseTransfer: 80,
};

/** The ones digit of an amount names the outcome. */
const ONES: Readonly<Partial<Record<OutcomeName, number>>> = {
  decline: 1,
  failure: 2,
  pending_success: 3,
  temporary_id: 3,
  pending_failure: 4,
  exception: 5,
  no_answer: 6,
  lost_answer: 7,
  slow: 8,
};

/** The last two digits that choose an outcome; undefined when only configuration chooses it, or it is `success`. */
export function digitsOf(verb: SandboxVerb, outcome: OutcomeName): number | undefined {
  const ones = OUTCOMES[verb].includes(outcome) ? ONES[outcome] : undefined;
  return ones === undefined ? undefined : TENS[verb] + ones;
}

/** The outcome of a verb: by configuration, else by the last two digits of the amount, else success. Pure. */
export function outcomeOf(verb: SandboxVerb, amount: number, settings: Settings): OutcomeName {
  const configured = (settings['outcomes'] as Record<string, unknown> | undefined)?.[verb];
  const chosen = OUTCOMES[verb].find((outcome) => outcome === configured);
  return chosen ?? OUTCOMES[verb].find((outcome) => digitsOf(verb, outcome) === amount % 100) ?? 'success';
}

const PROBLEMS: Readonly<Partial<Record<OutcomeName, { class: ProblemClass; text: string }>>> = {
  decline: { class: 'declined', text: 'The sandbox declined to' },
  failure: { class: 'rejected', text: 'The sandbox was not able to' },
  pending_failure: { class: 'declined', text: 'The sandbox took some time and then failed to' },
  exception: { class: 'bug', text: 'The sandbox broke, and did nothing, when asked to' },
  no_answer: { class: 'ambiguous', text: 'The sandbox gave no answer when asked to' },
  lost_answer: { class: 'ambiguous', text: 'The answer of the sandbox was lost when asked to' },
  credential: { class: 'credential', text: 'The sandbox no longer accepts the credentials when asked to' },
};

/** The problem an outcome reports, with a message that says how to choose another outcome. */
export function problemOf(verb: SandboxVerb, outcome: OutcomeName): Problem {
  const { class: kind, text } = PROBLEMS[outcome] ?? {
    class: 'bug',
    text: `The sandbox has no problem "${outcome}" to`,
  };
  const words = verb === 'reverseTransfer' ? 'reverse a transfer' : verb;
  return problem(kind, `${text} ${words} (${howToChoose(verb)})`, `sandbox_${outcome}`);
}

/** One line for people: which last two digits of an amount give which outcome of this verb. */
export function howToChoose(verb: SandboxVerb): string {
  const choices = OUTCOMES[verb].flatMap((outcome) => {
    const digits = digitsOf(verb, outcome);
    return digits === undefined ? [] : [`${digits} ${outcome.replace('_', ' ')}`];
  });
  return `last two digits of the amount: 00 success, ${choices.join(', ')}`;
}
