/**
 * Asking for transfers and reversals: sends a stored operation, settles what comes of it, and learns what became of one
 * without an answer. Beside transfer.ts, because reconcile and webhooks do the same without anybody waiting.
 */
import { STATUS_OF_ANSWER } from '../domain/operation.js';
import type { Tenant } from '../domain/tenant.js';
import type { Transfer } from '../domain/transfer.js';
import type { Parameters, TransferAnswer, TransferKind } from '../kit/connector.js';
import { wake } from '../storage/inbox.js';
import { answerOperation, findOperation, renewKey, type Operation } from '../storage/operations.js';
import { endTransfer, listTransfers } from '../storage/transfers.js';
import { contextOf, later, now, scopeOf, type App } from './app.js';
import { isKeyGood, warnOf } from './ask.js';
import { keyOf } from './beats.js';
import type { Budget } from './budget.js';
import { inTurn } from './turns.js';

/** Pauses before each asking of somebody who waits: at once, at once again, and after a second. */
const PAUSES_MS = [0, 0, 1_000];
/** Between looks at an asking that somebody else is doing. */
const LOOK_MS = 150;

/** True when the answer ends the question. */
function isFinal(answer: TransferAnswer | undefined): boolean {
  return answer?.answer === 'completed' || answer?.answer === 'rejected';
}

/** Asks a stored operation while somebody waits for it; true when there was an answer. */
export async function askTransferWithin(
  app: App,
  tenant: Tenant,
  operationId: string,
  budget: Budget,
): Promise<boolean> {
  for (const pauseMs of PAUSES_MS) {
    if (pauseMs > 0) await budget.pause(pauseMs);
    const operation = await findOperation(app.db, scopeOf(app, tenant.id), operationId);
    if (operation === undefined || isSettled(operation)) return true;
    if (budget.isOver()) return false;
    if (isFinal(await budget.until(learnTransfer(app, tenant, operation)))) return true;
  }
  return false;
}

/**
 * Waits for an operation that somebody has asked, here or in another process, or asks it again when that brought no
 * answer. True when it is settled.
 */
export async function awaitTransfer(app: App, tenant: Tenant, operationId: string, budget: Budget): Promise<boolean> {
  while (!budget.isOver()) {
    const operation = await findOperation(app.db, scopeOf(app, tenant.id), operationId);
    if (operation === undefined || isSettled(operation)) return true;
    const isLeft = operation.unanswered === true && !app.asking.has(operationId);
    if (isLeft) return askTransferWithin(app, tenant, operationId, budget);
    await budget.pause(LOOK_MS);
  }
  return false;
}

/**
 * Learns what became of an operation: asks with its key, or reads back when that key can bring nothing new. Undefined when
 * this process is asking it already. Safe to repeat.
 */
export async function learnTransfer(
  app: App,
  tenant: Tenant,
  operation: Operation,
): Promise<TransferAnswer | undefined> {
  if (app.asking.has(operation.id)) return undefined;
  app.asking.add(operation.id);
  try {
    const [transfer] = await listTransfers(app.db, scopeOf(app, tenant.id), { id: operation.transferRow ?? '' });
    if (transfer === undefined) return await giveUp(app, tenant, operation);
    const { paymentId } = transfer;
    return await inTurn(app, { tenantId: tenant.id, paymentId }, () => askOrReadBack(app, tenant, operation));
  } finally {
    app.asking.delete(operation.id);
  }
}

/** The payment was deleted with its transfers, and nobody waits any more: what became of this one, the PSP knows alone. */
async function giveUp(app: App, tenant: Tenant, { id, kind, amount, merchantReference }: Operation) {
  const problem = { class: 'not_found' as const, message: 'its payment is deleted' };
  await answerOperation(app.db, scopeOf(app, tenant.id), {
    id,
    status: 'failed',
    reason: problem.message,
    now: now(app),
  });
  const about = { tenant: tenant.id, operation: id, kind, merchant: merchantReference, amount };
  app.log.warn('marketplace: nobody knows what became of a transfer, because its payment is deleted', about);
  return { answer: 'rejected' as const, problem };
}

async function askOrReadBack(app: App, tenant: Tenant, operation: Operation): Promise<TransferAnswer> {
  if (operation.status === 'asked' && isKeyGood(app, operation))
    return settleTransfer(app, tenant, operation, await askOnce(app, tenant, operation, 'ask'));
  const told = await askOnce(app, tenant, operation, 'read');
  if (told.absent !== true) return told.answer === 'unknown' ? told : settleTransfer(app, tenant, operation, told);
  const attempt = operation.attempt + 1;
  const idempotencyKey = keyOf(tenant, { kind: operation.kind, commandId: operation.commandId, attempt });
  const renewal = { attempt, idempotencyKey, keyedAt: now(app) };
  if (!(await renewKey(app.db, scopeOf(app, tenant.id), { id: operation.id, ...renewal }))) return told;
  const renewed = { ...operation, ...renewal, keySpent: false };
  return settleTransfer(app, tenant, renewed, await askOnce(app, tenant, renewed, 'ask'));
}

/** One asking or reading. Whatever goes wrong on our side of the wire leaves the outcome unknown. */
async function askOnce(
  app: App,
  tenant: Tenant,
  operation: Operation,
  how: 'ask' | 'read',
): Promise<TransferAnswer & { absent?: boolean }> {
  const { parameters, idempotencyKey, id: operationId, askedAt } = operation;
  const kind = operation.kind as TransferKind;
  try {
    const { marketplace } = await app.connector(operation.connector);
    const context = contextOf(app, { ...tenant, connector: operation.connector });
    const asking = { parameters: parameters as Parameters, idempotencyKey, operationId, askedAt };
    if (marketplace === undefined) throw new Error(`The connector "${operation.connector}" has no merchants`);
    if (how === 'read') {
      const told = (await marketplace.readTransfer?.({ ...asking, kind }, context)) ?? { answer: 'unknown' as const };
      return isAboutUs(told) ? { ...told, answer: 'unknown' } : told;
    }
    const verb = kind === 'transfer' ? marketplace.transfer : marketplace.reverseTransfer;
    const answer = await verb.ask(asking, context);
    // Without its id nobody could take it back: not an answer to rely on.
    if (answer.answer === 'completed' && answer.id === undefined) return { answer: 'unknown' };
    const mayBeDone = operation.unanswered === true || operation.askings > 1;
    return mayBeDone && isAboutUs(answer) ? { ...answer, answer: 'unknown' } : answer;
  } catch (error) {
    app.log.error('connector failed', { tenant: tenant.id, operation: operationId, error });
    return { answer: 'unknown' };
  }
}

/**
 * A PSP that does not take our credentials has not looked at what it is asked: whether an earlier asking was done, which
 * had no answer or whose process died, it does not say.
 */
function isAboutUs({ answer, problem }: TransferAnswer): boolean {
  return answer === 'rejected' && (problem?.class === 'credential' || problem?.class === 'permission');
}

async function settleTransfer(
  app: App,
  tenant: Tenant,
  operation: Operation,
  told: TransferAnswer,
): Promise<TransferAnswer> {
  const scope = scopeOf(app, tenant.id);
  const { answer, id: pspId, isUntied, problem, keySpent = false } = told;
  const transferRow = operation.transferRow ?? '';
  warnOf(app, operation, told);
  const reason = problem === undefined ? {} : { reason: problem.message };
  await app.db.transaction().execute(async (tx) => {
    if (isFinal(told)) {
      await endTransfer(tx, scope, transferRow, {
        operationId: operation.id,
        status: answer === 'completed' ? 'paid' : 'refused',
        ...(answer === 'completed' && pspId !== undefined ? { pspId } : {}),
        ...(isUntied === undefined ? {} : { isUntied }),
        ...reason,
        now: now(app),
      });
      await wakeNews(app, tx, operation, transferRow);
    }
    await answerOperation(tx, scope, {
      id: operation.id,
      status: STATUS_OF_ANSWER[answer],
      ...reason,
      keySpent,
      ...(!isFinal(told) && operation.askings === 1 ? { nextAskAt: later(app, 2) } : {}),
      now: now(app),
    });
  });
  const { kind, merchantReference: merchant } = operation;
  const about = { tenant: tenant.id, operation: operation.id, kind, merchant, answer, id: pspId, isUntied };
  app.log('transfer settled', { ...about, problem: problem?.message });
  return told;
}

/** News of the transfer that waited for this answer may be applied now. */
async function wakeNews(app: App, tx: App['db'], { tenantId }: Operation, transferRow: string): Promise<void> {
  const scope = scopeOf(app, tenantId);
  const [transfer] = await listTransfers(tx, scope, { id: transferRow });
  if (transfer?.transferId !== undefined) await wake(tx, scope, [transfer.transferId], now(app));
}

function isSettled({ status }: Operation): boolean {
  return status !== 'asked' && status !== 'pending';
}

/** What is stored of the operation's transfer or reversal; undefined when the payment is gone. */
export async function readOutcome(
  app: App,
  tenant: Tenant,
  operation: Pick<Operation, 'id' | 'transferRow'>,
): Promise<{ status: Transfer['status']; pspId?: string; reason?: string } | undefined> {
  const [transfer] = await listTransfers(app.db, scopeOf(app, tenant.id), { id: operation.transferRow ?? '' });
  if (transfer?.operationId === operation.id) {
    const { status, transferId: pspId, reason } = transfer;
    return { status, ...(pspId === undefined ? {} : { pspId }), ...(reason === undefined ? {} : { reason }) };
  }
  const reversal = transfer?.reversals.find(({ operationId }) => operationId === operation.id);
  if (reversal === undefined) return undefined;
  const { status, reversalId: pspId, reason } = reversal;
  return { status, ...(pspId === undefined ? {} : { pspId }), ...(reason === undefined ? {} : { reason }) };
}
