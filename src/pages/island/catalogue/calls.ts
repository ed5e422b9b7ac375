/** What the page asks of the app: the same endpoints that programs call. Nothing here throws. */
import type { Catalogue, Report } from './facts.js';

/** Who is signed in. Lives in memory alone. */
export interface Session {
  tenant: string;
  token: string;
}

/** Status 0: no answer came. */
export interface Told<Body> {
  status: number;
  body: Body;
}

export interface Fault {
  property: string;
  message: string;
}

/** The error shape of these endpoints. */
export interface Refusal {
  errors?: { message: string; fields?: Fault[]; confirm?: { labelOk: string; labelCancel: string } | null }[];
}

/** Saving asks the PSP for a while, and registers addresses there. */
const PATIENCE_MS = 60_000;

/** Exchanges credentials for a token. `error` is a word of RFC 6749. */
export function askToken(of: { tenant: string; clientId: string; clientSecret: string }) {
  const body = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: of.clientId,
    client_secret: of.clientSecret,
    audience: 'aop-atrs',
    tenant_identifier: of.tenant,
  });
  return send<{ access_token?: string; error?: string }>('/oauth/token', { method: 'POST', body });
}

/** What is shown of the tenant. */
export function askCatalogue(session: Session, language: string) {
  return send<Catalogue & Refusal>('/private/catalogue', { headers: headersOf(session, language) });
}

/** Tests settings, which changes nothing. */
export function askTest(session: Session, language: string, settings: object) {
  return post<Report & Refusal>('/private/catalogue/test', headersOf(session, language), documentOf(settings));
}

/** Saves settings and connects. */
export function askSave(session: Session, language: string, settings: object) {
  const headers = { ...headersOf(session, language), 'x-field-errors': 'true' };
  return post<Refusal>('/private/configure', headers, documentOf(settings));
}

/** Disconnects. `answers`: to the app's questions so far. */
export function askDisconnect(session: Session, language: string, answers: readonly string[]) {
  const headers = headersOf(session, language);
  if (answers.length > 0) headers['x-confirmation-status'] = answers.join(',');
  return post<Refusal>('/private/disconnect', headers, {});
}

function headersOf({ tenant, token }: Session, language: string): Record<string, string> {
  // Browsers take each character of a header for one byte: a name beyond ASCII is sent as UTF-8.
  const name = String.fromCharCode(...new TextEncoder().encode(tenant));
  return { authorization: `Bearer ${token}`, 'x-tenant-identifier': name, 'accept-language': language };
}

function documentOf(settings: object): object {
  return { data: { type: 'configuration', attributes: { configuration: JSON.stringify(settings) } } };
}

function post<Body>(path: string, headers: Record<string, string>, body: object): Promise<Told<Body>> {
  return send(path, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

async function send<Body>(path: string, init: RequestInit): Promise<Told<Body>> {
  try {
    const limit = AbortSignal.timeout(PATIENCE_MS);
    const response = await fetch(path, { ...init, credentials: 'omit', cache: 'no-store', signal: limit });
    const body = response.status === 204 ? {} : await response.json();
    return { status: response.status, body: body as Body };
  } catch {
    return { status: 0, body: {} as Body };
  }
}
