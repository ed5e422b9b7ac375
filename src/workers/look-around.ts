/** Looks at payments that wait: claims what is due and gives each to the look flow. */
import { now, type App } from '../flows/app.js';
import { lookAt } from '../flows/look.js';
import { claimLooks, type DueLook } from '../storage/looks.js';
import { startWorker, type Worker } from './loop.js';

const BATCH = 4;
const REST_MS = 2_000;

/** Starts the worker. */
export function lookAround(app: App): Worker {
  return startWorker({
    restMs: REST_MS,
    round: async () => {
      const due = await claimLooks(app.db, app.appId, { now: now(app), limit: BATCH });
      await Promise.all(due.map((look) => lookOnce(app, look)));
      return due.length;
    },
    onError: (error) => app.log.error('look round failed', { error }),
  });
}

async function lookOnce(app: App, look: DueLook): Promise<void> {
  try {
    await lookAt(app, look);
  } catch (error) {
    // The claim has put it off already.
    app.log.error('payment not looked at', { tenant: look.tenantId, payment: look.paymentId, error });
  }
}
