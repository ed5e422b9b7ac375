/** What must hold at the end of every story. Each check returns what is wrong in one line per fault. */
import type Stripe from 'stripe';
import { ledgerOf } from '../../src/domain/ledger.js';
import type { PaymentFile } from '../../src/domain/payment.js';
import type { Evidence } from './evidence.js';
import type { Stage } from './stage.js';
import { marketFaults } from './market-invariants.js';
import { messageFaults } from './message-invariants.js';
import { expectedStatuses, givenBack, surplusOf, takenOf, type OtherSide } from './other-side.js';

/** All faults of a story. */
export function faultsOf(stage: Stage, evidence: Evidence): string[] {
  return [
    ...evidence.files.flatMap((file) =>
      paymentFaults(stage, file, evidence).map((fault) => `${nameOf(file)}: ${fault}`),
    ),
    ...queueFaults(evidence),
    ...writeFaults(evidence),
    ...messageFaults(stage, evidence),
    ...(stage.plan.merchants === undefined ? [] : marketFaults(stage, evidence)),
  ];
}

const nameOf = ({ payment }: PaymentFile): string => payment.orderReference ?? payment.id;

function paymentFaults(stage: Stage, file: PaymentFile, evidence: Evidence): string[] {
  const { payment } = file;
  const faults = ledgerOf(file).faults.map((fault) => `ledger: ${fault}`);
  const unsettled = file.operations.filter(({ status }) => status === 'asked' || status === 'pending');
  for (const { kind, status } of unsettled) faults.push(`${kind} is still ${status}`);
  if (payment.transactionId === undefined) return faults;
  const intent = evidence.intents.get(payment.transactionId);
  if (intent === undefined) return [...faults, `the PSP has no ${payment.transactionId}`];
  const refunds = evidence.refunds.filter(
    ({ payment_intent: id, metadata }) =>
      id === intent.id || (id === null && metadata?.psp_transaction_id === intent.id),
  );
  const side: OtherSide = { intent, refunds, arrived: evidence.arrived.get(intent.id), endedAt: evidence.endedAt };
  return [...faults, ...amountFaults(file, side), ...refundFaults(file, side), ...statusFaults(stage, file, side)];
}

function amountFaults({ payment }: PaymentFile, side: OtherSide): string[] {
  const { intent, refunds, arrived } = side;
  const faults: string[] = [];
  const differ = (what: string, ours: number, theirs: number): void => {
    if (ours !== theirs) faults.push(`${what}: we know ${ours}, the PSP has ${theirs}`);
  };
  const { captured, authorized, refunded } = payment;
  if (authorized > 0 && captured > limitOf(authorized, intent) + surplusOf(side))
    faults.push(`captured ${captured} of ${authorized}`);
  if (refunded > Math.max(captured, arrived?.total ?? 0)) faults.push(`refunded ${refunded} of ${captured} captured`);
  differ('amount', payment.amount, intent.amount);
  differ('captured', captured, takenOf(side));
  differ('refunded', refunded, givenBack(refunds));
  return faults;
}

/** What is authorized, or as much more as the charge allows. */
function limitOf(authorized: number, { latest_charge: charge }: Stripe.PaymentIntent): number {
  const card = typeof charge === 'object' ? charge?.payment_method_details?.card : undefined;
  return Math.max(authorized, card?.overcapture?.maximum_amount_capturable ?? 0);
}

/** Every refund of ours is at the PSP, as one or as two halves, and those of others are known to us. */
function refundFaults(file: PaymentFile, { refunds }: OtherSide): string[] {
  const faults: string[] = [];
  const ours = file.operations.filter(({ kind }) => kind === 'refund' || kind === 'reverse' || kind === 'return');
  const isThere = ({ status }: { status: string }): boolean => status !== 'declined';
  for (const operation of ours.filter(isThere)) {
    const { id, amount, status } = operation;
    const made = refunds.filter(({ metadata }) => metadata?.psp_command_id === id);
    const sum = made.reduce((total, refund) => total + refund.amount, 0);
    if (made.length === 0 && status !== 'failed') faults.push(`refund ${id} is not at the PSP`);
    if (made.length > 2 || sum > amount) faults.push(`refund ${id} of ${amount} was made ${made.length} times: ${sum}`);
    if (made.length > 0 && sum !== amount) faults.push(`refund ${id} of ${amount} is one of ${sum} at the PSP`);
  }
  for (const { metadata, id } of refunds) {
    const operation = metadata?.psp_command_id;
    if (operation !== undefined && !ours.some((other) => other.id === operation && isThere(other)))
      faults.push(`refund ${id} was asked for by ${operation}, which says it did not happen`);
  }
  const foreign = refunds.filter(({ metadata }) => metadata?.psp_command_id === undefined);
  const known = file.refunds.filter(({ operationId, refundId }) => operationId === undefined && refundId !== undefined);
  if (foreign.length !== known.length)
    faults.push(`refunds of others: we know ${known.length}, the PSP has ${foreign.length}`);
  return faults;
}

/** Our statuses for what is so at the PSP. */
function statusFaults(stage: Stage, file: PaymentFile, side: OtherSide): string[] {
  const { status } = file.payment;
  const expected = expectedStatuses(stage.plan, file, side);
  if (expected.includes(status)) return [];
  return [`status is "${status}"; the PSP says ${side.intent.status}, so it should be ${expected.join(' or ')}`];
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

/** Every write at the PSP was stored before with what was sent, and none took effect twice. */
function writeFaults({ journal, operations }: Evidence): string[] {
  const stored = new Map<string, string>();
  for (const { key, parameters } of operations)
    stored.set(stem(key), `${stored.get(stem(key)) ?? ''}${JSON.stringify(parameters)}`);
  const faults: string[] = [];
  const done = new Map<string, number>();
  for (const { method, idempotencyKey: key, executed, status, path, body } of journal) {
    if (method !== 'POST' || key?.startsWith('buyer-') === true || key?.startsWith('psp-probe') === true) continue;
    if (key === null) {
      faults.push(`${path} was written without a key`);
      continue;
    }
    if (!executed) continue;
    const wanted = stored.get(stem(key));
    if (wanted === undefined) faults.push(`${path} was written under ${key}, which nobody stored`);
    else for (const part of unknownParts(body, wanted)) faults.push(`${path} was sent ${part}, which nobody stored`);
    if (status >= 200 && status < 300) done.set(key, (done.get(key) ?? 0) + 1);
  }
  for (const [key, times] of done) if (times > 1) faults.push(`${key} took effect ${times} times`);
  return faults;
}

/** What a connector learns only when it asks: ids of the PSP, and which half of a refund goes which way. */
const LEARNED = new Set([
  'customer',
  'origin',
  'cancellation_reason',
  'instructions_email',
  'psp_refund_total',
  'final_capture',
]);

/** Texts and numbers that were sent and do not stand in what was stored. Amounts of halves are checked elsewhere. */
function unknownParts(body: unknown, stored: string, name = ''): string[] {
  if (typeof body === 'object' && body !== null)
    return Object.entries(body).flatMap(([member, value]) =>
      unknownParts(value, stored, /^\d+$/.test(member) ? name : member),
    );
  const text = String(body);
  const isHidden = text.includes('[card') || text.includes('[hidden]') || text.includes('[account');
  if (LEARNED.has(name) || isHidden || stored.includes(text) || stored.includes(JSON.stringify(text).slice(1, -1)))
    return [];
  return name === 'amount' ? [] : [`${name}=${text}`];
}
