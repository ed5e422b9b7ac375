/** What our browser code asks for, as JSON: mount data, permission to submit, a choice, how the payment stands. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../domain/errors.js';
import type { App } from '../flows/app.js';
import {
  choosePage, locationOf, mountDataOf, openPage, refreshPage,
  type OpenedPage,
} from '../flows/payment-page.js'; // prettier-ignore
import { asErrorCode, asStatus } from './failure.js';
import { createLimits, type Counted } from './limits.js';

/** Credentials and one word. */
const BODY_BYTES = 8192;
/** How long opening the form may wait for the PSP; the form itself does not depend on it. */
const SESSION_WAIT_MS = 3000;

type Body = Record<string, unknown>;
/** A call on an opened page, once the limits allow it. */
type Answer = (page: OpenedPage, body: Body) => Promise<Record<string, unknown>>;

/** Registers the calls. Credentials are in the body, so that no log and no history ever holds them. */
export function registerCalls(pages: FastifyInstance, app: App): void {
  const limits = createLimits(app.clock);
  const answers: Record<string, { counts: Counted; answer: Answer }> = {
    '/app-payment/session': { counts: 'session', answer: (page) => sessionOf(app, page) },
    '/app-payment/attempt': { counts: 'attempt', answer: async (page) => stateOf(page) },
    '/app-payment/choice': { counts: 'attempt', answer: (page, body) => choice(app, page, body) },
    '/app-payment/status': { counts: 'status', answer: async (page) => stateOf(await refreshPage(app, page)) },
  };
  void pages.register(async (calls) => {
    calls.removeAllContentTypeParsers();
    calls.addContentTypeParser('application/json', { parseAs: 'string', bodyLimit: BODY_BYTES }, readJson);
    calls.setErrorHandler((error, request, reply) => sendFailure(app, { error, request, reply }));
    for (const [path, { counts, answer }] of Object.entries(answers)) {
      calls.post(path, async (request) => {
        const body = bodyOf(request);
        const page = await openPage(app, {
          transactionId: textOf(body, 'transactionId'),
          tenantIdentifier: textOf(body, 'tenantIdentifier'),
          token: textOf(body, 'token'),
        });
        const { payment } = page.file;
        if (!limits.allows(counts, { paymentId: payment.id, address: request.ip })) {
          app.log.warn('payment page limit reached', { tenant: page.tenant.id, payment: payment.id, counts });
          throw new AppError('too_many_requests');
        }
        return answer(page, body);
      });
    }
  });
}

/** The PSP is asked first: a form for a payment that is paid already would invite a second payment. */
async function sessionOf(app: App, opened: OpenedPage): Promise<Record<string, unknown>> {
  const page = await refreshPage(app, opened, SESSION_WAIT_MS);
  return page.state === 'payable' ? { ...stateOf(page), ...(await mountDataOf(app, page)) } : stateOf(page);
}

async function choice(app: App, page: OpenedPage, body: Body): Promise<Record<string, unknown>> {
  const after = await choosePage(app, page, textOf(body, 'choice'));
  return { ...stateOf(after), ...(after.message === undefined ? {} : { message: after.message }) };
}

function stateOf(page: OpenedPage): { state: string; location?: string } {
  const location = locationOf(page);
  return { state: page.state, ...(location === undefined ? {} : { location }) };
}

function readJson(
  _request: FastifyRequest,
  text: string | Buffer,
  done: (error: Error | null, body?: unknown) => void,
): void {
  try {
    done(null, JSON.parse(text.toString()));
  } catch (error) {
    done(new AppError('body_malformed', { values: { reason: 'no JSON' }, cause: error }));
  }
}

function bodyOf(request: FastifyRequest): Body {
  const { body } = request;
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new AppError('body_malformed', { values: { reason: 'no JSON object' } });
  }
  return body as Body;
}

function textOf(body: Body, name: string): string {
  const value = Object.hasOwn(body, name) ? body[name] : undefined;
  return typeof value === 'string' ? value : '';
}

function sendFailure(
  app: App,
  { error, request, reply }: { error: unknown; request: FastifyRequest; reply: FastifyReply },
): FastifyReply {
  const status = asStatus(error);
  if (status >= 500) app.log.error('payment page call failed', { route: request.routeOptions.url, error });
  if (status === 429) void reply.header('retry-after', '3600');
  return reply.code(status).send({ error: asErrorCode(error) });
}
