/**
 * Our own token issuer: OAuth 2.0 client credentials, by the words of RFC 6749. Shops send a form with id, secret,
 * audience and tenant; JSON and HTTP Basic are taken as well.
 */
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { SignJWT } from 'jose';
import { randomUUID } from 'node:crypto';
import { CHANNEL_AUDIENCES } from '../contract/channel-endpoints.js';
import { TokenBody, type TokenAnswer, type TokenMetadata } from '../contract/endpoints.js';
import { TENANT_AUDIENCES } from '../contract/payment-endpoints.js';
import { AppError } from '../domain/errors.js';
import { EVERY_TENANT, findClient, hashOf, sameSecret, type ClientStore } from '../storage/clients.js';
import { readBody } from './body.js';
import { createFailureLimit } from './failure-limit.js';
import { problem } from './problem.js';
import { TOKEN_ALGORITHM, TOKEN_TTL_SECONDS, type TokenKeys } from './token-keys.js';

export interface IssuerOptions {
  keys: TokenKeys;
  clients: ClientStore;
  /** Ours, without a slash at the end; with one it is the tokens' `iss`. */
  publicUrl: string;
  /** Also takes the well-known client of the sandbox, which may act for every tenant. */
  sandbox: boolean;
  /** Hears of refused clients. */
  warn?: (event: string, fields: Record<string, unknown>) => void;
}

/** Printed in README: anybody may use it, so it exists in the sandbox only. */
export const SANDBOX_CLIENT = { clientId: 'sandbox-shop', secret: 'sandbox-secret' } as const;

export const TOKEN_AUDIENCES: readonly string[] = [...TENANT_AUDIENCES, ...CHANNEL_AUDIENCES];
/** For callers that name none. */
const DEFAULT_AUDIENCE = 'aop-app';
/** What ids of ours look like. */
const OWN_ID = /^client-[0-9a-f]{1,40}$/;
const JWKS_MAX_AGE_SECONDS = 60;

interface Grant {
  clientId: string;
  tenantIds: readonly string[];
}

/** What our tokens carry as `iss`. */
export function issuerOf(publicUrl: string): string {
  return `${publicUrl}/`;
}

/** Adds `POST /oauth/token`, its keys and its metadata below `/.well-known`. Needs the body parsers of `body.ts`. */
export function registerIssuer(app: FastifyInstance, options: IssuerOptions): void {
  const limit = createFailureLimit(options.clients.clock);
  app.post('/oauth/token', { errorHandler: refuse }, async (request, reply) => {
    const asked = readRequest(request);
    const attempt = `${request.ip} ${asked.client_id}`;
    const grant = await findGrant(options, asked);
    if (grant === undefined) {
      const retryAfterSeconds = limit.failed(attempt);
      options.warn?.('token.refused', {
        clientId: loggedId(asked.client_id),
        ip: request.ip,
        limited: retryAfterSeconds > 0,
      });
      if (retryAfterSeconds > 0) {
        reply.header('retry-after', String(retryAfterSeconds));
        throw new AppError('too_many_requests');
      }
      throw new AppError('invalid_client', usedBasic(request) ? { wwwAuthenticate: 'Basic realm="quittance"' } : {});
    }
    limit.passed(attempt);
    return reply.headers(NOT_STORED).send(await issue(options, grant, asked));
  });
  app.get('/.well-known/jwks.json', async (_request, reply) =>
    reply.header('cache-control', `public, max-age=${JWKS_MAX_AGE_SECONDS}`).send(await options.keys.published()),
  );
  const metadata = metadataOf(options.publicUrl);
  for (const name of ['openid-configuration', 'oauth-authorization-server'])
    app.get(`/.well-known/${name}`, (_request, reply) =>
      reply.header('cache-control', `public, max-age=${JWKS_MAX_AGE_SECONDS}`).send(metadata),
    );
}

/** Where clients and libraries look up the rest: https://www.rfc-editor.org/rfc/rfc8414 */
function metadataOf(publicUrl: string): TokenMetadata {
  return {
    issuer: issuerOf(publicUrl),
    token_endpoint: `${publicUrl}/oauth/token`,
    jwks_uri: `${publicUrl}/.well-known/jwks.json`,
    grant_types_supported: ['client_credentials'],
    response_types_supported: [],
    token_endpoint_auth_methods_supported: ['client_secret_post', 'client_secret_basic'],
  };
}

const NOT_STORED = { 'cache-control': 'no-store', pragma: 'no-cache' };

function refuse(error: FastifyError, _request: FastifyRequest, reply: FastifyReply): void {
  const { status, headers, body } = problem(error, { shape: 'oauth' });
  void reply.code(status).headers(headers).headers(NOT_STORED).send(body);
}

function readRequest(request: FastifyRequest): TokenBody {
  const given = isRecord(request.body) ? request.body : {};
  const grantType = Object.entries(given).find(([name]) => name.replaceAll('_', '').toLowerCase() === 'granttype')?.[1];
  if (typeof grantType === 'string' && grantType !== '' && grantType !== 'client_credentials') {
    throw new AppError('unsupported_grant_type');
  }
  const body = { ...given, ...basicCredentials(request) };
  return readBody({ body, ...(request.bodyKind === undefined ? {} : { bodyKind: request.bodyKind }) }, TokenBody);
}

/** Who mixes the two up sends the secret as the id, so what is not like an id of ours is not repeated. */
function loggedId(clientId: string): string {
  return clientId === SANDBOX_CLIENT.clientId || OWN_ID.test(clientId) ? clientId : '(not like an id of ours)';
}

function usedBasic(request: FastifyRequest): boolean {
  return /^basic /i.test(request.headers.authorization ?? '');
}

/** Id and secret from HTTP Basic, which RFC 6749 asks for beside the body; both are form-encoded inside. */
function basicCredentials(request: FastifyRequest): { client_id?: string; client_secret?: string } {
  if (!usedBasic(request)) return {};
  const pair = Buffer.from((request.headers.authorization ?? '').slice('basic '.length).trim(), 'base64').toString();
  const colon = pair.indexOf(':');
  try {
    if (colon < 0) throw new URIError('no colon');
    return { client_id: formDecoded(pair.slice(0, colon)), client_secret: formDecoded(pair.slice(colon + 1)) };
  } catch {
    throw new AppError('invalid_client', { wwwAuthenticate: 'Basic realm="quittance"' });
  }
}

function formDecoded(text: string): string {
  return decodeURIComponent(text.replaceAll('+', ' '));
}

async function findGrant(options: IssuerOptions, asked: TokenBody): Promise<Grant | undefined> {
  if (options.sandbox && asked.client_id === SANDBOX_CLIENT.clientId) {
    const matches = sameSecret(asked.client_secret, hashOf(SANDBOX_CLIENT.secret));
    return matches ? { clientId: SANDBOX_CLIENT.clientId, tenantIds: [EVERY_TENANT] } : undefined;
  }
  return findClient(options.clients, asked.client_id, asked.client_secret);
}

async function issue(options: IssuerOptions, grant: Grant, asked: TokenBody): Promise<TokenAnswer> {
  const audience = asked.audience || DEFAULT_AUDIENCE;
  if (!TOKEN_AUDIENCES.includes(audience)) throw new AppError('invalid_target');
  const tenantId = asked.tenant_identifier || undefined;
  const { clientId, tenantIds } = grant;
  if (tenantId !== undefined && !tenantIds.includes(EVERY_TENANT) && !tenantIds.includes(tenantId)) {
    throw new AppError('unauthorized_client', { detail: `client ${clientId} asked for another tenant` });
  }
  const { keyId, key } = await options.keys.signing();
  const now = Math.floor(options.clients.clock.now() / 1_000);
  const token = await new SignJWT({ tenants: [...tenantIds], ...(tenantId === undefined ? {} : { tenant: tenantId }) })
    .setProtectedHeader({ alg: TOKEN_ALGORITHM, kid: keyId, typ: 'JWT' })
    .setIssuer(issuerOf(options.publicUrl))
    .setSubject(clientId)
    .setAudience(audience)
    .setIssuedAt(now)
    .setExpirationTime(now + TOKEN_TTL_SECONDS)
    .setJti(randomUUID())
    .sign(key);
  return { access_token: token, token_type: 'Bearer', expires_in: TOKEN_TTL_SECONDS };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
