/**
 * Fetches the shop's messages: every second from every channel the app announced. A message is stored first and
 * acknowledged then; one that comes again is counted, not applied.
 */
import { isoTime } from '../../domain/clock.js';
import { appState } from './book.js';
import { isRecord } from './order.js';
import type { Message } from './record.js';
import { pause, type Shop } from './shop.js';

/** The channel every shop listens to before it knows any other. */
const SYSTEM_CHANNEL = 'app-events';
/** What the shop writes to; its own commands are no news to it. */
const COMMAND_CHANNEL = 'payment-commands';

/** Polls until the shop closes. Failed polls are tried again with the next round. */
export async function consume(shop: Shop, pollIntervalMs: number): Promise<void> {
  let isReached = true;
  while (!shop.signal.aborted) {
    const reached = await Promise.all(channelsOf(shop).map((channel) => pollChannel(shop, channel)));
    const isReachedNow = reached.every(Boolean);
    if (isReachedNow !== isReached && !shop.signal.aborted) {
      shop.log(isReachedNow ? 'channels answer again' : 'channels do not answer');
    }
    isReached = isReachedNow;
    await pause(pollIntervalMs, shop.signal);
  }
}

/** Where the shop listens now. */
export function channelsOf(shop: Pick<Shop, 'book'>): string[] {
  const announced = appState(shop.book)?.channels ?? [];
  return [...new Set([SYSTEM_CHANNEL, ...announced])].filter((channel) => channel !== COMMAND_CHANNEL);
}

async function pollChannel(shop: Shop, channel: string): Promise<boolean> {
  const { status, body } = await shop.app.poll(encodeURIComponent(channel));
  if (status < 200 || status > 299) return false;
  for (const delivery of Array.isArray(body) ? body : []) {
    const message = readDelivery(channel, delivery);
    if (message === undefined || shop.signal.aborted) continue;
    await store(shop, message);
    // What cannot be read is left alone, as shops do: the channel server gives it up after some deliveries.
    if (message.unreadable === undefined) await shop.app.acknowledge(encodeURIComponent(channel), message.id);
  }
  return true;
}

async function store(shop: Shop, message: Message): Promise<void> {
  const at = isoTime(shop.clock);
  if (shop.book.messages.has(message.id)) {
    await shop.book.write({ kind: 'message_redelivered', at, messageId: message.id });
  } else {
    await shop.book.write({ kind: 'message_received', at, message });
  }
}

/** Reads one entry of a poll; undefined when it has no id to know it by. */
export function readDelivery(channel: string, delivery: unknown): Message | undefined {
  if (!isRecord(delivery)) return undefined;
  const id = delivery['MessageId'];
  if ((typeof id !== 'string' && typeof id !== 'number') || id === '' || id === 0) return undefined;
  const attributes = isRecord(delivery['MessageAttributes']) ? delivery['MessageAttributes'] : {};
  const name = attributes['transferName'] ?? attributes['name'];
  const message = { id: String(id), channel, name: String(name ?? '?'), attributes };
  const payload = readPayload(delivery['MessageBody']);
  const isReadable = payload !== undefined && typeof name === 'string';
  // The wire's bearer token is of no use to anybody who reads the log.
  const { authorization: _, ...shown } = attributes;
  if (isReadable) return { ...message, attributes: shown, payload };
  return { ...message, attributes: shown, payload: {}, unreadable: JSON.stringify(delivery['MessageBody'] ?? null) };
}

function readPayload(body: unknown): Record<string, unknown> | undefined {
  if (typeof body !== 'string') return undefined;
  try {
    const payload: unknown = JSON.parse(body);
    return isRecord(payload) ? payload : undefined;
  } catch {
    return undefined;
  }
}
