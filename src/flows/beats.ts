/**
 * Begin and settle: the two beats around every asking of a PSP. Begin stores what will be asked, with its key and its
 * exact parameters. Settle is the only way a payment changes, whoever has learned something: an answer, a webhook, a
 * read-back. Nothing is open in between, so a crash at any point leaves an operation that can be asked again.
 */
import { createHash } from 'node:crypto';
import { nextLook } from '../domain/look.js';
import type { OperationKind } from '../domain/operation.js';
import { STATUS_OF_ANSWER } from '../domain/operation.js';
import type { PaymentFile } from '../domain/payment.js';
import { isGivenUp } from '../domain/pre-order.js';
import { settlement, type News, type Settlement } from '../domain/settlement.js';
import type { Tenant } from '../domain/tenant.js';
import type { Answer, Parameters, PaymentHandle } from '../kit/connector.js';
import { finish, type Claimed } from '../storage/inbox.js';
import {
  ASKING_LEASE_MS,
  canonicalParameters,
  correlationsOf,
  storeAsking,
  type Operation,
} from '../storage/operations.js';
import { readPaymentFile, type PaymentKey, type Scope } from '../storage/payments.js';
import { writeChange, type Change, type OperationChange } from '../storage/settle.js';
import { later, now, scopeOf, type App } from './app.js';
import { warnOfRefund } from './refund-cover.js';

/** Tries before a payment that keeps changing under us is left to the next attempt. */
const GUARD_TRIES = 5;
/** Seconds until an operation whose first asking brought no answer is asked again; later askings space themselves. */
const ASK_AGAIN_AFTER = 2;

export interface Begin {
  kind: OperationKind;
  amount: number;
  itemIds: string[];
  /** Identity of the command or request: with kind and attempt it makes the idempotency key. */
  commandId: string;
  correlationId?: string;
  attempt?: number;
  /** Fields of the payment that change when the answer is yes. */
  patch?: Record<string, unknown>;
  /** True: nothing is asked yet, the operation waits for others. */
  waits?: boolean;
  /** Pure: the connector's parameters for this operation id. */
  prepare(operationId: string): Parameters;
}

/**
 * Stores the operation as asked, if the payment still is what was read. Undefined when it is not, or when another
 * money operation of it is unanswered: read again, or come back later.
 */
export async function begin(app: App, tenant: Tenant, file: PaymentFile, asked: Begin): Promise<Operation | undefined> {
  const operation = newOperation(app, tenant, asked, file);
  const { id: paymentId, version } = file.payment;
  const stored = await storeAsking(app.db, scopeOf(app, tenant.id), operation, { paymentId, version });
  if (!stored) return undefined;
  app.log('operation begun', {
    tenant: tenant.id,
    payment: paymentId,
    operation: operation.id,
    kind: asked.kind,
    amount: asked.amount,
  });
  return operation;
}

/** An operation ready to be stored. The same command asks with the same key, attempt by attempt. */
export function newOperation(app: App, tenant: Tenant, asked: Begin, file?: PaymentFile): Operation {
  const id = app.newId();
  const attempt = asked.attempt ?? 1;
  return {
    id,
    tenantId: tenant.id,
    ...(file === undefined ? {} : { paymentId: file.payment.id }),
    connector: file?.payment.connector ?? tenant.connector,
    kind: asked.kind,
    attempt,
    status: asked.waits === true ? 'pending' : 'asked',
    keySpent: false,
    idempotencyKey: keyOf(tenant, { kind: asked.kind, commandId: asked.commandId, attempt }),
    parameters: canonicalParameters(asked.prepare(id)),
    patch: asked.patch ?? {},
    amount: asked.amount,
    itemIds: asked.itemIds,
    capturedBefore: file?.payment.captured ?? 0,
    commandId: asked.commandId,
    ...(asked.correlationId === undefined ? {} : { correlationId: asked.correlationId }),
    askings: 1,
    askedAt: now(app),
    nextAskAt: later(app, ASKING_LEASE_MS / 1000),
  };
}

export interface SettleOptions {
  /** Who learned it: `answer`, `webhook`, `read-back`, `page`, `command`. */
  source: string;
  correlationId?: string;
  /** The inbox row that is finished by this, in the same commit. */
  inbox?: { row: Claimed; result: string; state?: 'done' | 'dead' };
  /** The payment as it was when the news were asked for: they say nothing about it once it has begun a new round. */
  known?: PaymentFile;
  /** The asked operation whose answer the news are. */
  operation?: Pick<Operation, 'id' | 'askings'> & { keySpent: boolean };
}

/**
 * Reads the payment, works out what follows from the news and writes it in one guarded commit, up to five times when
 * others change it meanwhile. Safe to repeat: known news change nothing. Throws when the payment does not exist, and
 * when it has begun a new round since it was read.
 */
export async function settle(
  app: App,
  tenant: Pick<Tenant, 'id'>,
  key: PaymentKey,
  telling: { news: News | ((file: PaymentFile) => News); options: SettleOptions },
): Promise<{ file: PaymentFile; settlement: Settlement }> {
  const scope = scopeOf(app, tenant.id);
  const { options } = telling;
  for (let attempt = 1; attempt <= GUARD_TRIES; attempt += 1) {
    // What was read a moment ago may do: the guard notices when it is not so any more.
    const known = attempt === 1 ? options.known : undefined;
    const file = known ?? (await readPaymentFile(app.db, scope, key));
    if (file === undefined) throw new Error(`Settle a payment that does not exist: ${JSON.stringify(key)}`);
    if (options.known !== undefined && options.known.payment.round !== file.payment.round)
      throw new Error(`Settle payment ${JSON.stringify(key)}: it has begun anew since it was asked about`);
    const news = typeof telling.news === 'function' ? telling.news(file) : telling.news;
    const settled = settlement(file, news, { now: now(app), newId: app.newId });
    const operations = operationChanges(app, file, settled, options);
    if (!settled.changed && operations.length === 0) {
      if (options.inbox !== undefined)
        await finish(app.db, scope, options.inbox.row, { result: options.inbox.result, now: now(app) });
      return { file, settlement: settled };
    }
    const correlationOf = await correlations(app, scope, settled, options);
    const messages = settled.announcements.map(({ event, announces, operationId, byTheWay }) => {
      const correlationId = byTheWay === true ? undefined : correlationOf(operationId);
      const envelope = { tenantId: tenant.id, ...(correlationId === undefined ? {} : { correlationId }) };
      return app.compose(event, { ...envelope, ...(announces === undefined ? {} : { announces }) });
    });
    const { payment, facts, history, references, refunds } = settled;
    const change = {
      nextLookAt: nextLook(settled.after, payment.looks, now(app)),
      payment,
      facts,
      history,
      references,
      refunds,
      operations,
      messages,
      wakes: subjectsOf(file, settled),
      ...closingOf(file, settled),
      source: options.source,
      now: now(app),
    };
    const inbox = resultOf(options, settled);
    if (await writeChange(app.db, scope, { ...change, ...(inbox === undefined ? {} : { inbox }) })) {
      logSettled(app, file, settled, options);
      if (payment.refunded > file.payment.refunded) await warnOfRefund(app, payment);
      return { file, settlement: settled };
    }
  }
  throw new Error(`Settle payment ${JSON.stringify(key)}: it kept changing`);
}

/**
 * The correlation of a message: that of the command whose operation it answers, whoever told the outcome. One capture
 * may settle several commands, and each reads its own.
 */
async function correlations(
  app: App,
  scope: Scope,
  { operations }: Settlement,
  { correlationId }: SettleOptions,
): Promise<(operationId?: string) => string | undefined> {
  const settled = operations.filter(({ status }) => !isOpen(status)).map(({ id }) => id);
  if (settled.length === 0 || (settled.length === 1 && correlationId !== undefined)) return () => correlationId;
  const known = await correlationsOf(app.db, scope, settled);
  const usual = correlationId ?? settled.map((id) => known.get(id)).find((id) => id !== undefined);
  return (operationId = '') => known.get(operationId) ?? usual;
}

/** Under what webhooks may wait for this change: an id that was not known, or any when there was no order. */
function subjectsOf(file: PaymentFile, { payment, references }: Settlement): string[] {
  const isOrdered = file.payment.orderReference === undefined && payment.orderReference !== undefined;
  const known = isOrdered ? file.references.map(({ reference }) => reference) : [];
  return [...known, ...references.map(({ id }) => id)];
}

/** Webhooks that waited for an order that will never come. Without a result their rows go: the customer gave up. */
function closingOf(file: PaymentFile, { after, references }: Settlement): Pick<Change, 'closes'> {
  const isEnd = after.payment.orderReference === undefined && isGivenUp(after) && !isGivenUp(file);
  if (!isEnd) return {};
  const subjects = [...file.references.map(({ reference }) => reference), ...references.map(({ id }) => id)];
  const gaveUp = after.operations.some(({ kind }) => kind === 'withdraw' || kind === 'reverse');
  return { closes: { subjects, ...(gaveUp ? {} : { result: 'ignored: no order came in time' }) } };
}

/** What an answer tells of the payment, whatever was asked. */
export function toldBy({ facts, references, details, at }: Answer): Omit<News, 'reason'> {
  return { facts, references, ...(details === undefined ? {} : { details }), ...(at === undefined ? {} : { at }) };
}

/** The news in a connector's answer to an operation; `because` is why it was asked, when the history should say so. */
export function newsOf(operation: Operation, answer: Answer, because?: string): News {
  const reason = answer.problem?.message;
  const told = [`${operation.kind} ${answer.answer}`, reason, because].filter((part) => part !== undefined);
  return {
    ...toldBy(answer),
    operation: {
      id: operation.id,
      status: STATUS_OF_ANSWER[answer.answer],
      unanswered: answer.answer === 'unknown',
      ...(reason === undefined ? {} : { reason }),
      ...(answer.refundId === undefined ? {} : { refundId: answer.refundId }),
    },
    reason: told.join(': '),
  };
}

/** What a verb needs to know of a payment. */
export function handleOf({ payment, references }: PaymentFile): PaymentHandle {
  return {
    paymentId: payment.id,
    transactionId: payment.transactionId ?? '',
    ...(payment.orderReference === undefined ? {} : { orderReference: payment.orderReference }),
    amount: payment.amount,
    currency: payment.currency,
    captured: payment.captured,
    refunded: payment.refunded,
    references: references.map(({ kind, reference, parent }) => ({
      kind: kind as PaymentHandle['references'][number]['kind'],
      id: reference,
      ...(parent === undefined ? {} : { parent }),
    })),
  };
}

/** The idempotency key: what is asked for whom because of which command, and the attempt. Never the amount. */
export function keyOf(tenant: Pick<Tenant, 'hash'>, of: { kind: string; commandId: string; attempt: number }): string {
  return `q1:${tenant.hash.slice(0, 12)}:${of.kind}:${digest(of.commandId)}:${of.attempt}`;
}

function operationChanges(app: App, file: PaymentFile, settled: Settlement, options: SettleOptions): OperationChange[] {
  const asked = options.operation;
  // Also when nothing else is new of it: a key that brings nothing any more must not be asked with again.
  const isSpent = asked?.keySpent === true && !settled.operations.some(({ id }) => id === asked.id);
  const spent = file.operations.filter(({ id, status }) => isSpent && id === asked.id && isOpen(status));
  return [...settled.operations, ...spent].map((view): OperationChange => ({
    id: view.id,
    status: view.status,
    unanswered: view.unanswered,
    keySpent: asked?.id === view.id && asked.keySpent,
    ...(view.reason === undefined ? {} : { reason: view.reason }),
    ...(isOpen(view.status) && (asked?.askings ?? 1) === 1 ? { nextAskAt: later(app, ASK_AGAIN_AFTER) } : {}),
  }));
}

function isOpen(status: string): boolean {
  return status === 'asked' || status === 'pending';
}

function resultOf(options: SettleOptions, settled: Settlement): SettleOptions['inbox'] {
  const { inbox } = options;
  if (inbox === undefined || settled.refused === undefined || settled.facts.every(({ kind }) => kind === 'lines'))
    return inbox;
  // Somebody should look at what the PSP says and our table forbids.
  return { row: inbox.row, result: settled.refused, state: 'dead' };
}

function logSettled(app: App, file: PaymentFile, settled: Settlement, options: SettleOptions): void {
  const { payment } = settled;
  app.log('payment settled', {
    tenant: payment.tenantId,
    payment: payment.id,
    order: payment.orderReference,
    from: file.payment.status,
    to: payment.status,
    source: options.source,
    facts: settled.facts.map((fact) => fact.kind),
    told: settled.announcements.map(({ event }) => event.kind),
    ...(settled.refused === undefined ? {} : { refused: settled.refused }),
  });
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 24);
}
