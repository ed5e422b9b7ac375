/**
 * Links a payment that exists already to its order. The PSP is asked first whether the payment is what the order needs;
 * its yes, the order and everything that had happened before are settled and told in one commit.
 */
import { AppError } from '../domain/errors.js';
import type { Order } from '../domain/order.js';
import type { Payment, PaymentFile } from '../domain/payment.js';
import type { News } from '../domain/settlement.js';
import type { Tenant } from '../domain/tenant.js';
import type { Connector } from '../kit/connector.js';
import { isUniqueViolation } from '../storage/database.js';
import { findPayment } from '../storage/payments.js';
import { contextOf, scopeOf, type App } from './app.js';
import { askAndSettle } from './ask.js';
import { begin, handleOf, settle } from './beats.js';
import { refused } from './initialize-asking.js';

/** The fields of the payment that its order brings; the order has its reference. */
export type OrderPatch = Partial<Payment> & { order: Order; orderReference: string };

/**
 * Links, when nothing else is being asked about the payment. `changed`: somebody was faster, read it again. Throws
 * `payment_refused` (another amount or currency, canceled, not ours; nothing has changed then), `order_taken` and
 * `psp_silent`; an asking without an answer is repeated by itself and then links.
 */
export async function linkOrder(
  app: App,
  tenant: Tenant,
  file: PaymentFile,
  patch: OrderPatch,
): Promise<'linked' | 'changed'> {
  const { payment } = file;
  const { order } = patch;
  await checkFree(app, tenant, file, patch.orderReference);
  const connector = await app.connector(payment.connector);
  if (connector.confirm === undefined) return linkByAmount(app, tenant, file, patch);
  const operation = await begin(app, tenant, file, {
    kind: 'confirm',
    amount: order.grandTotal,
    itemIds: [],
    commandId: `confirm:${payment.id}:${payment.version}`,
    patch,
    prepare: preparing(app, tenant, connector, { file, order }),
  });
  const asked = operation === undefined ? undefined : await askAndSettle(app, tenant, operation);
  if (asked === undefined) return 'changed';
  if (asked.answer.answer === 'unknown') throw new AppError('psp_silent');
  if (asked.answer.answer === 'rejected') throw refused(asked.answer.problem?.message);
  // What had to wait for the order may be applied now.
  app.wake();
  return 'linked';
}

/** An order has one payment. */
async function checkFree(app: App, tenant: Tenant, file: PaymentFile, orderReference: string): Promise<void> {
  const other = await findPayment(app.db, scopeOf(app, tenant.id), { orderReference });
  if (other !== undefined && other.id !== file.payment.id)
    throw new AppError('order_taken', { values: { orderReference } });
}

function preparing(
  app: App,
  tenant: Tenant,
  connector: Connector,
  { file, order }: { file: PaymentFile; order: Order },
) {
  return (operationId: string) => {
    const request = { payment: handleOf(file), operationId, order };
    return connector.confirm?.prepare(request, contextOf(app, tenant)) ?? {};
  };
}

/** A PSP that cannot be asked: what it was told to take must be what the order needs. */
async function linkByAmount(app: App, tenant: Tenant, known: PaymentFile, patch: OrderPatch): Promise<'linked'> {
  const { order, orderReference } = patch;
  const news = ({ payment }: PaymentFile): News => {
    // The same request at the same moment: it is done.
    if (payment.orderReference === orderReference) return { facts: [], reason: 'confirm' };
    if (payment.orderReference !== undefined)
      throw new AppError('payment_ordered', { values: { transactionId: payment.transactionId ?? '' } });
    if (payment.amount !== order.grandTotal || payment.currency !== order.currency)
      throw refused('The payment is for another amount than the order.');
    return { facts: [], payment: patch, announceUpdate: true, reason: 'confirm' };
  };
  try {
    await settle(app, tenant, { id: known.payment.id }, { news, options: { source: 'command' } });
  } catch (error) {
    if (isUniqueViolation(error, 'payments_order')) throw new AppError('order_taken', { values: { orderReference } });
    throw error;
  }
  app.wake();
  return 'linked';
}
