/**
 * Confirm: a shop has stored the order of a payment that was begun before it. The payment gets its order when the PSP
 * says that it is ours, alive and of the order's amount; what the PSP had told before is applied then.
 */
import { AppError } from '../domain/errors.js';
import type { Order } from '../domain/order.js';
import type { PaymentFile } from '../domain/payment.js';
import { isEnding, isGivenUp } from '../domain/pre-order.js';
import type { Tenant } from '../domain/tenant.js';
import { getTenant, later, type App } from './app.js';
import { withinBudget } from './ask.js';
import { linkOrder } from './link-order.js';
import { getNamedPayment } from './named-payment.js';
import { aMoment, answered, WAITS } from './unanswered.js';

export interface ConfirmWish {
  /** The present one, or a former one of the same payment. */
  transactionId: string;
  orderReference: string;
  /** Replaces the stored one; its amount is what the payment must be for. */
  order: Order;
}

/**
 * Gives the payment its order. Throws `tenant_unknown`, `tenant_disconnected`, `payment_unknown` (also for another
 * tenant's), `payment_ordered`, `order_taken`, `payment_given_up`, `payment_refused` (another amount or currency,
 * canceled at the PSP, not ours) and `psp_silent`: then it is asked again by itself. Safe to repeat, also at the same
 * time: the same order again changes nothing.
 */
export async function confirmPreOrder(app: App, tenantId: string, wish: ConfirmWish): Promise<void> {
  const tenant = await getTenant(app, tenantId);
  await withinBudget(app, confirmed(app, tenant, wish));
}

async function confirmed(app: App, tenant: Tenant, wish: ConfirmWish): Promise<void> {
  const { orderReference } = wish;
  for (let attempt = 0; attempt < WAITS; attempt += 1) {
    const file = await getNamedPayment(app, tenant, { transactionId: wish.transactionId });
    if (file.payment.orderReference === orderReference) return;
    if (await answered(app, tenant, file)) continue;
    checkState(file, wish);
    const order = { ...wish.order, orderReference };
    const amount = { amount: order.grandTotal, currency: order.currency };
    const pageExpiresAt = later(app, app.pageTtlMinutes * 60);
    if ((await linkOrder(app, tenant, file, { order, orderReference, ...amount, pageExpiresAt })) === 'linked') return;
    await aMoment();
  }
  throw new AppError('psp_silent');
}

function checkState(file: PaymentFile, { transactionId }: ConfirmWish): void {
  if (file.payment.orderReference !== undefined) throw new AppError('payment_ordered', { values: { transactionId } });
  if (isGivenUp(file) || isEnding(file)) throw new AppError('payment_given_up', { values: { transactionId } });
}
