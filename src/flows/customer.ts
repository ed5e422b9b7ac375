/**
 * Customer: who pays, as the PSP knows it, for a shop that has not asked the person itself. Reads only: nothing is
 * stored, told or logged of it.
 */
import { isNobody, overlaid, type Customer } from '../domain/customer.js';
import { AppError } from '../domain/errors.js';
import type { PaymentFile } from '../domain/payment.js';
import type { Tenant } from '../domain/tenant.js';
import { contextOf, getTenant, type App } from './app.js';
import { withinBudget } from './ask.js';
import { handleOf } from './beats.js';
import { getNamedPayment } from './named-payment.js';

export interface CustomerWish {
  /** What the PSP gave the front-end, by camelCase name; `transactionId` names a payment of this tenant. */
  data: Record<string, string>;
  /** What the shop knows already. */
  customer?: Customer;
  /** Who asks from a storefront: an opaque hash. */
  owner?: string;
}

/**
 * What is known of the customer: the PSP's word over the shop's. Throws `customer_missing` when nothing is named,
 * `payment_unknown` (also for another tenant's), `customer_unsupported`, `customer_refused`, `psp_silent`,
 * `tenant_unknown`, `tenant_disconnected`. Safe to repeat.
 */
export async function readCustomer(app: App, tenantId: string, wish: CustomerWish): Promise<Customer> {
  const tenant = await getTenant(app, tenantId);
  const { data, customer: known = {} } = wish;
  if (Object.keys(data).length === 0) {
    if (isNobody(known)) throw new AppError('customer_missing');
    return known;
  }
  return overlaid(known, await withinBudget(app, asked(app, tenant, wish)));
}

async function asked(app: App, tenant: Tenant, { data, owner }: CustomerWish): Promise<Customer> {
  const file = await fileOf(app, tenant, data.transactionId, owner);
  const connector = await app.connector(file?.payment.connector ?? tenant.connector);
  if (connector.customer === undefined) throw new AppError('customer_unsupported');
  const payment = file === undefined ? {} : { payment: handleOf(file) };
  const answer = await connector.customer({ data, ...payment }, contextOf(app, tenant));
  if (answer.answer === 'unknown') throw new AppError('psp_silent');
  const message = answer.problem?.message;
  if (answer.answer === 'rejected') throw new AppError('customer_refused', message === undefined ? {} : { message });
  // Several tenants may share an account at the PSP: what belongs to a payment is told to that payment's tenant alone.
  const named = await fileOf(app, tenant, answer.transactionId, owner);
  if (file !== undefined && named !== undefined && named.payment.id !== file.payment.id)
    throw new AppError('payment_unknown', { values: { transactionId: answer.transactionId ?? '' } });
  return answer.customer ?? {};
}

function fileOf(app: App, tenant: Tenant, transactionId?: string, owner?: string): Promise<PaymentFile | undefined> {
  if (transactionId === undefined) return Promise.resolve(undefined);
  return getNamedPayment(app, tenant, { transactionId, ...(owner === undefined ? {} : { owner }) });
}
