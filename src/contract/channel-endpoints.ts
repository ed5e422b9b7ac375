/** Endpoints of the message channels: shops send commands here and poll for what we tell them. */
import { Type, type Static } from 'typebox';
import type { Endpoint } from './endpoint.js';
import { JSON_TYPE, TOKEN_FAILURES } from './payment-endpoints.js';
import { FreeMap, Text } from './shapes.js';

export const CHANNEL_AUDIENCES: readonly string[] = ['aop-event-platform'];

export const AcknowledgeBody = Type.Object({
  messageIds: Type.Array(Text(255), { maxItems: 1000, description: 'Messages that need not be told again.' }),
});
export type AcknowledgeBody = Static<typeof AcknowledgeBody>;

export const ReceivedMessages = Type.Array(
  Type.Object({
    MessageId: Type.String({ minLength: 1 }),
    MessageBody: Type.String({ description: 'The payload: a JSON object, written as text.' }),
    MessageAttributes: Type.Record(Type.String(), Type.String(), { description: 'The envelope, in camelCase.' }),
  }),
);
export type ReceivedMessages = Static<typeof ReceivedMessages>;

const SentMessage = Type.Object({ MessageId: Type.String() });
const AnyMessage = FreeMap('The document.');

/** What each of them has. */
const CHANNEL = {
  aliases: [],
  headers: [],
  query: [],
  mediaTypes: [],
  path: '/channels/{channel}',
  group: 'Channels',
  access: 'channel',
  audiences: CHANNEL_AUDIENCES,
  errorShape: 'list',
} as const;

export const CHANNEL_ENDPOINTS: readonly Endpoint[] = [
  {
    ...CHANNEL,
    name: 'send-message',
    method: 'POST',
    summary: 'Send a message',
    description: 'A tenant may send to `payment-commands` only. The envelope is in the headers.',
    headers: [
      { name: 'Name', required: true, summary: 'Name of the message; `Transfer-Name` and `Event` count as well.' },
      { name: 'Tenant-Identifier', required: true, summary: 'The tenant; `X-Tenant-Identifier` counts as well.' },
      { name: 'Actor-Id', required: false, summary: 'Who sends.' },
      { name: 'Timestamp', required: false, summary: 'When it was sent.' },
      { name: 'Correlation-Id', required: false, summary: 'Repeated on the messages that answer this one.' },
      { name: 'Transaction-Id', required: false, summary: 'Identity of this message: told twice, it counts once.' },
    ],
    body: AnyMessage,
    mediaTypes: [JSON_TYPE],
    success: [{ status: 200, summary: 'Stored.', schema: SentMessage }],
    errors: [
      { status: 400, when: 'The body is no JSON object, or the envelope has no name or tenant.' },
      ...TOKEN_FAILURES,
    ],
  },
  {
    ...CHANNEL,
    name: 'send-legacy-message',
    path: '/channels',
    method: 'POST',
    summary: 'Send a message by the older transport',
    description: 'One endpoint for all messages. The envelope is in headers that begin with `X-`.',
    headers: [
      {
        name: 'X-Name',
        required: true,
        summary: 'Name of the message; `X-Transfer-Name` and `X-Event` count as well.',
      },
      { name: 'X-Tenant-Identifier', required: true, summary: 'The tenant; `X-Store-Reference` counts as well.' },
      { name: 'X-Correlation-Id', required: false, summary: 'Repeated on the messages that answer this one.' },
      { name: 'X-Transaction-Id', required: false, summary: 'Identity of this message: told twice, it counts once.' },
    ],
    body: AnyMessage,
    mediaTypes: [JSON_TYPE],
    success: [{ status: 200, summary: 'Stored.', schema: SentMessage }],
    errors: [
      { status: 400, when: 'The body is no JSON object, the envelope has no name or tenant, or it is no command.' },
      ...TOKEN_FAILURES,
    ],
  },
  {
    ...CHANNEL,
    name: 'receive-messages',
    method: 'GET',
    summary: 'Receive messages that wait for this tenant',
    description: 'What is not acknowledged within 30 seconds is told again. An unknown channel has no messages.',
    headers: [{ name: 'Consumer-Id', required: false, summary: 'The tenant; counts when there is no tenant header.' }],
    query: [{ name: 'limit', required: false, summary: 'How many at most: 1 to 100.' }],
    success: [{ status: 200, summary: 'Messages, oldest first; perhaps none.', schema: ReceivedMessages }],
    errors: [{ status: 400, when: 'No header names the tenant.' }, ...TOKEN_FAILURES],
  },
  {
    ...CHANNEL,
    name: 'acknowledge-messages',
    method: 'DELETE',
    summary: 'Acknowledge messages',
    description: 'By id, whatever channel is named. Unknown ids and repeats are fine.',
    body: AcknowledgeBody,
    mediaTypes: [JSON_TYPE],
    success: [{ status: 204, summary: 'Acknowledged.' }],
    errors: TOKEN_FAILURES,
  },
];
