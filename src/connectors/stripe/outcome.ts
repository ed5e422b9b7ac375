/** Looks at Stripe whether an operation happened; used after a refusal, for an old key, and for reading back. */
import type Stripe from 'stripe';
import type { Answer, Context, Problem, ReadBackAnswer } from '../../kit/index.js';
import { problem, rejected, unknown } from '../../kit/index.js';
import { answeredAt, movedAnswer, refundAnswer, refusedAnswer } from './answers.js';
import { isRelease } from './facts.js';
import type { CaptureParameters } from './payments.js';
import { refundFacts } from './split-refunds.js';

/** More refunds of one payment than this are not looked through. */
const REFUND_PAGES = 10;

/** Which operation is looked for, and why Stripe refused it just now, when it did. */
export interface Seeking {
  operationId: string;
  context: Context;
  refused?: Problem;
}

/** Stripe knows nothing of it: asking anew is safe. */
export function absent(facts: Answer['facts'] = []): ReadBackAnswer {
  return { ...unknown(problem('not_found', 'Stripe knows nothing of this operation.')), facts, absent: true };
}

/**
 * Whether a capture happened: it left its id on the intent, or as much was taken as it wanted. An undone capture is
 * absent, or rejected when Stripe refused it just now.
 */
export async function captureOutcome(
  stripe: Stripe,
  wanted: CaptureParameters,
  seeking: Seeking,
): Promise<ReadBackAnswer> {
  const { operationId, context, refused } = seeking;
  const intent = await retrieve(stripe, wanted.intent);
  const more = intent.amount_received > wanted.capturedBefore;
  const ours = more && intent.metadata.psp_command_id === operationId;
  const enough = intent.amount_received >= wanted.capturedBefore + wanted.body.amount_to_capture;
  if (ours || enough || intent.status === 'processing') return movedAnswer(intent, context);
  return undone(intent, context, refused);
}

/** Whether a payment is canceled. */
export async function cancelOutcome(
  stripe: Stripe,
  intentId: string,
  context: Context,
  refused?: Problem,
): Promise<ReadBackAnswer> {
  const intent = await retrieve(stripe, intentId);
  return intent.status === 'canceled' ? movedAnswer(intent, context) : undone(intent, context, refused);
}

/**
 * Whether a refund was made, found by the operation's id in its metadata. When Stripe refused it and it is not there
 * from an earlier asking, the refunds that are there are told.
 */
export async function refundOutcome(stripe: Stripe, intentId: string, seeking: Seeking): Promise<ReadBackAnswer> {
  const { refunds, at, complete } = await listRefunds(stripe, intentId, seeking.context);
  const found = refunds.find((refund) => refund.metadata?.psp_command_id === seeking.operationId);
  if (found !== undefined) return refundAnswer(found, at);
  const facts = refundFacts(refunds, at);
  if (seeking.refused !== undefined) return rejected(seeking.refused, { facts });
  return complete ? absent(facts) : unknown(problem('ambiguous', 'The payment has too many refunds to look through.'));
}

/** Every refund of a payment, released authorizations left out, and Stripe's time of the reading. */
export async function listRefunds(
  stripe: Stripe,
  intentId: string,
  context: Context,
): Promise<{ refunds: Stripe.Refund[]; at: string; complete: boolean }> {
  const refunds: Stripe.Refund[] = [];
  let at: string | undefined;
  let after: string | undefined;
  for (let pages = 0; pages < REFUND_PAGES; pages += 1) {
    const from = after === undefined ? {} : { starting_after: after };
    const page = await stripe.refunds.list({ payment_intent: intentId, limit: 100, ...from });
    refunds.push(...page.data.filter((refund) => !isRelease(refund)));
    // The first page's time: a refund may change while the others are read.
    at ??= answeredAt(page, context);
    after = page.data.at(-1)?.id;
    if (!page.has_more || after === undefined) return { refunds, at, complete: true };
  }
  return { refunds, at: at!, complete: false };
}

/** The payment intent with its latest charge. */
export function retrieve(stripe: Stripe, intentId: string): Promise<Stripe.Response<Stripe.PaymentIntent>> {
  return stripe.paymentIntents.retrieve(intentId, { expand: ['latest_charge'] });
}

function undone(intent: Stripe.Response<Stripe.PaymentIntent>, context: Context, refused?: Problem): ReadBackAnswer {
  const answer = refusedAnswer(refused ?? NOT_DONE, intent, context);
  return refused === undefined ? absent(answer.facts) : answer;
}

const NOT_DONE: Problem = { class: 'not_found', message: 'Stripe has not done it.' };
