/** Rows for tests of storage: a payment as a flow would store it, an inbox entry, a message. */
import { v7 } from 'uuid';
import type { Message } from '../../src/domain/message.js';
import type { OperationKind } from '../../src/domain/operation.js';
import type { Payment } from '../../src/domain/payment.js';
import type { InboxEntry } from '../../src/storage/inbox.js';
import { storeNewPayment } from '../../src/storage/new-payment.js';
import type { Db } from '../../src/storage/database.js';
import type { Operation } from '../../src/storage/operations.js';
import { findPayment, type Scope } from '../../src/storage/payments.js';
import { givenPayment } from '../domain/given.js';

export const NOW = '2026-03-01T10:00:00.000Z';
export const after = (seconds: number): string => new Date(Date.parse(NOW) + seconds * 1000).toISOString();
export const scope = (tenantId: string): Scope => ({ appId: 'quittance', tenantId });

export function operation(tenantId: string, kind: OperationKind, changes: Partial<Operation> = {}): Operation {
  const id = v7();
  return {
    id, tenantId, connector: 'sandbox', kind, attempt: 1, status: 'asked', keySpent: false, idempotencyKey: `key-${id}`,
    parameters: {}, patch: {}, amount: 12_000, itemIds: ['101'], capturedBefore: 0, commandId: `command-${id}`, askings: 1,
    askedAt: NOW, nextAskAt: after(10), ...changes,
  }; // prettier-ignore
}

/** Stores a payment with its initialize, and returns it as it is read. */
export async function stored(db: Db, tenantId: string, changes: Partial<Payment> = {}): Promise<Payment> {
  const id = v7();
  const payment = givenPayment({ id, tenantId, orderReference: `DE--${id}`, ...changes });
  delete payment.transactionId;
  const asked = operation(tenantId, 'initialize', { paymentId: id, status: 'succeeded' });
  if (!(await storeNewPayment(db, scope(tenantId), payment, asked))) throw new Error('not stored');
  return reread(db, payment);
}

export async function reread(db: Db, { id, tenantId }: Payment): Promise<Payment> {
  const payment = await findPayment(db, scope(tenantId), { id });
  if (payment === undefined) throw new Error('no such payment');
  return payment;
}

export function entry(changes: Partial<InboxEntry> = {}): InboxEntry {
  const identity = v7();
  return {
    source: 'webhook',
    identity,
    subject: 'sbx_one',
    type: 'payment',
    mode: 'test',
    body: 'sealed',
    attributes: {},
    ...changes,
  };
}

export function message(changes: Partial<Message> = {}): Message {
  return { id: v7(), channel: 'payment-events', name: 'PaymentUpdated', payload: {}, attributes: {}, ...changes };
}
