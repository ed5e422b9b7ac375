/** What tests of the heart look into: rows of the inbox, operations and payments, and a clock that can be moved. */
import { sql } from 'kysely';
import { systemClock } from '../../src/clock.js';
import type { Clock } from '../../src/domain/clock.js';
import type { PaymentFile } from '../../src/domain/payment.js';
import { readPaymentFile } from '../../src/storage/payments.js';
import type { Received, TestApp, TestShop } from '../support/app.js';

export interface MovableClock extends Clock {
  advance(seconds: number): void;
}

/** Real time, and as much later as it was moved. */
export function movableClock(): MovableClock {
  let offset = 0;
  return { now: () => systemClock.now() + offset, advance: (seconds) => void (offset += seconds * 1000) };
}

export const names = (list: Received[]): string[] => list.map(({ name }) => name);
export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Looks until there is something to see, for at most half a minute: a busy machine is slow, not wrong. */
export async function eventually<T>(what: string, look: () => Promise<T | undefined | false>): Promise<T> {
  const end = systemClock.now() + 30_000;
  for (;;) {
    const seen = await look();
    if (seen !== undefined && seen !== false) return seen;
    if (systemClock.now() > end) throw new Error(`${what}: not seen`);
    await pause(30);
  }
}

export interface InboxState {
  id: number;
  source: string;
  state: string;
  result: string | null;
  subject: string;
  attempts: number;
  leased: boolean;
}

export async function inboxOf(app: TestApp, shop: TestShop): Promise<InboxState[]> {
  const { rows } =
    await sql<InboxState>`select id, source, state, result, subject, attempts, leased_until is not null as leased from inbox
    where tenant_id = ${shop.tenantId} order by id`.execute(app.app.db);
  return rows;
}

/** Waits until no row of the tenant is due any more, then returns them all. */
export function applied(app: TestApp, shop: TestShop): Promise<InboxState[]> {
  return eventually('an inbox without due rows', async () => {
    const rows = await inboxOf(app, shop);
    return rows.every(({ state }) => state !== 'due') && rows;
  });
}

export async function fileOf(app: TestApp, shop: TestShop, orderReference: string): Promise<PaymentFile> {
  const file = await readPaymentFile(app.app.db, { appId: app.app.appId, tenantId: shop.tenantId }, { orderReference });
  if (file === undefined) throw new Error(`no payment for ${orderReference}`);
  return file;
}

/** Operations on the payment but its initialize. */
export async function operationsOf(app: TestApp, shop: TestShop, orderReference: string) {
  const { operations } = await fileOf(app, shop, orderReference);
  return operations.filter(({ kind }) => kind !== 'initialize');
}

/** What was written to the outbox about the payment, in order. */
export async function outboxOf(app: TestApp, shop: TestShop, orderReference: string): Promise<string[]> {
  const { payment } = await fileOf(app, shop, orderReference);
  const { rows } = await sql<{ name: string }>`select name from outbox where tenant_id = ${shop.tenantId}
    and (payment_id = ${payment.id} or payload->>'orderReference' = ${orderReference}) order by id`.execute(app.app.db);
  return rows.map(({ name }) => name);
}

export const ITEMS = { orderItemIds: [101, 102], currencyIsoCode: 'EUR' };
export const REFUND_ITEMS = [
  { orderItemId: 101, sku: '001_1' },
  { orderItemId: 102, sku: '002_1' },
];
