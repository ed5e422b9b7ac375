/**
 * Initialize: a shop has an order and wants a payment for it. The payment is stored, then made at the PSP, and the
 * shop learns where to send the customer. The same order again gets the same answer, or a changed payment.
 */
import { AppError } from '../domain/errors.js';
import type { Order } from '../domain/order.js';
import type { OperationKind } from '../domain/operation.js';
import type { Payment, PaymentFile } from '../domain/payment.js';
import { isEnding, isGivenUp } from '../domain/pre-order.js';
import type { Tenant } from '../domain/tenant.js';
import { findOperation, type Operation } from '../storage/operations.js';
import { findPayment, readPaymentFile } from '../storage/payments.js';
import { getTenant, now, scopeOf, type App } from './app.js';
import { askAndSettle, withinBudget } from './ask.js';
import { settle } from './beats.js';
import { askForChange, askForNew, patchOf, refused, type InitializeRequest } from './initialize-asking.js';
import { linkOrder } from './link-order.js';
import { getNamedPayment } from './named-payment.js';
import { checkReturnUrls, pageUrl } from './page-address.js';
import { aMoment, WAITS } from './unanswered.js';

export interface Initialized {
  transactionId: string;
  /** What the front-end needs to let the customer pay. */
  session: Record<string, string>;
  /** Where to send the customer; absent while there is no order. */
  redirectUrl?: string;
}

/**
 * Makes or renews the payment of an order. Throws `tenant_unknown`, `tenant_disconnected`, `payment_unknown`,
 * `payment_closed` (paid or canceled), `payment_refused` (the PSP said no), `psp_silent` (nobody knows; repeat it),
 * `return_url_refused`. Safe to repeat, also at the same time.
 */
export async function initializePayment(app: App, tenantId: string, request: InitializeRequest): Promise<Initialized> {
  const tenant = await getTenant(app, tenantId);
  checkReturnUrls(tenant, request);
  const id = await withinBudget(app, initialized(app, tenant, request));
  const file = await readPaymentFile(app.db, scopeOf(app, tenant.id), { id });
  if (file === undefined) throw new AppError('payment_unknown', { values: { transactionId: id } });
  return answerOf(app, tenant, file.payment);
}

/**
 * The next step towards the payment that is wanted; `isOurs` tells whether this request caused the asking, `goesOn` that
 * another step follows when the answer is yes.
 */
type Step = 'done' | 'wait' | { operation: Operation; isOurs: boolean; goesOn?: boolean };

/** Walks until the payment exists at the PSP as the request wants it. Returns the payment's id. */
async function initialized(app: App, tenant: Tenant, request: InitializeRequest): Promise<string> {
  let hasWaited = false;
  for (let attempt = 0; attempt < WAITS; attempt += 1) {
    const file = await findFile(app, tenant, request);
    const step =
      file === undefined
        ? ours(await askForNew(app, tenant, request))
        : await renew(app, tenant, request, { file, hasWaited });
    if (step === 'done') return file?.payment.id ?? '';
    const asked = step === 'wait' ? undefined : await askAndSettle(app, tenant, step.operation);
    if (asked?.answer.answer === 'unknown') throw new AppError('psp_silent');
    if (step !== 'wait' && step.isOurs && asked !== undefined) {
      if (asked.answer.answer === 'rejected') throw refused(asked.answer.problem?.message);
      if (step.goesOn !== true) return step.operation.paymentId ?? '';
    }
    // What an earlier request had asked is answered now, which need not be what this one wants: look again.
    if (asked !== undefined) continue;
    hasWaited = true;
    await aMoment();
  }
  throw new AppError('psp_silent');
}

/** What a known payment still needs. `hasWaited`: an asking of another request was under way until now. */
async function renew(
  app: App,
  tenant: Tenant,
  request: InitializeRequest,
  known: { file: PaymentFile; hasWaited: boolean },
): Promise<Step> {
  const { file, hasWaited } = known;
  const { payment } = file;
  const { order } = request;
  const latest = file.operations.filter(({ kind }) => kind === 'initialize' || kind === 'update').at(-1);
  const asked = file.operations.find(({ kind, status }) => status === 'asked' && BEFORE_CHANGE.includes(kind));
  if (asked !== undefined) {
    const operation = await findOperation(app.db, scopeOf(app, tenant.id), asked.id);
    return operation === undefined ? 'wait' : { operation, isOurs: false };
  }
  await checkOrder(app, tenant, order, payment);
  if (file.operations.some(({ kind, status }) => kind === 'cancel' && status === 'asked')) return 'wait';
  const isNew = payment.transactionId === undefined || payment.status === 'authorization_failed';
  const isSame = !isNew && payment.amount === order.grandTotal && payment.currency === order.currency;
  const { orderReference } = order;
  const isLinked = orderReference === undefined || orderReference === payment.orderReference;
  if (!isLinked && isEnding(file)) throw closed(payment);
  if (isSame && !isLinked && !isGivenUp(file)) {
    // As a confirmation would do it: the PSP is asked whether it fits, also when the customer has paid already.
    const outcome = await linkOrder(app, tenant, file, { ...patchOf(app, request), order, orderReference });
    return outcome === 'linked' ? 'done' : 'wait';
  }
  if (!isNew && payment.status !== 'new') throw closed(payment);
  if (isSame) {
    await refresh(app, tenant, request, file);
    return 'done';
  }
  const wasRefused = latest?.status === 'declined' || latest?.status === 'failed';
  // The same request at the same moment gets the same answer, and the PSP is not bothered twice.
  if (hasWaited && wasRefused && latest.amount === order.grandTotal) throw refused(latest.reason);
  // First it becomes what the order needs, then it gets the order.
  const changed = isLinked ? request : { ...request, order: withoutReference(order) };
  return ours(await askForChange(app, tenant, changed, { file, anew: isNew }), !isLinked);
}

/** What may be under way and has to be known before anything else is asked. */
const BEFORE_CHANGE: readonly OperationKind[] = ['initialize', 'update', 'confirm', 'withdraw', 'abandon'];

function ours(operation: Operation | undefined, goesOn = false): Step {
  return operation === undefined ? 'wait' : { operation, isOurs: true, goesOn };
}

function withoutReference(order: Order): Order {
  const { orderReference: _reference, ...cart } = order;
  return cart;
}

/** A payment belongs to one order, and an order has one payment. */
async function checkOrder(app: App, tenant: Tenant, order: Order, payment: Payment): Promise<void> {
  const { orderReference } = order;
  if (orderReference === payment.orderReference) return;
  // Also for who names no order: what was confirmed for an order must not change behind its back.
  if (payment.orderReference !== undefined) {
    throw new AppError('payment_unknown', { values: { transactionId: payment.transactionId ?? '' } });
  }
  if (orderReference === undefined) return;
  const other = await findPayment(app.db, scopeOf(app, tenant.id), { orderReference });
  if (other !== undefined) throw closed(other);
}

function closed({ orderReference, transactionId }: Payment): AppError {
  return new AppError('payment_closed', { values: { orderReference: orderReference ?? transactionId ?? '' } });
}

/** Keeps what does not concern the PSP: fresh return URLs, a longer life of the page, other order lines. */
async function refresh(app: App, tenant: Tenant, request: InitializeRequest, file: PaymentFile): Promise<void> {
  const { payment } = file;
  const expired = payment.pageExpiresAt <= now(app);
  const renewed = { ...patchOf(app, request), ...(expired ? {} : { pageExpiresAt: payment.pageExpiresAt }) };
  const same = Object.entries(renewed).every(([key, value]) => sameJson(value, payment[key as keyof Payment]));
  if (same) return;
  const news = { facts: [], payment: renewed, reason: 'initialize again' };
  await settle(app, tenant, { id: payment.id }, { news, options: { source: 'command' } });
}

async function findFile(app: App, tenant: Tenant, request: InitializeRequest): Promise<PaymentFile | undefined> {
  const { transactionId, order, owner } = request;
  if (transactionId !== undefined) {
    return getNamedPayment(app, tenant, { transactionId, ...(owner === undefined ? {} : { owner }) });
  }
  if (order.orderReference === undefined) return undefined;
  const file = await readPaymentFile(app.db, scopeOf(app, tenant.id), { orderReference: order.orderReference });
  if (file !== undefined && owner !== undefined && file.payment.owner !== owner) throw closed(file.payment);
  return file;
}

async function answerOf(app: App, tenant: Tenant, payment: Payment): Promise<Initialized> {
  const { transactionId } = payment;
  if (transactionId === undefined) throw new AppError('psp_silent');
  const opened = payment.session === undefined ? '{}' : await app.vault.open(tenant.id, 'session', payment.session);
  const session = { transactionId, ...(JSON.parse(opened) as Record<string, string>) };
  const redirect = payment.orderReference === undefined ? {} : { redirectUrl: pageUrl(app, payment) };
  return { transactionId, session, ...redirect };
}

/** Stored JSON comes back with its members in another order. */
function sameJson(a: unknown, b: unknown): boolean {
  return JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, member]) => [key, sorted(member)]),
  );
}
