/**
 * What a PSP tells of merchants' accounts: by webhook, when it is asked about one, and once a day, because
 * a webhook may be lost. All end in the same place, and the shop hears of it when the status changed.
 */
import type { AccountState } from '../domain/merchant.js';
import type { Tenant } from '../domain/tenant.js';
import type { AccountNews, Connector } from '../kit/connector.js';
import { bury, finish, park, type Claimed, type InboxRow } from '../storage/inbox.js';
import { findMerchant, merchantOfAccount, type MerchantRow } from '../storage/merchants.js';
import { asksForAccounts } from '../storage/operations.js';
import { logTold, tellState } from './account.js';
import { contextOf, later, now, readTenant, scopeOf, type App } from './app.js';
import { marketplaceOf } from './marketplace.js';

/** Tries before a merchant that keeps changing under us is left to the next attempt. */
const GUARD_TRIES = 5;

/** How long an event waits for a merchant that nobody knows yet: a PSP may be faster than our commit. */
const UNKNOWN_MERCHANT_WAIT_SECONDS = 600;

/**
 * Applies one stored event about an account and finishes its row in the same commit. Without a state the account is read
 * at the PSP, so that the order of events does not matter. Throws when the PSP gives no answer.
 */
export async function applyAccountNews(
  app: App,
  tenant: Tenant,
  connector: Connector,
  { news, row }: { news: AccountNews; row: InboxRow },
): Promise<void> {
  const scope = scopeOf(app, tenant.id);
  // Before the merchant is looked for: an answer that comes in between would name the account unseen.
  const isAsked = await asksForAccounts(app.db, scope);
  const merchant = await merchantOf(app, tenant, connector, news);
  if (merchant === undefined) return withoutMerchant(app, tenant, { news, row, isAsked });
  const result = await learn(app, tenant, connector, {
    merchantReference: merchant.merchantReference,
    inbox: { row, result: 'applied' },
    ...(news.state === undefined ? {} : { state: news.state }),
  });
  if (result === 'unknown') throw new Error('Read the account: the PSP did not answer');
  if (result === 'told') return;
  await finish(app.db, scope, row, { result: 'ignored: the PSP does not know the account', now: now(app) });
}

/**
 * Reads the account of a merchant at the PSP and settles what it says. No answer changes nothing. Returns the merchant as
 * it is now. Safe to repeat and to run beside webhooks that tell the same.
 */
export async function readAccount(
  app: App,
  tenant: Tenant,
  merchantReference: string,
): Promise<MerchantRow | undefined> {
  const connector = await app.connector(tenant.connector);
  await learn(app, tenant, connector, { merchantReference });
  return findMerchant(app.db, scopeOf(app, tenant.id), merchantReference);
}

/** The daily look at an account. Safe to repeat. */
export async function lookAtMerchant(app: App, due: { tenantId: string; merchantReference: string }): Promise<void> {
  const tenant = await readTenant(app, due.tenantId);
  if (tenant === undefined || tenant.status === 'DISCONNECTED') return;
  await readAccount(app, tenant, due.merchantReference);
}

/**
 * Learns a state and writes it, reading again while others change the merchant meanwhile: what was read before a change
 * never overwrites it.
 */
async function learn(
  app: App,
  tenant: Tenant,
  connector: Connector,
  told: { merchantReference: string; state?: AccountState; inbox?: { row: Claimed; result: string } },
): Promise<'told' | 'unknown' | 'rejected'> {
  const scope = scopeOf(app, tenant.id);
  const { merchantReference, inbox } = told;
  for (let attempt = 1; attempt <= GUARD_TRIES; attempt += 1) {
    const merchant = await findMerchant(app.db, scope, merchantReference);
    if (merchant === undefined) return 'rejected';
    const read = told.state === undefined ? await stateAtPsp(app, tenant, connector, merchant) : told.state;
    if (typeof read === 'string') return read;
    const change = await app.db.transaction().execute(async (tx) => {
      const written = await tellState(app, tx, tenant, { merchant, state: read });
      if (written !== undefined && inbox !== undefined)
        await finish(tx, scope, inbox.row, { result: inbox.result, now: now(app) });
      return written;
    });
    if (change === undefined) continue;
    logTold(app, tenant, merchantReference, change);
    return 'told';
  }
  throw new Error(`Settle merchant "${merchantReference}": it kept changing`);
}

/** What the PSP says now; `rejected`: there is no such account, or none at all. */
async function stateAtPsp(
  app: App,
  tenant: Tenant,
  connector: Connector,
  { merchantReference, accountId, connector: owner }: MerchantRow,
): Promise<AccountState | 'unknown' | 'rejected'> {
  const verbs = marketplaceOf(connector, tenant);
  if (verbs === undefined || accountId === undefined || owner !== connector.name) return 'rejected';
  const { answer, state, problem } = await verbs.readAccount(accountId, contextOf(app, tenant));
  if (state !== undefined) return state;
  const reason = problem?.message;
  app.log.warn('account not read', { tenant: tenant.id, merchant: merchantReference, answer, reason });
  return answer === 'rejected' ? 'rejected' : 'unknown';
}

async function merchantOf(
  app: App,
  tenant: Tenant,
  { name: connector }: Connector,
  { accountId, merchantReference }: AccountNews,
): Promise<MerchantRow | undefined> {
  const scope = scopeOf(app, tenant.id);
  if (accountId !== undefined) return merchantOfAccount(app.db, scope, { connector, accountId });
  return merchantReference === undefined ? undefined : findMerchant(app.db, scope, merchantReference);
}

/** Parks, finishes or buries an event about nobody we know. */
async function withoutMerchant(
  app: App,
  tenant: Tenant,
  { news, row, isAsked }: { news: AccountNews; row: InboxRow; isAsked: boolean },
): Promise<void> {
  const scope = scopeOf(app, tenant.id);
  const { accountId, merchantReference } = news;
  const expiresAt = later(app, UNKNOWN_MERCHANT_WAIT_SECONDS);
  if (accountId !== undefined) {
    const result = 'about an account that none of our merchants has';
    // The PSP may be faster than the answer that names the account. One that was made and lost stays nobody's.
    if (isAsked) return park(app.db, scope, row, { subject: accountId, result, expiresAt, lapses: true });
    await finish(app.db, scope, row, { result: `ignored: ${result}`, now: now(app) });
    return;
  }
  if (merchantReference === undefined)
    return bury(app.db, scope, row, { result: 'Could not find a Merchant reference', now: now(app) });
  const named = `merchantReference "${merchantReference}" and TenantIdentifier "${tenant.id}"`;
  const result = `Could not find a Merchant by ${named}`;
  return park(app.db, scope, row, { subject: merchantReference, result, expiresAt });
}
