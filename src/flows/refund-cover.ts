/** A refund pulls nothing back from merchants: the shop drives that. What it pays for itself is worth a line. */
import type { Payment } from '../domain/payment.js';
import { transferredOf } from '../domain/transfer-plan.js';
import { listTransfers } from '../storage/transfers.js';
import { scopeOf, type App } from './app.js';

/** Warns when customers and merchants together have more of a payment than was captured. Never throws. */
export async function warnOfRefund(app: App, payment: Payment): Promise<void> {
  const { id, tenantId, orderReference: order, captured, refunded, currency } = payment;
  try {
    const transferred = transferredOf(await listTransfers(app.db, scopeOf(app, tenantId), { paymentId: id }));
    const short = transferred + refunded - captured;
    if (transferred === 0 || short <= 0) return;
    const about = { tenant: tenantId, payment: id, order, captured, refunded, transferred, short, currency };
    app.log.warn('marketplace: the shop pays for a refund', about);
  } catch (error) {
    app.log.error('refund not compared with transfers', { tenant: tenantId, payment: id, error });
  }
}
