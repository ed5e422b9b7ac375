/** What a shop calls about a payment that was begun before its order: give it its order, give it up, read its customer. */
import { customerAnswer, CustomerBody, toCustomer, toPspData } from '../contract/customer.js';
import { CancelPreOrderBody, ConfirmBody } from '../contract/pre-order-endpoints.js';
import { preOrderTransactionId, toOrder } from '../contract/translate.js';
import { AppError } from '../domain/errors.js';
import type { App } from '../flows/app.js';
import { cancelPreOrder } from '../flows/cancel-pre-order.js';
import { confirmPreOrder } from '../flows/confirm.js';
import { readCustomer } from '../flows/customer.js';
import { readBody } from './body.js';
import { repeatable } from './idempotency.js';
import { mount, type Door } from './mount.js';

/** Shops look at the status alone. */
const DONE = { status: 200, body: { isSuccessful: true, message: null } };

/** Mounts them. */
export function mountPreOrderRoutes(door: Door, app: App): void {
  mount(door, 'confirm-pre-order-payment', async ({ request, tenantId }) => {
    const body = readBody(request, ConfirmBody);
    const { orderReference } = body;
    const order = toOrder(body.orderData, body.localeName, orderReference);
    const wish = { transactionId: transactionIdOf(body), orderReference, order };
    return repeatable(app, { request, tenantId, route: 'confirm-pre-order-payment' }, async () => {
      await confirmPreOrder(app, tenantId, wish);
      return DONE;
    });
  });
  mount(door, 'cancel-pre-order-payment', async ({ request, tenantId }) => {
    const transactionId = transactionIdOf(readBody(request, CancelPreOrderBody));
    return repeatable(app, { request, tenantId, route: 'cancel-pre-order-payment' }, async () => {
      await cancelPreOrder(app, tenantId, { transactionId });
      return DONE;
    });
  });
  mount(door, 'customer', async ({ request, tenantId }) => {
    const body = readBody(request, CustomerBody);
    const data = toPspData(body.customerPaymentServiceProviderData);
    const customer = await readCustomer(app, tenantId, { data, customer: toCustomer(body.customer) });
    return { status: 200, body: customerAnswer(customer) };
  });
}

/** The top level wins over the place where front-ends put it. */
function transactionIdOf(body: CancelPreOrderBody): string {
  const id = body.transactionId ?? preOrderTransactionId(body.preOrderPaymentData);
  if (id !== undefined) return id;
  throw new AppError('body_mismatch', { values: { reason: 'preOrderPaymentData.transactionId is required' } });
}
