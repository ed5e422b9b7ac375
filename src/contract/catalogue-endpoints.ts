/** Endpoints of the app catalogue's page: what an operator sees of one tenant, and a look at settings before saving. */
import { Type, type Static } from 'typebox';
import type { Endpoint } from './endpoint.js';
import {
  ConfigureBody, JSON_API_TYPE, JSON_TYPE, LANGUAGE_HEADER, TENANT_AUDIENCES, TENANT_HEADER, TOKEN_FAILURES,
} from './payment-endpoints.js'; // prettier-ignore
import { FreeMap } from './shapes.js';

const oneOf = <const Words extends readonly string[]>(words: Words) =>
  Type.Union(words.map((word) => Type.Literal(word as Words[number])));
const closed = { additionalProperties: false };

const FieldWords = Type.Object(
  {
    label: Type.String(),
    help: Type.String(),
    choices: Type.Optional(
      Type.Array(Type.Object({ value: Type.String(), label: Type.String() }, closed), {
        description: 'What may be chosen, when the field is a choice.',
      }),
    ),
  },
  closed,
);

const FieldTexts = Type.Record(Type.String(), FieldWords, {
  description: 'Words of each field, by dotted path, in the language asked for.',
});

const CatalogueConnector = Type.Object(
  {
    name: Type.String(),
    title: Type.String(),
    schema: FreeMap('JSON Schema of its settings.'),
    secrets: Type.Array(Type.String(), { description: 'Dotted paths of fields that are masked.' }),
    fields: FieldTexts,
  },
  closed,
);

export const CatalogueAnswer = Type.Object(
  {
    tenantIdentifier: Type.String({ minLength: 1 }),
    app: Type.Object({ name: Type.String(), identifier: Type.String(), baseUrl: Type.String() }, closed),
    status: oneOf(['none', 'new', 'connected', 'disconnected']),
    isActive: Type.Boolean(),
    connector: Type.String({ description: 'The one that is set up, else the default.' }),
    mode: oneOf(['live', 'test']),
    configuration: FreeMap('The stored settings; secrets are masked.'),
    connectors: Type.Array(CatalogueConnector, { description: 'Those a tenant may choose.' }),
    own: Type.Object(
      { schema: FreeMap('JSON Schema of these settings.'), fields: FieldTexts },
      { ...closed, description: 'The app’s own settings, whatever the connector. None is secret.' },
    ),
    webhooks: Type.Array(
      Type.Object(
        { url: Type.String(), purpose: Type.String(), state: oneOf(['registered', 'asked', 'manual']) },
        closed,
      ),
      { description: 'Addresses at which the PSP tells us something. `manual`: to be entered there by hand.' },
    ),
    paymentMethods: Type.Array(
      Type.Object(
        {
          name: Type.String(),
          providerName: Type.String(),
          strategy: Type.String(),
          state: oneOf(['announced', 'waiting']),
        },
        closed,
      ),
      { description: 'Methods the shop was told of. `waiting`: it has not fetched the message yet.' },
    ),
    missing: Type.Array(Type.String(), { description: 'What keeps the shop from taking payments well.' }),
  },
  closed,
);
export type CatalogueAnswer = Static<typeof CatalogueAnswer>;

export const SettingsTestAnswer = Type.Object(
  {
    isValid: Type.Boolean(),
    errors: Type.Array(
      Type.Object(
        { property: Type.String({ description: 'Dotted path; empty: all of it.' }), message: Type.String() },
        closed,
      ),
    ),
    warnings: Type.Array(Type.String(), { description: 'Worth knowing, no reason to refuse.' }),
  },
  closed,
);
export type SettingsTestAnswer = Static<typeof SettingsTestAnswer>;

const COMMON = {
  group: 'Tenants',
  access: 'tenant',
  audiences: TENANT_AUDIENCES,
  headers: [TENANT_HEADER, LANGUAGE_HEADER],
  query: [],
  errorShape: 'object',
} as const;

/** What a browser opens; it knows nobody. */
function open(of: { name: string; path: string; summary: string; mediaType: string }): Endpoint {
  const { mediaType, ...named } = of;
  return {
    ...named,
    method: 'GET',
    aliases: [],
    group: 'Tenants',
    access: 'public',
    audiences: [],
    headers: [],
    query: [],
    mediaTypes: [],
    success: [{ status: 200, summary: 'It.', mediaType, schema: Type.String() }],
    errors: [],
    errorShape: 'page',
  };
}

export const CATALOGUE_ENDPOINTS: readonly Endpoint[] = [
  {
    ...open({
      name: 'catalogue-page',
      path: '/app-catalogue',
      summary: 'The app catalogue, for an operator',
      mediaType: 'text/html',
    }),
    query: [{ name: 'language', required: false, summary: 'English or German; without it, `Accept-Language`.' }],
  },
  open({
    name: 'catalogue-loader',
    path: '/app-catalogue/loader.js',
    summary: 'The script a Back Office loads to show the app catalogue',
    mediaType: 'text/javascript',
  }),
  {
    ...COMMON,
    name: 'catalogue',
    method: 'GET',
    path: '/private/catalogue',
    aliases: ['/catalogue'],
    summary: 'How a shop is connected, and what can be set up',
    description:
      'What the app catalogue shows to an operator. A tenant that never configured the app has status `none`.',
    mediaTypes: [],
    success: [{ status: 200, summary: 'Everything about this tenant.', schema: CatalogueAnswer }],
    errors: [...TOKEN_FAILURES, { status: 422, when: 'The header with the tenant is missing.' }],
  },
  {
    ...COMMON,
    name: 'catalogue-test',
    method: 'POST',
    path: '/private/catalogue/test',
    aliases: ['/catalogue/test'],
    summary: 'Check settings without saving them',
    description:
      'Checks what configure would check, with the same body, by reads alone: nothing is stored, and nothing is made at ' +
      'the PSP. Settings that do not hold are an answer here, no error.',
    body: ConfigureBody,
    mediaTypes: [JSON_TYPE, JSON_API_TYPE],
    wholeDocument: true,
    success: [{ status: 200, summary: 'What is wrong with them, field by field.', schema: SettingsTestAnswer }],
    errors: [
      ...TOKEN_FAILURES,
      { status: 422, when: 'The body has another form, the header with the tenant is missing, or no such connector.' },
      { status: 500, when: 'The settings could not be checked.' },
    ],
  },
];
