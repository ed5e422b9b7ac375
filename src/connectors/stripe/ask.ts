/** The frame around every asking: a client, a time limit, errors turned into answers, one line in the log. */
import type Stripe from 'stripe';
import type { Answer, Asking, Context } from '../../kit/index.js';
import { KEY_TRUST_MS } from './api.js';
import type { Reach } from './client.js';
import { classify, failureAnswer } from './errors.js';

/** Runs one asking. Never throws: whatever Stripe or the network does becomes an answer. */
export type Ask = (
  verb: string,
  asking: Asking,
  context: Context,
  work: (stripe: Stripe) => Promise<Answer>,
) => Promise<Answer>;

/** Makes the frame. A failed asking leaves one line with Stripe's request id, so that it can be found there. */
export function createAsk(reach: Reach): Ask {
  return async (verb, asking, context, work) => {
    try {
      return await reach.within(reach.client(context).then(work));
    } catch (error) {
      const failure = classify(error);
      const { problem, requestId } = failure;
      const { operationId } = asking;
      context.log('stripe.refused', { verb, operationId, class: problem.class, code: problem.code, requestId });
      return failureAnswer(failure);
    }
  };
}

/** Whether Stripe may have forgotten the idempotency key, so that we must look before we ask again. */
export function isKeyOld(asking: Asking, context: Context): boolean {
  return context.clock.now() - Date.parse(asking.askedAt) > KEY_TRUST_MS;
}
