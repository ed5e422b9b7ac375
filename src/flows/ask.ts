/**
 * Ask: the beat between begin and settle. Sends a stored operation to the PSP exactly as it was stored, and settles
 * whatever comes back. The same for a first asking, one after a crash, and one after a lost answer.
 */
import { AppError } from '../domain/errors.js';
import type { Payment, PaymentFile } from '../domain/payment.js';
import { endReason } from '../domain/pre-order.js';
import type { Settlement } from '../domain/settlement.js';
import type { Tenant } from '../domain/tenant.js';
import type { Answer, Connector, Parameters, Verb } from '../kit/connector.js';
import { isUniqueViolation } from '../storage/database.js';
import type { Claimed } from '../storage/inbox.js';
import type { Operation } from '../storage/operations.js';
import { contextOf, type App } from './app.js';
import { newsOf, settle } from './beats.js';

/** How long a shop waits for an answer; the asking itself goes on and is settled when it ends. */
export const INTERACTIVE_BUDGET_MS = 12_000;

/** PSPs forget keys after a day; before that an old asking is read back instead of repeated. */
const KEY_LIFE_MS = 20 * 3_600_000;

/** True while asking once more with the operation's key brings what its first asking brought. */
export function isKeyGood(app: App, { keySpent, keyedAt, askedAt }: Operation): boolean {
  return !keySpent && app.clock.now() - new Date(keyedAt ?? askedAt).getTime() < KEY_LIFE_MS;
}

export interface Asked {
  answer: Answer;
  settlement: Settlement;
}

/**
 * Asks and settles. Undefined when this process is asking this operation already. Safe to repeat: the key and the
 * parameters are the stored ones, and a settled operation stays settled.
 */
export async function askAndSettle(
  app: App,
  tenant: Tenant,
  operation: Operation,
  inbox?: { row: Claimed; result: string },
): Promise<Asked | undefined> {
  if (app.asking.has(operation.id)) return undefined;
  app.asking.add(operation.id);
  try {
    const answer = await askOnce(app, tenant, operation);
    return await settleAnswer(app, tenant, operation, { answer, ...(inbox === undefined ? {} : { inbox }) });
  } finally {
    app.asking.delete(operation.id);
  }
}

/** Settles an answer, however it was got. */
export async function settleAnswer(
  app: App,
  tenant: Tenant,
  operation: Operation,
  got: { answer: Answer; source?: string; inbox?: { row: Claimed; result: string } },
): Promise<Asked> {
  const { answer, inbox } = got;
  warnOf(app, operation, answer);
  const patch = await patchOf(app, tenant, operation, answer);
  const news = (file: PaymentFile) => ({
    ...newsOf(operation, answer, endReason(file.payment, operation.kind)),
    ...inItsRound(file, operation, patch),
  });
  const options = {
    source: got.source ?? 'answer',
    operation: { id: operation.id, askings: operation.askings, keySpent: answer.keySpent === true },
    ...(operation.correlationId === undefined ? {} : { correlationId: operation.correlationId }),
    ...(inbox === undefined ? {} : { inbox }),
  };
  try {
    const { settlement } = await settle(app, tenant, { id: operation.paymentId ?? '' }, { news, options });
    return { answer, settlement };
  } catch (error) {
    if (operation.kind !== 'confirm' || !isUniqueViolation(error, 'payments_order')) throw error;
    // Two payments were confirmed for one order at the same moment: this one came second and stays without.
    return settleAnswer(app, tenant, operation, { ...got, answer: { ...answer, ...ORDER_TAKEN } });
  }
}

const ORDER_TAKEN = {
  answer: 'rejected',
  problem: { class: 'rejected', message: 'The order has another payment.' },
} as const;

/** Problems that no repetition heals: somebody has to look at the settings, or at us. */
const ALARMING: ReadonlySet<string> = new Set(['credential', 'permission', 'bug']);

/** A line for the operator's alarms. What was asked waits and is not failed by it, unless the PSP said no. */
export function warnOf(app: App, operation: Operation, { answer, problem }: Pick<Answer, 'answer' | 'problem'>): void {
  const { tenantId: tenant, paymentId: payment, id, kind } = operation;
  if (problem === undefined || !ALARMING.has(problem.class)) return;
  const { class: problemClass, code, message } = problem;
  const about = { tenant, payment, operation: id, kind, answer, problem: problemClass, code, message };
  app.log.error('the PSP needs attention', about);
}

/**
 * Waits for an asking as long as a shop may be kept waiting. Throws `psp_silent` when it takes longer; what it brings
 * is settled all the same.
 */
export async function withinBudget<T>(app: App, asking: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  let isLate = false;
  const tooLong = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      isLate = true;
      reject(new AppError('psp_silent'));
    }, INTERACTIVE_BUDGET_MS);
  });
  // In time it is the caller's to answer; afterwards nobody else would hear of it.
  asking.catch((error: unknown) => {
    if (isLate) app.log.error('asking failed', { error });
  });
  try {
    return await Promise.race([asking, tooLong]);
  } finally {
    clearTimeout(timer);
  }
}

/** One asking. Whatever goes wrong on our side of the wire leaves the outcome unknown. */
async function askOnce(app: App, tenant: Tenant, operation: Operation): Promise<Answer> {
  const { parameters, idempotencyKey, id: operationId, askedAt } = operation;
  try {
    const connector = await app.connector(operation.connector);
    const verb = verbOf(connector, operation);
    const asking = { parameters: parameters as Parameters, idempotencyKey, operationId, askedAt };
    return await verb.ask(asking, contextOf(app, tenant));
  } catch (error) {
    app.log.error('connector failed', { tenant: tenant.id, operation: operationId, error });
    const problem = { class: 'ambiguous' as const, message: 'The payment service provider did not answer' };
    return { answer: 'unknown', facts: [], references: [], problem };
  }
}

function verbOf(connector: Connector, { kind }: Operation): Verb<never> {
  if (kind === 'initialize' || kind === 'update') return connector.initialize;
  if (kind === 'confirm' && connector.confirm !== undefined) return connector.confirm;
  if (kind === 'abandon' || kind === 'withdraw') return connector.cancel;
  if (kind === 'reverse' || kind === 'return') return connector.refund;
  if (kind === 'collect' || kind === 'close') return connector.capture;
  if (kind === 'capture' || kind === 'cancel' || kind === 'refund') return connector[kind];
  throw new Error(`Ask for ${kind}: not an operation on a payment`);
}

/**
 * A changed payment that became another one at the PSP begins a new round: what was told of the former one, first of
 * all that it is canceled, says nothing about this one.
 */
function inItsRound({ payment: known }: PaymentFile, { kind }: Operation, patch: Patch): Patch {
  const { payment } = patch;
  const isAnother = kind === 'update' && payment?.transactionId !== undefined && known.transactionId !== undefined;
  if (!isAnother || payment.transactionId === known.transactionId) return patch;
  return { ...patch, payment: { ...payment, round: known.round + 1 } };
}

/** What these are asked for changes the payment itself. */
const PATCHING: readonly Operation['kind'][] = ['initialize', 'update', 'confirm'];

interface Patch {
  payment?: Partial<Payment>;
  announceUpdate?: boolean;
}

/** What an answer changes of the payment itself: on a yes, what the operation stands for; ids and session always. */
async function patchOf(app: App, tenant: Tenant, operation: Operation, answer: Answer): Promise<Patch> {
  const isYes = answer.answer === 'completed' || answer.answer === 'accepted' || answer.answer === 'requires_action';
  if (!isYes || !PATCHING.includes(operation.kind)) return {};
  const transactionId = answer.references.find((reference) => reference.kind === 'payment')?.id;
  const session =
    answer.session === undefined
      ? undefined
      : await app.vault.seal(tenant.id, 'session', JSON.stringify(answer.session));
  const payment = {
    ...(operation.patch as Partial<Payment>),
    ...(transactionId === undefined ? {} : { transactionId }),
    ...(session === undefined ? {} : { session }),
  };
  return { payment, announceUpdate: Object.keys(operation.patch).length > 0 };
}
