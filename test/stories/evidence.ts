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
  amount: number;
  parameters: unknown;
}

export interface Evidence {
  files: PaymentFile[];
  intents: Map<string, Stripe.PaymentIntent>;
  refunds: Stripe.Refund[];
  /** What arrived by bank transfer for the customer of an intent, in minor units, by intent. */
  arrived: Map<string, Arrived>;
  /** The story's time at its end, milliseconds. */
  endedAt: number;
  /** Messages in the order in which the shop gets them. */
  told: Told[];
  inbox: InboxLine[];
  operations: OperationLine[];
  journal: JournalEntry[];
}

export interface Arrived {
  total: number;
  /** Milliseconds since 1970. */
  lastAt: number;
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
    payment_id as "paymentId", amount, parameters from operations where app_id = ${appId} order by asked_at, id`.execute(
      db,
    );
  const journal = await stage.world.control.requests();
  return {
    files,
    intents: new Map(intents.map((intent) => [intent.id, intent])),
    refunds: refunds.filter(({ reason }) => reason !== 'expired_uncaptured_charge'),
    arrived: await arrivals(stage, intents),
    endedAt: stage.world.clock.now(),
    told: told.rows,
    inbox: inbox.rows,
    operations: operations.rows,
    // Of a story before, whose app is dead, a request may still have been on its way.
    journal: journal.filter(({ account }) => account === null || account === stage.account),
  };
}

async function arrivals(stage: Stage, intents: Stripe.PaymentIntent[]): Promise<Map<string, Arrived>> {
  const arrived = new Map<string, Arrived>();
  for (const { id, customer } of intents) {
    if (typeof customer !== 'string') continue;
    const path = `/v1/customers/${customer}/cash_balance_transactions?limit=100`;
    const { data } = await askStripe<{ data: Stripe.CustomerCashBalanceTransaction[] }>(stage, path);
    const sent = data.filter(({ type }) => type === 'funded');
    if (sent.length === 0) continue;
    const total = sent.reduce((sum, { net_amount: amount }) => sum + amount, 0);
    arrived.set(id, { total, lastAt: Math.max(...sent.map(({ created }) => created)) * 1000 });
  }
  return arrived;
}
