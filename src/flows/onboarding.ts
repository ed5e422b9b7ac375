/**
 * Onboarding: a merchant of a marketplace is brought to the tenant's PSP. The merchant is kept once, gets one account,
 * and is sent to the PSP's forms; how far it came is told by the account (account-news.ts).
 */
import { AppError } from '../domain/errors.js';
import type { Tenant } from '../domain/tenant.js';
import type { Connector, LinkAnswer, MarketplaceVerbs, OnboardingOffer } from '../kit/connector.js';
import { addMerchant, findMerchant, forgetAccount, keepReturnUrls, type MerchantRow } from '../storage/merchants.js';
import { findOperation, type Operation } from '../storage/operations.js';
import { askAccount, planAccount } from './account.js';
import { askLink, refuse } from './account-link.js';
import { getTenant, now, scopeOf, type App } from './app.js';
import { withinBudget } from './ask.js';
import { getMarketplace } from './marketplace.js';
import { startUrl } from './onboarding-address.js';
import { checkUrls } from './page-address.js';
import { aMoment, WAITS } from './unanswered.js';

export interface OnboardingWish {
  merchantReference: string;
  /** What the PSP calls the merchant until it has said so itself; given along, and not kept with the merchant. */
  name?: string;
  urls: OnboardingUrls;
}

/** Where the shop wants the merchant's browser afterwards; each may be absent. */
export interface OnboardingUrls {
  successUrl?: string;
  refreshUrl?: string;
  cancelUrl?: string;
  errorUrl?: string;
}

export interface Onboarded {
  /** The merchant was not known before. */
  isNew: boolean;
  strategy: OnboardingOffer['answers'];
  /** Where the merchant goes on: the PSP's own address works once and for minutes. */
  url: string;
  /** HTML to show, with strategy `content`. */
  content?: string;
}

/**
 * Brings a merchant to the PSP, or on its way again. Throws `return_url_refused`, `marketplace_unsupported`,
 * `tenant_unknown`, `tenant_disconnected`; `onboarding_refused` (the PSP's words) and `onboarding_unanswered`, after both
 * of which the merchant is known and a repeat goes on where this ended. Safe to repeat, also at the same moment: there
 * is one account.
 */
export async function onboardMerchant(app: App, tenantId: string, wish: OnboardingWish): Promise<Onboarded> {
  const tenant = await getTenant(app, tenantId);
  const verbs = await getMarketplace(app, tenant);
  checkUrls(tenant, { ...wish.urls });
  const { isNew, operation } = await begin(app, tenant, verbs, wish);
  const { merchantReference } = wish;
  const { answers: strategy } = verbs.onboarding(tenant.settings);
  if (strategy === 'redirect') {
    return { isNew, strategy, url: await inTime(app, freshLink(app, tenant, verbs, { ...wish, operation })) };
  }
  // The PSP's forms cannot be shown in a frame, so these lead to a page of ours that leads there.
  await inTime(app, accountOf(app, tenant, merchantReference, operation));
  const url = startUrl(app, { tenantId, merchantReference });
  const { title } = await app.connector(tenant.connector);
  return { isNew, strategy, url, ...(strategy === 'content' ? { content: contentOf(url, title) } : {}) };
}

/** A new link for a merchant who is known: the former one is spent. Throws as above, and `page_unknown` for others. */
export async function linkAgain(app: App, tenant: Tenant, merchantReference: string): Promise<string> {
  const verbs = await getMarketplace(app, tenant);
  const operation = await app.db.transaction().execute(async (tx) => {
    const merchant = await findMerchant(tx, scopeOf(app, tenant.id), merchantReference, true);
    if (merchant === undefined) throw new AppError('page_unknown');
    return hasAccount(merchant, tenant) ? undefined : planAccount(app, tx, tenant, { verbs, merchantReference });
  });
  return inTime(app, freshLink(app, tenant, verbs, { merchantReference, operation }));
}

interface Begun {
  isNew: boolean;
  /** What has to be asked first; absent when there is an account. */
  operation: Operation | undefined;
}

/** Finds or adds the merchant, and stores that an account is asked for when there is none: one commit. */
async function begin(app: App, tenant: Tenant, verbs: MarketplaceVerbs, wish: OnboardingWish): Promise<Begun> {
  const scope = scopeOf(app, tenant.id);
  const { merchantReference, name, urls } = wish;
  const returnUrls = await app.vault.seal(tenant.id, 'onboarding', JSON.stringify(urls));
  const { connector } = tenant;
  const begun = await app.db.transaction().execute(async (tx): Promise<Begun> => {
    const isNew = await addMerchant(tx, scope, { merchantReference, connector }, now(app));
    await keepReturnUrls(tx, scope, { merchantReference, returnUrls, now: now(app) });
    const merchant = await findMerchant(tx, scope, merchantReference, true);
    if (merchant !== undefined && hasAccount(merchant, tenant)) return { isNew, operation: undefined };
    // An account that the tenant's former connector made is of no use to this one.
    await forgetAccount(tx, scope, { merchantReference, accountId: merchant?.accountId, connector, now: now(app) });
    const called = name === undefined ? {} : { name };
    return { isNew, operation: await planAccount(app, tx, tenant, { verbs, merchantReference, ...called }) };
  });
  app.log('merchant onboards', { tenant: tenant.id, merchant: merchantReference, isNew: begun.isNew });
  return begun;
}

function hasAccount(merchant: MerchantRow, { connector }: Tenant): boolean {
  return merchant.accountId !== undefined && merchant.connector === connector;
}

interface Going {
  merchantReference: string;
  name?: string;
  operation: Operation | undefined;
}

/**
 * The account's link; an account that the PSP does not know any more is made anew: the tenant has another account there
 * by now, and merchants belong to that one.
 */
async function freshLink(app: App, tenant: Tenant, verbs: MarketplaceVerbs, going: Going): Promise<string> {
  const { merchantReference, name } = going;
  const accountId = await accountOf(app, tenant, merchantReference, going.operation);
  const answer = await askLink(app, tenant, { verbs, merchantReference, accountId });
  if (answer.problem?.class !== 'not_found') return urlOf(answer);
  app.log.warn('account is unknown to the PSP', { tenant: tenant.id, merchant: merchantReference, accountId });
  const operation = await app.db.transaction().execute(async (tx) => {
    const scope = scopeOf(app, tenant.id);
    const merchant = await findMerchant(tx, scope, merchantReference, true);
    // Somebody else has noticed it as well.
    if (merchant?.accountId !== accountId && merchant?.accountId !== undefined) return undefined;
    await forgetAccount(tx, scope, { merchantReference, accountId, connector: tenant.connector, now: now(app) });
    return planAccount(app, tx, tenant, { verbs, merchantReference, ...(name === undefined ? {} : { name }) });
  });
  const another = await accountOf(app, tenant, merchantReference, operation);
  return urlOf(await askLink(app, tenant, { verbs, merchantReference, accountId: another }));
}

function urlOf(answer: LinkAnswer): string {
  return answer.answer === 'completed' && answer.url !== undefined ? answer.url : refuse(answer);
}

/** The PSP's id of the account: known, asked for now, or asked for by somebody else at this very moment. */
async function accountOf(app: App, tenant: Tenant, merchantReference: string, operation?: Operation): Promise<string> {
  const scope = scopeOf(app, tenant.id);
  for (let look = 0; look < WAITS; look += 1) {
    const answer = operation === undefined ? undefined : await askAccount(app, tenant, operation);
    if (answer?.accountId !== undefined && answer.answer !== 'rejected') return answer.accountId;
    if (answer !== undefined) refuse(answer);
    const merchant = await findMerchant(app.db, scope, merchantReference);
    if (merchant?.accountId !== undefined) return merchant.accountId;
    const known = operation === undefined ? undefined : await findOperation(app.db, scope, operation.id);
    if (known?.status !== 'asked') refuse({ answer: 'rejected' });
    await aMoment();
  }
  throw new AppError('onboarding_unanswered');
}

/** A shop's person waits: after a while they are told to try again, and what is asked is settled all the same. */
async function inTime<T>(app: App, asking: Promise<T>): Promise<T> {
  try {
    return await withinBudget(app, asking);
  } catch (error) {
    if (error instanceof AppError && error.code === 'psp_silent') throw new AppError('onboarding_unanswered');
    throw error;
  }
}

function contentOf(url: string, title: Connector['title']): string {
  const address = url.replaceAll('&', '&amp;').replaceAll('"', '&quot;');
  return `<p><a href="${address}" target="_blank" rel="noopener">Continue at ${title}</a></p>`;
}
