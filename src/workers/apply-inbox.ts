/** Applies what PSPs and shops told us: claims due inbox rows, gives each to its flow, and retries what failed. */
import { now, later, scopeOf, type App } from '../flows/app.js';
import { applyCommand } from '../flows/command.js';
import { applyWebhook, DISCONNECTED_SUBJECT } from '../flows/webhook.js';
import { bury, buryExpired, claimDue, postpone, wakeReady, type InboxRow } from '../storage/inbox.js';
import { startWorker, type Worker } from './loop.js';
import { readAgain, UNREAD } from './take-commands.js';

/** Rows in work at once; more would only wait for the pool. */
const CONCURRENCY = 8;
const REST_MS = 500;
/** How often parked rows are looked at; what they wait for usually wakes them at once. */
const PARKED_LOOK_MS = 2_000;
/** Attempts before a failing row is set aside for a person. */
const ATTEMPT_LIMIT = 9;
const LONGEST_WAIT_SECONDS = 300;

/** Starts the worker. Rows of one lane are applied in order; different lanes side by side. */
export function applyInbox(app: App): Worker {
  let lookedAt = Number.NEGATIVE_INFINITY;
  const inWork = new Set<Promise<void>>();
  /** A row whose lease ran out while we still work on it is not begun twice here. */
  const busy = new Set<number>();
  const worker = startWorker({
    restMs: REST_MS,
    round: async () => {
      if (app.clock.now() - lookedAt >= PARKED_LOOK_MS) {
        lookedAt = app.clock.now();
        await wakeReady(app.db, app.appId, { disconnected: DISCONNECTED_SUBJECT, now: now(app) });
        await buryExpired(app.db, app.appId, now(app));
      }
      if (inWork.size >= CONCURRENCY) await Promise.race(inWork);
      const rows = await claimDue(app.db, app.appId, { now: now(app), limit: CONCURRENCY - inWork.size });
      for (const row of rows.filter(({ id }) => !busy.has(id))) {
        busy.add(row.id);
        const work = applyRow(app, row).finally(() => {
          inWork.delete(work);
          busy.delete(row.id);
          // The next row of this lane may be due now.
          worker.wake();
        });
        inWork.add(work);
      }
      return rows.length;
    },
    onError: (error) => app.log.error('inbox round failed', { error }),
  });
  return {
    wake: () => worker.wake(),
    passed: (ms) => worker.passed(ms),
    stop: async () => {
      await worker.stop();
      await Promise.allSettled(inWork);
    },
  };
}

async function applyRow(app: App, row: InboxRow): Promise<void> {
  const scope = scopeOf(app, row.tenantId);
  try {
    if (row.source === 'webhook') await applyWebhook(app, row);
    else await (row.type === UNREAD ? readAgain(app, row) : applyCommand(app, row));
  } catch (error) {
    const result = error instanceof Error ? error.message.slice(0, 500) : 'unknown error';
    app.log.error('inbox row failed', {
      tenant: row.tenantId,
      row: row.id,
      source: row.source,
      attempts: row.attempts,
      error,
    });
    const end =
      row.attempts >= ATTEMPT_LIMIT
        ? bury(app.db, scope, row.id, { result, now: now(app) })
        : postpone(app.db, scope, row.id, {
            dueAt: later(app, Math.min(2 ** row.attempts, LONGEST_WAIT_SECONDS)),
            result,
          });
    // When the database is away too, the lease runs out and another round takes the row.
    await end.catch((cause: unknown) => app.log.error('inbox row not put off', { row: row.id, error: cause }));
  }
}
