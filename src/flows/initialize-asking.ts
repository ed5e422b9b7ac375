/** What initializing asks of a PSP: a new payment, another one for the same order, or a change of the present one. */
import { AppError } from '../domain/errors.js';
import type { Order } from '../domain/order.js';
import type { Payment, PaymentFile } from '../domain/payment.js';
import type { Tenant } from '../domain/tenant.js';
import type { Parameters, PaymentHandle } from '../kit/connector.js';
import { storeNewPayment } from '../storage/new-payment.js';
import type { Operation } from '../storage/operations.js';
import { contextOf, later, now, scopeOf, type App } from './app.js';
import { begin, handleOf, newOperation } from './beats.js';
import { returnUrl } from './page-address.js';

export interface InitializeRequest {
  order: Order;
  redirectSuccessUrl?: string;
  redirectCancelUrl?: string;
  checkoutSummaryUrl?: string;
  /** The payment to initialize again, when the shop names one. */
  transactionId?: string;
  /** Who asks from a storefront: an opaque hash. Kept with the payment, and the only one who finds it again from there. */
  owner?: string;
}

/** Stores a new payment with its asking. Undefined when another request has just stored one for the order. */
export async function askForNew(app: App, tenant: Tenant, request: InitializeRequest): Promise<Operation | undefined> {
  const payment = newPayment(app, tenant, request);
  const prepare = await preparing(app, tenant, request, { payment });
  const file = { payment, facts: [], operations: [], refunds: [], history: [], references: [] };
  const commandId = `initialize:${payment.id}`;
  const asking = { kind: 'initialize' as const, amount: payment.amount, itemIds: [], commandId, prepare };
  const operation = newOperation(app, tenant, asking, file);
  const isStored = await storeNewPayment(app.db, scopeOf(app, tenant.id), payment, operation);
  return isStored ? operation : undefined;
}

/**
 * Stores the asking for a known payment: `anew`, another one at the PSP, because the former was refused or failed for
 * good; otherwise the present one is changed. The stored order follows the PSP's yes. Undefined when the payment
 * has changed meanwhile.
 */
export async function askForChange(
  app: App,
  tenant: Tenant,
  request: InitializeRequest,
  of: { file: PaymentFile; anew: boolean },
): Promise<Operation | undefined> {
  const { file, anew } = of;
  const { payment } = file;
  const owner = { ...tenant, connector: payment.connector };
  const about = { amount: request.order.grandTotal, itemIds: [] };
  const patch = patchOf(app, request);
  const present = payment.transactionId === undefined ? {} : { [anew ? 'former' : 'existing']: handleOf(file) };
  const prepare = await preparing(app, owner, request, { payment, ...present });
  if (!anew) {
    const commandId = `update:${payment.id}:${payment.version}`;
    return begin(app, tenant, file, { ...about, kind: 'update', commandId, patch, prepare });
  }
  const attempt = file.operations.filter(({ kind }) => kind === 'initialize').length + 1;
  const round = payment.transactionId === undefined ? {} : { round: payment.round + 1 };
  return begin(app, tenant, file, {
    ...about,
    kind: 'initialize',
    commandId: `initialize:${payment.id}`,
    attempt,
    patch: { ...patch, ...round },
    prepare,
  });
}

/** The fields of a payment that a request to initialize sets. */
export function patchOf(app: App, request: InitializeRequest): Partial<Payment> {
  const { order } = request;
  const reference = order.orderReference === undefined ? {} : { orderReference: order.orderReference };
  const amount = { amount: order.grandTotal, currency: order.currency, order };
  return { ...amount, ...reference, ...urlsOf(request), pageExpiresAt: later(app, app.pageTtlMinutes * 60) };
}

function urlsOf({ redirectSuccessUrl, redirectCancelUrl, checkoutSummaryUrl }: InitializeRequest): Partial<Payment> {
  return {
    ...(redirectSuccessUrl === undefined ? {} : { redirectSuccessUrl }),
    ...(redirectCancelUrl === undefined ? {} : { redirectCancelUrl }),
    ...(checkoutSummaryUrl === undefined ? {} : { checkoutSummaryUrl }),
  };
}

function newPayment(app: App, tenant: Tenant, request: InitializeRequest): Payment {
  const { order } = request;
  return {
    id: app.newId(),
    tenantId: tenant.id,
    connector: tenant.connector,
    status: 'new',
    round: 1,
    amount: order.grandTotal,
    currency: order.currency,
    order,
    ...(order.orderReference === undefined ? {} : { orderReference: order.orderReference }),
    ...(request.owner === undefined ? {} : { owner: request.owner }),
    ...urlsOf(request),
    details: {},
    pageExpiresAt: later(app, app.pageTtlMinutes * 60),
    authorized: 0,
    captured: 0,
    refunded: 0,
    version: 1,
    looks: 0,
    createdAt: now(app),
  };
}

/** How the parameters are made. A connector refuses an order it cannot express before anything is asked. */
async function preparing(
  app: App,
  tenant: Tenant,
  { order }: InitializeRequest,
  of: { payment: Payment; existing?: PaymentHandle; former?: PaymentHandle },
): Promise<(operationId: string) => Parameters> {
  const connector = await app.connector(tenant.connector);
  const { payment, ...present } = of;
  return (operationId) => {
    const about = { paymentId: payment.id, operationId, order, returnUrl: returnUrl(app, payment) };
    try {
      return connector.initialize.prepare({ ...about, ...present }, contextOf(app, tenant));
    } catch (error) {
      throw refused(error instanceof Error ? error.message : undefined);
    }
  };
}

/** The PSP, or its connector, does not take this payment. */
export function refused(message: string | undefined): AppError {
  return new AppError('payment_refused', message === undefined ? {} : { message });
}
