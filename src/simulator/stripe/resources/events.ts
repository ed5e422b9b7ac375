/** The event endpoints: 30 days of history, filtered by type and time. https://docs.stripe.com/api/events */
import type Stripe from 'stripe';
import type { Call } from '../core/call.js';
import { missing } from '../core/errors.js';
import { pageOf } from '../core/lists.js';
import type { PageParams } from '../core/lists.js';
import { expand, flag, list, page, range, text } from '../core/params.js';
import { route } from '../core/route.js';
import type { Route } from '../core/route.js';

const KEPT_SECONDS = 30 * 24 * 60 * 60;

const kept = (call: Call, event: Stripe.Event): boolean => event.created > call.now - KEPT_SECONDS;

function find(call: Call, id: string): Stripe.Event {
  const event = call.tx.get('events', call.account, id);
  if (!event || !kept(call, event)) throw missing('event', id);
  return event;
}

type ListParams = PageParams & { type?: string; types?: string[]; delivery_success?: boolean };

function listEvents(call: Call, params: ListParams): object {
  const pattern = (type: string): RegExp =>
    new RegExp(
      `^${type
        .split('*')
        .map((part) => part.replace(/\W/g, '\\$&'))
        .join('.*')}$`,
    );
  const patterns = [...(params.types ?? []), ...(params.type === undefined ? [] : [params.type])].map(pattern);
  const rows = call.tx
    .all('events', call.account)
    .filter((event) => kept(call, event))
    .filter((event) => patterns.length === 0 || patterns.some((test) => test.test(event.type)))
    .filter(
      (event) => params.delivery_success === undefined || (event.pending_webhooks === 0) === params.delivery_success,
    );
  return pageOf(rows, params, '/v1/events');
}

export const eventRoutes: readonly Route[] = [
  route(
    'GET /v1/events',
    { ...page, created: range, type: text(), types: list(text()), delivery_success: flag() },
    listEvents,
  ),
  route('GET /v1/events/:id', expand, (call, _params, id) => find(call, id)),
];
