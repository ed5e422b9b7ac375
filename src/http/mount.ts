/**
 * Mounts an endpoint of the contract: its path and aliases, who may call it, and its error shape. A route of ours is
 * then only what is special to it.
 */
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { routePath, type Endpoint } from '../contract/endpoint.js';
import { getEndpoint } from '../contract/endpoints.js';
import { tenantIn } from '../contract/envelope.js';
import { isStorable, UNSTORABLE } from '../contract/storable.js';
import { localeOf, type Locale } from '../contract/texts.js';
import { AppError } from '../domain/errors.js';
import type { AppLog } from '../flows/app.js';
import { isBusy, type Places } from '../flows/places.js';
import type { Access } from './access.js';
import { isJsonApi } from './body.js';
import { firstOf, firstPart } from './headers.js';
import { asAppError, problem } from './problem.js';

export interface Call {
  request: FastifyRequest;
  reply: FastifyReply;
  /** The tenant of the header, proven by the token; empty on endpoints without a tenant. */
  tenantId: string;
  /** Of `Accept-Language`. */
  locale: Locale;
}

/** What a route answers; undefined body means none. */
export interface Reply {
  status: number;
  body?: unknown;
}

export interface Door {
  server: FastifyInstance;
  access: Access;
  log: AppLog;
  /** Where requests of a tenant wait for each other. */
  places: Places;
}

declare module 'fastify' {
  interface FastifyRequest {
    tenantId?: string;
    /** A refusal that is answered only after the body has been looked at. */
    heldBack?: AppError;
  }
}

export interface MountOptions {
  /** The body is not parsed, whatever its content type: the route reads `rawBody` itself. */
  bytesOnly?: boolean;
  /** What a caller hears that must not be refused, when too much of its tenant waits. */
  whenBusy?: Reply;
}

/** Mounts the endpoint of that name. */
export function mount(
  { server, access, log, places }: Door,
  name: string,
  answer: (call: Call) => Promise<Reply>,
  { bytesOnly = false, whenBusy }: MountOptions = {},
): void {
  const endpoint = getEndpoint(name);
  for (const path of [endpoint.path, ...endpoint.aliases]) {
    server.route({
      method: endpoint.method,
      url: routePath(path),
      config: { rawBodyOnly: bytesOnly || endpoint.rawBody === true },
      onRequest: async (request) => admit(access, endpoint, request),
      errorHandler: (error, request, reply) => refuse({ error, request, reply, endpoint, log }),
      handler: async (request, reply) => {
        if (!isStorable(request.body)) throw new AppError('body_mismatch', { values: { reason: UNSTORABLE } });
        const locale = localeOf(request.headers['accept-language']);
        const { tenantId = '' } = request;
        const work = (): Promise<Reply> => answer({ request, reply, tenantId, locale });
        const placed = tenantId === '' ? work() : places.inside(tenantId, work);
        const { status, body } = await placed.catch((error: unknown) => {
          if (whenBusy !== undefined && isBusy(error)) return whenBusy;
          throw error;
        });
        reply.code(status);
        return body === undefined ? reply.send() : reply.type('application/json').send(body);
      },
    });
  }
}

/** Checks the token before a byte of the body is read. */
async function admit(access: Access, endpoint: Endpoint, request: FastifyRequest): Promise<void> {
  if (endpoint.access !== 'tenant' && endpoint.access !== 'channel') return;
  const tenantId = tenantOf(endpoint, request);
  try {
    await access.authenticate(request, { audiences: endpoint.audiences, tenantId });
    request.tenantId = tenantId ?? '';
  } catch (error) {
    // Configure names a wrong body before it names a missing tenant.
    const waits = error instanceof AppError && error.code === 'tenant_required' && endpoint.wholeDocument === true;
    if (!waits) throw error;
    request.heldBack = error;
  }
}

/** The tenant a request names. Channels know more headers in any spelling, payment endpoints the older name. */
function tenantOf(endpoint: Endpoint, request: FastifyRequest): string | undefined {
  const first = (name: string): string | undefined => firstOf(request, name);
  if (endpoint.access === 'channel') {
    return (
      first('tenant-identifier') ??
      first('x-tenant-identifier') ??
      first('consumer-id') ??
      firstPart(tenantIn(request.headers))
    );
  }
  const tenant = first('x-tenant-identifier');
  return endpoint.group === 'Payments' ? (tenant ?? first('x-store-reference')) : tenant;
}

/** Answers what was thrown, in the endpoint's shape, and logs what only we may know. */
export function refuse(of: {
  error: FastifyError;
  request: FastifyRequest;
  reply: FastifyReply;
  endpoint: Endpoint;
  log: AppLog;
}): void {
  const { request, reply, endpoint, log } = of;
  // Who hangs up in the middle of a body is no failure of ours.
  const isCutOff = request.raw.destroyed && !request.raw.complete;
  const error = isCutOff
    ? new AppError('request_refused', { detail: 'the caller hung up', cause: of.error })
    : of.error;
  const jsonApi = isJsonApi(request.headers['content-type']);
  const answer = problem(error, {
    shape: endpoint.errorShape,
    locale: localeOf(request.headers['accept-language']),
    jsonApi,
    perField: request.headers['x-field-errors'] === 'true',
  });
  const { error: known, status } = answer;
  if (status >= 500) log.error('request failed', { endpoint: endpoint.name, status, error: known.cause ?? known });
  else if (known.detail !== undefined)
    log('request refused', { endpoint: endpoint.name, status, code: known.code, detail: known.detail });
  void reply.code(status).headers(answer.headers).send(answer.body);
}

/** Anything that has no route. */
export function mountRest(server: FastifyInstance): void {
  server.setNotFoundHandler(async (request, reply) => {
    const answer = problem(new AppError('route_unknown'), {
      shape: 'list',
      jsonApi: isJsonApi(request.headers['content-type']),
    });
    await reply.code(answer.status).headers(answer.headers).send(answer.body);
  });
  server.setErrorHandler(async (error, _request, reply) => {
    const answer = problem(asAppError(error), { shape: 'list' });
    await reply.code(answer.status).headers(answer.headers).send(answer.body);
  });
}
