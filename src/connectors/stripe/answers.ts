/** Turns what Stripe answers to a verb into our answers. */
import type Stripe from 'stripe';
import type { Answer, Context, Problem } from '../../kit/index.js';
import { accepted, completed, isoTime, problem, rejected } from '../../kit/index.js';
import {
  chargeDetails,
  chargeOf,
  waitingDetails,
  intentFacts,
  intentReferences,
  isOver,
  lineTime,
  refundDetails,
  refundFact,
  refundReferences,
  timeOf,
} from './facts.js';
import { readSettings } from './settings.js';

/** Stripe's own time of an answer, from its Date header; ours when it sent none. */
export function answeredAt(answered: { lastResponse?: { headers: Record<string, string> } }, context: Context): string {
  const told = Date.parse(answered.lastResponse?.headers.date ?? '');
  return Number.isNaN(told) ? isoTime(context.clock) : new Date(told).toISOString();
}

/** References and lines that go with every answer about an intent. */
function about(intent: Stripe.Response<Stripe.PaymentIntent>, context: Context) {
  const details = { ...chargeDetails(chargeOf(intent)), ...waitingDetails(intent) };
  const references = intentReferences(intent);
  return Object.keys(details).length === 0
    ? { references }
    : { references, details, at: lineTime(answeredAt(intent, context), isOver(intent)) };
}

/** The intent stands and can be paid: what the page and the shop's front-end need goes along. */
export function initializeAnswer(intent: Stripe.Response<Stripe.PaymentIntent>, context: Context): Answer {
  const settings = readSettings(context.tenant.settings);
  const account = settings.accountId;
  const session = {
    transactionId: intent.id,
    clientSecret: intent.client_secret ?? '',
    publishableKey: settings.publishableKey,
    ...(account === undefined ? {} : { accountId: account }),
  };
  return completed(intentFacts(intent, answeredAt(intent, context)), { ...about(intent, context), session });
}

/** An existing intent that cannot be changed any more, because the customer has paid or is paying it. */
export function paidAlreadyAnswer(intent: Stripe.Response<Stripe.PaymentIntent>, context: Context): Answer {
  return rejected(problem('already', 'The payment has been paid and cannot be changed.', intent.status), {
    ...about(intent, context),
    facts: intentFacts(intent, answeredAt(intent, context)),
  });
}

/** The payment was canceled by somebody else: the facts of it come with the no. */
export function canceledAlreadyAnswer(intent: Stripe.Response<Stripe.PaymentIntent>, context: Context): Answer {
  return rejected(problem('already', 'The payment was canceled and cannot be changed.', intent.status), {
    ...about(intent, context),
    facts: intentFacts(intent, answeredAt(intent, context)),
  });
}

/** The answer to a capture or a cancel that Stripe took. */
export function movedAnswer(intent: Stripe.Response<Stripe.PaymentIntent>, context: Context): Answer {
  const facts = intentFacts(intent, answeredAt(intent, context));
  return intent.status === 'processing'
    ? accepted(facts, about(intent, context))
    : completed(facts, about(intent, context));
}

/** Stripe refused and the goal is not reached: the facts say what is so instead. */
export function refusedAnswer(
  refusal: Problem,
  intent: Stripe.Response<Stripe.PaymentIntent>,
  context: Context,
): Answer {
  const facts = intentFacts(intent, answeredAt(intent, context));
  return rejected(refusal, { ...about(intent, context), facts });
}

/**
 * The state of one refund. `at` is when this state was seen; for the answer to a refund that is when Stripe made it,
 * because a repeated asking gets the first answer again, however old it is.
 */
export function refundAnswer(refund: Stripe.Refund, at: string = timeOf(refund.created)): Answer {
  const fact = refundFact(refund, at);
  const details = refundDetails(refund);
  const extras = { references: refundReferences(refund), refundId: refund.id, details, at };
  if (refund.status === 'succeeded') return completed([fact], extras);
  if (refund.status === 'failed' || refund.status === 'canceled') {
    const reason = refund.failure_reason ?? refund.status;
    return rejected(problem('declined', `The refund ${refund.status}: ${reason}.`, reason), {
      ...extras,
      facts: [fact],
    });
  }
  return accepted([fact], extras);
}

/** We do not ask, because Stripe could not do it. */
export function refusal(message: string): Answer {
  return rejected(problem('rejected', message));
}
