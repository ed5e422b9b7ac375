/** What must hold of the messages of a story: everything told, nothing twice, in an order that makes sense. */
import { validateMessage } from '../../src/contract/check.js';
import type { PaymentFile } from '../../src/domain/payment.js';
import type { Evidence, Told } from './evidence.js';
import type { Stage } from './stage.js';

/** Names of the two answers to each command. */
const ANSWERS = {
  capture: ['PaymentCaptured', 'PaymentCaptureFailed'],
  cancel: ['PaymentCanceled', 'PaymentCancellationFailed'],
  refund: ['PaymentRefunded', 'PaymentRefundFailed'],
} as const;

export function messageFaults(stage: Stage, evidence: Evidence): string[] {
  return [
    ...evidence.files.flatMap((file) =>
      orderFaults(file, evidence).map((fault) => `${file.payment.orderReference ?? ''}: ${fault}`),
    ),
    ...evidence.told.flatMap(({ name, payload }) => {
      const fault = validateMessage(name, payload);
      return fault === undefined ? [] : [`${name} does not fit its shape: ${fault}`];
    }),
    ...twice(evidence.told),
    ...answerFaults(stage, evidence),
  ];
}

/** First authorized, then captured, then refunded; what is so in the end was told. */
function orderFaults(file: PaymentFile, { told }: Evidence): string[] {
  const { payment, operations } = file;
  const own = told.filter(({ payload }) => payload.orderReference === payment.orderReference);
  const first = (name: string): number => own.findIndex((message) => message.name === name);
  const faults: string[] = [];
  const before = (earlier: string, later: string): void => {
    if (first(later) >= 0 && (first(earlier) < 0 || first(earlier) > first(later)))
      faults.push(`${later} was told without ${earlier} before it`);
  };
  before('PaymentAuthorized', 'PaymentCaptured');
  before('PaymentCaptured', 'PaymentRefunded');
  const wants = (name: string): void => {
    if (first(name) < 0) faults.push(`${name} was never told`);
  };
  // Authorized and gone before anybody heard of it: then only the end is told.
  const isGone = payment.status === 'canceled' || payment.status === 'authorization_failed';
  if (payment.authorized > 0 && !isGone) wants('PaymentAuthorized');
  if (payment.captured > 0) wants('PaymentCaptured');
  if (payment.status === 'canceled') wants('PaymentCanceled');
  for (const { kind, status, id, amount, itemIds } of operations) {
    if (kind !== 'capture' || status !== 'succeeded') continue;
    const announced = own.filter(({ name, announces }) => name === 'PaymentCaptured' && announces?.endsWith(`:${id}`));
    if (announced.length !== 1) faults.push(`capture ${id} was announced ${announced.length} times`);
    const payload = announced[0]?.payload;
    if (payload !== undefined && (payload.amount !== amount || payload.orderItemIds?.join() !== itemIds.join()))
      faults.push(`capture ${id} of ${amount} for ${itemIds.join()} was announced as ${JSON.stringify(payload)}`);
  }
  return [...faults, ...finalFaults(file, own)];
}

/** Cancels and refunds of ours that are over are announced once, with what they were about. */
function finalFaults(file: PaymentFile, own: Told[]): string[] {
  const faults: string[] = [];
  const once = (name: string, suffix: string, about?: { amount: number; itemIds: readonly string[] }): void => {
    const announced = own.filter((message) => message.name === name && message.announces?.endsWith(suffix));
    if (announced.length !== 1) faults.push(`${name} for ${suffix} was told ${announced.length} times`);
    const payload = announced[0]?.payload;
    const isSame = payload?.amount === about?.amount && payload?.orderItemIds?.join() === about?.itemIds.join();
    if (payload !== undefined && about !== undefined && about.itemIds.length > 0 && !isSame)
      faults.push(`${name} for ${suffix}, ${about.amount} of ${about.itemIds.join()}, said ${JSON.stringify(payload)}`);
  };
  for (const { kind, status, id } of file.operations) {
    if (kind !== 'cancel' && kind !== 'reverse') continue;
    if (status === 'succeeded') once('PaymentCanceled', `:${id}`);
    if (status === 'declined') once('PaymentCancellationFailed', `:${id}`);
  }
  for (const refund of file.refunds) {
    const asked = file.operations.find(({ id }) => id === refund.operationId);
    if (asked?.kind !== 'refund') continue;
    // A part that came back later was told as such.
    const lost = own.filter(({ announces }) => announces?.endsWith(`:${refund.id}:part`) === true);
    const amount = lost.reduce((sum, { payload }) => sum + (payload.amount ?? 0), refund.amount);
    const about = { amount, itemIds: asked.itemIds };
    if (refund.status === 'succeeded') once('PaymentRefunded', `${refund.id}:succeeded`, about);
    if (refund.status === 'failed') once('PaymentRefundFailed', `${refund.id}:failed`, about);
  }
  return faults;
}

/** The same thing is announced once per payment. */
function twice(told: Told[]): string[] {
  const seen = new Set<string>();
  return told.flatMap(({ name, paymentId, announces }) => {
    if (announces === null) return [];
    const thing = `${paymentId ?? ''} ${announces}`;
    const isKnown = seen.has(thing);
    seen.add(thing);
    return isKnown ? [`${name} was told twice for ${announces}`] : [];
  });
}

/** Every command is answered at least once, and not more often than it was sent. */
function answerFaults({ commands }: Stage, { told, inbox }: Evidence): string[] {
  return commands.flatMap(({ sent, times }) => {
    const row = inbox.find(({ identity }) => identity === sent.identity);
    if (row === undefined) return [`command ${sent.identity} was lost`];
    if (row.state === 'dead' || row.result?.startsWith('ignored') === true) return [];
    const [done, refused] = ANSWERS[sent.command.kind];
    const own = told.filter(
      ({ correlationId, name }) => correlationId === sent.correlationId && (name === done || name === refused),
    );
    const most = Math.max(...[done, refused].map((name) => own.filter((message) => message.name === name).length));
    const what = `command ${sent.identity} (${sent.command.kind}, sent ${times} times, ${row.result ?? ''})`;
    if (own.length === 0) return [`${what} was never answered`];
    return most > times ? [`${what} was answered ${most} times`] : [];
  });
}
