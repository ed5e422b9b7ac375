/** What must be true of many orders after a fleet was killed again and again, told by simulator, shops and database. */
import { sql } from 'kysely';
import { expect } from 'vitest';
import { ledgerOf } from '../../src/domain/ledger.js';
import { readPaymentFile } from '../../src/storage/payments.js';
import type { Fleet } from './fleet.js';
import { until } from './sandbox.js';
import { AMOUNT, REFUND, type Delivered, type Shop } from './shops.js';

const TOLD = ['PaymentCreated', 'PaymentAuthorized', 'PaymentCaptured', 'PaymentRefunded'];

/** Waits until nothing is open any more. What was handed over and not acknowledged is brought forward. */
export async function settled({ db, nodes }: Fleet): Promise<void> {
  const open = sql<{ what: string; count: number }>`
    select 'operations' as what, count(*)::int as count from operations where status in ('asked', 'pending')
    union all select 'inbox', count(*)::int from inbox where state = 'due'
    union all select 'outbox', count(*)::int from outbox where state = 'queued'`;
  const look = async () => (await open.execute(db)).rows;
  await until(
    'nothing is open',
    async () => {
      await sql`update outbox set visible_at = now() where state = 'queued' and visible_at > now() + interval '2 seconds'`.execute(
        db,
      );
      return (await look()).every(({ count }) => count === 0);
    },
    async () => `${JSON.stringify(await look())}\n${nodes.map((node) => node.output().slice(-1500)).join('\n')}`,
  );
}

/** Nothing lost and nothing doubled. Returns how much was looked at. */
export async function expectNothingLost(fleet: Fleet, shops: readonly Shop[]): Promise<Record<string, number>> {
  const orders = shops.flatMap((shop) => [...shop.orders].map(([reference, id]) => ({ shop, reference, id })));
  const writes = await effectiveWrites(fleet);
  const faults: string[] = [];
  for (const { shop, reference, id } of orders) {
    const of = (path: string, name: string, value: unknown) =>
      writes.filter((write) => write.path === path && read(write.body, name) === value).length;
    const seen = {
      made: of('/v1/payment_intents', 'metadata.order_reference', reference),
      captured: writes.filter(({ path }) => path === `/v1/payment_intents/${id ?? ''}/capture`).length,
      refunded: writes.filter(({ path, body }) => path === '/v1/refunds' && refersTo(body, id)).length,
    };
    if (seen.made !== 1 || seen.captured !== 1 || seen.refunded !== 1)
      faults.push(`${reference}: ${JSON.stringify(seen)}`);
    faults.push(
      ...toldFaults(
        shop.log.filter(({ orderReference }) => orderReference === reference),
        reference,
      ),
    );
    faults.push(...(await ledgerFaults(fleet, shop, reference)));
  }
  faults.push(...(await sumFaults(shops)), ...(await restFaults(fleet)));
  expect(faults).toEqual([]);
  const deliveries = shops.flatMap(({ log }) => log);
  return {
    orders: orders.length,
    'requests at the PSP': writes.length,
    deliveries: deliveries.length,
    'delivered twice': deliveries.length - new Set(deliveries.map(({ messageId }) => messageId)).size,
    repeats: shops.reduce((sum, { failures }) => sum + failures.length, 0),
  };
}

type Write = Awaited<ReturnType<Fleet['simulator']['control']['requests']>>[number];

/** Requests that changed something at the PSP: executed and not refused. Replays and refusals do not count. */
async function effectiveWrites({ simulator }: Fleet): Promise<Write[]> {
  const all = await simulator.control.requests({ method: 'POST', executed: true });
  return all.filter(({ status, replayed }) => status === 200 && !replayed);
}

function read(body: Record<string, unknown>, path: string): unknown {
  return path.split('.').reduce<unknown>((value, name) => (value as Record<string, unknown> | undefined)?.[name], body);
}

function refersTo(body: Record<string, unknown>, id: string | undefined): boolean {
  return id !== undefined && body['payment_intent'] === id;
}

/** Each fact is told once, however often it was handed over, and in an order in which it can have happened. */
function toldFaults(log: readonly Delivered[], reference: string): string[] {
  const facts = new Map<string, Delivered>();
  for (const message of log) {
    const known = facts.get(message.transactionId);
    const isFirst = known === undefined || message.timestamp < known.timestamp;
    if (isFirst && message.name !== 'PaymentUpdated') facts.set(message.transactionId, message);
  }
  const told = [...facts.values()]
    .sort((a, b) => (a.timestamp < b.timestamp ? -1 : 1))
    .map(({ name }) => name)
    .join(', ');
  return told === TOLD.join(', ') ? [] : [`${reference}: told ${told}`];
}

async function ledgerFaults({ db, appId }: Fleet, { tenantId }: Shop, orderReference: string): Promise<string[]> {
  const file = await readPaymentFile(db, { appId, tenantId }, { orderReference });
  if (file === undefined) return [`${orderReference}: there is no payment`];
  const { status, captured, refunded } = file.payment;
  const { faults, balances } = ledgerOf(file);
  const sum = Object.values(balances).reduce<number>((total, balance = 0) => total + balance, 0);
  const seen = { status, captured, refunded, sum, faults };
  const wanted = { status, captured: AMOUNT, refunded: REFUND, sum: 0, faults: [] };
  return JSON.stringify(seen) === JSON.stringify(wanted) ? [] : [`${orderReference}: ${JSON.stringify(seen)}`];
}

/** What the PSP holds of each shop is what its orders add up to. */
async function sumFaults(shops: readonly Shop[]): Promise<string[]> {
  const faults: string[] = [];
  for (const { tenantId, stripe, orders } of shops) {
    const sums = { intents: 0, received: 0, refunded: 0 };
    for await (const intent of stripe.paymentIntents.list({ limit: 100 })) {
      // Checking the settings tries one as well.
      if (intent.metadata['order_reference'] === undefined) continue;
      sums.intents += 1;
      sums.received += intent.amount_received;
    }
    for await (const refund of stripe.refunds.list({ limit: 100 })) sums.refunded += refund.amount;
    const wanted = { intents: orders.size, received: orders.size * AMOUNT, refunded: orders.size * REFUND };
    if (JSON.stringify(sums) !== JSON.stringify(wanted))
      faults.push(`${tenantId}: ${JSON.stringify(sums)} instead of ${JSON.stringify(wanted)}`);
  }
  return faults;
}

/** Nothing waits, and nothing was set aside. */
async function restFaults({ db }: Fleet): Promise<string[]> {
  const { rows } = await sql<{ what: string }>`
    select 'operation ' || kind || ' ' || status as what from operations where status <> 'succeeded'
    union all select 'inbox ' || type || ' ' || state || ' ' || coalesce(result, '') from inbox where state <> 'done'
    union all select 'message ' || name || ' ' || state from outbox where state <> 'acknowledged'`.execute(db);
  return rows.map(({ what }) => what);
}
