/** What a flow may use: one plain record, built by hand in compose.ts. Tests build it with another clock. */
import type { Clock } from '../domain/clock.js';
import { isoTime } from '../domain/clock.js';
import { AppError } from '../domain/errors.js';
import type { AppEvent } from '../domain/event.js';
import type { Message } from '../domain/message.js';
import type { Payment, PaymentStatus } from '../domain/payment.js';
import type { Tenant } from '../domain/tenant.js';
import type { Connector, Context, PageSettings } from '../kit/connector.js';
import type { Db } from '../storage/database.js';
import type { Scope } from '../storage/payments.js';
import { findTenant, type TenantRow } from '../storage/tenants.js';
import type { Vault } from '../storage/vault.js';

export interface AppLog {
  (event: string, fields?: Record<string, unknown>): void;
  warn(event: string, fields?: Record<string, unknown>): void;
  error(event: string, fields?: Record<string, unknown>): void;
}

export interface App {
  appId: string;
  db: Db;
  clock: Clock;
  /** A new sortable UUID. */
  newId(): string;
  log: AppLog;
  vault: Vault;
  /** By name. Throws AppError when there is none, or when it is not for production. */
  connector(name: string): Promise<Connector>;
  /** All there are; webhooks on the plain paths are tried with each. */
  connectorNames: readonly string[];
  /** The connector of a tenant whose settings name none. */
  defaultConnector: string;
  /** Where a connector's PSP is, when the deployment says so. */
  apiUrlOf(connector: string): string | undefined;
  /** Where a connector's browser script is, and what else browsers get of the deployment. */
  pageSettingsOf(connector: string): PageSettings;
  /** Gives an event its form on the wire. Throws when the result does not fit the message's shape. */
  compose(event: AppEvent, envelope: { tenantId: string; correlationId?: string; announces?: string }): Message;
  /** All channels we speak on, for the shop to poll. */
  channels: readonly string[];
  /** Messages leave by an outside broker, so our own channels hand out nothing. */
  usesBroker: boolean;
  /** Everything may be on this machine, and nothing is real. */
  isSandbox: boolean;
  /** How the outside reaches us; no slash at the end. */
  publicUrl: string;
  /** The token that opens the payment's page: the same for the same payment and expiry. */
  pageToken(payment: Payment): string;
  pageTtlMinutes: number;
  /** How long what is finished in the queues is kept. */
  retentionDays: number;
  /** Proof that a text in an address of the onboarding is ours. */
  signState(text: string): string;
  /** Statuses that do not keep a tenant from disconnecting. */
  closedStatuses: readonly PaymentStatus[];
  deletePaymentsOnDisconnect: boolean;
  deleteMerchantsOnDisconnect: boolean;
  /** Operations this process is asking right now: nobody else here asks them again. */
  asking: Set<string>;
  /** Tells the workers that there is something to apply or to ask. */
  wake(): void;
}

/** Where the rows of a tenant belong. */
export function scopeOf(app: App, tenantId: string): Scope {
  return { appId: app.appId, tenantId };
}

/** Now, as ISO text. */
export function now(app: App): string {
  return isoTime(app.clock);
}

/** ISO text of a moment from now. */
export function later(app: App, seconds: number): string {
  return new Date(app.clock.now() + seconds * 1000).toISOString();
}

/** The tenant with its settings opened, or undefined when it never configured the app. */
export async function readTenant(app: App, tenantId: string): Promise<Tenant | undefined> {
  const row = await findTenant(app.db, scopeOf(app, tenantId));
  return row === undefined ? undefined : openTenant(app, row);
}

/** The tenant. Throws `tenant_unknown`, and `tenant_disconnected` unless that is welcome. */
export async function getTenant(app: App, tenantId: string): Promise<Tenant> {
  const tenant = await readTenant(app, tenantId);
  if (tenant === undefined) throw new AppError('tenant_unknown');
  if (tenant.status === 'DISCONNECTED') throw new AppError('tenant_disconnected');
  return tenant;
}

/** Opens the sealed settings of a row. */
export async function openTenant(app: App, row: TenantRow): Promise<Tenant> {
  const settings = JSON.parse(await app.vault.open(row.tenantId, 'settings', row.settings)) as Record<string, unknown>;
  return {
    id: row.tenantId,
    connector: row.connector,
    status: row.status,
    isActive: row.isActive,
    hash: row.hash,
    settings,
  };
}

/** What a connector's verb gets besides its request. */
export function contextOf(app: App, tenant: Pick<Tenant, 'id' | 'hash' | 'settings' | 'connector'>): Context {
  const apiUrl = app.apiUrlOf(tenant.connector);
  return {
    tenant: { hash: tenant.hash, settings: tenant.settings },
    clock: app.clock,
    ...(apiUrl === undefined ? {} : { apiUrl }),
    log: (event, fields) => app.log(event, { tenant: tenant.id, connector: tenant.connector, ...fields }),
  };
}
