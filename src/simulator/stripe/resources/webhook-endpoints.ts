/** Webhook endpoints: where events are sent. The signing secret is answered once, when the endpoint is made. */
import type Stripe from 'stripe';
import { lettersOf, newId } from '../core/call.js';
import type { Call } from '../core/call.js';
import { invalidParameter, missing } from '../core/errors.js';
import { pageOf } from '../core/lists.js';
import type { PageParams } from '../core/lists.js';
import { expand, flag, list, map, mergedMetadata, page, text } from '../core/params.js';
import { route } from '../core/route.js';
import type { Route } from '../core/route.js';

/** At most this many per account: https://docs.stripe.com/webhooks */
const MAX_ENDPOINTS = 16;

interface EndpointParams {
  url?: string;
  enabled_events?: string[];
  api_version?: string;
  connect?: boolean;
  description?: string | null;
  disabled?: boolean;
  metadata?: Record<string, string> | null;
}

const EVENT_TYPE =
  /^(\*|(account|application_fee|balance|capability|cash_balance|charge|customer|customer_cash_balance_transaction|invoice|mandate|payment_intent|payment_method|payout|person|radar|refund|review|setup_intent|topup|transfer)(\.[a-z_]+)+)$/;

const shared = { ...expand, description: text({ unset: true }), metadata: map };
const createShape = {
  ...shared,
  url: text({ required: true, pattern: /^https?:\/\/[^\s/]+/ }),
  enabled_events: list(text({ pattern: EVENT_TYPE }), { required: true }),
  api_version: text({ pattern: /^\d{4}-\d{2}-\d{2}(\.[a-z]+)?$/ }),
  connect: flag(),
};
const updateShape = {
  ...shared,
  url: text({ pattern: /^https?:\/\/[^\s/]+/ }),
  enabled_events: list(text({ pattern: EVENT_TYPE })),
  disabled: flag(),
};

function create(call: Call, params: EndpointParams): Stripe.WebhookEndpoint {
  if (call.tx.all('webhook_endpoints', call.account).length >= MAX_ENDPOINTS) {
    throw invalidParameter('url', `You have reached the maximum of ${MAX_ENDPOINTS} test webhook endpoints.`);
  }
  const endpoint = {
    id: newId(call.tx, 'we'),
    object: 'webhook_endpoint',
    api_version: params.api_version ?? null,
    application: null,
    created: call.now,
    description: params.description ?? null,
    enabled_events: params.enabled_events ?? [],
    livemode: false,
    metadata: mergedMetadata(null, params.metadata),
    status: 'enabled',
    url: params.url ?? '',
  } satisfies Stripe.WebhookEndpoint;
  const value = newSecret(call);
  call.tx.put('webhook_endpoints', call.account, endpoint);
  call.tx.put('endpoint_secrets', call.account, {
    id: endpoint.id,
    secrets: [{ value, endsAt: null }],
    connect: params.connect ?? false,
  });
  return { ...endpoint, secret: value };
}

/** A signing secret for an endpoint or destination. */
export const newSecret = (call: Call): string => `whsec_${lettersOf(newId(call.tx, 'secret'), 32)}`;

function find(call: Call, id: string): Stripe.WebhookEndpoint {
  const endpoint = call.tx.get('webhook_endpoints', call.account, id);
  if (!endpoint) throw missing('webhook endpoint', id);
  return endpoint;
}

function update(call: Call, params: EndpointParams, id: string): Stripe.WebhookEndpoint {
  const endpoint = find(call, id);
  const next: Stripe.WebhookEndpoint = {
    ...endpoint,
    ...(params.url === undefined ? {} : { url: params.url }),
    ...(params.enabled_events === undefined ? {} : { enabled_events: params.enabled_events }),
    ...(params.description === undefined ? {} : { description: params.description }),
    ...(params.disabled === undefined ? {} : { status: params.disabled ? 'disabled' : 'enabled' }),
    metadata: mergedMetadata(endpoint.metadata, params.metadata),
  };
  call.tx.put('webhook_endpoints', call.account, next);
  return next;
}

function remove(call: Call, id: string): object {
  find(call, id);
  call.tx.remove('webhook_endpoints', call.account, id);
  call.tx.remove('endpoint_secrets', call.account, id);
  return { id, object: 'webhook_endpoint', deleted: true };
}

/** Gives an endpoint a new signing secret; the old one signs too for this long (seconds). */
export function rollSecret(call: Call, id: string, overlapSeconds: number): string {
  const known = call.tx.get('endpoint_secrets', call.account, id);
  if (!known) throw missing('webhook endpoint', id);
  const value = newSecret(call);
  const endsAt = call.nowMs + overlapSeconds * 1000;
  const old = known.secrets.map((secret) => ({ ...secret, endsAt: secret.endsAt ?? endsAt }));
  call.tx.put('endpoint_secrets', call.account, { ...known, secrets: [{ value, endsAt: null }, ...old] });
  return value;
}

export const webhookEndpointRoutes: readonly Route[] = [
  route('POST /v1/webhook_endpoints', createShape, create),
  route('GET /v1/webhook_endpoints', page, (call, params: PageParams) =>
    pageOf(call.tx.all('webhook_endpoints', call.account), params, '/v1/webhook_endpoints'),
  ),
  route('GET /v1/webhook_endpoints/:id', expand, (call, _params, id) => find(call, id)),
  route('POST /v1/webhook_endpoints/:id', updateShape, update),
  route('DELETE /v1/webhook_endpoints/:id', {}, (call, _params, id) => remove(call, id)),
];
