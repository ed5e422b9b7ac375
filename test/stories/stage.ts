/** One story under way: its tenant, its orders, what was commanded, and the ways to look at both sides. */
import { sql } from 'kysely';
import type { Order } from '../../src/domain/order.js';
import type { PaymentFile } from '../../src/domain/payment.js';
import type { TransferTold, TransferWish } from '../../src/flows/transfer.js';
import type { Db } from '../../src/storage/database.js';
import { readPaymentFile } from '../../src/storage/payments.js';
import { accountOf } from '../../src/simulator/stripe/resources/account.js';
import type { Plan, PlannedOrder } from './plan.js';
import { startKillable } from './killable.js';
import { startProgram, type Program, type SentCommand } from './program.js';
import type { World } from './world.js';

const CONFIGURE_TRIES = 8;

/** One request of the shop for its merchants' shares. */
export interface SentShares {
  wish: TransferWish;
  answers: TransferTold[][];
}

export interface Stage {
  plan: Plan;
  world: World;
  db: Db;
  databaseUrl: string;
  /** The bundled program of child.ts. */
  child: string;
  appId: string;
  tenantId: string;
  secretKey: string;
  /** The PSP's name for the account of this key. */
  account: string;
  orders: Order[];
  /** Every command with how often it was sent, in the order of the first time. */
  commands: { sent: SentCommand; times: number }[];
  /** Commands nobody has acknowledged. */
  unsent: SentCommand[];
  /** Every request for shares, with everything that was answered to it. */
  shares: SentShares[];
  /** What happened, in order, for the report of a failure. */
  trail: string[];
  crashes: number;
  /** Runs that have died. */
  dead: Program[];
  /** Seconds the app stays down after its next death. */
  downFor: number;
}

/** A story's stage in a world that was used before. */
export async function openStage(
  parts: Pick<Stage, 'plan' | 'world' | 'db' | 'databaseUrl' | 'child'> & { number: string },
): Promise<Stage> {
  const { plan, world, db, databaseUrl, child, number } = parts;
  await world.control.reset();
  world.fetches = plan.fetches;
  const account = `story${number}`;
  const stage: Stage = {
    plan,
    world,
    db,
    databaseUrl,
    child,
    appId: `s-${number}`,
    tenantId: `tenant-${number}`,
    secretKey: `sk_test_${account}`,
    account: accountOf(account),
    orders: plan.orders.map((planned, index) => orderOf(`DE--${number}-${index}`, planned)),
    commands: [],
    unsent: [],
    shares: [],
    trail: [],
    crashes: 0,
    dead: [],
    downFor: 0,
  };
  await raise(stage);
  const settings = {
    mode: 'test',
    secretKey: stage.secretKey,
    publishableKey: `pk_test_${account}`,
    ...plan.settings,
  };
  await patiently(() => theProgram(stage).configure(stage.tenantId, settings));
  return stage;
}

/** A busy machine may answer too late for the app's patience; a story begins all the same. */
async function patiently(work: () => Promise<void>): Promise<void> {
  for (let left = CONFIGURE_TRIES; ; left -= 1) {
    try {
      return await work();
    } catch (error) {
      if (left <= 1) throw error;
    }
  }
}

/** Starts a run of the app on the database as it is. */
export async function raise(stage: Stage): Promise<void> {
  const { db, world, appId, plan } = stage;
  const place = {
    db,
    clock: world.clock,
    appId,
    publicUrl: world.appUrl,
    stripeUrl: world.stripeUrl,
    retries: plan.retries,
    hears: (event: string, fields?: Record<string, unknown>) => note(stage, `    ${event} ${brief(fields)}`),
  };
  world.program = await (plan.kills ? startKillable(place, stage) : startProgram(place));
}

/** Buries a dead run and starts another one after its time. */
export async function reviveIfDead(stage: Stage): Promise<void> {
  const { world } = stage;
  const dead = world.program;
  if (dead?.isDead !== true) return;
  world.program = undefined;
  stage.dead.push(dead);
  stage.crashes += 1;
  note(stage, `  app died, down for ${stage.downFor} s`);
  void dead.end().catch(() => undefined);
  await world.advance(stage.downFor);
  await raise(stage);
}

export function theProgram(stage: Stage): Program {
  const { program } = stage.world;
  if (program === undefined) throw new Error('no app runs');
  return program;
}

export function note(stage: Stage, line: string): void {
  if (stage.trail.length < 4_000) stage.trail.push(line);
}

export function fileOf(stage: Stage, orderReference: string): Promise<PaymentFile | undefined> {
  return readPaymentFile(stage.db, { appId: stage.appId, tenantId: stage.tenantId }, { orderReference });
}

/** Asks Stripe as the tenant, or as the buyer when there is a body. Never throws for a refusal. */
export async function askStripe<T>(stage: Stage, path: string, body?: Record<string, string>): Promise<T> {
  const response = await fetch(`${stage.world.stripeUrl}${path}`, {
    headers: {
      authorization: `Bearer ${stage.secretKey}`,
      ...(body === undefined ? {} : { 'idempotency-key': `buyer-${crypto.randomUUID()}` }),
    },
    ...(body === undefined ? {} : { method: 'POST', body: new URLSearchParams(body) }),
  });
  return (await response.json()) as T;
}

export interface Open {
  /** Work that is due now. */
  due: number;
  /** Rows that wait for a later moment or for an answer. */
  waiting: number;
}

/** What the app has still to do by its own tables. */
export async function openWork(stage: Stage): Promise<Open> {
  const now = new Date(stage.world.clock.now()).toISOString();
  const { rows } = await sql<{ due: number; waiting: number }>`select
    (select count(*) from inbox i where app_id = ${stage.appId} and state = 'due' and due_at <= ${now}::timestamptz
      and not exists (select 1 from inbox b where b.app_id = i.app_id and b.source = i.source and b.subject = i.subject
        and b.state = 'due' and b.id < i.id))::int
    + (select count(*) from operations where app_id = ${stage.appId} and status in ('asked', 'pending') and next_ask_at <= ${now}::timestamptz)::int
    + (select count(*) from payments where app_id = ${stage.appId} and next_look_at <= ${now}::timestamptz)::int as due,
    (select count(*) from inbox where app_id = ${stage.appId} and state = 'due')::int
    + (select count(*) from operations where app_id = ${stage.appId} and status in ('asked', 'pending'))::int as waiting
  `.execute(stage.db);
  const [row] = rows;
  return { due: row?.due ?? 0, waiting: row?.waiting ?? 0 };
}

function orderOf(orderReference: string, { items: prices, currency }: PlannedOrder): Order {
  return {
    orderReference,
    grandTotal: prices.reduce((sum, price) => sum + price, 0),
    currency,
    paymentMethod: 'credit-card',
    customerEmail: 'ada@example.com',
    billing: { firstName: 'Ada', lastName: 'Lovelace', country: 'DE' },
    lines: prices.map((unitPrice, index) => ({
      id: String(101 + index),
      sku: `00${index}`,
      name: `Item ${index}`,
      quantity: 1,
      unitPrice,
    })),
    expenses: [],
    additional: {},
  };
}

function brief(fields: Record<string, unknown> = {}): string {
  const shown = Object.entries(fields).filter(
    ([name]) => !['tenant', 'connector', 'payment', 'requestId'].includes(name),
  );
  return shown
    .map(([name, value]) => `${name}=${value instanceof Error ? value.message.slice(0, 200) : String(value)}`)
    .join(' ');
}
