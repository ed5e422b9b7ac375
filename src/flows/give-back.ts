/**
 * Give back: a payment was canceled, and part of its money had arrived or still arrives; or it was paid, and no order
 * came for it. Nobody commands it, so the look at the payment begins it; it is a stored operation with its own key like every other.
 */
import { amountToReturn } from '../domain/returns.js';
import type { PaymentFile } from '../domain/payment.js';
import type { Tenant } from '../domain/tenant.js';
import { contextOf, now, type App } from './app.js';
import { askAndSettle } from './ask.js';
import { begin, handleOf } from './beats.js';

/** Asks the PSP for the return of what is left, if anything is. Safe to repeat and to run beside others. */
export async function giveBack(app: App, tenant: Tenant, file: PaymentFile): Promise<void> {
  const amount = amountToReturn(file, now(app));
  if (amount === 0) return;
  const { payment, operations } = file;
  const connector = await app.connector(payment.connector);
  const count = operations.filter(({ kind }) => kind === 'return').length + 1;
  // What may be given back is what was received, although it was never taken.
  const handle = { ...handleOf(file), captured: payment.refunded + amount };
  const operation = await begin(app, tenant, file, {
    kind: 'return',
    amount,
    itemIds: [],
    commandId: `return:${payment.id}:${count}`,
    prepare: (operationId) =>
      connector.refund.prepare({ payment: handle, operationId, amount, itemIds: [] }, contextOf(app, tenant)),
  });
  if (operation === undefined) return;
  const asked = await askAndSettle(app, tenant, operation);
  if (asked?.answer.answer === 'rejected') {
    const { id, orderReference } = payment;
    app.log.warn('money not returned', { tenant: tenant.id, payment: id, order: orderReference, amount });
  }
}
