/** Plays an outcome: what the sandbox answers at a moment to an asking, or when it is read back. Remembers nothing. */
import type { Answer, Context, Fact, ReadBackAnswer, Reference } from '../../kit/index.js';
import { accepted, completed, rejected, unknown } from '../../kit/index.js';
import type { OutcomeName, SandboxVerb } from './outcomes.js';
import { problemOf } from './outcomes.js';
import { delayMs } from './settings.js';

/** How long the slow outcome takes. */
export const SLOW_MS = 3000;

/** What an asking would do, for each way it may end; `at` is ISO text. */
export interface Effect {
  done(at: string): Fact[];
  /** Told while the outcome is pending. */
  waiting(at: string): Fact[];
  /** Told when a pending outcome ends badly. */
  failed(at: string): Fact[];
  references: Reference[];
  refundId?: string;
  session?: Record<string, string>;
  details?: Record<string, string>;
}

/** One asking, as the core stored it. */
export interface Play {
  verb: SandboxVerb;
  outcome: OutcomeName;
  /** When it was asked first: ISO text. All times of facts follow from it, so a repeat tells the same facts. */
  askedAt: string;
  effect: Effect;
}

/** Answers an asking. The same asking later gives the same facts, or the outcome it was waiting for. */
export async function answerTo(play: Play, context: Context): Promise<Answer> {
  const { verb, outcome, effect } = play;
  if (outcome === 'slow') await new Promise((resolve) => setTimeout(resolve, SLOW_MS));
  switch (outcome) {
    case 'success':
    case 'slow':
    case 'temporary_id':
      return done(play, play.askedAt);
    case 'pending_success':
    case 'pending_failure':
      return pending(play, context);
    case 'no_answer':
      return unknown(problemOf(verb, outcome));
    case 'lost_answer':
      // The first answer is lost on the way; a repeat with the same key, a little later, brings it.
      return isOver(play, context) ? done(play, play.askedAt) : unknown(problemOf(verb, outcome));
    default:
      return rejected(problemOf(verb, outcome), { references: effect.references });
  }
}

/** Answers what became of an asking. `absent` says that it never arrived. */
export function readBackOf(play: Play, context: Context): ReadBackAnswer {
  const { verb, outcome } = play;
  if (outcome === 'no_answer') return { ...unknown(problemOf(verb, outcome)), absent: true };
  if (outcome === 'pending_success' || outcome === 'pending_failure') return pending(play, context);
  if (outcome === 'success' || outcome === 'slow' || outcome === 'temporary_id' || outcome === 'lost_answer') {
    return done(play, play.askedAt);
  }
  return rejected(problemOf(verb, outcome), { references: play.effect.references });
}

function pending(play: Play, context: Context): Answer {
  if (!isOver(play, context)) return accepted(play.effect.waiting(play.askedAt), extras(play.effect));
  const at = new Date(Date.parse(play.askedAt) + delayMs(context.tenant.settings)).toISOString();
  if (play.outcome === 'pending_success') return done(play, at);
  return rejected(problemOf(play.verb, play.outcome), { ...extras(play.effect), facts: play.effect.failed(at) });
}

function done(play: Play, at: string): Answer {
  return completed(play.effect.done(at), extras(play.effect));
}

function isOver(play: Play, context: Context): boolean {
  return context.clock.now() - Date.parse(play.askedAt) >= delayMs(context.tenant.settings);
}

function extras(effect: Effect) {
  const { references, refundId, session, details } = effect;
  return {
    references,
    ...(refundId === undefined ? {} : { refundId }),
    ...(session === undefined ? {} : { session }),
    ...(details === undefined ? {} : { details }),
  };
}
