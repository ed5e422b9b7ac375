/** All state of the simulator: rows by collection and account, changed in batches that are logged before they count. */
import type Stripe from 'stripe';
import type { AccountLinkRow, ConnectedAccountRow } from '../resources/connected-accounts.js';
import type { Attempt, CashNote, DomainNote, IntentNote, MethodNote, TokenNote } from '../resources/notes.js';
import type { Delivery, EndpointSecret, ThinEvent, WebhookRule } from '../webhooks/records.js';
import type { ClockSetting } from './time.js';
import type { Job } from './jobs.js';
import type { FaultRule } from './faults.js';
import type { RememberedAnswer } from './idempotency.js';
import type { JournalEntry, Unsupported, Warning } from './journal.js';

/** Which value lives in which collection. Objects of the API are kept exactly as they are answered. */
export interface Collections {
  balance_transactions: Stripe.BalanceTransaction;
  cash_transactions: Stripe.CustomerCashBalanceTransaction;
  charges: Stripe.Charge;
  confirmation_tokens: Stripe.ConfirmationToken;
  customers: Stripe.Customer;
  disputes: Stripe.Dispute;
  early_fraud_warnings: Stripe.Radar.EarlyFraudWarning;
  mandates: Stripe.Mandate;
  reviews: Stripe.Review;
  deleted: { id: string; object: string; deleted: true };
  events: Stripe.Event;
  payment_intents: Stripe.PaymentIntent;
  payment_method_domains: Stripe.PaymentMethodDomain;
  payment_methods: Stripe.PaymentMethod;
  refunds: Stripe.Refund;
  transfers: Stripe.Transfer;
  transfer_reversals: Stripe.TransferReversal;
  webhook_endpoints: Stripe.WebhookEndpoint;
  accounts: { id: string; created: number };
  /** Under the platform that made them. */
  connected_accounts: ConnectedAccountRow;
  account_links: AccountLinkRow;
  event_destinations: Stripe.V2.Core.EventDestination;
  thin_events: ThinEvent;
  attempts: Attempt;
  cash_notes: CashNote;
  domain_notes: DomainNote;
  intent_notes: IntentNote;
  method_notes: MethodNote;
  token_notes: TokenNote;
  endpoint_secrets: EndpointSecret;
  /** Waiting to be sent or sent again. */
  deliveries: Delivery;
  past_deliveries: Delivery;
  webhook_rules: WebhookRule;
  answers: RememberedAnswer;
  answers_v2: RememberedAnswer;
  clock: ClockSetting;
  counters: { id: string; value: number; seed?: string };
  faults: FaultRule;
  jobs: Job;
  requests: JournalEntry;
  settings: { id: string; value: unknown };
  unsupported: Unsupported;
  warnings: Warning;
}
export type Collection = keyof Collections;

/** Rows that belong to no account: the simulator's own. */
export const OWN = '';

/** One change: collection, account, id, new value (null removes). */
export type Change = [Collection, string, string, unknown];

export interface Tx {
  get<C extends Collection>(collection: C, account: string, id: string): Collections[C] | undefined;
  /** Oldest first, own changes included. */
  all<C extends Collection>(collection: C, account: string): Collections[C][];
  put<C extends Collection>(collection: C, account: string, value: Collections[C]): void;
  remove(collection: Collection, account: string, id: string): void;
}

export interface Store {
  read: Pick<Tx, 'get' | 'all'>;
  /** Every account that has a row with this id, first match. */
  find<C extends Collection>(collection: C, id: string): { account: string; value: Collections[C] } | undefined;
  /** All accounts that have rows in this collection. */
  accounts(collection: Collection): string[];
  count(collection: Collection, account: string): number;
  begin(): OpenTx;
  /** Makes a batch visible that was logged before. */
  restore(changes: Change[]): void;
  /** Every row as a change, oldest first: the snapshot. */
  dump(): Change[];
  /** Forgets everything and starts from these rows. */
  load(rows: Change[]): void;
}

export interface OpenTx extends Tx {
  /** Writes the batch to the log, then makes it visible. Nothing is visible when the log cannot be written. */
  commit(): void;
  changes(): Change[];
}

type Rows = Map<string, unknown>;

/** A store; `append` gets each batch before it counts (durable state), and `rewrite` everything after a load. */
export function createStore(log: { append(changes: Change[]): void; rewrite(rows: Change[]): void }): Store {
  const shelves = new Map<string, Rows>();
  const shelf = (collection: Collection, account: string): Rows => {
    const name = `${collection}\n${account}`;
    let rows = shelves.get(name);
    if (!rows) shelves.set(name, (rows = new Map()));
    return rows;
  };
  const apply = ([collection, account, id, value]: Change): void => {
    if (value === null) shelf(collection, account).delete(id);
    else shelf(collection, account).set(id, value);
  };
  const accounts = (collection: Collection): string[] =>
    [...shelves.keys()].filter((name) => name.startsWith(`${collection}\n`)).map((name) => name.split('\n')[1] ?? '');
  const store: Store = {
    read: {
      get: <C extends Collection>(collection: C, account: string, id: string) =>
        shelf(collection, account).get(id) as Collections[C] | undefined,
      all: <C extends Collection>(collection: C, account: string) =>
        [...shelf(collection, account).values()] as Collections[C][],
    },
    find: <C extends Collection>(collection: C, id: string) => {
      for (const account of accounts(collection)) {
        const value = shelf(collection, account).get(id) as Collections[C] | undefined;
        if (value) return { account, value };
      }
      return undefined;
    },
    accounts,
    count: (collection, account) => shelf(collection, account).size,
    begin: () => openTx(store.read, (changes) => (log.append(changes), changes.forEach(apply))),
    restore: (changes) => changes.forEach(apply),
    dump: () =>
      [...shelves].flatMap(([name, rows]) => {
        const [collection, account] = name.split('\n') as [Collection, string];
        return [...rows].map(([id, value]): Change => [collection, account, id, value]);
      }),
    load: (rows) => {
      log.rewrite(rows);
      shelves.clear();
      rows.forEach(apply);
    },
  };
  return store;
}

function openTx(base: Pick<Tx, 'get' | 'all'>, save: (changes: Change[]) => void): OpenTx {
  const own = new Map<string, Change>();
  const name = (collection: Collection, account: string, id: string): string => `${collection}\n${account}\n${id}`;
  const set = (change: Change): void => void own.set(name(change[0], change[1], change[2]), change);
  return {
    get: <C extends Collection>(collection: C, account: string, id: string) => {
      const change = own.get(name(collection, account, id));
      if (change) return (change[3] ?? undefined) as Collections[C] | undefined;
      return base.get(collection, account, id);
    },
    all: <C extends Collection>(collection: C, account: string) => {
      const rows = base.all(collection, account);
      const changes = [...own.values()].filter((change) => change[0] === collection && change[1] === account);
      if (changes.length === 0) return rows;
      const byId = new Map<string, unknown>(rows.map((row) => [row.id, row]));
      for (const [, , id, value] of changes) {
        if (value === null) byId.delete(id);
        else byId.set(id, value);
      }
      return [...byId.values()] as Collections[C][];
    },
    put: (collection, account, value) => set([collection, account, value.id, value]),
    remove: (collection, account, id) => set([collection, account, id, null]),
    changes: () => [...own.values()],
    commit: () => {
      const changes = [...own.values()];
      own.clear();
      if (changes.length > 0) save(changes);
    },
  };
}
