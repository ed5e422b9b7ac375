/** What the console shows, gathered from the state: accounts, payments with all that belongs to them, deliveries. */
import type Stripe from 'stripe';
import type { Job } from '../core/jobs.js';
import type { JournalEntry } from '../core/journal.js';
import type { Simulation } from '../core/simulation.js';
import { OWN } from '../core/store.js';
import type { Collection } from '../core/store.js';
import { remainingOf } from '../resources/bank-transfers.js';
import type { Intent } from '../resources/intents.js';
import type { Delivery } from '../webhooks/records.js';

interface Found {
  account: string;
  intent: Intent;
}

/** One payment intent as a line of the list. */
export interface PaymentLine extends Found {
  /** The card, or the type of another payment method; null before one is given. */
  instrument: string | null;
  /** How the shop calls the order, when its metadata says so. */
  order: string | null;
  /** Minor units given back by refunds that did not fail. */
  refunded: number;
}

/** One payment intent with everything that belongs to it. */
export interface PaymentRecord extends PaymentLine {
  /** Type of the payment method; null before one is given. */
  method: string | null;
  charges: Stripe.Charge[];
  /** Of the charge, and of the cash balance of the payment's customer. */
  refunds: Stripe.Refund[];
  /** Shares of it that went to merchants, newest first. */
  transfers: Stripe.Transfer[];
  disputes: Stripe.Dispute[];
  /** The review that is open, or null. */
  review: Stripe.Review | null;
  /** Minor units that still have to arrive by bank transfer; 0 when none is awaited. */
  remaining: number;
  /** Minor units that arrived by bank transfer and belong to no payment. */
  surplus: number;
  /** The id of the challenge that waits for the customer, or null. */
  challenge: string | null;
  /** Newest first, each with its deliveries. */
  events: { event: Stripe.Event; deliveries: Delivery[] }[];
  /** Newest first. */
  requests: JournalEntry[];
  /** What will happen by itself, soonest first. */
  jobs: Job[];
}

export interface AccountLine {
  id: string;
  payments: number;
  endpoints: string[];
}

const TELLS_OF_ACCOUNT: readonly Collection[] = ['accounts', 'payment_intents', 'customers', 'webhook_endpoints'];

/** Every account that made something or asked about itself. */
export function accountsSeen(sim: Simulation): AccountLine[] {
  const { store } = sim;
  const ids = TELLS_OF_ACCOUNT.flatMap((collection) =>
    store.accounts(collection).filter((account) => store.count(collection, account) > 0),
  );
  return [...new Set(ids)].map((id) => ({
    id,
    payments: store.count('payment_intents', id),
    endpoints: store.read.all('webhook_endpoints', id).map((endpoint) => endpoint.url),
  }));
}

/** Payments of all accounts, newest first; those of one account or with this text in id, description or metadata. */
export function findPayments(sim: Simulation, wanted: { account: string; text: string }): Found[] {
  const text = wanted.text.trim().toLowerCase();
  const isWanted = (intent: Intent): boolean =>
    text === '' ||
    [intent.id, intent.latest_charge, intent.description, ...Object.values(intent.metadata)].some(
      (value) => typeof value === 'string' && value.toLowerCase().includes(text),
    );
  return sim.store
    .accounts('payment_intents')
    .filter((account) => wanted.account === '' || account === wanted.account)
    .flatMap((account) => {
      // Later ones of the same second come first as well.
      const intents = [...sim.store.read.all('payment_intents', account)].reverse().filter(isWanted);
      return intents.map((intent) => ({ account, intent }));
    })
    .sort((a, b) => b.intent.created - a.intent.created);
}

/** The payment with what a list tells of it. Looks through the account's refunds: for the rows shown, not for all. */
export function lineOf(sim: Simulation, account: string, intent: Intent): PaymentLine {
  const { read } = sim.store;
  const charge = read.get('charges', account, idOf(intent.latest_charge) ?? '');
  const method = read.get('payment_methods', account, idOf(intent.payment_method) ?? charge?.payment_method ?? '');
  const reference = intent.payment_details?.order_reference ?? intent.metadata.order_reference ?? null;
  return {
    account,
    intent,
    instrument: method ? nameOf(method) : null,
    order: reference,
    refunded: intent.amount_received === 0 ? 0 : refundedOf(refundsOf(sim, account, intent.id)),
  };
}

const idOf = (value: string | { id: string } | null | undefined): string | null =>
  typeof value === 'string' ? value : (value?.id ?? null);

const capitalized = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);

function nameOf(method: Stripe.PaymentMethod): string {
  if (method.card) {
    const { brand, last4, wallet } = method.card;
    const from = wallet ? `${wallet.type.split('_').map(capitalized).join(' ')}, ` : '';
    return `${from}${capitalized(brand)} •••• ${last4}`;
  }
  const own = (method as unknown as Record<string, unknown>)[method.type] as { last4?: string | null } | undefined;
  const name = capitalized(method.type.replaceAll('_', ' '));
  return own?.last4 ? `${name} •••• ${own.last4}` : name;
}

const refundsOf = (sim: Simulation, account: string, intent: string): Stripe.Refund[] =>
  sim.store.read.all('refunds', account).filter((refund) => idOf(refund.payment_intent) === intent);

const refundedOf = (refunds: Stripe.Refund[]): number =>
  refunds
    .filter((refund) => refund.status !== 'failed' && refund.status !== 'canceled')
    .reduce((sum, refund) => sum + refund.amount, 0);

/** Transfers from its charge, or that name its group; newest first. */
function transfersOf(sim: Simulation, account: string, intent: Intent): Stripe.Transfer[] {
  const charge = idOf(intent.latest_charge);
  const isOf = (transfer: Stripe.Transfer): boolean =>
    (charge !== null && transfer.source_transaction === charge) ||
    (intent.transfer_group !== null && transfer.transfer_group === intent.transfer_group);
  return sim.store.read.all('transfers', account).filter(isOf).reverse();
}

/** Everything about one payment; undefined when no account has it. */
export function findPayment(sim: Simulation, id: string): PaymentRecord | undefined {
  const found = sim.store.find('payment_intents', id);
  if (!found) return undefined;
  const { account, value: intent } = found;
  const { read } = sim.store;
  const charges = read.all('charges', account).filter((charge) => idOf(charge.payment_intent) === id);
  const refunds = refundsOf(sim, account, id);
  const customer = idOf(intent.customer) ?? '';
  const cashRefunds = read
    .all('refunds', account)
    .filter((refund) => refund.payment_intent === null && customer !== '' && refund.customer === customer);
  const disputes = read.all('disputes', account).filter((dispute) => idOf(dispute.payment_intent) === id);
  const transfers = transfersOf(sim, account, intent);
  const review = read.get('reviews', account, idOf(intent.review) ?? '');
  const family = new Set([
    id,
    ...[...charges, ...refunds, ...cashRefunds, ...disputes, ...transfers].map((member) => member.id),
  ]);
  const attempt = read.get('attempts', account, read.get('intent_notes', account, id)?.attempt ?? '');
  const waits = attempt?.status === 'open' && intent.status === 'requires_action';
  return {
    ...lineOf(sim, account, intent),
    refunded: refundedOf(refunds),
    method: read.get('payment_methods', account, idOf(intent.payment_method) ?? '')?.type ?? null,
    charges: charges.reverse(),
    refunds: [...refunds, ...cashRefunds].sort((a, b) => b.created - a.created),
    transfers,
    disputes: disputes.reverse(),
    review: review?.open === true ? review : null,
    remaining: remainingOf(intent),
    surplus: read.get('cash_notes', account, customer)?.available[intent.currency] ?? 0,
    challenge: waits ? attempt.id : null,
    events: eventsOf(sim, account, family),
    requests: read
      .all('requests', OWN)
      .filter((entry) => isAbout(entry, family))
      .reverse(),
    jobs: jobsAhead(sim).filter((job) => family.has(job.subject)),
  };
}

/** Events whose object is one of these or tells of one of these. */
function eventsOf(sim: Simulation, account: string, family: Set<string>): PaymentRecord['events'] {
  const events = sim.store.read.all('events', account).filter((event) => {
    const subject = event.data.object as { id?: string; payment_intent?: string | null; charge?: string | null };
    return [subject.id, subject.payment_intent, subject.charge].some((id) => typeof id === 'string' && family.has(id));
  });
  const deliveries = new Map<string, Delivery[]>(events.map((event) => [event.id, []]));
  for (const delivery of allDeliveries(sim)) deliveries.get(delivery.event)?.push(delivery);
  return events.reverse().map((event) => ({ event, deliveries: deliveries.get(event.id) ?? [] }));
}

function isAbout(entry: JournalEntry, family: Set<string>): boolean {
  if (entry.object !== null && family.has(entry.object)) return true;
  const { payment_intent, charge, source_transaction } = { ...entry.query, ...entry.body };
  const named = [...entry.path.split('/'), payment_intent, charge, source_transaction];
  return named.some((id) => typeof id === 'string' && family.has(id));
}

const allDeliveries = (sim: Simulation): Delivery[] => [
  ...sim.store.read.all('past_deliveries', OWN),
  ...sim.store.read.all('deliveries', OWN),
];

/** A delivery beside the time of its event (seconds, null when forgotten) and the payment it tells of. */
export interface DeliveryLine {
  delivery: Delivery;
  created: number | null;
  payment: string | null;
}

/** Deliveries, those of the newest events first; only those in this state unless it is empty. */
export function findDeliveries(sim: Simulation, state: string): DeliveryLine[] {
  return allDeliveries(sim)
    .filter((delivery) => state === '' || delivery.state === state)
    .reverse()
    .map((delivery) => {
      const event = sim.store.read.get('events', delivery.owner ?? delivery.account, delivery.event);
      const subject = event?.data.object as { id?: string; object?: string; payment_intent?: unknown } | undefined;
      const payment = subject?.object === 'payment_intent' ? subject.id : subject?.payment_intent;
      return { delivery, created: event?.created ?? null, payment: typeof payment === 'string' ? payment : null };
    })
    .sort((a, b) => (b.created ?? 0) - (a.created ?? 0));
}

/** What will happen by itself, soonest first. */
export function jobsAhead(sim: Simulation): Job[] {
  return [...sim.store.read.all('jobs', OWN)].sort((a, b) => a.at - b.at);
}

/** Whether deliveries are held back. */
export const isPaused = (sim: Simulation): boolean =>
  sim.store.read.get('settings', OWN, 'webhooks_paused')?.value === true;
