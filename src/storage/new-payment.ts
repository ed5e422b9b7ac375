/** Stores a payment before its PSP hears of it: the row, its first history and the asking, in one commit. */
import { sql } from 'kysely';
import type { Payment } from '../domain/payment.js';
import { isUniqueViolation, type Db } from './database.js';
import { storeAsking, type Operation } from './operations.js';
import type { Scope } from './payments.js';

/** False when the order has a payment already, or somebody is just storing one; nothing is stored then. */
export async function storeNewPayment(db: Db, scope: Scope, payment: Payment, operation: Operation): Promise<boolean> {
  try {
    await db.transaction().execute(async (tx) => {
      await insertPayment(tx, scope, payment);
      await storeAsking(tx, scope, operation);
    });
    return true;
  } catch (error) {
    if (isUniqueViolation(error, 'payments_order')) return false;
    throw error;
  }
}

async function insertPayment(db: Db, scope: Scope, payment: Payment): Promise<void> {
  await sql`
    with made as (
      insert into payments (id, app_id, tenant_id, connector, order_reference, status, round, amount, currency, quote,
        redirect_success_url, redirect_cancel_url, checkout_summary_url, owner, page_expires_at, next_look_at, version, created_at, updated_at)
      values (${payment.id}, ${scope.appId}, ${scope.tenantId}, ${payment.connector}, ${payment.orderReference ?? null},
        ${payment.status}, ${payment.round}, ${payment.amount}, ${payment.currency}, ${JSON.stringify(payment.order)}::jsonb,
        ${payment.redirectSuccessUrl ?? null}, ${payment.redirectCancelUrl ?? null}, ${payment.checkoutSummaryUrl ?? null}, ${payment.owner ?? null},
        ${payment.pageExpiresAt}::timestamptz, ${payment.pageExpiresAt}::timestamptz + interval '1 second', ${payment.version}, ${payment.createdAt}::timestamptz, ${payment.createdAt}::timestamptz)
      returning id
    )
    insert into payment_history (app_id, tenant_id, payment_id, to_status, reason, at)
    select ${scope.appId}, ${scope.tenantId}, id, ${payment.status}, 'initialize', ${payment.createdAt}::timestamptz from made`.execute(
    db,
  );
}
