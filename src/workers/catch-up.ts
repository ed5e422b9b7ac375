/** Fetches what PSPs told while we were away: at the start, and every hour in case deliveries were lost. */
import type { App } from '../flows/app.js';
import { catchUpTenant } from '../flows/catch-up.js';
import { listTenants } from '../storage/tenants.js';
import { startWorker, type Worker } from './loop.js';

const REST_MS = 3_600_000;

/** Starts the worker. */
export function catchUp(app: App): Worker {
  return startWorker({
    restMs: REST_MS,
    round: async () => {
      for (const { tenantId } of await listTenants(app.db, app.appId)) {
        await catchUpTenant(app, tenantId).catch((error: unknown) => {
          app.log.error('events not fetched', { tenant: tenantId, error });
        });
      }
      return 0;
    },
    onError: (error) => app.log.error('catch-up round failed', { error }),
  });
}
