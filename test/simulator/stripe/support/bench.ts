/** A simulator with the official SDK in front of it; every answer is validated on its way. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parse } from 'qs';
import Stripe from 'stripe';
import { systemClock } from '../../../../src/clock.js';
import { controlPlane, startSimulator } from '../../../../src/simulator/stripe/index.js';
import type { ControlPlane, Simulator } from '../../../../src/simulator/stripe/index.js';
import { checkObjects, checkParams } from './schemas.js';

export interface Bench {
  simulator: Simulator;
  control: ControlPlane;
  /** The SDK with the key `sk_test_<ending>`, without retries unless asked. */
  sdk(ending?: string, options?: { maxNetworkRetries?: number; timeout?: number; key?: string }): Stripe;
  close(): Promise<void>;
}

/** What validation found. Kept until the bench closes: thrown inside the SDK it would look like a lost connection. */
const problems: string[] = [];

function note(check: () => void): void {
  try {
    check();
  } catch (error) {
    problems.push(String(error));
  }
}

/** Throws when anything answered or accepted since the last call was not what the SDK's types say. */
export function throwProblems(): void {
  const found = [...new Set(problems.splice(0))];
  if (found.length > 0) throw new Error(found.slice(0, 5).join('\n'));
}

type Client = ReturnType<typeof Stripe.createNodeHttpClient>;

/** The SDK against a simulator at this port. Answers and accepted parameters are validated, see `throwProblems`. */
export function sdkAt(
  port: number,
  key: string,
  options: { maxNetworkRetries?: number; timeout?: number } = {},
): Stripe {
  const inner = Stripe.createNodeHttpClient();
  const client = Object.create(inner) as Client;
  client.makeRequest = async (...request) => {
    const [, , path, method, , body] = request;
    const response = await inner.makeRequest(...request);
    const read = response.toJSON.bind(response);
    response.toJSON = async () => {
      const answer = (await read()) as object;
      const { pathname, search } = new URL(path, 'http://simulator.invalid');
      note(() => checkObjects(answer, `${method} ${pathname}`));
      const form = method === 'POST' ? (body ?? '') : search.slice(1);
      const isJson = method === 'POST' && pathname.startsWith('/v2/');
      const sent = isJson
        ? (JSON.parse(body || '{}') as Record<string, unknown>)
        : parse(form, { depth: 12, arrayLimit: 1000 });
      if (response.getStatusCode() === 200) note(() => checkParams(method, pathname, sent));
      return answer;
    };
    return response;
  };
  return new Stripe(key, {
    host: '127.0.0.1',
    port,
    protocol: 'http',
    telemetry: false,
    maxNetworkRetries: options.maxNetworkRetries ?? 0,
    timeout: options.timeout ?? 10_000,
    httpClient: client,
  });
}

/** Starts a simulator in memory (or in `dataDir`) on a free port. */
export async function startBench(options: { dataDir?: string; seed?: number } = {}): Promise<Bench> {
  const bugs: unknown[] = [];
  const log = (event: string, fields?: Record<string, unknown>): void =>
    void (event.endsWith('bug') && bugs.push(fields));
  const simulator = await startSimulator({ host: '127.0.0.1', port: 0, clock: systemClock, log, ...options });
  return {
    simulator,
    control: controlPlane(simulator.url),
    sdk: (ending = 'bench', { key, ...rest } = {}) => sdkAt(simulator.port, key ?? `sk_test_${ending}`, rest),
    close: async () => {
      await simulator.close();
      throwProblems();
      if (bugs.length > 0) throw new Error(`the simulator failed: ${JSON.stringify(bugs)}`);
    },
  };
}

export interface Received {
  /** The verified event, or null when the signature was not right. */
  event: Stripe.Event | null;
  id: string;
  type: string;
  body: string;
  signature: string;
}

export interface Receiver {
  url: string;
  received: Received[];
  /** Secrets that verify. */
  secrets: string[];
  /** Status of the next answers, then 200. */
  answers: number[];
  /** Resolves when this many deliveries have arrived. */
  until(count: number): Promise<void>;
  close(): Promise<void>;
}

/** A webhook endpoint that verifies and keeps what it gets. Every event is validated. */
export async function startReceiver(): Promise<Receiver> {
  const received: Received[] = [];
  const secrets: string[] = [];
  const answers: number[] = [];
  const server = createServer((message, response) => {
    const chunks: Buffer[] = [];
    message.on('data', (chunk: Buffer) => chunks.push(chunk));
    message.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8');
      const signature = String(message.headers['stripe-signature']);
      const plain = JSON.parse(body) as Stripe.Event;
      note(() => checkObjects(plain, `webhook ${plain.type}`));
      received.push({ event: verified(body, signature, secrets), id: plain.id, type: plain.type, body, signature });
      response.writeHead(answers.shift() ?? 200).end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhooks`,
    received,
    secrets,
    answers,
    until: async (count) => {
      for (let wait = 0; received.length < count; wait += 1) {
        if (wait > 400)
          throw new Error(`${received.length} of ${count} deliveries: ${received.map((row) => row.type).join(', ')}`);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    },
    close: async () => {
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}

function verified(body: string, signature: string, secrets: string[]): Stripe.Event | null {
  for (const secret of secrets) {
    try {
      return Stripe.webhooks.constructEvent(body, signature, secret);
    } catch {
      // Another secret may fit.
    }
  }
  return null;
}

/** Registers the receiver for all events (or these), its own or those of connected accounts, and lets it verify them. */
export async function listen(
  sdk: Stripe,
  receiver: Receiver,
  types: string[] = ['*'],
  connect = false,
): Promise<Stripe.WebhookEndpoint> {
  const endpoint = await sdk.webhookEndpoints.create({
    url: receiver.url,
    enabled_events: types as Stripe.WebhookEndpointCreateParams.EnabledEvent[],
    ...(connect ? { connect } : {}),
  });
  receiver.secrets.push(endpoint.secret ?? '');
  return endpoint;
}

/** The error a call ends with, as facts that can be compared. */
export async function errorOf(call: Promise<unknown>): Promise<Record<string, unknown>> {
  try {
    await call;
  } catch (error) {
    const known = error as Stripe.errors.StripeError;
    return {
      class: known.type,
      status: known.statusCode,
      type: known.rawType,
      code: known.code,
      ...(known.decline_code === undefined ? {} : { decline_code: known.decline_code }),
      ...(known.param === undefined ? {} : { param: known.param }),
    };
  }
  throw new Error('the call did not fail');
}
