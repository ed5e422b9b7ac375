/** Events: written with the change they tell about, and one delivery for each endpoint that listens. */
import type Stripe from 'stripe';
import type { Call } from '../core/call.js';
import { newId } from '../core/call.js';
import { OWN } from '../core/store.js';
import type { Delivery, WebhookEffect, WebhookRule } from './records.js';

/** The API version every object is rendered for: that of the SDK the types come from. */
export const API_VERSION = '2026-10-28.endive';

type EventType = Stripe.Event['type'];

/** Writes an event about `object` as it is now. `previous`: former values of changed fields, for `*.updated`. */
export function emit(call: Call, type: EventType, object: object, previous?: object): void {
  const endpoints = call.tx
    .all('webhook_endpoints', call.account)
    .filter((endpoint) => endpoint.status === 'enabled' && !isConnect(call, endpoint.id) && listens(endpoint, type));
  const event = {
    id: newId(call.tx, 'evt'),
    object: 'event',
    api_version: API_VERSION,
    created: call.now,
    data: { object, ...(previous ? { previous_attributes: previous } : {}) },
    livemode: false,
    pending_webhooks: endpoints.length,
    request: { id: call.requestId, idempotency_key: call.idempotencyKey },
    type,
  } as unknown as Stripe.Event;
  call.tx.put('events', call.account, event);
  for (const endpoint of endpoints) addDeliveries(call, event, endpoint);
}

function isConnect(call: Call, endpoint: string): boolean {
  return call.tx.get('endpoint_secrets', call.account, endpoint)?.connect ?? false;
}

const listens = (endpoint: Stripe.WebhookEndpoint, type: string): boolean =>
  endpoint.enabled_events.includes('*') || endpoint.enabled_events.includes(type);

function addDeliveries(call: Call, event: Stripe.Event, endpoint: Stripe.WebhookEndpoint): void {
  const rule = takeRule(call, event.type, endpoint.id);
  const first = delivery(call, event, endpoint, rule);
  add(call, first);
  if (rule?.effect === 'duplicate') add(call, delivery(call, event, endpoint));
  if (rule?.effect === 'twin') {
    const twin = { ...event, id: newId(call.tx, 'evt') };
    call.tx.put('events', call.account, twin);
    add(call, delivery(call, twin, endpoint));
  }
}

const add = (call: Call, row: Delivery): void =>
  call.tx.put(row.state === 'dropped' ? 'past_deliveries' : 'deliveries', OWN, row);

function takeRule(call: Call, type: string, endpoint: string): WebhookRule | undefined {
  const rule = call.tx
    .all('webhook_rules', OWN)
    .find(
      ({ match, times }) =>
        times > 0 &&
        (!match.type || wildcard(match.type).test(type)) &&
        (!match.endpoint || match.endpoint === endpoint) &&
        (!match.account || match.account === call.account),
    );
  if (rule) call.tx.put('webhook_rules', OWN, { ...rule, times: rule.times - 1 });
  return rule;
}

const wildcard = (pattern: string): RegExp =>
  new RegExp(
    `^${pattern
      .split('*')
      .map((part) => part.replace(/\./g, '\\.'))
      .join('.*')}$`,
  );

const WAIT_SECONDS: Partial<Record<WebhookEffect, (rule: WebhookRule) => number>> = {
  reorder: () => 1,
  delay: (rule) => rule.delaySeconds,
};

function delivery(call: Call, event: Stripe.Event, endpoint: Stripe.WebhookEndpoint, rule?: WebhookRule): Delivery {
  const effect = rule?.effect;
  const wait = rule ? (WAIT_SECONDS[rule.effect]?.(rule) ?? 0) : 0;
  return {
    id: newId(call.tx, 'whd'),
    account: call.account,
    event: event.id,
    type: event.type,
    endpoint: endpoint.id,
    url: endpoint.url,
    body: JSON.stringify(event),
    state: effect === 'drop' ? 'dropped' : 'pending',
    dueAt: call.nowMs + wait * 1000,
    attempts: [],
    disturbed: effect === 'corrupt_signature' || effect === 'stale' || effect === 'wrong_mode' ? effect : null,
    beforeResponse: effect === 'before_response',
  };
}
