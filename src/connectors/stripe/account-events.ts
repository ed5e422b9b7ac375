/** Events about merchants' accounts, of both of Stripe's interfaces: each only says whose account has changed. */
import type { AccountNews } from '../../kit/index.js';
import { GONE } from './account-state.js';
import type { EventBody } from './webhooks.js';

/** Snapshot events, told to an endpoint for connected accounts. */
export const ACCOUNT_EVENTS = ['account.updated', 'capability.updated', 'account.application.deauthorized'] as const;

/** Thin events, told to an event destination. https://docs.stripe.com/api/v2/core/events/event-types */
export const THIN_EVENTS = [
  'v2.core.account.closed',
  'v2.core.account[requirements].updated',
  'v2.core.account[configuration.recipient].capability_status_updated',
  'v2.core.account[configuration.recipient].updated',
] as const;

/**
 * Which account an event is about; undefined when it is about none. What the event shows may be old by now, so that the
 * account is read; only of one that is no longer ours nothing can be read any more.
 */
export function accountNewsOf(event: EventBody): AccountNews | undefined {
  const { type, account, data, related_object: related } = event;
  if (type === 'account.application.deauthorized')
    return typeof account === 'string' ? { accountId: account, state: GONE } : undefined;
  if (type === 'account.updated' || type === 'capability.updated') {
    const { id, account: owner } = data?.object ?? {};
    const accountId = account ?? (type === 'account.updated' ? id : owner);
    return typeof accountId === 'string' ? { accountId } : undefined;
  }
  if (!type.startsWith('v2.core.account') || type.startsWith('v2.core.account_')) return undefined;
  return typeof related?.id === 'string' ? { accountId: related.id } : undefined;
}
