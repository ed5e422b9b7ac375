/**
 * Two nodes and one database: the same transfers asked for at both at once, and one of them killed with -9 in the middle.
 * The simulated Stripe is the witness: every item is paid once, and both tell the same.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { sql } from 'kysely';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openAccount } from '../simulator/stripe/support/merchants.js';
import { freePortTriple } from '../support/sandbox.js';
import type { TestShop } from '../support/app.js';
import { eventually, ITEMS } from '../flows/heart.js';
import { item, merchant, transfersOf, type Item, type Row } from '../flows/marketplaces.js';
import { patiently, stripeStage, type StripeStage } from '../flows/stripe-stage.js';

let stage: StripeStage;
let shop: TestShop;
let token: string;
beforeAll(async () => {
  stage = await stripeStage();
  shop = await stage.shop({ businessModel: 'marketplace' });
  token = await stage.app.token('aop-app', shop.tenantId);
  for (const reference of ['MER1', 'MER2']) {
    const account = await openAccount(stage.stripe(shop), stage.control);
    await merchant(stage.app, shop, reference, { account, connector: 'stripe' });
  }
});
afterAll(() => stage.close());

interface Node {
  url: string;
  /** kill -9; resolves when it is gone. */
  kill(): Promise<void>;
}

const running = new Set<ChildProcess>();
afterEach(async () => {
  await stage.control.clearFaults();
  for (const child of running) await killed(child);
});

async function killed(child: ChildProcess): Promise<void> {
  running.delete(child);
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}

/** Another node of the same app, as a program of its own. */
async function secondNode(): Promise<Node> {
  const port = await freePortTriple();
  const env = {
    ...process.env,
    PORT: String(port),
    MASTER_KEY: stage.app.masterKey,
    NODE_DATABASE_URL: stage.app.databaseUrl,
    STRIPE_API_URL: stage.instead.url,
    // Behind one address, as nodes are: tokens of one are taken by the other.
    PUBLIC_URL: stage.app.config.publicUrl,
  };
  const child = spawn(process.execPath, ['--import', 'tsx', 'test/support/second-node.ts'], { env });
  running.add(child);
  let said = '';
  child.stdout.on('data', (data: Buffer) => (said += data.toString()));
  child.stderr.on('data', (data: Buffer) => (said += data.toString()));
  await eventually('a second node', () => {
    if (child.exitCode !== null) throw new Error(said);
    return Promise.resolve(said.includes('ready'));
  });
  return { url: `http://127.0.0.1:${port}`, kill: () => killed(child) };
}

async function captured(): Promise<{ order: string; intent: string }> {
  const { orderReference, transactionId } = await stage.authorized(shop);
  await shop.command('CapturePayment', { orderReference, ...ITEMS, amount: 12_000 });
  await patiently(shop, 'PaymentCaptured', orderReference);
  return { order: orderReference, intent: transactionId };
}

async function sendTo(url: string, items: Item[]): Promise<Row[]> {
  const response = await fetch(`${url}/private/payments/transfers`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-tenant-identifier': shop.tenantId,
      authorization: `Bearer ${token}`,
    },
    body: JSON.stringify({ paymentTransmissionItems: items }),
  });
  expect(response.status).toBe(200);
  return ((await response.json()) as { transfers: Row[] }).transfers;
}

async function sharesOf(intent: string) {
  const stripe = stage.stripe(shop);
  const { transfer_group: group } = await stripe.paymentIntents.retrieve(intent);
  return (await stripe.transfers.list({ transfer_group: group ?? '', limit: 100 })).data;
}

/** A transaction that holds rows until it is ended. */
async function holding(): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: stage.app.databaseUrl });
  client.on('error', () => undefined);
  await client.connect();
  await client.query('begin');
  return client;
}

/** Asks until nothing of it is unanswered any more. */
function told(items: Item[]): Promise<Row[]> {
  return eventually('an answer', async () => {
    const rows = await sendTo(stage.app.url, items);
    return rows.every(({ isSuccessful }) => isSuccessful) && rows;
  });
}

describe('the same request at once', () => {
  it('in one process: paid once, and everybody is told the same', async () => {
    const { order, intent } = await captured();
    const items = [item(order, 'i1', 4000), item(order, 'i2', 3000, { merchant_reference: 'MER2' })];
    const answers = await Promise.all(Array.from({ length: 6 }, () => sendTo(stage.app.url, items)));
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    expect((await sharesOf(intent)).map(({ id }) => id).sort()).toEqual(
      (answers[0] ?? []).map(({ transferId }) => transferId).sort(),
    );
    const back = [item(order, 'i1', -1500, { transfer_id: answers[0]?.[0]?.transferId ?? '' })];
    const reversals = await Promise.all(Array.from({ length: 4 }, () => sendTo(stage.app.url, back)));
    for (const answer of reversals) expect(answer).toEqual(reversals[0]);
    expect((await sharesOf(intent)).map(({ amount_reversed: reversed }) => reversed).sort()).toEqual([0, 1500]);
  });

  it('in two processes on one PostgreSQL: paid once, and both tell the same', async () => {
    const { url } = await secondNode();
    for (let round = 0; round < 5; round += 1) {
      const { order, intent } = await captured();
      const items = [item(order, 'i1', 4000), item(order, 'i2', 3000, { merchant_reference: 'MER2' })];
      const [here, there] = await Promise.all([sendTo(stage.app.url, items), sendTo(url, items)]);
      expect(there).toEqual(here);
      expect(here.every(({ isSuccessful }) => isSuccessful)).toBe(true);
      expect(await sharesOf(intent)).toHaveLength(2);
      const back = [item(order, 'i1', -1500, { transfer_id: here[0]?.transferId ?? '' })];
      const [one, other] = await Promise.all([sendTo(stage.app.url, back), sendTo(url, back)]);
      expect(other).toEqual(one);
      expect((await sharesOf(intent)).map(({ amount_reversed: reversed }) => reversed).sort()).toEqual([0, 1500]);
    }
  });
});

describe('kill -9 of the node that was asked', () => {
  const path = '/v1/transfers';
  const isAsked = (order: string) =>
    eventually('a stored asking', async () =>
      (await transfersOf(stage.app, shop, order)).some(({ status }) => status === 'asked'),
    );
  const isMet = (effect: string) =>
    eventually(`the fault ${effect}`, async () =>
      (await stage.control.requests({ method: 'POST', path })).some(({ fault }) => fault === effect),
    );

  it('asked, not executed: another node asks again, and it is paid once', async () => {
    const node = await secondNode();
    const { order, intent } = await captured();
    await stage.control.addFault({ match: { method: 'POST', path }, effect: 'hang' });
    const items = [item(order, 'i1', 4000)];
    const lost = sendTo(node.url, items).catch(() => undefined);
    await isAsked(order);
    await isMet('hang');
    await node.kill();
    await lost;
    const [row] = await told(items);
    expect((await sharesOf(intent)).map(({ id }) => id)).toEqual([row?.transferId]);
  });

  it('executed, not answered: another node learns of it, and it is paid once', async () => {
    const node = await secondNode();
    const { order, intent } = await captured();
    const match = { method: 'POST', path };
    await stage.control.addFault({ match, effect: 'drop_after' });
    await stage.control.addFault({ match, effect: 'hang' });
    const items = [item(order, 'i1', 4000)];
    const lost = sendTo(node.url, items).catch(() => undefined);
    await eventually('the execution', async () => (await sharesOf(intent)).length === 1);
    await node.kill();
    await lost;
    await stage.control.clearFaults();
    const [row] = await told(items);
    expect((await sharesOf(intent)).map(({ id }) => id)).toEqual([row?.transferId]);
  });

  it('answered, not settled: another node settles it', async () => {
    const node = await secondNode();
    const { order, intent } = await captured();
    await stage.control.addFault({ match: { method: 'POST', path }, effect: 'slow', delayMs: 1_000 });
    const items = [item(order, 'i1', 4000)];
    const lost = sendTo(node.url, items).catch(() => undefined);
    await isAsked(order);
    const holder = await holding();
    await holder.query('select id from transfers where tenant_id = $1 for update', [shop.tenantId]);
    await eventually('the execution', async () => (await sharesOf(intent)).length === 1);
    await node.kill();
    await lost;
    await holder.end();
    expect((await transfersOf(stage.app, shop, order)).map(({ status }) => status)).toEqual(['asked']);
    const [row] = await told(items);
    expect((await sharesOf(intent)).map(({ id }) => id)).toEqual([row?.transferId]);
  });

  it('before anything was stored: nothing was asked, and the repeat pays', async () => {
    const node = await secondNode();
    const { order, intent } = await captured();
    const holder = await holding();
    await holder.query('select id from payments where tenant_id = $1 for update', [shop.tenantId]);
    const items = [item(order, 'i1', 4000)];
    const lost = sendTo(node.url, items).catch(() => undefined);
    await eventually('a node that waits', async () => {
      const { rows } = await sql`select 1 from pg_stat_activity
        where wait_event_type = 'Lock' and query like '%for no key update%'`.execute(stage.app.app.db);
      return rows.length > 0;
    });
    await node.kill();
    await lost;
    await holder.end();
    expect(await sharesOf(intent)).toEqual([]);
    await told(items);
    expect(await sharesOf(intent)).toHaveLength(1);
  });
});
