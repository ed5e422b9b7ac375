/**
 * Lets a payment hear a recorded history in some order, by the code that hears it in truth: translate, verdict and
 * settlement, all of them pure. Only the database is left out.
 */
import type { Announcement } from '../../../../src/domain/announce.js';
import type { PaymentStatusEvent } from '../../../../src/domain/event.js';
import { underpaidFact } from '../../../../src/domain/look.js';
import type { PaymentFile } from '../../../../src/domain/payment.js';
import { settlement, type News } from '../../../../src/domain/settlement.js';
import { verdictOf } from '../../../../src/flows/webhook.js';
import type { Reference, WebhookTranslation } from '../../../../src/kit/index.js';
import { givenFile, givenOperation, written } from '../../../domain/given.js';
import { contextWith } from '../given.js';
import type { Heard, Recording } from './record.js';
import { connector } from './record.js';

export interface Listener {
  file: PaymentFile;
  announced: Announcement[];
  /** The step after which Stripe was read back last; it never goes back. */
  truth: number;
  /** How much was heard. */
  count: number;
  /** Moves the table refused. */
  refused: string[];
}

export function listenerTo({ payment, truths }: Recording): Listener {
  const { transactionId, amount, currency, references } = payment;
  const createdAt = truths[0]!.at;
  const pageExpiresAt = new Date(Date.parse(createdAt) + 7_200_000).toISOString();
  const file = givenFile(
    { connector: 'stripe', transactionId, amount, currency, createdAt, pageExpiresAt },
    { references: references.filter(({ kind }) => kind !== 'refund').map(referenceOf) },
  );
  return { file, announced: [], truth: 0, count: 0, refused: [] };
}

const referenceOf = ({ id, ...rest }: Reference) => ({ ...rest, reference: id });

/** How much later than necessary Stripe is read back, in steps; `Infinity` is at the end. */
export type Lateness = number;

/** Hears one thing. What is read back is at least as new as everything heard, and no newer than what we did allows. */
export function hear(
  listener: Listener,
  heard: Heard,
  recording: Recording,
  { late, limit }: { late: Lateness; limit: number },
): Listener {
  const truth = Math.max(listener.truth, Math.min(limit, heard.step + late));
  const at = { ...listener, truth, count: listener.count + 1 };
  const told = recording.truths[truth]!;
  switch (heard.kind) {
    case 'begun': {
      const { id, kind, amount } = heard.operation;
      const { captured: capturedBefore } = at.file.payment;
      const itemIds = kind === 'cancel' ? [] : itemsFor(at.file, amount);
      const operation = givenOperation({ id, kind, amount, itemIds, capturedBefore });
      return { ...at, file: { ...at.file, operations: [...at.file.operations, operation] } };
    }
    case 'answered':
      return settled(at, heard.news, recording);
    case 'look':
      return settled(at, { ...told.answer, reason: 'read back' }, recording);
    case 'waited': {
      const seen = settled(at, { ...told.answer, reason: 'read back' }, recording);
      const underpaid = underpaidFact(seen.file, heard.at);
      return underpaid === undefined ? seen : settled(seen, { facts: [underpaid], reason: 'waited' }, recording);
    }
    case 'event': {
      const translation = meaningOf(heard, recording);
      const verdict = verdictOf(translation, heard.event, at.file);
      if (verdict.then !== 'settle') return at;
      return settled(
        at,
        { ...(translation.readBack === true ? told.answer : translation), reason: heard.type },
        recording,
      );
    }
  }
}

/** The first refund or capture of a part is about the first item, and so on. */
function itemsFor({ payment, operations }: PaymentFile, amount: number): string[] {
  const lines = payment.order.lines.map(({ id = '' }) => id);
  if (amount >= payment.amount) return lines;
  const before = operations.filter(({ kind }) => kind === 'refund' || kind === 'capture').length;
  return [lines[before % lines.length]!];
}

const meanings = new WeakMap<object, WebhookTranslation>();

function meaningOf(heard: Extract<Heard, { kind: 'event' }>, { settings }: Recording): WebhookTranslation {
  const known = meanings.get(heard);
  const meaning = known ?? connector.webhooks.translate(heard.body, heard.event, contextWith(settings));
  meanings.set(heard, meaning);
  return meaning;
}

function settled(listener: Listener, news: News, recording: Recording): Listener {
  const { facts, references, details, at, operation, reason } = news;
  const plain: News = {
    facts,
    reason,
    ...(references === undefined ? {} : { references }),
    ...(details === undefined ? {} : { details }),
    ...(at === undefined ? {} : { at }),
    ...(operation === undefined ? {} : { operation }),
  };
  const now = new Date(Date.parse(recording.truths[listener.truth]!.at) + listener.count).toISOString();
  let made = listener.file.refunds.length;
  const result = settlement(listener.file, plain, { now, newId: () => `made-${(made += 1)}` });
  const known = new Set(listener.announced.map(({ announces }) => announces));
  const fresh = result.announcements.filter(({ announces }) => announces === undefined || !known.has(announces));
  return {
    ...listener,
    file: written(listener.file, result),
    announced: [...listener.announced, ...fresh],
    refused: result.refused === undefined ? listener.refused : [...listener.refused, result.refused],
  };
}

/** What must not depend on the order: the payment as it ends, its refunds and lines, and what the shop was told. */
export function endOf(listener: Listener) {
  const { file, refused } = listener;
  const { status, authorized, captured, refunded, details } = file.payment;
  const refunds = file.refunds
    .map(({ refundId, status: end, amount, itemIds, operationId }) => ({ refundId, end, amount, itemIds, operationId }))
    .sort((a, b) => (String(a.refundId) < String(b.refundId) ? -1 : 1));
  // A refund that comes back was a success or a failure for its operation, by what was heard first.
  const operations = file.operations
    .filter(({ kind }) => kind !== 'refund')
    .map(({ kind, amount, status: end }) => `${kind} ${amount} ${end}`);
  const lines = Object.fromEntries(Object.entries(details).sort());
  return { status, authorized, captured, refunded, lines, refunds, operations, refused, told: toldAtLast(listener) };
}

/**
 * What the shop was told of the order, in order; then of its refunds. That a refund succeeded is left out when it
 * came back in the end: whoever hears the end first has no reason to tell what was so in between.
 */
function toldAtLast({ file, announced }: Listener): string[] {
  const told = announced.filter(({ event }) => isStatus(event.kind));
  const overtaken = new Set(
    file.refunds.filter(({ status }) => status !== 'succeeded').map(({ id }) => `1:payment_refunded:${id}:succeeded`),
  );
  const lasting = told.filter(({ announces = '' }) => !overtaken.has(announces));
  const ofRefunds = lasting.filter(({ event }) => isOfRefund(event.kind));
  return [...lasting.filter(({ event }) => !isOfRefund(event.kind)).map(textOf), ...ofRefunds.map(textOf).sort()];
}

/** Every message about the order's money, as it was told, in order. */
export function messagesTo({ announced }: Listener): string[] {
  return announced.filter(({ event }) => isStatus(event.kind)).map(textOf);
}

function textOf({ event }: Announcement): string {
  const { kind, amount, itemIds } = event as PaymentStatusEvent;
  return `${kind} ${amount} of ${itemIds.join(' ')}`;
}

const isStatus = (kind: string): boolean => kind !== 'payment_updated' && kind !== 'payment_created';
const isOfRefund = (kind: string): boolean => kind === 'payment_refunded' || kind === 'payment_refund_failed';
