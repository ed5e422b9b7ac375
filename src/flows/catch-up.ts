/**
 * Catch up: what a PSP told and we did not hear is fetched instead of waited for. The events go the way of a webhook, so
 * one that was delivered as well is applied once.
 */
import { caughtUpAt, markCaughtUp } from '../storage/tenants.js';
import { contextOf, now, readTenant, scopeOf, type App } from './app.js';
import { keepEvent } from './webhook.js';

/** Clocks differ, and a PSP may list an event later than it happened. */
const OVERLAP_MS = 600_000;

/**
 * Fetches what the tenant's PSP told since this was asked last, whatever was heard meanwhile: one event may be lost and
 * the next one heard. Returns how many events were new. Safe to repeat.
 */
export async function catchUpTenant(app: App, tenantId: string): Promise<number> {
  const tenant = await readTenant(app, tenantId);
  if (tenant === undefined || tenant.status === 'DISCONNECTED') return 0;
  const connector = await app.connector(tenant.connector);
  const scope = scopeOf(app, tenantId);
  const askedAt = now(app);
  const until = await caughtUpAt(app.db, scope);
  if (connector.missedEvents === undefined || until === undefined) return 0;
  const since = new Date(Date.parse(until) - OVERLAP_MS).toISOString();
  let count = 0;
  for (const missed of await connector.missedEvents(since, contextOf(app, tenant))) {
    if (await keepEvent(app, tenant, connector, missed)) count += 1;
  }
  await markCaughtUp(app.db, scope, askedAt);
  if (count > 0) {
    app.log('caught up', { tenant: tenantId, connector: connector.name, events: count });
    app.wake();
  }
  return count;
}
