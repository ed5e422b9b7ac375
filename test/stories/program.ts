/**
 * One run of the app inside this process, with a death that can be laid at any statement or asking: from then on
 * nothing of it reaches the database or the PSP any more.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { compose } from '../../src/compose.js';
import { readConfig } from '../../src/config.js';
import { createStripeConnector } from '../../src/connectors/stripe/index.js';
import type { Clock } from '../../src/domain/clock.js';
import type { Order } from '../../src/domain/order.js';
import type { Command } from '../../src/domain/command.js';
import type { AppLog } from '../../src/flows/app.js';
import { receiveCommand } from '../../src/flows/command.js';
import { configure } from '../../src/flows/configure.js';
import { initializePayment } from '../../src/flows/initialize.js';
import { onboardMerchant } from '../../src/flows/onboarding.js';
import { transferMoney, type TransferTold, type TransferWish } from '../../src/flows/transfer.js';
import type { Connector, MarketplaceVerb, MarketplaceVerbs, Verb } from '../../src/kit/connector.js';
import type { Db } from '../../src/storage/database.js';
import { masterKeyFromText, openVault } from '../../src/storage/vault.js';

export const MASTER_KEY = Buffer.alloc(32, 7).toString('base64');
/** Milliseconds: a fault that hangs is over soon. */
const SDK_TIMEOUT_MS = 1_000;
const SDK_BUDGET_MS = 4_000;

export interface Place {
  db: Db;
  clock: Clock;
  appId: string;
  publicUrl: string;
  stripeUrl: string;
  retries: number;
  /** Hears every line of the app's log. */
  hears: (event: string, fields?: Record<string, unknown>) => void;
  /** Told at the moment of death. */
  dies?: (isOnTheWay: boolean) => void;
  /** Told how many askings are under way whenever that changes. */
  asks?: (inFlight: number) => void;
}

export interface SentCommand {
  tenantId: string;
  command: Command;
  identity: string;
  correlationId: string;
}

/** What a story needs of a running app. */
export interface Program {
  configure(tenantId: string, settings: Record<string, unknown>): Promise<void>;
  initialize(tenantId: string, order: Order): Promise<void>;
  command(sent: SentCommand): Promise<void>;
  /** A merchant sets out for the PSP's forms. */
  onboard(tenantId: string, merchantReference: string): Promise<void>;
  /** A shop pays merchants, or takes back. */
  transfer(tenantId: string, wish: TransferWish): Promise<TransferTold[]>;
  /** Answers a request that came to the app's address; undefined when nobody is there any more. */
  readonly route: ((request: IncomingMessage, response: ServerResponse) => void) | undefined;
  /** Work in memory that no table shows. */
  inFlight(): number;
  /** Askings that are still on the wire, also of a dead run. */
  onTheWire(): number;
  /** Grows with every statement and asking: while it does not, the app rests. */
  pulse(): number;
  /** The clock was moved by so many milliseconds. */
  passed(ms: number): void;
  /** Dies at the n-th statement or asking from now; `onTheWay`: that one still reaches its goal. */
  dieAfter(n: number, onTheWay: boolean): void;
  die(): void;
  readonly isDead: boolean;
  /** Ends what is left of it. */
  end(): Promise<void>;
}

class Dead extends Error {
  override name = 'Dead';
}

/** Starts a run on the database as it is. */
export async function startProgram(place: Place): Promise<Program> {
  const { db, clock, appId } = place;
  let isDead = false;
  let left = Number.POSITIVE_INFINITY;
  let isOnTheWay = false;
  let asking = 0;
  let pulse = 0;
  const passed = (): void => {
    pulse += 1;
    if (isDead) throw new Dead('this run of the app is dead');
    left -= 1;
    if (left > 0) return;
    isDead = true;
    place.dies?.(isOnTheWay);
    if (!isOnTheWay) throw new Dead('this run of the app has died');
  };
  const own = mortal(db, passed);
  const config = readConfig(
    {
      MASTER_KEY,
      PUBLIC_URL: place.publicUrl,
      STRIPE_API_URL: place.stripeUrl,
      APP_IDENTIFIER: appId,
    },
    'sandbox',
  );
  const vault = openVault({ db: own, appId, clock, masterKey: masterKeyFromText(MASTER_KEY) });
  const log = logOf(place.hears);
  const running = await compose({ config, db: own, vault, clock, log, version: '0.0.0', isOnlyNode: true });
  const { app, server } = running;
  const stripe = createStripeConnector({ retries: place.retries, timeoutMs: SDK_TIMEOUT_MS, budgetMs: SDK_BUDGET_MS });
  const find = app.connector;
  const count = (change: number): void => {
    asking += change;
    place.asks?.(asking);
  };
  const watched = watchedConnector(stripe, passed, count);
  app.connector = (name) => (name === 'stripe' ? Promise.resolve(watched) : find(name));
  await server.ready();
  await running.start();
  let ended: Promise<void> | undefined;
  return {
    configure: async (tenantId, settings) => void (await configure(app, tenantId, settings)),
    initialize: async (tenantId, order) => {
      const urls = { redirectSuccessUrl: 'https://shop.example/ok', redirectCancelUrl: 'https://shop.example/no' };
      await initializePayment(app, tenantId, { order, ...urls });
    },
    command: (sent) => receiveCommand(app, sent),
    onboard: async (tenantId, merchantReference) => {
      await onboardMerchant(app, tenantId, { merchantReference, name: 'Ada’s Garden', urls: {} });
    },
    transfer: (tenantId, wish) => transferMoney(app, tenantId, wish),
    get route() {
      return isDead ? undefined : server.routing.bind(server);
    },
    inFlight: () => (isDead ? 0 : asking + app.asking.size),
    onTheWire: () => asking,
    pulse: () => pulse,
    passed: (ms) => void (isDead || running.passed(ms)),
    dieAfter: (n, onTheWay) => {
      left = n;
      isOnTheWay = onTheWay;
    },
    die: () => void (isDead = true),
    get isDead() {
      return isDead;
    },
    end: () => (ended ??= running.stop()),
  };
}

/** Every statement passes a point first. */
function mortal(db: Db, passed: () => void): Db {
  return new Proxy(db, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function') return member;
      if (name === 'getExecutor' || name === 'transaction') passed();
      return member.bind(target) as unknown;
    },
  });
}

/** Every asking passes a point before and after it. */
function watchedConnector(real: Connector, passed: () => void, count: (change: number) => void): Connector {
  const counted = async <T>(work: () => Promise<T>): Promise<T> => {
    passed();
    count(1);
    try {
      const answer = await work();
      passed();
      return answer;
    } finally {
      count(-1);
    }
  };
  const verb = <Request>(of: Verb<Request>): Verb<Request> => ({
    prepare: of.prepare,
    ask: (asking, context) => counted(() => of.ask(asking, context)),
  });
  const { readBack, missedEvents, marketplace } = real;
  return {
    ...real,
    initialize: verb(real.initialize),
    capture: verb(real.capture),
    cancel: verb(real.cancel),
    refund: verb(real.refund),
    ...(marketplace === undefined ? {} : { marketplace: watchedMarketplace(marketplace, counted) }),
    ...(readBack === undefined ? {} : { readBack: (request, context) => counted(() => readBack(request, context)) }),
    ...(missedEvents === undefined
      ? {}
      : { missedEvents: (since, context) => counted(() => missedEvents(since, context)) }),
  };
}

/** The same for what is asked about merchants. */
function watchedMarketplace(
  real: MarketplaceVerbs,
  counted: <T>(work: () => Promise<T>) => Promise<T>,
): MarketplaceVerbs {
  const verb = <Request, Told>(of: MarketplaceVerb<Request, Told>): MarketplaceVerb<Request, Told> => ({
    prepare: (request, context) => of.prepare(request, context),
    ask: (asking, context) => counted(() => of.ask(asking, context)),
  });
  const { readTransfer } = real;
  return {
    ...real,
    createAccount: verb(real.createAccount),
    createLink: verb(real.createLink),
    readAccount: (id, context) => counted(() => real.readAccount(id, context)),
    transfer: verb(real.transfer),
    reverseTransfer: verb(real.reverseTransfer),
    ...(readTransfer === undefined
      ? {}
      : { readTransfer: (asking, context) => counted(() => readTransfer(asking, context)) }),
  };
}

function logOf(hears: Place['hears']): AppLog {
  const at =
    (level: string) =>
    (event: string, fields: Record<string, unknown> = {}): void =>
      hears(event, level === '' ? fields : { level, ...fields });
  return Object.assign(at(''), { warn: at('warn'), error: at('error') });
}
