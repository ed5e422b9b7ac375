/**
 * Catch up: after a time away a PSP's events are fetched instead of waited for. They go the way of a webhook, so one
 * that was delivered as well is applied once.
 */
import { lastHeard } from '../storage/inbox.js';
import { contextOf, readTenant, scopeOf, type App } from './app.js';
import { keepEvent } from './webhook.js';

/**
 * How far before the last thing heard is asked: one event may be lost and the next one heard, so it is a bit more than
 * the hour between two rounds, and events may be told in another order than they happened.
 */
const OVERLAP_MS = 65 * 60_000;

/** Fetches what the tenant's PSP told around and since it was heard of last. Returns how many events were new. Safe to repeat. */
export async function catchUpTenant(app: App, tenantId: string): Promise<number> {
  const tenant = await readTenant(app, tenantId);
  if (tenant === undefined || tenant.status === 'DISCONNECTED') return 0;
  const connector = await app.connector(tenant.connector);
  const heardAt = await lastHeard(app.db, scopeOf(app, tenantId));
  // Before the first webhook nothing can have been missed that a look at the payments would not find.
  if (connector.missedEvents === undefined || heardAt === undefined) return 0;
  const since = new Date(Date.parse(heardAt) - OVERLAP_MS).toISOString();
  let count = 0;
  for (const missed of await connector.missedEvents(since, contextOf(app, tenant))) {
    if (await keepEvent(app, tenant, connector, missed)) count += 1;
  }
  if (count > 0) {
    app.log('caught up', { tenant: tenantId, connector: connector.name, events: count });
    app.wake();
  }
  return count;
}
