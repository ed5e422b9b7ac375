/**
 * Checks bearer tokens: signed by our issuer (or the configured one), for one of the audiences, for this tenant.
 * Tokens are not looked up anywhere, so one of a revoked client counts until it expires.
 */
import type { FastifyRequest } from 'fastify';
import {
  createRemoteJWKSet,
  errors,
  jwtVerify,
  type JWTPayload,
  type JWTVerifyGetKey,
  type JWTVerifyOptions,
} from 'jose';
import type { Clock } from '../domain/clock.js';
import { AppError, type ErrorCode } from '../domain/errors.js';
import { EVERY_TENANT } from '../storage/clients.js';
import { issuerOf } from './issuer.js';
import { TOKEN_ALGORITHM, type TokenKeys } from './token-keys.js';

/** Shops keep a token until its very last second. */
const CLOCK_TOLERANCE_SECONDS = 60;
const JWKS_TIMEOUT_MS = 3_000;
/** Only signatures whose key can be published: an HMAC under a public key would be anybody's. */
const EXTERNAL_ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];

export interface AccessOptions {
  keys: TokenKeys;
  publicUrl: string;
  clock: Clock;
  /** Its tokens count instead of ours. */
  externalIssuer?: { issuer: string; jwksUrl: string; tenantClaim: string } | undefined;
}

export interface Demand {
  /** The token must be for one of these. */
  audiences: readonly string[];
  /** The tenant the request names; without one nobody gets in. */
  tenantId: string | undefined;
}

/** Who asks, and for whom. */
export interface Caller {
  /** The client, `sub` of the token; empty when an outside issuer names none. */
  clientId: string;
  tenantId: string;
}

export interface Access {
  /**
   * Who asks. Throws AppError `token_missing` or `token_invalid` (401), `tenant_required` (400), `tenant_forbidden`
   * or `token_forbidden` (403); 503 when the outside issuer's keys cannot be read.
   */
  authenticate(request: Pick<FastifyRequest, 'headers'>, demand: Demand): Promise<Caller>;
}

/** Verifies a token, or throws an error of jose. */
type Verify = (token: string, audiences: readonly string[]) => Promise<JWTPayload>;

/** Opens the check. Touches neither database nor network before the first token. */
export function openAccess(options: AccessOptions): Access {
  const { externalIssuer } = options;
  const verify = externalIssuer === undefined ? ownTokens(options) : outsideTokens(options, externalIssuer);
  const claim = externalIssuer?.tenantClaim;
  return {
    authenticate: async (request, { audiences, tenantId }) => {
      const token = bearerToken(request);
      const claims = await verified(() => verify(token, audiences));
      if (tenantId === undefined || tenantId === '') throw new AppError('tenant_required');
      checkTenant(claim === undefined ? ownTenants(claims) : tenantsIn(claims[claim]), tenantId);
      return { clientId: claims.sub ?? '', tenantId };
    },
  };
}

/** The token of the header. Throws `token_missing`, `token_invalid`. */
export function bearerToken({ headers }: Pick<FastifyRequest, 'headers'>): string {
  const header = headers.authorization ?? '';
  if (header.trim() === '') throw refused('token_missing');
  const token = /^bearer +([A-Za-z0-9._~+/=-]+) *$/i.exec(header)?.[1];
  if (token === undefined) throw refused('token_invalid', 'no bearer token in the header', 'invalid_token');
  return token;
}

/** The claims of a token. Throws `token_invalid`; 503 when it is not the token's fault. */
export async function verified(verify: () => Promise<JWTPayload>): Promise<JWTPayload> {
  try {
    return await verify();
  } catch (error) {
    if (!(error instanceof errors.JOSEError) || ISSUER_FAULTS.has(error.code)) {
      throw new AppError('internal', { status: 503, detail: 'the keys of tokens could not be read', cause: error });
    }
    throw refused('token_invalid', `${error.code}: ${error.message}`, 'invalid_token');
  }
}

/** What goes wrong while keys are fetched says nothing about the token. */
const ISSUER_FAULTS: ReadonlySet<string> = new Set(['ERR_JWKS_TIMEOUT', 'ERR_JWKS_INVALID', 'ERR_JOSE_GENERIC']);

function ownTokens({ keys, publicUrl, clock }: AccessOptions): Verify {
  const issuer = issuerOf(publicUrl);
  return async (token, audiences) => {
    const algorithms = [TOKEN_ALGORITHM];
    const checks = { ...tokenChecks(clock), issuer, audience: [...audiences], algorithms };
    try {
      return (await jwtVerify(token, await keys.verifying(), checks)).payload;
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      // Another node may have made a new key a moment ago.
      return (await jwtVerify(token, await keys.verifying(true), checks)).payload;
    }
  };
}

function outsideTokens({ clock }: AccessOptions, { issuer, jwksUrl }: { issuer: string; jwksUrl: string }): Verify {
  const keys = outsideKeys(jwksUrl);
  return async (token, audiences) =>
    (await jwtVerify(token, keys, { ...tokenChecks(clock), issuer, audience: [...audiences] })).payload;
}

/** Keys at an address: fetched on first use, kept for minutes, and fetched again for a key nobody knows. */
export function outsideKeys(jwksUrl: string): JWTVerifyGetKey {
  return createRemoteJWKSet(new URL(jwksUrl), { timeoutDuration: JWKS_TIMEOUT_MS });
}

/** What is checked of every token, whoever signed it. */
export function tokenChecks(clock: Clock): JWTVerifyOptions {
  return {
    algorithms: EXTERNAL_ALGORITHMS,
    clockTolerance: CLOCK_TOLERANCE_SECONDS,
    currentDate: new Date(clock.now()),
    requiredClaims: ['exp'],
  };
}

/** A token bound to one tenant counts for that one only, whatever its client may do. */
function ownTenants(claims: JWTPayload): string[] {
  return claims['tenant'] === undefined ? tenantsIn(claims['tenants']) : tenantsIn(claims['tenant']);
}

function tenantsIn(claim: unknown): string[] {
  const listed: unknown[] = Array.isArray(claim) ? claim : [claim];
  return listed.filter((tenant): tenant is string => typeof tenant === 'string' && tenant !== '');
}

function checkTenant(tenants: string[], tenantId: string): void {
  if (tenants.length === 0) throw refused('token_forbidden', 'the token names no tenant', 'insufficient_scope');
  if (tenants.includes(EVERY_TENANT) || tenants.includes(tenantId)) return;
  throw refused('tenant_forbidden', 'the token is for other tenants', 'insufficient_scope');
}

/** With the challenge of RFC 6750; without an error word when no token was sent. */
export function refused(code: ErrorCode, detail?: string, challenge?: string): AppError {
  const wwwAuthenticate = `Bearer realm="quittance"${challenge === undefined ? '' : `, error="${challenge}"`}`;
  return new AppError(code, { wwwAuthenticate, ...(detail === undefined ? {} : { detail }) });
}
