/** What a shop calls to start a payment, with an order or before there is one. */
import { InitializeBody } from '../contract/payment-endpoints.js';
import { preOrderTransactionId, toOrder } from '../contract/translate.js';
import type { App } from '../flows/app.js';
import { initializePayment, type Initialized } from '../flows/initialize.js';
import type { InitializeRequest } from '../flows/initialize-asking.js';
import { readBody } from './body.js';
import { repeatable } from './idempotency.js';
import { mount, type Door } from './mount.js';

/** Mounts them. */
export function mountPaymentRoutes(door: Door, app: App): void {
  for (const route of ['initialize-payment', 'pre-order-payment']) {
    mount(door, route, async ({ request, tenantId }) => {
      const body = readBody(request, InitializeBody);
      return repeatable(app, { request, tenantId, route }, async () => {
        const initialized = await initializePayment(app, tenantId, requestOf(body));
        return { status: 200, body: initializeAnswer(initialized) };
      });
    });
  }
}

/** What a body asks for. */
function requestOf(body: InitializeBody): InitializeRequest {
  const transactionId = preOrderTransactionId(body.preOrderPaymentData);
  return {
    order: toOrder(body.orderData, body.localeName),
    ...(body.redirectSuccessUrl === undefined ? {} : { redirectSuccessUrl: body.redirectSuccessUrl }),
    ...(body.redirectCancelUrl === undefined ? {} : { redirectCancelUrl: body.redirectCancelUrl }),
    ...(body.checkoutSummaryPageUrl === undefined ? {} : { checkoutSummaryUrl: body.checkoutSummaryPageUrl }),
    ...(transactionId === undefined ? {} : { transactionId }),
  };
}

/** Shops read all members unconditionally, and compare the status with exactly 200. */
function initializeAnswer({ transactionId, session, redirectUrl }: Initialized): object {
  return {
    isSuccessful: true,
    statusCode: null,
    transactionId,
    payment: null,
    preOrderPaymentData: session,
    redirectUrl: redirectUrl ?? null,
    message: null,
  };
}
