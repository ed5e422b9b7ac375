/** Everything both sides know at the end of a story, read once. */
import { sql } from 'kysely';
import type Stripe from 'stripe';
import type { PaymentFile } from '../../src/domain/payment.js';
import type { Merchant } from '../../src/domain/merchant.js';
import type { Transfer } from '../../src/domain/transfer.js';
import type { JournalEntry } from '../../src/simulator/stripe/control.js';
import type { AccountView } from '../../src/simulator/stripe/control/accounts.js';
import { listTransfers } from '../../src/storage/transfers.js';
import { askStripe, fileOf, type Stage } from './stage.js';

export interface Told {
  name: string;
  paymentId: string | null;
  announces: string | null;
  payload: {
    orderReference?: string;
    amount?: number;
    orderItemIds?: string[];
    merchantReference?: string;
    status?: string;
  };
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
  /** Shares of merchants as the app knows them, and as the PSP has them. */
  transfers: Transfer[];
  stripeTransfers: Stripe.Transfer[];
  merchants: Pick<Merchant, 'merchantReference' | 'accountId' | 'status'>[];
  /** Merchants' accounts at the PSP. */
  accounts: AccountView[];
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
  const shares = await transfersOf(stage);
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
    transfers: shares.ours,
    stripeTransfers: shares.theirs,
    merchants: await merchantsOf(stage),
    accounts: (await stage.world.control.accounts()).filter(({ platform }) => platform === stage.account),
  };
}

/** Shares of merchants on both sides, of all orders. */
export async function transfersOf(stage: Stage): Promise<{ ours: Transfer[]; theirs: Stripe.Transfer[] }> {
  if (stage.plan.merchants === undefined) return { ours: [], theirs: [] };
  const scope = { appId: stage.appId, tenantId: stage.tenantId };
  const ours: Transfer[] = [];
  for (const { orderReference = '' } of stage.orders) {
    const file = await fileOf(stage, orderReference);
    if (file !== undefined) ours.push(...(await listTransfers(stage.db, scope, { paymentId: file.payment.id })));
  }
  const { data: theirs } = await askStripe<{ data: Stripe.Transfer[] }>(stage, '/v1/transfers?limit=100');
  return { ours, theirs };
}

async function merchantsOf({ db, appId }: Stage): Promise<Evidence['merchants']> {
  const { rows } = await sql<{ reference: string; account: string | null; status: Merchant['status'] }>`
    select merchant_reference as reference, account_id as account, onboarding_status as status
    from merchants where app_id = ${appId}`.execute(db);
  return rows.map(({ reference, account, status }) => ({
    merchantReference: reference,
    status,
    ...(account === null ? {} : { accountId: account }),
  }));
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
