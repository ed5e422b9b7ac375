/** Reads the truth back: what is so with a payment now, and whether an operation without an answer happened. */
import type Stripe from 'stripe';
import type { Context, Parameters, PaymentHandle, ReadBackAnswer, ReadBackRequest } from '../../kit/index.js';
import { completed, problem, unknown } from '../../kit/index.js';
import { answeredAt, initializeAnswer } from './answers.js';
import { arrivedFor, transferDetails, transferFacts } from './bank-transfer.js';
import { cashRefunds, findRefunds } from './cash-refunds.js';
import type { Reach } from './client.js';
import { disputeDetails, disputeFact, listDisputes } from './disputes.js';
import { confirmOutcome } from './confirm.js';
import type { ConfirmParameters } from './confirm.js';
import { classify } from './errors.js';
import {
  chargeDetails,
  chargeOf,
  waitingDetails,
  intentFacts,
  intentReferences,
  isOver,
  lineTime,
  refundDetails,
  refundReferences,
} from './facts.js';
import { bookings, feeTold } from './fees.js';
import { absent, cancelOutcome, captureOutcome, listRefunds, refundOutcome, retrieve } from './outcome.js';
import type { InitializeParameters } from './initialize.js';
import { readSettings } from './settings.js';
import { isWhole, presentAnswer, refundFacts } from './split-refunds.js';
import type { CancelParameters, CaptureParameters, RefundParameters } from './payments.js';

/** How far before the asking a created intent is looked for: clocks differ. */
const CLOCK_DIFFERENCE_S = 300;
/** Pages of a hundred intents that are looked through. */
const INTENT_PAGES = 10;

type Operation = NonNullable<ReadBackRequest['operation']>;

/** Makes readBack. It never throws: when Stripe gives no answer the answer is unknown and not absent. */
export function createReadBack(reach: Reach) {
  return async (request: ReadBackRequest, context: Context): Promise<ReadBackAnswer> => {
    const { payment, operation } = request;
    try {
      const reading = reach
        .client(context)
        .then((stripe) =>
          operation === undefined ? paymentTruth(stripe, payment, context) : operationTruth(stripe, operation, context),
        );
      return await reach.within(reading);
    } catch (error) {
      const { problem: why, requestId } = classify(error);
      context.log('stripe.read_back_failed', { paymentId: payment.paymentId, class: why.class, requestId });
      return unknown(why);
    }
  };
}

/** Everything Stripe says of a payment: its refunds, transfers that arrived, disputes and what Stripe keeps. */
async function paymentTruth(stripe: Stripe, payment: PaymentHandle, context: Context): Promise<ReadBackAnswer> {
  const [intent, { refunds, at }] = await Promise.all([
    retrieveBooked(stripe, payment.transactionId),
    listRefunds(stripe, payment.transactionId, context),
  ]);
  const charge = chargeOf(intent);
  const [arrived, disputes, booked, ownRefunds] = await Promise.all([
    arrivedFor(stripe, intent),
    listDisputes(stripe, charge),
    bookings(stripe, charge),
    cashRefunds(stripe, payment, refunds),
  ]);
  const fee = feeTold(charge, booked);
  const given = [...refunds, ...ownRefunds];
  const facts = [
    ...intentFacts(intent, answeredAt(intent, context)),
    ...transferFacts(intent, arrived, readSettings(context.tenant.settings)),
    ...refundFacts(given, at),
    ...disputes.map((dispute) => disputeFact(dispute, at)),
    ...fee.facts,
  ];
  return completed(facts, {
    at: lineTime(answeredAt(intent, context), isOver(intent)),
    references: [...intentReferences(intent), ...given.flatMap((refund) => refundReferences(refund).slice(1))],
    details: {
      ...chargeDetails(charge),
      ...waitingDetails(intent),
      ...transferDetails(intent, arrived),
      ...Object.assign({}, ...disputes.map(disputeDetails), ...given.map(refundDetails)),
      ...fee.details,
    },
  });
}

/** The intent with its charge's booking. A restricted key may lack the right to read bookings, which tell only fees. */
async function retrieveBooked(stripe: Stripe, intentId: string): Promise<Stripe.Response<Stripe.PaymentIntent>> {
  try {
    return await stripe.paymentIntents.retrieve(intentId, { expand: ['latest_charge.balance_transaction'] });
  } catch (error) {
    if (classify(error).problem.class !== 'permission') throw error;
    return retrieve(stripe, intentId);
  }
}

function operationTruth(stripe: Stripe, operation: Operation, context: Context): Promise<ReadBackAnswer> {
  const { kind, id: operationId, parameters } = operation;
  if (typeof parameters.refusal === 'string') return Promise.resolve(absent());
  switch (kind) {
    case 'capture':
      return captureOutcome(stripe, parameters as CaptureParameters, { operationId, context });
    case 'cancel':
      return cancelOutcome(stripe, (parameters as CancelParameters).intent, context);
    case 'refund':
      return refundTruth(stripe, parameters as RefundParameters, operation, context);
    case 'confirm':
      return confirmOutcome(stripe, parameters as ConfirmParameters, context);
    case 'initialize':
    case 'update':
      return findIntent(stripe, operation, context);
    default:
      return Promise.resolve(unknown(problem('bug', `Stripe cannot be asked about ${kind}.`)));
  }
}

/** A refund may have gone out of the customer's cash balance, where the payment does not list it. */
async function refundTruth(stripe: Stripe, wanted: RefundParameters, operation: Operation, context: Context) {
  const seeking = { operationId: operation.id, context };
  const made = wanted.customer === undefined ? [] : await findRefunds(stripe, operation.id, operation.askedAt);
  if (made.length === 0) return refundOutcome(stripe, wanted.intent, seeking);
  // One half without the other: asking anew makes what is missing.
  return isWhole(made) ? presentAnswer(stripe, made, context) : absent();
}

/**
 * Finds the intent an operation made or changed, by the operation's id in its metadata. The list is used, because
 * Stripe's search may lag behind: https://docs.stripe.com/search#data-freshness
 */
async function findIntent(stripe: Stripe, operation: Operation, context: Context): Promise<ReadBackAnswer> {
  const { existing } = operation.parameters as Parameters & InitializeParameters;
  const isOurs = (intent: Stripe.PaymentIntent) => intent.metadata.psp_command_id === operation.id;
  if (existing !== undefined) {
    const intent = await retrieve(stripe, existing);
    if (isOurs(intent)) return initializeAnswer(intent, context);
  }
  const since = Math.floor(Date.parse(operation.askedAt) / 1000) - CLOCK_DIFFERENCE_S;
  let after: string | undefined;
  for (let pages = 0; pages < INTENT_PAGES; pages += 1) {
    const from = after === undefined ? {} : { starting_after: after };
    const page = await stripe.paymentIntents.list({ created: { gte: since }, limit: 100, ...from });
    const found = page.data.find(isOurs);
    if (found !== undefined) return initializeAnswer(await retrieve(stripe, found.id), context);
    after = page.data.at(-1)?.id;
    if (!page.has_more || after === undefined) return absent();
  }
  return unknown(problem('ambiguous', 'Too many payments to look through.'));
}
