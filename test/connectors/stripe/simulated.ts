/** A running simulator for the tests of the Stripe connector, with a customer who pays and a fast connector. */
import StripeClient from 'stripe';
import { systemClock as clock } from '../../../src/clock.js';
import { createStripeConnector } from '../../../src/connectors/stripe/index.js';
import type { StripeOptions } from '../../../src/connectors/stripe/client.js';
import type { Answer, Asking, Connector, Context, PaymentHandle, Settings } from '../../../src/kit/index.js';
import { controlPlane, startSimulator } from '../../../src/simulator/stripe/index.js';
import type { Logged } from './given.js';
import { contextWith, handleOf, orderOf, SETTINGS } from './given.js';

export type Simulated = Awaited<ReturnType<typeof simulated>>;

/** Starts a simulator of its own; `close` ends it. */
export async function simulated() {
  const simulator = await startSimulator({ host: '127.0.0.1', port: 0, clock });
  const control = controlPlane(simulator.url);
  const { hostname, port } = new URL(simulator.url);
  const stripe = new StripeClient(SETTINGS.secretKey as string, {
    host: hostname,
    port,
    protocol: 'http',
    telemetry: false,
  });
  const logged: Logged[] = [];
  const context = (settings: Settings = SETTINGS, now: () => number = () => clock.now()): Context =>
    contextWith(settings, { apiUrl: simulator.url, logged, now });
  return {
    url: simulator.url,
    control,
    stripe,
    logged,
    context,
    close: () => simulator.close(),
    /** The customer pays with a card of Stripe's test cards. */
    pay: (id: string, method = 'pm_card_visa') =>
      stripe.paymentIntents.confirm(id, { payment_method: method, return_url: 'https://shop.example/return' }),
  };
}

/** A connector with short limits; `retries` 0 shows what one request does. */
export const impatient = (options: Partial<StripeOptions> = {}): Connector =>
  createStripeConnector({ retries: 0, timeoutMs: 600, budgetMs: 2_000, ...options });

let count = 0;

/** One asking in its stored form, ready to be asked again. */
export function askingOf(parameters: Asking['parameters'], operationId = `op-${(count += 1)}`): Asking {
  const stored = JSON.parse(JSON.stringify(parameters)) as Asking['parameters'];
  return {
    parameters: stored,
    idempotencyKey: `psp1:h4sh:${operationId}:1`,
    operationId,
    askedAt: new Date(clock.now()).toISOString(),
  };
}

/** Begins a payment and gives its handle. */
export async function begin(
  connector: Connector,
  context: Context,
  order = orderOf(),
): Promise<{ payment: PaymentHandle; answer: Answer }> {
  const operationId = `op-begin-${(count += 1)}`;
  const payment = handleOf({ paymentId: `payment-${count}`, amount: order.grandTotal, currency: order.currency });
  const request = { paymentId: payment.paymentId, operationId, order, returnUrl: 'https://x.example/' };
  const answer = await connector.initialize.ask(
    askingOf(connector.initialize.prepare(request, context), operationId),
    context,
  );
  const transactionId = answer.references.find(({ kind }) => kind === 'payment')?.id ?? '';
  return { payment: { ...payment, transactionId }, answer };
}

/** An asking to capture, cancel or refund this payment. */
export function asked(
  connector: Connector,
  verb: 'capture' | 'cancel' | 'refund',
  payment: PaymentHandle,
  more: { context: Context; amount?: number; last?: boolean },
) {
  const operationId = `op-${verb}-${(count += 1)}`;
  const { context, amount = payment.amount } = more;
  const last = more.last === undefined ? {} : { last: more.last };
  const parameters =
    verb === 'cancel'
      ? connector.cancel.prepare({ payment, operationId, reason: 'requested_by_customer' }, context)
      : connector[verb].prepare({ payment, operationId, amount, itemIds: ['1'], ...last }, context);
  const asking = askingOf(parameters, operationId);
  return { asking, ask: () => connector[verb].ask(structuredClone(asking), context) };
}
