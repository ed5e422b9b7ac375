/**
 * A small shop to try the app with, and to test it: it plays one tenant through the app's public surfaces only. It
 * configures the app, places orders, sends customers to the payment page, gives commands and shows every message.
 */
import { join } from 'node:path';
import type { Clock } from '../../domain/clock.js';
import { appClient } from './app-client.js';
import { openBook } from './book.js';
import { resendCommands } from './commands.js';
import { connect } from './connection.js';
import { consume } from './consumer.js';
import { forgetfulJournal, openJournal } from './journal.js';
import { shopServer } from './server.js';
import { outsideAt } from './outside.js';
import type { ReadAppRecord, Shop, ShopLog } from './shop.js';

export type { AppRecord, ReadAppRecord } from './shop.js';

export interface ShopOptions {
  host: string;
  /** 0 takes a free one. */
  port: number;
  /** Where the app answers; it need not do so yet. */
  appUrl: string;
  clock: Clock;
  /** Default `demo-shop`. */
  tenantId?: string;
  /** The journal lies in `shop-<tenant>` below it; without it the shop forgets everything with its program. */
  dataDir?: string;
  log?: ShopLog;
  /** Where browsers find the simulator's console; default: the app's port plus 1. */
  consoleUrl?: string;
  /** Where the shop itself finds the simulator that plays Stripe; without it nobody plays banks and dashboard. */
  simulatorUrl?: string;
  /** A look at the app's own record; without it the shop shows no ledger. */
  readAppRecord?: ReadAppRecord;
  /** Pause between two polls of the channels; default 1000. */
  pollIntervalMs?: number;
}

export interface RunningShop {
  /** Where browsers reach it, without a slash at the end. */
  url: string;
  port: number;
  /** Ends calls that are under way and resolves when the journal is closed. Safe to repeat. */
  close(): Promise<void>;
}

const POLL_INTERVAL_MS = 1000;

/**
 * Starts the shop and resolves when it listens; the connection to the app follows on its own, as soon as the app
 * answers. Rejects when the port is taken or the journal cannot be read.
 */
export async function startShop(options: ShopOptions): Promise<RunningShop> {
  const { host, port, clock, dataDir, tenantId = 'demo-shop', log = () => undefined } = options;
  const folder = dataDir === undefined ? undefined : join(dataDir, `shop-${encodeURIComponent(tenantId)}`);
  const journal = folder === undefined ? forgetfulJournal() : await openJournal(folder);
  const closing = new AbortController();
  const appUrl = options.appUrl.replace(/\/+$/, '');
  const shop: Shop = {
    tenantId,
    url: '',
    appUrl,
    consoleUrl: options.consoleUrl ?? nextPort(appUrl),
    clock,
    book: openBook(journal),
    app: appClient({ appUrl, tenantId, clock, signal: closing.signal }),
    ...(options.simulatorUrl && { outside: outsideAt(options.simulatorUrl, closing.signal) }),
    ...(options.readAppRecord && { readAppRecord: options.readAppRecord }),
    log,
    signal: closing.signal,
  };
  const server = shopServer(shop);
  try {
    await server.listen({ host, port });
  } catch (error) {
    await journal.close();
    throw error;
  }
  const address = server.server.address();
  const taken = typeof address === 'object' && address !== null ? address.port : port;
  shop.url = `http://${browserHost(host)}:${taken}`;
  const errands = [connect(shop), consume(shop, options.pollIntervalMs ?? POLL_INTERVAL_MS), resendCommands(shop)];
  for (const errand of errands)
    errand.catch((error: unknown) => log('the shop stopped an errand', { error: String(error) }));

  let closed: Promise<void> | undefined;
  const close = async () => {
    closing.abort();
    await server.close();
    await Promise.allSettled(errands);
    await journal.close();
  };
  return { url: shop.url, port: taken, close: () => (closed ??= close()) };
}

/** Browsers know the machine as localhost, whichever loopback or wildcard address we listen on. */
function browserHost(host: string): string {
  if (['127.0.0.1', '0.0.0.0', '::', '::1', 'localhost'].includes(host)) return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}

function nextPort(appUrl: string): string {
  const url = new URL(appUrl);
  url.port = String(Number(url.port || '80') + 1);
  return url.origin;
}
