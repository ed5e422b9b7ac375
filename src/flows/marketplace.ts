/** Whether a tenant's connector serves marketplaces with the tenant's settings. */
import { AppError } from '../domain/errors.js';
import type { Tenant } from '../domain/tenant.js';
import type { Connector, MarketplaceVerbs } from '../kit/connector.js';
import type { App } from './app.js';

/** The verbs for marketplaces, if the connector has them and the settings are those of a marketplace. */
export function marketplaceOf(connector: Connector, tenant: Pick<Tenant, 'settings'>): MarketplaceVerbs | undefined {
  return connector.marketplace?.wanted(tenant.settings) === true ? connector.marketplace : undefined;
}

/** The same for the tenant's present connector. Throws `marketplace_unsupported` when there are none. */
export async function getMarketplace(app: App, tenant: Tenant): Promise<MarketplaceVerbs> {
  const verbs = marketplaceOf(await app.connector(tenant.connector), tenant);
  if (verbs === undefined) throw new AppError('marketplace_unsupported');
  return verbs;
}
