/**
 * Who asks at the storefront endpoints: a customer with a bearer token, or a guest with an id of the shop's. What they
 * make belongs to them: its owner is a hash that tells nobody who they are.
 */
import { createHash } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { jwtVerify, type JWTVerifyGetKey } from 'jose';
import { GUEST_HEADER } from '../contract/facade-endpoints.js';
import { AppError } from '../domain/errors.js';
import type { Facade } from '../domain/facade.js';
import type { App } from '../flows/app.js';
import { bearerToken, outsideKeys, refused, tokenChecks, verified } from './access.js';

/** Finds the owner of what a request makes. */
export type OwnerOf = (request: Pick<FastifyRequest, 'headers'>, tenantId: string, facade: Facade) => Promise<string>;

const TOKEN_CHARS = 8_192;
const GUEST_ID = /^[\x21-\x7e]{1,255}$/;
/** Key addresses whose keys are kept in memory; the oldest goes first. */
const KEY_SETS = 500;

/**
 * Opens the identification. The bearer token counts when there is one, also when a guest's id stands beside it. With
 * `jwksUri` it must be signed by one of these keys, not be expired, and name a `sub`; otherwise the token itself is what
 * the caller is known by. Throws `caller_missing` or `token_invalid` (401), 503 when the keys cannot be read.
 */
export function openIdentification(app: App): OwnerOf {
  const keySets = new Map<string, JWTVerifyGetKey>();
  const keysAt = (address: string): JWTVerifyGetKey => {
    const keys = keySets.get(address) ?? outsideKeys(address);
    keySets.set(address, keys);
    const oldest = keySets.keys().next();
    if (keySets.size > KEY_SETS && !oldest.done) keySets.delete(oldest.value);
    return keys;
  };
  return async (request, tenantId, { jwksUri }) => {
    const owned = (kind: string, subject: string): string => hashOf([app.appId, tenantId, kind, subject]);
    if ((request.headers.authorization ?? '').trim() === '') return owned('guest', guestId(request));
    const token = bearerToken(request);
    if (token.length > TOKEN_CHARS) throw refused('token_invalid', 'the token is too long', 'invalid_token');
    if (jwksUri === undefined) return owned('token', token);
    const { sub } = await verified(
      async () => (await jwtVerify(token, keysAt(jwksUri), tokenChecks(app.clock))).payload,
    );
    if (typeof sub !== 'string' || sub === '') throw refused('token_invalid', 'the token has no sub', 'invalid_token');
    return owned('customer', sub);
  };
}

function guestId({ headers }: Pick<FastifyRequest, 'headers'>): string {
  const id = headers[GUEST_HEADER.toLowerCase()];
  if (typeof id !== 'string' || !GUEST_ID.test(id)) {
    throw new AppError('caller_missing', { wwwAuthenticate: 'Bearer realm="quittance"' });
  }
  return id;
}

function hashOf(parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url');
}
