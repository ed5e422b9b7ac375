/** The durable HTTP channel server: shops send commands here and poll for what we tell them (docs/protocol.md). */
import type { FastifyRequest } from 'fastify';
import type { ReceivedMessages } from '../contract/channel-endpoints.js';
import { parseJson } from '../contract/envelope.js';
import { attributesInOrder, payloadInOrder } from '../contract/order.js';
import { readCommand } from '../contract/received.js';
import { AppError } from '../domain/errors.js';
import { now, scopeOf, type App } from '../flows/app.js';
import { commandIdentity, receiveCommand } from '../flows/command.js';
import { acknowledgeMessages, receiveMessages, type ChannelMessage } from '../storage/channels.js';
import { asWritten } from './headers.js';
import { mount, type Door } from './mount.js';

/** The one channel a tenant may send to. */
const COMMAND_CHANNEL = 'payment-commands';
const LIMIT = 100;
/** What our message ids look like; anything else is nobody's. */
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Bodies are JSON whatever their content type says: shops send commands without one, or with a wrong one. */
const BYTES = { bytesOnly: true } as const;
/** A shop's worker dies of any refusal, so one whose tenant has too much under way finds nothing, and hears it later. */
const NOTHING = { whenBusy: { status: 200, body: [] } };
const LATER = { bytesOnly: true, whenBusy: { status: 204 } };

/** Mounts send, receive and acknowledge. */
export function mountChannels(door: Door, app: App): void {
  const sent = async (request: FastifyRequest, tenantId: string) => ({
    status: 200,
    body: { MessageId: await send(app, request, tenantId) },
  });
  mount(door, 'send-message', ({ request, tenantId }) => sent(request, tenantId), BYTES);
  mount(door, 'send-legacy-message', ({ request, tenantId }) => sent(request, tenantId), BYTES);
  const received = async (request: FastifyRequest, tenantId: string) => {
    const channel = channelOf(request);
    // With an outside broker every message leaves by it.
    if (app.usesBroker || !app.channels.includes(channel)) return { status: 200, body: [] };
    const messages = await receiveMessages(app.db, scopeOf(app, tenantId), {
      channel,
      limit: limitOf(request),
      now: now(app),
    });
    return { status: 200, body: messages.map(onTheWire) };
  };
  mount(door, 'receive-messages', ({ request, tenantId }) => received(request, tenantId), NOTHING);
  const acknowledge = async (request: FastifyRequest, tenantId: string) => {
    await acknowledgeMessages(app.db, scopeOf(app, tenantId), acknowledged(request), now(app));
    return { status: 204 };
  };
  mount(door, 'acknowledge-messages', ({ request, tenantId }) => acknowledge(request, tenantId), LATER);
}

async function send(app: App, request: FastifyRequest, tenantId: string): Promise<string> {
  // The older transport names no channel: the message itself says what it is.
  const { channel = COMMAND_CHANNEL } = request.params as { channel?: string };
  if (channel !== COMMAND_CHANNEL)
    throw new AppError('channel_forbidden', { values: { channel: channel.slice(0, 80) } });
  const read = readCommand({ ...asWritten(request.headers), 'tenant-identifier': tenantId }, request.rawBody);
  if (read.error !== undefined) throw new AppError('message_refused', { values: { reason: read.error } });
  const { envelope, command } = read.value;
  const messageId = app.newId();
  await receiveCommand(app, {
    tenantId,
    command,
    identity: commandIdentity(envelope, messageId),
    ...(envelope.correlationId === undefined ? {} : { correlationId: envelope.correlationId }),
  });
  return messageId;
}

function onTheWire({ messageId, payload, attributes }: ChannelMessage): ReceivedMessages[number] {
  const body = JSON.stringify(payloadInOrder(attributes['name'] ?? '', payload));
  return { MessageId: messageId, MessageBody: body, MessageAttributes: attributesInOrder(attributes) };
}

/** A shop's worker dies of any refusal here, so whatever cannot be read acknowledges nothing. */
function acknowledged({ rawBody }: FastifyRequest): string[] {
  let body: unknown;
  try {
    body = parseJson((rawBody ?? Buffer.alloc(0)).toString('utf8'));
  } catch {
    return [];
  }
  const { messageIds, message_ids: older } = (typeof body === 'object' && body !== null ? body : {}) as Record<
    string,
    unknown
  >;
  const ids = messageIds ?? older;
  return Array.isArray(ids) ? ids.filter((id): id is string => typeof id === 'string' && UUID.test(id)) : [];
}

function channelOf(request: FastifyRequest): string {
  return (request.params as { channel: string }).channel;
}

function limitOf(request: FastifyRequest): number {
  const limit = Number((request.query as { limit?: string }).limit ?? LIMIT);
  return Number.isInteger(limit) && limit >= 1 ? Math.min(limit, LIMIT) : LIMIT;
}
