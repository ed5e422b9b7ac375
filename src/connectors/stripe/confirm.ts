/**
 * The verb confirm: a payment that was begun before its order gets it. Stripe has to say that the intent is ours, not
 * canceled, and of the order's amount and currency; only then the order's reference is written there.
 */
import type Stripe from 'stripe';
import type { Answer, Context, ConfirmRequest, Json, Parameters, Problem, ReadBackAnswer } from '../../kit/index.js';
import type { Verb } from '../../kit/index.js';
import { completed, problem, rejected } from '../../kit/index.js';
import { amountText, toStripeAmount } from './amounts.js';
import { canceledAlreadyAnswer, movedAnswer, refusal } from './answers.js';
import type { Ask } from './ask.js';
import { classify } from './errors.js';
import { intentReferences } from './facts.js';
import { metadataOf, paymentMetadata, transferGroup } from './metadata.js';
import { readSettings } from './settings.js';
import { absent, retrieve } from './outcome.js';

/** What is stored: what the intent must be, and the exact body of its change. */
export type ConfirmParameters = {
  refusal?: string;
  intent: string;
  paymentId: string;
  /** In Stripe's units. */
  amount: number;
  currency: string;
  orderReference: string;
  body: { [key: string]: Json };
};

type Intent = Stripe.Response<Stripe.PaymentIntent>;

/** Makes the verb; `ask` keeps time and turns errors into answers. A repeat writes the same once more. */
export function confirmVerb(ask: Ask): Verb<ConfirmRequest> {
  return {
    prepare: prepareConfirm,
    ask: (asking, context) =>
      ask('confirm', asking, context, async (stripe) => {
        const wanted = asking.parameters as ConfirmParameters;
        if (wanted.refusal !== undefined) return refusal(wanted.refusal);
        const no = refusedBy(await retrieve(stripe, wanted.intent), wanted, context);
        if (no !== undefined) return no;
        const named = await nameOrder(stripe, wanted, asking.idempotencyKey, context);
        return refusedBy(named, wanted, context) ?? linkedAnswer(named, context);
      }),
  };
}

/**
 * Writes the order's reference. Stripe takes less and less of a payment that is over; money does not depend on what is
 * written there, so its no is taken for what it is and the payment is looked at once more.
 */
async function nameOrder(
  stripe: Stripe,
  { intent, body }: ConfirmParameters,
  idempotencyKey: string,
  context: Context,
): Promise<Intent> {
  try {
    return await stripe.paymentIntents.update(intent, body as Stripe.PaymentIntentUpdateParams, { idempotencyKey });
  } catch (error) {
    const { definitive, problem: why, requestId } = classify(error);
    if (!definitive) throw error;
    context.log('stripe.order_not_named', { class: why.class, code: why.code, requestId });
    return retrieve(stripe, intent);
  }
}

/** Whether the order stands at Stripe by now; asked when the answer was lost and the key is too old to repeat. */
export async function confirmOutcome(
  stripe: Stripe,
  wanted: ConfirmParameters,
  context: Context,
): Promise<ReadBackAnswer> {
  const intent = await retrieve(stripe, wanted.intent);
  if (intent.metadata.order_reference !== wanted.orderReference) return absent();
  return refusedBy(intent, wanted, context) ?? linkedAnswer(intent, context);
}

/** The facts of the payment go along: nobody has heard of them, because there was no order. */
function linkedAnswer(intent: Intent, context: Context): Answer {
  const { answer: _answer, facts, ...about } = movedAnswer(intent, context);
  return completed(facts, about);
}

/** Why this intent cannot be the payment of the order; undefined when it can. */
function refusedBy(intent: Intent, wanted: ConfirmParameters, context: Context): Answer | undefined {
  const { metadata, status, amount, currency } = intent;
  if (metadata.psp_payment_id !== wanted.paymentId || metadata.psp_tenant !== context.tenant.hash) {
    return rejected(problem('rejected', 'The payment intent does not belong to this payment.', 'not_ours'));
  }
  if (status === 'canceled') return canceledAlreadyAnswer(intent, context);
  if (amount === wanted.amount && currency === wanted.currency) return undefined;
  return rejected(otherAmount(intent, wanted), { references: intentReferences(intent) });
}

function otherAmount(intent: Intent, wanted: ConfirmParameters): Problem {
  const [is, needed] = [amountText(intent.amount, intent.currency), amountText(wanted.amount, wanted.currency)];
  return problem('rejected', `The payment is for ${is}, but the order is for ${needed}.`, 'amount_mismatch');
}

function prepareConfirm({ payment, operationId, order }: ConfirmRequest, context: Context): Parameters {
  const amount = toStripeAmount(order.grandTotal, order.currency);
  if ('refusal' in amount) return { refusal: amount.refusal };
  const { paymentId, transactionId } = payment;
  const orderReference = order.orderReference ?? '';
  const own = paymentMetadata({ paymentId, operationId, orderReference }, context);
  const { businessModel } = readSettings(context.tenant.settings);
  return {
    intent: transactionId,
    paymentId,
    amount: amount.amount,
    currency: order.currency.toLowerCase(),
    orderReference,
    body: {
      description: `Order ${orderReference}`,
      payment_details: { order_reference: orderReference },
      ...(businessModel === 'marketplace' ? { transfer_group: transferGroup(orderReference, context) } : {}),
      metadata: metadataOf(own, {}, context),
      expand: ['latest_charge'],
    },
  };
}
