/**
 * Hosts on which wallets are shown: that of our payment page and those of the shop are registered at the tenant's PSP as
 * stored operations, and looked at once a day. Whatever goes wrong is a warning: customers then see fewer buttons.
 */
import { STATUS_OF_ANSWER } from '../domain/operation.js';
import type { Tenant } from '../domain/tenant.js';
import type { Connector, Parameters } from '../kit/connector.js';
import type { DomainAnswer } from '../kit/domains.js';
import type { Db } from '../storage/database.js';
import { answerOperation, storeAsking, type Operation } from '../storage/operations.js';
import { forgetDomain, listDomains, putDomain, tellDomain, type WalletState } from '../storage/wallet-domains.js';
import { contextOf, later, now, readTenant, scopeOf, type App } from './app.js';
import { newOperation } from './beats.js';
import { fingerprintOf } from './endpoint.js';

/**
 * Stores, inside the caller's transaction, what has to be asked so that every host the settings want is registered with
 * these credentials. Hosts that are no longer wanted are forgotten here and stay at the PSP, where others may use them.
 */
export async function planDomains(app: App, db: Db, tenant: Tenant, connector: Connector): Promise<Operation[]> {
  const scope = scopeOf(app, tenant.id);
  const known = await listDomains(db, scope);
  const wanted = tenant.isActive ? (connector.domains?.wanted(tenant.settings, pageHost(app)) ?? []) : [];
  const fingerprint = fingerprintOf(tenant, connector);
  for (const { id, host } of known) {
    if (!wanted.some((entry) => entry.host === host)) await forgetDomain(db, scope, id);
  }
  const planned: Operation[] = [];
  for (const { host, skipped } of wanted) {
    const present = known.find((domain) => domain.host === host && domain.fingerprint === fingerprint);
    if (present?.pspDomainId !== undefined || present?.isAsked === true) continue;
    const domain = { id: app.newId(), host, connector: connector.name, fingerprint };
    await putDomain(db, scope, { ...domain, ...(skipped === undefined ? {} : { problem: skipped }) }, now(app));
    if (skipped === undefined)
      planned.push(await planRegistration(app, db, tenant, { connector, id: domain.id, host }));
    else app.log.warn('wallet domain skipped', { tenant: tenant.id, host, reason: skipped });
  }
  return planned;
}

/** Asks one stored registration and keeps what the PSP told. Safe to repeat. */
export async function askDomain(app: App, tenant: Tenant, operation: Operation): Promise<void> {
  if (app.asking.has(operation.id)) return;
  app.asking.add(operation.id);
  try {
    await settleDomain(app, tenant, operation, await askOnce(app, tenant, operation));
  } finally {
    app.asking.delete(operation.id);
  }
}

/**
 * Reads what the PSP says of the tenant's hosts, and registers anew those that it does not know or does not show, so that
 * every write stands in an operation. Throws when the PSP gives no answer. Safe to repeat.
 */
export async function checkDomains(app: App, tenantId: string): Promise<void> {
  const tenant = await readTenant(app, tenantId);
  if (tenant === undefined || tenant.status === 'DISCONNECTED' || !tenant.isActive) return;
  const connector = await app.connector(tenant.connector);
  const { domains: verbs } = connector;
  if (verbs === undefined || verbs.wanted(tenant.settings, pageHost(app)).length === 0) return;
  const scope = scopeOf(app, tenantId);
  for (const { id, host, pspDomainId, connector: owner } of await listDomains(app.db, scope)) {
    if (pspDomainId === undefined || owner !== connector.name) continue;
    const wallets = await verbs.inspect(pspDomainId, contextOf(app, tenant));
    // Gone at the PSP, or not shown: it is registered anew below, and the PSP looks again.
    if (wallets?.every(({ isActive, isOff }) => isActive || isOff === true) !== true) {
      await forgetDomain(app.db, scope, id);
      continue;
    }
    await tellDomain(app.db, scope, id, { wallets, now: now(app) });
    warnOf(app, tenantId, host, wallets);
  }
  const planned = await app.db.transaction().execute((tx) => planDomains(app, tx, tenant, connector));
  for (const operation of planned) await askDomain(app, tenant, operation);
}

async function planRegistration(
  app: App,
  db: Db,
  tenant: Tenant,
  of: { connector: Connector; id: string; host: string },
): Promise<Operation> {
  const { connector, id, host } = of;
  const operation = newOperation(app, tenant, {
    kind: 'register_domain',
    amount: 0,
    itemIds: [],
    commandId: `register_domain:${id}`,
    prepare: (operationId) => connector.domains?.register.prepare({ host, operationId }, contextOf(app, tenant)) ?? {},
  });
  const stored = { ...operation, domainId: id };
  await storeAsking(db, scopeOf(app, tenant.id), stored);
  return stored;
}

async function askOnce(app: App, tenant: Tenant, operation: Operation): Promise<DomainAnswer> {
  const { parameters, idempotencyKey, id: operationId, askedAt } = operation;
  try {
    const { domains } = await app.connector(operation.connector);
    const asking = { parameters: parameters as Parameters, idempotencyKey, operationId, askedAt };
    const context = contextOf(app, { ...tenant, connector: operation.connector });
    if (domains !== undefined) return await domains.register.ask(asking, context);
    return { answer: 'rejected', problem: { class: 'rejected', message: 'The connector registers no hosts' } };
  } catch (error) {
    app.log.error('connector failed', { tenant: tenant.id, operation: operationId, error });
    return { answer: 'unknown' };
  }
}

async function settleDomain(app: App, tenant: Tenant, operation: Operation, answer: DomainAnswer): Promise<void> {
  const scope = scopeOf(app, tenant.id);
  const { answer: kind, domainId: pspDomainId, wallets, problem } = answer;
  await app.db.transaction().execute(async (tx) => {
    if (kind !== 'unknown') {
      await tellDomain(tx, scope, operation.domainId ?? '', {
        ...(pspDomainId === undefined ? {} : { pspDomainId }),
        ...(wallets === undefined ? {} : { wallets }),
        ...(problem === undefined ? {} : { problem: problem.message }),
        now: now(app),
      });
    }
    await answerOperation(tx, scope, {
      id: operation.id,
      status: STATUS_OF_ANSWER[kind],
      ...(problem === undefined ? {} : { reason: problem.message }),
      ...(kind === 'unknown' && operation.askings === 1 ? { nextAskAt: later(app, 2) } : {}),
      now: now(app),
    });
  });
  const host = (await listDomains(app.db, scope)).find(({ id }) => id === operation.domainId)?.host;
  if (problem !== undefined) {
    app.log.warn('wallet domain not registered', { tenant: tenant.id, host, answer: kind, problem: problem.message });
  }
  warnOf(app, tenant.id, host, wallets ?? []);
}

function warnOf(app: App, tenantId: string, host: string | undefined, wallets: readonly WalletState[]): void {
  for (const { wallet, isActive, reason } of wallets) {
    if (!isActive) app.log.warn('wallet is not shown on a host', { tenant: tenantId, host, wallet, reason });
  }
}

function pageHost(app: App): string {
  return new URL(app.publicUrl).hostname;
}
