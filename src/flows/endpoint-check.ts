/**
 * Looks at the webhook addresses that are registered at a tenant's PSP, and registers anew where somebody or the PSP has
 * changed, disabled or deleted one: without webhooks everything is learned late, by looking.
 */
import { listEndpoints, outdateEndpoint } from '../storage/tenants.js';
import { contextOf, readTenant, scopeOf, type App } from './app.js';
import { askEndpoint, planEndpoints } from './endpoint.js';

/** Returns how many addresses were not as they were registered. Throws when the PSP gives no answer. Safe to repeat. */
export async function checkEndpoints(app: App, tenantId: string): Promise<number> {
  const tenant = await readTenant(app, tenantId);
  if (tenant === undefined || tenant.status === 'DISCONNECTED' || !tenant.isActive) return 0;
  const connector = await app.connector(tenant.connector);
  const { endpoints: verbs } = connector;
  if (verbs?.inspect === undefined || !verbs.wanted(tenant.settings)) return 0;
  const scope = scopeOf(app, tenantId);
  const wrong: string[] = [];
  for (const { id, connector: owner, pspEndpointId, purpose } of await listEndpoints(app.db, scope)) {
    if (owner !== connector.name || pspEndpointId === undefined) continue;
    const fault = await verbs.inspect(pspEndpointId, contextOf(app, tenant), purpose);
    if (fault === undefined) continue;
    app.log.error('webhook address is not as registered', { tenant: tenantId, pspEndpointId, purpose, fault });
    wrong.push(id);
  }
  if (wrong.length === 0) return 0;
  const planned = await app.db.transaction().execute(async (tx) => {
    for (const id of wrong) await outdateEndpoint(tx, scope, id);
    return planEndpoints(app, tx, tenant, connector);
  });
  for (const operation of planned) await askEndpoint(app, tenant, operation);
  return wrong.length;
}
