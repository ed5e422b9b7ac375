/**
 * Collect: captures that wait for each other, because the PSP takes money of a reservation once. Each command is stored
 * as an operation that waits; when the last item is there, or the authorization ends soon, their sum is taken by one
 * capture, and each command hears of its own items.
 */
import { sumDue, takenAt } from '../domain/capturing.js';
import type { PaymentFile } from '../domain/payment.js';
import type { Tenant } from '../domain/tenant.js';
import type { Claimed, InboxRow } from '../storage/inbox.js';
import { postponeAsking, type Operation } from '../storage/operations.js';
import { readPaymentFile } from '../storage/payments.js';
import { contextOf, later, now, scopeOf, type App } from './app.js';
import { askAndSettle } from './ask.js';
import { begin, settle } from './beats.js';
import { capture, policyOf } from './capture.js';

/** The end of an authorization may be learned late, or moved: what waits is looked at this often. */
const LOOK_SECONDS = 6 * 3_600;

/**
 * Stores a capture that waits, shows it as requested, and takes the sum when this was the last one. `changed`: the
 * payment is not what was read, and nothing was stored.
 */
export async function defer(
  app: App,
  tenant: Tenant,
  row: InboxRow,
  of: { file: PaymentFile; about: { amount: number; itemIds: string[] } },
): Promise<'done' | 'changed'> {
  const { file, about } = of;
  const correlationId = row.attributes['correlationId'];
  const operation = await begin(app, tenant, file, {
    kind: 'defer',
    ...about,
    commandId: row.identity,
    ...(typeof correlationId === 'string' ? { correlationId } : {}),
    waits: true,
    prepare: () => ({}),
  });
  if (operation === undefined) return 'changed';
  await goOnWaiting(app, tenant, file, { row, result: 'deferred' });
  return 'done';
}

/** The second half of deferring. Safe to repeat: a crash may have come before it. */
export async function goOnWaiting(
  app: App,
  tenant: Tenant,
  { payment }: PaymentFile,
  inbox?: { row: Claimed; result: string },
): Promise<void> {
  const news = { facts: [], reason: 'capture deferred' };
  const options = { source: 'command', ...(inbox === undefined ? {} : { inbox }) };
  await settle(app, tenant, { id: payment.id }, { news, options });
  await collect(app, tenant, payment.id);
}

/** The schedule of a capture that waits: its sum is taken when it is time; else it is looked at again later. */
export async function collectLater(app: App, tenant: Tenant, operation: Operation): Promise<void> {
  const { id, paymentId = '' } = operation;
  const file = await collect(app, tenant, paymentId);
  if (file === undefined) return;
  const connector = await app.connector(file.payment.connector);
  const latest = takenAt(file, policyOf(connector, tenant));
  const look = later(app, LOOK_SECONDS);
  if (latest <= now(app)) return;
  await postponeAsking(app.db, scopeOf(app, tenant.id), { id, nextAskAt: latest < look ? latest : look });
}

/** Takes the sum of what waits, when it is time. Answers the payment when it is not. Never takes a sum twice. */
async function collect(app: App, tenant: Tenant, paymentId: string): Promise<PaymentFile | undefined> {
  const file = await readPaymentFile(app.db, scopeOf(app, tenant.id), { id: paymentId });
  if (file === undefined) return undefined;
  const connector = await app.connector(file.payment.connector);
  const sum = sumDue(file, policyOf(connector, tenant), now(app));
  if (sum === undefined) return file;
  const { amount, itemIds, first } = sum;
  const operation = await begin(app, tenant, file, {
    kind: 'collect',
    amount,
    itemIds,
    // The first of them waits no more afterwards, so every sum has a name of its own.
    commandId: `collect:${first}`,
    prepare: (operationId) =>
      capture.prepare(connector, file, { operationId, amount, itemIds, last: true }, contextOf(app, tenant)),
  });
  if (operation !== undefined) await askAndSettle(app, tenant, operation);
  return undefined;
}
