/** The list of messages as an AsyncAPI 3.0 document. https://www.asyncapi.com/docs/reference/specification/v3.0.0 */
import { collectSchemas, type DocumentOptions, type Json, type JsonObject } from './document.js';
import { Attributes, CHANNELS, MESSAGES } from './messages.js';

/** The document, freshly built. The same options give the same document. */
export function asyncApi(options: DocumentOptions): JsonObject {
  const schemas = collectSchemas();
  const headers = schemas.of(Attributes);
  const messages = MESSAGES.map((message): [string, Json] => [
    message.name,
    {
      name: message.name,
      title: message.name,
      summary: message.summary,
      contentType: 'application/json',
      headers: message.direction === 'to-tenant' ? { $ref: '#/components/schemas/Attributes' } : commandHeaders(),
      payload: schemas.of(message.payload),
    },
  ]);
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Quittance messages',
      version: options.version,
      description:
        'A message is a JSON payload and flat attributes. It is told at least once; the attribute `transactionId` is ' +
        'its identity. Shops fetch messages from, and send commands to, the HTTP channels described in openapi.json.',
      license: { name: 'MIT', url: 'https://opensource.org/license/mit' },
    },
    ...servers(options.serverUrl),
    defaultContentType: 'application/json',
    channels: Object.fromEntries(Object.entries(CHANNELS).map(([name, summary]) => [name, channel(name, summary)])),
    operations: Object.fromEntries(Object.keys(CHANNELS).map((name) => [operationName(name), operation(name)])),
    components: {
      messages: Object.fromEntries(messages),
      schemas: { Attributes: headers, ...schemas.named() },
    },
  };
}

/** Shops send less than we do: a name and a tenant are enough. */
function commandHeaders(): Json {
  return {
    type: 'object',
    required: ['name', 'tenantIdentifier'],
    properties: {
      name: { type: 'string', description: 'Name of the message; `transferName` and `event` count as well.' },
      tenantIdentifier: { type: 'string', description: 'The tenant; `storeReference` counts as well.' },
      correlationId: { type: 'string', description: 'Repeated on the messages that answer.' },
      transactionId: { type: 'string', description: 'Identity of the command: told twice, it counts once.' },
      timestamp: { type: ['string', 'integer'], description: 'ISO text, or a count since 1970.' },
    },
  };
}

function servers(serverUrl: string | undefined): JsonObject {
  if (serverUrl === undefined) return {};
  const url = new URL(serverUrl);
  const pathname = `${url.pathname.replace(/\/$/, '')}/channels`;
  return { servers: { channels: { host: url.host, protocol: url.protocol.replace(':', ''), pathname } } };
}

function channel(name: string, summary: string): Json {
  const members = MESSAGES.filter((message) => message.channel === name);
  const references = members.map((message): [string, Json] => [
    message.name,
    { $ref: `#/components/messages/${message.name}` },
  ]);
  return { address: name, description: summary, messages: Object.fromEntries(references) };
}

function isOurs(name: string): boolean {
  return MESSAGES.some((message) => message.channel === name && message.direction === 'to-tenant');
}

function operationName(name: string): string {
  return `${isOurs(name) ? 'send' : 'receive'}-${name}`;
}

/** The action is ours: `send` is what this service tells shops. */
function operation(name: string): Json {
  return {
    action: isOurs(name) ? 'send' : 'receive',
    channel: { $ref: `#/channels/${name}` },
    messages: MESSAGES.filter((message) => message.channel === name).map((message) => ({
      $ref: `#/channels/${name}/messages/${message.name}`,
    })),
  };
}
