/**
 * Configure: an operator has filled in the app's form. The settings are merged, checked with the PSP and stored
 * sealed; the shop hears which payment methods it has now and how the app is set up. All in one commit.
 */
import { AppError } from '../domain/errors.js';
import type { AppEvent, PaymentMethodEvent } from '../domain/event.js';
import { facadeOf } from '../domain/facade.js';
import { maskSettings, publicSettings, type ConnectionStatus, type Tenant } from '../domain/tenant.js';
import { unwantedMessages } from '../domain/unwanted.js';
import type { Connector, Language, PaymentMethodOffer } from '../kit/connector.js';
import type { Db } from '../storage/database.js';
import { wake } from '../storage/inbox.js';
import type { Operation } from '../storage/operations.js';
import { appendMessages } from '../storage/outbox.js';
import { replaceOrigins } from '../storage/storefront-origins.js';
import {
  addTenant,
  changeTenant,
  findTenant,
  listPaymentMethods,
  listTenants,
  replacePaymentMethods,
  type StoredMethod,
} from '../storage/tenants.js';
import { now, openTenant, readTenant, scopeOf, type App } from './app.js';
import { askEndpoint, planEndpoints } from './endpoint.js';
import { planOnboarding } from './onboarding-offer.js';
import { candidateOf, reportOf, type Candidate } from './settings-check.js';
import { askDomain, planDomains } from './wallet-domains.js';
import { DISCONNECTED_SUBJECT } from './webhook.js';

/** How long the operator waits for webhook addresses to be registered; they are registered all the same. */
const REGISTRATION_BUDGET_MS = 6_000;
/** Tries while others configure the same tenant at the same moment. */
const SAVE_TRIES = 10;

/**
 * Saves settings and connects the tenant. Returns the merged settings with secrets masked. Throws
 * `configuration_refused` (with the connector's words, in that language if it has them), `configuration_unchecked`,
 * `configuration_unsaved`. The same settings again change no method, but the configuration is told again.
 */
export async function configure(
  app: App,
  tenantId: string,
  told: Record<string, unknown>,
  language: Language = 'en',
): Promise<Record<string, unknown>> {
  for (let attempt = 1; ; attempt += 1) {
    const candidate = await candidateOf(app, tenantId, told);
    const { connector, tenant, stored, secrets } = candidate;
    await check(app, candidate, language);
    const planned = await save(app, connector, tenant, stored);
    if (planned !== undefined) {
      app.log('tenant configured', { tenant: tenantId, connector: connector.name, status: tenant.status });
      await askSoon(app, tenant, planned);
      app.wake();
      return maskSettings(tenant.settings, secrets);
    }
    if (attempt === SAVE_TRIES) throw new AppError('configuration_unsaved', { detail: 'it kept changing' });
  }
}

/**
 * Tells every connected tenant its configuration again, for shops that lost it. Returns the tenants that were told, and
 * those that could not be, with the reason. Safe to repeat.
 */
export async function resendConfiguration(app: App): Promise<{ told: string[]; failed: Record<string, string> }> {
  const told: string[] = [];
  const failed: Record<string, string> = {};
  for (const { tenantId } of await listTenants(app.db, app.appId)) {
    try {
      if (await tellAgain(app, tenantId)) told.push(tenantId);
    } catch (error) {
      failed[tenantId] = error instanceof Error ? error.message : 'unknown error';
    }
  }
  return { told, failed };
}

/** The row is locked meanwhile: nothing older may be told after something newer. */
async function tellAgain(app: App, tenantId: string): Promise<boolean> {
  const scope = scopeOf(app, tenantId);
  // Reads the tenant's key before the transaction, which then waits for no other connection.
  await readTenant(app, tenantId);
  return app.db.transaction().execute(async (tx) => {
    const row = await findTenant(tx, scope, true);
    if (row === undefined || row.status === 'DISCONNECTED') return false;
    const tenant = await openTenant(app, row);
    const connector = await app.connector(tenant.connector);
    await appendMessages(tx, scope, [app.compose(configurationEvent(app, connector, tenant), { tenantId })], now(app));
    return true;
  });
}

/** What the shop is told about its app: never a secret, only fields the connector declares public. */
export function configurationEvent(app: App, connector: Connector, tenant: Tenant): AppEvent {
  return {
    kind: 'app_configuration_updated',
    appIdentifier: app.appId,
    isActive: tenant.isActive,
    status: STATUS_WORDS[tenant.status],
    configuration: publicSettings(tenant.settings, connector.configuration.public),
    channels: [...app.channels],
  };
}

const STATUS_WORDS = { NEW: 'new', CONNECTED: 'connected', DISCONNECTED: 'disconnected' } as const satisfies Record<
  ConnectionStatus,
  string
>;

async function check(app: App, candidate: Candidate, language: Language): Promise<void> {
  const { errors, warnings } = await reportOf(app, candidate, { language });
  for (const warning of warnings) app.log.warn('configuration warning', { tenant: candidate.tenant.id, warning });
  if (errors.length === 0) return;
  const faults = errors.map(({ property, message }) => ({
    pointer: `/${property.replaceAll('.', '/')}`,
    text: message,
  }));
  throw new AppError('configuration_refused', { message: errors.map(named).join(', '), faults });
}

/** Texts about one property name it, because the shop shows the texts alone. */
function named({ property, message }: { property: string; message: string }): string {
  const isNameless = /^[a-z]/.test(message) && property !== '' && !message.includes(property);
  return isNameless ? `${property} ${message}` : message;
}

/** Writes everything or nothing. Undefined when somebody else has configured the tenant meanwhile. */
async function save(
  app: App,
  connector: Connector,
  tenant: Tenant,
  stored: Tenant | undefined,
): Promise<Operation[] | undefined> {
  const scope = scopeOf(app, tenant.id);
  // One that was forgotten has lost its key, which this node may still know.
  if (stored === undefined) app.vault.renew(tenant.id);
  const sealed = await app.vault.seal(tenant.id, 'settings', JSON.stringify(tenant.settings));
  try {
    return await app.db.transaction().execute(async (tx) => {
      if (!(await write(app, tx, { ...tenant, sealed }, stored))) return undefined;
      await replaceOrigins(tx, scope, facadeOf(tenant.settings)?.origins ?? []);
      const events = [
        ...(await methodEvents(app, tx, tenant, connector)),
        configurationEvent(app, connector, tenant),
        ...(await planOnboarding(app, tx, tenant, connector)),
      ];
      await appendMessages(
        tx,
        scope,
        events.map((event) => app.compose(event, { tenantId: tenant.id })),
        now(app),
      );
      await wake(tx, scope, [DISCONNECTED_SUBJECT], now(app));
      const endpoints = await planEndpoints(app, tx, tenant, connector);
      return [...endpoints, ...(await planDomains(app, tx, tenant, connector))];
    });
  } catch (error) {
    if (error instanceof AppError) throw error;
    app.log.error('configuration not saved', { tenant: tenant.id, error });
    throw new AppError('configuration_unsaved', { cause: error });
  }
}

/** Locks and writes the tenant's row. False when it is no longer what was read. */
async function write(
  app: App,
  tx: Db,
  tenant: Tenant & { sealed: string },
  stored: Tenant | undefined,
): Promise<boolean> {
  const scope = scopeOf(app, tenant.id);
  const { id: tenantId, connector, hash, status, isActive, sealed: settings } = tenant;
  const row = {
    tenantId,
    connector,
    status,
    isActive,
    hash,
    settings,
    unwantedMessages: unwantedMessages(tenant.settings),
  };
  if (stored === undefined) return addTenant(tx, scope, row, now(app));
  const known = await findTenant(tx, scope, true);
  if (known === undefined || known.status !== stored.status) return false;
  const seen = await openTenant(app, known);
  if (JSON.stringify(seen.settings) !== JSON.stringify(stored.settings)) return false;
  await changeTenant(tx, scope, row, now(app));
  return true;
}

/** Methods that are new, changed or gone, in this order, and the list as it is from now on. */
async function methodEvents(app: App, tx: Db, tenant: Tenant, connector: Connector): Promise<AppEvent[]> {
  const scope = scopeOf(app, tenant.id);
  const before = await listPaymentMethods(tx, scope);
  const offers = (connector.paymentMethods?.(tenant.settings, app.pageSettingsOf(connector.name)) ?? []).map((offer) =>
    asStored(app, offer),
  );
  await replacePaymentMethods(tx, scope, offers);
  const find = (name: string, list: StoredMethod[]): StoredMethod | undefined =>
    list.find((method) => method.name === name);
  const added = offers.filter(({ name }) => find(name, before) === undefined);
  const updated = offers.filter((offer) => {
    const known = find(offer.name, before);
    return known !== undefined && !sameMethod(known, offer);
  });
  const deleted = before.filter(({ name }) => find(name, offers) === undefined);
  // A shop that knows no update takes a newer addition for one.
  const isUnwanted = unwantedMessages(tenant.settings).includes('UpdatePaymentMethod');
  const changed = isUnwanted ? 'payment_method_added' : 'payment_method_updated';
  return [
    ...added.map((method) => methodEvent('payment_method_added', method)),
    ...updated.map((method) => methodEvent(changed, method)),
    ...deleted.map(({ name, providerName }) => ({ kind: 'payment_method_deleted' as const, name, providerName })),
  ];
}

function asStored(app: App, { name, providerName, checkoutConfiguration }: PaymentMethodOffer): StoredMethod {
  const checkout = checkoutConfiguration === undefined ? {} : { checkoutConfiguration };
  return { name, providerName, appConfiguration: { baseUrl: app.publicUrl, ...checkout } };
}

function methodEvent(
  kind: PaymentMethodEvent['kind'],
  { name, providerName, appConfiguration }: StoredMethod,
): PaymentMethodEvent {
  const checkoutConfiguration = appConfiguration['checkoutConfiguration'] as Record<string, unknown> | undefined;
  const checkout = checkoutConfiguration === undefined ? {} : { checkoutConfiguration };
  return { kind, name, providerName, baseUrl: String(appConfiguration['baseUrl']), ...checkout };
}

/** Stored JSON comes back with its members in another order, and order means nothing here. */
function sameMethod(a: StoredMethod, b: StoredMethod): boolean {
  return a.providerName === b.providerName && plain(a.appConfiguration) === plain(b.appConfiguration);
}

function plain(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(plain).join()}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([key, member]) => `${key}:${plain(member)}`).join()}}`;
}

/** Registers at once, because webhooks are wanted now; what takes longer or fails is asked again by the workers. */
async function askSoon(app: App, tenant: Tenant, planned: Operation[]): Promise<void> {
  const ask = (operation: Operation): Promise<void> =>
    (operation.kind === 'register_domain' ? askDomain : askEndpoint)(app, tenant, operation);
  const asked = Promise.all(planned.map(ask)).catch((error: unknown) =>
    app.log.error('webhook address not registered', { tenant: tenant.id, error }),
  );
  let timer: NodeJS.Timeout | undefined;
  const enough = new Promise((resolve) => (timer = setTimeout(resolve, REGISTRATION_BUDGET_MS)));
  await Promise.race([asked, enough]);
  clearTimeout(timer);
}
