/** One request to Stripe's API, from the key to the answer: faults, idempotency, rule, journal, one durable batch. */
import { setTimeout as sleep } from 'node:timers/promises';
import { newId } from '../core/call.js';
import type { Call } from '../core/call.js';
import { ApiError } from '../core/errors.js';
import { expanded } from '../core/expand.js';
import { refusalOf, takeFault } from '../core/faults.js';
import { fingerprintOf, keyInUse, recall } from '../core/idempotency.js';
import { countUnsupported, redact, warn, writeJournal } from '../core/journal.js';
import type { JournalEntry } from '../core/journal.js';
import { isUnknownParameter, readParams } from '../core/params.js';
import { findRoute } from '../core/route.js';
import type { Route } from '../core/route.js';
import type { Simulation } from '../core/simulation.js';
import type { OpenTx } from '../core/store.js';
import { isConnectedTo } from '../resources/connected-accounts.js';
import { forBrowser } from '../resources/intents.js';
import { API_VERSION } from '../webhooks/emit.js';
import { askedAccount, errorAnswer, headersOf, isV2 } from './answers.js';
import type { Asked } from './answers.js';
import { callerOf, checkAccess, keyOf } from './keys.js';
import type { Caller } from './keys.js';
import { ROUTES } from './routes.js';
import { json } from './wire.js';
import type { WireAnswer, WireRequest } from './wire.js';

/** Answers one request under /v1 or /v2. Never throws. */
export async function answerApi(sim: Simulation, request: WireRequest): Promise<WireAnswer> {
  const asked = enter(sim, request);
  const { fault } = asked;
  if (fault?.effect === 'hang' || fault?.effect === 'drop_before') {
    const answer: WireAnswer = { status: 0, headers: {}, body: '', instead: fault.effect === 'hang' ? 'hang' : 'cut' };
    writeDown(sim, sim.store.begin(), asked, { answer });
    return answer;
  }
  const held =
    asked.caller && asked.idempotencyKey ? `${shelfOf(request)} ${asked.caller.account} ${asked.idempotencyKey}` : null;
  if (held !== null && sim.inFlight.has(held)) return refuse(sim, asked, keyInUse(asked.idempotencyKey ?? ''));
  if (held !== null) sim.inFlight.add(held);
  try {
    if (fault?.effect === 'slow') await sleep(fault.delayMs);
    const refusal = fault && refusalOf(fault.effect);
    if (refusal) return refuse(sim, asked, refusal);
    return await perform(sim, asked);
  } finally {
    if (held !== null) sim.inFlight.delete(held);
  }
}

/** Gives the request its id and takes a fault rule, durably, before anything happens. */
function enter(sim: Simulation, request: WireRequest): Asked {
  const tx = sim.store.begin();
  const requestId = newId(tx, 'req', 14);
  let caller: Caller | null = null;
  try {
    caller = callerOf(keyOf(request.header('authorization'), request.method === 'GET' ? request.query : request.body));
  } catch {
    // Said again, and answered, when the request is performed.
  }
  const { method, path } = request;
  const fault = takeFault(tx, { method, path, account: caller?.account ?? '' });
  tx.commit();
  const idempotencyKey = method === 'POST' ? (request.header('idempotency-key') ?? null) : null;
  return { request, requestId, caller, fault, idempotencyKey };
}

async function perform(sim: Simulation, asked: Asked): Promise<WireAnswer> {
  const done = execute(sim, asked);
  const { fault } = asked;
  for (const id of done.deliverFirst) await Promise.race([sim.pump.send(id), sleep(10_000)]);
  setImmediate(sim.wake);
  if (fault?.effect === 'drop_after') return { ...done.answer, instead: 'cut' };
  if (fault?.effect === 'truncated') return { ...done.answer, instead: 'truncate' };
  return done.answer;
}

interface Done {
  answer: WireAnswer;
  deliverFirst: string[];
}

/** Everything between the key and the commit, without waiting for anything. */
function execute(sim: Simulation, asked: Asked): Done {
  const { request, idempotencyKey } = asked;
  const nothing = { deliverFirst: [] };
  try {
    const caller = callerOf(
      keyOf(request.header('authorization'), request.method === 'GET' ? request.query : request.body),
    );
    const found = findRoute(ROUTES, request.method, request.path);
    const account = askedAccount(request) ?? caller.account;
    const isAllowed = account === caller.account || isConnectedTo(sim.store.read, caller.account, account);
    checkAccess(caller, found?.route.browser ?? false, isAllowed ? undefined : account);
    if (!found) return { ...nothing, answer: unknownPath(sim, asked) };
    checkBodyForm(request);
    const { key: _key, ...raw } = request.method === 'POST' ? request.body : request.query;
    const fingerprint = fingerprintOf(raw);
    if (idempotencyKey !== null) {
      if (idempotencyKey.length > 255)
        throw new ApiError(
          400,
          { type: 'invalid_request_error', message: 'Idempotency keys can be at most 255 characters long.' },
          { remembered: false },
        );
      const asking = { id: idempotencyKey, method: request.method, path: request.path, fingerprint, at: sim.now() };
      const before = recall(sim.store.read, shelfOf(request), account, asking);
      if (before) return { ...nothing, answer: replay(sim, asked, before) };
    }
    const params = readParams(raw, found.route.params);
    return runRule(sim, asked, { caller, account, route: found.route, id: found.id, params, fingerprint });
  } catch (error) {
    return { ...nothing, answer: refuse(sim, asked, error) };
  }
}

/** Both halves of the API remember keys for themselves. */
const shelfOf = (request: WireRequest): 'answers' | 'answers_v2' => (isV2(request) ? 'answers_v2' : 'answers');

/** A form where JSON is expected is refused, as the newer half of the API does. */
function checkBodyForm(request: WireRequest): void {
  const type = request.header('content-type') ?? '';
  if (!isV2(request) || request.method !== 'POST' || type.includes('json') || Object.keys(request.body).length === 0)
    return;
  const message = 'Bodies of /v2 requests are JSON: set the header Content-Type to application/json.';
  throw new ApiError(400, { type: 'invalid_request_error', message }, { remembered: false });
}

interface Run {
  caller: Caller;
  /** The caller's own, or the connected one it acts for. */
  account: string;
  route: Route;
  id: string;
  params: Record<string, unknown>;
  fingerprint: string;
}

function runRule(sim: Simulation, asked: Asked, run: Run): Done {
  const { account } = run;
  const { browser } = run.caller;
  let tx = sim.store.begin();
  const call: Call = sim.call(tx, account, {
    requestId: asked.requestId,
    platform: run.caller.account,
    idempotencyKey: asked.idempotencyKey,
    browser,
  });
  let answer: WireAnswer;
  let failure: unknown = null;
  try {
    const result = run.route.run(call, run.params, run.id);
    answer = json(
      200,
      shown(expanded(call, result, run.params.expand as string[] | undefined), browser),
      headersOf(asked),
    );
  } catch (error) {
    failure = error;
    if (!(error instanceof ApiError && error.keepChanges)) tx = sim.store.begin();
    answer = errorAnswer(sim, asked, error, browser);
  }
  const carriedOut = answer;
  if (asked.fault?.effect === 'error_500_after') answer = errorAnswer(sim, asked, afterwards(), browser);
  // A key of /v1 keeps what was answered, also a failure; one of /v2 only what came of it, and a failed request runs again.
  const kept = isV2(asked.request) ? carriedOut : answer;
  const remembered =
    failure === null || (!isV2(asked.request) && (!(failure instanceof ApiError) || failure.remembered));
  if (asked.idempotencyKey !== null && remembered) {
    tx.put(shelfOf(asked.request), account, {
      id: asked.idempotencyKey,
      method: asked.request.method,
      path: asked.request.path,
      fingerprint: run.fingerprint,
      status: kept.status,
      body: kept.body,
      requestId: asked.requestId,
      at: sim.now(),
    });
  }
  const deliverFirst = tx
    .changes()
    .flatMap(([collection, , id, value]) =>
      collection === 'deliveries' && (value as { beforeResponse?: boolean } | null)?.beforeResponse ? [id] : [],
    );
  writeDown(sim, tx, asked, { answer, executed: true, failure });
  return { answer, deliverFirst };
}

const shown = (answer: object, browser: boolean): object =>
  browser && (answer as { object?: string }).object === 'payment_intent' ? forBrowser(answer) : answer;

const afterwards = (): ApiError =>
  new ApiError(500, {
    type: 'api_error',
    message: 'Something went wrong on our end after your request was carried out. (simulated)',
  });

function replay(
  sim: Simulation,
  asked: Asked,
  before: { status: number; body: string; requestId: string },
): WireAnswer {
  const headers = { ...headersOf(asked), 'original-request': before.requestId, 'idempotent-replayed': 'true' };
  const answer = {
    status: before.status,
    headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
    body: before.body,
  };
  writeDown(sim, sim.store.begin(), asked, { answer, replayed: true });
  return answer;
}

function unknownPath(sim: Simulation, asked: Asked): WireAnswer {
  const { method, path } = asked.request;
  const message = `Unrecognized request URL (${method}: ${path}). The simulator does not have this endpoint. If you are trying to list objects, remove the trailing slash.`;
  const answer = errorAnswer(sim, asked, new ApiError(404, { type: 'invalid_request_error', message }), false);
  const tx = sim.store.begin();
  countUnsupported(tx, { kind: 'path', method, path, param: null });
  writeDown(sim, tx, asked, { answer });
  return answer;
}

function refuse(sim: Simulation, asked: Asked, error: unknown): WireAnswer {
  const answer = errorAnswer(sim, asked, error, asked.caller?.browser ?? false);
  writeDown(sim, sim.store.begin(), asked, { answer, failure: error });
  return answer;
}

interface Told {
  answer: WireAnswer;
  executed?: boolean;
  replayed?: boolean;
  failure?: unknown;
}

/** Adds the journal entry to the batch and commits it: after this the request has happened. */
function writeDown(sim: Simulation, tx: OpenTx, asked: Asked, told: Told): void {
  const { request, caller } = asked;
  const version = request.header('stripe-version');
  if (version && version.split('.')[1] !== API_VERSION.split('.')[1]) {
    warn(tx, `Stripe-Version ${version} was asked for; objects are rendered for ${API_VERSION}.`);
  }
  if (isUnknownParameter(told.failure)) {
    countUnsupported(tx, {
      kind: 'parameter',
      method: request.method,
      path: request.path,
      param: told.failure.body.param ?? null,
    });
  }
  const cut = asked.fault?.effect === 'drop_after' || asked.fault?.effect === 'drop_before';
  const parsed =
    told.answer.body === '' ? {} : (JSON.parse(told.answer.body) as { id?: string; error?: { code?: string } });
  const entry: JournalEntry = {
    id: asked.requestId,
    at: Math.floor(sim.now() / 1000),
    method: request.method,
    path: request.path,
    query: redact(request.query) as Record<string, unknown>,
    body: redact(request.body) as Record<string, unknown>,
    account: caller?.account ?? null,
    key: caller ? (caller.browser ? 'publishable' : 'secret') : 'none',
    idempotencyKey: asked.idempotencyKey,
    apiVersion: version ?? null,
    status: cut ? 0 : told.answer.status,
    errorCode: parsed.error?.code ?? null,
    executed: told.executed ?? false,
    replayed: told.replayed ?? false,
    fault: asked.fault?.effect ?? null,
    object: parsed.id ?? null,
  };
  writeJournal(sim.store, tx, entry);
  tx.commit();
}
