/** News of transfers: what somebody took back at the PSP, past us, is recorded and counts from then on. */
import type { TransferNews } from '../kit/connector.js';
import { finish, park, postpone, type InboxRow } from '../storage/inbox.js';
import { isTransferOpen, listTransfers, recordReversed } from '../storage/transfers.js';
import { later, now, scopeOf, type App } from './app.js';

/** Between looks at a transfer that nobody knows, while one of the tenant has no answer yet: that may be it. */
const LOOK_SECONDS = 5;

/**
 * Applies what a webhook says of a transfer. Parked while one of our own reversals has no answer, because nobody can tell
 * then whose it was; that answer wakes it.
 */
export async function applyTransferNews(app: App, row: InboxRow, news: TransferNews): Promise<void> {
  const scope = scopeOf(app, row.tenantId);
  const { transferId, reversed } = news;
  await app.db.transaction().execute(async (tx) => {
    // Before the transfer is looked for: an answer that comes in between would name it unseen.
    const isOpen = reversed > 0 && (await isTransferOpen(tx, scope));
    const [transfer] = reversed === 0 ? [] : await listTransfers(tx, scope, { transferId });
    if (transfer === undefined) {
      const result = reversed === 0 ? 'ignored: nothing was taken back' : 'ignored: no transfer of ours';
      const again = { dueAt: later(app, LOOK_SECONDS), result: 'no transfer of ours yet', countsAsAttempt: false };
      if (isOpen) return postpone(tx, scope, row, again);
      return finish(tx, scope, row, { result, now: now(app) });
    }
    const { isKnown, elsewhere } = await recordReversed(tx, scope, transfer.id, reversed);
    if (!isKnown) return park(tx, scope, row, { subject: transferId, result: 'a reversal of ours is unanswered' });
    if (elsewhere > 0) {
      const { paymentId: payment, orderReference: order, merchantReference: merchant } = transfer;
      const about = { tenant: row.tenantId, payment, order, merchant, transfer: transferId, amount: elsewhere };
      app.log.warn('marketplace: a transfer was taken back at the PSP', about);
    }
    return finish(tx, scope, row, { result: elsewhere > 0 ? 'applied' : 'known already', now: now(app) });
  });
}
