/** What front-ends in a browser call directly. The same flows as a shop's server calls, on behalf of one visitor. */
import {
  customerAttributes,
  methodKey,
  methodUnknown,
  readCancellation,
  readCustomerAsking,
  readPaymentAsking,
} from '../contract/facade-document.js';
import { AppError } from '../domain/errors.js';
import { scopeOf, type App } from '../flows/app.js';
import { cancelPreOrder } from '../flows/cancel-pre-order.js';
import { readCustomer } from '../flows/customer.js';
import { initializePayment } from '../flows/initialize.js';
import { listPaymentMethods } from '../storage/tenants.js';
import { openIdentification } from './facade-caller.js';
import { mountFacade, type FacadeDoor } from './facade-door.js';
import { createFacadeLimits } from './facade-limits.js';
import { repeatable } from './idempotency.js';
import type { Door } from './mount.js';

/** Mounts them. */
export function mountFacadeRoutes(door: Door, app: App): void {
  const facade: FacadeDoor = {
    ...door,
    app,
    ownerOf: openIdentification(app),
    limits: createFacadeLimits(app.clock),
  };
  mountFacade(facade, 'payments', async ({ request, tenantId, owner }) => {
    const { method, order, transactionId } = readPaymentAsking(request.body, request.headers['accept-language']);
    await checkMethod(app, tenantId, method);
    const asked = { order, owner, ...(transactionId === undefined ? {} : { transactionId }) };
    const { body } = await repeatable(app, { request, tenantId, route: `payments of ${owner}` }, async () => {
      const { session } = await initializePayment(app, tenantId, asked).catch(explained);
      return { status: 201, body: { isSuccessful: true, error: null, preOrderPaymentData: session } };
    });
    return body as object;
  });
  mountFacade(facade, 'payment-cancellations', async ({ request, tenantId, owner }) => {
    const { method, transactionId } = readCancellation(request.body);
    await checkMethod(app, tenantId, method);
    const { body } = await repeatable(
      app,
      { request, tenantId, route: `payment-cancellations of ${owner}` },
      async () => {
        await cancelPreOrder(app, tenantId, { transactionId, owner });
        return { status: 201, body: { isSuccessful: true, error: null, preOrderPaymentData: [] } };
      },
    );
    return body as object;
  });
  mountFacade(facade, 'payment-customers', async ({ request, tenantId, owner }) => {
    const { method, told, known } = readCustomerAsking(request.body);
    await checkMethod(app, tenantId, method);
    return customerAttributes(await readCustomer(app, tenantId, { data: told, customer: known, owner }));
  });
}

/** The method must be one the tenant was told about. Throws `method_unknown`. */
async function checkMethod(app: App, tenantId: string, wanted: string): Promise<void> {
  const methods = await listPaymentMethods(app.db, scopeOf(app, tenantId));
  if (!methods.some(({ name, providerName }) => methodKey(providerName, name) === wanted)) throw methodUnknown();
}

/** Front-ends are told who refused. */
function explained(error: unknown): never {
  if (!(error instanceof AppError) || error.code !== 'payment_refused') throw error;
  const message = `Request to payment provider failed. ${error.message}`;
  throw new AppError('payment_refused', { message, cause: error });
}
