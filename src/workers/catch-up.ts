/**
 * Fetches what PSPs told while we were away: at the start, and every hour in case deliveries were lost. Once a day it
 * looks whether our webhook addresses still stand and whether wallets are still shown. Each tenant is claimed before it
 * is visited, so that several nodes share the tenants and none is visited by all of them.
 */
import { later, now, type App } from '../flows/app.js';
import { catchUpTenant } from '../flows/catch-up.js';
import { checkEndpoints } from '../flows/endpoint-check.js';
import { checkDomains } from '../flows/wallet-domains.js';
import { claimVisit, type DueVisit } from '../storage/visits.js';
import { startWorker, type Worker } from './loop.js';

const REST_MS = 3_600_000;
/** Less than the rest, so that whom we visited last time is due when we wake. */
const VISIT_SECONDS = 3_540;
const CHECK_SECONDS = 24 * 3_600;
/** A node that starts visits again whom the others have not visited for so long: it may have been the only one. */
const START_SECONDS = 60;

/** Starts the worker. The only node knows that nobody else has been anywhere while it was away. */
export function catchUp(app: App, isOnlyNode: boolean): Worker {
  const startedAt = now(app);
  const startBefore = isOnlyNode ? startedAt : later(app, -START_SECONDS);
  return startWorker({
    restMs: REST_MS,
    // One tenant in a round, so that a node that stops ends after the visit under way.
    round: async () => {
      const lastHour = later(app, -VISIT_SECONDS);
      const before = lastHour > startBefore ? lastHour : startBefore;
      const visit = await claimVisit(app.db, app.appId, {
        now: now(app),
        before,
        checkBefore: later(app, -CHECK_SECONDS),
      });
      if (visit === undefined) return 0;
      await visitTenant(app, visit);
      return 1;
    },
    onError: (error) => app.log.error('catch-up round failed', { error }),
  });
}

async function visitTenant(app: App, { tenantId, isCheck }: DueVisit): Promise<void> {
  await catchUpTenant(app, tenantId).catch((error: unknown) => {
    app.log.error('events not fetched', { tenant: tenantId, error });
  });
  if (!isCheck) return;
  await checkEndpoints(app, tenantId).catch((error: unknown) => {
    app.log.error('webhook addresses not checked', { tenant: tenantId, error });
  });
  await checkDomains(app, tenantId).catch((error: unknown) => {
    app.log.warn('wallet domains not checked', { tenant: tenantId, error });
  });
}
