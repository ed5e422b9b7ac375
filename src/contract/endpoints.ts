/** Every endpoint, in one list: it validates requests, checks answers in tests and becomes the OpenAPI document. */
import { Type, type Static, type TSchema } from 'typebox';
import { CATALOGUE_ENDPOINTS } from './catalogue-endpoints.js';
import { CHANNEL_ENDPOINTS } from './channel-endpoints.js';
import type { Answer, Endpoint, Failure } from './endpoint.js';
import { FACADE_ENDPOINTS } from './facade-endpoints.js';
import { MERCHANT_ENDPOINTS } from './merchant-endpoints.js';
import { FORM_TYPE, JSON_TYPE, PAYMENT_ENDPOINTS } from './payment-endpoints.js';
import { PRE_ORDER_ENDPOINTS } from './pre-order-endpoints.js';
import { FreeMap, Text } from './shapes.js';
import { TRANSFER_ENDPOINTS } from './transfer-endpoints.js';

export const TokenBody = Type.Object({
  grant_type: Type.Literal('client_credentials'),
  client_id: Text(255),
  client_secret: Text(255),
  audience: Type.Optional(Text(255, 'What the token is for, such as `aop-app`.')),
  tenant_identifier: Type.Optional(Text(60, 'Binds the token to this tenant, when the client may act for it.')),
});
export type TokenBody = Static<typeof TokenBody>;

export const TokenAnswer = Type.Object({
  access_token: Type.String({ minLength: 1 }),
  token_type: Type.Literal('Bearer'),
  expires_in: Type.Integer({ minimum: 1, description: 'Seconds.' }),
});
export type TokenAnswer = Static<typeof TokenAnswer>;

const Texts = Type.Array(Type.String());
export const TokenMetadata = Type.Object({
  issuer: Type.String({ description: 'The `iss` of our tokens.' }),
  token_endpoint: Type.String(),
  jwks_uri: Type.String(),
  grant_types_supported: Texts,
  response_types_supported: Texts,
  token_endpoint_auth_methods_supported: Texts,
});
export type TokenMetadata = Static<typeof TokenMetadata>;

const Received = Type.Object({ received: Type.Literal(true) });
const Health = Type.Object({ status: Type.Union([Type.Literal('ok'), Type.Literal('unavailable')]) });
const AnyDocument = FreeMap('The document.');

/** What most endpoints leave empty. */
const NONE = { aliases: [], audiences: [], headers: [], query: [], mediaTypes: [], errors: [] } as const;

const json = (summary: string, schema: TSchema): Answer => ({ status: 200, summary, schema });

const WEBHOOK_FAILURES: readonly Failure[] = [
  { status: 400, when: 'The body is empty or unreadable, or no tenant’s secret verifies the signature in this mode.' },
  { status: 403, when: 'The signature is right, but the tenant is disconnected.' },
  { status: 413, when: 'The body is larger than 1 MB.' },
  { status: 500, when: 'The webhook could not be stored; the PSP will send it again.' },
];

/** A webhook path; the path of a tenant's own endpoint ends in a token that names the tenant. */
function webhook(name: string, path: string, summary: string): Endpoint {
  return {
    ...NONE,
    name,
    method: 'POST',
    path,
    group: 'Webhooks',
    summary,
    description: 'Stored first, applied afterwards: the answer says that it is stored, not what it changed.',
    access: 'signature',
    body: Type.Any({ description: 'Whatever the PSP sends; the signature is over the bytes.' }),
    mediaTypes: [JSON_TYPE],
    rawBody: true,
    success: [json('Verified and stored.', Received)],
    errors: WEBHOOK_FAILURES,
    errorShape: 'list',
  };
}

const TOKEN_ENDPOINTS: readonly Endpoint[] = [
  {
    ...NONE,
    name: 'token',
    method: 'POST',
    path: '/oauth/token',
    group: 'Tokens',
    summary: 'Get a bearer token',
    access: 'client',
    body: TokenBody,
    mediaTypes: [FORM_TYPE, JSON_TYPE],
    success: [json('The token.', TokenAnswer)],
    errors: [
      { status: 400, when: 'The request is not complete, or the client may not have such a token.' },
      { status: 401, when: 'The client is unknown or its secret is wrong.' },
    ],
    errorShape: 'oauth',
  },
  {
    ...NONE,
    name: 'keys',
    method: 'GET',
    path: '/.well-known/jwks.json',
    group: 'Tokens',
    summary: 'Public keys of our tokens',
    access: 'public',
    success: [json('A JSON Web Key Set.', Type.Object({ keys: Type.Array(AnyDocument) }))],
    errorShape: 'list',
  },
  {
    ...NONE,
    name: 'token-metadata',
    method: 'GET',
    path: '/.well-known/openid-configuration',
    aliases: ['/.well-known/oauth-authorization-server'],
    group: 'Tokens',
    summary: 'Where tokens and keys are',
    access: 'public',
    success: [json('By RFC 8414.', TokenMetadata)],
    errorShape: 'list',
  },
];

const PAGE_ENDPOINTS: readonly Endpoint[] = [
  {
    ...NONE,
    name: 'payment-page',
    method: 'GET',
    path: '/app-payment',
    group: 'Payment page',
    summary: 'The page on which the customer pays',
    access: 'page',
    query: [
      { name: 'transactionId', required: true, summary: 'The payment.' },
      { name: 'tenantIdentifier', required: true, summary: 'The tenant.' },
      { name: 'token', required: true, summary: 'Proof that we made this link; it has a time to live.' },
    ],
    success: [{ status: 200, summary: 'The page.', mediaType: 'text/html', schema: Type.String() }],
    errors: [{ status: 404, when: 'The link is not valid, or no longer.' }],
    errorShape: 'page',
  },
  {
    ...NONE,
    name: 'payment-return',
    method: 'GET',
    path: '/app-payment/redirect',
    group: 'Payment page',
    summary: 'Where the customer comes back to after paying at the PSP',
    access: 'page',
    query: [
      { name: 'transactionId', required: true, summary: 'The payment.' },
      { name: 'tenantIdentifier', required: false, summary: 'The tenant.' },
      { name: 'token', required: false, summary: 'Proof that we made this link.' },
    ],
    success: [{ status: 302, summary: 'To the shop, or back to the payment page.' }],
    errors: [
      { status: 400, when: 'No transaction id.' },
      { status: 404, when: 'The link is not valid, or no longer.' },
    ],
    errorShape: 'page',
  },
];

/** A GET that anybody may ask. */
function open(name: string, path: string, summary: string, answer: Answer): Endpoint {
  return {
    ...NONE,
    name,
    method: 'GET',
    path,
    group: 'Operation',
    summary,
    access: 'public',
    success: [answer],
    errorShape: 'list',
  };
}

export const ENDPOINTS: readonly Endpoint[] = [
  ...PAYMENT_ENDPOINTS,
  ...CATALOGUE_ENDPOINTS,
  ...PRE_ORDER_ENDPOINTS,
  ...TRANSFER_ENDPOINTS,
  ...MERCHANT_ENDPOINTS,
  ...FACADE_ENDPOINTS,
  webhook('webhook', '/webhooks', 'A PSP tells us something (live mode)'),
  webhook('webhook-test', '/webhooks/test', 'A PSP tells us something (test mode)'),
  webhook('webhook-of-tenant', '/webhooks/{token}', 'A PSP tells one tenant’s endpoint something (live mode)'),
  webhook(
    'webhook-test-of-tenant',
    '/webhooks/test/{token}',
    'A PSP tells one tenant’s endpoint something (test mode)',
  ),
  ...PAGE_ENDPOINTS,
  ...TOKEN_ENDPOINTS,
  ...CHANNEL_ENDPOINTS,
  open('health-live', '/health/live', 'The service is running', json('It is.', Health)),
  {
    ...open('health-ready', '/health/ready', 'The service can take requests', json('It can.', Health)),
    success: [
      json('It can.', Health),
      { status: 503, summary: 'Not now: the database does not answer, or the start is not over.', schema: Health },
    ],
  },
  {
    ...open('metrics', '/metrics', 'What operators watch, for Prometheus', {
      status: 200,
      summary: 'Requests, askings of PSPs, and how much waits.',
      mediaType: 'text/plain',
      schema: Type.String(),
    }),
    description: 'Answered to callers of the same network, or to those with the token of the deployment.',
    errors: [{ status: 404, when: 'The caller is neither.' }],
  },
  open('openapi', '/openapi.json', 'This interface as an OpenAPI document', json('The document.', AnyDocument)),
  open('asyncapi', '/asyncapi.json', 'Our messages as an AsyncAPI document', json('The document.', AnyDocument)),
  {
    ...open(
      'apple-pay-domain',
      '/.well-known/apple-developer-merchantid-domain-association',
      'Proof for Apple Pay that this host is ours',
      { status: 200, summary: 'The file.', mediaType: 'text/plain', schema: Type.String() },
    ),
    errors: [{ status: 404, when: 'The deployment has no such file.' }],
  },
  open('docs', '/docs', 'Both documents, readable', {
    status: 200,
    summary: 'The page.',
    mediaType: 'text/html',
    schema: Type.String(),
  }),
];

const byName = new Map(ENDPOINTS.map((endpoint) => [endpoint.name, endpoint]));

/** The endpoint of that name. Throws for an unknown name: that is a mistake in our code. */
export function getEndpoint(name: string): Endpoint {
  const endpoint = byName.get(name);
  if (endpoint === undefined) throw new Error(`get endpoint: unknown name "${name}"`);
  return endpoint;
}
