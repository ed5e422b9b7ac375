/** What an operator entered, laid over what is stored, and whether it holds: for saving it, or for a look beforehand. */
import { createHash } from 'node:crypto';
import { AppError } from '../domain/errors.js';
import { ownFaults } from '../domain/own-settings.js';
import { mergeSettings, statusAfterConfigure, type SettingFault, type Tenant } from '../domain/tenant.js';
import type { Connector, Language } from '../kit/connector.js';
import { messageIn } from '../kit/form-texts.js';
import { contextOf, readTenant, type App } from './app.js';
import { OWN_TEXTS } from './own-settings.js';

/** The tenant as it would be. */
export interface Candidate {
  connector: Connector;
  tenant: Tenant;
  /** As it is; undefined when it never configured the app. */
  stored: Tenant | undefined;
  /** Dotted paths of everything that is masked, whichever connector it belongs to. */
  secrets: string[];
}

/** What is wrong with settings: each fault with the dotted path of its field. */
export interface SettingsReport {
  errors: SettingFault[];
  /** Worth telling the operator, no reason to refuse. */
  warnings: string[];
}

/** Lays new settings over the stored ones. Throws `configuration_refused` for a connector that is not there. */
export async function candidateOf(app: App, tenantId: string, told: Record<string, unknown>): Promise<Candidate> {
  const stored = await readTenant(app, tenantId);
  const connector = await connectorOf(app, told, stored);
  // A tenant that chose another connector still has the secrets of the former one.
  const secrets = await secretPaths(app);
  const tenant: Tenant = {
    id: tenantId,
    connector: connector.name,
    status: statusAfterConfigure(stored?.status),
    isActive: true,
    hash: stored?.hash ?? createHash('sha256').update(`quittance:${tenantId}`).digest('hex').slice(0, 24),
    settings: mergeSettings(stored?.settings ?? {}, told, secrets),
  };
  return { connector, tenant, stored, secrets };
}

/**
 * Asks connector and core what they think of it; `readsOnly` makes nothing at the PSP. Throws `configuration_unchecked`
 * when the connector itself fails.
 */
export async function reportOf(
  app: App,
  { connector, tenant }: Pick<Candidate, 'connector' | 'tenant'>,
  { language, readsOnly = false }: { language: Language; readsOnly?: boolean },
): Promise<SettingsReport> {
  const report = await connector
    .validate(tenant.settings, contextOf(app, tenant), { readsOnly })
    .catch((error: unknown) => {
      throw new AppError('configuration_unchecked', {
        message: error instanceof Error ? error.message : '',
        cause: error,
      });
    });
  const say = (message: string): string => messageIn(connector.configuration.texts, language, message);
  const { isSandbox } = app;
  const told = report.errors.flatMap(({ property, errorMessages }) =>
    errorMessages.map((message) => ({ property, message: say(message) })),
  );
  // Never refused without a word.
  if (!report.isValid && told.length === 0) told.push({ property: '', message: 'The configuration is not valid.' });
  const own = ownFaults(tenant.settings, { mode: connector.mode(tenant.settings), isSandbox }).map(
    ({ property, message }) => ({ property, message: messageIn(OWN_TEXTS, language, message) }),
  );
  return {
    errors: [...told, ...own],
    warnings: report.warnings.map(say),
  };
}

/** Every connector a tenant of this deployment may choose, by name. */
export async function connectorsOf(app: App): Promise<Connector[]> {
  const found = await Promise.all(app.connectorNames.map((name) => app.connector(name).catch(() => undefined)));
  return found.filter((connector) => connector !== undefined);
}

/** Dotted paths of the secrets of all connectors. */
export async function secretPaths(app: App): Promise<string[]> {
  const connectors = await connectorsOf(app);
  return [...new Set(connectors.flatMap(({ configuration }) => configuration.secrets))];
}

async function connectorOf(app: App, told: Record<string, unknown>, stored: Tenant | undefined): Promise<Connector> {
  const named = told['connector'] ?? stored?.connector ?? app.defaultConnector;
  try {
    return await app.connector(String(named));
  } catch (error) {
    const message = error instanceof AppError ? error.message : 'There is no connector of that name';
    throw new AppError('configuration_refused', { message, cause: error });
  }
}
