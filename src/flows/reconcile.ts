/**
 * Reconcile: operations without a final answer are asked again with the same key and the same parameters, or read
 * back when that key can bring nothing new. Nobody guesses: what nobody knows stays asked.
 */
import type { OperationKind } from '../domain/operation.js';
import type { Tenant } from '../domain/tenant.js';
import type { Parameters } from '../kit/connector.js';
import { renewKey, type Operation } from '../storage/operations.js';
import { readPaymentFile } from '../storage/payments.js';
import { askAccount } from './account.js';
import { giveUpLink } from './account-link.js';
import { contextOf, now, readTenant, scopeOf, type App } from './app.js';
import { askAndSettle, isKeyGood, settleAnswer } from './ask.js';
import { handleOf, keyOf } from './beats.js';
import { collectLater } from './collect.js';
import { askEndpoint } from './endpoint.js';
import { learnTransfer } from './transfer-asking.js';
import { askDomain } from './wallet-domains.js';

/** An operation that nobody has answered for so long needs a person; it is asked on all the same, only less often. */
const ALARM_AFTER_MS = 24 * 3_600_000;

/** Learns what became of one operation. Safe to repeat and to run beside the webhook that tells the same. */
export async function reconcile(app: App, operation: Operation): Promise<void> {
  const tenant = await readTenant(app, operation.tenantId);
  if (tenant === undefined) return;
  if (operation.kind === 'register_endpoint' || operation.kind === 'remove_endpoint')
    return askEndpoint(app, tenant, operation);
  if (operation.kind === 'register_domain') return askDomain(app, tenant, operation);
  if (operation.kind === 'link_account') return giveUpLink(app, operation);
  if (operation.kind === 'create_account') return void (await askAccount(app, tenant, operation));
  if (operation.kind === 'defer') return collectLater(app, tenant, operation);
  const isTransfer = operation.kind === 'transfer' || operation.kind === 'reverse_transfer';
  if (operation.status === 'pending' && !isTransfer) return readPending(app, tenant, operation);
  const age = app.clock.now() - new Date(operation.askedAt).getTime();
  if (age > ALARM_AFTER_MS) {
    const { id, kind, tenantId, paymentId, askedAt } = operation;
    app.log.error('operation unanswered for a day', {
      tenant: tenantId,
      payment: paymentId,
      operation: id,
      kind,
      askedAt,
    });
  }
  if (isTransfer) {
    await learnTransfer(app, tenant, operation);
    return;
  }
  if (isKeyGood(app, operation)) {
    await askAndSettle(app, tenant, operation);
    return;
  }
  await readBackFirst(app, tenant, operation);
}

/** The PSP accepted it and works on it: what is so now? */
async function readPending(app: App, tenant: Tenant, operation: Operation): Promise<void> {
  const answer = await readBack(app, tenant, operation);
  if (answer === undefined || answer.answer === 'unknown') return;
  await settleAnswer(app, tenant, operation, { answer, source: 'read-back' });
}

/** The key is spent or too old: did it happen? Only when the PSP knows nothing of it is it asked anew. */
async function readBackFirst(app: App, tenant: Tenant, operation: Operation): Promise<void> {
  const answer = await readBack(app, tenant, operation);
  if (answer === undefined || (answer.answer === 'unknown' && answer.absent !== true)) return;
  if (answer.absent !== true) {
    await settleAnswer(app, tenant, operation, { answer, source: 'read-back' });
    return;
  }
  const attempt = operation.attempt + 1;
  const idempotencyKey = keyOf(tenant, { kind: operation.kind, commandId: operation.commandId, attempt });
  const renewal = { attempt, idempotencyKey, keyedAt: now(app) };
  const renewed = await renewKey(app.db, scopeOf(app, tenant.id), { id: operation.id, ...renewal });
  if (renewed) await askAndSettle(app, tenant, { ...operation, ...renewal, keySpent: false });
}

/** A connector knows its verbs; why we used one of them is ours. */
const VERBS: Partial<Record<OperationKind, OperationKind>> = {
  abandon: 'cancel',
  withdraw: 'cancel',
  reverse: 'refund',
  return: 'refund',
  collect: 'capture',
  close: 'capture',
};

async function readBack(app: App, tenant: Tenant, operation: Operation) {
  const connector = await app.connector(operation.connector);
  const file = await readPaymentFile(app.db, scopeOf(app, tenant.id), { id: operation.paymentId ?? '' });
  if (connector.readBack === undefined || file === undefined) return undefined;
  const { id, kind, parameters, askedAt } = operation;
  const asked = { id, kind: VERBS[kind] ?? kind, parameters: parameters as Parameters, askedAt };
  return connector.readBack({ payment: handleOf(file), operation: asked }, contextOf(app, tenant));
}
