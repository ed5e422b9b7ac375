/** The durable HTTP channel server: shops send commands here and poll for what we tell them (docs/protocol.md). */
import { createHash } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import type { ReceivedMessages } from '../contract/endpoints.js';
import { parseJson, readEnvelope, type Envelope } from '../contract/envelope.js';
import { toCommand } from '../contract/translate.js';
import { AppError } from '../domain/errors.js';
import { now, scopeOf, type App } from '../flows/app.js';
import { receiveCommand } from '../flows/command.js';
import { acknowledgeMessages, receiveMessages, type ChannelMessage } from '../storage/channels.js';
import { isStorable, mount, type Door } from './mount.js';

/** The one channel a tenant may send to. */
const COMMAND_CHANNEL = 'payment-commands';
const LIMIT = 100;
/** What our message ids look like; anything else is nobody's. */
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Bodies are JSON whatever their content type says: shops send commands without one, or with a wrong one. */
const BYTES = { bytesOnly: true } as const;

/** Mounts send, receive and acknowledge. */
export function mountChannels(door: Door, app: App): void {
  const sent = async (request: FastifyRequest, tenantId: string) => ({
    status: 200,
    body: { MessageId: await send(app, request, tenantId) },
  });
  mount(door, 'send-message', ({ request, tenantId }) => sent(request, tenantId), BYTES);
  mount(door, 'receive-messages', async ({ request, tenantId }) => {
    const channel = channelOf(request);
    if (!app.channels.includes(channel)) return { status: 200, body: [] };
    const messages = await receiveMessages(app.db, scopeOf(app, tenantId), {
      channel,
      limit: limitOf(request),
      now: now(app),
    });
    return { status: 200, body: messages.map(onTheWire) };
  });
  const acknowledge = async (request: FastifyRequest, tenantId: string) => {
    await acknowledgeMessages(app.db, scopeOf(app, tenantId), acknowledged(request), now(app));
    return { status: 204 };
  };
  mount(door, 'acknowledge-messages', ({ request, tenantId }) => acknowledge(request, tenantId), BYTES);
}

async function send(app: App, request: FastifyRequest, tenantId: string): Promise<string> {
  const channel = channelOf(request);
  if (channel !== COMMAND_CHANNEL)
    throw new AppError('channel_forbidden', { values: { channel: channel.slice(0, 80) } });
  const envelope = readEnvelope({ ...request.headers, 'tenant-identifier': tenantId }, request.rawBody);
  if (envelope.error !== undefined) throw new AppError('message_refused', { values: { reason: envelope.error } });
  if (!isStorable(envelope.value)) {
    throw new AppError('message_refused', { values: { reason: 'it holds a NUL character, or half a character' } });
  }
  const command = toCommand(envelope.value);
  if (command.error !== undefined) throw new AppError('message_refused', { values: { reason: command.error } });
  const messageId = app.newId();
  const { correlationId } = envelope.value;
  await receiveCommand(app, {
    tenantId,
    command: command.value,
    identity: identityOf(envelope.value, messageId),
    ...(correlationId === undefined ? {} : { correlationId }),
  });
  return messageId;
}

/** Two deliveries are one command when the sender says so, or when they are alike to the letter. */
function identityOf(envelope: Envelope, messageId: string): string {
  const { transactionId, correlationId, name, payload } = envelope;
  if (transactionId !== undefined) return `transaction:${transactionId}`;
  if (correlationId === undefined) return `message:${messageId}`;
  const hash = createHash('sha256').update(JSON.stringify(payload)).digest('base64url');
  return `correlation:${correlationId}:${name}:${hash}`;
}

function onTheWire({ messageId, payload, attributes }: ChannelMessage): ReceivedMessages[number] {
  return { MessageId: messageId, MessageBody: JSON.stringify(payload), MessageAttributes: attributes };
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
