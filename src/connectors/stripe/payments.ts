/** The verbs that move money: capture, cancel and refund. */
import type Stripe from 'stripe';
import type {
  Answer,
  CancelRequest,
  CaptureRequest,
  Context,
  Json,
  Parameters,
  Problem,
  RefundRequest,
} from '../../kit/index.js';
import type { Verb } from '../../kit/index.js';
import { toStripeAmount } from './amounts.js';
import { movedAnswer, refundAnswer, refusal } from './answers.js';
import type { Ask } from './ask.js';
import { isKeyOld } from './ask.js';
import { customerOf, findRefunds, fromCash, surplusOf } from './cash-refunds.js';
import { classify } from './errors.js';
import { chargeOf } from './facts.js';
import { metadataOf, paymentMetadata } from './metadata.js';
import { cancelOutcome, captureOutcome, refundOutcome, retrieve } from './outcome.js';
import { isWhole, presentAnswer, refundInHalves } from './split-refunds.js';

/** What is stored for each verb: the id of the intent where the address needs it, and the exact body. */
export type CaptureParameters = {
  refusal?: string;
  intent: string;
  /** Taken before, in Stripe's units: a capture is done when more than that is taken. */
  capturedBefore: number;
  body: { amount_to_capture: number; [key: string]: Json };
};
export type CancelParameters = { intent: string; body: { [key: string]: Json } };
export type RefundParameters = {
  refusal?: string;
  intent: string;
  /** The order's own customer, when it has one: its cash balance may hold a surplus, which goes back first. */
  customer?: string;
  body: { [key: string]: Json };
};

/** Reasons Stripe takes; any other is kept in the refund's metadata. */
const REFUND_REASONS: ReadonlySet<string> = new Set(['duplicate', 'fraudulent', 'requested_by_customer']);

/** Takes reserved money. The amount is always said; what is not taken goes back unless more captures may follow. */
export function captureVerb(ask: Ask): Verb<CaptureRequest> {
  return {
    prepare: prepareCapture,
    ask: (asking, context) =>
      ask('capture', asking, context, async (stripe) => {
        const wanted = asking.parameters as CaptureParameters;
        if (wanted.refusal !== undefined) return refusal(wanted.refusal);
        const { idempotencyKey, operationId } = asking;
        if (isKeyOld(asking, context)) {
          const seen = await captureOutcome(stripe, wanted, { operationId, context });
          if (seen.absent !== true) return seen;
        }
        const { intent } = wanted;
        try {
          const part = await captureBody(stripe, wanted);
          return movedAnswer(await stripe.paymentIntents.capture(intent, part, { idempotencyKey }), context);
        } catch (error) {
          return afterRefusal(error, (refused) => captureOutcome(stripe, wanted, { operationId, context, refused }));
        }
      }),
  };
}

/**
 * A capture is announced as one of several only when the charge allows several; Stripe refuses it otherwise. What is
 * then not captured goes back: https://docs.stripe.com/payments/multicapture
 */
async function captureBody(
  stripe: Stripe,
  { intent, body }: CaptureParameters,
): Promise<Stripe.PaymentIntentCaptureParams> {
  if (body.final_capture !== false) return body;
  const card = chargeOf(await retrieve(stripe, intent))?.payment_method_details?.card;
  if (card?.multicapture?.status === 'available') return body;
  const { final_capture: _several, ...single } = body;
  return single as Stripe.PaymentIntentCaptureParams;
}

/** Releases reserved money, or closes a payment that was never paid. */
export function cancelVerb(ask: Ask): Verb<CancelRequest> {
  return {
    prepare: ({ payment, reason }): Parameters => ({
      intent: payment.transactionId,
      body: { cancellation_reason: reason, expand: ['latest_charge'] },
    }),
    ask: (asking, context) =>
      ask('cancel', asking, context, async (stripe) => {
        const { intent, body } = asking.parameters as CancelParameters;
        const { idempotencyKey } = asking;
        try {
          return movedAnswer(await stripe.paymentIntents.cancel(intent, body, { idempotencyKey }), context);
        } catch (error) {
          return afterRefusal(error, (refused) => cancelOutcome(stripe, intent, context, refused));
        }
      }),
  };
}

/** Gives taken money back. */
export function refundVerb(ask: Ask): Verb<RefundRequest> {
  return {
    prepare: prepareRefund,
    ask: (asking, context) =>
      ask('refund', asking, context, async (stripe) => {
        const wanted = asking.parameters as RefundParameters;
        if (wanted.refusal !== undefined) return refusal(wanted.refusal);
        const { intent, customer } = wanted;
        const { idempotencyKey, operationId, askedAt } = asking;
        const made = customer === undefined ? [] : await findRefunds(stripe, operationId, askedAt);
        if (isWhole(made)) return await presentAnswer(stripe, made, context);
        if (made.length === 0 && isKeyOld(asking, context)) {
          const seen = await refundOutcome(stripe, intent, { operationId, context });
          if (seen.absent !== true) return seen;
        }
        try {
          return await createRefund(stripe, wanted, { idempotencyKey, made: made[0] });
        } catch (error) {
          const failure = classify(error);
          if (!failure.definitive) throw error;
          return refundOutcome(stripe, intent, { operationId, context, refused: failure.problem });
        }
      }),
  };
}

/**
 * A surplus that holds the whole amount goes back before the payment itself does. Both ways use one key, so that a
 * repeat that saw another balance is refused by Stripe instead of paid twice. `made` is half of it, from before.
 */
async function createRefund(
  stripe: Stripe,
  wanted: RefundParameters,
  how: { idempotencyKey: string; made: Stripe.Refund | undefined },
): Promise<Answer> {
  const { body, customer } = wanted;
  const { idempotencyKey, made } = how;
  if (customer !== undefined) {
    const both = { ...wanted, customer };
    if (made !== undefined) return refundInHalves(stripe, both, { idempotencyKey, ofSurplus: 0, made });
    const surplus = await surplusOf(stripe, customer, String(body.currency));
    if (surplus >= Number(body.amount)) {
      return refundAnswer(await stripe.refunds.create(fromCash(body, customer), { idempotencyKey }));
    }
    const ofSurplus = await surplusPart(stripe, wanted, surplus);
    if (ofSurplus > 0) return refundInHalves(stripe, both, { idempotencyKey, ofSurplus });
  }
  const { currency: _currency, ...ofCharge } = body;
  return refundAnswer(await stripe.refunds.create(ofCharge as Stripe.RefundCreateParams, { idempotencyKey }));
}

/** What the payment alone does not hold, in Stripe's units; 0 when it holds all of it, or both together too little. */
async function surplusPart(stripe: Stripe, wanted: RefundParameters, surplus: number): Promise<number> {
  const amount = Number(wanted.body.amount);
  if (surplus <= 0 || surplus >= amount) return 0;
  const charge = chargeOf(await retrieve(stripe, wanted.intent));
  const left = (charge?.amount_captured ?? 0) - (charge?.amount_refunded ?? 0);
  return amount > left && amount <= left + surplus ? surplus : 0;
}

/** A payment in the wrong state may be in the right one already: look, and answer by what is so. */
async function afterRefusal(error: unknown, look: (refused: Problem) => Promise<Answer>): Promise<Answer> {
  const failure = classify(error);
  if (failure.problem.class !== 'already') throw error;
  return look(failure.problem);
}

function prepareCapture({ payment, operationId, amount, last = true }: CaptureRequest): Parameters {
  const toCapture = toStripeAmount(amount, payment.currency);
  const before = toStripeAmount(payment.captured, payment.currency);
  if ('refusal' in toCapture) return { refusal: toCapture.refusal };
  if ('refusal' in before) return { refusal: before.refusal };
  return {
    intent: payment.transactionId,
    capturedBefore: before.amount,
    body: {
      amount_to_capture: toCapture.amount,
      ...(last ? {} : { final_capture: false }),
      metadata: { psp_command_id: operationId },
      expand: ['latest_charge'],
    },
  };
}

function prepareRefund(request: RefundRequest, context: Context): Parameters {
  const { payment, operationId, amount, itemIds, reason = '' } = request;
  const toRefund = toStripeAmount(amount, payment.currency);
  if ('refusal' in toRefund) return { refusal: toRefund.refusal };
  const customer = customerOf(payment);
  const own = {
    ...paymentMetadata({ paymentId: payment.paymentId, operationId, orderReference: payment.orderReference }, context),
    psp_refund_id: operationId,
    item_ids: itemIds.join(','),
    psp_reason: REFUND_REASONS.has(reason) ? '' : reason,
    psp_transaction_id: customer === undefined ? '' : payment.transactionId,
  };
  return {
    intent: payment.transactionId,
    ...(customer === undefined ? {} : { customer }),
    body: {
      payment_intent: payment.transactionId,
      amount: toRefund.amount,
      ...(customer === undefined ? {} : { currency: payment.currency.toLowerCase() }),
      ...(REFUND_REASONS.has(reason) ? { reason } : {}),
      metadata: metadataOf(own, {}, context),
    },
  };
}
