/** Addresses around the hosted page: where the shop sends the customer, and where a PSP or a bank sends the customer back. */
import { AppError } from '../domain/errors.js';
import type { Payment } from '../domain/payment.js';
import { readPath, type Tenant } from '../domain/tenant.js';
import type { App } from './app.js';

/** The payment page. Its token opens this payment alone, until the page expires. */
export function pageUrl(app: App, payment: Payment): string {
  return address(app, '/app-payment', payment);
}

/** Where the customer comes back to from a challenge or a bank. */
export function returnUrl(app: App, payment: Payment): string {
  return address(app, '/app-payment/redirect', payment);
}

function address(app: App, path: string, payment: Payment): string {
  const query = new URLSearchParams({
    transactionId: payment.transactionId ?? payment.id,
    tenantIdentifier: payment.tenantId,
    token: app.pageToken(payment),
  });
  return `${app.publicUrl}${path}?${query.toString()}`;
}

export interface ReturnUrls {
  redirectSuccessUrl?: string;
  redirectCancelUrl?: string;
  checkoutSummaryUrl?: string;
}

/**
 * Return URLs come from the tenant: http or https, and of an allowed origin when the tenant keeps a list. Throws
 * `return_url_refused`.
 */
export function checkReturnUrls(tenant: Tenant, request: ReturnUrls): void {
  checkUrls(tenant, {
    redirectSuccessUrl: request.redirectSuccessUrl,
    redirectCancelUrl: request.redirectCancelUrl,
    checkoutSummaryPageUrl: request.checkoutSummaryUrl,
  });
}

/** The same for any addresses, by the names of their fields; absent ones are fine. Throws `return_url_refused`. */
export function checkUrls(tenant: Pick<Tenant, 'settings'>, fields: Record<string, string | undefined>): void {
  for (const [field, url] of Object.entries(fields)) {
    if (url !== undefined && !isAllowed(tenant, url)) throw new AppError('return_url_refused', { values: { field } });
  }
}

/** Whether a browser may be sent there: http or https, and of an allowed origin when the tenant keeps a list. */
export function isAllowed(tenant: Pick<Tenant, 'settings'>, url: string): boolean {
  const list = readPath(tenant.settings, 'returnUrlAllowList');
  const allowed = Array.isArray(list) ? list.map(String) : [];
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  const isWeb = parsed?.protocol === 'http:' || parsed?.protocol === 'https:';
  return isWeb && (allowed.length === 0 || allowed.includes(parsed.origin));
}
