/** Everything both sides know at the end of a story, read once. */
import { sql } from 'kysely';
import type Stripe from 'stripe';
import type { PaymentFile } from '../../src/domain/payment.js';
import type { JournalEntry } from '../../src/simulator/stripe/control.js';
import { askStripe, fileOf, type Stage } from './stage.js';

export interface Told {
  name: string;
  paymentId: string | null;
  announces: string | null;
  payload: { orderReference?: string; amount?: number; orderItemIds?: string[] };
  correlationId: string;
}

export interface InboxLine {
  source: string;
  identity: string;
  state: string;
  subject: string;
  result: string | null;
}

export interface OperationLine {
  id: string;
  kind: string;
  status: string;
  key: string;
  commandId: string;
  paymentId: string | null;
}

export interface Evidence {
  files: PaymentFile[];
  intents: Map<string, Stripe.PaymentIntent>;
  refunds: Stripe.Refund[];
  /** Messages in the order in which the shop gets them. */
  told: Told[];
  inbox: InboxLine[];
  operations: OperationLine[];
  journal: JournalEntry[];
}

/** Reads it. */
export async function gather(stage: Stage): Promise<Evidence> {
  const { db, appId } = stage;
  const files: PaymentFile[] = [];
  for (const { orderReference = '' } of stage.orders) {
    const file = await fileOf(stage, orderReference);
    if (file !== undefined) files.push(file);
  }
  const { data: intents } = await askStripe<{ data: Stripe.PaymentIntent[] }>(
    stage,
    '/v1/payment_intents?limit=100&expand[]=data.latest_charge',
  );
  const { data: refunds } = await askStripe<{ data: Stripe.Refund[] }>(stage, '/v1/refunds?limit=100');
  const told = await sql<Told>`select name, payment_id as "paymentId", announces, payload,
    attributes->>'correlationId' as "correlationId" from outbox where app_id = ${appId} order by id`.execute(db);
  const inbox = await sql<InboxLine>`select source, identity, state, subject, result from inbox
    where app_id = ${appId} order by id`.execute(db);
  const operations =
    await sql<OperationLine>`select id, kind, status, idempotency_key as key, command_id as "commandId",
    payment_id as "paymentId" from operations where app_id = ${appId} order by asked_at, id`.execute(db);
  return {
    files,
    intents: new Map(intents.map((intent) => [intent.id, intent])),
    refunds: refunds.filter(({ reason }) => reason !== 'expired_uncaptured_charge'),
    told: told.rows,
    inbox: inbox.rows,
    operations: operations.rows,
    journal: await stage.world.control.requests(),
  };
}
