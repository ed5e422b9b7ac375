/** What tests of transfers share: a captured order, merchants of a tenant, items as shops send them, and rows to look at. */
import { sql } from 'kysely';
import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import type { AccountState } from '../../src/domain/merchant.js';
import type { Transfer } from '../../src/domain/transfer.js';
import { listTransfers } from '../../src/storage/transfers.js';
import type { TestApp, TestShop } from '../support/app.js';
import { fileOf } from './heart.js';

export const ABLE: AccountState = {
  isSubmitted: true,
  transfers: 'active',
  isRejected: false,
  isDisabled: false,
  isUnderReview: false,
  pastDue: [],
  currentlyDue: [],
  eventuallyDue: [],
};

/** A merchant of the tenant with an account that can receive money, unless told otherwise. */
export async function merchant(
  app: TestApp,
  shop: TestShop,
  reference: string,
  {
    accountId = `sbxa_aaaaaaaaaaaaaaaaaaaaaaaa_completed`,
    account: given = undefined as string | undefined,
    state = ABLE,
    status = 'completed',
    connector = 'sandbox',
  } = {},
): Promise<void> {
  const made = accountId === '' ? null : `${accountId.slice(0, 5)}${letters()}${accountId.slice(29)}`;
  await sql`insert into merchants (app_id, tenant_id, merchant_reference, connector, account_id, onboarding_status, state, created_at, updated_at)
    values (${app.config.appId}, ${shop.tenantId}, ${reference}, ${connector}, ${given ?? made}, ${status},
      ${JSON.stringify(state)}::jsonb, now(), now())`.execute(app.app.db);
}

function letters(): string {
  return [...randomUUID().replaceAll('-', '').slice(0, 24)]
    .map((digit) => 'abcdefghijklmnop'.charAt(Number.parseInt(digit, 16)))
    .join('');
}

/** An order that is paid and captured: 120.00 EUR. */
export async function captured(shop: TestShop, grandTotal = 12_000): Promise<string> {
  const { orderReference, transactionId } = await shop.authorized(grandTotal);
  await shop.webhook({ type: 'payment', transactionId, status: 'captured' });
  await shop.until('PaymentCaptured', orderReference);
  return orderReference;
}

export interface Item {
  transfer_id?: string | null;
  type?: string;
  merchant_reference?: string | null;
  order_reference?: string | null;
  item_reference?: string | null;
  amount?: unknown;
  is_successful?: null;
  failure_message?: null;
}

/** One item as shops of today send it. */
export function item(order_reference: string, item_reference: string, amount: unknown, changes: Item = {}): Item {
  const other = { is_successful: null, failure_message: null, transfer_id: null };
  return {
    ...other,
    type: 'order-item',
    merchant_reference: 'MER1',
    order_reference,
    item_reference,
    amount,
    ...changes,
  };
}

/** What the shop reads of each transfer. */
export interface Row {
  isSuccessful: boolean;
  failureMessage: string | null;
  merchantReference: string | null;
  orderReference: string;
  paymentTransmissionItems: { itemReference: string; amount: unknown }[];
  amount: number | null;
  transferId: string | null;
}

/** Sends the list twice, as shops do, checks every member of the answer as they do, and returns the rows. */
export async function send(shop: TestShop, items: Item[], headers: Record<string, string> = {}): Promise<Row[]> {
  const body = { orderItems: items, paymentTransmissionItems: items };
  const answer = await shop.call('/private/payments/transfers', body, { endpoint: 'transfers', headers });
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  const { transfers } = answer.body as { transfers: Row[] };
  for (const row of transfers) strict(row);
  return transfers;
}

const ROW = ['isSuccessful', 'merchantReference', 'orderReference', 'itemReferences', 'transferId', 'failureMessage', 'amount', 'orderItems', 'paymentTransmissionItems']; // prettier-ignore
const ITEM = ['transferId', 'type', 'merchantReference', 'orderReference', 'itemReference', 'amount', 'isSuccessful', 'failureMessage']; // prettier-ignore

/** A shop throws on unknown members and stores the rest in columns that must not be null. */
export function strict(row: Row): void {
  expect(Object.keys(row).filter((name) => !ROW.includes(name))).toEqual([]);
  expect(typeof row.isSuccessful).toBe('boolean');
  expect(row.orderReference).toMatch(/./);
  expect(row.paymentTransmissionItems.length).toBeGreaterThan(0);
  for (const member of row.paymentTransmissionItems) {
    expect(Object.keys(member).filter((name) => !ITEM.includes(name))).toEqual([]);
    expect(member.itemReference).toMatch(/./);
  }
  expect(row.failureMessage === null).toBe(row.isSuccessful);
  expect(row.amount === null || Number.isInteger(row.amount)).toBe(true);
  expect(row.transferId).not.toBe('');
}

/** What is stored of the order's transfers, oldest first. */
export async function transfersOf(app: TestApp, shop: TestShop, orderReference: string): Promise<Transfer[]> {
  const { payment } = await fileOf(app, shop, orderReference);
  const scope = { appId: app.app.appId, tenantId: shop.tenantId };
  return listTransfers(app.app.db, scope, { paymentId: payment.id });
}

/** Operations for merchants that the tenant has, oldest first. */
export async function askingsOf(
  app: TestApp,
  shop: TestShop,
): Promise<{ kind: string; status: string; askings: number }[]> {
  const { rows } = await sql<{ kind: string; status: string; askings: number }>`
    select kind, status, askings from operations where tenant_id = ${shop.tenantId}
      and kind in ('transfer', 'reverse_transfer') order by asked_at, id`.execute(app.app.db);
  return rows;
}
