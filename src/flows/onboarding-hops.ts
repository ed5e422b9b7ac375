/**
 * The merchant's browser on its way: who it is about, where it goes when it comes back from the PSP's forms, and how it
 * gets a new link. Coming back does not mean that anything is finished: the account is read.
 */
import { AppError } from '../domain/errors.js';
import type { Tenant } from '../domain/tenant.js';
import type { Connector } from '../kit/connector.js';
import { findMerchant, type MerchantRow } from '../storage/merchants.js';
import { readAccount } from './account-news.js';
import { readTenant, scopeOf, type App } from './app.js';
import { placeOf, refreshUrl } from './onboarding-address.js';
import { linkAgain, type OnboardingUrls } from './onboarding.js';
import { isAllowed } from './page-address.js';

/** Everything a page needs of one merchant. */
export interface OpenedOnboarding {
  tenant: Tenant;
  merchant: MerchantRow;
  /** Absent when the tenant's connector is not there, or not for this deployment. */
  connector?: Connector;
  /** Where the shop wants the browser; only addresses that the tenant allows by now. */
  urls: OnboardingUrls;
}

/** Milliseconds a browser waits for a PSP's word before it goes by what is stored. */
const READ_MS = 6_000;

/** Opens what a state names. Throws `page_unknown` for every state we did not make, and for one whose time is over. */
export async function openOnboarding(app: App, state: string): Promise<OpenedOnboarding> {
  const place = placeOf(app, state);
  const tenant = place === undefined ? undefined : await readTenant(app, place.tenantId);
  if (place === undefined || tenant === undefined) throw new AppError('page_unknown');
  const merchant = await findMerchant(app.db, scopeOf(app, tenant.id), place.merchantReference);
  if (merchant === undefined) throw new AppError('page_unknown');
  const connector = await app.connector(tenant.connector).catch(() => undefined);
  const urls = await urlsOf(app, tenant, merchant);
  return { tenant, merchant, urls, ...(connector === undefined ? {} : { connector }) };
}

/**
 * The merchant is back: reads the account, settles what it says, and tells where the browser goes; without a location
 * our page shows the status. Never throws for the PSP's sake: then what is stored counts, and a webhook tells the rest.
 */
export async function comeBack(
  app: App,
  opened: OpenedOnboarding,
): Promise<{ opened: OpenedOnboarding; location?: string }> {
  const { tenant, merchant, urls } = opened;
  const about = { tenant: tenant.id, merchant: merchant.merchantReference };
  const isServed = tenant.status !== 'DISCONNECTED' && opened.connector !== undefined;
  const reading = isServed ? readAccount(app, tenant, merchant.merchantReference) : Promise.resolve(undefined);
  const read = await inTime(reading, READ_MS).catch((error: unknown) => {
    app.log.error('account not read on return', { ...about, error });
    return undefined;
  });
  const known = read ?? merchant;
  app.log('merchant came back', { ...about, status: known.status });
  const location = locationOf(known.status, urls);
  return { opened: { ...opened, merchant: known }, ...(location === undefined ? {} : { location }) };
}

/** A new link; when there is none, where the shop wants to be told so; undefined: our page says it. */
export async function goOn(app: App, opened: OpenedOnboarding): Promise<string | undefined> {
  const { tenant, merchant, urls } = opened;
  try {
    if (tenant.status === 'DISCONNECTED') throw new AppError('tenant_disconnected');
    return await linkAgain(app, tenant, merchant.merchantReference);
  } catch (error) {
    app.log.warn('no new onboarding link', { tenant: tenant.id, merchant: merchant.merchantReference, error });
    return urls.refreshUrl ?? urls.errorUrl;
  }
}

/** Where a merchant's browser gets a new link, for our own page. */
export function goOnUrl(app: App, { tenant, merchant }: OpenedOnboarding): string {
  return refreshUrl(app, { tenantId: tenant.id, merchantReference: merchant.merchantReference });
}

function locationOf(status: MerchantRow['status'], urls: OnboardingUrls): string | undefined {
  if (status === 'rejected') return urls.errorUrl;
  return status === 'incomplete' ? (urls.cancelUrl ?? urls.successUrl) : urls.successUrl;
}

async function urlsOf(app: App, tenant: Tenant, { returnUrls }: MerchantRow): Promise<OnboardingUrls> {
  if (returnUrls === undefined) return {};
  const urls = JSON.parse(await app.vault.open(tenant.id, 'onboarding', returnUrls)) as OnboardingUrls;
  return Object.fromEntries(Object.entries(urls).filter(([, url]) => isAllowed(tenant, String(url))));
}

async function inTime<T>(reading: Promise<T>, ms: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => (timer = setTimeout(() => resolve(undefined), ms)));
  try {
    return await Promise.race([reading, late]);
  } finally {
    clearTimeout(timer);
  }
}
