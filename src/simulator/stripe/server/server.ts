/** The HTTP server: which part of the simulator answers which path, and how an answer goes out (or does not). */
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { findControl } from '../control/routes.js';
import { ApiError } from '../core/errors.js';
import type { Simulation } from '../core/simulation.js';
import { sendTransfer, showTransfer, transferOf } from '../pages/bank-transfer.js';
import { builtFile } from '../pages/built-files.js';
import { consoleAnswer } from '../pages/console.js';
import { decideOnboarding, onboardingOf, showOnboarding } from '../pages/onboarding.js';
import { mandateOf, showMandate } from '../pages/mandate.js';
import { decideRedirect, redirectOf, showRedirect } from '../pages/redirect.js';
import { decideOnPage, showChallenge } from '../pages/three-d-secure.js';
import { findRoute } from '../core/route.js';
import { answerApi } from './api.js';
import { ROUTES } from './routes.js';
import { UnreadableRequest, json, readRequest } from './wire.js';
import type { WireAnswer, WireRequest } from './wire.js';

/** A server for this simulation, not yet listening. */
export function createHttpServer(sim: Simulation): Server {
  const server = createServer((message, response) => {
    answer(sim, message)
      .catch((error: unknown) => failed(sim, error))
      .then((result) => send(sim, response, result))
      .catch((error: unknown) => sim.log('simulator.send_error', { error: String(error) }));
  });
  // Clients keep connections; longer than any client's own limit, so that it is never the server that cuts.
  server.keepAliveTimeout = 72_000;
  return server;
}

function failed(sim: Simulation, error: unknown): WireAnswer {
  if (error instanceof UnreadableRequest) {
    return json(error.status, { error: { type: 'invalid_request_error', message: error.message } });
  }
  if (error instanceof ApiError) return json(error.status, { error: error.body });
  if (error instanceof URIError)
    return json(400, { error: { type: 'invalid_request_error', message: 'Malformed URL.' } });
  sim.log('simulator.bug', { error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  return json(500, { error: { type: 'api_error', message: 'The simulator failed. This is a bug in the simulator.' } });
}

async function answer(sim: Simulation, message: IncomingMessage): Promise<WireAnswer> {
  const request = await readRequest(message);
  if (request.path.startsWith('/v1/') || request.path.startsWith('/v2/')) return answerBrowserSafe(sim, request);
  const file = request.method === 'GET' || request.method === 'HEAD' ? await builtFile(request.path) : undefined;
  if (file) return file;
  const challenge = /^\/_sim\/3ds\/([A-Za-z0-9_]+)$/.exec(request.path)?.[1];
  if (challenge && request.method === 'GET') return showChallenge(sim, request, challenge);
  if (challenge && request.method === 'POST') return decideOnPage(sim, request, challenge);
  const redirect = redirectOf(request.path);
  if (redirect && request.method === 'GET') return showRedirect(sim, request, redirect);
  if (redirect && request.method === 'POST') return decideRedirect(sim, request, redirect);
  const transfer = transferOf(request.path);
  if (transfer && request.method === 'GET') return showTransfer(sim, request, transfer);
  if (transfer && request.method === 'POST') return sendTransfer(sim, request, transfer);
  const onboarding = onboardingOf(request.path);
  if (onboarding && request.method === 'GET') return showOnboarding(sim, request, onboarding);
  if (onboarding && request.method === 'POST') return decideOnboarding(sim, request, onboarding);
  const mandate = mandateOf(request.path);
  if (mandate && request.method === 'GET') return showMandate(sim, request, mandate);
  return (await consoleAnswer(sim, request)) ?? control(sim, request);
}

/** Only what a browser may call with a publishable key is open to pages of other origins. */
const CORS = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': 'request-id, date, idempotent-replayed, stripe-should-retry',
};

async function answerBrowserSafe(sim: Simulation, request: WireRequest): Promise<WireAnswer> {
  const preflight = request.method === 'OPTIONS';
  const method = preflight ? (request.header('access-control-request-method') ?? '') : request.method;
  const open = findRoute(ROUTES, method, request.path)?.route.browser === true;
  if (preflight) {
    const allowed = {
      'access-control-allow-methods': 'GET, POST',
      'access-control-allow-headers': 'authorization, content-type, idempotency-key, stripe-version, stripe-account',
      'access-control-max-age': '600',
    };
    return { status: open ? 204 : 403, headers: open ? { ...CORS, ...allowed } : {}, body: '' };
  }
  const result = await answerApi(sim, request);
  const secret = /\b(sk|rk)_/.test(request.header('authorization') ?? '');
  return open && !secret ? { ...result, headers: { ...result.headers, ...CORS } } : result;
}

async function control(sim: Simulation, request: WireRequest): Promise<WireAnswer> {
  const found = findControl(request.method, request.path);
  if (!found)
    return json(404, {
      error: {
        type: 'invalid_request_error',
        message: `Unrecognized request URL (${request.method}: ${request.path}).`,
      },
    });
  if (!request.local)
    return json(403, {
      error: { type: 'invalid_request_error', message: 'The control plane answers this machine only.' },
    });
  const result = await found.control.run(sim, { query: request.query, body: request.body, name: found.name });
  return json(200, result);
}

function send(sim: Simulation, response: ServerResponse, result: WireAnswer): void {
  if (result.instead === 'hang') return;
  if (result.instead === 'cut') {
    response.destroy();
    return;
  }
  const body = Buffer.from(result.body);
  const headers = {
    ...result.headers,
    date: new Date(sim.now()).toUTCString(),
    'content-length': String(body.length),
    'x-stripe-simulator': '1',
  };
  response.writeHead(result.status, headers);
  if (result.instead === 'truncate') response.write(body.subarray(0, body.length >> 1), () => response.destroy());
  else response.end(body);
}
