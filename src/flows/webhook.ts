/**
 * Webhooks of a PSP. Receive: find the tenant whose secret verifies the bytes, store, answer. Apply: translate into
 * facts and settle. What cannot be applied yet is parked; what never can is kept for a person to see.
 */
import { AppError } from '../domain/errors.js';
import type { Fact } from '../domain/fact.js';
import { PLACEHOLDER, type PaymentFile } from '../domain/payment.js';
import { isGivenUp } from '../domain/pre-order.js';
import { readPath, type Tenant } from '../domain/tenant.js';
import type {
  Connector,
  MissedEvent,
  PaymentHandle,
  WebhookEvent,
  WebhookRequest,
  WebhookTranslation,
} from '../kit/connector.js';
import { addOnce, bury, finish, park, type InboxRow } from '../storage/inbox.js';
import { tenantsOfMerchants } from '../storage/merchants.js';
import { readPaymentFile, tenantsOfReferences } from '../storage/payments.js';
import { endpointOfToken, listEndpoints, listTenants, tenantOfHash } from '../storage/tenants.js';
import { applyAccountNews } from './account-news.js';
import { contextOf, later, now, readTenant, scopeOf, type App } from './app.js';
import { handleOf, settle } from './beats.js';
import { applyTransferNews } from './transfer-news.js';

/** Without any hint so many tenants' secrets are tried at most. */
const BLIND_CANDIDATES = 25;
/** How long a webhook waits for a payment that nobody knows yet: a PSP may be faster than our commit. */
const UNKNOWN_PAYMENT_WAIT_SECONDS = 600;
/** Where webhooks of a disconnected tenant wait for it to come back. */
export const DISCONNECTED_SUBJECT = 'tenant is disconnected';

export interface ReceivedWebhook extends WebhookRequest {
  /** Part of the path, when the PSP calls an address we registered. */
  pathToken?: string;
}

/**
 * Verifies and stores. Throws `body_required`, `webhook_refused` (no tenant's secret verifies it in this mode) and
 * `tenant_disconnected` (verified and kept). Told twice it is stored once. Returns whose it is.
 */
export async function receiveWebhook(app: App, request: ReceivedWebhook): Promise<string> {
  if (request.body.length === 0) throw new AppError('body_required');
  const { tenant, connector, events } = await verified(app, request);
  for (const event of events) {
    const isNew = await keepEvent(app, tenant, connector, { body: request.body, event });
    if (!isNew) logReceived(app, tenant, connector, { event, isNew });
  }
  app.wake();
  if (tenant.status === 'DISCONNECTED') throw new AppError('tenant_disconnected');
  return tenant.id;
}

/**
 * Stores one event of a PSP, however it came, and logs it. False when it is known already: that is worth a line where it
 * was told again, not where it was looked up. Throws `webhook_refused`.
 */
export async function keepEvent(app: App, tenant: Tenant, connector: Connector, told: MissedEvent): Promise<boolean> {
  const { event } = told;
  const subject = event.paymentReference ?? event.marketplaceReference ?? event.id;
  // The database cannot hold such a text, and no PSP sends one.
  if (`${event.id}${subject}${event.type}`.includes('\u0000')) throw new AppError('webhook_refused');
  const entry = {
    source: 'webhook' as const,
    identity: `${connector.name}:${event.id}`,
    subject,
    type: event.type,
    mode: connector.mode(tenant.settings),
    body: await app.vault.seal(tenant.id, 'inbox', Buffer.from(told.body).toString('utf8')),
    attributes: { connector: connector.name, event },
  };
  const isNew = await addOnce(app.db, scopeOf(app, tenant.id), entry, now(app));
  if (isNew) logReceived(app, tenant, connector, { event, isNew });
  return isNew;
}

function logReceived(
  app: App,
  { id: tenant }: Tenant,
  { name: connector }: Connector,
  { event: { id: pspEvent, type }, isNew }: Pick<MissedEvent, 'event'> & { isNew: boolean },
): void {
  app.log('webhook received', { tenant, connector, pspEvent, type, isNew });
}

/** Applies one stored webhook. Throws for what a later attempt may heal. */
export async function applyWebhook(app: App, row: InboxRow): Promise<void> {
  const scope = scopeOf(app, row.tenantId);
  const tenant = await readTenant(app, row.tenantId);
  if (tenant === undefined)
    return bury(app.db, scope, row, { result: 'the tenant has no configuration', now: now(app) });
  if (tenant.status === 'DISCONNECTED') {
    return park(app.db, scope, row, { subject: DISCONNECTED_SUBJECT, result: 'Tenant is disconnected.' });
  }
  const { connector: name, event } = row.attributes as { connector: string; event: WebhookEvent };
  const connector = await app.connector(name);
  const body = Buffer.from(await app.vault.open(tenant.id, 'inbox', row.body), 'utf8');
  const reference = event.paymentReference;
  const file = reference === undefined ? undefined : await readPaymentFile(app.db, scope, { reference });
  const payment = file === undefined ? standIn(reference) : handleOf(file);
  const context = { ...contextOf(app, tenant), ...(payment === undefined ? {} : { payment }) };
  const translation = connector.webhooks.translate(body, event, context);
  if (translation.transfer !== undefined) return applyTransferNews(app, row, translation.transfer);
  if (translation.account !== undefined)
    return applyAccountNews(app, tenant, connector, { news: translation.account, row });
  const verdict = verdictOf(translation, event, file);
  if (verdict.then === 'park') {
    const expiresAt = verdict.seconds === undefined ? {} : { expiresAt: later(app, verdict.seconds) };
    const lapses = verdict.lapses === true ? { lapses: true as const } : {};
    const put = { subject: reference ?? row.subject, result: verdict.result, ...expiresAt, ...lapses };
    return park(app.db, scope, row, put);
  }
  if (verdict.then !== 'settle') {
    const end = verdict.then === 'finish' ? finish : bury;
    await end(app.db, scope, row, { result: verdict.result, now: now(app) });
    return;
  }
  const { attention } = translation;
  if (attention !== undefined) {
    const { id, orderReference } = verdict.file.payment;
    app.log.warn('payment needs a look', { tenant: tenant.id, payment: id, order: orderReference, attention });
  }
  const learned = translation.readBack === true ? await readBack(app, tenant, connector, verdict.file) : translation;
  await settle(
    app,
    tenant,
    { id: verdict.file.payment.id },
    {
      news: { ...learned, reason: `webhook ${event.type}`, announceUpdate: attention !== undefined },
      options: {
        source: 'webhook',
        known: verdict.file,
        inbox: { row, result: 'applied' },
      },
    },
  );
}

/**
 * In place of a payment nobody knows yet: some events mean something only beside a payment, and one that may turn out
 * to mean something has to wait for it.
 */
function standIn(reference: string | undefined): PaymentHandle | undefined {
  if (reference === undefined) return undefined;
  return {
    paymentId: '',
    transactionId: reference,
    amount: 1,
    currency: 'EUR',
    captured: 0,
    refunded: 0,
    references: [],
  };
}

export type Verdict =
  | { then: 'settle'; file: PaymentFile }
  | { then: 'finish'; result: string }
  | { then: 'bury'; result: string }
  | { then: 'park'; result: string; seconds?: number; lapses?: true };

/** Pure: whether an event is settled now, set aside, or kept from being settled for ever, and why. */
export function verdictOf(
  translation: WebhookTranslation,
  event: WebhookEvent,
  file: PaymentFile | undefined,
): Verdict {
  if (translation.ignored !== undefined) return { then: 'finish', result: `ignored: ${translation.ignored}` };
  if (event.paymentReference === undefined) return { then: 'finish', result: 'ignored: about no payment' };
  if (file === undefined) {
    const result = `Could not find a payment with the transaction id "${event.paymentReference}"`;
    const lapses = translation.isForeign === true ? { lapses: true as const } : {};
    return { then: 'park', result, seconds: UNKNOWN_PAYMENT_WAIT_SECONDS, ...lapses };
  }
  const { payment } = file;
  if (payment.orderReference === undefined) return withoutOrder(translation, file);
  // Some events name the payment's customer or charge alone; those ids never change hands.
  const named = file.references.find(({ reference }) => reference === event.paymentReference);
  const isFormer = named?.kind === 'payment' && event.paymentReference !== payment.transactionId;
  if (isFormer && !event.paymentReference.startsWith(PLACEHOLDER)) {
    const isMoney = translation.facts.some(({ kind }) => kind === 'authorized' || kind === 'captured');
    const result = `about the former transaction "${event.paymentReference}"`;
    return isMoney ? { then: 'bury', result } : { then: 'finish', result: `ignored: ${result}` };
  }
  // A PSP may report a released reservation as a refund: when nothing arrived, nothing is given back.
  const isRefundOnly = translation.facts.length > 0 && translation.facts.every(({ kind }) => kind === 'refund');
  const arrived = file.facts.some(({ kind }) => kind === 'received' || kind === 'underpaid');
  if (isRefundOnly && !arrived && payment.status === 'canceled' && payment.captured === 0) {
    return { then: 'finish', result: 'ignored: refund of a canceled payment' };
  }
  return { then: 'settle', file };
}

/** Before there is an order everything waits for it; once there will be none, only money that moved counts. */
function withoutOrder({ facts }: WebhookTranslation, file: PaymentFile): Verdict {
  if (!isGivenUp(file)) return { then: 'park', result: 'waits for its order' };
  if (facts.some(({ kind }) => MONEY_MOVED.includes(kind))) return { then: 'settle', file };
  return { then: 'finish', result: 'ignored: the payment was given up before its order' };
}

/** Also of a payment that was given up: such money goes back, or did not arrive there. */
const MONEY_MOVED: readonly Fact['kind'][] = ['captured', 'received', 'overpaid', 'underpaid', 'refund', 'dispute'];

async function readBack(
  app: App,
  tenant: Tenant,
  connector: Connector,
  file: PaymentFile,
): Promise<WebhookTranslation> {
  const answer = await connector.readBack?.({ payment: handleOf(file) }, contextOf(app, tenant));
  if (answer === undefined || answer.answer === 'unknown')
    throw new Error('Read the payment back: the PSP did not answer');
  return answer;
}

/** The first candidate whose secret verifies the bytes in this mode. */
async function verified(
  app: App,
  request: ReceivedWebhook,
): Promise<{ tenant: Tenant; connector: Connector; events: WebhookEvent[] }> {
  for (const { tenantId, name } of await candidates(app, request)) {
    const tenant = await readTenant(app, tenantId);
    if (tenant === undefined) continue;
    const connector = await app.connector(name).catch(() => undefined);
    if (connector === undefined || connector.mode(tenant.settings) !== request.mode) continue;
    const secrets = await secretsOf(app, tenant, connector);
    if (secrets.length === 0) continue;
    const verdict = connector.webhooks.verify(request, secrets, contextOf(app, tenant));
    if (verdict.verified) return { tenant, connector, events: verdict.events };
    app.log.warn('webhook refused', { tenant: tenantId, connector: name, reason: verdict.reason });
  }
  throw new AppError('webhook_refused');
}

/** Whose secrets to try: the path's token knows; else unverified hints in the body; else whoever there is. */
async function candidates(app: App, request: ReceivedWebhook): Promise<{ tenantId: string; name: string }[]> {
  if (request.pathToken !== undefined) {
    const endpoint = await endpointOfToken(app.db, app.appId, request.pathToken);
    return endpoint === undefined || endpoint.mode !== request.mode
      ? []
      : [{ tenantId: endpoint.tenantId, name: endpoint.connector }];
  }
  const found: { tenantId: string; name: string }[] = [];
  for (const name of app.connectorNames) {
    const connector = await app.connector(name).catch(() => undefined);
    if (connector === undefined) continue;
    const hints = connector.webhooks.identify(request);
    const byHash = hints.tenantHash === undefined ? undefined : await tenantOfHash(app.db, app.appId, hints.tenantHash);
    const byReference = await tenantsOfReferences(app.db, app.appId, hints.references);
    const named = hints.account === undefined ? hints.references : [hints.account, ...hints.references];
    const byMerchant = await tenantsOfMerchants(app.db, app.appId, named);
    const tenantIds = new Set([...(byHash === undefined ? [] : [byHash]), ...byReference, ...byMerchant]);
    found.push(...[...tenantIds].map((tenantId) => ({ tenantId, name })));
  }
  if (found.length > 0) return found;
  const tenants = await listTenants(app.db, app.appId);
  return tenants.slice(0, BLIND_CANDIDATES).map(({ tenantId, connector }) => ({ tenantId, name: connector }));
}

/** Secrets of the addresses we registered, and those the tenant set by hand. */
async function secretsOf(app: App, tenant: Tenant, connector: Connector): Promise<string[]> {
  const endpoints = await listEndpoints(app.db, scopeOf(app, tenant.id));
  const sealed = endpoints.flatMap(({ connector: name, secret }) =>
    name === connector.name && secret !== undefined ? [secret] : [],
  );
  const own = await Promise.all(sealed.map((secret) => app.vault.open(tenant.id, 'endpoint', secret)));
  const byHand = connector.configuration.webhookSecrets.map((path) => readPath(tenant.settings, path));
  return [...own, ...byHand].filter((secret): secret is string => typeof secret === 'string' && secret !== '');
}
