/** One SDK client per key, loaded on first use, and the time limit that every asking keeps. */
import { createHash } from 'node:crypto';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type Stripe from 'stripe';
import type { Context } from '../../kit/index.js';
import { API_VERSION, APP_NAME, APP_VERSION } from './api.js';

export interface StripeOptions {
  /** For one request to Stripe. */
  timeoutMs: number;
  /** For one asking with all its requests and the SDK's own repeats: a shop waits for it. */
  budgetMs: number;
  /** Repeats by the SDK, with the same idempotency key. */
  retries: number;
}

export const DEFAULT_OPTIONS: StripeOptions = { timeoutMs: 12_000, budgetMs: 12_000, retries: 2 };

/** How the verbs reach Stripe. */
export interface Reach {
  /** A client for the tenant's secret key, or for `key` when it is given. */
  client(context: Context, key?: string): Promise<Stripe>;
  /** Ends work that takes longer than the budget; what was sent may still happen, so nobody knows. */
  within<T>(work: Promise<T>, budgetMs?: number): Promise<T>;
}

/** Thrown when the budget is spent. */
export class NoAnswerInTime extends Error {
  override name = 'NoAnswerInTime';
}

/** Clients kept; the least recently used one makes room. */
const CLIENT_LIMIT = 200;

/**
 * Makes the way to Stripe. Where Stripe is comes from the deployment (`context.apiUrl`) alone, never from a tenant's
 * settings, so that no tenant can point us at an address of the deployment's network.
 */
export function createReach(options: StripeOptions = DEFAULT_OPTIONS): Reach {
  const clients = new Map<string, Stripe>();
  const agents = new Map<string, HttpAgent>();
  return {
    async client(context, key = textOf(context.tenant.settings.secretKey)) {
      const { default: StripeClient } = await import('stripe');
      const slot = `${createHash('sha256').update(key).digest('hex')} ${context.apiUrl ?? ''}`;
      const known = clients.get(slot);
      clients.delete(slot);
      const client = known ?? new StripeClient(key, clientConfig(options, agents, context.apiUrl));
      clients.set(slot, client);
      if (clients.size > CLIENT_LIMIT) clients.delete(clients.keys().next().value!);
      return client;
    },
    within: (work, budgetMs = options.budgetMs) => endWithin(work, budgetMs),
  };
}

function clientConfig(options: StripeOptions, agents: Map<string, HttpAgent>, apiUrl?: string): Stripe.StripeConfig {
  const address = apiUrl === undefined ? undefined : new URL(apiUrl);
  const protocol = address?.protocol === 'http:' ? 'http' : 'https';
  const agent = agents.get(protocol) ?? newAgent(protocol);
  agents.set(protocol, agent);
  return {
    apiVersion: API_VERSION,
    maxNetworkRetries: options.retries,
    timeout: options.timeoutMs,
    telemetry: false,
    appInfo: { name: APP_NAME, version: APP_VERSION },
    httpAgent: agent,
    protocol,
    ...(address === undefined
      ? {}
      : { host: address.hostname, port: address.port || (protocol === 'http' ? 80 : 443) }),
  };
}

function newAgent(protocol: 'http' | 'https'): HttpAgent {
  const keeping = { keepAlive: true, maxSockets: 64, maxFreeSockets: 16 };
  return protocol === 'http' ? new HttpAgent(keeping) : new HttpsAgent(keeping);
}

function endWithin<T>(work: Promise<T>, budgetMs: number): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new NoAnswerInTime(`no answer within ${budgetMs} ms`)), budgetMs);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
