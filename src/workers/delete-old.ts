/** Deletes rows that nobody needs any more, so that queues do not grow for ever (RETENTION_DAYS). */
import { later, type App } from '../flows/app.js';
import { deleteOldRows } from '../storage/retention.js';
import { startWorker, type Worker } from './loop.js';

const BATCH = 1_000;
const REST_MS = 6 * 3_600_000;
const DAY_SECONDS = 86_400;
/** Answers for repeated keys count for a day. */
const REPLY_DAYS = 2;

/** Starts the worker. */
export function deleteOld(app: App): Worker {
  return startWorker({
    restMs: REST_MS,
    round: async () => {
      const count = await deleteOldRows(app.db, app.appId, {
        finishedBefore: later(app, -app.retentionDays * DAY_SECONDS),
        repliesBefore: later(app, -REPLY_DAYS * DAY_SECONDS),
        limit: BATCH,
      });
      if (count > 0) app.log('old rows deleted', { count });
      return count;
    },
    onError: (error) => app.log.error('deleting old rows failed', { error }),
  });
}
