/** A typed client of the control plane, for tests and tools. */
import type { Effect, FaultRule } from './core/faults.js';
import type { JournalEntry, Unsupported, Warning } from './core/journal.js';
import type { AccountView } from './control/accounts.js';
import type { ActionName, ControlActions } from './control/action.js';
import type { Settings } from './resources/settings.js';
import type { Delivery, RetryPlan, WebhookEffect, WebhookRule } from './webhooks/records.js';

export type {
  AccountView,
  ActionName,
  ControlActions,
  Delivery,
  Effect,
  FaultRule,
  JournalEntry,
  RetryPlan,
  Settings,
  Unsupported,
  Warning,
  WebhookEffect,
  WebhookRule,
};

export interface ClockState {
  /** Milliseconds since 1970. */
  now: number;
  iso: string;
  frozen: boolean;
}
/** An object of Stripe's API as JSON. */
export type ApiObject = Record<string, unknown> & { id: string; status?: string };

/** A button of a payment's page in the console. */
export interface OfferedButton {
  id: string;
  label: string;
  hint: string;
  /** Minor units that the console would propose; absent when none are asked for. */
  amount?: number;
}
/** One payment intent as the console shows it. Amounts in minor units. */
export interface PaymentView {
  id: string;
  status: string;
  amount: number;
  currency: string;
  captured: number;
  capturable: number;
  refunded: number;
  method: string | null;
  remaining: number;
  surplus: number;
  disputes: { id: string; status: string; amount: number }[];
  buttons: OfferedButton[];
  refunds: { id: string; amount: number; status: string; buttons: OfferedButton[] }[];
  /** Shares that went to merchants; `reversed` is what was taken back. */
  transfers: {
    id: string;
    amount: number;
    currency: string;
    destination: string;
    reversed: number;
    buttons: OfferedButton[];
  }[];
}

export interface ControlPlane {
  /** Forgets everything (objects, keys, rules, journal); ids go on counting. */
  reset(): Promise<void>;
  /** The next `times` (default 1) matching requests fail in this way. `path` may hold `*` (one segment) or `**`. */
  addFault(rule: { match?: FaultRule['match']; effect: Effect; times?: number; delayMs?: number }): Promise<FaultRule>;
  faults(): Promise<FaultRule[]>;
  clearFaults(): Promise<void>;
  /** The journal, oldest first; fields given must be equal. */
  requests(match?: { method?: string; path?: string; account?: string; executed?: boolean }): Promise<JournalEntry[]>;
  unsupported(): Promise<Unsupported[]>;
  warnings(): Promise<Warning[]>;
  clock(): Promise<ClockState>;
  /** Moves the simulator's clock forward; what is due happens at once. */
  advance(seconds: number): Promise<ClockState>;
  freeze(freeze?: boolean): Promise<ClockState>;
  deliveries(match?: {
    state?: Delivery['state'];
    type?: string;
    event?: string;
    endpoint?: string;
  }): Promise<Delivery[]>;
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** Sends the delivery that waits longest, also while paused; null when none is due. */
  step(): Promise<Delivery | null>;
  /** Sends again now: one delivery, or every delivery of an event. */
  resend(what: { delivery: string } | { event: string }): Promise<Delivery[]>;
  /** The next `times` (default 1) deliveries of matching events are disturbed in this way. */
  addWebhookRule(rule: {
    match?: WebhookRule['match'];
    effect: WebhookEffect;
    times?: number;
    delaySeconds?: number;
  }): Promise<WebhookRule>;
  clearWebhookRules(): Promise<void>;
  retryPlan(plan: RetryPlan): Promise<void>;
  /** Gives the endpoint a new signing secret; both sign during the overlap. */
  rollSecret(endpoint: string, overlapSeconds?: number): Promise<string>;
  /** Whether the buyer's browser has this wallet (`apple_pay`, `paypal`, …); all are there at first. */
  setWallet(wallet: string, available: boolean): Promise<Record<string, boolean>>;
  /** Every connected account, newest first. */
  accounts(): Promise<AccountView[]>;
  /** Whether accounts may be made with `/v1`, which Stripe may refuse to new platforms; they may at first. */
  allowV1Accounts(allowed: boolean): Promise<void>;
  /** Changes settings, of one account or of all that have none of their own; answers them all. */
  settings(change?: Partial<Settings> & { account?: string }): Promise<Settings>;
  /** What happens outside the API, see `ControlActions`. Answers the object. */
  action<N extends ActionName>(name: N, params: ControlActions[N]): Promise<ApiObject>;
  /** The payment and the buttons that make sense now. */
  payment(id: string): Promise<PaymentView>;
  /** Presses one of them, of the payment, one of its refunds or transfers; refused when it is not offered. */
  press(
    id: string,
    press: { button: string; refund?: string; transfer?: string; amount?: number },
  ): Promise<PaymentView>;
}

/** Sends one call to `/_sim` and answers its body; rejects with the simulator's message when it is refused. */
export type AskControl = <T>(method: string, path: string, body?: object) => Promise<T>;

/** A client for the simulator at this URL. Every call rejects with the simulator's message when it is refused. */
export function controlPlane(url: string): ControlPlane {
  return controlPlaneBy(async <T>(method: string, path: string, body?: object): Promise<T> => {
    const init =
      body === undefined
        ? { method }
        : { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
    const response = await fetch(`${url}/_sim${path}`, init);
    const answer = (await response.json()) as T & { error?: { message?: string } };
    if (!response.ok) throw new Error(`${method} /_sim${path}: ${response.status} ${answer.error?.message ?? ''}`);
    return answer;
  });
}

/** A client whose calls travel as `ask` says. */
export function controlPlaneBy(ask: AskControl): ControlPlane {
  const rows = async <T>(path: string): Promise<T[]> => (await ask<{ data: T[] }>('GET', path)).data;
  const query = (match: object | undefined): string => {
    const pairs = Object.entries(match ?? {}).map(([name, value]): [string, string] => [name, String(value)]);
    return pairs.length === 0 ? '' : `?${new URLSearchParams(pairs).toString()}`;
  };
  const tell = async (method: string, path: string, body?: object): Promise<void> =>
    void (await ask(method, path, body));
  return {
    reset: () => tell('POST', '/reset', {}),
    addFault: (rule) => ask('POST', '/faults', rule),
    faults: () => rows('/faults'),
    clearFaults: () => tell('DELETE', '/faults'),
    requests: (match) => rows(`/requests${query(match)}`),
    unsupported: () => rows('/unsupported'),
    warnings: () => rows('/warnings'),
    clock: () => ask('GET', '/clock'),
    advance: (seconds) => ask('POST', '/clock', { advanceSeconds: seconds }),
    freeze: (freeze = true) => ask('POST', '/clock', { freeze }),
    deliveries: (match) => rows(`/webhooks/deliveries${query(match)}`),
    pause: () => tell('POST', '/webhooks/pause', {}),
    resume: () => tell('POST', '/webhooks/resume', {}),
    step: async () => (await ask<{ delivery: Delivery | null }>('POST', '/webhooks/step', {})).delivery,
    resend: async (what) => (await ask<{ data: Delivery[] }>('POST', '/webhooks/resend', what)).data,
    addWebhookRule: (rule) => ask('POST', '/webhooks/rules', rule),
    clearWebhookRules: () => tell('DELETE', '/webhooks/rules'),
    retryPlan: (plan) => tell('POST', '/webhooks/plan', { plan }),
    rollSecret: async (endpoint, overlapSeconds = 86_400) =>
      (await ask<{ secret: string }>('POST', '/webhooks/roll_secret', { endpoint, overlapSeconds })).secret,
    setWallet: (wallet, available) => ask('POST', '/wallets', { wallet, available }),
    accounts: () => rows('/accounts'),
    allowV1Accounts: (allowed) => tell('POST', '/accounts', { v1: allowed }),
    settings: (change = {}) => ask('POST', '/settings', change),
    action: (name, params) => ask('POST', `/actions/${name}`, params),
    payment: (id) => ask('GET', `/payments/${id}`),
    press: (id, press) => ask('POST', `/payments/${id}`, press),
  };
}
