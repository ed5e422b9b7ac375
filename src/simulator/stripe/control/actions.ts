/** What happens outside the API: a customer at the bank, a person in the dashboard, a bank that sends money back. */
import type { Call } from '../core/call.js';
import { invalidParameter, missing } from '../core/errors.js';
import type { Simulation } from '../core/simulation.js';
import { decideChallenge } from '../resources/attempts.js';
import { cancel, capture, expireAuthorization } from '../resources/captures.js';
import { findIntent } from '../resources/intents.js';
import type { Intent } from '../resources/intents.js';
import { bounceRefund, settleRefund } from '../resources/refund-ends.js';
import { createRefund } from '../resources/refunds.js';
import { SHELVES } from './action.js';
import type { Action, ActionParams } from './action.js';
import { ACCOUNT_ACTIONS } from './accounts.js';
import { BUYER_ACTIONS, decideOpen } from './buyer-actions.js';
import { TRANSFER_ACTIONS } from './transfer-actions.js';
import { WALLET_ACTIONS } from './wallet-actions.js';

export type { ActionParams } from './action.js';

const intentOf = (call: Call, params: ActionParams): Intent => findIntent(call, params.payment_intent ?? '');

/** Every action by name. */
const ACTIONS: Record<string, Action> = {
  ...ACCOUNT_ACTIONS,
  ...BUYER_ACTIONS,
  ...WALLET_ACTIONS,
  ...TRANSFER_ACTIONS,
  '3ds': { subjects: ['payment_intent'], run: decideOpen },
  capture: {
    subjects: ['payment_intent'],
    run: (call, params) =>
      capture(call, intentOf(call, params), {
        ...(params.amount === undefined ? {} : { amount_to_capture: Number(params.amount) }),
        ...(params.final_capture === undefined ? {} : { final_capture: params.final_capture }),
      }),
  },
  cancel: {
    subjects: ['payment_intent'],
    run: (call, params) => cancel(call, intentOf(call, params), 'requested_by_customer'),
  },
  expire_authorization: {
    subjects: ['payment_intent'],
    run: (call, params) => {
      const intent = intentOf(call, params);
      if (intent.status !== 'requires_capture')
        throw invalidParameter('payment_intent', `${intent.id} is ${intent.status}.`);
      expireAuthorization(call, intent.id);
      return intentOf(call, params);
    },
  },
  refund: {
    subjects: ['payment_intent'],
    run: (call, params) =>
      createRefund(call, {
        payment_intent: params.payment_intent ?? '',
        ...(params.amount === undefined ? {} : { amount: Number(params.amount) }),
        ...(params.reason === undefined ? {} : { reason: params.reason }),
      }),
  },
  bounce_refund: { subjects: ['refund'], run: (call, params) => bounceRefund(call, params.refund ?? '') },
  settle_refund: {
    subjects: ['refund'],
    run: (call, params) =>
      params.outcome === 'fail' ? bounceRefund(call, params.refund ?? '') : settleRefund(call, params.refund ?? ''),
  },
};

export const ACTION_NAMES: readonly string[] = Object.keys(ACTIONS);

/** Performs an action on whichever account owns the object. Throws ApiError like the API does; nothing stays then. */
export function act(sim: Simulation, name: string, params: ActionParams): object {
  const action = ACTIONS[name];
  if (!action) throw missing('action', name, 'name');
  const subject = action.subjects.find((each) => params[each] !== undefined);
  const expected = action.subjects.join(' or ');
  if (!subject) throw invalidParameter(action.subjects[0] ?? '', `Give ${expected}.`, 'parameter_missing');
  const given = String(params[subject]);
  const found = sim.store.find(SHELVES[subject], given);
  if (!found) throw missing(subject, given, subject);
  const tx = sim.store.begin();
  const result = action.run(sim.call(tx, found.account), params);
  tx.commit();
  sim.wake();
  return result;
}

/** The decision of a customer on the bank's page. Deciding again changes nothing. */
export function decide(sim: Simulation, attemptId: string, outcome: 'succeed' | 'fail'): Intent | undefined {
  const found = sim.store.find('attempts', attemptId);
  if (!found) return undefined;
  const tx = sim.store.begin();
  const intent = decideChallenge(sim.call(tx, found.account), attemptId, outcome);
  tx.commit();
  sim.wake();
  return intent;
}
