/**
 * The hosted payment page: who may open it, what state it shows, what its browser code gets, and how a payment is
 * settled from it. The page never waits for a webhook: it reads the payment back from the PSP itself.
 */
import { timingSafeEqual } from 'node:crypto';
import { AppError } from '../domain/errors.js';
import { mergeFacts, type Fact } from '../domain/fact.js';
import type { Payment, PaymentFile, PaymentStatus } from '../domain/payment.js';
import type { News } from '../domain/settlement.js';
import type { Tenant } from '../domain/tenant.js';
import type { Connector, Json } from '../kit/connector.js';
import { paymentsByTransaction, readPaymentFile } from '../storage/payments.js';
import { contextOf, now, readTenant, scopeOf, type App } from './app.js';
import { handleOf, settle, toldBy } from './beats.js';
import { pageUrl, returnUrl } from './page-address.js';

/** What a page link carries. Nothing in it is believed before the token is compared. */
export interface PageCredentials {
  transactionId: string;
  tenantIdentifier: string;
  token: string;
}

/** `closed`: the payment cannot be taken here, because of the shop's settings or of ours; the log says why. */
export type PageState = 'payable' | 'processing' | 'paid' | 'failed' | 'canceled' | 'expired' | 'closed';

/** Everything the page needs of one payment. */
export interface OpenedPage {
  tenant: Tenant;
  file: PaymentFile;
  /** Absent when the tenant's connector is not there, or not for this deployment. */
  connector?: Connector;
  state: PageState;
}

/** Milliseconds a page waits for a PSP's word before it shows what is stored. */
const READ_BACK_MS = 6000;

/** Statuses that say the customer has paid, as long as any money was ever held or taken. */
const PAID: readonly PaymentStatus[] = [
  'authorized', 'capture_requested', 'captured', 'capture_failed', 'cancellation_failed', 'overpaid',
  'partially refunded', 'refunded', 'refund failed',
]; // prettier-ignore

/** Opens the page of a link. Throws `page_unknown` for every link we did not make, whatever is wrong with it. */
export async function openPage(app: App, given: PageCredentials): Promise<OpenedPage> {
  // PostgreSQL refuses to compare with a NUL character, and we never made one.
  if (Object.values(given).some((text: string) => text.includes('\0'))) throw new AppError('page_unknown');
  const tenant = await readTenant(app, given.tenantIdentifier);
  const { transactionId } = given;
  const file =
    tenant === undefined ? undefined : await readPaymentFile(app.db, scopeOf(app, tenant.id), { transactionId });
  // Compared even when there is nothing to open, so that time tells nothing.
  const expected = file === undefined ? '' : app.pageToken(file.payment);
  const isOurs = sameText(given.token, expected);
  if (tenant === undefined || file === undefined || !isOurs) throw new AppError('page_unknown');
  return opened(app, tenant, file);
}

/**
 * Where somebody goes who came back without a token: to the shop when exactly one payment has that id and is paid.
 * Throws `page_unknown` otherwise; nothing else may be learned by guessing ids.
 */
export async function successUrlOf(app: App, transactionId: string): Promise<string> {
  if (transactionId.includes('\0')) throw new AppError('page_unknown');
  const [payment, ...others] = await paymentsByTransaction(app.db, app.appId, transactionId);
  const location = payment === undefined ? undefined : webUrl(payment.redirectSuccessUrl);
  if (payment === undefined || others.length > 0 || location === undefined || !isPaid(payment)) {
    throw new AppError('page_unknown');
  }
  return location;
}

/**
 * Asks the PSP what is so and settles it; a paid or ended payment is not asked about again. When the PSP does not
 * answer in time the page stays as stored: another look, or a webhook, will tell. Never throws for the PSP's sake.
 */
export async function refreshPage(app: App, page: OpenedPage, waitMs = READ_BACK_MS): Promise<OpenedPage> {
  const { tenant, connector } = page;
  const { payment } = page.file;
  const isOpen = page.state === 'payable' || page.state === 'processing' || page.state === 'expired';
  if (!isOpen || tenant.status === 'DISCONNECTED' || connector?.readBack === undefined) return page;
  try {
    const asking = connector.readBack({ payment: handleOf(page.file) }, contextOf(app, tenant));
    const answer = await inTime(asking, waitMs);
    if (answer === undefined || answer.answer === 'unknown') {
      app.log.warn('page shows what is stored', {
        tenant: tenant.id,
        payment: payment.id,
        reason: answer?.problem?.class ?? 'slow',
      });
      return page;
    }
    return await settlePage(app, page, toldBy(answer));
  } catch (error) {
    app.log.error('page could not be refreshed', { tenant: tenant.id, payment: payment.id, error });
    return page;
  }
}

/**
 * The choice of a customer whose PSP has no browser code of its own. Throws `page_unknown` when the connector offers
 * no choices. A payment that is not payable stays as it is. A message without a change of state: not accepted.
 */
export async function choosePage(
  app: App,
  page: OpenedPage,
  choice: string,
): Promise<OpenedPage & { message?: string }> {
  const { tenant, connector, file } = page;
  if (connector?.page?.choose === undefined) throw new AppError('page_unknown');
  if (page.state !== 'payable') return page;
  const { facts, message } = connector.page.choose(choice, handleOf(file), contextOf(app, tenant));
  const after = facts.length === 0 ? page : await settlePage(app, page, { facts, references: [] });
  return message === undefined ? after : { ...after, message };
}

/** What the browser code mounts the PSP's fields with. Only for a payable page, and never written into HTML. */
export async function mountDataOf(
  app: App,
  page: OpenedPage,
): Promise<{ mountData: Record<string, Json>; returnUrl: string }> {
  const { tenant, connector } = page;
  const { payment } = page.file;
  if (connector?.page === undefined || page.state !== 'payable') throw new AppError('page_unknown');
  const sealed = payment.session;
  const session = sealed === undefined ? '{}' : await app.vault.open(tenant.id, 'session', sealed);
  const known = { transactionId: payment.transactionId ?? '', ...(JSON.parse(session) as Record<string, string>) };
  const mountData = { ...connector.page.mountData(known, tenant.settings), billing: billingOf(payment) };
  return { mountData, returnUrl: returnUrl(app, payment) };
}

/** Where the state sends the customer: to the shop's success page, to its cancel page, or nowhere (undefined). */
export function locationOf({ state, file }: Pick<OpenedPage, 'state' | 'file'>): string | undefined {
  const { redirectSuccessUrl, redirectCancelUrl } = file.payment;
  if (state === 'paid' || state === 'processing') return webUrl(redirectSuccessUrl);
  return state === 'canceled' ? webUrl(redirectCancelUrl) : undefined;
}

/**
 * Where a customer goes who came back from the PSP; undefined when the shop named no address for this state. `tried`
 * tells our page that the last try brought no payment.
 */
export function returnLocationOf(app: App, page: OpenedPage): string | undefined {
  if (page.state === 'closed') return webUrl(page.file.payment.redirectCancelUrl);
  if (page.state === 'payable') return `${pageUrl(app, page.file.payment)}&tried=1`;
  const isOver = page.state === 'expired' || page.state === 'failed';
  return isOver ? pageUrl(app, page.file.payment) : locationOf(page);
}

/** The stored address, if it is one a browser may be sent to. */
export function webUrl(url: string | undefined): string | undefined {
  if (url === undefined || !URL.canParse(url)) return undefined;
  const { protocol, href } = new URL(url);
  return protocol === 'https:' || protocol === 'http:' ? href : undefined;
}

async function opened(app: App, tenant: Tenant, file: PaymentFile): Promise<OpenedPage> {
  const connector = await app.connector(file.payment.connector).catch(() => undefined);
  const state = stateOf(app, { tenant, file, ...(connector === undefined ? {} : { connector }) });
  return { tenant, file, state, ...(connector === undefined ? {} : { connector }) };
}

/** Settles what was learned. Without an order nothing is settled yet, so the page alone counts the facts. */
async function settlePage(app: App, page: OpenedPage, learned: Omit<News, 'reason'>): Promise<OpenedPage> {
  const { tenant, file } = page;
  if (file.payment.orderReference === undefined) {
    const payment = withFacts(file.payment, learned.facts);
    return opened(app, tenant, { ...file, payment, facts: mergeFacts(file.facts, learned.facts) });
  }
  await settle(
    app,
    tenant,
    { id: file.payment.id },
    { news: { ...learned, reason: 'payment page' }, options: { source: 'page' } },
  );
  app.wake();
  const after = await readPaymentFile(app.db, scopeOf(app, tenant.id), { id: file.payment.id });
  return opened(app, tenant, after ?? file);
}

/** A look at a payment whose order is not known yet: as if the facts were settled. */
function withFacts(payment: Payment, facts: readonly Fact[]): Payment {
  const kinds = new Set(facts.map(({ kind }) => kind));
  if (kinds.has('captured')) return { ...payment, status: 'captured', captured: payment.amount };
  if (kinds.has('canceled')) return { ...payment, status: 'canceled' };
  if (kinds.has('authorized')) return { ...payment, status: 'authorized', authorized: payment.amount };
  return kinds.has('authorization_failed') ? { ...payment, status: 'authorization_failed' } : payment;
}

function stateOf(app: App, { tenant, file, connector }: Omit<OpenedPage, 'state'>): PageState {
  const { payment, facts } = file;
  if (isPaid(payment)) return 'paid';
  if (payment.status === 'canceled') return 'canceled';
  if (payment.status === 'underpaid') return 'processing';
  // Also an unpaid payment that the shop tried to cancel: nobody should pay it any more.
  if (payment.status !== 'new') return 'failed';
  if (facts.some(({ kind }) => kind === 'processing')) return 'processing';
  if (payment.pageExpiresAt <= now(app)) return 'expired';
  const trouble = troubleOf(tenant, payment, connector);
  if (trouble === undefined) return 'payable';
  app.log.error('payment page is closed', { tenant: tenant.id, payment: payment.id, reason: trouble });
  return 'closed';
}

function troubleOf(tenant: Tenant, payment: Payment, connector: Connector | undefined): string | undefined {
  if (connector === undefined) return `no connector "${payment.connector}"`;
  if (connector.page === undefined) return `connector "${connector.name}" has no payment page`;
  if (tenant.status === 'DISCONNECTED') return 'the tenant is disconnected';
  if (payment.amount !== payment.order.grandTotal || payment.currency !== payment.order.currency) {
    return 'the amount is not the one of the order';
  }
  return undefined;
}

function isPaid(payment: Payment): boolean {
  const held = payment.authorized > 0 || payment.captured > 0 || payment.refunded > 0;
  return PAID.includes(payment.status) && (held || payment.status === 'authorized');
}

/** Fields the customer has already filled in at the shop. */
function billingOf({ order }: Payment): Record<string, string> {
  const { firstName, lastName, phone, address1, address2, address3, city, state, zip, country } = order.billing;
  const joined = (...parts: (string | undefined)[]) =>
    parts.filter((part) => part !== undefined && part !== '').join(' ');
  const fields = {
    name: joined(firstName, lastName),
    email: order.customerEmail ?? '',
    phone: phone ?? '',
    line1: joined(address1, address2),
    line2: address3 ?? '',
    city: city ?? '',
    state: state ?? '',
    postalCode: zip ?? '',
    country: country ?? '',
  };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== ''));
}

/** Equal texts, in a time that does not depend on where they differ. */
function sameText(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  if (left.length !== right.length || right.length === 0) return false;
  return timingSafeEqual(left, right);
}

async function inTime<T>(asking: Promise<T>, ms: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => (timer = setTimeout(() => resolve(undefined), ms)));
  try {
    return await Promise.race([asking, late]);
  } finally {
    clearTimeout(timer);
  }
}
