/** What must hold at the end of every story. Each check returns what is wrong in one line per fault. */
import type Stripe from 'stripe';
import { ledgerOf } from '../../src/domain/ledger.js';
import type { PaymentFile, PaymentStatus } from '../../src/domain/payment.js';
import type { Evidence } from './evidence.js';
import type { Stage } from './stage.js';
import { messageFaults } from './message-invariants.js';

/** All faults of a story. */
export function faultsOf(stage: Stage, evidence: Evidence): string[] {
  return [
    ...evidence.files.flatMap((file) => paymentFaults(file, evidence).map((fault) => `${nameOf(file)}: ${fault}`)),
    ...queueFaults(evidence),
    ...writeFaults(evidence),
    ...messageFaults(stage, evidence),
  ];
}

const nameOf = ({ payment }: PaymentFile): string => payment.orderReference ?? payment.id;

function paymentFaults(file: PaymentFile, evidence: Evidence): string[] {
  const { payment } = file;
  const faults = ledgerOf(file).faults.map((fault) => `ledger: ${fault}`);
  const { captured, authorized, refunded } = payment;
  if (captured > authorized) faults.push(`captured ${captured} of ${authorized} authorized`);
  if (refunded > captured) faults.push(`refunded ${refunded} of ${captured} captured`);
  const unsettled = file.operations.filter(({ status }) => status === 'asked' || status === 'pending');
  for (const { kind, status } of unsettled) faults.push(`${kind} is still ${status}`);
  if (payment.transactionId === undefined) return faults;
  const intent = evidence.intents.get(payment.transactionId);
  if (intent === undefined) return [...faults, `the PSP has no ${payment.transactionId}`];
  const refunds = evidence.refunds.filter(({ payment_intent: id }) => id === intent.id);
  return [...faults, ...amountFaults(file, intent, refunds), ...statusFaults(file, intent, refunds)];
}

const gone = ({ status }: Stripe.Refund): boolean => status === 'failed' || status === 'canceled';

function amountFaults(file: PaymentFile, intent: Stripe.PaymentIntent, refunds: Stripe.Refund[]): string[] {
  const { payment, operations } = file;
  const faults: string[] = [];
  const differ = (what: string, ours: number, theirs: number): void => {
    if (ours !== theirs) faults.push(`${what}: we know ${ours}, the PSP has ${theirs}`);
  };
  const given = refunds.filter((refund) => !gone(refund)).reduce((sum, { amount }) => sum + amount, 0);
  differ('amount', payment.amount, intent.amount);
  differ('captured', payment.captured, intent.amount_received);
  differ('refunded', payment.refunded, given);
  differ('refunds', file.refunds.filter(({ refundId }) => refundId !== undefined).length, refunds.length);
  const ours = operations.filter(({ kind, status }) => kind === 'refund' && status !== 'declined');
  for (const { id, amount } of ours) {
    const made = refunds.filter(({ metadata }) => metadata?.psp_command_id === id);
    if (made.length > 1) faults.push(`refund ${id} was made ${made.length} times`);
    if (made.length === 0) faults.push(`refund ${id} is not at the PSP`);
    if (made.some((refund) => refund.amount !== amount)) faults.push(`refund ${id} has another amount at the PSP`);
  }
  for (const { metadata, id } of refunds) {
    const operation = metadata?.psp_command_id;
    if (operation !== undefined && !ours.some((other) => other.id === operation))
      faults.push(`refund ${id} was asked for by ${operation}, which says it did not happen`);
  }
  return faults;
}

/** Our statuses for what is so at the PSP. */
function statusFaults(file: PaymentFile, intent: Stripe.PaymentIntent, refunds: Stripe.Refund[]): string[] {
  const { status } = file.payment;
  const expected = expectedStatuses(file, intent, refunds);
  if (expected.includes(status)) return [];
  return [`status is "${status}"; the PSP says ${intent.status}, so it should be ${expected.join(' or ')}`];
}

function expectedStatuses(file: PaymentFile, intent: Stripe.PaymentIntent, refunds: Stripe.Refund[]): PaymentStatus[] {
  switch (intent.status) {
    case 'canceled':
      if (intent.cancellation_reason !== 'abandoned') return ['canceled'];
      // Given up while the customer paid: what was told first stays.
      return intent.latest_charge === null ? ['authorization_failed'] : ['authorization_failed', 'canceled'];
    case 'requires_capture':
      return ['authorized', 'capture_failed', 'cancellation_failed'];
    case 'succeeded': {
      const given = refunds.filter((refund) => !gone(refund));
      if (given.length === 0) return ['captured'];
      const ids = new Set(
        file.refunds
          .filter(({ status }) => status !== 'failed' && status !== 'canceled')
          .flatMap((refund) => refund.itemIds),
      );
      const isAll = given.reduce((sum, { amount }) => sum + amount, 0) >= intent.amount_received;
      const isEveryItem = file.payment.order.lines.every(({ id = '' }) => ids.has(id));
      return isAll || isEveryItem ? ['refunded'] : ['partially refunded'];
    }
    default:
      return ['new', 'authorization_failed', 'capture_failed', 'cancellation_failed'];
  }
}

/** Nothing waits and nothing was set aside, but what no payment will ever explain. */
function queueFaults({ inbox, files }: Evidence): string[] {
  const orders = new Set(files.map(({ payment }) => payment.orderReference));
  return inbox
    .filter(({ state, source, subject, result }) => {
      if (state === 'done') return false;
      if (state !== 'dead') return true;
      const isForNobody = source === 'command' && !orders.has(subject);
      return !isForNobody && result?.startsWith('about the former transaction') !== true;
    })
    .map(({ state, source, identity, result }) => `${source} ${identity} is ${state}: ${result ?? ''}`);
}

/** Keys without the attempt and without what a connector hangs on them. */
const stem = (key: string): string => key.split(':').slice(0, 4).join(':');

/** Every write at the PSP was stored before, and none took effect twice. */
function writeFaults({ journal, operations }: Evidence): string[] {
  const stored = new Set(operations.map(({ key }) => stem(key)));
  const faults: string[] = [];
  const done = new Map<string, number>();
  for (const { method, idempotencyKey: key, executed, status, path } of journal) {
    if (method !== 'POST' || key?.startsWith('buyer-') === true || key?.startsWith('psp-probe') === true) continue;
    if (key === null) faults.push(`${path} was written without a key`);
    else if (executed && !stored.has(stem(key))) faults.push(`${path} was written under ${key}, which nobody stored`);
    if (key !== null && executed && status >= 200 && status < 300) done.set(key, (done.get(key) ?? 0) + 1);
  }
  for (const [key, times] of done) if (times > 1) faults.push(`${key} took effect ${times} times`);
  return faults;
}
