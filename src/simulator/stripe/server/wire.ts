/** HTTP in and out: the request as read, the answer as sent. */
import type { IncomingMessage } from 'node:http';
import { parse } from 'qs';

export interface WireRequest {
  method: string;
  path: string;
  query: Record<string, unknown>;
  body: Record<string, unknown>;
  header(name: string): string | undefined;
  /** The other side is this machine. */
  local: boolean;
}

export interface WireAnswer {
  status: number;
  headers: Record<string, string>;
  body: string;
  /** `cut`: close the connection without a word. `hang`: never answer. `truncate`: send half of the body, then cut. */
  instead?: 'cut' | 'hang' | 'truncate';
}

/** A request that cannot be read: 400 or 413. */
export class UnreadableRequest extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

const BODY_LIMIT = 1_000_000;

/** Reads all of a request. Bracketed forms and JSON are both accepted as objects. */
export async function readRequest(message: IncomingMessage): Promise<WireRequest> {
  const url = new URL(message.url ?? '/', 'http://simulator.invalid');
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of message as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > BODY_LIMIT) throw new UnreadableRequest(413, 'The request is too large.');
    chunks.push(chunk);
  }
  const address = message.socket.remoteAddress ?? '';
  return {
    method: message.method ?? 'GET',
    path: url.pathname,
    query: brackets(url.search.slice(1)),
    body: bodyOf(Buffer.concat(chunks).toString('utf8'), message.headers['content-type'] ?? ''),
    header: (name) => {
      const value = message.headers[name];
      return Array.isArray(value) ? value[0] : value;
    },
    local: address === '::1' || address.replace('::ffff:', '').startsWith('127.'),
  };
}

function bodyOf(text: string, type: string): Record<string, unknown> {
  if (text === '') return {};
  if (!type.includes('json')) return brackets(text);
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // Said below, as for other JSON that is no object.
  }
  throw new UnreadableRequest(400, 'Invalid JSON body: expected an object.');
}

/** `a[b][0]=c` as nested objects and lists. */
function brackets(text: string): Record<string, unknown> {
  try {
    return parse(text, { depth: 12, arrayLimit: 1000, parameterLimit: 10_000, plainObjects: true });
  } catch {
    throw new UnreadableRequest(400, 'The form body could not be read.');
  }
}

/** A JSON answer with its status and further headers. */
export const json = (status: number, value: unknown, headers: Record<string, string> = {}): WireAnswer => ({
  status,
  headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
  body: JSON.stringify(value),
});

/** A page as an answer, never kept by caches. */
export const html = (status: number, body: string, headers: Record<string, string> = {}): WireAnswer => ({
  status,
  headers: { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store', ...headers },
  body,
});
