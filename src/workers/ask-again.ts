/** Asks again what was asked and never answered, and reads back what a PSP is still working on. */
import { now, type App } from '../flows/app.js';
import { reconcile } from '../flows/reconcile.js';
import { claimDueOperations } from '../storage/operations.js';
import { startWorker, type Worker } from './loop.js';

const BATCH = 8;
const REST_MS = 1_000;

/** Starts the worker. */
export function askAgain(app: App): Worker {
  return startWorker({
    restMs: REST_MS,
    round: async () => {
      const operations = await claimDueOperations(app.db, app.appId, { now: now(app), limit: BATCH });
      await Promise.all(
        operations.map((operation) =>
          reconcile(app, operation).catch((error: unknown) => {
            app.log.error('operation not reconciled', { tenant: operation.tenantId, operation: operation.id, error });
          }),
        ),
      );
      return operations.length;
    },
    onError: (error) => app.log.error('reconcile round failed', { error }),
  });
}
