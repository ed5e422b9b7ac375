/** The calls a shop makes, byte for byte as shops make them, none of which changes anything. */
import { randomUUID } from 'node:crypto';
import type { Clock } from '../domain/clock.js';
import type { Finding } from './doctor.js';

export interface Examined {
  /** Where the shop reaches the deployment; no slash at the end. */
  url: string;
  tenantId: string;
  clock: Clock;
  /** A sandbox is reached as it stands; real shops build an https address for tokens. */
  isSandbox: boolean;
  /** Undefined: another issuer makes the tokens, so nothing behind a token can be tried. */
  client: { clientId: string; secret: string } | undefined;
}

/** Longer than a shop waits. */
const PATIENCE_MS = 10_000;
/** Tokens are dated; shops and we may differ by less than this. */
const SKEW_SECONDS = 60;
const TENANT_HEADER = 'X-Tenant-Identifier';
/** A channel that nobody uses: polling a shop's own would hold its messages back. */
const NO_CHANNEL = '/channels/quittance-doctor';

interface Answer {
  status: number;
  body: unknown;
  headers: Headers;
}

/** Tries them all; what needs a token is left out when there is none. */
export async function callsOfShop(examined: Examined): Promise<Finding[]> {
  const findings: Finding[] = [];
  const try_ = async (what: string, call: () => Promise<string | undefined>): Promise<void> => {
    const fault = await call().catch(unreachable);
    findings.push(fault === undefined ? { what } : { what, fault });
  };
  await try_('the deployment answers where shops look for it', () => answers(examined));
  if (examined.client === undefined) return findings;
  if (!examined.isSandbox)
    await try_('tokens are asked for where shops look for them', () => Promise.resolve(tokenAddress(examined.url)));
  const tokens = new Map<string, string>();
  for (const audience of ['aop-app', 'aop-atrs', 'aop-event-platform']) {
    await try_(`a token for ${audience}`, async () => {
      const { token, fault } = await tokenOf(examined, audience);
      if (token !== undefined) tokens.set(audience, token);
      return fault;
    });
  }
  const app = tokens.get('aop-app');
  const platform = tokens.get('aop-event-platform');
  if (app !== undefined) await try_('a payment is refused in words a shop can read', () => refusal(examined, app));
  if (platform === undefined) return findings;
  await try_('a channel without messages is an empty list', () => poll(examined, platform));
  await try_('an acknowledgement is accepted', () => acknowledge(examined, platform));
  await try_('a command without a content type is read, and refused when it is none', () => send(examined, platform));
  return findings;
}

async function answers(examined: Examined): Promise<string | undefined> {
  const { status, headers } = await ask(examined, '/health/ready', { method: 'GET' });
  if (status >= 300 && status < 400) return `it redirects to ${headers.get('location') ?? 'somewhere'}: a redirected POST loses its body, so give shops the last address`;
  if (status !== 200) return `GET /health/ready is ${status}: is the service running, and does a proxy hand the request on?`;
  const theirs = Date.parse(headers.get('date') ?? '');
  const skew = Math.abs(theirs - examined.clock.now()) / 1000;
  return skew > SKEW_SECONDS ? `its clock differs from this machine’s by ${Math.round(skew)} seconds` : undefined;
} // prettier-ignore

/** Shops are told a host alone, and make `https://«host»/oauth/token` of it. */
function tokenAddress(url: string): string | undefined {
  const { protocol, pathname, host } = new URL(url);
  if (protocol !== 'https:') return `shops ask https://${host}/oauth/token whatever the address says: put a proxy with a certificate in front, and PUBLIC_URL on https`;
  return pathname === '/' ? undefined : `shops ask https://${host}/oauth/token, without ${pathname}: give the deployment a host of its own`;
} // prettier-ignore

async function tokenOf(examined: Examined, audience: string): Promise<{ token?: string; fault?: string }> {
  const { client, tenantId } = examined;
  // In the order in which shops write it.
  const form = new URLSearchParams({
    client_id: client?.clientId ?? '',
    client_secret: client?.secret ?? '',
    grant_type: 'client_credentials',
    audience,
    tenant_identifier: tenantId,
  });
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const { status, body } = await ask(examined, '/oauth/token', { method: 'POST', headers, body: String(form) });
  const { access_token: token, expires_in: seconds } = (body ?? {}) as Record<string, unknown>;
  if (status !== 200 || typeof token !== 'string')
    return { fault: `POST /oauth/token is ${status}: check the client, and that it may act for this tenant` };
  if (typeof seconds !== 'number' || !Number.isInteger(seconds) || seconds <= 0)
    return { fault: 'the token has no time to live: shops would fetch one for every request' };
  return { token };
}

async function refusal(examined: Examined, token: string): Promise<string | undefined> {
  const headers = {
    'content-type': 'application/json',
    'x-tenant-identifier': examined.tenantId,
    authorization: `Bearer ${token}`,
  };
  const { status, body } = await ask(examined, '/private/initialize-payment', { method: 'POST', headers, body: '{}' });
  const message = Array.isArray(body) ? (body[0] as { message?: unknown } | undefined)?.message : undefined;
  if (status === 400 && typeof message === 'string' && !message.includes(TENANT_HEADER)) return undefined;
  if (status === 400 && typeof message === 'string') return `${TENANT_HEADER} does not arrive: does a proxy drop it?`;
  return `POST /private/initialize-payment is ${status} without a message in its first entry: does a proxy answer for us?`;
}

async function poll(examined: Examined, token: string): Promise<string | undefined> {
  const headers = { ...worker(examined, token), 'content-type': 'application/json' };
  const { status, body } = await ask(examined, `${NO_CHANNEL}?limit=100`, { method: 'GET', headers });
  if (status === 200 && Array.isArray(body) && body.length === 0) return undefined;
  return `GET ${NO_CHANNEL} is ${status}: a shop’s worker ends at anything but 200 and a list`;
}

async function acknowledge(examined: Examined, token: string): Promise<string | undefined> {
  const body = JSON.stringify({ messageIds: [randomUUID()] });
  const { status } = await ask(examined, NO_CHANNEL, { method: 'DELETE', headers: worker(examined, token), body });
  return status >= 200 && status < 300 ? undefined : `DELETE ${NO_CHANNEL} is ${status}: does a proxy refuse DELETE, or its body?`;
} // prettier-ignore

async function send(examined: Examined, token: string): Promise<string | undefined> {
  const headers = { ...worker(examined, token), name: 'CapturePayment', 'tenant-identifier': examined.tenantId };
  const { status } = await ask(examined, '/channels/payment-commands', { method: 'POST', headers, body: 'null' });
  return status === 400 ? undefined : `POST /channels/payment-commands is ${status}, wanted is 400: does a proxy want a content type?`;
} // prettier-ignore

function worker({ tenantId }: Examined, token: string): Record<string, string> {
  return { 'consumer-id': tenantId, authorization: `Bearer ${token}` };
}

async function ask(
  { url }: Examined,
  path: string,
  { method, headers = {}, body }: { method: string; headers?: Record<string, string>; body?: string },
): Promise<Answer> {
  const answer = await fetch(`${url}${path}`, {
    method,
    headers: asBytes(headers),
    redirect: 'manual',
    signal: AbortSignal.timeout(PATIENCE_MS),
    // Bytes: nothing adds a content type to them.
    ...(body === undefined ? {} : { body: Buffer.from(body) }),
  });
  const text = await answer.text();
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch {
    read = undefined;
  }
  return { status: answer.status, body: read, headers: answer.headers };
}

/** Fetch takes each character of a header for one byte; shops send names beyond ASCII as UTF-8. */
function asBytes(headers: Record<string, string>): Record<string, string> {
  const entries = Object.entries(headers).map(([name, value]) => [name, Buffer.from(value).toString('latin1')]);
  return Object.fromEntries(entries) as Record<string, string>;
}

function unreachable(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  const reason = typeof cause === 'object' && cause !== null && 'code' in cause ? String(cause.code) : String(cause);
  if (/CERT|SIGNED|ALTNAME/.test(reason)) return `its certificate is not trusted (${reason}): shops trust what their PHP trusts, so take one of a public authority`;
  return `there is no answer (${reason}): is the address right, and does a firewall let shops through?`;
} // prettier-ignore
