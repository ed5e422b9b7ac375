/**
 * What an operator sees of one tenant in the app catalogue: how it is connected, its settings without secrets, and what
 * is still missing. Reads only; a look at new settings changes nothing either, at the PSP neither.
 */
import { maskSettings, readPath, type Tenant } from '../domain/tenant.js';
import type { Connector, Language } from '../kit/connector.js';
import { fieldTexts, type FieldWords } from '../kit/form-texts.js';
import { listEndpoints, listPaymentMethods, untoldMethods } from '../storage/tenants.js';
import { listDomains } from '../storage/wallet-domains.js';
import { readTenant, scopeOf, type App } from './app.js';
import { endpointUrl } from './endpoint.js';
import { OWN_SCHEMA, OWN_TEXTS } from './own-settings.js';
import { candidateOf, connectorsOf, reportOf, secretPaths, type SettingsReport } from './settings-check.js';

/** What keeps a connected shop from taking payments well. */
export type Missing =
  'webhook_unregistered' | 'webhook_secret' | 'no_methods' | 'methods_untold' | 'not_https' | 'domains_unregistered';

export interface Catalogue {
  tenantIdentifier: string;
  app: { name: string; identifier: string; baseUrl: string };
  /** `none`: it never configured the app. */
  status: 'none' | 'new' | 'connected' | 'disconnected';
  isActive: boolean;
  /** Of the stored settings, else the default. */
  connector: string;
  mode: 'live' | 'test';
  configuration: Record<string, unknown>;
  connectors: CatalogueConnector[];
  /** The app's own settings, beside those of any connector. */
  own: Pick<CatalogueConnector, 'schema' | 'fields'>;
  webhooks: { url: string; purpose: string; state: 'registered' | 'asked' | 'manual' }[];
  paymentMethods: { name: string; providerName: string; strategy: string; state: 'announced' | 'waiting' }[];
  missing: Missing[];
}

export interface CatalogueConnector {
  name: string;
  title: string;
  /** JSON Schema. */
  schema: Record<string, unknown>;
  /** Dotted paths. */
  secrets: string[];
  /** Words of each field, by dotted path. */
  fields: Record<string, FieldWords>;
}

/** Reads everything about one tenant. Secrets are masked. */
export async function readCatalogue(app: App, tenantId: string, language: Language): Promise<Catalogue> {
  const tenant = await readTenant(app, tenantId);
  const connectors = await connectorsOf(app);
  const name = tenant?.connector ?? app.defaultConnector;
  const connector = connectors.find((one) => one.name === name);
  const settings = tenant?.settings ?? {};
  const webhooks = tenant === undefined || connector === undefined ? [] : await webhooksOf(app, tenant, connector);
  const paymentMethods = await methodsOf(app, tenantId);
  const isConnected = tenant !== undefined && tenant.status !== 'DISCONNECTED';
  return {
    tenantIdentifier: tenantId,
    app: { name: 'Quittance', identifier: app.appId, baseUrl: app.publicUrl },
    status: tenant === undefined ? 'none' : STATUS_WORDS[tenant.status],
    isActive: tenant?.isActive ?? false,
    connector: name,
    mode: connector?.mode(settings) ?? 'test',
    configuration: maskSettings(settings, await secretPaths(app)),
    connectors: connectors.map((one) => shown(one, language)),
    own: { schema: OWN_SCHEMA, fields: fieldTexts(OWN_SCHEMA, OWN_TEXTS, language) },
    webhooks,
    paymentMethods,
    missing:
      isConnected && connector !== undefined
        ? await missingOf(app, tenant, { connector, webhooks, paymentMethods })
        : [],
  };
}

/** Checks settings as saving them would, without saving them, by reads alone. */
export async function testSettings(
  app: App,
  tenantId: string,
  told: Record<string, unknown>,
  language: Language,
): Promise<SettingsReport> {
  return reportOf(app, await candidateOf(app, tenantId, told), { language, readsOnly: true });
}

const STATUS_WORDS = { NEW: 'new', CONNECTED: 'connected', DISCONNECTED: 'disconnected' } as const;

function shown({ name, title, configuration }: Connector, language: Language): CatalogueConnector {
  const { schema, secrets, texts } = configuration;
  return {
    name,
    title,
    // Plain JSON: what a schema holds for the type checker stays here.
    schema: JSON.parse(JSON.stringify(schema)) as Record<string, unknown>,
    secrets,
    fields: fieldTexts(schema, texts, language),
  };
}

/** Addresses registered for the tenant; for one that registers by hand, the address to enter at the PSP. */
async function webhooksOf(app: App, tenant: Tenant, connector: Connector): Promise<Catalogue['webhooks']> {
  if (tenant.status === 'DISCONNECTED') return [];
  if (connector.endpoints?.wanted(tenant.settings) !== true) {
    const path = connector.mode(tenant.settings) === 'test' ? '/webhooks/test' : '/webhooks';
    return [{ url: `${app.publicUrl}${path}`, purpose: '', state: 'manual' }];
  }
  const endpoints = await listEndpoints(app.db, scopeOf(app, tenant.id));
  const newest = endpoints.filter(
    ({ purpose }, index) => endpoints.findIndex((other) => other.purpose === purpose) === index,
  );
  return newest.map((endpoint) => ({
    url: endpointUrl(app, endpoint),
    purpose: endpoint.purpose,
    state: endpoint.pspEndpointId === undefined ? 'asked' : 'registered',
  }));
}

async function methodsOf(app: App, tenantId: string): Promise<Catalogue['paymentMethods']> {
  const scope = scopeOf(app, tenantId);
  const untold = new Set(await untoldMethods(app.db, scope));
  return (await listPaymentMethods(app.db, scope)).map(({ name, providerName, appConfiguration }) => ({
    name,
    providerName,
    strategy: String(readPath(appConfiguration, 'checkoutConfiguration.strategy') ?? 'hosted-payment-page'),
    state: untold.has(name) ? 'waiting' : 'announced',
  }));
}

async function missingOf(
  app: App,
  tenant: Tenant,
  of: { connector: Connector } & Pick<Catalogue, 'webhooks' | 'paymentMethods'>,
): Promise<Missing[]> {
  const { connector, webhooks, paymentMethods } = of;
  const { webhookSecrets } = connector.configuration;
  const isByHand = webhooks.some(({ state }) => state === 'manual') && webhookSecrets.length > 0;
  const domains = await listDomains(app.db, scopeOf(app, tenant.id));
  const found: [Missing, boolean][] = [
    ['webhook_secret', isByHand && !webhookSecrets.some((path) => Boolean(readPath(tenant.settings, path)))],
    ['webhook_unregistered', !isByHand && !webhooks.some(({ state }) => state !== 'asked')],
    ['no_methods', paymentMethods.length === 0],
    ['methods_untold', paymentMethods.some(({ state }) => state === 'waiting')],
    ['not_https', connector.mode(tenant.settings) === 'live' && !app.publicUrl.startsWith('https:')],
    // A sandbox has a name of this machine, which no PSP takes.
    ['domains_unregistered', domains.some((one) => one.pspDomainId === undefined && !(app.isSandbox && one.problem))],
  ];
  return found.filter(([, isMissing]) => isMissing).map(([what]) => what);
}
