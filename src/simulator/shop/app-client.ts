/**
 * The app as a shop sees it: tokens, private endpoints and channels, over HTTP and with the headers that shops really
 * send. See docs/protocol.md.
 */
import type { Clock } from '../../domain/clock.js';
import { isRecord } from './order.js';
import type { Answer } from './record.js';

export interface AppClient {
  /** POST of JSON to a full URL or to a path of the app. Never throws: status 0 means that no answer came. */
  post(target: string, body: unknown, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  /** Puts a message on a channel; the attributes travel as headers, and there is no content type. */
  send(channel: string, payload: unknown, attributes: Readonly<Record<string, string>>): Promise<Answer>;
  poll(channel: string): Promise<Answer>;
  acknowledge(channel: string, messageId: string): Promise<Answer>;
}

export interface AppClientOptions {
  appUrl: string;
  tenantId: string;
  clock: Clock;
  /** Ends every call that is under way. */
  signal: AbortSignal;
}

type Audience = 'aop-app' | 'aop-atrs' | 'aop-event-platform';

const CALL_TIMEOUT_MS = 60_000;
const POLL_LIMIT = 100;
const CREDENTIALS = { client_id: 'sandbox-shop', client_secret: 'sandbox-secret' };

/** A client for one tenant. Tokens are fetched on first use and again when they end or are refused. */
export function appClient({ appUrl, tenantId, clock, signal }: AppClientOptions): AppClient {
  const call = caller(signal);
  const tokens = tokenSource({ appUrl, tenantId, clock, signal });

  async function authorized(audience: Audience, target: string, request: RequestInit): Promise<Answer> {
    const ask = async () => {
      const bearer = await tokens.get(audience);
      const headers = { ...(request.headers as Record<string, string>), authorization: `Bearer ${bearer}` };
      return call(new URL(target, appUrl), { ...request, headers });
    };
    const answer = await ask();
    if (answer.status !== 401) return answer;
    tokens.forget(audience);
    return ask();
  }

  const isForOperators = (target: string) => /\/(configure|disconnect)$/.test(target);
  const consumer = { 'consumer-id': tenantId };
  const json = { 'content-type': 'application/json' };
  return {
    post: (target, body, headers = {}) =>
      authorized(isForOperators(target) ? 'aop-atrs' : 'aop-app', target, {
        method: 'POST',
        headers: { ...json, 'x-tenant-identifier': tenantId, ...headers },
        body: JSON.stringify(body),
      }),
    send: (channel, payload, attributes) =>
      authorized('aop-event-platform', `/channels/${channel}`, {
        method: 'POST',
        headers: { ...attributes },
        // Bytes, because a text would be given a content type.
        body: Buffer.from(JSON.stringify(payload)),
      }),
    poll: (channel) =>
      authorized('aop-event-platform', `/channels/${channel}?limit=${POLL_LIMIT}`, {
        headers: { ...consumer, ...json },
      }),
    acknowledge: (channel, messageId) =>
      authorized('aop-event-platform', `/channels/${channel}`, {
        method: 'DELETE',
        headers: { ...consumer, ...json },
        body: JSON.stringify({ messageIds: [messageId] }),
      }),
  };
}

/** Keeps a token until the second it ends, as shops do. An empty one when the app gave none: its 401 tells the rest. */
function tokenSource({ appUrl, tenantId, clock, signal }: AppClientOptions) {
  const call = caller(signal);
  const tokens = new Map<Audience, { value: string; endsAtMs: number }>();
  return {
    forget: (audience: Audience) => tokens.delete(audience),
    async get(audience: Audience): Promise<string> {
      const present = tokens.get(audience);
      if (present !== undefined && present.endsAtMs > clock.now()) return present.value;
      const grant = { grant_type: 'client_credentials', audience, tenant_identifier: tenantId };
      const { body } = await call(new URL('/oauth/token', appUrl), {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams({ ...CREDENTIALS, ...grant }).toString(),
      });
      if (!isRecord(body) || typeof body['access_token'] !== 'string') return '';
      const seconds = Number(body['expires_in']);
      const value = body['access_token'];
      if (seconds > 0) tokens.set(audience, { value, endsAtMs: clock.now() + seconds * 1000 });
      return value;
    },
  };
}

function caller(signal: AbortSignal) {
  return async (url: URL, request: RequestInit): Promise<Answer> => {
    try {
      const limit = AbortSignal.any([signal, AbortSignal.timeout(CALL_TIMEOUT_MS)]);
      const response = await fetch(url, { ...request, redirect: 'manual', signal: limit });
      const text = await response.text();
      return { status: response.status, body: parsed(text) };
    } catch (error) {
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
      return { status: 0, body: cause instanceof Error ? cause.message || cause.name : String(cause) };
    }
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** The text a person should see of a failed answer, whichever of the two error shapes it has. */
export function errorText({ status, body }: Answer): string {
  if (status === 0) return String(body);
  const entries = isRecord(body) ? body['errors'] : body;
  const messages = Array.isArray(entries)
    ? entries.flatMap((entry) => (isRecord(entry) && typeof entry['message'] === 'string' ? [entry['message']] : []))
    : [];
  return messages.length > 0 ? messages.join(', ') : `HTTP ${status}`;
}
