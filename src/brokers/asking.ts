/** HTTP as an event platform wants it: headers spelled as given, a deadline, no redirects, and tokens that are renewed. */
import { Agent as PlainAgent, request as plainRequest, type IncomingMessage } from 'node:http';
import { Agent as SafeAgent, request as safeRequest } from 'node:https';

export interface Asked {
  method: 'GET' | 'POST' | 'DELETE';
  url: string;
  headers: Readonly<Record<string, string>>;
  body?: string;
  signal: AbortSignal;
}

export interface Told {
  status: number;
  text: string;
}

/** Connections to one platform. */
export interface Connections {
  /** Answers with any status. Rejects when there is no whole answer. */
  ask(asked: Asked): Promise<Told>;
  close(): void;
}

/** At once; more wait for their turn. */
const SOCKETS = 16;
/** More than a hundred messages of the size that channels take. */
const LARGEST_BYTES = 32 * 1_048_576;

/** Opens nothing before the first asking. */
export function openConnections(): Connections {
  const options = { keepAlive: true, maxSockets: SOCKETS };
  const [plain, safe] = [new PlainAgent(options), new SafeAgent(options)];
  return {
    ask: (asked) => askOnce(asked, { plain, safe }),
    close: () => {
      plain.destroy();
      safe.destroy();
    },
  };
}

function askOnce(asked: Asked, agents: { plain: PlainAgent; safe: SafeAgent }): Promise<Told> {
  const { method, url, headers, body, signal } = asked;
  const length = body === undefined ? {} : { 'Content-Length': String(Buffer.byteLength(body)) };
  const options = { method, signal, headers: { ...bytesAsHeaders(headers), ...length } };
  return new Promise((resolve, reject) => {
    const onAnswer = (answer: IncomingMessage): void => {
      textOf(answer).then((text) => resolve({ status: answer.statusCode ?? 0, text }), reject);
    };
    const asking = url.startsWith('https:')
      ? safeRequest(url, { ...options, agent: agents.safe }, onAnswer)
      : plainRequest(url, { ...options, agent: agents.plain }, onAnswer);
    asking.on('error', (error) => reject(signal.aborted ? new Error('no answer in time') : error));
    // Text would go out in one piece with the headers, and these as UTF-8 once more.
    asking.end(body === undefined ? undefined : Buffer.from(body));
  });
}

async function textOf(answer: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of answer) {
    parts.push(part as Buffer);
    size += (part as Buffer).length;
    if (size > LARGEST_BYTES) {
      answer.destroy();
      throw new Error('the answer is too large');
    }
  }
  return Buffer.concat(parts).toString('utf8');
}

/** Node takes one character of a header for one byte: so what is beyond ASCII goes out as UTF-8. */
function bytesAsHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  const entries = Object.entries(headers).map(([name, value]) => [name, Buffer.from(value, 'utf8').toString('latin1')]);
  return Object.fromEntries(entries) as Record<string, string>;
}

export interface Tokens {
  /** A token that is good for a while. Rejects when there is none to be had. */
  get(): Promise<string>;
  /** It was refused: the next `get` fetches another one, unless that has happened already. */
  forget(token: string): void;
  close(): void;
}

export interface TokenClient {
  tokenUrl: string;
  clientId: string;
  clientSecret: string;
  audience: string;
}

const TOKEN_MS = 10_000;
/** A token is given up so long before its end, so that none ends on its way. */
const SPARE_SECONDS = 60;
/** The longest a timer can wait. */
const LONGEST_SECONDS = 2_000_000;

/** Tokens by client credentials (RFC 6749, 4.4), kept until shortly before they end; one request at a time. */
export function openTokens(ask: Connections['ask'], client: TokenClient): Tokens {
  let current: Promise<string> | undefined;
  let known: string | undefined;
  let timer: NodeJS.Timeout | undefined;
  const drop = (): void => {
    clearTimeout(timer);
    current = undefined;
    known = undefined;
  };
  const fetched = async (): Promise<string> => {
    const { token, seconds } = await fetchToken(ask, client);
    known = token;
    const spare = Math.min(SPARE_SECONDS, seconds / 2);
    timer = setTimeout(drop, Math.min(seconds - spare, LONGEST_SECONDS) * 1000);
    timer.unref();
    return token;
  };
  return {
    get: () => {
      if (current !== undefined) return current;
      const fetching = fetched();
      current = fetching;
      fetching.catch(() => {
        if (current === fetching) drop();
      });
      return fetching;
    },
    forget: (token) => {
      if (token === known) drop();
    },
    close: drop,
  };
}

async function fetchToken(ask: Connections['ask'], of: TokenClient): Promise<{ token: string; seconds: number }> {
  const form = {
    client_id: of.clientId,
    client_secret: of.clientSecret,
    grant_type: 'client_credentials',
    audience: of.audience,
  };
  const body = Object.entries(form).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  const { status, text } = await ask({
    method: 'POST',
    url: of.tokenUrl,
    headers: { 'Content-Type': 'application/x-www-form-urlencoded', Accept: 'application/json' },
    body: body.join('&'),
    signal: AbortSignal.timeout(TOKEN_MS),
  });
  if (status !== 200) throw new Error(`the token endpoint answered ${status}`);
  const answer = jsonOf(text) as { access_token?: unknown; expires_in?: unknown } | null | undefined;
  const { access_token: token, expires_in: seconds = 0 } = answer ?? {};
  if (typeof token !== 'string' || !/^[\x21-\x7e]+$/.test(token)) throw new Error('the token endpoint gave no token');
  return { token, seconds: Math.max(0, Number(seconds) || 0) };
}

/** The value of a JSON text; undefined when it is none. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
