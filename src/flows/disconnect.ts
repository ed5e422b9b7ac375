/**
 * Disconnect: an operator takes the app out of the shop. Open orders and connected merchants ask back first. The
 * tenant's row stays, sealed and inactive; its methods are withdrawn and its webhook addresses removed.
 */
import { AppError, type ErrorCode } from '../domain/errors.js';
import type { Tenant } from '../domain/tenant.js';
import { forgetReturnUrls, hasMerchants, removeMerchants } from '../storage/merchants.js';
import { appendMessages } from '../storage/outbox.js';
import { hasOpenPayment, removePayments } from '../storage/payments.js';
import {
  changeTenant,
  findTenant,
  listPaymentMethods,
  rememberOnboarding,
  replacePaymentMethods,
} from '../storage/tenants.js';
import type { Operation } from '../storage/operations.js';
import { now, openTenant, readTenant, scopeOf, type App } from './app.js';
import { configurationEvent } from './configure.js';
import { askEndpoint, planEndpoints } from './endpoint.js';

/**
 * Disconnects. `confirmations` is the header's value: answers to the questions that block, in their order, divided by
 * commas. Throws `orders_open` or `merchants_active` (ask the operator), their `_kept` forms (the operator said no),
 * `tenant_unknown`, `disconnect_unsaved`. Safe to repeat.
 */
export async function disconnect(app: App, tenantId: string, confirmations: string | undefined): Promise<void> {
  await confirm(app, tenantId, confirmations);
  if ((await readTenant(app, tenantId)) === undefined) throw new AppError('tenant_unknown');
  const { tenant, planned } = await save(app, tenantId).catch((error: unknown) => {
    app.log.error('disconnect not saved', { tenant: tenantId, error });
    throw new AppError('disconnect_unsaved', { cause: error });
  });
  app.log('tenant disconnected', { tenant: tenantId });
  // Nobody waits for the PSP to forget an address: the workers ask until it has.
  for (const operation of planned) {
    askEndpoint(app, tenant, operation).catch((error: unknown) =>
      app.log.error('webhook address not removed', { tenant: tenantId, error }),
    );
  }
}

/** Asks the questions that block, one after the other, and takes one answer for each. */
async function confirm(app: App, tenantId: string, confirmations: string | undefined): Promise<void> {
  const scope = scopeOf(app, tenantId);
  const questions: { blocks: boolean; ask: ErrorCode; kept: ErrorCode }[] = [
    { blocks: await hasOpenPayment(app.db, scope, app.closedStatuses), ask: 'orders_open', kept: 'orders_open_kept' },
    { blocks: await hasMerchants(app.db, scope), ask: 'merchants_active', kept: 'merchants_active_kept' },
  ];
  let answers = confirmations;
  for (const { blocks, ask, kept } of questions) {
    if (!blocks) continue;
    // A lone "0" counts as no answer at all, as the catalog expects.
    if (answers === undefined || answers === '' || answers === '0') throw new AppError(ask);
    const [first = '', ...rest] = answers.split(',');
    if (!['1', 'true', 'on', 'yes'].includes(first.trim().toLowerCase())) throw new AppError(kept);
    answers = rest.join(',');
  }
}

/** What the configuration is then is what counts: somebody may be saving another one at this moment. */
async function save(app: App, tenantId: string): Promise<{ tenant: Tenant; planned: Operation[] }> {
  const scope = scopeOf(app, tenantId);
  return app.db.transaction().execute(async (tx) => {
    const row = await findTenant(tx, scope, true);
    if (row === undefined) throw new AppError('tenant_unknown');
    const tenant: Tenant = { ...(await openTenant(app, row)), status: 'DISCONNECTED', isActive: false };
    const connector = await app.connector(tenant.connector);
    await changeTenant(tx, scope, { ...row, status: tenant.status, isActive: false }, now(app));
    const methods = await listPaymentMethods(tx, scope);
    const deleted = methods.map(({ name, providerName }) => ({
      kind: 'payment_method_deleted' as const,
      name,
      providerName,
    }));
    await replacePaymentMethods(tx, scope, []);
    await rememberOnboarding(tx, scope, undefined);
    if (app.deletePaymentsOnDisconnect) await removePayments(tx, scope);
    if (app.deleteMerchantsOnDisconnect) await removeMerchants(tx, scope);
    else await forgetReturnUrls(tx, scope);
    const events = [...deleted, configurationEvent(app, connector, tenant)];
    await appendMessages(
      tx,
      scope,
      events.map((event) => app.compose(event, { tenantId })),
      now(app),
    );
    return { tenant, planned: await planEndpoints(app, tx, tenant, connector) };
  });
}
