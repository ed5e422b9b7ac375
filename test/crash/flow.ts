/**
 * A customer and the shop's staff, played over the demo shop's and the simulator's HTTP surfaces: place an order, pay
 * it as the browser would, capture and refund it. Every step can be taken again after a crash.
 */
import { until } from './sandbox.js';

export interface Places {
  simulatorUrl: string;
  shopUrl: string;
}

// Bodies are looked into freely by tests.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Json = any;

const SECRET_KEY = 'sk_test_demo';
const PUBLISHABLE_KEY = 'pk_test_demo';

/** JSON of an answer; undefined when nobody answers. */
export async function ask(url: string, request?: RequestInit): Promise<Json> {
  try {
    const response = await fetch(url, { ...request, signal: AbortSignal.timeout(20_000) });
    return await response.json();
  } catch {
    return undefined;
  }
}

function post(url: string, body: unknown = {}): Promise<Json> {
  return ask(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
}

/** Asks the simulator's API with the demo tenant's secret key. */
export function stripe(places: Places, path: string): Promise<Json> {
  return ask(`${places.simulatorUrl}${path}`, { headers: { authorization: `Bearer ${SECRET_KEY}` } });
}

/** Asks the simulator's control plane; with a body it is a POST. */
export function control(places: Places, path: string, body?: unknown): Promise<Json> {
  return body === undefined
    ? ask(`${places.simulatorUrl}/_sim/${path}`)
    : post(`${places.simulatorUrl}/_sim/${path}`, body);
}

export async function clearFaults(places: Places): Promise<void> {
  await ask(`${places.simulatorUrl}/_sim/faults`, { method: 'DELETE' });
}

/** References of all orders the shop knows, oldest first. */
export async function orderReferences(places: Places): Promise<string[]> {
  const { orders } = (await ask(`${places.shopUrl}/api/orders`)) as { orders: { orderReference: string }[] };
  return orders.map(({ orderReference }) => orderReference);
}

/** Puts an order together and asks for its payment. Undefined when the program died meanwhile. */
export async function placeOrder(places: Places): Promise<string | undefined> {
  const customer = { firstName: 'Ada', lastName: 'Lovelace', email: 'ada@example.com', country: 'DE' };
  const items = [{ sku: 'mug', quantity: 1 }];
  const answer = await post(`${places.shopUrl}/api/orders`, { items, customer, locale: 'en_US', currency: 'EUR' });
  if (answer !== undefined && answer.orderReference === undefined)
    throw new Error(`The shop refused: ${JSON.stringify(answer)}`);
  return answer?.orderReference as string | undefined;
}

/** Asks for the payment (again) until there is a page to send the customer to; returns the transaction id. */
export async function transactionOf(places: Places, reference: string): Promise<string> {
  const address = await until(
    `order ${reference} has a payment page`,
    async () => (await post(`${places.shopUrl}/api/orders/${reference}/pay`))?.redirectUrl as string | undefined,
  );
  return new URL(address).searchParams.get('transactionId') ?? '';
}

/** Pays as the customer's browser does: with the publishable key and the intent's client secret. */
export async function payByCard(places: Places, transactionId: string): Promise<void> {
  const intent = await stripe(places, `/v1/payment_intents/${transactionId}`);
  const form = new URLSearchParams({ client_secret: intent.client_secret, payment_method: 'pm_card_visa' });
  const confirmed = await ask(`${places.simulatorUrl}/v1/payment_intents/${transactionId}/confirm`, {
    method: 'POST',
    headers: { authorization: `Bearer ${PUBLISHABLE_KEY}`, 'content-type': 'application/x-www-form-urlencoded' },
    body: form,
  });
  if (confirmed?.status !== 'requires_capture') throw new Error(`Paying failed: ${JSON.stringify(confirmed)}`);
}

/** The order as the shop sees it. */
export function viewOrder(places: Places, reference: string): Promise<Json> {
  return ask(`${places.shopUrl}/api/orders/${reference}`);
}

/** Presses the button; pressing it twice is one command to the shop. */
export async function press(places: Places, reference: string, verb: 'capture' | 'refund'): Promise<void> {
  await post(`${places.shopUrl}/api/orders/${reference}/${verb}`);
}

/** Waits until the shop shows the order in this status. */
export async function reaches(places: Places, reference: string, status: string): Promise<void> {
  await until(
    `order ${reference} is ${status}`,
    async () => (await viewOrder(places, reference))?.status === status,
    async () => JSON.stringify(await viewOrder(places, reference), null, 1),
  );
}
