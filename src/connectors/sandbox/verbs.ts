/** The verbs of the sandbox: what each asks for, what it would do, and why it may be refused whatever the outcome. */
import type {
  Asking, CancelRequest, CaptureRequest, ConfirmRequest, Context, InitializeRequest, Parameters, PaymentHandle, Problem,
  ReadBackAnswer, ReadBackRequest, RefundRequest, Reference, Verb,
} from '../../kit/index.js'; // prettier-ignore
import { completed, problem, rejected, unknown } from '../../kit/index.js';
import { paymentIdOf, realIdOf, refundIdOf } from './ids.js';
import type { OutcomeName, SandboxVerb } from './outcomes.js';
import { outcomeOf } from './outcomes.js';
import type { Effect } from './play.js';
import { answerTo, readBackOf } from './play.js';
import { isAble } from './settings.js';

/** What the sandbox is sent. The outcome is chosen here, so that a replay ends as the first asking would have. */
type Sent = {
  verb: Exclude<SandboxVerb, 'authorize' | 'transfer' | 'reverseTransfer'>;
  outcome: OutcomeName;
  /** Empty for a payment that is new to the sandbox. */
  transactionId: string;
  amount: number;
  /** State of the payment when this was prepared, in minor units. */
  authorized: number;
  captured: number;
  refunded: number;
  multipleCaptures: boolean;
  /** No capture follows: what is left is released. */
  last?: boolean;
  reason: string;
  /** Confirm only: why the payment is not what the order needs. */
  mismatch?: string;
};

export const initialize: Verb<InitializeRequest> = {
  prepare(request, context) {
    const handle = request.existing;
    const amount = request.order.grandTotal;
    return send({ verb: 'initialize', amount, ...(handle === undefined ? {} : { handle }) }, context);
  },
  ask,
};

export const capture: Verb<CaptureRequest> = {
  prepare({ amount, payment: handle, last }, context) {
    return { ...send({ verb: 'capture', amount, handle }, context), ...(last === undefined ? {} : { last }) };
  },
  ask,
};

export const cancel: Verb<CancelRequest> = {
  prepare({ payment, reason }, context) {
    return send({ verb: 'cancel', amount: payment.amount, handle: payment, reason }, context);
  },
  ask,
};

export const refund: Verb<RefundRequest> = {
  prepare({ payment, amount, reason }, context) {
    return send({ verb: 'refund', amount, handle: payment, ...(reason === undefined ? {} : { reason }) }, context);
  },
  ask,
};

export const confirm: Verb<ConfirmRequest> = {
  prepare({ payment, order }, context) {
    const sent = send({ verb: 'confirm', amount: order.grandTotal, handle: payment }, context);
    if (order.grandTotal === payment.amount && order.currency === payment.currency) return sent;
    const [is, needed] = [`${payment.amount} ${payment.currency}`, `${order.grandTotal} ${order.currency}`];
    return { ...sent, mismatch: `The payment is for ${is}, but the order is for ${needed}` };
  },
  ask,
};

/**
 * What became of an operation, from its stored parameters. Without an operation there is nothing to tell: the
 * sandbox keeps no payments, so the answer is complete and empty.
 */
export async function readBack(request: ReadBackRequest, context: Context): Promise<ReadBackAnswer> {
  if (!isAble(context.tenant.settings, 'readBack')) {
    return unknown(problem('permission', 'Reading back is switched off: set capabilities.readBack to true'));
  }
  if (request.operation === undefined) return completed([], { references: [] });
  const { id, parameters, askedAt } = request.operation;
  const sent = parameters as unknown as Sent;
  const refusal = refusalOf(sent);
  if (refusal !== undefined) return rejected(refusal);
  return readBackOf({ verb: sent.verb, outcome: sent.outcome, askedAt, effect: effectOf(sent, id) }, context);
}

async function ask(asking: Asking, context: Context) {
  const sent = asking.parameters as unknown as Sent;
  const refusal = refusalOf(sent);
  if (refusal !== undefined) return rejected(refusal);
  const effect = effectOf(sent, asking.operationId);
  return answerTo({ verb: sent.verb, outcome: sent.outcome, askedAt: asking.askedAt, effect }, context);
}

function send(
  wanted: { verb: Sent['verb']; amount: number; handle?: PaymentHandle; reason?: string },
  context: Context,
): Parameters {
  const { verb, amount, handle, reason = '' } = wanted;
  const { settings } = context.tenant;
  const sent: Sent = {
    verb,
    outcome: outcomeOf(verb, amount, settings),
    transactionId: handle?.transactionId ?? '',
    amount,
    authorized: handle?.amount ?? 0,
    captured: handle?.captured ?? 0,
    refunded: handle?.refunded ?? 0,
    multipleCaptures: isAble(settings, 'multipleCaptures'),
    reason,
  };
  return sent;
}

/** A PSP refuses what makes no sense before anything else happens. */
function refusalOf(sent: Sent): Problem | undefined {
  const { verb, amount, authorized, captured, refunded } = sent;
  if (sent.mismatch !== undefined) return problem('rejected', sent.mismatch, 'amount_mismatch');
  if (amount <= 0) return problem('rejected', `Amount ${amount} is not above zero`, 'amount_too_small');
  if (verb === 'capture' && captured + amount > authorized) {
    const text = `Amount ${amount} is more than the ${authorized - captured} that are left to capture`;
    return problem('rejected', text, 'amount_too_large');
  }
  if (verb === 'refund' && refunded + amount > captured) {
    const text = `Amount ${amount} is more than the ${captured - refunded} that are left to refund`;
    return problem('rejected', text, 'amount_too_large');
  }
  if (verb === 'cancel' && captured >= authorized) {
    return problem('already', 'Everything is captured already, so nothing is left to cancel', 'already_captured');
  }
  return undefined;
}

function effectOf(sent: Sent, operationId: string): Effect {
  switch (sent.verb) {
    case 'initialize':
      return initializeEffect(sent, operationId);
    case 'capture':
      return captureEffect(sent, operationId);
    case 'cancel':
      return cancelEffect(sent, operationId);
    case 'refund':
      return refundEffect(sent, operationId);
    case 'confirm':
      return { done: () => [], waiting: () => [], failed: () => [], references: paymentReference(sent) };
  }
}

function initializeEffect(sent: Sent, operationId: string): Effect {
  const temporary = sent.outcome === 'temporary_id';
  const id = sent.transactionId === '' ? paymentIdOf(operationId, temporary) : realIdOf(sent.transactionId);
  return {
    done: () => [],
    waiting: () => [],
    failed: () => [],
    references: [{ kind: 'payment', id }],
    session: { transactionId: id },
    details: { 'Sandbox payment': id },
  };
}

function captureEffect(sent: Sent, operationId: string): Effect {
  const taken = sent.captured + sent.amount;
  const final = !sent.multipleCaptures || sent.last === true || taken >= sent.authorized;
  return {
    done: (at) => [{ kind: 'captured', amount: taken, final, at }],
    waiting: () => [],
    failed: (at) => [{ kind: 'capture_failed', reason: 'The sandbox failed to capture', operationId, at }],
    references: paymentReference(sent),
  };
}

/** After a partial capture only the rest is released, and what was taken is all that will be taken. */
function cancelEffect(sent: Sent, operationId: string): Effect {
  const cause = sent.reason === 'abandoned' ? 'abandoned' : 'requested';
  return {
    done: (at) =>
      sent.captured > 0
        ? [{ kind: 'captured', amount: sent.captured, final: true, at }]
        : [{ kind: 'canceled', cause, at }],
    waiting: () => [],
    failed: (at) => [{ kind: 'cancel_failed', reason: 'The sandbox failed to cancel', operationId, at }],
    references: paymentReference(sent),
  };
}

function refundEffect(sent: Sent, operationId: string): Effect {
  const refundId = refundIdOf(operationId, sent.amount);
  const fact = { kind: 'refund', refundId, amount: sent.amount, operationId } as const;
  return {
    done: (at) => [{ ...fact, status: 'succeeded', at }],
    waiting: (at) => [{ ...fact, status: 'pending', at }],
    failed: (at) => [{ ...fact, status: 'failed', reason: 'The sandbox failed to refund', at }],
    references: [...paymentReference(sent), { kind: 'refund', id: refundId, parent: realIdOf(sent.transactionId) }],
    refundId,
  };
}

/** Told with every answer: it is how a temporary id becomes the real one. */
function paymentReference(sent: Sent): Reference[] {
  return [{ kind: 'payment', id: realIdOf(sent.transactionId) }];
}
