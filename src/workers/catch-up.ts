/**
 * Fetches what PSPs told while we were away: at the start, and every hour in case deliveries were lost. Once a day it
 * looks whether our webhook addresses still stand and whether wallets are still shown.
 */
import type { App } from '../flows/app.js';
import { catchUpTenant } from '../flows/catch-up.js';
import { checkEndpoints } from '../flows/endpoint-check.js';
import { checkDomains } from '../flows/wallet-domains.js';
import { listTenants } from '../storage/tenants.js';
import { startWorker, type Worker } from './loop.js';

const REST_MS = 3_600_000;
const CHECK_MS = 24 * REST_MS;

/** Starts the worker. */
export function catchUp(app: App): Worker {
  let checkedAt = Number.NEGATIVE_INFINITY;
  return startWorker({
    restMs: REST_MS,
    round: async () => {
      const isTime = app.clock.now() - checkedAt >= CHECK_MS;
      if (isTime) checkedAt = app.clock.now();
      for (const { tenantId } of await listTenants(app.db, app.appId)) {
        await catchUpTenant(app, tenantId).catch((error: unknown) => {
          app.log.error('events not fetched', { tenant: tenantId, error });
        });
        if (!isTime) continue;
        await checkEndpoints(app, tenantId).catch((error: unknown) => {
          app.log.error('webhook addresses not checked', { tenant: tenantId, error });
        });
        await checkDomains(app, tenantId).catch((error: unknown) => {
          app.log.warn('wallet domains not checked', { tenant: tenantId, error });
        });
      }
      return 0;
    },
    onError: (error) => app.log.error('catch-up round failed', { error }),
  });
}
