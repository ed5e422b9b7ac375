/** Events: written with the change they tell about, and one delivery for each endpoint that listens. */
import type Stripe from 'stripe';
import type { Call } from '../core/call.js';
import { newId } from '../core/call.js';
import { OWN } from '../core/store.js';
import type { Delivery, WebhookEffect, WebhookRule } from './records.js';

/** The API version every object is rendered for: that of the SDK the types come from. */
export const API_VERSION = '2026-10-28.endive';

type EventType = Stripe.Event['type'];

/**
 * Writes an event about `object` as it is now. `previous`: former values of changed fields, for `*.updated`. An event of a
 * connected account says so in `account` and goes to the platform's endpoints for connected accounts, and only there.
 */
export function emit(call: Call, type: EventType, object: object, previous?: object): void {
  const connected = call.account !== call.platform;
  const endpoints = call.tx
    .all('webhook_endpoints', call.platform)
    .filter(
      (endpoint) =>
        endpoint.status === 'enabled' && isConnect(call, endpoint.id) === connected && listens(endpoint, type),
    );
  const event = {
    id: newId(call.tx, 'evt'),
    object: 'event',
    ...(connected ? { account: call.account } : {}),
    api_version: API_VERSION,
    created: call.now,
    data: { object, ...(previous ? { previous_attributes: previous } : {}) },
    livemode: false,
    pending_webhooks: endpoints.length,
    request: { id: call.requestId, idempotency_key: call.idempotencyKey },
    type,
  } as unknown as Stripe.Event;
  call.tx.put('events', call.account, event);
  for (const endpoint of endpoints) {
    const sent = { id: event.id, type, body: JSON.stringify(event) };
    for (const delivery of deliveriesOf(call, sent, endpoint, twinOf(call, event))) add(call, delivery);
  }
}

function isConnect(call: Call, endpoint: string): boolean {
  return call.tx.get('endpoint_secrets', call.platform, endpoint)?.connect ?? false;
}

const listens = (endpoint: Stripe.WebhookEndpoint, type: string): boolean =>
  endpoint.enabled_events.includes('*') || endpoint.enabled_events.includes(type);

/** What is delivered: the event's id and type, and the exact text that is sent. */
interface Sent {
  id: string;
  type: string;
  body: string;
}

/** Another event about the same change, as Stripe now and then sends one. */
const twinOf = (call: Call, event: Stripe.Event) => (): Sent => {
  const twin = { ...event, id: newId(call.tx, 'evt') };
  call.tx.put('events', call.account, twin);
  return { id: twin.id, type: twin.type, body: JSON.stringify(twin) };
};

/** The deliveries of an event to one address: one, or two where a rule says so. They are not stored yet. */
export function deliveriesOf(
  call: Call,
  sent: Sent,
  to: { id: string; url: string },
  twin: () => Sent = () => sent,
): Delivery[] {
  const rule = takeRule(call, sent.type, to.id);
  const rows = [delivery(call, sent, to, rule)];
  if (rule?.effect === 'duplicate') rows.push(delivery(call, sent, to));
  if (rule?.effect === 'twin') rows.push(delivery(call, twin(), to));
  return rows;
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
        (!match.account || match.account === call.account || match.account === call.platform),
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

function delivery(call: Call, sent: Sent, to: { id: string; url: string }, rule?: WebhookRule): Delivery {
  const effect = rule?.effect;
  const wait = rule ? (WAIT_SECONDS[rule.effect]?.(rule) ?? 0) : 0;
  return {
    id: newId(call.tx, 'whd'),
    account: call.platform,
    ...(call.account === call.platform ? {} : { owner: call.account }),
    event: sent.id,
    type: sent.type,
    endpoint: to.id,
    url: to.url,
    body: sent.body,
    state: effect === 'drop' ? 'dropped' : 'pending',
    dueAt: call.nowMs + wait * 1000,
    attempts: [],
    disturbed: effect === 'corrupt_signature' || effect === 'stale' || effect === 'wrong_mode' ? effect : null,
    beforeResponse: effect === 'before_response',
  };
}
