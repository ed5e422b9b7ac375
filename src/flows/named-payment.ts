/** Finds the payment that a caller names by its transaction id, or refuses. */
import { AppError } from '../domain/errors.js';
import type { PaymentFile } from '../domain/payment.js';
import type { Tenant } from '../domain/tenant.js';
import { readPaymentFile } from '../storage/payments.js';
import { scopeOf, type App } from './app.js';

export interface NamedPayment {
  /** The present one, or a former one of the same payment. */
  transactionId: string;
  /** Who asks from a storefront. The shop's server names nobody, and sees every payment of its tenant. */
  owner?: string;
}

/**
 * The payment of this tenant. Throws `payment_unknown`, also for a caller from a storefront who did not begin the
 * payment: from there nobody may learn whether it exists.
 */
export async function getNamedPayment(app: App, tenant: Tenant, named: NamedPayment): Promise<PaymentFile> {
  const { transactionId, owner } = named;
  // PostgreSQL refuses to compare with a NUL character, and we never made one.
  const isText = !transactionId.includes('\0');
  const file = isText ? await readPaymentFile(app.db, scopeOf(app, tenant.id), { transactionId }) : undefined;
  const isTheirs = owner === undefined || file?.payment.owner === owner;
  if (file !== undefined && isTheirs) return file;
  throw new AppError('payment_unknown', { values: { transactionId } });
}
