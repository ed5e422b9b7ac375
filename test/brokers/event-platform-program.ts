/**
 * An event platform, small and durable, as a program of its own: a queue per channel and consumer, over HTTP. Whatever it
 * has answered 2xx stands in one file, synced to the disk before the answer; after `kill -9` it goes on from there. Tokens
 * it forgets, as if they were revoked.
 *
 * - `POST /oauth/token` for the client of the environment
 * - `POST /channels/<channel>` keeps a message: for the tenant it names, or on `payment-commands` for the tenant's app
 * - `GET /channels/<channel>?limit=n` hands out what waits for `Consumer-Id`, `DELETE` with `messageIds` takes it away
 * - `PUT /apps/<app>/<tenant>` connects a tenant with an app
 */
import { randomUUID } from 'node:crypto';
import { closeSync, fdatasyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

const { PLATFORM_FILE: path = '', PLATFORM_PORT: port = '', PLATFORM_CLIENT: client = '', PLATFORM_SECRET: secret = '' } =
  process.env; // prettier-ignore

/** How long a message that was handed out is hidden. */
const HIDDEN_MS = 5_000;
/** As of the platform that shops know. */
const LARGEST_BYTES = 262_144;
const TRANSPORT = new Set(['host', 'connection', 'content-type', 'content-length', 'authorization', 'accept', 'user-agent', 'expect', 'transfer-encoding']); // prettier-ignore

interface Kept {
  id: string;
  body: string;
  attributes: Record<string, string>;
  hiddenUntil: number;
}

type Change =
  | { kind: 'app'; app: string; tenant: string }
  | { kind: 'message'; queue: string; id: string; body: string; attributes: Record<string, string> }
  | { kind: 'gone'; queue: string; ids: string[] };

const queues = new Map<string, Map<string, Kept>>();
const apps = new Map<string, string>();
const tokens = new Set<string>();

function apply(change: Change): void {
  if (change.kind === 'app') apps.set(change.tenant, change.app);
  else if (change.kind === 'message') {
    const { queue, id, body, attributes } = change;
    const messages = queues.get(queue) ?? new Map<string, Kept>();
    queues.set(queue, messages.set(id, { id, body, attributes, hiddenUntil: 0 }));
  } else for (const id of change.ids) queues.get(change.queue)?.delete(id);
}

/** A line that was cut off by the end of the last life was never answered. */
function restore(): void {
  let text = '';
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return;
  }
  for (const line of text.split('\n')) {
    try {
      apply(JSON.parse(line) as Change);
    } catch {
      continue;
    }
  }
}

let waiting: { line: string; done: () => void }[] = [];

/** Resolves when the change is on the disk. Many share one sync. */
function keep(change: Change): Promise<void> {
  return new Promise((resolve) => {
    if (waiting.length === 0) setImmediate(flush);
    waiting.push({ line: JSON.stringify(change), done: resolve });
    apply(change);
  });
}

function flush(): void {
  const batch = waiting;
  waiting = [];
  // A line begins anew, also behind one that was cut off.
  writeSync(file, `\n${batch.map(({ line }) => line).join('\n')}\n`);
  fdatasyncSync(file);
  for (const { done } of batch) done();
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

function attributesOf({ rawHeaders }: IncomingMessage): Record<string, string> {
  const attributes: Record<string, string> = {};
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? '';
    if (TRANSPORT.has(name.toLowerCase())) continue;
    const [first = '', ...more] = name.toLowerCase().split('-');
    const camel = first + more.map((part) => part.charAt(0).toUpperCase() + part.slice(1)).join('');
    attributes[camel] = Buffer.from(rawHeaders[at + 1] ?? '', 'latin1').toString('utf8');
  }
  return attributes;
}

function isObject(text: string): boolean {
  try {
    const value = JSON.parse(text) as unknown;
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

type Answer = [status: number, body?: unknown];

async function answer(request: IncomingMessage): Promise<Answer> {
  const { pathname, searchParams } = new URL(request.url ?? '', 'http://platform');
  const [, place = '', ...names] = pathname.split('/').map(decodeURIComponent);
  const body = (await bodyOf(request)).toString('utf8');
  if (pathname === '/oauth/token') return tokenFor(new URLSearchParams(body));
  if (!tokens.has(/^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? ''))
    return [401, { error: 'token' }];
  const [first = '', second = ''] = names;
  if (place === 'apps' && request.method === 'PUT') {
    await keep({ kind: 'app', app: first, tenant: second });
    return [200, {}];
  }
  if (place !== 'channels') return [404];
  if (request.method === 'POST') return received(first, attributesOf(request), body);
  const consumer = Buffer.from(String(request.headers['consumer-id'] ?? ''), 'latin1').toString('utf8');
  const queue = `${first} ${consumer}`;
  if (request.method === 'GET') return handedOut(queue, Number(searchParams.get('limit') ?? 100));
  await keep({ kind: 'gone', queue, ids: (JSON.parse(body) as { messageIds: string[] }).messageIds });
  return [204];
}

function tokenFor(form: URLSearchParams): Answer {
  const isClient = form.get('client_id') === client && form.get('client_secret') === secret;
  const isRight = form.get('grant_type') === 'client_credentials' && form.get('audience') === 'aop-event-platform';
  if (!isClient || !isRight) return [401, { error: 'access_denied', error_description: 'Unauthorized' }];
  const token = randomUUID();
  tokens.add(token);
  return [200, { access_token: token, token_type: 'Bearer', expires_in: 3600 }];
}

async function received(channel: string, attributes: Record<string, string>, body: string): Promise<Answer> {
  if (Buffer.byteLength(body) > LARGEST_BYTES) return [413];
  // Text that is no JSON is taken from tests alone, so that an app can be shown some.
  const isPoison = body.startsWith('{no');
  const { tenantIdentifier: tenant, name } = attributes;
  if ((!isObject(body) && !isPoison) || tenant === undefined || name === undefined) return [422];
  const consumer = channel === 'payment-commands' ? apps.get(tenant) : tenant;
  if (consumer === undefined) return [404];
  const id = randomUUID();
  await keep({ kind: 'message', queue: `${channel} ${consumer}`, id, body, attributes });
  return [200, { MessageId: id }];
}

function handedOut(queue: string, limit: number): Answer {
  const now = Date.now();
  const batch: object[] = [];
  for (const message of queues.get(queue)?.values() ?? []) {
    if (batch.length >= limit) break;
    if (message.hiddenUntil > now) continue;
    message.hiddenUntil = now + HIDDEN_MS;
    batch.push({ MessageId: message.id, MessageBody: message.body, MessageAttributes: message.attributes });
  }
  return [200, batch];
}

function respond(request: IncomingMessage, response: ServerResponse): void {
  answer(request)
    .catch((): Answer => [400])
    .then(([status, body]) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(body === undefined ? '' : JSON.stringify(body));
    }, console.error);
}

restore();
const file = openSync(path, 'a');
process.on('exit', () => closeSync(file));
createServer(respond).listen(Number(port), '127.0.0.1');
