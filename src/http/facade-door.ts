/**
 * The door for front-ends in a browser: CORS by each tenant's own list of origins, then who asks, then how often; the
 * body is read last. Everything is answered in JSON:API, in the media type it was asked in.
 */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Endpoint } from '../contract/endpoint.js';
import { getEndpoint } from '../contract/endpoints.js';
import { refused } from '../contract/facade-document.js';
import { GUEST_HEADER } from '../contract/facade-endpoints.js';
import { JSON_API_TYPE, JSON_TYPE } from '../contract/payment-endpoints.js';
import { isStorable, UNSTORABLE } from '../contract/storable.js';
import { AppError } from '../domain/errors.js';
import { facadeOf, type Facade } from '../domain/facade.js';
import { readTenant, type App } from '../flows/app.js';
import { isOriginOfAny } from '../storage/storefront-origins.js';
import { isJsonApi } from './body.js';
import type { OwnerOf } from './facade-caller.js';
import type { FacadeLimits } from './facade-limits.js';
import { firstOf } from './headers.js';
import { refuse, type Door } from './mount.js';

export interface FacadeDoor extends Door {
  app: App;
  ownerOf: OwnerOf;
  limits: FacadeLimits;
}

/** Who asks. */
export interface Visitor {
  tenantId: string;
  /** Opaque: what the visitor makes belongs to it. */
  owner: string;
}

export interface FacadeCall extends Visitor {
  request: FastifyRequest;
}

declare module 'fastify' {
  interface FastifyRequest {
    visitor?: Visitor;
  }
}

const ALLOWED_HEADERS = [
  'Accept-Language',
  'Authorization',
  'Content-Type',
  'Idempotency-Key',
  'X-Tenant-Identifier',
  GUEST_HEADER,
].join(', ');
/** How long a browser may remember what a preflight said: a removed origin is refused by the request itself. */
const PREFLIGHT_SECONDS = '600';

/** Mounts the endpoint of that name with its preflight. `answer` makes the attributes of the 201. */
export function mountFacade(door: FacadeDoor, name: string, answer: (call: FacadeCall) => Promise<object>): void {
  const { server, app, log } = door;
  const endpoint = getEndpoint(name);
  for (const url of [endpoint.path, ...endpoint.aliases]) {
    const errorHandler: Parameters<typeof server.route>[0]['errorHandler'] = (error, request, reply) =>
      refuse({ error, request, reply, endpoint, log });
    server.route({
      method: 'OPTIONS',
      url,
      errorHandler,
      // A preflight has no body; whatever comes is not looked at.
      config: { rawBodyOnly: true },
      onRequest: async (_request, reply) => setHeaders(reply),
      handler: (request, reply) => preflight(app, request, reply),
    });
    server.route({
      method: 'POST',
      url,
      errorHandler,
      onRequest: (request, reply) => admit(door, endpoint, request, reply),
      onSend: async (_request, reply) => withoutParameters(reply),
      handler: async (request, reply) => {
        checkBody(request);
        const attributes = await answer({ request, ...visitorOf(request) });
        const links = { self: `${app.publicUrl}${endpoint.path}` };
        const mediaType = isJsonApi(request.headers['content-type']) ? JSON_API_TYPE : JSON_TYPE;
        return reply
          .code(201)
          .header('content-type', mediaType)
          .send({ data: { type: name, id: null, attributes, links } });
      },
    });
  }
}

/** The router names a character set, which JSON:API does not allow: https://jsonapi.org/format/#content-negotiation */
function withoutParameters(reply: FastifyReply): void {
  if (isJsonApi(String(reply.getHeader('content-type')))) void reply.header('content-type', JSON_API_TYPE);
}

function setHeaders(reply: FastifyReply): void {
  void reply.headers({ vary: 'Origin', 'cache-control': 'no-store' });
}

/** Tenant, origin, caller, limits, in this order and before a byte of the body is read. */
async function admit(
  door: FacadeDoor,
  endpoint: Endpoint,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  const { app, ownerOf, limits } = door;
  setHeaders(reply);
  const tenantId = firstOf(request, 'x-tenant-identifier');
  if (tenantId === undefined) throw new AppError('tenant_required');
  const facade = await facadeOfTenant(app, tenantId);
  const { origin } = request.headers;
  if (origin !== undefined) {
    if (!facade.origins.includes(origin)) throw new AppError('origin_refused', { detail: `tenant ${tenantId}` });
    void reply.header('access-control-allow-origin', origin);
  }
  const owner = await ownerOf(request, tenantId, facade);
  if (!limits(endpoint.name, { tenantId, owner, address: request.ip })) {
    app.log.warn('storefront limit reached', { tenant: tenantId, endpoint: endpoint.name });
    throw new AppError('too_many_requests');
  }
  request.visitor = { tenantId, owner };
}

/** One answer for all that is not there, so that nobody can ask which shops we serve. */
async function facadeOfTenant(app: App, tenantId: string): Promise<Facade> {
  const tenant = await readTenant(app, tenantId);
  const facade = tenant === undefined || tenant.status === 'DISCONNECTED' ? undefined : facadeOf(tenant.settings);
  if (facade === undefined) throw new AppError('storefront_unknown');
  return facade;
}

/** A preflight names no tenant: any tenant's origin may ask, and the request itself is checked against its own. */
async function preflight(app: App, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { origin } = request.headers;
  if (origin === undefined || !(await isOriginOfAny(app.db, app.appId, origin))) throw new AppError('origin_refused');
  return reply.code(204).headers({
    'access-control-allow-origin': origin,
    'access-control-allow-methods': 'POST',
    'access-control-allow-headers': ALLOWED_HEADERS,
    'access-control-max-age': PREFLIGHT_SECONDS,
  }).send(); // prettier-ignore
}

function checkBody({ body, bodyKind }: FastifyRequest): void {
  if (bodyKind === 'form') throw new AppError('media_type_unknown', { values: { mediaType: 'a form' } });
  if (body === undefined || body === null) throw new AppError('body_required');
  if (!isStorable(body)) throw refused([{ pointer: '/data', text: UNSTORABLE.replace('it ', '') }]);
}

function visitorOf({ visitor }: FastifyRequest): Visitor {
  if (visitor === undefined) throw new Error('Answer a storefront: nobody was admitted');
  return visitor;
}
