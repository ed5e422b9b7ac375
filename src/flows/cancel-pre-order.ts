/**
 * Cancel a pre-order payment: the customer gives up before there is an order. What is reserved is released, what was
 * taken goes back; no shop hears of it, because there is no order to tell it about.
 */
import { AppError } from '../domain/errors.js';
import type { PaymentFile } from '../domain/payment.js';
import { isEnding, isGivenUp } from '../domain/pre-order.js';
import type { Tenant } from '../domain/tenant.js';
import { contextOf, getTenant, type App } from './app.js';
import { askAndSettle, withinBudget, type Asked } from './ask.js';
import { begin, handleOf } from './beats.js';
import { refused } from './initialize-asking.js';
import { getNamedPayment, type NamedPayment } from './named-payment.js';
import { aMoment, answered, WAITS } from './unanswered.js';

/**
 * Gives the payment up at the PSP. Throws `tenant_unknown`, `tenant_disconnected`, `payment_unknown` (also for another
 * tenant's or owner's), `payment_confirmed` (it has an order), `payment_refused` (the PSP said no, the payment is as it
 * was) and `psp_silent`: then it is asked again by itself. Safe to repeat: what is given up already is done.
 */
export async function cancelPreOrder(app: App, tenantId: string, named: NamedPayment): Promise<void> {
  const tenant = await getTenant(app, tenantId);
  await withinBudget(app, givenUp(app, tenant, named));
}

async function givenUp(app: App, tenant: Tenant, named: NamedPayment): Promise<void> {
  const { transactionId } = named;
  let refusal: string | undefined;
  for (let attempt = 0; attempt < WAITS; attempt += 1) {
    const file = await getNamedPayment(app, tenant, named);
    if (file.payment.orderReference !== undefined)
      throw new AppError('payment_confirmed', { values: { transactionId } });
    if (isGivenUp(file) || isEnding(file)) return;
    if (await answered(app, tenant, file)) continue;
    const { captured, refunded } = file.payment;
    // Refused, unless it was only that the money has been taken meanwhile: that is given back.
    if (refusal !== undefined && captured <= refunded) throw refused(refusal);
    const asked = await (captured > refunded ? reverse(app, tenant, file) : withdraw(app, tenant, file));
    if (asked?.answer.answer === 'unknown') throw new AppError('psp_silent');
    if (asked?.answer.answer === 'rejected') {
      const message = asked.answer.problem?.message ?? '';
      if (captured > refunded || refusal !== undefined) throw refused(message);
      refusal = message;
    } else if (asked !== undefined) return;
    else await aMoment();
  }
  throw new AppError('psp_silent');
}

async function withdraw(app: App, tenant: Tenant, file: PaymentFile): Promise<Asked | undefined> {
  const { payment } = file;
  const connector = await app.connector(payment.connector);
  const operation = await begin(app, tenant, file, {
    kind: 'withdraw',
    amount: 0,
    itemIds: [],
    commandId: `withdraw:${payment.id}:${payment.version}`,
    prepare: (operationId) =>
      connector.cancel.prepare(
        { payment: handleOf(file), operationId, reason: 'requested_by_customer' },
        contextOf(app, tenant),
      ),
  });
  return operation === undefined ? undefined : askAndSettle(app, tenant, operation);
}

async function reverse(app: App, tenant: Tenant, file: PaymentFile): Promise<Asked | undefined> {
  const { payment } = file;
  const amount = payment.captured - payment.refunded;
  const connector = await app.connector(payment.connector);
  const operation = await begin(app, tenant, file, {
    kind: 'reverse',
    amount,
    itemIds: [],
    commandId: `withdraw:${payment.id}:${payment.version}`,
    prepare: (operationId) =>
      connector.refund.prepare({ payment: handleOf(file), operationId, amount, itemIds: [] }, contextOf(app, tenant)),
  });
  return operation === undefined ? undefined : askAndSettle(app, tenant, operation);
}
