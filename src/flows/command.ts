/**
 * Commands of a shop's order management: take what was authorized, release it, give it back. Every command walks the
 * same steps; what is special to each stands in capture.ts, cancel.ts and refund.ts.
 */
import { createHash } from 'node:crypto';
import type { Command } from '../domain/command.js';
import type { Decision } from '../domain/decisions.js';
import type { PaymentStatusEvent, PaymentStatusKind } from '../domain/event.js';
import { TAKING } from '../domain/operation.js';
import { itemIds } from '../domain/order.js';
import type { Message } from '../domain/message.js';
import type { PaymentFile } from '../domain/payment.js';
import type { Tenant } from '../domain/tenant.js';
import type { Connector, Context, Parameters } from '../kit/connector.js';
import { addOnce, bury, finish, postpone, type InboxRow } from '../storage/inbox.js';
import { operationsOfCommand } from '../storage/operations.js';
import { appendMessages, identityTold } from '../storage/outbox.js';
import type { Db } from '../storage/database.js';
import { readPaymentFile, type Scope } from '../storage/payments.js';
import { contextOf, later, now, readTenant, scopeOf, type App } from './app.js';
import { askAndSettle } from './ask.js';
import { begin } from './beats.js';
import { cancel } from './cancel.js';
import { capture } from './capture.js';
import { defer, goOnWaiting } from './collect.js';
import { refund } from './refund.js';

/** What distinguishes one command from another. */
export interface CommandFlow {
  decide(file: PaymentFile, command: Command, by: { tenant: Tenant; connector: Connector }): Decision;
  /** Pure: what will be asked of the PSP. */
  prepare(
    connector: Connector,
    file: PaymentFile,
    asked: { operationId: string; amount: number; itemIds: string[]; last?: boolean },
    context: Context,
  ): Parameters;
  /** What the shop hears when it is done, also when it asks again. */
  done: PaymentStatusKind;
  /** What the shop hears when it cannot be done. */
  refused: PaymentStatusKind;
}

const FLOWS: Readonly<Record<Command['kind'], CommandFlow>> = { capture, cancel, refund };
/** What is asked of the PSP: a cancel may mean to give money back, or to take what waited. */
const ASKED = { ...FLOWS, reverse: refund, close: capture };

/** Seconds to wait for an order that a command has overtaken; after the last the command is set aside. */
const UNKNOWN_ORDER_WAITS = [1, 2, 4, 8, 16, 30];
/** Seconds until another money operation of the payment may have its answer. */
const BUSY_WAIT = 1;
/** Tries to begin while the payment changes under us. */
const BEGIN_TRIES = 5;

export interface ReceivedCommand {
  tenantId: string;
  command: Command;
  /** What makes two deliveries the same command. */
  identity: string;
  correlationId?: string;
}

/** Two deliveries are one command when the sender says so, or when they are alike to the letter. */
export function commandIdentity(
  envelope: { transactionId?: string; correlationId?: string; name: string; payload: object },
  messageId: string,
): string {
  const { transactionId, correlationId, name, payload } = envelope;
  if (transactionId !== undefined) return `transaction:${transactionId}`;
  if (correlationId === undefined) return `message:${messageId}`;
  const hash = createHash('sha256').update(JSON.stringify(payload)).digest('base64url');
  return `correlation:${correlationId}:${name}:${hash}`;
}

/** Stores a command before it is acknowledged. A known one is applied once more only to be answered once more. */
export async function receiveCommand(app: App, received: ReceivedCommand): Promise<void> {
  const { tenantId, command, identity, correlationId } = received;
  const body = await app.vault.seal(tenantId, 'inbox', JSON.stringify(command));
  await addOnce(
    app.db,
    scopeOf(app, tenantId),
    {
      source: 'command',
      identity,
      subject: command.orderReference,
      type: command.kind,
      mode: '',
      body,
      attributes: correlationId === undefined ? {} : { correlationId },
    },
    now(app),
  );
  app.wake();
}

/** Applies one stored command. Throws only for what a later attempt may heal. */
export async function applyCommand(app: App, row: InboxRow): Promise<void> {
  const scope = scopeOf(app, row.tenantId);
  const tenant = await readTenant(app, row.tenantId);
  const end = async (result: string): Promise<void> => {
    await finish(app.db, scope, row, { result, now: now(app) });
  };
  if (tenant === undefined) return end('ignored: the tenant has no configuration');
  if (tenant.status === 'DISCONNECTED') return end('ignored: the tenant is disconnected');
  const command = JSON.parse(await app.vault.open(row.tenantId, 'inbox', row.body)) as Command;
  for (let attempt = 1; attempt <= BEGIN_TRIES; attempt += 1) {
    const file = await readPaymentFile(app.db, scope, { orderReference: command.orderReference });
    if (file === undefined) return waitForOrder(app, row, command);
    const outcome = await decideAndAsk(app, tenant, row, { file, command });
    if (outcome === 'done') return;
    if (outcome === 'busy') break;
  }
  await postpone(app.db, scope, row, {
    dueAt: later(app, BUSY_WAIT),
    result: 'waits for another operation',
    countsAsAttempt: false,
  });
}

async function decideAndAsk(
  app: App,
  tenant: Tenant,
  row: InboxRow,
  of: { file: PaymentFile; command: Command },
): Promise<'done' | 'busy' | 'changed'> {
  const { file, command } = of;
  const flow = FLOWS[command.kind];
  const scope = scopeOf(app, tenant.id);
  const earlier = (await operationsOfCommand(app.db, scope, row.identity)).at(-1);
  if (earlier !== undefined) {
    // Begun before, perhaps before a crash: its answer comes by itself. Only a finished one is told again.
    if (earlier.kind === 'defer' && earlier.status === 'pending') await goOnWaiting(app, tenant, file);
    if (earlier.status === 'asked' || earlier.status === 'pending' || row.attributes['again'] !== true) {
      await finish(app.db, scope, row, { result: `operation ${earlier.status}`, now: now(app) });
      app.wake();
    } else {
      const about = { amount: earlier.amount, itemIds: earlier.itemIds };
      await tell(app, row, file, {
        kind: earlier.status === 'succeeded' ? flow.done : flow.refused,
        about,
        result: 'told again',
      });
    }
    return 'done';
  }
  if (file.operations.some(isOnItsWay)) return 'busy';
  const connector = await app.connector(file.payment.connector);
  const decision = flow.decide(file, command, { tenant, connector });
  if (decision.decision === 'ignore') {
    await finish(app.db, scope, row, { result: `ignored: ${decision.reason}`, now: now(app) });
    return 'done';
  }
  if (decision.decision === 'repeat') {
    await tell(app, row, file, { kind: flow.done, about: decision, result: 'told again' });
    return 'done';
  }
  if (decision.decision === 'refuse') {
    await tell(app, row, file, { kind: flow.refused, about: decision, result: `refused: ${decision.reason}` });
    return 'done';
  }
  if (decision.decision === 'defer') return defer(app, tenant, row, { file, about: decision });
  const kind = decision.decision === 'ask' ? command.kind : decision.decision;
  return ask(app, tenant, row, { file, kind, decision });
}

async function ask(
  app: App,
  tenant: Tenant,
  row: InboxRow,
  of: {
    file: PaymentFile;
    kind: keyof typeof ASKED;
    decision: Extract<Decision, { decision: 'ask' | 'reverse' | 'close' }>;
  },
): Promise<'done' | 'changed'> {
  const { file, kind, decision } = of;
  const { amount, itemIds: ids } = decision;
  const last = 'last' in decision && decision.last !== undefined ? { last: decision.last } : {};
  const flow = ASKED[kind];
  const connector = await app.connector(file.payment.connector);
  const operation = await begin(app, tenant, file, {
    kind,
    amount,
    itemIds: ids,
    commandId: row.identity,
    ...correlationOf(row),
    prepare: (operationId) =>
      flow.prepare(connector, file, { operationId, amount, itemIds: ids, ...last }, contextOf(app, tenant)),
  });
  if (operation === undefined) return 'changed';
  await askAndSettle(app, tenant, operation, { row, result: 'asked' });
  return 'done';
}

/** Tells the shop without asking anybody, and finishes the command in the same commit. */
async function tell(
  app: App,
  row: InboxRow,
  { payment }: PaymentFile,
  telling: { kind: PaymentStatusKind; about: { amount: number; itemIds: string[] }; result: string },
): Promise<void> {
  const { amount, itemIds: ids } = telling.about;
  const event: PaymentStatusEvent = {
    kind: telling.kind,
    orderReference: payment.orderReference ?? '',
    currency: payment.currency,
    amount: amount > 0 ? amount : payment.order.grandTotal,
    itemIds: ids.length > 0 ? ids : itemIds(payment.order),
  };
  const message = app.compose(event, { tenantId: row.tenantId, ...correlationOf(row) });
  const scope = scopeOf(app, row.tenantId);
  const isTold = await app.db.transaction().execute(async (tx) => {
    // Whoever was too slow for its lease stays silent: another has answered, or will.
    if (!(await finish(tx, scope, row, { result: telling.result, now: now(app) }))) return false;
    await appendMessages(tx, scope, [await asToldBefore(tx, scope, message, payment.id)], now(app));
    return true;
  });
  if (!isTold) return;
  app.log('command answered', {
    tenant: row.tenantId,
    order: payment.orderReference,
    told: telling.kind,
    result: telling.result,
  });
}

/** An answer that is told again keeps its identity, so that a shop that has heard it drops it. */
async function asToldBefore(db: Db, scope: Scope, message: Message, paymentId: string): Promise<Message> {
  const { name, attributes, payload } = message;
  const { correlationId = '' } = attributes;
  const transactionId = await identityTold(db, scope, { paymentId, name, correlationId, payload });
  return transactionId === undefined ? message : { ...message, attributes: { ...attributes, transactionId } };
}

async function waitForOrder(app: App, row: InboxRow, command: Command): Promise<void> {
  const scope = scopeOf(app, row.tenantId);
  const seconds = UNKNOWN_ORDER_WAITS[row.attempts - 1];
  const result = `no payment for order "${command.orderReference}"`;
  if (seconds !== undefined) return postpone(app.db, scope, row, { dueAt: later(app, seconds), result });
  app.log.warn('command set aside', { tenant: row.tenantId, order: command.orderReference, command: command.kind });
  return bury(app.db, scope, row, { result, now: now(app) });
}

function isOnItsWay({ kind, status }: PaymentFile['operations'][number]): boolean {
  if (TAKING.includes(kind) || kind === 'cancel') return status === 'asked' || status === 'pending';
  return kind !== 'register_endpoint' && kind !== 'remove_endpoint' && status === 'asked';
}

function correlationOf(row: InboxRow): { correlationId?: string } {
  const id = row.attributes['correlationId'];
  return typeof id === 'string' ? { correlationId: id } : {};
}
