/** Events that were never delivered, because we were down: Stripe keeps them for 30 days and hands them out again. */
import type Stripe from 'stripe';
import type { Connector, Context } from '../../kit/index.js';
import type { Reach } from './client.js';
import { ENABLED_EVENTS } from './events.js';
import { parseEvent, toldEvent } from './webhooks.js';

/** Stripe filters by at most so many types at once: https://docs.stripe.com/api/events/list */
const TYPES_AT_ONCE = 20;
/** Most events of each group of types that are fetched; the newest are, and the older ones are left to read-backs. */
const EVENT_LIMIT = 1000;
/** For all pages together. */
const BUDGET_MS = 60_000;

/** Makes missedEvents. Safe to repeat: an event told twice is applied once. Throws when Stripe gives no answer. */
export function createMissedEvents(reach: Reach): NonNullable<Connector['missedEvents']> {
  return async (since, context) => {
    const from = Math.floor(Date.parse(since) / 1000);
    const client = await reach.client(context);
    const events = await reach.within(listEvents(client, from), BUDGET_MS);
    return events.flatMap((event) => {
      const body = new TextEncoder().encode(JSON.stringify(event));
      const parsed = parseEvent(body);
      return parsed === undefined || isForeign(event, context) ? [] : [{ body, event: toldEvent(parsed) }];
    });
  };
}

async function listEvents(stripe: Stripe, from: number): Promise<Stripe.Event[]> {
  const events: Stripe.Event[] = [];
  for (let start = 0; start < ENABLED_EVENTS.length; start += TYPES_AT_ONCE) {
    const types = ENABLED_EVENTS.slice(start, start + TYPES_AT_ONCE);
    const page = stripe.events.list({ created: { gte: from }, types: [...types], limit: 100 });
    events.push(...(await page.autoPagingToArray({ limit: EVENT_LIMIT })).reverse());
  }
  // Stable, so that events of one second keep Stripe's order within their group.
  return events.sort((a, b) => a.created - b.created).slice(-EVENT_LIMIT);
}

/** One Stripe account may serve several shops: an event that names another one is not ours to take. */
function isForeign(event: Stripe.Event, context: Context): boolean {
  const { metadata } = event.data.object as { metadata?: Record<string, string> | null };
  return metadata?.psp_tenant !== undefined && metadata.psp_tenant !== context.tenant.hash;
}
