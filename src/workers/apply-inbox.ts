/** Applies what PSPs and shops told us: claims due inbox rows, gives each to its flow, and retries what failed. */
import { now, later, scopeOf, type App } from '../flows/app.js';
import { applyCommand } from '../flows/command.js';
import { createPlaces, isBusy, type Places } from '../flows/places.js';
import { applyWebhook, DISCONNECTED_SUBJECT } from '../flows/webhook.js';
import { bury, buryExpired, claimDue, postpone, renewLeases, wakeReady, type InboxRow } from '../storage/inbox.js';
import { startWorker, type Worker } from './loop.js';
import { readAgain, UNREAD } from './take-commands.js';

/** Rows in work at once, and of one tenant: the others find room whatever one has sent. */
const CONCURRENCY = 12;
const PER_TENANT = 8;
/** Of these rows so many at once are not waiting for a PSP; more would only wait for the pool. */
const PLACES = { atOnce: 3, waiting: PER_TENANT, patienceMs: 5_000 };
const REST_MS = 500;
/** How often leases of rows in work are looked at. */
const KEEP_MS = 1_000;
/** Until a row that found no place is tried again. */
const BUSY_SECONDS = 1;
/** How often parked rows are looked at; what they wait for usually wakes them at once. */
const PARKED_LOOK_MS = 2_000;
/** Attempts before a failing row is set aside for a person. */
const ATTEMPT_LIMIT = 9;
const LONGEST_WAIT_SECONDS = 300;

/** Starts the worker. Rows of one lane are applied in order; different lanes side by side. */
export function applyInbox(app: App, places = createPlaces(PLACES)): Worker {
  let lookedAt = Number.NEGATIVE_INFINITY;
  const inWork = new Map<Promise<void>, InboxRow>();
  const worker = startWorker({
    restMs: REST_MS,
    round: async () => {
      if (app.clock.now() - lookedAt >= PARKED_LOOK_MS) {
        lookedAt = app.clock.now();
        await wakeReady(app.db, app.appId, { disconnected: DISCONNECTED_SUBJECT, now: now(app) });
        await buryExpired(app.db, app.appId, now(app));
      }
      if (inWork.size >= CONCURRENCY) await Promise.race(inWork.keys());
      const claim = { limit: CONCURRENCY - inWork.size, perTenant: PER_TENANT, inWork: [...inWork.values()] };
      const rows = await claimDue(app.db, app.appId, { now: now(app), ...claim });
      for (const row of rows) {
        const work = applyRow(app, places, row).finally(() => {
          inWork.delete(work);
          // The next row of this lane may be due now.
          worker.wake();
        });
        inWork.set(work, row);
      }
      return rows.length;
    },
    onError: (error) => app.log.error('inbox round failed', { error }),
  });
  // A PSP may take longer for its answer than a lease: others take over from whoever stands still, not from whoever waits.
  const keeper = startWorker({
    restMs: KEEP_MS,
    round: async () => {
      if (inWork.size > 0) await renewLeases(app.db, app.appId, [...inWork.values()], now(app));
      return 0;
    },
    onError: (error) => app.log.error('inbox leases not renewed', { error }),
  });
  return {
    wake: () => worker.wake(),
    passed: (ms) => worker.passed(ms),
    stop: async () => {
      await worker.stop();
      await Promise.allSettled(inWork.keys());
      await keeper.stop();
    },
  };
}

async function applyRow(app: App, places: Places, row: InboxRow): Promise<void> {
  const scope = scopeOf(app, row.tenantId);
  try {
    await places.inside(row.tenantId, async () => {
      if (row.source === 'webhook') await applyWebhook(app, row);
      else await (row.type === UNREAD ? readAgain(app, row) : applyCommand(app, row));
    });
  } catch (error) {
    const result = error instanceof Error ? error.message.slice(0, 500) : 'unknown error';
    if (isBusy(error)) {
      const put = { dueAt: later(app, BUSY_SECONDS), result, countsAsAttempt: false };
      await postpone(app.db, scope, row, put).catch(() => undefined);
      return;
    }
    app.log.error('inbox row failed', {
      tenant: row.tenantId,
      row: row.id,
      source: row.source,
      attempts: row.attempts,
      error,
    });
    const end =
      row.attempts >= ATTEMPT_LIMIT
        ? bury(app.db, scope, row, { result, now: now(app) })
        : postpone(app.db, scope, row, {
            dueAt: later(app, Math.min(2 ** row.attempts, LONGEST_WAIT_SECONDS)),
            result,
          });
    // When the database is away too, the lease runs out and another round takes the row.
    await end.catch((cause: unknown) => app.log.error('inbox row not put off', { row: row.id, error: cause }));
  }
}
