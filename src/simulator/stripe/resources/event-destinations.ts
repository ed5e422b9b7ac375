/** Event destinations of `/v2`: where thin events are sent. https://docs.stripe.com/api/v2/core/event_destinations */
import type Stripe from 'stripe';
import type { Call } from '../core/call.js';
import { newId } from '../core/call.js';
import { invalidParameter, missing } from '../core/errors.js';
import { pageOfV2 } from '../core/lists.js';
import { choice, group, integer, list, map, mergedMetadata, text } from '../core/params.js';
import type { Shape } from '../core/params.js';
import { route } from '../core/route.js';
import type { Route } from '../core/route.js';
import { emitThin } from './thin-events.js';
import { newSecret } from './webhook-endpoints.js';

type Destination = Stripe.V2.Core.EventDestination;
type Include = 'webhook_endpoint.signing_secret' | 'webhook_endpoint.url';

interface Params {
  name?: string;
  description?: string | null;
  type?: 'webhook_endpoint';
  event_payload?: 'thin';
  enabled_events?: string[];
  events_from?: string[];
  include?: Include[];
  metadata?: Record<string, string> | null;
  webhook_endpoint?: { url: string };
}

/** The answer: address and secret only when asked for, the secret only once. */
function shown(destination: Destination, include: readonly Include[] = [], secret: string | null = null): object {
  const asksAddress = include.includes('webhook_endpoint.url');
  const asksSecret = include.includes('webhook_endpoint.signing_secret');
  const webhook_endpoint = {
    signing_secret: asksSecret ? secret : null,
    url: asksAddress ? destination.webhook_endpoint?.url : null,
  };
  return { ...destination, webhook_endpoint: asksAddress || asksSecret ? webhook_endpoint : null };
}

function create(call: Call, params: Params): object {
  if (params.webhook_endpoint === undefined) {
    throw invalidParameter('webhook_endpoint', 'Missing required field: webhook_endpoint.');
  }
  const now = new Date(call.nowMs).toISOString();
  const destination = {
    id: newId(call.tx, 'ed_test'),
    object: 'v2.core.event_destination',
    created: now,
    description: params.description ?? '',
    enabled_events: params.enabled_events ?? [],
    event_payload: 'thin',
    events_from: params.events_from ?? ['@self'],
    livemode: false,
    metadata: mergedMetadata(null, params.metadata),
    name: params.name ?? '',
    status: 'enabled',
    type: 'webhook_endpoint',
    updated: now,
    webhook_endpoint: { url: params.webhook_endpoint.url },
  } satisfies Destination;
  const secret = newSecret(call);
  call.tx.put('event_destinations', call.platform, destination);
  call.tx.put('endpoint_secrets', call.platform, {
    id: destination.id,
    secrets: [{ value: secret, endsAt: null }],
    connect: false,
  });
  return shown(destination, params.include, secret);
}

function find(call: Call, id: string): Destination {
  const destination = call.tx.get('event_destinations', call.platform, id);
  if (!destination) throw missing('event destination', id);
  return destination;
}

function save(call: Call, destination: Destination, change: Partial<Destination>): Destination {
  const next = { ...destination, ...change, updated: new Date(call.nowMs).toISOString() };
  call.tx.put('event_destinations', call.platform, next);
  return next;
}

function update(call: Call, params: Params, id: string): object {
  const destination = find(call, id);
  const next = save(call, destination, {
    ...(params.name === undefined ? {} : { name: params.name }),
    ...(params.description === undefined ? {} : { description: params.description ?? '' }),
    ...(params.enabled_events === undefined ? {} : { enabled_events: params.enabled_events }),
    ...(params.webhook_endpoint === undefined ? {} : { webhook_endpoint: { url: params.webhook_endpoint.url } }),
    metadata: mergedMetadata(destination.metadata ?? null, params.metadata),
  });
  return shown(next, params.include);
}

/** Switched off by a person, or on again. */
function turn(call: Call, id: string, status: Destination['status']): object {
  const { status_details: _details, ...destination } = find(call, id);
  const details = status === 'disabled' ? { status_details: { disabled: { reason: 'user' } } } : {};
  return shown(save(call, destination, { status, ...details }));
}

/** A ping belongs to the platform itself and is sent to this destination only, whatever it listens to. */
function ping(call: Call, id: string): object {
  const destination = find(call, id);
  const related = { id, type: destination.object, url: `/v2/core/event_destinations/${id}` };
  return emitThin(call, { type: 'v2.core.event_destination.ping', context: null, related, only: id });
}

function remove(call: Call, id: string): object {
  const { object } = find(call, id);
  call.tx.remove('event_destinations', call.platform, id);
  call.tx.remove('endpoint_secrets', call.platform, id);
  return { id, object };
}

const address = group({ url: text({ required: true, pattern: /^https?:\/\/[^\s/]+/ }) });
// Events of /v1 objects and snapshots go to webhook endpoints here: what nobody would deliver is refused.
const eventTypes = list(text({ pattern: /^(\*|v2\.[a-z_.[\]]+)$/ }), { required: true });
const include = (of: readonly Include[]): Shape => ({ include: list(choice(of)) });
const URL_ONLY = include(['webhook_endpoint.url']);
const PATH = '/v2/core/event_destinations';

export const eventDestinationRoutes: readonly Route[] = [
  route(
    `POST ${PATH}`,
    {
      ...include(['webhook_endpoint.signing_secret', 'webhook_endpoint.url']),
      name: text({ required: true }),
      description: text(),
      type: choice(['webhook_endpoint'], { required: true }),
      event_payload: choice(['thin'], { required: true }),
      enabled_events: eventTypes,
      events_from: list(choice(['@self', '@accounts'])),
      metadata: map,
      webhook_endpoint: address,
    },
    create,
  ),
  route(
    `GET ${PATH}`,
    { ...URL_ONLY, limit: integer({ min: 1 }), page: text() },
    (call, params: { include?: Include[]; limit?: number; page?: string }) => {
      const { data, ...rest } = pageOfV2(call.tx.all('event_destinations', call.platform), params, PATH);
      return { data: data.map((destination) => shown(destination, params.include)), ...rest };
    },
  ),
  route(`GET ${PATH}/:id`, URL_ONLY, (call, params: { include?: Include[] }, id) =>
    shown(find(call, id), params.include),
  ),
  route(
    `POST ${PATH}/:id`,
    {
      ...URL_ONLY,
      name: text(),
      description: text({ unset: true }),
      enabled_events: { ...eventTypes, required: false },
      metadata: map,
      webhook_endpoint: address,
    },
    update,
  ),
  route(`DELETE ${PATH}/:id`, {}, (call, _params, id) => remove(call, id)),
  route(`POST ${PATH}/:id/disable`, {}, (call, _params, id) => turn(call, id, 'disabled')),
  route(`POST ${PATH}/:id/enable`, {}, (call, _params, id) => turn(call, id, 'enabled')),
  route(`POST ${PATH}/:id/ping`, {}, (call, _params, id) => ping(call, id)),
];
