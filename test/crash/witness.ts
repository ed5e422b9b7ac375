/** What must be true of an order when all is over, told by those who cannot be wrong: simulator, database and shop. */
import { expect } from 'vitest';
import { control, stripe, viewOrder, type Json, type Places } from './flow.js';
import { query } from './holds.js';
import { until } from './sandbox.js';

interface Entry {
  method: string;
  path: string;
  body: Record<string, unknown>;
  status: number;
  executed: boolean;
  replayed: boolean;
  fault: string | null;
  object: string | null;
}

/** Requests that changed something at the PSP: executed and not refused. Replays and refusals do not count. */
export async function effectiveWrites(places: Places): Promise<Entry[]> {
  const { data } = (await control(places, 'requests')) as { data: Entry[] };
  return data.filter(({ method, executed, replayed, status, fault }) => {
    const isDone = status === 200 || fault === 'drop_after' || fault === 'truncated' || fault === 'error_500_after';
    return method !== 'GET' && executed && !replayed && isDone;
  });
}

/** Everything about one finished order: one intent, one charge, one capture, one refund, every message told. */
export async function expectOneOfEach(
  places: Places,
  databaseUrl: string,
  reference: string,
  transactionId: string,
): Promise<void> {
  await everyMessageTaken(databaseUrl, reference);
  await expectSimulator(places, reference, transactionId);
  await expectDatabase(databaseUrl, reference, transactionId);
  expectMessages(await viewOrder(places, reference));
}

async function expectSimulator(places: Places, reference: string, transactionId: string): Promise<void> {
  const intents = (await stripe(places, '/v1/payment_intents?limit=100')).data.filter(
    (intent: Json) => intent.metadata.order_reference === reference,
  );
  expect(intents.map(({ id }: Json) => id)).toEqual([transactionId]);
  const [intent] = intents;
  expect(intent).toMatchObject({ status: 'succeeded', amount_received: intent.amount, amount_capturable: 0 });
  const charges = (await stripe(places, `/v1/charges?payment_intent=${transactionId}`)).data;
  expect(charges).toHaveLength(1);
  expect(charges[0]).toMatchObject({
    captured: true,
    amount_captured: intent.amount,
    refunded: true,
    amount_refunded: intent.amount,
  });
  const refunds = (await stripe(places, `/v1/refunds?payment_intent=${transactionId}`)).data;
  expect(refunds.map(({ amount, status }: Json) => ({ amount, status }))).toEqual([
    { amount: intent.amount, status: 'succeeded' },
  ]);
  const writes = await effectiveWrites(places);
  const count = (path: string, about = (_: Entry) => true): number =>
    writes.filter((entry) => entry.path === path && about(entry)).length;
  expect({
    made: count('/v1/payment_intents', ({ body }) => (body['metadata'] as Json)?.order_reference === reference),
    confirmed: count(`/v1/payment_intents/${transactionId}/confirm`),
    captured: count(`/v1/payment_intents/${transactionId}/capture`),
    refunded: count(
      '/v1/refunds',
      ({ body }) => body['payment_intent'] === transactionId || body['charge'] === charges[0].id,
    ),
  }).toEqual({ made: 1, confirmed: 1, captured: 1, refunded: 1 });
}

async function expectDatabase(databaseUrl: string, reference: string, transactionId: string): Promise<void> {
  const payments = await query(databaseUrl, 'select * from payments where order_reference = $1', [reference]);
  const [payment] = payments;
  expect(payments).toHaveLength(1);
  expect(payment).toMatchObject({
    transaction_id: transactionId,
    status: 'refunded',
    captured: payment?.['amount'],
    refunded: payment?.['amount'],
  });
  const operations = await query<{ kind: string; status: string }>(
    databaseUrl,
    'select kind, status from operations where payment_id = $1 order by asked_at',
    [payment?.['id']],
  );
  expect(operations).toEqual(['initialize', 'capture', 'refund'].map((kind) => ({ kind, status: 'succeeded' })));
  // What was under way when the database died is finished when its lease is over.
  const unfinished = "select type, state, result from inbox where subject in ($1, $2) and state <> 'done'";
  await until(
    `every webhook and command about ${reference} is done`,
    async () => (await query(databaseUrl, unfinished, [reference, transactionId])).length === 0,
  );
}

/** A message that was fetched and not acknowledged comes again after its visibility, which is brought forward here. */
async function everyMessageTaken(databaseUrl: string, reference: string): Promise<void> {
  const open = `from outbox where state = 'queued' and $1 in (payload->>'orderReference', payload->>'entityReference')`;
  await query(databaseUrl, `update outbox set visible_at = now() - interval '1 hour' where id in (select id ${open})`, [
    reference,
  ]);
  await until(
    `every message about ${reference} is acknowledged`,
    async () => (await query(databaseUrl, `select id ${open}`, [reference])).length === 0,
  );
}

/** Each happening is told, in an order in which it can have happened, and no failure is. */
function expectMessages(view: Json): void {
  const once = new Map<string, { name: string; timestamp: string }>();
  for (const { id, name, attributes } of view.messages) once.set(id, { name, timestamp: attributes.timestamp });
  const told = [...once.values()].sort((a, b) => (a.timestamp < b.timestamp ? -1 : 1)).map(({ name }) => name);
  expect(told.filter((name) => name !== 'PaymentUpdated')).toEqual([
    'PaymentCreated',
    'PaymentAuthorized',
    'PaymentCaptured',
    'PaymentRefunded',
  ]);
  expect(told[0]).toBe('PaymentCreated');
  // A shop that takes messages as they come must be able to follow, too.
  const arrived = view.messages.map(({ name }: Json) => name).filter((name: string) => name !== 'PaymentUpdated');
  expect([...new Set(arrived)]).toEqual(['PaymentCreated', 'PaymentAuthorized', 'PaymentCaptured', 'PaymentRefunded']);
}
