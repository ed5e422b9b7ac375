/** Builds the App record and everything around it by hand: what is used where can be followed from here. */
import { createHmac, randomBytes } from 'node:crypto';
import { join, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import Fastify, { type FastifyInstance, type FastifyReply } from 'fastify';
import { v7 } from 'uuid';
import { openBroker } from './brokers/index.js';
import { connectorNames, findConnector } from './connectors/index.js';
import { CHANNELS } from './contract/messages.js';
import { toAttributes } from './contract/envelope.js';
import { toMessage } from './contract/translate.js';
import type { Config } from './config.js';
import type { Clock } from './domain/clock.js';
import { isoTime } from './domain/clock.js';
import { AppError } from './domain/errors.js';
import type { AppEvent } from './domain/event.js';
import type { Message } from './domain/message.js';
import type { App, AppLog } from './flows/app.js';
import { createPlaces, outside } from './flows/places.js';
import { openAccess } from './http/access.js';
import { BODY_LIMIT_BYTES, registerBodyParsers } from './http/body.js';
import { mountChannels } from './http/channels.js';
import { mountFacadeRoutes } from './http/facade-routes.js';
import { registerIssuer, SANDBOX_CLIENT } from './http/issuer.js';
import { prepareLeaving } from './http/leaving.js';
import { mountRest, type Door } from './http/mount.js';
import { observeRequests } from './http/observe.js';
import { mountMerchantRoutes } from './http/merchant-routes.js';
import { mountOperationRoutes } from './http/operation-routes.js';
import { mountPaymentRoutes } from './http/payment-routes.js';
import { mountPreOrderRoutes } from './http/pre-order-routes.js';
import { mountTenantRoutes } from './http/tenant-routes.js';
import { answerUnreadable } from './http/unreadable.js';
import { mountTransferRoutes } from './http/transfer-routes.js';
import { problem } from './http/problem.js';
import { openTokenKeys, type TokenKeys } from './http/token-keys.js';
import { mountWebhookRoutes } from './http/webhook-routes.js';
import type { Broker, Consumer } from './kit/broker.js';
import type { Connector } from './kit/connector.js';
import { registerPages } from './pages/routes.js';
import { readBacklog } from './storage/backlog.js';
import type { Db } from './storage/database.js';
import { deploymentSecret } from './storage/deployment-secrets.js';
import { freeDuties } from './storage/duties.js';
import { freeLeases } from './storage/inbox.js';
import { freeAskings } from './storage/operations.js';
import type { Vault } from './storage/vault.js';
import { measured } from './telemetry/measured.js';
import { createMetrics, type Metrics } from './telemetry/metrics.js';
import { applyInbox } from './workers/apply-inbox.js';
import { askAgain } from './workers/ask-again.js';
import { catchUp } from './workers/catch-up.js';
import { deleteOld } from './workers/delete-old.js';
import { lookAround } from './workers/look-around.js';
import { lookAtMerchants } from './workers/look-at-merchants.js';
import type { Worker } from './workers/loop.js';
import { publishOutbox } from './workers/publish-outbox.js';
import { takeCommands } from './workers/take-commands.js';

/** Requests of one tenant: more at once than four would only wait for the processor, and for the pool. */
const DOOR_PLACES = { atOnce: 4, waiting: 1_000, patienceMs: 10_000 };
/** The reference's own set: refunded and failed payments keep a tenant from leaving without a question. */
const CLOSED_STATUSES = ['canceled', 'captured'] as const;
/** Payments that nothing more is expected of. */
const FINAL_STATUSES = ['captured', 'canceled', 'refunded', 'authorization_failed'] as const;
const CONNECTOR_NAME = /^[a-z][a-z0-9-]{0,39}$/;
/** Slashes are doubled by settings that end with one, and a redirect would make a GET of a POST. Ids may be long parts. */
const ROUTER = { ignoreTrailingSlash: true, ignoreDuplicateSlashes: true, maxParamLength: 255 };

export interface Parts {
  config: Config;
  db: Db;
  vault: Vault;
  clock: Clock;
  log: AppLog;
  version: string;
  /** True when no other process works on this database: leases of a dead one are freed at once. */
  isOnlyNode: boolean;
  /** `api` answers and leaves what is not asked at once to the workers of others; absent: both. */
  role?: Role;
  /** Absent: the one the configuration names, if any. */
  broker?: Broker;
}

/** What a node does: answer requests, or work on what was stored. Every node answers for its own health. */
export const ROLES = ['all', 'api', 'worker'] as const;
export type Role = (typeof ROLES)[number];

export interface Running {
  app: App;
  server: FastifyInstance;
  /** Starts the workers; only then is the app ready. Call it once, when the port is ours. */
  start(): Promise<void>;
  /** The clock was moved by so much: workers that would have looked in that time look now. */
  passed(ms: number): void;
  /**
   * Stops taking requests, ends the rounds under way, and leaves the database to its owner. With `leaveMs` it says first,
   * for so long, that it is not ready any more, and answers whoever comes all the same.
   */
  stop(leaveMs?: number): Promise<void>;
}

/** Builds the app and mounts its routes. Listening, then starting the workers, is the caller's. */
export async function compose(parts: Parts): Promise<Running> {
  const { config, db, vault, clock, log, role = 'all' } = parts;
  const store = { db, appId: config.appId, vault, clock };
  const newKey = () => Promise.resolve(randomBytes(32).toString('base64url'));
  const pageKey = await deploymentSecret(store, 'page tokens', newKey);
  const stateKey = await deploymentSecret(store, 'onboarding states', newKey);
  const metrics = createMetrics(() =>
    readBacklog(db, config.appId, { now: isoTime(clock), finalStatuses: FINAL_STATUSES }),
  );
  const broker = role === 'api' ? undefined : await brokerOf(parts);
  const app = buildApp(parts, { pageKey, stateKey }, metrics);
  const server = serverOf(config, metrics);
  const leave = prepareLeaving(server);
  const keys = openTokenKeys(store);
  const access = openAccess({ keys, publicUrl: config.publicUrl, clock, externalIssuer: config.externalIssuer });
  let isReady = false;
  const { applePayDomainFile, metricsToken } = config;
  const operation = { version: parts.version, isReady: () => isReady, applePayDomainFile, metrics, metricsToken };
  const door = { server, access, log, places: createPlaces(DOOR_PLACES) };
  if (role !== 'worker') {
    if (config.externalIssuer === undefined) mountIssuer(server, parts, keys);
    mountRoutes(door, app);
    registerPages(server, app, pageDeployment(config));
  }
  mountOperationRoutes(door, app, operation);
  mountRest(server);
  const workers: Worker[] = [];
  let commands: Consumer | undefined;
  const start = async (): Promise<void> => {
    if (parts.isOnlyNode) await freeWhatTheDeadHeld(app);
    if (role !== 'api') {
      const hurried = [applyInbox(app), askAgain(app)];
      workers.push(...hurried, lookAround(app), lookAtMerchants(app), catchUp(app, parts.isOnlyNode), deleteOld(app));
      app.wake = () => hurried.forEach((worker) => worker.wake());
    }
    if (broker !== undefined) {
      workers.push(await publishOutbox(app, broker, parts.isOnlyNode));
      commands = takeCommands(app, broker);
    }
    isReady = true;
  };
  const passed = (ms: number): void => workers.forEach((worker) => worker.passed(ms));
  const stop = async (leaveMs = 0): Promise<void> => {
    isReady = false;
    await leave(leaveMs);
    await commands?.stop();
    await Promise.all(workers.map((worker) => worker.stop()));
    await broker?.close();
  };
  return { app, server, start, passed, stop };
}

/** Connects when there is something to do: the app starts, and takes orders, while the broker is away. */
async function brokerOf({ config, log, broker }: Parts): Promise<Broker | undefined> {
  if (broker !== undefined || config.brokerUrl === undefined) return broker;
  return openBroker({ url: config.brokerUrl, prefix: config.appId, log });
}

function serverOf(config: Config, metrics: Metrics): FastifyInstance {
  const server = Fastify({
    logger: false,
    // What comes while we leave is answered like everything else: nobody has to try again because of us.
    return503OnClosing: false,
    // An empty list trusts nobody: then the caller is who holds the other end of the connection.
    trustProxy: config.trustedProxies.length === 0 ? false : [...config.trustedProxies],
    bodyLimit: BODY_LIMIT_BYTES,
    routerOptions: ROUTER,
    clientErrorHandler: answerUnreadable,
    // What the router refuses (a path that cannot be decoded) reaches no route and no error mapper of a route.
    frameworkErrors: (error, _request, reply) => {
      const { status, headers, body } = problem(error, { shape: 'list' });
      void (reply as unknown as FastifyReply).code(status).headers(headers).send(body);
    },
  });
  observeRequests(server, (told) => metrics.request(told));
  registerBodyParsers(server);
  return server;
}

function mountIssuer(server: FastifyInstance, parts: Parts, keys: TokenKeys): void {
  const { config, db, clock, log } = parts;
  registerIssuer(server, {
    keys,
    clients: { db, appId: config.appId, clock },
    publicUrl: config.publicUrl,
    sandbox: config.mode === 'sandbox',
    warn: (event, fields) => log.warn(event, fields),
  });
}

function mountRoutes(door: Door, app: App): void {
  mountTenantRoutes(door, app);
  mountPaymentRoutes(door, app);
  mountPreOrderRoutes(door, app);
  mountTransferRoutes(door, app);
  mountMerchantRoutes(door, app);
  mountFacadeRoutes(door, app);
  mountWebhookRoutes(door, app);
  mountChannels(door, app);
}

function buildApp(parts: Parts, { pageKey, stateKey }: { pageKey: string; stateKey: string }, metrics: Metrics): App {
  const { config, db, vault, clock, log } = parts;
  const newId = (): string => v7({ msecs: clock.now() });
  return {
    appId: config.appId,
    db,
    clock,
    newId,
    log,
    vault,
    connector: measuredConnectors(parts, metrics),
    connectorNames,
    defaultConnector: 'stripe',
    apiUrlOf: (name) => (name === 'stripe' ? config.stripeApiUrl : undefined),
    pageSettingsOf: (name) =>
      name === 'stripe' && config.stripeJsUrl !== undefined ? { scriptUrl: config.stripeJsUrl } : {},
    compose: composer(config.appId, newId),
    channels: Object.keys(CHANNELS),
    usesBroker: config.brokerUrl !== undefined || parts.broker !== undefined,
    isSandbox: config.mode === 'sandbox',
    publicUrl: config.publicUrl,
    pageToken: ({ id, pageExpiresAt }) =>
      createHmac('sha256', pageKey).update(`${id}|${pageExpiresAt}`).digest('base64url'),
    pageTtlMinutes: config.pageTtlMinutes,
    retentionDays: config.retentionDays,
    signState: (text) => createHmac('sha256', stateKey).update(text).digest('base64url'),
    closedStatuses: CLOSED_STATUSES,
    deletePaymentsOnDisconnect: config.deletePaymentsOnDisconnect,
    deleteMerchantsOnDisconnect: config.deleteMerchantsOnDisconnect,
    asking: new Set(),
    wake: () => undefined,
  };
}

/** Connectors by name, each measured; the same record every time. */
function measuredConnectors({ config, clock }: Parts, metrics: Metrics): App['connector'] {
  const known = new Map<string, Connector>();
  return async (name) => {
    const connector =
      known.get(name) ?? measured(await connectorFor(config, name), clock, (call) => metrics.pspCall(call), outside);
    known.set(name, connector);
    return connector;
  };
}

/** The sandbox connector moves no money, so production must not know it. */
async function connectorFor(config: Config, name: string) {
  const connector = config.mode === 'serve' && name === 'sandbox' ? undefined : await findConnector(name);
  if (connector === undefined) {
    // What is no name may be a secret in the wrong field, which no answer repeats.
    const named = CONNECTOR_NAME.test(name) ? `"${name}"` : 'of that name';
    throw new AppError('configuration_refused', { message: `There is no connector ${named}` });
  }
  return connector;
}

/** Events to messages. The timestamp is the outbox's to give. */
function composer(appIdentifier: string, newId: () => string): App['compose'] {
  return (event: AppEvent, { tenantId, correlationId, announces }): Message => {
    const { channel, name, payload } = toMessage(event);
    const id = newId();
    const sending = { name, tenantIdentifier: tenantId, appIdentifier, correlationId: correlationId ?? id };
    const attributes = toAttributes({ ...sending, transactionId: id, timestampMicros: 0 });
    return { id, channel, name, payload, attributes, ...(announces === undefined ? {} : { announces }) };
  };
}

/** Printed in README as well. */
const SANDBOX_HINT = {
  tenant: 'demo-shop',
  clientId: SANDBOX_CLIENT.clientId,
  clientSecret: SANDBOX_CLIENT.secret,
};

function pageDeployment(config: Config) {
  // From dist/compose.js and, under test, from src/compose.ts alike.
  const root = join(dirname(fileURLToPath(import.meta.url)), '..');
  return {
    islandsDir: join(root, 'dist', 'islands'),
    clientFile: join(root, 'dist', 'client', 'index.js'),
    simulation: config.mode === 'sandbox' && config.stripeApiUrl !== undefined,
    catalogue: {
      frameOrigins: config.catalogueFrameOrigins,
      signIn: config.externalIssuer === undefined ? ('client' as const) : ('token' as const),
      loaderFile: join(root, 'dist', 'pages', 'browser', 'catalogue-loader.js'),
      ...(config.mode === 'sandbox' ? { hint: SANDBOX_HINT } : {}),
    },
    ...(config.stripeJsUrl === undefined ? {} : { stripeJsUrl: config.stripeJsUrl }),
  };
}

async function freeWhatTheDeadHeld(app: App): Promise<void> {
  await freeLeases(app.db, app.appId);
  await freeDuties(app.db, app.appId);
  await freeAskings(app.db, app.appId, isoTime(app.clock));
}
