/**
 * Look: payments that wait for something are looked at again by themselves. What the PSP says is settled as if it had
 * told us; what only time tells (an abandoned page, a grace period, an authorization about to end) is settled too.
 * Every repair stands in the payment's history with its reason.
 */
import { expiryToAnnounce, isAbandoned, isLeftOpen, nextLook, underpaidFact } from '../domain/look.js';
import type { PaymentFile } from '../domain/payment.js';
import type { Tenant } from '../domain/tenant.js';
import { scheduleLook, type DueLook } from '../storage/looks.js';
import { readPaymentFile } from '../storage/payments.js';
import { contextOf, now, readTenant, scopeOf, type App } from './app.js';
import { askAndSettle } from './ask.js';
import { begin, handleOf, settle, toldBy } from './beats.js';
import { giveBack } from './give-back.js';

/** The line under which the shop reads when an authorization ends. */
const EXPIRY_LINE = 'Authorization expires';

/** Looks at one payment. Safe to repeat and to run beside webhooks that tell the same. */
export async function lookAt(app: App, due: DueLook): Promise<void> {
  const tenant = await readTenant(app, due.tenantId);
  if (tenant === undefined) return;
  const read = (): Promise<PaymentFile | undefined> =>
    readPaymentFile(app.db, scopeOf(app, tenant.id), { id: due.paymentId });
  const before = await read();
  if (before?.payment.transactionId === undefined) return;
  await readBack(app, tenant, before);
  const file = (await read()) ?? before;
  await tellTime(app, tenant, file);
  if (isAbandoned(file, now(app)) || isLeftOpen(file)) await giveUp(app, tenant, file);
  await giveBack(app, tenant, file);
  await schedule(app, tenant, await read());
}

/** The next look, by what is known now. */
async function schedule(app: App, tenant: Tenant, file: PaymentFile | undefined): Promise<void> {
  if (file === undefined) return;
  const nextLookAt = nextLook(file, file.payment.looks, now(app));
  await scheduleLook(app.db, { ...scopeOf(app, tenant.id), paymentId: file.payment.id, nextLookAt });
}

/** What is so at the PSP. No answer changes nothing: the next look tells. */
async function readBack(app: App, tenant: Tenant, file: PaymentFile): Promise<void> {
  const connector = await app.connector(file.payment.connector);
  if (connector.readBack === undefined) return;
  const answer = await connector.readBack({ payment: handleOf(file) }, contextOf(app, tenant));
  if (answer.answer === 'unknown') return;
  const news = { ...toldBy(answer), reason: 'read back after silence' };
  await settle(app, tenant, { id: file.payment.id }, { news, options: { source: 'read-back', known: file } });
}

/** What follows from the time alone. */
async function tellTime(app: App, tenant: Tenant, file: PaymentFile): Promise<void> {
  const { payment } = file;
  const underpaid = underpaidFact(file, now(app));
  if (underpaid !== undefined) {
    const news = { facts: [underpaid], reason: 'the grace period for the rest is over' };
    await settle(app, tenant, { id: payment.id }, { news, options: { source: 'clock' } });
  }
  const expiry = expiryToAnnounce(file, now(app));
  const line = expiry?.slice(0, 19).replace('T', ' ');
  if (line === undefined || payment.details[EXPIRY_LINE] === line) return;
  const news = {
    facts: [],
    details: { [EXPIRY_LINE]: line },
    announceUpdate: true,
    reason: 'the authorization ends soon',
  };
  await settle(app, tenant, { id: payment.id }, { news, options: { source: 'clock' } });
}

/** Cancels at the PSP what nobody paid or ordered, or what failed, so that nobody can pay it any more. */
async function giveUp(app: App, tenant: Tenant, file: PaymentFile): Promise<void> {
  if (file.operations.some(({ status }) => status === 'asked' || status === 'pending')) return;
  const { payment } = file;
  const connector = await app.connector(payment.connector);
  // With money on its way it is a cancel like the shop's: what has arrived goes back then.
  const began = file.facts.some(({ kind }) => kind === 'received' || kind === 'underpaid');
  const reason = began && payment.orderReference === undefined ? 'requested_by_customer' : 'abandoned';
  const operation = await begin(app, tenant, file, {
    kind: 'abandon',
    amount: 0,
    itemIds: [],
    commandId: `abandon:${payment.id}:${payment.version}`,
    prepare: (operationId) =>
      connector.cancel.prepare({ payment: handleOf(file), operationId, reason }, contextOf(app, tenant)),
  });
  if (operation !== undefined) await askAndSettle(app, tenant, operation);
}
