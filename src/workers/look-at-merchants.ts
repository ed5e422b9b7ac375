/** Looks at merchants' accounts: claims what is due and gives each to its flow. */
import { LOOK_AGAIN_SECONDS } from '../flows/account.js';
import { lookAtMerchant } from '../flows/account-news.js';
import { later, now, type App } from '../flows/app.js';
import { claimMerchantLooks } from '../storage/merchants.js';
import { startWorker, type Worker } from './loop.js';

const BATCH = 4;
const REST_MS = 60_000;

/** Starts the worker. */
export function lookAtMerchants(app: App): Worker {
  return startWorker({
    restMs: REST_MS,
    round: async () => {
      const claim = { now: now(app), limit: BATCH, again: later(app, LOOK_AGAIN_SECONDS) };
      const due = await claimMerchantLooks(app.db, app.appId, claim);
      await Promise.all(
        due.map((look) =>
          lookAtMerchant(app, look).catch((error: unknown) => {
            const { tenantId: tenant, merchantReference: merchant } = look;
            app.log.error('merchant not looked at', { tenant, merchant, error });
          }),
        ),
      );
      return due.length;
    },
    onError: (error) => app.log.error('look at merchants failed', { error }),
  });
}
