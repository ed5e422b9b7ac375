/** The list of endpoints as an OpenAPI 3.1 document. https://spec.openapis.org/oas/v3.1.0 */
import { collectSchemas, type DocumentOptions, type Json, type JsonObject, type Schemas } from './document.js';
import { errorSchema, failuresOf, type Answer, type Endpoint, type Field } from './endpoint.js';
import { ENDPOINTS } from './endpoints.js';
import { GUEST_HEADER } from './facade-endpoints.js';
import { JSON_API_TYPE, JSON_TYPE } from './payment-endpoints.js';
import { ErrorObject } from './shapes.js';

const GROUPS: Readonly<Record<Endpoint['group'], string>> = {
  Tenants: 'Connect a shop and let it go.',
  Payments: 'Start payments.',
  Merchants: 'The sellers of a marketplace: brought to the PSP, and where their browsers pass on the way.',
  Storefront: 'For front-ends in a browser, before there is an order.',
  Webhooks: 'What PSPs tell us.',
  'Payment page': 'Pages in the customer’s browser.',
  Tokens: 'Bearer tokens and their keys.',
  Channels: 'Messages between shops and this service, stored until they are acknowledged.',
  Operation: 'For whoever runs the service.',
};

/** The document, freshly built. The same options give the same document. */
export function openApi(options: DocumentOptions): JsonObject {
  const schemas = collectSchemas();
  const paths: Record<string, JsonObject> = {};
  for (const endpoint of ENDPOINTS) {
    const path = (paths[endpoint.path] ??= {});
    path[endpoint.method.toLowerCase()] = operation(endpoint, schemas);
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Quittance',
      version: options.version,
      summary: 'A payment service provider app for shops.',
      description:
        'Amounts are integers in the minor unit of their currency. Members of requests may be written in camelCase or ' +
        'snake_case; null and absent are alike; unknown members are ignored unless a schema forbids them.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: options.serverUrl ?? '/' }],
    tags: Object.entries(GROUPS).map(([name, description]) => ({ name, description })),
    paths,
    components: {
      schemas: schemas.named(),
      securitySchemes: {
        bearer: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description: 'From `/oauth/token` or the configured issuer; bound to one tenant.',
        },
        customer: {
          type: 'http',
          scheme: 'bearer',
          description: 'The token a customer has of the shop; verified when the tenant names the keys.',
        },
        guest: { type: 'apiKey', in: 'header', name: GUEST_HEADER, description: 'What the shop knows a guest by.' },
      },
    },
  };
}

function operation(endpoint: Endpoint, schemas: Schemas): JsonObject {
  const answers = endpoint.success.map((answer): [string, Json] => [
    String(answer.status),
    success(endpoint, answer, schemas),
  ]);
  const failures = failuresOf(endpoint).map(({ status, when }): [string, Json] => [
    String(status),
    { description: when, ...failureContent(endpoint, schemas) },
  ]);
  const parameters = [
    ...pathParts(endpoint.path),
    ...endpoint.headers.map((field) => parameter('header', field)),
    ...endpoint.query.map((field) => parameter('query', field)),
  ];
  return {
    operationId: endpoint.name,
    tags: [endpoint.group],
    summary: endpoint.summary,
    ...description(endpoint),
    security: securityOf(endpoint),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...requestBody(endpoint, schemas),
    responses: Object.fromEntries([...answers, ...failures]),
  };
}

function securityOf({ access, audiences }: Endpoint): Json {
  if (access === 'storefront') return [{ customer: [] }, { guest: [] }];
  return audiences.length > 0 ? [{ bearer: [] }] : [];
}

function description(endpoint: Endpoint): JsonObject {
  const lines = [
    endpoint.description,
    endpoint.aliases.length > 0 ? `Also at ${endpoint.aliases.map((path) => `\`${path}\``).join(', ')}.` : undefined,
    endpoint.audiences.length > 0
      ? `The token’s audience is ${endpoint.audiences.map((audience) => `\`${audience}\``).join(' or ')}.`
      : undefined,
  ].filter((line) => line !== undefined);
  return lines.length > 0 ? { description: lines.join(' ') } : {};
}

function pathParts(path: string): Json[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string', minLength: 1 },
  }));
}

function parameter(place: 'header' | 'query', field: Field): Json {
  return {
    name: field.name,
    in: place,
    required: field.required,
    description: field.summary,
    schema: { type: 'string' },
  };
}

function requestBody(endpoint: Endpoint, schemas: Schemas): JsonObject {
  if (endpoint.body === undefined) return {};
  const schema = schemas.of(endpoint.body);
  const wrapped = { type: 'object', properties: { data: { type: 'object', properties: { attributes: schema } } } };
  const content = endpoint.mediaTypes.map((type): [string, Json] => [
    type,
    { schema: type === JSON_API_TYPE && endpoint.wholeDocument !== true ? wrapped : schema },
  ]);
  return { requestBody: { required: true, content: Object.fromEntries(content) } };
}

function success(endpoint: Endpoint, answer: Answer, schemas: Schemas): Json {
  if (answer.schema === undefined) return { description: answer.summary };
  const schema = schemas.of(answer.schema);
  const content = { [answer.mediaType ?? JSON_TYPE]: { schema } };
  return { description: answer.summary, content: speaksBoth(endpoint) ? inBoth(schema) : content };
}

/** Storefront endpoints answer in the media type they were asked in. */
const speaksBoth = ({ errorShape }: Endpoint): boolean => errorShape === 'storefront';
const inBoth = (schema: Json): JsonObject => ({ [JSON_TYPE]: { schema }, [JSON_API_TYPE]: { schema } });

/** Errors are JSON, also for JSON:API callers, who get them below `errors` from every endpoint. */
function failureContent(endpoint: Endpoint, schemas: Schemas): JsonObject {
  const schema = errorSchema(endpoint.errorShape);
  if (schema === undefined) return { content: { 'text/html': { schema: { type: 'string' } } } };
  const own = schemas.of(schema);
  if (speaksBoth(endpoint)) return { content: inBoth(own) };
  const both = endpoint.errorShape === 'list' && endpoint.mediaTypes.includes(JSON_API_TYPE);
  return { content: { [JSON_TYPE]: { schema: both ? { oneOf: [own, schemas.of(ErrorObject)] } : own } } };
}
