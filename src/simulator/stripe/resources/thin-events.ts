/** Events of `/v2`: written with the change, sent thin, fetched whole. https://docs.stripe.com/api/v2/core/events */
import type { Call } from '../core/call.js';
import { newId } from '../core/call.js';
import { missing } from '../core/errors.js';
import { pageOfV2 } from '../core/lists.js';
import { group, integer, list, text } from '../core/params.js';
import { route } from '../core/route.js';
import type { Route } from '../core/route.js';
import { OWN } from '../core/store.js';
import { deliveriesOf } from '../webhooks/emit.js';
import type { ThinEvent } from '../webhooks/records.js';

interface Told {
  type: string;
  /** The connected account it belongs to; null: the platform itself. */
  context: string | null;
  related: { id: string; type: string; url: string } | null;
  data?: Record<string, unknown>;
  /** Sent to this destination and no other, whatever it listens to. */
  only?: string;
}

/** Writes an event and a delivery for each destination that listens. Which member changed is fetched, not sent. */
export function emitThin(call: Call, { type, context, related, data, only }: Told): ThinEvent {
  const event: ThinEvent = {
    id: newId(call.tx, 'evt_test'),
    object: 'v2.core.event',
    type,
    created: new Date(call.nowMs).toISOString(),
    livemode: false,
    context,
    related_object: related,
    reason:
      call.requestId === null
        ? null
        : { type: 'request', request: { id: call.requestId, idempotency_key: call.idempotencyKey } },
    changes: null,
    data: data ?? null,
  };
  call.tx.put('thin_events', call.platform, event);
  const { reason: _reason, changes: _changes, data: _data, ...thin } = event;
  const from = context === null ? '@self' : '@accounts';
  for (const destination of call.tx.all('event_destinations', call.platform)) {
    const { enabled_events: types, events_from: sources = [], status, webhook_endpoint: endpoint } = destination;
    const listens = (types.includes('*') || types.includes(type)) && sources.includes(from);
    if (status !== 'enabled' || (only === undefined ? !listens : only !== destination.id)) continue;
    const to = { id: destination.id, url: endpoint?.url ?? '' };
    for (const delivery of deliveriesOf(call, { id: event.id, type, body: JSON.stringify(thin) }, to)) {
      call.tx.put(delivery.state === 'dropped' ? 'past_deliveries' : 'deliveries', OWN, delivery);
    }
  }
  return event;
}

/** Events are seen in the context they belong to: that of a connected account with `Stripe-Context`, else the own one. */
const isHere = (call: Call, event: ThinEvent): boolean =>
  (event.context ?? call.platform) === call.account && Date.parse(event.created) > call.nowMs - 30 * 86_400_000;

function find(call: Call, id: string): ThinEvent {
  const event = call.tx.get('thin_events', call.platform, id);
  if (!event || !isHere(call, event)) throw missing('event', id);
  return event;
}

interface ListParams {
  object_id?: string;
  types?: string[];
  created?: { gt?: string; gte?: string; lt?: string; lte?: string };
  limit?: number;
  page?: string;
}

function listEvents(call: Call, params: ListParams): object {
  const { gt = '', gte = '', lt = '9', lte = '9' } = params.created ?? {};
  const rows = call.tx
    .all('thin_events', call.platform)
    .filter((event) => isHere(call, event))
    .filter((event) => params.object_id === undefined || event.related_object?.id === params.object_id)
    .filter((event) => params.types === undefined || params.types.includes(event.type))
    .filter(({ created }) => created > gt && created >= gte && created < lt && created <= lte);
  return pageOfV2(rows, params, '/v2/core/events');
}

const moment = text({ pattern: /^\d{4}-\d\d-\d\dT[\d:.]+Z$/ });

export const thinEventRoutes: readonly Route[] = [
  route(
    'GET /v2/core/events',
    {
      limit: integer({ min: 1 }),
      page: text(),
      object_id: text(),
      types: list(text()),
      created: group({ gt: moment, gte: moment, lt: moment, lte: moment }),
    },
    listEvents,
  ),
  route('GET /v2/core/events/:id', {}, (call, _params, id) => find(call, id)),
];
