/** Everything on record about one payment besides its file: what was asked, what was told us, what we told. */
import { sql } from 'kysely';
import type { Db } from './database.js';
import type { Scope } from './payments.js';

export interface PaymentRecord {
  operations: RecordedOperation[];
  /** Webhooks and commands about it, oldest first. */
  received: RecordedEntry[];
  /** Messages about it, oldest first. */
  told: RecordedMessage[];
}

export interface RecordedOperation {
  id: string;
  kind: string;
  status: string;
  attempt: number;
  askings: number;
  amount: number;
  itemIds: string[];
  reason: string | null;
  /** Identity of the command that asked for it; null when nobody did. */
  commandId: string | null;
  askedAt: string;
  settledAt: string | null;
}

export interface RecordedEntry {
  id: number;
  source: string;
  /** What makes two deliveries the same one. */
  identity: string;
  type: string;
  state: string;
  attempts: number;
  result: string | null;
  receivedAt: string;
}

export interface RecordedMessage {
  name: string;
  channel: string;
  state: string;
  deliveries: number;
  payload: Record<string, unknown>;
  createdAt: string;
}

/** Reads the record. Bodies of webhooks stay sealed: they hold personal data and client secrets. */
export async function readPaymentRecord(
  db: Db,
  scope: Scope,
  payment: { id: string; orderReference?: string; references: string[] },
): Promise<PaymentRecord> {
  const operations = await sql<RecordedOperation>`
    select id, kind, status, attempt, askings, amount, item_ids as "itemIds", reason,
      command_id as "commandId", asked_at as "askedAt", settled_at as "settledAt"
    from operations where app_id = ${scope.appId} and tenant_id = ${scope.tenantId} and payment_id = ${payment.id}
    order by asked_at, id`.execute(db);
  const subjects = [...payment.references, ...(payment.orderReference === undefined ? [] : [payment.orderReference])];
  const received = await sql<RecordedEntry>`
    select id, source, identity, type, state, attempts, result, received_at as "receivedAt" from inbox
    where app_id = ${scope.appId} and tenant_id = ${scope.tenantId} and subject = any(${subjects}::text[])
    order by id`.execute(db);
  const told = await sql<RecordedMessage>`
    select name, channel, state, deliveries, payload, created_at as "createdAt" from outbox
    where app_id = ${scope.appId} and tenant_id = ${scope.tenantId} and payment_id = ${payment.id}
    order by id`.execute(db);
  return { operations: operations.rows, received: received.rows, told: told.rows };
}
