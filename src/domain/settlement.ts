/**
 * What follows when something new is known of a payment: a pure function from the payment's file and the news to the
 * changed rows and the things to announce. `storage/settle.ts` writes the result in one statement.
 */
import { announcements, answersAlone, type Announcement } from './announce.js';
import { factKey, mergeFacts, type Fact } from './fact.js';
import { settleOperations, settleRefunds, type OperationNews } from './modifications.js';
import type { OperationView, Refund } from './operation.js';
import { itemIds } from './order.js';
import { PLACEHOLDER, type HistoryRow, type Payment, type PaymentFile } from './payment.js';
import { deriveStatus, pathTo, refundedAmount } from './status.js';

export interface News {
  facts: Fact[];
  references?: { kind: string; id: string; parent?: string }[];
  /** Lines for people; laid over the known ones. */
  details?: Record<string, string>;
  /** When the PSP said these lines (ISO text). With it a line that is older than the known one changes nothing. */
  at?: string;
  /** What came of one operation, when an answer is the news. */
  operation?: OperationNews;
  /** Fields of the payment that the flow itself changes (order, transaction id, session). */
  payment?: Partial<Omit<Payment, 'id' | 'status' | 'version'>>;
  /** Tell the shop even when no status moved: its view of the payment changed. */
  announceUpdate?: boolean;
  /** Why, for the history. */
  reason: string;
}

export interface Settlement {
  payment: Payment;
  facts: Fact[];
  history: HistoryRow[];
  references: { kind: string; id: string; parent?: string }[];
  operations: OperationView[];
  refunds: Refund[];
  announcements: Announcement[];
  /** What is known afterwards. */
  after: Pick<PaymentFile, 'payment' | 'facts' | 'operations' | 'refunds'>;
  /** Set when the facts ask for a move that the table refuses: nothing moved and nothing is announced. */
  refused?: string;
  /** False: everything was known already, nothing has to be written. */
  changed: boolean;
}

/** Settles the news. `newId` gives ids to refunds that were made at the PSP; `now` is ISO text. */
export function settlement(file: PaymentFile, news: News, context: { now: string; newId: () => string }): Settlement {
  const begunAnew = news.payment?.round !== undefined && news.payment.round !== file.payment.round;
  const known = begunAnew ? [] : file.facts;
  const facts = mergeFacts(known, [...news.facts, ...linesIn(news)]);
  const grown = facts.filter((fact) => !known.some((other) => sameFact(fact, other)));

  const operations = settleOperations(file.operations, facts, grown, { news: news.operation, now: context.now });
  const refunds = settleRefunds(file, { grown, operations, news: news.operation, newId: context.newId });
  const payment = renewed(file.payment, news, { facts, refunds: latestRefunds(file.refunds, refunds) });
  const evidence = {
    facts,
    operations: merged(file.operations, operations),
    refunds: latestRefunds(file.refunds, refunds),
    itemIds: itemIds(payment.order),
  };
  const target = deriveStatus(evidence);
  const path = pathTo(file.payment.status, target, facts);
  const references = newReferences(file, news);
  const wording = { reason: news.reason, now: context.now };
  const learned =
    grown.length > 0 || operations.length > 0 || refunds.length > 0 || references.length > 0 ||
    news.payment !== undefined || !sameDetails(file.payment.details, payment.details); // prettier-ignore
  const after = { payment, facts, operations: evidence.operations, refunds: evidence.refunds };
  const kept = { payment, facts: grown, references, operations, refunds, after };
  const notes = grown.flatMap((fact) => (fact.kind === 'dispute' ? [noteOf(fact)] : []));
  const announceUpdate = news.announceUpdate === true || notes.length > 0 || hasNewsOfWaiting(file.payment, after);
  const before = isOrderNew(file, payment) ? unheard(file) : file;
  const happening = { before, payment, operations, refunds, announceUpdate };
  if (path === undefined) {
    const refused = `Transition from "${file.payment.status}" to "${target}" is not allowed`;
    const history = grown.every(({ kind }) => kind === 'lines')
      ? []
      : [refusal(file.payment, `${news.reason}: ${refused}`, context.now)];
    return { ...kept, history, announcements: answersAlone(happening), refused, changed: learned };
  }
  const moves = path.map((to, n) => step(path[n - 1] ?? file.payment.status, to, wording));
  const end = path.at(-1) ?? file.payment.status;
  const history = [...moves, ...notes.map((reason) => ({ ...step(end, end, wording), reason }))];
  payment.status = end;
  // What had happened before there was an order was told to nobody.
  const told = announcements({
    ...happening,
    path: before === file ? path : (pathTo('new', end, facts) ?? []),
    history,
  });
  return { ...kept, history, announcements: told, changed: learned || path.length > 0 };
}

/** True for the change that gives a payment its order. */
function isOrderNew({ payment: before }: PaymentFile, after: Payment): boolean {
  return before.orderReference === undefined && after.orderReference !== undefined;
}

/** The payment as the shop knows it that has heard nothing but that it was created. */
function unheard(file: PaymentFile): PaymentFile {
  return { ...file, payment: { ...file.payment, status: 'new', authorized: 0, captured: 0, refunded: 0 } };
}

/** Statuses in which money may be on its way for days. */
const WAITING: readonly Payment['status'][] = ['new', 'underpaid', 'cancellation_failed'];

/** Whether there are new lines about money that takes days: the status stays, so the lines are all that people see. */
function hasNewsOfWaiting(before: Payment, { payment, facts }: Settlement['after']): boolean {
  const waits =
    WAITING.includes(before.status) && facts.some(({ kind }) => kind === 'processing' || kind === 'received');
  return waits && !sameDetails(before.details, payment.details);
}

/** What a person should read in the history although no status moved. */
function noteOf({ disputeId, state, reason }: Extract<Fact, { kind: 'dispute' }>): string {
  return `dispute ${disputeId} ${state}: ${reason}`;
}

function renewed(before: Payment, news: News, known: { facts: Fact[]; refunds: Refund[] }): Payment {
  const amountOf = (kind: 'authorized' | 'captured' | 'overpaid'): number => {
    const fact = known.facts.find((candidate) => candidate.kind === kind);
    return fact !== undefined && 'amount' in fact ? fact.amount : 0;
  };
  const merged = { ...before, ...news.payment };
  const transactionId = realTransactionId(merged.transactionId, news);
  return {
    ...merged,
    ...(transactionId === undefined ? {} : { transactionId }),
    details: {
      ...before.details,
      ...news.payment?.details,
      ...(news.at === undefined ? news.details : {}),
      ...textsOf(known.facts),
    },
    authorized: amountOf('authorized'),
    // Whoever paid too much has paid: all of it can be given back.
    captured: Math.max(amountOf('captured'), amountOf('overpaid')),
    refunded: refundedAmount(known.refunds),
  };
}

/** The news' lines as a fact, when it is known of which time they are. */
function linesIn({ details = {}, at }: News): Fact[] {
  const lines = Object.entries(details).map(([name, text]) => [name, { text, at: at ?? '' }] as const);
  return at === undefined || lines.length === 0 ? [] : [{ kind: 'lines', lines: Object.fromEntries(lines), at }];
}

function textsOf(facts: readonly Fact[]): Record<string, string> {
  const told = facts.find((fact) => fact.kind === 'lines');
  return Object.fromEntries(Object.entries(told?.lines ?? {}).map(([name, { text }]) => [name, text]));
}

/** A placeholder gives way to the PSP's own id as soon as anybody tells it. */
function realTransactionId(present: string | undefined, news: News): string | undefined {
  if (present?.startsWith(PLACEHOLDER) !== true) return present;
  const real = news.references?.find(({ kind, id }) => kind === 'payment' && id !== '' && !id.startsWith(PLACEHOLDER));
  return real?.id ?? present;
}

function sameFact(a: Fact, b: Fact): boolean {
  return factKey(a) === factKey(b) && canonical(a) === canonical(b);
}

/** Kinds that a read-back tells anew each time, with the time of the reading: the same said later is no news. */
const TIMELESS: readonly Fact['kind'][] = ['refund', 'fee'];

/** Facts come back from storage with their members in another order. */
function canonical(fact: Fact): string {
  if (fact.kind === 'lines') return JSON.stringify(Object.entries(textsOf([fact])).sort());
  const members = Object.entries(fact).filter(([name]) => name !== 'at' || !TIMELESS.includes(fact.kind));
  return JSON.stringify(members.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function merged(before: readonly OperationView[], changed: readonly OperationView[]): OperationView[] {
  return before.map((operation) => changed.find((other) => other.id === operation.id) ?? operation);
}

function latestRefunds(before: readonly Refund[], changed: readonly Refund[]): Refund[] {
  const kept = before.filter((refund) => !changed.some((other) => other.id === refund.id));
  return [...kept, ...changed];
}

function newReferences(file: PaymentFile, news: News): Settlement['references'] {
  const known = new Set(file.references.map((reference) => reference.reference));
  return (news.references ?? []).filter((reference) => !known.has(reference.id));
}

function sameDetails(a: Record<string, string>, b: Record<string, string>): boolean {
  return JSON.stringify(Object.entries(a).sort()) === JSON.stringify(Object.entries(b).sort());
}

function step(
  fromStatus: Payment['status'],
  toStatus: Payment['status'],
  wording: { reason: string; now: string },
): HistoryRow {
  return { fromStatus, toStatus, reason: wording.reason, at: wording.now };
}

function refusal(payment: Payment, reason: string, at: string): HistoryRow {
  return { fromStatus: payment.status, toStatus: payment.status, reason, at };
}
